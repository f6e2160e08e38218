/*
 * whereabouts_lab.h - fixes put in by hand on a clock set by hand, over two districts of our own making.
 */
#ifndef TESTS_PLACE_WHEREABOUTS_LAB_H
#define TESTS_PLACE_WHEREABOUTS_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/place/whereabouts.c"
#include "district/boundaries_file.h"

static int64_t now_ms = 1000000;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return __atomic_load_n(&now_ms, __ATOMIC_RELAXED) * 1000000;
}

static const struct clock machine = {boot_ns, boot_ns, NULL};
static const struct receiver_conf no_receiver = {.kind = RECEIVER_NONE};
static struct place_conf conf = {.boundaries = "two",
	.places = "places.csv",
	.border_margin_m = 200,
	.stale_moving_s = 30,
	.stale_parked_s = 600,
	.fastest_kmh = 180,
	.entered_h = 12};
static struct whereabouts *w;

static void write_file(const char *path, const char *words)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void install(const char *map, const char *path)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 1};
	struct layer *layer;

	assert_int_equal(layer_open(&layer, map, NULL, &mistakes), 0);
	assert_int_equal(boundaries_file_write(layer, path, &why), 0);
	layer_free(layer);
}

__attribute__((unused)) static int make_files(void **state)
{
	(void)state;
	write_file("two.geojson",
		"{\"type\":\"FeatureCollection\",\"features\":["
		"{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"PK528\",\"adm2_name\":"
		"\"Peshawar\",\"adm1_name\":\"KP\"},\"geometry\":{\"type\":\"Polygon\","
		"\"coordinates\":"
		"[[[71,34],[71.7,34],[71.7,35],[71,35],[71,34]]]}},"
		"{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"PK526\",\"adm2_name\":"
		"\"Nowshera\",\"adm1_name\":\"KP\"},\"geometry\":{\"type\":\"Polygon\","
		"\"coordinates\":"
		"[[[71.7,34],[72.5,34],[72.5,35],[71.7,35],[71.7,34]]]}}]}");
	write_file("places.csv",
		"province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
		"KP,Peshawar,Peshawar,PK528,,,34.1,71.5\n"
		"KP,Peshawar,Nowshera,PK526,,,34.0,71.98\n");
	install("two.geojson", "two");
	write_file("broken", "waterlab-boundaries 1 and then nothing of the sort\n");
	return 0;
}

__attribute__((unused)) static int begin(void **state)
{
	(void)state;
	now_ms = 1000000;
	return whereabouts_new(&w, &no_receiver, &conf, &machine);
}

__attribute__((unused)) static int end(void **state)
{
	(void)state;
	whereabouts_free(w);
	w = NULL;
	return 0;
}

__attribute__((unused)) static void fix_at(double lat, double lon, double eph_m, double speed_m_s)
{
	const struct fix fix = {.boot_ms = now_ms,
		.mode = 3,
		.lat = lat,
		.lon = lon,
		.eph_m = eph_m,
		.speed_m_s = speed_m_s,
		.has_time = true,
		.utc_ms = 1790000000000 + now_ms};

	hear(w, &fix);
}

/* Fixes once a second at one place, as of a van that stands. */
__attribute__((unused)) static void stand(double lat, double lon, int seconds)
{
	int i;

	for (i = 0; i < seconds; i++) {
		now_ms += 1000;
		fix_at(lat, lon, 9, 0.1);
	}
}

__attribute__((unused)) static struct place place_now(void)
{
	struct place place;

	whereabouts_at(w, now_ms, &place);
	return place;
}

__attribute__((unused)) static struct place_entry entry_in(const char *district)
{
	struct place_entry entry = {.reason = "no sky"};

	snprintf(entry.district, sizeof(entry.district), "%s", district);
	return entry;
}

#endif
