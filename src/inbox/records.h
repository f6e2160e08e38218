/*
 * records.h - the records of a file that a meter wrote, through its driver.  No I/O, no clock.
 *
 * A driver of files gets line by line, in UTF-8; LF, CR LF and CR end one.  One that listens to a line finds its
 * messages in the bytes.  A record is taken wholly or not at all, and what is not taken is handed out too, with the
 * reason.  A last line without an end may have been cut off, so it is not taken unless the format's own end
 * (`record_end` of the driver) closes it.
 */
#ifndef INBOX_RECORDS_H
#define INBOX_RECORDS_H

#include "base/err.h"
#include "bus/codec.h"
#include "inbox/when.h"
#include "model/filed.h"

enum {
	RECORDS_BYTES = 8 * 1024 * 1024, /* the longest file */
	RECORDS_MOST = 10000,            /* records in it */
	RECORD_LINE = 512                /* bytes of the longest line */
};

/* How the meter writes times, and which can be. */
struct record_clock {
	enum date_order dates;
	int utc_offset_min;
	int64_t earliest_ms, latest_ms; /* UTC, both included */
};

struct record {
	unsigned line;     /* of the file, from 1, where it begins */
	const char *wrong; /* why nothing of it is taken; NULL: it is */
	const char *
		text; /* with `wrong`: as it stands there, of text_len bytes that may be anything */
	size_t text_len;
	/* With `wrong`: its date is one in another order of its parts.  So others of the file may be wrong unseen. */
	bool misdated;
	/* The rest is only there without `wrong`. */
	enum filed_kind kind;
	int64_t utc_ms; /* by the meter's clock */
	/*
	 * Of what it says (plain_put()), its driver, and how many like it stand before it in the file: the same
	 * record in another copy of the file has the same mark, in whatever character set and with whatever blanks,
	 * quotes and line ends it was saved.
	 */
	uint64_t mark;
	const struct wl_out *out; /* its values, and what it tells */
};

/* The mark of one of its values, or of the record without any (""). */
uint64_t record_mark(const struct record *record, const char *parameter);

/*
 * Calls each(ctx, record) for all records in their order, until it returns non-zero, which is then returned.
 * ERR_RANGE: longer than RECORDS_BYTES or more than RECORDS_MOST records; ERR_MEMORY.
 */
int records_read(const struct wl_driver *driver, const struct record_clock *clock,
	const uint8_t *bytes, size_t len, int (*each)(void *ctx, const struct record *record),
	void *ctx) MUST_USE;

#endif
