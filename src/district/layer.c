#include "district/layer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void layer_mistake(struct mistakes_in_layer *mistakes, const char *fmt, ...)
{
	char words[512];
	va_list args;

	mistakes->wrong++;
	if (mistakes->wrong > mistakes->most)
		return;
	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	text_printf(mistakes->to, "%s%s", mistakes->wrong > 1 ? "\n" : "", words);
}

struct layer *layer_new(void)
{
	return calloc(1, sizeof(struct layer));
}

void layer_free(struct layer *layer)
{
	if (!layer)
		return;
	free(layer->areas);
	free(layer->district);
	free(layer->polygons);
	free(layer->rings);
	free(layer->points);
	free(layer->inner);
	free(layer);
}

/* --- building -------------------------------------------------------------------------------------- */

/* Room for one more; the new array, or NULL. */
static void *one_more(void *at, size_t n, size_t *cap, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 64;
	void *grown;

	if (n < *cap)
		return at;
	grown = realloc(at, wanted * size);
	if (grown)
		*cap = wanted;
	return grown;
}

#define ONE_MORE(layer, what) \
	one_more((layer)->what, (layer)->n_##what, &(layer)->what##_cap, sizeof(*(layer)->what))

int layer_add_area(struct layer *layer, const struct area *area)
{
	struct area *areas = ONE_MORE(layer, areas);

	if (!areas)
		return ERR_MEMORY;
	layer->areas = areas;
	layer->areas[layer->n_areas++] = *area;
	return 0;
}

int layer_add_polygon(struct layer *layer)
{
	struct polygon *polygons = ONE_MORE(layer, polygons);

	if (!polygons)
		return ERR_MEMORY;
	layer->polygons = polygons;
	layer->polygons[layer->n_polygons++] = (struct polygon){
		.area = (uint32_t)layer->n_areas - 1, .ring = (uint32_t)layer->n_rings};
	return 0;
}

int layer_add_ring(struct layer *layer)
{
	struct ring *rings = ONE_MORE(layer, rings);

	if (!rings)
		return ERR_MEMORY;
	layer->rings = rings;
	layer->rings[layer->n_rings++] = (struct ring){.point = (uint32_t)layer->n_points};
	layer->polygons[layer->n_polygons - 1].rings++;
	return 0;
}

int layer_add_point(struct layer *layer, struct point point)
{
	struct point *points = ONE_MORE(layer, points);

	if (!points)
		return ERR_MEMORY;
	layer->points = points;
	layer->points[layer->n_points++] = point;
	layer->rings[layer->n_rings - 1].points++;
	return 0;
}

/* --- order ----------------------------------------------------------------------------------------- */

static int by_code(const void *a, const void *b)
{
	const struct area *x = *(const struct area *const *)a, *y = *(const struct area *const *)b;
	int order = strcmp(x->code, y->code);

	if (!order)
		order = strcmp(x->tehsil, y->tehsil);
	return order ? order : (x > y) - (x < y); /* as they came */
}

static int by_tehsil(const void *a, const void *b)
{
	const struct area *x = *(const struct area *const *)a, *y = *(const struct area *const *)b;
	int order = strcmp(x->tehsil, y->tehsil);

	return order ? order : by_code(a, b);
}

static int by_area(const void *a, const void *b)
{
	const struct polygon *x = a, *y = b;

	if (x->area != y->area)
		return x->area < y->area ? -1 : 1;
	return (x->ring > y->ring) - (x->ring < y->ring);
}

static void compare_words(struct mistakes_in_layer *mistakes, const char *code, const char *what,
	const char *one, const char *other)
{
	if (strcmp(one, other) != 0)
		layer_mistake(mistakes, "the code %s is used for two %s: \"%s\" and \"%s\"", code,
			what, one, other);
}

/* Neighbours in the order by code. */
static void compare(struct mistakes_in_layer *mistakes, const struct area *a, const struct area *b)
{
	if (strcmp(a->code, b->code) != 0)
		return;
	compare_words(mistakes, a->code, "districts", a->name, b->name);
	compare_words(mistakes, a->code, "divisions", a->division, b->division);
	compare_words(mistakes, a->code, "provinces", a->province, b->province);
	if (strcmp(a->tehsil, b->tehsil) == 0)
		compare_words(mistakes, a->tehsil, "tehsils", a->tehsil_name, b->tehsil_name);
	else if (!*a->tehsil)
		layer_mistake(mistakes,
			"district %s has outlines with a tehsil's code and others without; give "
			"all "
			"of them one, or none",
			a->code);
}

/* Renumbers: areas in their order, equal ones made one. */
static int order_areas(
	struct layer *layer, const struct area **order, struct mistakes_in_layer *mistakes)
{
	struct area *areas = malloc((layer->n_areas ? layer->n_areas : 1) * sizeof(*areas));
	uint32_t *now = malloc((layer->n_areas ? layer->n_areas : 1) * sizeof(*now));
	size_t i, n = 0;
	int err = areas && now ? 0 : ERR_MEMORY;

	for (i = 0; !err && i < layer->n_areas; i++) {
		const struct area *before = i ? order[i - 1] : NULL;

		if (before)
			compare(mistakes, before, order[i]);
		if (!before || strcmp(before->code, order[i]->code) != 0 ||
			strcmp(before->tehsil, order[i]->tehsil) != 0)
			areas[n++] = *order[i];
		now[order[i] - layer->areas] = (uint32_t)n - 1;
	}
	for (i = 0; !err && i < layer->n_polygons; i++)
		layer->polygons[i].area = now[layer->polygons[i].area];
	if (!err) {
		free(layer->areas);
		layer->areas = areas;
		layer->n_areas = n;
		areas = NULL;
	}
	free(areas);
	free(now);
	return err;
}

static void compare_tehsils(
	const struct layer *layer, const struct area **order, struct mistakes_in_layer *mistakes)
{
	size_t i;

	qsort(order, layer->n_areas, sizeof(*order), by_tehsil);
	for (i = 1; i < layer->n_areas; i++)
		if (*order[i]->tehsil && strcmp(order[i]->tehsil, order[i - 1]->tehsil) == 0 &&
			strcmp(order[i]->code, order[i - 1]->code) != 0)
			layer_mistake(mistakes,
				"the code %s is used for a tehsil of district %s and for one of %s",
				order[i]->tehsil, order[i - 1]->code, order[i]->code);
}

static int number_districts(struct layer *layer)
{
	uint32_t *district = malloc((layer->n_areas ? layer->n_areas : 1) * sizeof(*district));
	size_t i;

	if (!district)
		return ERR_MEMORY;
	for (i = 0; i < layer->n_areas; i++)
		district[i] = i && !strcmp(layer->areas[i - 1].code, layer->areas[i].code)
				      ? district[i - 1]
				      : (uint32_t)i;
	free(layer->district);
	layer->district = district;
	return 0;
}

static void lay_polygon(struct layer *layer, const struct layer *from, struct polygon *polygon)
{
	uint32_t first = polygon->ring, i;

	polygon->ring = (uint32_t)layer->n_rings;
	for (i = 0; i < polygon->rings; i++) {
		struct ring ring = from->rings[first + i];

		memcpy(layer->points + layer->n_points, from->points + ring.point,
			ring.points * sizeof(*layer->points));
		ring.point = (uint32_t)layer->n_points;
		layer->n_points += ring.points;
		layer->rings[layer->n_rings++] = ring;
	}
}

/* Rings and points in the order of the polygons they are of: a file counts them, and names none. */
static int lay_in_order(struct layer *layer)
{
	struct layer from = *layer;
	size_t i;

	layer->rings = malloc((from.n_rings ? from.n_rings : 1) * sizeof(*layer->rings));
	layer->points = malloc((from.n_points ? from.n_points : 1) * sizeof(*layer->points));
	if (!layer->rings || !layer->points) {
		free(layer->rings);
		free(layer->points);
		layer->rings = from.rings;
		layer->points = from.points;
		return ERR_MEMORY;
	}
	layer->n_rings = layer->n_points = 0;
	layer->rings_cap = from.n_rings;
	layer->points_cap = from.n_points;
	for (i = 0; i < layer->n_polygons; i++)
		lay_polygon(layer, &from, &layer->polygons[i]);
	free(from.rings);
	free(from.points);
	return 0;
}

int layer_seal(struct layer *layer, struct mistakes_in_layer *mistakes)
{
	const struct area **order = malloc((layer->n_areas ? layer->n_areas : 1) * sizeof(*order));
	size_t i;
	int err;

	if (!order)
		return ERR_MEMORY;
	for (i = 0; i < layer->n_areas; i++)
		order[i] = &layer->areas[i];
	compare_tehsils(layer, order, mistakes);
	qsort(order, layer->n_areas, sizeof(*order), by_code);
	err = order_areas(layer, order, mistakes);
	free(order);
	if (err)
		return err;
	if (layer->n_polygons)
		qsort(layer->polygons, layer->n_polygons, sizeof(*layer->polygons), by_area);
	err = lay_in_order(layer);
	return err ? err : number_districts(layer);
}

/* --- a part of it ---------------------------------------------------------------------------------- */

static int copy_polygon(struct layer *to, const struct layer *from, const struct polygon *polygon)
{
	int err = layer_add_polygon(to);
	uint32_t i, k;

	for (i = 0; !err && i < polygon->rings; i++) {
		const struct ring *ring = &from->rings[polygon->ring + i];

		err = layer_add_ring(to);
		for (k = 0; !err && k < ring->points; k++)
			err = layer_add_point(to, from->points[ring->point + k]);
	}
	return err;
}

int layer_keep(struct layer *layer, bool (*keep)(void *ctx, const struct area *area), void *ctx)
{
	struct layer *part = layer_new(), whole;
	size_t i, p = 0;
	int err = part ? 0 : ERR_MEMORY;

	for (i = 0; !err && i < layer->n_areas; i++) {
		bool kept = keep(ctx, &layer->areas[i]);

		if (kept)
			err = layer_add_area(part, &layer->areas[i]);
		for (; !err && p < layer->n_polygons && layer->polygons[p].area == i; p++)
			if (kept)
				err = copy_polygon(part, layer, &layer->polygons[p]);
	}
	if (!err)
		err = number_districts(part);
	if (!err) {
		memcpy(part->edition, layer->edition, sizeof(part->edition));
		memcpy(part->source, layer->source, sizeof(part->source));
		whole = *layer;
		*layer = *part;
		*part = whole;
	}
	layer_free(part);
	return err;
}

/* --- what it says ---------------------------------------------------------------------------------- */

const struct area *layer_find(const struct layer *layer, const char *code, const char *tehsil)
{
	size_t low = 0, high = layer->n_areas, middle;

	if (!tehsil)
		tehsil = "";
	while (low < high) { /* the first that is not below */
		const struct area *area = &layer->areas[middle = low + (high - low) / 2];
		int order = strcmp(area->code, code);

		if (order < 0 || (order == 0 && strcmp(area->tehsil, tehsil) < 0))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == layer->n_areas || strcmp(layer->areas[low].code, code) != 0 ||
		(*tehsil && strcmp(layer->areas[low].tehsil, tehsil) != 0))
		return NULL;
	return &layer->areas[low];
}

bool layer_edge_is_inner(const struct layer *layer, size_t point)
{
	return layer->inner && (layer->inner[point / 8] >> point % 8 & 1);
}

bool layer_has_tehsils(const struct layer *layer)
{
	size_t i;

	for (i = 0; i < layer->n_areas; i++)
		if (*layer->areas[i].tehsil)
			return true;
	return false;
}

void box_take_in(struct box *box, struct point point)
{
	if (point.lon < box->west)
		box->west = point.lon;
	if (point.lon > box->east)
		box->east = point.lon;
	if (point.lat < box->south)
		box->south = point.lat;
	if (point.lat > box->north)
		box->north = point.lat;
}

bool boxes_meet(const struct box *a, const struct box *b)
{
	return a->west <= b->east && b->west <= a->east && a->south <= b->north &&
	       b->south <= a->north;
}

static struct box box_of(const struct point *points, size_t n)
{
	struct box box = {.west = 1e9, .south = 1e9, .east = -1e9, .north = -1e9};
	size_t i;

	for (i = 0; i < n; i++)
		box_take_in(&box, points[i]);
	return box;
}

struct box layer_box(const struct layer *layer)
{
	return box_of(layer->points, layer->n_points);
}

struct box layer_ring_box(const struct layer *layer, const struct ring *ring)
{
	return box_of(&layer->points[ring->point], ring->points);
}
