/* Each pair that is converted, the way the places move, and pairs that never are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/convert.h"

static void pairs(void **state)
{
	static const struct {
		const char *from, *to;
		double value, becomes;
		int decimals, moved;
	} good[] = {
		{"mg/L", "mg/L", 1.25, 1.25, 2, 2},
		{"mS/cm", "uS/cm", 1.413, 1413, 3, 0},
		{"mS/cm", "uS/cm", 1.4134, 1413.4, 4, 1},
		{"mS/cm", "uS/cm", 12, 12000, 0, 0},
		{"S/m", "uS/cm", 0.05, 500, 2, 0},
		{"mS/m", "uS/cm", 52.5, 525, 1, 0},
		{"uS/cm", "mS/cm", 1413, 1.413, 0, 3},
		{"ug/L", "mg/L", 7, 0.007, 0, 3},
		{"ug/L", "mg/L", 12.5, 0.0125, 1, 4},
		{"g/L", "mg/L", 0.35, 350, 2, 0},
		{"mg/L", "ug/L", 0.01, 10, 2, 0},
		{"[ppm]", "mg/L", 0.52, 0.52, 2, 2},
		{"[ppm]", "ug/L", 0.52, 520, 2, 0},
		{"[ppb]", "ug/L", 3, 3, 0, 0},
		{"[ppb]", "mg/L", 3, 0.003, 0, 3},
		{"[ppth]", "mg/L", 35, 35000, 0, 0},
		{"V", "mV", 0.25, 250, 2, 0},
		{"{TCU}", "{PCU}", 15, 15, 0, 0},
		{"[degF]", "Cel", 212, 100, 0, 1},
		{"[degF]", "Cel", 32, 0, 1, 2},
		{"[degF]", "Cel", -40, -40, -1, -1},
		{"ug/L", "mg/L", 7, 0.007, -1, -1},
		{"mS/cm", "uS/cm", 1.5, 1500, -2, -2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		double value = good[i].value;
		int decimals = good[i].decimals;

		if (!convert_unit(good[i].from, good[i].to, &value, &decimals) ||
			value != good[i].becomes || decimals != good[i].moved)
			fail_msg("%s to %s: %.17g, %d places", good[i].from, good[i].to, value,
				decimals);
	}
}

static void what_is_not_the_same_is_never_converted(void **state)
{
	static const char *const pairs[][2] = {{"{FNU}", "{NTU}"}, {"{NTU}", "{FNU}"},
		{"mg/L", "%"}, {"Cel", "[degF]"}, {"mg/L", ""}, {"", "mg/L"}, {"MG/L", "mg/L"},
		{"[psu]", "mg/L"}, {"mV", "[pH]"}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		double value = 4711;
		int decimals = 2;

		assert_false(convert_unit(pairs[i][0], pairs[i][1], &value, &decimals));
		assert_true(value == 4711);
		assert_int_equal(decimals, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(what_is_not_the_same_is_never_converted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
