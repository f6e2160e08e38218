/*
 * csv.h - records of fields between commas (RFC 4180), one at a time from a file of any length, and
 * fields written so that they can be read again.
 *
 * A field is given as it stands in the record, quotes and all, so that it can be passed on byte by
 * byte.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdio.h>

#include "base/err.h"
#include "base/text.h"

enum { CSV_RECORD = 64 * 1024, CSV_FIELDS = 256 };

struct csv_field {
	const char *at; /* within the record */
	size_t len;
};

struct csv {
	FILE *file;
	char buffer[CSV_RECORD];
	size_t from, to; /* what is in the buffer and not yet given */
	bool ended;      /* nothing is behind the buffer */
	unsigned long next_line;

	/* The record: valid until the next. */
	unsigned long line; /* where it begins, from 1 */
	const char *record; /* without its end of line */
	size_t len;
	const char *end_of_line; /* "\n", "\r\n", or "" at the end of the file */
	size_t n;
	struct csv_field fields[CSV_FIELDS];
};

/* Reads `file`, which stays the caller's. */
void csv_begin(struct csv *csv, FILE *file);

/*
 * The next record.  ERR_ABSENT: there is none; ERR_IO.  ERR_CONF: a record is there, but it has
 * more than CSV_FIELDS fields, or a quote is opened and not closed: it is given as the one line it
 * begins with, n = 0. ERR_FULL: longer than CSV_RECORD bytes; passed over, nothing of it is given
 * but `line`.
 */
int csv_next(struct csv *csv) MUST_USE;

/* One record that is held elsewhere, without its end of line: sets record, len, n and fields.  False: too many. */
bool csv_split(struct csv *csv, const char *record, size_t len);

/* The field's own text, without quotes and without blanks around it.  False: no such field, or it
 * does not fit. */
bool csv_text(const struct csv *csv, size_t field, char *to, size_t cap);

/* The same, blanks and all.  *len: bytes, of which some may be NUL. */
bool csv_exact(const struct csv *csv, size_t field, char *to, size_t cap, size_t *len);

/* A field: in quotes, its own quotes doubled, when a reader could misread it. */
void csv_put(struct text *to, const char *s);

#endif
