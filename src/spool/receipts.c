/* What each store was asked about: received, or missing after all. */
#include "spool/internal.h"

static const struct intervals nothing;

/* Under lock.  The lowest run in `set`, from run->first on, that the store settled in no way; what it confirmed counts
 * as settled, or not.  False: none. */
static bool unsettled(const struct spool *spool, const struct store *store, enum stream stream,
	const struct intervals *set, bool confirmed, struct range *run)
{
	const struct intervals *out[] = {
		confirmed ? &store->set[stream][DELIVERY_RECEIVED] : &nothing,
		&store->set[stream][DELIVERY_REFUSED], &spool->gaps[stream]};
	const struct range *at;
	uint64_t begins;
	size_t i;

	if (stream == STREAM_READINGS && run->first < spool->freed_below)
		run->first = spool->freed_below;
	while ((at = intervals_from(set, run->first))) {
		if (at->first > run->first)
			run->first = at->first;
		run->last = at->last;
		do {
			begins = run->first;
			for (i = 0; i < 3 && intervals_trim(out[i], run); i++)
				;
			/* One that moved the beginning may have moved it into another. */
		} while (i == 3 && run->first != begins);
		if (i == 3)
			return true;
		run->first = run->last + 1;
	}
	return false;
}

static bool unconfirmed(
	const struct spool *spool, const struct store *store, enum stream stream, struct range *run)
{
	return unsettled(spool, store, stream, &store->set[stream][DELIVERY_SENT], true, run);
}

uint64_t spool_confirmed(struct spool *spool, unsigned store, enum stream stream, uint64_t *open)
{
	const struct intervals *received;
	struct range all = {1, 0}, run = {1, 0};

	*open = 0;
	pthread_mutex_lock(&spool->lock);
	if (store < spool->n_stores) {
		received = &spool->stores[store].set[stream][DELIVERY_RECEIVED];
		all.last = received->n ? received->at[received->n - 1].last : 0;
	}
	if (all.last) {
		const struct intervals below = {.at = &all, .n = 1};

		for (; unsettled(spool, &spool->stores[store], stream, &below, true, &run);
			run.first = run.last + 1)
			*open += run.last - run.first + 1;
	}
	pthread_mutex_unlock(&spool->lock);
	return all.last;
}

static bool next_sent(struct spool *spool, unsigned store, enum stream stream, uint64_t from,
	uint64_t most, bool confirmed, struct range *run)
{
	bool found = false;

	run->first = from ? from : 1;
	pthread_mutex_lock(&spool->lock);
	if (store < spool->n_stores && most)
		found = unsettled(spool, &spool->stores[store], stream,
			&spool->stores[store].set[stream][DELIVERY_SENT], confirmed, run);
	pthread_mutex_unlock(&spool->lock);
	if (found && run->last - run->first >= most)
		run->last = run->first + most - 1;
	return found;
}

bool spool_unconfirmed(struct spool *spool, unsigned store, enum stream stream, uint64_t from,
	uint64_t most, struct range *run)
{
	return next_sent(spool, store, stream, from, most, true, run);
}

bool spool_taken(struct spool *spool, unsigned store, enum stream stream, uint64_t from,
	uint64_t most, struct range *run)
{
	return next_sent(spool, store, stream, from, most, false, run);
}

/* Under lock: calls for each run of the block that is sent and not confirmed. */
static void each_unconfirmed(struct spool *spool, unsigned store, enum stream stream,
	struct range block,
	void (*each)(struct spool *spool, struct store *store, enum stream stream, struct range))
{
	struct range run = {block.first ? block.first : 1, 0};

	if (store >= spool->n_stores)
		return;
	while (run.first <= block.last && unconfirmed(spool, &spool->stores[store], stream, &run) &&
		run.first <= block.last) {
		if (run.last > block.last)
			run.last = block.last;
		each(spool, &spool->stores[store], stream, run);
		run.first = run.last + 1;
	}
}

