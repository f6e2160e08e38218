/* What satellites lead to, and NTP that contradicts them. */
#include "van.h"

/* --- satellites ---------------------------------------------------------------------------------------- */

static void three_fixes_with_leap_seconds_confirm_at_once(void **state)
{
	struct van van = van_at(5000, 5000);
	struct stamps_act act;

	(void)state;
	van.look.receiver = true;
	act = look(&van);
	assert_int_equal(act.clocks[CLOCK_GPS].standing, STANDING_SILENT);
	pass(&van, 10 * MINUTE);
	satellites(&van, now_2025, true);
	act = look(&van);
	expect_fix(&act, TIME_GPS, now_2025 - 5000 - 10 * MINUTE, FIX_TIME_ERROR_MS);
	assert_true(act.anchor);
	assert_int_equal(act.step_ms, 0);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor);
}

/* A receiver's clock against boot time moves by what the crystal is off, and by a few ms each look. */
static void a_drift_is_followed_in_steps_that_do_not_flap(void **state)
{
	struct van van = van_at(5000, 5000);
	int64_t utc_ms = now_2025, fixes = 0;
	int i;

	(void)state;
	for (i = 0; i < 24 * 3600; i++) {
		/* 50 ppm: 4.32 s a day; jitter of 200 ms to either side */
		satellites(&van, utc_ms + (int64_t)i * 50 / 1000 + (i * 7919) % 401 - 200, true);
		fixes += look(&van).fix;
		assert_in_range(van.in_force.offset_ms -
					(utc_ms + (int64_t)i * 50 / 1000 - van.look.boot_ms) + 700,
			0, 1400);
		pass(&van, 1000);
		utc_ms += 1000;
	}
	assert_in_range(fixes, 2, 15);
}

static void without_leap_seconds_it_is_used_flagged_after_the_wait(void **state)
{
	struct van van = van_at(5000, now_2025 - 3 * HOUR);
	struct stamps_act act;

	(void)state;
	satellites(&van, now_2025, false);
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.clocks[CLOCK_GPS].standing, STANDING_UNSURE);
	pass(&van, 600 * SECOND);
	act = look(&van);
	/* and not the machine's own clock, which is as plausible */
	expect_fix(&act, TIME_RESTORED, now_2025 - 5000, FIX_TIME_LEAP_ERROR_MS);
	/* the receiver is silent: the machine's clock is no better than what was taken */
	van.look.gps.known = false;
	pass(&van, 1000);
	assert_false(look(&van).fix);
	satellites(&van, now_2025 + 601 * SECOND + 18 * SECOND, true);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_GPS);
}

static void a_date_that_cannot_be_is_told_from_a_rollover(void **state)
{
	static const struct {
		int64_t utc_ms;
		enum clock_standing standing;
		int64_t off_ms;
	} rows[] = {
		{1750000000000 - STAMPS_ROLLOVER_MS, STANDING_ROLLOVER, STAMPS_ROLLOVER_MS},
		{1750000000000 - 2 * STAMPS_ROLLOVER_MS, STANDING_ROLLOVER, 2 * STAMPS_ROLLOVER_MS},
		{0, STANDING_RANGE, 0}, /* 1024 weeks after it is 1989 */
		{1893456000000, STANDING_RANGE, 0},
		{1750000000000, STANDING_GOOD, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct van van = van_at(5000, 5000);
		struct stamps_act act;

		satellites(&van, rows[i].utc_ms, true);
		act = look(&van);
		assert_int_equal(act.clocks[CLOCK_GPS].standing, rows[i].standing);
		assert_int_equal(act.clocks[CLOCK_GPS].off_ms, rows[i].off_ms);
		assert_int_equal(act.fix, rows[i].standing == STANDING_GOOD);
	}
}

/* Its answers come 900 ms late: seen while NTP confirms, so that losing NTP moves nothing. */
static void a_late_receiver_takes_over_without_a_step(void **state)
{
	struct van van = van_at(5000, now_2025);
	int i;

	(void)state;
	sync(&van, 5);
	satellites(&van, now_2025 - 900, true);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_NTP);
	for (i = 0; i < 20; i++) {
		pass(&van, MINUTE);
		van.look.sync.synchronised = i % 3 == 0;
		assert_false(look(&van).fix);
	}
	/* and what it then says moves is drift */
	van.look.sync.synchronised = false;
	van.look.gps.offset_ms += 501;
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.offset_ms, now_2025 - 5000 + 501);
	assert_int_equal(van.in_force.source, TIME_GPS);
}

