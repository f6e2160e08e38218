/*
 * A short life of a spool that does everything a spool does, told to another process while it lives: what was shown
 * as saved, and how often something failed.  tests/system/test_every_call.py lives it once for each system call and
 * each allocation that can fail, and looks afterwards.
 *
 *   swept                      both, without any fault
 *   swept live FOLDER FD       FD: a file of 4096 bytes, which is written as memory: no call of ours can fail there
 *   swept check FOLDER FD      without faults
 *
 * After each thing shown as saved it asks for the file "/claim/N", so that in a trace of its calls it can be told
 * what had to be on the card by then.
 */
#include <sys/mman.h>

#include "lab.h"

enum { SEGMENT = 1000, ALL = 2400, STEP = 300, REFUSED = 1207, TRIES = 400, AT_ONCE = 3 };
static const int64_t day_ms = 24 * 3600000;

/* What is told; rises only. */
struct told {
	uint64_t saved;   /* readings, shown as saved */
	uint64_t notes;   /* ledger notes, durable on return */
	uint64_t sent;    /* readings marked so, by the last close that went well */
	uint64_t refused; /* the mark was durable on return */
	uint64_t failed;  /* calls that returned an error */
	uint64_t opened, done;
	char words[200]; /* of the failure that should not have been */
};
static struct told *told;
static unsigned longest_pause_ms; /* between two tries of the committing thread */

/* Nothing here may allocate: it is also said when memory is out. */
static void wrong(const char *words, int line)
{
	snprintf(told->words, sizeof(told->words), "swept.c:%d: %s", line, words);
	_exit(9);
}
#define INSIST(what)                            \
	do {                                    \
		if (!(what))                    \
			wrong(#what, __LINE__); \
	} while (0)

/* Tries `call` until it works; each failure has to have a fault of its own, which is counted by who injects them. */
#define UNTIL_DONE(call)                         \
	do {                                     \
		unsigned tries = 0;              \
		while ((call)) {                 \
			told->failed++;          \
			INSIST(++tries < TRIES); \
		}                                \
	} while (0)

static void claim(uint64_t *what, uint64_t to)
{
	char name[64];

	*what = to;
	snprintf(name, sizeof(name), "/claim/%llu", (unsigned long long)to);
	(void)!access(name, F_OK);
}

static struct spool *open_it(const struct spool_conf *conf)
{
	char words[400];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool = NULL;
	unsigned tries = 0;
	int err;

	while ((err = spool_open(&spool, conf, &lab_clock, &why))) {
		INSIST(!spool && (words[0] || err == ERR_MEMORY));
		INSIST(err != ERR_DAMAGED && err != ERR_CONF && err != ERR_BUSY);
		text_clear(&why);
		told->failed++;
		INSIST(++tries < TRIES);
	}
	told->opened++;
	return spool;
}

static int fix_utc(struct spool *spool)
{
	return spool_utc(spool).source == TIME_GPS ? 0 : spool_fix_utc(spool, 5000000, TIME_GPS, 1);
}

static int note(struct spool *spool)
{
	struct ledger_record record = {
		.kind = LEDGER_BOUNDARIES, .a = (int64_t)told->notes + 1, .words = "swept"};

	return spool_note(spool, &record);
}

static int take(void *ctx, const struct spool_row *row)
{
	struct lab_rows *rows = ctx;
	uint64_t k = row->number;

	rows->values_right = rows->values_right && row->value == lab_value(k);
	rows->in_order = rows->in_order && (!rows->n || k == rows->last + 1);
	rows->n++;
	rows->last = k;
	return 0;
}

/* While it lives, whatever was shown as saved can be read; a reader that could not be opened is opened again. */
static int read_back(struct spool *spool)
{
	struct lab_rows rows = {.in_order = true, .values_right = true};
	struct spool_reader *reader = NULL;
	uint64_t damaged = 0;
	int err = spool_reader_open(&reader, spool);

	if (!err)
		err = spool_read(reader, STREAM_READINGS, (struct range){1, UINT64_MAX}, take,
			&rows, &damaged);
	if (!err) {
		INSIST(!damaged && rows.in_order && rows.values_right);
		INSIST(rows.last >= told->saved);
	}
	spool_reader_close(reader);
	return err;
}

/* One working day of a van: readings, their delivery, a refusal, notes, old files going; then its end. */
static void live(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool_counts counts;
	struct spool *spool;
	uint64_t k, n, sent = 0;
	unsigned store;

	conf.commit_ms = 60000; /* only spool_flush() commits, but for the first */
	conf.keep_days = 1;
	conf.ballast_mb = 1;
	spool = open_it(&conf);
	UNTIL_DONE(spool_add_store(spool, "centre", &store));
	UNTIL_DONE(fix_utc(spool));
	for (k = 1; k <= ALL; k += AT_ONCE) {
		UNTIL_DONE(lab_add(spool, k, AT_ONCE));
		if ((k + AT_ONCE - 1) % STEP)
			continue;
		UNTIL_DONE(spool_flush(spool));
		claim(&told->saved, k + AT_ONCE - 1);
		spool_count(spool, &counts);
		INSIST(counts.saved == counts.made && !counts.trouble && !counts.refused);
		if (sent)
			spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, sent});
		if (sent == 4 * STEP) {
			UNTIL_DONE(spool_mark_refused(
				spool, store, STREAM_READINGS, REFUSED, 400, "no"));
			claim(&told->refused, REFUSED);
		}
		sent = told->saved;
		spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, sent});
		UNTIL_DONE(note(spool));
		claim(&told->notes, told->notes + 1);
		if (sent == 6 * STEP) {
			lab_now_ms = 1000 + 3 * day_ms;
			UNTIL_DONE(spool_free_old(spool, &n));
		}
	}
	UNTIL_DONE(read_back(spool));
	UNTIL_DONE(spool_flush(spool));
	if (spool_close(spool) == 0)
		claim(&told->sent, sent);
	else
		told->failed++;
	spool = open_it(&conf);
	/* Committing looks again at files that could not be looked at. */
	UNTIL_DONE(spool_flush(spool) || read_back(spool));
	UNTIL_DONE(lab_add(spool, ALL + 1, AT_ONCE));
	UNTIL_DONE(spool_flush(spool));
	claim(&told->saved, ALL + AT_ONCE);
	if (spool_close(spool))
		told->failed++;
	told->done = 1;
}

