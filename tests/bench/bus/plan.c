/*
 * Planned bus time against the best of all partitions, and the time of planning and decoding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../unit/bus/maps.h"
#include "../measure.h"
#include "bus/plan.h"

enum { MAPS = 3000, VALUES = 3000000 };

static uint64_t rng_state = 88172645463325252u;

static unsigned rng(unsigned below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (unsigned)(rng_state >> 20) % below;
}

/* Maps of up to 7 values; with and without the different counts that keep stale answers out. */
static void optimum(void)
{
	struct port_conf port = {.kind = PORT_RTU, .parity = 'N', .stop_bits = 1};
	double best_s = 0, plain_s = 0, varied_s = 0, worst = 1;
	static const unsigned bauds[] = {9600, 19200, 115200};
	static struct plan plan;
	char words[200];
	unsigned i;

	for (i = 0; i < MAPS; i++) {
		struct text why = text_over(words, sizeof(words));
		struct profile profile;
		struct plan_cost cost;
		int64_t best_ns;
		double varied;

		map_random(&profile, rng, 1 + rng(7), 20 + rng(200));
		port.baud = bauds[i % 3];
		cost = plan_cost_of(&port, &profile);
		best_ns = map_brute_force(&profile, &cost);
		if (best_ns < 0 || plan_make(&plan, &profile, &cost, NULL, &why))
			continue;
		varied = (double)plan_total_ns(&plan, &cost) / 1e9;
		varied_s += varied;
		if (varied * 1e9 / (double)best_ns > worst)
			worst = varied * 1e9 / (double)best_ns;
		cost.vary = false;
		if (plan_make(&plan, &profile, &cost, NULL, &why))
			continue;
		plain_s += (double)plan_total_ns(&plan, &cost) / 1e9;
		best_s += (double)best_ns / 1e9;
	}
	printf("plan_optimum_ratio %.4f of_brute_force\n", plain_s / best_s);
	printf("plan_varied_ratio %.4f of_brute_force\n", varied_s / best_s);
	printf("plan_varied_worst %.4f of_brute_force\n", worst);
}

static void planning_time(void)
{
	struct port_conf port = {.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	static struct profile profile;
	static struct plan plan;
	struct plan_cost cost;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	double start;
	int i;

	for (i = 0; i < MOST_FIELDS; i++)
		map_add(&profile, 3, (uint16_t)(i * 4), TYPE_F32);
	cost = plan_cost_of(&port, &profile);
	start = now_s();
	for (i = 0; i < 200; i++)
		if (plan_make(&plan, &profile, &cost, NULL, &why))
			exit(1);
	printf("plan_make_64_fields %.0f us\n", (now_s() - start) / 200 * 1e6);
}

static void decoding_time(void)
{
	uint8_t pdu[252] = {3, 250};
	struct profile_field fields[3] = {
		{.at = {3, 0, 2, TYPE_F32, ORDER_CDAB, 0xFFFF}, .scale = 1},
		{.at = {3, 0, 1, TYPE_U16, ORDER_ABCD, 0xFFFF},
			.scale = 0.01,
			.kind = NUMBER_DECIMAL,
			.n_sentinels = 1,
			.sentinel = {0xFFFF}},
		{.at = {3, 0, 4, TYPE_F64, ORDER_ABCD, 0xFFFF}, .scale = 1, .kind = NUMBER_F64},
	};
	struct value_bytes bytes;
	struct decoded decoded;
	double start, sum = 0;
	unsigned i;

	for (i = 2; i < sizeof(pdu); i++)
		pdu[i] = (uint8_t)(rng(64) + 32);
	start = now_s();
	for (i = 0; i < VALUES; i++) {
		struct profile_field *field = &fields[i % 3];

		field->at.address = (uint16_t)(i % 120);
		if (decode_take(&field->at, pdu, sizeof(pdu), 0, &bytes))
			continue;
		decode_field(field, &bytes, &decoded);
		sum += decoded.value;
	}
	printf("decode_value %.1f ns\n", (now_s() - start) / VALUES * 1e9);
	if (sum == 1)
		printf("\n"); /* the sum is used: nothing is optimised away */
}

int main(void)
{
	optimum();
	planning_time();
	decoding_time();
	return 0;
}
