/* What a person may say of where the van is: two districts side by side, and a list that knows one more. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "place/entry.h"

static struct boundaries *boundaries;
static struct gazetteer *gazetteer;
static char said[300];

static void write_file(const char *path, const char *words)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int begin(void **state)
{
	struct text why = text_over(said, sizeof(said));

	(void)state;
	write_file("two.geojson", "{\"type\":\"FeatureCollection\",\"features\":["
				  "{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"PK528\","
				  "\"adm2_name\":\"Peshawar\"},"
				  "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
				  "[[[71,34],[71.7,34],[71.7,35],[71,35],[71,34]]]}},"
				  "{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"PK526\","
				  "\"adm2_name\":\"Nowshera\"},"
				  "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
				  "[[[71.7,34],[72.5,34],[72.5,35],[71.7,35],[71.7,34]]]}}]}");
	write_file("places.csv",
		"province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
		"KP,Peshawar,Peshawar,PK528,,,34.1,71.5\n"
		"KP,Peshawar,Peshawar,PK528,Hassan Khel,PK52805,34.2,71.4\n"
		"GB,Gilgit,Hunza,PK306,,,36.5,75.2\n");
	assert_int_equal(boundaries_open(&boundaries, "two.geojson", NULL, &why), 0);
	assert_int_equal(gazetteer_open(&gazetteer, "places.csv", &why), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	boundaries_free(boundaries);
	gazetteer_free(gazetteer);
	return 0;
}

static struct place_entry at(double lat, double lon, double error_m)
{
	return (struct place_entry){
		.has_point = true, .lat = lat, .lon = lon, .error_m = error_m, .reason = "no sky"};
}

static struct place_entry in(const char *district, const char *tehsil)
{
	struct place_entry entry = {.reason = "no sky"};

	snprintf(entry.district, sizeof(entry.district), "%s", district);
	snprintf(entry.tehsil, sizeof(entry.tehsil), "%s", tehsil);
	return entry;
}

static int check(struct place_entry *entry)
{
	struct text why = text_over(said, sizeof(said));

	return entry_check(entry, boundaries, gazetteer, 200, &why);
}

static void refused(struct place_entry entry, const char *words)
{
	assert_int_equal(check(&entry), ERR_RANGE);
	if (!strstr(said, words))
		fail_msg("\"%s\" does not say \"%s\"", said, words);
}

static void what_cannot_be_is_said(void **state)
{
	struct place_entry entry = at(34.5, 71.2, 50);

	(void)state;
	entry.reason[0] = '\0';
	refused(entry, "a reason is needed");
	refused(at(91, 71, 50), "no point on earth");
	refused(at(NAN, 71, 50), "no point on earth");
	refused(at(34.5, INFINITY, 50), "no point on earth");
	refused(at(34.5, 71.2, 0), "1 to 50000");
	refused(at(34.5, 71.2, 60000), "name the district alone");
	refused(at(34.5, 71.2, NAN), "how many metres");
	refused(in("", ""), "a point, a district, or both");
	refused(in("", "PK52805"), "needs its district");
	refused(at(0, 0.0004, 50), "0, 0 is no place");
	refused(at(71.2, 34.5, 50),
		"with latitude and longitude the other way round it is in PK528");
	refused(at(24.9, 67.1, 50), "km outside all districts: check the numbers");
	refused(in("Atlantis", ""), "no district \"Atlantis\"; waterlab place list");
	refused(in("Peshawr", ""), "no district \"Peshawr\"; did you mean \"Peshawar\"?");
	refused(in("PK528", "Gojal"), "no tehsil \"Gojal\" in \"PK528\"");
	entry = at(34.5, 71.2, 50);
	snprintf(entry.district, sizeof(entry.district), "Hunza");
	refused(entry, "lies in PK528, not in PK306");
	entry = at(35.2, 71.2, 50);
	snprintf(entry.district, sizeof(entry.district), "PK528");
	refused(entry, "lies in no district, not in PK528");
}

static void names_become_codes(void **state)
{
	struct place_entry entry = in("peshawar", "hassan khel");

	(void)state;
	assert_int_equal(check(&entry), 0);
	assert_string_equal(entry.district, "PK528");
	assert_string_equal(entry.tehsil, "PK52805");
	entry = in("PK526", ""); /* of the boundaries alone */
	assert_int_equal(check(&entry), 0);
	entry = in("hunza", ""); /* of the list alone */
	assert_int_equal(check(&entry), 0);
	assert_string_equal(entry.district, "PK306");
}

