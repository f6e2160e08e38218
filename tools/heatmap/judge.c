#include "judge.h"

#include <math.h>
#include <string.h>

/* What a newer program calls by a word that is not known here may be the point's water, unless its van says that it is not. */
static bool is_sample(const struct result_row *row)
{
	return term_is_water(row->activity) ||
	       (!term_is(TERM_ACTIVITY, row->activity) && row->reason != WHY_NOT_WATER);
}

bool judge_is_water(const struct result_row *row)
{
	return is_sample(row) && strcmp(row->parameter, TERM_NO_WATER) != 0;
}

bool judge_differs(const struct result_row *row)
{
	return judge_is_water(row) && row->own_verdict != row->verdict;
}

bool judge_is_believed(const struct result_row *row)
{
	switch (row->own_verdict) {
	case WATER_MEETS:
	case WATER_FAILS_ABOVE:
	case WATER_FAILS_BELOW:
	case WATER_FAILS_DETECTED:
		return true;
	case WATER_CANNOT_JUDGE: /* for a reason of the limit, not of the value */
		return row->own_reason < WHY_NO_VALUE;
	case WATER_NOT_APPLICABLE:
		return row->own_reason == WHY_UNTREATED || row->own_reason == WHY_TREATED;
	default:
		return false;
	}
}

/* --- what the van knew --------------------------------------------------------------------------------- */

/*
 * A meets, and a failure without a reason, say that the value was believed.  Any other verdict's reason hides whether it was,
 * but for those that are that doubt; `screening` excuses nothing, as it may be said of an analyzer too.
 */
static bool is_unvouched(const struct result_row *row)
{
	if (row->reason >= WHY_NEVER_CHECKED && row->reason <= WHY_QC_FAILED)
		return false;
	return row->reason != WHY_NONE || row->verdict < WATER_MEETS ||
	       row->verdict > WATER_FAILS_DETECTED;
}

static void take_doubt(struct water_value *value, const struct result_row *row)
{
	value->check = CHECK_GOOD;
	value->qc = QC_PASS;
	value->unsettled = row->unsettled || row->reason == WHY_UNSETTLED;
	if (row->reason == WHY_NEVER_CHECKED || is_unvouched(row))
		value->check = CHECK_NEVER;
	else if (row->reason == WHY_CHECK_EXPIRED)
		value->check = CHECK_EXPIRED;
	else if (row->reason == WHY_CHECK_FAILED)
		value->check = CHECK_FAILED;
	else if (row->reason == WHY_QC_SUSPECT)
		value->qc = QC_SUSPECT;
	else if (row->reason == WHY_QC_FAILED)
		value->qc = QC_FAIL;
}

static void take_amount(struct water_value *value, const struct result_row *row)
{
	struct amount *amount = &value->amount;

	if (row->censor <= AMOUNT_NOT_DETECTED)
		amount->kind = (enum amount_kind)row->censor;
	amount->value = row->value;
	amount->upper = row->upper;
	amount->detection_limit = isfinite(row->mdl) ? row->mdl : 0;
	/* By how much the water was diluted does not travel, only that then nothing could be seen. */
	if (amount->kind == AMOUNT_NOT_DETECTED && row->reason == WHY_INSENSITIVE &&
		!isfinite(row->mdl))
		amount->detection_limit = 1e300;
	if ((amount->kind == AMOUNT_EXACT || amount->kind == AMOUNT_BELOW ||
		    amount->kind == AMOUNT_ABOVE || amount->kind == AMOUNT_BETWEEN) &&
		isnan(row->value))
		amount->kind = AMOUNT_NONE;
	if (amount->kind == AMOUNT_BETWEEN && isnan(row->upper))
		amount->kind = AMOUNT_NONE;
	if (amount->kind == AMOUNT_DETECTED || amount->kind == AMOUNT_NOT_DETECTED ||
		amount->kind == AMOUNT_NONE)
		amount->value = amount->upper = 0;
	else if (amount->kind != AMOUNT_BETWEEN)
		amount->upper = 0;
}

static enum water_position position_of(const char *word)
{
	return (enum water_position)term_number(TERM_POSITION, word);
}

/* --- the verdict --------------------------------------------------------------------------------------- */

static bool same_number(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-7 * fmax(fabs(a), fabs(b));
}

static bool same_limit(const struct result_row *row)
{
	return row->limit && row->set->code == row->limit_set &&
	       same_number(row->limit->low, row->limit_low) &&
	       same_number(row->limit->high, row->limit_high);
}

/* The guard band of what is no one number does not travel. */
static bool is_unguarded(const struct result_row *row)
{
	return row->rule == RULE_GUARDED && isnan(row->uncertainty);
}

static bool van_fails(const struct result_row *row)
{
	return row->verdict == WATER_POSSIBLE_FAILURE ||
	       water_fails((enum water_verdict)row->verdict);
}

static void say(struct result_row *row, uint8_t verdict, uint8_t reason, uint8_t as_if)
{
	row->own_verdict = verdict;
	row->own_reason = reason;
	row->own_as_if = as_if;
}

static uint8_t as_if_of(const struct result_row *row)
{
	return row->as_if ? row->as_if : row->verdict;
}

/* By the same limit the van had more to judge by: what it says holds. */
static void never_say_more(struct result_row *row)
{
	bool vans = row->verdict >= WATER_FAILS_ABOVE && row->verdict <= WATER_NOT_APPLICABLE;

	if (row->own_verdict == WATER_MEETS && vans && same_limit(row))
		say(row, row->verdict, row->reason, as_if_of(row));
	else if (row->own_verdict == WATER_MEETS && is_unguarded(row) && !same_limit(row))
		say(row, WATER_CANNOT_JUDGE, WHY_UNCERTAINTY, WATER_CANNOT_JUDGE);
	else if (row->own_verdict == WATER_CANNOT_JUDGE && van_fails(row))
		say(row, WATER_POSSIBLE_FAILURE, row->own_reason, as_if_of(row));
	if (row->own_reason == WHY_NEVER_CHECKED && is_unvouched(row))
		row->own_reason = row->reason;
}

void judge_row(struct result_row *row, const struct limit_book *book)
{
	struct water_value value = {.parameter = row->parameter,
		.site = {row->treated <= TREATMENT_DONE ? (enum water_treatment)row->treated
							: TREATMENT_UNKNOWN,
			position_of(row->position)},
		.method = {.uncertainty = isfinite(row->uncertainty) ? row->uncertainty : 0,
			.rule = row->rule == RULE_GUARDED ? RULE_GUARDED : RULE_SIMPLE,
			.screening = row->screening == 1},
		.not_water = !is_sample(row)};
	struct water_judgement judgement;

	row->own_basis = row->basis;
	if (!strcmp(row->parameter, TERM_NO_WATER)) {
		row->own_verdict = row->own_as_if = WATER_CANNOT_JUDGE;
		row->own_reason = WHY_NO_WATER;
		return;
	}
	take_doubt(&value, row);
	take_amount(&value, row);
	judgement = water_judge(&value, (const struct limit_set *const *)book->sets, book->n);
	row->own_verdict = (uint8_t)judgement.verdict;
	row->own_reason = (uint8_t)judgement.reason;
	row->own_as_if = (uint8_t)judgement.as_if_believed;
	row->limit = judgement.limit;
	row->set = judgement.set;
	if (row->limit)
		row->own_basis = (uint8_t)row->limit->basis;
	never_say_more(row);
}
