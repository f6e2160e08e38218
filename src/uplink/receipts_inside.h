/* receipts_inside.h - the insides of receipts, shared by receipts.c, receipts_numbers.c and receipts_ask.c. */
#ifndef UPLINK_RECEIPTS_INSIDE_H
#define UPLINK_RECEIPTS_INSIDE_H

#include "base/log.h"
#include "spool/intervals.h"
#include "uplink/post.h"
#include "uplink/receipt_form.h"
#include "uplink/receipts.h"

enum { RECEIPT_ANSWER = 256 * 1024 }; /* bytes; a run's list takes 30 KB of JSON */

struct receipts {
	/* set once */
	struct store_conf conf; /* as it is asked */
	struct spool *spool;
	unsigned store;
	struct spool_reader *reader;
	const struct clock *clock;
	struct post *post;
	char *answer;                                  /* RECEIPT_ANSWER bytes */
	int64_t at_ms[RECEIPT_QUESTIONS][RECEIPT_RUN]; /* of the questions' rows */
	char born[SPOOL_ID]; /* the id that the rows of the request in hand were born under */
	int64_t wait_ms;

	/* Sent in this period and in the one before: too young to be asked about. */
	struct intervals young[STREAM_COUNT][2];
	int64_t turned_ms;
	struct intervals again[STREAM_COUNT]; /* sent again today, and not seen since */
	int64_t day_ms;
	uint64_t at_once;   /* how many of those there may be */
	int64_t proof_ms;   /* by then those sent again last are old enough to be asked about */
	unsigned fruitless; /* passes in a row that found nothing but holes that stay */
	int64_t next_ms;
	bool now; /* a person asks */
	bool all; /* about what was confirmed before, too */

	/* the pass */
	bool passing;
	int stream;
	uint64_t from, left; /* next number; how many may still be sent again */
	bool helped;         /* something sent again was there */
	bool confirmed;      /* anything was */
	int64_t there_ms; /* UTC of the oldest row it was seen to have since start; INT64_MAX: none */
	bool halfway;     /* it ended before the last number: the next one goes on there */
	uint64_t stayed; /* holes found that were sent again before */
	struct receipts_state found;

	struct receipts_state state, before; /* told; and of the last pass that asked anything */
	struct log_edge lost;
};

/* receipts_numbers.c: when what an earlier start sent went out, nobody remembers: now, as it were. */
void receipts_all_young(struct receipts *receipts);
/* What was sent before the last turn but one is old enough to be asked about. */
void receipts_turn(struct receipts *receipts, int64_t now_ms);
/* Up to `most` questions about the pass's next numbers; 0: it has none left. */
size_t receipts_gather(struct receipts *receipts, struct receipt_question *questions, size_t most);

/* receipts_ask.c: asks, and marks what is there and what is missing.  False: no answer that can be read, see
 * found.words and found.condition. */
bool receipts_ask(struct receipts *receipts, const struct receipt_question *questions, size_t n);
uint64_t receipts_missing(const struct receipts_state *found);
/* Holes that nothing can be done about now need not be counted to the last. */
bool receipts_helpless(const struct receipts *receipts);

#endif
