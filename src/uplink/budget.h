/*
 * budget.h - may raw readings go now, and how many?  Pure.
 *
 * What is left of the month's bytes is spread evenly over what is left of the month: each day gets its share of what
 * the days before left, and within the day it is there by and by.  So unused bytes carry over, the last day still has
 * some, and the newest readings of each hour have a chance.  What must go first (the ledger) is not asked about: it
 * goes, and what it takes is missing here.
 */
#ifndef UPLINK_BUDGET_H
#define UPLINK_BUDGET_H

#include <stdint.h>

/* What a batch costs, learnt from those that went. */
struct budget_cost {
	double line; /* bytes; 0: nothing learnt yet */
};
uint64_t budget_cost_of(const struct budget_cost *cost, unsigned lines);
void budget_learn(struct budget_cost *cost, unsigned lines, uint64_t bytes);

struct budget_now {
	uint64_t month;            /* bytes that the UTC month has */
	uint64_t used, used_today; /* of them; `used` has today's in it */
	uint64_t spoken_for;       /* by others who send raw readings */
	unsigned day, days;        /* today is that day of the month, from 1; how many it has */
	int64_t ms_of_day; /* -1: the time is not known, and all of it counts as this one day */
};

struct budget_answer {
	unsigned lines; /* that many may go; 0: none now */
	int64_t wait_ms; /* with 0: not before so long, if nothing else goes; -1: nor before the time is known */
};

/*
 * `want` lines, 1 or more.  Fewer are granted where `want` would take more than an hour's share, so that a small budget
 * is not saved up for days; but 16, or all, can always be had once there are bytes for them.
 */
struct budget_answer budget_weigh(
	const struct budget_now *now, const struct budget_cost *cost, unsigned want);

#endif
