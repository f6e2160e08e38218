/* What was found at a point before: the newest first, a sample's last word, and no more than is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample/history.h"

static void take(struct history *history, uint64_t point, uint64_t sample, const char *parameter,
	const char *value)
{
	struct result result = {.number = sample + 3, .sample = sample, .method = "strip"};

	text_copy(result.parameter, sizeof(result.parameter), parameter);
	text_copy(result.value, sizeof(result.value), value);
	assert_int_equal(history_take(history, point, &result), 0);
}

static void newest_first_and_each_sample_once(void **state)
{
	struct history *history = history_new();
	struct result found[8];

	(void)state;
	take(history, 7, 30, "ph", "7");
	take(history, 7, 50, "ph", "8");
	take(history, 7, 40, "ph", "9"); /* a test that took a day */
	take(history, 7, 50, "ph", "8.5");
	take(history, 8, 10, "ph", "1"); /* elsewhere */
	assert_int_equal(history_before(history, 7, 60, found, 0, 8), 3);
	assert_string_equal(found[0].value, "8.5");
	assert_string_equal(found[1].value, "9");
	assert_string_equal(found[2].value, "7");
	assert_int_equal(history_before(history, 7, 50, found, 0, 8), 2);
	assert_int_equal(history_before(history, 7, 60, found, 0, 1), 1);
	assert_int_equal(history_before(history, 9, 60, found, 0, 8), 0);
	history_free(history);
}

/* Two points that a centre found to be one. */
static void of_two_points_that_are_one(void **state)
{
	static const char *const want[] = {"6", "5", "4", "4b", "3", "2"};
	struct history *history = history_new();
	struct result found[6];
	size_t i, n;

	(void)state;
	take(history, 7, 30, "ph", "3");
	take(history, 7, 40, "ph", "4b");
	take(history, 7, 40, "arsenic", "4");
	take(history, 7, 60, "ph", "6");
	take(history, 8, 10, "ph", "1");
	take(history, 8, 20, "ph", "2");
	take(history, 8, 50, "ph", "5");
	take(history, 8, 70, "ph", "7");
	n = history_before(history, 7, 70, found, 0, 6);
	n = history_before(history, 8, 70, found, n, 6);
	assert_int_equal(n, 6);
	for (i = 0; i < n; i++)
		assert_string_equal(found[i].value, want[i]);
	history_free(history);
}

static void the_oldest_of_a_parameter_goes(void **state)
{
	struct history *history = history_new();
	struct result found[2 * HISTORY_KEPT + 2];
	uint64_t sample;

	(void)state;
	take(history, 7, 1, "arsenic", "5");
	for (sample = 2; sample < 100; sample++)
		take(history, 7, sample, "ph", "7");
	assert_int_equal(
		history_before(history, 7, 100, found, 0, 2 * HISTORY_KEPT + 2), HISTORY_KEPT + 1);
	assert_int_equal(found[0].sample, 99);
	assert_int_equal(found[HISTORY_KEPT - 1].sample, 100 - HISTORY_KEPT);
	assert_string_equal(found[HISTORY_KEPT].parameter, "arsenic");
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_first_and_each_sample_once),
		cmocka_unit_test(of_two_points_that_are_one),
		cmocka_unit_test(the_oldest_of_a_parameter_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
