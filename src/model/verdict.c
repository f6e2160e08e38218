#include "model/verdict.h"

#include <math.h>
#include <string.h>

/* --- ends of what the value may be ------------------------------------------------------------------- */

struct span {
	double low, high;
	bool low_open, high_open; /* the end itself is not in it */
};

/* Where a span lies of a limit.  UNCLEAR: part of it meets, or its ends fail in different ways. */
enum where { MEETS, ABOVE, BELOW, UNCLEAR };

static int order(double a, double b)
{
	if (isfinite(a) && isfinite(b) && fabs(a - b) <= 1e-7 * fmax(fabs(a), fabs(b)))
		return 0;
	return (a > b) - (a < b);
}

static enum where against_bounds(const struct span *span, const struct limit *limit)
{
	bool strict = limit->must == LIMIT_STRICT, none_above = true, none_below = true;
	int low, high;

	if (!isnan(limit->high)) {
		low = order(span->low, limit->high);
		high = order(span->high, limit->high);
		if (low > 0 || (low == 0 && (strict || span->low_open)))
			return ABOVE;
		none_above = high < 0 || (high == 0 && (!strict || span->high_open));
	}
	if (!isnan(limit->low)) {
		low = order(span->low, limit->low);
		high = order(span->high, limit->low);
		if (high < 0 || (high == 0 && (strict || span->high_open)))
			return BELOW;
		none_below = low > 0 || (low == 0 && (!strict || span->low_open));
	}
	return none_above && none_below ? MEETS : UNCLEAR;
}

/* --- one value, one form ----------------------------------------------------------------------------- */

struct outcome {
	enum water_verdict verdict; /* meets, fails or cannot judge */
	enum water_reason reason;
};

static struct outcome unclear(enum water_reason reason)
{
	return (struct outcome){WATER_CANNOT_JUDGE, reason};
}

static struct outcome clear(enum water_verdict verdict)
{
	return (struct outcome){verdict, WHY_NONE};
}

static bool is_bacteria(const struct parameter *parameter)
{
	return strstr(parameter->unit, "100.mL") != NULL;
}

/* A whole 100 mL looked at finds one in it. */
static double least_found(const struct water_value *value, const struct amount *water)
{
	const struct parameter *parameter = parameter_find(value->parameter);

	if (water->detection_limit > 0 || !is_bacteria(parameter))
		return water->detection_limit;
	return value->amount.dilution > 1 ? value->amount.dilution : 1;
}

static struct outcome judge_absent(const struct water_value *value, const struct amount *water)
{
	bool bacteria = is_bacteria(parameter_find(value->parameter));

	switch (water->kind) {
	case AMOUNT_DETECTED:
	case AMOUNT_ABOVE:
		return clear(WATER_FAILS_DETECTED);
	case AMOUNT_NOT_DETECTED:
		if (bacteria && order(least_found(value, water), 1) > 0)
			return unclear(WHY_INSENSITIVE);
		return clear(WATER_MEETS);
	case AMOUNT_BELOW: /* "<1" is how many write that none was found */
		return bacteria && order(water->value, 1) <= 0 ? clear(WATER_MEETS)
							       : unclear(WHY_INSENSITIVE);
	case AMOUNT_EXACT:
		return water->value > 0 ? clear(WATER_FAILS_DETECTED) : unclear(WHY_ZERO);
	case AMOUNT_BETWEEN:
		return water->value > 0 ? clear(WATER_FAILS_DETECTED) : unclear(WHY_INTERVAL);
	case AMOUNT_NONE:
		break;
	}
	return unclear(WHY_NO_VALUE);
}

/* What the value may be, in the unit of its own parameter; `why` when its ends are no verdict. */
static struct span span_of(
	const struct water_value *value, const struct amount *water, enum water_reason *why)
{
	double least = parameter_find(value->parameter)->low;
	double found = least_found(value, water);

	*why = WHY_INTERVAL;
	switch (water->kind) {
	case AMOUNT_BELOW:
		*why = WHY_INSENSITIVE;
		return (struct span){least, water->value, false, true};
	case AMOUNT_NOT_DETECTED:
		*why = found > 0 ? WHY_INSENSITIVE : WHY_DETECTION_LIMIT;
		return (struct span){least, found > 0 ? found : INFINITY, false, true};
	case AMOUNT_ABOVE:
		*why = WHY_OVER_RANGE;
		return (struct span){water->value, INFINITY, true, false};
	case AMOUNT_DETECTED:
		return (struct span){found > 0 ? found : least, INFINITY, false, false};
	case AMOUNT_BETWEEN:
		return (struct span){water->value, water->upper, false, false};
	case AMOUNT_NONE:
	case AMOUNT_EXACT:
		break;
	}
	return (struct span){water->value, water->value, false, false};
}

/* How far off the water's `end` may be. */
static double guard_at(const struct water_value *value, double end)
{
	double dilution = value->amount.dilution > 1 ? value->amount.dilution : 1;

	if (!isfinite(end))
		return 0;
	return fmax(dilution * value->method.uncertainty,
		value->method.uncertainty_relative * fabs(end));
}

