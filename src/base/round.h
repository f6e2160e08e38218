/*
 * round.h - a thread that does the same again and again: a step, a pause, the next step, until it is stopped.
 */
#ifndef BASE_ROUND_H
#define BASE_ROUND_H

#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"

struct round;

/* Starts it with a stack of so many bytes.  step() says how many ms the pause behind it is. */
int round_start(struct round **out, unsigned (*step)(void *ctx), void *ctx, size_t stack,
	const struct clock *clock) MUST_USE;
/* Ends a pause at once, and waits for a step under way; frees it.  NULL: nothing. */
void round_stop(struct round *round);
/* Boot time in ms when its last step began, for the watchdog; safe from any thread. */
int64_t round_heartbeat_ms(struct round *round);

#endif
