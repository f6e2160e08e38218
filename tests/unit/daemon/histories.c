/*
 * Whole histories of a van over a real spool and the uplink's own encoder, against the simulated truth:
 * no reading is ever sent with a wrong time that does not say so, and none at two times.
 */
#include "histories.h"

/* What is tested is the order of writes and a killed process, not the card. */
int fsync(int fd);
int fdatasync(int fd);

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static void expect_no_fault(void)
{
	if (world->fault[0])
		fail_msg("%s", world->fault);
}

/* HISTORIES=3000 for more; the thread sanitizer takes two seconds for each. */
#ifdef __SANITIZE_THREAD__
enum { USUAL = 5 };
#else
enum { USUAL = 60 };
#endif

/* The same start `n` times. */
static void run_starts(const struct start *start, int n)
{
	while (n--)
		run_start(start);
}

/* --- one fault each ------------------------------------------------------------------------------------- */

static void boot_at_1970_waits_and_is_bounded(void **state)
{
	const struct start good = {.lasts_ms = HOUR,
				   .ntp_from_ms = MINUTE,
				   .ntp_to_ms = HOUR,
				   .upload = true},
			   bad = {.off_ms = 3 * HOUR, .lasts_ms = 2 * HOUR, .upload = true};
	uint64_t before;

	(void)state;
	begin_world(1, earliest_ms + 10 * (int64_t)DAY, false);
	run_start(&good);
	assert_int_equal(world->flagged, 0);
	before = world->sure;
	run_starts(&bad, 3);
	/* three starts of 1970: not one of their readings went out */
	assert_int_equal(world->sure, before);
	assert_int_equal(world->flagged, 0);
	end_world();
	assert_true(world->flagged > 20);
}

static void boot_in_2035_is_a_dead_chip(void **state)
{
	const struct start
		good = {.lasts_ms = HOUR, .ntp_from_ms = MINUTE, .ntp_to_ms = HOUR, .upload = true},
		bad = {.off_ms = 3 * HOUR, .lasts_ms = 2 * HOUR, .wall = WALL_2035, .upload = true};
	uint64_t before;

	(void)state;
	begin_world(2, earliest_ms + 10 * (int64_t)DAY, true);
	run_start(&bad); /* a new van */
	assert_int_equal(world->sure + world->flagged, 0);
	run_start(&good);
	before = world->sure + world->flagged;
	run_start(&bad);
	assert_int_equal(world->sure + world->flagged, before);
	end_world();
}

/* The clock stands where it stood when the power went: at best it is days behind. */
static void boot_at_the_last_shutdown(void **state)
{
	const struct start good = {.lasts_ms = HOUR,
				   .ntp_from_ms = MINUTE,
				   .ntp_to_ms = HOUR,
				   .killed = true,
				   .upload = true},
			   bad = {.off_ms = 9 * (int64_t)DAY,
				   .lasts_ms = 2 * HOUR,
				   .wall = WALL_SHUTDOWN,
				   .upload = true};

	(void)state;
	begin_world(3, earliest_ms + 10 * (int64_t)DAY, false);
	run_start(&good);
	run_starts(&bad, 2);
	end_world();
	assert_true(world->flagged > 20);
}

/* 1970; the receiver is cold for ten minutes and has its leap seconds after twenty. */
static void satellites_after_ten_minutes(void **state)
{
	const struct start start = {.lasts_ms = 2 * HOUR,
		.gps_from_ms = 10 * MINUTE,
		.gps_leap_ms = 21 * MINUTE,
		.gps_to_ms = DAY,
		.upload = true};

	(void)state;
	begin_world(4, earliest_ms + 10 * (int64_t)DAY, false);
	world->receiver_late_ms = 250;
	run_start(&start);
	expect_no_fault();
	assert_true(world->sure > 20);
	assert_int_equal(world->flagged, 0); /* within the wait: all of it is sure */
	end_world();
}

static void a_receiver_with_a_rolled_over_date_is_not_believed(void **state)
{
	const struct start start = {.lasts_ms = 3 * HOUR,
		.gps_from_ms = MINUTE,
		.gps_leap_ms = MINUTE,
		.gps_to_ms = DAY,
		.gps_rolled_over = true,
		.upload = true};

	(void)state;
	begin_world(5, earliest_ms + 10 * (int64_t)DAY, false);
	run_start(&start);
	assert_int_equal(world->sure + world->flagged, 0);
	end_world();
}

/* Half of a start's readings are sent flagged; then satellites come: they serve what comes after. */
static void a_better_anchor_after_half_was_sent(void **state)
{
	const struct start start = {.lasts_ms = 3 * HOUR,
		.wall = WALL_CHIP,
		.gps_from_ms = 90 * MINUTE,
		.gps_leap_ms = 95 * MINUTE,
		.gps_to_ms = DAY,
		.upload = true};

	(void)state;
	begin_world(6, earliest_ms + 10 * (int64_t)DAY, true);
	run_start(&start);
	assert_true(world->flagged > 10 && world->sure > 10);
	end_world();
}

