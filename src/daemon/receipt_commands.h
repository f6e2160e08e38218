/*
 * receipt_commands.h - what stores have of what they were sent, for the status and on the control socket.
 *
 *   {"ask":"reconcile","store":NAME}   every store without "store"
 *
 *   {"waiting":true,"store":NAME,"asked":N}   each second while it is asked
 *   {"store":NAME,"asked":BOOL,"receipts":{...}}   one a store: "asked" false when it could not be asked now
 *   {"end":true,"error":null}
 */
#ifndef DAEMON_RECEIPT_COMMANDS_H
#define DAEMON_RECEIPT_COMMANDS_H

#include "control/control.h"
#include "daemon/parts.h"

/* "receipts" of store i, as README.md describes. */
json_t *receipt_status(
	const struct parts *parts, unsigned i, const struct receipts_state *state, int64_t now_ms);

/* A handler of control_command; ctx is the struct parts. */
int receipt_ask(void *ctx, const json_t *request, struct control_client *client);

#endif
