/*
 * receipt_commands.h - what stores have of what they were sent, for the status and on the control socket.
 *
 *   {"ask":"reconcile","store":NAME,"all":BOOL}   every store without "store"; all: what it confirmed before, too
 *
 *   {"waiting":true,"store":NAME,"asked":N}   each second while it is asked
 *   {"store":NAME,"asked":BOOL,"receipts":{...}}   one a store: "asked" false when it could not be asked now
 *   {"end":true,"error":null}
 *
 * "receipts": {"condition":"off|waiting|asking|whole|mending|missing|away|no_route","words":null,
 *   "asked_age_s":N|null,"requests":N,"again":N,"ledger":{...},
 *   "readings":{"has_to":9,"received":9,"refused":0,"open":0,"asked":9,"missing":2,"young":0,"holes":[[5,6]]}}
 *
 * has_to is the highest number the store confirmed, received how many it did, refused how many it refused (of those
 * and of readings that the van lost none is confirmed); open how many below it are neither received, refused nor in a
 * gap; asked, missing and holes (the first RECEIPT_HOLES runs) are of the last time it was asked; young were sent
 * too lately for that; again were found missing and sent again since start.  whole: it has all it was asked about;
 * mending: what was missing is sent again; missing: that did not help; no_route: it gives no answer.
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
