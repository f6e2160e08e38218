/*
 * The list of places: what it takes, in which order it gives it, and each mistake in its own words.
 */
#include "district/gazetteer.h"
#include "map.h"

static char words[512];

static int open_text(struct gazetteer **out, const char *text)
{
	struct text why = text_over(words, sizeof(words));
	FILE *file = fopen("places.csv", "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return gazetteer_open(out, "places.csv", &why);
}

#define HEAD "province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"

static void the_list_that_is_installed(void **state)
{
	const char *source = getenv("WATERLAB_SOURCE");
	struct text why = text_over(words, sizeof(words));
	const struct gazetteer_place *place, *last = NULL;
	struct gazetteer *gazetteer;
	size_t i, districts = 0;
	char path[512];

	(void)state;
	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/config/places.csv", source);
	assert_int_equal(gazetteer_open(&gazetteer, path, &why), 0);
	for (i = 0; (place = gazetteer_at(gazetteer, i)); i++) {
		districts += !*place->area.tehsil;
		assert_true(*place->area.division != '\0');
		assert_true(
			place->lon > 69 && place->lon < 78 && place->lat > 31 && place->lat < 38);
		assert_true(!last || strcmp(last->area.province, place->area.province) < 0 ||
			    strcmp(last->area.code, place->area.code) < 0 ||
			    strcmp(last->area.tehsil, place->area.tehsil) < 0);
		last = place;
	}
	assert_int_equal(i, gazetteer_count(gazetteer));
	assert_int_equal(districts, 49);
	assert_int_equal(i - districts, 177);
	assert_string_equal(gazetteer_find(gazetteer, "peshawar", "")->area.code, "PK528");
	assert_string_equal(gazetteer_find(gazetteer, "pk305", "GILGIT")->area.tehsil, "PK30501");
	gazetteer_free(gazetteer);
}

static void order_nearest_and_by_name(void **state)
{
	const struct gazetteer_place *place;
	struct gazetteer *gazetteer;
	double metres;

	(void)state;
	assert_int_equal(open_text(&gazetteer, "# a remark\n\n" HEAD "Z,D1,North,Z1,,,36,74\n"
					       "A,D2,South,A2,\"Town, big\",A202,30.2,70\n"
					       "# another\n"
					       "A,D2,South,A2,Hill,A201,30.1,70\n"
					       "A,D2,South,A2,,,30,70\r\n"
					       "A,,East,A1,,, 30 , 71 "),
		0);
	assert_int_equal(gazetteer_count(gazetteer), 5);
	assert_string_equal(gazetteer_at(gazetteer, 0)->area.code, "A1");
	assert_string_equal(gazetteer_at(gazetteer, 1)->area.tehsil, "");
	assert_string_equal(gazetteer_at(gazetteer, 2)->area.tehsil, "A201");
	assert_string_equal(gazetteer_at(gazetteer, 3)->area.tehsil_name, "Town, big");
	assert_string_equal(gazetteer_at(gazetteer, 4)->area.code, "Z1");
	assert_null(gazetteer_at(gazetteer, 5));
	place = gazetteer_nearest(gazetteer, 70, 30.18, &metres);
	assert_string_equal(place->area.tehsil, "A202");
	assert_true(fabs(metres - 2217) < 1);
	place = gazetteer_nearest(gazetteer, -106, -36, &metres);
	assert_true(metres > 19e6);
	assert_string_equal(gazetteer_find(gazetteer, "south", "hill")->area.tehsil, "A201");
	assert_string_equal(gazetteer_find(gazetteer, "A2", "a202")->area.tehsil, "A202");
	assert_string_equal(gazetteer_find(gazetteer, "SOUTH", "")->area.tehsil, "");
	assert_null(gazetteer_find(gazetteer, "north", "hill"));
	assert_null(gazetteer_find(gazetteer, "west", ""));
	gazetteer_free(gazetteer);
}

static void what_an_area_does_not_say(void **state)
{
	struct area full = {.code = "A1", .division = "own", .province = "own"};
	struct area bare = {.code = "A1"}, unknown = {.code = "B1"};
	struct gazetteer *gazetteer;

	(void)state;
	assert_int_equal(open_text(&gazetteer, HEAD "P,D,Name,A1,,,30,70\n"), 0);
	gazetteer_complete(gazetteer, &full);
	gazetteer_complete(gazetteer, &bare);
	gazetteer_complete(gazetteer, &unknown);
	assert_string_equal(full.division, "own");
	assert_string_equal(full.province, "own");
	assert_string_equal(bare.division, "D");
	assert_string_equal(bare.province, "P");
	assert_string_equal(bare.name, "");
	assert_string_equal(unknown.division, "");
	gazetteer_free(gazetteer);
}

static void an_empty_list_has_no_nearest(void **state)
{
	struct gazetteer *gazetteer;
	double metres;

	(void)state;
	assert_int_equal(open_text(&gazetteer, HEAD), 0);
	assert_int_equal(gazetteer_count(gazetteer), 0);
	assert_null(gazetteer_nearest(gazetteer, 70, 30, &metres));
	assert_true(isinf(metres));
	gazetteer_free(gazetteer);
}

static const struct {
	const char *text, *words;
} mistakes[] = {
	{"", "places.csv:0: no headings in it"},
	{"# only\n", "no headings in it"},
	{"lat,lon\n", "places.csv:1: these are not the headings of a list of places"},
	{"#\n" HEAD "P,D,A,A1,,,30\n", "places.csv:3: this is no place; it has 8 fields"},
	{HEAD "P,D,A,A1,,,30,70,x\n", "places.csv:2: this is no place; it has 8 fields"},
	{HEAD "P,D,A,A1,,,,70\n", "places.csv:2: lat is wrong; it is degrees, as 34.01"},
	{HEAD "P,D,A,A1,,,91,70\n", "places.csv:2: lat is wrong"},
	{HEAD "P,D,A,A1,,,30,181\n", "places.csv:2: lon is wrong"},
	{HEAD "P,D,A,A1,,,30 N,70\n", "places.csv:2: lat is wrong"},
	{HEAD "P,D,A,A1,,,nan,70\n", "places.csv:2: lat is wrong"},
	{HEAD "P,D,A,1234567890123456,,,30,70\n", "places.csv:2: district_pcode is wrong"},
	{HEAD "P,D,,A1,,,30,70\n", "places.csv:2: province, district or district_pcode is empty"},
	{HEAD "P,D,A,A1,T,,30,70\n", "places.csv:2: a tehsil needs its name and its code"},
	{HEAD "P,D,A,A1,,T1,30,70\n", "places.csv:2: a tehsil needs its name and its code"},
	{HEAD "P,D,A,A1,,,30,70\n\nP,D,\"A,A1,,,30,70\n",
		"places.csv:4: a quote that is not closed"},
	{HEAD "P,D,A,A1,,,30,70\nP,D,A,A1,,,31,70\n", "places.csv: A1 is there twice; leave one"},
	{HEAD "P,D,A,A1,,,30,70\nP,D,A,A1,T,T1,30,70\nP,D,A,A1,U,T1,30,70\n",
		"places.csv: T1 is there twice"},
	{HEAD "P,D,A,A1,T,T1,30,70\n", "places.csv: tehsil T1 belongs to no district of the list; "
				       "add a line for A1 A in D"},
	{HEAD "P,D,A,A1,,,30,70\nP,D,B,B1,T,T1,30,70\n", "tehsil T1 belongs to no district"},
	{HEAD "P,D,A,A1,,,30,70\nP,E,A,A1,T,T1,30,70\n", "tehsil T1 belongs to no district"},
};

static void each_mistake_has_its_words(void **state)
{
	struct gazetteer *gazetteer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		assert_int_equal(open_text(&gazetteer, mistakes[i].text), ERR_CONF);
		assert_null(gazetteer);
		if (!strstr(words, mistakes[i].words))
			fail_msg("%s\nsaid: %s\nnot:  %s", mistakes[i].text, words,
				mistakes[i].words);
	}
}

static void a_list_that_is_not_there(void **state)
{
	struct text why = text_over(words, sizeof(words));
	struct gazetteer *gazetteer;

	(void)state;
	assert_int_equal(gazetteer_open(&gazetteer, "nothing.csv", &why), ERR_ABSENT);
	assert_null(gazetteer);
	assert_string_equal(words, "nothing.csv: No such file or directory");
	text_clear(&why);
	assert_int_equal(gazetteer_open(&gazetteer, ".", &why), ERR_IO);
	assert_string_equal(words, ".: Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_that_is_installed),
		cmocka_unit_test(order_nearest_and_by_name),
		cmocka_unit_test(what_an_area_does_not_say),
		cmocka_unit_test(an_empty_list_has_no_nearest),
		cmocka_unit_test(each_mistake_has_its_words),
		cmocka_unit_test(a_list_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
