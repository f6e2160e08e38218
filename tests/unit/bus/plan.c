/* The planner against brute force, against the device's limits, and on maps of real analyzers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bus/plan.h"
#include "maps.h"

static char words[300];

static struct plan_cost rtu_cost(unsigned baud, bool vary)
{
	struct port_conf port = {.kind = PORT_RTU, .baud = baud, .parity = 'N', .stop_bits = 1};
	struct profile profile = {0};
	struct plan_cost cost = plan_cost_of(&port, &profile);

	cost.vary = vary;
	return cost;
}

/* performance.md 3.3: t = (8 + 5 + 2q) * 10 / baud + 2 * t3.5 */
static void the_cost_is_the_wires(void **state)
{
	struct plan_cost cost = rtu_cost(9600, true);

	(void)state;
	assert_in_range(plan_request_ns(&cost, 3, 1), 22850000, 22950000);
	assert_in_range(plan_request_ns(&cost, 3, 125), 281150000, 281250000);
	cost = rtu_cost(115200, true);
	assert_in_range(plan_request_ns(&cost, 3, 40), 11550000, 11650000);
}

static void gaps_are_read_while_they_are_cheaper(void **state)
{
	static const struct {
		unsigned baud, gap, requests;
	} cases[] = {{9600, 10, 1}, {9600, 11, 2}, {19200, 9, 1}, {19200, 11, 2}, {115200, 26, 1},
		{115200, 28, 2}};
	struct text why = text_over(words, sizeof(words));
	struct plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan_cost cost = rtu_cost(cases[i].baud, false);
		struct profile profile = {0};

		map_add(&profile, 3, 0, TYPE_F32);
		map_add(&profile, 3, (uint16_t)(2 + cases[i].gap), TYPE_F32);
		assert_int_equal(plan_make(&plan, &profile, &cost, NULL, &why), 0);
		assert_int_equal(plan.n_requests, cases[i].requests);
	}
}

static uint64_t rng_state;

static unsigned rng(unsigned below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (unsigned)(rng_state >> 20) % below;
}

static void seed(void)
{
	uint64_t from = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : (uint64_t)time(NULL);

	printf("SEED=%llu\n", (unsigned long long)from);
	rng_state = from * 2654435761u + 88172645463325252u;
}

/* Every item exactly once, whole, and no limit crossed.  `learned` as given to the planner. */
static void check_plan(
	const struct plan *plan, const struct profile *profile, const struct plan_learned *learned)
{
	unsigned r, i, covered[MOST_ITEMS] = {0}, most;

	for (r = 0; r < plan->n_requests; r++) {
		const struct plan_request *request = &plan->requests[r];
		unsigned end = (unsigned)request->start + request->count, a;

		most = request->function <= 2 ? profile->most_registers * 16u
					      : profile->most_registers;
		assert_true(request->count >= 1 && request->count <= most);
		assert_true(request->count <= (request->function <= 2 ? 2000 : 125));
		assert_true(end <= 65536);
		if (profile->even_start && request->function > 2)
			assert_int_equal(request->start % 2, 0);
		for (a = request->start; a < end; a++) {
			assert_false(map_forbidden(profile, request->function, a));
			if (profile->exact_reads)
				assert_true(map_named(profile, request->function, a));
		}
		for (i = request->first; i <= request->last; i++) {
			const struct plan_item *item = &plan->items[i];

			assert_int_equal(item->function, request->function);
			if (learned && i > request->first)
				assert_false(learned->cut[i]);
			if (learned && learned->refused[i]) {
				assert_true(item->start >= end ||
					    item->start + item->count <= request->start);
				continue;
			}
			covered[i]++;
			assert_true(
				request->start <= item->start && item->start + item->count <= end);
		}
	}
	for (i = 0; i < plan->n_items; i++)
		assert_int_equal(covered[i], !(learned && learned->refused[i]));
}

static void as_good_as_brute_force(void **state)
{
	struct text why = text_over(words, sizeof(words));
	static struct plan plan;
	unsigned i, readable = 0, several = 0;

	(void)state;
	seed();
	for (i = 0; i < 4000; i++) {
		struct plan_cost cost = rtu_cost(i % 2 ? 9600 : 115200, false);
		struct profile profile;
		int64_t best_ns;
		int rc;

		map_random(&profile, rng, 1 + rng(7), 20 + rng(200));
		best_ns = map_brute_force(&profile, &cost);
		rc = plan_make(&plan, &profile, &cost, NULL, &why);
		assert_int_equal(rc, best_ns < 0 ? ERR_CONF : 0);
		if (rc)
			continue;
		readable++;
		several += plan.n_requests > 1;
		check_plan(&plan, &profile, NULL);
		assert_true(plan_total_ns(&plan, &cost) == best_ns);
	}
	assert_true(readable > 1000 && several > 500);
}

