/* From rows to what speaks, what is open and what a cell says: by hand, one rule at a time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/heatmap/cells.h"
#include "../../../tools/heatmap/failures.h"
#include "../../../tools/heatmap/policy.h"

static const int64_t noon_ms = 1795953600000; /* 2026-11-29 */
static const int64_t day_ms = 86400000;

static struct rows rows;
static struct speakers speakers;
static struct failures failures;
static struct cells cells;
static const struct policy policy = {5, 5, "public_tap_standpipe", true, true};

/* A result of point `point`, so many days ago, with the verdict that the centre gave. */
static struct result_row *add(uint64_t point, int ago, uint8_t verdict)
{
	struct result_row *row = rows_add_result(&rows);

	assert_non_null(row);
	row->lab = names_keep(&rows.names, "kp-van-01");
	row->spool = names_keep(&rows.names, "5e1f");
	row->parameter = names_keep(&rows.names, "ph");
	row->method = names_keep(&rows.names, "meter");
	row->district = names_keep(&rows.names, "PK505");
	row->activity = names_keep(&rows.names, "sample");
	row->source_type = names_keep(&rows.names, "borehole_tubewell");
	row->point = point;
	row->sample = row->seq = rows.n_results;
	row->at_ms = noon_ms - ago * day_ms;
	row->own_verdict = verdict;
	row->verdict = verdict;
	row->censor = AMOUNT_EXACT;
	row->value = 7;
	return row;
}

static int begin(void **state)
{
	(void)state;
	memset(&rows, 0, sizeof(rows));
	return 0;
}

static int end(void **state)
{
	(void)state;
	rows_free(&rows);
	speakers_free(&speakers);
	failures_free(&failures);
	cells_free(&cells);
	return 0;
}

static void settle(bool apart)
{
	assert_int_equal(rows_settle(&rows), 0);
	assert_int_equal(speakers_find(&speakers, &rows, noon_ms), 0);
	assert_int_equal(failures_find(&failures, &speakers), 0);
	assert_int_equal(cells_make(&cells, &rows, &speakers, &policy, apart), 0);
}

static void test_the_highest_revision(void **state)
{
	struct result_row *row;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) { /* revision 2 comes first, and 1 twice */
		row = add(1, 3, i == 0 ? WATER_FAILS_ABOVE : WATER_MEETS);
		row->sample = 9;
		row->rev = i == 0 ? 2 : 1;
		row->at_ms += row->rev;
	}
	settle(false);
	assert_int_equal(rows.n_results, 1);
	assert_int_equal(rows.superseded, 2);
	assert_int_equal(failures.n, 1);
	assert_int_equal(sampled_ms(failures.at[0].row), noon_ms - 3 * day_ms);
	assert_int_equal(cells.at[0].fails_above, 1);
}

static void test_the_worst_of_a_visit(void **state)
{
	struct result_row *row;

	(void)state;
	add(1, 3, WATER_FAILS_BELOW);
	row = add(1, 3, WATER_MEETS); /* the replicate, a minute later */
	row->at_ms += 60000;
	row->parent = 1;
	row->activity = names_keep(&rows.names, "replicate");
	settle(false);
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].points, 1);
	assert_int_equal(cells.at[0].fails_below, 1);
	assert_int_equal(failures.n, 1);
}

static void test_what_counts_for_nothing(void **state)
{
	struct result_row *row;

	(void)state;
	add(1, 3, WATER_FAILS_ABOVE)->purpose = PURPOSE_TRAINING;
	add(2, 3, WATER_NOT_APPLICABLE)->activity = names_keep(&rows.names, "blank");
	row = add(3, 3, WATER_CANNOT_JUDGE);
	row->parameter = names_keep(&rows.names, "impediment");
	settle(false);
	assert_int_equal(cells.n, 0);
	assert_int_equal(failures.n, 0);
}

static void test_a_follow_up_is_open_and_in_no_share(void **state)
{
	(void)state;
	add(1, 3, WATER_FAILS_ABOVE)->purpose = 2;
	settle(false);
	assert_int_equal(cells.n, 0);
	assert_int_equal(failures.n, 1);
}

static void test_what_cannot_be_judged_closes_nothing(void **state)
{
	(void)state;
	add(1, 9, WATER_FAILS_ABOVE);
	add(1, 5, WATER_CANNOT_JUDGE);
	add(1, 4, WATER_POSSIBLE_FAILURE);
	settle(false);
	assert_int_equal(failures.n, 1);
	assert_int_equal(failures.at[0].since_ms, noon_ms - 9 * day_ms);
	assert_true(failures.at[0].retested);
	assert_int_equal(failures.at[0].row->own_verdict, WATER_POSSIBLE_FAILURE);
	assert_int_equal(cells.at[0].points, 1);
	assert_int_equal(cells.at[0].possible, 1);
}

