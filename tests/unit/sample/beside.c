/* Two samples of one water: how far apart, and that whichever fails the other is never simply within the limit. */
#include "beside.h"

/* --- a replicate --------------------------------------------------------------------------------------- */

/* Each of the two has the other beside it; whichever fails, the other is never simply within the limit. */
static void each_pair_of_verdicts(void **state)
{
	size_t i, k, turn;

	(void)state;
	for (i = 0; i < COUNT(verdicts); i++)
		for (k = 0; k < COUNT(verdicts); k++) {
			uint64_t pair[2];

			anew();
			pair[0] = sample_of(
				"sample", 0, (struct typed){.value = "48", .verdict = verdicts[i]});
			pair[1] = sample_of("replicate", pair[0],
				(struct typed){.value = "50", .verdict = verdicts[k]});
			for (turn = 0; turn < 2; turn++) {
				enum water_verdict own = verdicts[turn ? k : i],
						   other = verdicts[turn ? i : k];
				bool moves = is_bad(other) &&
					     (own == WATER_MEETS || own == WATER_CANNOT_JUDGE);

				assert_int_equal(look(pair[turn]), 1);
				assert_int_equal(one.sample, pair[!turn]);
				assert_int_equal(
					shown.verdict, moves ? WATER_POSSIBLE_FAILURE : own);
				assert_int_equal(shown.alarm, is_bad(own) || moves);
				assert_int_equal(one.state == BESIDE_DISAGREES,
					is_bad(own) != is_bad(other) &&
						own != WATER_NOT_APPLICABLE &&
						other != WATER_NOT_APPLICABLE);
				if (moves)
					assert_true(water_fails(shown.as_if_believed));
			}
		}
}

static void how_far_apart(void **state)
{
	static const struct {
		struct typed a, b;
		enum beside_state state;
		enum beside_figure figure;
		double number;
	} all[] = {
		{{.value = "48"}, {.value = "50"}, BESIDE_NEAR, FIGURE_APART_PERCENT, 4.08},
		{{.value = "9"}, {.value = "11"}, BESIDE_NEAR, FIGURE_APART_PERCENT, 20},
		{{.value = "8"}, {.value = "11"}, BESIDE_FAR, FIGURE_APART_PERCENT, 31.58},
		{{.value = "0"}, {.value = "0"}, BESIDE_NEAR, FIGURE_APART_PERCENT, 0},
		{{.value = "0"}, {.value = "1"}, BESIDE_FAR, FIGURE_APART_PERCENT, 200},
		{{.value = "<1"}, {.value = "1"}, BESIDE_UNTOLD, FIGURE_NONE, 0},
		{{.value = "10..25"}, {.value = "30"}, BESIDE_UNTOLD, FIGURE_NONE, 0},
		{{.parameter = "iron", .value = "0.3", .unit = "mg/L"},
			{.parameter = "iron", .value = "300"}, BESIDE_NEAR, FIGURE_APART_PERCENT,
			0},
		{{.value = "44.27"}, {.parameter = "nitrate_n", .value = "10"}, BESIDE_NEAR,
			FIGURE_APART_PERCENT, 0.01},
		{{.parameter = "turbidity_ntu", .value = "5"},
			{.parameter = "turbidity_fnu", .value = "5"}, BESIDE_UNTOLD, FIGURE_NONE,
			0},
		{{.parameter = "ph", .value = "7.1"}, {.parameter = "ph", .value = "7.3"},
			BESIDE_NEAR, FIGURE_APART, 0.2},
		{{.parameter = "ph", .value = "7.1"}, {.parameter = "ph", .value = "7.4"},
			BESIDE_FAR, FIGURE_APART, 0.3},
		{{.parameter = "ecoli", .value = "10", .unit = "/(100.mL)"},
			{.parameter = "ecoli", .value = "30", .unit = "/(100.mL)"}, BESIDE_NEAR,
			FIGURE_APART_LOG, 0.48},
		{{.parameter = "ecoli", .value = "10", .unit = "/(100.mL)"},
			{.parameter = "ecoli", .value = "100", .unit = "/(100.mL)"}, BESIDE_FAR,
			FIGURE_APART_LOG, 1},
		{{.parameter = "ecoli", .value = "11111"}, {.parameter = "ecoli", .value = "00000"},
			BESIDE_UNTOLD, FIGURE_NONE, 0},
		{{.parameter = "ecoli", .value = "00001"}, {.parameter = "ecoli", .value = "00001"},
			BESIDE_NEAR, FIGURE_APART_LOG, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		struct typed a = all[i].a, b = all[i].b;
		uint64_t parent;

		anew();
		a.verdict = b.verdict = WATER_MEETS;
		parent = sample_of("sample", 0, a);
		(void)sample_of("replicate", parent, b);
		assert_int_equal(look(parent), 1);
		says(all[i].state, all[i].figure, all[i].number);
		is_shown(WATER_MEETS, WHY_NONE);
	}
}

/* Two replicates of one sample are of one water too; another sample of the day is not. */
static void whose_water_it_is(void **state)
{
	struct typed meets = {.value = "40", .verdict = WATER_MEETS},
		     fails = {.value = "60", .verdict = WATER_FAILS_ABOVE};
	uint64_t parent = sample_of("sample", 0, meets), other = sample_of("sample", 0, fails),
		 first = sample_of("replicate", parent, meets), second;

	(void)state;
	assert_int_equal(look(parent), 1);
	is_shown(WATER_MEETS, WHY_NONE);
	second = begin("replicate", parent);
	enter(second, &fails);
	assert_int_equal(look(parent), 1); /* not ended yet */
	end(second);
	assert_int_equal(look(parent), 2);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE);
	assert_int_equal(look(first), 2);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE);
	assert_int_equal(look(other), 0);
	is_shown(WATER_FAILS_ABOVE, WHY_NONE);
}

