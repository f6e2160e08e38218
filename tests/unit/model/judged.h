/* judged.h - one value against one row, for the tests of verdicts. */
#ifndef TESTS_MODEL_JUDGED_H
#define TESTS_MODEL_JUDGED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct limit limit_of(
	const char *parameter, enum limit_operator must, double low, double high)
{
	struct limit limit = {
		.must = must, .low = low, .high = high, .seen = true, .basis = LIMIT_HEALTH};

	(void)text_copy(limit.parameter, sizeof(limit.parameter), parameter);
	return limit;
}

static struct water_value exactly(const char *parameter, double value)
{
	return (struct water_value){.parameter = parameter,
		.amount = {.kind = AMOUNT_EXACT, .value = value},
		.qc = QC_PASS};
}

static void expect(const struct water_value *value, const struct limit *limit,
	enum water_verdict verdict, enum water_reason reason, const char *what)
{
	struct water_judgement got = water_judge_row(value, limit);

	if (got.verdict != verdict || got.reason != reason)
		fail_msg("%s: %s %s, not %s %s", what, water_verdict_word(got.verdict),
			water_reason_word(got.reason), water_verdict_word(verdict),
			water_reason_word(reason));
}

#define M WATER_MEETS
#define A WATER_FAILS_ABOVE
#define B WATER_FAILS_BELOW
#define D WATER_FAILS_DETECTED
#define C WATER_CANNOT_JUDGE

#endif
