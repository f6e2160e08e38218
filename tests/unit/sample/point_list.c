/* The centre's list of points and its doubles: what is read, and each mistake by file and line, with what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample/point_list.h"

static char said[1024];

static FILE *file_of(const char *words)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fputs(words, file);
	rewind(file);
	return file;
}

static int take_points(struct point_list *list, const char *words)
{
	struct text why = text_over(said, sizeof(said));
	FILE *file = file_of(words);
	int err;

	*list = (struct point_list){.n = 0};
	err = point_list_read(list, file, "/some/points.csv", &why);
	fclose(file);
	return err;
}

static int take_doubles(struct point_list *list, const char *words)
{
	struct text why = text_over(said, sizeof(said));
	FILE *file = file_of(words);
	int err = point_list_read_doubles(list, file, "/some/aliases.csv", &why);

	fclose(file);
	return err;
}

#define HEAD "code,name,source_type,lat,lon,position,treated\n"
#define FOUR                                                                  \
	HEAD "P-4,Spring of four,protected_spring,35.9,74.3,source,no\n"      \
	     "P-1,\"Handpump, school\",borehole_tubewell,34.0151,71.5249,,\n" \
	     "# closed since\n\n"                                             \
	     "P-3,Tank at the bazaar,tanker,,,consumer,yes\n"                 \
	     "P-2,نلکا بازار,public_tap_standpipe,-34.01510001,+71,network,yes\n"

static void points_are_found_by_their_code(void **state)
{
	const struct point *point;
	struct point_list list;

	(void)state;
	assert_int_equal(take_points(&list, FOUR), 0);
	assert_int_equal(list.n, 4);
	point = &point_list_find(&list, "P-1")->point;
	assert_string_equal(point->name, "Handpump, school");
	assert_string_equal(point->type, "borehole_tubewell");
	assert_string_equal(point->position, "");
	assert_string_equal(point->treated, "");
	assert_true(point->has_at);
	assert_int_equal(point->lat_e7, 340151000);
	assert_int_equal(point->lon_e7, 715249000);
	point = &point_list_find(&list, "P-2")->point;
	assert_string_equal(point->name, "نلکا بازار");
	assert_int_equal(point->lat_e7, -340151000);
	assert_string_equal(point->position, "network");
	assert_false(point_list_find(&list, "P-3")->point.has_at);
	assert_int_equal(point_list_find(&list, "P-3")->line, 6);
	assert_null(point_list_find(&list, "P-5"));
	assert_null(point_list_find(&list, "p-1"));
	assert_null(point_list_find_double(&list, "P-1"));
	point_list_free(&list);
}

/* As a spreadsheet saves it, with columns of its own, in its own order, CRLF and a byte order mark. */
static void columns_stand_in_any_order(void **state)
{
	struct point_list list;

	(void)state;
	assert_int_equal(take_points(&list, "\xEF\xBB\xBFlon,district,lat,name,code,source_type\r\n"
					    "71.5,PK528,34,Pump one,17,tanker\r\n"),
		0);
	assert_int_equal(list.n, 1);
	assert_int_equal(point_list_find(&list, "17")->point.lat_e7, 340000000);
	point_list_free(&list);
}

#define ROW(code, name, type, at, more) HEAD code "," name "," type "," at "," more "\n"
#define LONG8(s)                        s s s s s s s s

