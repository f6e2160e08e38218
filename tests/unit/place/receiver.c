/* What a receiver says, and what is said of one that says nothing. */
#include "bench.h"

static void a_fix_over_a_pty(void **state)
{
	struct receiver_state said;
	struct bench bench;

	(void)state;
	bench_open_line(&bench, &test_clock);
	assert_false(state_of(&bench).open);
	step_until(&bench, state_of(&bench).open);
	say(&bench, RMC);
	step_until(&bench, bench.n == 1);
	assert_int_equal(bench.last.mode, 2);
	assert_int_equal(bench.last.boot_ms, now_ms);
	say(&bench, "GPRMC,,V,,,,,,,,,,N");
	say_bytes(&bench, "$GPRMC,,V,,,,,,,,,,N*00\r\n");
	step_until(&bench, bench.n == 2);
	pass(&bench, SECOND_MS);
	said = state_of(&bench);
	assert_int_equal(said.reports, 2);
	assert_int_equal(said.heard_ms, now_ms - SECOND_MS);
	assert_int_equal(said.last_error, 0);
	assert_string_equal(said.words, "no fix: does the antenna see the sky?");
	say(&bench, RMC);
	step_until(&bench, bench.n == 3);
	assert_string_equal(state_of(&bench).words, "");
	assert_int_equal(state_of(&bench).bad, 1);
	assert_int_equal(receiver_heartbeat_ms(bench.receiver), now_ms);
	bench_close(&bench);
}

static void a_line_that_says_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_open_line(&bench, &test_clock);
	step_until(&bench, state_of(&bench).open);
	pass(&bench, 9 * SECOND_MS);
	assert_int_equal(state_of(&bench).last_error, 0);
	pass(&bench, 2 * SECOND_MS);
	assert_int_equal(state_of(&bench).last_error, ERR_TIMEOUT);
	assert_string_equal(
		state_of(&bench).words, "nothing comes: is the receiver on, and is this its port?");
	assert_true(state_of(&bench).open);
	say(&bench, RMC);
	step_until(&bench, bench.n == 1);
	assert_int_equal(state_of(&bench).last_error, 0);
	/* silent again */
	pass(&bench, 11 * SECOND_MS);
	assert_int_equal(state_of(&bench).last_error, ERR_TIMEOUT);
	bench_close(&bench);
}

static void a_line_at_another_speed(void **state)
{
	struct bench bench;
	int i;

	(void)state;
	bench_open_line(&bench, &test_clock);
	step_until(&bench, state_of(&bench).open);
	say(&bench, RMC);
	step_until(&bench, bench.n == 1);
	for (i = 0; i < 12; i++) {
		say_bytes(&bench, "\x9f\x80$\xfe\xe6\x06x\x1e\xfe\x80\x18");
		pause_ms(2);
		pass(&bench, SECOND_MS);
	}
	assert_int_equal(state_of(&bench).last_error, ERR_NOISE);
	assert_string_equal(state_of(&bench).words,
		"bytes come, but no NMEA that is whole: is 9600 baud the receiver's speed?");
	bench_close(&bench);
}

static void a_receiver_that_keeps_its_position_to_itself(void **state)
{
	struct bench bench;
	int i;

	(void)state;
	bench_open_line(&bench, &test_clock);
	step_until(&bench, state_of(&bench).open);
	for (i = 0; i < 12; i++) {
		say(&bench, "GPGSV,1,1,01,01,40,001,40");
		pause_ms(2);
		pass(&bench, SECOND_MS);
	}
	assert_string_equal(state_of(&bench).words,
		"NMEA comes, but neither RMC nor GGA: switch them on in the receiver");
	bench_close(&bench);
}

static void unplugged_and_back(void **state)
{
	struct bench bench;
	int i;

	(void)state;
	bench_open_line(&bench, &test_clock);
	for (i = 0; i < 3; i++) {
		step_until(&bench, state_of(&bench).open);
		say(&bench, RMC);
		step_until(&bench, (int)bench.n == i + 1);
		/* half a sentence is on its way */
		say_bytes(&bench, "$GPRMC,101500.00,A,34");
		receiver_step(bench.receiver);
		unplug(&bench);
		pass(&bench, SECOND_MS);
		assert_false(state_of(&bench).open);
		assert_int_equal(state_of(&bench).last_error, ERR_GONE);
		assert_true(strlen(state_of(&bench).words) > 0);
		pass(&bench, 60 * SECOND_MS);
		assert_false(state_of(&bench).open);
		plug_in(&bench);
		/* a second, and what the pause is drawn from */
		pass(&bench, SECOND_MS + 100);
		assert_true(state_of(&bench).open);
	}
	/* a name that leads to another device than the one that is open */
	i = bench.fd;
	plug_in(&bench);
	pass(&bench, SECOND_MS);
	pass(&bench, SECOND_MS + 100);
	say(&bench, RMC);
	step_until(&bench, bench.n == 4);
	close(i);
	bench_close(&bench);
}

