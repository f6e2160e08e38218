/* What the clock chip and a person lead to. */
#include "van.h"

/* --- the chip ------------------------------------------------------------------------------------------ */

static void a_chip_is_used_after_the_wait_with_what_it_may_have_drifted(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	chip(&van, now_2025);
	assert_false(look(&van).fix);
	pass(&van, 600 * SECOND);
	act = look(&van);
	expect_fix(&act, TIME_RTC, now_2025 - 5000, 2000 + DAY);
	van = van_at(5000, now_2025);
	van.conf.wait_s = 0;
	/* ten days since NTP: 43.2 s at 50 ppm */
	van.past = (struct spool_past){
		true, now_2025 - 10 * (int64_t)DAY, 10, now_2025 - 10 * (int64_t)DAY, false};
	chip(&van, now_2025);
	act = look(&van);
	expect_fix(&act, TIME_RTC, now_2025 - 5000, 2000 + 43200);
	/* NTP after it */
	sync(&van, 5);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_NTP);
}

static void a_chip_that_is_none_or_wrong_is_none(void **state)
{
	static const struct {
		struct clock_chip chip;
		int64_t wall_ms;
		enum clock_standing standing;
		bool fix; /* the machine's clock is used by itself */
	} rows[] = {
		{{false, false, false, 0}, 1750000000000, STANDING_ABSENT, true},
		{{true, true, false, 0}, 1750000000000, STANDING_SILENT, true},
		{{true, false, true, 1750000000000}, 1750000000000, STANDING_UNUSED, true},
		{{true, true, true, 1750000000000 - 3001}, 1750000000000, STANDING_APART, true},
		{{true, true, true, 1750000000000 - 3000}, 1750000000000, STANDING_GOOD, true},
		{{true, true, true, 0}, 0, STANDING_RANGE, false},
		{{true, true, true, 1749000000000}, 1749000000000, STANDING_EARLY, false},
		{{true, true, true, 1890000000000}, 1890000000000, STANDING_LATE, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct van van = van_at(0, rows[i].wall_ms);
		struct stamps_act act;

		van.conf.wait_s = 0;
		van.past = (struct spool_past){true, 1749500000000, 0, 1749500000000, false};
		van.look.chip = rows[i].chip;
		act = look(&van);
		if (act.clocks[CLOCK_CHIP].standing != rows[i].standing || act.fix != rows[i].fix)
			fail_msg("row %zu: %d, %d", i, act.clocks[CLOCK_CHIP].standing, act.fix);
		assert_int_equal(act.source == TIME_RTC, rows[i].standing == STANDING_GOOD);
	}
}

/* Satellites show that it is wrong; in the next start, without them, it is not believed. */
static void a_chip_found_wrong_is_not_believed_until_it_is_right(void **state)
{
	struct van van = van_at(5000, now_2025 + 90 * (int64_t)DAY);
	struct stamps_act act;

	(void)state;
	chip(&van, van.look.wall_ms);
	satellites(&van, now_2025, true);
	act = look(&van);
	assert_true(act.fix && act.doubt);
	assert_in_range(act.doubt_ms, 90 * (int64_t)DAY - 1000, 90 * (int64_t)DAY + 1000);
	assert_true(van.memory.chip_doubted);
	pass(&van, 1000);
	assert_false(look(&van).doubt);
	/* the next start */
	van.memory = (struct stamps_memory){.chip_doubted = true};
	van.in_force = (struct time_offset){0};
	van.look.gps.known = false;
	van.conf.wait_s = 0;
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.clocks[CLOCK_CHIP].standing, STANDING_DOUBTED);
	assert_int_equal(act.clocks[CLOCK_MACHINE].standing, STANDING_DOUBTED);
	/* NTP sets clock and chip */
	van.look.wall_ms = now_2025 + 2000;
	chip(&van, now_2025 + 2000);
	sync(&van, 5);
	act = look(&van);
	assert_true(act.fix && act.doubt);
	assert_int_equal(act.doubt_ms, 0);
	assert_false(van.memory.chip_doubted);
}

/* Near the edge of what is allowed it is not found wrong and right in turn. */
static void a_doubt_does_not_flap(void **state)
{
	struct van van = van_at(5000, now_2025);
	unsigned edges = 0;
	int i;

	(void)state;
	satellites(&van, now_2025, true);
	for (i = 0; i < 1000; i++) {
		van.look.chip = (struct clock_chip){
			true, true, true, van.look.wall_ms + 2500 + i % 2 * 1000};
		edges += look(&van).doubt;
		pass(&van, 1000);
		satellites(&van, van.look.wall_ms, true);
	}
	assert_int_equal(edges, 1);
}

/* --- a person ------------------------------------------------------------------------------------------ */

static void an_entered_time_is_used_at_once(void **state)
{
	struct van van = van_at(5000, 5000);
	struct stamps_act act;

	(void)state;
	assert_false(look(&van).fix);
	enter(&van, now_2025, 2 * MINUTE);
	act = look(&van);
	expect_fix(&act, TIME_ENTERED, now_2025 - 5000, 2 * MINUTE);
	pass(&van, 1000);
	assert_false(look(&van).fix);
	/* a slip is put right by entering it again */
	enter(&van, now_2025 + HOUR, 2 * MINUTE);
	assert_true(look(&van).fix);
	/* and NTP ends it */
	van.look.wall_ms = now_2025 + 1000;
	sync(&van, 5);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_NTP);
	enter(&van, now_2025 + HOUR, MINUTE);
	assert_false(look(&van).fix);
}

