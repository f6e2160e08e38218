/*
 * receipt_form.h - what a store is asked about the numbers it was sent, and what it answers.  Pure.
 *
 * A question is a run of numbers of one stream and the times of its rows, all frozen when the rows were saved: the
 * store need not look anywhere else, and rows of other numbers in that time do not matter.  Rows are known by their
 * spool's id, number and time together, whatever the lab was called when they went out, and so that a copied card's
 * rows, which have the same id and numbers above the copy, are hardly taken for the other's: its last row tells.
 *
 *   influxdb-v1, -v2  InfluxQL: count, min, max and sum of `seq` and whether two rows are there at their very ms,
 *                     up to RECEIPT_QUESTIONS runs a request; where that differs, time and `seq` of the run's rows.
 *                     Answers are JSON; a statement's error stands inside a 200.
 *   victoriametrics   its export: every `seq` in that time, one a line, and whether two rows are there at their very ms;
 *                     where that differs, `seq` and ms of each.  What it holds twice is one here.
 *                     An unknown database or tenant is an empty answer, as is a hole: receipts.c guards against that.
 *
 * Sources: InfluxDB 1.6.7 and VictoriaMetrics 1.79.5 as observed.
 */
#ifndef UPLINK_RECEIPT_FORM_H
#define UPLINK_RECEIPT_FORM_H

#include "base/text.h"
#include "uplink/uplink.h"

enum {
	RECEIPT_QUESTIONS = 10, /* runs in one request for tallies */
	RECEIPT_RUN = 1000,     /* numbers in one run */
	RECEIPT_FORM = 16384    /* bytes a form never reaches */
};

struct receipt_question {
	enum stream stream;
	struct range range;     /* at most RECEIPT_RUN numbers */
	const int64_t *at_ms;   /* UTC of each */
	int64_t from_ms, to_ms; /* the earliest and the latest of them */
	uint64_t
		chance; /* a number of the run: it and the last one are looked for at their own time */
};

struct receipt_tally { /* of the numbers in a run that the store has */
	uint64_t n, least, most, sum;
	bool exact; /* `chance` and the last one are there at their own times */
};

/* The store as it is asked: where reading has no keys of its own, those of writing. */
struct store_conf receipt_asked_as(const struct store_conf *conf);

/* What the tally is when the store has all of them. */
struct receipt_tally receipt_whole(struct range range);
bool receipt_same_tally(const struct receipt_tally *a, const struct receipt_tally *b);

/* True where a request for tallies exists; else RECEIPT_NUMBERS of each run are asked for first. */
bool receipt_has_tallies(const struct store_conf *conf);

enum receipt_detail {
	RECEIPT_NUMBERS, /* a third of the bytes; not of InfluxDB, whose tallies are less */
	RECEIPT_ROWS     /* numbers, each at its own time */
};

/* The question about one of its numbers alone. */
struct receipt_question receipt_of_one(const struct receipt_question *question, uint64_t number);

/* The form that asks for n tallies, or for all numbers of one run.  ERR_FULL: it does not fit. */
int receipt_put_tallies(struct text *to, const struct store_conf *conf, const char *spool_id,
	const struct receipt_question *questions, size_t n) MUST_USE;
int receipt_put_list(struct text *to, const struct store_conf *conf, const char *spool_id,
	const struct receipt_question *question, enum receipt_detail detail) MUST_USE;

/* ERR_IO with words in `why`: it is not an answer to that, or says an error. */
int receipt_read_tallies(const char *body, size_t len, struct receipt_tally *tallies, size_t n,
	struct text *why) MUST_USE;
/* has[i]: the store has number range.first + i; of RECEIPT_ROWS, at its time.  Other rows are left out. */
int receipt_read_list(const struct store_conf *conf, const char *body, size_t len,
	const struct receipt_question *question, enum receipt_detail detail, bool *has,
	struct text *why) MUST_USE;

#endif
