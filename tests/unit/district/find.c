/* Which district a point lies in. */
#include "map.h"

static void a_shared_border_is_the_lowest_codes(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "PK9", NULL, 70, 30, 71, 31);
	map_rectangle(&map, "PK2", NULL, 71, 30, 72, 31);
	map_rectangle(&map, "PK5", NULL, 70, 31, 71, 32);
	map_rectangle(&map, "PK10", NULL, 71, 31, 72, 32);
	map_end(&map, "four.geojson");
	boundaries = open_map("four.geojson");
	assert_string_equal(district_at(boundaries, 70.5, 30.5), "PK9");
	assert_string_equal(district_at(boundaries, 71, 30.5), "PK2");
	assert_string_equal(district_at(boundaries, 70.5, 31), "PK5");
	assert_string_equal(district_at(boundaries, 71, 31), "PK10"); /* by bytes, not by number */
	assert_string_equal(district_at(boundaries, 71, 30), "PK2");
	assert_string_equal(district_at(boundaries, 70, 30), "PK9");
	assert_string_equal(district_at(boundaries, nextafter(71, 0), 30.5), "PK9");
	assert_string_equal(district_at(boundaries, nextafter(70, 0), 30.5), "");
	assert_string_equal(district_at(boundaries, 69, 30.5), "");
	boundaries_free(boundaries);
}

static void holes_enclaves_and_parts(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	/* B with two holes: A lies in one, nothing in the other; and an island. */
	map_feature(&map, "B", NULL, "MultiPolygon",
		"[[[[70,30],[74,30],[74,34],[70,34],[70,30]],"
		"[[71,31],[71,32],[72,32],[72,31],[71,31]],"
		"[[73,33],[73,33.5],[73.5,33.5],[73.5,33],[73,33]]],"
		"[[[75,30],[76,30],[76,31],[75,30]]]]");
	map_rectangle(&map, "A", NULL, 71, 31, 72, 32);
	map_end(&map, "holes.geojson");
	boundaries = open_map("holes.geojson");
	assert_string_equal(district_at(boundaries, 70.5, 30.5), "B");
	assert_string_equal(district_at(boundaries, 71.5, 31.5), "A");
	assert_string_equal(district_at(boundaries, 71, 31.5), "A");
	assert_string_equal(district_at(boundaries, 73.2, 33.2), "");
	assert_string_equal(district_at(boundaries, 73, 33.2), "B");
	assert_string_equal(district_at(boundaries, 75.9, 30.5), "B");
	assert_string_equal(district_at(boundaries, 75.1, 30.5), "");
	assert_int_equal(boundaries_count(boundaries), 2);
	boundaries_free(boundaries);
}

static void where_districts_overlap_the_lowest_code_wins_and_the_other_is_said(void **state)
{
	struct boundaries *boundaries;
	struct located located;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "C", NULL, 70, 30, 72, 31);
	map_rectangle(&map, "A", NULL, 71, 30, 73, 31);
	map_rectangle(&map, "B", NULL, 71.5, 30, 71.6, 31);
	map_end(&map, "overlap.geojson");
	boundaries = open_map("overlap.geojson");
	assert_string_equal(district_at(boundaries, 70.5, 30.5), "C");
	assert_string_equal(district_at(boundaries, 71.2, 30.5), "A");
	located = located_at(boundaries, 71.2, 30.5, 1);
	assert_string_equal(located.area->code, "A");
	assert_true(located.border);
	assert_true(located.border_m == 0);
	assert_string_equal(located.neighbour->code, "C");
	located = located_at(boundaries, 71.55, 30.5, 1);
	assert_string_equal(located.area->code, "A");
	assert_string_equal(located.neighbour->code, "B");
	boundaries_free(boundaries);
}

static void outlines_of_one_code_are_one_district(void **state)
{
	struct boundaries *boundaries;
	struct located located;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "B", NULL, 72, 30, 73, 31);
	map_rectangle(&map, "A", NULL, 70, 30, 71, 31);
	map_rectangle(&map, "A", NULL, 71, 30, 72, 31);
	map_end(&map, "parts.geojson");
	boundaries = open_map("parts.geojson");
	assert_int_equal(boundaries_count(boundaries), 2);
	assert_string_equal(boundaries_at(boundaries, 0)->code, "A");
	assert_string_equal(district_at(boundaries, 70.5, 30.5), "A");
	assert_string_equal(district_at(boundaries, 71.5, 30.5), "A");
	assert_string_equal(district_at(boundaries, 72, 30.5), "A");
	located = located_at(boundaries, 71, 30.5, 2000); /* no border between its parts */
	assert_string_equal(located.area->code, "A");
	assert_false(located.border);
	assert_true(isnan(located.border_m));
	boundaries_free(boundaries);
}

