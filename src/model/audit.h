/*
 * audit.h - who changed who may do what, came in, or searched a line, as a record of the ledger.
 *
 * What a person does to a sample is a record of its own that says who.  These are the changes beside: the record's a is
 * the code, b how often; its words say who and about whom or what, and stay in the van: a store gets the numbers.
 */
#ifndef MODEL_AUDIT_H
#define MODEL_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Numbers are for ever: they travel and are stored. */
enum audit_what {
	AUDIT_OPERATOR_ADDED = 1,
	AUDIT_OPERATOR_REMOVED = 2,
	AUDIT_PIN_CHANGED = 3,
	AUDIT_CAME_IN = 4, /* with the right PIN, on the page */
	AUDIT_WRONG_PIN =
		5, /* b of them since the last such record; about: under the last one's name */
	AUDIT_LIMITS_SIGNED = 6,   /* about: SET PARAMETER */
	AUDIT_LINE_SCANNED = 7,    /* about: the line; note: which addresses */
	AUDIT_UNIT_PROBED = 8,     /* about: the analyzer */
	AUDIT_SEARCH_CANCELLED = 9 /* about: the line */
};

enum { AUDIT_NAME = 64, AUDIT_NOTE = 16 }; /* all three fill a record's words, and no more */

struct audit {
	enum audit_what what;
	char by[AUDIT_NAME];    /* an operator, or the machine's user who gave the command */
	char about[AUDIT_NAME]; /* an operator, or a thing; "": nothing beside `by` */
	char note[AUDIT_NOTE];  /* a role; "": none */
};

/* "operator_added", ...; NULL: there is no such code. */
const char *audit_word(int64_t what);
/* False: there is no such word. */
bool audit_what_of(const char *word, enum audit_what *what);

/* A ledger record's words hold all of it. */
void audit_put(struct text *to, const struct audit *audit);
/* False: a code of a newer program, or words that say too little. */
bool audit_read(struct audit *audit, int64_t what, const char *words);

#endif