static void test_a_wrong_clock_closes_nothing(void **state)
{
	(void)state;
	add(1, 9, WATER_FAILS_ABOVE);
	add(1, -400, WATER_MEETS);
	add(2, -400, WATER_FAILS_ABOVE);
	settle(false);
	assert_int_equal(failures.n, 2);
	assert_int_equal(cells.n, 1);
}

/* A newer program's word: what failed is listed, what meets shows nothing. */
static void test_an_activity_nobody_here_knows(void **state)
{
	(void)state;
	add(1, 9, WATER_FAILS_ABOVE);
	add(1, 5, WATER_MEETS)->activity = names_keep(&rows.names, "composite");
	add(2, 5, WATER_FAILS_ABOVE)->activity = names_keep(&rows.names, "composite");
	settle(false);
	assert_int_equal(failures.n, 2);
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].points, 1);
}

static void test_places_in_doubt_are_apart(void **state)
{
	(void)state;
	add(1, 3, WATER_FAILS_ABOVE)->near = names_keep(&rows.names, "PK526");
	add(2, 3, WATER_MEETS)->near = names_keep(&rows.names, "PK526");
	add(3, 3, WATER_MEETS);
	settle(false);
	assert_int_equal(cells.at[0].points, 3);
	assert_int_equal(cells.at[0].meets, 1);
	assert_int_equal(cells.at[0].doubtful_place, 1);
	assert_int_equal(cells.at[0].doubtful_meets, 1);
	assert_int_equal(cells.at[0].fails_above, 0);
}

static void test_small_cells_and_shares(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		add(1 + (uint64_t)i, 3, WATER_MEETS);
	for (i = 0; i < 5; i++)
		add(11 + (uint64_t)i, 3, i ? WATER_MEETS : WATER_FAILS_ABOVE)->source_type =
			names_keep(&rows.names, "public_tap_standpipe");
	settle(true);
	assert_int_equal(cells.n, 2);
	assert_int_equal(cells.at[0].sources, SOURCES_PUBLIC);
	assert_false(cells.at[0].suppressed);
	assert_true(cell_share(&cells.at[0], &policy) == 0.2);
	assert_true(cells.at[1].suppressed);
	assert_true(isnan(cell_share(&cells.at[1], &policy)));
}

static void test_median_of_what_is_no_number(void **state)
{
	(void)state;
	add(1, 3, WATER_MEETS)->censor = AMOUNT_NOT_DETECTED;
	add(2, 3, WATER_MEETS)->censor = AMOUNT_BELOW;
	add(3, 3, WATER_FAILS_ABOVE)->censor = AMOUNT_ABOVE;
	add(4, 3, WATER_POSSIBLE_FAILURE)->value = 99; /* not believed */
	settle(false);
	assert_int_equal(cells.at[0].lowest.kind, AMOUNT_NOT_DETECTED);
	assert_int_equal(cells.at[0].median.kind, AMOUNT_BELOW);
	assert_int_equal(cells.at[0].highest.kind, AMOUNT_ABOVE);
	assert_true(cells.at[0].highest.value == 7);
}

static void test_a_silent_lab_makes_its_month_provisional(void **state)
{
	(void)state;
	add(1, 60, WATER_MEETS); /* September, and heard of in November */
	add(1, 3, WATER_MEETS);
	assert_int_equal(rows_hear(&rows, "kp-van-01", noon_ms), 0);
	settle(false);
	assert_int_equal(cells.n, 2);
	assert_false(cells.at[0].provisional);
	assert_true(cells.at[1].provisional);
	assert_int_equal(cells.at[1].as_of_ms, noon_ms);
}

static void test_points_of_the_list_are_one(void **state)
{
	struct point_row *point;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) { /* van 1 knew it under another code first */
		point = rows_add_point(&rows);
		point->lab = names_keep(&rows.names, i < 2 ? "kp-van-01" : "kp-van-02");
		point->spool = names_keep(&rows.names, "5e1f");
		point->point = 1;
		point->seq = (uint64_t)i + 1;
		point->code = names_keep(&rows.names, i == 0 ? "KP-0009" : "KP-0001");
	}
	add(1, 9, WATER_FAILS_ABOVE);
	add(1, 5, WATER_MEETS)->lab = names_keep(&rows.names, "kp-van-02");
	settle(false);
	assert_int_equal(failures.n, 0);
	assert_int_equal(cells.at[0].points, 1);
	assert_string_equal(speakers.at[0].row->who, "KP-0001");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_the_highest_revision),
		TEST(test_the_worst_of_a_visit), TEST(test_what_counts_for_nothing),
		TEST(test_a_follow_up_is_open_and_in_no_share),
		TEST(test_what_cannot_be_judged_closes_nothing),
		TEST(test_a_wrong_clock_closes_nothing), TEST(test_an_activity_nobody_here_knows),
		TEST(test_places_in_doubt_are_apart), TEST(test_small_cells_and_shares),
		TEST(test_median_of_what_is_no_number),
		TEST(test_a_silent_lab_makes_its_month_provisional),
		TEST(test_points_of_the_list_are_one)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
