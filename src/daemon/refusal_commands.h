/*
 * refusal_commands.h - what stores refuse in their own words, and what a person does about it, on the control socket.
 *
 *   {"ask":"refusals","store":NAME,"most":100}      both keys may be left out
 *   {"store","stream":"readings"|"ledger","number","status","words"}   one each, newest first, at most 1000 a store
 *   {"end":true,"error":null}
 *
 *   {"ask":"refused-again","store":NAME,"stream":"readings"|"ledger","first":N,"last":N}
 *   {"store":NAME,"readings":N,"ledger":N}          one a store: so many wait again, and the store is tried at once
 *   {"end":true,"error":null}
 *
 * Without "store" every store, without "stream" both, without "first" all; without "last" that one.
 *
 *   {"ask":"refused-give-up","store":NAME,"stream":...,"first":N,"last":N,"reason":"..."}
 *   {"given_up":true,"store":NAME,"stream":...,"first":N,"last":N}     or an error in words
 *
 * "store" may be left out where the configuration has one; "stream" is then "readings", "last" the first.
 */
#ifndef DAEMON_REFUSAL_COMMANDS_H
#define DAEMON_REFUSAL_COMMANDS_H

#include "control/control.h"

/* Handlers of control_command; ctx is the struct parts. */
int refusal_ask(void *ctx, const json_t *request, struct control_client *client);
int refusal_ask_again(void *ctx, const json_t *request, struct control_client *client);
int refusal_ask_give_up(void *ctx, const json_t *request, struct control_client *client);

#endif