static void what_was_learned_is_kept(void **state)
{
	struct text why = text_over(words, sizeof(words));
	static struct plan plan;
	unsigned i, k;

	(void)state;
	seed();
	for (i = 0; i < 4000; i++) {
		struct plan_cost cost = rtu_cost(9600, true);
		struct plan_learned learned = {0};
		struct profile profile;

		map_random(&profile, rng, 1 + rng(40), 20 + rng(600));
		if (plan_make(&plan, &profile, &cost, NULL, &why))
			continue;
		check_plan(&plan, &profile, NULL);
		for (k = 0; k < plan.n_items; k++) {
			learned.refused[k] = !rng(5);
			learned.cut[k] = !rng(9);
		}
		learned.plain = !rng(2);
		if (!plan_make(&plan, &profile, &cost, &learned, &why))
			check_plan(&plan, &profile, &learned);
	}
}

static void neighbours_differ_when_it_is_cheap(void **state)
{
	struct text why = text_over(words, sizeof(words));
	struct plan_cost cost = rtu_cost(9600, true);
	struct profile profile = {0};
	struct plan plan;
	int64_t plain_ns;

	(void)state;
	map_add(&profile, 3, 0, TYPE_F32);
	map_add(&profile, 3, 40, TYPE_F32);
	map_add(&profile, 3, 80, TYPE_F32);
	assert_int_equal(plan_make(&plan, &profile, &cost, NULL, &why), 0);
	assert_int_equal(plan.n_requests, 3);
	assert_int_not_equal(plan.requests[0].count, plan.requests[1].count);
	assert_int_not_equal(plan.requests[1].count, plan.requests[2].count);
	check_plan(&plan, &profile, NULL);
	cost.vary = false;
	assert_int_equal(plan_make(&plan, &profile, &cost, NULL, &why), 0);
	plain_ns = plan_total_ns(&plan, &cost);
	assert_int_equal(plain_ns, 3 * plan_request_ns(&cost, 3, 2));
	/* nowhere to go: a device that answers named registers only keeps equal counts */
	cost.vary = true;
	profile.exact_reads = true;
	assert_int_equal(plan_make(&plan, &profile, &cost, NULL, &why), 0);
	assert_int_equal(plan_total_ns(&plan, &cost), plain_ns);
}

static void status_comes_before_values(void **state)
{
	struct text why = text_over(words, sizeof(words));
	struct plan_cost cost = rtu_cost(9600, true);
	struct profile profile = {0};
	struct plan plan;

	(void)state;
	map_add(&profile, 3, 0, TYPE_F32);
	map_add(&profile, 3, 100, TYPE_F32);
	profile.n_status = 1;
	profile.status[0].at = (struct profile_register){3, 200, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
	assert_int_equal(plan_make(&plan, &profile, &cost, NULL, &why), 0);
	assert_int_equal(plan.n_requests, 3);
	assert_int_equal(plan.requests[0].start, 200);
	assert_int_equal(plan.items[plan.status_item[0]].start, 200);
	assert_int_equal(plan.items[plan.field_item[1]].start, 100);
}

/* registers.csv: Keller (4 registers, even), YSI EXO (32 floats), Supmea (0..7), CM44x. */
static void known_devices(void **state)
{
	struct text why = text_over(words, sizeof(words));
	struct plan_cost cost = rtu_cost(9600, false);
	struct profile keller = {.most_registers = 4, .even_start = true};
	struct profile exo = {0}, odd = {.even_start = true, .exact_reads = true};
	struct plan plan;
	uint16_t i;

	(void)state;
	map_add(&keller, 3, 0x100, TYPE_F32);
	map_add(&keller, 3, 0x102, TYPE_F32);
	map_add(&keller, 3, 0x104, TYPE_F32);
	assert_int_equal(plan_make(&plan, &keller, &cost, NULL, &why), 0);
	assert_int_equal(plan.n_requests, 2);
	for (i = 0; i < 32; i++)
		map_add(&exo, 3, (uint16_t)(384 + 2 * i), TYPE_F32);
	assert_int_equal(plan_make(&plan, &exo, &cost, NULL, &why), 0);
	assert_int_equal(plan.n_requests, 1);
	assert_int_equal(plan.requests[0].count, 64);
	map_add(&odd, 3, 7, TYPE_U16);
	assert_int_equal(plan_make(&plan, &odd, &cost, NULL, &why), ERR_CONF);
	assert_non_null(strstr(words, "register 7 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cost_is_the_wires),
		cmocka_unit_test(gaps_are_read_while_they_are_cheaper),
		cmocka_unit_test(as_good_as_brute_force),
		cmocka_unit_test(what_was_learned_is_kept),
		cmocka_unit_test(neighbours_differ_when_it_is_cheap),
		cmocka_unit_test(status_comes_before_values),
		cmocka_unit_test(known_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
