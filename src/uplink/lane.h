/*
 * lane.h - what goes next: the ledger before readings, live readings once they have gathered for
 * interval_ms, the backlog behind, each newest first.
 */
#ifndef UPLINK_LANE_H
#define UPLINK_LANE_H

#include "spool/spool.h"

struct lane {
	struct spool *spool;
	unsigned store;
	unsigned interval_ms;
	bool begun;
	uint64_t live_from;  /* readings above it are live: none of them was taken yet */
	int64_t live_due_ms; /* when they go; 0: there were none */
	uint64_t probe_below;
	/* Numbers not tried for a while: too old for the store, or not readable on the card. */
	struct {
		struct range range; /* last 0: none */
		int64_t until_ms;
	} aside[STREAM_COUNT];
};

struct lane lane_make(struct spool *spool, unsigned store, unsigned interval_ms);

/* At most `most` numbers to send now.  False: nothing, until live_due_ms or for as long as nothing new
 * is saved. */
bool lane_next(
	struct lane *lane, int64_t now_ms, uint64_t most, enum stream *stream, struct range *block);
/* One number to find out with whether the store takes anything; a different one, older, each time. */
bool lane_next_probe(struct lane *lane, int64_t now_ms, enum stream *stream, struct range *block);

/* Leaves the range, and what lies between it and others left so, alone until then. */
void lane_set_aside(struct lane *lane, enum stream stream, struct range range, int64_t until_ms);

#endif
