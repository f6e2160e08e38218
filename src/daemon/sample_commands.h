/*
 * sample_commands.h - field tests on the control socket: begun, filled, ended, verified, corrected, shown.  README.md of src/sample describes
 * questions and answers.
 */
#ifndef DAEMON_SAMPLE_COMMANDS_H
#define DAEMON_SAMPLE_COMMANDS_H

#include "control/control.h"

int sample_ask_list(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_points(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_show(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_begin(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_impediment(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_attach(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_take(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_enter(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_start(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_finish(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_end(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_cancel(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_amend(void *ctx, const json_t *request, struct control_client *client);
int sample_ask_verify(void *ctx, const json_t *request, struct control_client *client);

#endif
