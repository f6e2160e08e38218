#include "console/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The names by which a browser on this machine gets here. */
static const char loopback[] = "127.0.0.1, localhost";

/* `host` is one of the names and the port, which a browser leaves out when it is the scheme's own. */
static bool is_one_of(const char *host, const char *names, const struct site *site)
{
	const bool usual = site->port == (site->tls ? 443 : 80);
	char port[8];
	size_t len;

	snprintf(port, sizeof(port), ":%u", site->port);
	for (; *(names += strspn(names, ", ")); names += len) {
		len = strcspn(names, ", ");
		if (strncasecmp(host, names, len) != 0)
			continue;
		if (!strcmp(host + len, port) || (usual && !host[len]))
			return true;
	}
	return false;
}

/* The scheme, and the very Host that was asked. */
static bool is_same_origin(const char *origin, const char *host, const struct site *site)
{
	const char *scheme = site->tls ? "https://" : "http://";
	size_t n = strlen(scheme);

	return !strncmp(origin, scheme, n) && !strcasecmp(origin + n, host);
}

static bool is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t n = sizeof(json) - 1;

	return type && !strncasecmp(type, json, n) &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static unsigned check_origin(const struct heads *heads, const struct route *route,
	const struct site *here, struct text *why)
{
	const char *site = heads->fetch_site;
	bool ours =
		!site || !strcmp(site, "same-origin") || (!route->changes && !strcmp(site, "none"));

	if (ours && heads->origin)
		ours = is_same_origin(heads->origin, heads->host, here);
	else if (ours && route->changes)
		ours = false;
	if (ours)
		return 0;
	text_put(why, "this comes from another page than the laboratory's own");
	return 403;
}

static unsigned check_body(const struct heads *heads, struct text *why)
{
	const char *length = heads->content_length;
	char *end;
	unsigned long n;

	if (!is_json(heads->content_type)) {
		text_put(why, "the body must be application/json");
		return 415;
	}
	/* Only digits: strtoul alone would take blanks and signs. */
	if (heads->transfer_encoding || !length || !*length ||
		strspn(length, "0123456789") != strlen(length)) {
		text_put(why, "Content-Length is missing");
		return 411;
	}
	n = strtoul(length, &end, 10);
	if (n > CONSOLE_BODY) {
		text_printf(why, "more than %d bytes", CONSOLE_BODY);
		return 413;
	}
	return 0;
}

unsigned guard_check(const struct heads *heads, const struct route *route, const struct site *site,
	struct text *why)
{
	unsigned status = 0;

	if (!heads->host || (!is_one_of(heads->host, loopback, site) &&
				    !is_one_of(heads->host, site->hosts, site))) {
		text_printf(why, "this is %s://127.0.0.1:%u/ and nothing else",
			site->tls ? "https" : "http", site->port);
		if (*site->hosts)
			text_printf(why, ", or one of %s", site->hosts);
		return 421;
	}
	if (route)
		status = check_origin(heads, route, site, why);
	if (!status && route && route->changes)
		status = check_body(heads, why);
	return status;
}

unsigned guard_role(
	const struct route *route, enum door_kind door, enum role role, struct text *why)
{
	if (door == DOOR_OPEN || route->least == ROLE_NONE)
		return 0;
	if (door == DOOR_LOOK) {
		if (!route->changes)
			return 0;
		text_put(why, "nothing is changed from here: the console cannot read its "
			      "configuration, so it does not know who may; waterlab check");
		return 403;
	}
	if (role == ROLE_NONE) {
		text_put(why, "your PIN is wanted first");
		return 401;
	}
	if (role >= route->least)
		return 0;
	text_printf(
		why, "a %s may not do that: a %s may", role_word(role), role_word(route->least));
	return 403;
}

unsigned guard_by(const struct route *route, enum door_kind door, const char *visitor,
	const json_t *question, struct text *why)
{
	const char *by = json_string_value(json_object_get(question, "by"));

	if (door != DOOR_PIN || !route->changes || !route->ask || (by && !strcmp(by, visitor)))
		return 0;
	text_printf(why,
		"this was typed by %s, and it is %s who is here: with their own PIN it "
		"goes on",
		by ? by : "nobody", visitor);
	return 403;
}
