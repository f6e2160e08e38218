/* qc.conf: every mistake a person can make in it, what comes out of a good one, and the installed one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/keys.h"

static char said[16384];

static struct qc_conf *read_text(const char *words)
{
	struct text errors = text_over(said, sizeof(said));
	struct qc_conf *conf = NULL;
	int err = qc_conf_read_text(&conf, "qc.conf", words, &errors);

	assert_true(err ? conf == NULL && errors.len : conf != NULL && !errors.len);
	return conf;
}

#define PH(x)    "tests = ( { parameter = \"ph\"; why = \"because\";\n" x " } );\n"
#define PLACE(x) PH("") "location = { why = \"because\";\n" x " };\n"

static const struct mistake {
	const char *words, *expect; /* a part of what is said */
} mistakes[] = {
	{"", "tests: is missing"},
	{"tests = ( );", "qc.conf:1: tests: is empty; at least 1 test is wanted"},
	{"tests = ( { parameter = \"ph\"; } );", "why: is missing in this test"},
	{"tests = ( { parameter = \"ph\"; why = \" \"; } );", "qc.conf:1: why: has no words"},
	{"tests = ( { why = \"because\"; } );", "parameter: is missing in this test"},
	{"tests = ( { why = \"because\";\nparameter = \"phh\"; } );",
		"qc.conf:2: parameter: \"phh\" is none; waterlab parameters shows them all; did "
		"you "
		"mean ph?"},
	{"tests = ( { parameter = \"ph\"; why = \"one\"; },\n"
	 "{ parameter = \"ph\"; why = \"two\"; } );",
		"qc.conf:2: parameter: \"ph\" of any analyzer has its test already"},
	{"tests = ( { parameter = \"ph\"; unit = \"a\"; why = \"one\"; },\n"
	 "{ parameter = \"ph\"; unit = \"a\"; why = \"two\"; } );",
		"qc.conf:2: parameter: \"ph\" of analyzer a has its test already"},
	{PH("suspct = ( 6, 9 );"),
		"qc.conf:2: suspct: is not a key of a test; did you mean suspect?"},
	{PH("suspect = 6;"), "qc.conf:2: suspect: is two numbers, the lower one first"},
	{PH("suspect = ( 9, 6 );"), "qc.conf:2: suspect: is two numbers, the lower one first"},
	{PH("suspect = ( 6, 7, 8 );"), "qc.conf:2: suspect: too many numbers; allowed 2"},
	{PH("suspect = ( 6, \"9\" );"), "qc.conf:2: suspect: a list of numbers is wanted here"},
	{PH("suspect = ( 6, 17 );"), "qc.conf:2: suspect: goes beyond ( -2, 16 )"},
	{PH("fail = ( 0, 17 );"), "qc.conf:2: fail: goes beyond ( -2, 16 )"},
	{PH("fail = ( 0, 14 );\nsuspect = ( -1, 9 );"),
		"qc.conf:3: suspect: goes beyond ( 0, 14 )"},
	{PH("spike = ( 1, 0.2 );"),
		"qc.conf:2: spike: is two numbers above 0, the suspect one first"},
	{PH("spike = ( 0, 1 );"), "qc.conf:2: spike: is two numbers above 0"},
	{PH("spike = 1;"), "qc.conf:2: spike: is two numbers above 0"},
	{PH("rate_per_s = 0;"), "qc.conf:2: rate_per_s: "},
	{PH("gap_s = -1;"), "qc.conf:2: gap_s: "},
	{PH("interval_s = 0;"), "qc.conf:2: interval_s: "},
	{PH("flat = { tolerance = 0.01; suspect_s = 10; fail_s = 20; };"),
		"qc.conf:2: flat: needs interval_s"},
	{PH("interval_s = 6;\nflat = { tolerance = 0.01; suspect_s = 10; fail_s = 20; };"),
		"qc.conf:3: suspect_s: is less than two intervals"},
	{PH("interval_s = 1; flat = { tolerance = 0.01; suspect_s = 20; fail_s = 10; };"),
		"qc.conf:2: fail_s: is less than suspect_s"},
	{PH("interval_s = 1; flat = { tolerance = 0; suspect_s = 10; fail_s = 20; };"),
		"qc.conf:2: tolerance: "},
	{PH("interval_s = 1; flat = { suspect_s = 10; fail_s = 20; };"),
		"tolerance: is missing in this flat"},
	{PH("attenuated = { over_s = 10; suspect = 2; fail = 1; };"),
		"qc.conf:2: attenuated: needs interval_s"},
	{PH("interval_s = 1; attenuated = { over_s = 10; suspect = 1; fail = 2; };"),
		"qc.conf:2: fail: is more than suspect"},
	{PH("seasons = ( { from_month = 12; to_month = 2; why = \"snow\"; } );"),
		"qc.conf:2: seasons: this one has no suspect and no fail"},
	{PH("seasons = ( { from_month = 13; to_month = 2; suspect = (6, 9); why = \"snow\"; } );"),
		"qc.conf:2: from_month: "},
	{PH("seasons = ( { from_month = 1; to_month = 2; suspect = (6, 9); } );"),
		"why: is missing in this season"},
	{PH("seasons = ( { from_month = 1; to_month = 2; suspect = (6, 9); fail = (7, 10);\n"
	    "why = \"snow\"; } );"),
		"qc.conf:2: suspect: goes beyond ( 7, 10 )"},
	{PLACE("lat = ( 30, 91 );"), "qc.conf:4: lat: goes beyond ( -90, 90 )"},
	{PLACE("lon = ( 77, 69 );"), "qc.conf:4: lon: is two numbers, the lower one first"},
	{PLACE("farthest_m = 0;"), "qc.conf:4: farthest_m: "},
	{PH("") "location = { lat = ( 30, 37 ); };", "why: is missing in this location"},
	{PH("") "no_value = ( 1, 2, 3, 4, 5, 6, 7, 8, 9 );",
		"no_value: too many numbers; allowed 8"},
	{PH("suspect = [ 6.5, 9 ];"), "a list ( ) takes both"},
	{"tests = (", "qc.conf:1: "},
};

