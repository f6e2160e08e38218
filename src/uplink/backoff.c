#include "uplink/backoff.h"

struct backoff backoff_make(unsigned first_ms, unsigned most_ms, uint64_t seed)
{
	return (struct backoff){.first_ms = first_ms ? first_ms : 1,
		.most_ms = most_ms ? most_ms : 1,
		.seed = seed};
}

/* splitmix64 */
static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9E3779B97F4A7C15U;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
	return z ^ (z >> 31);
}

unsigned backoff_next_ms(struct backoff *backoff, unsigned ceiling_ms)
{
	uint64_t bound = backoff->first_ms;
	unsigned i;

	for (i = 0; i < backoff->tries && bound < backoff->most_ms; i++)
		bound *= 2;
	if (bound > backoff->most_ms)
		bound = backoff->most_ms;
	if (ceiling_ms && bound > ceiling_ms)
		bound = ceiling_ms;
	if (backoff->tries < UINT32_MAX)
		backoff->tries++;
	return (unsigned)(1 + next_random(&backoff->seed) % bound);
}

void backoff_reset(struct backoff *backoff)
{
	backoff->tries = 0;
}
