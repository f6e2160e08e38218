/* One version's files: by which names they are written, and what the public index tells. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../tools/heatmap/changes.h"
#include "../../../tools/heatmap/files.h"
#include "../../../tools/heatmap/folder.h"
#include "../../../tools/heatmap/outlines.h"
#include "content.h"
#include "result.h"

static char folder[] = "heatmap-files-XXXXXX";
static struct heatmap_conf conf = {
	.policy = {5, 5, "public_tap_standpipe", true, true}, .stale_days = 90};
static struct limit_book limits;
static struct rows rows;
static struct picture picture;
static struct file_list list;
static char words[400];
static struct text why;

static int begin(void **state)
{
	struct gazetteer *places;
	char path[100];
	FILE *file;

	(void)state;
	why = text_over(words, sizeof(words));
	snprintf(path, sizeof(path), "%s/places.csv", folder);
	file = fopen(path, "w");
	fputs("province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
	      "Khyber Pakhtunkhwa,Malakand,Buner,PK505,,,34.4,72.5\n",
		file);
	fclose(file);
	if (gazetteer_open(&places, path, &why))
		return -1;
	picture = (struct picture){
		.conf = &conf, .limits = &limits, .places = places, .rows = &rows, .before = ""};
	picture.made_ms = noon_ms;
	if (changes_open(&picture.changes, folder, noon_ms, 400))
		return -1;
	memset(&list, 0, sizeof(list));
	list.folder = folder;
	return 0;
}

static int end(void **state)
{
	(void)state;
	changes_close(picture.changes);
	picture_free(&picture);
	rows_free(&rows);
	gazetteer_free((struct gazetteer *)picture.places);
	return 0;
}

static struct result_row *add(
	uint64_t point, int ago, const char *district, const char *source_type)
{
	struct result_row *row = add_result(&rows, "kp-van-01", point, ago);

	row->sent_district = names_keep(&rows.names, district);
	row->source_type = names_keep(&rows.names, source_type);
	row->sample = row->seq = point;
	return row;
}

/* Neither a long tag nor thousands of them stop a publication, or write over another's file. */
static void test_a_district_that_is_in_no_list_is_none(void **state)
{
	char district[120];
	uint64_t i;

	(void)state;
	add(1, 3, "PK505", "borehole_tubewell");
	for (i = 2; i < FILES_MOST + 10; i++) {
		snprintf(district, sizeof(district), "%080d%d", 7, (int)i);
		add(i, 3, district, "borehole_tubewell");
	}
	assert_int_equal(picture_make(&picture), 0);
	assert_int_equal(picture.strays, FILES_MOST + 8);
	assert_int_equal(picture.all.n, 2);
	assert_int_equal(files_put_series(&picture, VIEW_OFFICIAL, &list, &why), 0);
	assert_int_equal(files_put_points(&picture, &list, &why), 0);
	assert_int_equal(list.n, 4);
	assert_string_equal(list.at[0].name, "series/PK505.json");
	assert_string_equal(list.at[1].name, "series/none.json");
	assert_non_null(strstr(content_of(folder, "series/none.json"), "\"points\":[1032]"));
}

/* On which day a private source was visited is not told by how new the map is. */
static void test_the_public_day_is_of_what_is_shown(void **state)
{
	(void)state;
	add(1, 9, "PK505", "public_tap_standpipe");
	add(2, 3, "PK505", "borehole_tubewell");
	assert_int_equal(picture_make(&picture), 0);
	assert_int_equal(files_put_index(&picture, VIEW_PUBLIC, &list, &why), 0);
	assert_non_null(
		strstr(content_of(folder, "index.json"), "\"as_of\":\"2026-11-20T00:00:00Z\""));
	assert_int_equal(files_put_index(&picture, VIEW_OFFICIAL, &list, &why), 0);
	assert_non_null(
		strstr(content_of(folder, "index.json"), "\"as_of\":\"2026-11-26T12:00:00Z\""));
}

