/*
 * search_commands.h - a running line is searched (src/bus/search.h), on the control socket.
 *
 *   {"ask":"line-scan","line":NAME,"first":N,"last":N,"by":WHO,"token":TOKEN}     who else answers; all addresses without the two
 *   {"ask":"line-probe","unit":NAME,"by":WHO,"token":TOKEN}                       what an analyzer says in full
 *   {"ask":"line-cancel","line":NAME,"by":WHO,"token":TOKEN}
 *   {"ask":"line-show","line":NAME}
 *
 * Each answers with the line's search as it is then (search_status.h), or an error in words.  What begins or cancels one is a
 * record of the ledger (src/model/audit.h); under the token of the last one nothing is done again.
 */
#ifndef DAEMON_SEARCH_COMMANDS_H
#define DAEMON_SEARCH_COMMANDS_H

#include "control/control.h"

/* Handlers of control_command; ctx is the struct parts. */
int search_ask_scan(void *ctx, const json_t *request, struct control_client *client);
int search_ask_probe(void *ctx, const json_t *request, struct control_client *client);
int search_ask_cancel(void *ctx, const json_t *request, struct control_client *client);
int search_ask_show(void *ctx, const json_t *request, struct control_client *client);

#endif
