/* entry.h - where a person says the van is: whether that can be, and for how long it holds. */
#ifndef PLACE_ENTRY_H
#define PLACE_ENTRY_H

#include "district/boundaries.h"
#include "district/gazetteer.h"
#include "place/whereabouts.h"

enum {
	ENTRY_ERROR_M = 50000, /* a point less sure than this is none; name the district instead */
	ENTRY_LEFT_M = 50,     /* beyond all errors: the van is not there (any more) */
	ENTRY_FAR_M = 50000    /* so far outside all districts nobody works: a slip of the pen */
};

/*
 * As whereabouts_check(): codes for names, the district of a point, and what contradicts.  Boundaries and
 * gazetteer may be NULL.
 */
int entry_check(struct place_entry *entry, struct boundaries *boundaries,
	const struct gazetteer *gazetteer, double margin_m, struct text *why) MUST_USE;
/* The place of readings made there. */
struct place entry_place(
	const struct place_entry *entry, struct boundaries *boundaries, double margin_m);
/*
 * True when a fix, whose error it is and whose place, says that the van is not there (any more).  `reach_m`:
 * how far the van may have gone since the fix.
 */
bool entry_is_left(const struct place_entry *entry, const struct fix *fix, double error_m,
	const struct place *place, double reach_m);
/*
 * The words for it, when somebody enters what a fix of that age contradicts: how far its district is from the
 * fix (NAN: nobody knows), and how far the van may have gone since.
 */
void entry_put_contradiction(const struct place_entry *entry, const struct fix *fix,
	const struct place *place, int64_t age_ms, double away_m, double reach_m, struct text *why);

#endif