static void each_mistake_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{"", "/some/points.csv:0: it is empty; the first line names the columns"},
		{"code;name;source_type;lat;lon\n", ":1: the first line names the columns, between "
						    "commas, and \"code\" is not among them"},
		{"code,name,lat,lon\n", "\"source_type\" is not among them"},
		{"code,name,source_type,lat,lon,code\n", ":1: two columns are called \"code\""},
		{HEAD, ":1: there is no point in it"},
		{ROW("", "Pump", "tanker", "1,2", ","), ":2: code is \"\"; it is letters"},
		{ROW("P 1", "Pump", "tanker", "1,2", ","), ":2: code is \"P 1\"; it is letters"},
		{ROW("a/b", "Pump", "tanker", "1,2", ","), ":2: code is \"a/b\""},
		{ROW(LONG8("abc"), "Pump", "tanker", "1,2", ","),
			":2: code is not there, or longer than 23 bytes"},
		{ROW("P-1", "-", "tanker", "1,2", ","), ":2: P-1 has no name that can be read"},
		{ROW("P-1", "Pump \xE9t\xE9", "tanker", "1,2", ","), "saved as UTF-8"},
		{ROW("P-1", LONG8("0123456789") "x", "tanker", "1,2", ","),
			":2: name is not there, or longer than 80 bytes"},
		{ROW("P-1234567890123456789", LONG8("0123456789"), "unprotected_dug_well", "1,2",
			 "consumer,yes"),
			":2: the name of P-1234567890123456789 is too long beside all else"},
		{ROW("P-1", "Pump", "well", "1,2", ","),
			":2: source_type is \"well\"; it is one of piped_into_dwelling, "},
		{ROW("P-1", "Pump", "", "1,2", ","), ":2: source_type is \"\""},
		{ROW("P-1", "Pump", "tanker", "1,2", "end,"),
			":2: position is \"end\"; it is one of source, network, consumer"},
		{ROW("P-1", "Pump", "tanker", "1,2", ",no!"),
			":2: treated is \"no!\"; it is yes, no or empty"},
		{ROW("P-1", "Pump", "tanker", "1,2", ",maybe"),
			":2: treated is not there, or longer than 3 bytes"},
		{ROW("P-1", "Pump", "tanker", "34 N,71", ","),
			":2: lat is \"34 N\"; it is degrees north, as 34.0151, or empty"},
		{ROW("P-1", "Pump", "tanker", "91,71", ","), ":2: lat is \"91\""},
		{ROW("P-1", "Pump", "tanker", "34,180.1", ","), ":2: lon is \"180.1\""},
		{ROW("P-1", "Pump", "tanker", "34,nan", ","), ":2: lon is \"nan\""},
		{ROW("P-1", "Pump", "tanker", "34,", ","),
			":2: one of lat and lon is empty; give both or none"},
		{ROW("P-1", "Pump", "tanker", "0.0,0", ","), ":2: lat and lon are 0"},
		{HEAD "P-1,Pump,tanker\n", ":2: position is not there"},
		{HEAD "P-1,Pump one,tanker,,,,\nP-2,\"Pump,tanker,,,,\n", ":3: a quote"},
		{HEAD "P-1,Pump one,tanker,,,,\nP-2,Pump two,tanker,,,,\nP-1,Pump,tanker,,,,\n",
			":4: line 2 has the code P-1 too; each point has its own"},
	};
	struct point_list list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (take_points(&list, wrong[i][0]) != ERR_CONF || !strstr(said, wrong[i][1]) ||
			strncmp(said, "/some/points.csv:", 17) != 0)
			fail_msg("%s: not \"%s\" but \"%s\"", wrong[i][0], wrong[i][1], said);
		assert_int_equal(list.n, 0);
		assert_null(list.at);
	}
}

static const char *counts(const struct point_list *list, const char *is)
{
	const struct point_double *found = point_list_find_double(list, is);

	return found ? found->counts : "";
}

static void the_last_of_doubles_counts(void **state)
{
	struct point_list list;
	struct point own = {.number = 117, .spool = "0011223344556677"};
	char name[POINT_DOUBLE];

	(void)state;
	assert_int_equal(take_points(&list, FOUR), 0);
	assert_int_equal(take_doubles(&list, "why,double,counts\n"
					     "near,P-2,P-1\n"
					     "gone,OLD-9,P-2\n"
					     "twice,van-3/0011223344556677/117,OLD-9\n"),
		0);
	assert_int_equal(list.n_doubles, 3);
	assert_string_equal(counts(&list, "P-2"), "P-1");
	assert_string_equal(counts(&list, "OLD-9"), "P-1");
	point_list_name(name, &own, "van-3");
	assert_string_equal(counts(&list, name), "P-1");
	point_list_name(name, &own, "van-4");
	assert_string_equal(counts(&list, name), "");
	point_list_name(name, &list.at[1].point, "van-3");
	assert_string_equal(name, "P-2");
	point_list_free(&list);
	assert_int_equal(take_points(&list, FOUR), 0);
	assert_int_equal(take_doubles(&list, "double,counts\n"), 0); /* none yet */
	point_list_free(&list);
}

/* The centre has the table alone: whatever code counts, the rest holds as with a list. */
static void without_a_list_any_code_counts(void **state)
{
	struct point_list list = {.n = 0};

	(void)state;
	assert_int_equal(take_doubles(&list, "double,counts\nKP-3,KP-2\nKP-2,KP-1\n"), 0);
	assert_string_equal(counts(&list, "KP-3"), "KP-1");
	point_list_free(&list);
	assert_int_equal(take_doubles(&list, "double,counts\nKP-1,KP-2\nKP-2,KP-1\n"), ERR_CONF);
	assert_non_null(strstr(said, "in the end of itself"));
	point_list_free(&list);
}

