/*
 * beside.h - what was taken beside a sample, after all are judged: a replicate that fails, a blank that has it, a spike or a
 * reference that does not show that what is there is found.  Pure.
 *
 * As src/sample/BESIDE.md has it for *meets* and *cannot judge*, and on less: a spike or reference of which nothing follows
 * leaves no *meets* either.  What fails stays as it is.  The van shows the same, but sends it on verifying alone.
 */
#ifndef HEATMAP_BESIDE_H
#define HEATMAP_BESIDE_H

#include "rows.h"

/* Of settled and judged rows.  ERR_MEMORY. */
int beside_weigh(struct rows *rows) MUST_USE;

#endif
