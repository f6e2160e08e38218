/* Several starts of a machine, a person, a receiver and a chip, over a real spool. */
#include "stamps_lab.h"

/* --- starts, people, receivers and chips --------------------------------------------------------------- */

static const char *const boots[] = {"11111111-1111-4111-8111-111111111111",
	"22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"};

static int fresh(void **state)
{
	(void)state;
	boot_ms = wall_ms = 5000;
	sync_now = (struct clock_sync){0};
	gps_now = (struct gps_time){.known = false};
	spool_tuning.boot_id = boots[0];
	return system("rm -rf spool chips") ? -1 : 0;
}

static void start_machine(const char *id, int64_t utc_ms)
{
	spool_tuning.boot_id = id;
	boot_ms = 5000;
	wall_ms = utc_ms;
	begin();
}

static void satellites(int64_t utc_ms)
{
	gps_now = (struct gps_time){.known = true,
		.leap_known = true,
		.offset_ms = utc_ms - boot_ms,
		.uncertainty_ms = FIX_TIME_ERROR_MS,
		.boot_ms = boot_ms};
}

static const char *words_now(void)
{
	static struct stamps_state now;

	stamps_state(stamps, &now);
	return now.words;
}

static const char *words_of(enum clock_kind kind)
{
	static struct stamps_state now;

	stamps_state(stamps, &now);
	assert_int_equal(now.clocks[kind].kind, kind);
	return now.clocks[kind].words;
}

static void a_person_enters_the_time(void **state)
{
	char room[300];
	struct text words = text_over(room, sizeof(room));
	struct stamps_state now;
	struct seen seen;

	(void)state;
	begin();
	stamps_step(stamps);
	add_reading();
	assert_int_equal(stamps_enter(stamps, 1000, 60000, "a slip", &words), ERR_RANGE);
	assert_non_null(strstr(room, "1970-01-01 00:00 UTC is not between clock.not_before"));
	text_clear(&words);
	assert_int_equal(stamps_enter(stamps, now_2025, 90000, "by my watch", &words), 0);
	assert_string_equal(room, "readings get their time from it, marked as entered by a person");
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_ENTERED);
	assert_false(now.trusted);
	assert_int_equal(now.uncertainty_ms, 90000);
	assert_string_equal(
		now.words, "entered by a person, within 90 s: readings go out marked so");
	assert_true(now.clocks[CLOCK_ENTERED].used);
	satellites(now_2025 + 100);
	stamps_step(stamps);
	text_clear(&words);
	assert_int_equal(stamps_enter(stamps, now_2025 + 86400000, 60000, "no", &words), ERR_RANGE);
	assert_non_null(strstr(room, "GPS says 2025-06-15 15:06:40 UTC, which is 24 h from"));
	text_clear(&words);
	assert_int_equal(stamps_enter(stamps, now_2025 + 5000, 60000, "to be sure", &words), 0);
	assert_non_null(strstr(room, "noted, but not used: the time is from GPS already"));
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_GPS);
	end();
	read_all(STREAM_READINGS, &seen);
	assert_int_equal(seen.rows[0].clock, TIME_ENTERED);
	assert_int_equal(seen.rows[0].utc_ms, now_2025);
	assert_int_equal(seen.rows[0].clock_error_ms, 90000);
	read_all(STREAM_LEDGER, &seen);
	assert_string_equal(seen.words[1], "by my watch");
	assert_int_equal(seen.rows[1].kind, LEDGER_ANCHOR);
	assert_int_equal(seen.rows[1].a, now_2025);
	assert_int_equal(seen.rows[1].b, TIME_ENTERED);
	assert_int_equal(seen.rows[1].c, 90000);
}

/* The daemon may be asked before its first look at the clocks. */
static void a_restart_says_at_once_what_is_in_force(void **state)
{
	char room[300];
	struct text words = text_over(room, sizeof(room));
	struct stamps_state now;

	(void)state;
	begin();
	stamps_step(stamps);
	assert_int_equal(stamps_enter(stamps, now_2025, 90000, "by my watch", &words), 0);
	end();

	begin();
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_ENTERED);
	assert_int_equal(now.offset_ms, now_2025 - 5000);
	assert_int_equal(now.uncertainty_ms, 90000);
	assert_false(now.trusted);
	assert_string_equal(now.words, "not looked at yet");
	end();
}

