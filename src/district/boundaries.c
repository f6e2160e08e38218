/*
 * Membership is asked of GEOS once for a small rectangle of the map, when no outline comes into it:
 * all points of it lie in the same area then.  Elsewhere GEOS is asked for each point.
 */
#include "district/boundaries.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "district/border.h"
#include "district/boundaries_file.h"
#include "district/locate.h"

/* What is known of a rectangle; from CELL_AREAS on: which area it lies in, the first being 0. */
enum cell { CELL_NEW = 0, CELL_MIXED = 1, CELL_OUTSIDE = 2, CELL_AREAS = 3 };

enum { CELLS = 1 << 18 }; /* 512 KiB; over Pakistan a rectangle is some 3 km wide */

struct grid {
	struct box box;
	double columns_per_degree, rows_per_degree;
	size_t columns, rows;
	uint16_t *cells;
};

struct boundaries {
	struct layer *layer;
	struct locator locator;
	struct border_tree *borders;
	struct grid grid;
};

/* --- opening --------------------------------------------------------------------------------------- */

static int make_grid(struct grid *grid, const struct layer *layer)
{
	double width, height;

	static_assert(LAYER_AREAS + CELL_AREAS <= UINT16_MAX, "an area's number fits in a cell");
	grid->box = layer_box(layer);
	/* Never so small that a number of rectangles for each degree is beyond counting. */
	width = fmax(grid->box.east - grid->box.west, 1e-6);
	height = fmax(grid->box.north - grid->box.south, 1e-6);
	grid->columns = (size_t)fmin(fmax(sqrt(CELLS * width / height), 1), CELLS);
	grid->rows = CELLS / grid->columns;
	grid->columns_per_degree = (double)grid->columns / width;
	grid->rows_per_degree = (double)grid->rows / height;
	grid->cells = calloc(grid->columns * grid->rows, sizeof(*grid->cells));
	return grid->cells ? 0 : ERR_MEMORY;
}

static int open_layer(struct boundaries **out, struct layer *layer)
{
	struct boundaries *boundaries = calloc(1, sizeof(*boundaries));
	int err;

	if (!boundaries) {
		layer_free(layer);
		return ERR_MEMORY;
	}
	boundaries->layer = layer;
	if (!layer->checksum)
		layer->checksum = boundaries_file_checksum(layer);
	err = locator_open(&boundaries->locator, layer);
	if (!err)
		err = border_tree_new(&boundaries->borders, layer);
	if (!err)
		err = make_grid(&boundaries->grid, layer);
	if (err) {
		boundaries_free(boundaries);
		boundaries = NULL;
	}
	*out = boundaries;
	return err;
}

int boundaries_open(struct boundaries **out, const char *path, const struct boundary_keys *keys,
	struct text *why)
{
	struct mistakes_in_layer mistakes = {.to = why, .most = 1};
	struct layer *layer;
	int err = layer_open(&layer, path, keys, &mistakes);

	*out = NULL;
	if (err == ERR_CONF && mistakes.wrong > 1)
		text_printf(why, " (and %u more; waterlab boundaries show %s names them)",
			mistakes.wrong - 1, path);
	if (err)
		return err;
	err = open_layer(out, layer);
	if (err)
		text_printf(why, "%s: there is not enough memory for it", path);
	return err;
}

void boundaries_free(struct boundaries *boundaries)
{
	if (!boundaries)
		return;
	free(boundaries->grid.cells);
	border_tree_free(boundaries->borders);
	if (boundaries->locator.layer)
		locator_close(&boundaries->locator);
	layer_free(boundaries->layer);
	free(boundaries);
}

/* --- what is in it --------------------------------------------------------------------------------- */

const char *boundaries_edition(const struct boundaries *boundaries)
{
	return boundaries->layer->edition;
}

bool boundaries_installed(const struct boundaries *boundaries)
{
	return boundaries->layer->installed;
}

uint32_t boundaries_checksum(const struct boundaries *boundaries)
{
	return boundaries->layer->checksum;
}

size_t boundaries_count(const struct boundaries *boundaries)
{
	return boundaries->layer->n_areas;
}

const struct area *boundaries_at(const struct boundaries *boundaries, size_t i)
{
	return i < boundaries->layer->n_areas ? &boundaries->layer->areas[i] : NULL;
}

const struct area *boundaries_by_code(
	const struct boundaries *boundaries, const char *code, const char *tehsil)
{
	return layer_find(boundaries->layer, code, tehsil);
}

/* --- where a point lies ---------------------------------------------------------------------------- */

