/* A district is the union of its tehsils: no border runs between them, however well they fit. */
#include "map.h"

/* Two tehsils of A side by side, `gap` degrees between them (negative: overlapping), and B north of
 * both. */
static struct boundaries *open_pair(double gap)
{
	struct map map;

	map_begin(&map);
	map_rectangle(&map, "A", "A1", 70, 30, 71 - gap / 2, 31);
	map_rectangle(&map, "A", "A2", 71 + gap / 2, 30, 72, 31);
	map_rectangle(&map, "B", "B1", 70, 31, 72, 32);
	map_end(&map, "pair.geojson");
	return open_map("pair.geojson");
}

static void tehsils_that_fit_or_nearly_do(void **state)
{
	/* To the bit; by rounding; by 5 m either way. */
	static const double gaps[] = {0, 1e-13, -1e-13, 5e-5, -5e-5};
	struct boundaries *boundaries;
	struct located located;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		boundaries = open_pair(gaps[i]);
		located = located_at(boundaries, 70.99, 30.7, INFINITY);
		assert_string_equal(located.area->tehsil, "A1");
		assert_true(located.border);
		assert_true(fabs(located.border_m - 33262) < 20); /* 0.3 degrees north: B */
		assert_string_equal(located.neighbour->code, "B");
		located = located_at(boundaries, 70.99, 30.5, 2250);
		assert_false(located.border);
		located = located_at(boundaries, 70.99, 30.99, 2250);
		assert_true(located.border);
		assert_true(fabs(located.border_m - 1109) < 2);
		boundaries_free(boundaries);
	}
}

static void a_real_gap_between_tehsils_is_a_border(void **state)
{
	struct boundaries *boundaries = open_pair(0.01);
	struct located located = located_at(boundaries, 70.99, 30.5, 2250);

	(void)state;
	assert_true(located.border);
	assert_true(fabs(located.border_m - 479) < 2);
	assert_null(located.neighbour); /* only the outside of the file is near */
	located = located_at(boundaries, 71, 30.5, 2250);
	assert_null(located.area);
	boundaries_free(boundaries);
}

static void tehsils_meet_at_the_lowest_code(void **state)
{
	struct boundaries *boundaries = open_pair(0);
	struct located located = located_at(boundaries, 71, 30.5, 2250);

	(void)state;
	assert_string_equal(located.area->tehsil, "A1");
	assert_false(located.border);
	located = located_at(boundaries, 71, 31, 2250); /* A1, A2 and B meet */
	assert_string_equal(located.area->tehsil, "A1");
	assert_true(located.border);
	assert_true(located.border_m == 0);
	assert_string_equal(located.neighbour->code, "B");
	boundaries_free(boundaries);
}

/* A long border that one side divides and the other does not; points of no length; a tehsil that
 * holds another. */
static void outlines_with_other_points(void **state)
{
	struct boundaries *boundaries;
	struct located located;
	struct map map;

	(void)state;
	map_begin(&map);
	map_feature(&map, "A", "A1", "Polygon",
		"[[[70,30],[71,30],[71,30.5],[71,30.5],[71,32],[70,32],[70,30]]]");
	map_rectangle(&map, "A", "A2", 71, 30, 72, 31);
	map_feature(&map, "A", "A3", "Polygon",
		"[[[71,31],[72,31],[72,32],[71,32],[71,31]],[[71.4,31.4],[71.4,31.6],[71.6,31.6],["
		"71.6,"
		"31.4],[71.4,31.4]]]");
	map_rectangle(&map, "A", "A4", 71.4, 31.4, 71.6, 31.6);
	map_rectangle(&map, "B", "B1", 72, 30, 73, 32);
	map_end(&map, "points.geojson");
	boundaries = open_map("points.geojson");
	located = located_at(boundaries, 71.02, 31.01, INFINITY);
	assert_string_equal(located.area->tehsil, "A3");
	assert_true(
		fabs(located.border_m - 0.98 * 95400) < 300); /* to B, over all that lies between */
	assert_string_equal(located.neighbour->code, "B");
	located = located_at(boundaries, 71.5, 31.5, INFINITY);
	assert_string_equal(located.area->tehsil, "A4");
	assert_true(fabs(located.border_m - 47480) < 200);
	boundaries_free(boundaries);
}

static void an_enclave_of_another_district_has_a_border(void **state)
{
	struct boundaries *boundaries;
	struct located located;
	struct map map;

	(void)state;
	map_begin(&map);
	map_feature(&map, "A", "A1", "Polygon",
		"[[[70,30],[71,30],[71,31],[70,31],[70,30]],[[70.5,30.5],[70.5,30.6],[70.6,30.6],["
		"70.6,"
		"30.5],[70.5,30.5]]]");
	map_rectangle(&map, "A", "A2", 71, 30, 72, 31);
	map_rectangle(&map, "B", "B1", 70.5, 30.5, 70.6, 30.6);
	map_end(&map, "enclave.geojson");
	boundaries = open_map("enclave.geojson");
	located = located_at(boundaries, 70.49, 30.55, 2000);
	assert_string_equal(located.area->tehsil, "A1");
	assert_string_equal(located.neighbour->code, "B");
	assert_true(fabs(located.border_m - 959) < 2);
	located = located_at(boundaries, 70.51, 30.55, 2000);
	assert_string_equal(located.area->code, "B");
	assert_string_equal(located.neighbour->code, "A");
	boundaries_free(boundaries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tehsils_that_fit_or_nearly_do),
		cmocka_unit_test(a_real_gap_between_tehsils_is_a_border),
		cmocka_unit_test(tehsils_meet_at_the_lowest_code),
		cmocka_unit_test(outlines_with_other_points),
		cmocka_unit_test(an_enclave_of_another_district_has_a_border),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