static void ntp_and_gps_that_agree_change_nothing(void **state)
{
	struct van van = van_at(5000, now_2025);

	(void)state;
	satellites(&van, now_2025 - 400, true);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_GPS);
	pass(&van, 1000);
	sync(&van, 5);
	assert_false(look(&van).fix);
	/* further apart than a step, and NTP is the surer one */
	satellites(&van, van.look.wall_ms - 600, true);
	van.in_force.offset_ms = van.look.gps.offset_ms;
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_NTP);
}

/* chrony fed by the same cold receiver: whole seconds off, and sure of itself. */
static void ntp_that_may_come_from_a_cold_receiver_waits(void **state)
{
	struct van van = van_at(5000, now_2025 + 3000);

	(void)state;
	sync(&van, 600);
	satellites(&van, now_2025 + 3000 + 800, false);
	assert_true(look(&van).ntp_waits);
	pass(&van, 300 * SECOND);
	assert_false(look(&van).fix);
	/* its leap seconds come, and chrony follows */
	van.look.wall_ms -= 3000;
	satellites(&van, van.look.wall_ms + 800, true);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.offset_ms, now_2025 - 5000);
	/* a server of the internet is seconds from what such a receiver says: it is no such */
	van = van_at(5000, now_2025);
	sync(&van, 50);
	satellites(&van, now_2025 + 2051, false);
	assert_true(look(&van).fix);
	/* and none waits longer than the wait */
	van = van_at(5000, now_2025);
	sync(&van, 50);
	satellites(&van, now_2025, false);
	assert_false(look(&van).fix);
	pass(&van, 600 * SECOND);
	assert_true(look(&van).fix);
	assert_int_equal(van.in_force.source, TIME_NTP);
}

/* Nothing confirms any more: half an hour after satellites, four hours after NTP, the time stays, and says so. */
/* A receiver that lies for a while: an hour back, then right again, then more than a year ahead. */
static void satellites_that_step_off_what_was_confirmed_flag(void **state)
{
	struct van van = van_at(5000, 5000);
	int64_t utc_ms = now_2025;
	struct stamps_act act;

	(void)state;
	satellites(&van, utc_ms, true);
	act = look(&van);
	expect_fix(&act, TIME_GPS, utc_ms - 5000, FIX_TIME_ERROR_MS);
	pass(&van, SECOND);
	satellites(&van, utc_ms + SECOND - HOUR, true);
	act = look(&van);
	assert_int_equal(act.clocks[CLOCK_GPS].standing, STANDING_STEPPED);
	expect_fix(&act, TIME_RESTORED, utc_ms - 5000, HOUR + FIX_TIME_ERROR_MS + STAMPS_APART_MS);
	pass(&van, SECOND);
	satellites(&van, utc_ms + 2 * SECOND - HOUR, true);
	assert_false(look(&van).fix); /* marked once, and not taken over later */
	pass(&van, 3 * HOUR);
	satellites(&van, utc_ms + 3 * HOUR + 2 * SECOND, true);
	act = look(&van);
	expect_fix(&act, TIME_GPS, utc_ms - 5000, FIX_TIME_ERROR_MS);
	pass(&van, SECOND);
	satellites(&van, utc_ms + 3 * HOUR + 3 * SECOND + INT64_C(400) * DAY, true);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_RESTORED);
	assert_int_equal(act.offset_ms, utc_ms - 5000);
	/* NTP says the same as the satellites: it was the former time that was wrong. */
	van.look.wall_ms = utc_ms + 3 * HOUR + 4 * SECOND + INT64_C(400) * DAY;
	van.look.boot_ms += SECOND;
	van.look.sync = (struct clock_sync){.synchronised = true, .most_error_ms = 20};
	satellites(&van, van.look.wall_ms, true);
	act = look(&van);
	assert_true(act.fix && act.source >= TIME_NTP);
	assert_int_equal(act.offset_ms, van.look.wall_ms - van.look.boot_ms);
}

