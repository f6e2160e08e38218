/*
 * points.h - which point a result is of, and what is known of it, doubles included.  Pure.
 *
 * A point of the centre's list is the same for every van; another is its van's own; a sample at none is alone.  By the
 * centre's table of doubles (config/POINTS.md) several of these are one, known by the code that counts.
 */
#ifndef HEATMAP_POINTS_H
#define HEATMAP_POINTS_H

#include "rows.h"

struct policy;

/* Keeps of each point the newest line, and finds of each result `who` and `info`.  ERR_MEMORY. */
int points_settle(struct rows *rows) MUST_USE;

/*
 * What a point is and where: of one with doubles as its own record says, or, when the store has none, its double's; else as
 * this result was taken.
 */
const char *points_type(const struct result_row *row);
/* The public view may show it: the point is of a public source, and so was what this result says; and its parameter is one that
 * src/model knows, no text of a van's own. */
bool points_is_public(const struct result_row *row, const struct policy *policy);
double points_lat(const struct result_row *row);
double points_lon(const struct result_row *row);

#endif