/* Whatever text a van sent as a parameter is read by officials alone. */
static void test_a_parameter_that_nobody_knows_is_not_public(void **state)
{
	static const char *const names[] = {
		"districts.csv", "months/2026-11.json", "series/PK505.json", "failures.json"};
	enum view view;
	size_t i;

	(void)state;
	add(1, 9, "PK505", "public_tap_standpipe");
	for (i = 2; i < 4; i++)
		add(i, 9, "PK505", i == 2 ? "public_tap_standpipe" : "borehole_tubewell")
			->parameter = names_keep(&rows.names, "House of Khan 34.0151");
	for (i = 0; i < 3; i++)
		rows.results[i].verdict = WATER_FAILS_ABOVE;
	assert_int_equal(picture_make(&picture), 0);
	for (view = VIEW_PUBLIC; view <= VIEW_OFFICIAL; view++) {
		assert_int_equal(files_put_cells(&picture, view, &list, &why), 0);
		assert_int_equal(files_put_series(&picture, view, &list, &why), 0);
		assert_int_equal(files_put_failures(&picture, view, &list, &why), 0);
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			assert_int_equal(
				!strstr(content_of(folder, names[i]), "Khan"), view == VIEW_PUBLIC);
		assert_int_equal(files_put_index(&picture, view, &list, &why), 0);
		assert_int_equal(
			!strstr(content_of(folder, "index.json"), "Khan"), view == VIEW_PUBLIC);
		assert_non_null(strstr(content_of(folder, "index.json"),
			view == VIEW_PUBLIC ? "\"totals\":{\"points\":1,\"open_failures\":1}"
					    : "\"totals\":{\"points\":3,\"open_failures\":3}"));
	}
}

/* At one point by the table, or by what its van calls it since: neither a later failure nor a later meets of the household's hides it. */
static void test_what_is_private_hides_no_public_failure(void **state)
{
	(void)state;
	add(1, 9, "PK505", "public_tap_standpipe")->verdict = WATER_FAILS_ABOVE;
	add(1, 5, "PK505", "borehole_tubewell")->verdict = WATER_FAILS_ABOVE;
	rows.results[1].sample = 2;
	assert_int_equal(picture_make(&picture), 0);
	assert_int_equal(files_put_failures(&picture, VIEW_PUBLIC, &list, &why), 0);
	assert_non_null(strstr(content_of(folder, "failures.json"), "\"points\":1"));
}

/* Each line of the public's has one limit. */
static void test_public_failures_of_two_limits(void **state)
{
	static const struct limit limit_of[] = {{.low = NAN, .high = 5, .must = LIMIT_INCLUDED},
		{.low = NAN, .high = 9, .must = LIMIT_INCLUDED}};
	const char *text;
	uint64_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		add(i + 1, 9, "PK505", "public_tap_standpipe")->verdict = WATER_FAILS_ABOVE;
	assert_int_equal(picture_make(&picture), 0);
	for (i = 0; i < 3; i++)
		rows.results[i].limit = &limit_of[i % 2];
	assert_int_equal(files_put_failures(&picture, VIEW_PUBLIC, &list, &why), 0);
	text = content_of(folder, "failures.json");
	assert_non_null(strstr(text, "\"points\":2"));
	assert_non_null(strstr(text, "\"points\":1"));
}

/* A reader sees by it which files belong together. */
static void test_each_file_says_of_which_version_it_is(void **state)
{
	size_t i;

	(void)state;
	add(1, 9, "PK505", "public_tap_standpipe");
	assert_int_equal(picture_make(&picture), 0);
	assert_int_equal(files_put_cells(&picture, VIEW_OFFICIAL, &list, &why), 0);
	assert_int_equal(files_put_failures(&picture, VIEW_OFFICIAL, &list, &why), 0);
	assert_int_equal(files_put_series(&picture, VIEW_OFFICIAL, &list, &why), 0);
	assert_int_equal(files_put_points(&picture, &list, &why), 0);
	assert_int_equal(files_put_results(&picture, &list, &why), 0);
	assert_int_equal(files_put_labs(&picture, &list, &why), 0);
	assert_true(list.n > 8);
	for (i = 0; i < list.n; i++)
		if (!strstr(list.at[i].name, ".csv"))
			assert_non_null(strstr(content_of(folder, list.at[i].name),
				"{\"schema_version\":1,\"made\":\"2026-11-29T12:00:00Z\","));
}

static int outlines_of(const char *text)
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof(path), "%s/edition.geojson", folder);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	text_copy(conf.outlines.file, sizeof(conf.outlines.file), path);
	text_clear(&why);
	return outlines_put(&picture, folder, &why);
}

#define AREA(code, places)                        \
	"{\"properties\":{\"ADM2_PCODE\":\"" code \
	"\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":" places "}}"
#define BUNER AREA("PK505", "[[[72.123456789,34],[73,34],[73,35],[72.123456789,34]]]")
#define LINE(kind)               \
	"{\"properties\":{" kind \
	"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[72,34],[73,35]]}}"
#define FEATURES(them) "{\"features\":[" them "]}"

