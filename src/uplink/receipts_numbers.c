/* Which numbers are asked about, and when they are old enough. */
#include <string.h>
#include <sys/random.h>

#include "uplink/receipts_inside.h"

enum { APART_MS = 3600000 }; /* rows further apart in time are asked about apart */

void receipts_sent(struct receipts *receipts, enum stream stream, struct range block)
{
	if (!receipts->wait_ms)
		return;
	/* Without memory they are asked about early: harmless but for a store that dies just then. */
	(void)!intervals_add(&receipts->young[stream][0], block.first, block.last);
}

void receipts_all_young(struct receipts *receipts)
{
	struct range run = {0, 0};
	int stream;

	for (stream = 0; stream < STREAM_COUNT; stream++)
		for (run.last = 0; spool_unconfirmed(receipts->spool, receipts->store,
			     (enum stream)stream, run.last + 1, UINT64_MAX, &run);)
			receipts_sent(receipts, (enum stream)stream, run);
}

/* Old enough is what was sent before the last turn but one. */
static void turn_once(struct receipts *receipts)
{
	struct intervals old;
	int stream;

	for (stream = 0; stream < STREAM_COUNT; stream++) {
		old = receipts->young[stream][1];
		receipts->young[stream][1] = receipts->young[stream][0];
		intervals_clear(&old);
		receipts->young[stream][0] = old;
	}
}

void receipts_turn(struct receipts *receipts, int64_t now_ms)
{
	int64_t passed_ms = now_ms - receipts->turned_ms;

	if (passed_ms < receipts->wait_ms)
		return;
	receipts->turned_ms = now_ms;
	turn_once(receipts);
	if (passed_ms >= 2 * receipts->wait_ms)
		turn_once(receipts);
}

/* The next run to ask about.  False: the stream has no more. */
static bool next_run(struct receipts *receipts, struct range *run)
{
	const struct intervals *young = receipts->young[receipts->stream];
	uint64_t begins;
	bool old;

	while ((receipts->all ? spool_taken : spool_unconfirmed)(receipts->spool, receipts->store,
		(enum stream)receipts->stream, receipts->from, RECEIPT_RUN, run)) {
		do {
			begins = run->first;
			old = intervals_trim(&young[0], run) && intervals_trim(&young[1], run);
			/* The second may have moved the beginning into the first. */
		} while (old && run->first != begins);
		if (old)
			return true;
		receipts->from = run->last + 1;
	}
	return false;
}

/* Any will do; without one the first. */
static uint64_t random_u64(void)
{
	uint64_t any = 0;

	return getrandom(&any, sizeof(any), GRND_NONBLOCK) == (ssize_t)sizeof(any) ? any : 0;
}

struct gather {
	struct receipt_question *question;
	int64_t *at_ms;
	char *spool; /* the id that all rows of a request were born under; "": none yet */
	uint64_t next;
	int64_t last_ms;
	bool elsewhere; /* the next row was born under another */
};

/* Rows in one piece of numbers and of time. */
static int take_row(void *ctx, const struct spool_row *row)
{
	struct gather *gather = ctx;
	struct receipt_question *question = gather->question;
	bool first = gather->next == question->range.first;

	if (row->number != gather->next || row->clock == TIME_NONE)
		return 1;
	if (!*gather->spool)
		text_copy(gather->spool, SPOOL_ID, row->spool);
	if (strcmp(gather->spool, row->spool) != 0) {
		gather->elsewhere = true;
		return 1;
	}
	if (!first && (row->utc_ms - gather->last_ms > APART_MS ||
			      gather->last_ms - row->utc_ms > APART_MS))
		return 1;
	if (first || row->utc_ms < question->from_ms)
		question->from_ms = row->utc_ms;
	if (first || row->utc_ms > question->to_ms)
		question->to_ms = row->utc_ms;
	gather->at_ms[gather->next - question->range.first] = row->utc_ms;
	gather->last_ms = row->utc_ms;
	gather->next++;
	return 0;
}

/* Up to `most` questions; moves on to the next stream where one ends. */
size_t receipts_gather(struct receipts *receipts, struct receipt_question *questions, size_t most)
{
	struct gather gather;
	struct range run;
	size_t n = 0;

	while (n < most && receipts->stream >= 0) {
		if (!next_run(receipts, &run)) {
			receipts->stream--; /* the ledger is the higher one, and comes first */
			receipts->from = 1;
			continue;
		}
		questions[n] = (struct receipt_question){.stream = (enum stream)receipts->stream,
			.range = run,
			.at_ms = receipts->at_ms[n]};
		if (!n)
			receipts->born[0] = '\0';
		gather = (struct gather){.question = &questions[n],
			.at_ms = receipts->at_ms[n],
			.spool = receipts->born,
			.next = run.first};
		if (spool_read(receipts->reader, questions[n].stream, run, take_row, &gather,
			    NULL) < 0) {
			receipts->from = run.last + 1; /* a file that may come back */
			continue;
		}
		if (gather.next == run.first && gather.elsewhere)
			return n; /* the next request's */
		if (gather.next == run.first) {
			receipts->from = run.first + 1; /* it is a gap now */
			continue;
		}
		questions[n].range.last = gather.next - 1;
		questions[n].chance = run.first + random_u64() % (gather.next - run.first);
		receipts->from = gather.next;
		n++;
	}
	return n;
}
