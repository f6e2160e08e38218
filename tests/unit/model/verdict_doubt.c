/* Whether to believe a value, and whether the limit is in force: a failure in doubt is a possible one. */
#include <math.h>

#include "judged.h"

/* --- doubt ------------------------------------------------------------------------------------------- */

static void a_doubtful_failure_is_a_possible_one(void **state)
{
	static const struct {
		enum water_check check;
		enum qc qc;
		enum water_reason why;
	} doubts[] = {
		{CHECK_NEVER, QC_PASS, WHY_NEVER_CHECKED},
		{CHECK_EXPIRED, QC_PASS, WHY_CHECK_EXPIRED},
		{CHECK_FAILED, QC_PASS, WHY_CHECK_FAILED},
		{CHECK_GOOD, QC_SUSPECT, WHY_QC_SUSPECT},
		{CHECK_GOOD, QC_FAIL, WHY_QC_FAILED},
		{CHECK_EXPIRED, QC_SUSPECT, WHY_CHECK_EXPIRED},
		{CHECK_EXPIRED, QC_FAIL, WHY_QC_FAILED},
	};
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(doubts); i++) {
		struct water_value bad = exactly("arsenic", 60), good = exactly("arsenic", 40);
		struct water_value zone = {.parameter = "arsenic",
			.amount = {.kind = AMOUNT_BETWEEN, .value = 40, .upper = 60}};
		struct water_judgement got;

		bad.check = good.check = zone.check = doubts[i].check;
		bad.qc = good.qc = zone.qc = doubts[i].qc;
		expect(&bad, &limit, WATER_POSSIBLE_FAILURE, doubts[i].why, "60 in doubt");
		expect(&good, &limit, C, doubts[i].why, "40 in doubt");
		expect(&zone, &limit, C, WHY_INTERVAL, "40 to 60 in doubt");
		got = water_judge_row(&bad, &limit);
		assert_true(got.alarm && got.as_if_believed == WATER_FAILS_ABOVE);
		got = water_judge_row(&good, &limit);
		assert_true(!got.alarm && got.as_if_believed == C);
	}
}

static void what_is_not_evaluated_or_missing(void **state)
{
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value value = exactly("arsenic", 60);

	(void)state;
	value.qc = QC_NOT_EVALUATED;
	expect(&value, &limit, A, 0, "not evaluated");
	value.qc = 0;
	expect(&value, &limit, A, 0, "typed by hand");
	value.qc = QC_MISSING;
	expect(&value, &limit, C, WHY_NO_VALUE, "missing");
}

static void a_row_from_memory_judges_nothing_until_signed(void **state)
{
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value bad = exactly("arsenic", 60), good = exactly("arsenic", 40);

	(void)state;
	limit.seen = false;
	expect(&bad, &limit, C, WHY_UNCONFIRMED, "60");
	expect(&good, &limit, C, WHY_UNCONFIRMED, "40");
	assert_false(water_judge_row(&bad, &limit).alarm);
	bad.check = CHECK_EXPIRED;
	expect(&bad, &limit, C, WHY_UNCONFIRMED, "60, out of date");
	(void)text_copy(limit.signer, sizeof(limit.signer), "N. Khan");
	bad.check = CHECK_GOOD;
	expect(&bad, &limit, A, 0, "60, signed");
	expect(&good, &limit, M, 0, "40, signed");
}

static void only_health_alarms(void **state)
{
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value bad = exactly("arsenic", 60), good = exactly("arsenic", 40);

	(void)state;
	assert_true(water_judge_row(&bad, &limit).alarm);
	assert_false(water_judge_row(&good, &limit).alarm);
	limit.basis = LIMIT_OPERATIONAL;
	assert_false(water_judge_row(&bad, &limit).alarm);
	limit.basis = LIMIT_ACCEPTABILITY;
	bad.check = CHECK_EXPIRED;
	assert_false(water_judge_row(&bad, &limit).alarm);
	assert_int_equal(water_judge_row(&bad, &limit).verdict, WATER_POSSIBLE_FAILURE);
}

