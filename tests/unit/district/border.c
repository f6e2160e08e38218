/* Metres to the border, against a plain search on the ellipsoid. */
#include "map.h"

/* Earth-centred metres on WGS 84. */
static void earth(double lon, double lat, double out[3])
{
	const double e2 = 6.69437999014e-3, o = lon * M_PI / 180, a = lat * M_PI / 180;
	double n = 6378137.0 / sqrt(1 - e2 * sin(a) * sin(a));

	out[0] = n * cos(a) * cos(o);
	out[1] = n * cos(a) * sin(o);
	out[2] = n * (1 - e2) * sin(a);
}

static double chord(double lon, double lat, double other_lon, double other_lat)
{
	double a[3], b[3];

	earth(lon, lat, a);
	earth(other_lon, other_lat, b);
	return sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
}

/* The least chord to an edge, by thirds: it has one minimum. */
static double to_edge(double lon, double lat, struct point a, struct point b)
{
	double low = 0, high = 1;
	int i;

	for (i = 0; i < 60; i++) {
		double s = low + (high - low) / 3, t = high - (high - low) / 3;

		if (chord(lon, lat, a.lon + s * (b.lon - a.lon), a.lat + s * (b.lat - a.lat)) <
			chord(lon, lat, a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat)))
			high = t;
		else
			low = s;
	}
	return chord(lon, lat, a.lon + low * (b.lon - a.lon), a.lat + low * (b.lat - a.lat));
}

enum { SIDE = 6, CELLS = SIDE * SIDE };

/* Crooked fields: corners of a grid, moved about; a district is some fields, a field a tehsil of
 * it. */
struct fields {
	struct point corners[SIDE + 1][SIDE + 1];
	int district[CELLS]; /* -1: no field there */
};

static void make_fields(struct fields *f, double west, double south, double size, int districts)
{
	int i, k;

	for (i = 0; i <= SIDE; i++)
		for (k = 0; k <= SIDE; k++)
			f->corners[i][k] =
				(struct point){west + (k + 0.6 * (drand48() - 0.5)) * size,
					south + (i + 0.6 * (drand48() - 0.5)) * size};
	for (i = 0; i < CELLS; i++)
		f->district[i] = drand48() < 0.1 ? -1 : (int)(drand48() * districts);
}

static void corners_of(const struct fields *f, int cell, struct point out[4])
{
	int i = cell / SIDE, k = cell % SIDE;

	out[0] = f->corners[i][k];
	out[1] = f->corners[i][k + 1];
	out[2] = f->corners[i + 1][k + 1];
	out[3] = f->corners[i + 1][k];
}

static void write_fields(const struct fields *f, bool tehsils, const char *path)
{
	char room[512], code[AREA_CODE], tehsil[AREA_CODE];
	struct point c[4];
	struct map map;
	int cell;

	map_begin(&map);
	for (cell = 0; cell < CELLS; cell++) {
		if (f->district[cell] < 0)
			continue;
		corners_of(f, cell, c);
		snprintf(room, sizeof(room),
			"[[[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g],[%.17g,%.17g]]]",
			c[0].lon, c[0].lat, c[1].lon, c[1].lat, c[2].lon, c[2].lat, c[3].lon,
			c[3].lat, c[0].lon, c[0].lat);
		snprintf(code, sizeof(code), "D%02d", f->district[cell]);
		snprintf(tehsil, sizeof(tehsil), "T%02d", cell);
		map_feature(&map, code, tehsils ? tehsil : NULL, "Polygon", room);
	}
	map_end(&map, path);
}

/* The district beyond side 0 to 3 of a field, -1: none. */
static int beyond(const struct fields *f, int cell, int side)
{
	static const int rows[4] = {-1, 0, 1, 0}, columns[4] = {0, 1, 0, -1};
	int i = cell / SIDE + rows[side], k = cell % SIDE + columns[side];

	return i < 0 || i >= SIDE || k < 0 || k >= SIDE ? -1 : f->district[i * SIDE + k];
}

