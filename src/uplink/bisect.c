#include "uplink/bisect.h"

#include <stdio.h>

/* Lines first..first+n-1, and what is known of them. */
struct part {
	size_t first, n;
	bool bad;  /* the store refuses it as a whole */
	bool left; /* the part below it on the stack is its other half */
};

enum { DEPTH = 2 * 32 };

struct search {
	const struct bisect_ops *ops;
	void *ctx;
	struct answer *last;
	struct part stack[DEPTH];
	size_t depth;
	size_t suspects[MOST_REFUSED];
	size_t n_suspects, n_refused;
	bool any_taken; /* the store took some lines of this batch */
	bool has_probe;
	bool whole; /* the batch is one line: it has no siblings but the probe */
};

static bool is(const struct search *search, enum verdict_kind kind)
{
	return search->last->verdict.kind == kind;
}

static void hold(struct search *search, const char *remedy)
{
	search->last->verdict = (struct verdict){
		.kind = VERDICT_HOLD, .reason = REASON_NOT_STORE, .remedy = remedy};
}

/* Every line tried was refused.  When the store goes on taking others it is this kind of line that it minds. */
static void hold_all(struct search *search)
{
	if (search->has_probe) {
		hold(search,
			"the store refuses all of these while it takes others: look at its words");
		search->last->verdict.reason = REASON_LINES;
	} else {
		hold(search, "the store refuses every line tried, so no line is to blame: "
			     "check database, certificates and proxies");
	}
}

/* True: the store takes what it took before, so it is this batch it minds. */
static bool probe_is_taken(struct search *search, const struct answer *answer)
{
	if (answer->verdict.kind == VERDICT_SENT)
		return true;
	*search->last = *answer;
	if (!is(search, VERDICT_WAIT))
		hold(search, "the store now refuses what it took before, so no line is to blame: "
			     "check database, certificates and proxies");
	return false;
}

static bool probe(struct search *search)
{
	struct answer answer;

	return search->ops->probe(search->ctx, &answer) && probe_is_taken(search, &answer);
}

/* The line is refused with good ones before and after it.  False: stop, *last says why. */
static bool confirm(struct search *search, size_t line)
{
	struct answer answer;

	if (!probe(search))
		return false;
	search->ops->send(search->ctx, line, 1, search->last);
	if (is(search, VERDICT_SENT)) {
		search->ops->sent(search->ctx, line, 1);
		return true;
	}
	if (!is(search, VERDICT_BISECT))
		return false;
	if (search->last->verdict.reason == REASON_RETENTION) {
		search->ops->too_old(search->ctx, line, 1, search->last);
		return true;
	}
	answer = *search->last;
	if (!probe(search))
		return false;
	*search->last = answer;
	if (search->n_refused == MOST_REFUSED) {
		hold(search,
			"the store refuses many lines: look at its words before more are refused");
		search->last->verdict.reason = REASON_LINES;
		return false;
	}
	search->n_refused++;
	if (search->ops->refused(search->ctx, line, &answer))
		return true;
	hold(search, "a refused line could not be noted on the card");
	search->last->verdict.reason = REASON_SETUP;
	return false;
}

static bool confirm_suspects(struct search *search)
{
	while (search->n_suspects)
		if (!confirm(search, search->suspects[--search->n_suspects]))
			return false;
	return true;
}

static bool suspect(struct search *search, size_t line)
{
	size_t most = search->has_probe ? MOST_REFUSED : MOST_SUSPECTS;

	search->suspects[search->n_suspects++] = line;
	if (search->any_taken)
		return confirm_suspects(search);
	if (search->n_suspects < most)
		return true;
	hold_all(search);
	return false;
}

/* Sends a part of which nothing is known; false: stop. */
static bool try_part(struct search *search, struct part *part)
{
	search->ops->send(search->ctx, part->first, part->n, search->last);
	if (is(search, VERDICT_BISECT)) {
		part->bad = true;
		return true;
	}
	if (!is(search, VERDICT_SENT))
		return false;
	search->ops->sent(search->ctx, part->first, part->n);
	search->any_taken = true;
	/* The two together were refused: it is the other half. */
	if (part->left)
		search->stack[search->depth - 1].bad = true;
	return confirm_suspects(search);
}

static bool settle_bad(struct search *search, const struct part *part, bool just_said)
{
	bool too_old = just_said && search->last->verdict.reason == REASON_RETENTION;
	size_t half = part->n / 2;

	if (too_old && (search->last->dropped == part->n || part->n == 1)) {
		search->ops->too_old(search->ctx, part->first, part->n, search->last);
		return true;
	}
	/* Lines rise in time: the old ones are most likely the first. */
	if (too_old && search->last->dropped > 0 && search->last->dropped < part->n)
		half = (size_t)search->last->dropped;
	if (part->n == 1)
		return suspect(search, part->first);
	search->stack[search->depth++] = (struct part){part->first + half, part->n - half, 0, 0};
	search->stack[search->depth++] = (struct part){part->first, half, false, true};
	return true;
}

static bool search_parts(struct search *search)
{
	struct part part, *below;
	bool sent;

	while (search->depth) {
		part = search->stack[--search->depth];
		/* What is not known yet lies side by side on the stack: one request for all of it. */
		while (!part.bad && !part.left && search->depth) {
			below = &search->stack[search->depth - 1];
			if (below->bad)
				break;
			part.n += below->n;
			search->depth--;
		}
		sent = !part.bad;
		if (sent && !try_part(search, &part))
			return false;
		if (part.bad && !settle_bad(search, &part, sent))
			return false;
	}
	if (!search->n_suspects)
		return true;
	if (search->whole && search->has_probe)
		return confirm_suspects(search);
	hold_all(search);
	return false;
}

void bisect_deliver(const struct bisect_ops *ops, void *ctx, size_t n, struct answer *last)
{
	struct search search = {.ops = ops, .ctx = ctx, .last = last, .whole = n == 1};
	struct answer answer;

	ops->send(ctx, 0, n, last);
	if (is(&search, VERDICT_SENT)) {
		ops->sent(ctx, 0, n);
		return;
	}
	if (!is(&search, VERDICT_BISECT))
		return;
	/* Before anything is cut up: does the store still take what it took? */
	search.has_probe = ops->probe(ctx, &answer);
	if (search.has_probe && !probe_is_taken(&search, &answer))
		return;
	if (!settle_bad(&search, &(struct part){.first = 0, .n = n}, true) ||
		!search_parts(&search))
		return;
	last->verdict = (struct verdict){.kind = VERDICT_SENT, .remedy = ""};
}
