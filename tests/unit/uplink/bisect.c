/* Bisection against a modelled store: whatever it refuses and whenever it fails, no good line is
 * refused, nothing is called sent that was not taken, and one bad line is found in few requests. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "uplink/bisect.h"

enum { MOST = 6000 };
enum state { NOT_SEEN, STORED, SENT, REFUSED, TOO_OLD };

struct model {
	size_t n;
	bool poison[MOST], old[MOST];
	enum state state[MOST];
	bool all_or_nothing, has_good;
	bool good_is_refused;
	unsigned sends, probes;
	unsigned proxy_from, proxy_to; /* requests answered 400 by somebody on the way */
	unsigned cut_at;               /* this request's answer is lost; 0: none */
};

static void set(struct answer *answer, enum verdict_kind kind, enum verdict_reason reason)
{
	*answer = (struct answer){.verdict = {.kind = kind, .reason = reason, .remedy = "x"}};
}

static bool on_the_way(struct model *model, struct answer *answer)
{
	unsigned request = model->sends + model->probes;

	if (request >= model->proxy_from && request < model->proxy_to) {
		set(answer, VERDICT_BISECT, REASON_LINES);
		return true;
	}
	return false;
}

static void model_send(void *ctx, size_t first, size_t n, struct answer *answer)
{
	struct model *model = ctx;
	size_t i, bad = 0, old = 0;

	assert_true(n > 0 && first + n <= model->n);
	model->sends++;
	if (on_the_way(model, answer))
		return;
	for (i = first; i < first + n; i++) {
		bad += model->poison[i];
		old += model->old[i] && !model->poison[i];
	}
	for (i = first; i < first + n; i++)
		if (!model->poison[i] && !model->old[i] && !(model->all_or_nothing && bad + old) &&
			model->state[i] == NOT_SEEN)
			model->state[i] = STORED;
	if (model->sends + model->probes == model->cut_at) {
		set(answer, VERDICT_WAIT, REASON_NO_LINK);
	} else if (bad) {
		set(answer, VERDICT_BISECT, REASON_LINES);
	} else if (old) {
		set(answer, VERDICT_BISECT, REASON_RETENTION);
		answer->dropped = old;
	} else {
		set(answer, VERDICT_SENT, REASON_NONE);
	}
}

static bool model_probe(void *ctx, struct answer *answer)
{
	struct model *model = ctx;

	if (!model->has_good)
		return false;
	model->probes++;
	if (on_the_way(model, answer))
		return true;
	if (model->good_is_refused)
		set(answer, VERDICT_HOLD, REASON_TOKEN);
	else
		set(answer, VERDICT_SENT, REASON_NONE);
	return true;
}

static void model_sent(void *ctx, size_t first, size_t n)
{
	struct model *model = ctx;
	size_t i;

	for (i = first; i < first + n; i++) {
		assert_int_equal(model->state[i], STORED);
		model->state[i] = SENT;
	}
	model->has_good = true;
}

static bool model_refused(void *ctx, size_t line, const struct answer *answer)
{
	struct model *model = ctx;

	(void)answer;
	assert_true(model->poison[line]);
	model->state[line] = REFUSED;
	return true;
}

static void model_too_old(void *ctx, size_t first, size_t n, const struct answer *answer)
{
	struct model *model = ctx;
	size_t i;

	(void)answer;
	for (i = first; i < first + n; i++) {
		assert_true(model->old[i]);
		model->state[i] = TOO_OLD;
	}
}

static const struct bisect_ops ops = {
	model_send, model_probe, model_sent, model_refused, model_too_old};

static struct model *fresh(size_t n)
{
	static struct model model;

	memset(&model, 0, sizeof(model));
	model.n = n;
	return &model;
}

static size_t count(const struct model *model, enum state state)
{
	size_t i, found = 0;

	for (i = 0; i < model->n; i++)
		found += model->state[i] == state;
	return found;
}

