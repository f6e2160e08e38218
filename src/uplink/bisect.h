/*
 * bisect.h - delivers a batch whatever single lines in it the store refuses, and finds out which.
 *
 * A line is refused for good only when the store took siblings of it and a line known to be good goes
 * through right before and right after the line is refused once more.  A proxy that says 400 to
 * everything, a missing database, an expired certificate: then nothing is refused, all is held.
 *
 * One bad line among n costs at most 2 * log2(n) + 1 requests besides the probes and its own last try.
 */
#ifndef UPLINK_BISECT_H
#define UPLINK_BISECT_H

#include <stdbool.h>
#include <stddef.h>

#include "uplink/verdict.h"

/* One answer about some lines: what it means and the store's words. */
struct answer {
	struct verdict verdict;
	int status;
	uint64_t dropped; /* "dropped=N" of its words; 0: not said */
	char words[REPLY_EXCERPT];
};

struct bisect_ops {
	/* Sends lines first..first+n-1 of the batch. */
	void (*send)(void *ctx, size_t first, size_t n, struct answer *answer);
	/* Sends the line known to be good.  False: there is none yet. */
	bool (*probe)(void *ctx, struct answer *answer);
	/* The store has them. */
	void (*sent)(void *ctx, size_t first, size_t n);
	/* The store refuses this one for good.  False: that could not be kept; it stays unsent. */
	bool (*refused)(void *ctx, size_t line, const struct answer *answer);
	/* Beyond the store's retention: neither sent nor refused. */
	void (*too_old)(void *ctx, size_t first, size_t n, const struct answer *answer);
};

/* Lines of one batch that may be refused, and tried without anything having been taken yet. */
enum { MOST_REFUSED = 16, MOST_SUSPECTS = 3 };

/*
 * Sends lines 0..n-1.  On return *last is the answer that ended it: SENT when every line was sent,
 * refused or too old; else what stopped it, and lines not named by a callback are simply unsent.
 * HOLD for REASON_LINES: the store takes other lines, but refuses all or too many of these.
 */
void bisect_deliver(const struct bisect_ops *ops, void *ctx, size_t n, struct answer *last);

#endif
