#include "beside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "sample/beside_say.h"
#include "sample/result.h"
#include "speak.h"

struct member {
	struct result_row *row;
	uint64_t root;
	bool fails; /* by itself, whatever is beside it */
};

static int by_root(const struct member *a, const struct member *b)
{
	int order = names_order(a->row->lab, b->row->lab);

	if (!order)
		order = names_order(a->row->spool, b->row->spool);
	return order ? order : (a->root > b->root) - (a->root < b->root);
}

/* Within a family as the rows are: of two failing replicates the first says which failure it would be. */
static int by_root_of(const void *x, const void *y)
{
	const struct member *a = x, *b = y;
	int order = by_root(a, b);

	return order ? order : (a->row > b->row) - (a->row < b->row);
}

static bool same_test(const struct result_row *a, const struct result_row *b)
{
	return !names_order(a->parameter, b->parameter) && !names_order(a->method, b->method);
}

/* --- a blank, a spike, a reference ---------------------------------------------------------------------- */

/* By the blank's own detection limit: the water's, as it travels, is that of water that may have been diluted. */
static bool is_found(const struct result_row *blank, const struct result_row *water)
{
	double least = blank->mdl > 0 ? blank->mdl : 0;

	if (beside_is_in_pure_water(blank->parameter) || blank->censor == AMOUNT_BELOW ||
		blank->censor == AMOUNT_NOT_DETECTED)
		return false;
	if (blank->censor != AMOUNT_EXACT)
		return blank->censor != AMOUNT_NONE;
	return blank->value > least && !(same_test(blank, water) && water->censor == AMOUNT_EXACT &&
					       water->value > BESIDE_FAINT_BY * blank->value);
}

/* Of the parent's; not found there counts as none.  NAN: it is no one number. */
static double base_of(const struct result_row *water)
{
	if (water->censor == AMOUNT_NOT_DETECTED || water->censor == AMOUNT_BELOW)
		return 0;
	return water->censor == AMOUNT_EXACT ? water->value : (double)NAN;
}

/* What was found of what is known to be there is as much as it should be.  False too where nobody can say. */
static bool came_back(const struct result_row *qc, double base)
{
	double apart = beside_scale(qc->parameter);
	double share = 100 * (qc->value - base) / qc->known;

	if (qc->censor != AMOUNT_EXACT)
		return false;
	if (apart > 0)
		return base == 0 && fabs(qc->value - qc->known) <= apart;
	if (!(qc->known > 0))
		return false;
	if (result_is_counted(qc->parameter))
		return fabs(log10(qc->value / (base + qc->known))) <= BESIDE_APART_LOG;
	return share >= BESIDE_RECOVERY_LOW && share <= BESIDE_RECOVERY_HIGH;
}

/* --- what becomes of a verdict -------------------------------------------------------------------------- */

static void doubt(struct result_row *row, enum water_reason why)
{
	row->own_verdict = row->own_as_if = WATER_CANNOT_JUDGE;
	row->own_reason = (uint8_t)why;
}

static void weigh(struct result_row *row, const struct member *other)
{
	const struct result_row *beside = other->row;
	unsigned activity = term_number(TERM_ACTIVITY, beside->activity);
	bool meets = row->own_verdict == WATER_MEETS;

	if (judge_is_water(beside)) {
		if (!other->fails || (!meets && row->own_verdict != WATER_CANNOT_JUDGE))
			return;
		row->own_verdict = WATER_POSSIBLE_FAILURE;
		row->own_as_if = beside->own_as_if;
		row->own_reason = WHY_REPLICATE;
		if (!row->own_basis)
			row->own_basis = beside->own_basis;
	} else if (meets && activity == 3) {
		if (row->limit && isfinite(row->limit->low) && is_found(beside, row))
			doubt(row, WHY_BLANK);
	} else if (meets && same_test(row, beside)) {
		if (!came_back(beside, activity == 4 ? base_of(row) : 0))
			doubt(row, activity == 4 ? WHY_SPIKE : WHY_REFERENCE);
	}
}

static bool is_practice(const struct result_row *row)
{
	return row->purpose == PURPOSE_TRAINING;
}

static void weigh_family(const struct member *family, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < n && judge_is_water(family[i].row); k++)
			if (family[k].row->sample != family[i].row->sample &&
				is_practice(family[k].row) == is_practice(family[i].row) &&
				amount_same_property(
					family[k].row->parameter, family[i].row->parameter))
				weigh(family[i].row, &family[k]);
}

int beside_weigh(struct rows *rows)
{
	struct member *all = calloc(rows->n_results + 1, sizeof(*all));
	size_t i, end, n = 0;
	bool others;

	if (!all)
		return ERR_MEMORY;
	for (i = 0; i < rows->n_results; i++) {
		struct result_row *row = &rows->results[i];

		all[n++] = (struct member){
			row, row->parent ? row->parent : row->sample, speak_fails(row)};
	}
	qsort(all, n, sizeof(*all), by_root_of);
	for (i = 0; i < n; i = end) {
		others = false;
		for (end = i; end < n && !by_root(&all[i], &all[end]); end++)
			others |= all[end].row->parent != 0;
		if (others)
			weigh_family(all + i, end - i);
	}
	free(all);
	return 0;
}
