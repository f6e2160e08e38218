/* What was typed as an amount; a result as a record and back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sample/result.h"

static void typed_values(void **state)
{
	static const struct {
		const char *typed;
		enum amount_kind kind;
		double value, upper;
	} good[] = {{"0.4", AMOUNT_EXACT, 0.4, 0}, {"-0.5", AMOUNT_EXACT, -0.5, 0},
		{"<0.1", AMOUNT_BELOW, 0.1, 0}, {"> 5", AMOUNT_ABOVE, 5, 0},
		{"0.2..0.5", AMOUNT_BETWEEN, 0.2, 0.5}, {"0..0", AMOUNT_BETWEEN, 0, 0},
		{"detected", AMOUNT_DETECTED, 0, 0}, {"not detected", AMOUNT_NOT_DETECTED, 0, 0}};
	static const char *const bad[] = {"", "x", "0.4 mg", "<", "1e3", "0x10", "inf", "nan",
		"0.5..0.2", "..5", "5..", "1..2..3", "<0.2..0.5", "1,5", "--1", ".", "Detected",
		"999999999999999999999"};
	struct amount amount;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!result_amount(&amount, "free_chlorine", good[i].typed, "mg/L", "", ""))
			fail_msg("'%s' is not taken", good[i].typed);
		assert_int_equal(amount.kind, good[i].kind);
		assert_true(amount.value == good[i].value && amount.upper == good[i].upper);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (result_amount(&amount, "ph", bad[i], "", "", ""))
			fail_msg("'%s' is taken", bad[i]);
	assert_false(result_amount(&amount, "ph", "1", "", "x", ""));
	assert_false(result_amount(&amount, "ph", "1", "", "-1", ""));
	assert_false(result_amount(&amount, "ph", "1", "", "", "0.5"));
}

/* Five of 0 and 1 are a bag's compartments of bacteria alone: water can have 10000 uS/cm, or 11000 mg/L of salt. */
static void a_bag_is_a_bag_of_bacteria(void **state)
{
	static const char *const numbers[] = {"00000", "10000", "11000", "11111"};
	struct amount amount;
	size_t i;

	(void)state;
	assert_true(result_amount(&amount, "ecoli", "11000", "", "", "10"));
	assert_int_equal(amount.kind, AMOUNT_EXACT);
	assert_true(amount.value > 1 && amount.value < 20);
	assert_true(result_amount(&amount, "ecoli", "00000", "", "", ""));
	assert_int_equal(amount.kind, AMOUNT_NOT_DETECTED);
	assert_true(result_amount(&amount, "ecoli", "11111", "", "", ""));
	assert_int_equal(amount.kind, AMOUNT_ABOVE);
	assert_true(amount.value == 100);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_false(result_is_bag("conductivity", numbers[i], ""));
		assert_true(result_amount(&amount, "conductivity", numbers[i], "", "", ""));
		assert_int_equal(amount.kind, AMOUNT_EXACT);
		assert_true(amount.value == atof(numbers[i]));
		assert_true(result_amount(&amount, "ecoli", numbers[i], "/(100.mL)", "", ""));
		assert_true(amount.value == atof(numbers[i]) && amount.kind == AMOUNT_EXACT);
	}
	assert_false(result_is_bag("phlogiston", "11010", ""));
}

