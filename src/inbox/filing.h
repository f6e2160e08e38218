/* filing.h - what a file holds, as ledger records, and what of it could not be taken, as words for people. */
#ifndef INBOX_FILING_H
#define INBOX_FILING_H

#include "inbox/inbox.h"
#include "inbox/records.h"

struct filing {
	const struct meter_conf *meter;
	struct ledger_record *records;
	size_t n, room;
	unsigned wrong; /* records that were not taken */
	bool whole; /* nothing of the file is taken; the words are one sentence why, and `wrong` is 1 */
	char *words; /* a line each: line 12: why: "what stands there", as bounded as harmless; NULL: none is wrong */
	size_t words_len; /* at most FILING_WORDS; then a last line says how many more there are, and from where on */
	unsigned unlisted, unlisted_line;
};

enum { FILING_WORDS = 64 * 1024 };

/*
 * Fills the filing, which is zero but for `meter`.  A file that cannot be read as one, that has more than
 * spool_note_new() takes, no record at all, or a date that shows that `dates` of its meter is wrong, is refused whole.
 * ERR_MEMORY; filing_free() in every case.
 */
int filing_read(struct filing *filing, const struct record_clock *clock, const uint8_t *bytes,
	size_t len) MUST_USE;
/* The same for a file of more than RECORDS_BYTES. */
int filing_too_long(struct filing *filing) MUST_USE;
void filing_free(struct filing *filing);

#endif
