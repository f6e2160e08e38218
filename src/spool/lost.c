/* What a reader found that can never be handed out: recorded once, so that nobody asks for it again. */
#include <stdio.h>

#include "spool/internal.h"

struct loss {
	enum stream stream;
	struct range range;
};

static int report(struct spool *spool, void *ctx)
{
	const struct loss *loss = ctx;
	struct ledger_record gap = {.kind = LEDGER_GAP,
		.a = (int64_t)loss->range.first,
		.b = (int64_t)loss->range.last,
		.c = loss->stream,
		.words = "not there, or not what was written"};
	const struct range *known;
	bool covered;
	int err;

	pthread_mutex_lock(&spool->lock);
	known = intervals_find(&spool->gaps[loss->stream], loss->range.first);
	covered = known && known->last >= loss->range.last;
	pthread_mutex_unlock(&spool->lock);
	if (covered)
		return 0;
	err = commit_prepare(spool);
	if (!err)
		err = ledger_note(spool, &gap, 1);
	if (!err)
		log_say(LOG_ERROR, "spool", "%s %lld to %lld cannot be sent: %s",
			loss->stream == STREAM_LEDGER ? "ledger records" : "readings",
			(long long)gap.a, (long long)gap.b, gap.words);
	return err;
}

int lost_report(struct spool *spool, enum stream stream, struct range range)
{
	struct loss loss = {.stream = stream, .range = range};

	return range.first <= range.last ? spool_run(spool, report, &loss) : 0;
}

static int lose_file(struct spool *spool, void *ctx)
{
	const uint64_t *first = ctx;
	char words[64];
	size_t i;
	int err;

	for (i = 0; i < spool->n_segments && spool->segments[i].first != *first; i++)
		;
	/* Another reader was faster, or this is the second try: it is to be noted that it is gone. */
	if (i == spool->n_segments)
		return ledger_check_segments(spool);
	if (*first == spool->segment.first && spool->segment.db) {
		spool->segment.sick = true; /* its own check decides */
		return commit_prepare(spool);
	}
	snprintf(words, sizeof(words), "readings-%012llu.db cannot be read",
		(unsigned long long)*first);
	err = segment_lose(spool, *first, words);
	return err ? err : ledger_check_segments(spool);
}

int lost_file(struct spool *spool, uint64_t first)
{
	return spool_run(spool, lose_file, &first);
}
