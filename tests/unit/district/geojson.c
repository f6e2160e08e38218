/* Boundary files as people have them: what is taken, and each mistake in its own words. */
#include "district/geojson.h"
#include "map.h"

static char words[4096];

/* Reads a text as a file would be; the number of mistakes. */
static unsigned read_text(const char *text, const struct boundary_keys *keys, struct layer **out)
{
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 10};
	int err = geojson_read(out, text, strlen(text), keys, &mistakes);

	assert_int_equal(err, mistakes.wrong ? ERR_CONF : 0);
	assert_true(!*out == (err != 0));
	return mistakes.wrong;
}

#define SQUARE               "[[[70,30],[71,30],[71,31],[70,31],[70,30]]]"
#define POLYGON              "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":" SQUARE "}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define WITH(properties)     "{\"type\":\"Feature\",\"properties\":{" properties "}," POLYGON "}"
#define SHAPED(geometry) \
	"{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"A\"},\"geometry\":" geometry "}"
#define RINGS(rings) SHAPED("{\"type\":\"Polygon\",\"coordinates\":[" rings "]}")
#define CODE(code)   WITH("\"adm2_pcode\":" code)

static const struct {
	const char *text, *words; /* that the mistake must have */
} mistakes[] = {
	{"", "line 1: no GeoJSON: it begins with {; the file ends here"},
	{"[]", "line 1: no GeoJSON: it begins with {"},
	{"{\"type\":\"FeatureCollection\"", "is it whole?"},
	{"{\"type\":\"FeatureCollection\"}", "no feature in it"},
	{COLLECTION(""), "no feature in it"},
	{"{\"type\":\"Topology\",\"objects\":{}}",
		"this is a Topology; a FeatureCollection is needed"},
	{"{\"type\":7,\"features\":[]}", "thing without a type"},
	{"{\"type\" \"FeatureCollection\"}", "a colon is missing"},
	{"{type:1}", "a name in quotes is missing"},
	{"{\"features\":{}}", "\"features\" is a list in [ ]"},
	{"{\"features\":[" CODE("\"A\"") CODE("\"B\"") "]}", "a comma or ] is missing"},
	{"{\"features\":[\n\n{\"type\":\n]}", "line 4: no GeoJSON: unexpected token near ']'"},
	{"{\"features\":[\n{\"type\":\"Feature\",", "line 2: no GeoJSON"},
	{COLLECTION(CODE("\"A\"")) "x", "more follows behind the last }"},
	{"{\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::32642\"}},"
	 "\"features\":[" CODE("\"A\"") "]}",
		"the coordinates are in urn:ogc:def:crs:EPSG::32642; convert"},
	{COLLECTION("7"), "feature 1 is no Feature"},
	{COLLECTION("{\"type\":\"Polygon\"}"), "feature 1 is no Feature"},

	{COLLECTION(WITH("\"id\":5,\"shape\":\"x\"")),
		"feature 1: no property says the district's code, as adm2_pcode does; name the "
		"right one "
		"with --code-key; its properties: id, shape"},
	{COLLECTION("{\"type\":\"Feature\"," POLYGON "}"), "its properties: none"},
	{COLLECTION(CODE("\"\"")), "feature 1: the district's code is empty"},
	{COLLECTION(CODE("\"  \"")), "feature 1: the district's code is empty"},
	{COLLECTION(CODE("\"1234567890123456\"")), "is no text of at most 15 bytes"},
	{COLLECTION(CODE("true")), "is no text of at most 15 bytes"},
	{COLLECTION(CODE("\"PK 5\"")), "other characters than letters"},
	{COLLECTION(CODE("\"a,b\"")), "other characters than letters"},
	{COLLECTION(CODE("\"none\"")), "\"none\" cannot be the code of a district"},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"adm2_name\":\"two\\nlines\"")),
		"feature 1: a name is no text of at most 63 bytes without control characters"},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"adm2_name\":[]")), "feature 1: a name is no text"},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"adm3_pcode\":\"T;\"")),
		"the tehsil's code \"T;\""},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"adm2_name\":\"P\"") "," WITH(
		 "\"adm2_pcode\":\"A\",\"adm2_name\":\"Q\"")),
		"the code A is used for two districts: \"P\" and \"Q\""},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"province\":\"P\"") "," WITH(
		 "\"adm2_pcode\":\"A\",\"province\":\"Q\"")),
		"the code A is used for two provinces"},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"adm3_pcode\":\"T\"") "," WITH(
		 "\"adm2_pcode\":\"B\",\"adm3_pcode\":\"T\"")),
		"the code T is used for a tehsil of district A and for one of B"},
	{COLLECTION(WITH("\"adm2_pcode\":\"A\",\"adm3_pcode\":\"T\"") "," CODE("\"A\"")),
		"district A has outlines with a tehsil's code and others without"},

	{COLLECTION(SHAPED("null")),
		"feature 1 has no outline: a Polygon or MultiPolygon is needed"},
	{COLLECTION(SHAPED("{\"type\":\"Point\",\"coordinates\":[70,30]}")),
		"feature 1 has the outline of a Point: a Polygon or MultiPolygon is needed"},
	{COLLECTION(SHAPED("{\"type\":\"MultiPolygon\",\"coordinates\":[]}")),
		"feature 1 has an empty MultiPolygon"},
	{COLLECTION(SHAPED("{\"type\":\"Polygon\",\"coordinates\":[]}")),
		"feature 1 has an outline without points"},
	{COLLECTION(SHAPED("{\"type\":\"Polygon\"}")), "feature 1 has an outline without points"},
	{COLLECTION(RINGS("7")), "feature 1, ring 1 has 0 points"},
	{COLLECTION(RINGS("[[70,30],[71,30],[70,30]]")),
		"feature 1, ring 1 has 3 points; an outline needs 3 and the first again"},
	{COLLECTION(RINGS("[[70,30],[71,30],[71,31],[70,31]]")),
		"feature 1, ring 1 is not closed: it begins at [70, 30] and ends at [70, 31]"},
	{COLLECTION(RINGS("[[70,30],[71,30],[71,31],[70,30]],[[70,30],[71,30],[70,31]]")),
		"feature 1, ring 2 has 3 points"},
	{COLLECTION(RINGS("[[70],[71,30],[71,31],[70,30]]")), "a point is no pair of numbers"},
	{COLLECTION(RINGS("[[70,\"30\"],[71,30],[71,31],[70,30]]")),
		"a point is no pair of numbers"},
	{COLLECTION(RINGS("[[30,170],[31,170],[31,171],[30,170]]")),
		"[30, 170] is no longitude and latitude; longitude comes first in GeoJSON"},
	{COLLECTION(RINGS("[[500000,3800000],[500100,3800000],[500000,3800100],[500000,3800000]]")),
		"these are no degrees: convert with ogr2ogr"},
	{COLLECTION(RINGS("[[1e999,30],[71,30],[71,31],[70,30]]")), "real number overflow"},
	{COLLECTION(RINGS("[[NaN,30],[71,30],[71,31],[70,30]]")), "invalid token near 'NaN'"},
};

