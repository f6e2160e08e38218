/* What each look at the clocks leads to: NTP, the clock as it stands, and every source against every other. */
#include "van.h"

/* --- NTP and the clock as it stands ------------------------------------------------------------------ */

static void a_synchronised_clock_is_used_at_once(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	sync(&van, 12);
	act = look(&van);
	expect_fix(&act, TIME_NTP, now_2025 - 5000, 12);
	assert_true(act.anchor);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor || act.step_ms);
}

static void an_unconfirmed_clock_waits_and_is_marked(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act = look(&van);
	int i;

	(void)state;
	/* the anchor is for the case that this boot ends before the wait does */
	assert_true(act.anchor && !act.fix && act.source == TIME_RESTORED);
	for (i = 1; i < 600; i++) {
		pass(&van, 1000);
		act = look(&van);
		assert_false(act.fix);
	}
	pass(&van, 1000);
	act = look(&van);
	/* anywhere from the release to two years later: the farther end of it */
	expect_fix(&act, TIME_RESTORED, now_2025 - 5000, now_2025 - 5000 - utc_2024);
	assert_true(act.anchor);
}

static void a_clock_off_its_servers_for_too_long_confirms_nothing(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	sync(&van, 1001);
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.clocks[CLOCK_NTP].standing, STANDING_UNSURE);
	pass(&van, 600 * SECOND);
	act = look(&van);
	expect_fix(&act, TIME_RESTORED, now_2025 - 5000, 1001);
	sync(&van, 1000);
	act = look(&van);
	expect_fix(&act, TIME_NTP, now_2025 - 5000, 1000);
}

/* 1970 at boot, then NTP sets the clock: one step, one fix. */
static void ntp_after_1970(void **state)
{
	struct van van = van_at(5000, 5000);
	struct stamps_act act = look(&van);

	(void)state;
	assert_false(act.fix || act.anchor);
	pass(&van, 30000);
	van.look.wall_ms = now_2025;
	sync(&van, 20);
	act = look(&van);
	expect_fix(&act, TIME_NTP, now_2025 - 35000, 20);
	assert_true(act.anchor);
	assert_int_equal(act.step_ms, now_2025 - 35000);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor || act.step_ms);
}

static void ntp_after_a_restored_clock_is_a_new_offset(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	look(&van);
	pass(&van, 600 * 1000);
	assert_true(look(&van).fix);
	pass(&van, 1000);
	van.look.wall_ms += 7200 * 1000;
	sync(&van, 30);
	act = look(&van);
	assert_true(act.fix);
	assert_int_equal(act.source, TIME_NTP);
	assert_int_equal(act.step_ms, 7200 * 1000);
	/* also when it had been right all along */
	van = van_at(5000, now_2025);
	look(&van);
	pass(&van, 600 * 1000);
	assert_true(look(&van).fix);
	sync(&van, 30);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_NTP && !act.step_ms);
}

static void a_step_counts_when_its_source_is_as_good(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	sync(&van, 5);
	look(&van);
	/* half a second and less is no step */
	pass(&van, 1000);
	van.look.wall_ms += 500;
	act = look(&van);
	assert_false(act.fix || act.step_ms);
	/* NTP itself steps its clock */
	pass(&van, 1000);
	van.look.wall_ms += 1;
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.step_ms, 501);
	/* a hand sets the clock, and NTP is gone with it: noted, not used */
	pass(&van, 1000);
	van.look.wall_ms -= 3600 * 1000;
	van.look.sync = (struct clock_sync){0};
	act = look(&van);
	assert_false(act.fix);
	assert_true(act.anchor);
	assert_int_equal(act.source, TIME_RESTORED);
	assert_int_equal(act.step_ms, -3600 * 1000);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor || act.step_ms);
	/* NTP comes back and agrees with the wrong hand: then it is right */
	sync(&van, 5);
	pass(&van, 1000);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_NTP && !act.step_ms);
}

static void a_restored_clock_follows_a_hand(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	van.conf.wait_s = 0;
	assert_true(look(&van).fix);
	pass(&van, 1000);
	van.look.wall_ms += 86400 * 1000;
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.source, TIME_RESTORED);
	/* but not into the impossible */
	pass(&van, 1000);
	van.look.wall_ms = 1000;
	act = look(&van);
	assert_true(act.step_ms != 0);
	assert_false(act.fix || act.anchor);
}