double water_uncertainty(const struct water_value *value)
{
	const struct parameter *parameter = parameter_find(value->parameter);
	struct amount water = value->amount;

	if (!parameter || water.kind != AMOUNT_EXACT || !amount_of_water(&water, parameter))
		return 0;
	return guard_at(value, water.value);
}

static struct outcome judge_span(const struct span *span, enum water_reason why,
	const struct limit *limit, const char *as, const struct water_value *guarded)
{
	struct span there = *span;

	if (guarded) {
		there.low -= guard_at(guarded, span->low);
		there.high += guard_at(guarded, span->high);
	}
	if (!amount_convert_form(as, limit->parameter, &there.low) ||
		!amount_convert_form(as, limit->parameter, &there.high))
		return unclear(WHY_METHOD);
	switch (against_bounds(&there, limit)) {
	case MEETS:
		return clear(WATER_MEETS);
	case ABOVE:
		return clear(WATER_FAILS_ABOVE);
	case BELOW:
		return clear(WATER_FAILS_BELOW);
	case UNCLEAR:
		break;
	}
	return unclear(why);
}

/* As each of the forms that it may be: they must agree. */
static struct outcome judge_forms(const struct water_value *value, const struct amount *water,
	const struct limit *limit, bool guarded)
{
	const struct water_value *guard = guarded ? value : NULL;
	const char *form = amount_possible_form(value->parameter, 0);
	struct outcome first, next;
	enum water_reason why;
	struct span span;
	unsigned i;

	if (limit->must == LIMIT_ABSENT)
		return judge_absent(value, water);
	span = span_of(value, water, &why);
	first = judge_span(&span, why, limit, form ? form : value->parameter, guard);
	for (i = 1; form && (form = amount_possible_form(value->parameter, i)); i++) {
		next = judge_span(&span, why, limit, form, guard);
		if (next.verdict != first.verdict)
			return unclear(WHY_FORM);
	}
	return first;
}

/* --- whether to believe it --------------------------------------------------------------------------- */

static enum water_reason doubt(const struct water_value *value)
{
	static const enum water_reason by_check[] = {[CHECK_GOOD] = WHY_NONE,
		[CHECK_NEVER] = WHY_NEVER_CHECKED,
		[CHECK_EXPIRED] = WHY_CHECK_EXPIRED,
		[CHECK_FAILED] = WHY_CHECK_FAILED};

	if (value->qc == QC_FAIL)
		return WHY_QC_FAILED;
	if (value->check != CHECK_GOOD)
		return by_check[value->check];
	if (value->qc == QC_SUSPECT)
		return WHY_QC_SUSPECT;
	return value->unsettled ? WHY_UNSETTLED : WHY_NONE;
}

static bool is_impossible(const struct amount *water, const struct parameter *parameter)
{
	switch (water->kind) {
	case AMOUNT_EXACT:
		return water->value < parameter->low || water->value > parameter->high;
	case AMOUNT_BETWEEN:
		return water->value < parameter->low || water->upper > parameter->high;
	case AMOUNT_BELOW:
		return water->value <= parameter->low;
	case AMOUNT_ABOVE:
		return water->value >= parameter->high;
	case AMOUNT_NONE:
	case AMOUNT_DETECTED:
	case AMOUNT_NOT_DETECTED:
		break;
	}
	return false;
}

static bool can_compare(const char *code, const char *limit)
{
	double any = 1;
	const char *form = amount_possible_form(code, 0);

	return amount_convert_form(form ? form : code, limit, &any);
}

/* It says less than its method sees: what that is, is anywhere below. */
static bool is_blind(const struct amount *water)
{
	return (water->kind == AMOUNT_EXACT || water->kind == AMOUNT_BELOW ||
		       water->kind == AMOUNT_BETWEEN) &&
	       order(water->detection_limit, water->value) > 0;
}

/* The value alone, as if it were beyond doubt. */
static struct outcome judge_value(const struct water_value *value, const struct limit *limit)
{
	const struct parameter *parameter = parameter_find(value->parameter);
	struct amount water = value->amount;
	struct outcome plain, guarded;

	if (!parameter || !amount_same_property(value->parameter, limit->parameter))
		return unclear(WHY_NO_LIMIT);
	if (!can_compare(value->parameter, limit->parameter))
		return unclear(WHY_METHOD);
	if (water.kind == AMOUNT_NONE || value->qc == QC_MISSING || isnan(water.value))
		return unclear(WHY_NO_VALUE);
	if (!limit_in_force(limit))
		return unclear(WHY_UNCONFIRMED);
	if (!amount_of_water(&water, parameter))
		return unclear(WHY_UNIT);
	if (is_impossible(&water, parameter))
		return unclear(WHY_IMPOSSIBLE);
	plain = judge_forms(value, &water, limit, false);
	if (plain.verdict == WATER_MEETS && is_blind(&water)) {
		water.value = fmax(water.kind == AMOUNT_BETWEEN ? water.upper : water.value,
			water.detection_limit);
		water.kind = AMOUNT_BELOW;
		plain = judge_forms(value, &water, limit, false);
	}
	if (plain.verdict == WATER_CANNOT_JUDGE || value->method.rule != RULE_GUARDED ||
		limit->must == LIMIT_ABSENT)
		return plain;
	guarded = judge_forms(value, &water, limit, true);
	if (guarded.verdict == plain.verdict)
		return plain;
	plain.reason = WHY_UNCERTAINTY;
	if (plain.verdict == WATER_MEETS)
		plain.verdict = WATER_CANNOT_JUDGE;
	return plain;
}

