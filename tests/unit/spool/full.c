/* A card that takes nothing more, and what a person and the store are told about it. */
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>

#include "faulty.h"
#include "small_card.h"

enum { SEGMENT = 100000 };

static struct spool_conf small_conf(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);

	conf.pending_bytes = 64 * 1024;
	return conf;
}

static void setup(void)
{
	spool_tuning.retry_first_ms = 1;
	spool_tuning.retry_most_ms = 20;
	log_open(LOG_ERROR, false);
}

struct gap {
	unsigned n;
	struct range range;
	char words[160];
};

static int take_gap(void *ctx, const struct spool_row *row)
{
	struct gap *gap = ctx;

	if (row->kind != LEDGER_GAP)
		return 0;
	gap->n++;
	gap->range = (struct range){(uint64_t)row->a, (uint64_t)row->b};
	text_copy(gap->words, sizeof(gap->words), row->words);
	return 0;
}

static struct gap read_gap(struct spool *spool)
{
	struct spool_reader *reader;
	struct gap gap = {.n = 0};

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, take_gap,
				 &gap, NULL),
		0);
	spool_reader_close(reader);
	return gap;
}

/* Adds until `more` have been refused.  Returns how many were taken. */
static uint64_t add_until_refused(struct spool *spool, uint64_t k, uint64_t more)
{
	uint64_t taken = 0, refused = 0;
	int err;

	while (refused < more) {
		err = lab_add(spool, k + taken, 5);
		assert_true(err == 0 || err == ERR_FULL);
		if (err)
			refused += 5;
		else
			taken += 5;
	}
	return taken;
}

static struct spool_counts wait_for_trouble(struct spool *spool, int want)
{
	struct spool_counts counts;

	do {
		spool_wait(spool, STREAM_READINGS, UINT64_MAX - 1, 2);
		spool_count(spool, &counts);
	} while ((counts.trouble != 0) != want);
	return counts;
}

/* Saving stops, RAM fills, readings are refused; saving goes on, and the refused ones are one gap. */
static void live_through(struct spool *spool, void (*breaks)(void), void (*mends)(void), int expect)
{
	struct spool_counts counts;
	struct lab_rows rows;
	struct range block;
	struct gap gap;
	uint64_t taken, first;
	unsigned store;

	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(spool_fix_utc(spool, 1000, TIME_GPS, 1), 0);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	breaks();
	taken = add_until_refused(spool, 11, 50);
	counts = wait_for_trouble(spool, true);
	assert_int_equal(counts.trouble, expect);
	assert_true(counts.trouble_words[0] != 0);
	assert_true(counts.saved < counts.made);
	assert_true(counts.refused >= 50);
	/* What was saved stays readable and can be sent meanwhile. */
	rows = lab_read(spool, STREAM_READINGS, 1, 10, 1);
	assert_true(rows.n == 10 && rows.values_right);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 10});
	mends();
	counts = wait_for_trouble(spool, false);
	assert_int_equal(spool_flush(spool), 0);
	spool_count(spool, &counts);
	assert_int_equal(counts.made, 10 + taken);
	assert_int_equal(counts.saved, counts.made);
	assert_string_equal(counts.trouble_words, "");
	gap = read_gap(spool);
	assert_int_equal(gap.n, 1);
	assert_int_equal(gap.range.last - gap.range.first + 1, counts.refused);
	assert_non_null(strstr(gap.words, "refused"));
	assert_int_equal(counts.last[STREAM_READINGS], counts.made + counts.refused);
	/* Each taken reading once, in order, and the gap is never asked for. */
	rows = lab_read(spool, STREAM_READINGS, 1, gap.range.first - 1, 1);
	assert_int_equal(rows.n, counts.made);
	assert_true(rows.in_order && rows.values_right && !rows.damaged);
	first = UINT64_MAX;
	while (spool_unsent(spool, store, STREAM_READINGS, first, 1000, &block)) {
		assert_true(block.last < gap.range.first || block.first > gap.range.last);
		first = block.first;
	}
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), counts.made - 10);
	assert_int_equal(lab_add(spool, 1, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, gap.range.last + 1, UINT64_MAX, 1).n, 5);
}

static struct rlimit was;

static void no_larger_files(void)
{
	struct rlimit none = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
}

static void larger_files_again(void)
{
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
}

static void files_that_may_not_grow(void **state)
{
	struct spool_conf conf = small_conf("fsize");
	struct spool *spool;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	spool = lab_open(&conf);
	live_through(spool, no_larger_files, larger_files_again, ERR_IO);
	assert_int_equal(spool_close(spool), 0);
}

