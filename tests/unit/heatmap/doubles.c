/* The centre's table of doubles: which results are of one point then, and what is said of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/heatmap/cells.h"
#include "../../../tools/heatmap/failures.h"
#include "../../../tools/heatmap/points.h"
#include "../../../tools/heatmap/policy.h"
#include "result.h"
#include "sample/point_list.h"

static struct rows rows;
static struct speakers speakers;
static struct failures failures;
static struct cells cells;
static struct point_list doubles;
static const struct policy policy = {5, 5, "public_tap_standpipe", true, true};

static int begin(void **state)
{
	(void)state;
	memset(&rows, 0, sizeof(rows));
	doubles = (struct point_list){.n = 0};
	rows.doubles = &doubles;
	return 0;
}

static int end(void **state)
{
	(void)state;
	rows_free(&rows);
	speakers_free(&speakers);
	failures_free(&failures);
	cells_free(&cells);
	point_list_free(&doubles);
	return 0;
}

static void take(const char *lines)
{
	char words[400];
	struct text why = text_over(words, sizeof(words));
	FILE *file = tmpfile();

	assert_non_null(file);
	fprintf(file, "double,counts\n%s", lines);
	rewind(file);
	assert_int_equal(point_list_read_doubles(&doubles, file, "aliases.csv", &why), 0);
	fclose(file);
}

static struct point_row *add_point(
	const char *lab, uint64_t number, const char *code, const char *name, int ago)
{
	struct point_row *row = rows_add_point(&rows);

	assert_non_null(row);
	row->lab = names_keep(&rows.names, lab);
	row->spool = names_keep(&rows.names, "5e1f");
	row->point = row->seq = number;
	row->code = names_keep(&rows.names, code);
	row->name = names_keep(&rows.names, name);
	row->source_type = names_keep(&rows.names, "borehole_tubewell");
	row->at_ms = noon_ms - ago * day_ms;
	row->lat = 34 + ago / 100.0;
	row->lon = 71;
	return row;
}

static struct result_row *add(const char *lab, uint64_t point, int ago, uint8_t verdict)
{
	struct result_row *row = add_result(&rows, lab, point, ago);

	row->source_type = names_keep(&rows.names, "protected_spring");
	row->own_verdict = row->verdict = verdict;
	row->lat = 33;
	row->lon = 70;
	return row;
}

static void settle(void)
{
	assert_int_equal(rows_settle(&rows), 0);
	assert_int_equal(speakers_find(&speakers, &rows, noon_ms), 0);
	assert_int_equal(failures_find(&failures, &speakers), 0);
	assert_int_equal(
		cells_make(&cells, &rows, &speakers, &policy, noon_ms - 90 * day_ms, true), 0);
}

/* By code, by what a van made, through a chain, and where the store does not have the point's own line. */
static void test_doubles_are_one_point(void **state)
{
	size_t i;

	(void)state;
	take("KP-2,KP-1\nkp-van-02/5e1f/7,KP-2\nkp-van-03/5e1f/8,KP-1\n");
	add_point("kp-van-01", 1, "KP-1", "Pump", 9);
	add_point("kp-van-01", 2, "KP-2", "The pump", 8);
	add_point("kp-van-02", 7, "", "A pump", 7);
	add("kp-van-01", 1, 5, WATER_MEETS);
	add("kp-van-01", 2, 4, WATER_MEETS);
	add("kp-van-02", 7, 3, WATER_MEETS);
	add("kp-van-03", 8, 2, WATER_FAILS_ABOVE);
	settle();
	for (i = 0; i < 4; i++) {
		assert_string_equal(rows.results[i].who, "KP-1");
		assert_ptr_equal(rows.results[i].who, rows.results[0].who);
		assert_string_equal(rows.results[i].info->name, "Pump");
		assert_string_equal(rows.results[i].info->code, "KP-1");
		assert_string_equal(points_type(&rows.results[i]), "borehole_tubewell");
		assert_true(points_lat(&rows.results[i]) == 34.09);
		assert_true(rows.results[i].lat == 33);
	}
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].points, 1);
	assert_int_equal(cells.at[0].fails_above, 1);
	assert_int_equal(failures.n, 1);
}