/* --- afterwards ------------------------------------------------------------------------------------------ */

static int take_note(void *ctx, const struct spool_row *row)
{
	uint64_t *notes = ctx;

	assert_int_not_equal(row->kind, LEDGER_GAP);
	assert_int_not_equal(row->kind, LEDGER_ASIDE);
	if (row->kind == LEDGER_BOUNDARIES && (uint64_t)row->a > *notes)
		*notes = (uint64_t)row->a;
	return 0;
}

static void no_file(const char *dir, const char *ends)
{
	char path[400];

	if (lab_file(dir, "", ends, 0, path, sizeof(path)))
		fail_msg("%s is there", path);
}

static void sound(const char *dir)
{
	char path[400];
	sqlite3 *db;
	unsigned i;

	for (i = 0; lab_file(dir, "", ".db", i, path, sizeof(path)); i++) {
		assert_int_equal(sql_open(&db, path, SQL_READ, NULL), 0);
		assert_int_equal(sql_quick_check(db), 0);
		sql_close(&db);
	}
}

static void check(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct delivery_counts delivered;
	struct spool *spool = lab_open(&conf);
	struct spool_reader *reader;
	struct spool_counts counts;
	uint64_t notes = 0, damaged = 0, first = spool->freed_below ? spool->freed_below : 1;
	struct lab_rows rows;
	unsigned store;

	spool_count(spool, &counts);
	assert_int_equal(counts.trouble, 0);
	assert_true(counts.last[STREAM_READINGS] >= told->saved);
	assert_true(first == 1 || first == SEGMENT - SEGMENT % AT_ONCE + 1);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, first);
	assert_true(rows.in_order && rows.values_right && !rows.damaged);
	assert_int_equal(rows.n, counts.last[STREAM_READINGS] - first + 1);
	assert_true(!rows.n || rows.first == first);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, take_note,
				 &notes, &damaged),
		0);
	spool_reader_close(reader);
	assert_int_equal(damaged, 0);
	assert_true(notes >= told->notes);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	spool_count_store(spool, store, STREAM_READINGS, &delivered);
	assert_true(delivered.n[DELIVERY_SENT] >= told->sent);
	if (told->refused)
		assert_int_equal(delivered.n[DELIVERY_REFUSED], 1);
	/* The first reading after it all is saved at the first try. */
	assert_int_equal(lab_add(spool, counts.last[STREAM_READINGS] + 1, AT_ONCE), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	sound(dir);
	no_file(dir, ".damaged-1");
	no_file(dir, ".tmp");
	no_file(dir, ".tmp-wal");
}

static void afterwards(void **state)
{
	check(*state);
}

static void a_whole_life(void **state)
{
	static struct told own;

	(void)state;
	told = &own;
	live("life");
	assert_int_equal(own.failed, 0);
	assert_int_equal(own.saved, ALL + AT_ONCE);
	assert_int_equal(own.sent, ALL);
	/* The first try after a fault saves, so that this is how long it can take. */
	assert_true(longest_pause_ms <= 9000);
	check("life");
}

int main(int n, char **words)
{
	const struct CMUnitTest whole[] = {cmocka_unit_test(a_whole_life)};
	struct CMUnitTest after[] = {cmocka_unit_test_prestate(afterwards, NULL)};

	spool_tuning.boot_id = boot_one;
	spool_tuning.look_ms = 0;
	longest_pause_ms = spool_tuning.retry_most_ms;
	/* Nothing is tried again by itself: each try is one of ours, and can be counted. */
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 3600000;
	log_open((enum log_level)0, false);
	if (n != 4)
		return cmocka_run_group_tests(whole, NULL, NULL);
	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(words[3]), 0);
	if (told == MAP_FAILED)
		return 1;
	if (strcmp(words[1], "live") == 0) {
		live(words[2]);
		return 0;
	}
	after[0].initial_state = words[2];
	return cmocka_run_group_tests(after, NULL, NULL);
}
