#include "daemon/field_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* --- what the analyzers say ---------------------------------------------------------------------------- */

uint64_t field_sample_of_unit(const struct field *field, const char *unit)
{
	return checks_of_unit(field->checks, unit) ? 0 : samples_of_unit(field->samples, unit);
}

void field_forget_unit(struct field *field, const char *unit)
{
	size_t i;

	for (i = 0; i < field->n_live; i++)
		if (!strcmp(field->live[i].series.unit, unit)) {
			field->live[i].steady = (struct steady){.n = 0};
			field->live[i].value = (double)NAN;
		}
}

static struct field_live *find_live(struct field *field, uint32_t number)
{
	size_t i;

	for (i = 0; i < field->n_live; i++)
		if (field->live[i].number == number)
			return &field->live[i];
	return NULL;
}

void field_learn(struct field *field, const struct series *series, uint32_t number)
{
	pthread_mutex_lock(&field->lock);
	if (!find_live(field, number) && field->n_live < MOST_LIVE)
		field->live[field->n_live++] = (struct field_live){
			.series = *series, .number = number, .value = (double)NAN};
	pthread_mutex_unlock(&field->lock);
}

/* In a standard, which a blank or a reference is too. */
static bool is_in_a_standard(const struct field *field, const char *unit)
{
	const struct sample *sample =
		samples_find(field->samples, samples_of_unit(field->samples, unit));

	return checks_of_unit(field->checks, unit) ||
	       (sample && !term_is_water(sample->begin.activity));
}

/* There only the analyzer's own doubt counts. */
static bool is_good(const struct field *field, const char *unit, const struct reading *reading)
{
	if (!isfinite(reading->value))
		return false;
	if (is_in_a_standard(field, unit))
		return !(reading->flags & ~FIELD_OF_WATER);
	return reading->qc <= QC_NOT_EVALUATED && !reading->flags;
}

void field_take(struct field *field, const struct exchange *exchange)
{
	size_t i;

	pthread_mutex_lock(&field->lock);
	for (i = 0; i < exchange->n; i++) {
		const struct reading *reading = &exchange->readings[i];
		struct field_live *live = find_live(field, reading->series);

		if (!live)
			continue;
		live->value = reading->value;
		live->qc = reading->qc;
		live->flags = reading->flags;
		live->boot_ms = exchange->boot_ms;
		steady_add(&live->steady, steady_rule(live->series.parameter), exchange->boot_ms,
			reading->value, is_good(field, live->series.unit, reading));
	}
	pthread_mutex_unlock(&field->lock);
}

enum context field_context_of(struct field *field, uint32_t series, uint64_t *sample)
{
	enum context context = CONTEXT_IDLE;
	const struct sample *visit = NULL;
	const struct field_live *live;

	*sample = 0;
	pthread_mutex_lock(&field->lock);
	live = find_live(field, series);
	if (live && checks_of_unit(field->checks, live->series.unit))
		context = CONTEXT_CHECK;
	else if (live)
		*sample = samples_of_unit(field->samples, live->series.unit);
	if (*sample)
		visit = samples_find(field->samples, *sample);
	if (visit && sample_counts(visit))
		context = CONTEXT_SAMPLE;
	pthread_mutex_unlock(&field->lock);
	return context;
}

enum context field_use_of(struct field *field, const char *unit, uint64_t *number)
{
	const struct check *check;

	pthread_mutex_lock(&field->lock);
	check = checks_of_unit(field->checks, unit);
	*number = check ? check->number : samples_of_unit(field->samples, unit);
	pthread_mutex_unlock(&field->lock);
	if (check)
		return CONTEXT_CHECK;
	return *number ? CONTEXT_SAMPLE : CONTEXT_IDLE;
}

uint64_t field_sample_of(struct field *field, uint32_t series)
{
	uint64_t sample;

	(void)field_context_of(field, series, &sample);
	return sample;
}

bool field_live_at(struct field *field, size_t i, struct field_live *to)
{
	bool there;

	pthread_mutex_lock(&field->lock);
	there = i < field->n_live;
	if (there)
		*to = field->live[i];
	pthread_mutex_unlock(&field->lock);
	return there;
}

/* --- looking ------------------------------------------------------------------------------------------- */

static bool copy_sample(const struct sample *from, struct sample *to)
{
	if (from)
		*to = *from;
	return from != NULL;
}

bool field_sample(struct field *field, uint64_t number, struct sample *to)
{
	bool there;

	pthread_mutex_lock(&field->lock);
	there = copy_sample(samples_find(field->samples, number), to);
	pthread_mutex_unlock(&field->lock);
	return there;
}

