/* Moments as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utc.h"

static void moments_are_written_as_people_do(void **state)
{
	static const struct {
		int64_t utc_ms;
		const char *second;
	} rows[] = {{0, "1970-01-01 00:00:00"}, {-1, "1969-12-31 23:59:59"},
		{-1000, "1969-12-31 23:59:59"}, {-1001, "1969-12-31 23:59:58"},
		{1796115931999, "2026-12-01 09:05:31"}, {951782400000, "2000-02-29 00:00:00"}};
	char room[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = text_over(room, sizeof(room));

		utc_put_second(&text, rows[i].utc_ms);
		assert_string_equal(room, rows[i].second);
		text_clear(&text);
		utc_put_minute(&text, rows[i].utc_ms);
		assert_int_equal(text.len, 16);
		assert_memory_equal(room, rows[i].second, 16);
		text_clear(&text);
		utc_put_day(&text, rows[i].utc_ms);
		assert_int_equal(text.len, 10);
		assert_memory_equal(room, rows[i].second, 10);
	}
}

static void no_moment_is_too_far(void **state)
{
	char room[80];
	struct text text = text_over(room, sizeof(room));

	(void)state;
	utc_put_second(&text, INT64_MAX);
	utc_put_second(&text, INT64_MIN);
	assert_true(text.len > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_written_as_people_do),
		cmocka_unit_test(no_moment_is_too_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
