/* `waterlab qc`: what goes out for what comes in, and every mistake a table can have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/qc_table.h"

static char *out, *said;

/* pH alone, so that a row's flags are short. */
static const char conf_words[] =
	"tests = ( { parameter = \"ph\"; why = \"because\"; fail = ( 0, 14 ); suspect = ( 6, 9 );\n"
	"interval_s = 1; spike = ( 1, 3 ); rate_per_s = 2; gap_s = 10;\n"
	"flat = { tolerance = 0.01; suspect_s = 2; fail_s = 4; };\n"
	"seasons = ( { from_month = 6; to_month = 8; suspect = ( 7, 8 ); why = \"warm\"; } ); },\n"
	"{ parameter = \"ph\"; unit = \"ph-2\"; why = \"an old one\"; suspect = ( 5, 10 ); } );\n"
	"location = { why = \"here\"; lat = ( 30, 40 ); farthest_m = 1000; };\n"
	"no_value = ( -9999 );\n";

static int judge(const char *given)
{
	char words[1000] = "";
	struct text errors = text_over(words, sizeof(words));
	struct qc_conf *conf = NULL;
	size_t out_len, said_len;
	FILE *in = tmpfile(), *to, *say;
	int end;

	free(out);
	free(said);
	to = open_memstream(&out, &out_len);
	say = open_memstream(&said, &said_len);
	assert_non_null(in);
	assert_non_null(to);
	assert_non_null(say);
	if (qc_conf_read_text(&conf, "qc.conf", conf_words, &errors))
		fail_msg("%s", words);
	assert_true(fputs(given, in) >= 0);
	rewind(in);
	end = qc_judge_table(conf, "series.csv", in, to, say);
	fclose(in);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(fclose(say), 0);
	qc_conf_free(conf);
	return end;
}

#define FLAGS_OF(ph)                                                                      \
	"," ph "_syntax," ph "_gap," ph "_gross," ph "_spike," ph "_rate," ph "_flat," ph \
	"_attenuated," ph "_climatology," ph "_qc"

static void rows_go_out_as_they_came(void **state)
{
	(void)state;
	assert_int_equal(judge("time,ph,\"my, note\"\r\n"
			       "2026-01-01T00:00:00Z, 7.10 ,\"a \"\"b\"\"\r\n\"\r\n"
			       "\r\n"
			       "2026-01-01 05:00:01+05:00,7.1\r\n"
			       "1767225602.5,\"7.1\",x"),
		CLI_DONE);
	assert_string_equal(out,
		"time,ph,\"my, note\"" FLAGS_OF(
			"ph") "\r\n"
			      "2026-01-01T00:00:00Z, 7.10 ,\"a "
			      "\"\"b\"\"\r\n\",1,2,1,2,1,1,2,2,1\r\n"
			      "2026-01-01 05:00:01+05:00,7.1,,1,1,1,1,1,1,2,2,1\r\n"
			      "1767225602.5,\"7.1\",x,1,1,1,2,1,3,2,2,3\n");
	assert_non_null(strstr(said, "my, note: is no parameter and goes out as it came\n"));
	assert_non_null(strstr(
		said, "waterlab: ph: pass 2, suspect 1, fail 0, not evaluated 0, missing 0\n"));
}

static void each_analyzer_has_its_own_thresholds(void **state)
{
	(void)state;
	assert_int_equal(judge("time,ph-1:ph,ph-2:ph,orp\n1767225600,5.5,5.5,3000\n"), CLI_DONE);
	assert_string_equal(out,
		"time,ph-1:ph,ph-2:ph,orp" FLAGS_OF("ph-1:ph") FLAGS_OF("ph-2:ph")
			FLAGS_OF("orp") "\n"
					"1767225600,5.5,5.5,3000"
					",1,2,3,2,1,1,2,2,3" /* any analyzer's */
					",1,2,1,2,2,2,2,2,1" /* its own */
					",1,2,4,2,2,2,2,2,4\n" /* what water on earth can show */);
	assert_non_null(strstr(said, "waterlab: orp: there are no thresholds for it"));
}

static void cells_without_a_value(void **state)
{
	static const char *const nothing[] = {
		"", " ", "NULL", "NaN", "NA", "n/a", "None", "-", "-9999", "-9999.0"};
	char given[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		snprintf(given, sizeof(given), "time,ph\n1,%s\n", nothing[i]);
		assert_int_equal(judge(given), CLI_DONE);
		assert_non_null(strstr(out, ",9,9,9,9,9,9,9,9,9\n"));
	}
	assert_int_equal(judge("time,ph\n1\n"), CLI_DONE);
	assert_non_null(strstr(out, "1,,9,9,9,9,9,9,9,9,9\n"));
}