static void a_fix_from_gpsd(void **state)
{
	struct bench bench;

	(void)state;
	bench_open_gpsd(&bench, &test_clock, "");
	step_until(&bench, welcome(&bench));
	step_until(&bench, state_of(&bench).open);
	assert_string_equal(asked(&bench), "?WATCH={\"enable\":true,\"json\":true};\n");
	say_bytes(&bench, HELLO "{\"class\":\"DEVICES\",\"devices\":[]}\n");
	pause_ms(2);
	pass(&bench, SECOND_MS);
	assert_int_equal(state_of(&bench).last_error, ERR_ABSENT);
	assert_string_equal(state_of(&bench).words,
		"gpsd has no receiver: plug it in, or name its port to gpsd");
	say_bytes(&bench, TPV);
	step_until(&bench, bench.n == 1);
	assert_true(bench.last.mode == 3 && bench.last.lat == 34.5 && bench.last.lon == 71.5);
	assert_string_equal(state_of(&bench).words, "");
	/* line by line, byte by byte */
	{
		const char *at;

		for (at = TPV; *at; at++) {
			assert_int_equal(write(bench.fd, at, 1), 1);
			receiver_step(bench.receiver);
		}
	}
	step_until(&bench, bench.n == 2);
	pass(&bench, 11 * SECOND_MS);
	assert_string_equal(state_of(&bench).words,
		"gpsd sends no positions: is its receiver on, and at the speed that gpsd expects?");
	bench_close(&bench);
}

static void a_gpsd_that_goes_and_comes(void **state)
{
	struct bench bench;
	uint16_t port;
	int i;

	(void)state;
	bench_open_gpsd(&bench, &test_clock, "");
	port = (uint16_t)atoi(strchr(bench.conf.address, ':') + 1);
	for (i = 0; i < 3; i++) {
		step_until(&bench, welcome(&bench));
		step_until(&bench, state_of(&bench).open);
		say_bytes(&bench, TPV);
		step_until(&bench, (int)bench.n == i + 1);
		/* it hangs up, and is back at once: so are we */
		hang_up(&bench);
		step_until(&bench, !state_of(&bench).open);
		pass(&bench, SECOND_MS + 100);
		step_until(&bench, welcome(&bench));
		step_until(&bench, state_of(&bench).open);
		/* it ends in the middle of a line, and nobody listens any more */
		assert_true(write(bench.fd, TPV, 40) == 40);
		hang_up(&bench);
		close(bench.listener);
		step_until(&bench, !state_of(&bench).open);
		assert_int_equal(state_of(&bench).last_error, ERR_GONE);
		pass(&bench, 200 * SECOND_MS);
		assert_non_null(strstr(state_of(&bench).words, "does gpsd run?"));
		/* however long it was away, ten seconds find it back */
		listen_on(&bench, port, 8);
		{
			int64_t end_ms = now_ms + 10 * SECOND_MS;

			while (!welcome(&bench) && now_ms < end_ms) {
				pass(&bench, 100);
				pause_ms(1);
			}
		}
		assert_true(welcome(&bench));
	}
	bench_close(&bench);
}

/* It takes the connection and closes it, over and over: the pauses grow, and the fault is one line. */
static void a_gpsd_that_hangs_up_at_once(void **state)
{
	struct bench bench;
	int i, calls = 0;

	(void)state;
	bench_open_gpsd(&bench, &test_clock, "");
	for (i = 0; i < 6000; i++) {
		pass(&bench, 100);
		if (welcome(&bench)) {
			calls++;
			hang_up(&bench);
			pause_ms(1);
		}
	}
	assert_true(calls >= 55 && calls < 140); /* in ten minutes */
	bench_close(&bench);
}

