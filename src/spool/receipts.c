/* What each store was asked about: received, or missing after all. */
#include "spool/internal.h"

/* Under lock.  The part of `run` that begins at its first number outside `set` and ends where the set begins again.
 * False: all of it is inside. */
static bool keep_outside(const struct intervals *set, struct range *run)
{
	const struct range *at = intervals_from(set, run->first);

	if (at && at->first <= run->first) {
		if (at->last >= run->last)
			return false;
		run->first = at->last + 1;
		at = intervals_from(set, run->first);
	}
	if (at && at->first <= run->last)
		run->last = at->first - 1;
	return true;
}

/* Under lock.  The lowest run in `set` that reaches `from` or beyond. */
static bool run_of(const struct intervals *set, uint64_t from, struct range *run)
{
	const struct range *at = intervals_from(set, from);

	if (!at)
		return false;
	*run = (struct range){at->first > from ? at->first : from, at->last};
	return true;
}

/* Under lock. */
static bool unconfirmed(
	struct spool *spool, const struct store *store, enum stream stream, struct range *run)
{
	const struct intervals *out[] = {&store->set[stream][DELIVERY_RECEIVED],
		&store->set[stream][DELIVERY_REFUSED], &spool->gaps[stream]};
	uint64_t from = run->first, begins;
	size_t i;

	while (run_of(&store->set[stream][DELIVERY_SENT], from, run)) {
		do {
			begins = run->first;
			for (i = 0; i < 3 && keep_outside(out[i], run); i++)
				;
			/* One that moved the beginning may have moved it into another. */
		} while (i == 3 && run->first != begins);
		if (i == 3)
			return true;
		from = run->last + 1;
	}
	return false;
}

bool spool_unconfirmed(struct spool *spool, unsigned store, enum stream stream, uint64_t from,
	uint64_t most, struct range *run)
{
	bool found = false;

	run->first = from ? from : 1;
	pthread_mutex_lock(&spool->lock);
	if (store < spool->n_stores && most)
		found = unconfirmed(spool, &spool->stores[store], stream, run);
	pthread_mutex_unlock(&spool->lock);
	if (found && run->last - run->first >= most)
		run->last = run->first + most - 1;
	return found;
}

/* Under lock: calls for each run of the block that is sent and not confirmed. */
static void each_unconfirmed(struct spool *spool, unsigned store, enum stream stream,
	struct range block,
	void (*each)(struct spool *spool, struct store *store, enum stream stream, struct range))
{
	struct range run = {block.first ? block.first : 1, 0};

	if (store >= spool->n_stores)
		return;
	while (run.first <= block.last &&
		unconfirmed(spool, &spool->stores[store], stream, &run) &&
		run.first <= block.last) {
		if (run.last > block.last)
			run.last = block.last;
		each(spool, &spool->stores[store], stream, run);
		run.first = run.last + 1;
	}
}

static void receive(
	struct spool *spool, struct store *store, enum stream stream, struct range run)
{
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