static void a_time_that_nothing_confirms_any_more_is_flagged(void **state)
{
	static const struct {
		bool ntp;
		int64_t holds_ms, error_ms;
	} rows[] = {{false, 30 * MINUTE, 1000 + 500 + 180}, {true, 4 * HOUR, 5 + 500 + 1440}};
	struct stamps_act act;
	int64_t offset_ms;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct van van = van_at(5000, now_2025);

		if (rows[i].ntp)
			sync(&van, 5);
		else
			satellites(&van, now_2025, true);
		assert_true(look(&van).fix);
		pass(&van, MINUTE);
		assert_false(look(&van).fix);
		van.look.sync.synchronised = van.look.gps.known = false;
		pass(&van, rows[i].holds_ms);
		assert_false(look(&van).fix);
		pass(&van, 1000);
		offset_ms = van.in_force.offset_ms;
		act = look(&van);
		expect_fix(&act, TIME_RESTORED, offset_ms, rows[i].error_ms);
		assert_true(act.held && !act.anchor);
		/* the machine's own clock, set by a hand, is no better */
		van.look.wall_ms += HOUR;
		pass(&van, 10 * HOUR);
		assert_false(look(&van).fix);
		/* and one that confirms ends it, from where it is */
		satellites(&van, van.look.boot_ms + offset_ms + 900, true);
		act = look(&van);
		expect_fix(&act, TIME_GPS, offset_ms + 900, FIX_TIME_ERROR_MS);
		assert_false(van.memory.held);
		/* a daemon that starts anew does not know how long ago it was */
		van.memory = (struct stamps_memory){.looked = false};
		van.look.gps.known = false;
		assert_false(look(&van).fix);
		pass(&van, 15 * MINUTE);
		assert_false(look(&van).fix);
		pass(&van, 1000);
		assert_true(look(&van).held);
	}
}

/* A contradiction that neither side of it can settle for hours is no confirmation either. */
static void a_long_contradiction_flags_what_is_in_force(void **state)
{
	struct van van = van_at(5000, now_2025);

	(void)state;
	sync(&van, 5);
	assert_true(look(&van).fix);
	van.look.wall_ms += DAY;
	satellites(&van, now_2025 - DAY, true);
	assert_false(look(&van).fix);
	pass(&van, 4 * HOUR);
	satellites(&van, van.look.wall_ms - 2 * DAY, true);
	assert_false(look(&van).fix);
	pass(&van, 1000);
	assert_true(look(&van).held);
	assert_int_equal(van.in_force.source, TIME_RESTORED);
}

/* --- contradictions ------------------------------------------------------------------------------------ */

static void ntp_and_gps_that_contradict_confirm_nothing(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	sync(&van, 50);
	satellites(&van, now_2025 + 3051, true);
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.source, TIME_RESTORED);
	assert_int_equal(act.apart_ms, 3051);
	assert_int_equal(act.clocks[CLOCK_NTP].standing, STANDING_CONTRADICTED);
	assert_int_equal(act.clocks[CLOCK_GPS].standing, STANDING_CONTRADICTED);
	pass(&van, 600 * SECOND);
	act = look(&van);
	expect_fix(&act, TIME_RESTORED, now_2025 + 3051 - 5000, 3051 + 50 + FIX_TIME_ERROR_MS);
	pass(&van, 1000);
	assert_false(look(&van).fix);
	/* one of them goes, and the other confirms */
	van.look.gps.known = false;
	act = look(&van);
	expect_fix(&act, TIME_NTP, now_2025 - 5000, 50);
	/* just not far enough apart */
	van = van_at(5000, now_2025);
	sync(&van, 50);
	satellites(&van, now_2025 + 3050, true);
	act = look(&van);
	assert_true(act.fix && !act.apart_ms);
}

static void a_time_in_force_outlives_a_contradiction(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	satellites(&van, now_2025, true);
	assert_true(look(&van).fix);
	van.look.wall_ms += 3 * HOUR; /* a router's dead clock calls itself NTP */
	sync(&van, 5);
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.apart_ms, 3 * HOUR);
	/* the one that agrees with what is in force goes on keeping it */
	van.look.gps.offset_ms += 501;
	act = look(&van);
	assert_true(act.fix && act.source == TIME_GPS);
	/* neither does: nothing moves */
	van.look.gps.offset_ms += DAY;
	act = look(&van);
	assert_false(act.fix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_fixes_with_leap_seconds_confirm_at_once),
		cmocka_unit_test(a_drift_is_followed_in_steps_that_do_not_flap),
		cmocka_unit_test(without_leap_seconds_it_is_used_flagged_after_the_wait),
		cmocka_unit_test(a_date_that_cannot_be_is_told_from_a_rollover),
		cmocka_unit_test(a_late_receiver_takes_over_without_a_step),
		cmocka_unit_test(ntp_and_gps_that_agree_change_nothing),
		cmocka_unit_test(ntp_that_may_come_from_a_cold_receiver_waits),
		cmocka_unit_test(satellites_that_step_off_what_was_confirmed_flag),
		cmocka_unit_test(a_time_that_nothing_confirms_any_more_is_flagged),
		cmocka_unit_test(a_long_contradiction_flags_what_is_in_force),
		cmocka_unit_test(ntp_and_gps_that_contradict_confirm_nothing),
		cmocka_unit_test(a_time_in_force_outlives_a_contradiction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
