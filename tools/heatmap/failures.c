#include "failures.h"

#include <stdlib.h>

static bool is_failure(const struct result_row *row)
{
	return row->own_verdict == WATER_POSSIBLE_FAILURE ||
	       water_fails((enum water_verdict)row->own_verdict);
}

/* A run of failures at one point, of one parameter. */
struct run {
	const struct result_row *newest;
	int64_t since_ms, visit_ms;
	bool open, retested, by_laboratory;
};

static void fail(struct run *run, const struct spoken *spoken)
{
	bool same_visit = run->open && run->visit_ms == spoken->visit_ms;

	if (!run->open)
		*run = (struct run){.open = true, .since_ms = sampled_ms(spoken->row)};
	else if (!same_visit)
		run->retested = true;
	/* Of one visit what weighs more, of equals the laboratory's, which comes first. */
	if (!same_visit || speak_weight(spoken->row) > speak_weight(run->newest))
		run->newest = spoken->row;
	run->visit_ms = spoken->visit_ms;
	run->by_laboratory |= !spoken->row->screening;
}

/* The results of one visit: a failure in any class counts before what meets. */
static void take_visit(struct run *run, const struct spoken *spoken, size_t n)
{
	bool failed = false;
	size_t i;

	for (i = 0; i < n; i++)
		if (is_failure(spoken[i].row)) {
			failed = true;
			fail(run, &spoken[i]);
		}
	for (i = 0; i < n && !failed && run->open; i++)
		if (spoken[i].row->own_verdict == WATER_MEETS && !spoken[i].fails_only &&
			(!run->by_laboratory || !spoken[i].row->screening))
			run->open = false;
}

static bool same_point(const struct spoken *a, const struct spoken *b)
{
	return !names_order(a->row->who, b->row->who) &&
	       !names_order(a->row->parameter, b->row->parameter);
}

static bool same_visit(const struct spoken *a, const struct spoken *b)
{
	return a->visit_ms == b->visit_ms && same_point(a, b);
}

/* What touches health comes first; a van's basis stands in where no row here decided. */
static unsigned basis_of(const struct result_row *row)
{
	unsigned basis = row->limit ? (unsigned)row->limit->basis : row->basis;

	return basis ? basis : (unsigned)LIMIT_ACCEPTABILITY + 1;
}

static int by_weight(const void *x, const void *y)
{
	const struct failure *a = x, *b = y;
	bool one = basis_of(a->row) != LIMIT_HEALTH, other = basis_of(b->row) != LIMIT_HEALTH;
	int order = (int)one - (int)other;

	if (!order)
		order = (sampled_ms(a->row) < sampled_ms(b->row)) -
			(sampled_ms(a->row) > sampled_ms(b->row));
	if (!order)
		order = names_order(a->row->who, b->row->who);
	return order ? order : names_order(a->row->parameter, b->row->parameter);
}

int failures_find(struct failures *failures, const struct speakers *speakers)
{
	size_t i, end, next;

	*failures = (struct failures){.at = calloc(speakers->n + 1, sizeof(*failures->at))};
	if (!failures->at)
		return ERR_MEMORY;
	for (i = 0; i < speakers->n; i = end) {
		struct run run = {.open = false};

		for (end = i; end < speakers->n && same_point(&speakers->at[i], &speakers->at[end]);
			end = next) {
			for (next = end; next < speakers->n &&
					 same_visit(&speakers->at[end], &speakers->at[next]);
				next++)
				;
			take_visit(&run, &speakers->at[end], next - end);
		}
		if (run.open)
			failures->at[failures->n++] =
				(struct failure){run.newest, run.since_ms, run.retested};
	}
	qsort(failures->at, failures->n, sizeof(*failures->at), by_weight);
	return 0;
}

void failures_free(struct failures *failures)
{
	free(failures->at);
	*failures = (struct failures){.at = NULL};
}
