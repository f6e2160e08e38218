/*
 * steady.h - has an analyzer's value settled?  Pure, O(1) a reading, fixed room.
 *
 * Settled: over the last `window_s` all good readings lie within the parameter's band, there is one at least in each
 * third of that time, and none was bad.  The bands are the stabilisation criteria of USGS's National Field Manual,
 * chapter A6, table 6.0-1 (from memory, not read here): the numbers in steady.c.
 */
#ifndef SAMPLE_STEADY_H
#define SAMPLE_STEADY_H

#include <stdbool.h>
#include <stdint.h>

enum { STEADY_SLOTS = 32 };

struct steady_rule {
	double band;          /* highest less lowest, in the parameter's unit */
	double band_relative; /* of the highest: the greater of the two counts */
	unsigned window_s;
};

/* The rule for a parameter; one holds for those without their own. */
const struct steady_rule *steady_rule(const char *parameter);

struct steady {
	struct {
		int64_t begin_ms;
		double low, high;
	} slots[STEADY_SLOTS]; /* a ring, each of a part of the window */
	unsigned n, newest;
	int64_t since_ms; /* of the first good one since the last bad one */
	int64_t last_ms;
	double last;
};

/* A reading at a boot time; good: with a value, and nothing against it.  Times rise. */
void steady_add(struct steady *steady, const struct steady_rule *rule, int64_t boot_ms,
	double value, bool good);

struct steady_state {
	bool settled;
	double low, high; /* over the window, or what there is of it; NAN: nothing good */
	int64_t seen_s;   /* good readings without a break for so long */
};
struct steady_state steady_state(
	const struct steady *steady, const struct steady_rule *rule, int64_t now_ms);

#endif