static void each_mistake_has_its_words(void **state)
{
	struct layer *layer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		assert_int_equal(read_text(mistakes[i].text, NULL, &layer), 1);
		if (!strstr(words, mistakes[i].words))
			fail_msg("%s\nsaid: %s\nnot:  %s", mistakes[i].text, words,
				mistakes[i].words);
	}
}

static void all_mistakes_are_found_at_once(void **state)
{
	struct layer *layer;

	(void)state;
	assert_int_equal(read_text(COLLECTION(CODE("\"\"") "," RINGS(
					   "[[1,1],[2,2]],[[500,1],[1,1],"
					   "[1,1],[500,1]]") "," SHAPED("null") "," CODE("\"B\"")),
				 NULL, &layer),
		4);
	assert_non_null(strstr(words, "feature 1: the district's code is empty"));
	assert_non_null(strstr(words, "\nfeature 2, ring 1 has 2 points"));
	assert_non_null(strstr(words, "\nfeature 2, ring 2: the point [500, 1]"));
	assert_non_null(strstr(words, "\nfeature 3 has no outline"));
}

static void one_line_is_enough_for_a_log(void **state)
{
	static const char text[] = COLLECTION(CODE("\"\"") "," SHAPED("null") "," SHAPED("7"));
	struct text why = text_over(words, sizeof(words));
	struct boundaries *boundaries;
	FILE *file = fopen("bad.geojson", "w");

	(void)state;
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(boundaries_open(&boundaries, "bad.geojson", NULL, &why), ERR_CONF);
	assert_string_equal(words,
		"feature 1: the district's code is empty; every outline needs one (and "
		"2 more; waterlab boundaries show bad.geojson names them)");
}

