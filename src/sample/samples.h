/*
 * samples.h - the field tests that a van knows, as they follow from the steps in its ledger.  Pure, fixed room.
 *
 * Steps are taken in the order of their numbers.  What makes no sense after those before it (a value for a sample that is not
 * there, a second end) changes nothing.
 */
#ifndef SAMPLE_SAMPLES_H
#define SAMPLE_SAMPLES_H

#include "sample/result.h"
#include "sample/step.h"
#include "sample/tokens.h"

enum {
	/* open, waiting for a test, and the newest that are over: those that alarm and are not verified go last */
	MOST_SAMPLES = 64,
	MOST_ENTRIES = 48, /* of a sample; a test under way has its own kept for it */
	MOST_TESTS = 8,    /* of a sample that take hours */
	MOST_ATTACHED = 16 /* analyzers of a sample */
};

struct sample_entry {
	uint64_t number; /* of its step */
	struct step step;
	struct result result; /* the newest; number 0: none yet */
	uint64_t verified;    /* the step that verified it; 0: none */
	char verified_by[OPERATOR];
};

struct sample_test {
	uint64_t number;
	struct step step;
	bool finished;
};

enum sample_state { SAMPLE_OPEN, SAMPLE_WAITING, SAMPLE_DONE, SAMPLE_CANCELLED };

struct sample {
	uint64_t number;
	struct step begin; /* with what site and place say */
	bool ended, cancelled, all_units;
	char impediment[TERM]; /* why no water could be taken; "": it could */
	unsigned n_units, n_entries, n_tests;
	char units[MOST_ATTACHED][UNIT_NAME];
	struct sample_entry
		entries[MOST_ENTRIES]; /* of one parameter and method the newest counts */
	struct sample_test tests[MOST_TESTS];
};

struct samples;

struct samples *samples_new(void); /* NULL: no memory */
void samples_free(struct samples *samples);

/* A step as it stands in the ledger under `number`.  False: it changes nothing. */
bool samples_take(struct samples *samples, uint64_t number, const struct step *step);
/* A result as it stands in the ledger. */
void samples_take_result(struct samples *samples, const struct result *result);
/* May this step be recorded?  `why` says why not, with the remedy. */
bool samples_allow(
	const struct samples *samples, const struct step *step, struct text *why) MUST_USE;

const struct sample *samples_find(const struct samples *samples, uint64_t number);
/* Of a test's number: its sample; NULL: there is none. */
const struct sample *samples_of_test(const struct samples *samples, uint64_t test);
/* The i-th, newest first; NULL behind the last. */
const struct sample *samples_at(const struct samples *samples, size_t i);
/* Does what it shows say something of its point?  A blank is other water, and who learns may have made up anything. */
bool sample_counts(const struct sample *sample);
enum sample_state sample_state(const struct sample *sample);
const char *sample_state_word(enum sample_state state);
/* How many more values can be entered, what is kept for tests under way left out. */
unsigned sample_room(const struct sample *sample);
/* A value of that analyzer and parameter is one of its entries. */
bool sample_has_taken(const struct sample *sample, const struct series *series);

/* The open sample whose readings this analyzer's are: the newest that has it.  0: none. */
uint64_t samples_of_unit(const struct samples *samples, const char *unit);
/* Was this very step's token used, and for this?  *sample is whose it was. */
enum step_asked samples_asked(
	const struct samples *samples, const struct step *step, uint64_t *sample);

#endif
