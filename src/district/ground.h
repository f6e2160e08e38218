/* ground.h - how large a piece of land is, in square metres on the ellipsoid WGS 84. */
#ifndef DISTRICT_GROUND_H
#define DISTRICT_GROUND_H

#include "district/geos.h"

/* Within a closed ring, whichever way round. */
double ground_ring_m2(const struct point *points, size_t n);
double ground_polygon_m2(const struct layer *layer, const struct polygon *polygon);

/* A piece that GEOS made: its area, and how wide it is on the mean, twice its area by its outline's
 * length. */
struct piece {
	double m2, width_m;
};
/* Of a polygon; zeroes for anything else.  ERR_MEMORY. */
int ground_piece(struct geos *geos, const GEOSGeometry *geometry, struct piece *out) MUST_USE;

#endif
