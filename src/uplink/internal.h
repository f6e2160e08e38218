/* internal.h - an uplink's own insides, shared by uplink.c and deliver.c. */
#ifndef UPLINK_INTERNAL_H
#define UPLINK_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "uplink/backoff.h"
#include "uplink/batch.h"
#include "uplink/bisect.h"
#include "uplink/lane.h"
#include "uplink/post.h"
#include "uplink/receipts.h"
#include "uplink/tls_clock.h"

enum { REASONS = REASON_DATES + 1 };

struct uplink {
	/* set once */
	struct store_conf conf;
	const struct clock *clock;
	struct spool *spool;
	unsigned store;
	bool started;
	pthread_t thread;

	/* the thread's own */
	struct spool_reader *reader;
	struct line_encoder *encoder;
	struct batch *batch;
	struct post *post;
	struct receipts *receipts;
	struct lane lane;
	struct backoff backoff;
	unsigned lines;   /* in the next request */
	unsigned ceiling; /* what `lines` may grow to: halved by 413 */
	unsigned calm;    /* requests taken in a row */
	bool failing;     /* the last request was not taken: the next one carries one line */
	struct log_edge edges[REASONS];
	struct log_edge unreadable, too_old, clock_shut, unfreed;
	char good[LINE_LONGEST]; /* the last line this store took */
	size_t good_len;         /* 0: none yet */
	size_t last_sent_bytes;  /* of the last request's body */
	unsigned last_lines;     /* of the last batch */

	/* between threads */
	atomic_bool stop;
	_Atomic int64_t beat_ms;
	pthread_mutex_t lock; /* below */
	pthread_cond_t woken;
	bool wake;
	bool reconcile; /* a person asks what the store has */
	struct uplink_state state;
};

int64_t uplink_now_ms(const struct uplink *uplink);
/* What the machine's clock is worth now. */
enum tls_clock uplink_clock(const struct uplink *uplink);

/*
 * deliver.c: reads, encodes and sends the block; marks what became of its lines.  False: there was
 * nothing in it that could be sent, and *last is not set.
 */
bool uplink_deliver(
	struct uplink *uplink, enum stream stream, struct range block, struct answer *last);

#endif
