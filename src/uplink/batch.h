/*
 * batch.h - a block of the spool as the body of a request, in buffers taken once at start.
 *
 * The batch knows where each line begins, so that a half of it is sent without encoding it again.
 */
#ifndef UPLINK_BATCH_H
#define UPLINK_BATCH_H

#include "uplink/line_protocol.h"

struct batch;

/* most_lines 1..10000; gzip_level 0: plain.  NULL: no memory. */
struct batch *batch_new(unsigned most_lines, unsigned gzip_level);
void batch_free(struct batch *batch);

struct batch_fill {
	size_t lines;
	uint64_t unsaid;  /* rows that have no line: no time, or a kind of a later version */
	uint64_t damaged; /* rows that failed their checksum and were not handed out */
	uint64_t old;     /* rows left out as too old */
	bool full;        /* the buffer ended before the block */
};

/* Rows that are not to be sent: those as old as that, UTC; take() gets each. */
struct batch_old {
	int64_t utc_ms;
	void (*take)(void *ctx, uint64_t number, int64_t utc_ms);
	void *ctx;
};

/* Reads and encodes the block's rows, rising, but for the old ones (NULL: none are).  0, ERR_IO, ERR_DAMAGED. */
int batch_fill(struct batch *batch, struct spool_reader *reader, struct line_encoder *encoder,
	enum stream stream, struct range block, const struct batch_old *old,
	struct batch_fill *out) MUST_USE;

uint64_t batch_number(const struct batch *batch, size_t line);
int64_t batch_utc_ms(const struct batch *batch, size_t line);
/* Line `line` with its newline. */
const char *batch_line(const struct batch *batch, size_t line, size_t *len);

struct batch_body {
	const char *at;
	size_t len;
	bool gzip;
};

/* Lines first..first+n-1 as a body; valid until the next call. */
struct batch_body batch_body(struct batch *batch, size_t first, size_t n);

#endif