static void what_is_not_gpsd(void **state)
{
	struct bench bench;
	int i;

	(void)state;
	bench_open_gpsd(&bench, &test_clock, "");
	step_until(&bench, welcome(&bench));
	step_until(&bench, state_of(&bench).open);
	say_bytes(&bench, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>\n");
	pause_ms(2);
	pass(&bench, 11 * SECOND_MS);
	assert_string_equal(state_of(&bench).words, "what answers there is not gpsd");
	assert_int_equal(state_of(&bench).bad, 3);
	/* lines without end */
	for (i = 0; i < 100; i++) {
		char long_line[4001];

		memset(long_line, '{', 4000);
		long_line[4000] = '\0';
		say_bytes(&bench, long_line);
		step_until(&bench, true);
	}
	assert_int_equal(state_of(&bench).reports, 0);
	assert_true(state_of(&bench).open);
	bench_close(&bench);
}

/* A line that died without a word is opened anew after a minute. */
static void a_dead_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_open_gpsd(&bench, &test_clock, "");
	step_until(&bench, welcome(&bench));
	step_until(&bench, state_of(&bench).open);
	say_bytes(&bench, HELLO TPV);
	step_until(&bench, bench.n == 1);
	pass(&bench, 59 * SECOND_MS);
	hang_up(&bench);
	bench.fd = -1;
	pass(&bench, 4 * SECOND_MS);
	step_until(&bench, welcome(&bench));
	step_until(&bench, state_of(&bench).open);
	say_bytes(&bench, HELLO TPV);
	step_until(&bench, bench.n == 2);
	pass(&bench, 65 * SECOND_MS);
	/* the old one still stands, as seen from there */
	{
		int old = bench.fd;

		bench.fd = -1;
		step_until(&bench, welcome(&bench));
		close(old);
	}
	bench_close(&bench);
}

static void a_machine_that_does_not_answer(void **state)
{
	struct bench bench;
	int fds[8], i;

	(void)state;
	bench_open_gpsd(&bench, &test_clock, "");
	close(bench.listener);
	listen_on(&bench, 0, 0);
	fill_queue(&bench, fds, 8);
	pass(&bench, 4 * SECOND_MS);
	assert_false(state_of(&bench).open);
	assert_int_equal(state_of(&bench).last_error, 0);
	pass(&bench, 2 * SECOND_MS);
	assert_int_equal(state_of(&bench).last_error, ERR_TIMEOUT);
	assert_string_equal(state_of(&bench).words, "no connection: is that machine on?");
	for (i = 0; i < 8; i++)
		close(fds[i]);
	bench_close(&bench);
}

static void addresses(void **state)
{
	static const char *const good[] = {
		"127.0.0.1:2947", "localhost:2947", "[::1]:2947", "192.168.4.1:1"};
	static const char *const bad[] = {"", ":", ":2947", "localhost", "localhost:", "2947",
		"127.0.0.1:x", "gpsd.example.org:2947", "[::1:2947", "127.0.0.1:2947:1"};
	struct receiver_conf conf = {.kind = RECEIVER_GPSD};
	struct receiver *receiver;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		strcpy(conf.address, good[i]);
		assert_int_equal(receiver_new(&receiver, &conf, &test_clock, hear, NULL), 0);
		receiver_free(receiver);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		strcpy(conf.address, bad[i]);
		assert_int_equal(receiver_new(&receiver, &conf, &test_clock, hear, NULL), ERR_CONF);
		assert_null(receiver);
	}
	conf.kind = RECEIVER_NONE;
	assert_int_equal(receiver_new(&receiver, &conf, &test_clock, hear, NULL), ERR_CONF);
	receiver_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix_over_a_pty),
		cmocka_unit_test(a_line_that_says_nothing),
		cmocka_unit_test(a_line_at_another_speed),
		cmocka_unit_test(a_receiver_that_keeps_its_position_to_itself),
		cmocka_unit_test(unplugged_and_back),
		cmocka_unit_test(a_fix_from_gpsd),
		cmocka_unit_test(a_gpsd_that_goes_and_comes),
		cmocka_unit_test(a_gpsd_that_hangs_up_at_once),
		cmocka_unit_test(what_is_not_gpsd),
		cmocka_unit_test(a_dead_connection),
		cmocka_unit_test(a_machine_that_does_not_answer),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