/* Metres to the nearest edge of district `of` (-1: any) that another or none lies behind. */
static double nearest_border(const struct fields *f, double lon, double lat, int of, int not_of)
{
	double best = INFINITY;
	struct point c[4];
	int cell, side;

	for (cell = 0; cell < CELLS; cell++) {
		if (f->district[cell] < 0 || (of >= 0 && f->district[cell] != of) ||
			f->district[cell] == not_of)
			continue;
		corners_of(f, cell, c);
		for (side = 0; side < 4; side++)
			if (beyond(f, cell, side) != f->district[cell])
				best = fmin(best, to_edge(lon, lat, c[side], c[(side + 1) % 4]));
	}
	return best;
}

/* Half a per mille and a centimetre: the chord is shorter than the arc by 1e-5 at 100 km. */
#define NEAR(a, b) assert_true(fabs((a) - (b)) <= 0.01 + 0.0005 * fabs(b))

static void try_point(const struct fields *f, struct boundaries *b, double lon, double lat)
{
	struct located far = located_at(b, lon, lat, INFINITY), near;
	int district = far.area ? atoi(far.area->code + 1) : -1;
	double own, other, reach;

	other = nearest_border(f, lon, lat, -1, district);
	assert_non_null(far.neighbour);
	NEAR(nearest_border(f, lon, lat, atoi(far.neighbour->code + 1), -1), other);
	if (district < 0) {
		assert_false(far.border);
		NEAR(far.border_m, other);
		return;
	}
	own = nearest_border(f, lon, lat, district, -1);
	assert_true(far.border);
	NEAR(far.border_m, own);
	for (reach = 0.98 * own; reach < 1.05 * own; reach += 0.04 * own) {
		near = located_at(b, lon, lat, reach);
		assert_ptr_equal(near.area, far.area);
		assert_int_equal(near.border, reach > own);
		if (reach > own)
			assert_true(near.border_m == far.border_m);
		else
			assert_true(isnan(near.border_m) && !near.neighbour);
	}
}

static void distances_are_those_on_the_ground(void **state)
{
	static const double places[][3] = {
		{70, 30, 0.05}, {71, 34, 0.3}, {-60, -50, 0.2}, {10, 78, 0.1}};
	struct boundaries *boundaries;
	static struct fields f;
	size_t i;
	int k;

	(void)state;
	take_seed();
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const double west = places[i][0], south = places[i][1], size = places[i][2];

		make_fields(&f, west, south, size, 5);
		write_fields(&f, i % 2, "fields.geojson");
		boundaries = open_map("fields.geojson");
		for (k = 0; k < 60; k++)
			try_point(&f, boundaries, west + (drand48() * 1.2 - 0.1) * size * SIDE,
				south + (drand48() * 1.2 - 0.1) * size * SIDE);
		boundaries_free(boundaries);
	}
}

/* The whole map is asked point by point, and again when every rectangle of it is known. */
static void what_is_remembered_is_what_was_found(void **state)
{
	struct boundaries *known, *fresh;
	static struct fields f;
	struct located a, b;
	int i, k, corner;

	(void)state;
	take_seed();
	make_fields(&f, 70, 30, 0.01, 8);
	write_fields(&f, false, "fields.geojson");
	known = open_map("fields.geojson");
	for (i = 0; i < 200000; i++)
		(void)located_at(known, 69.99 + drand48() * 0.08, 29.99 + drand48() * 0.08, 0);
	for (i = 0; i < 40; i++) {
		fresh = open_map("fields.geojson");
		for (k = 0; k < 25; k++) {
			double lon = 69.99 + drand48() * 0.08, lat = 29.99 + drand48() * 0.08;

			corner = (int)(drand48() * (SIDE + 1));
			if (k % 2) { /* as near to a corner as doubles go */
				lon = f.corners[corner][corner].lon;
				lat = f.corners[corner][corner].lat;
				lon = k % 4 == 1 ? lon : nextafter(lon, k % 8 == 3 ? 0 : 90);
			}
			a = located_at(known, lon, lat, 0);
			b = located_at(fresh, lon, lat, 0);
			assert_string_equal(a.area ? a.area->code : "", b.area ? b.area->code : "");
		}
		boundaries_free(fresh);
	}
	boundaries_free(known);
}