/* However many there are, none that fails is passed over. */
static void more_than_are_listed(void **state)
{
	uint64_t parent =
		sample_of("sample", 0, (struct typed){.value = "40", .verdict = WATER_MEETS});
	int i;

	(void)state;
	(void)sample_of(
		"replicate", parent, (struct typed){.value = "60", .verdict = WATER_FAILS_ABOVE});
	for (i = 0; i < 6; i++)
		(void)sample_of(
			"replicate", parent, (struct typed){.value = "40", .verdict = WATER_MEETS});
	assert_int_equal(look(parent), 4);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE);
}

/* A value that was entered anew counts, the one before does not. */
static void the_newest_value_speaks(void **state)
{
	uint64_t parent = sample_of(
			 "sample", 0, (struct typed){.value = "40", .verdict = WATER_MEETS}),
		 replicate = begin("replicate", parent);

	(void)state;
	enter(replicate, &(struct typed){.value = "60", .verdict = WATER_FAILS_ABOVE});
	enter(replicate, &(struct typed){.value = "41", .verdict = WATER_MEETS});
	end(replicate);
	assert_int_equal(look(parent), 1);
	says(BESIDE_NEAR, FIGURE_APART_PERCENT, 2.47);
	is_shown(WATER_MEETS, WHY_NONE);
}

/* As the daemon records it when it is verified: with the verdict that those beside it leave. */
static void verify(uint64_t sample)
{
	struct step step = {.kind = STEP_VERIFY, .sample = sample, .by = "Sana Bibi"};

	(void)look(sample);
	assert_true(samples_take(samples, ++number, &step));
	shown.status = RESULT_VERIFIED;
	shown.revision = 1;
	shown.number = ++number;
	samples_take_result(samples, &shown);
}

static void correct(uint64_t sample, const char *value, enum water_verdict verdict)
{
	const struct sample_entry *entry = samples_find(samples, sample)->entries;
	struct step step = {.kind = STEP_AMEND, .sample = sample, .test = entry->number};
	struct result result = entry->result;

	text_copy(step.by, sizeof(step.by), "Zar Wali");
	text_copy(step.value, sizeof(step.value), value);
	text_copy(step.reason, sizeof(step.reason), "misread");
	assert_true(samples_take(samples, ++number, &step));
	result.entry = number;
	result.verdict = result.as_if_believed = verdict;
	result.alarm = water_fails(verdict);
	text_copy(result.value, sizeof(result.value), value);
	result.number = ++number;
	samples_take_result(samples, &result);
}

/* Else the two would keep each other failing for ever: what it was verified as says nothing of the other. */
static void what_a_replicate_left_says_nothing_of_it(void **state)
{
	uint64_t parent = sample_of(
			 "sample", 0, (struct typed){.value = "3", .verdict = WATER_MEETS}),
		 replicate = sample_of("replicate", parent,
			 (struct typed){.value = "300", .verdict = WATER_FAILS_ABOVE});

	(void)state;
	verify(parent);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE);
	correct(replicate, "3", WATER_MEETS);
	assert_int_equal(look_entry(replicate, 1), 1);
	is_shown(WATER_MEETS, WHY_NONE);
	says(BESIDE_NEAR, FIGURE_APART_PERCENT, 0);
	assert_int_equal(look(parent), 1);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE); /* as it was signed */
}

/* What a blank made of a failure still is one beside it. */
static void what_a_blank_left_of_a_failure_still_counts(void **state)
{
	uint64_t parent = sample_of(
			 "sample", 0, (struct typed){.value = "60", .verdict = WATER_FAILS_ABOVE}),
		 replicate = sample_of("replicate", parent,
			 (struct typed){.value = "40", .verdict = WATER_MEETS});

	(void)state;
	(void)sample_of(
		"blank", parent, (struct typed){.value = "30", .verdict = WATER_NOT_APPLICABLE});
	verify(parent);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_BLANK);
	(void)look(replicate);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE);
	assert_true(shown.alarm);
}

/* Practice says nothing of what is in earnest, nor the other way round; among itself it does. */
static void practice_is_apart(void **state)
{
	struct typed fails = {.value = "60", .verdict = WATER_FAILS_ABOVE};
	uint64_t parent = sample_of(
			 "sample", 0, (struct typed){.value = "40", .verdict = WATER_MEETS}),
		 practice = begin_for("training", "replicate", parent);

	(void)state;
	enter(practice, &fails);
	end(practice);
	assert_int_equal(look(parent), 0);
	assert_int_equal(look(practice), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_pair_of_verdicts, start, stop),
		cmocka_unit_test_setup_teardown(how_far_apart, start, stop),
		cmocka_unit_test_setup_teardown(whose_water_it_is, start, stop),
		cmocka_unit_test_setup_teardown(more_than_are_listed, start, stop),
		cmocka_unit_test_setup_teardown(the_newest_value_speaks, start, stop),
		cmocka_unit_test_setup_teardown(
			what_a_replicate_left_says_nothing_of_it, start, stop),
		cmocka_unit_test_setup_teardown(
			what_a_blank_left_of_a_failure_still_counts, start, stop),
		cmocka_unit_test_setup_teardown(practice_is_apart, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
