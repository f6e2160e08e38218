/*
 * put.h - a file of the published folder as it is written: JSON or CSV, a value at a time.  What goes wrong is kept until
 * put_close() says it.
 */
#ifndef HEATMAP_PUT_H
#define HEATMAP_PUT_H

#include <stdio.h>

#include "base/err.h"
#include "base/text.h"

enum { PUT_PATH = 512 };

struct put {
	FILE *file;
	char *room; /* what is on its way to it */
	size_t n;
	char path[PUT_PATH];
	bool follows; /* JSON: a comma comes first; CSV: the same */
	int wrong;    /* errno of the first trouble */
	uint64_t sum; /* of all bytes since it was PUT_SUM; without a file too; 0: none is taken */
};

/* A sum of bytes in which chance changes do not go unseen (FNV-1a), of a text whole or piece by piece. */
#define PUT_SUM 0xCBF29CE484222325u
uint64_t put_sum(uint64_t sum, const char *at, size_t len);

/* A new file at folder/name; folders of `name` are made. */
void put_open(struct put *put, const char *folder, const char *name);
/* ERR_IO with the file and the system's words.  *bytes (may be NULL): how long it became. */
int put_close(struct put *put, long *bytes, struct text *why) MUST_USE;

/* --- JSON: `key` NULL within a list ------------------------------------------------------------------------ */

void jot_begin(struct put *put, const char *key, char bracket);     /* '{' or '[' */
void jot_end(struct put *put, char bracket);                        /* '}' or ']' */
void jot_text(struct put *put, const char *key, const char *text);  /* NULL: null */
void jot_words(struct put *put, const char *key, const char *text); /* "": null */
void jot_whole(struct put *put, const char *key, int64_t number);
void jot_number(struct put *put, const char *key, double number); /* not finite: null */
void jot_bool(struct put *put, const char *key, bool yes);
void jot_null(struct put *put, const char *key);
void jot_time(struct put *put, const char *key, int64_t utc_ms); /* 0: null */
void jot_day(struct put *put, const char *key, int64_t utc_ms);  /* 0: null */
void jot_month(struct put *put, const char *key, int32_t month);

/* --- CSV ---------------------------------------------------------------------------------------------------- */

void csv_line(struct put *put, const char *line); /* as it is: headings */
/* A text that a spreadsheet would take for a formula gets an apostrophe before it. */
void csv_words(struct put *put, const char *text);
void csv_whole(struct put *put, int64_t number);
void csv_number(struct put *put, double number); /* not finite: nothing */
void csv_time(struct put *put, int64_t utc_ms);  /* 0: nothing */
void csv_day(struct put *put, int64_t utc_ms);
void csv_field(struct put *put, const char *at, size_t len); /* as it stands in another of these */
void csv_end(struct put *put);

/* "2026-11-29T10:15:00Z" */
void put_time(struct text *to, int64_t utc_ms);

#endif