static void a_full_card(void **state)
{
	struct spool_conf conf = small_conf("card/spool");
	struct spool *spool;

	(void)state;
	if (!make_card("2m"))
		skip();
	spool = lab_open(&conf);
	live_through(spool, fill_card, free_card, ERR_FULL);
	assert_int_equal(spool_close(spool), 0);
	remove_card();
}

/* Started again on the full card, after a clean end or after being killed. */
static void a_start_on_a_full_card(void **state)
{
	struct spool_conf conf = small_conf("card/spool");
	struct spool_counts counts;
	struct lab_rows rows;
	struct spool *spool;
	struct range block;
	unsigned store;
	int killed;

	(void)state;
	for (killed = 0; killed < 2; killed++) {
		if (!make_card("2m"))
			skip();
		spool = lab_open(&conf);
		assert_int_equal(spool_fix_utc(spool, 1000, TIME_GPS, 1), 0);
		assert_int_equal(lab_add(spool, 1, 100), 0);
		assert_int_equal(spool_flush(spool), 0);
		if (killed)
			assert_int_equal(system("cp -r card/spool card/killed && sync"), 0);
		assert_int_equal(spool_close(spool), 0);
		if (killed)
			assert_int_equal(
				system("rm -r card/spool && mv card/killed card/spool"), 0);
		fill_card();
		spool = lab_open(&conf);
		fill_card(); /* what the opening itself made room for */
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		assert_int_equal(lab_add(spool, 101, 10), 0);
		counts = wait_for_trouble(spool, true);
		assert_int_equal(counts.last[STREAM_READINGS], 100);
		assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 1000, &block));
		assert_int_equal(block.last, 100);
		rows = lab_read(spool, STREAM_READINGS, 1, 100, 1);
		assert_true(rows.n == 100 && rows.values_right && rows.clock == TIME_GPS);
		spool_mark_sent(spool, store, STREAM_READINGS, block);
		free_card();
		wait_for_trouble(spool, false);
		assert_int_equal(spool_flush(spool), 0);
		rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
		assert_true(rows.n == 110 && rows.values_right && rows.damaged == 0);
		assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 10);
		assert_int_equal(spool_close(spool), 0);
		remove_card();
	}
}

static void sync_fails(void)
{
	faulty.fail_from = faulty.syncs + 1;
	faulty.fail_to = ULONG_MAX;
}

static void sync_works(void)
{
	faulty.fail_to = 0;
}

static void syncs_that_fail(void **state)
{
	struct spool_conf conf = small_conf("sync");
	struct spool *spool = lab_open(&conf);

	(void)state;
	live_through(spool, sync_fails, sync_works, ERR_IO);
	assert_int_equal(spool_close(spool), 0);
}

static void writes_fail(void)
{
	faulty.write_error = SQLITE_IOERR_WRITE;
}

static void writes_full(void)
{
	faulty.write_error = SQLITE_FULL;
}

static void writes_work(void)
{
	faulty.write_error = 0;
}

static void writes_that_fail(void **state)
{
	struct spool_conf conf = small_conf("write");
	struct spool *spool = lab_open(&conf);

	(void)state;
	live_through(spool, writes_fail, writes_work, ERR_IO);
	assert_int_equal(spool_close(spool), 0);
	conf = small_conf("write2");
	spool = lab_open(&conf);
	live_through(spool, writes_full, writes_work, ERR_FULL);
	assert_int_equal(spool_close(spool), 0);
}

/* A short life on a card that fails once, at some moment: everything is saved in the end, once. */
static void live_once(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, 1000);
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct spool_counts counts;
	struct lab_rows rows;
	struct spool *spool;
	uint64_t k;

	if (spool_open(&spool, &conf, &lab_clock, &why)) {
		assert_true(words[0] != 0);
		spool = lab_open(&conf);
	}
	for (k = 1; k <= 2100; k += 3) {
		assert_int_equal(lab_add(spool, k, 3), 0);
		if (k % 300 == 1 && spool_flush(spool))
			assert_int_equal(spool_flush(spool), 0);
	}
	if (spool_fix_utc(spool, 5, TIME_GPS, 1))
		assert_int_equal(spool_fix_utc(spool, 5, TIME_GPS, 1), 0);
	if (spool_flush(spool))
		assert_int_equal(spool_flush(spool), 0);
	spool_count(spool, &counts);
	assert_int_equal(counts.saved, 2100);
	assert_int_equal(counts.last[STREAM_READINGS], 2100);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_int_equal(rows.n, 2100);
	assert_true(rows.in_order && rows.values_right && rows.damaged == 0);
	assert_true(spool_close(spool) <= 0);
	spool = lab_open(&conf);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_int_equal(rows.n, 2100);
	assert_true(rows.in_order && rows.values_right && rows.damaged == 0);
	assert_int_equal(spool_close(spool), 0);
	assert_false(lab_file(dir, "", ".damaged-1", 0, words, sizeof(words)));
	faulty_forget();
}

