/* check_standard.h - the standard that a question names: its lot, what it holds and its last good day. */
#ifndef DAEMON_CHECK_STANDARD_H
#define DAEMON_CHECK_STANDARD_H

#include <jansson.h>

#include "control/control.h"
#include "daemon/parts.h"
#include "sample/check_step.h"

/*
 * Into a step of CHECK_STEP_STANDARD; what an earlier check said of the lot stands where nothing else is said now.  False after
 * an answer, a refusal or a question back; what sending that returned is in *err.
 */
bool check_standard_take(const struct parts *parts, const json_t *request, const char *parameter,
	struct check_step *step, struct control_client *client, int *err);

#endif
