/* trace_commands.h - what the analyzers said, on the control socket (README.md). */
#ifndef DAEMON_TRACE_COMMANDS_H
#define DAEMON_TRACE_COMMANDS_H

#include "control/control.h"

/* A handler of control_command; ctx is the struct parts. */
int trace_ask(void *ctx, const json_t *request, struct control_client *client);

#endif
