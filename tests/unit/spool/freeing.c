/* Files that make room: which, when, and that nothing else is ever lost by it. */
#include <limits.h>
#include <sys/wait.h>

#include "faulty.h"
#include "spool/reader.h"

enum { SEGMENT = 1000, KEEP_DAYS = 30 };
static const int64_t day_ms = 24 * 3600000;

static struct spool_conf conf_of(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);

	conf.keep_days = KEEP_DAYS;
	return conf;
}

/* Four full files and a bit, 1..4200, made at boot times 1001..5200 ms. */
static struct spool *fill(const struct spool_conf *conf)
{
	struct spool *spool;
	uint64_t k;

	lab_now_ms = 10000;
	faulty_forget();
	spool = lab_open(conf);
	for (k = 1; k <= 4200; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_NTP, 1), 0);
	return spool;
}

static unsigned add_store(struct spool *spool, const char *name)
{
	unsigned store;

	assert_int_equal(spool_add_store(spool, name, &store), 0);
	return store;
}

static void confirm(struct spool *spool, unsigned store, uint64_t first, uint64_t last)
{
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){first, last});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){first, last});
}

static uint64_t freed(struct spool *spool)
{
	uint64_t n;

	assert_int_equal(spool_free_old(spool, &n), 0);
	return n;
}

/* What is there reads back as it was; what is not there is no loss. */
static void expect_from(struct spool *spool, uint64_t first)
{
	struct lab_rows rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, first);
	char path[300];

	assert_int_equal(rows.first, first);
	assert_int_equal(rows.last, 4200);
	assert_int_equal(rows.damaged, 0);
	assert_true(rows.in_order && rows.values_right);
	rows = lab_read(spool, STREAM_READINGS, 1, first - 1, 1);
	assert_int_equal(rows.n, 0);
	assert_int_equal(rows.damaged, 0);
	segment_file_name(spool->conf.dir, 1, path, sizeof(path));
	assert_int_equal(access(path, F_OK) == 0, first == 1);
}

static void later(int64_t days)
{
	lab_now_ms += days * day_ms;
}