static void what_is_no_point_is_refused(void **state)
{
	static const double bad[][2] = {{NAN, 30}, {70, NAN}, {181, 30}, {-181, 30}, {70, 91},
		{70, -90.5}, {INFINITY, 30}, {70, -INFINITY}};
	struct boundaries *boundaries;
	struct located located;
	struct map map;
	size_t i;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", NULL, 70, 30, 71, 31);
	map_end(&map, "one.geojson");
	boundaries = open_map("one.geojson");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			boundaries_find(boundaries, bad[i][0], bad[i][1], INFINITY, &located),
			ERR_RANGE);
		assert_null(located.area);
		assert_false(located.border);
	}
	assert_int_equal(boundaries_find(boundaries, -180, 90, INFINITY, &located), 0);
	assert_null(located.area);
	assert_string_equal(located.neighbour->code, "A");
	boundaries_free(boundaries);
}

/* Nearly as small as GEOS takes. */
static void a_map_of_next_to_nothing(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	map_feature(&map, "A", NULL, "Polygon", "[[[0,0],[1e-150,0],[0,1e-150],[0,0]]]");
	map_end(&map, "tiny.geojson");
	boundaries = open_map("tiny.geojson");
	assert_string_equal(district_at(boundaries, 0, 0), "A");
	assert_string_equal(district_at(boundaries, 1e-150, 1e-150), "");
	assert_true(located_at(boundaries, 0, 1e-9, 1).border_m < 2e-4);
	boundaries_free(boundaries);
}

static void a_district_alone_has_a_border_but_no_neighbour(void **state)
{
	struct boundaries *boundaries;
	struct located located;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", "A1", 70, 30, 71, 31);
	map_rectangle(&map, "A", "A2", 71, 30, 72, 31);
	map_end(&map, "alone.geojson");
	boundaries = open_map("alone.geojson");
	located = located_at(boundaries, 71.1, 30.2, INFINITY);
	assert_string_equal(located.area->tehsil, "A2");
	assert_true(located.border);
	assert_true(fabs(located.border_m - 22173) < 10);
	assert_null(located.neighbour);
	located = located_at(boundaries, 71.1, 29.8, 1);
	assert_null(located.area);
	assert_false(located.border);
	assert_true(fabs(located.border_m - 22171) < 10);
	assert_string_equal(located.neighbour->code, "A");
	boundaries_free(boundaries);
}

static void areas_by_code(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "B", "B2", 71, 30, 72, 31);
	map_rectangle(&map, "A", "A1", 70, 30, 71, 31);
	map_rectangle(&map, "B", "B1", 71, 31, 72, 32);
	map_end(&map, "codes.geojson");
	boundaries = open_map("codes.geojson");
	assert_int_equal(boundaries_count(boundaries), 3);
	assert_string_equal(boundaries_by_code(boundaries, "B", NULL)->tehsil, "B1");
	assert_string_equal(boundaries_by_code(boundaries, "B", "")->tehsil, "B1");
	assert_string_equal(boundaries_by_code(boundaries, "B", "B2")->tehsil_name, "T B2");
	assert_string_equal(boundaries_by_code(boundaries, "A", NULL)->name, "Name of A");
	assert_null(boundaries_by_code(boundaries, "A", "B1"));
	assert_null(boundaries_by_code(boundaries, "C", NULL));
	assert_null(boundaries_by_code(boundaries, "", NULL));
	assert_null(boundaries_at(boundaries, 3));
	assert_true(boundaries_checksum(boundaries) != 0);
	boundaries_free(boundaries);
}

static void a_file_that_is_not_there(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct boundaries *boundaries;

	(void)state;
	assert_int_equal(boundaries_open(&boundaries, "nothing.geojson", NULL, &why), ERR_ABSENT);
	assert_null(boundaries);
	assert_non_null(strstr(words, "nothing.geojson cannot be read: No such file"));
	text_clear(&why);
	assert_int_equal(boundaries_open(&boundaries, ".", NULL, &why), ERR_IO);
	assert_string_equal(words, ". is not a file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_border_is_the_lowest_codes),
		cmocka_unit_test(holes_enclaves_and_parts),
		cmocka_unit_test(
			where_districts_overlap_the_lowest_code_wins_and_the_other_is_said),
		cmocka_unit_test(outlines_of_one_code_are_one_district),
		cmocka_unit_test(what_is_no_point_is_refused),
		cmocka_unit_test(a_map_of_next_to_nothing),
		cmocka_unit_test(a_district_alone_has_a_border_but_no_neighbour),
		cmocka_unit_test(areas_by_code),
		cmocka_unit_test(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
