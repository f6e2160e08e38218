/*
 * check_step.h - a step of a check of an analyzer against standards, as the words of a ledger record (LEDGER_CHECK) and
 * back.  Pure.
 *
 * As of a field test (step.h): each step is durable before it is answered, and a check is what follows from its steps
 * (checks.h).
 */
#ifndef SAMPLE_CHECK_STEP_H
#define SAMPLE_CHECK_STEP_H

#include "sample/step.h"

enum { CHECK_DAY = 11 }; /* "2027-03-31" */

/* Numbers are for ever: they are stored and travel. */
enum check_step_kind {
	/* These two stand one behind the other at its beginning: who and which analyzer's which parameter, in what. */
	CHECK_STEP_BEGIN = 1,
	CHECK_STEP_STANDARD = 2, /* the analyzer is in this standard from here on */
	CHECK_STEP_TAKE = 3,     /* its value there: as found, after an adjustment as left */
	CHECK_STEP_ADJUSTED = 4, /* a person adjusted the analyzer */
	CHECK_STEP_FINISH = 5,
	CHECK_STEP_CANCEL = 6
};

/* Texts are "" where there is nothing to say; numbers are in the parameter's unit. */
struct check_step {
	enum check_step_kind kind;
	uint64_t check; /* the number of its first step; of that itself 0 until it is recorded */
	char by[OPERATOR];
	char token[TOKEN];
	/* BEGIN, TAKE and FINISH, so that each can be understood alone at the centre */
	char unit[UNIT_NAME], parameter[PARAMETER_CODE];
	/* STANDARD */
	char lot[TERM];
	char expires[CHECK_DAY]; /* its last good day; "": the label says none */
	bool out_of_date;        /* it was past that day, and used all the same */
	bool relabelled;         /* an earlier check said otherwise of it, and a person insisted */
	/* STANDARD: what it holds; TAKE: what the analyzer showed */
	char value[VALUE_TEXT];
	bool unsettled; /* TAKE: it still moved, and was taken all the same */
	/* FINISH: what it was held against, and what came of it; numbers as texts */
	char within[16], within_relative[16], valid_h[16];
	bool passed;
	char reason[REASON]; /* CANCEL */
};

/* The record's words; check, kind and outcome stand in its numbers.  to->cut: they did not fit. */
void check_step_put(struct text *to, const struct check_step *step);
/* The record's b: 1 passed, 2 not; of what is no FINISH 0. */
int64_t check_step_outcome(const struct check_step *step);
/* False: no such step, or words that say too little of it. */
bool check_step_read(struct check_step *step, uint64_t number, int64_t a, int64_t b, int64_t c,
	const char *words) MUST_USE;
/* What was asked for, as a number; not the value that an analyzer showed just then, nor what followed from it. */
uint64_t check_step_question(const struct check_step *step);

#endif
