/* Meters' files and a card or power that fails: a file whole or not at all, and readings go on being saved. */
#include <limits.h>
#include <pthread.h>

#include "filed.h"

/* --- a card that fails ---------------------------------------------------------------------------- */

static void sync_fails(void)
{
	faulty.fail_from = faulty.syncs + 1;
	faulty.fail_to = ULONG_MAX;
}

static void sync_works(void)
{
	faulty.fail_to = 0;
}

static void writes_full(void)
{
	faulty.write_error = SQLITE_FULL;
}

static void writes_work(void)
{
	faulty.write_error = 0;
}

static void refuse_and_take(const char *dir, void (*breaks)(void), void (*mends)(void), int expect)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];
	struct spool_added added = {99, 99};

	make_file(file, 1, PER_FILE);
	expect_new(spool, file, PER_FILE, PER_FILE);
	assert_int_equal(lab_add(spool, 1, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	make_file(file, 2, PER_FILE);
	breaks();
	assert_int_equal(lab_add(spool, 6, 5), 0);
	assert_int_equal(spool_note_new(spool, file, PER_FILE, &added), expect);
	assert_int_equal(added.n, 0);
	assert_int_equal(read_all(spool).n, PER_FILE);
	assert_int_equal(lab_add(spool, 11, 5), 0);
	mends();
	expect_new(spool, file, PER_FILE, PER_FILE);
	expect_new(spool, file, PER_FILE, 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 15);
	assert_true(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).values_right);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	expect_new(spool, file, PER_FILE, 0);
	assert_int_equal(read_all(spool).n, 2 * PER_FILE);
	assert_true(read_all(spool).own_ms);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

static void a_card_that_takes_nothing_gets_nothing(void **state)
{
	(void)state;
	refuse_and_take("full", writes_full, writes_work, ERR_FULL);
	refuse_and_take("sync", sync_fails, sync_works, ERR_IO);
	faulty.only = "ledger.db";
	refuse_and_take("full-ledger", writes_full, writes_work, ERR_FULL);
	refuse_and_take("sync-ledger", sync_fails, sync_works, ERR_IO);
	faulty.only = NULL;
}

/* One write or one sync fails, each in its turn: the file is in once, when asked again. */
static bool live_once(const char *dir, unsigned n)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct spool_added added = {99, 99};
	bool failed;
	int err;

	make_file(many, 1, n);
	expect_new(spool, many, 1, 1);
	lab_now_ms += n; /* there is a ms for each, and nothing to wait for */
	faulty.fail_write += faulty.fail_write ? faulty.writes : 0;
	faulty.fail_from += faulty.fail_from ? faulty.syncs : 0;
	faulty.fail_to = faulty.fail_from;
	err = spool_note_new(spool, many, n, &added);
	assert_int_equal(added.n, err ? 0 : n - 1);
	assert_int_equal(read_all(spool).n, err ? 1 : n);
	failed = (faulty.fail_write && faulty.writes >= faulty.fail_write) ||
		 (faulty.fail_from && faulty.syncs >= faulty.fail_from);
	faulty.fail_write = faulty.fail_from = faulty.fail_to = 0;
	expect_new(spool, many, n, err ? n - 1 : 0);
	assert_int_equal(read_all(spool).n, n);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	expect_new(spool, many, n, 0);
	assert_int_equal(read_all(spool).n, n);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	return failed;
}

static void every_single_write_and_sync_fails_once(void **state)
{
	unsigned long at, writes, syncs;
	bool failed = true;
	char dir[32];

	(void)state;
	for (at = 1; failed; at += 1 + at / 8) {
		faulty.fail_write = at;
		snprintf(dir, sizeof(dir), "write%lu", at);
		failed = live_once(dir, 1000);
		writes = at;
	}
	for (at = 1, failed = true; failed; at++) {
		faulty.fail_from = at;
		snprintf(dir, sizeof(dir), "sync%lu", at);
		failed = live_once(dir, 1000);
		syncs = at;
	}
	printf("up to write %lu and sync %lu\n", writes, syncs);
	assert_true(writes > 10 && syncs > 1);
}