static void a_restart_in_the_same_boot_keeps_what_is_in_force(void **state)
{
	struct van van = van_at(900000, now_2025);
	struct stamps_act act;

	(void)state;
	van.in_force = (struct time_offset){5000, now_2025 - 900000, TIME_NTP, 8};
	/* not synchronised just now: the offset holds, and the anchor says how good it still is */
	act = look(&van);
	assert_false(act.fix || act.step_ms);
	assert_true(act.anchor);
	assert_int_equal(act.source, TIME_NTP);
	assert_int_equal(act.uncertainty_ms, 8);
	/* the clock was stepped while the daemon was away: seen at the first look */
	van = van_at(900000, now_2025 + 60000);
	van.in_force = (struct time_offset){5000, now_2025 - 900000, TIME_NTP, 8};
	sync(&van, 4);
	act = look(&van);
	assert_int_equal(act.step_ms, 60000);
	assert_true(act.fix);
	/* with a time from satellites the machine's clock may be anything, and did not step */
	van = van_at(900000, 1000);
	van.in_force = (struct time_offset){5000, now_2025 - 900000, TIME_GPS, 1000};
	act = look(&van);
	assert_int_equal(act.step_ms, 0);
	assert_false(act.fix);
}

static void an_anchor_every_ten_minutes(void **state)
{
	struct van van = van_at(5000, now_2025);
	unsigned anchors = 0, i;

	(void)state;
	sync(&van, 3);
	for (i = 0; i <= 3600; i++) {
		anchors += look(&van).anchor;
		pass(&van, 1000);
	}
	assert_int_equal(anchors, 7);
}

static void what_cannot_be_read_is_not_synchronised(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	van.look.sync = (struct clock_sync){1, true, 0};
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.source, TIME_RESTORED);
	assert_int_equal(act.clocks[CLOCK_NTP].standing, STANDING_ABSENT);
}

/* --- what cannot be ------------------------------------------------------------------------------------ */

/* The machine's clock against the days that can be and what earlier boots knew. */
static void an_unconfirmed_clock_must_fit_the_past(void **state)
{
	static const struct {
		bool known;
		int64_t wall_ms;
		enum clock_standing standing;
	} rows[] = {
		/* a new spool: from not_before, for two years */
		{false, 0, STANDING_RANGE}, {false, 1704067199999, STANDING_RANGE},
		{false, 1704067200000, STANDING_GOOD}, {false, 1750000000000, STANDING_GOOD},
		{false, 1704067200000 + 731 * (int64_t)DAY, STANDING_LATE},
		{false, 1893456000000, STANDING_RANGE}, {false, 4102444800000, STANDING_RANGE},
		/* one that was confirmed up to 2025-06-15: not before that, nor long after */
		{true, 1000, STANDING_RANGE}, {true, 1750000000000 - DAY, STANDING_EARLY},
		{true, 1750000000000 - 2500, STANDING_EARLY}, {true, 1750000000000, STANDING_GOOD},
		{true, 1750000000000 + 30 * (int64_t)DAY, STANDING_GOOD},
		{true, 1750000000000 + 729 * (int64_t)DAY, STANDING_GOOD},
		{true, 1750000000000 + 731 * (int64_t)DAY, STANDING_LATE},
		{true, 2051222400000, STANDING_RANGE}, /* 2035 */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct van van = van_at(1000, rows[i].wall_ms + 1000);
		struct stamps_act act;

		if (rows[i].wall_ms == 1704067199999)
			van.look.wall_ms = rows[i].wall_ms;
		van.past = (struct spool_past){
			rows[i].known, now_2025, 100, rows[i].known ? now_2025 : 0, false};
		van.conf.wait_s = 0;
		act = look(&van);
		if (act.clocks[CLOCK_MACHINE].standing != rows[i].standing)
			fail_msg("row %zu: %d", i, act.clocks[CLOCK_MACHINE].standing);
		assert_int_equal(act.fix, rows[i].standing == STANDING_GOOD);
		assert_int_equal(act.anchor, rows[i].standing == STANDING_GOOD);
	}
}

static void an_impossible_clock_is_never_used(void **state)
{
	static const int64_t walls[] = {0, 1000, 1704067199999, 1893456000001, 4102444800000};
	unsigned i, k;

	(void)state;
	for (i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		struct van van = van_at(5000, walls[i]);

		/* not even when the kernel claims that it is synchronised */
		if (i % 2)
			sync(&van, 1);
		for (k = 0; k < 3; k++) {
			struct stamps_act act = look(&van);

			assert_false(act.fix || act.anchor);
			assert_int_equal(act.source, TIME_NONE);
			van.look.boot_ms += 3600 * 1000;
			van.look.wall_ms = walls[i];
			van.memory.offset_ms = van.look.wall_ms - van.look.boot_ms;
		}
	}
}

static void until_the_past_is_known_no_unconfirmed_clock_is_believed(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	van.conf.wait_s = 0;
	act = stamps_judge(&van.conf, NULL, &van.memory, &van.look, &van.in_force);
	assert_false(act.fix || act.anchor);
	assert_int_equal(act.clocks[CLOCK_MACHINE].standing, STANDING_SILENT);
	sync(&van, 5);
	act = stamps_judge(&van.conf, NULL, &van.memory, &van.look, &van.in_force);
	assert_true(act.fix);
}

