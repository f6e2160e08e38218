/* What refusals teach: on random maps with random holes, every register that answers is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "bus/blocks.h"
#include "maps.h"

static uint64_t rng_state;

static unsigned rng(unsigned below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (unsigned)(rng_state >> 20) % below;
}

static bool hole[5][1024];

static bool answers(const struct plan_request *r)
{
	unsigned a;

	for (a = r->start; a < (unsigned)r->start + r->count; a++)
		if (hole[r->function][a])
			return false;
	return true;
}

/* One turn against the device with holes; which items were read, how many questions it took. */
static unsigned turn(struct blocks *blocks, int64_t now_ms, bool *read)
{
	const struct plan_request *r;
	unsigned asked = 0, i;

	blocks_begin(blocks, now_ms);
	while ((r = blocks_now(blocks))) {
		assert_true(asked++ < 4 * MOST_ITEMS);
		if (!answers(r)) {
			blocks_exception(blocks, now_ms);
			continue;
		}
		for (i = 0; i < blocks->plan.n_items; i++)
			if (blocks_has(blocks, r, i))
				read[i] = true;
		blocks_good(blocks);
	}
	return asked;
}

static void all_that_answers_is_read(void **state)
{
	uint64_t from = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : (uint64_t)time(NULL);
	struct port_conf port = {.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	static struct blocks blocks;
	unsigned round, i, k, refused = 0, turns;
	char words[200];

	(void)state;
	printf("SEED=%llu\n", (unsigned long long)from);
	rng_state = from * 2654435761u + 88172645463325252u;
	for (round = 0; round < 3000; round++) {
		struct text why = text_over(words, sizeof(words));
		struct profile profile;
		struct plan_cost cost;
		unsigned before = 0, asked = 0;

		map_random(&profile, rng, 1 + rng(30), 20 + rng(200));
		cost = plan_cost_of(&port, &profile);
		if (blocks_init(&blocks, &profile, &cost, &why))
			continue;
		memset(hole, 0, sizeof(hole));
		for (i = rng(6); i > 0; i--)
			hole[rng(4) ? 3 : 1 + rng(4)][rng(220)] = true;
		for (turns = 0; turns < 40; turns++) {
			bool read[MOST_ITEMS] = {false};

			before = asked;
			asked = turn(&blocks, 1000 * turns, read);
			for (i = 0; i < blocks.plan.n_items; i++) {
				struct plan_request alone;
				bool can = plan_hull(&blocks.plan, &profile, NULL, i, i, &alone) &&
					   answers(&alone);

				if (can && !profile.even_start)
					assert_true(read[i] && !blocks.learned.refused[i]);
				if (read[i] == blocks.learned.refused[i])
					assert_true(profile.even_start);
			}
		}
		/* it has settled: nothing is split any more but by a refusal asked again */
		assert_true(asked <= before + 2 * MOST_ITEMS);
		for (i = 0, k = 0; i < blocks.plan.n_items; i++)
			k += blocks.learned.refused[i];
		refused += k;
		/* mended: all is read again, in the first plan's requests, after 10 minutes and a turn */
		memset(hole, 0, sizeof(hole));
		for (turns = 0; turns < 3; turns++) {
			bool read[MOST_ITEMS] = {false};

			turn(&blocks, 10000000 + turns, read);
			for (i = 0; turns && i < blocks.plan.n_items; i++)
				assert_true(read[i]);
		}
		blocks_forget(&blocks);
		assert_false(blocks.learned.plain);
	}
	assert_true(refused > 200);
}

/* A device steady in its refusals is not asked again and again: one question more now and then. */
static void refusals_are_asked_now_and_then(void **state)
{
	struct port_conf port = {.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	static struct blocks blocks;
	struct profile profile = {0};
	struct plan_cost cost;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	bool read[MOST_ITEMS];
	unsigned s, asked = 0;
	uint16_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		map_add(&profile, 3, i, TYPE_U16);
	cost = plan_cost_of(&port, &profile);
	assert_int_equal(blocks_init(&blocks, &profile, &cost, &why), 0);
	memset(hole, 0, sizeof(hole));
	hole[3][9] = true;
	assert_in_range(turn(&blocks, 0, read), 7, 11); /* found by halving */
	for (s = 1; s <= 3600; s++)
		asked += turn(&blocks, s * 1000, read);
	/* 2 a turn, and asked again after 30 s, 1, 2, 4, 8, 10, 10 ... minutes */
	assert_in_range(asked, 2 * 3600 + 6, 2 * 3600 + 12);
}

static void a_probe_differs_from_what_is_owed(void **state)
{
	struct port_conf port = {.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	const struct question one[] = {{3, 2}}, both[] = {{3, 2}, {3, 8}};
	const struct question all[] = {
		{3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 5}, {3, 6}, {3, 7}, {3, 8}};
	static struct blocks blocks;
	struct profile profile = {0};
	struct plan_request probe;
	struct plan_cost cost;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	uint16_t i;

	(void)state;
	map_add(&profile, 3, 100, TYPE_F32);
	for (i = 0; i < 4; i++)
		map_add(&profile, 3, (uint16_t)(2 * i), TYPE_F32);
	cost = plan_cost_of(&port, &profile);
	assert_int_equal(blocks_init(&blocks, &profile, &cost, &why), 0);
	assert_true(blocks_probe(&blocks, NULL, 0, &probe));
	assert_int_equal(probe.count, 2);
	assert_true(blocks_probe(&blocks, one, 1, &probe));
	assert_int_equal(probe.count, 8);
	assert_true(blocks_probe(&blocks, both, 2, &probe));
	assert_int_equal(probe.count, 1);
	assert_false(blocks_probe(&blocks, all, 8, &probe));
	assert_int_equal(probe.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_answers_is_read),
		cmocka_unit_test(refusals_are_asked_now_and_then),
		cmocka_unit_test(a_probe_differs_from_what_is_owed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
