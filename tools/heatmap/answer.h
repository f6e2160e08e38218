/*
 * answer.h - a store's answer as it comes: bytes in, whole lines to whoever understands them, rows out.  Pure.
 *
 * Bounded: a line is at most ANSWER_LINE bytes, and of an answer nothing is kept but the line that is coming in and the
 * rows that were made of the others.
 */
#ifndef HEATMAP_ANSWER_H
#define HEATMAP_ANSWER_H

#include <jansson.h>

#include "joins.h"
#include "rows.h"

enum { ANSWER_LINE = 64 * 1024 * 1024 };

/*
 * What a store has of one lab's results in a span of time, by which it is seen whether they are still those that were read:
 * a number (seq) is used once and its row never changes, so another sum, or another count, is another set of rows.
 */
struct print {
	const char *lab; /* kept once (names.h); "": of no lab */
	double seqs;     /* the sum of their numbers, whatever the store says that it is */
	uint64_t n;      /* of those that have a verdict, as all have */
};

/* Results of which labs are asked for, from..to (UTC ms). */
enum { ASKED_LABS = 8 };
struct asked {
	const char *labs[ASKED_LABS];
	size_t n_labs; /* at least 1 */
	int64_t from_ms, to_ms;
	uint64_t least; /* how many there were when they were counted last */
};

struct answer;
typedef int (*answer_take)(struct answer *answer, const char *line, size_t len);

struct answer {
	answer_take take;
	struct rows *rows;
	struct text *why;
	struct print *prints; /* one a lab */
	size_t n_prints, cap_prints;
	uint64_t n, n_fields; /* rows of this answer, and of those fields */
	bool ended;           /* its last line came; set from the start where no line says so */
	struct joins joins;
	struct influx_table *table; /* of an answer in CSV */
	bool is_csv;                /* a line's end within quotes is a part of the line */
	int err;                    /* the first, of take or of memory */

	char *line; /* what came of the next one */
	size_t len, cap, quotes;
};

/* post_sink: bytes as they come.  False once something is wrong: answer->err says what. */
bool answer_bytes(void *answer, const char *at, size_t len);
/* ERR_DAMAGED, with these words where none are there yet. */
int answer_damaged(struct answer *answer, const char *words) MUST_USE;
/* No more bytes come.  0, or the first error; ERR_DAMAGED with words when its end is missing. */
int answer_end(struct answer *answer) MUST_USE;
void answer_free(struct answer *answer);

/*
 * False, and counted in the rows: of a lab of such a name nobody can ask, for it holds what controls a terminal, is no UTF-8, or is
 * longer than ANSWER_LAB bytes.  No van has one.
 */
enum { ANSWER_LAB = 500 };
bool answer_may_ask(struct answer *answer, const char *lab, size_t len);
/* How JSON of a store is read: a number of any size is one, and a text may have a NUL within. */
#define ANSWER_JSON (JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL)
bool answer_is_moment(const json_t *number); /* ms, as the programs have them */
/* A number in digits, as strtod() has it; *end is `at`: there is none.  Behind it comes what is no part of one. */
double answer_number(const char *at, const char **end);
uint64_t answer_count(double number); /* 0: that is none */
/* The lab's print, made if it is not there.  NULL: no memory. */
struct print *answer_print(struct answer *answer, const char *lab);

#endif
