/*
 * answer.h - a store's answer as it comes: bytes in, whole lines to whoever understands them, rows out.  Pure.
 *
 * Bounded: a line is at most ANSWER_LINE bytes, and of an answer nothing is kept but the line that is coming in and the
 * rows that were made of the others.
 */
#ifndef HEATMAP_ANSWER_H
#define HEATMAP_ANSWER_H

#include "joins.h"
#include "rows.h"

enum { ANSWER_LINE = 64 * 1024 * 1024 };

/* How many results a store has of one day (UTC), and of the fields without which a result says too much. */
struct day_print {
	int32_t day; /* since 1970 */
	uint64_t n, n_fields;
};

struct answer;
typedef int (*answer_take)(struct answer *answer, const char *line, size_t len);

struct answer {
	answer_take take;
	struct rows *rows;
	struct text *why;
	/* What days there are, ascending once the answer is whole. */
	struct day_print *days;
	size_t n_days, cap_days;
	uint64_t n, n_fields; /* rows of this answer, and of those fields */
	bool ended;           /* its last line came; set from the start where no line says so */
	struct joins joins;
	int err; /* the first, of take or of memory */

	char *line; /* what came of the next one */
	size_t len, cap;
};

/* post_sink: bytes as they come.  False once something is wrong: answer->err says what. */
bool answer_bytes(void *answer, const char *at, size_t len);
/* No more bytes come.  0, or the first error; ERR_DAMAGED with words when its end is missing. */
int answer_end(struct answer *answer) MUST_USE;
void answer_free(struct answer *answer);

/* The day's print, made if it is not there.  NULL: no memory. */
struct day_print *answer_day(struct answer *answer, int32_t day);

#endif
