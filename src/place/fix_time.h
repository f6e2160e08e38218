/*
 * fix_time.h - the time that satellites tell, once it can be believed.
 *
 * Believed is what three fixes in a row say, each in three dimensions, each a later second, all agreeing
 * on the difference UTC - boot time within FIX_TIME_AGREE_MS.  The difference used is the one of the fix
 * that came with the least delay.  One fix that disagrees is passed over, since it may only have come late;
 * when the next agrees with it, the receiver's time has stepped, and all begins anew with these two.  Whether
 * leap seconds are known is a matter of its own: a receiver that
 * has just been switched on may be whole seconds off until the satellites have told it, which takes them up
 * to 12.5 minutes (IS-GPS-200, subframe 4, page 18).  Whether the date can be is for those who know more.
 */
#ifndef PLACE_FIX_TIME_H
#define PLACE_FIX_TIME_H

#include "place/fix.h"

enum {
	FIX_TIME_AGREE_MS = 500, /* how far three fixes may differ and still agree */
	FIX_TIME_FIXES = 3,
	FIX_TIME_GAP_MS = 10 * 1000, /* without such a fix for so long it begins anew */
	FIX_TIME_ERROR_MS = 1000,    /* serial line, computing, our own waking up */
	FIX_TIME_LEAP_MS =
		13 * 60 * 1000, /* unbroken fixes after which leap seconds must be known */
	FIX_TIME_LEAP_ERROR_MS = 20 * 1000 /* how far off a receiver is that does not know them */
};

struct gps_time {
	bool known;
	bool leap_known;   /* without it uncertainty_ms is FIX_TIME_LEAP_ERROR_MS */
	int64_t offset_ms; /* UTC - boot time */
	int64_t uncertainty_ms;
	int64_t boot_ms; /* of the last fix that agreed */
};

enum { FIX_TIME_WINDOW = 16 };

/* What is remembered from fix to fix.  Zero-initialise. */
struct fix_time {
	unsigned n; /* agreeing fixes in the ring, newest last */
	int64_t boot_ms[FIX_TIME_WINDOW], utc_ms[FIX_TIME_WINDOW];
	int64_t since_ms; /* boot time of the first fix of the unbroken run; meaningful while n */
	bool leap_said;   /* by the receiver, in this run */
	bool odd;         /* the last one disagreed with the run */
	int64_t odd_boot_ms, odd_utc_ms;
};

/* Takes one fix, of whatever quality.  Fixes come in order of boot_ms. */
void fix_time_hear(struct fix_time *time, const struct fix *fix);
/* What is known at that moment of boot time. */
struct gps_time fix_time_at(const struct fix_time *time, int64_t boot_ms);

#endif