bool field_sample_at(struct field *field, size_t i, struct sample *to)
{
	bool there;

	pthread_mutex_lock(&field->lock);
	there = copy_sample(samples_at(field->samples, i), to);
	pthread_mutex_unlock(&field->lock);
	return there;
}

enum step_asked field_asked(struct field *field, const struct step *step, uint64_t *sample)
{
	enum step_asked asked;

	pthread_mutex_lock(&field->lock);
	asked = samples_asked(field->samples, step, sample);
	pthread_mutex_unlock(&field->lock);
	return asked;
}

uint64_t field_of_test(struct field *field, uint64_t test)
{
	const struct sample *sample;
	uint64_t number;

	pthread_mutex_lock(&field->lock);
	sample = samples_of_test(field->samples, test);
	number = sample ? sample->number : 0;
	pthread_mutex_unlock(&field->lock);
	return number;
}

/* --- the ledger ---------------------------------------------------------------------------------------- */

int field_keep_point(struct field *field, const struct point *point)
{
	struct point *more;

	more = realloc(field->points, (field->n_points + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	field->points = more;
	field->points[field->n_points++] = *point;
	return 0;
}

static const struct result *of_visit(struct result *result, const struct sample *sample)
{
	result->visit = sample->begin.parent ? sample->begin.parent : sample->number;
	return result;
}

void field_keep_result(struct field *field, const struct result *result)
{
	const struct sample *sample = samples_find(field->samples, result->sample);
	struct result kept = *result;

	samples_take_result(field->samples, result);
	if (sample && sample->begin.point && sample_counts(sample) &&
		history_take(field->history, sample->begin.point, of_visit(&kept, sample)))
		log_say(LOG_WARN, "daemon",
			"out of memory: what a point showed before is not known");
}

static int take_row(void *ctx, const struct spool_row *row)
{
	struct field *field = ctx;
	struct result result;
	struct point point;
	struct step step;

	switch (row->kind) {
	case LEDGER_SAMPLE:
		if (step_read(&step, (enum step_kind)row->c, row->number, (uint64_t)row->a,
			    (uint64_t)row->b, row->words))
			(void)samples_take(field->samples, row->number, &step);
		return 0;
	case LEDGER_RESULT:
		if (result_read(&result, row->number, row->a, row->b, row->c, row->words))
			field_keep_result(field, &result);
		return 0;
	case LEDGER_POINT:
		if (!point_read(&point, row->number, row->a, row->b, row->words))
			return 0;
		(void)text_copy(point.spool, sizeof(point.spool), row->spool);
		return field_keep_point(field, &point);
	default:
		return 0;
	}
}

static int read_ledger(struct field *field)
{
	uint64_t samples = 0, checks = 0;
	struct spool_reader *reader;
	int err = spool_reader_open(&reader, field->spool);

	if (err)
		return err;
	err = spool_read_samples(reader, take_row, field, &samples);
	if (!err)
		err = field_read_checks(field, reader, &checks);
	spool_reader_close(reader);
	if (samples || checks)
		log_say(LOG_ERROR, "daemon",
			"the card damaged %llu records of samples and points and %llu of checks: "
			"look through those of these days, for what they said is missing there",
			(unsigned long long)samples, (unsigned long long)checks);
	return err;
}

/* --- life ---------------------------------------------------------------------------------------------- */

int field_new(
	struct field **out, struct spool *spool, const struct conf *conf, const struct clock *clock)
{
	struct field *field = calloc(1, sizeof(*field));
	int err;

	*out = NULL;
	if (!field)
		return ERR_MEMORY;
	field->spool = spool;
	field->clock = clock;
	field->conf = &conf->limits;
	field->check_rules = &conf->checks;
	field->methods = &conf->methods;
	pthread_mutex_init(&field->recording, NULL);
	pthread_mutex_init(&field->listing, NULL);
	pthread_mutex_init(&field->lock, NULL);
	field->listed.lab = "";
	field_read_limits(field);
	field->samples = samples_new();
	field->history = history_new();
	field->checks = checks_new();
	err = field->samples && field->history && field->checks ? read_ledger(field) : ERR_MEMORY;
	if (err) {
		field_free(field);
		return err;
	}
	if (field_settle(field))
		log_say(LOG_WARN, "daemon",
			"results of samples could not be recorded; tried again with the next "
			"change of a sample, and at the next start");
	*out = field;
	return 0;
}

void field_free(struct field *field)
{
	if (!field)
		return;
	limits_free(&field->limits);
	samples_free(field->samples);
	history_free(field->history);
	checks_free(field->checks);
	free(field->points);
	point_list_free(&field->listed.list);
	pthread_mutex_destroy(&field->lock);
	pthread_mutex_destroy(&field->listing);
	pthread_mutex_destroy(&field->recording);
	free(field);
}
