/*
 * trace_commands.h - what an analyzer and the daemon said to each other, on the control socket.
 *
 *   {"ask":"trace","line":NAME,"unit":NAME,"seconds":N}
 *
 *   {"lab","version","line","where","kind":"rtu|tcp","speed":"9600 8N1"|null,"unit","driver","address"}
 *   {"number","boot_ms","took_us","kind":"registers|pdu|bytes","asked":"hex","error":"ok","exception":0,
 *    "stale":0,"answer":"hex"}        one each, oldest first
 *   {"missed":[FIRST,LAST]}           numbers of the line that are not kept any more
 *   {"waiting":true}                  each second while there is nothing to tell
 *   {"end":true,"error":null}
 */
#ifndef DAEMON_TRACE_COMMANDS_H
#define DAEMON_TRACE_COMMANDS_H

#include <jansson.h>

#include "control/control.h"
#include "io/trace.h"

/* A handler of control_command; ctx is the struct parts. */
int trace_ask(void *ctx, const json_t *request, struct control_client *client);

/* One exchange as above. */
json_t *trace_entry_json(const struct trace_entry *entry);
/* Two digits a byte; `to` has 2 n + 1 bytes. */
void trace_put_hex(char *to, const uint8_t *bytes, size_t n);

#endif
