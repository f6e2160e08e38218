/* check_status.h - checks of analyzers as JSON. */
#ifndef DAEMON_CHECK_STATUS_H
#define DAEMON_CHECK_STATUS_H

#include <jansson.h>

#include "daemon/parts.h"

/* All of it: standards, values as found and as left, slope and offset, what it was held against; of an open one what is
 * shown now. */
json_t *check_status(const struct parts *parts, const struct check *check);
/* Which, who, when, what came of it. */
json_t *check_status_short(const struct parts *parts, const struct check *check);
/* Whether an analyzer's parameter is to be believed for a value recorded under `number` (0: now), and by which check;
 * with what to do about it. */
json_t *check_status_vouch(
	const struct parts *parts, const char *unit, const char *parameter, uint64_t number);

#endif
