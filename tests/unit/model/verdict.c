/* Each way a value can lie to a limit, for both operators and for what must be absent. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "judged.h"

/* --- bounds ------------------------------------------------------------------------------------------ */

struct lying {
	struct amount amount;
	enum water_verdict at_most, strictly; /* against <= and < */
	enum water_reason why_at_most, why_strictly;
};

static void run(const struct lying *cases, size_t n, double low, double high)
{
	struct limit at_most = limit_of("fluoride", LIMIT_INCLUDED, low, high);
	struct limit strictly = limit_of("fluoride", LIMIT_STRICT, low, high);
	size_t i;

	for (i = 0; i < n; i++) {
		struct water_value value = {.parameter = "fluoride", .amount = cases[i].amount};
		char what[64];

		snprintf(what, sizeof(what), "case %zu", i);
		expect(&value, &at_most, cases[i].at_most, cases[i].why_at_most, what);
		expect(&value, &strictly, cases[i].strictly, cases[i].why_strictly, what);
	}
}

static void an_upper_bound(void **state)
{
	static const struct lying cases[] = {
		{{.kind = AMOUNT_EXACT, .value = 0}, M, M, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 1.4999}, M, M, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 1.5}, M, A, 0, 0}, /* the very bound */
		{{.kind = AMOUNT_EXACT, .value = 1.5001}, A, A, 0, 0},
		{{.kind = AMOUNT_BELOW, .value = 0.1}, M, M, 0, 0},
		{{.kind = AMOUNT_BELOW, .value = 1.5}, M, M, 0, 0}, /* it is less than the bound */
		{{.kind = AMOUNT_BELOW, .value = 1.6}, C, C, WHY_INSENSITIVE, WHY_INSENSITIVE},
		{{.kind = AMOUNT_ABOVE, .value = 1.6}, A, A, 0, 0},
		{{.kind = AMOUNT_ABOVE, .value = 1.5}, A, A, 0, 0},
		{{.kind = AMOUNT_ABOVE, .value = 1.4}, C, C, WHY_OVER_RANGE, WHY_OVER_RANGE},
		{{.kind = AMOUNT_BETWEEN, .value = 0.5, .upper = 1}, M, M, 0, 0},
		{{.kind = AMOUNT_BETWEEN, .value = 0.5, .upper = 1.5}, M, C, 0, WHY_INTERVAL},
		{{.kind = AMOUNT_BETWEEN, .value = 1, .upper = 2}, C, C, WHY_INTERVAL,
			WHY_INTERVAL},
		{{.kind = AMOUNT_BETWEEN, .value = 1.5, .upper = 2}, C, A, WHY_INTERVAL, 0},
		{{.kind = AMOUNT_BETWEEN, .value = 1.6, .upper = 2}, A, A, 0, 0},
		{{.kind = AMOUNT_BETWEEN, .value = 1.5, .upper = 1.5}, M, A, 0, 0},
		/* Not detected is no zero: it is worth its detection limit. */
		{{.kind = AMOUNT_NOT_DETECTED}, C, C, WHY_DETECTION_LIMIT, WHY_DETECTION_LIMIT},
		{{.kind = AMOUNT_NOT_DETECTED, .detection_limit = 0.1}, M, M, 0, 0},
		{{.kind = AMOUNT_NOT_DETECTED, .detection_limit = 2}, C, C, WHY_INSENSITIVE,
			WHY_INSENSITIVE},
		{{.kind = AMOUNT_NOT_DETECTED, .detection_limit = 0.1, .dilution = 20}, C, C,
			WHY_INSENSITIVE, WHY_INSENSITIVE},
		{{.kind = AMOUNT_DETECTED, .detection_limit = 2}, A, A, 0, 0},
		{{.kind = AMOUNT_DETECTED, .detection_limit = 0.1}, C, C, WHY_INTERVAL,
			WHY_INTERVAL},
		{{.kind = AMOUNT_DETECTED}, C, C, WHY_INTERVAL, WHY_INTERVAL},
		/* Dilution counts. */
		{{.kind = AMOUNT_EXACT, .value = 0.15, .dilution = 10}, M, A, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.2, .dilution = 10}, A, A, 0, 0},
		{{.kind = AMOUNT_BELOW, .value = 0.2, .dilution = 10}, C, C, WHY_INSENSITIVE,
			WHY_INSENSITIVE},
		{{.kind = AMOUNT_ABOVE, .value = 0.2, .dilution = 10}, A, A, 0, 0},
		/* Units. */
		{{.kind = AMOUNT_EXACT, .value = 1500, .unit = "ug/L"}, M, A, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 1501, .unit = "ug/L"}, A, A, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 1, .unit = "{NTU}"}, C, C, WHY_UNIT, WHY_UNIT},
		{{.kind = AMOUNT_EXACT, .value = 1, .dilution = 0.1}, C, C, WHY_UNIT, WHY_UNIT},
		/* What is no value. */
		{{.kind = AMOUNT_NONE}, C, C, WHY_NO_VALUE, WHY_NO_VALUE},
		{{.kind = AMOUNT_EXACT, .value = NAN}, C, C, WHY_NO_VALUE, WHY_NO_VALUE},
		{{.kind = AMOUNT_EXACT, .value = INFINITY}, C, C, WHY_UNIT, WHY_UNIT},
		{{.kind = AMOUNT_EXACT, .value = -0.1}, C, C, WHY_IMPOSSIBLE, WHY_IMPOSSIBLE},
		{{.kind = AMOUNT_EXACT, .value = 20000}, C, C, WHY_IMPOSSIBLE, WHY_IMPOSSIBLE},
		{{.kind = AMOUNT_BELOW, .value = 0}, C, C, WHY_IMPOSSIBLE, WHY_IMPOSSIBLE},
		{{.kind = AMOUNT_BETWEEN, .value = 2, .upper = 1}, C, C, WHY_UNIT, WHY_UNIT},
	};

	(void)state;
	run(cases, COUNT(cases), NAN, 1.5);
}

