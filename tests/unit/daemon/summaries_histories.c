/*
 * Whole histories: clocks that run, are set and set back, starts in the middle of ten minutes, boots that learn their
 * time late, cards that fail.  What the ledger has in the end is what the model says.
 */
#include "summaries.h"

enum { LIVES = 8, EVENTS = 220 };

static struct place place = {.border_m = -1};
static enum context context;
static uint64_t sample;

static void drive_on(void)
{
	place = (struct place){.border_m = -1};
	if (below(4)) {
		place.origin = PLACE_GPS;
		place.has_point = true;
		place.mode = 3;
		snprintf(place.district, sizeof(place.district), "PK52%u", below(3));
	}
	if (place.origin != PLACE_NONE && !below(3)) {
		place.border_m = 100;
		snprintf(place.near, sizeof(place.near), "PK51%u", below(2));
	}
	sample = below(2) ? 0 : 1 + below(1000);
	context = sample ? CONTEXT_SAMPLE : CONTEXT_IDLE;
}

static void measure(void)
{
	unsigned pace_ms = 1000 + below(30000), n = 1 + below(60), i;
	struct reading readings[2] = {0};
	struct exchange x = {.readings = readings, .n = 2};

	while (n--) {
		lab_now_ms += 20 + below(pace_ms);
		x.boot_ms = made_at_ms = lab_now_ms;
		x.context = context;
		x.sample = sample;
		x.place = place;
		for (i = 0; i < 2; i++)
			readings[i] = (struct reading){.qc = below(9) ? QC_PASS : QC_FAIL,
				.flags = below(9) ? 0 : FLAG_STATUS,
				.value = below(9) ? below(14000) / 100.0 : (double)NAN};
		i = 2 * below(2);
		readings[0].series = series[i];
		readings[1].series = series[i + 1];
		assert_int_equal(spool_add(spool, &x), 0);
	}
}

static void set_clock(void)
{
	struct time_offset utc = spool_utc(spool);
	int64_t base =
		utc.source == TIME_NONE ? 1700000000000 + (int64_t)boots * 3600000 : utc.offset_ms;
	int64_t by[] = {0, 130, -130, 400000, -(int64_t)below(2500000), -700000, 86400000};

	if (utc.source != TIME_NONE && below(3))
		return;
	assert_int_equal(spool_fix_utc(spool, base + by[below(7)], TIME_NTP, 10), 0);
}

/* A card that takes nothing for a while: nothing is doubled by what is tried meanwhile. */
static void fail_for_a_while(void)
{
	bool more;

	if (below(2))
		faulty.write_error = SQLITE_FULL;
	else
		faulty.fail_write = faulty.writes + 1 + below(6);
	(void)!summaries_step(summaries, &more);
	faulty.write_error = 0;
	faulty.fail_write = 0;
}

static void live(void)
{
	unsigned events;

	new_boot();
	start();
	for (events = 0; events < EVENTS; events++)
		switch (below(12)) {
		case 0:
			drive_on();
			break;
		case 1:
			set_clock();
			break;
		case 2: /* a restart of the daemon: what was in RAM is gone */
			stop();
			start();
			break;
		case 3:
			if (below(4))
				break;
			stop();
			new_boot();
			start();
			break;
		case 4:
			lab_now_ms += below(2000000);
			break;
		case 5:
			fail_for_a_while();
			break;
		case 6:
		case 7:
			step_all();
			if (!below(3))
				set_clock();
			break;
		case 8:
			assert_int_equal(spool_flush(spool), 0);
			break;
		default:
			measure();
		}
}

/* Earlier boots without a time get theirs; then nothing more is made until every clock that was set is past. */
static void end(void)
{
	const struct spool_bounding by = {.away_ms = INT64_C(7300) * 86400000, .wait_ms = 1};
	unsigned n;

	if (spool_utc(spool).source == TIME_NONE)
		assert_int_equal(spool_fix_utc(spool, INT64_C(1800000000000), TIME_NTP, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_fix_earlier_boots(spool), 0);
	assert_int_equal(spool_bound_earlier_boots(spool, &by, &n), 0);
	lab_now_ms += INT64_C(40) * 86400000;
	step_all();
}

/* --- all of it ------------------------------------------------------------------------------------ */

static void any_history(void **state)
{
	size_t readings = 0, all = 0;
	unsigned round;

	(void)state;
	printf("SEED=%u\n", seed);
	for (round = 0; round < LIVES; round++, seed++) {
		char dir[32];

		srand48((long)seed);
		n_marks = 0;
		boots = 0;
		snprintf(dir, sizeof(dir), "history-%u", round);
		conf = lab_conf(dir, 1000 + below(3000));
		faulty_forget();
		live();
		end();
		look();
		expect_all();
		expect_no_two_of_one_ms();
		assert_int_equal(spool->summarised, n_saved);
		stop();
		readings += n_saved;
		all += n_made;
	}
	printf("%zu readings, %zu summaries, %zu blocks ended early by a clock set back\n",
		readings, all, n_splits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_history),
	};

	summaries_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
