/* Times over a real spool: what its rows say after 1970, a sync, a step, and a restart. */
#include "stamps_lab.h"

/* 1970, a reading; NTP sets the clock, a reading; a hand steps it back, a reading; a restart, NTP again. */
static void a_day_of_clocks(void **state)
{
	struct stamps_state now;
	struct seen seen;

	(void)state;
	begin();
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NONE);
	assert_non_null(strstr(now.words, "1970-01-01"));
	add_reading();

	pass(20000);
	wall_ms = now_2025;
	sync_now = (struct clock_sync){0, true, 7};
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NTP);
	assert_true(now.trusted);
	assert_string_equal(now.words, "confirmed by NTP, within 7 ms");
	pass(1000);
	add_reading();

	wall_ms -= 7200 * 1000;
	sync_now = (struct clock_sync){0};
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NTP);
	pass(1000);
	add_reading();
	end();

	pass(60000);
	begin();
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NTP); /* of this boot, from before the restart */
	pass(1000);
	add_reading();
	wall_ms += 7200 * 1000 + 3000; /* NTP again, and three seconds later than it said before */
	sync_now = (struct clock_sync){0, true, 2};
	stamps_step(stamps);
	pass(1000);
	add_reading();
	end();

	read_all(STREAM_READINGS, &seen);
	assert_int_equal(seen.n, 5);
	assert_int_equal(seen.rows[0].utc_ms, now_2025 - 20000);
	assert_int_equal(seen.rows[1].utc_ms, now_2025 + 1000);
	assert_int_equal(seen.rows[2].utc_ms, now_2025 + 2000);
	assert_int_equal(seen.rows[3].utc_ms, now_2025 + 63000);
	assert_int_equal(
		seen.rows[4].utc_ms, now_2025 + 64000 + 3000 + 1); /* the second offset's digit */
	for (unsigned i = 0; i < seen.n; i++)
		assert_int_equal(seen.rows[i].clock, TIME_NTP);
	read_all(STREAM_LEDGER, &seen);
	assert_int_equal(count_kind(&seen, LEDGER_START), 2);
	/* trust, the hand's step, the restart, NTP's own step */
	assert_int_equal(count_kind(&seen, LEDGER_ANCHOR), 4);
}

static void the_thread_looks_at_once_and_stops_at_once(void **state)
{
	struct stamps_state now = {.source = TIME_NONE};
	int i;

	(void)state;
	boot_ms += 1000;
	wall_ms = now_2025 + 1000;
	sync_now = (struct clock_sync){0, true, 7};
	begin();
	assert_int_equal(stamps_start(stamps), 0);
	for (i = 0; i < 5000 && !strstr(now.words, "confirmed"); i++) {
		usleep(1000);
		stamps_state(stamps, &now);
	}
	assert_int_equal(now.source, TIME_NTP);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_of_clocks),
		cmocka_unit_test(the_thread_looks_at_once_and_stops_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