/* What would be shown as what it is not. */
static void test_outlines_with_a_slip(void **state)
{
	static const struct {
		const char *text, *words;
	} slips[] = {
		{FEATURES(BUNER "," LINE("\"line\":\"dispute\"")),
			"feature 2 (no code): its \"line\""},
		{FEATURES(LINE("") "," BUNER), "feature 1 (no code): its \"line\""},
		{FEATURES(AREA("PK505", "[[[34,72],[34,73],[35,73],[34,72]]]")),
			"feature 1 (PK505): it lies elsewhere"},
		{FEATURES(AREA("PK505", "[[[331000,3800000],[332000,3800000]]]")),
			"lists of [longitude, latitude]"},
		{FEATURES(AREA("PK505", "[[72,34],[73,34],[73,35]]")),
			"lists of [longitude, latitude]"},
		{FEATURES(AREA("PK505", "[]")), "lists of [longitude, latitude]"},
		{FEATURES(AREA("PK505", "7")), "lists of [longitude, latitude]"},
		{FEATURES(AREA("PK505", "[[[72,null]]]")), "lists of [longitude, latitude]"},
		{FEATURES("{\"properties\":{\"district\":\"PK505\"}}"), "without an area"},
	};
	size_t i;

	(void)state;
	assert_int_equal(outlines_of(FEATURES(BUNER "," LINE("\"line\":\"disputed\""))), 0);
	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		assert_int_equal(outlines_of(slips[i].text), ERR_IO);
		if (!strstr(words, slips[i].words))
			fail_msg("%s: %s", slips[i].text, words);
	}
	*conf.outlines.file = '\0';
}

static void test_the_operators_outlines(void **state)
{
	(void)state;
	assert_int_equal(outlines_put(&picture, folder, &why), 0); /* none configured */
	assert_int_equal(outlines_of("{\"features\":["), ERR_IO);
	assert_non_null(strstr(words, "line 1"));
	assert_int_equal(outlines_of("{\"areas\":[]}"), ERR_IO);
	assert_non_null(strstr(words, "no list of features"));
	assert_int_equal(outlines_of("{\"features\":[{\"properties\":{\"ADM2_PCODE\":\"PK999\"}},"
				     "{\"properties\":null},7]}"),
		ERR_IO);
	assert_non_null(strstr(words, "none of the map's districts"));
	assert_int_equal(outlines_of("{\"made\":\"once\",\"features\":[" BUNER
				     "," AREA("PK999", "[[[70,30]]]") "]}"),
		0);
	assert_string_equal(content_of(folder, "outlines.geojson"),
		"{\"made\":\"2026-11-29T12:00:00Z\",\"features\":[" AREA("PK505",
			"[[[72.12346,34],[73,34],[73,35],[72.12346,34]]]") "," AREA("PK999",
			"[[[70,30]]]") "]}");
	text_copy(conf.outlines.edition, sizeof(conf.outlines.edition), "Invented 2026");
	add(1, 9, "PK505", "public_tap_standpipe");
	assert_int_equal(picture_make(&picture), 0);
	assert_int_equal(files_put_index(&picture, VIEW_PUBLIC, &list, &why), 0);
	assert_non_null(strstr(content_of(folder, "index.json"),
		"\"outlines\":{\"file\":\"outlines.geojson\",\"edition\":\"Invented 2026\""));
	*conf.outlines.file = '\0';
}

/* Not by the umask: whoever runs the publisher by hand has another one. */
static void test_what_is_not_for_everybody_is_closed(void **state)
{
	char out[100], path[FOLDER_PATH * 2];
	struct folder version;
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	snprintf(out, sizeof(out), "%s/out", folder);
	assert_int_equal(folder_open(&version, out, &why), 0);
	assert_int_equal(folder_begin(&version, noon_ms, &why), 0);
	assert_int_equal(folder_make(&version, "official", true, &why), 0);
	assert_int_equal(folder_make(&version, "public", false, &why), 0);
	umask(mask);
	snprintf(path, sizeof(path), "%s/official", version.part);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	snprintf(path, sizeof(path), "%s/public", version.part);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	folder_close(&version);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_a_district_that_is_in_no_list_is_none),
		TEST(test_the_public_day_is_of_what_is_shown),
		TEST(test_a_parameter_that_nobody_knows_is_not_public),
		TEST(test_what_is_private_hides_no_public_failure),
		TEST(test_public_failures_of_two_limits),
		TEST(test_each_file_says_of_which_version_it_is), TEST(test_the_operators_outlines),
		TEST(test_outlines_with_a_slip), TEST(test_what_is_not_for_everybody_is_closed)};

	if (!mkdtemp(folder))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
