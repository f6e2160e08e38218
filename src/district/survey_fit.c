/* Overlaps and gaps: how the areas of a layer fit together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district/ground.h"
#include "district/survey.h"

struct fit {
	struct geos geos;
	const struct layer *layer;
	struct survey *survey;
	GEOSGeometry **polygons;
	GEOSSTRtree *tree;
	struct overlap *overlaps;
	size_t n_overlaps, overlaps_cap;
	size_t pairs; /* of outlines that were held against each other */
	size_t thin;  /* overlaps and gaps that are rounding */
	double thin_m2;
};

/*
 * Outlines that fit have three neighbours each on the mean, as regions of any map do.  Where far more
 * meet, the file is something else, and looking on would take for ever.
 */
enum { PAIRS_EACH = 20, PAIRS_LEAST = 1000 };

/* What two areas share, all pieces together. */
struct overlap {
	uint32_t a, b;
	struct piece piece; /* the width is the widest piece's */
};

static void put_area(struct text *to, const struct area *area)
{
	text_printf(to, "%s %.40s", area->code, area->name);
	if (*area->tehsil)
		text_printf(to, " (%s %.24s)", area->tehsil, area->tehsil_name);
}

static void put_km2(struct text *to, double km2)
{
	text_printf(to, km2 >= 100 ? "%.0f km2" : km2 >= 0.01 ? "%.2f km2" : "%.6f km2", km2);
}

/* Whether it is not worth a name; it is counted then. */
static bool is_thin(struct fit *fit, const struct piece *piece)
{
	if (piece->width_m >= SURVEY_THIN_M)
		return false;
	fit->thin++;
	fit->thin_m2 += piece->m2;
	return true;
}

static bool say_thin(struct fit *fit)
{
	char room[32];
	struct text km2 = text_over(room, sizeof(room));

	if (!fit->thin)
		return true;
	put_km2(&km2, fit->thin_m2 / 1e6);
	return survey_say(fit->survey, FINDING_NOTE, 0,
		"slivers between areas narrower than %.0f m (rounding): %zu, %s together",
		SURVEY_THIN_M, fit->thin, room);
}

static int open_fit(struct fit *fit, const struct layer *layer)
{
	size_t i;
	int err = geos_open(&fit->geos);

	if (err)
		return err;
	fit->tree = GEOSSTRtree_create_r(fit->geos.handle, 10);
	fit->polygons = calloc(layer->n_polygons, sizeof(*fit->polygons));
	if (!fit->tree || !fit->polygons)
		return ERR_MEMORY;
	for (i = 0; i < layer->n_polygons; i++) {
		fit->polygons[i] = geos_polygon(&fit->geos, layer, i);
		if (!fit->polygons[i])
			return ERR_MEMORY;
		GEOSSTRtree_insert_r(
			fit->geos.handle, fit->tree, fit->polygons[i], &fit->polygons[i]);
	}
	return 0;
}

static void close_fit(struct fit *fit)
{
	size_t i;

	if (fit->tree)
		GEOSSTRtree_destroy_r(fit->geos.handle, fit->tree);
	for (i = 0; fit->polygons && i < fit->layer->n_polygons; i++)
		if (fit->polygons[i])
			GEOSGeom_destroy_r(fit->geos.handle, fit->polygons[i]);
	free(fit->polygons);
	free(fit->overlaps);
	geos_close(&fit->geos);
}

/* --- overlaps -------------------------------------------------------------------------------------- */

/* The overlay of outlines that touch themselves is mended first: it may refuse them as they are. */
static GEOSGeometry *intersection(struct geos *geos, const GEOSGeometry *a, const GEOSGeometry *b)
{
	GEOSGeometry *shared = GEOSIntersection_r(geos->handle, a, b), *whole_a, *whole_b;

	if (shared)
		return shared;
	whole_a = GEOSMakeValid_r(geos->handle, a);
	whole_b = GEOSMakeValid_r(geos->handle, b);
	if (whole_a && whole_b)
		shared = GEOSIntersection_r(geos->handle, whole_a, whole_b);
	if (whole_a)
		GEOSGeom_destroy_r(geos->handle, whole_a);
	if (whole_b)
		GEOSGeom_destroy_r(geos->handle, whole_b);
	return shared;
}

