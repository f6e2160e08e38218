/*
 * history.h - what was found at each point before: of each parameter the last few results.  Pure; grows with the points and
 * their parameters, not with the years.
 *
 * Results of one sample, parameter and method are one: the last taken counts.
 */
#ifndef SAMPLE_HISTORY_H
#define SAMPLE_HISTORY_H

#include "sample/result.h"

enum { HISTORY_KEPT = 6 }; /* of a point and parameter: those before the newest, and it */

struct history;

struct history *history_new(void); /* NULL: no memory */
void history_free(struct history *history);

int history_take(struct history *history, uint64_t point, const struct result *result) MUST_USE;
/*
 * Of samples before that one: puts at most `most` results to those `n` that are there already, of another point that is the same
 * water, the newest sample's first; returns how many there are then.
 */
size_t history_before(const struct history *history, uint64_t point, uint64_t sample,
	struct result *to, size_t n, size_t most);

#endif
