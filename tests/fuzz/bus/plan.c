/* Any map: a plan or a reason, no limit crossed, and any run of exceptions comes to its end. */
#include <stdlib.h>
#include <string.h>

#include "bus/blocks.h"
#include "bus/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool so)
{
	if (!so)
		abort();
}

static unsigned take(const uint8_t **bytes, size_t *n, unsigned width)
{
	unsigned value = 0;

	while (width-- && *n) {
		value = value << 8 | **bytes;
		++*bytes;
		--*n;
	}
	return value;
}

static void take_register(const uint8_t **bytes, size_t *n, struct profile_register *at)
{
	unsigned what = take(bytes, n, 1);

	at->function = (uint8_t)(1 + (what & 3));
	at->type = (enum register_type)((what >> 2) % TYPE_STRING);
	at->registers = (uint16_t)decode_registers(at->type);
	at->address = (uint16_t)(what & 0x80 ? take(bytes, n, 2) : take(bytes, n, 1));
}

static void check(const struct blocks *blocks, const struct plan_request *r)
{
	unsigned i, k, end = (unsigned)r->start + r->count;

	must(r->count > 0 && end <= 65536 && r->count <= (r->function <= 2 ? 2000 : 125));
	for (i = 0; i < blocks->profile->n_forbidden; i++)
		must(blocks->profile->forbidden[i].function != r->function ||
			blocks->profile->forbidden[i].first >= end ||
			blocks->profile->forbidden[i].last < r->start);
	for (k = r->first; k <= r->last; k++)
		if (blocks_has(blocks, r, k))
			must(blocks->plan.items[k].start >= r->start &&
				(unsigned)blocks->plan.items[k].start +
						blocks->plan.items[k].count <=
					end);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct port_conf port = {.kind = PORT_RTU, .baud = 9600, .parity = 'E', .stop_bits = 1};
	static struct profile profile;
	static struct blocks blocks;
	const struct plan_request *r;
	struct plan_cost cost;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	unsigned what = take(&bytes, &n, 1), i, turn, steps;

	memset(&profile, 0, sizeof(profile));
	profile.most_registers = (uint16_t)(what & 1 ? take(&bytes, &n, 1) : 125);
	profile.even_start = what & 2;
	profile.exact_reads = what & 4;
	profile.n_forbidden = what >> 3 & 3;
	for (i = 0; i < profile.n_forbidden; i++) {
		profile.forbidden[i].function = (uint8_t)(1 + take(&bytes, &n, 1) % 4);
		profile.forbidden[i].first = (uint16_t)take(&bytes, &n, 1);
		profile.forbidden[i].last =
			(uint16_t)(profile.forbidden[i].first + take(&bytes, &n, 1));
	}
	profile.n_status = take(&bytes, &n, 1) % 4;
	for (i = 0; i < profile.n_status; i++)
		take_register(&bytes, &n, &profile.status[i].at);
	profile.n_fields = take(&bytes, &n, 1) % (MOST_FIELDS + 1);
	for (i = 0; i < profile.n_fields; i++)
		take_register(&bytes, &n, &profile.fields[i].at);
	cost = plan_cost_of(&port, &profile);
	if (blocks_init(&blocks, &profile, &cost, &why)) {
		must(why.len > 0);
		return 0;
	}
	for (turn = 0; turn < 6; turn++) {
		blocks_begin(&blocks, turn * 200000);
		for (steps = 0; (r = blocks_now(&blocks)); steps++) {
			must(steps < 2 * MOST_QUEUE);
			check(&blocks, r);
			what = n ? take(&bytes, &n, 1) % 4 : 3;
			if (what == 0)
				(void)blocks_exception(&blocks, turn * 200000);
			else if (what == 1)
				blocks_skip(&blocks);
			else
				(void)blocks_good(&blocks);
		}
	}
	return 0;
}
