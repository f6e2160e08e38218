/* What became of each number at each store. */
#include <string.h>

#include "spool/check.h"
#include "spool/internal.h"

/* --- sets --------------------------------------------------------------------------------------- */

bool deliver_add_gap(struct spool *spool, enum stream stream, struct range range)
{
	bool room = intervals_add(&spool->gaps[stream], range.first, range.last);
	unsigned i;

	for (i = 0; i < spool->n_stores; i++)
		room = intervals_add(&spool->stores[i].done[stream], range.first, range.last) &&
		       room;
	return room;
}

bool deliver_set_freed(struct spool *spool, uint64_t below)
{
	bool room = true;
	unsigned i;

	spool->freed_below = below;
	for (i = 0; i < spool->n_stores && below > 1; i++)
		room = intervals_add(&spool->stores[i].done[STREAM_READINGS], 1, below - 1) && room;
	return room;
}

bool deliver_add_held(struct spool *spool, enum stream stream, struct range range)
{
	return intervals_add(&spool->held[stream], range.first, range.last);
}

struct store *deliver_store(struct spool *spool, const char *name)
{
	struct store *store;
	unsigned i;
	size_t k;
	int stream;

	for (i = 0; i < spool->n_stores; i++)
		if (strcmp(spool->stores[i].name, name) == 0)
			return &spool->stores[i];
	if (spool->n_stores == KNOWN_STORES)
		return NULL;
	store = &spool->stores[spool->n_stores];
	*store = (struct store){.name = ""};
	if (!text_copy(store->name, sizeof(store->name), name))
		return NULL;
	if (spool->freed_below > 1 &&
		!intervals_add(&store->done[STREAM_READINGS], 1, spool->freed_below - 1))
		return NULL;
	for (stream = 0; stream < STREAM_COUNT; stream++)
		for (k = 0; k < spool->gaps[stream].n; k++)
			if (!intervals_add(&store->done[stream], spool->gaps[stream].at[k].first,
				    spool->gaps[stream].at[k].last))
				return NULL;
	spool->n_stores++;
	return store;
}

bool deliver_load(
	struct spool *spool, const char *name, int stream, int delivery, struct range range)
{
	struct store *store;

	if (stream < 0 || stream >= STREAM_COUNT || delivery < 0 || delivery >= DELIVERY_COUNT)
		return true;
	if (range.first < 1 || range.last < range.first || range.last >= INT64_MAX)
		return true;
	store = deliver_store(spool, name);
	if (!store)
		return true; /* more stores than are remembered: sent again, never lost */
	if (!intervals_add(&store->set[stream][delivery], range.first, range.last))
		return false;
	return delivery == DELIVERY_RECEIVED ||
	       intervals_add(&store->done[stream], range.first, range.last);
}

int spool_add_store(struct spool *spool, const char *name, unsigned *number)
{
	struct store *store;
	int err = ERR_FULL;

	pthread_mutex_lock(&spool->lock);
	store = deliver_store(spool, name);
	if (store) {
		store->in_use = true;
		*number = (unsigned)(store - spool->stores);
		err = 0;
	}
	pthread_mutex_unlock(&spool->lock);
	return err;
}

/* --- what is left to do --------------------------------------------------------------------------- */

/* The newest run at or below top that is in neither set. */
static bool free_of_both(
	const struct intervals *a, const struct intervals *b, uint64_t top, struct range *run)
{
	struct range of_a, of_b;

	for (;;) {
		if (!intervals_free_below(a, top, &of_a) ||
			!intervals_free_below(b, of_a.last, &of_b))
			return false;
		if (of_b.last == of_a.last)
			break;
		top = of_b.last;
	}
	run->last = of_a.last;
	run->first = of_a.first > of_b.first ? of_a.first : of_b.first;
	return true;
}

