/*
 * blocks.h - the requests of one unit's turn, and what its refusals teach.
 *
 * A request answered with an exception is split in halves, again and again, until the register that
 * refuses stands alone; it is then left out, and asked again after 30 s, 1 min, ... 10 min.  When both
 * halves answer, it was something between them: no request crosses that place again.  No clock and no
 * I/O in here.
 */
#ifndef BUS_BLOCKS_H
#define BUS_BLOCKS_H

#include "bus/plan.h"

enum { MOST_QUEUE = 4 * MOST_ITEMS, REFUSED_FIRST_MS = 30000, REFUSED_LONGEST_MS = 600000 };

struct blocks {
	const struct profile *profile;
	struct plan_cost cost;
	struct plan plan;
	struct plan_learned learned;
	int64_t again_ms[MOST_ITEMS]; /* boot time when a refused item is asked again */
	int64_t pause_ms[MOST_ITEMS];
	/* this turn */
	struct plan_request queue[MOST_QUEUE];
	unsigned n, at;
	unsigned n_failed;
	struct {
		uint16_t first, middle, last; /* halves first..middle-1 and middle..last */
	} failed[MOST_QUEUE];
	bool stale; /* something was learned that the plan does not know yet */
};

/* What blocks_exception() found out. */
enum block_verdict {
	BLOCK_SPLIT,   /* its parts follow */
	BLOCK_REFUSED, /* one item is refused, newly */
	BLOCK_STILL    /* an item asked again is still refused */
};

int blocks_init(struct blocks *blocks, const struct profile *profile, const struct plan_cost *cost,
	struct text *why) MUST_USE;
/* Forgets all refusals: the device may be another or have been switched off. */
void blocks_forget(struct blocks *blocks);
void blocks_begin(struct blocks *blocks, int64_t now_ms);
/* The request to ask now; NULL: the turn is over. */
const struct plan_request *blocks_now(const struct blocks *blocks);
/* The request was answered; true when it held an item that had been refused. */
bool blocks_good(struct blocks *blocks);
/* Passed over for this turn. */
void blocks_skip(struct blocks *blocks);
/* It was answered with an exception that concerns its registers. */
enum block_verdict blocks_exception(struct blocks *blocks, int64_t now_ms);

/* Whether request `r` brings item `item`. */
bool blocks_has(const struct blocks *blocks, const struct plan_request *r, unsigned item);

/* What a unit has been asked and may yet answer late: told apart by function and count alone. */
struct question {
	uint8_t function;
	uint16_t count;
};

/*
 * A cheap request whose answer cannot be one to any of the `n` questions `open`: a whole request of the
 * plan if one differs, else the first registers of one.  False when there is none; `out` is then the
 * shortest request.
 */
bool blocks_probe(const struct blocks *blocks, const struct question *open, unsigned n,
	struct plan_request *out);

#endif
