/*
 * clock.h - the time, injectable.
 *
 * `boot` counts from the machine's start and includes sleep (CLOCK_BOOTTIME): it never steps, and it
 * orders and schedules everything.  `wall` is what the machine believes the UTC is (CLOCK_REALTIME):
 * it may be wrong or step at any moment, so nothing but the time anchors reads it.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*boot_ns)(void *ctx); /* ns since boot, never falls */
	int64_t (*wall_ns)(void *ctx); /* ns since 1970-01-01 UTC, if one may believe it */
	void *ctx;
};

/* The machine's own clocks. */
extern const struct clock clock_system;

int64_t clock_boot_ns(const struct clock *clock);
int64_t clock_boot_ms(const struct clock *clock);
int64_t clock_wall_ms(const struct clock *clock);

#endif
