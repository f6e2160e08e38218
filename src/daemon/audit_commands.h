/*
 * audit_commands.h - who changed who may do what, or came in (model/audit.h), on the control socket.
 *
 *   {"ask":"audit-note","what":"operator_added","by":NAME,"about":NAME,"note":TEXT,"count":1}
 *   {"noted":true}                                  durable then; or an error in words
 *
 * "about", "note" and "count" may be left out.  There is no token.  Who had no answer does nothing, and says so: a record
 * may then stand without its change, never a change without its record; and one that is asked for again stands twice.
 *
 *   {"ask":"audit","most":100}
 *   {"number","utc_ms":MS or null,"what","by","about","note","count"}     one each, rising, the last "most" (1000)
 *   {"end":true,"error":null}
 */
#ifndef DAEMON_AUDIT_COMMANDS_H
#define DAEMON_AUDIT_COMMANDS_H

#include "control/control.h"

/* Handlers of control_command; ctx is the struct parts. */
int audit_ask_note(void *ctx, const json_t *request, struct control_client *client);
int audit_ask(void *ctx, const json_t *request, struct control_client *client);

#endif
