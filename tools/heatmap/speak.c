#include "speak.h"

#include <math.h>
#include <stdlib.h>

#include "base/utc.h"
#include "judge.h"
#include "spool/spool.h"

int64_t sampled_ms(const struct result_row *row)
{
	return row->at_ms - (int64_t)row->rev;
}

/* --- when it was --------------------------------------------------------------------------------------- */

bool speak_is_timed(const struct result_row *row)
{
	return (!row->clock && isnan(row->clock_error_s)) || row->clock == TIME_NTP ||
	       row->clock == TIME_GPS;
}

/* Only of a clock that ran on is known how far off it may be. */
static int64_t error_ms(const struct result_row *row)
{
	if (speak_is_timed(row))
		return 0;
	return row->clock == TIME_RTC && row->clock_error_s >= 0 && row->clock_error_s < 1e9
		       ? (int64_t)(row->clock_error_s * 1000) + 1
		       : INT64_MAX / 4;
}

int64_t speak_latest_ms(const struct result_row *row)
{
	return sampled_ms(row) + error_ms(row);
}

int64_t speak_earliest_ms(const struct result_row *row)
{
	return sampled_ms(row) - error_ms(row);
}

/* --- what it weighs ------------------------------------------------------------------------------------ */

bool speak_fails(const struct result_row *row)
{
	return row->own_verdict == WATER_POSSIBLE_FAILURE ||
	       water_fails((enum water_verdict)row->own_verdict);
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

/* The worst first; of equals the latest.  No two are the same: what speaks is no matter of the order in which a store answers. */
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
	if (!order)
		order = -compare(a->row->sample, b->row->sample);
	if (!order)
		order = names_order(a->row->method, b->row->method);
	return order ? order : -compare(a->row->replicate, b->row->replicate);
}

/* Of visits that began at one moment the worse is the later: it counts, and is shown as the last. */

static int by_time(const void *x, const void *y)
{
	const struct spoken *a = x, *b = y;
	int order = names_order(a->row->who, b->row->who);

	if (!order)
		order = names_order(a->row->parameter, b->row->parameter);
	if (!order)
		order = (a->visit_ms > b->visit_ms) - (a->visit_ms < b->visit_ms);
	if (!order)
		order = compare(speak_weight(a->row), speak_weight(b->row));
	if (!order)
		order = names_order(a->row->lab, b->row->lab);
	if (!order)
		order = names_order(a->row->spool, b->row->spool);
	if (!order)
		order = compare(a->visit, b->visit);
	return order ? order : a->row->screening - b->row->screening;
}

static bool speaks(const struct result_row *row)
{
	return judge_is_water(row) && row->purpose != PURPOSE_TRAINING &&
	       (!row->odd || speak_fails(row));
}

static bool is_known(const struct result_row *row)
{
	return term_at(TERM_PURPOSE, row->purpose - 1u) && term_is(TERM_ACTIVITY, row->activity);
}

static int by_sample(const void *x, const void *y)
{
	const struct result_row *a = x, *b = y;
	int order = names_order(a->lab, b->lab);

	if (!order)
		order = names_order(a->spool, b->spool);
	return order ? order : compare(a->sample, b->sample);
}

/* A row of the visit's first sample, or the candidate's own where that is not here. */
static const struct result_row *first_of(const struct rows *rows, const struct candidate *candidate)
{
	struct result_row wanted = *candidate->row;
	const struct result_row *found;

	wanted.sample = candidate->visit;
	found = bsearch(&wanted, rows->results, rows->n_results, sizeof(wanted), by_sample);
	return found ? found : candidate->row;
}

/* The worst of one visit and class comes first. */
static struct spoken speak(const struct rows *rows, const struct candidate *of, size_t n)
{
	const struct result_row *first = first_of(rows, of);
	struct spoken spoken = {.row = of->row, .visit = of->visit, .purpose = first->purpose};
	size_t i;

	spoken.fails_only =
		!is_known(of->row) || !is_known(first) || first->purpose == PURPOSE_TRAINING;
	for (i = 0; i < n && speak_fails(of[i].row); i++) {
		const struct result_row *row = of[i].row;

		if (sampled_ms(row) > spoken.failed_ms)
			spoken.failed_ms = sampled_ms(row);
		if (row->sample > spoken.failed_sample)
			spoken.failed_sample = row->sample;
		if (!spoken.failed || speak_latest_ms(row) > speak_latest_ms(spoken.failed))
			spoken.failed = row;
	}
	return spoken;
}

/* One of each visit and class, from candidates in order. */
static void pick(struct speakers *speakers, const struct rows *rows,
	const struct candidate *candidates, size_t n, int64_t now_ms)
{
	size_t i, k, end, next;

	for (i = 0; i < n; i = end) {
		int64_t first_ms = sampled_ms(candidates[i].row);

		for (end = i; end < n && !by_visit(&candidates[i], &candidates[end]); end++)
			if (sampled_ms(candidates[end].row) < first_ms)
				first_ms = sampled_ms(candidates[end].row);
		for (k = i; k < end; k = next) {
			struct spoken *spoken = &speakers->at[speakers->n++];

			for (next = k; next < end && candidates[next].row->screening ==
							     candidates[k].row->screening;
				next++)
				;
			*spoken = speak(rows, &candidates[k], next - k);
			spoken->visit_ms = first_ms;
			spoken->fails_only |= first_ms > now_ms + UTC_DAY_MS;
		}
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
	pick(speakers, rows, candidates, n, now_ms);
	free(candidates);
	qsort(speakers->at, speakers->n, sizeof(*speakers->at), by_time);
	return 0;
}

void speakers_free(struct speakers *speakers)
{
	free(speakers->at);
	*speakers = (struct speakers){.at = NULL};
}
