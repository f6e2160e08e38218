/* Where a boot without a time must lie: tables, and random histories whose truth is known. */
#include "lab.h"

#include "spool/boots.h"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR };
static const int64_t utc = 1800000000000, away_ms = INT64_C(730) * DAY;

static struct boot_seen lasting(int64_t last_ms)
{
	return (struct boot_seen){.last_ms = last_ms};
}

static struct boot_seen timed(
	int64_t last_ms, int64_t offset_ms, enum time_source source, int64_t uncertainty_ms)
{
	return (struct boot_seen){.last_ms = last_ms,
		.time = {.offset_ms = offset_ms,
			.source = source,
			.uncertainty_ms = uncertainty_ms}};
}

static struct bounds now_at(int64_t offset_ms, enum time_source source, int64_t uncertainty_ms)
{
	return (struct bounds){.floor_ms = utc - 100 * (int64_t)DAY,
		.away_ms = away_ms,
		.wait_ms = DAY,
		.ours = {.offset_ms = offset_ms,
			.source = source,
			.uncertainty_ms = uncertainty_ms}};
}

static void place(struct boot_seen *at, size_t n, const struct bounds *bounds)
{
	struct boots boots = {at, n};

	bounds_place(&boots, bounds);
}

static void expect(const struct boot_seen *boot, int64_t offset_ms, int64_t uncertainty_ms)
{
	assert_true(boot->placed);
	assert_int_equal(boot->time.source, TIME_RESTORED);
	assert_int_equal(boot->time.from_boot_ms, EPOCH_START);
	assert_int_equal(boot->time.offset_ms, offset_ms);
	assert_int_equal(boot->time.uncertainty_ms, uncertainty_ms);
}

/* One hour of NTP, an hour that nobody knows, and NTP again ten hours after the first began. */
static void a_boot_lies_in_the_middle_of_its_neighbours(void **state)
{
	struct boot_seen at[] = {timed(HOUR, utc, TIME_NTP, 20), lasting(HOUR)};
	struct bounds now = now_at(utc + 10 * HOUR, TIME_GPS, 1000);

	(void)state;
	place(at, 2, &now);
	/* between 1 h and 9 h, whose end is a second unsure, and a drift of 0.36 s an hour */
	expect(&at[1], utc + 5 * HOUR, 4 * HOUR + 1000 + 360);
	assert_false(at[0].placed);
	assert_int_equal(at[0].time.source, TIME_NTP);
}

static void several_keep_their_order_and_their_lengths(void **state)
{
	struct boot_seen at[] = {
		timed(HOUR, utc, TIME_NTP, 0), lasting(HOUR), lasting(3 * HOUR), lasting(2 * HOUR)};
	struct bounds now = now_at(utc + 17 * HOUR, TIME_NTP, 0);
	int i;

	(void)state;
	place(at, 4, &now);
	/* ten hours are left over: five before the first, five after the last */
	assert_int_equal(at[1].time.offset_ms, utc + 6 * HOUR);
	assert_int_equal(at[2].time.offset_ms, utc + 7 * HOUR);
	assert_int_equal(at[3].time.offset_ms, utc + 10 * HOUR);
	for (i = 1; i < 4; i++)
		assert_in_range(at[i].time.uncertainty_ms, 5 * HOUR, 5 * HOUR + 5000);
}

static void without_an_earlier_time_the_release_bounds(void **state)
{
	struct boot_seen at[] = {lasting(HOUR)};
	struct bounds now = now_at(utc, TIME_ENTERED, 60000);

	(void)state;
	place(at, 1, &now);
	assert_in_range(at[0].time.offset_ms, utc - 50 * (int64_t)DAY - HOUR,
		utc - 50 * (int64_t)DAY + HOUR);
	assert_in_range(
		at[0].time.uncertainty_ms, 50 * (int64_t)DAY - HOUR, 50 * (int64_t)DAY + HOUR);
}

static void an_unsure_neighbour_makes_it_as_unsure(void **state)
{
	struct boot_seen at[] = {timed(0, utc, TIME_NTP, 0), lasting(0)};
	struct bounds now = now_at(utc + 10 * HOUR, TIME_RESTORED, DAY);

	(void)state;
	place(at, 2, &now);
	expect(&at[1], utc + 5 * HOUR, 5 * HOUR + DAY);
}

/* A flagged boot between sure ones may be far off itself: the sure ones bound it all the same. */
static void a_wild_neighbour_does_not_widen_what_sure_ones_say(void **state)
{
	struct boot_seen at[] = {timed(0, utc, TIME_NTP, 0),
		timed(0, utc + 400 * (int64_t)DAY, TIME_RESTORED, away_ms), lasting(0)};
	struct bounds now = now_at(utc + 10 * HOUR, TIME_NTP, 0);

	(void)state;
	place(at, 3, &now);
	assert_in_range(at[2].time.offset_ms, utc, utc + 10 * HOUR);
	assert_in_range(at[2].time.uncertainty_ms, 5 * HOUR, 10 * HOUR);
}