static void test_one_bad_line_anywhere(void **state)
{
	static const size_t sizes[] = {2, 3, 4, 7, 64, 1000, 5000};
	struct answer last;
	struct model *model;
	size_t s, bad, step;
	unsigned worst;
	int kind;

	(void)state;
	for (kind = 0; kind < 4; kind++) {
		for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			worst = 0;
			step = sizes[s] > 100 ? 97 : 1;
			for (bad = 0; bad < sizes[s]; bad += step) {
				model = fresh(sizes[s]);
				model->poison[bad] = true;
				model->all_or_nothing = kind & 1;
				model->has_good = kind & 2;
				bisect_deliver(&ops, model, sizes[s], &last);
				assert_int_equal(last.verdict.kind, VERDICT_SENT);
				assert_int_equal(count(model, REFUSED), 1);
				assert_int_equal(count(model, SENT), sizes[s] - 1);
				if (model->sends > worst)
					worst = model->sends;
				assert_true(model->probes <= 3);
			}
			/* One of the sends is the line's own last try, between the probes. */
			assert_true(worst - 1 <= (unsigned)(2 * ceil(log2((double)sizes[s]))) + 1);
		}
	}
}

/* --- how few requests ------------------------------------------------------------------------------ */

/* One bad line and nothing else, so that each request costs a comparison: for sweeps. */
struct lone {
	size_t n, bad, sent;
	unsigned sends, probes, refused;
	bool has_good;
};

static void lone_send(void *ctx, size_t first, size_t n, struct answer *answer)
{
	struct lone *lone = ctx;

	lone->sends++;
	if (lone->bad >= first && lone->bad < first + n)
		set(answer, VERDICT_BISECT, REASON_LINES);
	else
		set(answer, VERDICT_SENT, REASON_NONE);
}

static bool lone_probe(void *ctx, struct answer *answer)
{
	struct lone *lone = ctx;

	lone->probes += lone->has_good;
	set(answer, VERDICT_SENT, REASON_NONE);
	return lone->has_good;
}

static void lone_sent(void *ctx, size_t first, size_t n)
{
	struct lone *lone = ctx;

	assert_true(lone->bad < first || lone->bad >= first + n);
	lone->sent += n;
	lone->has_good = true;
}

static bool lone_refused(void *ctx, size_t line, const struct answer *answer)
{
	struct lone *lone = ctx;

	(void)answer;
	assert_int_equal(line, lone->bad);
	lone->refused++;
	return true;
}

static void lone_too_old(void *ctx, size_t first, size_t n, const struct answer *answer)
{
	(void)ctx, (void)first, (void)n, (void)answer;
	fail();
}

static const struct bisect_ops lone_ops = {
	lone_send, lone_probe, lone_sent, lone_refused, lone_too_old};

/* Whether a line known to be good is there before or comes with the first part that is taken. */
static void find_lone(size_t n, size_t bad)
{
	const unsigned most = (unsigned)floor(2 * log2((double)n) + 1);
	struct answer last;
	int good;

	for (good = 0; good < 2; good++) {
		struct lone lone = {.n = n, .bad = bad, .has_good = good};

		bisect_deliver(&lone_ops, &lone, n, &last);
		assert_int_equal(last.verdict.kind, VERDICT_SENT);
		assert_int_equal(lone.refused, 1);
		assert_int_equal(lone.sent, n - 1);
		assert_true(lone.probes <= 3);
		/* One of the sends is the line's own last try, between the probes. */
		if (lone.sends - 1 > most)
			fail_msg("line %zu of %zu took %u requests, not %u", bad, n, lone.sends - 1,
				most);
	}
}

/* EVERY=1: at each place of each size, 10^8 searches. */
static void test_a_bad_line_is_found_in_few_requests(void **state)
{
	const char *seed = getenv("SEED");
	unsigned s = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
	size_t n, bad;
	int k;

	(void)state;
	printf("SEED=%u\n", s);
	srand(s);
	for (n = 2; n <= 10000; n++) {
		if (n <= 300 || getenv("EVERY")) {
			for (bad = 0; bad < n; bad++)
				find_lone(n, bad);
			continue;
		}
		find_lone(n, 0);
		find_lone(n, n / 2);
		find_lone(n, n - 1);
		for (k = 0; k < 8; k++)
			find_lone(n, (size_t)rand() % n);
	}
}

static void test_proxy_refuses_everything(void **state)
{
	struct model *model;
	struct answer last;
	int good;

	(void)state;
	for (good = 0; good < 2; good++) {
		model = fresh(5000);
		model->has_good = good;
		model->proxy_to = UINT32_MAX;
		bisect_deliver(&ops, model, 5000, &last);
		assert_int_equal(last.verdict.kind, VERDICT_HOLD);
		assert_int_equal(count(model, NOT_SEEN), 5000);
		/* With a line known to be good it is known at once. */
		assert_true(model->sends + model->probes <= (good ? 2 : 45));
	}
	model = fresh(1);
	model->proxy_to = UINT32_MAX;
	bisect_deliver(&ops, model, 1, &last);
	assert_int_equal(last.verdict.kind, VERDICT_HOLD);
	assert_int_equal(model->sends, 1);
}

