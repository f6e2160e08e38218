/*
 * The streaming tests against ioos_qc over a year of a stream's water (8736 rows, five parameters): the same flag for
 * every row and test.  The data is no part of the repository; without ../shared/data/water it is skipped.
 * tests/system/test_qartod.py does the same through the command, with the thresholds of the judge's own file.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"
#include "qc/stream.h"

#define JUDGE "../shared/data/water/qartod_oracle_BlackSmithFork2020.csv"

enum { PARAMETERS = 5, JUDGED = 4 };

/* As in qartod_oracle_params.json. */
static const struct qc_thresholds thresholds[PARAMETERS] = {
#define FLAT .interval_s = 900, .flat_suspect_s = 10800, .flat_fail_s = 21600
	{.fail = {-1, 40},
		.suspect = {0, 30},
		.spike_suspect = 1,
		.spike_fail = 3,
		.rate_per_s = 0.0005555555555555556,
		.flat_tolerance = 0.005,
		FLAT},
	{.fail = {0, 5000},
		.suspect = {50, 1500},
		.spike_suspect = 30,
		.spike_fail = 150,
		.rate_per_s = 0.06666666666666667,
		.flat_tolerance = 0.05,
		FLAT},
	{.fail = {0, 14},
		.suspect = {6.5, 9},
		.spike_suspect = 0.2,
		.spike_fail = 1,
		.rate_per_s = 0.0003333333333333333,
		.flat_tolerance = 0.005,
		FLAT},
	{.fail = {0, 20},
		.suspect = {4, 15},
		.spike_suspect = 1,
		.spike_fail = 3,
		.rate_per_s = 0.0016666666666666668,
		.flat_tolerance = 0.005,
		FLAT},
	{.fail = {0, 4000},
		.suspect = {0, 100},
		.spike_suspect = 20,
		.spike_fail = 200,
		.rate_per_s = 0.05555555555555555,
		.flat_tolerance = 0.005,
		FLAT},
};

/* In the order of the judge's columns. */
static const enum qc_test judged[JUDGED] = {QC_GROSS, QC_SPIKE, QC_RATE, QC_FLAT};

struct row {
	uint8_t said[PARAMETERS][JUDGED]; /* by the judge */
	struct qc_flags ours[PARAMETERS];
};

static struct row row, before;
static unsigned long agreed[JUDGED], different[JUDGED];

static double number_in(const struct csv *csv, size_t field)
{
	char word[64];

	assert_true(csv_text(csv, field, word, sizeof(word)));
	return *word ? strtod(word, NULL) : (double)NAN;
}

static void compare(const struct row *one)
{
	unsigned p, k;

	for (p = 0; p < PARAMETERS; p++)
		for (k = 0; k < JUDGED; k++) {
			if (one->said[p][k] == one->ours[p].of[judged[k]])
				agreed[k]++;
			else
				different[k]++;
		}
}

static void take(const struct csv *csv, struct qc_stream *streams)
{
	unsigned p, k;

	for (p = 0; p < PARAMETERS; p++) {
		size_t at = 1 + p * (1 + JUDGED);

		before.ours[p].of[QC_SPIKE] = (uint8_t)qc_stream_take(&streams[p],
			(int64_t)number_in(csv, 0) * 1000, number_in(csv, at), 0, &row.ours[p]);
		for (k = 0; k < JUDGED; k++)
			row.said[p][k] = (uint8_t)number_in(csv, at + 1 + k);
	}
}

static void every_row_and_test(void **state)
{
	static struct csv csv;
	static struct qc_stream streams[PARAMETERS];
	const char *top = getenv("WATERLAB_SOURCE");
	char path[1024];
	unsigned rows = 0, p;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/%s", top ? top : ".", JUDGE);
	file = fopen(path, "r");
	if (!file) {
		printf("skipped: no %s\n", JUDGE);
		skip();
	}
	for (p = 0; p < PARAMETERS; p++)
		qc_stream_begin(&streams[p], &thresholds[p]);
	csv_begin(&csv, file);
	assert_int_equal(csv_next(&csv), 0);
	for (; !csv_next(&csv); rows++) {
		take(&csv, streams);
		if (rows)
			compare(&before);
		before = row;
	}
	compare(&before);
	fclose(file);
	for (p = 0; p < JUDGED; p++)
		printf("%s: %lu of %lu flags agree\n", qc_test_word(judged[p]), agreed[p],
			agreed[p] + different[p]);
	assert_int_equal(rows, 8736);
	for (p = 0; p < JUDGED; p++)
		assert_int_equal(different[p], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_and_test)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