/* The rectangle that a point lies in; NULL: outside of the whole layer. */
static uint16_t *cell_of(
	const struct grid *grid, double lon, double lat, size_t *column, size_t *row)
{
	if (!(lon >= grid->box.west && lon <= grid->box.east && lat >= grid->box.south &&
		    lat <= grid->box.north))
		return NULL;
	*column = (size_t)((lon - grid->box.west) * grid->columns_per_degree);
	*row = (size_t)((lat - grid->box.south) * grid->rows_per_degree);
	if (*column == grid->columns)
		(*column)--;
	if (*row == grid->rows)
		(*row)--;
	return &grid->cells[*row * grid->columns + *column];
}

/* It, and a billionth of a degree around it: more than rounding can put a point beside its own. */
static struct box box_of_cell(const struct grid *grid, size_t column, size_t row)
{
	static const double more = 1e-9;

	return (struct box){
		.west = grid->box.west + (double)column / grid->columns_per_degree - more,
		.south = grid->box.south + (double)row / grid->rows_per_degree - more,
		.east = grid->box.west + (double)(column + 1) / grid->columns_per_degree + more,
		.north = grid->box.south + (double)(row + 1) / grid->rows_per_degree + more};
}

/* The first time in a rectangle. */
static int look_into_cell(struct boundaries *b, double lon, double lat, uint16_t *cell,
	size_t column, size_t row, struct inside *in)
{
	struct box box = box_of_cell(&b->grid, column, row);
	int err = locate(&b->locator, lon, lat, in);

	if (err)
		return err;
	if (in->areas > 1 || border_comes_into(b->borders, &box))
		*cell = CELL_MIXED;
	else
		*cell = (uint16_t)(in->area == NO_AREA ? CELL_OUTSIDE : CELL_AREAS + in->area);
	return 0;
}

/* `all`: every district that it lies in matters, not the lowest alone. */
static int look_up(struct boundaries *b, double lon, double lat, bool all, struct inside *in)
{
	size_t column, row;
	uint16_t *cell = cell_of(&b->grid, lon, lat, &column, &row);

	*in = (struct inside){.area = NO_AREA, .other = NO_AREA};
	if (!cell || *cell == CELL_OUTSIDE)
		return 0;
	if (*cell == CELL_NEW)
		return look_into_cell(b, lon, lat, cell, column, row, in);
	if (*cell == CELL_MIXED)
		return all ? locate(&b->locator, lon, lat, in)
			   : locate_lowest(&b->locator, lon, lat, in);
	in->area = *cell - CELL_AREAS;
	return 0;
}

static void find_border(const struct boundaries *b, const struct inside *in,
	const struct plane *plane, double within_m, struct located *out)
{
	const struct layer *layer = b->layer;
	bool outside = in->area == NO_AREA;
	struct nearest nearest;

	if (in->other != NO_AREA) { /* on a shared border, or where districts overlap */
		out->border = true;
		out->border_m = 0;
		out->neighbour = &layer->areas[in->other];
		return;
	}
	border_nearest(b->borders, plane,
		outside ? NO_DISTRICT : (int64_t)layer->district[in->area],
		outside ? INFINITY : within_m, &nearest);
	if (nearest.other != NO_DISTRICT)
		out->neighbour = &layer->areas[nearest.other];
	if (isfinite(nearest.own_m) || isfinite(nearest.other_m)) {
		out->border = !outside;
		out->border_m = fmin(nearest.own_m, nearest.other_m);
	}
}

int boundaries_find(
	struct boundaries *boundaries, double lon, double lat, double within_m, struct located *out)
{
	struct inside in;
	struct plane plane;
	int err;

	assert(within_m >= 0);
	*out = (struct located){.border_m = NAN};
	if (!(fabs(lon) <= 180 && fabs(lat) <= 90))
		return ERR_RANGE;
	err = look_up(boundaries, lon, lat, within_m > 0, &in);
	if (err)
		return err;
	if (in.area != NO_AREA)
		out->area = &boundaries->layer->areas[in.area];
	if (within_m > 0) {
		plane = plane_at(lon, lat);
		find_border(boundaries, &in, &plane, within_m, out);
	}
	return 0;
}

double boundaries_metres_to(struct boundaries *boundaries, double lon, double lat, const char *code)
{
	const struct area *area = boundaries_by_code(boundaries, code, NULL);
	struct plane plane;
	struct inside in;
	uint32_t district;

	if (!area || !(fabs(lon) <= 180 && fabs(lat) <= 90))
		return NAN;
	district = boundaries->layer->district[area - boundaries->layer->areas];
	if (locate_in(&boundaries->locator, lon, lat, district, &in))
		return NAN;
	if (in.area != NO_AREA)
		return 0;
	plane = plane_at(lon, lat);
	return border_metres_to(boundaries->borders, &plane, district);
}