bool spool_unsent(struct spool *spool, unsigned store, enum stream stream, uint64_t below,
	uint64_t most, struct range *block)
{
	uint64_t top;
	bool found = false;

	pthread_mutex_lock(&spool->lock);
	top = spool->next[stream] - 1;
	if (below <= top)
		top = below ? below - 1 : 0;
	if (store < spool->n_stores && most && top)
		found = free_of_both(
			&spool->stores[store].done[stream], &spool->held[stream], top, block);
	pthread_mutex_unlock(&spool->lock);
	if (found && block->last - block->first >= most)
		block->first = block->last - most + 1;
	return found;
}

uint64_t spool_waiting(struct spool *spool, unsigned store, enum stream stream)
{
	uint64_t last, done = 0;

	pthread_mutex_lock(&spool->lock);
	last = spool->next[stream] - 1;
	if (store < spool->n_stores)
		done = spool->stores[store].done[stream].count;
	pthread_mutex_unlock(&spool->lock);
	return done < last ? last - done : 0;
}

static uint64_t count_within(const struct intervals *set, struct range range)
{
	const struct range *at;
	uint64_t n = 0, first;

	while (range.first <= range.last && (at = intervals_from(set, range.first)) &&
		at->first <= range.last) {
		first = at->first > range.first ? at->first : range.first;
		range.first = (at->last < range.last ? at->last : range.last) + 1;
		n += range.first - first;
	}
	return n;
}

uint64_t spool_untimed(struct spool *spool, enum stream stream)
{
	const struct intervals *held = &spool->held[stream];
	uint64_t n = 0, last;
	size_t i;

	pthread_mutex_lock(&spool->lock);
	last = spool->next[stream] - 1;
	for (i = 0; i < held->n && held->at[i].first <= last; i++) {
		struct range part = held->at[i];

		if (part.last > last)
			part.last = last;
		n += part.last - part.first + 1 - count_within(&spool->gaps[stream], part);
	}
	pthread_mutex_unlock(&spool->lock);
	return n;
}

/* --- marks ------------------------------------------------------------------------------------------ */

void deliver_new_marks(struct spool *spool)
{
	if (spool->marks_waiting)
		return;
	spool->marks_waiting = true;
	spool->marks_since_ms = spool_mono_ms();
	pthread_cond_signal(&spool->work);
}

/* Under lock.  Numbers in a gap were not in what was sent: they are not counted as sent. */
static void mark_sent(
	struct spool *spool, struct store *store, enum stream stream, struct range block)
{
	const struct range *gap;
	struct range part;

	while (block.first <= block.last) {
		part = block;
		gap = intervals_from(&spool->gaps[stream], block.first);
		if (gap && gap->first <= block.first) {
			block.first = gap->last + 1;
			continue;
		}
		if (gap && gap->first <= block.last)
			part.last = gap->first - 1;
		/* Without memory for the mark they are sent again: never lost. */
		if (intervals_add(&store->set[stream][DELIVERY_SENT], part.first, part.last) &&
			intervals_add(&store->done[stream], part.first, part.last) &&
			intervals_add(&store->fresh[stream][DELIVERY_SENT], part.first, part.last))
			deliver_new_marks(spool);
		block.first = part.last + 1;
	}
}

void spool_mark_sent(struct spool *spool, unsigned store, enum stream stream, struct range block)
{
	pthread_mutex_lock(&spool->lock);
	if (block.last >= spool->next[stream])
		block.last = spool->next[stream] - 1;
	if (store < spool->n_stores && block.first >= 1)
		mark_sent(spool, &spool->stores[store], stream, block);
	pthread_mutex_unlock(&spool->lock);
}

/* The fresh marks of one set of one store, from the highest down. */
static size_t take(struct spool *spool, struct mark what, struct mark *marks, size_t most)
{
	struct store *store = &spool->stores[what.store];
	struct intervals *fresh = &store->fresh[what.stream][what.delivery];
	size_t n = 0;

	while (fresh->n > 0 && n < most) {
		struct range last = fresh->at[fresh->n - 1];
		/* The whole interval: its row takes the place of the parts. */
		const struct range *whole =
			intervals_find(&store->set[what.stream][what.delivery], last.first);

		marks[n] = what;
		marks[n++].range = whole ? *whole : last;
		fresh->n--;
		fresh->count -= last.last - last.first + 1;
	}
	return n;
}

