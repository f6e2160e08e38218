#include "district/boundaries_file.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "district/boundaries_form.h"

/* The file on its way in; once `short_of` is set nothing more comes. */
struct source {
	FILE *file;
	uLong crc;
	uint64_t left;
	bool short_of;
	bool no_memory;
};

static bool take(struct source *source, void *to, size_t n)
{
	if (source->short_of || n > source->left || fread(to, 1, n, source->file) != n) {
		source->short_of = true;
		return false;
	}
	source->crc = crc32_z(source->crc, to, n);
	source->left -= n;
	return true;
}

static uint32_t take_u32(struct source *source)
{
	uint32_t bytes;

	return take(source, &bytes, sizeof(bytes)) ? le32toh(bytes) : 0;
}

static bool take_string(struct source *source, char *to, size_t cap)
{
	uint8_t n;

	if (!take(source, &n, 1) || n >= cap || !take(source, to, n))
		return false;
	to[n] = '\0';
	return strlen(to) == n;
}

static bool take_line(struct source *source, const char *word, char *to, size_t cap)
{
	char begun[16];
	size_t n = 0;
	char c;

	if (!take(source, begun, strlen(word)) || memcmp(begun, word, strlen(word)) != 0)
		return false;
	while (take(source, &c, 1) && c != '\n' && c && n + 1 < cap)
		to[n++] = c;
	to[n] = '\0';
	return !source->short_of && c == '\n';
}

/* An array of n things that take at least `least` bytes each; NULL: they cannot be in the file. */
static void *room_for(struct source *source, size_t n, size_t least, size_t size)
{
	void *room;

	if (n > source->left / least)
		return NULL;
	room = calloc(n ? n : 1, size);
	source->no_memory |= !room;
	return room;
}

static bool take_areas(struct source *source, struct layer *layer)
{
	size_t i;
	int order;

	layer->areas = room_for(source, layer->n_areas, 6, sizeof(*layer->areas));
	layer->district = room_for(source, layer->n_areas, 6, sizeof(*layer->district));
	for (i = 0; layer->areas && layer->district && i < layer->n_areas; i++) {
		struct area *a = &layer->areas[i];

		if (!take_string(source, a->code, AREA_CODE) || !*a->code ||
			!take_string(source, a->name, AREA_NAME) ||
			!take_string(source, a->division, AREA_NAME) ||
			!take_string(source, a->province, AREA_NAME) ||
			!take_string(source, a->tehsil, AREA_CODE) ||
			!take_string(source, a->tehsil_name, AREA_NAME))
			return false;
		order = i ? strcmp(a[-1].code, a->code) : -1;
		if (order > 0 || (order == 0 && strcmp(a[-1].tehsil, a->tehsil) >= 0))
			return false;
		layer->district[i] = order ? (uint32_t)i : layer->district[i - 1];
	}
	return layer->areas && layer->district;
}

static bool take_polygons(struct source *source, struct layer *layer)
{
	size_t i, ring = 0;

	layer->polygons = room_for(source, layer->n_polygons, 8, sizeof(*layer->polygons));
	for (i = 0; layer->polygons && i < layer->n_polygons; i++) {
		struct polygon *p = &layer->polygons[i];

		p->area = take_u32(source);
		p->ring = (uint32_t)ring;
		p->rings = take_u32(source);
		if (p->area >= layer->n_areas || (i && p->area < p[-1].area) || !p->rings ||
			p->rings > layer->n_rings - ring)
			return false;
		ring += p->rings;
	}
	return layer->polygons && ring == layer->n_rings;
}

static bool take_rings(struct source *source, struct layer *layer)
{
	size_t i, point = 0;

	layer->rings = room_for(source, layer->n_rings, 4, sizeof(*layer->rings));
	for (i = 0; layer->rings && i < layer->n_rings; i++) {
		struct ring *r = &layer->rings[i];

		r->point = (uint32_t)point;
		r->points = take_u32(source);
		if (r->points < RING_POINTS || r->points > layer->n_points - point)
			return false;
		point += r->points;
	}
	return layer->rings && point == layer->n_points;
}

