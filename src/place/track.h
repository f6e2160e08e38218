/*
 * track.h - from what a receiver says to where the van is: what cannot be is refused, what is old is
 * forgotten, and a parked van gathers a better estimate.  Pure, no clock, no allocation; a fix costs the
 * same whatever came before it.
 *
 * How it judges, and why so:
 * - A fix further from the last one than the van can have gone since, with a second to spare and the
 *   errors that both fixes claim (100 m where they claim none), is a jump and is not taken.  When
 *   TRACK_RIVAL_FIXES in a row, over TRACK_RIVAL_MS, agree among themselves, the last one was the wrong
 *   one, and they win: a reflection off a valley's wall lasts seconds, a wrong first fix would stay for
 *   ever.  From the third of them on neither place is believed, and there is no position.
 * - The receiver's own clock that stands for TRACK_STUCK_MS while reports come: it repeats itself.  gpsd
 *   tells each moment several times over, within the second.
 * - A place that does not change while the fixes say 3 m/s and more, for three of them and for 30 m that the
 *   van should have gone (coarse receivers round to 18 m): stuck.  A parked receiver that holds its place to
 *   the last digit for hours is well.
 * - Parked: slower than 1.5 m/s and within 25 m for 30 s.  Moving again: three fixes at 3 m/s, six at
 *   1.5 m/s, three more than 100 m away, or one at 500 m.  Fixes of a van that stands under mountains
 *   wander by 10 to 30 m, at the pace of minutes: that is not moving.  Until it has stood it moves.
 */
#ifndef PLACE_TRACK_H
#define PLACE_TRACK_H

#include "place/fix.h"

enum {
	TRACK_FASTEST_M_S = 60, /* 216 km/h */
	TRACK_STALE_MOVING_MS = 30 * 1000,
	TRACK_STALE_PARKED_MS = 10 * 60 * 1000,
	TRACK_RIVAL_FIXES = 5,
	TRACK_RIVAL_MS = 15 * 1000,
	TRACK_STUCK_MS = 5000
};

/* The first three of the list above are what is usual. */
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
	/*
	 * Of the mean.  Errors of satellite fixes are alike for minutes: five minutes of them count as one,
	 * however many there are.  What one is worth is the mean of the errors that the fixes claim, or
	 * their spread if that is greater, 20 m at least when they claim none.  Never better than a third
	 * of that, nor than 3 m.
	 */
	double error_m;
};

/* Where the van stands, or may be about to: mean and spread so far, in metres from the first fix. */
struct track_stop {
	unsigned n; /* 0: it does not */
	int64_t since_ms, last_ms;
	int64_t told_ms; /* of that time, what fixes told of */
	double lat, lon; /* of the first fix */
	double east_m, north_m, squares_m2;
	unsigned n_errors; /* fixes that claimed an error */
	double errors_m;   /* their sum */
};

/* A place that the van cannot have got to, and that fixes insist on. */
struct track_rival {
	unsigned n;
	int64_t since_ms;
	struct fix last;
};

struct track {
	const struct track_conf *conf;
	bool has_last;
	struct fix last; /* the last one taken */
	bool parked;
	unsigned leaving; /* how much speaks for it that a parked van moves off */
	struct track_stop stop;
	struct track_rival rival;
	bool has_clock; /* the receiver has told a time */
	int64_t clock_utc_ms, clock_since_ms;
	unsigned same; /* fixes in a row at the very place of the last one that say they move */
	double same_m; /* how far they should have gone */
	int64_t heard_ms;
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