static void seasons_and_places(void **state)
{
	(void)state;
	assert_int_equal(judge("utc,latitude,longitude,ph\n"
			       "2026-07-01 00:00,34,71,6.5\n"
			       "2026-07-01 00:01,34.1,71,7.5\n"
			       "2026-07-01 00:02,,,7.5\n"
			       "2026-07-01 00:03,34.1,,7.5\n"
			       "2026-07-01 00:04,29,71,7.5\n"),
		CLI_DONE);
	assert_string_equal(out, "utc,latitude,longitude,ph" FLAGS_OF(
					 "ph") ",location_qc\n"
					       "2026-07-01 00:00,34,71,6.5,1,2,1,2,1,1,2,3,3,1\n"
					       "2026-07-01 00:01,34.1,71,7.5,1,4,1,1,1,1,2,1,3,3\n"
					       "2026-07-01 00:02,,,7.5,1,4,1,1,1,1,2,1,1,9\n"
					       "2026-07-01 00:03,34.1,,7.5,1,4,1,1,1,3,2,1,4,4\n"
					       "2026-07-01 00:04,29,71,7.5,1,4,1,2,1,3,2,1,4,4\n");
}

static void a_visit_begins_anew(void **state)
{
	(void)state;
	assert_int_equal(
		judge("time,sample,ph\n1,a,7\n2,a,7\n3,a,7\n4,b,9\n4.5,b,9\n3,a,7\n"), CLI_DONE);
	assert_string_equal(out, "time,sample,ph" FLAGS_OF("ph") "\n"
								 "1,a,7,1,2,1,2,1,1,2,2,1\n"
								 "2,a,7,1,1,1,1,1,1,2,2,1\n"
								 "3,a,7,1,1,1,2,1,3,2,2,3\n"
								 "4,b,9,1,2,1,2,1,1,2,2,1\n"
								 "4.5,b,9,1,1,1,2,1,1,2,2,1\n"
								 "3,a,7,1,2,1,2,1,1,2,2,1\n");
}

static void a_bad_row_is_named_and_ends_the_visit(void **state)
{
	(void)state;
	assert_int_equal(
		judge("time,ph\n1,7\n2,7\nsoon,7\n3,7\n3,7\n4,7,8\n5,\"7\n6,x\n"), CLI_FAILED);
	assert_string_equal(out, "time,ph" FLAGS_OF("ph") "\n"
							  "1,7,1,2,1,2,1,1,2,2,1\n"
							  "2,7,1,1,1,2,1,1,2,2,1\n"
							  "soon,7,,,,,,,,,\n"
							  "3,7,1,2,1,2,1,1,2,2,1\n"
							  "3,7,1,2,1,2,1,1,2,2,1\n"
							  "4,7,8,,,,,,,,\n"
							  "5,\"7,,,,,,,,,,\n"
							  "6,x,4,9,9,9,9,9,9,9,9\n");
	assert_non_null(strstr(said, "series.csv:4: \"soon\" is no time; it is written"));
	assert_non_null(strstr(said, "series.csv:6: its time is not after that of the row before"));
	assert_non_null(strstr(said, "series.csv:7: 3 fields, and the heading has 2\n"));
	assert_non_null(strstr(said, "series.csv:8: a quote is opened and not closed"));
	assert_non_null(strstr(said, "series.csv:9: ph: \"x\" is no number\n"));
	assert_non_null(strstr(said, "waterlab: series.csv: mistakes: 5\n"));
}

static void numbers_are_as_people_write_them(void **state)
{
	static const char *const wrong[] = {
		"0x10", "inf", "7,1", "7.1.2", "1e", "<0.1", "7 8", "1e999", "--1"};
	char given[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(given, sizeof(given), "time,ph\n1,\"%s\"\n", wrong[i]);
		assert_int_equal(judge(given), CLI_FAILED);
		assert_non_null(strstr(out, ",4,9,9,9,9,9,9,9,9\n"));
	}
	assert_int_equal(judge("time,ph\n1,+7.1e0\n"), CLI_DONE);
}