bool water_fails(enum water_verdict verdict)
{
	return verdict == WATER_FAILS_ABOVE || verdict == WATER_FAILS_BELOW ||
	       verdict == WATER_FAILS_DETECTED;
}

struct water_judgement water_judge_row(const struct water_value *value, const struct limit *limit)
{
	struct outcome outcome = judge_value(value, limit);
	enum water_reason why = doubt(value);
	struct water_judgement to = {.verdict = outcome.verdict,
		.reason = outcome.reason,
		.as_if_believed = outcome.verdict,
		.screening = value->method.screening,
		.limit = limit};

	if (value->not_water) {
		to.verdict = to.as_if_believed = WATER_NOT_APPLICABLE;
		to.reason = WHY_NOT_WATER;
		return to;
	}
	if (outcome.verdict != WATER_CANNOT_JUDGE && why) {
		to.reason = why;
		if (outcome.verdict == WATER_MEETS)
			to.verdict = to.as_if_believed = WATER_CANNOT_JUDGE;
	}
	if (water_fails(outcome.verdict)) {
		if (to.reason)
			to.verdict = WATER_POSSIBLE_FAILURE;
		to.alarm = limit->basis == LIMIT_HEALTH;
	}
	return to;
}

/* --- which row --------------------------------------------------------------------------------------- */

enum water_reason water_fits(const struct water_site *site, const struct water_site *limit)
{
	if (limit->treatment && site->treatment && limit->treatment != site->treatment)
		return limit->treatment == TREATMENT_DONE ? WHY_UNTREATED : WHY_TREATED;
	if (limit->position && site->position && limit->position != site->position)
		return WHY_NO_LIMIT_HERE;
	if (limit->treatment && !site->treatment)
		return WHY_TREATMENT;
	if (limit->position && !site->position)
		return WHY_POSITION;
	return WHY_NONE;
}

/* What is only not known comes before what is known not to apply. */
static unsigned weight(enum water_reason reason)
{
	switch (reason) {
	case WHY_NONE:
		return 6;
	case WHY_TREATMENT:
		return 5;
	case WHY_POSITION:
		return 4;
	case WHY_NO_LIMIT_HERE:
		return 3;
	case WHY_UNTREATED:
	case WHY_TREATED:
		return 2;
	case WHY_METHOD:
		return 1;
	default:
		return 0;
	}
}

/* The set's row that fits best, and why it may not decide.  WHY_NO_LIMIT: it has none. */
static enum water_reason find_row(
	const struct water_value *value, const struct limit_set *set, const struct limit **limit)
{
	enum water_reason best = WHY_NO_LIMIT, why;
	unsigned i;

	for (i = 0; i < set->n; i++) {
		const struct limit *row = &set->rows[i];

		if (!amount_same_property(row->parameter, value->parameter))
			continue;
		why = can_compare(value->parameter, row->parameter)
			      ? water_fits(&value->site, &row->applies_to)
			      : WHY_METHOD;
		if (weight(why) <= weight(best))
			continue;
		best = why;
		*limit = row;
	}
	return best;
}

struct water_judgement water_judge(
	const struct water_value *value, const struct limit_set *const *sets, size_t n)
{
	struct water_judgement to = {.verdict = WATER_CANNOT_JUDGE,
		.reason = WHY_NO_LIMIT,
		.as_if_believed = WATER_CANNOT_JUDGE,
		.screening = value->method.screening};
	enum water_reason why = WHY_NO_LIMIT;
	const struct limit *limit = NULL;
	size_t i;

	for (i = 0; i < n && why == WHY_NO_LIMIT; i++)
		why = find_row(value, sets[i], &limit);
	if (why == WHY_NONE && limit) {
		to = water_judge_row(value, limit);
	} else if (value->not_water) {
		to.verdict = WATER_NOT_APPLICABLE;
		to.reason = WHY_NOT_WATER;
	} else {
		to.reason = why;
		if (why == WHY_UNTREATED || why == WHY_TREATED)
			to.verdict = WATER_NOT_APPLICABLE;
	}
	to.as_if_believed = to.verdict == WATER_POSSIBLE_FAILURE ? to.as_if_believed : to.verdict;
	to.limit = limit;
	to.set = limit ? sets[i - 1] : NULL;
	return to;
}