static void closes(uint64_t fails_at, uint64_t meets_at)
{
	take("KP-2,KP-1\n");
	add_point("kp-van-01", 1, "KP-1", "Pump", 9);
	add_point("kp-van-01", 2, "KP-2", "The pump", 8);
	add("kp-van-01", fails_at, 5, WATER_FAILS_ABOVE);
	add("kp-van-01", meets_at, 4, WATER_MEETS);
	settle();
	assert_int_equal(failures.n, 0);
}

static void test_a_later_visit_to_the_one_that_counts_closes(void **state)
{
	(void)state;
	closes(2, 1);
}

static void test_a_later_visit_to_a_double_closes(void **state)
{
	(void)state;
	closes(1, 2);
}

/* What is no double stays what it was: another number, another lab, a sample at no point, another code. */
static void test_others_are_left_alone(void **state)
{
	(void)state;
	take("kp-van-01/5e1f/7,KP-1\nKP-3,KP-1\n");
	add_point("kp-van-01", 9, "KP-9", "Spring", 9);
	add("kp-van-01", 70, 5, WATER_MEETS);
	add("kp-van-01", 0, 5, WATER_MEETS);
	add("kp-van-01", 9, 5, WATER_MEETS);
	add("kp-van-02", 7, 5, WATER_MEETS);
	settle();
	assert_string_equal(rows.results[0].who, "kp-van-01/5e1f/70");
	assert_string_equal(rows.results[1].who, "kp-van-01/5e1f/sample-2");
	assert_string_equal(rows.results[2].who, "KP-9");
	assert_string_equal(points_type(&rows.results[2]), "protected_spring");
	assert_true(points_lat(&rows.results[2]) == 33);
	assert_string_equal(rows.results[3].who, "kp-van-02/5e1f/7");
	assert_null(rows.results[3].info);
}

/* A code may look like much, but never like the name of a van's own point. */
static void test_a_code_is_never_a_vans_own_point(void **state)
{
	(void)state;
	add_point("kp-van-01", 1, "kp-van-02:5e1f:7", "Pump", 9);
	add("kp-van-02", 7, 5, WATER_FAILS_ABOVE);
	add("kp-van-01", 1, 4, WATER_MEETS);
	settle();
	assert_int_equal(failures.n, 1);
	assert_string_equal(failures.at[0].row->lab, "kp-van-02");
}

/* However long a card's name is: two points are two. */
static void test_two_long_names_are_two_points(void **state)
{
	struct result_row *row;
	char spool[280];
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(spool, sizeof(spool), "%0260d%d", 0, i);
		row = add("kp-van-01", 7, 5 - i, i ? WATER_MEETS : WATER_FAILS_ABOVE);
		column_put_text(&rows, row, column_of_result("spool"), spool);
	}
	settle();
	assert_int_equal(failures.n, 1);
}

/* The table's 71 bytes are the beginning of this one's name. */
static void test_no_double_is_found_by_half_its_name(void **state)
{
	char lab[65], line[100], name[100];

	(void)state;
	snprintf(lab, sizeof(lab), "%064d", 5);
	snprintf(line, sizeof(line), "%s/5e1f/7,KP-1\n", lab);
	take(line);
	add(lab, 71, 5, WATER_FAILS_ABOVE);
	add(lab, 7, 4, WATER_MEETS);
	settle();
	snprintf(name, sizeof(name), "%s/5e1f/71", lab);
	assert_string_equal(rows.results[0].who, name);
	assert_string_equal(rows.results[1].who, "KP-1");
	assert_int_equal(failures.n, 1);
}