size_t deliver_take(struct spool *spool, struct mark *marks, size_t most)
{
	struct mark what = {0};
	int stream, delivery;
	size_t n = 0;

	for (what.store = 0; what.store < spool->n_stores; what.store++)
		for (stream = 0; stream < STREAM_COUNT; stream++)
			for (delivery = 0; delivery < DELIVERY_REFUSED; delivery++) {
				what.stream = (enum stream)stream;
				what.delivery = (enum delivery)delivery;
				n += take(spool, what, marks + n, most - n);
			}
	if (n < most)
		spool->marks_waiting = false;
	return n;
}

void deliver_give_back(struct spool *spool, const struct mark *marks, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!intervals_add(&spool->stores[marks[i].store]
					    .fresh[marks[i].stream][marks[i].delivery],
			    marks[i].range.first, marks[i].range.last))
			return;
	if (n)
		spool->marks_waiting = true;
}

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

/* --- in files --------------------------------------------------------------------------------------- */

int deliver_save_all(struct spool *spool, sqlite3 *db)
{
	sqlite3_stmt *add = NULL;
	unsigned i;
	int stream, delivery, err;
	size_t k;

	err = sql_run(db, "DELETE FROM delivery");
	if (!err)
		err = sql_prepare(db, "INSERT INTO delivery VALUES(?,?,?,?,?,?)", &add);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	for (i = 0; i < spool->n_stores && !err; i++)
		for (stream = 0; stream < STREAM_COUNT; stream++)
			for (delivery = DELIVERY_SENT; delivery <= DELIVERY_RECEIVED; delivery++) {
				const struct store *store = &spool->stores[i];
				const struct intervals *set = &store->set[stream][delivery];

				for (k = 0; k < set->n && !err; k++)
					err = deliver_insert(
						add, store->name, stream, delivery, set->at[k]);
			}
	pthread_mutex_unlock(&spool->lock);
	sqlite3_finalize(add);
	return err;
}

int deliver_insert(
	sqlite3_stmt *add, const char *store, int stream, int delivery, struct range range)
{
	sqlite3_bind_text(add, 1, store, -1, SQLITE_STATIC);
	sqlite3_bind_int(add, 2, stream);
	sqlite3_bind_int(add, 3, delivery);
	sqlite3_bind_int64(add, 4, (sqlite3_int64)range.first);
	sqlite3_bind_int64(add, 5, (sqlite3_int64)range.last);
	sqlite3_bind_int(add, 6, check_of_delivery(store, stream, delivery, range));
	return sql_done(add);
}

/* Sets only ever grow, so whatever any file says was sent was sent: a union. */
int deliver_load_all(struct spool *spool, sqlite3 *db)
{
	sqlite3_stmt *rows = NULL;
	char store[STORE_NAME];
	bool room = true;
	int code, err;

	err = sql_prepare(db, "SELECT store,stream,delivery,first,last,crc FROM delivery", &rows);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct range range = {(uint64_t)sqlite3_column_int64(rows, 3),
			(uint64_t)sqlite3_column_int64(rows, 4)};
		int stream = sqlite3_column_int(rows, 1), delivery = sqlite3_column_int(rows, 2);

		if (sql_copy_text(rows, 0, store, sizeof(store)) ||
			check_of_delivery(store, stream, delivery, range) !=
				sqlite3_column_int(rows, 5))
			continue;
		room = deliver_load(spool, store, stream, delivery, range) && room;
	}
	pthread_mutex_unlock(&spool->lock);
	sqlite3_finalize(rows);
	return room ? sql_error(code) : ERR_MEMORY;
}