/* A start that dies without a time, one whose clock stands at its end, one with satellites. */
static void earlier_starts_are_bounded_by_this_ones_satellites(void **state)
{
	struct stamps_state now;
	struct seen seen;

	(void)state;
	begin();
	satellites(now_2025);
	stamps_step(stamps);
	pass(60000);
	add_reading();
	end();

	gps_now.known = false;
	start_machine(boots[1], now_2025 - 3600 * 1000); /* saved at no moment that can be */
	stamps_step(stamps);
	assert_non_null(strstr(words_now(), "2025-06-15, before the last confirmed time, "
					    "2025-06-15 15:07: readings are kept and wait"));
	pass(1000);
	add_reading();
	end();

	start_machine(boots[2], 5000);
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.last_known_ms, now_2025 + 60000 + 6000);
	satellites(now_2025 + 7200 * 1000);
	stamps_step(stamps);
	assert_string_equal(words_now(), "confirmed by GPS, within 1000 ms");
	end();

	read_all(STREAM_READINGS, &seen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.rows[0].clock, TIME_GPS);
	assert_int_equal(seen.rows[1].clock, TIME_RESTORED);
	/* from a minute after the first to two hours after: within half of what is between */
	assert_in_range(seen.rows[1].utc_ms, now_2025 + 3610 * 1000, now_2025 + 3650 * 1000);
	assert_in_range(seen.rows[1].clock_error_ms, 3560 * 1000, 3575 * 1000);
}

static void write_chip(const char *name, const char *what, const char *text)
{
	char path[64];
	FILE *file;

	mkdir("chips", 0700);
	snprintf(path, sizeof(path), "chips/%s", name);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "chips/%s/%s", name, what);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void chips_are_read_as_the_kernel_shows_them(void **state)
{
	struct clock_chip chip = clock_chip_read("chips");

	(void)state;
	assert_false(chip.there);
	mkdir("chips", 0700);
	assert_false(clock_chip_read("chips").there);
	write_chip("rtc1", "hctosys", "0\n");
	write_chip("rtc1", "since_epoch", "99\n");
	chip = clock_chip_read("chips");
	assert_true(chip.there && chip.readable && !chip.sets);
	assert_int_equal(chip.utc_ms, 99000);
	write_chip("rtc0", "hctosys", "1\n");
	chip = clock_chip_read("chips"); /* no since_epoch: the driver says EINVAL */
	assert_true(chip.there && chip.sets && !chip.readable);
	write_chip("rtc0", "since_epoch", "1750000000\n");
	chip = clock_chip_read("chips");
	assert_true(chip.there && chip.sets && chip.readable);
	assert_int_equal(chip.utc_ms, now_2025);
	write_chip("rtc0", "since_epoch", "-5\n");
	assert_false(clock_chip_read("chips").readable);
	write_chip("rtc0", "since_epoch", "99999999999999999999\n");
	assert_false(clock_chip_read("chips").readable);
	write_chip("rtc0", "since_epoch", "12 o'clock\n");
	assert_false(clock_chip_read("chips").readable);
	write_chip("rtc0", "since_epoch", "");
	assert_false(clock_chip_read("chips").readable);
}

/* A chip that is three months off is found wrong by satellites, and not believed in the next start. */
static void a_wrong_chip_is_remembered_over_starts(void **state)
{
	const int64_t wrong_ms = now_2025 + 90 * INT64_C(86400000);
	char text[32];
	struct seen seen;

	(void)state;
	snprintf(text, sizeof(text), "%lld\n", (long long)(wrong_ms / 1000));
	write_chip("rtc0", "hctosys", "1\n");
	write_chip("rtc0", "since_epoch", text);
	wall_ms = wrong_ms;
	begin();
	satellites(now_2025);
	stamps_step(stamps);
	end();

	gps_now.known = false;
	start_machine(boots[1], wrong_ms);
	stamps_step(stamps);
	assert_string_equal(
		words_of(CLOCK_CHIP), "found wrong: not believed until NTP or GPS agree with it");
	pass(600 * 1000);
	snprintf(text, sizeof(text), "%lld\n", (long long)(wall_ms / 1000));
	write_chip("rtc0", "since_epoch", text);
	stamps_step(stamps);
	assert_non_null(strstr(words_now(), "the machine's clock chip is wrong"));
	wall_ms = now_2025 + 700 * 1000; /* NTP sets both */
	snprintf(text, sizeof(text), "%lld\n", (long long)(wall_ms / 1000));
	write_chip("rtc0", "since_epoch", text);
	boot_ms += 10000;
	wall_ms += 10000;
	snprintf(text, sizeof(text), "%lld\n", (long long)(wall_ms / 1000));
	write_chip("rtc0", "since_epoch", text);
	sync_now = (struct clock_sync){0, true, 5};
	stamps_step(stamps);
	end();
	read_all(STREAM_LEDGER, &seen);
	assert_int_equal(seen.rows[2].b, TIME_NONE);
	assert_in_range(seen.rows[2].c, wrong_ms - now_2025, wrong_ms - now_2025 + 1000);
	assert_int_equal(seen.rows[seen.n - 1].b, TIME_NONE);
	assert_int_equal(seen.rows[seen.n - 1].c, 0);

	start_machine(boots[2], wall_ms + 60000);
	snprintf(text, sizeof(text), "%lld\n", (long long)(wall_ms / 1000));
	write_chip("rtc0", "since_epoch", text);
	sync_now = (struct clock_sync){0};
	stamps_step(stamps);
	assert_non_null(strstr(words_of(CLOCK_CHIP), "used, flagged, in 600 s"));
	end();
}

