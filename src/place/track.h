/*
 * track.h - from what a receiver says to where the van is: what cannot be is refused, what is old is
 * forgotten, and a parked van gathers a better estimate.  Pure, no clock, no allocation.
 */
#ifndef PLACE_TRACK_H
#define PLACE_TRACK_H

#include "place/fix.h"

struct track_conf {
	double fastest_m_s;      /* no van is faster */
	int64_t stale_moving_ms; /* a fix of a moving van is good for so long */
	int64_t stale_parked_ms; /* and of a parked one */
};

/* Why a report is not taken as a position. */
enum fix_verdict {
	FIX_TAKEN,
	FIX_NONE,        /* the receiver has no fix, or says no position */
	FIX_RANGE,       /* no place on earth */
	FIX_PLACEHOLDER, /* 0/0, a pole, 180 or 360: what receivers say when they know nothing */
	FIX_JUMP,        /* faster than any van */
	FIX_STUCK /* the same again and again while its own clock stands, or while it says it moves */
};

/* A parked van's position: the mean of its fixes since it stands. */
struct track_parked {
	bool parked;
	int64_t since_ms; /* boot time */
	unsigned n;       /* fixes in the mean */
	double lat, lon;
	double spread_m; /* root mean square distance of the fixes from the mean */
	double error_m;  /* of the mean, honest: errors of satellite fixes are alike for minutes */
};

struct track {
	const struct track_conf *conf;
	bool has_last;
	struct fix last; /* the last one taken */
};

/* `conf` outlives it. */
void track_begin(struct track *track, const struct track_conf *conf);
/* Takes one report, in order of boot_ms. */
enum fix_verdict track_hear(struct track *track, const struct fix *fix);
/* The fix that holds at that moment; false: there is none, or it is stale. */
bool track_at(const struct track *track, int64_t boot_ms, struct fix *out);
bool track_moving(const struct track *track);
void track_parked(const struct track *track, struct track_parked *out);
/* What a verdict means, for people: "jumped further than a van can go".  Never NULL. */
const char *track_words(enum fix_verdict verdict);

#endif