static void a_point_has_its_district(void **state)
{
	struct place_entry entry = at(34.5, 71.2, 50);
	struct place place;

	(void)state;
	assert_int_equal(check(&entry), 0);
	assert_string_equal(entry.district, "PK528");
	place = entry_place(&entry, boundaries, 200);
	assert_int_equal(place.origin, PLACE_ENTERED);
	assert_true(place.has_point);
	assert_int_equal(place.lat_e7, 345000000);
	assert_int_equal(place.lon_e7, 712000000);
	assert_int_equal(place.eph_cm, 5000);
	assert_int_equal(place.mode, 0);
	assert_string_equal(place.district, "PK528");
	assert_int_equal(place.border_m, -1);
	assert_int_equal(place.edition, boundaries_checksum(boundaries));
}

/* 71.699 lies 92 m west of the border: within the margin a person may know better than the map. */
static void near_a_border_the_person_decides(void **state)
{
	struct place_entry entry = at(34.5, 71.699, 50);
	struct place place;

	(void)state;
	snprintf(entry.district, sizeof(entry.district), "Nowshera");
	assert_int_equal(check(&entry), ERR_RANGE); /* the list does not know that name */
	snprintf(entry.district, sizeof(entry.district), "PK526");
	assert_int_equal(check(&entry), 0);
	place = entry_place(&entry, boundaries, 200);
	assert_string_equal(place.district, "PK526");
	assert_string_equal(place.near, "PK528");
	assert_in_range(place.border_m, 91, 93);
}

static void a_district_alone_has_no_point(void **state)
{
	struct place_entry entry = in("PK528", "PK52805");
	struct place place;

	(void)state;
	assert_int_equal(check(&entry), 0);
	place = entry_place(&entry, boundaries, 200);
	assert_int_equal(place.origin, PLACE_ENTERED);
	assert_false(place.has_point);
	assert_string_equal(place.district, "PK528");
	assert_string_equal(place.tehsil, "PK52805");
	assert_int_equal(place.border_m, -1);
	assert_int_equal(place.edition, 0);
}

static void without_any_file_a_point_will_do(void **state)
{
	struct place_entry entry = at(34.5, 71.2, 50);
	struct text why = text_over(said, sizeof(said));
	struct place place;

	(void)state;
	assert_int_equal(entry_check(&entry, NULL, NULL, 200, &why), 0);
	place = entry_place(&entry, NULL, 200);
	assert_string_equal(place.district, "");
	assert_int_equal(place.border_m, -1);
	entry = in("PK528", "");
	assert_int_equal(entry_check(&entry, NULL, NULL, 200, &why), ERR_RANGE);
}

static void a_van_that_drove_off_has_left(void **state)
{
	struct place_entry entry = at(34.5, 71.2, 300);
	struct fix fix = {.mode = 3, .lat = 34.5, .lon = 71.2};
	struct place place = {.origin = PLACE_GPS, .border_m = -1, .district = "PK528"};

	(void)state;
	assert_false(entry_is_left(&entry, &fix, 20, &place, 0));
	fix.lon = 71.2039; /* 358 m: within 300 + 20 + 50 */
	assert_false(entry_is_left(&entry, &fix, 20, &place, 0));
	fix.lon = 71.2043; /* 395 m */
	assert_true(entry_is_left(&entry, &fix, 20, &place, 0));
	assert_false(entry_is_left(&entry, &fix, 20, &place, 30)); /* it may have gone on */
	entry = in("PK528", "");
	assert_false(entry_is_left(&entry, &fix, 20, &place, 0));
	memcpy(place.district, "PK526", 6);
	memcpy(place.near, "PK528", 6);
	place.border_m = 69;
	assert_false(entry_is_left(&entry, &fix, 20, &place, 0)); /* it may still be there */
	place.border_m = 71;
	assert_true(entry_is_left(&entry, &fix, 20, &place, 0));
	assert_false(entry_is_left(&entry, &fix, 20, &place, 10));
	place.near[0] = '\0';
	assert_true(entry_is_left(&entry, &fix, 20, &place, 10));
	place.district[0] = '\0'; /* nobody knows */
	assert_false(entry_is_left(&entry, &fix, 20, &place, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_is_said),
		cmocka_unit_test(names_become_codes),
		cmocka_unit_test(a_point_has_its_district),
		cmocka_unit_test(near_a_border_the_person_decides),
		cmocka_unit_test(a_district_alone_has_no_point),
		cmocka_unit_test(without_any_file_a_point_will_do),
		cmocka_unit_test(a_van_that_drove_off_has_left),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