static void a_range(void **state)
{
	static const struct lying cases[] = {
		{{.kind = AMOUNT_EXACT, .value = 0.1}, B, B, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.2}, M, B, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.3}, M, M, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.5}, M, A, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.6}, A, A, 0, 0},
		{{.kind = AMOUNT_BELOW, .value = 0.1}, B, B, 0, 0},
		{{.kind = AMOUNT_BELOW, .value = 0.2}, B, B, 0, 0},
		{{.kind = AMOUNT_BELOW, .value = 0.3}, C, C, WHY_INSENSITIVE, WHY_INSENSITIVE},
		{{.kind = AMOUNT_ABOVE, .value = 0.3}, C, C, WHY_OVER_RANGE, WHY_OVER_RANGE},
		{{.kind = AMOUNT_ABOVE, .value = 0.5}, A, A, 0, 0},
		{{.kind = AMOUNT_BETWEEN, .value = 0.2, .upper = 0.5}, M, C, 0, WHY_INTERVAL},
		{{.kind = AMOUNT_BETWEEN, .value = 0.1, .upper = 0.3}, C, C, WHY_INTERVAL,
			WHY_INTERVAL},
		{{.kind = AMOUNT_BETWEEN, .value = 0.05, .upper = 0.1}, B, B, 0, 0},
		/* Both ends fail, but not alike, and what lies between meets. */
		{{.kind = AMOUNT_BETWEEN, .value = 0.1, .upper = 0.6}, C, C, WHY_INTERVAL,
			WHY_INTERVAL},
		{{.kind = AMOUNT_NOT_DETECTED, .detection_limit = 0.1}, B, B, 0, 0},
	};
	static const struct lying at_least[] = {
		{{.kind = AMOUNT_EXACT, .value = 0.1}, B, B, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.2}, M, B, 0, 0},
		{{.kind = AMOUNT_EXACT, .value = 20}, M, M, 0, 0},
		{{.kind = AMOUNT_ABOVE, .value = 0.2}, M, M, 0, 0},
		{{.kind = AMOUNT_ABOVE, .value = 0.1}, C, C, WHY_OVER_RANGE, WHY_OVER_RANGE},
	};

	(void)state;
	run(cases, COUNT(cases), 0.2, 0.5);
	run(at_least, COUNT(at_least), 0.2, NAN);
}

/* A 32-bit float's 0.05 is a hair more, and 0.07 mg/L is not quite 70 times 0.001. */
static void a_number_is_not_moved_over_a_bound(void **state)
{
	struct limit strict = limit_of("ph", LIMIT_STRICT, 6.5, 8.5);
	struct limit lead = limit_of("lead", LIMIT_INCLUDED, NAN, 70);
	struct limit half = limit_of("fluoride", LIMIT_INCLUDED, NAN, 0.05);
	struct water_value value = exactly("lead", 0.07);

	(void)state;
	value.amount.unit = "mg/L";
	expect(&value, &lead, M, 0, "0.07 mg/L");
	value = exactly("fluoride", (double)0.05F);
	expect(&value, &half, M, 0, "0.05 as a float");
	value = exactly("ph", (double)8.4999F);
	expect(&value, &strict, M, 0, "8.4999");
	value = exactly("ph", 0);
	expect(&value, &strict, B, 0, "0");
	value = exactly("ph", -1);
	expect(&value, &strict, B, 0, "a pH may be negative");
	value = exactly("ph", 17);
	expect(&value, &strict, C, WHY_IMPOSSIBLE, "17");
}

/* --- forms and methods ------------------------------------------------------------------------------- */

