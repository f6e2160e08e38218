/*
 * readers.h - parts of a store that are read at once: while one answer is taken apart the store works on another.
 *
 * Two, for a store that the vans write to is not to be kept busy by its map.
 */
#ifndef HEATMAP_READERS_H
#define HEATMAP_READERS_H

#include "parts.h"

enum { READERS = 2 };

/*
 * Reads all parts that are to be read and adds their rows to parts->rows; *n is how many.  The first error of store.h's, with
 * words; ERR_MEMORY.
 */
int readers_read(struct parts *parts, struct store *store, int64_t now_boot_ms, size_t *n,
	struct text *why) MUST_USE;

#endif
