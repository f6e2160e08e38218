/*
 * boundaries_file.h - the installed form of a layer: what `waterlab boundaries install` writes and
 * the daemon reads in milliseconds, without JSON.
 *
 *     waterlab boundaries 1 CRC BYTES\n      CRC-32 (zlib), in hex, of the BYTES that follow this line
 *     edition WORDS\n
 *     source NAME\n
 *     tables: counts; areas; polygons; rings; points as pairs of doubles; a bit for each inner edge
 *
 * All numbers are little-endian.  The CRC is the layer's checksum, by which readings name their
 * edition.
 */
#ifndef DISTRICT_BOUNDARIES_FILE_H
#define DISTRICT_BOUNDARIES_FILE_H

#include <stdio.h>

#include "district/layer.h"

/* Whether a file beginning with these bytes is one of this form. */
bool boundaries_file_is(const char *bytes, size_t n);

/*
 * Reads `size` bytes from where the file stands, which is its beginning.  ERR_DAMAGED: what was
 * written is not what is there; ERR_IO, ERR_MEMORY, with words in `why`.
 */
int boundaries_file_read(struct layer **out, FILE *file, size_t size, struct text *why) MUST_USE;

/* What the file would be checked by; never 0. */
uint32_t boundaries_file_checksum(const struct layer *layer);

/*
 * Writes beside it, reads that back, and only then takes the place of what is there: whoever reads
 * `path` sees the old file or the new one, after a power cut too.  ERR_CONF where something stands
 * that is no earlier installation; ERR_IO, ERR_FULL, ERR_DAMAGED; each with words.
 */
int boundaries_file_write(const struct layer *layer, const char *path, struct text *why) MUST_USE;

#endif
