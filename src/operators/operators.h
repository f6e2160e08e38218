/* operators.h - who works in this laboratory, and what each may do. */
#ifndef OPERATORS_OPERATORS_H
#define OPERATORS_OPERATORS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"

enum {
	MOST_OPERATORS = 32,
	OPERATOR_NAME = 29, /* bytes with the NUL: as long as a name in the ledger */
	PIN_HASH = 128,     /* crypto_pwhash_STRBYTES */
	PIN_LEAST = 6,      /* digits */
	PIN_MOST = 12
};

/* Each may what those before it may. */
enum role { ROLE_NONE, ROLE_VIEWER, ROLE_TECHNICIAN, ROLE_SUPERVISOR };

struct operator
{
	char name[OPERATOR_NAME];
	enum role role;
	char hash[PIN_HASH];
};

struct operators {
	unsigned n;
	struct operator all[MOST_OPERATORS];
	bool others_read; /* the file, and can try PINs as fast as their machine does */
};

/* "viewer", "technician", "supervisor"; "none". */
const char *role_word(enum role role);
/* ROLE_NONE: there is no such role. */
enum role role_of(const char *word);

/* NULL: nobody has that name.  Case counts. */
const struct operator* operators_find(const struct operators *operators, const char *name);

/* ERR_RANGE (no name, no role), ERR_BUSY (the name is taken), ERR_FULL; with words in `why`. */
int operators_add(
	struct operators *operators, const struct operator* operator, struct text * why) MUST_USE;
/* False: nobody has that name. */
bool operators_remove(struct operators *operators, const char *name);

/*
 * Reads `path`.  ERR_ABSENT: there is no such file; ERR_IO; ERR_CONF: a line is not as it should be, or anybody may
 * write the file, and then nobody is in *out.  With words in `why`, "PATH:LINE: ...".
 */
int operators_read(struct operators *out, const char *path, struct text *why) MUST_USE;
/* The same from a text; `path` is for the words. */
int operators_parse(struct operators *out, const char *bytes, size_t len, const char *path,
	struct text *why) MUST_USE;
/*
 * Holds the file against others who would change it: a descriptor to close(), or ERR_IO with words in `why`.  What is
 * read while it is held is what is written over.
 */
int operators_hold(const char *path, struct text *why) MUST_USE;
/* As a whole or not at all, and durable then; ERR_IO with words in `why`. */
int operators_write(const struct operators *operators, const char *path, struct text *why) MUST_USE;

/* False with words in `why`: no PIN of PIN_LEAST to PIN_MOST digits, or one that is guessed first. */
bool pin_fits(const char *pin, struct text *why) MUST_USE;
/* Takes a tenth of a second or more and 64 MiB for that time, as pin_is() does.  ERR_MEMORY. */
int pin_hash(char hash[PIN_HASH], const char *pin) MUST_USE;
bool pin_is(const char *hash, const char *pin) MUST_USE;
/* Whole, and such as pin_hash() makes: whatever else would never be anybody's PIN. */
bool pin_is_hash(const char *hash) MUST_USE;

#endif
