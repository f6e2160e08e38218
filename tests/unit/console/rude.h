/* rude.h - the console over real HTTP, by a client that may be rude, before a daemon that counts what reaches it. */
#ifndef TESTS_CONSOLE_RUDE_H
#define TESTS_CONSOLE_RUDE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/guard.h"
#include "console/page_files.h"
#include "console/server.h"
#include "control/control.h"

enum { MOST_ROUTES = 64, ROOM = 256 * 1024 };

static struct server *server;
static struct control *control;
static atomic_uint asked;
static atomic_bool says_no;
static struct control_command commands[MOST_ROUTES];
static atomic_uint noted;   /* records of who came in, or tried to */
static atomic_bool is_deaf; /* and it takes none */
static char heard_by[64];   /* who it was, by the last question that the daemon heard */
static char answer[ROOM];
static bool
	half_closed; /* the client says that no more comes: a mangled length must not wait for it */

__attribute__((unused)) static int count(
	void *ctx, const json_t *request, struct control_client *client)
{
	const char *by = json_string_value(json_object_get(request, "by"));

	(void)ctx;
	snprintf(heard_by, sizeof(heard_by), "%s", by ? by : "");
	asked++;
	if (says_no)
		return control_refuse(client, "there is no sample 1");
	return control_send(client, "{\"sample\":1}", 12);
}

__attribute__((unused)) static int note(
	void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	noted += (unsigned)json_integer_value(json_object_get(request, "count"));
	if (is_deaf)
		return control_refuse(client, "it is not recorded: card full");
	return control_send(client, "{\"noted\":true}", 14);
}

__attribute__((unused)) static void start_daemon(void)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));

	if (control_start(&control, "./control", commands, NULL, &why))
		fail_msg("%s", words);
}

static struct bucket_size of_each; /* requests of one address; no limit but where a test says one */

static int64_t request_ms; /* for a whole request, likewise */

/* The page behind that door. */
__attribute__((unused)) static int open_page(const struct door_conf *door)
{
	const struct server_conf conf = {.listen = "127.0.0.1",
		.certificate = "",
		.key = "",
		.hosts = "",
		.socket = "./control",
		.door = *door,
		.each = of_each,
		.request_ms = request_ms};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	const struct route *route;
	size_t n = 0;

	for (route = routes; route->path; route++)
		if (route->ask)
			commands[n++] = (struct control_command){route->ask, count};
	commands[n++] = (struct control_command){"audit-note", note};
	start_daemon();
	if (server_start(&server, &conf, &why))
		fail_msg("%s", words);
	return 0;
}

__attribute__((unused)) static int stop(void **state)
{
	(void)state;
	server_stop(server);
	control_stop(control);
	return 0;
}

/* --- a client that may be rude ---------------------------------------------------------------------------- */

/* From 127.0.0.LAST, another neighbour for each. */
__attribute__((unused)) static int connect_from(unsigned last)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)server_port(server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xFFU) | last)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

__attribute__((unused)) static int connect_to(void)
{
	return connect_from(1);
}

/* Sends it as it is, reads to the end into `answer`; returns the status, 0 when there was no answer. */
__attribute__((unused)) static unsigned send_raw(const char *request)
{
	size_t len = strlen(request), have = 0;
	unsigned status = 0;
	int fd = connect_to();
	ssize_t n;

	while (len && (n = send(fd, request, len, MSG_NOSIGNAL)) > 0) {
		request += n;
		len -= (size_t)n;
	}
	if (half_closed)
		shutdown(fd, SHUT_WR);
	while (have < sizeof(answer) - 1 &&
		(n = recv(fd, answer + have, sizeof(answer) - 1 - have, 0)) > 0)
		have += (size_t)n;
	answer[have] = '\0';
	close(fd);
	return sscanf(answer, "HTTP/1.1 %u", &status) == 1 ? status : 0;
}

/* What a request may be other than right; NULL: as it should be; "": without that line. */
struct other {
	const char *method, *host, *origin, *site, *type, *body, *more, *cookie;
};

__attribute__((unused)) static void put_head(struct text *to, const char *name, const char *value)
{
	if (*value)
		text_printf(to, "%s: %s\r\n", name, value);
}

__attribute__((unused)) static unsigned send_to(
	const char *path, const char *method, const char *body, struct other other)
{
	static char request[ROOM];
	struct text to = text_over(request, sizeof(request));
	char here[64], ours[80];

	snprintf(here, sizeof(here), "127.0.0.1:%u", server_port(server));
	snprintf(ours, sizeof(ours), "http://%s", here);
	if (other.body)
		body = other.body;
	text_printf(&to, "%s %s HTTP/1.1\r\nConnection: close\r\n",
		other.method ? other.method : method, path);
	put_head(&to, "Host", other.host ? other.host : here);
	put_head(&to, "Sec-Fetch-Site", other.site ? other.site : "same-origin");
	put_head(&to, "Cookie", other.cookie ? other.cookie : "");
	if (body) {
		put_head(&to, "Origin", other.origin ? other.origin : ours);
		put_head(&to, "Content-Type", other.type ? other.type : "application/json");
		if (!other.more)
			text_printf(&to, "Content-Length: %zu\r\n", strlen(body));
	} else if (other.origin) {
		put_head(&to, "Origin", other.origin);
	}
	text_printf(&to, "%s\r\n%s", other.more ? other.more : "", body ? body : "");
	assert_false(to.cut);
	return send_raw(request);
}

/* A body with all fields of the route but those named. */
__attribute__((unused)) static const char *body_of(const struct route *route, const char *without)
{
	static const char *const samples[] = {[FIELD_TEXT] = "\"x\"",
		[FIELD_TOKEN] = "\"t-1\"",
		[FIELD_NUMBER] = "1",
		[FIELD_YES] = "true",
		[FIELD_POINT] = "{\"name\":\"x\",\"source_type\":\"y\"}"};
	static char room[1024];
	struct text to = text_over(room, sizeof(room));
	const struct field *field;

	text_put(&to, "{");
	for (field = route->fields; field->name; field++)
		if (!without || strcmp(field->name, without) != 0)
			text_printf(&to, "%s\"%s\":%s", to.len > 1 ? "," : "", field->name,
				samples[field->kind]);
	text_put(&to, "}");
	return room;
}

__attribute__((unused)) static const char *path_of(const struct route *route)
{
	static char room[256];
	struct text to = text_over(room, sizeof(room));
	const struct field *field;

	text_put(&to, route->path);
	for (field = route->fields; !route->changes && field->name; field++)
		text_printf(&to, "?%s=1", field->name);
	return room;
}

__attribute__((unused)) static void has(const char *words)
{
	if (!strstr(answer, words))
		fail_msg("no '%s' in: %.600s", words, answer);
}

__attribute__((unused)) static void has_its_guards(void)
{
	has("\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src "
	    "'self';");
	has("frame-ancestors 'none'");
	has("\r\nX-Content-Type-Options: nosniff\r\n");
	has("\r\nCache-Control: no-store\r\n");
	assert_null(strstr(answer, "unsafe-"));
	assert_null(strstr(answer, "Access-Control-"));
}

#endif
