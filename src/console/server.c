#include "console/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console/deadlines.h"
#include "console/guard.h"
#include "console/own.h"
#include "console/question.h"
#include "console/rates.h"
#include "console/relay.h"
#include "console/send.h"

enum {
	MOST_OF_ONE = 16,         /* connections from one address: a browser takes six */
	SILENCE_S = 15,           /* of a client, before its connection is closed */
	CONNECTION_BYTES = 16384, /* its request line and header fields */
	LONGEST_PEM = 65536
};

static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

static const char key_name[] = "waterlab"; /* of the cookie with a session's key */

struct server {
	struct MHD_Daemon *http;
	struct relay relay;
	struct door *door;
	struct own own;
	struct deadlines deadlines;
	pthread_mutex_t counting; /* of rates */
	struct rates rates;
	struct site site;
	char *certificate, *key; /* PEM; NULL: plain HTTP */
};

/* One request while it comes in. */
struct request {
	const struct route *route;    /* NULL: one of the page's files */
	const struct page_file *file; /* then that */
	char body[CONSOLE_BODY];
	size_t len;
	bool too_long;
};

/* --- requests ---------------------------------------------------------------------------------------- */

static const char *head(struct MHD_Connection *from, const char *name)
{
	return MHD_lookup_connection_value(from, MHD_HEADER_KIND, name);
}

/* Before anything else is looked at: one who asks too often costs as little as can be. */
static bool is_too_often(struct server *server, struct MHD_Connection *from, enum MHD_Result *sent)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(from, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct sockaddr_in address = {.sin_family = AF_INET};
	char wait[16];
	const struct head more[] = {{"Retry-After", wait}, {NULL, NULL}};
	int64_t wait_ms;
	bool taken;

	if (info && info->client_addr && info->client_addr->sa_family == AF_INET)
		memcpy(&address, info->client_addr, sizeof(address));
	pthread_mutex_lock(&server->counting);
	taken = rates_take(
		&server->rates, address.sin_addr.s_addr, clock_boot_ms(&clock_system), &wait_ms);
	pthread_mutex_unlock(&server->counting);
	if (taken)
		return false;
	snprintf(wait, sizeof(wait), "%d", (int)((wait_ms + 999) / 1000));
	*sent = send_json(
		from, 429, relay_error("too many requests: try again in a moment", false), more);
	return true;
}

/* Sends why not and returns true when the request may not go on. */
static bool turned_away(struct server *server, struct MHD_Connection *from, const char *method,
	const char *path, struct request *request, enum MHD_Result *sent)
{
	const struct heads said = {.host = head(from, "Host"),
		.origin = head(from, "Origin"),
		.fetch_site = head(from, "Sec-Fetch-Site"),
		.content_type = head(from, "Content-Type"),
		.content_length = head(from, "Content-Length"),
		.transfer_encoding = head(from, "Transfer-Encoding")};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	bool known;
	unsigned status;

	request->route = route_find(method, path, &known);
	request->file = files_find(path);
	status = guard_check(&said, request->route, &server->site, &why);
	if (!status && !request->route) {
		known = known || request->file;
		if (!known) {
			status = 404;
			text_put(&why, "there is nothing of that name");
		} else if (strcmp(method, "GET") != 0 || !request->file) {
			status = 405;
			text_put(&why, "not by this method");
		}
	}
	if (status)
		*sent = send_refusal(from, status, words);
	return status != 0;
}

static const char *query_of(void *ctx, const char *name)
{
	return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result send_own(
	const struct server *server, struct MHD_Connection *to, struct own_answer own)
{
	char cookie[160], wait[16];
	struct head more[3] = {{NULL, NULL}};
	size_t n = 0;

	/* For our own page alone, out of reach of any script, and gone with the browser. */
	snprintf(cookie, sizeof(cookie), "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", key_name,
		own.key, server->site.tls ? "; Secure" : "", own.ends ? "; Max-Age=0" : "");
	snprintf(wait, sizeof(wait), "%u", own.wait_s);
	if (*own.key || own.ends)
		more[n++] = (struct head){"Set-Cookie", cookie};
	if (own.wait_s)
		more[n++] = (struct head){"Retry-After", wait};
	return send_json(to, own.status, own.json, more);
}

static enum MHD_Result ask_daemon(struct server *server, struct MHD_Connection *to,
	const struct route *route, struct visitor visitor, const json_t *question)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	unsigned status = guard_by(route, door_kind(server->door), visitor.name, question, &why);
	char *body = NULL;

	if (status)
		return send_refusal(to, status, words);
	status = relay_ask(&server->relay, question, &body);
	return send_json(to, status, body, NULL);
}

