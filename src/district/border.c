#include "district/border.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	RUN_EDGES = 8, /* edges in a run: as long as their box is tight */
	NODE = 8,      /* children of a box */
	LEVELS = 12    /* NODE^LEVELS exceeds any layer */
};

/* Consecutive edges of one ring, all borders or all inner ones. */
struct run {
	uint32_t point, edges; /* where it begins */
	uint32_t area;
	bool inner;
};

struct border_tree {
	const struct layer *layer;
	struct run *runs;
	/* Of the runs, then of NODE runs each, then of NODE of those, up to one. */
	struct box *boxes;
	size_t n_runs;
	size_t first[LEVELS + 1]; /* where in boxes each level begins */
	unsigned levels;
	bool lone; /* there is one district only */
};

/* --- building -------------------------------------------------------------------------------------- */

/* How many edges from that one on make a run. */
static uint32_t run_from(
	const struct layer *layer, const struct ring *ring, uint32_t edge, bool inner)
{
	uint32_t n = 1;

	while (n < RUN_EDGES && edge + n + 1 < ring->points &&
		layer_edge_is_inner(layer, ring->point + edge + n) == inner)
		n++;
	return n;
}

static void cut_ring(struct border_tree *tree, const struct ring *ring, uint32_t area)
{
	uint32_t i, edges;

	for (i = 0; i + 1 < ring->points; i += edges) {
		bool inner = layer_edge_is_inner(tree->layer, ring->point + i);

		edges = run_from(tree->layer, ring, i, inner);
		if (tree->runs)
			tree->runs[tree->n_runs] =
				(struct run){ring->point + i, edges, area, inner};
		tree->n_runs++;
	}
}

/* The runs of all rings; only counted when tree->runs is NULL. */
static void cut_runs(struct border_tree *tree)
{
	const struct layer *layer = tree->layer;
	size_t p;
	uint32_t r;

	tree->n_runs = 0;
	for (p = 0; p < layer->n_polygons; p++) {
		const struct polygon *polygon = &layer->polygons[p];

		for (r = polygon->ring; r < polygon->ring + polygon->rings; r++)
			cut_ring(tree, &layer->rings[r], polygon->area);
	}
}

static struct box box_of_run(const struct layer *layer, const struct run *run)
{
	const struct ring edges = {run->point, run->edges + 1};

	return layer_ring_box(layer, &edges);
}

/* A run with the middle of its box, while they are put in order. */
struct placed {
	struct run run;
	double lon, lat;
};

static int by_lon(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->lon > y->lon) - (x->lon < y->lon);
}

static int by_lat(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->lat > y->lat) - (x->lat < y->lat);
}

/* Neighbours on the ground become neighbours in memory: slices by longitude, each by latitude (as
 * in the STR tree of Leutenegger et al., 1997). */
static int order_runs(struct border_tree *tree)
{
	size_t n = tree->n_runs, nodes = (n + NODE - 1) / NODE, slice, i;
	struct placed *placed = malloc((n ? n : 1) * sizeof(*placed));

	if (!placed)
		return ERR_MEMORY;
	for (i = 0; i < n; i++) {
		struct box box = box_of_run(tree->layer, &tree->runs[i]);

		placed[i] = (struct placed){
			tree->runs[i], (box.west + box.east) / 2, (box.south + box.north) / 2};
	}
	qsort(placed, n, sizeof(*placed), by_lon);
	slice = NODE * (size_t)ceil(sqrt((double)nodes));
	for (i = 0; i < n; i += slice)
		qsort(placed + i, i + slice < n ? slice : n - i, sizeof(*placed), by_lat);
	for (i = 0; i < n; i++)
		tree->runs[i] = placed[i].run;
	free(placed);
	return 0;
}

static struct box box_around(const struct box *boxes, size_t n)
{
	struct box around = boxes[0];
	size_t i;

	for (i = 1; i < n; i++) {
		box_take_in(&around, (struct point){boxes[i].west, boxes[i].south});
		box_take_in(&around, (struct point){boxes[i].east, boxes[i].north});
	}
	return around;
}

static int stack_boxes(struct border_tree *tree)
{
	size_t n = tree->n_runs, total = n, i;

	for (tree->levels = 1; n > 1; tree->levels++) {
		tree->first[tree->levels] = total;
		n = (n + NODE - 1) / NODE;
		total += n;
	}
	tree->first[tree->levels] = total;
	tree->boxes = malloc((total ? total : 1) * sizeof(*tree->boxes));
	if (!tree->boxes)
		return ERR_MEMORY;
	for (i = 0; i < tree->n_runs; i++)
		tree->boxes[i] = box_of_run(tree->layer, &tree->runs[i]);
	for (unsigned level = 1; level < tree->levels; level++) {
		const struct box *below = tree->boxes + tree->first[level - 1];
		size_t n_below = tree->first[level] - tree->first[level - 1];

		for (i = 0; i * NODE < n_below; i++)
			tree->boxes[tree->first[level] + i] = box_around(below + i * NODE,
				n_below - i * NODE < NODE ? n_below - i * NODE : NODE);
	}
	return 0;
}

