/* Summaries and their mark: both or neither, whatever the card and the power do; where they begin; what waits for them. */
#include <limits.h>

#include "faulty.h"
#include "spool/reader.h"

enum { SEGMENT = 1000, MOST_MARK = 100, PER_MARK = 10 };

static struct summary_block *block;
static const struct place nowhere = {.border_m = -1};

/* --- blocks by their mark ------------------------------------------------------------------------- */

static unsigned size_of(uint64_t mark)
{
	return 1 + (unsigned)(mark * 7919 % 40);
}

/* The block that moves the mark to `mark`: its n-th analyzer said something n times, at a time of the mark's own. */
static void make_block(uint64_t mark)
{
	struct series series = {.parameter = "ph", .kind = NUMBER_DECIMAL, .decimals = 2};
	struct summary_reading reading = {.series = &series,
		.place = &nowhere,
		.clock = TIME_ENTERED,
		.clock_error_ms = 2000,
		.utc_ms = (int64_t)mark,
		.value = (double)mark / 100,
		.qc = QC_PASS};
	unsigned i, k;

	summary_block_clear(block);
	for (i = 1; i <= size_of(mark); i++) {
		snprintf(series.unit, sizeof(series.unit), "ph-%u", i);
		for (k = 0; k < i; k++)
			assert_true(summary_block_add(block, &reading));
	}
}

static int note(struct spool *spool, uint64_t from, uint64_t to)
{
	make_block(to);
	return spool_note_summaries(spool, block, from, to);
}

struct found {
	unsigned of[MOST_MARK + 1]; /* by the mark they were written with */
	bool right;
};

static int take(void *ctx, const struct spool_row *row)
{
	struct found *found = ctx;
	struct summary summary;
	char analyzer[UNIT_NAME];

	if (row->kind != LEDGER_SUMMARY)
		return 0;
	if (row->a < 0 || row->a > MOST_MARK * PER_MARK || row->utc_ms != row->a ||
		row->clock != TIME_ENTERED || row->clock_error_ms != 2000 ||
		!summary_read(row->words, &summary)) {
		found->right = false;
		return 0;
	}
	found->of[row->a / PER_MARK]++;
	snprintf(analyzer, sizeof(analyzer), "ph-%lld", (long long)row->b);
	if (strcmp(summary.of.analyzer, analyzer) != 0 || row->c != row->b ||
		summary.min != (double)row->a / 100 || summary.mean != summary.min ||
		summary.max != summary.min)
		found->right = false;
	return 0;
}

/* All of each mark up to `last`, once, and nothing of those behind. */
static void expect_up_to(struct spool *spool, uint64_t last)
{
	struct found found = {.right = true};
	struct spool_reader *reader;
	uint64_t damaged, mark;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, take,
				 &found, &damaged),
		0);
	spool_reader_close(reader);
	assert_int_equal(damaged, 0);
	assert_true(found.right);
	for (mark = PER_MARK; mark <= MOST_MARK * PER_MARK; mark += PER_MARK)
		assert_int_equal(found.of[mark / PER_MARK], mark <= last ? size_of(mark) : 0);
}

static uint64_t mark_of(struct spool *spool)
{
	uint64_t mark = 99;

	assert_int_equal(spool_summarised(spool, &mark), 0);
	return mark;
}

/* --- the mark ------------------------------------------------------------------------------------- */

