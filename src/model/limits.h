/*
 * limits.h - limit sets: what a standard allows in drinking water, row by row, each with its source.
 *
 * A set is a file NAME.csv (config/limits/README.md has its columns).  A row that was seen in a source is in force at once.
 * One from memory is in force once a person has held it against the gazette and signed it (limits_sign()); the
 * signature holds for the very row as it stood, so a row that was changed since is unsigned again.
 *
 * Bounds are in the unit of the row's parameter (parameter.h), which fixes the chemical form too.
 */
#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/text.h"
#include "model/parameter.h"

enum {
	LIMIT_ROWS = 128,  /* the most of one set */
	LIMIT_SETS = 4,    /* the most in force at once */
	LIMIT_NAME = 32,   /* bytes of a set's name, the NUL included; as for those below */
	LIMIT_TITLE = 128, /* of its title, and of a row's edition */
	LIMIT_TEXT = 512,  /* of source and note */
	LIMIT_SIGNER = 64  /* of who signed */
};

/* --- where and what the water is; numbers are for ever: they travel and are stored ------------------ */

enum water_treatment { TREATMENT_UNKNOWN = 0, TREATMENT_NONE = 1, TREATMENT_DONE = 2 };

/* Where the sample was taken: where the water comes from, on its way, or where people take it. */
enum water_position {
	POSITION_UNKNOWN = 0,
	POSITION_SOURCE = 1,
	POSITION_NETWORK = 2,
	POSITION_CONSUMER = 3
};

struct water_site {
	enum water_treatment treatment;
	enum water_position position;
};

/* --- rows ------------------------------------------------------------------------------------------- */

enum limit_operator {
	LIMIT_ABSENT,  /* "absent": must not be detected; there are no bounds */
	LIMIT_STRICT,  /* "<": the bound itself is already a failure, at either end */
	LIMIT_INCLUDED /* "<=": the bound itself still meets */
};
/* What a failure touches.  Only LIMIT_HEALTH alarms.  Numbers are for ever. */
enum limit_basis { LIMIT_HEALTH = 1, LIMIT_OPERATIONAL = 2, LIMIT_ACCEPTABILITY = 3 };

struct limit {
	char parameter[PARAMETER_CODE]; /* in parameter.def */
	enum limit_operator must;
	double low, high; /* NAN: no such bound; both NAN with LIMIT_ABSENT only; low < high */
	uint8_t decimals; /* with which the bounds are shown in the parameter's unit */
	enum limit_basis basis;
	struct water_site applies_to; /* each UNKNOWN: to any */
	bool required;                /* a sample without it is incomplete */
	bool seen;                    /* in its source; false: from memory */
	char form[12];                /* "NO3", "N", "CaCO3"...; "": none to be said */
	char edition[LIMIT_TITLE];    /* of the standard, with its year */
	char source[LIMIT_TEXT], note[LIMIT_TEXT];
	uint64_t checksum; /* of the set's name and all the row's columns */
	unsigned line;     /* in its file */

	/* By limits_read_signed(): who held it against the gazette, and when (UTC, ms).  "": nobody. */
	char signer[LIMIT_SIGNER];
	int64_t signed_ms;
};

/* Seen or signed: a verdict may rest on it. */
bool limit_in_force(const struct limit *limit);
/* "6.5 to 8.5", "< 5 NTU", "at most 50 µg/L", "not detected in 100 mL". */
void limit_put(struct text *to, const struct limit *limit);
/* "health", "operational", "acceptability"; "treated consumer_end" or "any": as the file says them. */
const char *limit_basis_word(enum limit_basis basis);
void limit_put_applies_to(struct text *to, const struct water_site *applies_to);

struct limit_set {
	char name[LIMIT_NAME]; /* "nsdwq-2010": its file is called so, and `.csv` */
	uint32_t code; /* 1..65535: the field limit_set of a result; own sets from 1000 on */
	char title[LIMIT_TITLE]; /* in full, for people */
	unsigned n;
	struct limit rows[LIMIT_ROWS]; /* in the file's order */
};

/*
 * Reads a set.  `path` is for its name and for words.  ERR_CONF: a mistake, named as FILE:LINE: what; remedy.  No two
 * rows of a set may apply to the same parameter at the same site.  ERR_IO; ERR_MEMORY.  Of an unread set nothing but
 * n = 0 is to be believed.
 */
int limits_read(struct limit_set *set, FILE *file, const char *path, struct text *why) MUST_USE;
/* The same by path; ERR_ABSENT: no such file. */
int limits_open(struct limit_set *set, const char *path, struct text *why) MUST_USE;

/* --- those in force --------------------------------------------------------------------------------- */

enum { LIMITS_PATH = 256 };

struct limits_conf {
	/* Between commas: a set's name, for NAME.csv in `folder`, or the full path of an own one.  The first that has
	 * a row for a parameter judges it. */
	char sets[LIMITS_PATH * 2];
	char folder[LIMITS_PATH];
	char signatures[LIMITS_PATH]; /* file of limits_sign(); need not be there */
};

struct limit_book {
	size_t n;
	struct limit_set *sets[LIMIT_SETS];
	unsigned stale; /* signatures for rows that are different now, or gone */
};

/* Opens what the configuration names, with what was signed.  Errors as of either file; then the book is empty. */
int limits_load(struct limit_book *book, const struct limits_conf *conf, struct text *why) MUST_USE;
void limits_free(struct limit_book *book);

/* --- signatures ------------------------------------------------------------------------------------- */

/*
 * Marks the rows of the sets that were signed by what the file at `path` says; a file that is not there says nothing,
 * and is no error.  A signature for a row that is different now, or gone, counts for nothing; *stale (may be NULL)
 * gets how many there are of the sets given.  ERR_CONF with FILE:LINE and words, ERR_IO, ERR_MEMORY: then no row of
 * the sets is signed.
 */
int limits_read_signed(struct limit_set *const *sets, size_t n, const char *path, unsigned *stale,
	struct text *why) MUST_USE;

struct limit_signature {
	const char *by, *reason; /* words (text_is_words()); by: below LIMIT_SIGNER bytes */
	int64_t utc_ms;
};
/*
 * Signs all rows of that parameter in the set that are from memory and not signed yet, in the file at `path`, which
 * is replaced as a whole or not at all, and marks them.  *n gets how many.  ERR_ABSENT: the set has no row of it, or
 * none that needs it; ERR_RANGE: words are missing or too long; ERR_CONF: the file is spoilt; ERR_IO.  `why` says it.
 */
int limits_sign(struct limit_set *set, const char *parameter,
	const struct limit_signature *signature, const char *path, unsigned *n,
	struct text *why) MUST_USE;

#endif
