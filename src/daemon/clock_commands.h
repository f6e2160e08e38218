/* clock_commands.h - the clock on the control socket: what it says of itself, and a person's time. */
#ifndef DAEMON_CLOCK_COMMANDS_H
#define DAEMON_CLOCK_COMMANDS_H

#include "daemon/parts.h"

/* "clock" of status, as README.md describes it. */
json_t *clock_status(const struct parts *parts, const struct stamps_state *stamps);

/* As struct control_command wants them. */
int ask_clock(void *ctx, const json_t *request, struct control_client *client);
int ask_clock_enter(void *ctx, const json_t *request, struct control_client *client);

#endif