/* ISO/IEC 17025, 7.8.6: simple acceptance lets the value decide; a guard band does not. */
static void decision_rules(void **state)
{
	static const struct {
		double value;
		enum water_verdict verdict;
		enum water_reason reason;
	} guarded[] = {
		{39, M, 0},
		{40, M, 0}, /* 40 + 10 is the bound, which meets */
		{41, C, WHY_UNCERTAINTY},
		{50, C, WHY_UNCERTAINTY},
		{51, WATER_POSSIBLE_FAILURE, WHY_UNCERTAINTY},
		{60, WATER_POSSIBLE_FAILURE, WHY_UNCERTAINTY}, /* 60 - 10 meets */
		{61, A, 0},
	};
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(guarded); i++) {
		value = exactly("arsenic", guarded[i].value);
		value.method = (struct water_method){.uncertainty = 10};
		expect(&value, &limit, guarded[i].value > 50 ? A : M, 0, "simple");
		value.method.rule = RULE_GUARDED;
		expect(&value, &limit, guarded[i].verdict, guarded[i].reason, "guarded");
	}
	value = exactly("arsenic", 46);
	value.method = (struct water_method){
		.uncertainty = 1, .uncertainty_relative = 0.1, .rule = RULE_GUARDED};
	expect(&value, &limit, C, WHY_UNCERTAINTY, "46 and a tenth of it");
	value = exactly("arsenic", 4.6);
	value.amount.dilution = 10;
	value.method = (struct water_method){.uncertainty = 1, .rule = RULE_GUARDED};
	expect(&value, &limit, C, WHY_UNCERTAINTY, "46, diluted, and 10 times 1");
	value.method.rule = RULE_SIMPLE;
	expect(&value, &limit, M, 0, "46");
	value = exactly("arsenic", 0.046);
	value.amount.unit = "mg/L";
	value.method = (struct water_method){.uncertainty_relative = 0.1, .rule = RULE_GUARDED};
	expect(&value, &limit, C, WHY_UNCERTAINTY, "46 ug/L and a tenth of it, in mg/L");
	assert_float_equal(water_uncertainty(&value), 4.6, 1e-9);
	value.amount.kind = AMOUNT_BELOW;
	assert_float_equal(water_uncertainty(&value), 0, 0);
}

/* 10 by a method that sees 100 at the least is anything below that. */
static void what_a_method_cannot_see(void **state)
{
	static const struct {
		enum amount_kind kind;
		double value, upper, least;
		enum water_verdict verdict;
		enum water_reason reason;
	} of[] = {{AMOUNT_EXACT, 10, 0, 100, C, WHY_INSENSITIVE}, {AMOUNT_EXACT, 10, 0, 20, M, 0},
		{AMOUNT_EXACT, 60, 0, 100, A, 0}, {AMOUNT_BELOW, 5, 0, 100, C, WHY_INSENSITIVE},
		{AMOUNT_BELOW, 5, 0, 5, M, 0}, {AMOUNT_BETWEEN, 5, 20, 100, C, WHY_INSENSITIVE},
		{AMOUNT_BETWEEN, 5, 20, 5, M, 0}};
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(of); i++) {
		value = exactly("arsenic", of[i].value);
		value.amount.kind = of[i].kind;
		value.amount.upper = of[i].upper;
		value.amount.detection_limit = of[i].least;
		expect(&value, &limit, of[i].verdict, of[i].reason, "seen or not");
	}
	limit = limit_of("ecoli", LIMIT_ABSENT, NAN, NAN);
	value = exactly("ecoli", 1);
	value.amount.kind = AMOUNT_BELOW;
	expect(&value, &limit, M, 0, "less than one");
	value.amount.detection_limit = 10;
	expect(&value, &limit, C, WHY_INSENSITIVE, "less than one, by what sees ten");
}

/* The same number retyped as an interval or with "<" comes no nearer to the limit. */
static void ends_are_guarded_too(void **state)
{
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value value = exactly("arsenic", 35);

	(void)state;
	value.method = (struct water_method){.uncertainty_relative = 0.25, .rule = RULE_GUARDED};
	expect(&value, &limit, M, 0, "35");
	value.amount.kind = AMOUNT_BETWEEN;
	value.amount.upper = 48;
	expect(&value, &limit, C, WHY_UNCERTAINTY, "35..48");
	value.amount.kind = AMOUNT_BELOW;
	value.amount.value = 49;
	expect(&value, &limit, C, WHY_UNCERTAINTY, "<49");
}

/* It may have been on its way anywhere; any other doubt is said first. */
static void what_had_not_settled(void **state)
{
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value value = exactly("arsenic", 40);

	(void)state;
	value.unsettled = true;
	expect(&value, &limit, C, WHY_UNSETTLED, "it meets");
	value.amount.value = 60;
	expect(&value, &limit, WATER_POSSIBLE_FAILURE, WHY_UNSETTLED, "it fails");
	assert_true(water_judge_row(&value, &limit).alarm);
	value.check = CHECK_NEVER;
	expect(&value, &limit, WATER_POSSIBLE_FAILURE, WHY_NEVER_CHECKED, "nor was it checked");
}

static void what_is_not_the_points_water(void **state)
{
	struct limit limit = limit_of("arsenic", LIMIT_INCLUDED, NAN, 50);
	struct water_value value = exactly("arsenic", 60);

	(void)state;
	value.not_water = true;
	value.check = CHECK_EXPIRED;
	expect(&value, &limit, WATER_NOT_APPLICABLE, WHY_NOT_WATER, "a spike");
	assert_false(water_judge_row(&value, &limit).alarm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doubtful_failure_is_a_possible_one),
		cmocka_unit_test(what_is_not_evaluated_or_missing),
		cmocka_unit_test(a_row_from_memory_judges_nothing_until_signed),
		cmocka_unit_test(only_health_alarms),
		cmocka_unit_test(decision_rules),
		cmocka_unit_test(what_a_method_cannot_see),
		cmocka_unit_test(ends_are_guarded_too),
		cmocka_unit_test(what_had_not_settled),
		cmocka_unit_test(what_is_not_the_points_water),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
