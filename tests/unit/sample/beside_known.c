/* Blanks, spikes and references: what they show, and that no verdict moves towards "meets" by it. */
#include "beside.h"

/* --- a blank ------------------------------------------------------------------------------------------- */

static void what_a_blank_shows(void **state)
{
	static const struct {
		struct typed water, blank;
		enum beside_state state;
	} all[] = {
		{{.value = "60"}, {.value = "<1"}, BESIDE_CLEAN},
		{{.value = "60"}, {.value = "not detected"}, BESIDE_CLEAN},
		{{.value = "60"}, {.value = "0"}, BESIDE_CLEAN},
		{{.value = "60"}, {.value = "1", .mdl = "2"}, BESIDE_CLEAN},
		{{.value = "60"}, {.value = "2", .mdl = "2"}, BESIDE_CLEAN},
		{{.value = "60", .mdl = "8"}, {.value = "7"}, BESIDE_CLEAN},
		{{.value = "60", .mdl = "8", .method = "meter"}, {.value = "7"}, BESIDE_FOUND},
		{{.value = "6", .mdl = "8", .dilution = "10"}, {.value = "7"}, BESIDE_CLEAN},
		{{.value = "6", .mdl = "5", .dilution = "10"}, {.value = "7"}, BESIDE_FOUND},
		{{.value = "60", .mdl = "8"}, {.value = "7", .mdl = "5"}, BESIDE_FOUND},
		{{.value = "60", .mdl = "8"}, {.value = "7", .mdl = "0"}, BESIDE_FOUND},
		{{.value = "60"}, {.value = "10"}, BESIDE_FOUND},
		{{.value = "60"}, {.value = "6"}, BESIDE_FOUND},
		{{.value = "60"}, {.value = "5.9"}, BESIDE_FAINT},
		{{.value = ">50"}, {.value = "4"}, BESIDE_FAINT},
		{{.value = "40..100"}, {.value = "3..5"}, BESIDE_FOUND},
		{{.value = "60..100"}, {.value = "3..5"}, BESIDE_FAINT},
		{{.value = "60"}, {.value = "0..5"}, BESIDE_UNTOLD},
		{{.value = "60"}, {.value = "0..5", .mdl = "5"}, BESIDE_CLEAN},
		{{.value = "60"}, {.value = ">1"}, BESIDE_FOUND},
		{{.value = "60"}, {.value = "detected"}, BESIDE_FOUND},
		{{.value = "detected"}, {.value = "1"}, BESIDE_FOUND},
		{{.value = "60"}, {.parameter = "nitrate_n", .value = "1"}, BESIDE_FAINT},
		{{.value = "40"}, {.parameter = "nitrate_n", .value = "1"}, BESIDE_FOUND},
		{{.parameter = "ph", .value = "9"}, {.parameter = "ph", .value = "6"},
			BESIDE_UNTOLD},
		{{.parameter = "dissolved_oxygen", .value = "9"},
			{.parameter = "dissolved_oxygen", .value = "8"}, BESIDE_UNTOLD},
		{{.parameter = "ecoli", .value = "11010"}, {.parameter = "ecoli", .value = "00000"},
			BESIDE_CLEAN},
		{{.parameter = "ecoli", .value = "11010"}, {.parameter = "ecoli", .value = "10000"},
			BESIDE_FOUND},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		struct typed water = all[i].water, blank = all[i].blank;
		uint64_t parent;

		anew();
		water.verdict = WATER_FAILS_ABOVE;
		blank.verdict = WATER_NOT_APPLICABLE;
		parent = sample_of("sample", 0, water);
		(void)sample_of("blank", parent, blank);
		assert_int_equal(look(parent), 1);
		says(all[i].state, FIGURE_NONE, 0);
		if (all[i].state == BESIDE_FOUND)
			is_shown(WATER_POSSIBLE_FAILURE, WHY_BLANK);
		else
			is_shown(WATER_FAILS_ABOVE, WHY_NONE);
		assert_true(shown.alarm);
	}
}

/* --- what a verdict becomes ---------------------------------------------------------------------------- */