/* What is written into a removed file is gone with the process. */
static void a_ledger_that_was_removed_is_noticed(void **state)
{
	struct spool_conf conf = lab_conf("removed", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];

	(void)state;
	make_file(file, 1, PER_FILE);
	assert_int_equal(unlink("removed/ledger.db"), 0);
	expect_new(spool, file, PER_FILE, PER_FILE);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	expect_new(spool, file, PER_FILE, 0);
	assert_int_equal(read_all(spool).n, PER_FILE);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* --- the power goes ------------------------------------------------------------------------------- */

static _Atomic int64_t n_done;

static void power_goes(void)
{
	int64_t done = n_done;

	faulty_end(&done, sizeof(done));
}

static unsigned size_of(int64_t file)
{
	return (unsigned)(1 + file * 7919 % 700);
}

static void live(void)
{
	struct spool_conf conf = lab_conf("card", SEGMENT);
	struct spool *spool;
	struct spool_added added;
	int64_t file;
	uint64_t k = 1;
	int i;

	spool = lab_open(&conf);
	faulty.cut = power_goes;
	faulty.cut_at = faulty.syncs + (unsigned long)(1 + lrand48() % 60);
	for (file = 1; file < MANY_FILES; file++) {
		for (i = 0; i < 3; i++, k += 5)
			if (lab_add(spool, k, 5))
				_exit(2);
		lab_now_ms += 1000;
		make_file(many, file, size_of(file));
		if (spool_note_new(spool, many, size_of(file), &added) || added.n != size_of(file))
			_exit(3);
		n_done = file;
		if (file % 3 == 0 && spool_flush(spool))
			_exit(4);
	}
	_exit(5);
}

static void check_after(int64_t done)
{
	struct spool_conf conf = lab_conf("after", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct found found = read_all(spool);
	uint64_t last = last_of(spool, STREAM_LEDGER);
	int64_t file;

	lab_now_ms = 1000000; /* as in live(): nothing to wait for */
	assert_true(found.right && found.own_ms);
	assert_int_equal(found.n + found.starts, last);
	for (file = 1; file < MANY_FILES; file++) {
		bool whole = found.of_file[file] == size_of(file);

		assert_true(whole || (file > done && found.of_file[file] == 0));
		make_file(many, file, size_of(file));
		if (file <= done + 1)
			expect_new(spool, many, size_of(file), whole ? 0 : size_of(file));
	}
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
}

static void a_power_cut_leaves_no_half_file(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	int round;
	int64_t done, most = 0;

	(void)state;
	printf("SEED=%u\n", seed);
	for (round = 0; round < ROUNDS; round++, seed++) {
		faulty_life(seed, live, &done, sizeof(done));
		most = done > most ? done : most;
		check_after(done);
		faulty_forget();
	}
	printf("up to %lld files in at the cut\n", (long long)most);
}

/* --- many ------------------------------------------------------------------------------------------ */

static void *add_readings(void *arg)
{
	struct spool *spool = arg;
	uint64_t k;

	for (k = 1; k <= 1000; k += 5) {
		if (lab_add(spool, k, 5))
			return arg;
		usleep(500);
	}
	return NULL;
}

/* The most there may be at once, on top of as many, and readings all the while. */
static void readings_go_on_being_saved(void **state)
{
	struct spool_conf conf = lab_conf("many", SEGMENT);
	struct spool *spool = lab_open(&conf);
	pthread_t adding;
	void *failed;
	int64_t begin;
	uint64_t last;

	(void)state;
	lab_now_ms = 10000000;
	make_file(many, 1, SPOOL_NEW_MOST);
	assert_int_equal(pthread_create(&adding, NULL, add_readings, spool), 0);
	begin = spool_mono_ms();
	expect_new(spool, many, SPOOL_NEW_MOST, SPOOL_NEW_MOST);
	printf("%d records in %lld ms\n", SPOOL_NEW_MOST, (long long)(spool_mono_ms() - begin));
	begin = spool_mono_ms();
	expect_new(spool, many, SPOOL_NEW_MOST, 0);
	printf("%d known in %lld ms\n", SPOOL_NEW_MOST, (long long)(spool_mono_ms() - begin));
	lab_now_ms += SPOOL_NEW_MOST;
	make_file(many, 2, SPOOL_NEW_MOST);
	expect_new(spool, many, SPOOL_NEW_MOST, SPOOL_NEW_MOST);
	assert_int_equal(pthread_join(adding, &failed), 0);
	assert_null(failed);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 1000);
	assert_true(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).values_right);
	last = last_of(spool, STREAM_LEDGER);
	assert_int_equal(last, 1 + 2 * SPOOL_NEW_MOST);
	assert_true(read_all(spool).own_ms);
	assert_int_equal(spool_close(spool), 0);

	/* A ledger that is lost afterwards gives none of their numbers again. */
	assert_int_equal(system("rm many/ledger.db*"), 0);
	spool = lab_open(&conf);
	expect_new(spool, many, 1, 1);
	assert_true(lab_read(spool, STREAM_LEDGER, 1, UINT64_MAX, 1).first > last);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
	faulty_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_that_takes_nothing_gets_nothing),
		cmocka_unit_test(every_single_write_and_sync_fails_once),
		cmocka_unit_test(a_ledger_that_was_removed_is_noticed),
		cmocka_unit_test(a_power_cut_leaves_no_half_file),
		cmocka_unit_test(readings_go_on_being_saved),
	};

	filed_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
