#include "stood.h"

#include <stdlib.h>

/* Where the key stands, or would. */
static size_t slot_of(const struct stood *stood, uint64_t key)
{
	size_t at = (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & (stood->n_slots - 1);

	while (stood->slots[at] && stood->keys[stood->slots[at] - 1] != key)
		at = (at + 1) & (stood->n_slots - 1);
	return at;
}

static int more_slots(struct stood *stood)
{
	size_t i;

	if (stood->n_slots && stood->n * 4 < stood->n_slots * 3)
		return 0;
	free(stood->slots);
	stood->n_slots = stood->n_slots ? stood->n_slots * 2 : 1024;
	stood->slots = calloc(stood->n_slots, sizeof(*stood->slots));
	if (!stood->slots)
		return ERR_MEMORY;
	for (i = 0; i < stood->n; i++) {
		size_t slot = slot_of(stood, stood->keys[i]);

		if (!stood->slots[slot])
			stood->slots[slot] = (uint32_t)i + 1;
	}
	return 0;
}

static int more_rows(struct stood *stood)
{
	size_t cap = stood->cap ? stood->cap * 2 : 512;
	uint64_t *keys, *lines;
	uint32_t *when_s;
	uint8_t *asked;

	if (stood->n < stood->cap)
		return 0;
	keys = reallocarray(stood->keys, cap, sizeof(*keys));
	stood->keys = keys ? keys : stood->keys;
	lines = reallocarray(stood->lines, cap, sizeof(*lines));
	stood->lines = lines ? lines : stood->lines;
	when_s = reallocarray(stood->when_s, cap, sizeof(*when_s));
	stood->when_s = when_s ? when_s : stood->when_s;
	asked = reallocarray(stood->asked, cap, sizeof(*asked));
	stood->asked = asked ? asked : stood->asked;
	if (!keys || !lines || !when_s || !asked)
		return ERR_MEMORY;
	stood->cap = cap;
	return 0;
}

int stood_add(struct stood *stood, uint64_t key, uint64_t line, int64_t when_s)
{
	size_t slot;

	if (stood->n == UINT32_MAX || more_rows(stood) || more_slots(stood))
		return ERR_MEMORY;
	slot = slot_of(stood, key);
	stood->keys[stood->n] = key;
	stood->lines[stood->n] = line;
	stood->when_s[stood->n] = (uint32_t)when_s;
	stood->asked[stood->n++] = stood->slots[slot] != 0;
	if (!stood->slots[slot])
		stood->slots[slot] = (uint32_t)stood->n;
	return 0;
}

void stood_free(struct stood *stood)
{
	free(stood->keys);
	free(stood->lines);
	free(stood->when_s);
	free(stood->asked);
	free(stood->slots);
	*stood = (struct stood){.n = 0};
}

bool stood_find(const struct stood *stood, uint64_t key, size_t *row)
{
	uint32_t found = stood->n_slots ? stood->slots[slot_of(stood, key)] : 0;

	if (found)
		*row = found - 1;
	return found != 0;
}