static void only_what_every_store_confirmed_and_is_old(void **state)
{
	struct spool_conf conf = conf_of("old");
	struct spool *spool = fill(&conf);
	unsigned centre, ministry;

	(void)state;
	later(KEEP_DAYS + 1);
	assert_int_equal(freed(spool), 0); /* no store: all is kept on the van */
	centre = add_store(spool, "centre");
	ministry = add_store(spool, "ministry");
	confirm(spool, centre, 1, 4200);
	confirm(spool, ministry, 1, 1999);
	assert_int_equal(freed(spool), 1000); /* one number of the second is not confirmed */
	expect_from(spool, 1001);
	confirm(spool, ministry, 2000, 2000);
	assert_int_equal(freed(spool), 1000);
	expect_from(spool, 2001);
	confirm(spool, ministry, 2001, 4200);
	assert_int_equal(freed(spool), 2000); /* the one being written stays */
	expect_from(spool, 4001);
	assert_int_equal(freed(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	expect_from(spool, 4001);
	assert_int_equal(spool_close(spool), 0);
}

static void not_before_its_time_nor_by_an_unsure_clock(void **state)
{
	struct spool_conf conf = conf_of("young");
	struct spool *spool = fill(&conf);

	(void)state;
	confirm(spool, add_store(spool, "centre"), 1, 4200);
	later(KEEP_DAYS - 1);
	assert_int_equal(freed(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	/* Another start, without a confirmed time, and with one that a person entered. */
	spool_tuning.boot_id = boot_two;
	spool = lab_open(&conf);
	later(400);
	add_store(spool, "centre");
	assert_int_equal(freed(spool), 0);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_ENTERED, 60000), 0);
	assert_int_equal(freed(spool), 0);
	expect_from(spool, 1);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

static void what_is_refused_or_unsent_keeps_its_file_and_the_newer_ones(void **state)
{
	struct spool_conf conf = conf_of("refused");
	struct spool *spool = fill(&conf);
	unsigned centre = add_store(spool, "centre");

	(void)state;
	later(KEEP_DAYS + 1);
	confirm(spool, centre, 1, 1499);
	confirm(spool, centre, 1501, 4200);
	assert_int_equal(spool_mark_refused(spool, centre, STREAM_READINGS, 1500, 400, "no"), 0);
	assert_int_equal(freed(spool), 1000);
	assert_int_equal(freed(spool), 0);
	expect_from(spool, 1001);
	/* Until a person gives it up; one that is put back waits, and keeps them as well. */
	assert_int_equal(spool_mark_refused(spool, centre, STREAM_READINGS, 1500, 400, "no"), 0);
	assert_int_equal(
		spool_give_up(spool, centre, STREAM_READINGS, (struct range){1500, 1500}, "a test"),
		0);
	assert_int_equal(freed(spool), 3000);
	expect_from(spool, 4001);
	assert_int_equal(spool_close(spool), 0);
}

static void a_store_that_comes_later_asks_for_nothing_that_is_gone(void **state)
{
	struct spool_conf conf = conf_of("later");
	struct spool *spool = fill(&conf);
	struct range block;
	uint64_t open;
	unsigned other;

	(void)state;
	later(KEEP_DAYS + 1);
	confirm(spool, add_store(spool, "centre"), 1, 4200);
	assert_int_equal(freed(spool), 4000);
	for (int start = 0; start < 2; start++) {
		other = add_store(spool, "other");
		assert_int_equal(spool_waiting(spool, other, STREAM_READINGS), 200);
		assert_true(
			spool_unsent(spool, other, STREAM_READINGS, UINT64_MAX, 1000000, &block));
		assert_int_equal(block.first, 4001);
		assert_int_equal(spool_close(spool), 0);
		spool = lab_open(&conf);
	}
	confirm(spool, add_store(spool, "other"), 4200, 4200);
	assert_int_equal(spool_confirmed(spool, other, STREAM_READINGS, &open), 4200);
	assert_int_equal(open, 199);
	assert_int_equal(spool_close(spool), 0);
}

/* The ledger says gone, the file is still there: a start does the rest. */
static void a_start_finishes_what_was_begun(void **state)
{
	struct spool_conf conf = conf_of("begun");
	struct spool *spool = fill(&conf);
	char path[300], kept[300];

	(void)state;
	segment_file_name(conf.dir, 1, path, sizeof(path));
	snprintf(kept, sizeof(kept), "%s/kept", conf.dir);
	assert_int_equal(link(path, kept), 0);
	later(KEEP_DAYS + 1);
	confirm(spool, add_store(spool, "centre"), 1, 1000);
	assert_int_equal(freed(spool), 1000);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(rename(kept, path), 0); /* as if the power had gone before it went */
	spool = lab_open(&conf);
	expect_from(spool, 1001);
	assert_int_equal(spool_close(spool), 0);
}

static bool there(const struct spool_conf *conf, uint64_t first)
{
	char path[300];

	segment_file_name(conf->dir, first, path, sizeof(path));
	return access(path, F_OK) == 0;
}

static struct spool_conf watched;
static bool was_there;

static void look(void)
{
	was_there = there(&watched, 1);
}

/* Gone on the card first, then the file: with the power cut in between nothing is taken for lost. */
static void the_file_is_there_until_the_card_knows(void **state)
{
	struct spool *spool;

	(void)state;
	watched = conf_of("order");
	spool = fill(&watched);
	later(KEEP_DAYS + 1);
	confirm(spool, add_store(spool, "centre"), 1, 1000);
	assert_int_equal(spool_flush(spool), 0);
	was_there = false;
	faulty.cut = look;
	faulty.cut_at = faulty.syncs + 1;
	assert_int_equal(freed(spool), 1000);
	assert_true(faulty.syncs >= faulty.cut_at);
	faulty.cut_at = 0;
	assert_true(was_there);
	assert_false(there(&watched, 1));
	assert_int_equal(spool_close(spool), 0);
}

static void a_card_that_fails_frees_nothing(void **state)
{
	struct spool_conf conf = conf_of("fails");
	struct spool *spool = fill(&conf);
	uint64_t n = 99;

	(void)state;
	later(KEEP_DAYS + 1);
	confirm(spool, add_store(spool, "centre"), 1, 1000);
	assert_int_equal(spool_flush(spool), 0);
	faulty.fail_from = faulty.syncs + 1;
	faulty.fail_to = ULONG_MAX;
	assert_int_not_equal(spool_free_old(spool, &n), 0);
	assert_int_equal(n, 0);
	assert_true(there(&conf, 1));
	faulty.fail_to = 0;
	assert_int_equal(freed(spool), 1000);
	expect_from(spool, 1001);
	assert_int_equal(spool_close(spool), 0);
}

/* On a full card what is confirmed goes however young it is, with no clock and no store to ask: what is made
 * meanwhile is saved. */
static void a_full_card_lets_the_confirmed_go(void **state)
{
	struct spool_conf conf = conf_of("full");
	struct spool *spool = fill(&conf);

	(void)state;
	confirm(spool, add_store(spool, "centre"), 1, 2999);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_two;
	spool = lab_open(&conf);
	add_store(spool, "centre");
	faulty.only = "readings-";
	faulty.write_error = SQLITE_FULL;
	assert_int_equal(lab_add(spool, 4201, 4), 0);
	assert_int_equal(spool_flush(spool), ERR_FULL);
	assert_false(there(&conf, 1) || there(&conf, 1001));
	assert_true(there(&conf, 2001));
	faulty.write_error = 0;
	faulty.only = NULL;
	assert_int_equal(spool_flush(spool), 0);
	assert_true(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 2001).values_right);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 2001).n, 2204);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

static void kill_while_freeing(const struct spool_conf *conf, useconds_t after_us)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct spool *spool = lab_open(conf);
		uint64_t n;

		(void)!spool_fix_utc(spool, 5000000, TIME_NTP, 1);
		add_store(spool, "centre");
		if (spool_free_old(spool, &n))
			_exit(1);
		_exit(0);
	}
	usleep(after_us);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void a_kill_at_any_moment_loses_and_invents_nothing(void **state)
{
	unsigned run;

	(void)state;
	for (run = 0; run < 12; run++) {
		char dir[32];
		struct spool_conf conf;
		struct spool *spool;
		uint64_t first;

		snprintf(dir, sizeof(dir), "kill-%u", run);
		conf = conf_of(dir);
		spool = fill(&conf);
		later(KEEP_DAYS + 1);
		confirm(spool, add_store(spool, "centre"), 1, 4200);
		assert_int_equal(spool_close(spool), 0);
		kill_while_freeing(&conf, 1000 + 4000 * run);
		spool = lab_open(&conf);
		first = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).first;
		assert_int_equal(first % 1000, 1);
		expect_from(spool, first);
		add_store(spool, "centre");
		assert_int_equal(spool_waiting(spool, 0, STREAM_READINGS), 0);
		assert_int_equal(spool_close(spool), 0);
	}
}

