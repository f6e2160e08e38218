#include "district/ground.h"

#include <math.h>
#include <stdlib.h>

#include "district/plane.h"

/* The area of the ellipsoid between the equator and a latitude, for one radian of longitude. */
static double belt_m2(double lat)
{
	static const double axis_m = 6378137.0, e2 = 6.69437999014e-3;
	double e = sqrt(e2), s = sin(lat * (M_PI / 180));

	return axis_m * axis_m * (1 - e2) / 2 * (s / (1 - e2 * s * s) + atanh(e * s) / e);
}

double ground_ring_m2(const struct point *points, size_t n)
{
	double sum = 0, before, here;
	size_t i;

	if (!n)
		return 0;
	/* Belts are taken from the first point's latitude: small differences stay exact. */
	before = 0;
	for (i = 1; i < n; i++) {
		here = belt_m2(points[i].lat) - belt_m2(points[0].lat);
		sum += (points[i].lon - points[i - 1].lon) * (before + here) / 2;
		before = here;
	}
	return fabs(sum) * (M_PI / 180);
}

double ground_polygon_m2(const struct layer *layer, const struct polygon *polygon)
{
	const struct ring *rings = &layer->rings[polygon->ring];
	double m2 = ground_ring_m2(&layer->points[rings->point], rings->points);
	uint32_t i;

	for (i = 1; i < polygon->rings; i++)
		m2 -= ground_ring_m2(&layer->points[rings[i].point], rings[i].points);
	return m2;
}

static double ring_m(const struct point *points, size_t n)
{
	double metres = 0;
	size_t i;

	for (i = 1; i < n; i++) {
		struct plane plane = plane_at(points[i].lon, points[i].lat);

		metres += plane_metres(&plane, points[i - 1].lon - points[i].lon,
			points[i - 1].lat - points[i].lat);
	}
	return metres;
}

static int add_ring(
	struct geos *geos, const GEOSGeometry *ring, double share, double *m2, double *metres)
{
	const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->handle, ring);
	struct point *points;
	unsigned n = 0;
	int err = ERR_MEMORY;

	if (!sequence || !GEOSCoordSeq_getSize_r(geos->handle, sequence, &n))
		return err;
	points = malloc((n ? n : 1) * sizeof(*points));
	if (points && GEOSCoordSeq_copyToBuffer_r(geos->handle, sequence, &points->lon, 0, 0)) {
		*m2 += share * ground_ring_m2(points, n);
		*metres += ring_m(points, n);
		err = 0;
	}
	free(points);
	return err;
}

int ground_piece(struct geos *geos, const GEOSGeometry *geometry, struct piece *out)
{
	double m2 = 0, metres = 0;
	int err, i, n;

	*out = (struct piece){.m2 = 0};
	if (GEOSGeomTypeId_r(geos->handle, geometry) != GEOS_POLYGON ||
		GEOSisEmpty_r(geos->handle, geometry))
		return 0;
	n = GEOSGetNumInteriorRings_r(geos->handle, geometry);
	err = add_ring(geos, GEOSGetExteriorRing_r(geos->handle, geometry), 1, &m2, &metres);
	for (i = 0; !err && i < n; i++)
		err = add_ring(
			geos, GEOSGetInteriorRingN_r(geos->handle, geometry, i), -1, &m2, &metres);
	if (!err && metres > 0)
		*out = (struct piece){m2, 2 * m2 / metres};
	return err;
}