int border_tree_new(struct border_tree **out, const struct layer *layer)
{
	struct border_tree *tree = calloc(1, sizeof(*tree));
	int err = ERR_MEMORY;

	if (!tree)
		goto out;
	tree->layer = layer;
	tree->lone = layer->n_areas && layer->district[layer->n_areas - 1] == 0;
	cut_runs(tree);
	tree->runs = malloc((tree->n_runs ? tree->n_runs : 1) * sizeof(*tree->runs));
	if (!tree->runs)
		goto out;
	cut_runs(tree);
	err = order_runs(tree);
	if (!err)
		err = stack_boxes(tree);
out:
	if (err) {
		border_tree_free(tree);
		tree = NULL;
	}
	*out = tree;
	return err;
}

void border_tree_free(struct border_tree *tree)
{
	if (!tree)
		return;
	free(tree->runs);
	free(tree->boxes);
	free(tree);
}

/* --- the nearest ----------------------------------------------------------------------------------- */

struct search {
	const struct border_tree *tree;
	const struct plane *plane;
	double east; /* metres in a degree of longitude, at the point */
	int64_t district;
	/* Squares of metres, and where the nearest point was, in degrees from ours. */
	double own, other;
	double own_dlon, own_dlat, other_dlon, other_dlat;
	int64_t other_area;
	double limit; /* what is further does not matter */
	double share; /* see box_square() */
};

static double outside_of(double from, double to)
{
	return from > 0 ? from : to < 0 ? -to : 0;
}

/*
 * The square of the way to a box if degrees of longitude were as long everywhere as at our
 * point.  No point of it that can still matter is nearer than `share` of that: one further north or
 * south than the limit does not matter, and up to there a degree is shortest at one of the ends,
 * since its length is a concave function of the latitude.
 */
static double box_square(const struct search *s, const struct box *box)
{
	const struct plane *plane = s->plane;
	double x = s->east * outside_of(box->west - plane->lon, box->east - plane->lon);
	double y = plane->north * outside_of(box->south - plane->lat, box->north - plane->lat);

	return x * x + y * y;
}

static void set_limit(struct search *s, double square)
{
	double far = sqrt(square) / s->plane->north, north, south, least;

	s->limit = square;
	s->share = 0;
	if (!(far < 180) || !(s->east > 0))
		return;
	north = plane_east(s->plane, far);
	south = plane_east(s->plane, -far);
	least = (north < south ? north : south) / s->east;
	s->share = least * least * (1 - 1e-9); /* a billionth for rounding */
}

/* Beyond the nearest other district nothing matters; where there is none, beyond the own border. */
static void take_nearest(struct search *s, uint32_t area, double dlon, double dlat, double square)
{
	bool own = s->tree->layer->district[area] == s->district;

	if (own && square < s->own) {
		s->own = square;
		s->own_dlon = dlon;
		s->own_dlat = dlat;
		if (s->tree->lone)
			set_limit(s, square);
	} else if (!own && (square < s->other || (square == s->other && area < s->other_area))) {
		s->other = square;
		s->other_dlon = dlon;
		s->other_dlat = dlat;
		s->other_area = area;
		set_limit(s, square);
	}
}

/* The point of an edge that is nearest on the plane, and its distance. */
static void try_edge(struct search *s, uint32_t area, struct point a, struct point b)
{
	const struct plane *plane = s->plane;
	double k = s->east, m = plane->north, ax, ay, dx, dy, length, t;

	a.lon -= plane->lon;
	a.lat -= plane->lat;
	b.lon -= plane->lon;
	b.lat -= plane->lat;
	ax = a.lon * k;
	ay = a.lat * m;
	dx = b.lon * k - ax;
	dy = b.lat * m - ay;
	length = dx * dx + dy * dy;
	t = length > 0 ? -(ax * dx + ay * dy) / length : 0;
	if (t >= 1) {
		a = b;
	} else if (t > 0) {
		a.lon += t * (b.lon - a.lon);
		a.lat += t * (b.lat - a.lat);
	}
	take_nearest(s, area, a.lon, a.lat, plane_square(plane, a.lon, a.lat));
}

static void try_run(struct search *s, const struct run *run)
{
	const struct point *points = &s->tree->layer->points[run->point];
	uint32_t i;

	for (i = 0; i < run->edges; i++)
		try_edge(s, run->area, points[i], points[i + 1]);
}