/* A new ledger learns from the segments what is gone. */
static void lose_the_ledger(const char *dir, uint64_t more)
{
	struct spool_conf conf = conf_of(dir);
	struct spool *spool = fill(&conf);
	char path[300];
	unsigned centre = add_store(spool, "centre"), other;
	uint64_t k;

	later(KEEP_DAYS + 1);
	confirm(spool, centre, 1, 4200);
	assert_int_equal(freed(spool), 4000);
	for (k = 4201; k <= more; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_close(spool), 0);
	ledger_file_name(&conf, path, sizeof(path));
	file_remove(path);
	spool = lab_open(&conf);
	centre = add_store(spool, "centre");
	other = add_store(spool, "other");
	assert_int_equal(spool->freed_below, 4001);
	assert_true(spool_waiting(spool, other, STREAM_READINGS) <=
		    more - 4000 + RESERVE_READINGS + SEGMENT);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, 4000, 1).damaged, 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, more, 4001).n, more - 4000);
	assert_int_equal(spool_close(spool), 0);
	(void)centre;
}

static void a_lost_ledger_does_not_miss_what_was_freed(void **state)
{
	(void)state;
	lose_the_ledger("lost", 4200); /* right after, with no segment begun since */
	lose_the_ledger("lost-later", 5200);
}

