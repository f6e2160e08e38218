/* What a replicate, blank, spike or reference leaves of a verdict: by hand, one rule at a time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../tools/heatmap/judge.h"
#include "world.h"

/* Of sample 1, of which it has all but the verdict. */
static struct result_row *add_beside(const char *activity, int ago, uint8_t verdict)
{
	struct result_row *row = add(1, ago, verdict);

	row->activity = names_keep(&rows.names, activity);
	row->parent = 1;
	return row;
}

static void test_a_spike_that_is_not_found(void **state)
{
	static const double found[] = {5, 95, NAN};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct result_row *row;

		add(1, 5, WATER_MEETS)->censor = AMOUNT_NOT_DETECTED;
		row = add_beside("spike", 5, WATER_NOT_APPLICABLE);
		row->known = 100;
		row->value = found[i];
		row->censor = i == 2 ? AMOUNT_DETECTED : AMOUNT_EXACT;
		add(1, 30, WATER_FAILS_DETECTED);
		for (row = rows.results; row < rows.results + rows.n_results; row++)
			row->parameter = names_keep(&rows.names, "ecoli");
		settle(false);
		assert_int_equal(failures.n, i == 1 ? 0 : 1);
		assert_int_equal(
			rows.results[0].own_verdict, i == 1 ? WATER_MEETS : WATER_CANNOT_JUDGE);
		assert_int_equal(rows.results[0].own_reason, i == 1 ? WHY_NONE : WHY_SPIKE);
		forget();
	}
}

static void test_a_reference_of_another_method_says_nothing(void **state)
{
	struct result_row *standard;

	(void)state;
	add(1, 5, WATER_MEETS);
	standard = add_beside("reference", 5, WATER_NOT_APPLICABLE);
	standard->method = names_keep(&rows.names, "other");
	standard = add_beside("reference", 5, WATER_NOT_APPLICABLE);
	standard->known = 7.1; /* of pH how far off counts */
	settle(false);
	assert_int_equal(rows.results[0].own_verdict, WATER_MEETS);
	rows.results[1].known = rows.results[2].known = 9;
	assert_int_equal(beside_weigh(&rows), 0);
	assert_int_equal(rows.results[0].own_verdict, WATER_CANNOT_JUDGE);
	assert_int_equal(rows.results[0].own_reason, WHY_REFERENCE);
}

static void test_a_replicate_of_the_other_class_fails(void **state)
{
	(void)state;
	add(1, 5, WATER_MEETS);
	add_beside("replicate", 5, WATER_FAILS_ABOVE)->screening = 1;
	rows.results[1].own_as_if = WATER_FAILS_ABOVE;
	settle(false);
	assert_int_equal(rows.results[0].own_verdict, WATER_POSSIBLE_FAILURE);
	assert_int_equal(rows.results[0].own_reason, WHY_REPLICATE);
	assert_int_equal(rows.results[0].own_as_if, WATER_FAILS_ABOVE);
	assert_int_equal(rows.results[1].own_verdict, WATER_FAILS_ABOVE);
	assert_int_equal(cells.n, 2);
	assert_int_equal(cells.at[0].meets + cells.at[1].meets, 0);
}

static void test_a_blank_that_has_it_lifts_over_a_lower_bound(void **state)
{
	static const struct limit range = {.low = 0.2, .high = 0.5}, most = {.low = NAN, .high = 5};

	(void)state;
	add(1, 5, WATER_MEETS)->limit = &most;
	add_beside("blank", 5, WATER_NOT_APPLICABLE);
	rows.results[0].parameter = rows.results[1].parameter =
		names_keep(&rows.names, "free_chlorine");
	settle(false);
	assert_int_equal(rows.results[0].own_verdict, WATER_MEETS);
	rows.results[0].limit = &range;
	assert_int_equal(beside_weigh(&rows), 0);
	assert_int_equal(rows.results[0].own_verdict, WATER_CANNOT_JUDGE);
	assert_int_equal(rows.results[0].own_reason, WHY_BLANK);
}

/*
 * By its own detection limit alone: the water's may be that of water which was diluted a hundred times, and says nothing of what
 * the blank shows.
 */
