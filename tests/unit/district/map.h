/* map.h - small maps for the tests: GeoJSON made of rectangles, opened as the daemon would. */
#ifndef TESTS_UNIT_DISTRICT_MAP_H
#define TESTS_UNIT_DISTRICT_MAP_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "district/boundaries.h"
#include "district/layer.h"

enum { MAP_ROOM = 1 << 20 };

struct map {
	char *room;
	struct text text;
	unsigned features;
};

static inline void map_begin(struct map *map)
{
	map->room = malloc(MAP_ROOM);
	assert_non_null(map->room);
	map->text = text_over(map->room, MAP_ROOM);
	map->features = 0;
	text_put(&map->text, "{\"type\":\"FeatureCollection\",\"features\":[");
}

/* A feature with any geometry; tehsil NULL: none. */
static inline void map_feature(struct map *map, const char *code, const char *tehsil,
	const char *type, const char *coordinates)
{
	text_printf(&map->text, "%s{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"%s\"",
		map->features++ ? ",\n" : "\n", code);
	text_printf(&map->text, ",\"adm2_name\":\"Name of %s\",\"adm1_name\":\"Province\"", code);
	if (tehsil)
		text_printf(&map->text, ",\"adm3_pcode\":\"%s\",\"adm3_name\":\"T %s\"", tehsil,
			tehsil);
	text_printf(&map->text, "},\"geometry\":{\"type\":\"%s\",\"coordinates\":%s}}", type,
		coordinates);
	assert_false(map->text.cut);
}

static inline void map_rectangle(struct map *map, const char *code, const char *tehsil, double west,
	double south, double east, double north)
{
	char room[512];

	snprintf(room, sizeof(room),
		"[[[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g]]]", west,
		south, east, south, east, north, west, north, west, south);
	map_feature(map, code, tehsil, "Polygon", room);
}

/* Writes it as `path`, and forgets it. */
static inline void map_end(struct map *map, const char *path)
{
	FILE *file = fopen(path, "w");

	text_put(&map->text, "\n]}\n");
	assert_non_null(file);
	assert_int_equal(fwrite(map->room, 1, map->text.len, file), map->text.len);
	assert_int_equal(fclose(file), 0);
	free(map->room);
}

static inline struct boundaries *open_map(const char *path)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	struct boundaries *boundaries;
	int err = boundaries_open(&boundaries, path, NULL, &why);

	if (err)
		print_error("%s\n", words);
	assert_int_equal(err, 0);
	assert_int_equal(why.len, 0);
	return boundaries;
}

static inline struct layer *open_map_as_layer(const char *path)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 3};
	struct layer *layer;
	int err = layer_open(&layer, path, NULL, &mistakes);

	if (err)
		print_error("%s\n", words);
	assert_int_equal(err, 0);
	return layer;
}

/* The code of the district (and the tehsil) a point lies in, "" outside. */
static inline const char *district_at(struct boundaries *boundaries, double lon, double lat)
{
	struct located located;

	assert_int_equal(boundaries_find(boundaries, lon, lat, 0, &located), 0);
	assert_false(located.border);
	assert_true(isnan(located.border_m));
	assert_null(located.neighbour);
	return located.area ? located.area->code : "";
}

static inline struct located located_at(
	struct boundaries *boundaries, double lon, double lat, double within_m)
{
	struct located located;

	assert_int_equal(boundaries_find(boundaries, lon, lat, within_m, &located), 0);
	return located;
}

/* For srand48: from the environment, or another each time; printed. */
static inline void take_seed(void)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);

	printf("SEED=%u\n", seed);
	srand48((long)seed);
}

#endif
