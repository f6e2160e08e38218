/* lab_look.h - a look at the whole laboratory: how it is now, and what of that somebody should hear of soon. */
#ifndef DAEMON_LAB_LOOK_H
#define DAEMON_LAB_LOOK_H

#include "daemon/parts.h"
#include "model/lab_status.h"
#include "spool/reader.h"

enum { LAB_LOOK_SICK_MS = 3600 * 1000 };

struct lab_look {
	struct lab_status status;
	int64_t long_sick; /* of units_sick: those without a good answer for LAB_LOOK_SICK_MS */
};

/* The reader is of the parts' spool. */
void lab_look(const struct parts *parts, struct spool_reader *reader, struct lab_look *to);

#endif
