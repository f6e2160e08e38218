/*
 * method.h - what is known of the methods by which values are found: how far off they may be, by which rule that enters a
 * verdict, and whether they only screen.  The van's own (waterlab.conf, `methods`).
 */
#ifndef SAMPLE_METHOD_H
#define SAMPLE_METHOD_H

#include "model/verdict.h"
#include "sample/step.h"

enum { MOST_METHODS = 32, METHOD_WHY = 240 };

struct method {
	char name[TERM]; /* as it is typed; of an analyzer the analyzer's */
	char parameter[PARAMETER_CODE];
	struct water_method about;
	char why[METHOD_WHY];
};

struct methods {
	unsigned n;
	struct method at[MOST_METHODS];
};

/* Capitals do not count.  Without a word about it: no uncertainty is stated, the value alone decides, and a kit screens. */
struct water_method method_find(
	const struct methods *own, const char *name, const char *parameter, bool kit);

#endif
