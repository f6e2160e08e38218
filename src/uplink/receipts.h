/*
 * receipts.h - asks a store what it has of what it was sent: `sent` becomes `received`, or waits again.
 *
 * A store's 2xx is a promise; its own count is a receipt.  Numbers are asked about when receipt_s have passed since
 * they were sent, so that what a store holds in memory only is not counted, and no more often than every receipt_s.
 * Belongs to one uplink's thread, which calls receipts_step() when it has nothing to send.
 *
 * What the store does not have is sent again: RECEIPT_RUN numbers at first, ten times as many each time that was seen
 * to help.  What is missing though it was sent again is not sent a third time before a day has passed or a person
 * asks, and counts against that number.  So a store that keeps nothing, or shows nothing, costs few bytes.
 */
#ifndef UPLINK_RECEIPTS_H
#define UPLINK_RECEIPTS_H

#include <stdatomic.h>

#include "spool/reader.h"
#include "uplink/uplink.h"
#include "uplink/wire.h"

struct receipts;

/* `spool`, `reader`, `clock`, `stop` and `beat_ms` live as long.  ERR_CONF with words in `why`. */
int receipts_new(struct receipts **out, const struct store_conf *conf, struct spool *spool,
	unsigned store, struct spool_reader *reader, const struct clock *clock,
	const atomic_bool *stop, _Atomic int64_t *beat_ms, struct text *why) MUST_USE;
void receipts_free(struct receipts *receipts);

/* The store answered 2xx to these now. */
void receipts_sent(struct receipts *receipts, enum stream stream, struct range block);

/*
 * A person wants to know: a pass begins at the next step, and tries all again.  `all`: about what the store confirmed
 * before, too, to the last number on the van; what it has no more counts as sent only, and is sent again.
 */
void receipts_ask_now(struct receipts *receipts, bool all);
/* That pass is about all of it: long, so sending goes on between. */
bool receipts_ask_all(const struct receipts *receipts);
/* True from receipts_ask_now() until that pass has ended: then it goes before sending. */
bool receipts_hurry(const struct receipts *receipts);

/* One request, if one is due.  False: none is.  An answer may take as long as timeout_ms. */
bool receipts_step(struct receipts *receipts);

void receipts_state(const struct receipts *receipts, struct receipts_state *out);
uint64_t receipts_wire_bytes(const struct receipts *receipts);
/* What questions and answers cost: see post.h. */
void receipts_set_note(struct receipts *receipts, wire_note note, void *ctx);
void receipts_tell(struct receipts *receipts);
/* From any thread: lets a request in flight look at `stop`. */
void receipts_wake(struct receipts *receipts);

#endif
