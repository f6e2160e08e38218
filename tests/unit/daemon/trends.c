/* The last ten minutes of an analyzer: each step's last good value, gaps where there is none, nothing older. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/trends.h"

enum { STEP = TREND_STEP_MS, LAST = TREND_STEPS - 1 };

static const struct series ph = {"probe-1", "ph", NUMBER_F32, 0};
static struct trends *known;
static struct trend trend;

static void give(uint32_t series, double value, uint8_t qc, int64_t boot_ms)
{
	const struct reading reading = {.series = series, .value = value, .qc = qc};
	const struct exchange exchange = {.boot_ms = boot_ms, .readings = &reading, .n = 1};

	trends_take(known, &exchange);
}

static int start(void **state)
{
	(void)state;
	known = trends_new();
	return known ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	trends_free(known);
	return 0;
}

static unsigned count_values(void)
{
	unsigned n = 0, k;

	for (k = 0; k < TREND_STEPS; k++)
		n += isnan(trend.values[k]) ? 0 : 1;
	return n;
}

static void each_step_has_its_last_good_value(void **state)
{
	(void)state;
	assert_false(trends_at(known, 0, 0, &trend));
	trends_learn(known, &ph, 7);
	assert_true(trends_at(known, 0, 0, &trend));
	assert_int_equal(count_values(), 0);

	give(7, 7.0, QC_PASS, 100 * STEP);
	give(7, 7.1, QC_SUSPECT, 100 * STEP + 1);
	give(7, 99.0, QC_FAIL, 100 * STEP + 2);
	give(7, (double)NAN, QC_MISSING, 100 * STEP + 3);
	give(8, 1.0, QC_PASS, 100 * STEP + 4); /* another's */
	give(7, 7.3, QC_NOT_EVALUATED, 102 * STEP);
	assert_true(trends_at(known, 0, 102 * STEP + STEP - 1, &trend));
	assert_string_equal(trend.unit, "probe-1");
	assert_string_equal(trend.parameter, "ph");
	assert_int_equal(count_values(), 2);
	assert_true(trend.values[LAST] == 7.3);
	assert_true(isnan(trend.values[LAST - 1]));
	assert_true(trend.values[LAST - 2] == 7.1);
}

/* A silent analyzer's line ends where it fell silent, and is gone ten minutes later. */
static void what_is_old_goes(void **state)
{
	int64_t step;

	(void)state;
	trends_learn(known, &ph, 7);
	for (step = 0; step < 3 * TREND_STEPS; step++)
		give(7, (double)step, QC_PASS, step * STEP);
	assert_true(trends_at(known, 0, (step - 1) * STEP, &trend));
	assert_int_equal(count_values(), TREND_STEPS);
	assert_true(trend.values[0] == 2 * TREND_STEPS && trend.values[LAST] == (double)(step - 1));
	assert_true(trends_at(known, 0, (step + 9) * STEP, &trend));
	assert_int_equal(count_values(), TREND_STEPS - 10);
	assert_true(trend.values[LAST - 10] == (double)(step - 1));
	assert_true(trends_at(known, 0, (step + TREND_STEPS - 1) * STEP, &trend));
	assert_int_equal(count_values(), 0);
	/* Days later it answers again. */
	give(7, 5, QC_PASS, 1000000 * (int64_t)STEP);
	assert_true(trends_at(known, 0, 1000000 * (int64_t)STEP, &trend));
	assert_int_equal(count_values(), 1);
}

static void one_line_for_each_parameter_of_an_analyzer(void **state)
{
	const struct series again = {"probe-1", "ph", NUMBER_DECIMAL, 2};
	struct series other = ph;
	unsigned i;

	(void)state;
	trends_learn(known, &ph, 7);
	give(7, 7.0, QC_PASS, STEP);
	trends_learn(known, &again, 9);
	give(9, 7.2, QC_PASS, 2 * STEP);
	assert_true(trends_at(known, 0, 2 * STEP, &trend));
	assert_int_equal(count_values(), 2);
	assert_false(trends_at(known, 1, 2 * STEP, &trend));
	for (i = 0; i < 2 * MOST_TRENDS; i++) {
		snprintf(other.unit, sizeof(other.unit), "probe-%u", i + 1);
		trends_learn(known, &other, 100 + i);
	}
	assert_true(trends_at(known, MOST_TRENDS - 1, 2 * STEP, &trend));
	assert_false(trends_at(known, MOST_TRENDS, 2 * STEP, &trend));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_step_has_its_last_good_value, start, stop),
		cmocka_unit_test_setup_teardown(what_is_old_goes, start, stop),
		cmocka_unit_test_setup_teardown(
			one_line_for_each_parameter_of_an_analyzer, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
