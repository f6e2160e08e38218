/* joins.h - which row has these tags and this time: for a store that keeps each field apart. */
#ifndef HEATMAP_JOINS_H
#define HEATMAP_JOINS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct joins {
	struct join {
		const char *
			tags; /* kept once (names.h), so equal ones have equal pointers; NULL: free */
		int64_t at_ms;
		size_t row;
	} * at;
	size_t n, n_slots;
};

/* *row: of these tags at that time; *fresh: there is none yet, and `next` is remembered as it.  ERR_MEMORY. */
int joins_find(struct joins *joins, const char *tags, int64_t at_ms, size_t next, size_t *row,
	bool *fresh) MUST_USE;
void joins_free(struct joins *joins);

#endif
