/*
 * control.h - the daemon's local socket: one JSON object a line in, answers as lines out.
 *
 *   {"ask": "status"}            -> one line of JSON
 *   {"ask": "export", ...}       -> many lines, then a last one {"end": true, "error": null}
 *
 * One question a connection; the daemon closes after its answer.  A question that cannot be answered gets
 * one line {"error": "WORDS"}.  Anyone who may open the socket file may ask; who that is, the file's owner
 * and its mode (0660) and the folder decide.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <jansson.h>

#include "base/err.h"
#include "base/text.h"

enum {
	CONTROL_REQUEST = 4096, /* longest question in bytes, its newline included */
	CONTROL_DEEPEST = 8,    /* most brackets inside each other in a question */
	CONTROL_WAIT_MS = 10000 /* to send a question, and to read one line of the answer */
};
enum { MOST_CLIENTS = 8 }; /* one more is told so and let go */

struct control_client; /* where an answer goes */

/* Sends one line (a newline is added).  ERR_GONE when the client went away, ERR_TIMEOUT when it does not
 * take the line within CONTROL_WAIT_MS, ERR_STOPPED when the daemon stops: the handler must then return
 * at once. */
int control_send(struct control_client *client, const char *line, size_t len) MUST_USE;
int control_send_json(struct control_client *client, const json_t *answer) MUST_USE;
/* The same of an answer that was just made, and releases it; NULL, for want of memory, is ERR_MEMORY. */
int control_send_new(struct control_client *client, json_t *answer) MUST_USE;
/* {"end":true,"error":null}: an answer of many lines is whole. */
int control_send_end(struct control_client *client) MUST_USE;
/* Sends {"error": "..."}: the handler's own words for why not.  Then return what this returns. */
__attribute__((format(printf, 2, 3))) int control_refuse(
	struct control_client *client, const char *fmt, ...) MUST_USE;
/* Who asks, for the record: the name of the user whose process connected, or its number; at most `cap` - 1 bytes. */
void control_who(const struct control_client *client, char *to, size_t cap);
/* Waits `ms` while the client stays: 0, ERR_GONE, or ERR_STOPPED when the daemon stops. */
int control_pause(struct control_client *client, unsigned ms) MUST_USE;

struct control_command {
	const char *name;
	/* Runs in the client's own thread.  Returns 0 or an error, which is then sent to the client. */
	int (*run)(void *ctx, const json_t *request, struct control_client *client);
};

struct control;
/*
 * Listens on a Unix socket at `path` (a stale file is replaced, a living daemon's is not: ERR_BUSY; a
 * file that is no socket is left alone: ERR_CONF).  `commands` ends with a NULL name; it and ctx outlive
 * the control.
 */
int control_start(struct control **out, const char *path, const struct control_command *commands,
	void *ctx, struct text *why) MUST_USE;
/* Lets all clients go, waits for their threads, removes the socket file if it is still ours. */
void control_stop(struct control *control);

/*
 * The other side: asks, and calls each(ctx, answer line) for every line until the daemon closes or each()
 * returns non-zero, which is then returned.  ERR_ABSENT: no daemon there; ERR_TIMEOUT: it does not
 * answer; ERR_STOPPED: a signal came; ERR_IO.  `why` says it with the remedy.
 */
int control_ask(const char *path, const json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why) MUST_USE;

#endif