/* A day in use without anything that can be right: the earliest there can be, and two years unsure. */
static void what_nothing_bounds_goes_out_at_the_earliest(void **state)
{
	struct van van = van_at(5000, 5000);
	struct stamps_act act;

	(void)state;
	van.past = (struct spool_past){true, now_2025, 100, now_2025 + HOUR, false};
	assert_false(look(&van).fix);
	pass(&van, DAY - 5001);
	assert_false(look(&van).fix);
	pass(&van, 1);
	act = look(&van);
	expect_fix(&act, TIME_RESTORED, now_2025 + HOUR, 730 * (int64_t)DAY + 100);
	assert_true(act.bounded);
	assert_false(act.anchor);
	assert_false(look(&van).fix);
	/* what comes later serves what comes later */
	enter(&van, now_2025 + 5 * (int64_t)DAY, MINUTE);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_ENTERED);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

/* Every source that can be in force, against every one that can be seen, at the same moment and a step off. */
static void every_source_against_every_other(void **state)
{
	enum { NONE, MACHINE, ENTERED, CHIP, NTP, GPS, SEEN };
	/* [in force][seen][stepped]: is a new time fixed?  The wait is over. */
	static const bool fixed[TIME_GPS + 1][SEEN][2] = {
		[TIME_NONE] = {{0, 0}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
		[TIME_RESTORED] = {{0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
		[TIME_ENTERED] = {{0, 0}, {0, 0}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
		[TIME_RTC] = {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}},
		[TIME_NTP] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 1}, {0, 1}},
		[TIME_GPS] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 1}, {0, 1}},
	};
	static const int64_t uncertainty_ms[TIME_GPS + 1] = {
		0, 500 * (int64_t)DAY, MINUTE, 3000, 5, 1000};
	int in_force, seen, stepped;

	(void)state;
	for (in_force = 0; in_force <= TIME_GPS; in_force++)
		for (seen = 0; seen < SEEN; seen++)
			for (stepped = 0; stepped < 2; stepped++) {
				struct van van = van_at(5000, now_2025);
				int64_t utc_ms = now_2025 + stepped * 2000;
				struct stamps_act act;

				van.conf.wait_s = 0;
				van.past = (struct spool_past){
					true, now_2025 - HOUR, 10, now_2025 - HOUR, false};
				if (in_force)
					van.in_force = (struct time_offset){0, now_2025 - 5000,
						(enum time_source)in_force,
						uncertainty_ms[in_force]};
				van.look.wall_ms =
					seen == MACHINE || seen == CHIP || seen == NTP ? utc_ms : 0;
				if (seen == CHIP)
					chip(&van, utc_ms);
				if (seen == NTP)
					sync(&van, 5);
				if (seen == GPS)
					satellites(&van, utc_ms, true);
				van.memory.looked = true;
				if (seen == ENTERED)
					enter(&van, utc_ms, MINUTE);
				act = look(&van);
				if (act.fix != fixed[in_force][seen][stepped])
					fail_msg("in force %d, seen %d, stepped %d: %d", in_force,
						seen, stepped, act.fix);
			}
}

static void a_spool_that_takes_no_more_is_asked_no_more(void **state)
{
	struct van van = van_at(5000, now_2025);

	(void)state;
	sync(&van, 5);
	van.memory.full = true;
	assert_false(look(&van).fix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_synchronised_clock_is_used_at_once),
		cmocka_unit_test(an_unconfirmed_clock_waits_and_is_marked),
		cmocka_unit_test(a_clock_off_its_servers_for_too_long_confirms_nothing),
		cmocka_unit_test(ntp_after_1970),
		cmocka_unit_test(ntp_after_a_restored_clock_is_a_new_offset),
		cmocka_unit_test(a_step_counts_when_its_source_is_as_good),
		cmocka_unit_test(a_restored_clock_follows_a_hand),
		cmocka_unit_test(a_restart_in_the_same_boot_keeps_what_is_in_force),
		cmocka_unit_test(an_anchor_every_ten_minutes),
		cmocka_unit_test(what_cannot_be_read_is_not_synchronised),
		cmocka_unit_test(an_unconfirmed_clock_must_fit_the_past),
		cmocka_unit_test(an_impossible_clock_is_never_used),
		cmocka_unit_test(until_the_past_is_known_no_unconfirmed_clock_is_believed),
		cmocka_unit_test(what_nothing_bounds_goes_out_at_the_earliest),
		cmocka_unit_test(every_source_against_every_other),
		cmocka_unit_test(a_spool_that_takes_no_more_is_asked_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
