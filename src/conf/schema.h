/*
 * schema.h - tables of keys: what a configuration file may say.
 *
 * One table drives reading, checking, printing the effective configuration and printing the commented
 * sample, so nothing is said twice.  A file is read in the order of the table, not of the file, so a
 * key may depend on those above it.
 */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/source.h"

enum schema_kind {
	SCHEMA_TEXT,    /* char[size] */
	SCHEMA_NAME,    /* char[size]: letters, digits, '-', '_', '.', at least one */
	SCHEMA_INTEGER, /* an integer of `size` bytes */
	SCHEMA_REAL,    /* double; an integer in the file is taken too */
	SCHEMA_CHOICE,  /* a word of `choices`, stored as an integer of `size` bytes */
	SCHEMA_NUMBERS, /* struct schema_number[most], how many as unsigned at `count` */
	SCHEMA_GROUP,   /* a struct of `inside` */
	SCHEMA_LIST /* [most] structs of `size` bytes of `inside`, how many as unsigned at `count` */
};

struct schema_choice {
	const char *word; /* NULL ends the table */
	int value;
};

/* A number as the file writes it. */
struct schema_number {
	bool is_hex, is_real;
	int64_t integer; /* the bits, for hexadecimal; not for is_real */
	double real;     /* its value in every case */
};

struct schema_doc;

/* For what needs more than a table: text in the file, something else in the struct. */
struct schema_hook {
	/* False when `text` is not acceptable: then `why` says what is wrong and what is allowed. */
	bool (*take)(struct schema_doc *doc, void *field, const char *text, struct text *why);
	void (*show)(const void *field, struct text *to);
};

struct schema_key {
	const char *key;
	const char *help; /* one plain sentence or more */
	enum schema_kind kind;
	size_t offset, size;
	/* Without it, as a person writes it but without quotes; "" for groups and lists: may be left
	 * out.  NULL: must be there. */
	const char *preset;
	double least, most; /* INTEGER, REAL: both allowed; LIST, NUMBERS: how many */
	const char *unit;
	const struct schema_choice *choices;
	const struct schema *inside;
	size_t count;    /* LIST, NUMBERS: offset of the number of elements */
	bool optional;   /* GROUP, REAL: left as it is (zero) when the file has none */
	bool pointed;    /* LIST: at `offset` is a pointer to the elements */
	bool sketch;     /* LIST: the sample shows it as a comment */
	const char *say; /* sample: the value shown where there is no preset and no example */
	/* Bits 1 << v: the key exists only where the group's first CHOICE has one of these values. */
	unsigned when;
	const struct schema_hook *hook; /* kind TEXT; `size` is then the longest text plus one */
};

struct schema {
	const char *what;              /* "line": for messages */
	const struct schema_key *keys; /* ends with a NULL key */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* Opens `path`, or `text` under that name when it is not NULL.  ERR_CONF with the mistakes added. */
int schema_open(struct schema_doc **out, const char *path, const char *text, void *ctx,
	struct mistakes *mistakes) MUST_USE;
/* Fills `object`, which is zero before.  Whether it worked, schema_mistakes() says. */
void schema_read(struct schema_doc *doc, const struct schema *schema, void *object);
void schema_close(struct schema_doc *doc);

unsigned schema_mistakes(const struct schema_doc *doc);
struct mistakes *schema_list(struct schema_doc *doc); /* where its mistakes go */
void *schema_ctx(struct schema_doc *doc);

/* True when the file itself says the field at `field`. */
bool schema_given(const struct schema_doc *doc, const void *field);
/* A mistake at a field that was read, or, when the file does not say it, at the group `object`. */
__attribute__((format(printf, 5, 6))) void schema_wrong(struct schema_doc *doc, const void *object,
	const void *field, const char *key, const char *fmt, ...);
__attribute__((format(printf, 5, 6))) void schema_warn(struct schema_doc *doc, const void *object,
	const void *field, const char *key, const char *fmt, ...);

/* The known word nearest to `word`, to be asked for one by one; remembers the best. */
struct schema_nearest {
	const char *word, *best;
	unsigned distance;
};
void schema_nearer(struct schema_nearest *nearest, const char *known);
/* "; did you mean X?" or "". */
const char *schema_hint(const struct schema_nearest *nearest, char *to, size_t cap);

/* --- printing --------------------------------------------------------------------------------- */

/* Every key with its value. */
void schema_print(const struct schema *schema, const void *object, FILE *to);
/* The same with help and ranges; what equals the preset stands as a comment. */
void schema_print_sample(const struct schema *schema, const void *object, FILE *to);

/* --- for both --------------------------------------------------------------------------------- */

/* The value of the group's first CHOICE; -1 when it has none. */
int schema_selector(const struct schema *schema, const void *object);
bool schema_applies(const struct schema_key *key, int selector);
int64_t schema_integer(const struct schema_key *key, const void *object);
/* The elements of a LIST and how many there are. */
const char *schema_elements(const struct schema_key *key, const void *object, unsigned *n);

#endif
