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

static void months_have_their_days(void **state)
{
	static const struct {
		int year, month, day;
		unsigned begins, of_month, in_month;
	} rows[] = {{1970, 1, 1, 1, 1, 31}, {2026, 11, 30, 1, 30, 30}, {2027, 2, 28, 1, 28, 28},
		{2028, 2, 29, 1, 29, 29}, {2026, 12, 31, 1, 31, 31}, {2026, 11, 14, 15, 31, 31},
		{2026, 11, 15, 15, 1, 30}, {2027, 1, 14, 15, 31, 31}, {2028, 3, 1, 28, 3, 29},
		{2027, 3, 27, 28, 28, 28}};
	unsigned of_month, in_month;
	int32_t day = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(utc_day(rows[i].year, rows[i].month, rows[i].day, &day));
		utc_month(day, rows[i].begins, &of_month, &in_month);
		assert_int_equal(of_month, rows[i].of_month);
		assert_int_equal(in_month, rows[i].in_month);
	}
}

static void a_moment_is_read_as_it_is_written(void **state)
{
	static const struct {
		const char *text;
		int err;
		int64_t utc_ms;
		bool zoned;
	} rows[] = {{"1970-01-01 00:00", 0, 0, false}, {"1970-01-01 00:00:01.5", 0, 1500, false},
		{"2020-01-01 00:00:00.000", 0, 1577836800000, false},
		{"2020-01-01T05:00:00.0019+05:00", 0, 1577836800001, true},
		{"2020-01-01 00:00:00.25 UTC", 0, 1577836800250, true},
		{"2020-01-01 00:00:00.", ERR_CONF, 0, false},
		{"2020-01-01 00:00:00,5", ERR_CONF, 0, false}, {"1577836800", ERR_CONF, 0, false},
		{"2021-02-29 00:00", ERR_RANGE, 0, false}};
	int64_t utc_ms;
	bool zoned;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(utc_read(rows[i].text, &utc_ms, &zoned), rows[i].err);
		if (rows[i].err)
			continue;
		assert_int_equal(utc_ms, rows[i].utc_ms);
		assert_int_equal(zoned, rows[i].zoned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_written_as_people_do),
		cmocka_unit_test(no_moment_is_too_far),
		cmocka_unit_test(months_have_their_days),
		cmocka_unit_test(a_moment_is_read_as_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
