/* QARTOD's tests over a file: by hand, and the spread against a model that looks at the whole visit again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "qc/series.h"

static const double none = (double)NAN;

/* --- attenuated signal ----------------------------------------------------------------------------- */

static enum qc take(struct qc_spread *spread, int64_t at_ms, double value)
{
	enum qc flag;

	assert_int_equal(qc_spread_take(spread, at_ms, value, &flag), 0);
	return flag;
}

static struct qc_thresholds attenuated(double seconds, double suspect, double fail)
{
	struct qc_thresholds t = qc_bounds_only(NULL);

	t.interval_s = 1;
	t.attenuated_s = seconds;
	t.attenuated_suspect = suspect;
	t.attenuated_fail = fail;
	return t;
}

static void a_signal_that_hardly_moves(void **state)
{
	struct qc_thresholds t = attenuated(4, 0.5, 0.1);
	/* The last four seconds, the first moment of them left out. */
	static const double values[] = {1, 1, 1, 1, 1, 1.3, 1.6, 1.6, 1.6, 1.6, 1.6};
	static const char flags[] = "22224311344";
	struct qc_spread spread = {.thresholds = NULL};
	unsigned i;

	(void)state;
	qc_spread_begin(&spread, &t);
	for (i = 0; i < sizeof(values) / sizeof(*values); i++)
		assert_int_equal(take(&spread, 1000 * i, values[i]), flags[i] - '0');
	assert_int_equal(take(&spread, 1000 * i, none), QC_MISSING);
	qc_spread_anew(&spread);
	assert_int_equal(take(&spread, 1000 * i, 1.6), QC_NOT_EVALUATED);
	/* One value of four is too few to be called still. */
	assert_int_equal(take(&spread, 1000 * i + 60000, 1.6), QC_NOT_EVALUATED);
	qc_spread_free(&spread);
}

static void half_of_the_readings_are_wanted(void **state)
{
	struct qc_thresholds t = attenuated(8, 0.5, 0.1);
	struct qc_spread spread = {.thresholds = NULL};
	int64_t at_ms;

	(void)state;
	qc_spread_begin(&spread, &t);
	for (at_ms = 0; at_ms < 8000; at_ms += 2000)
		(void)take(&spread, at_ms, 7);
	assert_int_equal(take(&spread, 8000, 7), QC_FAIL);           /* at 2, 4, 6 and 8 s */
	assert_int_equal(take(&spread, 12001, 7), QC_NOT_EVALUATED); /* at 6, 8 and 12 s */
	qc_spread_free(&spread);
}

static void without_thresholds_nothing_is_said(void **state)
{
	struct qc_thresholds t = attenuated(none, none, none);
	struct qc_spread spread = {.thresholds = NULL};

	(void)state;
	qc_spread_begin(&spread, &t);
	assert_int_equal(take(&spread, 0, 1), QC_NOT_EVALUATED);
	assert_int_equal(take(&spread, 1000000, 1), QC_NOT_EVALUATED);
	assert_int_equal(take(&spread, 2000000, none), QC_MISSING);
	qc_spread_free(&spread);
}

enum { READINGS = 2000 };

static enum qc model_spread(
	const struct qc_thresholds *t, const int64_t *at_ms, const double *values, unsigned i)
{
	double low = (double)INFINITY, high = -low;
	unsigned k, n = 0;

	if (isnan(values[i]))
		return QC_MISSING;
	for (k = 0; k <= i; k++) {
		if ((double)(at_ms[i] - at_ms[k]) >= 1000 * t->attenuated_s || isnan(values[k]))
			continue;
		low = fmin(low, values[k]);
		high = fmax(high, values[k]);
		n++;
	}
	if ((double)(at_ms[i] - at_ms[0]) < 1000 * t->attenuated_s ||
		n * t->interval_s * 2 < t->attenuated_s)
		return QC_NOT_EVALUATED;
	return high - low < t->attenuated_fail      ? QC_FAIL
	       : high - low < t->attenuated_suspect ? QC_SUSPECT
						    : QC_PASS;
}

