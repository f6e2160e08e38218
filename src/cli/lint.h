/* lint.h - what lint.c, lint_cases.c and lint_map.c share: one driver under the glass. */
#ifndef CLI_LINT_H
#define CLI_LINT_H

#include <stdarg.h>
#include <stdbool.h>

#include "bus/profile.h"

enum { LINT_PATH = 1024 };

struct lint {
	char folder[LINT_PATH], name[PROFILE_NAME]; /* where it lies: FOLDER/NAME */
	const char *installed; /* it is the operator's own, before this folder; or NULL */
	unsigned mistakes, cases;
	bool recorded;           /* one of its cases says that it was recorded */
	bool unread;             /* one of them could not be read */
	bool shown[MOST_FIELDS]; /* of a map: a case has a line of this value */
};

/* "FOLDER/NAME" + where + ": " + words, and a mistake more. */
__attribute__((format(printf, 3, 4))) void lint_wrong(
	struct lint *lint, const char *where, const char *fmt, ...);
/* The same, with "warning: " before the words, and no mistake. */
__attribute__((format(printf, 3, 4))) void lint_warn(
	struct lint *lint, const char *where, const char *fmt, ...);

/* Its cases come out as they are written, and each shows something. */
void lint_cases(struct lint *lint, const struct profile *profile);
/* A map of registers, once its cases were looked at: values that none shows, states, addresses. */
void lint_map(struct lint *lint, const struct profile *profile);

#endif