static int add_piece(struct fit *fit, uint32_t a, uint32_t b, struct piece piece)
{
	size_t cap = fit->overlaps_cap ? 2 * fit->overlaps_cap : 64, i;
	struct overlap *overlaps;

	/* Pairs come together: what is asked for is among the last. */
	for (i = fit->n_overlaps; i && fit->overlaps[i - 1].a == a; i--) {
		struct piece *sum = &fit->overlaps[i - 1].piece;

		if (fit->overlaps[i - 1].b != b)
			continue;
		sum->m2 += piece.m2;
		sum->width_m = piece.width_m > sum->width_m ? piece.width_m : sum->width_m;
		return 0;
	}
	if (fit->n_overlaps == fit->overlaps_cap) {
		overlaps = realloc(fit->overlaps, cap * sizeof(*overlaps));
		if (!overlaps)
			return ERR_MEMORY;
		fit->overlaps = overlaps;
		fit->overlaps_cap = cap;
	}
	fit->overlaps[fit->n_overlaps++] = (struct overlap){a, b, piece};
	return 0;
}

static int compare_pair(struct fit *fit, size_t p, size_t q)
{
	uint32_t a = fit->layer->polygons[p].area, b = fit->layer->polygons[q].area;
	GEOSGeometry *shared = intersection(&fit->geos, fit->polygons[p], fit->polygons[q]);
	struct piece piece;
	int i, n, err = 0;

	if (!shared)
		return ERR_DAMAGED;
	n = GEOSGetNumGeometries_r(fit->geos.handle, shared);
	for (i = 0; !err && i < n; i++) {
		err = ground_piece(
			&fit->geos, GEOSGetGeometryN_r(fit->geos.handle, shared, i), &piece);
		if (!err && piece.m2 > 0)
			err = add_piece(fit, a, b, piece);
	}
	GEOSGeom_destroy_r(fit->geos.handle, shared);
	return err;
}

/* A polygon that is held against those around it. */
struct comparing {
	struct fit *fit;
	size_t p;
	const GEOSPreparedGeometry *prepared;
	int err;
};

static void compare_with(void *item, void *ctx)
{
	struct comparing *c = ctx;
	GEOSGeometry **other = item;
	size_t q = (size_t)(other - c->fit->polygons);

	if (c->err || q <= c->p ||
		!GEOSPreparedIntersects_r(c->fit->geos.handle, c->prepared, *other))
		return;
	if (c->fit->pairs++ > PAIRS_EACH * c->fit->layer->n_polygons + PAIRS_LEAST)
		c->err = ERR_FULL;
	else
		c->err = compare_pair(c->fit, c->p, q);
}

static int find_overlaps(struct fit *fit)
{
	size_t p;
	int err = 0;

	for (p = 0; !err && p < fit->layer->n_polygons; p++) {
		struct comparing c = {.fit = fit, .p = p};

		c.prepared = GEOSPrepare_r(fit->geos.handle, fit->polygons[p]);
		if (!c.prepared)
			return ERR_MEMORY;
		GEOSSTRtree_query_r(
			fit->geos.handle, fit->tree, fit->polygons[p], compare_with, &c);
		GEOSPreparedGeom_destroy_r(fit->geos.handle, c.prepared);
		err = c.err;
	}
	return err;
}

static int say_overlaps(struct fit *fit)
{
	char words[320];
	size_t i;

	for (i = 0; i < fit->n_overlaps; i++) {
		const struct overlap *o = &fit->overlaps[i];
		struct text to = text_over(words, sizeof(words));
		bool wide = o->a != o->b && o->piece.width_m > SURVEY_WIDE_M;

		if (is_thin(fit, &o->piece))
			continue;
		put_area(&to, &fit->layer->areas[o->a]);
		if (o->a != o->b) {
			text_put(&to, " and ");
			put_area(&to, &fit->layer->areas[o->b]);
			text_put(&to, " overlap: ");
		} else {
			text_put(&to, " overlaps itself: ");
		}
		put_km2(&to, o->piece.m2 / 1e6);
		text_printf(&to, ", %.0f m wide", o->piece.width_m);
		if (!survey_say(fit->survey, wide ? FINDING_DOUBT : FINDING_NOTE, o->piece.m2 / 1e6,
			    "%s", words))
			return ERR_MEMORY;
	}
	return 0;
}

/* --- gaps ------------------------------------------------------------------------------------------ */

enum { MOST_NAMES = 3 };

/* The areas around a gap, the lowest of them. */
struct around {
	struct fit *fit;
	const GEOSGeometry *gap;
	uint32_t areas[MOST_NAMES];
	unsigned n;
};

static void take_area(struct around *around, uint32_t area)
{
	unsigned i = around->n, k;

	while (i && around->areas[i - 1] > area)
		i--;
	if (i == MOST_NAMES || (i && around->areas[i - 1] == area))
		return;
	if (around->n < MOST_NAMES)
		around->n++;
	for (k = around->n - 1; k > i; k--)
		around->areas[k] = around->areas[k - 1];
	around->areas[i] = area;
}

