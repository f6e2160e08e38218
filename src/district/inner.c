#include "district/inner.h"

#include <stdlib.h>

#include "district/plane.h"

enum {
	EACH_M = 1000, /* an edge is asked about once in so many metres */
	MOST_TIMES = 64
};

/* Whether the district lies on both sides of the point at share t of the edge. */
static int sides_at(struct locator *locator, const struct point *a, const struct point *b, double t,
	uint32_t district, bool *both)
{
	double lon = a->lon + t * (b->lon - a->lon), lat = a->lat + t * (b->lat - a->lat);
	struct plane plane = plane_at(lon, lat);
	double east = plane_east(&plane, 0), x = (b->lon - a->lon) * east;
	double y = (b->lat - a->lat) * plane.north, length = hypot(x, y);
	double dlon = -y / length * INNER_ASIDE_M / east;
	double dlat = x / length * INNER_ASIDE_M / plane.north;
	struct inside left = {.area = NO_AREA}, right = {.area = NO_AREA};
	int err = locate_in(locator, lon + dlon, lat + dlat, district, &left);

	if (!err && left.area != NO_AREA)
		err = locate_in(locator, lon - dlon, lat - dlat, district, &right);
	*both = left.area != NO_AREA && right.area != NO_AREA;
	return err;
}

static int is_inner(struct locator *locator, const struct point *a, const struct point *b,
	uint32_t district, bool *inner)
{
	struct plane plane = plane_at(a->lon, a->lat);
	double metres = plane_metres(&plane, b->lon - a->lon, b->lat - a->lat);
	unsigned i, times = 1 + (unsigned)fmin(metres / EACH_M, MOST_TIMES);
	int err = 0;

	/* No edge at all, when both ends are one: its neighbours say what there is. */
	*inner = true;
	for (i = 0; !err && *inner && metres > 0 && i < times; i++)
		err = sides_at(locator, a, b, (i + 0.5) / times, district, inner);
	return err;
}

static int mark_ring(
	struct layer *layer, struct locator *locator, const struct ring *ring, uint32_t district)
{
	uint32_t i;
	bool inner;
	int err = 0;

	for (i = ring->point; !err && i + 1 < ring->point + ring->points; i++) {
		err = is_inner(locator, &layer->points[i], &layer->points[i + 1], district, &inner);
		if (!err && inner)
			layer->inner[i / 8] |= (uint8_t)(1 << i % 8);
	}
	return err;
}

static bool shares_district(const struct layer *layer, size_t p, size_t q)
{
	return layer->district[layer->polygons[p].area] == layer->district[layer->polygons[q].area];
}

int inner_edges(struct layer *layer, struct locator *locator)
{
	size_t p, n = layer->n_polygons;
	uint32_t r;
	int err = 0;

	free(layer->inner);
	layer->inner = NULL;
	for (p = 0; !err && p < n; p++) {
		const struct polygon *polygon = &layer->polygons[p];

		if (!(p && shares_district(layer, p, p - 1)) &&
			!(p + 1 < n && shares_district(layer, p, p + 1)))
			continue; /* the only outline of its district */
		if (!layer->inner)
			layer->inner = calloc(layer->n_points / 8 + 1, 1);
		if (!layer->inner)
			return ERR_MEMORY;
		for (r = polygon->ring; !err && r < polygon->ring + polygon->rings; r++)
			err = mark_ring(
				layer, locator, &layer->rings[r], layer->district[polygon->area]);
	}
	return err;
}
