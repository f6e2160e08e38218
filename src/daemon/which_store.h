/* which_store.h - the store that a question on the control socket means. */
#ifndef DAEMON_WHICH_STORE_H
#define DAEMON_WHICH_STORE_H

#include "control/control.h"
#include "daemon/parts.h"

/* Whether the i-th store goes by that name; NULL: each does. */
bool store_is(const struct parts *parts, unsigned i, const char *name);
/* The first that does; parts->n_stores: none. */
unsigned store_named(const struct parts *parts, const char *name);
/*
 * The question's "store", NULL when it says none.  False after words to the client: it is no text, or there is no
 * such store; *err is then what sending them came to.
 */
bool store_asked(const struct parts *parts, const json_t *request, const char **name,
	struct control_client *client, int *err);

#endif