static void nitrogen_is_not_nitrate(void **state)
{
	static const struct {
		const char *parameter;
		struct amount amount;
		enum water_verdict verdict;
		enum water_reason reason;
	} cases[] = {
		{"nitrate_no3", {.kind = AMOUNT_EXACT, .value = 50}, M, 0},
		{"nitrate_no3", {.kind = AMOUNT_EXACT, .value = 50.1}, A, 0},
		{"nitrate_n", {.kind = AMOUNT_EXACT, .value = 11.29}, M, 0},
		{"nitrate_n", {.kind = AMOUNT_EXACT, .value = 11.3}, A, 0}, /* 50.02 as NO3 */
		{"nitrate_n", {.kind = AMOUNT_EXACT, .value = 50}, A, 0},
		{"nitrate_n", {.kind = AMOUNT_BETWEEN, .value = 10, .upper = 20}, C, WHY_INTERVAL},
		{"nitrate_n", {.kind = AMOUNT_BETWEEN, .value = 5, .upper = 10}, M, 0},
		{"nitrate_form_unknown", {.kind = AMOUNT_EXACT, .value = 11}, M,
			0}, /* either way */
		{"nitrate_form_unknown", {.kind = AMOUNT_EXACT, .value = 20}, C, WHY_FORM},
		{"nitrate_form_unknown", {.kind = AMOUNT_EXACT, .value = 50}, C, WHY_FORM},
		{"nitrate_form_unknown", {.kind = AMOUNT_EXACT, .value = 51}, A,
			0}, /* either way */
		{"nitrate_form_unknown", {.kind = AMOUNT_BELOW, .value = 1}, M, 0},
		{"nitrate_form_unknown", {.kind = AMOUNT_BELOW, .value = 20}, C, WHY_FORM},
		{"nitrate_form_unknown", {.kind = AMOUNT_ABOVE, .value = 60}, A, 0},
		{"nitrite_no2", {.kind = AMOUNT_EXACT, .value = 1}, C, WHY_NO_LIMIT},
		{"turbidity_ntu", {.kind = AMOUNT_EXACT, .value = 1}, C, WHY_NO_LIMIT},
	};
	struct limit limit = limit_of("nitrate_no3", LIMIT_INCLUDED, NAN, 50);
	struct limit as_n = limit_of("nitrate_n", LIMIT_INCLUDED, NAN, 11);
	struct water_value value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		value = (struct water_value){
			.parameter = cases[i].parameter, .amount = cases[i].amount};
		expect(&value, &limit, cases[i].verdict, cases[i].reason, cases[i].parameter);
	}
	value = exactly("nitrate_no3", 48);
	expect(&value, &as_n, M, 0, "48 as NO3 is 10.8 as N");
	value = exactly("nitrate_no3", 49);
	expect(&value, &as_n, A, 0, "49 as NO3 is 11.07 as N");
}

static void fnu_is_not_ntu(void **state)
{
	struct limit limit = limit_of("turbidity_ntu", LIMIT_STRICT, NAN, 5);
	struct water_value value = exactly("turbidity_fnu", 0.1);

	(void)state;
	expect(&value, &limit, C, WHY_METHOD, "0.1 FNU");
	value = exactly("turbidity_fnu", 500);
	expect(&value, &limit, C, WHY_METHOD, "500 FNU");
	value = exactly("turbidity_ntu", 5);
	expect(&value, &limit, A, 0, "5 NTU");
}

/* --- what must be absent ----------------------------------------------------------------------------- */

