/* help.h - what `waterlab help` says. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

void help_all(FILE *to);
/* Of one command, its second word or NULL: every one.  False, nothing printed: no such command. */
bool help_of(const char *first, const char *second, FILE *to);

#endif
