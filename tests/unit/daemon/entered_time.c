/* Times as people type them: what is taken, what is not, and random bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/entered_time.h"

static const int64_t five_past_nine = 1796115900000; /* 2026-12-01 09:05:00 UTC */

static void these_are_times(void **state)
{
	static const struct {
		const char *text;
		int64_t after_ms;
		bool zoned;
	} rows[] = {{"2026-12-01 09:05", 0, false}, {"2026-12-01 09:05:31", 31000, false},
		{"2026-12-01T09:05", 0, false}, {"2026-12-01T09:05:00Z", 0, true},
		{"2026-12-01 09:05 UTC", 0, true}, {"2026-12-01 14:05 +05:00", 0, true},
		{"2026-12-01 14:05+05:00", 0, true}, {"2026-12-01 14:35:01 +05:30", 1000, true},
		{"2026-12-02 00:05 +15:00", 0, true}, {"2026-11-30 21:05 -12:00", 0, true},
		{"2026-12-01 23:05 +14:00", 0, true}};
	char room[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text why = text_over(room, sizeof(room));
		struct entered_time time;
		int err = entered_time_read(&time, rows[i].text, &why);

		if (strstr(rows[i].text, "+15")) {
			assert_int_equal(err, ERR_RANGE);
			continue;
		}
		if (err)
			fail_msg("%s", room);
		assert_int_equal(time.utc_ms, five_past_nine + rows[i].after_ms);
		assert_int_equal(time.zoned, rows[i].zoned);
		assert_int_equal(why.len, 0);
	}
}

static void these_are_not(void **state)
{
	static const char *const rows[] = {"", " ", "now", "14:05", "2026-12-01", "2026-12-01 ",
		"2026-12-01 14", "2026-12-01 14:5", "2026-12-01 24:00", "2026-12-01 14:60",
		"2026-12-01 14:05:60", "2026-12-01 14:05:", "2026-12-01 14:05 PKT",
		"2026-12-01 14:05 +5", "2026-12-01 14:05 +05", "2026-12-01 14:05 +0500",
		"2026-12-01 14:05 +05:60", "2026-12-01 14:05 +14:01", "2026-12-01  14:05",
		"2026-12-01 14:05  UTC", "2026-12-01 14:05 ", "2026-13-01 14:05",
		"2026-00-01 14:05", "2026-12-00 14:05", "26-12-01 14:05", "01-12-2026 14:05",
		"2026-12-01 2:05 pm", " 2026-12-01 14:05", "2026-12-01 14:05x"};
	char room[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text why = text_over(room, sizeof(room));
		struct entered_time time;

		if (entered_time_read(&time, rows[i], &why) != ERR_RANGE)
			fail_msg("\"%s\" is taken", rows[i]);
		assert_non_null(strstr(room, "as clocks in Pakistan show it"));
	}
}

static void a_day_that_is_none_is_named(void **state)
{
	char room[300];
	struct text why = text_over(room, sizeof(room));
	struct entered_time time;

	(void)state;
	assert_int_equal(entered_time_read(&time, "2026-02-29 10:00", &why), ERR_RANGE);
	assert_string_equal(room, "\"2026-02-29\" is no day of the calendar");
	assert_int_equal(entered_time_read(&time, "2028-02-29 10:00", &why), 0);
}

/* What is written reads back as what it was; what is broken at one place is another time or none. */
static void any_time_reads_back_and_any_bytes_are_survived(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	char text[64], room[300];
	int i;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48((long)seed);
	for (i = 0; i < 200000; i++) {
		struct text why = text_over(room, sizeof(room));
		int ahead_min = (int)(lrand48() % (2 * 14 * 60 + 1)) - 14 * 60,
		    far = abs(ahead_min);
		time_t utc = (time_t)(lrand48() % 4102444800 + 86400), local = utc + ahead_min * 60;
		struct entered_time read;
		struct tm tm;
		size_t n;

		gmtime_r(&local, &tm);
		n = strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		snprintf(text + n, sizeof(text) - n, " %c%02d:%02d", ahead_min < 0 ? '-' : '+',
			far / 60, far % 60);
		if (entered_time_read(&read, text, &why))
			fail_msg("%s: %s", text, room);
		assert_int_equal(read.utc_ms, (int64_t)utc * 1000);
		assert_true(read.zoned);
		text[lrand48() % (long)strlen(text)] = (char)(lrand48() % 256);
		(void)!entered_time_read(&read, text, &why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(these_are_times),
		cmocka_unit_test(these_are_not),
		cmocka_unit_test(a_day_that_is_none_is_named),
		cmocka_unit_test(any_time_reads_back_and_any_bytes_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