struct reading_on {
	struct spool *spool;
	uint64_t rows, last;
};

static int free_at_the_first(void *ctx, const struct spool_row *row)
{
	struct reading_on *on = ctx;

	if (!on->rows++)
		assert_int_equal(freed(on->spool), 3000);
	on->last = row->number;
	return 0;
}

/* What goes under a reader's eyes is read to its end where it is open, and else passed over: no loss. */
static void a_reader_that_is_under_way_claims_no_loss(void **state)
{
	struct spool_conf conf = conf_of("under-way");
	struct spool *spool = fill(&conf);
	struct reading_on on = {.spool = spool};
	struct spool_reader *reader;
	uint64_t damaged = 9;

	(void)state;
	later(KEEP_DAYS + 1);
	confirm(spool, add_store(spool, "centre"), 1, 3000);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){1, UINT64_MAX},
				 free_at_the_first, &on, &damaged),
		0);
	assert_int_equal(damaged, 0);
	assert_int_equal(on.rows, 1000 + 1200);
	assert_int_equal(on.last, 4200);
	assert_int_equal(spool->gaps[STREAM_READINGS].count, 0);
	spool_reader_close(reader);
	assert_int_equal(spool_close(spool), 0);
}

static void a_reader_alone_knows_too(void **state)
{
	struct spool_conf conf = conf_of("alone");
	struct spool *spool = fill(&conf);
	struct spool_reader *reader;
	struct lab_rows rows = {.in_order = true, .values_right = true, .next_k = 1001};
	char words[200];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	later(KEEP_DAYS + 1);
	confirm(spool, add_store(spool, "centre"), 1, 1000);
	assert_int_equal(freed(spool), 1000);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(spool_reader_open_dir(&reader, conf.dir, &why), 0);
	assert_int_equal(spool_reader_range(reader, STREAM_READINGS).first, 1001);
	assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){1, UINT64_MAX},
				 lab_take, &rows, &rows.damaged),
		0);
	assert_int_equal(rows.n, 3200);
	assert_int_equal(rows.damaged, 0);
	assert_true(rows.in_order && rows.values_right);
	spool_reader_close(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_every_store_confirmed_and_is_old),
		cmocka_unit_test(not_before_its_time_nor_by_an_unsure_clock),
		cmocka_unit_test(what_is_refused_or_unsent_keeps_its_file_and_the_newer_ones),
		cmocka_unit_test(a_store_that_comes_later_asks_for_nothing_that_is_gone),
		cmocka_unit_test(a_start_finishes_what_was_begun),
		cmocka_unit_test(the_file_is_there_until_the_card_knows),
		cmocka_unit_test(a_card_that_fails_frees_nothing),
		cmocka_unit_test(a_full_card_lets_the_confirmed_go),
		cmocka_unit_test(a_kill_at_any_moment_loses_and_invents_nothing),
		cmocka_unit_test(a_lost_ledger_does_not_miss_what_was_freed),
		cmocka_unit_test(a_reader_that_is_under_way_claims_no_loss),
		cmocka_unit_test(a_reader_alone_knows_too),
	};

	spool_tuning.boot_id = boot_one;
	faulty_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
