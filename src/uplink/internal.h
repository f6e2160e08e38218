/* internal.h - an uplink's own insides, shared by uplink.c, deliver.c and metered.c. */
#ifndef UPLINK_INTERNAL_H
#define UPLINK_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "uplink/backoff.h"
#include "uplink/batch.h"
#include "uplink/bisect.h"
#include "uplink/lane.h"
#include "uplink/links.h"
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
	struct links *links; /* NULL: no budget */
	int seat;            /* in it */
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
	unsigned busy; /* so often in a row the store said later: the next one is so often halved */
	bool failing;  /* the last request was not taken: the next one carries one line */
	struct log_edge edges[REASONS];
	struct log_edge unreadable, too_old, clock_shut, unfreed, shut[STREAM_COUNT];
	bool trying_old; /* this line is to show whether the store takes older ones now */
	char old_words[200], shut_words[200];
	char good[LINE_LONGEST]; /* the last line this store took */
	size_t good_len;         /* 0: none yet */
	size_t last_sent_bytes;  /* of the last request's body */
	unsigned last_lines;     /* of the last batch */

	struct budget_cost cost; /* of raw readings */
	uint64_t carried;        /* bytes over links since the lane was weighed */
	bool held;               /* raw readings wait for bytes */
	int64_t held_until_ms, held_said_ms;
	char held_words[200];

	/* between threads */
	atomic_bool stop;
	_Atomic int64_t beat_ms;
	pthread_mutex_t lock; /* below */
	pthread_cond_t woken;
	bool wake;
	bool reconcile, reconcile_all; /* a person asks what the store has */
	bool asked_last;               /* the thread's own: sending and asking take turns */
	struct uplink_state state;
};

int64_t uplink_now_ms(const struct uplink *uplink);
/* What the machine's clock is worth now. */
enum tls_clock uplink_clock(const struct uplink *uplink);

/* deliver.c: what is held, for others to see. */
void uplink_say_held(struct uplink *uplink);
/*
 * deliver.c: reads, encodes and sends the block; marks what became of its lines.  False: there was
 * nothing in it that could be sent, and *last is not set.
 */
bool uplink_deliver(
	struct uplink *uplink, enum stream stream, struct range block, struct answer *last);
/* The same of the one line that lane_next_old() names. */
bool uplink_try_old(
	struct uplink *uplink, enum stream stream, struct range block, struct answer *last);

/* metered.c: bytes over links.  From open_parts() on they are counted. */
void metered_begin(struct uplink *uplink);
/* How many raw readings may go now: sets lane.most_readings, and `held` with its words. */
void metered_weigh(struct uplink *uplink);
/* What was weighed went, or was tried. */
void metered_done(struct uplink *uplink, enum stream stream, bool sent);
/* Nothing goes now. */
void metered_rest(struct uplink *uplink);

#endif
