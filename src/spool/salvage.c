/*
 * Files that were set aside, back in place as far as they are whole.
 *
 * Of each beginning number all such files together make one new segment, under another name and whole before it gets the
 * segment's own.  Then one transaction of the ledger says which numbers are there again.  Between the two the numbers
 * are still in the gap: the file is there, nobody is sent them, and the next salvage does the rest.
 */
#include "spool/salvage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/salvage_inside.h"

enum {
	MOST_RECORDS = 4096
}; /* runs of one file; what is behind them stays in the gap, and is said */

struct salvage {
	struct spool *spool;
	int (*each)(void *ctx, const struct salvage_file *file);
	void *ctx;
	struct text *why;
	char copy[FILE_NAME_MAX], made[FILE_NAME_MAX], like[FILE_NAME_MAX];
	/* the one at work */
	uint64_t first, last; /* numbers it may hold */
	struct salvage_rows rows;
	struct salvage_file told;
};

static void step(const char *done)
{
	if (spool_tuning.salvage_step)
		spool_tuning.salvage_step(done);
}

static void name_files(const char *dir, struct salvage *salvage)
{
	snprintf(salvage->copy, sizeof(salvage->copy), "%s/salvage-copy.tmp", dir);
	snprintf(salvage->made, sizeof(salvage->made), "%s/salvage-new.tmp", dir);
	snprintf(salvage->like, sizeof(salvage->like), "%s/salvage-like.tmp", dir);
}

static void remove_files(const struct salvage *salvage)
{
	file_remove(salvage->copy);
	file_remove(salvage->made);
	file_remove(salvage->like);
}

void salvage_remove_left(const char *dir)
{
	struct salvage salvage = {.first = 0};

	name_files(dir, &salvage);
	remove_files(&salvage);
}

static void clear(struct salvage *salvage)
{
	remove_files(salvage);
	intervals_clear(&salvage->rows.found);
	intervals_clear(&salvage->rows.known);
}

/* --- a new segment ---------------------------------------------------------------------------------------- */

/* An empty segment: for the rows, or for its first page. */
static int make_empty(const struct salvage *salvage, const char *path)
{
	sqlite3 *db = NULL;
	int err;

	file_remove(path);
	err = sql_make(&db, path, salvage->why);
	if (err)
		return err;
	err = segment_make_tables(
		salvage->spool, db, (struct range){salvage->first, salvage->last});
	if (!err)
		err = sql_settle(db);
	if (err)
		text_put(salvage->why, sqlite3_errmsg(db));
	sql_close_finished(&db);
	return err;
}

/* A readable name of another spool, or another spool's rows under ours: nothing of it is taken. */
static bool is_ours(const struct salvage *salvage, sqlite3 *db)
{
	char id[SPOOL_ID];

	return sql_meta_text(db, "spool", id, sizeof(id)) != 0 ||
	       strcmp(id, salvage->spool->id) == 0;
}

static int learn_times(struct spool *spool, void *ctx)
{
	int err = commit_prepare(spool);

	if (!err)
		err = ledger_begin(spool);
	if (err)
		return err;
	err = ledger_commit(spool, epochs_learn_absent(ctx, spool->ledger.db));
	return err ? err : epochs_refresh(spool);
}

/* One file's whole rows into the new segment, and what it knows of times and of what was sent. */
static int take_file(struct salvage *salvage, const char *path)
{
	struct spool *spool = salvage->spool;
	struct range range = {salvage->first, salvage->last};
	sqlite3 *db = NULL;
	int err = salvage_open_copy(&db, STREAM_READINGS, path, salvage->copy, salvage->like);

	if (!err && !is_ours(salvage, db))
		err = ERR_RANGE;
	if (!err) {
		err = spool_run_readings(spool, learn_times, db);
		if (err == ERR_DAMAGED)
			err = 0;
	}
	if (!err) {
		err = deliver_load_all(spool, db);
		if (err == ERR_DAMAGED)
			err = 0;
	}
	if (!err)
		err = salvage_take_rows(spool, db, salvage->made, range, &salvage->rows);
	sql_close(&db);
	return err;
}

/* --- back in its place ------------------------------------------------------------------------------------- */

