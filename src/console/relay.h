/* relay.h - the daemon's answers, for HTTP. */
#ifndef CONSOLE_RELAY_H
#define CONSOLE_RELAY_H

#include <jansson.h>
#include <semaphore.h>
#include <stdbool.h>

#include "base/err.h"

/* Most questions at once: the daemon serves 8 clients, and `waterlab` must find it free. */
enum { CONSOLE_ASKS = 4, CONSOLE_WAIT_S = 10 };

struct relay {
	const char *socket; /* outlives the relay */
	sem_t free;
};

int relay_open(struct relay *relay, const char *socket) MUST_USE;
void relay_close(struct relay *relay);

/*
 * Asks, and puts the answer (or words why there is none) as JSON into *body, which the caller frees; NULL for want of
 * memory.  Returns the HTTP status: 200; 409, the daemon said no, in its words; 413, the question is too
 * long; 503, there is no daemon or no answer: "away" is true, and the same may be asked again.
 */
unsigned relay_ask(struct relay *relay, const json_t *question, char **body);

/* {"error": WORDS, "away": AWAY}; malloc'd, or NULL. */
char *relay_error(const char *words, bool away);

#endif
