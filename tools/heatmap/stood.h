/* stood.h - the rows of the published version as two sums and a time each, found by key: a million are 30 MB. */
#ifndef HEATMAP_STOOD_H
#define HEATMAP_STOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct stood {
	uint64_t *keys, *lines;
	uint32_t *when_s; /* `changed` or `withdrawn`, seconds since 1970 */
	uint8_t *asked;   /* a row of the new version has that key */
	size_t n, cap;
	uint32_t *slots; /* by key: a row's number and 1; 0: empty */
	size_t n_slots;  /* a power of two */
};

/* One more.  Of a key that is there already the first row is found; the other counts as asked for.  ERR_MEMORY. */
int stood_add(struct stood *stood, uint64_t key, uint64_t line, int64_t when_s) MUST_USE;
bool stood_find(const struct stood *stood, uint64_t key, size_t *row);
void stood_free(struct stood *stood);

#endif