/* A server whose clock jumps each second: the spool's room for times ends, and so does the trust. */
static void a_clock_that_jumps_for_ever_ends_flagged(void **state)
{
	struct stamps_state now;
	int i;

	(void)state;
	spool_tuning.epochs = 4;
	wall_ms = now_2025;
	sync_now = (struct clock_sync){0, true, 5};
	begin();
	for (i = 0; i < 6; i++) {
		stamps_step(stamps);
		pass(1000);
		wall_ms += i % 2 ? 700 : -700;
	}
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_RESTORED);
	assert_int_equal(now.uncertainty_ms, 730 * INT64_C(86400000));
	end();
	begin(); /* and over a restart of the daemon */
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_RESTORED);
	end();
	spool_tuning.epochs = MOST_EPOCHS;
}

static void the_words_of_each_clock(void **state)
{
	struct stamps_state now;

	(void)state;
	begin();
	stamps_step(stamps);
	assert_string_equal(words_now(), "the machine says 1970-01-01, which cannot be: readings "
					 "are kept and wait for the right time");
	assert_string_equal(words_of(CLOCK_MACHINE), "it says 1970-01-01, which cannot be");
	assert_string_equal(words_of(CLOCK_CHIP), "this machine has none");
	assert_string_equal(
		words_of(CLOCK_ENTERED), "nobody entered the time since this machine started");
	satellites(now_2025 - 1024 * INT64_C(7) * 86400000);
	stamps_step(stamps);
	assert_string_equal(words_of(CLOCK_GPS),
		"a week rollover of the receiver: its dates are 1024 weeks behind; its positions "
		"are used, its time is not");
	wall_ms = now_2025;
	sync_now = (struct clock_sync){0, true, 5};
	satellites(now_2025 + 3 * INT64_C(3600000));
	stamps_step(stamps);
	assert_string_equal(words_now(), "NTP and GPS differ by 3 h: readings wait, and go out "
					 "marked after 600 s");
	assert_string_equal(words_of(CLOCK_NTP), "NTP and GPS differ by 3 h: neither is believed");
	gps_now.known = false;
	stamps_step(stamps);
	assert_string_equal(words_of(CLOCK_NTP), "confirms the time, within 5 ms");
	stamps_state(stamps, &now);
	assert_true(now.clocks[CLOCK_NTP].used && now.clocks[CLOCK_NTP].known);
	assert_false(now.clocks[CLOCK_GPS].used || now.clocks[CLOCK_GPS].known);
	wall_ms += 900 * INT64_C(86400000);
	sync_now = (struct clock_sync){1, false, 0};
	stamps_step(stamps);
	assert_string_equal(words_of(CLOCK_MACHINE),
		"it says 2027-12-02, more than 730 days after clock.not_before, 2024-01-01");
	assert_non_null(strstr(words_of(CLOCK_NTP), "cannot be read: Operation not permitted"));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_person_enters_the_time, fresh),
		cmocka_unit_test_setup(a_restart_says_at_once_what_is_in_force, fresh),
		cmocka_unit_test_setup(earlier_starts_are_bounded_by_this_ones_satellites, fresh),
		cmocka_unit_test_setup(chips_are_read_as_the_kernel_shows_them, fresh),
		cmocka_unit_test_setup(a_wrong_chip_is_remembered_over_starts, fresh),
		cmocka_unit_test_setup(a_clock_that_jumps_for_ever_ends_flagged, fresh),
		cmocka_unit_test_setup(the_words_of_each_clock, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
