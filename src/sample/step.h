/*
 * step.h - a step of a field test, as the words of a ledger record (LEDGER_SAMPLE) and back.  Pure.
 *
 * What a technician does is recorded a step at a time, each durable before it is answered; what a sample is, follows from
 * its steps in the order of their numbers (samples.h), in this start of the daemon and in any later one.
 */
#ifndef SAMPLE_STEP_H
#define SAMPLE_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "model/reading.h"

enum {
	STEP_WORDS = 160, /* bytes, the NUL included: as a record of the ledger has */
	OPERATOR = 29,    /* a person's name */
	TOKEN = 17,
	TERM = 24, /* a code of the vocabularies (terms.h), a method, a lot */
	VALUE_TEXT = 32,
	POINT_NAME = 81,
	REASON = 81
};

/* Numbers are for ever: they are stored and travel. */
enum step_kind {
	/* These three stand one behind the other: who and why, which water, where. */
	STEP_BEGIN = 1,
	STEP_SITE = 2,
	STEP_PLACE = 3,
	STEP_UNIT = 4,   /* this analyzer's readings are the sample's from here on; "": all */
	STEP_ENTER = 5,  /* a value: typed, or taken from an analyzer */
	STEP_START = 6,  /* a test that takes hours was started */
	STEP_FINISH = 7, /* its value */
	STEP_END = 8,
	STEP_CANCEL = 9,
	STEP_VERIFY = 10, /* a second person looked at its results (after.h) */
	STEP_AMEND = 11,  /* an entry's value was wrong: what it is instead, and why */
	STEP_IMPEDE = 12  /* no water could be taken: `value` says why; STEP_END follows at once */
};

/* Where the value is from.  Numbers are for ever. */
enum origin { ORIGIN_KIT = 0, ORIGIN_STABLE = 1, ORIGIN_TAKEN = 2, ORIGIN_BAG = 3 };

/* Texts are "" where there is nothing to say. */
struct step {
	enum step_kind kind;
	uint64_t
		sample; /* the number of its first step; of STEP_BEGIN itself 0 until it is recorded */
	/* STEP_FINISH: the number of its start; STEP_VERIFY: the newest result that was looked at, 0: not said;
	 * STEP_AMEND: the entry that it corrects */
	uint64_t test;
	char by[OPERATOR];
	char token[TOKEN]; /* the asker's own, so that asking again does nothing again */
	/* STEP_BEGIN */
	char purpose[TERM], activity[TERM];
	uint64_t
		parent; /* of a replicate, blank, spike or reference the sample beside which it was taken; 0: none said */
	/* STEP_SITE: the point (0: none) as it was then */
	uint64_t point;
	char type[TERM], position[TERM], treated[4];
	struct place place; /* STEP_PLACE */
	/* STEP_UNIT, and of a value that an analyzer gave */
	char unit[UNIT_NAME];
	/* STEP_ENTER, STEP_START, STEP_FINISH, STEP_AMEND */
	char parameter[PARAMETER_CODE], method[TERM], lot[TERM];
	char value
		[VALUE_TEXT]; /* "0.4", "<0.1", ">5", "0.2..0.5", "detected", "not detected", of a bag "11010" */
	char value_unit[TERM];
	char mdl[TERM], dilution[TERM];
	char known
		[TERM]; /* of a spike what was added, of a reference what it holds; in the value's unit */
	enum origin origin;
	/* What the van had against the value when it was taken, QC_SUSPECT or QC_FAIL; 0: nothing */
	uint8_t qc;
	bool unsettled; /* an analyzer's value that still moved when it was taken */
	/* STEP_START */
	int hours;
	char incubation_c[TERM];
	/* STEP_CANCEL, STEP_AMEND */
	char reason[REASON];
};

/* The record's words; sample, test and kind stand in its numbers.  to->cut: they did not fit. */
void step_put(struct text *to, const struct step *step);
/* False: no such step, or words that say too little of it. */
bool step_read(struct step *step, enum step_kind kind, uint64_t number, uint64_t sample,
	uint64_t test, const char *words) MUST_USE;
/*
 * What was asked for, as a number, the same of a step before and after it was stored: who, of which sample, what; not the
 * value that an analyzer shows just then, nor where the van is.
 */
uint64_t step_question(const struct step *step);

#endif