/* Before the chip's wait is over it is the best there is; then a chip that agrees is better. */
static void an_entered_time_and_a_chip(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	van.past = (struct spool_past){true, now_2025 - DAY, 10, now_2025 - DAY, false};
	chip(&van, now_2025);
	look(&van);
	enter(&van, now_2025 + 30 * SECOND, MINUTE);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_ENTERED && !act.doubt);
	pass(&van, 600 * SECOND);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_RTC);
	/* a second entry that agrees is not better */
	enter(&van, van.look.wall_ms + 20 * SECOND, MINUTE);
	assert_false(look(&van).fix);
	/* one that contradicts the chip beyond both errors ends it */
	enter(&van, van.look.wall_ms + HOUR, MINUTE);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_ENTERED && act.doubt);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.doubt);
	assert_int_equal(act.clocks[CLOCK_CHIP].standing, STANDING_DOUBTED);
	/* over a restart of the daemon too */
	van.memory = (struct stamps_memory){.chip_doubted = true};
	pass(&van, 601 * SECOND);
	assert_false(look(&van).fix);
	pass(&van, 601 * SECOND);
	assert_false(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_ENTERED);
}

static void satellites_without_leap_seconds_refute_a_person(void **state)
{
	struct van van = van_at(5000, 5000);
	struct stamps_act act;

	(void)state;
	enter(&van, now_2025 + HOUR, MINUTE);
	assert_true(look(&van).fix);
	pass(&van, 600 * SECOND);
	satellites(&van, now_2025 + 600 * SECOND, false);
	act = look(&van);
	expect_fix(&act, TIME_RESTORED, now_2025 - 5000, FIX_TIME_LEAP_ERROR_MS);
	van.look.gps.known = false;
	pass(&van, 1000);
	assert_false(look(&van).fix);
}

static void what_a_person_may_enter(void **state)
{
	static const struct {
		int64_t utc_ms;
		const char *words; /* NULL: it is taken */
	} rows[] = {
		{1704067199999, "is not between clock.not_before, 2024-01-01"},
		{1893456000000, "and clock.not_after, 2030-01-01"},
		{1750000000000 - HOUR, "2025-06-15 14:06 UTC cannot be: this machine was started "
				       "after 2025-06-15 15:06 UTC"},
		{1750000000000 - 50 * SECOND, NULL},
		{1750000000000 + 900 * (int64_t)DAY, NULL}, /* its own risk, and its own mark */
	};
	static const struct {
		int64_t off_ms;
		const char *words;
	} confirmed[] = {{62000, NULL},
		{62500, "NTP says 2025-06-15 16:06:40 UTC, which is 63 s "
			"from the time entered"},
		{-3 * HOUR, "which is 3 h from the time entered"}};
	struct van van = van_at(5000, 5000);
	char room[300];
	struct text why = text_over(room, sizeof(room));
	struct stamps_act act;
	size_t i;
	int err;

	(void)state;
	van.past = (struct spool_past){true, now_2025, 10, now_2025, false};
	act = look(&van);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_clear(&why);
		err = stamps_judge_entry(&van.conf, &van.past, &van.look, &act, &van.in_force,
			rows[i].utc_ms - van.look.boot_ms, MINUTE, &why);
		if ((err != 0) != (rows[i].words != NULL) ||
			(rows[i].words && !strstr(room, rows[i].words)))
			fail_msg("row %zu: %s", i, room);
	}
	/* what was confirmed until lately still is better than a watch */
	van.in_force = (struct time_offset){0, now_2025 - 5000, TIME_RESTORED, 2300};
	text_clear(&why);
	assert_int_equal(stamps_judge_entry(&van.conf, &van.past, &van.look, &act, &van.in_force,
				 now_2025 + DAY - 5000, MINUTE, &why),
		ERR_RANGE);
	assert_non_null(strstr(room, "what NTP or GPS said before says 2025-06-15 15:06:40 UTC"));
	van.in_force.uncertainty_ms = 400 * (int64_t)DAY;
	assert_int_equal(stamps_judge_entry(&van.conf, &van.past, &van.look, &act, &van.in_force,
				 now_2025 + DAY - 5000, MINUTE, &why),
		0);
	van.in_force = (struct time_offset){0};
	van.look.wall_ms = now_2025 + HOUR;
	sync(&van, 5);
	act = look(&van);
	for (i = 0; i < sizeof(confirmed) / sizeof(confirmed[0]); i++) {
		text_clear(&why);
		err = stamps_judge_entry(&van.conf, &van.past, &van.look, &act, &van.in_force,
			now_2025 + HOUR + confirmed[i].off_ms - van.look.boot_ms, MINUTE, &why);
		if ((err != 0) != (confirmed[i].words != NULL) ||
			(confirmed[i].words && !strstr(room, confirmed[i].words)))
			fail_msg("row %zu: %s", i, room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chip_is_used_after_the_wait_with_what_it_may_have_drifted),
		cmocka_unit_test(a_chip_that_is_none_or_wrong_is_none),
		cmocka_unit_test(a_chip_found_wrong_is_not_believed_until_it_is_right),
		cmocka_unit_test(a_doubt_does_not_flap),
		cmocka_unit_test(an_entered_time_is_used_at_once),
		cmocka_unit_test(an_entered_time_and_a_chip),
		cmocka_unit_test(satellites_without_leap_seconds_refute_a_person),
		cmocka_unit_test(what_a_person_may_enter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
