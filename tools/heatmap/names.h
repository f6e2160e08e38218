/*
 * names.h - texts that occur over and over (labs, districts, parameters), each kept once: equal texts have equal
 * pointers, until all are freed together.
 */
#ifndef HEATMAP_NAMES_H
#define HEATMAP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
	struct name_block *blocks;
	const char **slots; /* open addressing; n_slots is a power of two */
	size_t n, n_slots;
	bool full; /* memory ran out: what was given since is "" */
};

/* Never NULL.  "" when memory runs out: then `full` is set, and nothing that was read may be published. */
const char *names_keep(struct names *names, const char *text);
void names_free(struct names *names);

/* As strcmp(), quick for what is kept. */
int names_order(const char *a, const char *b);

#endif
