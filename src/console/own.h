/* own.h - what the console answers without asking the daemon: itself, and who is at the page. */
#ifndef CONSOLE_OWN_H
#define CONSOLE_OWN_H

#include <jansson.h>
#include <pthread.h>

#include "console/door.h"
#include "console/relay.h"
#include "console/routes.h"

struct own_answer {
	unsigned status;
	char *json;            /* malloc'd; NULL for want of memory */
	char key[SESSION_KEY]; /* of a session that begins; "": none does */
	bool ends;             /* a session ended: its cookie may go */
	unsigned wait_s;       /* with 429 */
};

/*
 * Who comes in is recorded in the ledger (model/audit.h) before they are; while the daemon is away nobody comes in.  Of
 * wrong PINs there is a record at once, then one in ten minutes at most, with how many there were since the last; where
 * the answer was lost they are counted again, rather too many than too few.
 */
struct own {
	struct door *door;
	struct relay *relay;
	const struct clock *clock;
	pthread_mutex_t lock; /* of the rest */
	unsigned wrong;       /* PINs that no record counts yet */
	int64_t recorded_ms;  /* when the last of them was; 0: never */
};

void own_make(struct own *own, struct door *door, struct relay *relay, const struct clock *clock);
void own_end(struct own *own);

/* `route` has no question for the daemon; `key` is the visitor's, or NULL; `question` is as question.h made it. */
struct own_answer own_answer(
	struct own *own, const struct route *route, const char *key, const json_t *question);

#endif
