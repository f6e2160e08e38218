/* stood.h - the rows of the published version as two sums and a time each, found by key: a million are 30 MB. */
#ifndef HEATMAP_STOOD_H
#define HEATMAP_STOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct stood_row {
	uint64_t key, line;
	uint32_t when_s; /* `changed` or `withdrawn`, seconds since 1970 */
	bool asked;      /* a row of the new version has that key */
};

struct stood {
	struct stood_row *at;
	size_t n, cap, next; /* behind the one that was found last */
	uint32_t *slots;     /* by key: a row's number and 1; 0: empty */
	size_t n_slots;      /* a power of two */
};

/* One more; when all are there, stood_index().  ERR_MEMORY. */
int stood_add(struct stood *stood, uint64_t key, uint64_t line, int64_t when_s) MUST_USE;
/* From now on they are found.  Of a key that is there twice the second counts as asked for. */
int stood_index(struct stood *stood) MUST_USE;
/* NULL: none of that key.  Quick in the order in which they were added. */
struct stood_row *stood_find(struct stood *stood, uint64_t key);
void stood_free(struct stood *stood);

#endif
