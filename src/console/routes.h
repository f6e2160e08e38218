/*
 * routes.h - everything that waterlab-console answers to, in one table.  Pure.
 *
 * Beside it there are the page's own files (page_files.h), by GET, at their names; "/" is index.html.
 */
#ifndef CONSOLE_ROUTES_H
#define CONSOLE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "operators/operators.h"

/* What one field of a request may be. */
enum field_kind {
	FIELD_TEXT,   /* `most` bytes of UTF-8, at least one */
	FIELD_TOKEN,  /* `most` of A-Z a-z 0-9 and '-', at least one */
	FIELD_NUMBER, /* a whole number, 1 to 2^53 */
	FIELD_YES,    /* true or false */
	FIELD_POINT   /* an object: what a new point is */
};

struct field {
	const char *name; /* NULL ends the list */
	enum field_kind kind;
	size_t most;
	bool needed;
};

struct route {
	const char *method, *path; /* a NULL path ends the table */
	/* It changes something: from our own page, as JSON; in the laboratory only with who it is ("by") and a token. */
	bool changes;
	enum role least; /* where operators are configured: nobody below asks it */
	const char *ask; /* the daemon's question; NULL: the console itself answers (own.h) */
	const struct field *fields; /* GET: in the query; POST: in the body.  No other is taken. */
};

extern const struct route routes[];

/* The route, or NULL; then *known is true when the path has one for another method. */
const struct route *route_find(const char *method, const char *path, bool *known);

#endif