static void every_single_sync_fails_once(void **state)
{
	unsigned long at, before;
	char dir[32];

	(void)state;
	for (at = 1; at == 1 || faulty.syncs >= faulty.fail_to; at++) {
		before = faulty.syncs;
		faulty.fail_from = faulty.fail_to = before + at;
		snprintf(dir, sizeof(dir), "each-sync%lu", at);
		live_once(dir);
	}
	faulty.fail_to = 0;
	printf("%lu syncs, each failed once\n", at - 2);
	assert_true(at > 15);
}

static void every_single_write_fails_once(void **state)
{
	unsigned long at, step = getenv("STEP") ? strtoul(getenv("STEP"), NULL, 10) : 7;
	char dir[32];

	(void)state;
	for (at = 1; at == 1 || faulty.writes >= faulty.fail_write; at += step) {
		faulty.fail_write = faulty.writes + at;
		snprintf(dir, sizeof(dir), "each-write%lu", at);
		live_once(dir);
	}
	faulty.fail_write = 0;
	printf("%lu writes, one in %lu failed once\n", at, step);
	assert_true(at > 50);
}

static int let_index_go(struct spool *spool, void *ctx)
{
	(void)ctx;
	sql_close(&spool->segment.keeper);
	return 0;
}

/* The rows of a failed commit may be seen when the WAL is read anew: they are written again, once. */
static void a_failed_commit_that_shows_itself_is_not_doubled(void **state)
{
	struct spool_conf conf = small_conf("phantom");
	struct spool *spool = lab_open(&conf);
	struct spool_counts counts;
	struct lab_rows rows;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_run(spool, let_index_go, NULL), 0);
	sync_fails();
	assert_int_equal(lab_add(spool, 11, 10), 0);
	assert_int_equal(spool_flush(spool), ERR_IO);
	assert_int_equal(lab_add(spool, 21, 10), 0);
	assert_int_equal(spool_flush(spool), ERR_IO); /* closed, and could not be settled */
	sync_works();
	assert_int_equal(spool_flush(spool), 0);
	spool_count(spool, &counts);
	assert_int_equal(counts.saved, 30);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_int_equal(rows.n, 30);
	assert_true(rows.in_order && rows.values_right);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* A ledger that cannot be written refuses what promises to be durable, and says why. */
static void durable_on_return_means_it(void **state)
{
	struct spool_conf conf = small_conf("note");
	struct ledger_record note = {.kind = LEDGER_ANCHOR, .a = 5, .b = TIME_GPS, .c = 1};
	struct spool *spool = lab_open(&conf);
	struct spool_counts counts;
	unsigned store;

	(void)state;
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	faulty.only = "ledger.db";
	sync_fails();
	assert_int_equal(spool_note(spool, &note), ERR_IO);
	assert_int_equal(spool_fix_utc(spool, 1, TIME_GPS, 1), ERR_IO);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 3, 400, "no"), ERR_IO);
	assert_int_equal(spool_utc(spool).source, TIME_NONE);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 10);
	sync_works();
	faulty.only = NULL;
	assert_int_equal(spool_note(spool, &note), 0);
	assert_int_equal(spool_fix_utc(spool, 1, TIME_GPS, 1), 0);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 3, 400, "no"), 0);
	assert_int_equal(spool_flush(spool), 0);
	spool_count(spool, &counts);
	assert_int_equal(counts.trouble, 0);
	assert_int_equal(spool_close(spool), 0);
}

static void a_close_that_cannot_save_says_so(void **state)
{
	struct spool_conf conf = small_conf("close");
	struct spool *spool = lab_open(&conf);

	(void)state;
	writes_fail();
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_close(spool), ERR_IO);
	writes_work();
	spool = lab_open(&conf);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 0);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_may_not_grow),
		cmocka_unit_test(a_full_card),
		cmocka_unit_test(a_start_on_a_full_card),
		cmocka_unit_test(syncs_that_fail),
		cmocka_unit_test(writes_that_fail),
		cmocka_unit_test(every_single_sync_fails_once),
		cmocka_unit_test(every_single_write_fails_once),
		cmocka_unit_test(a_failed_commit_that_shows_itself_is_not_doubled),
		cmocka_unit_test(durable_on_return_means_it),
		cmocka_unit_test(a_close_that_cannot_save_says_so),
	};

	spool_tuning.boot_id = boot_one;
	faulty_install();
	setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
