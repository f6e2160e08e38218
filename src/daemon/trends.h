/*
 * trends.h - what each analyzer said in the last ten minutes, for a picture beside its value.  Fixed room; safe from any thread.
 *
 * One value for each TREND_STEP_MS: the last in it that quality control did not fail.  What failed, and what did not come, is a
 * gap: it would set the picture's scale.  Gone with the daemon: the readings themselves are in the spool.
 */
#ifndef DAEMON_TRENDS_H
#define DAEMON_TRENDS_H

#include <stdbool.h>

#include "bus/line.h"

enum { TREND_STEP_MS = 10 * 1000, TREND_STEPS = 60, MOST_TRENDS = 256 };

struct trend {
	char unit[UNIT_NAME], parameter[PARAMETER_CODE];
	double values[TREND_STEPS]; /* oldest first, the last is of the step that runs; NAN: none */
};

struct trends;

struct trends *trends_new(void); /* NULL: no memory */
void trends_free(struct trends *trends);
/* A series of readings has this number from now on.  What finds no room has no picture. */
void trends_learn(struct trends *trends, const struct series *series, uint32_t number);
void trends_take(struct trends *trends, const struct exchange *exchange);
/* The i-th as it is at now_ms, boot time; false behind the last. */
bool trends_at(struct trends *trends, size_t i, int64_t now_ms, struct trend *to);

#endif