static void receive(struct spool *spool, struct store *store, enum stream stream, struct range run)
{
	/* Without memory it stays doubted in the files, and is asked about again. */
	(void)!intervals_remove(&store->doubted[stream], run.first, run.last);
	/* Without memory for the mark it is asked about again. */
	if (intervals_add(&store->set[stream][DELIVERY_RECEIVED], run.first, run.last) &&
		intervals_add(&store->fresh[stream][DELIVERY_RECEIVED], run.first, run.last))
		deliver_new_marks(spool);
}

static void miss(struct spool *spool, struct store *store, enum stream stream, struct range run)
{
	struct intervals *sent = &store->set[stream][DELIVERY_SENT];

	(void)spool;
	/* Without memory it stays sent and is asked about again; going back into `sent` needs none. */
	if (!intervals_remove(sent, run.first, run.last))
		return;
	if (!intervals_remove(&store->fresh[stream][DELIVERY_SENT], run.first, run.last) ||
		!intervals_remove(&store->done[stream], run.first, run.last))
		(void)!intervals_add(sent, run.first, run.last);
}

void spool_mark_received(
	struct spool *spool, unsigned store, enum stream stream, struct range block)
{
	pthread_mutex_lock(&spool->lock);
	each_unconfirmed(spool, store, stream, block, receive);
	pthread_mutex_unlock(&spool->lock);
}

void spool_mark_missing(struct spool *spool, unsigned store, enum stream stream, struct range block)
{
	pthread_mutex_lock(&spool->lock);
	each_unconfirmed(spool, store, stream, block, miss);
	pthread_cond_broadcast(&spool->news);
	pthread_mutex_unlock(&spool->lock);
}

/* --- a receipt that is taken back -------------------------------------------------------------------- */

struct doubt {
	unsigned store;
	enum stream stream;
	struct range range;
};

/* Under lock.  Any of them is received, and still on the van. */
static bool any_received(const struct spool *spool, struct doubt *doubt)
{
	const struct range *at;

	if (doubt->stream == STREAM_READINGS && doubt->range.first < spool->freed_below)
		doubt->range.first = spool->freed_below;
	at = intervals_from(&spool->stores[doubt->store].set[doubt->stream][DELIVERY_RECEIVED],
		doubt->range.first);
	return at && at->first <= doubt->range.last && doubt->range.first <= doubt->range.last;
}

static int write_doubt(struct spool *spool, const struct doubt *doubt)
{
	sqlite3_stmt *add = NULL;
	int err = ledger_begin(spool);

	if (err)
		return err;
	err = sql_prepare(
		spool->ledger.db, "INSERT OR REPLACE INTO delivery VALUES(?,?,?,?,?,?)", &add);
	if (!err)
		err = deliver_insert(add, spool->stores[doubt->store].name, (int)doubt->stream,
			DELIVERY_DOUBTED, doubt->range);
	sqlite3_finalize(add);
	return ledger_commit(spool, err);
}

static int doubt_receipts(struct spool *spool, void *ctx)
{
	struct doubt *doubt = ctx;
	struct store *store = &spool->stores[doubt->store];
	struct intervals *fresh = store->fresh[doubt->stream], *set = store->set[doubt->stream];
	uint64_t first, last;
	bool any;
	int err = commit_prepare(spool);

	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	any = any_received(spool, doubt);
	pthread_mutex_unlock(&spool->lock);
	if (!any)
		return 0;
	err = write_doubt(spool, doubt);
	if (err)
		return err;
	first = doubt->range.first;
	last = doubt->range.last;
	pthread_mutex_lock(&spool->lock);
	if (!intervals_add(&store->doubted[doubt->stream], first, last) ||
		!intervals_remove(&fresh[DELIVERY_RECEIVED], first, last) ||
		!intervals_remove(&set[DELIVERY_RECEIVED], first, last))
		err = ERR_MEMORY;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

int spool_doubt(struct spool *spool, unsigned store, enum stream stream, struct range range)
{
	struct doubt doubt = {store, stream, range};
	bool known;

	pthread_mutex_lock(&spool->lock);
	known = store < spool->n_stores && range.first >= 1 && range.last >= range.first &&
		range.last < spool->next[stream];
	pthread_mutex_unlock(&spool->lock);
	return known ? spool_run(spool, doubt_receipts, &doubt) : ERR_RANGE;
}
