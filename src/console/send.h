/* send.h - answers over HTTP, each with its guards.  Only server.c and send.c include <microhttpd.h>. */
#ifndef CONSOLE_SEND_H
#define CONSOLE_SEND_H

#include <microhttpd.h>

#include "console/files.h"

/* A header field more than all answers have; a NULL name ends the list. */
struct head {
	const char *name, *value;
};

/* Takes over `json`, which json_dumps() or its like made; NULL closes the connection.  `more` may be NULL. */
enum MHD_Result send_json(
	struct MHD_Connection *to, unsigned status, char *json, const struct head *more);
/* {"error": words}. */
enum MHD_Result send_refusal(struct MHD_Connection *to, unsigned status, const char *words);
enum MHD_Result send_file(struct MHD_Connection *to, const struct page_file *file);

#endif
