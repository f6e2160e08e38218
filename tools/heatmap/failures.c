#include "failures.h"

#include <stdlib.h>

/* What opens or closes, at its moment: of failures the last of its visit and class, of a meets when the visit began. */
struct event {
	int64_t at_ms;
	const struct spoken *spoken;
};

/* A run of failures at one point, of one parameter. */
struct run {
	const struct spoken *begun;
	size_t from;       /* the event that began it */
	int64_t latest_ms; /* after which no failure of it can have been */
	uint64_t sample;   /* the highest of them */
	bool open, retested, by_laboratory, timed, one_spool;
};

static bool fails(const struct event *event)
{
	return event->spoken->failed != NULL;
}

/* What closes comes before what opens at the same moment, and what is worse is the later. */
static int by_time(const void *x, const void *y)
{
	const struct event *a = x, *b = y;
	int order = (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);

	if (!order)
		order = (int)fails(a) - (int)fails(b);
	if (!order)
		order = (int)speak_weight(a->spoken->row) - (int)speak_weight(b->spoken->row);
	return order ? order : (a->spoken > b->spoken) - (a->spoken < b->spoken);
}

static bool same_spool(const struct spoken *a, const struct spoken *b)
{
	return !names_order(a->row->lab, b->row->lab) && !names_order(a->row->spool, b->row->spool);
}

static bool same_visit(const struct spoken *a, const struct spoken *b)
{
	return same_spool(a, b) && a->visit == b->visit;
}

static void fail(struct run *run, const struct event *events, size_t i)
{
	const struct spoken *spoken = events[i].spoken;
	int64_t latest_ms = speak_latest_ms(spoken->failed);

	if (!run->open)
		*run = (struct run){.open = true,
			.begun = spoken,
			.from = i,
			.timed = true,
			.one_spool = true,
			.latest_ms = latest_ms};
	run->retested |= !same_visit(run->begun, spoken);
	run->by_laboratory |= !spoken->row->screening;
	run->timed &= speak_is_timed(spoken->failed);
	run->one_spool &= same_spool(run->begun, spoken);
	run->latest_ms = latest_ms > run->latest_ms ? latest_ms : run->latest_ms;
	run->sample = spoken->failed_sample > run->sample ? spoken->failed_sample : run->sample;
}

/* Where a clock was not confirmed only the order of one spool's samples is certain, or what no error of it can turn round. */
static bool closes(const struct run *run, const struct spoken *meets)
{
	if (run->by_laboratory && meets->row->screening)
		return false;
	if (run->timed && speak_is_timed(meets->row))
		return true;
	if (run->one_spool && same_spool(run->begun, meets) && meets->visit > run->sample)
		return true;
	return speak_earliest_ms(meets->row) > run->latest_ms;
}

static bool same_point(const struct spoken *a, const struct spoken *b)
{
	return !names_order(a->row->who, b->row->who) &&
	       !names_order(a->row->parameter, b->row->parameter);
}

/* One of its visit failed, in whatever class: that visit closes nothing. */
static bool visit_fails(const struct spoken *point, size_t n, size_t i)
{
	size_t from = i, k;

	while (from && point[from - 1].visit_ms == point[i].visit_ms)
		from--;
	for (k = from; k < n && point[k].visit_ms == point[i].visit_ms; k++)
		if (point[k].failed && same_visit(&point[k], &point[i]))
			return true;
	return false;
}

static bool is_worse(const struct spoken *a, const struct spoken *b)
{
	unsigned one = speak_weight(a->row), other = speak_weight(b->row);

	return one == other ? a->row->screening < b->row->screening : one > other;
}

/* Of the visit that failed last what weighs most, of equals the laboratory's. */
static const struct spoken *shown_of(const struct event *events, size_t from, size_t n)
{
	const struct spoken *shown = NULL;
	size_t i;

	for (i = n; i-- > from;)
		if (fails(&events[i]) && (!shown || (same_visit(events[i].spoken, shown) &&
							    is_worse(events[i].spoken, shown))))
			shown = events[i].spoken;
	return shown;
}

/* Of a point and parameter; events is room for n.  False: nothing is open. */
static bool follow(
	const struct spoken *point, size_t n, struct event *events, struct failure *failure)
{
	struct run run = {.open = false};
	size_t i, n_events = 0;

	for (i = 0; i < n; i++) {
		const struct spoken *spoken = &point[i];

		if (spoken->failed)
			events[n_events++] = (struct event){spoken->failed_ms, spoken};
		else if (spoken->row->own_verdict == WATER_MEETS && !spoken->fails_only &&
			 !visit_fails(point, n, i))
			events[n_events++] = (struct event){spoken->visit_ms, spoken};
	}
	qsort(events, n_events, sizeof(*events), by_time);
	for (i = 0; i < n_events; i++)
		if (fails(&events[i]))
			fail(&run, events, i);
		else if (run.open && closes(&run, events[i].spoken))
			run.open = false;
	if (run.open)
		*failure = (struct failure){shown_of(events, run.from, n_events)->row,
			sampled_ms(run.begun->row), run.retested};
	return run.open;
}

/* What touches health comes first. */
static int by_weight(const void *x, const void *y)
{
	const struct failure *a = x, *b = y;
	bool one = a->row->own_basis != LIMIT_HEALTH, other = b->row->own_basis != LIMIT_HEALTH;
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
	struct event *events = calloc(speakers->n + 1, sizeof(*events));
	size_t i, end;

	*failures = (struct failures){.at = calloc(speakers->n + 1, sizeof(*failures->at))};
	if (!failures->at || !events) {
		free(events);
		failures_free(failures);
		return ERR_MEMORY;
	}
	for (i = 0; i < speakers->n; i = end) {
		for (end = i; end < speakers->n && same_point(&speakers->at[i], &speakers->at[end]);
			end++)
			;
		failures->n +=
			follow(&speakers->at[i], end - i, events, &failures->at[failures->n]);
	}
	free(events);
	qsort(failures->at, failures->n, sizeof(*failures->at), by_weight);
	return 0;
}

void failures_free(struct failures *failures)
{
	free(failures->at);
	*failures = (struct failures){.at = NULL};
}
