/* beside_say.h - what two results of one water say of each other: how far apart they are, how much came back.  Pure. */
#ifndef SAMPLE_BESIDE_SAY_H
#define SAMPLE_BESIDE_SAY_H

#include "sample/beside.h"

/* Its own value fails, or may; a verdict that a replicate left when it was verified says nothing of the value. */
bool beside_is_bad(const struct result *result);

/* State and figure go to `to`, which says of what kind it is, and untold. */
void beside_say_replicate(const struct result *one, const struct result *other, struct beside *to);
/* `water` is NULL where none is known, as is `parent`. */
void beside_say_blank(const struct result *water, const struct result *blank, struct beside *to);
void beside_say_recovery(enum beside_kind kind, const struct result *qc,
	const struct result *parent, struct beside *to);

#endif
