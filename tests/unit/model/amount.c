/* What was read off becomes what the water holds; forms of one thing convert, methods never do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/amount.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void forms_convert_by_mass(void **state)
{
	static const struct {
		const char *from, *to;
		double value, becomes;
	} good[] = {
		{"nitrate_n", "nitrate_no3", 11.3, 50.02},
		{"nitrate_no3", "nitrate_n", 50, 11.295},
		{"nitrite_n", "nitrite_no2", 0.91, 2.989},
		{"nitrite_no2", "nitrite_n", 3, 0.9134},
		{"ammonia_n", "ammonium_nh4", 1, 1.2879},
		{"arsenic", "arsenic", 7, 7},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		double value = good[i].value;

		if (!amount_convert_form(good[i].from, good[i].to, &value) ||
			fabs(value - good[i].becomes) > 1e-3 * good[i].becomes)
			fail_msg("%s to %s: %.9g", good[i].from, good[i].to, value);
	}
}

static void what_is_not_the_same_stays(void **state)
{
	static const char *const pairs[][2] = {{"turbidity_fnu", "turbidity_ntu"},
		{"turbidity_ntu", "turbidity_fnu"}, {"nitrate_n", "nitrite_n"},
		{"nitrate_n", "ammonia_n"}, {"nitrate_form_unknown", "nitrate_no3"},
		{"nitrate_no3", "nitrate_form_unknown"}, {"hardness", "alkalinity"},
		{"tds", "conductivity"}, {"conductivity", "specific_conductance"},
		{"free_chlorine", "total_chlorine"}};
	double value = 3;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++)
		if (amount_convert_form(pairs[i][0], pairs[i][1], &value) || value != 3)
			fail_msg("%s became %s", pairs[i][0], pairs[i][1]);
	assert_true(amount_same_property("turbidity_fnu", "turbidity_ntu"));
	assert_true(amount_same_property("nitrate_form_unknown", "nitrate_n"));
	assert_false(amount_same_property("nitrate_n", "nitrite_n"));
	assert_false(amount_same_property("tds", "conductivity"));
}

static void a_form_that_nobody_knows_is_one_of_two(void **state)
{
	(void)state;
	assert_string_equal(amount_possible_form("nitrate_form_unknown", 0), "nitrate_n");
	assert_string_equal(amount_possible_form("nitrate_form_unknown", 1), "nitrate_no3");
	assert_null(amount_possible_form("nitrate_form_unknown", 2));
	assert_string_equal(amount_possible_form("nitrite_form_unknown", 1), "nitrite_no2");
	assert_null(amount_possible_form("nitrate_n", 0));
	assert_null(amount_possible_form("phlogiston", 0));
}

static void dilution_and_unit(void **state)
{
	const struct parameter *arsenic = parameter_find("arsenic");
	struct amount kit = {.kind = AMOUNT_BETWEEN, .value = 0.01, .upper = 0.025, .unit = "mg/L"};
	struct amount five = {.kind = AMOUNT_EXACT, .value = 5, .dilution = 10};

	(void)state;
	assert_true(amount_of_water(&kit, arsenic));
	assert_true(fabs(kit.value - 10) <= 1e-9);
	assert_true(fabs(kit.upper - 25) <= 1e-9);
	assert_string_equal(kit.unit, "ug/L");
	assert_true(amount_of_water(&five, arsenic));
	assert_true(fabs(five.value - 50) <= 1e-9);
	assert_true(amount_of_water(&five, arsenic)); /* and is counted once */
	assert_true(fabs(five.value - 50) <= 1e-9);
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *parameter;
		struct amount amount;
	} bad[] = {
		{"arsenic", {.kind = AMOUNT_EXACT, .value = 5, .unit = "[pH]"}},
		{"arsenic", {.kind = AMOUNT_EXACT, .value = 5, .unit = "furlong"}},
		{"arsenic", {.kind = AMOUNT_EXACT, .value = 5, .dilution = 0.5}},
		{"arsenic", {.kind = AMOUNT_EXACT, .value = 5, .dilution = -1}},
		{"arsenic", {.kind = AMOUNT_EXACT, .value = 5, .dilution = NAN}},
		{"arsenic", {.kind = AMOUNT_EXACT, .value = INFINITY}},
		{"arsenic", {.kind = AMOUNT_BETWEEN, .value = 25, .upper = 10}},
		{"arsenic", {.kind = AMOUNT_BETWEEN, .value = 25, .upper = NAN}},
		{"ph", {.kind = AMOUNT_EXACT, .value = 7, .dilution = 2}},
		{"temperature", {.kind = AMOUNT_EXACT, .value = 7, .dilution = 2}},
		{"turbidity_ntu", {.kind = AMOUNT_EXACT, .value = 7, .unit = "{FNU}"}},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct amount amount = bad[i].amount;

		if (amount_of_water(&amount, parameter_find(bad[i].parameter)))
			fail_msg("%zu: %s was taken", i, bad[i].parameter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_convert_by_mass),
		cmocka_unit_test(what_is_not_the_same_stays),
		cmocka_unit_test(a_form_that_nobody_knows_is_one_of_two),
		cmocka_unit_test(dilution_and_unit),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