/* The children of box i of a level, nearest first, as far as they can matter. */
static void search_under(struct search *s, unsigned level, size_t i)
{
	const struct border_tree *tree = s->tree;
	const struct box *boxes = tree->boxes + tree->first[level - 1];
	size_t child, end = tree->first[level] - tree->first[level - 1], order[NODE];
	double square[NODE];
	unsigned n = 0, k;

	for (child = i * NODE; child < end && child < (i + 1) * NODE; child++) {
		double far = box_square(s, &boxes[child]);

		if (far * s->share > s->limit)
			continue;
		for (k = n++; k && square[k - 1] > far; k--) {
			square[k] = square[k - 1];
			order[k] = order[k - 1];
		}
		square[k] = far;
		order[k] = child;
	}
	for (k = 0; k < n && square[k] * s->share <= s->limit; k++) {
		if (level > 1)
			search_under(s, level - 1, order[k]);
		else if (!tree->runs[order[k]].inner)
			try_run(s, &tree->runs[order[k]]);
	}
}

static double metres_of(const struct plane *plane, double square, double dlon, double dlat)
{
	/* The square is right up to where the great circle takes over. */
	return square > PLANE_FAR_M * PLANE_FAR_M ? plane_metres(plane, dlon, dlat) : sqrt(square);
}

void border_nearest(const struct border_tree *tree, const struct plane *plane, int64_t district,
	double reach_m, struct nearest *out)
{
	double reach = reach_m * reach_m;
	struct search s = {.tree = tree,
		.plane = plane,
		.east = plane_east(plane, 0),
		.district = district,
		.own = reach,
		.other = reach,
		.other_area = NO_DISTRICT};
	bool own, other;

	set_limit(&s, reach);
	if (tree->levels > 1)
		search_under(&s, tree->levels - 1, 0);
	else if (tree->n_runs && !tree->runs[0].inner)
		try_run(&s, &tree->runs[0]);
	own = s.own < reach;
	other = s.other_area != NO_DISTRICT;
	*out = (struct nearest){
		.own_m = own ? metres_of(plane, s.own, s.own_dlon, s.own_dlat) : INFINITY,
		.other_m = other ? metres_of(plane, s.other, s.other_dlon, s.other_dlat) : INFINITY,
		.other = s.other_area};
}

double border_metres_to(const struct border_tree *tree, const struct plane *plane, int64_t district)
{
	struct search s = {.tree = tree,
		.plane = plane,
		.east = plane_east(plane, 0),
		.district = district,
		.own = INFINITY,
		.other = INFINITY};
	size_t i;

	for (i = 0; i < tree->n_runs; i++)
		if (tree->layer->district[tree->runs[i].area] == district)
			try_run(&s, &tree->runs[i]);
	return isfinite(s.own) ? metres_of(plane, s.own, s.own_dlon, s.own_dlat) : INFINITY;
}

/* --- boxes that an outline comes into --------------------------------------------------------------- */

/* Twice the area of the triangle a, b and a corner: which side of the edge the corner lies on. */
static double side(const struct point *a, const struct point *b, double lon, double lat)
{
	return (b->lon - a->lon) * (lat - a->lat) - (b->lat - a->lat) * (lon - a->lon);
}

/* Whether an edge is not clearly past the box: that it is past needs all four corners on one side
 * of it, by more than rounding can account for. */
static bool edge_comes_into(const struct point *a, const struct point *b, const struct box *box)
{
	struct box own = {a->lon, a->lat, a->lon, a->lat};
	double sides[4], margin;

	box_take_in(&own, *b);
	if (!boxes_meet(&own, box))
		return false;
	sides[0] = side(a, b, box->west, box->south);
	sides[1] = side(a, b, box->west, box->north);
	sides[2] = side(a, b, box->east, box->south);
	sides[3] = side(a, b, box->east, box->north);
	/* Coordinates up to 180 with 2^-53 each, differences multiplied: far below this. */
	margin = 1e-9 * (fabs(b->lon - a->lon) + fabs(b->lat - a->lat)) + 1e-20;
	return !(fmin(fmin(sides[0], sides[1]), fmin(sides[2], sides[3])) > margin ||
		 fmax(fmax(sides[0], sides[1]), fmax(sides[2], sides[3])) < -margin);
}

static bool run_comes_into(const struct layer *layer, const struct run *run, const struct box *box)
{
	uint32_t i;

	for (i = 0; i < run->edges; i++)
		if (edge_comes_into(&layer->points[run->point + i],
			    &layer->points[run->point + i + 1], box))
			return true;
	return false;
}

static bool any_under(
	const struct border_tree *tree, unsigned level, size_t i, const struct box *box)
{
	size_t child, end = tree->first[level] - tree->first[level - 1];

	for (child = i * NODE; child < end && child < (i + 1) * NODE; child++) {
		if (!boxes_meet(&tree->boxes[tree->first[level - 1] + child], box))
			continue;
		if (level > 1 ? any_under(tree, level - 1, child, box)
			      : run_comes_into(tree->layer, &tree->runs[child], box))
			return true;
	}
	return false;
}

bool border_comes_into(const struct border_tree *tree, const struct box *box)
{
	if (tree->levels > 1)
		return any_under(tree, tree->levels - 1, 0, box);
	return tree->n_runs && run_comes_into(tree->layer, &tree->runs[0], box);
}