static void editions_of_several_years(void **state)
{
	static const char *const texts[] = {
		COLLECTION(WITH(
			"\"ADM2_EN\":\"Peshawar\",\"ADM2_PCODE\":\"PK528\",\"ADM1_EN\":\"Khyber "
			"Pakhtunkhwa\",\"ADM3_EN\":\"Town-I\",\"ADM3_PCODE\":\"PK52801\",\"date\":"
			"\"2022-09-02\",\"validOn\":\"2022-09-09\"")),
		COLLECTION(WITH("\"adm2_name\":\"Peshawar\",\"adm2_pcode\":\"PK528\",\"adm1_name\":"
				"\"Khyber "
				"Pakhtunkhwa\",\"adm3_name\":\"Town-I\",\"adm3_pcode\":\"PK52801\","
				"\"valid_on\":\"2022-09-09\"")),
		COLLECTION(WITH("\"District\":\" Peshawar "
				"\",\"DISTRICT_CODE\":\"PK528\",\"Province\":\"Khyber "
				"Pakhtunkhwa\",\"Tehsil\":\"Town-I\",\"tehsil_code\":\"PK52801\","
				"\"adm2_pcode\":"
				"null,\"valid_from\":\"2022-09-09\"")),
	};
	struct layer *layer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(read_text(texts[i], NULL, &layer), 0);
		assert_int_equal(layer->n_areas, 1);
		assert_string_equal(layer->areas->code, "PK528");
		assert_string_equal(layer->areas->name, "Peshawar");
		assert_string_equal(layer->areas->province, "Khyber Pakhtunkhwa");
		assert_string_equal(layer->areas->tehsil, "PK52801");
		assert_string_equal(layer->areas->tehsil_name, "Town-I");
		assert_string_equal(layer->edition, "valid on 2022-09-09");
		layer_free(layer);
	}
}

static void properties_by_any_name(void **state)
{
	static const char text[] =
		COLLECTION(WITH("\"nr\":528,\"wer\":\"Peshawar\",\"wo\":\"KP\",\"adm2_pcode\":\"X\""
				",\"div\":\"D\",\"t\":\"T1\",\"tn\":\"Town\""));
	struct boundary_keys keys = {.code = "nr",
		.name = "wer",
		.division = "div",
		.province = "wo",
		.tehsil = "t",
		.tehsil_name = "tn"};
	struct layer *layer;

	(void)state;
	assert_int_equal(read_text(text, &keys, &layer), 0);
	assert_string_equal(layer->areas->code, "528");
	assert_string_equal(layer->areas->name, "Peshawar");
	assert_string_equal(layer->areas->division, "D");
	assert_string_equal(layer->areas->province, "KP");
	assert_string_equal(layer->areas->tehsil, "T1");
	assert_string_equal(layer->areas->tehsil_name, "Town");
	layer_free(layer);
	keys.name = "name";
	keys.tehsil = "gone";
	assert_int_equal(read_text(text, &keys, &layer), 2);
	assert_non_null(strstr(words, "feature 1: no property \"name\" (--name-key)"));
	assert_non_null(strstr(words, "feature 1: no property \"gone\" (--tehsil-key)"));
	keys.code = "code";
	assert_int_equal(read_text(text, &keys, &layer), 1);
	assert_non_null(
		strstr(words, "no property \"code\" (--code-key); its properties: nr, wer"));
}

