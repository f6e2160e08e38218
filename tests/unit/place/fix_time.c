/* When the time of satellites is believed, and which of their times. */
#include "heard.h"

#include "place/fix_time.h"

#define UTC_MS INT64_C(1776420900000)

enum { BOOT_MS = 70 * 1000 };

/* The fix of second `second`, told `late_ms` after it. */
static struct fix fix_of(int64_t second, int64_t late_ms)
{
	return (struct fix){.boot_ms = BOOT_MS + second * 1000 + late_ms,
		.mode = 3,
		.lat = 34,
		.lon = 71,
		.has_time = true,
		.utc_ms = UTC_MS + second * 1000};
}

static void hear(struct fix_time *time, int64_t second, int64_t late_ms)
{
	struct fix fix = fix_of(second, late_ms);

	fix_time_hear(time, &fix);
}

static bool knows(const struct fix_time *time, int64_t second)
{
	return fix_time_at(time, BOOT_MS + second * 1000).known;
}

static void three_in_a_row(void **state)
{
	struct fix_time time = {0};
	struct gps_time known;

	(void)state;
	assert_false(knows(&time, 0));
	hear(&time, 0, 300);
	hear(&time, 1, 120);
	assert_false(knows(&time, 1));
	hear(&time, 2, 400);
	known = fix_time_at(&time, BOOT_MS + 2500);
	assert_true(known.known);
	/* the one that came with the least delay */
	assert_int_equal(known.offset_ms, UTC_MS - BOOT_MS - 120);
	assert_int_equal(known.boot_ms, BOOT_MS + 2400);
	assert_false(known.leap_known);
	assert_int_equal(known.uncertainty_ms, FIX_TIME_LEAP_ERROR_MS);
}

static void what_is_no_witness(void **state)
{
	struct fix_time time = {0};
	struct fix fix;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		fix = fix_of(i, 100);
		fix.mode = 2;
		fix_time_hear(&time, &fix);
		fix = fix_of(i, 100);
		fix.has_time = false;
		fix_time_hear(&time, &fix);
		/* the same second told over and over */
		hear(&time, 0, 100 + i * 10);
		fix = fix_of(0, 200 + i * 10);
		fix.utc_ms += 99;
		fix_time_hear(&time, &fix);
		assert_false(knows(&time, i));
	}
	/* one in two dimensions does not break the row */
	hear(&time, 5, 100);
	fix = fix_of(6, 100);
	fix.mode = 2;
	fix_time_hear(&time, &fix);
	hear(&time, 7, 100);
	assert_true(knows(&time, 7));
}

static void they_must_agree(void **state)
{
	struct fix_time time = {0};
	int i;

	(void)state;
	/* each by more than half a second off the one before */
	for (i = 0; i < 60; i++) {
		hear(&time, i * 3, 600 * (i % 4));
		assert_false(knows(&time, i * 3 + 2));
	}
	time = (struct fix_time){0};
	for (i = 0; i < 60; i++)
		hear(&time, i, FIX_TIME_AGREE_MS * (i % 2));
	assert_true(knows(&time, 60));
	assert_int_equal(fix_time_at(&time, BOOT_MS + 60000).offset_ms, UTC_MS - BOOT_MS);
}

static void the_least_delay_in_the_window(void **state)
{
	struct fix_time time = {0};
	int i;

	(void)state;
	hear(&time, 0, 0);
	for (i = 1; i < FIX_TIME_WINDOW; i++)
		hear(&time, i, 300);
	assert_int_equal(fix_time_at(&time, BOOT_MS + i * 1000).offset_ms, UTC_MS - BOOT_MS);
	/* long ago is long ago: our clock drifts */
	hear(&time, i, 300);
	assert_int_equal(fix_time_at(&time, BOOT_MS + i * 1000).offset_ms, UTC_MS - BOOT_MS - 300);
}