static void every_mistake_is_said_where_it_is(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct qc_conf *conf = read_text(mistakes[i].words);

		if (conf)
			fail_msg("this is taken:\n%s", mistakes[i].words);
		if (!strstr(said, mistakes[i].expect))
			fail_msg("of this:\n%s\nis said:\n%s\nand not: %s", mistakes[i].words, said,
				mistakes[i].expect);
	}
}

static void a_good_file_is_what_it_says(void **state)
{
	struct qc_conf *conf = read_text(
		"tests = ( { parameter = \"ph\"; why = \"all\"; suspect = ( 6.5, 9 ); },\n"
		"{ parameter = \"ph\"; unit = \"ph-1\"; why = \"this one\"; fail = ( 0, 14 );\n"
		"spike = ( 0.2, 1 ); interval_s = 900; rate_per_s = 0.5; gap_s = 7200;\n"
		"flat = { tolerance = 0.005; suspect_s = 10800; fail_s = 21600; };\n"
		"attenuated = { over_s = 43200; suspect = 0.2; fail = 0.1; };\n"
		"seasons = ( { from_month = 11; to_month = 2; suspect = ( 7, 8 ); why = \"snow\"; "
		"} ); "
		"} );\n"
		"no_value = ( -9999, 32768 );\n"
		"location = { lat = ( 30, 37 ); why = \"the province\"; };\n");
	const struct qc_thresholds *t;

	(void)state;
	assert_non_null(conf);
	assert_null(qc_conf_find(conf, "", "orp"));
	t = qc_conf_find(conf, "ph-2", "ph");
	assert_non_null(t);
	assert_ptr_equal(t, qc_conf_find(conf, "", "ph"));
	/* Without a fail span of its own: what water on earth can show. */
	assert_true(t->fail.low == -2 && t->fail.high == 16);
	assert_true(t->suspect.low == 6.5 && t->suspect.high == 9);
	assert_true(isnan(t->spike_suspect) && isnan(t->rate_per_s) && isnan(t->gap_s));
	assert_true(isnan(t->flat_tolerance) && isnan(t->attenuated_s) && !t->n_seasons);
	t = qc_conf_find(conf, "ph-1", "ph");
	assert_non_null(t);
	assert_true(t->fail.low == 0 && t->fail.high == 14 && isnan(t->suspect.low));
	assert_true(t->spike_suspect == 0.2 && t->spike_fail == 1);
	assert_true(t->interval_s == 900 && t->rate_per_s == 0.5 && t->gap_s == 7200);
	assert_true(t->flat_tolerance == 0.005 && t->flat_suspect_s == 10800 &&
		    t->flat_fail_s == 21600);
	assert_true(t->attenuated_s == 43200 && t->attenuated_suspect == 0.2 &&
		    t->attenuated_fail == 0.1);
	assert_int_equal(t->n_seasons, 1);
	assert_true(t->seasons[0].suspect.low == 7 && isnan(t->seasons[0].fail.low));
	assert_int_equal(conf->n_no_value, 2);
	assert_true(conf->no_value[1] == 32768);
	assert_true(conf->area.lat.low == 30 && isnan(conf->area.lon.low) &&
		    isnan(conf->area.farthest_m));
	qc_conf_free(conf);
}

