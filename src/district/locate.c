#include "district/locate.h"

#include <stdlib.h>

/* Made when a point first comes near: a van sees a few districts of many. */
struct outline {
	GEOSGeometry *polygon;
	const GEOSPreparedGeometry *prepared;
};

enum { NODE = 10 }; /* GEOS's own default */

static int add_box(struct locator *l, size_t i)
{
	const struct layer *layer = l->layer;
	struct box box = layer_ring_box(layer, &layer->rings[layer->polygons[i].ring]);
	double corners[4] = {box.west, box.south, box.east, box.north};
	GEOSCoordSequence *points = GEOSCoordSeq_copyFromBuffer_r(l->geos.handle, corners, 2, 0, 0);
	GEOSGeometry *diagonal =
		points ? GEOSGeom_createLineString_r(l->geos.handle, points) : NULL;

	if (!diagonal)
		return ERR_MEMORY;
	GEOSSTRtree_insert_r(l->geos.handle, l->tree, diagonal, &layer->polygons[i]);
	GEOSGeom_destroy_r(l->geos.handle, diagonal);
	return 0;
}

int locator_open(struct locator *locator, const struct layer *layer)
{
	size_t i;
	int err;

	*locator = (struct locator){.layer = layer};
	err = geos_open(&locator->geos);
	if (err)
		return err;
	locator->tree = GEOSSTRtree_create_r(locator->geos.handle, NODE);
	locator->outlines =
		calloc(layer->n_polygons ? layer->n_polygons : 1, sizeof(*locator->outlines));
	if (!locator->tree || !locator->outlines)
		err = ERR_MEMORY;
	for (i = 0; !err && i < layer->n_polygons; i++)
		err = add_box(locator, i);
	if (err)
		locator_close(locator);
	return err;
}

void locator_close(struct locator *locator)
{
	GEOSContextHandle_t handle = locator->geos.handle;
	size_t i;

	for (i = 0; locator->outlines && i < locator->layer->n_polygons; i++) {
		GEOSPreparedGeom_destroy_r(handle, locator->outlines[i].prepared);
		if (locator->outlines[i].polygon)
			GEOSGeom_destroy_r(handle, locator->outlines[i].polygon);
	}
	free(locator->outlines);
	if (locator->tree)
		GEOSSTRtree_destroy_r(handle, locator->tree);
	geos_close(&locator->geos);
	*locator = (struct locator){.layer = NULL};
}

static const GEOSPreparedGeometry *prepared(struct locator *l, size_t i)
{
	struct outline *outline = &l->outlines[i];

	if (outline->prepared)
		return outline->prepared;
	if (!outline->polygon)
		outline->polygon = geos_polygon(&l->geos, l->layer, i);
	if (outline->polygon)
		outline->prepared = GEOSPrepare_r(l->geos.handle, outline->polygon);
	return outline->prepared;
}

/* One question on its way through the tree. */
struct asked {
	struct locator *locator;
	const GEOSGeometry *point;
	bool lowest, in_one; /* what is asked; neither: all of it */
	uint32_t district;
	struct inside *out;
	int err;
};

static bool matters(const struct asked *a, uint32_t area)
{
	if (a->in_one)
		return a->out->area == NO_AREA && a->locator->layer->district[area] == a->district;
	return !a->lowest || a->out->area == NO_AREA || area < a->out->area;
}

/* The areas of a district follow one another: a new lowest one leaves the old lowest second. */
static void take_in(struct inside *out, const uint32_t *district, uint32_t area)
{
	int64_t second = area;

	if (out->area == area)
		return; /* another part of it */
	out->areas++;
	if (out->area == NO_AREA || area < out->area) {
		second = out->area;
		out->area = area;
	}
	if (second != NO_AREA && district[second] != district[out->area] &&
		(out->other == NO_AREA || second < out->other))
		out->other = second;
}

static void ask_outline(void *item, void *ctx)
{
	struct asked *a = ctx;
	const struct polygon *polygon = item;
	const GEOSPreparedGeometry *outline;
	char is;

	if (a->err || !matters(a, polygon->area))
		return;
	outline = prepared(a->locator, (size_t)(polygon - a->locator->layer->polygons));
	is = outline ? GEOSPreparedIntersects_r(a->locator->geos.handle, outline, a->point) : 2;
	if (is == 1)
		take_in(a->out, a->locator->layer->district, polygon->area);
	else if (is != 0)
		a->err = ERR_MEMORY;
}

static int ask(struct asked *a, double lon, double lat)
{
	struct locator *l = a->locator;
	GEOSGeometry *point = GEOSGeom_createPointFromXY_r(l->geos.handle, lon, lat);

	*a->out = (struct inside){.area = NO_AREA, .other = NO_AREA};
	if (!point)
		return ERR_MEMORY;
	a->point = point;
	GEOSSTRtree_query_r(l->geos.handle, l->tree, point, ask_outline, a);
	GEOSGeom_destroy_r(l->geos.handle, point);
	return a->err;
}

int locate(struct locator *locator, double lon, double lat, struct inside *out)
{
	struct asked a = {.locator = locator, .out = out};

	return ask(&a, lon, lat);
}

int locate_lowest(struct locator *locator, double lon, double lat, struct inside *out)
{
	struct asked a = {.locator = locator, .lowest = true, .out = out};

	return ask(&a, lon, lat);
}

int locate_in(
	struct locator *locator, double lon, double lat, uint32_t district, struct inside *out)
{
	struct asked a = {.locator = locator, .in_one = true, .district = district, .out = out};

	return ask(&a, lon, lat);
}