static void ask_area(void *item, void *ctx)
{
	struct around *around = ctx;
	GEOSGeometry **polygon = item;
	size_t i = (size_t)(polygon - around->fit->polygons);

	if (GEOSIntersects_r(around->fit->geos.handle, *polygon, around->gap) == 1)
		take_area(around, around->fit->layer->polygons[i].area);
}

static int say_gap(struct fit *fit, const GEOSGeometry *gap)
{
	char words[320];
	struct text to = text_over(words, sizeof(words));
	struct around around = {.fit = fit, .gap = gap};
	struct piece piece;
	unsigned i;
	int err = ground_piece(&fit->geos, gap, &piece);

	if (err || is_thin(fit, &piece))
		return err;
	text_put(&to, "a gap of ");
	put_km2(&to, piece.m2 / 1e6);
	text_printf(&to, ", %.0f m wide,", piece.width_m);
	GEOSSTRtree_query_r(fit->geos.handle, fit->tree, gap, ask_area, &around);
	for (i = 0; i < around.n; i++) {
		text_put(&to, i ? ", " : " at ");
		put_area(&to, &fit->layer->areas[around.areas[i]]);
	}
	return survey_say(fit->survey, FINDING_NOTE, piece.m2 / 1e6, "%s", words) ? 0 : ERR_MEMORY;
}

static int say_holes(struct fit *fit, const GEOSGeometry *polygon)
{
	GEOSContextHandle_t handle = fit->geos.handle;
	int i, n, err = 0;

	if (GEOSGeomTypeId_r(handle, polygon) != GEOS_POLYGON)
		return 0;
	n = GEOSGetNumInteriorRings_r(handle, polygon);
	for (i = 0; !err && i < n; i++) {
		GEOSGeometry *ring =
			GEOSGeom_clone_r(handle, GEOSGetInteriorRingN_r(handle, polygon, i));
		GEOSGeometry *gap = ring ? GEOSGeom_createPolygon_r(handle, ring, NULL, 0) : NULL;

		err = gap ? say_gap(fit, gap) : ERR_MEMORY;
		if (gap)
			GEOSGeom_destroy_r(handle, gap);
	}
	return err;
}

static GEOSGeometry *union_of(struct fit *fit)
{
	GEOSContextHandle_t handle = fit->geos.handle;
	unsigned n = 0, wanted = (unsigned)fit->layer->n_polygons;
	GEOSGeometry **copies = calloc(wanted, sizeof(*copies)), *all = NULL, *whole = NULL;

	if (!copies)
		return NULL;
	while (n < wanted && (copies[n] = GEOSMakeValid_r(handle, fit->polygons[n])) != NULL)
		n++;
	if (n == wanted)
		all = GEOSGeom_createCollection_r(handle, GEOS_GEOMETRYCOLLECTION, copies, wanted);
	while (!all && n)
		GEOSGeom_destroy_r(handle, copies[--n]);
	free(copies);
	if (!all)
		return NULL;
	whole = GEOSUnaryUnion_r(handle, all);
	GEOSGeom_destroy_r(handle, all);
	return whole;
}

static int find_gaps(struct fit *fit)
{
	GEOSGeometry *whole = union_of(fit);
	int i, n, err = 0;

	if (!whole)
		return ERR_DAMAGED;
	n = GEOSGetNumGeometries_r(fit->geos.handle, whole);
	for (i = 0; !err && i < n; i++)
		err = say_holes(fit, GEOSGetGeometryN_r(fit->geos.handle, whole, i));
	GEOSGeom_destroy_r(fit->geos.handle, whole);
	return err;
}

int survey_fit(struct survey *survey, const struct layer *layer)
{
	struct fit fit = {.layer = layer, .survey = survey};
	bool said = true;
	int err = open_fit(&fit, layer);

	if (!err)
		err = find_overlaps(&fit);
	if (err == ERR_FULL) {
		said = survey_say(survey, FINDING_DOUBT, 0,
			"the outlines overlap everywhere: this is no map of districts; only "
			"%zu pairs were compared",
			fit.pairs);
		err = 0;
	} else if (!err) {
		err = find_gaps(&fit);
	}
	if (err == ERR_DAMAGED) { /* GEOS gave up on outlines that are sound each by itself */
		said = survey_say(survey, FINDING_DOUBT, 0,
			"overlaps and gaps could not be found: %s", fit.geos.words);
		err = 0;
	}
	if (!err)
		err = say_overlaps(&fit);
	if (!err && !(said && say_thin(&fit)))
		err = ERR_MEMORY;
	survey_sort(survey);
	close_fit(&fit);
	return err;
}
