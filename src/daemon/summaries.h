/*
 * summaries.h - the thread that makes summaries (model/summary.h) of what is saved, and so gives the centre a picture
 * over a link that is too poor for the readings.
 *
 * It reads the readings in the order of their numbers and stops where a time is not fixed yet.  What is freed, in a
 * gap or unreadable is stepped over.  Each block is written with its mark at once (spool_note_summaries()), so a
 * crash at any moment doubles and skips nothing: it is read and made again from the mark.  The last block of a quiet
 * lab ends when the van's clock is SUMMARIES_QUIET_MS past its ten minutes and all that was made is saved.
 */
#ifndef DAEMON_SUMMARIES_H
#define DAEMON_SUMMARIES_H

#include "base/clock.h"
#include "base/err.h"
#include "spool/spool.h"

enum {
	SUMMARIES_QUIET_MS = 60 * 1000,
	SUMMARIES_ROWS = 20000, /* read in one step ... */
	SUMMARIES_BLOCKS = 8    /* ... and written: an old spool is gone through in small pieces */
};

struct summaries;

/* The spool's stores are named before the first step. */
int summaries_new(struct summaries **out, struct spool *spool, const struct clock *clock) MUST_USE;
/* Reads on for one step.  *more: there was more to read.  What fails is said in the log, and tried again. */
int summaries_step(struct summaries *summaries, bool *more) MUST_USE;
/* Steps in a thread of its own. */
int summaries_start(struct summaries *summaries) MUST_USE;
void summaries_stop(struct summaries *summaries);
void summaries_free(struct summaries *summaries);

/* Boot time of its last step, once it was started; safe from any thread. */
int64_t summaries_heartbeat_ms(struct summaries *summaries);

#endif
