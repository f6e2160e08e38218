/* question.h - a request made into a question for the daemon.  Pure, and fuzzed. */
#ifndef CONSOLE_QUESTION_H
#define CONSOLE_QUESTION_H

#include <jansson.h>

#include "base/text.h"
#include "console/routes.h"

/*
 * The question that `body` asks by `route`: {"ask": ROUTE'S} and the fields which the route knows, each as it should
 * be.  NULL with words in `why`: no JSON, a field too many, missing, too long or of another kind.
 */
json_t *question_of_body(const struct route *route, const char *body, size_t len, struct text *why);

/* The same of a GET's query, where get(ctx, name) is a field's text or NULL. */
json_t *question_of_query(const struct route *route,
	const char *(*get)(void *ctx, const char *name), void *ctx, struct text *why);

#endif
