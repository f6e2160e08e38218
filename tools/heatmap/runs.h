/*
 * runs.h - which parts are asked for together.  Pure.
 *
 * A run is a lab's parts, one behind the other in time.  A question is about one run, or, where the store has it cheaper so,
 * about those of several labs that begin and end together.
 */
#ifndef HEATMAP_RUNS_H
#define HEATMAP_RUNS_H

#include "parts.h"

/* Rows of one lab that one question is about: more is no faster, and takes memory. */
enum { RUN_ROWS = 40 * 1000 };

struct run {
	struct part **at; /* in order of time; all of the same lab */
	size_t n;
};

struct runs {
	struct part **wanted;
	size_t n_wanted;
	struct run *at; /* those that begin and end together behind each other */
	size_t n;
};

/* Of all parts that are to be read.  ERR_MEMORY. */
int runs_find(struct runs *runs, struct parts *parts) MUST_USE;
void runs_free(struct runs *runs);

/* How many of the runs from `first` on one question is about, of at most so many labs; never 0. */
size_t runs_together(const struct runs *runs, size_t first, size_t labs);
/* What is asked then. */
struct asked runs_question(const struct run *runs, size_t n);
/* The part that a row of the answer is of.  NULL: of none of these. */
struct part *runs_part_of(const struct run *runs, size_t n, const char *lab, int64_t at_ms);

#endif
