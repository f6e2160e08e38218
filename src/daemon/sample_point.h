/* sample_point.h - the point that a question about a field test means: a known one, or one that it describes. */
#ifndef DAEMON_SAMPLE_POINT_H
#define DAEMON_SAMPLE_POINT_H

#include <jansson.h>

#include "control/control.h"
#include "daemon/parts.h"

bool sample_point_is_said(const json_t *request);
/* The new point that it describes, here, not recorded yet; of a known one nothing is read.  False after a refusal. */
bool sample_point_read(const struct parts *parts, const json_t *request, struct point *point,
	struct control_client *client, int *err);
/*
 * Records the point that was read, or finds the one that is said, or `otherwise`, and records it as it is by now.  False
 * after a refusal, or after asking back whether a point that is known already is meant; `sure` says that it is another.
 */
bool sample_point_take(const struct parts *parts, const json_t *request, uint64_t otherwise,
	struct point *point, struct control_client *client, int *err);

#endif
