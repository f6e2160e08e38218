/*
 * stamps.h - how the readings of this boot get their UTC.
 *
 * Once a second the machine's clocks are looked at (stamps_judge.h decides).  What they say becomes the
 * offset of later readings in the spool; anchors go into the ledger when trust begins, at every step, and
 * every ten minutes.  Boots that ended without a time get one as soon as this one has one.  The machine's
 * clock itself is never set.
 */
#ifndef DAEMON_STAMPS_H
#define DAEMON_STAMPS_H

#include "base/clock.h"
#include "base/err.h"
#include "daemon/stamps_judge.h"

/* What a look is made with. */
struct stamps_eyes {
	struct clock_sync (*sync)(void *ctx);         /* NULL: clock_sync_kernel */
	void (*gps)(void *ctx, struct gps_time *out); /* NULL: there is no receiver */
	const char *chips; /* folder of the clock chips; NULL: CLOCK_CHIPS */
	void *ctx;
};
struct clock_sync clock_sync_kernel(void *ctx);

struct stamps_clock {
	enum clock_kind kind;
	bool used;                         /* readings made now have their time from it */
	bool known;                        /* offset_ms says something */
	int64_t offset_ms, uncertainty_ms; /* 0: nothing is known of its error */
	char words[160];                   /* why it is used, or is not */
};

struct stamps_state {
	enum time_source source; /* in force for readings made now */
	bool trusted; /* the source is one that confirms: better than an unwatched clock */
	int64_t offset_ms, uncertainty_ms;
	int64_t boot_ms, wall_ms; /* of the look; 0: none yet */
	int64_t last_known_ms;    /* UTC that NTP or GPS confirmed in an earlier boot; 0: none */
	struct stamps_clock clocks[CLOCK_KINDS];
	char words[200]; /* for people */
};

struct stamps;

/* What is pointed to outlives it; eyes NULL: the machine's own, without a receiver. */
int stamps_new(struct stamps **out, const struct clock_conf *conf, struct spool *spool,
	const struct clock *clock, const struct stamps_eyes *eyes) MUST_USE;
/* One look and what it leads to. */
void stamps_step(struct stamps *stamps);
/* Steps once a second in a thread of its own: the spool's calls may wait for a slow card. */
int stamps_start(struct stamps *stamps) MUST_USE;
void stamps_stop(struct stamps *stamps);
void stamps_free(struct stamps *stamps);
/* Safe from any thread. */
void stamps_state(struct stamps *stamps, struct stamps_state *out);

/*
 * A person says what time it is now, give or take uncertainty_ms, and why; safe from any thread, durable on
 * return.  `words` get what came of it.  ERR_RANGE: it cannot be; other errors are the spool's.
 */
int stamps_enter(struct stamps *stamps, int64_t utc_ms, int64_t uncertainty_ms, const char *reason,
	struct text *words) MUST_USE;

#endif