static void steps_back_and_forth_move_nothing_that_is_confirmed(void **state)
{
	struct start start = {.lasts_ms = 3 * HOUR,
		.gps_from_ms = MINUTE,
		.gps_leap_ms = MINUTE,
		.gps_to_ms = DAY,
		.upload = true};
	int i;

	(void)state;
	begin_world(7, earliest_ms + 10 * (int64_t)DAY, true);
	for (i = 0; i < 4; i++) {
		start.step_at_ms = (i + 1) * 10 * MINUTE;
		start.step_ms = i % 2 ? 7 * HOUR : -400 * (int64_t)DAY;
		start.wall = i % 2 ? WALL_1970 : WALL_CHIP;
		run_start(&start);
	}
	assert_int_equal(world->flagged, 0);
	end_world();
}

/* A router serves its dead clock as NTP; satellites say otherwise. */
static void a_contradiction_confirms_nothing(void **state)
{
	const struct start start = {.lasts_ms = 3 * HOUR,
		.gps_from_ms = MINUTE,
		.gps_leap_ms = MINUTE,
		.gps_to_ms = DAY,
		.ntp_from_ms = 6 * SECOND,
		.ntp_to_ms = DAY,
		.ntp_off_ms = -5 * HOUR,
		.upload = true};

	(void)state;
	begin_world(8, earliest_ms + 10 * (int64_t)DAY, false);
	run_start(&start);
	/* what NTP said alone, before the satellites were heard, nobody can tell from the truth */
	assert_true(strstr(world->fault, "is off by 18000") || !world->fault[0]);
	world->fault[0] = '\0';
	begin_world(8, earliest_ms + 10 * (int64_t)DAY, false);
	run_start(&(struct start){.lasts_ms = 3 * HOUR,
		.gps_from_ms = MINUTE,
		.gps_leap_ms = MINUTE,
		.gps_to_ms = DAY,
		.ntp_from_ms = MINUTE,
		.ntp_to_ms = DAY,
		.ntp_off_ms = -5 * HOUR,
		.upload = true});
	expect_no_fault();
	assert_int_equal(world->sure, 0);
	assert_true(world->flagged > 10);
	end_world();
}

static void a_good_chip_serves_until_something_better_comes(void **state)
{
	const struct start good = {.lasts_ms = HOUR,
				   .ntp_from_ms = MINUTE,
				   .ntp_to_ms = HOUR,
				   .upload = true},
			   alone = {.off_ms = 20 * (int64_t)DAY,
				   .lasts_ms = 2 * HOUR,
				   .wall = WALL_CHIP,
				   .upload = true};

	(void)state;
	begin_world(9, earliest_ms + 10 * (int64_t)DAY, true);
	world->chip_drift = 30e-6;
	world->drift = -40e-6;
	run_start(&good);
	run_starts(&alone, 3);
	expect_no_fault();
	assert_true(world->flagged > 20);
	/* 50 ppm of sixty days are 260 s, and it said so */
	assert_in_range(
		world->told[STREAM_READINGS][world->made].error_ms, 200 * SECOND, 300 * SECOND);
	end_world();
}

static void a_person_serves_a_van_that_has_nothing_else(void **state)
{
	const struct start start = {.off_ms = 2 * (int64_t)DAY,
		.lasts_ms = 3 * HOUR,
		.enter_at_ms = 20 * MINUTE,
		.enter_off_ms = -40 * SECOND,
		.enter_within_ms = MINUTE,
		.upload = true};

	(void)state;
	begin_world(10, earliest_ms + 10 * (int64_t)DAY, false);
	run_starts(&start, 4);
	expect_no_fault();
	assert_int_equal(world->sure, 0);
	assert_true(world->flagged > 40);
	end_world();
}

/* Satellites for five minutes, then a roof for three days: the crystal drifts, and the readings say so. */
static void a_roof_for_three_days(void **state)
{
	const struct start start = {.lasts_ms = 72 * HOUR,
		.gps_from_ms = MINUTE,
		.gps_leap_ms = MINUTE,
		.gps_to_ms = 6 * MINUTE,
		.upload = true};
	const struct told *last;

	(void)state;
	begin_world(12, earliest_ms + 10 * (int64_t)DAY, false);
	world->drift = 50e-6;
	run_start(&start);
	expect_no_fault();
	assert_true(world->sure > 10 && world->flagged > 100);
	last = &world->told[STREAM_READINGS][world->made];
	assert_in_range(last->error_ms, 13 * SECOND, 60 * SECOND); /* 50 ppm of three days: 13 s */
	end_world();
}

/* Eight hours a day, a dead clock, no sky, no link, nobody: after a day in use it goes out all the same. */
static void nothing_waits_for_ever(void **state)
{
	const struct start start = {
		.off_ms = 16 * HOUR, .lasts_ms = 8 * HOUR, .killed = true, .upload = true};

	(void)state;
	begin_world(11, earliest_ms + 10 * (int64_t)DAY, false);
	run_starts(&start, 3);
	assert_int_equal(world->flagged, 0);
	run_starts(&start, 2);
	expect_no_fault();
	assert_true(world->flagged > 100 && world->sure == 0);
	end_world();
}

/* --- any --------------------------------------------------------------------------------------------------- */

