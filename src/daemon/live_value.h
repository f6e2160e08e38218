/*
 * live_value.h - is what an analyzer shows now a value that can be taken, into a sample or a check?  False after a refusal in
 * words; what sending that returned is in *err.
 */
#ifndef DAEMON_LIVE_VALUE_H
#define DAEMON_LIVE_VALUE_H

#include "control/control.h"
#include "daemon/parts.h"

/* NULL: none is configured under that name. */
const struct unit_conf *live_unit(const struct parts *parts, const char *name);
/* There is one, of the last 2 min and two of the analyzer's turns. */
bool live_is_now(const struct parts *parts, const struct field_live *live,
	struct control_client *client, int *err);
/* The analyzer itself has nothing against it. */
bool live_is_good(const struct field_live *live, struct control_client *client, int *err);

#endif
