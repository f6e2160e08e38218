/* What comes after a sample's end: who may verify it, what that verifies, and that no two results have one revision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sample/after.h"

static struct samples *samples;
static uint64_t number;

static int start(void **state)
{
	(void)state;
	samples = samples_new();
	number = 4;
	return samples ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	samples_free(samples);
	return 0;
}

static struct step step_of(enum step_kind kind, const char *by)
{
	struct step step = {.kind = kind, .sample = 5, .hours = 24};

	text_copy(step.by, sizeof(step.by), by);
	text_copy(step.purpose, sizeof(step.purpose), "routine");
	text_copy(step.activity, sizeof(step.activity), "sample");
	text_copy(step.parameter, sizeof(step.parameter), "ph");
	text_copy(step.method, sizeof(step.method), "strip");
	text_copy(step.value, sizeof(step.value), "7");
	return step;
}

static void take(enum step_kind kind, const char *by)
{
	struct step step = step_of(kind, by);

	assert_true(samples_take(samples, ++number, &step));
}

static const struct sample *sample(void)
{
	return samples_find(samples, 5);
}

/* As the daemon records them: of every entry without one, its preliminary; then of every verified one. */
static void results(void)
{
	enum result_status status;
	unsigned i;

	for (status = RESULT_PRELIMINARY; status <= RESULT_VERIFIED; status++)
		for (i = 0; i < sample()->n_entries; i++) {
			const struct sample_entry *entry = &sample()->entries[i];
			struct result result = {.number = number + 1,
				.sample = 5,
				.entry = entry->number,
				.status = status,
				.revision = after_revision(sample(), i, status)};

			if (status == RESULT_PRELIMINARY ? entry->result.number > 0
							 : !entry->verified || entry->result.status)
				continue;
			samples_take_result(samples, &result);
			number++;
		}
}

static void verify_says(const char *by, const char *words)
{
	struct step step = step_of(STEP_VERIFY, by);
	char room[200] = "";
	struct text why = text_over(room, sizeof(room));

	assert_int_equal(samples_allow(samples, &step, &why), !words);
	if (words && !strstr(room, words))
		fail_msg("'%s' does not say '%s'", room, words);
}

static void a_second_person_verifies_what_has_ended(void **state)
{
	(void)state;
	take(STEP_BEGIN, "Gul Khan");
	verify_says("Sana Bibi", "end it first");
	take(STEP_START, "Asma");
	take(STEP_END, "Gul Khan");
	verify_says("Sana Bibi", "no results");
	{
		struct step finish = step_of(STEP_FINISH, "Zar Wali");

		finish.test = 6;
		assert_true(samples_take(samples, ++number, &finish));
	}
	results();
	verify_says("GUL KHAN", "a second person");
	verify_says("GuI Khan", "a second person"); /* a capital i */
	verify_says("asma", "a second person");
	verify_says("zarwali", "a second person");
	verify_says("Sana Bibi", NULL);
	take(STEP_VERIFY, "Sana Bibi");
	assert_string_equal(sample()->entries[0].verified_by, "Sana Bibi");
	verify_says("Sana Bibi", "verified already");
}

static void a_value_entered_anew_alone_is_verified(void **state)
{
	(void)state;
	take(STEP_BEGIN, "Gul Khan");
	take(STEP_ENTER, "Gul Khan");
	take(STEP_ENTER, "Gul Khan");
	take(STEP_END, "Gul Khan");
	results();
	assert_false(after_counts(sample(), 0));
	take(STEP_VERIFY, "Sana Bibi");
	results();
	assert_int_equal(sample()->entries[0].result.status, RESULT_PRELIMINARY);
	assert_int_equal(sample()->entries[1].result.status, RESULT_VERIFIED);
	assert_int_equal(sample()->entries[1].result.revision, 2);
}

static struct step amend_step(uint64_t entry, const char *value)
{
	struct step step = step_of(STEP_AMEND, "Zar Wali");

	step.test = entry;
	*step.parameter = *step.method = '\0';
	text_copy(step.value, sizeof(step.value), value);
	text_copy(step.reason, sizeof(step.reason), "read from the wrong side");
	return step;
}

static void amend_says(uint64_t entry, const char *words)
{
	struct step step = amend_step(entry, "8");
	char room[200] = "";
	struct text why = text_over(room, sizeof(room));

	assert_int_equal(samples_allow(samples, &step, &why), !words);
	if (words && !strstr(room, words))
		fail_msg("'%s' does not say '%s'", room, words);
}

