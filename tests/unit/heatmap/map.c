/* From rows to what speaks, what is open and what a cell says: by hand, one rule at a time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

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

/* Of one point a failure, and four days later what meets; of either the clock and its error. */
static size_t open_after(
	uint8_t failed_clock, double failed_off, uint8_t met_clock, double met_off, bool same_van)
{
	struct result_row *row;
	size_t n, i;

	for (i = 0; i < 2; i++) {
		struct point_row *point = rows_add_point(&rows);

		assert_non_null(point);
		point->lab = names_keep(&rows.names, "kp-van-01");
		point->spool = names_keep(&rows.names, i ? "77aa" : "5e1f");
		point->code = names_keep(&rows.names, "KP-0001");
		point->point = point->seq = 1;
	}
	row = add(1, 9, WATER_FAILS_ABOVE);
	row->clock = failed_clock;
	row->clock_error_s = failed_off;
	row = add(1, 5, WATER_MEETS);
	row->clock = met_clock;
	row->clock_error_s = met_off;
	if (!same_van)
		row->spool = names_keep(&rows.names, "77aa");
	settle(false);
	n = failures.n;
	forget();
	return n;
}

static void test_a_clock_that_nobody_confirmed(void **state)
{
	const double day_s = 86400;

	(void)state;
	assert_int_equal(open_after(0, NAN, 0, NAN, false), 0);
	assert_int_equal(open_after(1, 5, 0, NAN, true), 0); /* the van's own order */
	assert_int_equal(open_after(0, NAN, 2, 5, true), 0);
	assert_int_equal(open_after(1, 5, 0, NAN, false), 1);
	assert_int_equal(open_after(0, NAN, 1, 5, false), 1);
	assert_int_equal(open_after(0, NAN, 0, 5, false), 1);
	assert_int_equal(open_after(3, 3 * day_s, 0, NAN, false), 0);
	assert_int_equal(open_after(3, 5 * day_s, 0, NAN, false), 1);
	assert_int_equal(open_after(3, NAN, 0, NAN, false), 1);
	assert_int_equal(open_after(0, NAN, 3, 5 * day_s, false), 1);
	assert_int_equal(open_after(3, 1 * day_s, 3, 2 * day_s, false), 0);
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

/* A tap that is looked at all day: each month by its last verdict. */
static void test_many_visits_of_one_point(void **state)
{
	size_t i, points = 0, fails = 0;

	(void)state;
	for (i = 0; i < 8000; i++) {
		struct result_row *row = add(1, 0, i % 2 ? WATER_CANNOT_JUDGE : WATER_FAILS_ABOVE);

		row->at_ms -= (int64_t)i * 60 * 60 * 1000;
		row->screening = i % 3 == 0;
		row->value = (double)i;
	}
	assert_int_equal(rows_settle(&rows), 0);
	assert_int_equal(speakers_find(&speakers, &rows, noon_ms), 0);
	assert_int_equal(
		cells_make(&cells, &rows, &speakers, &policy, noon_ms - 90 * day_ms, false), 0);
	for (i = 0; i < cells.n; i++) {
		points += cells.at[i].points;
		fails += cells.at[i].fails_above;
	}
	assert_int_equal(cells.n, 24); /* a year's months, of either class */
	assert_int_equal(points, 24);
	assert_int_equal(fails, 24);
	assert_true(cells.at[23].screening);
	assert_int_equal(cells.at[23].newest_ms, noon_ms);
	assert_int_equal(cells.at[22].newest_ms, noon_ms - 2 * 60 * 60 * 1000);
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

/* The lab said at that moment that nothing waits in it. */
static void say_nothing_waits(const char *lab, const char *spool, int64_t at_ms)
{
	bool newer;
	struct lab_row *row = rows_lab_status(&rows, lab, spool, at_ms, &newer);

	assert_non_null(row);
	row->records = 0;
}

static void test_a_silent_lab_makes_its_month_provisional(void **state)
{
	(void)state;
	add(1, 60, WATER_MEETS); /* September, and heard of in November */
	add(1, 3, WATER_MEETS);
	say_nothing_waits("kp-van-01", "5e1f", noon_ms);
	settle(false);
	assert_int_equal(cells.n, 2);
	assert_false(cells.at[0].provisional);
	assert_true(cells.at[1].provisional);
	assert_int_equal(cells.at[1].as_of_ms, noon_ms);
}

/* Van 2 was retired in June: July and later do not wait for it, June does. */
static void test_a_retired_lab_holds_up_no_later_month(void **state)
{
	(void)state;
	add(1, 160, WATER_MEETS)->lab = names_keep(&rows.names, "kp-van-02");
	add(2, 160, WATER_MEETS);
	add(2, 60, WATER_MEETS);
	say_nothing_waits("kp-van-01", "5e1f", noon_ms);
	say_nothing_waits("kp-van-02", "5e1f", noon_ms - 160 * day_ms);
	settle(false);
	assert_int_equal(cells.n, 2);
	assert_true(cells.at[0].provisional);
	assert_false(cells.at[1].provisional);
	assert_int_equal(cells.at[1].as_of_ms, noon_ms);
}

/* Van 2 never said what waits in it, and has one result there, in a cell that stays suppressed: no public cell tells of it. */
static void test_a_lab_in_a_suppressed_cell_holds_up_no_public_month(void **state)
{
	(void)state;
	add(1, 60, WATER_MEETS)->source_type = names_keep(&rows.names, "public_tap_standpipe");
	add(2, 60, WATER_MEETS)->lab = names_keep(&rows.names, "kp-van-02");
	say_nothing_waits("kp-van-01", "5e1f", noon_ms);
	assert_int_equal(rows_hear(&rows, "kp-van-02", noon_ms), 0);
	settle(true);
	assert_int_equal(cells.n, 2);
	assert_true(cells.at[1].suppressed);
	assert_false(cells.at[0].provisional);
	assert_false(cells.at[1].provisional);
	cells_free(&cells);
	rows.results[1].source_type = rows.results[0].source_type;
	assert_int_equal(
		cells_make(&cells, &rows, &speakers, &policy, noon_ms - 90 * day_ms, true), 0);
	assert_int_equal(cells.n, 1);
	assert_true(cells.at[0].provisional);
}

static void test_what_waits_and_was_not_said_is_not_nothing(void **state)
{
	bool newer;

	(void)state;
	add(1, 60, WATER_MEETS);
	assert_non_null(rows_lab_status(&rows, "kp-van-01", "5e1f", noon_ms, &newer));
	settle(false);
	assert_true(cells.at[0].provisional);
	assert_int_equal(cells.at[0].as_of_ms, 0);
}

/* Results came, of later months too, but never a word of what waits. */
static void test_a_lab_that_never_sent_a_status_leaves_no_month_whole(void **state)
{
	(void)state;
	add(1, 60, WATER_MEETS);
	assert_int_equal(rows_hear(&rows, "kp-van-01", noon_ms), 0);
	settle(false);
	assert_true(cells.at[0].provisional);
	assert_int_equal(cells.at[0].as_of_ms, 0);
}

/* What waits on an old card is not forgotten for the new one's status. */
static void test_each_spool_of_a_lab_waits_for_itself(void **state)
{
	struct lab_row *row;
	bool newer;

	(void)state;
	add(1, 60, WATER_MEETS);
	row = rows_lab_status(&rows, "kp-van-01", "5e1f", noon_ms - day_ms, &newer);
	assert_non_null(row);
	row->records = 3;
	row->oldest_s = 70 * 86400.0;
	say_nothing_waits("kp-van-01", "5e20", noon_ms);
	assert_int_equal(rows_hear(&rows, "kp-van-01", noon_ms), 0);
	settle(false);
	assert_int_equal(rows.n_labs, 2);
	assert_int_equal(rows.labs[0].heard_ms, noon_ms);
	assert_true(cells.at[0].provisional);
	assert_int_equal(cells.at[0].as_of_ms, noon_ms - 71 * day_ms);
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
		TEST(test_a_clock_that_nobody_confirmed), TEST(test_places_in_doubt_are_apart),
		TEST(test_many_visits_of_one_point), TEST(test_small_cells_and_shares),
		TEST(test_median_of_what_is_no_number),
		TEST(test_a_silent_lab_makes_its_month_provisional),
		TEST(test_a_retired_lab_holds_up_no_later_month),
		TEST(test_a_lab_in_a_suppressed_cell_holds_up_no_public_month),
		TEST(test_what_waits_and_was_not_said_is_not_nothing),
		TEST(test_a_lab_that_never_sent_a_status_leaves_no_month_whole),
		TEST(test_each_spool_of_a_lab_waits_for_itself),
		TEST(test_points_of_the_list_are_one)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