static void without_a_location_the_earth_is_it(void **state)
{
	struct qc_conf *conf = read_text(PH(""));

	(void)state;
	assert_non_null(conf);
	assert_true(isnan(conf->area.lat.low) && isnan(conf->area.farthest_m));
	qc_conf_free(conf);
}

static void the_installed_one_is_good(void **state)
{
	const char *top = getenv("WATERLAB_SOURCE");
	struct text errors = text_over(said, sizeof(said));
	struct qc_conf *conf = NULL;
	char path[1024];
	unsigned i;

	(void)state;
	assert_non_null(top);
	snprintf(path, sizeof(path), "%s/config/qc.conf", top);
	if (qc_conf_read(&conf, path, &errors))
		fail_msg("%s", said);
	for (i = 0; i < conf->n; i++)
		assert_true(!isnan(conf->entries[i].thresholds.suspect.low));
	assert_true(!isnan(conf->area.farthest_m));
	qc_conf_free(conf);
}

/* waterlab.conf names it, or not. */
static int read_van(struct conf **conf, const char *thresholds)
{
	const char *top = getenv("WATERLAB_SOURCE");
	struct text errors = text_over(said, sizeof(said));
	char words[2048];

	assert_non_null(top);
	snprintf(words, sizeof(words),
		"lab = \"v\"; drivers = \"%s/drivers\";\nqc = { thresholds = \"%s\"; };\n"
		"lines = ( { name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = ( { name = "
		"\"ph-1\"; profile = \"supmea-ph8001\"; address = 3; } ); } );\n",
		top, thresholds);
	return conf_read_text(conf, "w.conf", words, &errors);
}

static void a_van_takes_the_file_it_names(void **state)
{
	struct conf *conf;
	char path[1024];

	(void)state;
	assert_int_equal(read_van(&conf, ""), 0);
	assert_null(conf->qc);
	conf_free(conf);
	snprintf(path, sizeof(path), "%s/config/qc.conf", getenv("WATERLAB_SOURCE"));
	assert_int_equal(read_van(&conf, path), 0);
	assert_non_null(conf->qc);
	assert_non_null(qc_conf_find(conf->qc, "ph-1", "ph"));
	assert_string_equal(conf->qc_file, path);
	conf_free(conf);
}

static void a_file_that_a_van_cannot_use_is_named_with_its_mistakes(void **state)
{
	struct conf *conf;

	(void)state;
	assert_int_equal(read_van(&conf, "qc.conf"), ERR_CONF);
	assert_non_null(strstr(said, "w.conf:2: thresholds: \"qc.conf\" is no full path"));
	assert_int_equal(read_van(&conf, "/no/qc.conf"), ERR_CONF);
	assert_non_null(strstr(said, "/no/qc.conf: cannot be read: No such file"));
	assert_non_null(strstr(said, "w.conf:2: thresholds: the file of thresholds "
				     "\"/no/qc.conf\" has mistakes; they are named above"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_is_said_where_it_is),
		cmocka_unit_test(a_good_file_is_what_it_says),
		cmocka_unit_test(without_a_location_the_earth_is_it),
		cmocka_unit_test(the_installed_one_is_good),
		cmocka_unit_test(a_van_takes_the_file_it_names),
		cmocka_unit_test(a_file_that_a_van_cannot_use_is_named_with_its_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
