/* batch.h - what a file holds, as ledger records, and what of it could not be taken, as words for people. */
#ifndef INBOX_BATCH_H
#define INBOX_BATCH_H

#include "inbox/inbox.h"
#include "inbox/records.h"

struct batch {
	const struct meter_conf *meter;
	struct ledger_record *records;
	size_t n, room;
	unsigned wrong;   /* records that were not taken */
	char *words;      /* a line each: "line 12: ..." */
	size_t words_len; /* stops growing at BATCH_WORDS; the count goes on */
};

enum { BATCH_WORDS = 64 * 1024 };

/* Fills the batch, which is zero but for `meter`.  Errors as records_read(), also for more values than
 * spool_note_new() takes; batch_free() in every case. */
int batch_read(struct batch *batch, const struct record_clock *clock, const uint8_t *bytes,
	size_t len) MUST_USE;
void batch_free(struct batch *batch);

#endif
