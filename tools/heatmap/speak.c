#include "speak.h"

#include <stdlib.h>

#include "base/utc.h"
#include "judge.h"

int64_t sampled_ms(const struct result_row *row)
{
	return row->at_ms - (int64_t)row->rev;
}

unsigned speak_weight(const struct result_row *row)
{
	switch (row->own_verdict) {
	case WATER_FAILS_DETECTED:
		return 6;
	case WATER_FAILS_ABOVE:
	case WATER_FAILS_BELOW:
		return 5;
	case WATER_POSSIBLE_FAILURE:
		return 4;
	case WATER_MEETS:
		return 3;
	case WATER_CANNOT_JUDGE:
		return 2;
	default:
		return 1;
	}
}

/* A candidate: a result of the point's water, and the visit it belongs to. */
struct candidate {
	const struct result_row *row;
	uint64_t visit; /* the sample, of a replicate the one beside which it was taken */
};

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_visit(const struct candidate *a, const struct candidate *b)
{
	int order = names_order(a->row->who, b->row->who);

	if (!order)
		order = names_order(a->row->parameter, b->row->parameter);
	if (!order)
		order = names_order(a->row->lab, b->row->lab);
	if (!order)
		order = names_order(a->row->spool, b->row->spool);
	return order ? order : compare(a->visit, b->visit);
}

/* The worst first; of equals the latest. */
static int by_weight(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	int order = by_visit(a, b);

	if (!order)
		order = a->row->screening - b->row->screening;
	if (!order)
		order = -compare(speak_weight(a->row), speak_weight(b->row));
	if (!order)
		order = (sampled_ms(a->row) < sampled_ms(b->row)) -
			(sampled_ms(a->row) > sampled_ms(b->row));
	return order ? order : names_order(a->row->method, b->row->method);
}

static int by_time(const void *x, const void *y)
{
	const struct spoken *a = x, *b = y;
	int order = names_order(a->row->who, b->row->who);

	if (!order)
		order = names_order(a->row->parameter, b->row->parameter);
	if (!order)
		order = (a->visit_ms > b->visit_ms) - (a->visit_ms < b->visit_ms);
	if (!order)
		order = compare(a->row->sample, b->row->sample);
	return order ? order : a->row->screening - b->row->screening;
}

static bool speaks(const struct result_row *row)
{
	return judge_is_water(row) && row->purpose != PURPOSE_TRAINING;
}

static bool is_known(const struct result_row *row)
{
	return term_at(TERM_PURPOSE, row->purpose - 1u) && term_is(TERM_ACTIVITY, row->activity);
}

/* One of each visit and class, from candidates in order. */
static void pick(
	struct speakers *speakers, const struct candidate *candidates, size_t n, int64_t now_ms)
{
	size_t i, k, end;

	for (i = 0; i < n; i = end) {
		int64_t first_ms = sampled_ms(candidates[i].row);

		for (end = i; end < n && !by_visit(&candidates[i], &candidates[end]); end++)
			if (sampled_ms(candidates[end].row) < first_ms)
				first_ms = sampled_ms(candidates[end].row);
		for (k = i; k < end; k++)
			if (k == i ||
				candidates[k].row->screening != candidates[k - 1].row->screening)
				speakers->at[speakers->n++] =
					(struct spoken){.row = candidates[k].row,
						.visit_ms = first_ms,
						.fails_only = first_ms > now_ms + UTC_DAY_MS ||
							      !is_known(candidates[k].row)};
	}
}

int speakers_find(struct speakers *speakers, const struct rows *rows, int64_t now_ms)
{
	struct candidate *candidates = calloc(rows->n_results + 1, sizeof(*candidates));
	size_t i, n = 0;

	*speakers = (struct speakers){.at = calloc(rows->n_results + 1, sizeof(*speakers->at))};
	if (!candidates || !speakers->at) {
		free(candidates);
		speakers_free(speakers);
		return ERR_MEMORY;
	}
	for (i = 0; i < rows->n_results; i++) {
		const struct result_row *row = &rows->results[i];

		if (speaks(row))
			candidates[n++] = (struct candidate){
				row, row->parent && term_number(TERM_ACTIVITY, row->activity) == 2
					     ? row->parent
					     : row->sample};
	}
	qsort(candidates, n, sizeof(*candidates), by_weight);
	pick(speakers, candidates, n, now_ms);
	free(candidates);
	qsort(speakers->at, speakers->n, sizeof(*speakers->at), by_time);
	return 0;
}

void speakers_free(struct speakers *speakers)
{
	free(speakers->at);
	*speakers = (struct speakers){.at = NULL};
}
