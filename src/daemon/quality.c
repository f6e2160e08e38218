#include "daemon/quality.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "qc/judge.h"
#include "qc/stream.h"

/* What is made after a reading whose spike is not known waits with it: slow analyzers would hold up all others. */
enum { SLOWEST_SPIKE_S = 30 };

struct tested { /* one series */
	struct qc_thresholds thresholds;
	bool begun;
	enum context context; /* of the visit */
	uint64_t sample;
	struct qc_stream stream;
};

struct quality {
	const struct conf *conf;
	pthread_mutex_t lock;
	struct tested **at; /* by the number of the series; NULL: not learnt */
	size_t n;
};

/* --- series ------------------------------------------------------------------------------------------ */

static double interval_s(const struct conf *conf, const char *unit)
{
	unsigned i, k;

	for (i = 0; i < conf->n_lines; i++)
		for (k = 0; k < conf->lines[i].n_units; k++)
			if (!strcmp(conf->lines[i].units[k].name, unit))
				return conf->lines[i].units[k].interval_ms / 1000.0;
	return NAN;
}

static struct qc_thresholds thresholds_of(const struct conf *conf, const struct series *series)
{
	const struct qc_thresholds *found =
		conf->qc ? qc_conf_find(conf->qc, series->unit, series->parameter) : NULL;
	struct qc_thresholds thresholds =
		found ? *found : qc_bounds_only(parameter_find(series->parameter));

	/* The fleet's file says how far apart readings are meant to be; this van's, how far they are. */
	thresholds.interval_s = interval_s(conf, series->unit);
	if (!(thresholds.interval_s <= SLOWEST_SPIKE_S))
		thresholds.spike_suspect = thresholds.spike_fail = NAN;
	return thresholds;
}

/* Under lock. */
static bool reach(struct quality *quality, uint32_t number)
{
	size_t n = number + 1U;
	struct tested **more;

	if (number < quality->n)
		return true;
	more = realloc(quality->at, n * sizeof(struct tested *));
	if (!more)
		return false;
	memset(more + quality->n, 0, (n - quality->n) * sizeof(struct tested *));
	quality->at = more;
	quality->n = n;
	return true;
}

void quality_learn(struct quality *quality, const struct series *series, uint32_t number)
{
	struct tested *tested;

	pthread_mutex_lock(&quality->lock);
	if (reach(quality, number) && !quality->at[number]) {
		tested = calloc(1, sizeof(*tested));
		if (tested)
			tested->thresholds = thresholds_of(quality->conf, series);
		quality->at[number] = tested;
	}
	pthread_mutex_unlock(&quality->lock);
}

/* --- readings ----------------------------------------------------------------------------------------- */

/* Two waters are no series: whatever the exchange says it belongs to is a visit of its own. */
static void begin_visit(struct tested *tested, const struct exchange *exchange)
{
	tested->begun = true;
	tested->context = exchange->context;
	tested->sample = exchange->sample;
	qc_stream_begin(&tested->stream, &tested->thresholds);
}

static bool is_bad(const struct qc_flags *tests, enum qc_test test)
{
	return tests->of[test] == QC_SUSPECT || tests->of[test] == QC_FAIL;
}

/* What is final at once.  That a test passed says nothing of what the analyzer itself doubts. */
static void worsen(struct reading *reading, const struct qc_flags *tests)
{
	static const struct {
		enum qc_test test;
		uint16_t flag;
	} finals[] = {{QC_GROSS, FLAG_RANGE}, {QC_RATE, FLAG_RATE}, {QC_FLAT, FLAG_FLAT}};
	size_t i;

	for (i = 0; i < sizeof(finals) / sizeof(finals[0]); i++)
		if (is_bad(tests, finals[i].test)) {
			reading->flags |= finals[i].flag;
			reading->qc = (uint8_t)qc_worst(
				(enum qc)reading->qc, (enum qc)tests->of[finals[i].test]);
		}
}

static void judge(struct tested *tested, const struct exchange *exchange, struct reading *reading,
	struct qc_flags *tests)
{
	enum qc spike_before;

	if (!tested->begun || tested->context != exchange->context ||
		tested->sample != exchange->sample)
		begin_visit(tested, exchange);
	spike_before = qc_stream_take(
		&tested->stream, exchange->boot_ms, reading->value, reading->flags, tests);
	worsen(reading, tests);
	tests->of[QC_SPIKE] = (uint8_t)spike_before;
	if (is_bad(tests, QC_SPIKE))
		reading->spike_before = (uint8_t)spike_before;
	if (qc_stream_is_open(&tested->stream))
		reading->open_ms = (uint32_t)(2 * 1000 * tested->thresholds.interval_s);
}

void quality_judge(struct quality *quality, const struct exchange *exchange,
	struct reading *readings, struct qc_flags *tests)
{
	size_t i;

	pthread_mutex_lock(&quality->lock);
	for (i = 0; i < exchange->n; i++) {
		uint32_t number = readings[i].series;

		tests[i] = qc_flags_all(QC_NOT_EVALUATED);
		if (number < quality->n && quality->at[number])
			judge(quality->at[number], exchange, &readings[i], &tests[i]);
	}
	pthread_mutex_unlock(&quality->lock);
}

/* --- life ----------------------------------------------------------------------------------------------- */

int quality_new(struct quality **out, const struct conf *conf)
{
	struct quality *quality = calloc(1, sizeof(*quality));

	*out = quality;
	if (!quality)
		return ERR_MEMORY;
	quality->conf = conf;
	pthread_mutex_init(&quality->lock, NULL);
	return 0;
}

void quality_free(struct quality *quality)
{
	size_t i;

	if (!quality)
		return;
	for (i = 0; i < quality->n; i++)
		free(quality->at[i]);
	free(quality->at);
	pthread_mutex_destroy(&quality->lock);
	free(quality);
}