static void times_are_as_they_are_written(void **state)
{
	static const char *const wrong[] = {"", "2026-13-01 00:00", "2026-02-30 00:00",
		"01/02/2026 00:00", "2026-01-01", "-1", "1e300", "0x5"};
	char given[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(given, sizeof(given), "time,ph\n%s,7\n", wrong[i]);
		assert_int_equal(judge(given), CLI_FAILED);
		assert_non_null(strstr(said, "series.csv:2: "));
		assert_non_null(strstr(said, "is no time"));
	}
	/* Seconds and milliseconds. */
	assert_int_equal(judge("time,ph\n1767225600,7\n1767225601000,7\n"), CLI_DONE);
	assert_non_null(strstr(out, "1767225601000,7,1,1,"));
}

static void a_long_table_has_a_row_for_each_reading(void **state)
{
	(void)state;
	assert_int_equal(judge("lab,utc,unit,parameter,value,position,context\n"
			       "v,2026-01-01T00:00:00.000Z,a,ph,7.0,,idle\n"
			       "v,2026-01-01T00:00:00.000Z,b,ph,5.5,,idle\n"
			       "v,2026-01-01T00:00:00.500Z,b,fan_rpm,900,,idle\n"
			       "v,2026-01-01T00:00:01.000Z,a,ph,8.5,34 71,idle\n"
			       "v,2026-01-01T00:00:02.000Z,a,ph,7.0,34 71\n"
			       "v,2026-01-01T00:00:03.000Z,,,\n"
			       "v,2026-01-01T00:00:04.000Z,ph-2,ph,5.5,,sample\n"),
		CLI_DONE);
	assert_string_equal(out,
		"lab,utc,unit,parameter,value,position,context,qc_syntax,qc_gap,qc_gross,qc_spike,"
		"qc_rate,qc_flat,qc_attenuated,qc_climatology,qc_location,qc_worst\n"
		"v,2026-01-01T00:00:00.000Z,a,ph,7.0,,idle,1,2,1,2,1,1,2,2,9,1\n"
		"v,2026-01-01T00:00:00.000Z,b,ph,5.5,,idle,1,2,3,2,1,1,2,2,9,3\n"
		"v,2026-01-01T00:00:00.500Z,b,fan_rpm,900,,idle,,,,,,,,,,\n"
		"v,2026-01-01T00:00:01.000Z,a,ph,8.5,34 71,idle,1,1,1,2,1,1,2,2,1,1\n"
		/* Another context is another visit: the row before has no successor. */
		"v,2026-01-01T00:00:02.000Z,a,ph,7.0,34 71,,1,2,1,2,1,1,2,2,1,1\n"
		"v,2026-01-01T00:00:03.000Z,,,,,,,,,,,,,,,\n"
		"v,2026-01-01T00:00:04.000Z,ph-2,ph,5.5,,sample,1,2,1,2,2,2,2,2,9,1\n");
	assert_non_null(strstr(said, "waterlab: b:fan_rpm: is no parameter and not judged\n"));
	assert_null(strstr(said, "b:fan_rpm: pass"));

	assert_int_equal(judge("time,parameter,value\n1,ph,7\nsoon,ph,7\n2,ph,x\n2,ph,7\n3,ph,7,7\n"
			       "4,ph,\"7\n"),
		CLI_FAILED);
	assert_non_null(strstr(said, "series.csv:3: \"soon\" is no time"));
	assert_non_null(strstr(said, "series.csv:4: ph: \"x\" is no number"));
	assert_non_null(strstr(said, "series.csv:5: ph: its time is not after that"));
	assert_non_null(strstr(said, "series.csv:6: 4 fields, and the heading has 3"));
	assert_non_null(strstr(said, "series.csv:7: a quote"));
	assert_non_null(strstr(out, "4,ph,\"7,,"));

	assert_int_equal(judge("time,parameter,value,position\n1,ph,7,x\n2,ph,7,34\n3,ph,7,34 71\n"
			       "4,ph,7,34.1 71\n"),
		CLI_FAILED);
	assert_non_null(strstr(out, "1,ph,7,x,1,2,1,2,1,1,2,2,4,4\n"));
	assert_non_null(strstr(out, ",4,4\n3,ph,7,34 71,"));
	assert_non_null(strstr(out, "4,ph,7,34.1 71,1,1,1,2,1,3,2,2,3,3\n"));
	assert_non_null(strstr(said, "series.csv:3: position: is no latitude and longitude"));
}