static enum MHD_Result answer(
	struct server *server, struct MHD_Connection *to, const struct request *request)
{
	const struct route *route = request->route;
	const char *key = MHD_lookup_connection_value(to, MHD_COOKIE_KIND, key_name);
	struct visitor visitor = door_visitor(server->door, key);
	char words[256];
	struct text why = text_over(words, sizeof(words));
	enum MHD_Result sent;
	json_t *question;
	unsigned status = guard_role(route, door_kind(server->door), visitor.role, &why);

	if (status)
		return send_refusal(to, status, words);
	if (route->changes)
		question = question_of_body(route, request->body, request->len, &why);
	else
		question = question_of_query(route, query_of, to, &why);
	if (!question)
		return send_refusal(to, 400, words);
	if (route->changes && visitor.role != ROLE_NONE)
		door_touch(server->door, key);
	if (route->ask)
		sent = ask_daemon(server, to, route, visitor, question);
	else
		sent = send_own(server, to, own_answer(&server->own, route, key, question));
	json_decref(question);
	return sent;
}

/* NULL: this connection has none. */
static struct deadline *deadline_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void give_answer(struct server *server, struct MHD_Connection *connection)
{
	struct deadline *deadline = deadline_of(connection);

	if (deadline)
		deadlines_answer(&server->deadlines, deadline);
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *bytes, size_t *n, void **kept)
{
	struct server *server = ctx;
	struct request *request = *kept;
	enum MHD_Result sent;

	(void)version;
	if (!request) {
		request = calloc(1, sizeof(*request));
		if (!request)
			return MHD_NO;
		*kept = request;
		return is_too_often(server, connection, &sent) ||
				       turned_away(server, connection, method, path, request, &sent)
			       ? sent
			       : MHD_YES;
	}
	if (*n) {
		if (*n > sizeof(request->body) - request->len)
			request->too_long = true;
		else
			memcpy(request->body + request->len, bytes, *n);
		request->len += request->too_long ? 0 : *n;
		*n = 0;
		return MHD_YES;
	}
	give_answer(server, connection);
	if (!request->route)
		return request->file ? send_file(connection, request->file) : MHD_NO;
	if (request->too_long)
		return send_refusal(connection, 413, "the body is too long");
	return answer(server, connection, request);
}

static void done(void *ctx, struct MHD_Connection *connection, void **kept,
	enum MHD_RequestTerminationCode how)
{
	struct server *server = ctx;
	struct deadline *deadline = deadline_of(connection);

	(void)how;
	if (*kept)
		explicit_bzero(*kept, sizeof(struct request)); /* a PIN was in it, perhaps */
	free(*kept);
	*kept = NULL;
	if (deadline)
		deadlines_request(&server->deadlines, deadline);
}

static void came_or_went(void *ctx, struct MHD_Connection *connection, void **kept,
	enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct server *server = ctx;

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*kept = info ? deadlines_begin(&server->deadlines, info->connect_fd) : NULL;
	else if (*kept)
		deadlines_end(&server->deadlines, *kept);
}

/* --- start and stop ---------------------------------------------------------------------------------- */

static int listen_on(const struct server_conf *conf, unsigned *got, struct text *why)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)conf->port)};
	socklen_t len = sizeof(address);
	int one = 1, fd;

	if (inet_pton(AF_INET, conf->listen, &address.sin_addr) != 1) {
		text_printf(why, "%s is no IPv4 address", conf->listen);
		return -1;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Not two consoles on one port: a restart may take it over only from connections that are closing. */
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
		bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		listen(fd, MOST_CONNECTIONS) == 0 &&
		getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
		*got = ntohs(address.sin_port);
		return fd;
	}
	text_printf(why, "%s:%u: %s%s", conf->listen, conf->port, strerror(errno),
		errno == EADDRINUSE ? " (set console.port in the configuration, or --port)" : "");
	if (fd >= 0)
		close(fd);
	return -1;
}