static void what_else_may_be_there(void **state)
{
	struct layer *layer;

	(void)state;
	/* A byte order mark, other members in any order, a third coordinate, a point twice,
	 * integers. */
	assert_int_equal(
		read_text("\xEF\xBB\xBF {\"bbox\":[70,30,71,31], \"name\":\"x\", \"features\": [ "
			  "{\"geometry\":{\"coordinates\":[[[70,30,5],[71,30.25,5],[71,30.25,6],["
			  "71,31],[70,30]]],"
			  "\"type\":\"Polygon\"},\"properties\":{\"adm2_pcode\":\"A\"},\"id\":3,"
			  "\"type\":\"Feature\"}"
			  "\n] "
			  ",\"crs\":{\"properties\":{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}},"
			  "\"type\":\"FeatureCollection\",\"n\":1}\n\n",
			NULL, &layer),
		0);
	assert_int_equal(layer->n_points, 5);
	assert_true(layer->points[2].lon == 71 && layer->points[2].lat == 30.25);
	assert_string_equal(layer->areas->name, "");
	layer_free(layer);
}

static void nesting_has_an_end(void **state)
{
	static char text[200000];
	struct text to = text_over(text, sizeof(text));
	struct layer *layer;
	int i;

	(void)state;
	text_put(&to, "{\"features\":[");
	for (i = 0; i < 100000; i++)
		text_put_char(&to, '[');
	assert_int_equal(read_text(text, NULL, &layer), 1);
	assert_non_null(strstr(words, "maximum parsing depth reached"));
}

static const struct {
	const char *rings, *words;
} unsound[] = {
	{"[[70,30],[71,31],[71,30],[70,31],[70,30]]", "Self-intersection"},
	{"[[70,30],[71,30],[70.5,30],[70,30]]", "unsound"},
	{"[[70,30],[70,30],[70,30],[70,30]]", "unsound"},
	{"[[70,30],[71,30],[71,31],[70,30]],[[72,30],[73,30],[73,31],[72,30]]",
		"Hole lies outside"},
	{"[[70,30],[71,30],[71,31],[70,31],[70,30]],[[70.1,30.1],[70.9,30.1],[70.9,30.9],[70.1,30."
	 "1]],"
	 "[[70.2,30.15],[70.8,30.15],[70.8,30.7],[70.2,30.15]]",
		"nested"},
};

static void unsound_outlines_are_refused(void **state)
{
	struct text why = text_over(words, sizeof(words));
	struct boundaries *boundaries;
	struct map map;
	char room[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
		map_begin(&map);
		map_rectangle(&map, "B", NULL, 80, 30, 81, 31);
		snprintf(room, sizeof(room), "[%s]", unsound[i].rings);
		map_feature(&map, "A", NULL, "Polygon", room);
		map_end(&map, "unsound.geojson");
		text_clear(&why);
		assert_int_equal(
			boundaries_open(&boundaries, "unsound.geojson", NULL, &why), ERR_CONF);
		if (!strstr(words, "A Name of A: an outline is unsound at [7") ||
			!strstr(words, unsound[i].words))
			fail_msg("%s\nsaid: %s", unsound[i].rings, words);
	}
}

/* As some programs draw a hole: the ring touches itself in a point.  Inside and outside are clear. */
static void a_ring_may_touch_itself(void **state)
{
	struct boundaries *boundaries;
	struct map map;

	(void)state;
	map_begin(&map);
	map_feature(&map, "A", NULL, "Polygon",
		"[[[70,30],[71,30],[71,31],[70.5,31],[70.7,30.5],[70.3,30.5],[70.5,31],[70,31],[70,"
		"30]]]");
	map_end(&map, "touch.geojson");
	boundaries = open_map("touch.geojson");
	assert_string_equal(district_at(boundaries, 70.5, 30.7), "");
	assert_string_equal(district_at(boundaries, 70.1, 30.7), "A");
	assert_string_equal(district_at(boundaries, 70.5, 31), "A");
	assert_string_equal(district_at(boundaries, 70.5, 30.2), "A");
	boundaries_free(boundaries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_has_its_words),
		cmocka_unit_test(all_mistakes_are_found_at_once),
		cmocka_unit_test(one_line_is_enough_for_a_log),
		cmocka_unit_test(editions_of_several_years),
		cmocka_unit_test(properties_by_any_name),
		cmocka_unit_test(what_else_may_be_there),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(unsound_outlines_are_refused),
		cmocka_unit_test(a_ring_may_touch_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