/* By a blank, a spike or a reference that shows too much, or too little; each verdict, against each form of a limit. */
static void only_in_the_careful_direction(void **state)
{
	static const char *const limits[] = {"..50", "..<50", "absent", "0.2..0.5", "6.5..", ""};
	static const struct {
		const char *activity;
		struct typed typed;
		bool high;
		enum water_reason reason;
	} leans[] = {{"blank", {.value = "30"}, true, WHY_BLANK},
		{"spike", {.value = "50", .known = "10"}, true, WHY_SPIKE},
		{"spike", {.value = "33", .known = "10"}, false, WHY_SPIKE},
		{"reference", {.value = "20", .known = "10"}, true, WHY_REFERENCE},
		{"reference", {.value = "5", .known = "10"}, false, WHY_REFERENCE}};
	size_t i, k, m;

	(void)state;
	for (i = 0; i < COUNT(leans); i++)
		for (k = 0; k < COUNT(limits); k++)
			for (m = 0; m < COUNT(verdicts); m++) {
				enum water_verdict was = verdicts[m], want = was;
				bool high = leans[i].high, both = !strcmp(limits[k], "0.2..0.5"),
				     low = !strcmp(limits[k], "6.5..");
				uint64_t parent;

				anew();
				parent = sample_of("sample", 0,
					(struct typed){
						.value = "30", .limit = limits[k], .verdict = was});
				(void)sample_of(leans[i].activity, parent, leans[i].typed);
				if (high ? was == WATER_FAILS_ABOVE || was == WATER_FAILS_DETECTED
					 : was == WATER_FAILS_BELOW)
					want = WATER_POSSIBLE_FAILURE;
				if (was == WATER_MEETS && (high ? both || low : !low))
					want = WATER_CANNOT_JUDGE;
				assert_int_equal(look(parent), 1);
				is_shown(want, want == was ? WHY_NONE : leans[i].reason);
				assert_int_equal(shown.alarm, is_bad(was));
				if (want == WATER_POSSIBLE_FAILURE && was != want)
					assert_int_equal(shown.as_if_believed, was);
			}
}

static void a_doubt_does_not_hide_a_replicate(void **state)
{
	uint64_t parent =
		sample_of("sample", 0, (struct typed){.value = "30", .verdict = WATER_MEETS});

	(void)state;
	(void)sample_of("reference", parent, (struct typed){.value = "5", .known = "10"});
	(void)sample_of(
		"replicate", parent, (struct typed){.value = "60", .verdict = WATER_FAILS_ABOVE});
	assert_int_equal(look(parent), 2);
	is_shown(WATER_POSSIBLE_FAILURE, WHY_REPLICATE);
	assert_true(shown.alarm);
}

/* --- a spike, a reference ------------------------------------------------------------------------------ */

