/* One reading's flag on QARTOD's scale. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qc/judge.h"

static void worst_wins(void **state)
{
	static const enum qc order[] = {QC_MISSING, QC_NOT_EVALUATED, QC_PASS, QC_SUSPECT, QC_FAIL};
	unsigned i, j;

	(void)state;
	for (i = 0; i < 5; i++)
		for (j = 0; j < 5; j++)
			assert_int_equal(qc_worst(order[i], order[j]), order[i > j ? i : j]);
}

static void range_is_what_water_can_show(void **state)
{
	const struct parameter *ph = parameter_find("ph");

	(void)state;
	assert_non_null(ph);
	assert_int_equal(qc_range(ph, 7.12), 0);
	assert_int_equal(qc_range(ph, ph->low), 0);
	assert_int_equal(qc_range(ph, ph->high), 0);
	assert_int_equal(qc_range(ph, 655.35), FLAG_RANGE);
	assert_int_equal(qc_range(ph, -3), FLAG_RANGE);
	assert_int_equal(qc_range(ph, (double)NAN), 0);
	assert_int_equal(qc_range(NULL, 1e30), 0);
}

static void verdicts(void **state)
{
	const struct parameter *ph = parameter_find("ph");
	static const struct {
		uint16_t flags;
		enum qc qc;
	} with_value[] = {
		{0, QC_PASS},
		{FLAG_WARMUP, QC_SUSPECT},
		{FLAG_STATUS, QC_SUSPECT},
		{FLAG_RANGE, QC_FAIL},
		{FLAG_FAULT, QC_FAIL},
		{FLAG_WARMUP | FLAG_FAULT, QC_FAIL},
		{FLAG_STATUS | FLAG_RANGE, QC_FAIL},
		{FLAG_CALIBRATING, QC_FAIL},
		{FLAG_CLEANING, QC_FAIL},
		{FLAG_CALIBRATING | FLAG_WARMUP, QC_FAIL},
		{FLAG_OVER, QC_SUSPECT},
		{FLAG_UNDER, QC_SUSPECT},
		{FLAG_NOT_DETECTED, QC_SUSPECT},
		{FLAG_UNDER | FLAG_NOT_DETECTED, QC_SUSPECT},
		{FLAG_OVER | FLAG_RANGE, QC_FAIL},
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(with_value) / sizeof(*with_value); i++)
		assert_int_equal(qc_judge(ph, 7, with_value[i].flags), with_value[i].qc);
	assert_int_equal(qc_judge(ph, (double)NAN, FLAG_SENTINEL), QC_MISSING);
	assert_int_equal(qc_judge(ph, (double)NAN, FLAG_NOT_FINITE | FLAG_FAULT), QC_MISSING);
	assert_int_equal(qc_judge(ph, (double)NAN, FLAG_STANDBY), QC_MISSING);
	assert_int_equal(qc_judge(ph, (double)NAN, FLAG_UNIT), QC_MISSING);
	assert_int_equal(qc_judge(ph, (double)NAN, FLAG_OVER | FLAG_CLEANING), QC_MISSING);
	assert_int_equal(FLAG_NO_VALUE, FLAG_SENTINEL | FLAG_STANDBY | FLAG_UNIT);
	assert_int_equal(qc_judge(ph, (double)INFINITY, 0), QC_MISSING);
	assert_int_equal(qc_judge(NULL, 1, 0), QC_NOT_EVALUATED);
	assert_int_equal(qc_judge(NULL, 1, FLAG_FAULT), QC_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worst_wins),
		cmocka_unit_test(range_is_what_water_can_show),
		cmocka_unit_test(verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
