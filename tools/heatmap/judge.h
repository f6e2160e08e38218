/*
 * judge.h - a result judged once more, by the centre's own limit sets.  Pure.
 *
 * What a van knew and did not send is not made up for: whether a value was to be believed is taken from the van's own
 * `reason` and `unsettled`.  Where that speaks of anything else, the value is not believed at all, a kit's neither: nothing
 * that travels tells a kit from an analyzer.  So a verdict here never says "meets" on less than the van had, and a failure of
 * which the van did not vouch for the value is a possible one.
 * Nor is a failure passed over that the van saw and the centre's sets cannot judge: it is a possible one.
 */
#ifndef HEATMAP_JUDGE_H
#define HEATMAP_JUDGE_H

#include "rows.h"

/* Fills own_verdict, own_reason, own_as_if, limit, set, and own_basis: the limit's, of none here the van's. */
void judge_row(struct result_row *row, const struct limit_book *book);

/* Of the point's own water, and a parameter: not a blank, spike or standard, not a visit without water.  An activity of a newer
 * program is taken for it. */
bool judge_is_water(const struct result_row *row);
/* Its verdict here is another than the van's. */
bool judge_differs(const struct result_row *row);
/* Its number may stand beside others: it was believed, whatever the limits say. */
bool judge_is_believed(const struct result_row *row);

#endif
