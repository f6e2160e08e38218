/*
 * border.h - metres to the nearest border: own arithmetic over runs of edges, packed into a tree of
 * boxes. Nothing is allocated when a distance is asked for.
 */
#ifndef DISTRICT_BORDER_H
#define DISTRICT_BORDER_H

#include "district/layer.h"
#include "district/plane.h"

struct border_tree;

/* `layer`, with its inner edges known, outlives it.  ERR_MEMORY. */
int border_tree_new(struct border_tree **out, const struct layer *layer) MUST_USE;
void border_tree_free(struct border_tree *tree);

enum { NO_DISTRICT = -1 };

struct nearest {
	double own_m;   /* to the border of the district asked for; INFINITY: beyond the reach */
	double other_m; /* to the nearest other district; INFINITY: beyond the reach */
	int64_t other;  /* the nearest area of it, NO_DISTRICT: none in reach */
};

/*
 * Around the plane's point, not further than reach_m (INFINITY: however far).  `district`: the
 * index of the first area of the one the point lies in, or NO_DISTRICT.  Of two equally near the
 * lower area is taken.
 */
void border_nearest(const struct border_tree *tree, const struct plane *plane, int64_t district,
	double reach_m, struct nearest *out);

/*
 * To the nearest outline of that district, however far, by the index of its first area: all of its edges are
 * looked at.  INFINITY: it has none.
 */
double border_metres_to(
	const struct border_tree *tree, const struct plane *plane, int64_t district);

/* Whether any outline, of an area of any kind, comes into that box.  May say so of one that passes
 * within a billionth of a degree; never misses one. */
bool border_comes_into(const struct border_tree *tree, const struct box *box);

#endif