static void a_corrected_value_is_preliminary_again(void **state)
{
	struct step step, back;
	char words[STEP_WORDS];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	take(STEP_BEGIN, "Gul Khan");
	take(STEP_ENTER, "Gul Khan");
	amend_says(6, "the newest counts");
	take(STEP_END, "Gul Khan");
	results();
	take(STEP_VERIFY, "Sana Bibi");
	results();
	amend_says(7, "no entry 7");
	step = amend_step(6, "8");
	step_put(&to, &step);
	assert_true(step_read(&back, STEP_AMEND, number + 1, 5, 6, words));
	assert_int_equal(step_question(&back), step_question(&step));
	assert_true(samples_take(samples, ++number, &back));
	results();
	amend_says(6, "replaced entry 6");
	assert_int_equal(sample()->n_entries, 2);
	assert_string_equal(sample()->entries[0].step.value, "7");
	assert_int_equal(sample()->entries[0].result.status, RESULT_VERIFIED);
	assert_string_equal(sample()->entries[1].step.value, "8");
	assert_string_equal(sample()->entries[1].step.parameter, "ph");
	assert_string_equal(sample()->entries[1].step.method, "strip");
	assert_int_equal(sample()->entries[1].result.status, RESULT_PRELIMINARY);
	assert_int_equal(sample()->entries[1].result.revision, 2);
	verify_says("zar wali", "a second person");
	verify_says("Sana Bibi", NULL);
}

/* Else a person's digits would make an analyzer that nobody checked believed. */
static void an_analyzers_value_stays_the_analyzers(void **state)
{
	static const enum origin origins[] = {ORIGIN_STABLE, ORIGIN_TAKEN};
	size_t i;

	(void)state;
	take(STEP_BEGIN, "Gul Khan");
	for (i = 0; i < 2; i++) {
		struct step step = step_of(STEP_ENTER, "Gul Khan");

		step.origin = origins[i];
		text_copy(step.unit, sizeof(step.unit), "ph-1");
		text_copy(step.method, sizeof(step.method), i ? "ph-1" : "ph-2");
		assert_true(samples_take(samples, ++number, &step));
	}
	take(STEP_END, "Gul Khan");
	for (i = 0; i < 2; i++) {
		struct step step = amend_step(6 + i, "8");

		assert_true(samples_take(samples, ++number, &step));
		assert_int_equal(sample()->entries[2 + i].step.origin, origins[i]);
		assert_string_equal(sample()->entries[2 + i].step.unit, "ph-1");
	}
}

/* Else a store, which keeps one of two rows of a time, would have one of them alone. */
static void no_two_results_have_one_revision(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : (unsigned)time(NULL), i, round;
	unsigned seen[2 * MOST_ENTRIES] = {0}, most = 0;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48(seed);
	take(STEP_BEGIN, "Gul Khan");
	for (i = 0; i < MOST_TESTS; i++)
		take(STEP_START, "Gul Khan");
	take(STEP_ENTER, "Gul Khan");
	take(STEP_END, "Gul Khan");
	for (round = 0; round < MOST_TESTS; round++) {
		struct step finish = step_of(STEP_FINISH, "Gul Khan");

		finish.test = 6 + round;
		assert_true(samples_take(samples, ++number, &finish));
		if (lrand48() % 2) {
			struct step amend =
				amend_step(sample()->entries[sample()->n_entries - 1].number, "8");

			assert_true(samples_take(samples, ++number, &amend));
		}
		if (lrand48() % 2)
			take(STEP_VERIFY, "Sana Bibi");
	}
	for (i = 0; i < sample()->n_entries; i++) {
		unsigned one = after_revision(sample(), i, RESULT_PRELIMINARY);

		assert_int_equal(seen[one]++, 0);
		most = one > most ? one : most;
		if (!sample()->entries[i].verified)
			continue;
		one = after_revision(sample(), i, RESULT_VERIFIED);
		assert_int_equal(seen[one]++, 0);
		most = one > most ? one : most;
	}
	for (i = 0; i <= most; i++)
		assert_int_equal(seen[i], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_second_person_verifies_what_has_ended, start, stop),
		cmocka_unit_test_setup_teardown(
			a_value_entered_anew_alone_is_verified, start, stop),
		cmocka_unit_test_setup_teardown(
			a_corrected_value_is_preliminary_again, start, stop),
		cmocka_unit_test_setup_teardown(
			an_analyzers_value_stays_the_analyzers, start, stop),
		cmocka_unit_test_setup_teardown(no_two_results_have_one_revision, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
