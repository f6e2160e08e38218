#include "joins.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 4096 };

static size_t slot_of(const struct join *at, size_t n_slots, const char *tags, int64_t at_ms)
{
	uint64_t h = ((uint64_t)(uintptr_t)tags ^ ((uint64_t)at_ms * 0x9e3779b97f4a7c15u));
	size_t i;

	h = (h ^ (h >> 31)) * 0xbf58476d1ce4e5b9u;
	i = (size_t)(h ^ (h >> 29)) & (n_slots - 1);
	while (at[i].tags && (at[i].tags != tags || at[i].at_ms != at_ms))
		i = (i + 1) & (n_slots - 1);
	return i;
}

static int grow(struct joins *joins)
{
	size_t n_slots = joins->n_slots ? joins->n_slots * 2 : FIRST_SLOTS, i;
	struct join *at = calloc(n_slots, sizeof(*at));

	if (!at)
		return ERR_MEMORY;
	for (i = 0; i < joins->n_slots; i++)
		if (joins->at[i].tags)
			at[slot_of(at, n_slots, joins->at[i].tags, joins->at[i].at_ms)] =
				joins->at[i];
	free(joins->at);
	joins->at = at;
	joins->n_slots = n_slots;
	return 0;
}

int joins_find(
	struct joins *joins, const char *tags, int64_t at_ms, size_t next, size_t *row, bool *fresh)
{
	size_t i;

	if (joins->n * 2 >= joins->n_slots && grow(joins))
		return ERR_MEMORY;
	i = slot_of(joins->at, joins->n_slots, tags, at_ms);
	*fresh = !joins->at[i].tags;
	if (*fresh) {
		joins->at[i] = (struct join){tags, at_ms, next};
		joins->n++;
	}
	*row = joins->at[i].row;
	return 0;
}

void joins_free(struct joins *joins)
{
	free(joins->at);
	*joins = (struct joins){.at = NULL};
}