static void its_own_clock_is_taken_where_it_can_be(void **state)
{
	static const struct {
		int64_t own_ms, placed_ms;
	} rows[] = {{2 * HOUR, 2 * HOUR}, {0, 0}, {9 * HOUR, 9 * HOUR},
		/* before the one before it, and after the one after it */
		{-HOUR, 0}, {1000 * (int64_t)HOUR, 10 * HOUR}};
	struct bounds now = now_at(utc + 10 * HOUR, TIME_NTP, 0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct boot_seen at[] = {timed(0, utc, TIME_NTP, 0), lasting(0)};

		at[1].note = (struct time_offset){
			.offset_ms = utc + rows[i].own_ms, .source = TIME_RESTORED};
		place(at, 2, &now);
		assert_int_equal(at[1].time.offset_ms, utc + rows[i].placed_ms);
		assert_in_range(at[1].time.uncertainty_ms, 5 * HOUR, 10 * HOUR);
	}
}

static void without_a_later_time_it_waits_and_gets_the_earliest(void **state)
{
	struct boot_seen at[] = {
		timed(HOUR, utc, TIME_NTP, 0), lasting(10 * HOUR), lasting(9 * HOUR)};
	struct bounds now = now_at(0, TIME_NONE, 0);

	(void)state;
	now.now_ms = 15 * HOUR - 1; /* a day, but a ms, since the first of them ended */
	place(at, 3, &now);
	assert_int_equal(at[1].time.source, TIME_NONE);
	now.now_ms++;
	place(at, 3, &now);
	assert_int_equal(at[1].time.offset_ms, utc + HOUR);
	assert_in_range(at[1].time.uncertainty_ms, away_ms - 1000, away_ms);
	assert_int_equal(at[2].time.source, TIME_NONE);
	now.now_ms = DAY;
	place(at, 3, &now);
	assert_int_equal(at[2].time.offset_ms, utc + 11 * HOUR);
}

/* Two clocks that both claim to be sure, and cannot both be. */
static void crossed_bounds_are_owned_up_to(void **state)
{
	struct boot_seen at[] = {timed(HOUR, utc, TIME_NTP, 10), lasting(HOUR)};
	struct bounds now = now_at(utc - DAY, TIME_NTP, 10);

	(void)state;
	place(at, 2, &now);
	assert_in_range(at[1].time.offset_ms, utc - DAY, utc + HOUR);
	assert_true(at[1].time.uncertainty_ms >= 12 * HOUR);
}

/* --- random histories -------------------------------------------------------------------------------- */

static int64_t any(int64_t least, int64_t most)
{
	return least + (int64_t)(drand48() * (double)(most - least + 1));
}

/* Whatever happened, the true beginning of each boot is within what is said of it, and order is kept. */
static void the_truth_is_always_within_the_bounds(void **state)
{
	enum { MOST = 12, HISTORIES = 20000 };
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct boot_seen at[MOST];
	int64_t truth[MOST + 1], placed = 0;
	int i, k, n;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48((long)seed);
	for (i = 0; i < HISTORIES; i++) {
		double drift = drand48() * 1e-4 - 5e-5; /* of boot time against UTC */
		struct bounds now = now_at(0, TIME_NONE, 0);
		int64_t clock_ms = now.floor_ms + any(0, 30) * DAY;

		n = (int)any(0, MOST);
		for (k = 0; k <= n; k++) {
			int64_t lasted_ms = any(0, 3) ? any(0, 12 * HOUR) : any(0, 40) * DAY;
			int64_t error_ms = any(0, 2) ? any(1, 1000) : any(1, 60) * DAY;
			struct time_offset time = {.source = any(0, 1) ? TIME_NTP : TIME_RESTORED,
				.uncertainty_ms = error_ms,
				.offset_ms = clock_ms + any(-error_ms, error_ms)};

			truth[k] = clock_ms;
			if (k == n) {
				now.now_ms = lasted_ms;
				if (any(0, 3))
					now.ours = time;
				break;
			}
			at[k] = lasting((int64_t)((double)lasted_ms * (1 + drift)));
			if (any(0, 2) == 0)
				at[k].time = time;
			else if (any(0, 1))
				at[k].note = time;
			clock_ms += lasted_ms + any(0, 30) * HOUR;
		}
		place(at, (size_t)n, &now);
		for (k = 0; k < n; k++) {
			if (!at[k].placed)
				continue;
			placed++;
			if (llabs(at[k].time.offset_ms - truth[k]) > at[k].time.uncertainty_ms)
				fail_msg("history %d, boot %d of %d: off by %lld ms, said %lld", i,
					k, n, llabs(at[k].time.offset_ms - truth[k]),
					(long long)at[k].time.uncertainty_ms);
			if (k > 0 && at[k - 1].placed)
				assert_true(at[k].time.offset_ms >=
					    at[k - 1].time.offset_ms + at[k - 1].last_ms);
		}
	}
	assert_true(placed > HISTORIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_lies_in_the_middle_of_its_neighbours),
		cmocka_unit_test(several_keep_their_order_and_their_lengths),
		cmocka_unit_test(without_an_earlier_time_the_release_bounds),
		cmocka_unit_test(an_unsure_neighbour_makes_it_as_unsure),
		cmocka_unit_test(a_wild_neighbour_does_not_widen_what_sure_ones_say),
		cmocka_unit_test(its_own_clock_is_taken_where_it_can_be),
		cmocka_unit_test(without_a_later_time_it_waits_and_gets_the_earliest),
		cmocka_unit_test(crossed_bounds_are_owned_up_to),
		cmocka_unit_test(the_truth_is_always_within_the_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
