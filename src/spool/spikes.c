/*
 * Readings that turn out to be spikes when the next one of their series comes.
 *
 * Such a reading was saved before anybody knew.  So what was found is a record of the ledger that names it, and neither is
 * sent nor summarised before nothing can be found any more: its next is saved, or too long in coming.
 *
 * Ledger and segment are two files.  The record is written before the reading that showed it, and only when the reading it
 * names was saved by an earlier commit, so that its number is its for ever.  Cut between the two, the record is there and
 * true, and nobody saw the reading as it was before.
 */
#include "spool/internal.h"

enum { SAVING_MS = 500 }; /* a commit takes so long on a slow card */

/* --- what is final ------------------------------------------------------------------------------------ */

/* Under lock.  What was too long in coming is late for good. */
static bool is_open(struct series_slot *slot, int64_t now_ms)
{
	if (slot->open && !slot->kept && now_ms >= slot->open_until_ms)
		slot->open = 0;
	return slot->open != 0;
}

uint64_t spikes_final(struct spool *spool)
{
	uint64_t final = spool->next[STREAM_READINGS] - 1;
	int64_t now_ms = clock_boot_ms(spool->clock);
	uint32_t i;

	for (i = 0; i < spool->n_series; i++)
		if (is_open(&spool->series[i], now_ms) && spool->series[i].open <= final)
			final = spool->series[i].open - 1;
	return final;
}

uint64_t spool_final(struct spool *spool)
{
	uint64_t final;

	pthread_mutex_lock(&spool->lock);
	final = spikes_final(spool);
	pthread_mutex_unlock(&spool->lock);
	return final;
}

/* --- before they are saved --------------------------------------------------------------------------- */

/* False: it was final by now, and may have been sent. */
static bool keep(struct spool *spool, struct series_slot *slot)
{
	pthread_mutex_lock(&spool->lock);
	slot->kept = slot->last && slot->open == slot->last &&
		     is_open(slot, clock_boot_ms(spool->clock));
	pthread_mutex_unlock(&spool->lock);
	return slot->kept;
}

struct noting {
	unsigned n;
	struct ledger_record records[EXCHANGE_READINGS];
	struct series_slot *of[EXCHANGE_READINGS];
};

/* False: what it shows is of this very batch, or there is no room for it. */
static bool fits(const struct spool *spool, const struct exchange *x, const struct noting *noting)
{
	unsigned n = noting->n;
	size_t i;

	for (i = 0; i < x->n; i++)
		if (x->readings[i].spike_before &&
			(spool->series[x->readings[i].series].seen_in == spool->batches ||
				++n > EXCHANGE_READINGS))
			return false;
	return true;
}

static void take(struct spool *spool, const struct exchange *x, struct noting *noting)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		struct series_slot *slot = &spool->series[x->readings[i].series];

		slot->seen_in = spool->batches;
		/* After a commit that failed it comes again. */
		if (!x->readings[i].spike_before || slot->noted == slot->last || !keep(spool, slot))
			continue;
		noting->of[noting->n] = slot;
		noting->records[noting->n++] = (struct ledger_record){.kind = LEDGER_SPIKE,
			.a = (int64_t)slot->last,
			.b = x->readings[i].spike_before};
	}
}

int spikes_note(struct spool *spool, uint64_t from, uint64_t *to)
{
	struct noting noting = {.n = 0};
	struct exchange x;
	uint64_t next;
	unsigned i;
	int err;

	spool->batches++;
	for (; from < *to; from = next) {
		next = pending_see(&spool->pending, from, &x);
		if (!fits(spool, &x, &noting)) {
			*to = from;
			break;
		}
		take(spool, &x, &noting);
	}
	if (!noting.n)
		return 0;
	err = ledger_note(spool, noting.records, noting.n);
	for (i = 0; i < noting.n && !err; i++)
		noting.of[i]->noted = noting.of[i]->last;
	return err;
}

/* --- after --------------------------------------------------------------------------------------------- */

void spikes_saved(struct spool *spool, uint64_t from, uint64_t to, uint64_t first)
{
	struct exchange x;
	size_t i;

	while (from < to) {
		from = pending_see(&spool->pending, from, &x);
		for (i = 0; i < x.n; i++) {
			struct series_slot *slot = &spool->series[x.readings[i].series];

			slot->last = first++;
			slot->open = x.readings[i].open_ms ? slot->last : 0;
			slot->open_until_ms = x.boot_ms + x.readings[i].open_ms +
					      spool->conf.commit_ms + SAVING_MS;
			slot->kept = false;
		}
	}
}
