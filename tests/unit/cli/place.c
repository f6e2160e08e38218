/* waterlab place, place enter, place forget, place list; boundaries. */
#include "command.h"

/* --- the daemon ------------------------------------------------------------------------------------- */

static char asked[1024]; /* the last question but for its "ask" */

static int keep_question(const json_t *request)
{
	json_t *copy = json_deep_copy(request);
	char *words;

	json_object_del(copy, "ask");
	words = json_dumps(copy, JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
	snprintf(asked, sizeof(asked), "%s", words);
	free(words);
	json_decref(copy);
	return 0;
}

static int say(struct control_client *client, const char *words)
{
	return control_send(client, words, strlen(words));
}

static int say_place(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	keep_question(request);
	return say(client,
		"{\"origin\":\"gps\",\"words\":\"PK305 Gilgit: 35.92010, 74.31020 within 9 m (3D, "
		"1 s old), "
		"parked\",\"parked\":{\"since_s\":720.0,\"fixes\":720,\"lat\":35.92011,\"lon\":74."
		"31019,"
		"\"spread_m\":2.5,\"error_m\":5.0},\"receiver\":{\"type\":\"gpsd\",\"open\":true,"
		"\"reports\":1234,\"bad\":2,\"heard_age_s\":0.4,\"verdict\":\"taken\",\"words\":"
		"null},"
		"\"entry\":{\"lat\":36.3,\"lon\":74.7,\"error_m\":500.0,\"district\":\"PK308\","
		"\"tehsil\":\"PK30801\",\"reason\":\"bridge\",\"age_s\":3600.0},\"boundaries\":"
		"{\"edition\":\"OCHA\",\"areas\":49,\"checksum\":\"a03ca684\"},\"sample\":{\"lat\":"
		"35.92011,"
		"\"lon\":74.31019,\"eph_m\":305.0,\"district\":\"PK305\",\"near\":\"PK308\"}}");
}

static int say_poor(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	keep_question(request);
	return say(client,
		"{\"origin\":\"none\",\"words\":\"not known: no receiver is configured\","
		"\"parked\":null,\"receiver\":{\"type\":\"none\"},\"entry\":null,"
		"\"boundaries\":null,\"boundaries_words\":\"no boundaries are installed\"}");
}

static int refuse(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	keep_question(request);
	return control_refuse(client, "there is no district \"Atlantis\"");
}

static const struct control_command commands[] = {
	{"place", say_place}, {"place-enter", refuse}, {"place-forget", say_poor}, {NULL, NULL}};

/* --- the tests -------------------------------------------------------------------------------------- */

static void the_place_is_shown(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control place --away 300"), CLI_DONE);
	assert_string_equal(asked, "{\"away_m\": 300.0}");
	assert_string_equal(out,
		"place      PK305 Gilgit: 35.92010, 74.31020 within 9 m (3D, 1 s old), parked\n"
		"a sample   35.92011, 74.31019 within 305 m, PK305, it may be PK308\n"
		"parked     for 12 min; mean of 720 fixes 35.92011, 74.31019 within 5 m, spread\n"
		"           2.5 m\n"
		"by hand    PK308 PK30801 36.30000, 74.70000 within 500 m, 60 min ago: bridge\n"
		"           (kept for when the receiver has no fresh fix)\n"
		"receiver   gpsd, open, 1234 reports, heard 0 s ago, 2 unreadable\n"
		"boundaries OCHA, 49 areas, checksum a03ca684\n");
	assert_int_equal(waterlab("--socket ./control place"), CLI_DONE);
	assert_string_equal(asked, "{}");
	assert_int_equal(waterlab("--socket ./control place --json"), CLI_DONE);
	says(out, "\"checksum\":\"a03ca684\"");
}

static void an_entry_is_asked_as_it_was_said(void **state)
{
	(void)state;
	assert_int_equal(
		waterlab("--socket ./control place enter --at 36.3,74.7 --error 500 --district "
			 "Atlantis --tehsil T --reason gorge"),
		CLI_FAILED);
	assert_string_equal(asked,
		"{\"district\": \"Atlantis\", \"error_m\": 500.0, \"lat\": 36.3, "
		"\"lon\": 74.7, \"reason\": \"gorge\", \"tehsil\": \"T\"}");
	says(err, "there is no district \"Atlantis\"");
	assert_int_equal(waterlab("--socket ./control place forget"), CLI_DONE);
	assert_string_equal(out, "place      not known: no receiver is configured\n"
				 "receiver   none is configured (gps.type)\n"
				 "boundaries no boundaries are installed\n");
}

static void the_list_is_searched(void **state)
{
	FILE *f = fopen("places.csv", "w");

	(void)state;
	assert_non_null(f);
	fputs("province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
	      "GB,Gilgit,Hunza,PK306,,,36.5,75.2\n"
	      "GB,Gilgit,Hunza,PK306,Gojal,PK30602,36.5,75.2\n"
	      "KP,Peshawar,Peshawar,PK528,,,34.1,71.5\n",
		f);
	fclose(f);
	assert_int_equal(waterlab("place list --places ./places.csv hunza"), CLI_DONE);
	assert_string_equal(out, "PK306     Hunza   Gilgit, GB\n"
				 "    PK30602    Gojal\n");
	assert_int_equal(waterlab("place list --places ./places.csv pk30602"), CLI_DONE);
	assert_string_equal(out, "    PK30602    Gojal\n");
	assert_int_equal(waterlab("place list --places ./places.csv Atlantis"), CLI_FAILED);
	says(err, "no district or tehsil like \"Atlantis\"");
}

static void boundaries_are_judged(void **state)
{
	static const char head[] = "{\"type\":\"FeatureCollection\",\"features\":[";
	static const char bad[] = "{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"\"}},";
	static const char good[] =
		"{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"A1\"},\"geometry\":{"
		"\"type\":\"Polygon\",\"coordinates\":[[[70,30],[71,30],[71,31],[70,30]]]}}]}";
	FILE *places = fopen("places", "w"), *file = fopen("bad", "w");

	(void)state;
	assert_true(places && file);
	fputs("province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n", places);
	fprintf(file, "%s%s%s%s", head, bad, bad, good);
	assert_int_equal(fclose(places) | fclose(file), 0);
	assert_int_equal(waterlab("boundaries show bad --places places"), CLI_FAILED);
	says(err, "waterlab: bad cannot be used:\nfeature 1: the district's code is empty");
	says(err, "\nfeature 2 has no outline");
	file = fopen("good", "w");
	fprintf(file, "%s%s", head, good);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(waterlab("boundaries show good --places places"), CLI_DONE);
	says(out, "source     good\n");
	assert_int_equal(
		waterlab("boundaries install good --places places --to ./i --only B"), CLI_USAGE);
	says(err, "no code of the file begins with B");
	assert_int_equal(
		waterlab("boundaries install good --places places --to ./none/i"), CLI_FAILED);
	says(err, "waterlab: nothing was installed: ./none/i.installing: No such file");
	assert_int_equal(waterlab("boundaries install good --places places --to ./i"), CLI_DONE);
	says(out, "\nInstalled as ./i, checksum ");
	assert_int_equal(waterlab("boundaries install ./i --places places --to ./j"), CLI_DONE);
	says(out, "edition    good\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_place_is_shown, start, stop),
		cmocka_unit_test_setup_teardown(an_entry_is_asked_as_it_was_said, start, stop),
		cmocka_unit_test(the_list_is_searched),
		cmocka_unit_test(boundaries_are_judged),
	};

	answers = commands;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
