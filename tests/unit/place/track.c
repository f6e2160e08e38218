/* Vans that drive and are lied to, and receivers that repeat themselves. */
#include "van.h"

static void what_is_no_position(void **state)
{
	static const struct {
		uint8_t mode;
		double lat, lon;
		enum fix_verdict verdict;
	} cases[] = {
		{0, LAT, LON, FIX_NONE},
		{1, LAT, LON, FIX_NONE},
		{3, NAN, LON, FIX_NONE},
		{3, LAT, NAN, FIX_NONE},
		{3, INFINITY, LON, FIX_NONE},
		{3, 0, 0, FIX_PLACEHOLDER},
		{3, -0.0, 0, FIX_PLACEHOLDER},
		{3, 90, LON, FIX_PLACEHOLDER},
		{3, -90, LON, FIX_PLACEHOLDER},
		{3, LAT, 180, FIX_PLACEHOLDER},
		{3, LAT, -180, FIX_PLACEHOLDER},
		{3, 360, 720, FIX_PLACEHOLDER},
		{3, LAT, 360, FIX_PLACEHOLDER},
		{3, 90.1, LON, FIX_RANGE},
		{3, -91, LON, FIX_RANGE},
		{3, LAT, 180.1, FIX_RANGE},
		{3, LAT, -1e6, FIX_RANGE},
		{2, LAT, LON, FIX_TAKEN},
		{3, 0, LON, FIX_TAKEN},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct van van = van_make();
		struct fix fix = fix_at(&van, 0, 0, 0);

		fix.mode = cases[i].mode;
		fix.lat = cases[i].lat;
		fix.lon = cases[i].lon;
		assert_int_equal(track_hear(&van.track, &fix), cases[i].verdict);
		assert_int_equal(knows(&van, 0), cases[i].verdict == FIX_TAKEN);
		assert_true(strlen(track_words(cases[i].verdict)) > 3);
	}
}

static void a_drive(void **state)
{
	struct van van = van_make();
	struct fix fix;
	int i;

	(void)state;
	assert_false(knows(&van, 0));
	for (i = 0; i < 600; i++) {
		assert_int_equal(tick(&van, i * 30.0, 0, 30), FIX_TAKEN);
		assert_true(track_at(&van.track, van.now_ms, &fix));
		assert_int_equal(fix.boot_ms, van.now_ms);
		assert_true(track_moving(&van.track));
		assert_false(parked(&van).parked);
	}
	/* the last fix holds for so long, whatever else is said, and not a moment longer */
	van.now_ms += 1000;
	fix = fix_at(&van, 0, 0, 0);
	fix.mode = 1;
	assert_int_equal(track_hear(&van.track, &fix), FIX_NONE);
	assert_true(knows(&van, TRACK_STALE_MOVING_MS - 1000));
	assert_false(knows(&van, TRACK_STALE_MOVING_MS - 999));
	/* after a tunnel it is taken up where the van is now */
	van.now_ms += 5 * MINUTE_MS;
	assert_int_equal(tick(&van, 600 * 30 + 9000, 0, 30), FIX_TAKEN);
	assert_true(knows(&van, 0));
}

static void a_jump_of_some_seconds(void **state)
{
	struct van van = van_make();
	struct fix fix;
	double east_m = 0;
	int i, k;

	(void)state;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < 20; i++)
			assert_int_equal(tick(&van, east_m += 20, 0, 20), FIX_TAKEN);
		for (i = 0; i < 12; i++) {
			assert_int_equal(tick(&van, east_m += 20, 5000, 20), FIX_JUMP);
			/* nobody believes it, and after some of them not the old place either */
			if (track_at(&van.track, van.now_ms, &fix))
				assert_true(i < 2 && fabs(fix.lat - LAT) < NORTH);
			else
				assert_true(i >= 2);
		}
		assert_int_equal(tick(&van, east_m += 20, 0, 20), FIX_TAKEN);
		assert_true(knows(&van, 0));
	}
}

static void a_first_fix_that_was_wrong(void **state)
{
	struct van van = van_make();
	struct fix fix;
	int i;

	(void)state;
	assert_int_equal(hear(&van, -200000, 300000, 0), FIX_TAKEN);
	for (i = 0; i < TRACK_RIVAL_MS / 1000; i++)
		assert_int_equal(tick(&van, i * 10, 0, 10), FIX_JUMP);
	for (; i < 60; i++) {
		assert_int_equal(tick(&van, i * 10, 0, 10), FIX_TAKEN);
		assert_true(track_at(&van.track, van.now_ms, &fix));
		assert_near(fix.lat, LAT, 1e-9);
	}
	/* of a slow receiver too there must be some */
	van = van_make();
	assert_int_equal(hear(&van, -200000, 300000, 0), FIX_TAKEN);
	for (i = 0; i < TRACK_RIVAL_FIXES - 1; i++) {
		van.now_ms += 9000;
		assert_int_equal(tick(&van, 0, 0, 0), FIX_JUMP);
	}
	assert_int_equal(tick(&van, 0, 0, 0), FIX_TAKEN);
	/* the same moment told over and over is one */
	van = van_make();
	assert_int_equal(hear(&van, -200000, 300000, 0), FIX_TAKEN);
	fix = fix_at(&van, 0, 0, 0);
	for (i = 0; i < 40; i++) {
		fix.boot_ms += 100;
		assert_int_equal(track_hear(&van.track, &fix), FIX_JUMP);
	}
	van = van_make();
	assert_int_equal(hear(&van, -200000, 300000, 0), FIX_TAKEN);
	for (i = 0; i < TRACK_RIVAL_FIXES - 1; i++) {
		van.now_ms += 8000;
		assert_int_equal(hear(&van, 0, 0, 0), FIX_JUMP);
		assert_int_equal(hear(&van, 0, 0, 0), FIX_JUMP);
	}
	van.now_ms += 8000;
	assert_int_equal(hear(&van, 0, 0, 0), FIX_TAKEN);
}

