/* find_driver.h - where drivers are: the installed folder, the operator's own, the program itself. */
#ifndef CONF_FIND_DRIVER_H
#define CONF_FIND_DRIVER_H

#include "conf/source.h"

struct profile;

struct driver_folders {
	const char *installed;
	const char *own; /* may be absent; "": there is none */
};

/*
 * NAME/profile.conf of the operator's own, else of the installed folder, else the codec of that name in the
 * program.  One's own is taken only when nobody but root (or who runs the program) may write it: what it
 * says is what the readings mean.  A warning says that it stands before another.  ERR_ABSENT without
 * words; ERR_CONF with the mistakes added.
 */
int find_driver(struct profile **out, const struct driver_folders *folders, const char *name,
	struct mistakes *mistakes) MUST_USE;
/* Says that there is none, with the folder whose name is nearest. */
void say_no_driver(const struct driver_folders *folders, const char *name, struct text *why);

#endif
