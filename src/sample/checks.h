/*
 * checks.h - the checks of analyzers against standards that a van knows, as they follow from the steps in its ledger.  Pure,
 * fixed room.
 *
 *   begin (analyzer, parameter, standard) -> take: as found [-> adjusted -> take: as left] [-> next standard ...] -> finish
 *
 * Steps are taken in the order of their numbers.  What makes no sense after those before it changes nothing.
 */
#ifndef SAMPLE_CHECKS_H
#define SAMPLE_CHECKS_H

#include "sample/check_rule.h"
#include "sample/check_step.h"
#include "sample/tokens.h"

enum {
	MOST_CHECKS =
		256, /* the newest; of each analyzer and parameter the last that counts stays longest */
	MOST_STANDARDS = 5 /* of a check */
};

struct check_reading {
	uint64_t number; /* of its step; 0: none */
	double value;
	char text[VALUE_TEXT]; /* the same as the analyzer said it */
	bool unsettled;
};

struct check_standard {
	char lot[TERM];
	char text[VALUE_TEXT];
	double value; /* the same, in the parameter's unit */
	char expires[CHECK_DAY];
	bool out_of_date, relabelled;
	struct check_reading found, left; /* the newest of each */
};

enum check_state { CHECK_IS_OPEN, CHECK_HAS_PASSED, CHECK_HAS_FAILED, CHECK_IS_CANCELLED };

struct check {
	uint64_t number;
	struct check_step begin;   /* who, when, which analyzer's which parameter */
	unsigned n_standards, now; /* the analyzer is in standards[now] */
	struct check_standard standards[MOST_STANDARDS];
	bool adjusted;
	uint64_t over; /* the number of its finish or cancelling; 0: open */
	bool passed, cancelled;
	char ended_by[OPERATOR];
	struct check_rule rule; /* once finished: what it was held against; without `why` */
};

struct checks;

struct checks *checks_new(void); /* NULL: no memory */
void checks_free(struct checks *checks);

/* A step as it stands in the ledger under `number`.  False: it changes nothing. */
bool checks_take(struct checks *checks, uint64_t number, const struct check_step *step);
/* May this step be recorded?  `why` says why not, with the remedy. */
bool checks_allow(
	const struct checks *checks, const struct check_step *step, struct text *why) MUST_USE;
/* Was this very step's token used, and for this?  *check is whose it was. */
enum step_asked checks_asked(
	const struct checks *checks, const struct check_step *step, uint64_t *check);

const struct check *checks_find(const struct checks *checks, uint64_t number);
/* The i-th, newest first; NULL behind the last. */
const struct check *checks_at(const struct checks *checks, size_t i);
/* The open check of that analyzer; NULL: none. */
const struct check *checks_of_unit(const struct checks *checks, const char *unit);
/*
 * The check that says, for a value recorded under `number`, whether the analyzer was to be believed: the last that was
 * finished before it, or cancelled after an adjustment, which then nothing vouches for.  NULL: never checked.
 */
const struct check *checks_before(
	const struct checks *checks, const char *unit, const char *parameter, uint64_t number);

enum check_state check_state(const struct check *check);
const char *check_state_word(enum check_state state);
/* The reading of a standard that counts: as found, after an adjustment as left.  NULL: none. */
const struct check_reading *check_counts(
	const struct check *check, const struct check_standard *standard);
/* How the reading that counts stands to its standard. */
enum check_standing {
	STANDING_UNREAD, /* none was taken: it keeps nothing from passing */
	STANDING_WITHIN,
	STANDING_AGAIN, /* outside as found, and not read since the adjustment */
	STANDING_OFF,
	STANDING_MOVED,
	STANDING_EXPIRED
};
enum check_standing check_standing(const struct check *check, const struct check_standard *standard,
	const struct check_rule *rule);
const char *check_standing_word(enum check_standing standing);
/* The digits of a difference: three, but never 1e+03. */
int check_digits(double difference);
/*
 * Would it pass, finished now?  All standards read within the rule, settled and in date; after an adjustment those that were
 * outside of it are read again.  `why` says what keeps it from passing.
 */
bool check_passes(const struct check *check, const struct check_rule *rule, struct text *why);
/* shown = offset + slope * standard, by least squares over the standards read as found (or as left).  False: fewer
 * than two that differ. */
bool check_line(const struct check *check, bool left, double *slope, double *offset);

#endif