static int enter(struct spool *spool, uint64_t first)
{
	struct segment_entry *more;
	char path[FILE_NAME_MAX];
	size_t i;

	segment_file_name(spool->conf.dir, first, path, sizeof(path));
	for (i = 0; i < spool->n_segments && spool->segments[i].first < first; i++)
		;
	if (i < spool->n_segments && spool->segments[i].first == first)
		return 0;
	more = realloc(spool->segments, (spool->n_segments + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	spool->segments = more;
	spool->cap_segments = spool->n_segments + 1;
	memmove(more + i + 1, more + i, (spool->n_segments - i) * sizeof(*more));
	more[i] =
		(struct segment_entry){.first = first, .bytes = file_bytes(path), .readable = true};
	spool->n_segments++;
	return 0;
}

/* What of the run lies in the gap now; the rest needs no record. */
static int record_run(struct salvage *salvage, struct range run, unsigned *n)
{
	struct spool *spool = salvage->spool;
	struct ledger_record record = {.kind = LEDGER_SALVAGED, .c = STREAM_READINGS};
	const struct range *gap;
	int err = 0;

	text_copy(record.words, sizeof(record.words), salvage->told.name);
	while (!err && run.first <= run.last && *n < MOST_RECORDS) {
		gap = intervals_from(&spool->gaps[STREAM_READINGS], run.first);
		if (!gap || gap->first > run.last)
			break;
		record.a = (int64_t)(gap->first > run.first ? gap->first : run.first);
		record.b = (int64_t)(gap->last < run.last ? gap->last : run.last);
		err = ledger_insert(spool, &record);
		run.first = (uint64_t)record.b + 1;
		++*n;
	}
	return err;
}

static int record_all(struct salvage *salvage)
{
	struct spool *spool = salvage->spool;
	const struct intervals *known = &salvage->rows.known;
	unsigned n = 0;
	size_t i;
	int err = ledger_begin(spool);

	if (err)
		return err;
	for (i = 0; i < known->n && !err; i++)
		err = record_run(salvage, known->at[i], &n);
	if (!err)
		err = sql_run_with(spool->ledger.db,
			"INSERT OR REPLACE INTO segment VALUES(%lld,%lld,0)",
			(long long)salvage->first, (long long)salvage->last);
	err = ledger_commit(spool, err);
	if (err)
		return err;
	/* What the ledger says now is what the next start would read: the same way. */
	return ledger_load_gaps(spool, true);
}

static int put_back(struct spool *spool, void *ctx)
{
	struct salvage *salvage = ctx;
	char path[FILE_NAME_MAX];
	int err = commit_prepare(spool);

	segment_file_name(spool->conf.dir, salvage->first, path, sizeof(path));
	if (!err && file_is_gone(path))
		err = file_publish(spool->conf.dir, salvage->made, path);
	if (err)
		return err;
	step("published");
	pthread_mutex_lock(&spool->lock);
	err = enter(spool, salvage->first);
	pthread_mutex_unlock(&spool->lock);
	if (!err)
		err = record_all(salvage);
	step("recorded");
	return err;
}

/* --- file by file ---------------------------------------------------------------------------------------- */

static int state_of(struct spool *spool, uint64_t first, int64_t *state)
{
	char sql[100];
	struct text text = text_over(sql, sizeof(sql));
	int err;

	*state = -1;
	text_printf(&text, "SELECT state FROM segment WHERE first=%" PRIu64, first);
	err = sql_number(spool->ledger.db, sql, state);
	return err == ERR_ABSENT ? 0 : err;
}

struct question {
	uint64_t first;
	int64_t state;
};

static int ask_state(struct spool *spool, void *ctx)
{
	struct question *question = ctx;

	return state_of(spool, question->first, &question->state);
}

static void weigh(struct salvage *salvage)
{
	struct salvage_file *told = &salvage->told;
	struct text text = {told->words, sizeof(told->words), strlen(told->words), false};
	const struct intervals *found = &salvage->rows.found;

	told->found = found->count;
	told->back = salvage->rows.known.count;
	if (found->n)
		told->range = (struct range){found->at[0].first, found->at[found->n - 1].last};
	if (!told->found && !*told->words)
		text_put(&text, "nothing in it is whole");
	else if (told->back < told->found)
		text_printf(&text,
			"%llu of a start of the machine that nothing is known of have no time: "
			"they stay "
			"in the gap",
			(unsigned long long)(told->found - told->back));
}

struct look {
	const struct aside *list;
	size_t n;
};

/* The ledger names each, whatever came back of it: nobody is told of it any more. */
static int note_look(struct spool *spool, void *ctx)
{
	const struct look *look = ctx;
	struct ledger_record record = {.kind = LEDGER_SALVAGED};
	size_t i;
	int err = commit_prepare(spool);

	for (i = 0; i < look->n && !err; i++) {
		if (asides_looked_into(spool->ledger.db, look->list[i].name))
			continue;
		record.c = look->list[i].stream;
		text_copy(record.words, sizeof(record.words), look->list[i].name);
		err = ledger_note(spool, &record, 1);
	}
	return err;
}

static int end_look(struct salvage *salvage, const struct aside *list, size_t n)
{
	struct look look = {list, n};
	int err = spool_run(salvage->spool, note_look, &look);

	step("noted");
	return err ? err : salvage->each(salvage->ctx, &salvage->told);
}

static void refuse(struct salvage *salvage, const char *words)
{
	text_copy(salvage->told.words, sizeof(salvage->told.words), words);
}

static int take_asides(struct salvage *salvage, const struct aside *list, size_t n)
{
	char path[FILE_NAME_MAX + 64];
	int err = make_empty(salvage, salvage->like), one;
	size_t i;

	if (!err)
		err = make_empty(salvage, salvage->made);
	for (i = 0; i < n && !err; i++) {
		snprintf(path, sizeof(path), "%s/%s", salvage->spool->conf.dir, list[i].name);
		one = take_file(salvage, path);
		step("taken");
		if (one == ERR_RANGE)
			refuse(salvage, "it is of another spool, or does not go together with "
					"another file of its numbers");
		else if (one == ERR_CONF)
			refuse(salvage,
				"it is of an older or newer program, which alone can read it");
		else if (one != ERR_DAMAGED)
			err = one;
	}
	return err;
}

/* The files of one beginning number. */
static int salvage_one(struct salvage *salvage, const struct aside *list, size_t n)
{
	struct question question = {.first = list->first};
	char path[FILE_NAME_MAX];
	bool there;
	int err;

	salvage->first = list->first;
	salvage->told = (struct salvage_file){.name = list[n - 1].name};
	salvage->last = asides_last(salvage->spool, salvage->first);
	segment_file_name(salvage->spool->conf.dir, salvage->first, path, sizeof(path));
	there = !file_is_gone(path);
	err = spool_run(salvage->spool, ask_state, &question);
	if (err)
		return err;
	if (salvage->last < salvage->first) {
		refuse(salvage, "its numbers were never used");
	} else if (salvage->first < salvage->spool->freed_below) {
		refuse(salvage, "it is older than readings that were taken off the card");
	} else if (there && question.state == 0) {
		refuse(salvage, "what is whole in it was brought back before");
	} else {
		err = there ? 0 : take_asides(salvage, list, n);
		if (!err)
			err = salvage_check_rows(salvage->spool, there ? path : salvage->made,
				(struct range){salvage->first, salvage->last}, &salvage->rows);
		if (!err && salvage->rows.found.n)
			err = spool_run_readings(salvage->spool, put_back, salvage);
		weigh(salvage);
	}
	clear(salvage);
	return err ? err : end_look(salvage, list, n);
}

/* One ledger that was set aside. */
static int salvage_records(struct salvage *salvage, const struct aside *ledger)
{
	char path[FILE_NAME_MAX + 64];
	sqlite3 *db = NULL;
	int err = make_empty(salvage, salvage->like);

	snprintf(path, sizeof(path), "%s/%s", salvage->spool->conf.dir, ledger->name);
	salvage->told = (struct salvage_file){.name = ledger->name, .stream = STREAM_LEDGER};
	if (!err)
		err = salvage_open_copy(&db, STREAM_LEDGER, path, salvage->copy, salvage->like);
	if (!err && !is_ours(salvage, db)) {
		refuse(salvage, "it is of another spool");
	} else if (!err) {
		err = spool_run_readings(salvage->spool, learn_times, db);
		if (!err)
			err = deliver_load_all(salvage->spool, db);
		if (!err || err == ERR_DAMAGED)
			err = salvage_ledger(salvage->spool, db, &salvage->told);
	} else if (err == ERR_DAMAGED) {
		refuse(salvage, "nothing in it can be reached");
		err = 0;
	}
	sql_close(&db);
	step("records");
	clear(salvage);
	return err ? err : end_look(salvage, ledger, 1);
}

int spool_salvage(struct spool *spool, int (*each)(void *ctx, const struct salvage_file *file),
	void *ctx, struct text *why)
{
	struct salvage salvage = {.spool = spool, .each = each, .ctx = ctx, .why = why};
	struct aside *list = NULL;
	size_t n = 0, i, k;
	int err;

	name_files(spool->conf.dir, &salvage);
	clear(&salvage);
	err = asides_list(spool->conf.dir, &list, &n);
	/* Ledgers are first: what they say of gaps came before what is salvaged now. */
	for (i = 0; i < n && !err && list[i].stream == STREAM_LEDGER; i++)
		err = salvage_records(&salvage, &list[i]);
	for (; i < n && !err; i = k) {
		for (k = i + 1; k < n && list[k].first == list[i].first; k++)
			;
		err = salvage_one(&salvage, list + i, k - i);
	}
	clear(&salvage);
	intervals_free(&salvage.rows.found);
	intervals_free(&salvage.rows.known);
	free(list);
	spool_wake(spool);
	return err;
}
