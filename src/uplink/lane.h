/*
 * lane.h - what goes next: the ledger before readings, live readings once they have gathered for
 * interval_ms, the backlog behind, each newest first.  And what does not go now, though it waits: what cannot be read on
 * the card, what is older than the store keeps, and a stream of which the store refuses every line.
 *
 * A store that keeps rows for so long only says so of single lines; the lines before are older still.  So the youngest
 * line it called too old is remembered, what is as old is held without asking (and without a byte), and that one
 * line is tried once in a while: when it is taken, all are.
 */
#ifndef UPLINK_LANE_H
#define UPLINK_LANE_H

#include "spool/intervals.h"

/* UTC of a line no store calls too old, as far as is known. */
#define LANE_ALL_YOUNG INT64_MIN

struct lane {
	struct spool *spool;
	unsigned store;
	unsigned interval_ms;
	bool begun;
	uint64_t live_from;     /* readings above it are live: none of them was taken yet */
	int64_t live_due_ms;    /* when they go; 0: there were none */
	uint64_t most_readings; /* in the next block; 0: none may go now; lane_make(): no limit */
	uint64_t probe_below[STREAM_COUNT];
	struct {
		struct intervals unread; /* not readable on the card: left alone until then */
		int64_t unread_until_ms;
		struct intervals old; /* held: older than the store keeps */
		uint64_t shut_below;  /* numbers from here on were tried since; 0: none */
		bool shut;            /* every line of it was refused: one is tried now and then */
		int64_t shut_until_ms;
		int64_t full_until_ms; /* no memory for one of the sets: nothing of it until then */
	} of[STREAM_COUNT];
	/* The youngest line that the store called too old; LANE_ALL_YOUNG: none. */
	int64_t old_ms; /* its UTC */
	enum stream old_stream;
	uint64_t old_number;
	int64_t oldest_ms;    /* UTC of the oldest that is held */
	int64_t old_until_ms; /* when that one is tried again */
};

struct lane lane_make(struct spool *spool, unsigned store, unsigned interval_ms);
void lane_free(struct lane *lane);

/* At most `most` numbers to send now.  False: nothing, until live_due_ms or for as long as nothing new
 * is saved. */
bool lane_next(
	struct lane *lane, int64_t now_ms, uint64_t most, enum stream *stream, struct range *block);
/* One number to find out with whether the store takes anything; a different one, older, each time.  Of the ledger
 * when there is no reading, or none may go. */
bool lane_next_probe(struct lane *lane, int64_t now_ms, enum stream *stream, struct range *block);
void lane_end_probes(struct lane *lane); /* the next one is the newest again */
/* The one line by which it is found out whether the store takes older ones now, if it is time to. */
bool lane_next_old(struct lane *lane, int64_t now_ms, enum stream *stream, struct range *block);

/* Leaves the numbers, which could not be read, alone until then. */
void lane_set_aside(struct lane *lane, enum stream stream, struct range range, int64_t until_ms);

/* The store called this line too old; the youngest such line is tried again at until_ms. */
void lane_too_old(
	struct lane *lane, enum stream stream, uint64_t number, int64_t utc_ms, int64_t until_ms);
/* Holds one that is as old as what the store called too old. */
void lane_hold(struct lane *lane, enum stream stream, uint64_t number, int64_t utc_ms);
/* The store takes older lines than it did: nothing is too old until it says so again. */
void lane_old_taken(struct lane *lane);
/* How many are held. */
uint64_t lane_held(const struct lane *lane, enum stream stream);

/* Every line of the stream that was tried was refused, while others are taken: one is tried at until_ms. */
void lane_shut(struct lane *lane, enum stream stream, int64_t until_ms);
/* While it is shut the line of that number was tried: the next is one below it, after the lowest the highest. */
void lane_tried(struct lane *lane, enum stream stream, uint64_t number);
void lane_open(struct lane *lane, enum stream stream);

/* A person wants all of it tried now. */
void lane_try_now(struct lane *lane);

#endif
