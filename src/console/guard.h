/* guard.h - may this request be looked at at all?  Pure. */
#ifndef CONSOLE_GUARD_H
#define CONSOLE_GUARD_H

#include <jansson.h>

#include "base/text.h"
#include "console/door.h"
#include "console/routes.h"

enum { CONSOLE_BODY = 4096 }; /* most bytes of a request's body */

/* A request's header fields; NULL: it has none of that name. */
struct heads {
	const char *host, *origin, *fetch_site, *content_type, *content_length, *transfer_encoding;
};

/* What the page is called. */
struct site {
	bool tls;
	unsigned port;
	const char *hosts; /* besides 127.0.0.1 and localhost, between commas and blanks */
};

/*
 * 0, or the HTTP status of the refusal with words in `why`.  `route` is NULL
 * for the page's own files.
 *
 * - Host is one of the site's own names and its port (421): a name that somebody made point here is not ours.
 * - What asks the daemon comes from our own page or a person, never from another site's (403).
 * - What changes something says where it comes from, and that is here (403); it is JSON (415) of known length (411),
 *   at most CONSOLE_BODY (413).
 */
unsigned guard_check(const struct heads *heads, const struct route *route, const struct site *site,
	struct text *why);

/*
 * May a visitor of that role ask it?  0; 401, a PIN is wanted first; 403, their role may not, or it is not known who may:
 * with words in `why`.
 */
unsigned guard_role(
	const struct route *route, enum door_kind door, enum role role, struct text *why);

/*
 * Who `question` says it is, by (if it changes something).  Behind a door with PINs that is `visitor`, whatever was
 * said; one that was typed under another name is theirs to send: 403.
 */
unsigned guard_by(const struct route *route, enum door_kind door, const char *visitor,
	const json_t *question, struct text *why);

#endif