static void places_that_do_not_agree_never_win(void **state)
{
	struct van van = van_make();
	uint64_t dice = read_seed();
	int i;

	(void)state;
	assert_int_equal(hear(&van, 0, 0, 10), FIX_TAKEN);
	for (i = 0; i < 2000; i++)
		assert_int_equal(tick(&van, 1e6 + 1e5 * (double)(i % 7) + (double)roll(&dice, 100),
					 2e6 + 1e5 * (double)(i % 5), 10),
			FIX_JUMP);
	assert_false(knows(&van, 0));
}

static void errors_are_allowed_for(void **state)
{
	static const struct {
		double eph_m, far_m;
		enum fix_verdict verdict;
	} cases[] = {{10, 135, FIX_TAKEN}, {10, 145, FIX_JUMP}, {200, 500, FIX_TAKEN},
		{200, 540, FIX_JUMP}, {NAN, 310, FIX_TAKEN}, {NAN, 330, FIX_JUMP},
		{1e9, 9000, FIX_TAKEN}, {1e9, 11000, FIX_JUMP}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct van van = van_make();

		van.eph_m = cases[i].eph_m;
		assert_int_equal(hear(&van, 0, 0, 0), FIX_TAKEN);
		assert_int_equal(tick(&van, 0, cases[i].far_m, 0), cases[i].verdict);
	}
}

/* A receiver whose own clock stands while it reports. */
static void a_clock_that_stands(void **state)
{
	struct van van = van_make();
	struct fix fix = fix_at(&van, 0, 0, 0);
	int i;

	(void)state;
	for (i = 0; i < 120; i++) {
		assert_int_equal(track_hear(&van.track, &fix),
			i * 1000 > TRACK_STUCK_MS ? FIX_STUCK : FIX_TAKEN);
		fix.boot_ms += 1000;
	}
	/* what it repeats does not keep the fix young */
	van.now_ms += TRACK_STALE_MOVING_MS;
	assert_true(knows(&van, 0));
	assert_false(knows(&van, 1));
	van.now_ms = fix.boot_ms;
	assert_int_equal(hear(&van, 0, 0, 0), FIX_TAKEN);
}

/* gpsd tells each moment several times; a slow receiver tells one in ten seconds. */
static void moments_told_over_and_over(void **state)
{
	struct van van = van_make();
	struct fix fix, said;
	int i, k;

	(void)state;
	for (i = 0; i < 600; i++) {
		van.now_ms += 1000;
		fix = fix_at(&van, 0, 0, 0);
		for (k = 0; k < 5; k++) {
			fix.eph_m = k < 2 ? NAN : 12;
			assert_int_equal(track_hear(&van.track, &fix), FIX_TAKEN);
			fix.boot_ms += 150;
		}
		assert_true(track_at(&van.track, van.now_ms + 600, &said));
		assert_int_equal(said.boot_ms, van.now_ms);
		assert_true(said.eph_m == 12);
	}
	assert_int_equal(parked(&van).n, 600);
	for (i = 0; i < 20; i++) {
		van.now_ms += 10000;
		assert_int_equal(hear(&van, 0, 0, 0), FIX_TAKEN);
	}
}

static void a_place_that_stands(void **state)
{
	struct van van = van_make();
	int i, stuck = 0;

	(void)state;
	for (i = 0; i < 30; i++)
		assert_int_equal(tick(&van, i * 15, 0, 15), FIX_TAKEN);
	for (i = 0; i < 60; i++)
		stuck += tick(&van, 29 * 15, 0, 15) == FIX_STUCK;
	assert_int_equal(stuck, 58); /* two before it can be told */
	assert_false(knows(&van, 0));
	assert_int_equal(tick(&van, 90 * 15, 0, 15), FIX_TAKEN);
	/* a receiver that rounds to a hundredth of a minute is not stuck at 4 m/s */
	van = van_make();
	for (i = 0; i < 300; i++)
		assert_int_equal(tick(&van, 0, floor(i * 4 / 18.5) * 18.5, 4), FIX_TAKEN);
	/* nor one that holds its place while it says that it stands, for hours */
	for (i = 0; i < 2 * 3600; i++)
		assert_int_equal(tick(&van, 0, 1200, 0.05), FIX_TAKEN);
	assert_true(parked(&van).parked);
	assert_true(parked(&van).spread_m < 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_position),
		cmocka_unit_test(a_drive),
		cmocka_unit_test(a_jump_of_some_seconds),
		cmocka_unit_test(a_first_fix_that_was_wrong),
		cmocka_unit_test(places_that_do_not_agree_never_win),
		cmocka_unit_test(errors_are_allowed_for),
		cmocka_unit_test(a_clock_that_stands),
		cmocka_unit_test(moments_told_over_and_over),
		cmocka_unit_test(a_place_that_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
