/* which_line.h - the line, or the analyzer on one, that a question on the control socket means. */
#ifndef DAEMON_WHICH_LINE_H
#define DAEMON_WHICH_LINE_H

#include "daemon/parts.h"

/* False, after words that name those there are: there is none of that name. */
bool which_line(const struct parts *parts, const char *name, unsigned *line, struct text *why);
/* On whatever line; false: there is none. */
bool which_unit(const struct parts *parts, const char *name, unsigned *line, unsigned *unit);

#endif
