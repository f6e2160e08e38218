/* live_commands.h - what stands beside an analyzer's value: how it went lately, what is allowed. */
#ifndef DAEMON_LIVE_COMMANDS_H
#define DAEMON_LIVE_COMMANDS_H

#include "control/control.h"

/* {"step_s":10,"trends":[{"unit":"ph-1","parameter":"ph","values":[7.1,null,...]}]}: trends.h. */
int live_ask_trends(void *ctx, const json_t *request, struct control_client *client);
/*
 * The rows of the configured limit sets as their files and signatures stand now; of a property only those of the set that
 * judges it.  "treated" and "position" null: any.  "words": why there is none, null otherwise.
 *
 * {"limits":[{"parameter":"ph","limit":"6.5..8.5","unit":"[pH]","set":"nsdwq-2010","basis":"health|operational|acceptability",
 *   "treated":true|false|null,"position":"source|network|consumer"|null,"confirmed":true}],"words":null}
 */
int live_ask_limits(void *ctx, const json_t *request, struct control_client *client);

#endif