/* A row whose successor is far does not hold up all others for ever. */
static void a_far_successor_is_not_waited_for(void **state)
{
	char *given = NULL;
	size_t len;
	FILE *to = open_memstream(&given, &len);
	unsigned i;

	(void)state;
	assert_non_null(to);
	fputs("time,unit,parameter,value\n1,a,ph,7\n2,a,ph,7\n", to);
	for (i = 0; i < QC_ROWS + 10; i++)
		fprintf(to, "%u,b,ph,7\n", 3 + i);
	fputs("900000,a,ph,7\n", to);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(judge(given), CLI_DONE);
	assert_non_null(strstr(out, "\n1,a,ph,7,1,2,1,2,"));
	assert_non_null(strstr(out, "\n2,a,ph,7,1,1,1,2,")); /* given up */
	assert_non_null(strstr(out, "\n4,b,ph,7,1,1,1,1,"));
	assert_non_null(strstr(out, "\n900000,a,ph,7,1,4,"));
	free(given);
}

static void headings_that_are_none(void **state)
{
	static const struct {
		const char *given, *expect;
	} rows[] = {{"", "series.csv: is empty"}, {"\n\n", "series.csv: is empty"},
		{"when,ph\n", "series.csv:1: no column is called time"},
		{"time,pH\n", "did you mean ph?"},
		{"time,note\n", "series.csv:1: no column is called as a parameter"},
		{"time,ph,lat\n", "series.csv:1: lat and lon come together"},
		{"time,datetime,ph\n",
			"series.csv:1: \"datetime\": another column says that already"},
		{"time,ph,ph\n", "series.csv:1: \"ph\": there are two such columns"},
		{"time,ph,ph_qc\n", "series.csv:1: \"ph_qc\": this file was judged already"},
		{"time,a:ph,a:ph_flat\n", "this file was judged already"},
		{"time,ph,location_qc\n", "this file was judged already"},
		{"time,parameter,value,lat,lon,position\n", "leave one out"},
		{"time,parameter,value,value\n", "another column says that already"},
		{"time,parameter,value,qc_worst\n", "this file was judged already"},
		{"parameter,value\n", "no column is called time"},
		{"time,\"ph\n", "series.csv:1: a quote is opened"},
		{"time;ph\n1;7\n", "no column is called time"}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(judge(rows[i].given), CLI_FAILED);
		if (!strstr(said, rows[i].expect))
			fail_msg("of %s is said: %s", rows[i].given, said);
		assert_string_equal(out, "");
	}
	assert_int_equal(judge("time,ph,ph_mv,qc,my_flat\n1,7,0,x,y\n"), CLI_DONE);
	/* Words that mean something in a long table only. */
	assert_int_equal(judge("time,position,context,unit,value,ph\n1,tap,x,y,z,7\n"), CLI_DONE);
	assert_non_null(strstr(out, "\n1,tap,x,y,z,7,1,2,1,2,1,1,2,2,1\n"));
}

static void twenty_mistakes_are_said_and_all_are_counted(void **state)
{
	char given[2000] = "time,ph\n";
	struct text text = text_over(given, sizeof(given));
	unsigned i;

	(void)state;
	text_put(&text, "time,ph\n");
	for (i = 1; i <= 30; i++)
		text_printf(&text, "%u,x\n", i);
	assert_int_equal(judge(given), CLI_FAILED);
	assert_non_null(strstr(said, "series.csv:21: ph: \"x\" is no number\n"));
	assert_null(strstr(said, "series.csv:22: "));
	assert_non_null(strstr(said, "mistakes: 30\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_go_out_as_they_came),
		cmocka_unit_test(each_analyzer_has_its_own_thresholds),
		cmocka_unit_test(cells_without_a_value),
		cmocka_unit_test(seasons_and_places),
		cmocka_unit_test(a_visit_begins_anew),
		cmocka_unit_test(a_bad_row_is_named_and_ends_the_visit),
		cmocka_unit_test(numbers_are_as_people_write_them),
		cmocka_unit_test(times_are_as_they_are_written),
		cmocka_unit_test(a_long_table_has_a_row_for_each_reading),
		cmocka_unit_test(a_far_successor_is_not_waited_for),
		cmocka_unit_test(headings_that_are_none),
		cmocka_unit_test(twenty_mistakes_are_said_and_all_are_counted),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(out);
	free(said);
	return failed;
}
