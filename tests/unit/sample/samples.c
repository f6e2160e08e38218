/* Steps as words and back; what a sample is, follows from its steps; what makes no sense is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sample/samples.h"
#include "sample/terms.h"

/* --- steps --------------------------------------------------------------------------------------------- */

static struct step again(const struct step *step, uint64_t number)
{
	char words[STEP_WORDS];
	struct text to = text_over(words, sizeof(words));
	struct step back;

	step_put(&to, step);
	assert_false(to.cut);
	if (!step_read(&back, step->kind, number, step->sample, step->test, words))
		fail_msg("not read: %s", words);
	return back;
}

static struct step begin_step(void)
{
	return (struct step){.kind = STEP_BEGIN,
		.by = "Gul Khan",
		.token = "t-1",
		.purpose = "routine",
		.activity = "sample"};
}

static struct step enter_step(uint64_t sample, const char *parameter, const char *value)
{
	struct step step = {.kind = STEP_ENTER,
		.sample = sample,
		.by = "Gul Khan",
		.method = "dpd",
		.lot = "A12",
		.value_unit = "mg/L",
		.mdl = "0.05",
		.dilution = "2",
		.origin = ORIGIN_KIT};

	text_copy(step.parameter, sizeof(step.parameter), parameter);
	text_copy(step.value, sizeof(step.value), value);
	return step;
}

static void steps_come_back(void **state)
{
	struct step begin = begin_step(), enter = enter_step(9, "free_chlorine", "<0.1"), back;
	struct step site = {.kind = STEP_SITE,
		.sample = 9,
		.point = 7,
		.type = "borehole_tubewell",
		.position = "consumer",
		.treated = "no",
		.place.border_m = -1};
	struct step place = {.kind = STEP_PLACE,
		.sample = 9,
		.place = {.origin = PLACE_GPS,
			.has_point = true,
			.mode = 3,
			.lat_e7 = 341234567,
			.lon_e7 = -715123456,
			.fix_age_ms = 1200,
			.eph_cm = 830,
			.district = "PK528",
			.tehsil = "PK52801",
			.border_m = 1500,
			.near = "PK526"}};

	(void)state;
	back = again(&begin, 9);
	assert_int_equal(back.sample, 9);
	assert_string_equal(back.purpose, "routine");
	assert_string_equal(back.by, "Gul Khan");
	assert_string_equal(back.token, "t-1");
	back = again(&enter, 10);
	assert_string_equal(back.value, "<0.1");
	assert_string_equal(back.lot, "A12");
	assert_string_equal(back.mdl, "0.05");
	assert_string_equal(back.dilution, "2");
	back = again(&site, 10);
	assert_int_equal(back.point, 7);
	assert_string_equal(back.treated, "no");
	back = again(&place, 11);
	assert_memory_equal(back.place.district, "PK528", 6);
	assert_int_equal(back.place.lat_e7, 341234567);
	assert_int_equal(back.place.lon_e7, -715123456);
	assert_int_equal(back.place.border_m, 1500);
	assert_int_equal(back.place.eph_cm, 830);
	assert_true(back.place.has_point && back.place.origin == PLACE_GPS && back.place.mode == 3);
}

static void words_that_say_too_little_are_no_step(void **state)
{
	struct step step;

	(void)state;
	assert_false(step_read(&step, STEP_BEGIN, 1, 0, 0, "by=Gul Khan; purpose=routine"));
	assert_false(step_read(&step, STEP_ENTER, 2, 1, 0, "p=ph"));
	assert_false(step_read(&step, STEP_START, 2, 1, 0, "p=ecoli; m=cbt"));
	assert_false(step_read(&step, STEP_FINISH, 2, 1, 0, "v=11010"));
	assert_false(step_read(&step, (enum step_kind)99, 2, 1, 0, "v=11010"));
	assert_true(step_read(&step, STEP_END, 2, 1, 0, ""));
}

/* --- samples ------------------------------------------------------------------------------------------- */

static void take(struct samples *samples, uint64_t number, struct step step)
{
	assert_true(samples_take(samples, number, &step));
}

static bool allows(const struct samples *samples, struct step step, const char *words)
{
	char room[200] = "";
	struct text why = text_over(room, sizeof(room));

	if (samples_allow(samples, &step, &why))
		return true;
	if (!strstr(room, words))
		fail_msg("'%s' does not say '%s'", room, words);
	return false;
}

static struct step plain(enum step_kind kind, uint64_t sample)
{
	return (struct step){.kind = kind, .sample = sample};
}

