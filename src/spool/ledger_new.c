/* What meters' files say, into the ledger: each record once, a file whole or not at all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spool/internal.h"

struct wanted {
	int64_t mark;
	size_t at;  /* of the caller's records */
	bool seen;  /* the ledger has its mark */
	bool known; /* and the newest of that mark says the same */
};

struct call {
	const struct ledger_record *records;
	struct wanted *wanted; /* each mark once, rising by mark */
	size_t n, n_new, n_anew;
	int64_t last_ms; /* of our boot's latest record of these kinds, 0: none; then of the last new one */
};

static int by_mark(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->mark != y->mark)
		return x->mark < y->mark ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static int by_place(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static int mark_only(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return x->mark < y->mark ? -1 : x->mark > y->mark;
}

static void want(struct call *call, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		call->wanted[i] = (struct wanted){.mark = call->records[i].b, .at = i};
	qsort(call->wanted, n, sizeof(*call->wanted), by_mark);
	for (i = 0; i < n; i++)
		if (!call->n || call->wanted[call->n - 1].mark != call->wanted[i].mark)
			call->wanted[call->n++] = call->wanted[i];
}

static bool says_same(const struct ledger_record *a, const struct ledger_record *b)
{
	return a->a == b->a && !strcmp(a->words, b->words);
}

/* One walk over the ledger's rows, the newest last; memory is by the call's records, however long the ledger is. */
static int find_known(struct spool *spool, struct call *call)
{
	struct ledger_record record;
	struct wanted *found;
	sqlite3_stmt *rows = NULL;
	int code, err;

	err = sql_prepare(spool->ledger.db,
		"SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc FROM ledger"
		" WHERE kind BETWEEN 7 AND 9 ORDER BY number",
		&rows);
	if (err)
		return err;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		/* One that is not what was written counts as lost: what it said is recorded again. */
		if (!record_take(rows, &record))
			continue;
		if (sqlite3_column_int64(rows, 2) == spool->ledger.boot &&
			record.boot_ms > call->last_ms)
			call->last_ms = record.boot_ms;
		found = bsearch(&(struct wanted){.mark = record.b}, call->wanted, call->n,
			sizeof(*call->wanted), mark_only);
		if (!found)
			continue;
		found->seen = true;
		found->known = says_same(&call->records[found->at], &record);
	}
	sqlite3_finalize(rows);
	return sql_error(code);
}

static void keep_new(struct call *call)
{
	size_t i;

	for (i = 0; i < call->n; i++)
		if (!call->wanted[i].known) {
			call->n_anew += call->wanted[i].seen;
			call->wanted[call->n_new++] = call->wanted[i];
		}
	qsort(call->wanted, call->n_new, sizeof(*call->wanted), by_place);
}

/*
 * A store knows a row of one analyzer, kind and parameter by its ms alone: two in one ms would be one there.
 * So each gets a ms of its own, the last new one now, where none before it in this boot has it already.
 */
static int64_t first_ms(const struct spool *spool, const struct call *call)
{
	int64_t first = clock_boot_ms(spool->clock) - (int64_t)call->n_new + 1;

	return first > call->last_ms ? first : call->last_ms + 1;
}

static int insert_new(struct spool *spool, struct call *call)
{
	uint64_t last = spool->next[STREAM_LEDGER] + call->n_new - 1;
	int64_t at_ms = first_ms(spool, call);
	struct ledger_record record;
	int err = 0;
	size_t i;

	/* At once, not a sync of the segment for every RESERVE_LEDGER of them. */
	if (spool->segment.db && last > spool->segment.ledger_reserved)
		err = segment_reserve_ledger(spool, last);
	for (i = 0; i < call->n_new && !err; i++) {
		record = call->records[call->wanted[i].at];
		record.boot_ms = at_ms + (int64_t)i;
		err = ledger_insert(spool, &record);
	}
	call->last_ms = at_ms + (int64_t)call->n_new - 1;
	return err;
}

static int note_new(struct spool *spool, void *ctx)
{
	struct call *call = ctx;
	int err = commit_prepare(spool);

	if (!err)
		err = ledger_begin(spool);
	if (err)
		return err;
	err = find_known(spool, call);
	if (!err)
		keep_new(call);
	if (!err && call->n_new)
		err = insert_new(spool, call);
	return ledger_commit(spool, err); /* of nothing, when nothing is new: no page is written */
}

static bool are_filed(const struct ledger_record *records, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (records[i].kind < LEDGER_FILE_READING ||
			records[i].kind > LEDGER_FILE_CALIBRATION ||
			!memchr(records[i].words, 0, sizeof(records[i].words)))
			return false;
	return true;
}

/* One file right behind another was given ms that are still to come: no row is left in the future. */
static void let_pass(const struct spool *spool, int64_t last_ms)
{
	int64_t ahead = last_ms - clock_boot_ms(spool->clock);
	struct timespec wait;

	if (ahead <= 0)
		return;
	if (ahead > SPOOL_NEW_MOST)
		ahead = SPOOL_NEW_MOST;
	wait = (struct timespec){
		.tv_sec = (time_t)(ahead / 1000), .tv_nsec = (long)(ahead % 1000) * 1000000};
	while (nanosleep(&wait, &wait) != 0 && errno == EINTR)
		;
}

int spool_note_new(struct spool *spool, const struct ledger_record *records, size_t n,
	struct spool_added *added)
{
	struct call call = {.records = records};
	int err;

	*added = (struct spool_added){0};
	if (n > SPOOL_NEW_MOST || !are_filed(records, n))
		return ERR_RANGE;
	if (!n)
		return 0;
	call.wanted = malloc(n * sizeof(*call.wanted));
	if (!call.wanted)
		return ERR_MEMORY;
	want(&call, n);
	err = spool_run_readings(spool, note_new, &call);
	free(call.wanted);
	if (err || !call.n_new)
		return err;
	*added = (struct spool_added){.n = call.n_new, .anew = call.n_anew};
	let_pass(spool, call.last_ms);
	return 0;
}
