/* Records that the rest of the daemon makes, durable on return. */
#include <stdlib.h>
#include <string.h>

#include "spool/internal.h"

static int note(struct spool *spool, void *ctx)
{
	int err = commit_prepare(spool);

	return err ? err : ledger_note(spool, ctx, 1);
}

int spool_note(struct spool *spool, const struct ledger_record *record)
{
	struct ledger_record copy = *record;

	if (!memchr(copy.words, 0, sizeof(copy.words)))
		return ERR_RANGE;
	if (copy.kind == LEDGER_GAP &&
		(copy.a < 1 || copy.b < copy.a || copy.c < 0 || copy.c >= STREAM_COUNT))
		return ERR_RANGE;
	return spool_run(spool, note, &copy);
}

struct several {
	struct ledger_record at[SPOOL_ALL_MOST];
	size_t n;
	uint64_t first;
};

static int note_all(struct spool *spool, void *ctx)
{
	struct several *several = ctx;
	size_t i;
	int err = commit_prepare(spool);

	if (err)
		return err;
	/* Only this thread gives numbers. */
	several->first = spool->next[STREAM_LEDGER];
	for (i = 0; i < several->n; i++)
		if (several->at[i].a == LEDGER_FIRST)
			several->at[i].a = (int64_t)several->first;
	return ledger_note(spool, several->at, (unsigned)several->n);
}

int spool_note_all(
	struct spool *spool, const struct ledger_record *records, size_t n, uint64_t *first)
{
	struct several *several;
	size_t i;
	int err;

	if (n < 1 || n > SPOOL_ALL_MOST)
		return ERR_RANGE;
	for (i = 0; i < n; i++)
		if (records[i].kind < LEDGER_SAMPLE || records[i].kind > LEDGER_CHECK ||
			!memchr(records[i].words, 0, sizeof(records[i].words)))
			return ERR_RANGE;
	several = malloc(sizeof(*several));
	if (!several)
		return ERR_MEMORY;
	memcpy(several->at, records, n * sizeof(records[0]));
	several->n = n;
	err = spool_run(spool, note_all, several);
	*first = several->first;
	free(several);
	return err;
}
