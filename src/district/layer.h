/*
 * layer.h - what a boundary file says, as it says it: areas and their outlines.  Every form of file
 * is read into this and nothing else; whoever looks at borders looks here.
 */
#ifndef DISTRICT_LAYER_H
#define DISTRICT_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "district/area.h"
#include "district/boundaries.h"

/* Bounds of what is taken in; the most detailed layer of Pakistan known here has 600 areas. */
enum {
	LAYER_AREAS = 20000,
	LAYER_POINTS = 8 * 1000 * 1000,
	RING_POINTS = 4, /* the fewest that enclose anything, the first repeated at the end */
	SOURCE_TEXT = 96
};

struct point {
	double lon, lat; /* degrees, WGS 84, as parsed */
};
struct ring {
	uint32_t point, points; /* its first, and how many; the last equals the first */
};
struct polygon {
	uint32_t area, ring, rings; /* the first ring is the outer one, others are holes */
};

struct layer {
	/* By code, then tehsil; each pair once.  A district with tehsils has an area for each of
	 * them. */
	struct area *areas;
	uint32_t *district;       /* of each area: the index of the first area of the same code */
	struct polygon *polygons; /* by area */
	struct ring *rings;
	struct point *points;
	/* A bit for each point: the edge that starts there is no border, its district lies on both
	 * sides. NULL: none is.  inner.h makes them. */
	uint8_t *inner;
	size_t n_areas, n_polygons, n_rings, n_points;
	size_t points_cap, rings_cap, polygons_cap, areas_cap; /* while it is being built */
	char edition[EDITION_TEXT];
	char source[SOURCE_TEXT]; /* the name of the file that all this was read from */
	uint32_t checksum;        /* of all the above; 0: not computed yet */
	bool installed;           /* read from the installed form: somebody looked at it */
};

/* What is wrong with a file: a line each, as many as there is room for and `most` says. */
struct mistakes_in_layer {
	struct text *to;
	unsigned most;  /* lines written; further ones are counted only */
	unsigned wrong; /* mistakes found */
};
__attribute__((format(printf, 2, 3))) void layer_mistake(
	struct mistakes_in_layer *mistakes, const char *fmt, ...);

struct layer *layer_new(void);
void layer_free(struct layer *layer);

/* Building: an area, then its polygons, each ring by ring, each point by point.  Codes may come
 * again. */
int layer_add_area(struct layer *layer, const struct area *area) MUST_USE;
int layer_add_polygon(struct layer *layer) MUST_USE;                   /* to the last area */
int layer_add_ring(struct layer *layer) MUST_USE;                      /* to the last polygon */
int layer_add_point(struct layer *layer, struct point point) MUST_USE; /* to the last ring */
/*
 * Orders areas, polygons and their rings, and makes one area of those that share code and tehsil.  What cannot
 * be so is said as mistakes: one code with two names, one tehsil in two districts.
 */
int layer_seal(struct layer *layer, struct mistakes_in_layer *mistakes) MUST_USE;

/* Keeps the areas whose district code keep() likes. */
int layer_keep(
	struct layer *layer, bool (*keep)(void *ctx, const struct area *area), void *ctx) MUST_USE;

/* The area of that code and tehsil; with tehsil NULL or "" the first of the district.  NULL: none. */
const struct area *layer_find(const struct layer *layer, const char *code, const char *tehsil);
bool layer_edge_is_inner(const struct layer *layer, size_t point);
bool layer_has_tehsils(const struct layer *layer);

struct box {
	double west, south, east, north;
};
/* Of an empty layer: west > east. */
struct box layer_box(const struct layer *layer);
struct box layer_ring_box(const struct layer *layer, const struct ring *ring);
void box_take_in(struct box *box, struct point point);
bool boxes_meet(const struct box *a, const struct box *b);

/* Reads a file of either form; ERR_CONF with at least one mistake, or ERR_ABSENT, ERR_DAMAGED,
 * ERR_IO, ERR_MEMORY with one. */
int layer_open(struct layer **out, const char *path, const struct boundary_keys *keys,
	struct mistakes_in_layer *mistakes) MUST_USE;

#endif