static void bacteria_are_detected_or_not(void **state)
{
	static const struct {
		struct amount amount;
		enum water_verdict verdict;
		enum water_reason reason;
	} cases[] = {
		{{.kind = AMOUNT_NOT_DETECTED}, M, 0},
		{{.kind = AMOUNT_NOT_DETECTED, .dilution = 1}, M, 0},
		{{.kind = AMOUNT_NOT_DETECTED, .dilution = 10}, C, WHY_INSENSITIVE}, /* in 10 mL */
		{{.kind = AMOUNT_NOT_DETECTED, .detection_limit = 1}, M, 0},
		{{.kind = AMOUNT_NOT_DETECTED, .detection_limit = 100}, C,
			WHY_INSENSITIVE}, /* in 1 mL */
		{{.kind = AMOUNT_EXACT, .value = 0}, C,
			WHY_ZERO}, /* a number is no "not detected" */
		{{.kind = AMOUNT_EXACT, .value = 1}, D, 0},
		{{.kind = AMOUNT_EXACT, .value = 0.1}, D, 0}, {{.kind = AMOUNT_DETECTED}, D, 0},
		{{.kind = AMOUNT_DETECTED, .dilution = 10}, D, 0},
		{{.kind = AMOUNT_BELOW, .value = 1}, M, 0},
		{{.kind = AMOUNT_BELOW, .value = 1, .dilution = 10}, C, WHY_INSENSITIVE},
		{{.kind = AMOUNT_BELOW, .value = 10}, C, WHY_INSENSITIVE},
		{{.kind = AMOUNT_ABOVE, .value = 100}, D, 0},
		{{.kind = AMOUNT_ABOVE, .value = 0}, D, 0},
		{{.kind = AMOUNT_BETWEEN, .value = 0, .upper = 10}, C, WHY_INTERVAL},
		{{.kind = AMOUNT_BETWEEN, .value = 1, .upper = 10}, D, 0},
		{{.kind = AMOUNT_NONE}, C, WHY_NO_VALUE}, /* the bag is in the incubator */
	};
	struct limit limit = limit_of("ecoli", LIMIT_ABSENT, NAN, NAN);
	struct limit few = limit_of("ecoli", LIMIT_INCLUDED, NAN, 10); /* a programme's own */
	struct limit taste = limit_of("taste_objectionable", LIMIT_ABSENT, NAN, NAN);
	struct water_value value = {.parameter = "ecoli"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		char what[64];

		value.amount = cases[i].amount;
		snprintf(what, sizeof(what), "case %zu", i);
		expect(&value, &limit, cases[i].verdict, cases[i].reason, what);
	}
	value.amount = (struct amount){.kind = AMOUNT_NOT_DETECTED};
	expect(&value, &few, M, 0, "none of at most 10");
	value.amount.dilution = 100;
	expect(&value, &few, C, WHY_INSENSITIVE, "none in 1 mL of at most 10");
	value = exactly("ecoli", 11);
	expect(&value, &few, A, 0, "11 of at most 10");
	value = (struct water_value){
		.parameter = "taste_objectionable", .amount = {.kind = AMOUNT_NOT_DETECTED}};
	expect(&value, &taste, M, 0, "nothing objectionable");
	value.amount.kind = AMOUNT_DETECTED;
	expect(&value, &taste, D, 0, "objectionable");
}

/* --- any values -------------------------------------------------------------------------------------- */

static double any_of(unsigned *seed)
{
	static const double near[] = {0, 0.1, 0.2, 0.3, 0.5, 0.6, 1, 2};

	return near[(size_t)rand_r(seed) % COUNT(near)];
}

/* What is said of an interval or a bound holds for each number that it may be. */
static void a_verdict_holds_for_all_that_it_may_be(void **state)
{
	const char *asked = getenv("SEED");
	unsigned seed = asked ? (unsigned)strtoul(asked, NULL, 10) : (unsigned)time(NULL);
	unsigned round, clear_ones = 0;

	(void)state;
	printf("SEED=%u\n", seed);
	for (round = 0; round < 20000; round++) {
		struct limit limit =
			limit_of("fluoride", rand_r(&seed) % 2 ? LIMIT_STRICT : LIMIT_INCLUDED,
				rand_r(&seed) % 2 ? any_of(&seed) : NAN, 0);
		double a = any_of(&seed), b = any_of(&seed), part;
		enum amount_kind kind = (enum amount_kind)(AMOUNT_BELOW + rand_r(&seed) % 3);
		struct water_value value = {.parameter = "fluoride",
			.amount = {.kind = kind, .value = a < b ? a : b, .upper = a < b ? b : a}};
		struct water_judgement whole, one;

		limit.high = (isnan(limit.low) ? 0 : limit.low) + any_of(&seed) + 0.1;
		whole = water_judge_row(&value, &limit);
		if (whole.verdict == C)
			continue;
		clear_ones++;
		for (part = 0; part <= 1; part += 0.125) {
			double x = value.amount.value;

			if (kind == AMOUNT_BETWEEN)
				x += part * (value.amount.upper - x);
			else if (kind == AMOUNT_BELOW)
				x *= part == 1 ? 0.9999 : part;
			else
				x += 0.0001 + 100 * part;
			one = water_judge_row(&(struct water_value){.parameter = "fluoride",
						      .amount = {.kind = AMOUNT_EXACT, .value = x}},
				&limit);
			if (one.verdict != whole.verdict)
				fail_msg("%g of %g to %g, %g to %g: %s, not %s", x,
					value.amount.value, value.amount.upper, limit.low,
					limit.high, water_verdict_word(one.verdict),
					water_verdict_word(whole.verdict));
		}
	}
	assert_true(clear_ones > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_upper_bound),
		cmocka_unit_test(a_range),
		cmocka_unit_test(a_number_is_not_moved_over_a_bound),
		cmocka_unit_test(nitrogen_is_not_nitrate),
		cmocka_unit_test(fnu_is_not_ntu),
		cmocka_unit_test(bacteria_are_detected_or_not),
		cmocka_unit_test(a_verdict_holds_for_all_that_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