static void a_day_in_steps(void **state)
{
	struct samples *samples = samples_new();
	struct step step;
	const struct sample *sample;
	uint64_t of;

	(void)state;
	take(samples, 5, begin_step());
	step = plain(STEP_UNIT, 5);
	take(samples, 8, step);
	sample = samples_find(samples, 5);
	assert_int_equal(sample_state(sample), SAMPLE_OPEN);
	assert_int_equal(samples_of_unit(samples, "ph-1"), 5);
	take(samples, 9, enter_step(5, "free_chlorine", "0.4"));
	step = plain(STEP_START, 5);
	text_copy(step.parameter, sizeof(step.parameter), "ecoli");
	text_copy(step.method, sizeof(step.method), "cbt");
	step.hours = 24;
	take(samples, 10, step);
	take(samples, 11, plain(STEP_END, 5));
	assert_int_equal(sample_state(sample), SAMPLE_WAITING);
	assert_int_equal(samples_of_unit(samples, "ph-1"), 0);
	assert_false(allows(samples, enter_step(5, "ph", "7"), "has ended"));
	assert_false(allows(samples, plain(STEP_END, 5), "has ended"));
	assert_ptr_equal(samples_of_test(samples, 10), sample);
	step = plain(STEP_FINISH, 5);
	text_copy(step.value, sizeof(step.value), "11010");
	step.test = 99;
	assert_false(allows(samples, step, "no such test"));
	step.test = 10;
	take(samples, 12, step);
	assert_false(allows(samples, step, "has its value"));
	assert_int_equal(sample_state(sample), SAMPLE_DONE);
	assert_int_equal(sample->n_entries, 2);
	assert_string_equal(sample->entries[1].step.parameter, "ecoli");
	assert_string_equal(sample->entries[1].step.method, "cbt");
	step = begin_step();
	assert_int_equal(samples_asked(samples, &step, &of), ASKED_THIS);
	assert_int_equal(of, 5);
	text_copy(step.purpose, sizeof(step.purpose), "complaint");
	assert_int_equal(samples_asked(samples, &step, &of), ASKED_ANOTHER);
	step.kind = STEP_END;
	assert_int_equal(samples_asked(samples, &step, &of), ASKED_ANOTHER);
	*step.token = '\0';
	assert_int_equal(samples_asked(samples, &step, &of), ASKED_NEVER);
	samples_free(samples);
}

static void a_cancelled_one_takes_nothing(void **state)
{
	struct samples *samples = samples_new();

	(void)state;
	take(samples, 1, begin_step());
	take(samples, 4, plain(STEP_CANCEL, 1));
	assert_int_equal(sample_state(samples_find(samples, 1)), SAMPLE_CANCELLED);
	assert_false(allows(samples, enter_step(1, "ph", "7"), "cancelled"));
	assert_false(allows(samples, enter_step(77, "ph", "7"), "no sample 77"));
	samples_free(samples);
}

/* The newest open one has an analyzer that two want. */
static void an_analyzer_is_the_newest_samples(void **state)
{
	struct samples *samples = samples_new();
	struct step unit = plain(STEP_UNIT, 1);

	(void)state;
	take(samples, 1, begin_step());
	take(samples, 4, unit);
	take(samples, 5, begin_step());
	unit.sample = 5;
	text_copy(unit.unit, sizeof(unit.unit), "ph-1");
	take(samples, 8, unit);
	assert_int_equal(samples_of_unit(samples, "ph-1"), 5);
	assert_int_equal(samples_of_unit(samples, "cl-1"), 1);
	take(samples, 9, plain(STEP_END, 5));
	assert_int_equal(samples_of_unit(samples, "ph-1"), 1);
	samples_free(samples);
}

/* Those that are over make room; those that wait for a test never do. */
static void room_is_made_by_what_is_over(void **state)
{
	struct samples *samples = samples_new();
	uint64_t i;

	(void)state;
	for (i = 1; i <= MOST_SAMPLES; i++)
		take(samples, i * 10, begin_step());
	assert_false(allows(samples, begin_step(), "end, finish or cancel"));
	take(samples, 9000, plain(STEP_END, 50));
	take(samples, 9001, begin_step());
	assert_null(samples_find(samples, 50));
	assert_non_null(samples_find(samples, 10));
	assert_non_null(samples_find(samples, 9001));
	assert_int_equal(samples_at(samples, 0)->number, 9001);
	samples_free(samples);
}

