/* What each store was asked about: received, or missing after all. */
#include "spool/internal.h"

/* Under lock.  The lowest run in `set`, from run->first on, that the store settled in no way.  False: none. */
static bool unsettled(const struct spool *spool, const struct store *store, enum stream stream,
	const struct intervals *set, struct range *run)
{
	const struct intervals *out[] = {&store->set[stream][DELIVERY_RECEIVED],
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
	return unsettled(spool, store, stream, &store->set[stream][DELIVERY_SENT], run);
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

		for (; unsettled(spool, &spool->stores[store], stream, &below, &run);
			run.first = run.last + 1)
			*open += run.last - run.first + 1;
	}
	pthread_mutex_unlock(&spool->lock);
	return all.last;
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
