/*
 * health.h - when to ask a unit that does not answer.  Pure: the time goes in, a pause comes out.
 *
 *     unknown -> ok <-> doubtful -> aside (or wrong) -> ok
 *
 * A doubtful unit is still asked in its turn, without a retry.  After HEALTH_TURNS failed turns it is
 * left alone for a pause that doubles from 2 s to 60 s, minus up to a quarter by chance so that units
 * do not fall into step; and long enough that a mute unit costs its line no more than a twentieth.
 */
#ifndef BUS_HEALTH_H
#define BUS_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/line.h"

enum { HEALTH_TURNS = 3, HEALTH_FIRST_MS = 2000, HEALTH_LONGEST_MS = 60000, HEALTH_SHARE = 20 };

struct health {
	enum unit_health state;
	unsigned failures; /* turns in a row */
	int64_t pause_ms;  /* the last one, before chance; 0: none yet */
	uint64_t chance;
};

struct health health_new(uint64_t seed);

/* It answered, be it with an exception.  True when it was unknown, aside or wrong before. */
bool health_answered(struct health *health);

/*
 * A turn failed and took `cost_ms` of the line.  Returns how long to leave it alone; 0: until its next
 * turn.
 */
int64_t health_failed(struct health *health, int64_t cost_ms);

/* Another device answers at its address.  Returns how long to leave it alone. */
int64_t health_is_wrong(struct health *health, int64_t cost_ms);

/* Its line is new: nothing is known any more. */
void health_forget(struct health *health);

#endif
