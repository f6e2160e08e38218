/* filing.h - what a file holds, as ledger records, and what of it could not be taken, as words for people. */
#ifndef INBOX_FILING_H
#define INBOX_FILING_H

#include "inbox/inbox.h"
#include "inbox/records.h"

struct filing {
	const struct meter_conf *meter;
	struct ledger_record *records;
	size_t n, room;
	unsigned wrong;   /* records that were not taken */
	char *words;      /* a line each: "line 12: ..." */
	size_t words_len; /* stops growing at FILING_WORDS; the count goes on */
};

enum { FILING_WORDS = 64 * 1024 };

/* Fills the filing, which is zero but for `meter`.  Errors as records_read(), also for more values than
 * spool_note_new() takes; filing_free() in every case. */
int filing_read(struct filing *filing, const struct record_clock *clock, const uint8_t *bytes,
	size_t len) MUST_USE;
void filing_free(struct filing *filing);

#endif