/* Its own record before a double's, a newer one before an older; where none is there, nothing is made up. */
static void test_what_is_said_does_not_depend_on_the_order(void **state)
{
	static const struct {
		const char *lab, *code, *name;
		uint64_t number;
		int ago;
	} said[] = {{"kp-van-01", "KP-1", "Old name", 1, 90},
		{"kp-van-02", "KP-1", "New name", 4, 9}, {"kp-van-03", "KP-2", "A double's", 5, 1},
		{"kp-van-03", "KP-4", "Older", 6, 8}, {"kp-van-04", "KP-5", "Newer", 7, 7}};
	size_t turn, i, k;

	(void)state;
	for (turn = 0; turn < 5; turn++) {
		begin(NULL);
		take("KP-2,KP-1\nKP-4,KP-3\nKP-5,KP-3\nKP-7,KP-6\n");
		for (i = 0; i < 5; i++) {
			k = (i + turn) % 5;
			add_point(said[k].lab, said[k].number, said[k].code, said[k].name,
				said[k].ago);
			add(said[k].lab, said[k].number, 3, WATER_MEETS)->sample = said[k].number;
		}
		add_point("kp-van-04", 8, "KP-7", "", 3)->lat = NAN;
		add("kp-van-04", 8, 3, WATER_MEETS)->sample = 8;
		settle();
		for (i = 0; i < 3; i++)
			assert_string_equal(rows.results[i].info->name, "New name");
		assert_string_equal(rows.results[3].who, "KP-3");
		assert_string_equal(rows.results[3].info->name, "Newer");
		assert_string_equal(rows.results[4].info->name, "Newer");
		assert_string_equal(rows.results[5].who, "KP-6");
		assert_string_equal(rows.results[5].info->code, "KP-6");
		assert_true(points_lat(&rows.results[5]) == 33);
		end(NULL);
	}
	begin(NULL);
}

/* A household's water stays its own where its point is the double of a public one, and takes nothing from what that shows. */
static void test_a_double_makes_nothing_public(void **state)
{
	(void)state;
	take("KP-2,KP-1\n");
	add_point("kp-van-01", 1, "KP-1", "Tap", 9)->source_type =
		names_keep(&rows.names, "public_tap_standpipe");
	add_point("kp-van-01", 2, "KP-2", "The tap", 8);
	add("kp-van-01", 1, 6, WATER_MEETS)->source_type =
		names_keep(&rows.names, "public_tap_standpipe");
	add("kp-van-01", 2, 5, WATER_FAILS_ABOVE);
	settle();
	assert_int_equal(cells.n, 2);
	assert_int_equal(cells.at[0].sources, SOURCES_PUBLIC);
	assert_int_equal(cells.at[0].points, 1);
	assert_int_equal(cells.at[0].meets, 1);
	assert_int_equal(cells.at[1].sources, SOURCES_PRIVATE);
	assert_true(cells.at[1].suppressed);
}

/* Nor does a household's record that counts make its public double's results public. */
static void test_a_public_double_of_a_private_point(void **state)
{
	(void)state;
	take("KP-2,KP-1\n");
	add_point("kp-van-01", 1, "KP-1", "Borehole", 9);
	add("kp-van-01", 1, 6, WATER_MEETS)->source_type =
		names_keep(&rows.names, "public_tap_standpipe");
	settle();
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].sources, SOURCES_PRIVATE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_doubles_are_one_point),
		TEST(test_a_later_visit_to_the_one_that_counts_closes),
		TEST(test_a_later_visit_to_a_double_closes), TEST(test_others_are_left_alone),
		TEST(test_what_is_said_does_not_depend_on_the_order),
		TEST(test_a_double_makes_nothing_public),
		TEST(test_a_public_double_of_a_private_point),
		TEST(test_a_code_is_never_a_vans_own_point),
		TEST(test_two_long_names_are_two_points),
		TEST(test_no_double_is_found_by_half_its_name)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
