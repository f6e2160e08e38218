/*
 * beside.h - what a replicate, a blank, a spike and a reference say of the sample beside which they were taken, and of
 * themselves.  Pure.
 *
 * A sample and all that name it as their parent are of one water.  What they say of each other follows anew whenever it is
 * looked at: a bag of a blank is read a day later, a value corrected after a week.  It moves a verdict in the careful
 * direction only, never to "meets" (README.md).
 */
#ifndef SAMPLE_BESIDE_H
#define SAMPLE_BESIDE_H

#include "sample/samples.h"

enum beside_kind { BESIDE_REPLICATE = 0, BESIDE_BLANK = 1, BESIDE_SPIKE = 2, BESIDE_REFERENCE = 3 };

enum beside_state {
	BESIDE_UNTOLD = 0, /* nothing follows from it */
	/* a replicate */
	BESIDE_NEAR,
	BESIDE_FAR,
	BESIDE_DISAGREES, /* the one fails, or may, and the other does not */
	/* a blank */
	BESIDE_CLEAN,
	BESIDE_FAINT, /* it was found there, but less than a tenth of what the water showed */
	BESIDE_FOUND,
	/* a spike, a reference */
	BESIDE_GOOD,
	BESIDE_LOW, /* less was found than was there */
	BESIDE_HIGH
};

enum beside_figure {
	FIGURE_NONE = 0,
	FIGURE_APART_PERCENT, /* the relative percent difference */
	FIGURE_APART_LOG,     /* of counts: how far their decimal logarithms lie apart */
	FIGURE_APART,         /* of pH and its like, in the parameter's unit */
	FIGURE_RECOVERY,      /* percent */
	FIGURE_OFF_LOG,       /* of counts: found, less what there was, in decimal logarithms */
	FIGURE_OFF            /* of pH and its like */
};

/* Of one result: what one other says of it; of a blank's, spike's or reference's own: what it says itself. */
struct beside {
	enum beside_kind kind;
	enum beside_state state;
	enum beside_figure figure;
	double number;
	/* The other; of a blank's, spike's or reference's own the one beside which it was taken.  Numbers 0: none is known. */
	uint64_t sample;
	struct result result;
};

/*
 * Of one of the sample's results: `shown` is it with the verdict that those beside it leave, and at most `most` of what they
 * say go to `to`; returns how many.
 */
size_t beside_look(const struct samples *samples, const struct sample *sample, unsigned entry,
	struct result *shown, struct beside *to, size_t most);

/*
 * The newest result of the sample and of those beside it: whoever has not seen that one has not seen what its verdicts follow from.
 * *owes: one of them that has a value without its result; 0: none.
 */
uint64_t beside_newest(const struct samples *samples, const struct sample *sample, uint64_t *owes);

const char *beside_kind_word(enum beside_kind kind);
const char *beside_state_word(enum beside_state state);
const char *beside_figure_word(enum beside_figure figure); /* "" for none */

#endif