static void as_the_model_says(void **state)
{
	static int64_t at_ms[READINGS];
	static double values[READINGS];
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct qc_spread spread = {.thresholds = NULL};
	unsigned round, i, counts[10] = {0};

	(void)state;
	printf("SEED=%u\n", seed);
	srand48(seed);
	for (round = 0; round < 5; round++) {
		struct qc_thresholds t = attenuated(1 + (double)(lrand48() % 200), 0.6, 0.3);

		qc_spread_begin(&spread, &t);
		for (i = 0; i < READINGS; i++) {
			at_ms[i] = (i ? at_ms[i - 1] : 0) + 1 + lrand48() % 2000;
			values[i] = lrand48() % 15 ? (double)(lrand48() % 100) / 100 : none;
			if (i / 300 % 2 && !isnan(values[i]))
				values[i] /= 4;
			counts[take(&spread, at_ms[i], values[i])]++;
		}
		qc_spread_anew(&spread);
		for (i = 0; i < READINGS; i++)
			assert_int_equal(take(&spread, at_ms[i], values[i]),
				model_spread(&t, at_ms, values, i));
	}
	assert_true(counts[QC_PASS] && counts[QC_FAIL] && counts[QC_NOT_EVALUATED]);
	qc_spread_free(&spread);
}

/* --- climatology ----------------------------------------------------------------------------------- */

static const int64_t january = 1577836800000, /* 2020-01-01 00:00 */
	last_of_march = 1585699199000, april = 1585699200000, november = 1604188800000;

static void a_season_holds_for_its_months(void **state)
{
	struct qc_thresholds t = qc_bounds_only(NULL);

	(void)state;
	assert_int_equal(qc_climatology(&t, january, 5), QC_NOT_EVALUATED);
	t.n_seasons = 2;
	t.seasons[0] = (struct qc_season){1, 3, {0, 10}, {-1, 20}};
	t.seasons[1] = (struct qc_season){11, 1, {0, 4}, {none, none}};
	assert_int_equal(qc_climatology(&t, last_of_march, 10), QC_PASS);
	assert_int_equal(qc_climatology(&t, last_of_march, 10.1), QC_SUSPECT);
	assert_int_equal(qc_climatology(&t, last_of_march, 20.1), QC_FAIL);
	assert_int_equal(qc_climatology(&t, last_of_march, none), QC_MISSING);
	assert_int_equal(qc_climatology(&t, april, 5), QC_NOT_EVALUATED);
	/* The later one counts, and goes over the new year. */
	assert_int_equal(qc_climatology(&t, january, 30), QC_SUSPECT);
	assert_int_equal(qc_climatology(&t, november, 4), QC_PASS);
}

/* --- location -------------------------------------------------------------------------------------- */

static void a_position_is_where_a_van_can_be(void **state)
{
	struct qc_area area = {{30.9, 37.1}, {69.2, 77.9}, 20000};
	const struct qc_area earth = {{none, none}, {none, none}, none};
	struct qc_track track;

	(void)state;
	qc_track_begin(&track, &area);
	assert_int_equal(qc_track_take(&track, none, none), QC_MISSING);
	assert_int_equal(qc_track_take(&track, 34.0, none), QC_FAIL);
	assert_int_equal(qc_track_take(&track, none, 71.5), QC_FAIL);
	assert_int_equal(qc_track_take(&track, 34.0, 71.5), QC_PASS);
	assert_int_equal(qc_track_take(&track, 34.1, 71.5), QC_PASS); /* 11.1 km */
	assert_int_equal(qc_track_take(&track, 34.0, 71.75), QC_SUSPECT);
	assert_int_equal(qc_track_take(&track, none, none), QC_MISSING);
	assert_int_equal(qc_track_take(&track, 34.0, 71.8), QC_PASS);
	assert_int_equal(qc_track_take(&track, 25, 67), QC_FAIL); /* another province */
	assert_int_equal(qc_track_take(&track, 91, 71.8), QC_FAIL);
	qc_track_begin(&track, &earth);
	assert_int_equal(qc_track_take(&track, -90, 180), QC_PASS);
	assert_int_equal(qc_track_take(&track, 90, -180), QC_PASS);
	assert_int_equal(qc_track_take(&track, 90.01, 0), QC_FAIL);
	assert_int_equal(qc_track_take(&track, 0, -180.01), QC_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_that_hardly_moves),
		cmocka_unit_test(half_of_the_readings_are_wanted),
		cmocka_unit_test(without_thresholds_nothing_is_said),
		cmocka_unit_test(as_the_model_says),
		cmocka_unit_test(a_season_holds_for_its_months),
		cmocka_unit_test(a_position_is_where_a_van_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
