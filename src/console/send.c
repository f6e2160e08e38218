#include "console/send.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "console/relay.h"

/* No script, style, picture or question but our own; nothing may frame the page or guess at a type. */
static const struct head guards[] = {
	{"Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "no-store"},
	{NULL, NULL},
};

static bool put_heads(struct MHD_Response *response, const struct head *head)
{
	for (; head && head->name; head++)
		if (MHD_add_response_header(response, head->name, head->value) == MHD_NO)
			return false;
	return true;
}

static enum MHD_Result send_response(struct MHD_Connection *to, unsigned status,
	struct MHD_Response *response, const char *type, const struct head *more)
{
	const struct head its_type[] = {{"Content-Type", type}, {NULL, NULL}},
			  methods[] = {{"Allow", "GET, POST"}, {NULL, NULL}};
	enum MHD_Result sent = MHD_NO;

	if (!response)
		return MHD_NO;
	if (put_heads(response, guards) && put_heads(response, its_type) &&
		put_heads(response, status == 405 ? methods : NULL) && put_heads(response, more))
		sent = MHD_queue_response(to, status, response);
	MHD_destroy_response(response);
	return sent;
}

enum MHD_Result send_json(
	struct MHD_Connection *to, unsigned status, char *json, const struct head *more)
{
	if (!json)
		return MHD_NO;
	return send_response(to, status,
		MHD_create_response_from_buffer(strlen(json), json, MHD_RESPMEM_MUST_FREE),
		"application/json", more);
}

enum MHD_Result send_refusal(struct MHD_Connection *to, unsigned status, const char *words)
{
	return send_json(to, status, relay_error(words, false), NULL);
}

enum MHD_Result send_file(struct MHD_Connection *to, const struct page_file *file)
{
	return send_response(to, 200,
		MHD_create_response_from_buffer(
			file->n, (void *)(uintptr_t)file->bytes, MHD_RESPMEM_PERSISTENT),
		files_type(file), NULL);
}