static int64_t any(int64_t least, int64_t most)
{
	return least + (int64_t)(drand48() * (double)(most - least + 1));
}

static bool one_in(int n)
{
	return any(1, n) == 1;
}

static struct start any_start(bool rolled_over)
{
	struct start s = {.off_ms = one_in(3) ? any(1, 40) * DAY : any(1, 20 * 60) * MINUTE,
		.lasts_ms = one_in(4) ? any(1, 30) * MINUTE : any(1, 12) * HOUR,
		.killed = one_in(2),
		.wall = (enum wall)any(0, 3),
		.gps_rolled_over = rolled_over,
		.upload = !one_in(3)};

	if (one_in(2)) {
		s.gps_from_ms = any(1, 30) * MINUTE;
		s.gps_leap_ms = s.gps_from_ms + any(0, 13) * MINUTE;
		s.gps_to_ms = one_in(2) ? DAY : s.gps_from_ms + any(1, 60) * MINUTE;
	}
	if (one_in(3)) {
		s.ntp_from_ms = any(1, 60) * MINUTE;
		s.ntp_to_ms = one_in(2) ? DAY : s.ntp_from_ms + any(1, 60) * MINUTE;
	}
	/* A server that lies only where the satellites were heard before: else nobody could tell. */
	if (!rolled_over && s.gps_leap_ms && one_in(4)) {
		s.gps_to_ms = s.ntp_to_ms = DAY;
		s.ntp_from_ms = s.gps_leap_ms + any(0, 20) * MINUTE;
		s.ntp_off_ms = (one_in(2) ? 1 : -1) * any(4, 100000) * SECOND;
	}
	if (one_in(4)) {
		s.enter_at_ms = any(1, 120) * MINUTE;
		s.enter_within_ms = any(60, 600) * SECOND;
		s.enter_off_ms = any(-s.enter_within_ms, s.enter_within_ms);
	}
	if (one_in(3)) {
		s.step_at_ms = any(1, 120) * MINUTE;
		s.step_ms = (one_in(2) ? 1 : -1) * any(1, 10000000) * SECOND;
	}
	if (one_in(3))
		s.restart_at_ms = any(1, 600) * MINUTE;
	return s;
}

static void one_history(unsigned seed)
{
	bool rolled_over, chip;
	struct start s;
	int n, i;

	srand48((long)seed);
	chip = one_in(2);
	rolled_over = one_in(5);
	begin_world(seed, earliest_ms + any(0, 100) * DAY, chip);
	world->drift = (double)any(-50, 50) * 1e-6;
	world->chip_drift = (double)any(-30, 30) * 1e-6;
	world->receiver_late_ms = any(0, 250);
	/* A chip is right or dead.  One that runs and was set wrong is found out by a start with satellites,
	 * and by nothing else: it comes after one. */
	if (one_in(3)) {
		world->chip_error_ms = (one_in(2) ? -9000 : 3600) * (int64_t)DAY;
	} else if (one_in(3)) {
		world->chip_error_ms = any(-400, 400) * DAY;
		run_start(&(struct start){.lasts_ms = HOUR,
			.gps_from_ms = MINUTE,
			.gps_leap_ms = MINUTE,
			.gps_to_ms = HOUR,
			.wall = WALL_1970,
			.upload = true});
	}
	n = (int)any(1, 7);
	for (i = 0; i < n && !world->fault[0]; i++) {
		s = any_start(rolled_over);
		run_start(&s);
	}
	end_world();
}

static void any_history_tells_no_wrong_time(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned n = getenv("HISTORIES") ? (unsigned)atoi(getenv("HISTORIES")) : USUAL, i;
	uint64_t lines = 0, resent = 0, flagged = 0, sure = 0;

	(void)state;
	for (i = 0; i < n; i++) {
		one_history(seed + i);
		lines += world->lines;
		resent += world->resent;
		flagged += world->flagged;
		sure += world->sure;
	}
	print_message(
		"SEED=%u: %u histories, %llu lines, %llu of them again, %llu readings flagged, "
		"%llu sure\n",
		seed, n, (unsigned long long)lines, (unsigned long long)resent,
		(unsigned long long)flagged, (unsigned long long)sure);
	assert_true(sure > n && flagged > n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_at_1970_waits_and_is_bounded),
		cmocka_unit_test(boot_in_2035_is_a_dead_chip),
		cmocka_unit_test(boot_at_the_last_shutdown),
		cmocka_unit_test(satellites_after_ten_minutes),
		cmocka_unit_test(a_receiver_with_a_rolled_over_date_is_not_believed),
		cmocka_unit_test(a_better_anchor_after_half_was_sent),
		cmocka_unit_test(steps_back_and_forth_move_nothing_that_is_confirmed),
		cmocka_unit_test(a_contradiction_confirms_nothing),
		cmocka_unit_test(a_good_chip_serves_until_something_better_comes),
		cmocka_unit_test(a_person_serves_a_van_that_has_nothing_else),
		cmocka_unit_test(a_roof_for_three_days),
		cmocka_unit_test(nothing_waits_for_ever),
		cmocka_unit_test(any_history_tells_no_wrong_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