static void how_much_comes_back(void **state)
{
	static const struct {
		const char *activity;
		struct typed parent, own;
		enum beside_state state;
		enum beside_figure figure;
		double number;
	} all[] = {
		{"spike", {.value = "10"}, {.value = "19.5", .known = "10"}, BESIDE_GOOD,
			FIGURE_RECOVERY, 95},
		{"spike", {.value = "10"}, {.value = "17", .known = "10"}, BESIDE_GOOD,
			FIGURE_RECOVERY, 70},
		{"spike", {.value = "10"}, {.value = "16.9", .known = "10"}, BESIDE_LOW,
			FIGURE_RECOVERY, 69},
		{"spike", {.value = "10"}, {.value = "23", .known = "10"}, BESIDE_GOOD,
			FIGURE_RECOVERY, 130},
		{"spike", {.value = "10"}, {.value = "23.1", .known = "10"}, BESIDE_HIGH,
			FIGURE_RECOVERY, 131},
		{"spike", {.value = "<1"}, {.value = "9", .known = "10"}, BESIDE_GOOD,
			FIGURE_RECOVERY, 90},
		{"spike", {.value = "<5"}, {.value = "4", .known = "1"}, BESIDE_UNTOLD,
			FIGURE_RECOVERY, 400},
		{"spike", {.value = "<5"}, {.value = "6.4", .known = "1"}, BESIDE_HIGH,
			FIGURE_RECOVERY, 640},
		{"spike", {.value = "not detected", .mdl = "5"}, {.value = "4", .known = "1"},
			BESIDE_UNTOLD, FIGURE_RECOVERY, 400},
		{"spike", {.value = "<5"}, {.value = "0.6", .known = "1"}, BESIDE_LOW,
			FIGURE_RECOVERY, 60},
		{"spike", {.parameter = "ecoli", .value = "<10", .unit = "/(100.mL)"},
			{.parameter = "ecoli", .value = "10", .known = "1", .unit = "/(100.mL)"},
			BESIDE_UNTOLD, FIGURE_OFF_LOG, 1},
		{"spike", {.value = "10"}, {.value = "19"}, BESIDE_UNTOLD, FIGURE_NONE, 0},
		{"spike", {.value = "10..25"}, {.value = "30", .known = "10"}, BESIDE_UNTOLD,
			FIGURE_NONE, 0},
		{"spike", {.value = "41"}, {.value = "42", .known = "10"}, BESIDE_UNTOLD,
			FIGURE_RECOVERY, 10},
		{"spike", {.value = "1", .method = "meter"}, {.value = "5", .known = "10"},
			BESIDE_UNTOLD, FIGURE_NONE, 0},
		{"spike", {.parameter = "iron", .value = "200"},
			{.parameter = "iron", .value = "0.7", .known = "0.5", .unit = "mg/L"},
			BESIDE_GOOD, FIGURE_RECOVERY, 100},
		{"spike", {.parameter = "ph", .value = "7"},
			{.parameter = "ph", .value = "8", .known = "1"}, BESIDE_UNTOLD, FIGURE_NONE,
			0},
		{"spike", {.parameter = "ecoli", .value = "00000"},
			{.parameter = "ecoli", .value = "90", .known = "100", .unit = "/(100.mL)"},
			BESIDE_GOOD, FIGURE_OFF_LOG, -0.05},
		{"reference", {.value = "10"}, {.value = "9", .known = "10"}, BESIDE_GOOD,
			FIGURE_RECOVERY, 90},
		{"reference", {.value = "10"}, {.value = "5", .known = "10"}, BESIDE_LOW,
			FIGURE_RECOVERY, 50},
		{"reference", {.value = "10"}, {.value = "14", .known = "10"}, BESIDE_HIGH,
			FIGURE_RECOVERY, 140},
		{"reference", {.value = "10"}, {.value = "not detected", .known = "10"}, BESIDE_LOW,
			FIGURE_RECOVERY, 0},
		{"reference", {.value = "10"}, {.value = "<5", .known = "10"}, BESIDE_LOW,
			FIGURE_NONE, 0},
		{"reference", {.value = "10"}, {.value = "<8", .known = "10"}, BESIDE_UNTOLD,
			FIGURE_NONE, 0},
		{"reference", {.value = "10"}, {.value = "8..12", .known = "10"}, BESIDE_GOOD,
			FIGURE_NONE, 0},
		{"reference", {.value = "10"}, {.value = ">20", .known = "10"}, BESIDE_HIGH,
			FIGURE_NONE, 0},
		{"reference", {.value = "10"}, {.value = "9"}, BESIDE_UNTOLD, FIGURE_NONE, 0},
		{"reference", {.parameter = "ph", .value = "7"},
			{.parameter = "ph", .value = "7.1", .known = "7.01"}, BESIDE_GOOD,
			FIGURE_OFF, 0.09},
		{"reference", {.parameter = "ph", .value = "7"},
			{.parameter = "ph", .value = "6.7", .known = "7.01"}, BESIDE_LOW,
			FIGURE_OFF, -0.31},
		{"reference", {.parameter = "ecoli", .value = "00000"},
			{.parameter = "ecoli", .value = "00000", .known = "50"}, BESIDE_LOW,
			FIGURE_NONE, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		struct typed water = all[i].parent, own = all[i].own;
		uint64_t parent, beside;
		bool same = !water.method;

		anew();
		water.verdict = WATER_MEETS;
		own.verdict = WATER_NOT_APPLICABLE;
		parent = sample_of("sample", 0, water);
		beside = sample_of(all[i].activity, parent, own);
		assert_int_equal(look(parent), same ? 1 : 0);
		if (same)
			says(all[i].state, all[i].figure, all[i].number);
		assert_int_equal(look(beside), 1); /* and so it says itself */
		says(all[i].state, all[i].figure, all[i].number);
		is_shown(WATER_NOT_APPLICABLE, WHY_NONE);
		assert_int_equal(one.sample, parent);
	}
}

/* A reference or a blank with no parent says how it is itself; a spike cannot. */
static void without_a_parent(void **state)
{
	(void)state;
	assert_int_equal(
		look(sample_of("reference", 0, (struct typed){.value = "5", .known = "10"})), 1);
	says(BESIDE_LOW, FIGURE_RECOVERY, 50);
	assert_int_equal(one.result.number, 0);
	assert_int_equal(look(sample_of("blank", 0, (struct typed){.value = "5"})), 1);
	says(BESIDE_FOUND, FIGURE_NONE, 0);
	assert_int_equal(
		look(sample_of("spike", 0, (struct typed){.value = "5", .known = "10"})), 1);
	says(BESIDE_UNTOLD, FIGURE_NONE, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_blank_shows, start, stop),
		cmocka_unit_test_setup_teardown(only_in_the_careful_direction, start, stop),
		cmocka_unit_test_setup_teardown(a_doubt_does_not_hide_a_replicate, start, stop),
		cmocka_unit_test_setup_teardown(how_much_comes_back, start, stop),
		cmocka_unit_test_setup_teardown(without_a_parent, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
