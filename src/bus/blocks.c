#include "bus/blocks.h"

#include <string.h>

/* Items left are asked one by one where no plan can be made: an odd register, say, that can only be
 * read together with one that refuses. */
static void plan_singly(struct blocks *blocks)
{
	struct plan *plan = &blocks->plan;
	unsigned i;

	plan->n_requests = 0;
	for (i = 0; i < plan->n_items; i++)
		if (!blocks->learned.refused[i] && plan_hull(plan, blocks->profile, NULL, i, i,
							   &plan->requests[plan->n_requests]))
			plan->n_requests++;
}

static void plan_again(struct blocks *blocks)
{
	char words[160];
	struct text why = text_over(words, sizeof(words));

	blocks->stale = false;
	if (plan_make(&blocks->plan, blocks->profile, &blocks->cost, &blocks->learned, &why))
		plan_singly(blocks);
}

int blocks_init(struct blocks *blocks, const struct profile *profile, const struct plan_cost *cost,
	struct text *why)
{
	memset(blocks, 0, sizeof(*blocks));
	blocks->profile = profile;
	blocks->cost = *cost;
	return plan_make(&blocks->plan, profile, cost, NULL, why);
}

void blocks_forget(struct blocks *blocks)
{
	memset(&blocks->learned, 0, sizeof(blocks->learned));
	memset(blocks->pause_ms, 0, sizeof(blocks->pause_ms));
	blocks->n = blocks->at = blocks->n_failed = 0;
	plan_again(blocks);
}

/*
 * A request failed though no item in it did, and no smaller request in it did: what lies between its
 * halves is what the device does not answer.
 */
static void learn_cuts(struct blocks *blocks)
{
	unsigned i, k;

	for (i = 0; i < blocks->n_failed; i++) {
		unsigned first = blocks->failed[i].first, last = blocks->failed[i].last;
		bool inner = false;

		for (k = first; k <= last; k++)
			inner |= blocks->learned.refused[k];
		for (k = 0; k < blocks->n_failed; k++)
			inner |= k != i && blocks->failed[k].first >= first &&
				 blocks->failed[k].last <= last;
		if (!inner)
			blocks->learned.cut[blocks->failed[i].middle] = true;
	}
}

void blocks_begin(struct blocks *blocks, int64_t now_ms)
{
	unsigned i;

	/* Cuts are learned only from turns that came to their end. */
	if (blocks->n_failed && blocks->at >= blocks->n) {
		learn_cuts(blocks);
		blocks->stale = true;
	}
	if (blocks->stale)
		plan_again(blocks);
	blocks->n_failed = 0;
	blocks->at = 0;
	blocks->n = blocks->plan.n_requests;
	memcpy(blocks->queue, blocks->plan.requests, blocks->n * sizeof(*blocks->queue));
	for (i = 0; i < blocks->plan.n_items; i++)
		if (blocks->learned.refused[i] && now_ms >= blocks->again_ms[i] &&
			plan_hull(&blocks->plan, blocks->profile, NULL, i, i,
				&blocks->queue[blocks->n]))
			blocks->n++;
}

const struct plan_request *blocks_now(const struct blocks *blocks)
{
	return blocks->at < blocks->n ? &blocks->queue[blocks->at] : NULL;
}

bool blocks_has(const struct blocks *blocks, const struct plan_request *r, unsigned item)
{
	if (item < r->first || item > r->last)
		return false;
	return !blocks->learned.refused[item] || r->first == r->last;
}

bool blocks_good(struct blocks *blocks)
{
	const struct plan_request *r = &blocks->queue[blocks->at++];
	bool back = r->first == r->last && blocks->learned.refused[r->first];

	if (back) {
		blocks->learned.refused[r->first] = false;
		blocks->pause_ms[r->first] = 0;
		blocks->stale = true;
	}
	return back;
}

