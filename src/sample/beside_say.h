/* beside_say.h - what two results of one water say of each other: how far apart they are, how much came back.  Pure. */
#ifndef SAMPLE_BESIDE_SAY_H
#define SAMPLE_BESIDE_SAY_H

#include "sample/beside.h"

/*
 * All are ours, as no source was read for them; beside each is what is common.  A kit in a van is not asked for more than
 * it can.
 */
#define BESIDE_APART_PERCENT 20.0 /* duplicates of water: 20 % */
#define BESIDE_APART_LOG     0.5  /* a bag's most probable number is good to about that */
#define BESIDE_RECOVERY_LOW  70.0 /* percent; spikes of metals: 70 to 130 % */
#define BESIDE_RECOVERY_HIGH 130.0
#define BESIDE_FAINT_BY      10.0 /* reviewers let 5 or 10 times the blank's value stand */

/* Of what is no amount, as pH: how far two may be apart, or one off, in its unit.  0: it is an amount. */
double beside_scale(const char *parameter);
/* Pure water has some, or air gives it: found in a blank it says nothing. */
bool beside_is_in_pure_water(const char *parameter);

/* Its own value fails, or may; a verdict that a replicate left when it was verified says nothing of the value. */
bool beside_is_bad(const struct result *result);

/* State and figure go to `to`, which says of what kind it is, and untold. */
void beside_say_replicate(const struct result *one, const struct result *other, struct beside *to);
/* `water` is NULL where none is known, as is `parent`. */
void beside_say_blank(const struct result *water, const struct result *blank, struct beside *to);
void beside_say_recovery(enum beside_kind kind, const struct result *qc,
	const struct result *parent, struct beside *to);

#endif
