/* The receiver's thread, and that it stops whatever the other side does. */
#include "bench.h"

static bool wait_reports(struct bench *bench, size_t n)
{
	int left_ms;

	for (left_ms = WAIT_MS; left_ms > 0 && atomic_load(&bench->n) < n; left_ms -= 2)
		pause_ms(2);
	return atomic_load(&bench->n) >= n;
}

/* A second is promised; a crowded machine may be slow, but nothing in here may wait for the other side. */
static void stop_soon(struct bench *bench)
{
	int64_t begun_ms = clock_boot_ms(&clock_system);

	assert_true(begun_ms - receiver_heartbeat_ms(bench->receiver) < WAIT_MS);
	receiver_stop(bench->receiver);
	assert_true(clock_boot_ms(&clock_system) - begun_ms < WAIT_MS);
	receiver_stop(bench->receiver);
}

static void the_thread_on_a_line(void **state)
{
	struct bench bench;
	int i;

	(void)state;
	bench_open_line(&bench, &clock_system);
	assert_int_equal(receiver_start(bench.receiver), 0);
	for (i = 0; i < 3; i++) {
		int left_ms = WAIT_MS;

		while (!state_of(&bench).open && left_ms-- > 0)
			pause_ms(1);
		say(&bench, RMC);
		assert_true(wait_reports(&bench, (size_t)i + 1));
		unplug(&bench);
		for (left_ms = WAIT_MS; state_of(&bench).open && left_ms > 0; left_ms--)
			pause_ms(1);
		assert_false(state_of(&bench).open);
		plug_in(&bench);
	}
	stop_soon(&bench);
	bench_close(&bench);
}

static void the_thread_on_gpsd(void **state)
{
	struct bench bench;
	struct receiver_state said;
	size_t i;

	(void)state;
	bench_open_gpsd(&bench, &clock_system, "/dev/gps0");
	assert_int_equal(receiver_start(bench.receiver), 0);
	for (i = 0; !welcome(&bench) && i < WAIT_MS; i++)
		pause_ms(1);
	say_bytes(&bench, HELLO);
	for (i = 0; i < 200; i++) {
		say_bytes(&bench, TPV);
		receiver_state(bench.receiver, &said);
		assert_true(said.reports <= i + 1);
	}
	assert_true(wait_reports(&bench, 200));
	stop_soon(&bench);
	assert_int_equal(bench.n, 200);
	bench_close(&bench);
}

static atomic_bool flooding;

static void *flood(void *arg)
{
	struct bench *bench = arg;
	char bytes[4096];

	memset(bytes, '$', sizeof(bytes));
	while (atomic_load(&flooding))
		if (write(bench->fd, bytes, sizeof(bytes)) < 0)
			pause_ms(1);
	return NULL;
}

/* Whatever the other side does. */
static void stopped_in_every_state(void **state)
{
	struct bench bench;
	pthread_t thread;
	int fds[8], i;

	(void)state;
	/* nobody there */
	bench_open_gpsd(&bench, &clock_system, "");
	close(bench.listener);
	bench.listener = -1;
	assert_int_equal(receiver_start(bench.receiver), 0);
	for (i = WAIT_MS; !state_of(&bench).last_error && i > 0; i--)
		pause_ms(1);
	stop_soon(&bench);
	bench_close(&bench);
	/* no answer to the connection */
	bench_open_gpsd(&bench, &clock_system, "");
	close(bench.listener);
	listen_on(&bench, 0, 0);
	fill_queue(&bench, fds, 8);
	assert_int_equal(receiver_start(bench.receiver), 0);
	stop_soon(&bench);
	for (i = 0; i < 8; i++)
		close(fds[i]);
	bench_close(&bench);
	/* connected, and mute */
	bench_open_gpsd(&bench, &clock_system, "");
	assert_int_equal(receiver_start(bench.receiver), 0);
	for (i = WAIT_MS; !welcome(&bench) && i > 0; i--)
		pause_ms(1);
	stop_soon(&bench);
	bench_close(&bench);
	/* drowned */
	bench_open_gpsd(&bench, &clock_system, "");
	assert_int_equal(receiver_start(bench.receiver), 0);
	for (i = WAIT_MS; !welcome(&bench) && i > 0; i--)
		pause_ms(1);
	atomic_store(&flooding, true);
	assert_int_equal(pthread_create(&thread, NULL, flood, &bench), 0);
	pause_ms(100);
	stop_soon(&bench);
	atomic_store(&flooding, false);
	pthread_join(thread, NULL);
	bench_close(&bench);
	/* never started */
	bench_open_line(&bench, &clock_system);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_thread_on_a_line),
		cmocka_unit_test(the_thread_on_gpsd),
		cmocka_unit_test(stopped_in_every_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
