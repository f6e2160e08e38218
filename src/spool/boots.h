/*
 * boots.h - the boots before this one: what time each has, how long it was seen, and where one without a
 * time must lie.  A boot lasted at least until its last row, and lies wholly between its neighbours.
 */
#ifndef SPOOL_BOOTS_H
#define SPOOL_BOOTS_H

#include "spool/internal.h"

/* What boot time may gain or lose on UTC: crystals are within 50 ppm, a van's heat and cold double it. */
enum { BOOTS_DRIFT = 10000 }; /* one part in so many */

/* By how much at most since the offset was fixed; the first of a boot: since the boot began. */
static inline int64_t boots_drift_ms(const struct time_offset *time, int64_t boot_ms)
{
	int64_t from_ms = time->from_boot_ms == EPOCH_START ? 0 : time->from_boot_ms;

	return boot_ms > from_ms ? (boot_ms - from_ms) / BOOTS_DRIFT : 0;
}

struct boot_seen {
	char uuid[UUID];
	struct range rows[STREAM_COUNT]; /* its numbers; last below first: none */
	int64_t last_ms;                 /* boot time of its last row; 0: none can be read */
	struct time_offset time;         /* the last one fixed; source TIME_NONE: none */
	struct time_offset note;         /* its own unconfirmed clock; source TIME_NONE: none */
	bool placed;                     /* bounds_place() gave it `time` */
};

struct boots { /* rising; our own is not among them */
	struct boot_seen *at;
	size_t n;
};

/* From the last confirmed boot before the first without a time on (without one: from the first) to the
 * one before ours.  From any thread but the writer; boots_free() in every case. */
int boots_survey(struct spool *spool, struct boots *boots) MUST_USE;
void boots_free(struct boots *boots);

struct bounds {
	int64_t floor_ms; /* no boot began before */
	int64_t away_ms;  /* nor this much later than the latest that is known of it */
	int64_t wait_ms;  /* boot time after which a boot goes out that nothing later bounds */
	struct time_offset ours; /* TIME_NONE: our boot has no time */
	int64_t now_ms;          /* our boot time */
};

/*
 * Gives boots without a time one (TIME_RESTORED, from EPOCH_START on): their own clock's where the
 * neighbours allow it, else the middle of what they allow; the uncertainty reaches to both ends of it.
 * A boot that nothing later bounds gets the earliest there can be, once it has waited.  Pure.
 */
void bounds_place(struct boots *boots, const struct bounds *bounds);

#endif
