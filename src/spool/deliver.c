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

static bool add_all(struct intervals *to, const struct intervals *from)
{
	bool room = true;
	size_t i;

	for (i = 0; i < from->n && room; i++)
		room = intervals_add(to, from->at[i].first, from->at[i].last);
	return room;
}

bool deliver_drop_gaps(struct spool *spool, enum stream stream)
{
	bool room = true;
	unsigned i;

	if (!spool->gaps[stream].n)
		return true;
	intervals_clear(&spool->gaps[stream]);
	for (i = 0; i < spool->n_stores; i++) {
		struct store *store = &spool->stores[i];
		struct intervals *done = &store->done[stream];

		intervals_clear(done);
		room = add_all(done, &store->set[stream][DELIVERY_SENT]) &&
		       add_all(done, &store->set[stream][DELIVERY_REFUSED]) && room;
		if (stream == STREAM_READINGS && spool->freed_below > 1)
			room = intervals_add(done, 1, spool->freed_below - 1) && room;
	}
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

	if (stream < 0 || stream >= STREAM_COUNT || delivery < 0 || delivery >= DELIVERY_CODES)
		return true;
	if (range.first < 1 || range.last < range.first || range.last >= INT64_MAX)
		return true;
	store = deliver_store(spool, name);
	if (!store)
		return true; /* more stores than are remembered: sent again, never lost */
	if (delivery == DELIVERY_DOUBTED)
		return intervals_add(&store->doubted[stream], range.first, range.last);
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
	top = stream == STREAM_READINGS ? spikes_final(spool) : spool->next[stream] - 1;
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

enum spool_where spool_where(
	struct spool *spool, unsigned store, enum stream stream, uint64_t number)
{
	enum spool_where where = WHERE_SAVED;
	const struct intervals *set;

	pthread_mutex_lock(&spool->lock);
	if (store < spool->n_stores) {
		set = spool->stores[store].set[stream];
		if (intervals_find(&set[DELIVERY_REFUSED], number))
			where = WHERE_REFUSED;
		else if (intervals_find(&set[DELIVERY_RECEIVED], number))
			where = WHERE_RECEIVED;
		else if (intervals_find(&set[DELIVERY_SENT], number))
			where = WHERE_SENT;
	}
	pthread_mutex_unlock(&spool->lock);
	return where;
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

uint64_t spool_oldest_waiting(struct spool *spool, unsigned store, enum stream stream)
{
	struct range run = {1, 0};
	bool any;

	pthread_mutex_lock(&spool->lock);
	run.last = spool->next[stream] - 1;
	any = run.last && store < spool->n_stores &&
	      intervals_trim(&spool->stores[store].done[stream], &run);
	pthread_mutex_unlock(&spool->lock);
	return any ? run.first : 0;
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
	for (i = 0; i < spool->n_stores && !err; i++)
		for (stream = 0; stream < STREAM_COUNT; stream++)
			for (k = 0; k < spool->stores[i].doubted[stream].n && !err; k++)
				err = deliver_insert(add, spool->stores[i].name, stream,
					DELIVERY_DOUBTED, spool->stores[i].doubted[stream].at[k]);
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

/* Under lock. */
static bool weed_doubted(struct store *store, int stream)
{
	const struct intervals *doubted = &store->doubted[stream];
	bool room = true;
	size_t k;

	for (k = 0; k < doubted->n; k++)
		room = intervals_remove(&store->set[stream][DELIVERY_RECEIVED],
			       doubted->at[k].first, doubted->at[k].last) &&
		       room;
	return room;
}

/* Sets only ever grow, so whatever any file says was sent was sent: a union.  Only receipts are taken back. */
int deliver_load_all(struct spool *spool, sqlite3 *db)
{
	sqlite3_stmt *rows = NULL;
	char store[STORE_NAME];
	bool room = true;
	unsigned i;
	int stream;
	int code, err;

	err = sql_prepare(db, "SELECT store,stream,delivery,first,last,crc FROM delivery", &rows);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct range range = {(uint64_t)sqlite3_column_int64(rows, 3),
			(uint64_t)sqlite3_column_int64(rows, 4)};
		int delivery = sqlite3_column_int(rows, 2);

		stream = sqlite3_column_int(rows, 1);
		if (sql_copy_text(rows, 0, store, sizeof(store)) ||
			check_of_delivery(store, stream, delivery, range) !=
				sqlite3_column_int(rows, 5))
			continue;
		room = deliver_load(spool, store, stream, delivery, range) && room;
	}
	for (i = 0; i < spool->n_stores; i++)
		for (stream = 0; stream < STREAM_COUNT; stream++)
			room = weed_doubted(&spool->stores[i], stream) && room;
	pthread_mutex_unlock(&spool->lock);
	sqlite3_finalize(rows);
	return room ? sql_error(code) : ERR_MEMORY;
}
