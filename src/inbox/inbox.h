/*
 * inbox.h - the folder where people put files that meters wrote.
 *
 * A file that has not changed for INBOX_QUIET_MS is read by the driver of the first meter whose pattern its name
 * fits.  All that can be taken goes into the ledger in one transaction, each record once for ever; then the file
 * moves to taken/, or, when part of it could not be taken, to refused/ with FILE.why beside it.  A file that is
 * there is either not done, or was recorded and not moved yet: reading it again adds nothing.  One that grows within
 * INBOX_GROWS_MS after it was moved was not whole yet: it comes back and is read again, unless FOLDER_MOVED others were
 * moved since, or the daemon was started anew.
 */
#ifndef INBOX_INBOX_H
#define INBOX_INBOX_H

#include "base/clock.h"
#include "base/err.h"
#include "bus/profile.h"
#include "inbox/when.h"
#include "model/reading.h"
#include "spool/spool.h"

enum {
	INBOX_PATH = 200,
	INBOX_PATTERN = 64,
	MOST_METERS = 8,
	INBOX_QUIET_MS = 5000,
	INBOX_GROWS_MS = 600000
};

/* How far ahead of ours a meter's clock may be: a person set it, perhaps in another zone. */
enum { INBOX_AHEAD_MS = 24 * 60 * 60 * 1000 };

struct meter_conf {
	char name[UNIT_NAME];
	const struct profile *profile; /* its driver reads files */
	char files[INBOX_PATTERN];     /* shell pattern of their names; case does not count */
	enum date_order dates;
	int utc_offset_min;
};

struct inbox_conf {
	char dir[INBOX_PATH];
	int64_t earliest_ms; /* UTC; a meter that says less has a clock that nobody set */
	unsigned n_meters;   /* 0: there is no inbox */
	struct meter_conf meters[MOST_METERS];
};

struct inbox_state {
	uint64_t taken, refused; /* files, since the start */
	uint64_t values;         /* recorded since the start */
	unsigned
		strangers; /* what lies there and is not taken: no meter's pattern fits, or no plain file */
	unsigned odd;      /* of them: a pattern fits, but it is a link, a folder or a pipe */
	int64_t last_ms;   /* boot time of the last file; 0: none */
	char last[400];    /* what came of it, for people */
	char trouble[300]; /* why nothing can be taken; "": all is well */
};

/* The meter whose pattern a name fits first; NULL: none. */
const struct meter_conf *inbox_meter(const struct inbox_conf *conf, const char *name);

struct inbox;

/*
 * latest_ms: the latest UTC that can be, for while the van does not know the time.  When it does (spool_utc()), that is
 * INBOX_AHEAD_MS after it, and its uncertainty.  What is pointed to outlives it.
 */
int inbox_new(struct inbox **out, const struct inbox_conf *conf, int64_t latest_ms,
	struct spool *spool, const struct clock *clock) MUST_USE;
/* Looks once, and takes what is ready. */
void inbox_step(struct inbox *inbox);
/* Steps every INBOX_QUIET_MS in a thread of its own. */
int inbox_start(struct inbox *inbox) MUST_USE;
void inbox_stop(struct inbox *inbox);
void inbox_free(struct inbox *inbox);

/* Safe from any thread. */
void inbox_state(struct inbox *inbox, struct inbox_state *out);
int64_t inbox_heartbeat_ms(struct inbox *inbox);

#endif
