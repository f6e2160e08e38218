/* What the centre makes of what a van said: a "meets" only where the van showed that it believed the value. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/heatmap/judge.h"

/* The centre's limit; a van that had another, or none, says so in what it sent. */
static struct limit_set set = {.name = "own",
	.code = 1000,
	.n = 1,
	.rows = {{.parameter = "ph",
		.must = LIMIT_INCLUDED,
		.low = 6.5,
		.high = 8.5,
		.basis = LIMIT_OPERATIONAL,
		.seen = true}}};
static const struct limit_book book = {.n = 1, .sets = {&set}};

static struct result_row judged(double value, uint8_t verdict, uint8_t reason)
{
	struct rows rows = {.results = NULL};
	struct result_row row = *rows_add_result(&rows);

	rows_free(&rows);
	row.parameter = "ph";
	row.activity = "sample";
	row.censor = AMOUNT_EXACT;
	row.value = value;
	row.verdict = verdict;
	row.reason = reason;
	row.screening = 1;
	judge_row(&row, &book);
	return row;
}

static void test_a_value_that_was_believed(void **state)
{
	(void)state;
	assert_int_equal(judged(7, WATER_MEETS, WHY_NONE).own_verdict, WATER_MEETS);
	assert_int_equal(judged(9, WATER_MEETS, WHY_NONE).own_verdict, WATER_FAILS_ABOVE);
	/* By a narrower limit it failed, and nobody doubted it. */
	assert_int_equal(judged(7, WATER_FAILS_BELOW, WHY_NONE).own_verdict, WATER_MEETS);
}

/* Each of these may hide that an analyzer was never checked, also where it is said to screen only. */
static void test_a_reason_hides_doubt(void **state)
{
	static const struct {
		uint8_t verdict, reason;
	} cases[] = {{WATER_CANNOT_JUDGE, WHY_NO_LIMIT}, {WATER_CANNOT_JUDGE, WHY_UNCONFIRMED},
		{WATER_CANNOT_JUDGE, WHY_METHOD}, {WATER_CANNOT_JUDGE, WHY_POSITION},
		{WATER_CANNOT_JUDGE, WHY_NO_LIMIT_HERE}, {WATER_CANNOT_JUDGE, WHY_UNCERTAINTY},
		{WATER_CANNOT_JUDGE, WHY_SPIKE}, {WATER_CANNOT_JUDGE, WHY_REFERENCE},
		{WATER_CANNOT_JUDGE, WHY_UNSETTLED}, {WATER_CANNOT_JUDGE, WHY_NEVER_CHECKED},
		{WATER_NOT_APPLICABLE, WHY_UNTREATED}, {WATER_NOT_APPLICABLE, WHY_TREATED},
		{WATER_CANNOT_JUDGE, 77}, {8, 77}, {8, WHY_NONE}, {255, WHY_NONE}, {0, WHY_NONE},
		{WATER_CANNOT_JUDGE, WHY_NONE}, {WATER_MEETS, 77}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct result_row row = judged(7, cases[i].verdict, cases[i].reason);

		assert_int_equal(row.own_verdict, WATER_CANNOT_JUDGE);
		assert_int_equal(row.own_reason, cases[i].reason);
		row = judged(9, cases[i].verdict, cases[i].reason);
		assert_int_equal(row.own_verdict, WATER_POSSIBLE_FAILURE);
		assert_int_equal(row.own_as_if, WATER_FAILS_ABOVE);
	}
}

static void test_a_value_that_still_moved(void **state)
{
	struct result_row row = judged(7, WATER_MEETS, WHY_NONE);

	(void)state;
	assert_non_null(column_of_result("unsettled"));
	column_put_number(&row, column_of_result("unsettled"), 1);
	judge_row(&row, &book);
	assert_int_equal(row.own_verdict, WATER_CANNOT_JUDGE);
	assert_int_equal(row.own_reason, WHY_UNSETTLED);
}

/* By the same limit the van had more to judge by; by another a guard band that did not travel leaves no meets. */
static void test_never_more_than_the_van_said(void **state)
{
	struct result_row row = judged(7, WATER_FAILS_ABOVE, WHY_NONE);

	(void)state;
	row.limit_set = 1000;
	row.limit_low = 6.5;
	row.limit_high = 8.5;
	judge_row(&row, &book);
	assert_int_equal(row.own_verdict, WATER_FAILS_ABOVE);
	row.limit_high = 6.9;
	judge_row(&row, &book);
	assert_int_equal(row.own_verdict, WATER_MEETS);
	row.verdict = WATER_MEETS;
	row.rule = RULE_GUARDED;
	judge_row(&row, &book);
	assert_int_equal(row.own_verdict, WATER_CANNOT_JUDGE);
	assert_int_equal(row.own_reason, WHY_UNCERTAINTY);
}

static void test_a_failure_that_nobody_here_can_judge(void **state)
{
	struct result_row row = judged(7, WATER_FAILS_ABOVE, WHY_NONE);

	(void)state;
	row.parameter = "iron";
	judge_row(&row, &book);
	assert_int_equal(row.own_verdict, WATER_POSSIBLE_FAILURE);
	assert_int_equal(row.own_as_if, WATER_FAILS_ABOVE);
}

/* A word of a newer program: what fails there is not passed over. */
static void test_an_activity_nobody_here_knows(void **state)
{
	struct result_row row = judged(9, WATER_FAILS_ABOVE, WHY_NONE);

	(void)state;
	row.activity = "composite";
	judge_row(&row, &book);
	assert_true(judge_is_water(&row));
	assert_int_equal(row.own_verdict, WATER_FAILS_ABOVE);
	row.verdict = WATER_NOT_APPLICABLE;
	row.reason = WHY_NOT_WATER;
	judge_row(&row, &book);
	assert_false(judge_is_water(&row));
	assert_int_equal(row.own_verdict, WATER_NOT_APPLICABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_value_that_was_believed),
		cmocka_unit_test(test_a_reason_hides_doubt),
		cmocka_unit_test(test_a_value_that_still_moved),
		cmocka_unit_test(test_never_more_than_the_van_said),
		cmocka_unit_test(test_a_failure_that_nobody_here_can_judge),
		cmocka_unit_test(test_an_activity_nobody_here_knows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