static void results_come_back(void **state)
{
	struct result result = {.sample = 9,
			      .entry = 12,
			      .parameter = "free_chlorine",
			      .method = "dpd",
			      .value = "<0.1",
			      .unit = "mg/L",
			      .mdl = "0.05",
			      .dilution = "2",
			      .limit = "0.2..0.5",
			      .set = "nsdwq-2010",
			      .set_code = 65535,
			      .verdict = WATER_POSSIBLE_FAILURE,
			      .as_if_believed = WATER_FAILS_BELOW,
			      .reason = WHY_QC_SUSPECT,
			      .basis = LIMIT_HEALTH,
			      .alarm = true,
			      .screening = true,
			      .unsettled = true,
			      .known = "5",
			      .uncertainty = "0.015",
			      .rule = RULE_GUARDED,
			      .status = RESULT_VERIFIED,
			      .revision = 255},
		      back;
	char words[STEP_WORDS];
	struct text to = text_over(words, sizeof(words));
	int64_t codes;

	(void)state;
	result_put(&to, &codes, &result);
	assert_false(to.cut);
	assert_true(result_read(&back, 33, 9, codes, 12, words));
	result.number = 33;
	assert_string_equal(back.value, "<0.1");
	assert_string_equal(back.set, "nsdwq-2010");
	assert_int_equal(back.set_code, 65535);
	assert_int_equal(back.verdict, WATER_POSSIBLE_FAILURE);
	assert_int_equal(back.as_if_believed, WATER_FAILS_BELOW);
	assert_int_equal(back.reason, WHY_QC_SUSPECT);
	assert_int_equal(back.basis, LIMIT_HEALTH);
	assert_string_equal(back.known, "5");
	assert_true(
		back.alarm && back.screening && back.unsettled && back.status == RESULT_VERIFIED);
	assert_int_equal(back.revision, 255);
	assert_string_equal(back.uncertainty, "0.015");
	assert_int_equal(back.rule, RULE_GUARDED);
	assert_int_equal(codes >> 24 & 0xff, 255); /* where the spool looks for it */
	assert_false(result_read(&back, 33, 9, codes, 12, "p=ph"));
	assert_false(result_read(&back, 33, 0, codes, 12, words));
}

/* Where a record has no room for all, what was found is whole: a dilution that is lost would be another value. */
static void what_was_found_comes_first(void **state)
{
	struct result result = {.sample = 9, .verdict = WATER_MEETS}, back;
	char words[STEP_WORDS];
	struct text to = text_over(words, sizeof(words));
	int64_t codes;

	(void)state;
	memset(result.parameter, 'p', sizeof(result.parameter) - 1);
	memset(result.method, 'm', sizeof(result.method) - 1);
	memset(result.unit, 'u', sizeof(result.unit) - 1);
	memset(result.mdl, '1', sizeof(result.mdl) - 1);
	memset(result.limit, 'l', sizeof(result.limit) - 1);
	text_copy(result.value, sizeof(result.value), "12345678901234567890");
	text_copy(result.dilution, sizeof(result.dilution), "12345678901");
	result_put(&to, &codes, &result);
	assert_true(result_read(&back, 33, 9, codes, 12, words));
	assert_string_equal(back.value, result.value);
	assert_string_equal(back.dilution, result.dilution);
	assert_string_equal(back.unit, result.unit);
	assert_string_equal(back.mdl, result.mdl);
	assert_string_equal(back.method, result.method);
	assert_string_equal(back.limit, "");
}

static void limits_as_words(void **state)
{
	static const struct limit both = {.must = LIMIT_INCLUDED,
					  .low = 6.5,
					  .high = 8.5,
					  .basis = LIMIT_HEALTH},
				  strict = {.must = LIMIT_STRICT, .low = NAN, .high = 5},
				  absent = {.must = LIMIT_ABSENT, .low = NAN, .high = NAN};
	static const struct limit_set set = {.name = "nsdwq-2010", .code = 7};
	struct water_judgement judgement = {.verdict = WATER_MEETS, .limit = &both, .set = &set};
	struct result result = {.number = 0};

	(void)state;
	result_judged(&result, &judgement);
	assert_string_equal(result.limit, "6.5..8.5");
	assert_string_equal(result.set, "nsdwq-2010");
	assert_int_equal(result.basis, LIMIT_HEALTH);
	judgement.limit = &strict;
	result_judged(&result, &judgement);
	assert_string_equal(result.limit, "..<5");
	judgement.limit = &absent;
	result_judged(&result, &judgement);
	assert_string_equal(result.limit, "absent");
	judgement.limit = NULL;
	result = (struct result){.number = 0};
	result_judged(&result, &judgement);
	assert_string_equal(result.limit, "");
	assert_int_equal(result.basis, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typed_values),
		cmocka_unit_test(a_bag_is_a_bag_of_bacteria),
		cmocka_unit_test(results_come_back),
		cmocka_unit_test(what_was_found_comes_first),
		cmocka_unit_test(limits_as_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
