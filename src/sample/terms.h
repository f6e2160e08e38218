/* terms.h - the closed vocabularies of a field test: codes that are stored and travel; people's words are the page's. */
#ifndef SAMPLE_TERMS_H
#define SAMPLE_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/limits.h"

/* Of TERM_PURPOSE. */
enum { PURPOSE_ROUTINE = 1, PURPOSE_TRAINING = 5 };

enum term_list {
	TERM_PURPOSE, /* why it is taken */
	TERM_ACTIVITY, /* the point's water, or a blank, spike or reference beside it (WQX activity types) */
	TERM_SOURCE,    /* JMP's source types, and what else there is in Pakistan */
	TERM_POSITION,  /* where between source and consumer; enum water_position */
	TERM_IMPEDIMENT /* why no water could be taken */
};

/* The parameter of a result that says why there was no water; its value is of TERM_IMPEDIMENT. */
#define TERM_NO_WATER "impediment"

bool term_is(enum term_list list, const char *word);
/* Its number for the wire, from 1; 0: none.  Numbers are for ever. */
unsigned term_number(enum term_list list, const char *word);
/* The list's i-th word; NULL behind the last. */
const char *term_at(enum term_list list, size_t i);

/* What it is about the point's own water: sample and replicate. */
bool term_is_water(const char *activity);

#endif