static struct MHD_Daemon *start_http(struct server *server, int fd)
{
	const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions},
		{MHD_OPTION_END, 0, NULL}},
				    plain[] = {{MHD_OPTION_END, 0, NULL}};
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
			 MHD_USE_POLL | (server->site.tls ? MHD_USE_TLS : 0);

	return MHD_start_daemon(flags, 0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_NOTIFY_COMPLETED, done, server, MHD_OPTION_NOTIFY_CONNECTION,
		came_or_went, server, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)MOST_OF_ONE,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, server->site.tls ? tls : plain,
		MHD_OPTION_END);
}

/* The whole file with a NUL behind it; NULL with words. */
static char *read_pem(const char *path, struct text *why)
{
	FILE *file = fopen(path, "re");
	char *pem = file ? calloc(1, LONGEST_PEM) : NULL;

	if (!pem || !fread(pem, 1, LONGEST_PEM - 1, file)) {
		text_printf(why, "%s: %s", path, file ? "it cannot be read" : strerror(errno));
		free(pem);
		pem = NULL;
	}
	if (file)
		fclose(file);
	return pem;
}

/* Out of the machine only what nobody on the way can read, and only for who gives a PIN. */
static int check_site(struct server *server, const struct server_conf *conf, struct text *why)
{
	struct in_addr address;

	server->site = (struct site){.tls = *conf->certificate != '\0', .hosts = conf->hosts};
	if ((inet_pton(AF_INET, conf->listen, &address) != 1 ||
		    ntohl(address.s_addr) >> 24 != IN_LOOPBACKNET) &&
		(!server->site.tls || conf->door.kind != DOOR_PIN)) {
		text_printf(why,
			"%s is open to a network: only with console.certificate, console.key and "
			"console.operators",
			conf->listen);
		return ERR_RANGE;
	}
	if (!server->site.tls)
		return 0;
	server->certificate = read_pem(conf->certificate, why);
	server->key = server->certificate ? read_pem(conf->key, why) : NULL;
	return server->key ? 0 : ERR_IO;
}

static void release(struct server *server)
{
	if (server->key)
		explicit_bzero(server->key, LONGEST_PEM);
	free(server->key);
	free(server->certificate);
	if (server->door) {
		own_end(&server->own);
		pthread_mutex_destroy(&server->counting);
		deadlines_stop(&server->deadlines);
	}
	relay_close(&server->relay);
	door_free(server->door);
	free(server);
}

int server_start(struct server **out, const struct server_conf *conf, struct text *why)
{
	struct server *server = calloc(1, sizeof(*server));
	int fd, err;

	*out = NULL;
	if (!server || relay_open(&server->relay, conf->socket)) {
		text_put(why, "out of memory");
		free(server);
		return ERR_MEMORY;
	}
	if (door_make(&server->door, &conf->door, &clock_system)) {
		text_put(why, "out of memory");
		release(server);
		return ERR_MEMORY;
	}
	server->rates = (struct rates){.each_size = conf->each, .all_size = conf->all};
	pthread_mutex_init(&server->counting, NULL);
	own_make(&server->own, server->door, &server->relay, &clock_system);
	err = deadlines_start(&server->deadlines, conf->request_ms);
	if (err)
		text_put(why, "no thread can be started");
	else
		err = check_site(server, conf, why);
	if (err) {
		release(server);
		return err;
	}
	fd = listen_on(conf, &server->site.port, why);
	if (fd >= 0)
		server->http = start_http(server, fd);
	if (server->http) {
		*out = server;
		return 0;
	}
	if (fd >= 0) {
		text_put(why, server->site.tls
				      ? "certificate and key are no PEM, or do not fit each other"
				      : "libmicrohttpd does not start");
		close(fd);
	}
	release(server);
	return ERR_IO;
}

unsigned server_port(const struct server *server)
{
	return server->site.port;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	MHD_stop_daemon(server->http);
	release(server);
}