static bool take_points(struct source *source, struct layer *layer)
{
	size_t i, n = layer->n_points;

	layer->points = room_for(source, n, sizeof(*layer->points), sizeof(*layer->points));
	if (!layer->points || !take(source, layer->points, n * sizeof(*layer->points)))
		return false;
	for (i = 0; i < n; i++) {
		struct point *p = &layer->points[i];
		uint64_t bytes[2];

		memcpy(bytes, p, sizeof(bytes));
		bytes[0] = le64toh(bytes[0]);
		bytes[1] = le64toh(bytes[1]);
		memcpy(p, bytes, sizeof(bytes));
		if (!(fabs(p->lon) <= 180 && fabs(p->lat) <= 90))
			return false;
	}
	for (i = 0; i < layer->n_rings; i++) {
		const struct point *first = &layer->points[layer->rings[i].point];
		const struct point *last = first + layer->rings[i].points - 1;

		if (first->lon != last->lon || first->lat != last->lat)
			return false;
	}
	return true;
}

static bool take_layer(struct source *source, struct layer *layer)
{
	uint32_t inner;

	if (!take_line(source, "edition ", layer->edition, sizeof(layer->edition)) ||
		!take_line(source, "source ", layer->source, sizeof(layer->source)))
		return false;
	layer->n_areas = take_u32(source);
	layer->n_polygons = take_u32(source);
	layer->n_rings = take_u32(source);
	layer->n_points = take_u32(source);
	inner = take_u32(source);
	if (source->short_of || inner > 1 || layer->n_areas > LAYER_AREAS ||
		layer->n_points > LAYER_POINTS || !layer->n_polygons)
		return false;
	if (!take_areas(source, layer) || !take_polygons(source, layer) ||
		!take_rings(source, layer) || !take_points(source, layer))
		return false;
	if (inner) {
		layer->inner = room_for(source, boundaries_inner_bytes(layer->n_points), 1, 1);
		if (!layer->inner ||
			!take(source, layer->inner, boundaries_inner_bytes(layer->n_points)))
			return false;
	}
	return source->left == 0;
}

bool boundaries_file_is(const char *bytes, size_t n)
{
	return n >= sizeof(BOUNDARIES_MAGIC) - 1 &&
	       !memcmp(bytes, BOUNDARIES_MAGIC, sizeof(BOUNDARIES_MAGIC) - 1);
}

int boundaries_file_read(struct layer **out, FILE *file, size_t size, struct text *why)
{
	char line[BOUNDARIES_FIRST_LINE], wanted[BOUNDARIES_FIRST_LINE + 1];
	struct source source = {.file = file, .crc = crc32(0, NULL, 0)};
	struct layer *layer = layer_new();
	bool whole = false;
	int err = 0;

	if (layer && size > sizeof(line) && fread(line, 1, sizeof(line), file) == sizeof(line)) {
		source.left = size - sizeof(line);
		whole = take_layer(&source, layer);
		boundaries_first_line(wanted, source.crc, size - sizeof(line));
		whole = whole && !memcmp(line, wanted, sizeof(line));
	}
	if (!layer || source.no_memory) {
		text_put(why, "there is not enough memory for it");
		err = ERR_MEMORY;
	} else if (ferror(file)) {
		text_printf(why, "cannot be read: %s", strerror(errno));
		err = ERR_IO;
	} else if (!whole) {
		text_put(why, "is damaged or not whole; install the boundaries again: waterlab "
			      "boundaries install FILE");
		err = ERR_DAMAGED;
	}
	if (err) {
		layer_free(layer);
		layer = NULL;
	} else {
		layer->installed = true;
		layer->checksum = source.crc ? (uint32_t)source.crc : 1;
	}
	*out = layer;
	return err;
}
