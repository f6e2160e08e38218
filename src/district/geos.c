#include "district/geos.h"

#include <stdio.h>
#include <stdlib.h>

static void keep_words(const char *words, void *geos)
{
	struct geos *g = geos;

	snprintf(g->words, sizeof(g->words), "%s", words);
}

static void ignore_words(const char *words, void *geos)
{
	(void)words;
	(void)geos;
}

int geos_open(struct geos *geos)
{
	geos->words[0] = '\0';
	geos->handle = GEOS_init_r();
	if (!geos->handle)
		return ERR_MEMORY;
	GEOSContext_setErrorMessageHandler_r(geos->handle, keep_words, geos);
	GEOSContext_setNoticeMessageHandler_r(geos->handle, ignore_words, NULL);
	return 0;
}

void geos_close(struct geos *geos)
{
	if (geos->handle)
		GEOS_finish_r(geos->handle);
	geos->handle = NULL;
}

static GEOSGeometry *ring_of(struct geos *geos, const struct layer *layer, const struct ring *ring)
{
	GEOSCoordSequence *points = GEOSCoordSeq_copyFromBuffer_r(
		geos->handle, &layer->points[ring->point].lon, ring->points, 0, 0);

	/* The ring owns its points, even when it cannot be made. */
	return points ? GEOSGeom_createLinearRing_r(geos->handle, points) : NULL;
}

GEOSGeometry *geos_polygon(struct geos *geos, const struct layer *layer, size_t i)
{
	const struct polygon *polygon = &layer->polygons[i];
	const struct ring *rings = &layer->rings[polygon->ring];
	GEOSGeometry *outer = ring_of(geos, layer, rings), **holes = NULL, *whole = NULL;
	unsigned n = 0;

	if (outer && polygon->rings > 1)
		holes = calloc(polygon->rings - 1, sizeof(*holes));
	while (holes && n + 1 < polygon->rings &&
		(holes[n] = ring_of(geos, layer, &rings[n + 1])) != NULL)
		n++;
	if (outer && n + 1 == polygon->rings)
		whole = GEOSGeom_createPolygon_r(geos->handle, outer, holes, n);
	else if (outer)
		GEOSGeom_destroy_r(geos->handle, outer);
	while (!whole && n)
		GEOSGeom_destroy_r(geos->handle, holes[--n]);
	free(holes);
	return whole;
}

static void say_unsound(struct geos *geos, const struct layer *layer, size_t i, char *reason,
	const GEOSGeometry *place, struct mistakes_in_layer *mistakes)
{
	const struct area *area = &layer->areas[layer->polygons[i].area];
	double lon = 0, lat = 0;

	if (place) {
		(void)GEOSGeomGetX_r(geos->handle, place, &lon);
		(void)GEOSGeomGetY_r(geos->handle, place, &lat);
	}
	layer_mistake(mistakes,
		"%s %s%s%s: an outline is unsound at [%.7f, %.7f]: %s; mend the file, e.g. "
		"mapshaper -clean, or ogr2ogr -makevalid",
		area->code, area->name, *area->tehsil ? ", " : "", area->tehsil_name, lon, lat,
		reason ? reason : geos->words);
}

int geos_check_rings(
	struct geos *geos, const struct layer *layer, struct mistakes_in_layer *mistakes)
{
	size_t i;
	int err = 0;

	for (i = 0; i < layer->n_polygons; i++) {
		GEOSGeometry *polygon = geos_polygon(geos, layer, i), *place = NULL;
		char *reason = NULL, sound;

		if (!polygon)
			return ERR_MEMORY;
		sound = GEOSisValidDetail_r(geos->handle, polygon,
			GEOSVALID_ALLOW_SELFTOUCHING_RING_FORMING_HOLE, &reason, &place);
		if (sound != 1) {
			say_unsound(geos, layer, i, reason, place, mistakes);
			err = ERR_CONF;
		}
		if (place)
			GEOSGeom_destroy_r(geos->handle, place);
		if (reason)
			GEOSFree_r(geos->handle, reason);
		GEOSGeom_destroy_r(geos->handle, polygon);
	}
	return err;
}
