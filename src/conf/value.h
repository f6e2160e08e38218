/* value.h - inside the schema engine: an open file, and one scalar value of it on its way into a struct. */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/schema.h"

struct config_t; /* libconfig's */

struct place { /* where in the file a field or a group was said */
	const void *at;
	const char *key; /* NULL: a group */
	unsigned line;
};

struct schema_doc {
	struct source source;
	struct config_t *config;
	struct mistakes *mistakes;
	unsigned wrong_before;
	void *ctx;
	struct place *places;
	size_t n_places, places_cap;
};

/* The file and line that line `line` of the text libconfig saw came from. */
const char *schema_source(const struct schema_doc *doc, unsigned line, unsigned *real);
/* Notes that `at` was said in that line; `key` NULL: it is a group. */
void schema_remember(struct schema_doc *doc, const void *at, const char *key, unsigned line);

/* A mistake at line `text_line` of the text libconfig saw. */
#define WRONG(doc, text_line, key, ...)                                       \
	do {                                                                  \
		unsigned real_;                                               \
		const char *file_ = schema_source(doc, text_line, &real_);    \
		mistake_add((doc)->mistakes, file_, real_, key, __VA_ARGS__); \
	} while (0)

/* Each checks the value and puts it into its field of `object`, or says what is wrong with it. */
void value_number(struct schema_doc *doc, const struct schema_key *key, unsigned line,
	const struct schema_number *number, void *object);
void value_choice(struct schema_doc *doc, const struct schema_key *key, unsigned line,
	const char *word, void *object);
void value_text(struct schema_doc *doc, const struct schema_key *key, unsigned line, const char *s,
	void *object);

#endif
