/* heard.h - a list of the fixes that were handed over, and NMEA sentences made by hand. */
#ifndef UNIT_PLACE_HEARD_H
#define UNIT_PLACE_HEARD_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "place/fix.h"

/* cmocka compares floats only, which hold a position to a metre. */
#define assert_near(a, b, by) assert_true(fabs((a) - (b)) <= (by))

enum { MOST_HEARD = 4096 };

struct heard {
	size_t n;
	struct fix fixes[MOST_HEARD];
};

static inline void heard_take(void *ctx, const struct fix *fix)
{
	struct heard *heard = ctx;

	assert_true(heard->n < MOST_HEARD);
	heard->fixes[heard->n++] = *fix;
}

static inline bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* The moment it came is another matter. */
static inline bool same_fix(const struct fix *a, const struct fix *b)
{
	return a->mode == b->mode && same_number(a->lat, b->lat) && same_number(a->lon, b->lon) &&
	       same_number(a->eph_m, b->eph_m) && same_number(a->speed_m_s, b->speed_m_s) &&
	       a->has_time == b->has_time && (!a->has_time || a->utc_ms == b->utc_ms) &&
	       a->leap_known == b->leap_known;
}

/* "$body*hh\r\n" behind what is in `to` */
static inline void put_sentence(char *to, size_t cap, const char *body)
{
	size_t n = strlen(to);
	unsigned sum = 0;
	const char *at;

	for (at = body; *at; at++)
		sum ^= (unsigned char)*at;
	snprintf(to + n, cap - n, "$%s*%02X\r\n", body, sum);
}

/* A random seed, printed, or the one that the environment asks for. */
static inline uint64_t read_seed(void)
{
	const char *said = getenv("SEED");
	uint64_t seed = said ? strtoull(said, NULL, 0) : (uint64_t)(uintptr_t)&seed ^ 0x9E3779B9u;

	printf("SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

static inline uint64_t roll(uint64_t *dice, uint64_t sides)
{
	uint64_t z = *dice += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (z ^ (z >> 31)) % sides;
}

#endif
