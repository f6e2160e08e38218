/*
 * control.h - the daemon's local socket: one JSON object a line in, answers as lines out.
 *
 *   {"ask": "status"}            -> one line of JSON
 *   {"ask": "export", ...}       -> many lines, then a last one {"end": true, "error": null}
 *
 * Anyone who may open the socket file may ask; who that is, the file's owner and mode decide.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <jansson.h>

#include "base/err.h"
#include "base/text.h"

enum { CONTROL_REQUEST = 4096, MOST_CLIENTS = 8 };

struct control_client; /* where an answer goes */

/* Sends one line (a newline is added).  ERR_GONE when the client went away, ERR_TIMEOUT when it does not
 * read for 10 s: the handler must then return at once. */
int control_send(struct control_client *client, const char *line, size_t len) MUST_USE;
int control_send_json(struct control_client *client, const json_t *answer) MUST_USE;

struct control_command {
	const char *name;
	/* Runs in the client's own thread.  Returns 0 or an error which is then sent to the client. */
	int (*run)(void *ctx, const json_t *request, struct control_client *client);
};

struct control;
/* Listens on a Unix socket at `path` (a stale file is replaced, a living daemon's is not: ERR_BUSY).
 * `commands` ends with a NULL name. */
int control_start(struct control **out, const char *path, const struct control_command *commands,
	void *ctx, struct text *why) MUST_USE;
void control_stop(struct control *control);

/* The other side: asks, and calls each(ctx, answer line) for every line until the daemon closes or ends. */
int control_ask(const char *path, const json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why) MUST_USE;

#endif
