/* spool_commands.h - what the daemon answers about the files of its spool. */
#ifndef DAEMON_SPOOL_COMMANDS_H
#define DAEMON_SPOOL_COMMANDS_H

#include "control/control.h"

/* One line a file, then {"end": true, "error": null, "verdict": {...}}. */
int spool_ask_verify(void *ctx, const json_t *request, struct control_client *client);
/*
 * {"store", "spool", "stream", "first", "last", "rows", "sum"}: a store's receipt for a block (spool/carry.h) that came on a stick.
 * {"taken": true} when the spool is this one and its own rows have that sum: they count as sent and received.
 */
int spool_ask_carry_back(void *ctx, const json_t *request, struct control_client *client);

#endif