static void a_gap_begins_anew(void **state)
{
	struct fix_time time = {0};
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		hear(&time, i, 0);
	assert_true(knows(&time, 4 + FIX_TIME_GAP_MS / 1000));
	assert_false(knows(&time, 5 + FIX_TIME_GAP_MS / 1000));
	hear(&time, 4 + FIX_TIME_GAP_MS / 1000, 0); /* just in time */
	assert_true(knows(&time, 4 + FIX_TIME_GAP_MS / 1000));
	hear(&time, 100, 0);
	hear(&time, 101, 0);
	assert_false(knows(&time, 101));
	hear(&time, 102, 0);
	assert_true(knows(&time, 102));
}

/* One that came late is no step; two that agree among themselves are. */
static void late_ones_and_steps(void **state)
{
	static const int64_t steps_ms[] = {
		3000, -7000, INT64_C(1024) * 7 * 86400000, -INT64_C(1024) * 7 * 86400000};
	struct fix_time time;
	struct fix fix;
	size_t k;
	int i;

	(void)state;
	for (k = 0; k < sizeof(steps_ms) / sizeof(*steps_ms); k++) {
		time = (struct fix_time){0};
		for (i = 0; i < 10; i++)
			hear(&time, i, 100);
		hear(&time, i++, 2900);
		assert_true(knows(&time, i));
		hear(&time, i + 3, 100);
		assert_int_equal(
			fix_time_at(&time, BOOT_MS + i * 1000).offset_ms, UTC_MS - BOOT_MS - 100);
		for (i = 15; i < 18; i++) {
			fix = fix_of(i, 100);
			fix.utc_ms += steps_ms[k];
			fix_time_hear(&time, &fix);
			fix.boot_ms += 50; /* gpsd tells it twice */
			fix_time_hear(&time, &fix);
			assert_int_equal(knows(&time, i), i != 16);
		}
		assert_int_equal(fix_time_at(&time, BOOT_MS + 17000).offset_ms,
			UTC_MS - BOOT_MS - 100 + steps_ms[k]);
	}
}

static void leap_seconds(void **state)
{
	struct fix_time time = {0};
	struct gps_time known;
	struct fix fix;
	int i;

	(void)state;
	/* a receiver that does not say: after so long the satellites must have told it */
	for (i = 0; i <= FIX_TIME_LEAP_MS / 1000; i++) {
		known = fix_time_at(&time, BOOT_MS + i * 1000);
		assert_false(known.leap_known);
		hear(&time, i, 50);
	}
	known = fix_time_at(&time, BOOT_MS + i * 1000);
	assert_true(known.leap_known);
	assert_int_equal(known.uncertainty_ms, FIX_TIME_ERROR_MS);
	/* after a gap it may have been switched off */
	for (i += 20; i < 1000; i++)
		hear(&time, i, 50);
	assert_false(fix_time_at(&time, BOOT_MS + i * 1000).leap_known);
	/* one that says so is believed, for as long as its time does not step */
	fix = fix_of(i++, 50);
	fix.leap_known = true;
	fix_time_hear(&time, &fix);
	hear(&time, i++, 50);
	assert_true(fix_time_at(&time, BOOT_MS + i * 1000).leap_known);
}

/* A receiver that learns them steps, and says so in the same breath: the old time is not made good by it. */
static void leap_seconds_that_are_learnt(void **state)
{
	struct fix_time time = {0};
	struct gps_time known;
	struct fix fix;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		hear(&time, i, 50);
	for (; i < 110; i++) {
		fix = fix_of(i, 50);
		fix.utc_ms -= 3000;
		fix.leap_known = true;
		fix_time_hear(&time, &fix);
		known = fix_time_at(&time, fix.boot_ms);
		if (known.known && known.leap_known)
			assert_int_equal(known.offset_ms, UTC_MS - BOOT_MS - 50 - 3000);
	}
	assert_true(known.known && known.leap_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_in_a_row),
		cmocka_unit_test(what_is_no_witness),
		cmocka_unit_test(they_must_agree),
		cmocka_unit_test(the_least_delay_in_the_window),
		cmocka_unit_test(a_gap_begins_anew),
		cmocka_unit_test(late_ones_and_steps),
		cmocka_unit_test(leap_seconds),
		cmocka_unit_test(leap_seconds_that_are_learnt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
