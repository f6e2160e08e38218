/*
 * locate.h - which areas a point lies in: GEOS decides, exactly, on the file's own coordinates.  A
 * point on an outline lies in it.
 */
#ifndef DISTRICT_LOCATE_H
#define DISTRICT_LOCATE_H

#include "district/geos.h"

struct locator {
	struct geos geos;
	const struct layer *layer;
	GEOSSTRtree *tree; /* over the boxes of the polygons */
	struct outline *outlines;
};

enum { NO_AREA = -1 };

struct inside {
	int64_t area;   /* the lowest that the point lies in, NO_AREA: none */
	int64_t other;  /* the lowest of another district that it also lies in, NO_AREA: none */
	unsigned areas; /* how many it lies in */
};

/* `layer` outlives it. */
int locator_open(struct locator *locator, const struct layer *layer) MUST_USE;
void locator_close(struct locator *locator);

/* ERR_MEMORY: GEOS could not say. */
int locate(struct locator *locator, double lon, double lat, struct inside *out) MUST_USE;
/* Only the lowest: `other` and `areas` mean nothing. */
int locate_lowest(struct locator *locator, double lon, double lat, struct inside *out) MUST_USE;
/* Only whether it lies in that district, by the index of its first area: out->area says. */
int locate_in(struct locator *locator, double lon, double lat, uint32_t district,
	struct inside *out) MUST_USE;

#endif
