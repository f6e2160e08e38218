/*
 * intervals.h - a set of numbers kept as sorted intervals that never touch.  Pure.
 *
 * What was sent is nearly everything in a few runs, so a set of ten million numbers is a few bytes.
 */
#ifndef SPOOL_INTERVALS_H
#define SPOOL_INTERVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/spool.h"

struct intervals { /* zero-initialise */
	struct range *at;
	size_t n, cap;
	uint64_t count; /* numbers in the set */
};

/* Adds first..last (1 <= first <= last < UINT64_MAX).  False, with the set as it was: no memory. */
bool intervals_add(struct intervals *set, uint64_t first, uint64_t last) MUST_USE;
/* Takes first..last out of it.  False, with the set as it was: no memory. */
bool intervals_remove(struct intervals *set, uint64_t first, uint64_t last) MUST_USE;
/* The interval that holds the number, or NULL. */
const struct range *intervals_find(const struct intervals *set, uint64_t number);
/* The highest run of numbers outside the set that ends at or below `top`; false when 1..top is full. */
bool intervals_free_below(const struct intervals *set, uint64_t top, struct range *run);
/* The lowest interval that reaches `from` or beyond, or NULL. */
const struct range *intervals_from(const struct intervals *set, uint64_t from);
/* Shortens `run` to begin at its first number outside the set and to end where the set begins again.  False, with
 * `run` as it was: all of it is inside. */
bool intervals_trim(const struct intervals *set, struct range *run) MUST_USE;
/* Every number of the range is in `a` or in `b`. */
bool intervals_cover(const struct intervals *a, const struct intervals *b, struct range range);
void intervals_clear(struct intervals *set); /* keeps the memory */
void intervals_free(struct intervals *set);

#endif
