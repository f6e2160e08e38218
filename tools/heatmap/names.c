#include "names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024, FIRST_SLOTS = 1024 };

struct name_block {
	struct name_block *next;
	size_t used, size;
	char at[];
};

static uint64_t hash_of(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

static size_t slot_of(const char **slots, size_t n_slots, const char *text)
{
	size_t i = (size_t)hash_of(text) & (n_slots - 1);

	while (slots[i] && strcmp(slots[i], text) != 0)
		i = (i + 1) & (n_slots - 1);
	return i;
}

static bool grow(struct names *names)
{
	size_t n_slots = names->n_slots ? names->n_slots * 2 : FIRST_SLOTS, i;
	const char **slots = calloc(n_slots, sizeof(*slots));

	if (!slots)
		return false;
	for (i = 0; i < names->n_slots; i++)
		if (names->slots[i])
			slots[slot_of(slots, n_slots, names->slots[i])] = names->slots[i];
	free(names->slots);
	names->slots = slots;
	names->n_slots = n_slots;
	return true;
}

static const char *copy(struct names *names, const char *text)
{
	size_t len = strlen(text) + 1, size = len > BLOCK ? len : BLOCK;
	struct name_block *block = names->blocks;
	char *to;

	if (!block || block->size - block->used < len) {
		block = malloc(sizeof(*block) + size);
		if (!block)
			return NULL;
		block->next = names->blocks;
		block->used = 0;
		block->size = size;
		names->blocks = block;
	}
	to = block->at + block->used;
	memcpy(to, text, len);
	block->used += len;
	return to;
}

const char *names_keep(struct names *names, const char *text)
{
	const char *kept;
	size_t i;

	if (!*text)
		return "";
	if (names->full)
		return "";
	if (names->n * 2 >= names->n_slots && !grow(names)) {
		names->full = true;
		return "";
	}
	i = slot_of(names->slots, names->n_slots, text);
	if (names->slots[i])
		return names->slots[i];
	kept = copy(names, text);
	if (!kept) {
		names->full = true;
		return "";
	}
	names->slots[i] = kept;
	names->n++;
	return kept;
}

void names_free(struct names *names)
{
	struct name_block *block = names->blocks, *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
	free(names->slots);
	*names = (struct names){.blocks = NULL};
}

int names_order(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a, b);
}
