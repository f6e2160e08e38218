/* When a meter says that it measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utc.h"
#include "inbox/when.h"

enum { PAKISTAN = 300 };

static void what_meters_write_is_read(void **state)
{
	static const struct {
		const char *date, *time;
		enum date_order order;
		const char *utc;
	} rows[] = {
		{"2026-11-28", "14:05:31", DATE_YMD, "2026-11-28 09:05:31"},
		{"2026/11/28", "14:05", DATE_YMD, "2026-11-28 09:05:00"},
		{"28.11.2026", "14:05", DATE_DMY, "2026-11-28 09:05:00"},
		{"28-Nov-2026", "2:05 PM", DATE_DMY, "2026-11-28 09:05:00"},
		{"28 november 26", "02:05:31pm", DATE_DMY, "2026-11-28 09:05:31"},
		{"11/28/26", "12:00:00 AM", DATE_MDY, "2026-11-27 19:00:00"},
		{"Nov 28 2026", "12:00 pm", DATE_MDY, "2026-11-28 07:00:00"},
		{"1/2/2026", "9:05", DATE_DMY, "2026-02-01 04:05:00"},
		{"1/2/2026", "9:05", DATE_MDY, "2026-01-02 04:05:00"},
		{" 2028-02-29 ", " 00:00:00.25 ", DATE_YMD, "2028-02-28 19:00:00"},
	};
	char room[64];
	int64_t utc_ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = text_over(room, sizeof(room));

		if (!when_read(rows[i].date, rows[i].time, rows[i].order, PAKISTAN, &utc_ms, &text))
			fail_msg("%s %s: %s", rows[i].date, rows[i].time, room);
		utc_put_second(&text, utc_ms);
		assert_string_equal(room, rows[i].utc);
	}
}

static void what_could_be_two_days_or_none_is_refused(void **state)
{
	static const struct {
		const char *date, *time;
		enum date_order order;
	} rows[] = {
		{"28.11.2026", "14:05", DATE_MDY},  /* no month 28 */
		{"11/28/2026", "14:05", DATE_DMY},  /* the same the other way */
		{"28/11/2026", "14:05", DATE_YMD},  /* the year is not first */
		{"26-11-28", "14:05", DATE_YMD},    /* a short year could be a day */
		{"2026-11-28", "14:05", DATE_DMY},  /* no day 2026 */
		{"Nov-28-2026", "14:05", DATE_DMY}, /* the month is not second */
		{"28-No-2026", "14:05", DATE_DMY},
		{"28-Nob-2026", "14:05", DATE_DMY},
		{"29-02-2026", "14:05", DATE_DMY},
		{"28-11/2026", "14:05", DATE_DMY},
		{"28-11-2026 x", "14:05", DATE_DMY},
		{"28-11-026", "14:05", DATE_DMY},
		{"28-11-20266", "14:05", DATE_DMY},
		{"28-11", "14:05", DATE_DMY},
		{"", "14:05", DATE_DMY},
		{"28-11-2026", "", DATE_DMY},
		{"28-11-2026", "24:00", DATE_DMY},
		{"28-11-2026", "13:05 PM", DATE_DMY},
		{"28-11-2026", "0:05 AM", DATE_DMY},
		{"28-11-2026", "14:5", DATE_DMY},
		{"28-11-2026", "14:05:", DATE_DMY},
		{"28-11-2026", "14:05:31.", DATE_DMY},
		{"28-11-2026", "14:05 o'clock", DATE_DMY},
		{"28-11-2026", "1405", DATE_DMY},
	};
	char room[160];
	int64_t utc_ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text why = text_over(room, sizeof(room));

		if (when_read(rows[i].date, rows[i].time, rows[i].order, 0, &utc_ms, &why))
			fail_msg("\"%s\" \"%s\" was read", rows[i].date, rows[i].time);
		assert_true(why.len > 0);
	}
}

static void another_order_of_the_parts_is_seen(void **state)
{
	enum date_order other = DATE_YMD;

	(void)state;
	assert_true(when_other_order("28.11.2026", DATE_MDY, &other));
	assert_int_equal(other, DATE_DMY);
	assert_true(when_other_order("28.11.2026", DATE_YMD, &other));
	assert_int_equal(other, DATE_DMY);
	assert_true(when_other_order("2026-11-28", DATE_DMY, &other));
	assert_int_equal(other, DATE_YMD);
	assert_true(when_other_order("11/28/26", DATE_DMY, &other));
	assert_int_equal(other, DATE_MDY);
	assert_false(when_other_order("31.11.2026", DATE_MDY, &other)); /* of none */
	assert_false(when_other_order("1.12.2026", DATE_MDY, &other));  /* of this one too */
	assert_false(when_other_order("", DATE_MDY, &other));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_meters_write_is_read),
		cmocka_unit_test(what_could_be_two_days_or_none_is_refused),
		cmocka_unit_test(another_order_of_the_parts_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
