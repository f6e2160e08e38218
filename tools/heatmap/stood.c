#include "stood.h"

#include <stdlib.h>

/* Where the key stands, or would. */
static size_t slot_of(const struct stood *stood, uint64_t key)
{
	size_t at = (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & (stood->n_slots - 1);

	while (stood->slots[at] && stood->at[stood->slots[at] - 1].key != key)
		at = (at + 1) & (stood->n_slots - 1);
	return at;
}

static int more_rows(struct stood *stood)
{
	size_t cap = stood->cap ? stood->cap * 2 : 512;
	struct stood_row *grown;

	if (stood->n < stood->cap)
		return 0;
	grown = reallocarray(stood->at, cap, sizeof(*grown));
	if (!grown)
		return ERR_MEMORY;
	stood->at = grown;
	stood->cap = cap;
	return 0;
}

int stood_add(struct stood *stood, uint64_t key, uint64_t line, int64_t when_s)
{
	if (stood->n == UINT32_MAX || more_rows(stood))
		return ERR_MEMORY;
	stood->at[stood->n++] = (struct stood_row){key, line, (uint32_t)when_s, false};
	return 0;
}

int stood_index(struct stood *stood)
{
	size_t i, slot;

	free(stood->slots);
	for (stood->n_slots = 64; stood->n_slots * 3 < stood->n * 4;)
		stood->n_slots *= 2;
	stood->slots = calloc(stood->n_slots, sizeof(*stood->slots));
	if (!stood->slots)
		return ERR_MEMORY;
	for (i = 0; i < stood->n; i++) {
		slot = slot_of(stood, stood->at[i].key);
		stood->at[i].asked = stood->slots[slot] != 0;
		if (!stood->slots[slot])
			stood->slots[slot] = (uint32_t)i + 1;
	}
	return 0;
}

struct stood_row *stood_find(struct stood *stood, uint64_t key)
{
	uint32_t found;

	if (stood->next < stood->n && stood->at[stood->next].key == key)
		return &stood->at[stood->next++];
	found = stood->slots ? stood->slots[slot_of(stood, key)] : 0;
	if (!found)
		return NULL;
	stood->next = found;
	return &stood->at[found - 1];
}

void stood_free(struct stood *stood)
{
	free(stood->at);
	free(stood->slots);
	*stood = (struct stood){.n = 0};
}