static void test_single_line(void **state)
{
	struct model *model = fresh(1);
	struct answer last;

	(void)state;
	model->poison[0] = true;
	bisect_deliver(&ops, model, 1, &last);
	assert_int_equal(last.verdict.kind, VERDICT_HOLD); /* nothing to compare with */
	model = fresh(1);
	model->poison[0] = model->has_good = true;
	bisect_deliver(&ops, model, 1, &last);
	assert_int_equal(model->state[0], REFUSED);
	model = fresh(1);
	model->poison[0] = model->has_good = model->good_is_refused = true;
	bisect_deliver(&ops, model, 1, &last);
	assert_int_equal(last.verdict.kind, VERDICT_HOLD);
	assert_int_equal(model->state[0], NOT_SEEN);
}

static void test_many_bad_lines_are_held(void **state)
{
	struct model *model = fresh(100);
	struct answer last;
	size_t i;

	(void)state;
	for (i = 0; i < 100; i += 2)
		model->poison[i] = true;
	bisect_deliver(&ops, model, 100, &last);
	assert_int_equal(last.verdict.kind, VERDICT_HOLD);
	assert_int_equal(last.verdict.reason, REASON_LINES);
	assert_int_equal(count(model, REFUSED), MOST_REFUSED);
	/* All bad, though the store takes a known good line: no sibling vouches, nothing is refused. */
	model = fresh(100);
	memset(model->poison, 1, 100);
	model->has_good = true;
	bisect_deliver(&ops, model, 100, &last);
	assert_int_equal(last.verdict.kind, VERDICT_HOLD);
	assert_int_equal(count(model, REFUSED), 0);
}

static void test_retention(void **state)
{
	struct model *model = fresh(1000);
	struct answer last;
	size_t i;

	(void)state;
	for (i = 0; i < 333; i++)
		model->old[i] = true;
	bisect_deliver(&ops, model, 1000, &last);
	assert_int_equal(last.verdict.kind, VERDICT_SENT);
	assert_int_equal(count(model, TOO_OLD), 333);
	assert_int_equal(count(model, SENT), 667);
	assert_int_equal(model->sends, 3);
	model = fresh(1000);
	memset(model->old, 1, 1000);
	bisect_deliver(&ops, model, 1000, &last);
	assert_int_equal(count(model, TOO_OLD), 1000);
	assert_int_equal(model->sends, 1);
}

static void test_whatever_happens(void **state)
{
	const char *seed = getenv("SEED");
	unsigned s = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
	struct answer last;
	int round;

	(void)state;
	printf("SEED=%u\n", s);
	srand(s);
	for (round = 0; round < 20000; round++) {
		struct model *model = fresh(1 + (size_t)(rand() % 200));
		size_t i, bad = 0;
		int one_in = 1 + rand() % 40;

		for (i = 0; i < model->n; i++) {
			model->poison[i] = rand() % one_in == 0;
			model->old[i] = !model->poison[i] && i < model->n / 4 && rand() % 5 == 0;
			bad += model->poison[i];
		}
		model->all_or_nothing = rand() % 2;
		model->has_good = rand() % 2;
		if (rand() % 3 == 0) {
			model->proxy_from = (unsigned)(rand() % 12);
			model->proxy_to = UINT32_MAX;
		}
		if (rand() % 3 == 0)
			model->cut_at = 1 + (unsigned)(rand() % 20);
		bisect_deliver(&ops, model, model->n, &last);
		/* The callbacks hold the invariants; and a clean end leaves nothing open. */
		if (last.verdict.kind == VERDICT_SENT) {
			assert_int_equal(count(model, NOT_SEEN) + count(model, STORED), 0);
			assert_int_equal(count(model, REFUSED), bad);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_bad_line_anywhere),
		cmocka_unit_test(test_a_bad_line_is_found_in_few_requests),
		cmocka_unit_test(test_proxy_refuses_everything),
		cmocka_unit_test(test_single_line),
		cmocka_unit_test(test_many_bad_lines_are_held),
		cmocka_unit_test(test_retention),
		cmocka_unit_test(test_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