static void far_away_it_is_the_great_circle(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	map_rectangle(&map, "A", NULL, 70, 30, 71, 31);
	map_end(&map, "one.geojson");
	boundaries = open_map("one.geojson");
	/* Along the meridian and along the equator, on the mean sphere. */
	assert_true(fabs(located_at(boundaries, 70.5, 0, 1).border_m - 30 * 111195.08) < 30000);
	assert_true(fabs(located_at(boundaries, 70.5, 90, 1).border_m - 59 * 111195.08) < 30000);
	/* Westward the great circle is shorter than the parallel, by 100 km. */
	assert_true(fabs(located_at(boundaries, 10, 30.5, 1).border_m / 5659780.8 - 1) < 0.002);
	/* From the antipode of a corner, half the way round. */
	assert_true(located_at(boundaries, -109.5, -30.5, 1).border_m > 19.8e6);
	boundaries_free(boundaries);
}

/* The corner of two districts is equally far from both. */
static void of_two_equally_near_the_lowest_code_is_said(void **state)
{
	static const char *const codes[2][2] = {{"B", "C"}, {"C", "B"}};
	struct boundaries *boundaries;
	struct map map;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		map_begin(&map);
		map_rectangle(&map, "A", NULL, 70, 30, 71, 32);
		map_rectangle(&map, codes[i][0], NULL, 71.01, 30, 72, 31);
		map_rectangle(&map, codes[i][1], NULL, 71.01, 31, 72, 32);
		map_end(&map, "corner.geojson");
		boundaries = open_map("corner.geojson");
		assert_string_equal(located_at(boundaries, 70.995, 31, 5000).neighbour->code, "B");
		assert_string_equal(located_at(boundaries, 71.005, 31, 5000).neighbour->code, "A");
		boundaries_free(boundaries);
	}
}

/* Not the nearest district, but the one that is asked for: its parts, its holes, and however far. */
static void metres_to_one_district(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	map_feature(&map, "B", NULL, "MultiPolygon",
		"[[[[70,30],[74,30],[74,34],[70,34],[70,30]],"
		"[[71,31],[71,32],[72,32],[72,31],[71,31]]],"
		"[[[75,30],[76,30],[76,31],[75,30]]]]");
	map_rectangle(&map, "A", NULL, 71, 31, 72, 32);
	map_rectangle(&map, "C", "T1", 78, 30, 79, 31);
	map_rectangle(&map, "C", "T2", 77, 30, 78, 31);
	map_end(&map, "far.geojson");
	boundaries = open_map("far.geojson");
	assert_true(boundaries_metres_to(boundaries, 70.5, 30.5, "B") == 0);
	assert_true(boundaries_metres_to(boundaries, 70, 30, "B") == 0);
	assert_true(fabs(boundaries_metres_to(boundaries, 71.1, 31.5, "B") -
			    chord(71.1, 31.5, 71, 31.5)) < 10);
	assert_true(boundaries_metres_to(boundaries, 71.1, 31.5, "A") == 0);
	assert_true(
		fabs(boundaries_metres_to(boundaries, 76.2, 30.5, "B") -
			to_edge(76.2, 30.5, (struct point){76, 30}, (struct point){76, 31})) < 10);
	assert_true(boundaries_metres_to(boundaries, 77.99, 30.5, "C") == 0);
	assert_true(boundaries_metres_to(boundaries, 78.5, 30.5, "C") == 0);
	assert_true(fabs(boundaries_metres_to(boundaries, 70, 30.5, "C") / 670680 - 1) < 0.002);
	assert_true(isnan(boundaries_metres_to(boundaries, 70, 30.5, "D")));
	assert_true(isnan(boundaries_metres_to(boundaries, 70, 91, "C")));
	boundaries_free(boundaries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_those_on_the_ground),
		cmocka_unit_test(what_is_remembered_is_what_was_found),
		cmocka_unit_test(of_two_equally_near_the_lowest_code_is_said),
		cmocka_unit_test(metres_to_one_district),
		cmocka_unit_test(far_away_it_is_the_great_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