/* What fails a health limit leaves the list of samples, and every screen's alarm, last. */
static void what_alarms_goes_last(void **state)
{
	struct samples *samples = samples_new();
	struct result result = {.number = 13,
		.sample = 10,
		.entry = 11,
		.verdict = WATER_FAILS_ABOVE,
		.alarm = true};
	struct step verify = plain(STEP_VERIFY, 10);
	uint64_t i;

	(void)state;
	take(samples, 10, begin_step());
	take(samples, 11, enter_step(10, "arsenic", "80"));
	take(samples, 12, plain(STEP_END, 10));
	text_copy(result.parameter, sizeof(result.parameter), "arsenic");
	text_copy(result.method, sizeof(result.method),
		samples_find(samples, 10)->entries[0].step.method);
	samples_take_result(samples, &result);
	for (i = 2; i <= MOST_SAMPLES + 2; i++) {
		take(samples, i * 10, begin_step());
		take(samples, i * 10 + 1, plain(STEP_END, i * 10));
	}
	assert_non_null(samples_find(samples, 10));
	assert_null(samples_find(samples, 20));
	assert_null(samples_find(samples, 30));
	assert_non_null(samples_find(samples, 40));
	text_copy(verify.by, sizeof(verify.by), "Sana Bibi");
	take(samples, 9000, verify);
	take(samples, 9001, begin_step());
	assert_null(samples_find(samples, 10));
	assert_non_null(samples_find(samples, 40));
	samples_free(samples);
}

static void no_sample_is_overfilled(void **state)
{
	struct samples *samples = samples_new();
	struct step step;
	uint64_t number = 10;
	int i;

	(void)state;
	take(samples, 1, begin_step());
	for (i = 0; i < MOST_ENTRIES; i++)
		take(samples, number++, enter_step(1, "ph", "7"));
	assert_false(allows(samples, enter_step(1, "ph", "7"), "48 values"));
	step = plain(STEP_UNIT, 1);
	text_copy(step.unit, sizeof(step.unit), "u");
	for (i = 0; i < MOST_ATTACHED; i++)
		take(samples, number++, step);
	assert_false(allows(samples, step, "16 analyzers"));
	samples_free(samples);
}

/* A test that is under way can be finished, however full the sample is by then. */
static void a_test_under_way_keeps_its_place(void **state)
{
	struct samples *samples = samples_new();
	struct step start = plain(STEP_START, 1), finish = plain(STEP_FINISH, 1);
	uint64_t number = 10;

	(void)state;
	text_copy(start.parameter, sizeof(start.parameter), "ecoli");
	start.hours = 24;
	text_copy(finish.value, sizeof(finish.value), "11010");
	finish.test = 10;
	take(samples, 1, begin_step());
	take(samples, number++, start);
	while (sample_room(samples_find(samples, 1)))
		take(samples, number++, enter_step(1, "ph", "7"));
	assert_false(allows(samples, enter_step(1, "ph", "7"), "48 values"));
	assert_false(allows(samples, start, "48 values"));
	take(samples, number++, plain(STEP_END, 1));
	take(samples, number++, finish);
	assert_int_equal(sample_state(samples_find(samples, 1)), SAMPLE_DONE);
	samples_free(samples);
}

/* Any steps in any order: what is taken was allowed, and nothing breaks. */
static void any_steps_in_any_order(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : (unsigned)time(NULL);
	struct samples *samples = samples_new();
	char words[200];
	uint64_t number;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48(seed);
	for (number = 1; number < 60000; number++) {
		struct text why = text_over(words, sizeof(words));
		struct step step = enter_step(number - 1 - (uint64_t)lrand48() % 200, "ph", "7");
		bool may;

		step.kind = (enum step_kind)(1 + lrand48() % STEP_IMPEDE);
		if (step.kind == STEP_BEGIN)
			step = begin_step();
		step.test = number - (uint64_t)lrand48() % 200;
		step.hours = 24;
		may = samples_allow(samples, &step, &why);
		assert_int_equal(samples_take(samples, number, &step), may);
		assert_true(may || why.len);
	}
	samples_free(samples);
}

static void words_of_the_lists_have_numbers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; term_at(TERM_SOURCE, i); i++)
		assert_int_equal(term_number(TERM_SOURCE, term_at(TERM_SOURCE, i)), i + 1);
	assert_int_equal(term_number(TERM_POSITION, "consumer"), POSITION_CONSUMER);
	assert_int_equal(term_number(TERM_POSITION, "source"), POSITION_SOURCE);
	assert_int_equal(term_number(TERM_POSITION, ""), POSITION_UNKNOWN);
	assert_false(term_is(TERM_PURPOSE, "picnic"));
	assert_true(term_is_water("replicate") && !term_is_water("blank"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_come_back),
		cmocka_unit_test(words_that_say_too_little_are_no_step),
		cmocka_unit_test(a_day_in_steps),
		cmocka_unit_test(a_cancelled_one_takes_nothing),
		cmocka_unit_test(an_analyzer_is_the_newest_samples),
		cmocka_unit_test(room_is_made_by_what_is_over),
		cmocka_unit_test(what_alarms_goes_last),
		cmocka_unit_test(no_sample_is_overfilled),
		cmocka_unit_test(a_test_under_way_keeps_its_place),
		cmocka_unit_test(any_steps_in_any_order),
		cmocka_unit_test(words_of_the_lists_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
