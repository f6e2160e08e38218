/*
 * stamps.h - how the readings of this boot get their UTC.
 *
 * Once a second the machine's clocks are looked at.  When the kernel says that its clock is synchronised,
 * the difference UTC - boot time is fixed in the spool as TIME_NTP.  When it never says so, the clock is
 * used as it is after conf->wait_s, marked TIME_RESTORED, but only when it lies between conf->earliest_ms
 * and conf->latest_ms.  A better source, or a step of the clock under a source at least as good, fixes a
 * new difference for later readings only.  Anchors go into the ledger when trust begins, at every step,
 * and every ten minutes.  The clock itself is never set.
 */
#ifndef DAEMON_STAMPS_H
#define DAEMON_STAMPS_H

#include "base/clock.h"
#include "base/err.h"
#include "conf/conf.h"
#include "spool/spool.h"

enum {
	STAMPS_STEP_MS = 500,             /* a difference that moved by more is a step */
	STAMPS_ANCHOR_MS = 10 * 60 * 1000 /* from one anchor to the next */
};
/* What may be wrong with a clock that nobody confirmed: a day. */
#define STAMPS_RESTORED_MS ((int64_t)24 * 3600 * 1000)

/* What the kernel says about its clock (adjtimex(2), read only). */
struct clock_sync {
	int no; /* errno when it could not be read; then it counts as not synchronised */
	bool synchronised;
	int64_t most_error_ms; /* the kernel's bound on its error */
};
struct clock_sync clock_sync_kernel(void *ctx);

/* One look at the clocks. */
struct stamps_look {
	int64_t boot_ms, wall_ms;
	struct clock_sync sync;
};

/* What is remembered from look to look.  Zero-initialise. */
struct stamps_memory {
	bool looked;
	int64_t first_ms;  /* boot time of the first look */
	int64_t offset_ms; /* wall - boot at the last look */
	bool anchored;
	int64_t anchored_ms; /* boot time of the last anchor */
};

/* What a look leads to. */
struct stamps_act {
	enum time_source source; /* of the clock now; TIME_NONE: it cannot be right */
	int64_t offset_ms, uncertainty_ms;
	int64_t step_ms; /* the clock stepped by so much; 0: it did not */
	bool fix;        /* offset_ms becomes the offset of later readings */
	bool anchor;     /* goes into the ledger */
};

/* The whole decision; pure but for `memory`.  `in_force` is what the spool uses now. */
struct stamps_act stamps_judge(const struct clock_conf *conf, struct stamps_memory *memory,
	const struct stamps_look *look, const struct time_offset *in_force);

struct stamps_state {
	enum time_source source; /* in force for readings made now */
	bool trusted; /* the source is one that confirms: better than an unwatched clock */
	int64_t offset_ms, uncertainty_ms;
	char words[160]; /* for people */
};

struct stamps;

/* sync NULL: clock_sync_kernel.  What is pointed to outlives it. */
int stamps_new(struct stamps **out, const struct clock_conf *conf, struct spool *spool,
	const struct clock *clock, struct clock_sync (*sync)(void *ctx), void *ctx) MUST_USE;
/* One look and what it leads to; the first one that can also fixes earlier boots' times. */
void stamps_step(struct stamps *stamps);
/* Steps once a second in a thread of its own: the spool's calls may wait for a slow card. */
int stamps_start(struct stamps *stamps) MUST_USE;
void stamps_stop(struct stamps *stamps);
void stamps_free(struct stamps *stamps);
/* Safe from any thread. */
void stamps_state(struct stamps *stamps, struct stamps_state *out);

#endif
