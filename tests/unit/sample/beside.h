/* beside.h - samples with results, and what those beside one of them leave of it. */
#ifndef TESTS_SAMPLE_BESIDE_H
#define TESTS_SAMPLE_BESIDE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample/beside.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct samples *samples;
static uint64_t number;

__attribute__((unused)) static int start(void **state)
{
	(void)state;
	samples = samples_new();
	number = 4;
	return samples ? 0 : -1;
}

__attribute__((unused)) static int stop(void **state)
{
	(void)state;
	samples_free(samples);
	return 0;
}

__attribute__((unused)) static void anew(void)
{
	samples_free(samples);
	samples = samples_new();
	assert_non_null(samples);
	number = 4;
}

__attribute__((unused)) static uint64_t begin_for(
	const char *purpose, const char *activity, uint64_t parent)
{
	struct step step = {.kind = STEP_BEGIN, .parent = parent};

	text_copy(step.purpose, sizeof(step.purpose), purpose);
	text_copy(step.activity, sizeof(step.activity), activity);
	assert_true(samples_take(samples, ++number, &step));
	return number;
}

__attribute__((unused)) static uint64_t begin(const char *activity, uint64_t parent)
{
	return begin_for("routine", activity, parent);
}

/* What is typed of one test; the rest is a strip's of nitrate in mg/L. */
struct typed {
	const char *parameter, *value, *unit, *mdl, *known, *method, *limit, *dilution;
	enum water_verdict verdict;
};

static struct result owed[4];
static size_t n_owed;

__attribute__((unused)) static const char *or_else(const char *word, const char *otherwise)
{
	return word ? word : otherwise;
}

__attribute__((unused)) static void enter(uint64_t sample, const struct typed *typed)
{
	struct step step = {.kind = STEP_ENTER, .sample = sample, .by = "Gul Khan"};
	struct result result = {.sample = sample,
		.verdict = typed->verdict,
		.as_if_believed = typed->verdict,
		.basis = LIMIT_HEALTH,
		.alarm = water_fails(typed->verdict) || typed->verdict == WATER_POSSIBLE_FAILURE};

	if (typed->verdict == WATER_POSSIBLE_FAILURE)
		result.as_if_believed = WATER_FAILS_ABOVE;
	text_copy(step.parameter, sizeof(step.parameter), or_else(typed->parameter, "nitrate_no3"));
	text_copy(step.method, sizeof(step.method), or_else(typed->method, "strip"));
	text_copy(step.value, sizeof(step.value), typed->value);
	text_copy(step.value_unit, sizeof(step.value_unit), or_else(typed->unit, ""));
	text_copy(step.mdl, sizeof(step.mdl), or_else(typed->mdl, ""));
	text_copy(step.dilution, sizeof(step.dilution), or_else(typed->dilution, ""));
	text_copy(step.known, sizeof(step.known), or_else(typed->known, ""));
	assert_true(samples_take(samples, ++number, &step));
	result.entry = number;
	memcpy(result.parameter, step.parameter, sizeof(result.parameter));
	memcpy(result.method, step.method, sizeof(result.method));
	memcpy(result.value, step.value, sizeof(result.value));
	memcpy(result.unit, step.value_unit, sizeof(result.unit));
	memcpy(result.mdl, step.mdl, sizeof(result.mdl));
	memcpy(result.dilution, step.dilution, sizeof(result.dilution));
	memcpy(result.known, step.known, sizeof(result.known));
	text_copy(result.limit, sizeof(result.limit), or_else(typed->limit, "..50"));
	owed[n_owed++] = result;
}

/* With its results, as the daemon records them. */
__attribute__((unused)) static void end(uint64_t sample)
{
	struct step step = {.kind = STEP_END, .sample = sample};

	assert_true(samples_take(samples, ++number, &step));
	while (n_owed) {
		owed[--n_owed].number = ++number;
		samples_take_result(samples, &owed[n_owed]);
	}
}

__attribute__((unused)) static uint64_t sample_of(
	const char *activity, uint64_t parent, struct typed typed)
{
	uint64_t sample = begin(activity, parent);

	enter(sample, &typed);
	end(sample);
	return sample;
}

static struct beside one;
static struct result shown;

__attribute__((unused)) static size_t look_entry(uint64_t sample, unsigned entry)
{
	struct beside all[4];
	size_t n = beside_look(samples, samples_find(samples, sample), entry, &shown, all, 4);

	one = n ? all[0] : (struct beside){.kind = BESIDE_REPLICATE};
	return n;
}

__attribute__((unused)) static size_t look(uint64_t sample)
{
	return look_entry(sample, 0);
}

__attribute__((unused)) static void says(
	enum beside_state state, enum beside_figure figure, double figure_number)
{
	assert_string_equal(beside_state_word(one.state), beside_state_word(state));
	assert_string_equal(beside_figure_word(one.figure), beside_figure_word(figure));
	if (figure != FIGURE_NONE && fabs(one.number - figure_number) > 0.005)
		fail_msg("%g is not %g", one.number, figure_number);
}

__attribute__((unused)) static void is_shown(enum water_verdict verdict, enum water_reason reason)
{
	assert_string_equal(water_verdict_word(shown.verdict), water_verdict_word(verdict));
	assert_string_equal(water_reason_word(shown.reason), water_reason_word(reason));
}

static const enum water_verdict verdicts[] = {WATER_MEETS, WATER_FAILS_ABOVE, WATER_FAILS_BELOW,
	WATER_FAILS_DETECTED, WATER_POSSIBLE_FAILURE, WATER_CANNOT_JUDGE, WATER_NOT_APPLICABLE};

__attribute__((unused)) static bool is_bad(enum water_verdict verdict)
{
	return water_fails(verdict) || verdict == WATER_POSSIBLE_FAILURE;
}

#endif
