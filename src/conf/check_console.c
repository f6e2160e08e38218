/* What of the page's settings would let the wrong people in, or nobody. */
#include <arpa/inet.h>
#include <string.h>

#include "conf/keys.h"

static void check_path(struct schema_doc *doc, const struct console_conf *console, const char *path,
	const char *key)
{
	if (*path && *path != '/')
		schema_wrong(
			doc, console, path, key, "\"%s\" is no full path; it starts with /", path);
}

/* Names and addresses alone: the port is the page's own. */
static void check_hosts(struct schema_doc *doc, const struct console_conf *console)
{
	static const char may[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	const char *at = console->hosts;
	size_t len;

	for (; *(at += strspn(at, " ,")); at += len) {
		len = strcspn(at, " ,");
		if (strspn(at, may) < len)
			schema_wrong(doc, console, console->hosts, "hosts",
				"\"%.*s\" is no name or address; they stand between commas, "
				"without a "
				"port",
				(int)len, at);
	}
}

void check_console(struct schema_doc *doc, const struct console_conf *console)
{
	struct in_addr address;
	bool is_address = inet_pton(AF_INET, console->listen, &address) == 1;

	check_path(doc, console, console->operators, "operators");
	check_path(doc, console, console->certificate, "certificate");
	check_path(doc, console, console->key, "key");
	check_hosts(doc, console);
	if (!*console->certificate != !*console->key)
		schema_wrong(doc, console, console->certificate, "certificate",
			"certificate and key belong together");
	if (!is_address)
		schema_wrong(doc, console, console->listen, "listen",
			"\"%s\" is no IPv4 address, as 127.0.0.1", console->listen);
	else if (ntohl(address.s_addr) >> 24 != IN_LOOPBACKNET &&
		 (!*console->certificate || !*console->key || !*console->hosts ||
			 !*console->operators))
		schema_wrong(doc, console, console->listen, "listen",
			"\"%s\" is open to a network: only with certificate, key, hosts and "
			"operators",
			console->listen);
}