static void records_come_with_their_mark(void **state)
{
	struct spool_conf conf = lab_conf("mark", SEGMENT);
	struct spool *spool = lab_open(&conf);

	(void)state;
	assert_int_equal(mark_of(spool), 0);
	assert_int_equal(note(spool, 0, PER_MARK), 0);
	assert_int_equal(note(spool, 0, PER_MARK), ERR_ABSENT); /* a second time */
	assert_int_equal(note(spool, PER_MARK + 1, 3 * PER_MARK), ERR_ABSENT);
	assert_int_equal(note(spool, PER_MARK, 2 * PER_MARK), 0);
	expect_up_to(spool, 2 * PER_MARK);
	assert_int_equal(mark_of(spool), 2 * PER_MARK);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	assert_int_equal(note(spool, PER_MARK, 2 * PER_MARK), ERR_ABSENT);
	assert_int_equal(mark_of(spool), 2 * PER_MARK);
	assert_int_equal(note(spool, 2 * PER_MARK, 3 * PER_MARK), 0);
	expect_up_to(spool, 3 * PER_MARK);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* Names of codes alone, as long as they can be: no words, but the record is there. */
static void what_has_no_words_is_still_counted(void **state)
{
	struct spool_conf conf = lab_conf("names", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct series series;
	struct place place = {.border_m = -1};
	struct summary_reading reading = {
		.series = &series, .place = &place, .utc_ms = 77, .clock = TIME_NTP};
	struct lab_rows rows;

	(void)state;
	assert_int_equal(mark_of(spool), 0);
	memset(&series, 0, sizeof(series));
	memset(series.unit, ' ', UNIT_NAME - 1);
	memset(series.parameter, ' ', PARAMETER_CODE - 1);
	memset(place.district, ' ', AREA_CODE - 1);
	summary_block_clear(block);
	assert_true(summary_block_add(block, &reading));
	assert_int_equal(spool_note_summaries(spool, block, 0, 5), 0);
	rows = lab_read(spool, STREAM_LEDGER, 1, UINT64_MAX, 1);
	assert_int_equal(rows.n, 2);
	assert_int_equal(rows.damaged, 0);
	assert_int_equal(rows.utc_ms, 77);
	assert_int_equal(rows.clock, TIME_RESTORED);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* --- where they begin ----------------------------------------------------------------------------- */

/* 4000 readings of 4 in an exchange; ten minutes change with each 400th, the first time behind 200. */
static struct spool *fill(const struct spool_conf *conf)
{
	struct spool *spool = lab_open(conf);
	struct series series = {"ph-1", "ph", NUMBER_F32, 0};
	struct reading reading = {.value = 7, .qc = QC_PASS};
	struct exchange x = {.readings = &reading, .n = 1, .place = {.border_m = -1}};
	int64_t k;

	assert_int_equal(spool_add_series(spool, &series, &reading.series), 0);
	for (k = 1; k <= 4000; k++) {
		x.boot_ms = k * 1500;
		assert_int_equal(spool_add(spool, &x), 0);
		if (k % 1000 == 0)
			assert_int_equal(spool_flush(spool), 0);
	}
	lab_now_ms = 7000000;
	assert_int_equal(spool_fix_utc(spool, 300000 - 1500, TIME_NTP, 1), 0);
	return spool;
}

static unsigned add_store(struct spool *spool, const char *name)
{
	unsigned store;

	assert_int_equal(spool_add_store(spool, name, &store), 0);
	return store;
}

static void forget_mark(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "DELETE FROM meta WHERE key='summarised'", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* What an older program sent before there were summaries needs none; ten minutes are not begun in their middle. */
static void an_older_programs_spool_begins_with_what_waits(void **state)
{
	static const struct {
		uint64_t centre, ministry, mark;
	} cases[] = {{0, 4000, 0}, {1, 4000, 0}, {199, 199, 0}, {200, 200, 0}, {201, 201, 200},
		{3000, 2000, 1800}, {1000, 4000, 600}, {4000, 4000, 3800}};
	struct spool_conf conf = lab_conf("older", SEGMENT);
	struct spool *spool = fill(&conf);
	size_t i;

	(void)state;
	assert_int_equal(mark_of(spool), 0); /* no store: all of it */
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned store;

		assert_int_equal(spool_close(spool), 0);
		assert_int_equal(system("cp -r older again"), 0);
		forget_mark("again/ledger.db");
		conf = lab_conf("again", SEGMENT);
		spool = lab_open(&conf);
		store = add_store(spool, "centre");
		if (cases[i].centre)
			spool_mark_sent(
				spool, store, STREAM_READINGS, (struct range){1, cases[i].centre});
		store = add_store(spool, "ministry");
		spool_mark_sent(
			spool, store, STREAM_READINGS, (struct range){1, cases[i].ministry});
		assert_int_equal(mark_of(spool), cases[i].mark);
		assert_int_equal(spool_close(spool), 0);
		/* Where it began it stays, whatever is sent meanwhile. */
		spool = lab_open(&conf);
		spool_mark_sent(spool, add_store(spool, "centre"), STREAM_READINGS,
			(struct range){1, 4000});
		assert_int_equal(mark_of(spool), cases[i].mark);
		assert_int_equal(spool_close(spool), 0);
		assert_int_equal(system("rm -r again"), 0);
		conf = lab_conf("older", SEGMENT);
		spool = lab_open(&conf);
	}
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
	faulty_forget();
}

/* The same with a ledger that was lost, and one that goes while the daemon runs. */
static void a_lost_ledger_begins_with_what_waits(void **state)
{
	struct spool_conf conf = lab_conf("lost", SEGMENT);
	struct spool *spool = fill(&conf);
	unsigned store = add_store(spool, "centre");

	(void)state;
	assert_int_equal(mark_of(spool), 0);
	assert_int_equal(note(spool, 0, 200), 0);
	assert_int_equal(note(spool, 200, 600), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 450});
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(system("rm lost/ledger.db*"), 0);
	spool = lab_open(&conf);
	add_store(spool, "centre");
	assert_int_equal(mark_of(spool), 200);
	assert_int_equal(note(spool, 200, 600), 0);
	assert_int_equal(unlink("lost/ledger.db"), 0);
	assert_int_equal(note(spool, 600, 1000), ERR_ABSENT);
	assert_int_equal(mark_of(spool), 200);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
	faulty_forget();
}

/* Nobody wrote such a mark: it begins with what waits, as if there were none. */
static void a_mark_that_cannot_be_is_none(void **state)
{
	static const char *const wrong[] = {"1000000000000", "9223372036854775807"};
	struct spool_conf conf = lab_conf("beyond", SEGMENT);
	struct spool *spool = fill(&conf);
	char sql[100];
	sqlite3 *db;
	size_t i;

	(void)state;
	add_store(spool, "centre");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(mark_of(spool), 0);
		assert_int_equal(note(spool, 0, 200), 0);
		assert_int_equal(spool_close(spool), 0);
		faulty_forget();
		snprintf(sql, sizeof(sql), "UPDATE meta SET value=%s WHERE key='summarised'",
			wrong[i]);
		assert_int_equal(sqlite3_open("beyond/ledger.db", &db), 0);
		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), 0);
		sqlite3_close(db);
		spool = lab_open(&conf);
		add_store(spool, "centre");
		assert_int_equal(note(spool, 200, 600), ERR_ABSENT);
	}
	assert_int_equal(mark_of(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
	faulty_forget();
}

/* --- what waits for them -------------------------------------------------------------------------- */

static void a_file_waits_for_its_summaries(void **state)
{
	struct spool_conf conf = lab_conf("waits", SEGMENT);
	struct spool *spool;
	unsigned store;
	uint64_t n;

	(void)state;
	conf.keep_days = 30;
	spool = fill(&conf);
	store = add_store(spool, "centre");
	assert_int_equal(mark_of(spool), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 4000});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, 4000});
	lab_now_ms += (int64_t)31 * 24 * 3600000;
	assert_int_equal(spool_free_old(spool, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(note(spool, 0, 999), 0);
	assert_int_equal(spool_free_old(spool, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(note(spool, 999, 1000), 0);
	assert_int_equal(spool_free_old(spool, &n), 0);
	assert_int_equal(n, 1000);
	/* A card without room cannot wait. */
	faulty.only = "readings-";
	faulty.write_error = SQLITE_FULL;
	assert_int_equal(lab_add(spool, 5000000, 4), 0);
	assert_int_equal(spool_flush(spool), ERR_FULL);
	faulty.write_error = 0;
	faulty.only = NULL;
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, 2000, 1).n, 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	/* Nobody makes any: nothing is held for them. */
	spool = lab_open(&conf);
	add_store(spool, "centre");
	assert_int_equal(spool_fix_utc(spool, 300000, TIME_NTP, 1), 0);
	assert_int_equal(spool_free_old(spool, &n), 0);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
	faulty_forget();
}

/* --- a card that fails ---------------------------------------------------------------------------- */

/* One write or one sync fails, each in its turn; then it goes on from where the mark is. */
static bool live_once(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	uint64_t mark;
	bool failed;
	int err;

	assert_int_equal(mark_of(spool), 0);
	assert_int_equal(note(spool, 0, PER_MARK), 0);
	faulty.fail_write += faulty.fail_write ? faulty.writes : 0;
	faulty.fail_from += faulty.fail_from ? faulty.syncs : 0;
	faulty.fail_to = faulty.fail_from;
	err = note(spool, PER_MARK, 2 * PER_MARK);
	failed = (faulty.fail_write && faulty.writes >= faulty.fail_write) ||
		 (faulty.fail_from && faulty.syncs >= faulty.fail_from);
	faulty.fail_write = faulty.fail_from = faulty.fail_to = 0;
	mark = mark_of(spool);
	assert_true(mark == 2 * PER_MARK || (err && mark == PER_MARK));
	expect_up_to(spool, mark);
	assert_int_equal(note(spool, mark, mark + PER_MARK), 0);
	expect_up_to(spool, mark + PER_MARK);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	assert_int_equal(mark_of(spool), mark + PER_MARK);
	expect_up_to(spool, mark + PER_MARK);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	return failed;
}

static void every_single_write_and_sync_fails_once(void **state)
{
	unsigned long at, writes = 0, syncs = 0;
	bool failed = true;
	char dir[32];

	(void)state;
	for (at = 1; failed; at++) {
		faulty.fail_write = at;
		snprintf(dir, sizeof(dir), "write%lu", at);
		failed = live_once(dir);
		writes = at;
	}
	for (at = 1, failed = true; failed; at++) {
		faulty.fail_from = at;
		snprintf(dir, sizeof(dir), "sync%lu", at);
		failed = live_once(dir);
		syncs = at;
	}
	printf("up to write %lu and sync %lu\n", writes, syncs);
	assert_true(writes > 4 && syncs > 1);
}

/* --- the power goes ------------------------------------------------------------------------------- */

static _Atomic uint64_t done_mark;

static void power_goes(void)
{
	uint64_t done = done_mark;

	faulty_end(&done, sizeof(done));
}

static void live(void)
{
	struct spool_conf conf = lab_conf("card", SEGMENT);
	struct spool *spool;
	uint64_t mark, k = 1;

	spool = lab_open(&conf);
	faulty.cut = power_goes;
	faulty.cut_at = faulty.syncs + (unsigned long)(1 + lrand48() % 95);
	if (spool_summarised(spool, &mark))
		_exit(2);
	for (; mark < MOST_MARK * PER_MARK; mark += PER_MARK, k += 5) {
		if (lab_add(spool, k, 5) || note(spool, mark, mark + PER_MARK))
			_exit(3);
		done_mark = mark + PER_MARK;
	}
	_exit(4);
}

static void a_power_cut_leaves_both_or_neither(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct spool_conf conf = lab_conf("after", SEGMENT);
	uint64_t done, mark, most = 0;
	int round;
	struct spool *spool;

	(void)state;
	printf("SEED=%u\n", seed);
	for (round = 0; round < ROUNDS; round++, seed++) {
		faulty_life(seed, live, &done, sizeof(done));
		most = done > most ? done : most;
		spool = lab_open(&conf);
		mark = mark_of(spool);
		assert_true(mark == done || mark == done + PER_MARK);
		expect_up_to(spool, mark);
		assert_int_equal(note(spool, mark, mark + PER_MARK), 0);
		expect_up_to(spool, mark + PER_MARK);
		assert_int_equal(spool_close(spool), 0);
		faulty_forget();
	}
	printf("up to mark %llu at the cut\n", (unsigned long long)most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_with_their_mark),
		cmocka_unit_test(what_has_no_words_is_still_counted),
		cmocka_unit_test(an_older_programs_spool_begins_with_what_waits),
		cmocka_unit_test(a_lost_ledger_begins_with_what_waits),
		cmocka_unit_test(a_mark_that_cannot_be_is_none),
		cmocka_unit_test(a_file_waits_for_its_summaries),
		cmocka_unit_test(every_single_write_and_sync_fails_once),
		cmocka_unit_test(a_power_cut_leaves_both_or_neither),
	};

	block = summary_block_new();
	log_open((enum log_level)0, false);
	spool_tuning.boot_id = boot_one;
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 1;
	faulty_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
