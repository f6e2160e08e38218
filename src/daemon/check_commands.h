/* check_commands.h - checks of analyzers against standards on the control socket: src/sample/CHECKS.md. */
#ifndef DAEMON_CHECK_COMMANDS_H
#define DAEMON_CHECK_COMMANDS_H

#include "control/control.h"

int check_ask_list(void *ctx, const json_t *request, struct control_client *client);
int check_ask_show(void *ctx, const json_t *request, struct control_client *client);
int check_ask_begin(void *ctx, const json_t *request, struct control_client *client);
int check_ask_standard(void *ctx, const json_t *request, struct control_client *client);
int check_ask_take(void *ctx, const json_t *request, struct control_client *client);
int check_ask_adjusted(void *ctx, const json_t *request, struct control_client *client);
int check_ask_finish(void *ctx, const json_t *request, struct control_client *client);
int check_ask_cancel(void *ctx, const json_t *request, struct control_client *client);

#endif
