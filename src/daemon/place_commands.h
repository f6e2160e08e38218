/*
 * place_commands.h - where the van is, on the control socket: shown, entered by hand, taken back; and what
 * of it stands in the ledger.  README.md describes questions and answers.
 */
#ifndef DAEMON_PLACE_COMMANDS_H
#define DAEMON_PLACE_COMMANDS_H

#include "control/control.h"
#include "daemon/parts.h"

int place_ask(void *ctx, const json_t *request, struct control_client *client);
int place_ask_enter(void *ctx, const json_t *request, struct control_client *client);
int place_ask_forget(void *ctx, const json_t *request, struct control_client *client);

/*
 * At the start: notes which boundaries decide from here on, and finds what a person entered earlier in
 * this boot, so that a restart of the daemon alone forgets nothing.
 */
void place_begin(struct parts *parts);

#endif
