/* What is said of a layer before it is installed. */
#include "district/survey.h"
#include "district/ground.h"
#include "map.h"

static struct survey surveyed;

static struct layer *survey_map(const char *path)
{
	struct layer *layer = open_map_as_layer(path);

	survey_free(&surveyed);
	assert_int_equal(survey_fit(&surveyed, layer), 0);
	return layer;
}

static struct gazetteer *open_places(const char *rows)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct gazetteer *gazetteer;
	FILE *file = fopen("places.csv", "w");

	assert_non_null(file);
	fprintf(file, "province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n%s",
		rows);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(gazetteer_open(&gazetteer, "places.csv", &why), 0);
	return gazetteer;
}

/* A degree square at the equator, one at 60 north, and all the earth: by summing up the ellipsoid's
 * metric in 20000 steps. */
static void areas_in_square_metres(void **state)
{
	const struct point low[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
	const struct point high[] = {{10, 60}, {10, 61}, {11, 61}, {11, 60}, {10, 60}};
	const struct point all[] = {{-180, -90}, {180, -90}, {180, 90}, {-180, 90}, {-180, -90}};

	(void)state;
	assert_true(fabs(ground_ring_m2(low, 5) / 12308463893.976 - 1) < 1e-9);
	assert_true(fabs(ground_ring_m2(high, 5) / 6123140878.746 - 1) < 1e-9);
	assert_true(fabs(ground_ring_m2(all, 5) / 510065621724089.0 - 1) < 1e-9);
	assert_true(ground_ring_m2(all, 0) == 0);
}

static void a_map_that_fits(void **state)
{
	struct layer *layer;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", "A1", 70, 30, 71, 31);
	map_rectangle(&map, "A", "A2", 71, 30, 72, 31);
	map_rectangle(&map, "B", "B1", 70, 31, 72, 32); /* without a corner where A1 and A2 meet */
	map_end(&map, "fits.geojson");
	layer = survey_map("fits.geojson");
	assert_int_equal(surveyed.n, 0);
	layer_free(layer);
}

static void overlaps_are_measured(void **state)
{
	struct layer *layer;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", NULL, 70, 0, 71, 1);
	map_rectangle(&map, "B", NULL, 70.999, 0, 72, 1); /* 111 m: a sliver */
	map_rectangle(&map, "C", NULL, 71.9, 0, 73, 1);   /* 11 km: land given twice */
	map_rectangle(&map, "D", NULL, 75, 0, 76, 1);
	map_rectangle(&map, "D", NULL, 75.5, 0, 76.5, 1); /* one district drawn twice: no harm */
	map_end(&map, "overlaps.geojson");
	layer = survey_map("overlaps.geojson");
	assert_int_equal(surveyed.n, 3);
	assert_int_equal(surveyed.of_weight[FINDING_DOUBT], 1);
	assert_int_equal(surveyed.findings[0].weight, FINDING_DOUBT);
	assert_true(fabs(surveyed.findings[0].km2 - 1230.8) < 0.1);
	assert_string_equal(surveyed.findings[0].words,
		"B Name of B and C Name of C overlap: 1231 km2, 10113 m wide");
	assert_non_null(
		strstr(surveyed.findings[1].words, "D Name of D overlaps itself: 6154 km2"));
	assert_int_equal(surveyed.findings[1].weight, FINDING_NOTE);
	assert_string_equal(surveyed.findings[2].words,
		"A Name of A and B Name of B overlap: 12.31 km2, 111 m wide");
	assert_int_equal(surveyed.findings[2].weight, FINDING_NOTE);
	layer_free(layer);
}

static void gaps_are_measured(void **state)
{
	struct layer *layer;
	struct map map;

	(void)state;
	map_begin(&map);
	/* A ring of four with a square in the middle that nobody has, one degree of a tenth; and a
	 * hole. */
	map_rectangle(&map, "A", NULL, 70, 0, 71.1, 1);
	map_rectangle(&map, "B", NULL, 71.1, 0, 72.1, 1.1);
	map_rectangle(&map, "C", NULL, 71, 1.1, 72.1, 2);
	map_rectangle(&map, "D", NULL, 70, 1, 71, 2);
	map_feature(&map, "E", NULL, "Polygon",
		"[[[80,0],[81,0],[81,1],[80,1],[80,0]],[[80.5,0.5],[80.5,0.51],[80.51,0.51],[80.51,"
		"0.5],["
		"80.5,0.5]]]");
	map_end(&map, "gaps.geojson");
	layer = survey_map("gaps.geojson");
	assert_int_equal(surveyed.n, 2);
	assert_true(fabs(surveyed.findings[0].km2 - 123.08) < 0.05);
	assert_string_equal(surveyed.findings[0].words,
		"a gap of 123 km2, 5547 m wide, at A Name of A, B Name of B, C Name of C");
	assert_string_equal(
		surveyed.findings[1].words, "a gap of 1.23 km2, 555 m wide, at E Name of E");
	assert_int_equal(surveyed.of_weight[FINDING_NOTE], 2);
	layer_free(layer);
}

static void rounding_is_counted_only(void **state)
{
	struct layer *layer;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", NULL, 70, 0, 71, 1);
	map_rectangle(&map, "B", NULL, 71 - 1e-7, 0, 72, 1); /* a centimetre over 111 km */
	map_end(&map, "rounding.geojson");
	layer = survey_map("rounding.geojson");
	assert_int_equal(surveyed.n, 1);
	assert_string_equal(surveyed.findings[0].words,
		"slivers between areas narrower than 1 m (rounding): 1, 0.001231 km2 together");
	layer_free(layer);
}

/* Every outline over every other: it comes to an end, and says what it saw. */
static void a_heap_of_outlines_is_no_map(void **state)
{
	struct layer *layer;
	struct map map;
	char code[16];
	int i;

	(void)state;
	map_begin(&map);
	for (i = 0; i < 150; i++) {
		snprintf(code, sizeof(code), "A%03d", i);
		map_rectangle(&map, code, NULL, 70 + i * 0.001, 0, 71 + i * 0.001, 1);
	}
	map_end(&map, "heap.geojson");
	layer = survey_map("heap.geojson");
	assert_int_equal(surveyed.findings[0].weight, FINDING_DOUBT);
	assert_int_equal(surveyed.of_weight[FINDING_DOUBT], 150 * 20 + 1000 + 2);
	assert_non_null(strstr(surveyed.findings[0].words,
		"the outlines overlap everywhere: this is no map of districts"));
	layer_free(layer);
}

#define PLACES                             \
	"P,D,Name of A,A,,,30.5,70.5\n"    \
	"P,D,Name of B,B,,,30.5,71.5\n"    \
	"P,D,Name of C,C,,,30.5,72.5\n"    \
	"P,D,Name of C,C,T,C1,30.6,72.6\n" \
	"Q,D,Name of X,X,,,10.5,12.5\n"

static void write_abc(const char *a, const char *b, const char *c)
{
	struct map map;

	map_begin(&map);
	map_rectangle(&map, a, NULL, 70, 30, 71, 31);
	map_rectangle(&map, b, NULL, 71, 30, 72, 31);
	map_rectangle(&map, c, NULL, 72, 30, 73, 31);
	map_end(&map, "abc.geojson");
}

static void hold_against(const char *places)
{
	struct gazetteer *gazetteer = open_places(places);
	struct layer *layer = open_map_as_layer("abc.geojson");

	survey_free(&surveyed);
	assert_int_equal(survey_codes(&surveyed, layer, gazetteer), 0);
	gazetteer_free(gazetteer);
	layer_free(layer);
}

static void codes_are_held_against_the_gazetteer(void **state)
{
	(void)state;
	write_abc("A", "B", "C"); /* Q is not covered: X is not missed */
	hold_against(PLACES);
	assert_int_equal(surveyed.n, 0);
	write_abc("A", "B", "Z");
	hold_against(PLACES);
	assert_int_equal(surveyed.n, 1);
	assert_int_equal(surveyed.findings[0].weight, FINDING_DOUBT);
	assert_string_equal(surveyed.findings[0].words,
		"the file lacks 1 of the 3 districts of P: C Name of C");
	write_abc("B", "A", "C"); /* mixed up */
	hold_against(PLACES);
	assert_int_equal(surveyed.n, 1);
	assert_int_equal(surveyed.findings[0].weight, FINDING_DOUBT);
	assert_string_equal(surveyed.findings[0].words,
		"2 of 4 places of the gazetteer lie in another district than their own, e.g. one "
		"of A "
		"Name of A lies in B Name of B");
	write_abc("1", "2", "3");
	hold_against(PLACES);
	assert_int_equal(surveyed.n, 1);
	assert_int_equal(surveyed.findings[0].weight, FINDING_NOTE);
	assert_non_null(
		strstr(surveyed.findings[0].words, "no code of the file is in the gazetteer"));
}

static void turned_coordinates_are_seen(void **state)
{
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", NULL, 30, 70, 31, 71);
	map_rectangle(&map, "B", NULL, 31, 70, 32, 71);
	map_rectangle(&map, "C", NULL, 32, 70, 33, 71);
	map_end(&map, "abc.geojson");
	hold_against("P,D,Name of A,A,,,30.5,70.5\nP,D,Name of B,B,,,30.5,71.5\nP,D,Name of "
		     "C,C,,,30.5,72.5\n");
	assert_int_equal(surveyed.of_weight[FINDING_WRONG], 1);
	assert_string_equal(surveyed.findings[0].words,
		"latitude and longitude are swapped: GeoJSON has longitude first");
}

static void provinces_are_counted(void **state)
{
	struct province_count provinces[2];
	struct layer *layer;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", "A1", 70, 0, 71, 1);
	map_rectangle(&map, "A", "A2", 71, 0, 72, 1);
	map_rectangle(&map, "B", NULL, 72, 0, 73, 1);
	map_end(&map, "count.geojson");
	layer = open_map_as_layer("count.geojson");
	(void)text_copy(layer->areas[2].province, AREA_NAME, "Other");
	assert_int_equal(survey_provinces(layer, provinces, 2), 2);
	assert_string_equal(provinces[0].name, "Province");
	assert_int_equal(provinces[0].districts, 1);
	assert_int_equal(provinces[0].tehsils, 2);
	assert_int_equal(provinces[0].points, 10);
	assert_true(fabs(provinces[0].km2 - 24616.9) < 0.1);
	assert_string_equal(provinces[1].name, "Other");
	assert_int_equal(provinces[1].districts, 1);
	assert_int_equal(provinces[1].tehsils, 0);
	assert_int_equal(
		survey_provinces(layer, provinces, 1), 1); /* further ones go to the last */
	assert_int_equal(provinces[0].districts, 2);
	layer_free(layer);
}

static bool is_b(void *ctx, const struct area *area)
{
	(void)ctx;
	return area->code[0] == 'B';
}

static void a_part_can_be_kept(void **state)
{
	struct layer *layer;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", NULL, 70, 0, 71, 1);
	map_rectangle(&map, "B", "B1", 71, 0, 72, 1);
	map_feature(&map, "B", "B2", "MultiPolygon",
		"[[[[72,0],[73,0],[73,1],[72,1],[72,0]],[[72.1,0.1],[72.1,0.2],[72.2,0.2],[72.1,0."
		"1]]],"
		"[[[74,0],[75,0],[75,1],[74,0]]]]");
	map_rectangle(&map, "C", NULL, 76, 0, 77, 1);
	map_end(&map, "part.geojson");
	layer = open_map_as_layer("part.geojson");
	assert_int_equal(layer_keep(layer, is_b, NULL), 0);
	assert_int_equal(layer->n_areas, 2);
	assert_int_equal(layer->n_polygons, 3);
	assert_int_equal(layer->n_rings, 4);
	assert_int_equal(layer->n_points, 18);
	assert_string_equal(layer->source, "part.geojson");
	assert_int_equal(layer->polygons[0].area, 0);
	assert_int_equal(layer->polygons[2].area, 1);
	assert_int_equal(layer->district[1], 0);
	assert_true(layer->points[layer->rings[2].point].lon == 72.1);
	assert_null(layer->inner); /* to be found anew */
	layer_free(layer);
}

static int forget(void **state)
{
	(void)state;
	survey_free(&surveyed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_in_square_metres),
		cmocka_unit_test(a_map_that_fits),
		cmocka_unit_test(overlaps_are_measured),
		cmocka_unit_test(gaps_are_measured),
		cmocka_unit_test(rounding_is_counted_only),
		cmocka_unit_test(a_heap_of_outlines_is_no_map),
		cmocka_unit_test(codes_are_held_against_the_gazetteer),
		cmocka_unit_test(turned_coordinates_are_seen),
		cmocka_unit_test(provinces_are_counted),
		cmocka_unit_test(a_part_can_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
