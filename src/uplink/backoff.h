/* backoff.h - how long to wait before the next try: full jitter, doubling between two bounds. */
#ifndef UPLINK_BACKOFF_H
#define UPLINK_BACKOFF_H

#include <stdint.h>

struct backoff {
	unsigned first_ms, most_ms;
	unsigned tries; /* failures in a row */
	uint64_t seed;  /* the same seed gives the same waits */
};

struct backoff backoff_make(unsigned first_ms, unsigned most_ms, uint64_t seed);
/*
 * The wait after one more failure: evenly drawn from 1 to min(first * 2^failures, most, ceiling_ms) ms.
 * ceiling_ms bounds this one wait; 0: none.
 */
unsigned backoff_next_ms(struct backoff *backoff, unsigned ceiling_ms);
void backoff_reset(struct backoff *backoff);

#endif