static void test_a_blank_is_judged_by_its_own_detection_limit(void **state)
{
	static const struct limit range = {.low = 0.2, .high = 0.5};
	static const struct {
		double found, own, waters;
		bool lifts;
	} of[] = {{0.1, NAN, NAN, true}, {0.1, NAN, 1, true}, {0.1, 0.05, 1, true},
		{0.1, 0.1, NAN, false}, {0.1, 0.2, 0.01, false}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct result_row *blank;

		add(1, 5, WATER_MEETS)->limit = &range;
		blank = add_beside("blank", 5, WATER_NOT_APPLICABLE);
		blank->value = of[i].found;
		blank->mdl = of[i].own;
		rows.results[0].value = 0.4;
		rows.results[0].mdl = of[i].waters;
		rows.results[0].parameter = blank->parameter =
			names_keep(&rows.names, "free_chlorine");
		settle(false);
		assert_int_equal(rows.results[0].own_verdict,
			of[i].lifts ? WATER_CANNOT_JUDGE : WATER_MEETS);
		forget();
	}
}

/* Less than a tenth of what the same test showed of the water is faint, and leaves it as it is. */
static void test_a_faint_blank(void **state)
{
	static const struct limit range = {.low = 0.2, .high = 0.5};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct result_row *blank;

		add(1, 5, WATER_MEETS)->limit = &range;
		blank = add_beside("blank", 5, WATER_NOT_APPLICABLE);
		blank->value = i == 1 ? 0.05 : 0.03;
		if (i == 2)
			blank->method = names_keep(&rows.names, "other");
		rows.results[0].value = 0.4;
		rows.results[0].parameter = blank->parameter =
			names_keep(&rows.names, "free_chlorine");
		settle(false);
		assert_int_equal(rows.results[0].own_verdict, i ? WATER_CANNOT_JUDGE : WATER_MEETS);
		forget();
	}
}

/* Two methods of one sample are no replicates of each other. */
static void test_a_sample_is_not_beside_itself(void **state)
{
	(void)state;
	add(1, 5, WATER_MEETS);
	add(1, 5, WATER_FAILS_ABOVE)->screening = 1;
	rows.results[1].sample = 1;
	rows.results[1].method = names_keep(&rows.names, "strip");
	add_beside("blank", 5, WATER_NOT_APPLICABLE);
	settle(false);
	assert_int_equal(rows.results[0].own_verdict + rows.results[1].own_verdict,
		WATER_MEETS + WATER_FAILS_ABOVE);
}

static void test_a_replicate_fails_when_it_was_taken(void **state)
{
	(void)state;
	add(1, 28, WATER_CANNOT_JUDGE);
	add_beside("replicate", 9, WATER_FAILS_ABOVE);
	add(1, 19, WATER_MEETS);
	settle(false);
	assert_int_equal(failures.n, 1);
	assert_int_equal(sampled_ms(failures.at[0].row), noon_ms - 9 * day_ms);
}

/* Rows stay from one look of a publisher that watches to the next. */
static void test_a_basis_from_beside_goes_with_what_it_came_from(void **state)
{
	static const struct limit_book none;
	size_t turn, i;

	(void)state;
	add(1, 5, WATER_CANNOT_JUDGE);
	add_beside("replicate", 5, WATER_FAILS_ABOVE)->basis = LIMIT_HEALTH;
	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < 2; i++)
			judge_row(&rows.results[i], &none);
		assert_int_equal(beside_weigh(&rows), 0);
		assert_int_equal(rows.results[0].own_verdict, WATER_POSSIBLE_FAILURE);
		assert_int_equal(rows.results[0].own_basis, turn ? 0 : LIMIT_HEALTH);
		rows.results[1].basis = 0; /* read anew */
	}
}

static void test_a_visit_is_for_what_its_first_sample_was(void **state)
{
	(void)state;
	add(1, 5, WATER_MEETS);
	add_beside("replicate", 5, WATER_FAILS_ABOVE)->purpose = 2;
	settle(false);
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].meets, 0);
	assert_int_equal(cells.at[0].points, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_a_spike_that_is_not_found),
		TEST(test_a_reference_of_another_method_says_nothing),
		TEST(test_a_replicate_of_the_other_class_fails),
		TEST(test_a_blank_that_has_it_lifts_over_a_lower_bound),
		TEST(test_a_blank_is_judged_by_its_own_detection_limit), TEST(test_a_faint_blank),
		TEST(test_a_sample_is_not_beside_itself),
		TEST(test_a_replicate_fails_when_it_was_taken),
		TEST(test_a_basis_from_beside_goes_with_what_it_came_from),
		TEST(test_a_visit_is_for_what_its_first_sample_was)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
