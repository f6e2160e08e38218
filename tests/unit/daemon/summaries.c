/* The thread's steps, one matter at a time. */
#include "summaries.h"

static void begin_plain(const char *dir, unsigned segment)
{
	n_marks = 0;
	boots = 0;
	conf = lab_conf(dir, segment);
	faulty_forget();
	new_boot();
	lab_now_ms = 1000;
	start();
}

static void add_at(int64_t boot_ms, double value)
{
	struct reading reading = {.series = series[0], .value = value, .qc = QC_PASS};
	struct exchange x = {
		.boot_ms = boot_ms, .readings = &reading, .n = 1, .place = {.border_m = -1}};

	lab_now_ms = boot_ms;
	assert_int_equal(spool_add(spool, &x), 0);
}

static size_t made_by_a_step(void)
{
	step_all();
	look();
	return n_made;
}

static void the_last_block_waits_for_its_end(void **state)
{
	(void)state;
	begin_plain("quiet", 1000);
	assert_int_equal(spool_fix_utc(spool, 0, TIME_NTP, 1), 0);
	add_at(590000, 7);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(made_by_a_step(), 0);
	lab_now_ms = 600000 + SUMMARIES_QUIET_MS - 1;
	assert_int_equal(made_by_a_step(), 0);
	lab_now_ms++;
	assert_int_equal(made_by_a_step(), 1);
	assert_int_equal(made_by_a_step(), 1);
	/* What is made and not saved may belong to it. */
	add_at(1199000, 8);
	assert_int_equal(spool_flush(spool), 0);
	faulty.write_error = SQLITE_FULL;
	add_at(1199999, 9);
	assert_int_equal(spool_flush(spool), ERR_FULL);
	lab_now_ms = 5000000;
	assert_int_equal(made_by_a_step(), 1);
	faulty.write_error = 0;
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(made_by_a_step(), 2);
	assert_int_equal(made[1].n, 2);
	stop();
}

/* Ten minutes that were over come again: what is made in them now is a summary of its own, under a ms of its own. */
static void a_clock_set_back_begins_a_new_block(void **state)
{
	(void)state;
	begin_plain("back", 1000);
	assert_int_equal(spool_fix_utc(spool, 0, TIME_NTP, 1), 0);
	add_at(590000, 7);
	assert_int_equal(spool_flush(spool), 0);
	lab_now_ms = 700000;
	assert_int_equal(made_by_a_step(), 1);
	assert_int_equal(spool_fix_utc(spool, -111000, TIME_NTP, 1), 0);
	add_at(701000, 8);
	assert_int_equal(spool_flush(spool), 0);
	lab_now_ms = 5000000;
	assert_int_equal(made_by_a_step(), 2);
	assert_true(same_ten_minutes(0, 1));
	assert_int_equal(made[0].n, 1);
	assert_int_equal(made[1].n, 1);
	expect_all();
	assert_int_equal(n_splits, 1);
	expect_no_two_of_one_ms();
	stop();
}

static void readings_without_a_time_wait(void **state)
{
	(void)state;
	begin_plain("untimed", 1000);
	add_at(10000, 7);
	add_at(700000, 7);
	assert_int_equal(spool_flush(spool), 0);
	lab_now_ms = 99000000;
	assert_int_equal(spool->summarised, 0);
	step_all();
	assert_int_equal(spool->summarised, 0);
	assert_int_equal(spool_fix_utc(spool, 1700000000000, TIME_ENTERED, 60000), 0);
	assert_int_equal(made_by_a_step(), 2);
	assert_int_equal(made[0].summary.clock, TIME_ENTERED);
	assert_true(made[0].summary.clock_error_ms >= 60000);
	stop();
}

/* Numbers that were refused, and a file of a newer program, are stepped over. */
static void what_cannot_be_read_is_stepped_over(void **state)
{
	char path[300];
	sqlite3 *db;
	int64_t k;

	(void)state;
	begin_plain("newer", 1000);
	assert_int_equal(spool_fix_utc(spool, 0, TIME_NTP, 1), 0);
	for (k = 1; k <= 3500; k++) {
		add_at(k * 3000, 7);
		if (k % 500 == 0)
			assert_int_equal(spool_flush(spool), 0);
	}
	stop();
	segment_file_name("newer", 1001, path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	start();
	lab_now_ms = 20000000;
	step_all();
	n_made = 0;
	n_saved = 0;
	{
		struct spool_reader *reader;
		int64_t n = 0;
		size_t i;

		assert_int_equal(spool_reader_open(&reader, spool), 0);
		assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
					 take_made, NULL, NULL),
			0);
		spool_reader_close(reader);
		for (i = 0; i < n_made; i++)
			n += made[i].n;
		assert_int_equal(n, 2500);
	}
	assert_int_equal(spool->summarised, 3500);
	stop();
}

/* A spool of before is gone through in pieces: no step takes long, and the watchdog hears of each. */
static void a_step_is_bounded(void **state)
{
	unsigned steps = 0;
	uint64_t before = 0;
	bool more = true;
	int64_t k;

	(void)state;
	begin_plain("pieces", 100000);
	assert_int_equal(spool_fix_utc(spool, 0, TIME_NTP, 1), 0);
	for (k = 1; k <= 3 * SUMMARIES_ROWS; k++) {
		/* many a block in its first third, one block in the rest */
		add_at(k < 400 ? k * 600000 : 400 * 600000 + k * 9, 7);
		if (k % 1000 == 0)
			assert_int_equal(spool_flush(spool), 0);
	}
	while (more) {
		lab_now_ms++;
		assert_int_equal(summaries_step(summaries, &more), 0);
		look();
		assert_true(n_made <= before + SUMMARIES_BLOCKS);
		before = n_made;
		steps++;
	}
	assert_true(steps >= 399 / SUMMARIES_BLOCKS + 2);
	assert_int_equal(n_made, 399);
	lab_now_ms += 1000000;
	assert_int_equal(made_by_a_step(), 400);
	stop();
}

static void a_thread_that_stops(void **state)
{
	int i;

	(void)state;
	begin_plain("thread", 1000);
	assert_int_equal(spool_fix_utc(spool, 0, TIME_NTP, 1), 0);
	add_at(10000, 7);
	assert_int_equal(spool_flush(spool), 0);
	lab_now_ms = 99000000;
	assert_int_equal(summaries_start(summaries), 0);
	for (i = 0; i < 1000 && lab_read(spool, STREAM_LEDGER, 1, UINT64_MAX, 1).n < 2; i++)
		usleep(10000);
	assert_int_equal(lab_read(spool, STREAM_LEDGER, 1, UINT64_MAX, 1).n, 2);
	summaries_stop(summaries);
	summaries_stop(summaries);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_block_waits_for_its_end),
		cmocka_unit_test(a_clock_set_back_begins_a_new_block),
		cmocka_unit_test(readings_without_a_time_wait),
		cmocka_unit_test(what_cannot_be_read_is_stepped_over),
		cmocka_unit_test(a_step_is_bounded),
		cmocka_unit_test(a_thread_that_stops),
	};

	summaries_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
