/* What is decided where two are equal: by a rule, in whatever order a store has them, and never in favour of the water. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

/* In either order; `make` says what is there, `look` what must come of it. */
static void both_ways(void (*make)(void), void (*look)(void))
{
	int turn;

	for (turn = 0; turn < 2; turn++) {
		make();
		if (turn) {
			struct result_row first = rows.results[0];

			assert_int_equal(rows.n_results, 2);
			rows.results[0] = rows.results[1];
			rows.results[1] = first;
		}
		settle(false);
		look();
		forget();
	}
}

/* Two vans at the same point of the list at the same moment. */
static void make_two_vans(void)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		struct point_row *point = rows_add_point(&rows);

		assert_non_null(point);
		point->lab = names_keep(&rows.names, i ? "kp-van-02" : "kp-van-01");
		point->spool = names_keep(&rows.names, "5e1f");
		point->code = names_keep(&rows.names, "KP-0004");
		point->point = point->seq = 1;
	}
	add(1, 5, WATER_FAILS_ABOVE)->sample = 1;
	add(1, 5, WATER_MEETS)->lab = names_keep(&rows.names, "kp-van-02");
}

static void look_the_worse_counts(void)
{
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].points, 1);
	assert_int_equal(cells.at[0].fails_above, 1);
	assert_int_equal(failures.n, 1);
	assert_string_equal(failures.at[0].row->lab, "kp-van-01");
	assert_int_equal(speakers.at[speakers.n - 1].row->own_verdict, WATER_FAILS_ABOVE);
}

static void make_two_failing_vans(void)
{
	make_two_vans();
	rows.results[1].own_verdict = WATER_POSSIBLE_FAILURE;
}

static void look_the_worse_is_shown(void)
{
	assert_int_equal(failures.n, 1);
	assert_string_equal(failures.at[0].row->lab, "kp-van-01");
	assert_true(failures.at[0].retested);
}

static void test_two_vans_at_one_moment(void **state)
{
	(void)state;
	both_ways(make_two_vans, look_the_worse_counts);
	both_ways(make_two_failing_vans, look_the_worse_is_shown);
}

/* Of one visit a kit and a laboratory's method fail alike, the latter in the replicate too. */
static void test_of_equals_the_laboratorys_is_shown(void **state)
{
	struct result_row *row;
	int late;

	(void)state;
	for (late = 0; late < 2; late++) {
		row = add(1, 5, WATER_FAILS_ABOVE);
		row->screening = 1;
		row->sample = 1;
		row = add(1, 5, late ? WATER_MEETS : WATER_POSSIBLE_FAILURE);
		row->screening = 1;
		row->sample = 2;
		row = add(1, 5, WATER_FAILS_ABOVE);
		row->sample = 2;
		rows.results[1].at_ms += 60000;
		rows.results[2].at_ms += 60000;
		rows.results[1].parent = rows.results[2].parent = 1;
		rows.results[1].activity = rows.results[2].activity =
			names_keep(&rows.names, "replicate");
		settle(false);
		assert_int_equal(failures.n, 1);
		assert_int_equal(failures.at[0].row->screening, 0);
		assert_false(failures.at[0].retested);
		forget();
	}
}

/* What weighs most of the visit that failed last, though another visit came between. */
static void test_a_late_replicate_shows_its_visit(void **state)
{
	struct result_row *row;

	(void)state;
	row = add(1, 28, WATER_FAILS_DETECTED);
	row->screening = 1;
	add(1, 19, WATER_FAILS_ABOVE);
	row = add(1, 9, WATER_POSSIBLE_FAILURE);
	row->parent = 1;
	row->activity = names_keep(&rows.names, "replicate");
	settle(false);
	assert_int_equal(failures.n, 1);
	assert_int_equal(failures.at[0].row->own_verdict, WATER_FAILS_DETECTED);
	assert_int_equal(failures.at[0].since_ms, noon_ms - 28 * day_ms);
}

/* A visit at which one class meets and the other fails closes nothing that was open before it. */
static void test_a_visit_that_fails_closes_nothing(void **state)
{
	struct result_row *row;

	(void)state;
	add(1, 9, WATER_FAILS_ABOVE)->screening = 1;
	row = add(1, 5, WATER_MEETS);
	row->sample = 7;
	row = add(1, 5, WATER_FAILS_ABOVE);
	row->sample = 7;
	row->screening = 1;
	row->method = names_keep(&rows.names, "strip");
	settle(false);
	assert_int_equal(failures.n, 1);
	assert_int_equal(failures.at[0].since_ms, noon_ms - 9 * day_ms);
	assert_true(failures.at[0].retested);
}

static void make_two_numbers(void)
{
	struct result_row *row;

	add(1, 5, WATER_MEETS)->value = 7;
	row = add(2, 5, WATER_MEETS);
	row->censor = AMOUNT_BETWEEN;
	row->value = 4;
	row->upper = 7;
}

static void look_an_interval_lies_below_its_end(void)
{
	assert_int_equal(cells.at[0].lowest.kind, AMOUNT_BETWEEN);
	assert_int_equal(cells.at[0].highest.kind, AMOUNT_EXACT);
	assert_int_equal(cells.at[0].median.kind, AMOUNT_EXACT);
}

static void make_two_beyond_nothing(void)
{
	add(1, 5, WATER_CANNOT_JUDGE)->censor = AMOUNT_DETECTED;
	add(2, 5, WATER_CANNOT_JUDGE)->censor = AMOUNT_ABOVE;
	rows.results[1].value = 0;
}

static void look_detected_is_the_higher(void)
{
	assert_int_equal(cells.at[0].lowest.kind, AMOUNT_ABOVE);
	assert_int_equal(cells.at[0].highest.kind, AMOUNT_DETECTED);
}

static void test_values_that_are_one_number(void **state)
{
	(void)state;
	both_ways(make_two_numbers, look_an_interval_lies_below_its_end);
	both_ways(make_two_beyond_nothing, look_detected_is_the_higher);
}

/* Of one sample a method's first and second value fail alike: the later number speaks. */
static void make_two_replicates(void)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		struct result_row *row = add(1, 5, WATER_FAILS_ABOVE);

		row->sample = 9;
		row->replicate = (uint32_t)i;
	}
}

static void look_the_second_speaks(void)
{
	assert_int_equal(failures.n, 1);
	assert_int_equal(failures.at[0].row->replicate, 1);
}

static void test_two_values_of_one_sample(void **state)
{
	(void)state;
	both_ways(make_two_replicates, look_the_second_speaks);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_two_vans_at_one_moment),
		TEST(test_of_equals_the_laboratorys_is_shown),
		TEST(test_a_late_replicate_shows_its_visit),
		TEST(test_a_visit_that_fails_closes_nothing), TEST(test_values_that_are_one_number),
		TEST(test_two_values_of_one_sample)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
