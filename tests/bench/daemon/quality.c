/*
 * What QARTOD's tests cost: 20 analyzers of 4 parameters, 50 readings a second, with config/qc.conf and without thresholds.  The
 * bare loop that makes the readings is taken off both.
 */
#include <math.h>
#include <stdio.h>

#include "../measure.h"
#include "conf/qc.h"
#include "daemon/quality.h"

enum { UNITS = 20, FIELDS = 4, SERIES = UNITS * FIELDS, ROUNDS = 20000, RUNS = 7 };

static const char *const parameters[FIELDS] = {
	"ph", "temperature", "conductivity", "dissolved_oxygen"};
static const double middles[FIELDS] = {7.4, 18, 420, 8.1};
static struct line_conf line = {.name = "bench"};
static struct conf conf;
static unsigned found; /* keeps the loop */

static struct quality *make(struct qc_conf *thresholds)
{
	struct quality *quality;
	struct series series;
	uint32_t i;

	conf.qc = thresholds;
	insist(!quality_new(&quality, &conf), "no memory");
	for (i = 0; i < SERIES; i++) {
		series = (struct series){.kind = NUMBER_F32};
		snprintf(series.unit, sizeof(series.unit), "u%u", (unsigned)(i / FIELDS));
		snprintf(series.parameter, sizeof(series.parameter), "%s", parameters[i % FIELDS]);
		quality_learn(quality, &series, i);
	}
	return quality;
}

/* Water that moves a little, with a spike now and then; quality NULL: only that. */
static double run(struct quality *quality)
{
	struct exchange exchange = {.n = FIELDS};
	struct reading readings[FIELDS];
	struct qc_flags tests[FIELDS];
	double then = cpu_s();
	unsigned round, unit, i;

	for (round = 0; round < ROUNDS; round++)
		for (unit = 0; unit < UNITS; unit++) {
			exchange.boot_ms = 1600 * (int64_t)round + unit;
			for (i = 0; i < FIELDS; i++)
				readings[i] = (struct reading){.series = unit * FIELDS + i,
					.qc = QC_PASS,
					.value = middles[i] *
						 (1 + 0.001 * (round * 7919 % 17) +
							 (round % 1000 == unit ? 0.5 : 0))};
			exchange.readings = readings;
			if (quality)
				quality_judge(quality, &exchange, readings, tests);
			for (i = 0; i < FIELDS; i++)
				found += readings[i].flags != 0 || readings[i].spike_before;
		}
	return (cpu_s() - then) * 1e9 / ((double)ROUNDS * SERIES);
}

static double median_of(struct quality *quality)
{
	double ns[RUNS];
	unsigned i;

	for (i = 0; i < RUNS; i++)
		ns[i] = run(quality);
	return median(ns, RUNS);
}

int main(void)
{
	const char *source = getenv("WATERLAB_SOURCE");
	char path[512], words[1024];
	struct text errors = text_over(words, sizeof(words));
	struct quality *with, *without;
	struct qc_conf *thresholds;
	double bare, plain, tested;
	unsigned i, doubted;

	snprintf(path, sizeof(path), "%s/config/qc.conf", source ? source : ".");
	insist(!qc_conf_read(&thresholds, path, &errors), words);
	for (i = 0; i < UNITS; i++) {
		snprintf(line.units[i].name, sizeof(line.units[i].name), "u%u", i);
		line.units[i].interval_ms = 1600;
	}
	line.n_units = UNITS;
	conf.lines = &line;
	conf.n_lines = 1;
	without = make(NULL);
	with = make(thresholds);
	bare = median_of(NULL);
	plain = median_of(without) - bare;
	found = 0;
	tested = median_of(with) - bare;
	doubted = found / RUNS;
	printf("quality_without_thresholds %.3g ns\n", plain);
	printf("quality_with_thresholds %.3g ns\n", tested);
	printf("quality_with_to_without %.3g ratio\n", tested / plain);
	printf("quality_50_readings_a_second %.3g %%\n", tested * 50 / 1e7);
	printf("%u of %d readings were doubted\n", doubted, ROUNDS * SERIES);
	quality_free(with);
	quality_free(without);
	qc_conf_free(thresholds);
	return 0;
}