void blocks_skip(struct blocks *blocks)
{
	blocks->at++;
	/* Without its answer this turn proves nothing about gaps. */
	blocks->n_failed = 0;
}

static void refuse(struct blocks *blocks, unsigned item, int64_t now_ms)
{
	int64_t pause_ms = 2 * blocks->pause_ms[item];

	if (pause_ms < REFUSED_FIRST_MS)
		pause_ms = REFUSED_FIRST_MS;
	if (pause_ms > REFUSED_LONGEST_MS)
		pause_ms = REFUSED_LONGEST_MS;
	blocks->pause_ms[item] = pause_ms;
	blocks->again_ms[item] = now_ms + pause_ms;
	blocks->learned.refused[item] = true;
	blocks->stale = true;
}

/* Puts the shortest request for items[0..n) in front of what is still to be asked. */
static void push(struct blocks *blocks, const unsigned *items, unsigned n, int64_t now_ms)
{
	struct plan_request request;
	unsigned i;

	if (blocks->n >= MOST_QUEUE || !plan_hull(&blocks->plan, blocks->profile, NULL, items[0],
					       items[n - 1], &request)) {
		/* These cannot be asked without those before them. */
		for (i = 0; i < n; i++)
			refuse(blocks, items[i], now_ms);
		return;
	}
	if (blocks->at > 0) {
		blocks->at--;
	} else {
		memmove(blocks->queue + 1, blocks->queue, blocks->n * sizeof(*blocks->queue));
		blocks->n++;
	}
	blocks->queue[blocks->at] = request;
}

enum block_verdict blocks_exception(struct blocks *blocks, int64_t now_ms)
{
	struct plan_request r = blocks->queue[blocks->at++];
	unsigned items[MOST_ITEMS], n = 0, i;
	bool known = r.first == r.last && blocks->learned.refused[r.first];

	for (i = r.first; i <= r.last; i++)
		if (blocks_has(blocks, &r, i))
			items[n++] = i;
	if (r.padded) {
		blocks->learned.plain = true;
		blocks->stale = true;
		push(blocks, items, n, now_ms);
		return BLOCK_SPLIT;
	}
	if (n == 1) {
		refuse(blocks, items[0], now_ms);
		return known ? BLOCK_STILL : BLOCK_REFUSED;
	}
	if (blocks->n_failed < MOST_QUEUE) {
		blocks->failed[blocks->n_failed].first = (uint16_t)items[0];
		blocks->failed[blocks->n_failed].middle = (uint16_t)items[n / 2];
		blocks->failed[blocks->n_failed].last = (uint16_t)items[n - 1];
		blocks->n_failed++;
	}
	push(blocks, items + n / 2, n - n / 2, now_ms);
	push(blocks, items, n / 2, now_ms);
	return BLOCK_SPLIT;
}

static bool is_open(const struct question *open, unsigned n, uint8_t function, unsigned count)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (open[i].function == function && open[i].count == count)
			return true;
	return false;
}

bool blocks_probe(const struct blocks *blocks, const struct question *open, unsigned n,
	struct plan_request *out)
{
	const struct plan *plan = &blocks->plan;
	unsigned i, count, best = UINT16_MAX;
	bool found = false;

	for (i = 0; i < plan->n_requests; i++)
		if (plan->requests[i].count < best) {
			best = plan->requests[i].count;
			*out = plan->requests[i];
		}
	for (i = 0, best = UINT16_MAX; i < plan->n_requests; i++) {
		const struct plan_request *r = &plan->requests[i];

		if (r->count < best && !is_open(open, n, r->function, r->count)) {
			best = r->count;
			*out = *r;
			found = true;
		}
	}
	for (i = 0; !found && i < plan->n_requests; i++)
		for (count = 1; !found && count < plan->requests[i].count; count++)
			if (!is_open(open, n, plan->requests[i].function, count)) {
				*out = plan->requests[i];
				out->count = (uint16_t)count;
				found = true;
			}
	return found;
}