static void each_double_that_leads_nowhere_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{"double,is\n",
			":1: the first line names the columns, between commas, and \"counts\""},
		{"double,counts\nP-1,P-9\n", ":2: there is no point P-9 in the list"},
		{"double,counts\nP-1,P-2\nP-2,X\n", ":2: there is no point X in the list"},
		{"double,counts\nP-1,P-1\n",
			":2: P-1 is a double of P-1, and in the end of itself"},
		{"double,counts\nP-3,P-4\nP-1,P-2\nP-2,P-3\nP-4,P-1\n",
			": P-1 is a double of P-2, and in the end of itself; leave out"},
		{"double,counts\nX,P-1\nP-1,P-2\nP-2,P-1\n", "in the end of itself"},
		{"double,counts\n\nX,P-2\nX,P-1\n", ":4: line 3 says already what X is"},
		{"double,counts\n,P-1\n", ":2: double is \"\""},
		{"double,counts\nX,\n", ":2: counts is \"\""},
		{"double,counts\nX,van-3/00/7\n", ":2: counts is \"van-3/00/7\"; it is a code"},
		{"double,counts\na b,P-1\n", ":2: double is \"a b\""},
		{"double,counts\nX,P-1\nY,P-1", ":3: the last line has no end"},
	};
	struct point_list list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(take_points(&list, FOUR), 0);
		if (take_doubles(&list, wrong[i][0]) != ERR_CONF || !strstr(said, wrong[i][1]) ||
			strncmp(said, "/some/aliases.csv:", 18) != 0)
			fail_msg("%s: not \"%s\" but \"%s\"", wrong[i][0], wrong[i][1], said);
		assert_int_equal(list.n_doubles, 0);
		assert_int_equal(list.n, 4);
		point_list_free(&list);
	}
}

/* A chain as long as a file can have it ends in words, and soon. */
static void a_long_chain_ends(void **state)
{
	static char words[POINT_LIST_MOST * 16];
	struct text to = text_over(words, sizeof(words));
	struct point_list list;
	int i;

	(void)state;
	text_put(&to, "double,counts\n");
	for (i = 0; i < POINT_LIST_MOST; i++)
		text_printf(&to, "X%d,X%d\n", i, i + 1);
	assert_int_equal(take_points(&list, FOUR), 0);
	assert_int_equal(take_doubles(&list, words), ERR_CONF);
	assert_non_null(strstr(said, "is a double of doubles without end; name the one"));
	point_list_free(&list);
}

static void as_many_as_there_may_be(void **state)
{
	static char words[POINT_LIST_MOST * 40];
	struct text to = text_over(words, sizeof(words));
	struct point_list list;
	char code[16];
	int i;

	(void)state;
	text_put(&to, HEAD);
	for (i = POINT_LIST_MOST; i-- > 0;)
		text_printf(&to, "P%d,Pump,tanker,34.%d,71,,\n", i, i);
	assert_int_equal(take_points(&list, words), 0);
	for (i = 0; i < POINT_LIST_MOST; i++) {
		snprintf(code, sizeof(code), "P%d", i);
		assert_string_equal(point_list_find(&list, code)->point.code, code);
	}
	point_list_free(&list);
	text_put(&to, "one,Pump,tanker,34,71,,\n");
	assert_int_equal(take_points(&list, words), ERR_CONF);
	assert_non_null(strstr(said, ":20002: there are more than 20000 points"));
}

static void write_file(const char *path, const char *words)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(words, file);
	fclose(file);
}

static void the_list_goes_on_without_its_doubles(void **state)
{
	struct point_list_conf conf = {.points = "points.csv", .aliases = "aliases.csv"};
	struct text why = text_over(said, sizeof(said));
	struct point_list list;

	(void)state;
	assert_int_equal(point_list_open(&list, &conf, &why), ERR_ABSENT);
	assert_string_equal(said, "points.csv: No such file or directory");
	assert_int_equal(list.n, 0);
	write_file("points.csv", FOUR);
	write_file("aliases.csv", "double,counts\nP-1,P-1\n");
	text_clear(&why);
	assert_int_equal(point_list_open(&list, &conf, &why), ERR_CONF);
	assert_int_equal(list.n, 4);
	assert_int_equal(list.n_doubles, 0);
	point_list_free(&list);
	*conf.aliases = '\0';
	text_clear(&why);
	assert_int_equal(point_list_open(&list, &conf, &why), 0);
	point_list_free(&list);
	*conf.points = '\0';
	assert_int_equal(point_list_open(&list, &conf, &why), 0);
	assert_int_equal(list.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_are_found_by_their_code),
		cmocka_unit_test(columns_stand_in_any_order),
		cmocka_unit_test(each_mistake_is_named),
		cmocka_unit_test(without_a_list_any_code_counts),
		cmocka_unit_test(the_last_of_doubles_counts),
		cmocka_unit_test(each_double_that_leads_nowhere_is_named),
		cmocka_unit_test(a_long_chain_ends),
		cmocka_unit_test(as_many_as_there_may_be),
		cmocka_unit_test(the_list_goes_on_without_its_doubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
