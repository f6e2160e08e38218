/* What a store refuses in its own words: kept, listed, and what a person does about it. */
#include <stdio.h>
#include <string.h>

#include "spool/internal.h"

/* --- refusing ------------------------------------------------------------------------------------- */

struct refuse {
	unsigned store;
	struct spool_refusal refusal;
};

static int refuse(struct spool *spool, void *ctx)
{
	const struct refuse *asked = ctx;
	const struct spool_refusal *refusal = &asked->refusal;
	struct store *store = &spool->stores[asked->store];
	sqlite3_stmt *add = NULL;
	int err;

	err = commit_prepare(spool);
	if (!err)
		err = ledger_begin(spool);
	if (err)
		return err;
	err = sql_prepare(spool->ledger.db,
		"INSERT INTO refusal(store,stream,number,status,words) VALUES(?,?,?,?,?)", &add);
	if (!err) {
		sqlite3_bind_text(add, 1, store->name, -1, SQLITE_STATIC);
		sqlite3_bind_int(add, 2, (int)refusal->stream);
		sqlite3_bind_int64(add, 3, (sqlite3_int64)refusal->number);
		sqlite3_bind_int(add, 4, refusal->status);
		sqlite3_bind_text(add, 5, refusal->words, -1, SQLITE_STATIC);
		err = sql_done(add);
	}
	sqlite3_finalize(add);
	err = ledger_commit(spool, err);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	if (!deliver_load(spool, store->name, (int)refusal->stream, DELIVERY_REFUSED,
		    (struct range){refusal->number, refusal->number}))
		err = ERR_MEMORY;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

int spool_mark_refused(struct spool *spool, unsigned store, enum stream stream, uint64_t number,
	int status, const char *words)
{
	struct refuse asked = {
		.store = store, .refusal = {.stream = stream, .number = number, .status = status}};
	struct text text = text_over(asked.refusal.words, sizeof(asked.refusal.words));
	bool known, already;

	text_put(&text, words);
	pthread_mutex_lock(&spool->lock);
	known = store < spool->n_stores && number >= 1 && number < spool->next[stream];
	/* What is in a gap is recorded as lost already: nothing is left to do. */
	already = known &&
		  (intervals_find(&spool->stores[store].set[stream][DELIVERY_REFUSED], number) ||
			  intervals_find(&spool->gaps[stream], number));
	pthread_mutex_unlock(&spool->lock);
	if (!known)
		return ERR_RANGE;
	return already ? 0 : spool_run(spool, refuse, &asked);
}

int spool_each_refusal(struct spool *spool, unsigned store, size_t most,
	void (*each)(void *ctx, const struct spool_refusal *refusal), void *ctx)
{
	char path[FILE_NAME_MAX], name[STORE_NAME] = "";
	struct spool_refusal refusal;
	sqlite3_stmt *rows = NULL;
	sqlite3 *db = NULL;
	int code = SQLITE_DONE, err;

	pthread_mutex_lock(&spool->lock);
	if (store < spool->n_stores)
		text_copy(name, sizeof(name), spool->stores[store].name);
	pthread_mutex_unlock(&spool->lock);
	if (!name[0])
		return ERR_RANGE;
	ledger_file_name(&spool->conf, path, sizeof(path));
	err = sql_open(&db, path, SQL_READ, NULL);
	if (!err)
		err = sql_prepare(db,
			"SELECT stream,number,status,ifnull(words,'') FROM refusal"
			" WHERE store=? ORDER BY id DESC LIMIT ?",
			&rows);
	if (!err) {
		sqlite3_bind_text(rows, 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(rows, 2, most > INT64_MAX ? INT64_MAX : (sqlite3_int64)most);
		while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
			refusal.stream = (enum stream)sqlite3_column_int(rows, 0);
			refusal.number = (uint64_t)sqlite3_column_int64(rows, 1);
			refusal.status = sqlite3_column_int(rows, 2);
			if (sql_copy_text(rows, 3, refusal.words, sizeof(refusal.words)) == 0)
				each(ctx, &refusal);
		}
		err = sql_error(code);
	}
	sqlite3_finalize(rows);
	sql_close(&db);
	return err;
}

/* --- what a person does about them ----------------------------------------------------------------- */

/* Under lock.  The lowest run from run->first to `last` that the store refused and that is in no gap.  False: none. */
static bool next_refused(const struct spool *spool, const struct store *store, enum stream stream,
	uint64_t last, struct range *run)
{
	const struct range *at;

	while ((at = intervals_from(&store->set[stream][DELIVERY_REFUSED], run->first)) &&
		at->first <= last) {
		if (at->first > run->first)
			run->first = at->first;
		run->last = at->last < last ? at->last : last;
		if (intervals_trim(&spool->gaps[stream], run))
			return true;
		run->first = run->last + 1;
	}
	return false;
}

/* Under lock: how many of the range are refused; `hull` reaches from the lowest to the highest of them. */
static uint64_t count_refused(const struct spool *spool, const struct store *store,
	enum stream stream, struct range range, struct range *hull)
{
	struct range run = {range.first, 0};
	uint64_t n = 0;

	for (; next_refused(spool, store, stream, range.last, &run); run.first = run.last + 1) {
		if (!n)
			hull->first = run.first;
		hull->last = run.last;
		n += run.last - run.first + 1;
	}
	return n;
}

/* Under lock: they wait, as if they had never been tried. */
static bool let_wait(
	struct spool *spool, struct store *store, enum stream stream, struct range range)
{
	struct range run = {range.first, 0};
	bool room = true;

	for (; room && next_refused(spool, store, stream, range.last, &run);
		run.first = run.last + 1)
		room = intervals_remove(&store->set[stream][DELIVERY_SENT], run.first, run.last) &&
		       intervals_remove(
			       &store->fresh[stream][DELIVERY_SENT], run.first, run.last) &&
		       intervals_remove(&store->done[stream], run.first, run.last) &&
		       intervals_remove(&store->set[stream][DELIVERY_REFUSED], run.first, run.last);
	return room;
}

struct act {
	unsigned store;
	enum stream stream;
	struct range range;
	const char *words;
	uint64_t n;
};

static int forget_refusals(struct spool *spool, const char *store, const struct act *act)
{
	sqlite3_stmt *drop = NULL;
	int err = sql_prepare(spool->ledger.db,
		"DELETE FROM refusal WHERE (?1 IS NULL OR store=?1) AND stream=?2"
		" AND number BETWEEN ?3 AND ?4",
		&drop);

	if (!err) {
		if (store)
			sqlite3_bind_text(drop, 1, store, -1, SQLITE_STATIC);
		sqlite3_bind_int(drop, 2, (int)act->stream);
		sqlite3_bind_int64(drop, 3, (sqlite3_int64)act->range.first);
		sqlite3_bind_int64(drop, 4, (sqlite3_int64)act->range.last);
		err = sql_done(drop);
	}
	sqlite3_finalize(drop);
	return err;
}

/* That they are no longer refused, and the record of it: both or neither. */
static int write_act(struct spool *spool, const char *store, const struct act *act,
	const struct ledger_record *record)
{
	int err = ledger_begin(spool);

	if (err)
		return err;
	err = forget_refusals(spool, store, act);
	if (!err)
		err = ledger_insert(spool, record);
	return ledger_commit(spool, err);
}

static int try_again(struct spool *spool, void *ctx)
{
	struct act *act = ctx;
	struct store *store = &spool->stores[act->store];
	struct ledger_record record = {.kind = LEDGER_AGAIN, .c = act->stream};
	struct text words = text_over(record.words, sizeof(record.words));
	struct range hull = {0, 0};
	int err = commit_prepare(spool);

	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	act->n = count_refused(spool, store, act->stream, act->range, &hull);
	pthread_mutex_unlock(&spool->lock);
	if (!act->n)
		return 0;
	record.a = (int64_t)hull.first;
	record.b = (int64_t)hull.last;
	text_printf(&words, "%s: %llu put back by %s", store->name, (unsigned long long)act->n,
		act->words);
	err = write_act(spool, store->name, act, &record);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	if (!let_wait(spool, store, act->stream, act->range))
		err = ERR_MEMORY;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

int spool_try_refused(struct spool *spool, unsigned store, enum stream stream, struct range range,
	const char *who, uint64_t *n)
{
	struct act act = {.store = store, .stream = stream, .range = range, .words = who};
	bool known;
	int err;

	*n = 0;
	pthread_mutex_lock(&spool->lock);
	known = store < spool->n_stores && range.first >= 1 && range.last >= range.first &&
		range.last <= INT64_MAX;
	pthread_mutex_unlock(&spool->lock);
	if (!known)
		return ERR_RANGE;
	err = spool_run(spool, try_again, &act);
	if (err)
		return err;
	*n = act.n;
	if (act.n)
		spool_wake(spool);
	return 0;
}

/* Under lock: 0, or why they cannot be given up. */
static int may_give_up(const struct spool *spool, const struct act *act)
{
	struct range hull;
	unsigned i;

	if (count_refused(spool, &spool->stores[act->store], act->stream, act->range, &hull) !=
		act->range.last - act->range.first + 1)
		return ERR_ABSENT;
	for (i = 0; i < spool->n_stores; i++)
		if (spool->stores[i].in_use &&
			!intervals_cover(&spool->stores[i].set[act->stream][DELIVERY_RECEIVED],
				&spool->stores[i].set[act->stream][DELIVERY_REFUSED], act->range))
			return ERR_BUSY;
	return 0;
}

/* Behind the person's own words, those of the store about the first of them. */
static void put_refusal(struct spool *spool, const struct act *act, struct text *words)
{
	const char *name = spool->stores[act->store].name;
	sqlite3_stmt *row = NULL;
	char said[200];

	if (sql_prepare(spool->ledger.db,
		    "SELECT status,ifnull(words,'') FROM refusal WHERE store=? AND stream=? AND"
		    " number=?",
		    &row) == 0) {
		sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_int(row, 2, (int)act->stream);
		sqlite3_bind_int64(row, 3, (sqlite3_int64)act->range.first);
		if (sqlite3_step(row) == SQLITE_ROW &&
			sql_copy_text(row, 1, said, sizeof(said)) == 0)
			text_printf(words, " (%s: %d %s)", name, sqlite3_column_int(row, 0), said);
	}
	sqlite3_finalize(row);
}

static int give_up(struct spool *spool, void *ctx)
{
	const struct act *act = ctx;
	struct ledger_record gap = {.kind = LEDGER_GAP,
		.a = (int64_t)act->range.first,
		.b = (int64_t)act->range.last,
		.c = act->stream};
	struct text words = text_over(gap.words, sizeof(gap.words));
	unsigned i;
	int err = commit_prepare(spool);

	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	err = may_give_up(spool, act);
	pthread_mutex_unlock(&spool->lock);
	if (err)
		return err;
	text_put(&words, act->words);
	put_refusal(spool, act, &words);
	err = write_act(spool, NULL, act, &gap);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	if (!deliver_add_gap(spool, act->stream, act->range))
		err = ERR_MEMORY;
	for (i = 0; i < spool->n_stores; i++)
		if (!intervals_remove(&spool->stores[i].set[act->stream][DELIVERY_REFUSED],
			    act->range.first, act->range.last))
			err = ERR_MEMORY;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

int spool_give_up(struct spool *spool, unsigned store, enum stream stream, struct range range,
	const char *words)
{
	struct act act = {.store = store, .stream = stream, .range = range, .words = words};
	bool known;
	int err;

	pthread_mutex_lock(&spool->lock);
	known = store < spool->n_stores && range.first >= 1 && range.last >= range.first &&
		range.last < spool->next[stream];
	pthread_mutex_unlock(&spool->lock);
	if (!known)
		return ERR_ABSENT;
	err = spool_run(spool, give_up, &act);
	if (!err)
		spool_wake(spool);
	return err;
}
