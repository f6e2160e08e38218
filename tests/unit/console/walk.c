/*
 * Every route of the table over real HTTP, before a daemon that counts what reaches it: a right request does once, and
 * a wrong one never.  A new route is walked without a word here.
 */
#include <errno.h>

#include "rude.h"

/* --- the walk ----------------------------------------------------------------------------------------------- */

static void never(const struct route *route, struct other other, const char *body, unsigned status)
{
	unsigned got;

	asked = 0;
	got = send_to(path_of(route), route->method, body, other);
	if (got != status || asked)
		fail_msg("%s %s: status %u instead of %u, asked %u: %s", route->method, route->path,
			got, status, asked, answer);
	has_its_guards();
}

static int start(void **state)
{
	const struct door_conf door = {.kind = DOOR_OPEN};

	(void)state;
	return open_page(&door);
}

static void a_right_request_asks_once(void **state)
{
	const struct route *route;
	unsigned status;

	(void)state;
	for (route = routes; route->path; route++) {
		if (route->changes && !route->ask)
			continue; /* who is there: door.c and roles.c */
		asked = 0;
		status = send_to(path_of(route), route->method,
			route->changes ? body_of(route, NULL) : NULL, (struct other){0});
		if (status != 200 || asked != (route->ask ? 1 : 0))
			fail_msg("%s %s: %u, asked %u: %s", route->method, route->path, status,
				asked, answer);
		has_its_guards();
		has("\r\nContent-Type: application/json\r\n");
	}
}

static void nothing_changes_but_as_it_should(void **state)
{
	static const struct {
		struct other other;
		unsigned status;
	} wrong[] = {
		{{.host = "evil.example"}, 421},
		{{.host = "127.0.0.1:1"}, 421},
		{{.origin = ""}, 403},
		{{.origin = "null"}, 403},
		{{.origin = "http://evil.example"}, 403},
		{{.site = "cross-site"}, 403},
		{{.site = "same-site"}, 403},
		{{.site = "none"}, 403},
		{{.type = ""}, 415},
		{{.type = "text/plain"}, 415},
		{{.type = "application/x-www-form-urlencoded"}, 415},
		{{.body = ""}, 400},
		{{.body = "{"}, 400},
		{{.body = "[]"}, 400},
		{{.body = "{}"}, 400},
		{{.body = "by=x&token=y"}, 400},
		{{.more = "Transfer-Encoding: chunked\r\n", .body = "2\r\n{}\r\n0\r\n\r\n"}, 411},
		{{.more = "Content-Length: 4097\r\n", .body = "{}"}, 413},
		{{.method = "GET"}, 405},
		{{.method = "PUT"}, 405},
		{{.method = "DELETE"}, 405},
	};
	static const char *const operators[] = {"by", "token"};
	const struct route *route;
	unsigned n = 0;
	size_t i;

	(void)state;
	for (route = routes; route->path; route++) {
		for (i = 0; route->changes && i < sizeof(wrong) / sizeof(wrong[0]); i++, n++)
			if (!wrong[i].other.body || route->fields->name ||
				strcmp(wrong[i].other.body, "{}") != 0)
				never(route, wrong[i].other, body_of(route, NULL), wrong[i].status);
		for (i = 0; route->changes && route->ask && i < 2; i++, n++)
			never(route, (struct other){0}, body_of(route, operators[i]), 400);
	}
	printf("%u wrong requests\n", n);
	assert_true(n > 100);
}

static void nothing_is_shown_to_another_page(void **state)
{
	const struct route *route;

	(void)state;
	for (route = routes; route->path; route++) {
		if (route->changes)
			continue;
		never(route, (struct other){.host = "evil.example"}, NULL, 421);
		/* libmicrohttpd's own answer: HTTP/1.1 wants one. */
		assert_int_equal(
			send_to(path_of(route), "GET", NULL, (struct other){.host = ""}), 400);
		never(route, (struct other){.site = "cross-site"}, NULL, 403);
		never(route, (struct other){.origin = "http://evil.example"}, NULL, 403);
		never(route, (struct other){.method = "POST"}, "{}", 405);
	}
}

static void the_pages_files_are_there_and_nothing_else(void **state)
{
	static const char *const absent[] = {"/api", "/api/", "/api/sample/", "/../etc/passwd",
		"/page.css/", "//page.css", "/words.xx.json", "/API/status", "/api/status/x"};
	const struct page_file *file;
	size_t i, n = 0;

	(void)state;
	for (file = page_files; file->path; file++, n += file->n) {
		assert_int_equal(send_to(file->path, "GET", NULL, (struct other){0}), 200);
		has_its_guards();
		assert_null(strstr(answer, "application/octet-stream"));
		assert_int_equal(
			send_to(file->path, "GET", NULL, (struct other){.host = "evil.example"}),
			421);
		assert_int_equal(send_to(file->path, "POST", "{}", (struct other){0}), 405);
	}
	assert_int_equal(send_to("/", "GET", NULL, (struct other){.site = "cross-site"}), 200);
	has("<!doctype html>");
	for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		assert_int_equal(send_to(absent[i], "GET", NULL, (struct other){0}), 404);
		has_its_guards();
	}
	assert_int_equal(asked, 0);
}

static void the_languages_are_those_of_its_files(void **state)
{
	(void)state;
	assert_int_equal(send_to("/api/page", "GET", NULL, (struct other){0}), 200);
	has("\"languages\":[\"en\",\"ur\"]");
}

static void a_no_of_the_daemon_is_passed_on_in_its_words(void **state)
{
	(void)state;
	says_no = true;
	assert_int_equal(send_to("/api/sample?sample=1", "GET", NULL, (struct other){0}), 409);
	has("{\"error\":\"there is no sample 1\"}");
	says_no = false;
}

static void a_daemon_that_is_away_is_said_and_asked_again(void **state)
{
	(void)state;
	control_stop(control);
	assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 503);
	has("is waterlabd running?");
	has("\"away\":true");
	has_its_guards();
	start_daemon();
	assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 200);
}

static void clients_that_only_sit_there_are_bounded_and_go(void **state)
{
	enum { MANY = 100 };
	int fds[MANY];
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++)
		fds[i] = connect_to();
	for (i = 0; i < MANY; i++)
		close(fds[i]);
	/* Those beyond the bound are let go at once; so is the next, until the server has seen that they left. */
	for (i = 0; i < 1000 && send_to("/api/status", "GET", NULL, (struct other){0}) != 200; i++)
		poll(NULL, 0, 10);
	assert_true(i < 1000);
}

/* A header that never ends keeps its connection for as long as a byte comes now and then. */
static void one_neighbour_does_not_take_the_page_from_the_others(void **state)
{
	enum { MANY = 100 };
	static const char begun[] = "GET / HTTP/1.1\r\nX: ";
	int fds[MANY];
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		fds[i] = connect_from(2);
		(void)!send(fds[i], begun, sizeof(begun) - 1, MSG_NOSIGNAL);
	}
	for (i = 0; i < 20; i++)
		assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 200);
	for (i = 0; i < MANY; i++)
		close(fds[i]);
}

/* Sends `slow`, and then more, a byte now and then; false: that went on for as long as anybody would wait. */
static bool is_ended(int fd, const char *slow)
{
	enum { TRIES = 1000, PAUSE_MS = 10 };
	char byte;
	unsigned i;
	ssize_t n;

	for (i = 0; i < TRIES; i++) {
		poll(NULL, 0, PAUSE_MS);
		if (send(fd, *slow ? slow++ : "x", 1, MSG_NOSIGNAL) < 0)
			return true;
		n = recv(fd, &byte, 1, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return true;
		if (n > 0)
			fail_msg("an answer began: %c", byte);
	}
	return false;
}

static int begin(const char *words)
{
	int fd = connect_from(3);

	assert_int_equal(send(fd, words, strlen(words), MSG_NOSIGNAL), strlen(words));
	return fd;
}

/* However many bytes still come, and wherever in it they do. */
static void a_request_comes_whole_in_time_or_its_connection_ends(void **state)
{
	char words[512], here[32];
	unsigned i;
	int fd;

	stop(state);
	request_ms = 200;
	start(state);
	snprintf(here, sizeof(here), "127.0.0.1:%u", server_port(server));
	fd = connect_from(3);
	assert_true(is_ended(fd, "GET /api/status HTTP/1.1\r\nX: "));
	close(fd);
	snprintf(words, sizeof(words),
		"POST /api/sample/end HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"
		"Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{",
		here, here);
	fd = begin(words);
	assert_true(is_ended(fd, " "));
	close(fd);
	/* Again, on a connection that had its answer. */
	snprintf(words, sizeof(words), "GET /api/page HTTP/1.1\r\nHost: %s\r\n\r\n", here);
	fd = begin(words);
	for (i = 0; i < 2 && recv(fd, answer, sizeof(answer), 0) > 0; i++)
		if (strstr(answer, "languages"))
			break;
	assert_true(is_ended(fd, "GET / HTTP/1.1\r\nX: "));
	close(fd);
	assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 200);
	stop(state);
	request_ms = 0;
	start(state);
}

/* Right requests with bytes changed, taken out and put in: never a change, and the page goes on. */
static void mangled_requests_change_nothing(void **state)
{
	static const char *const put_in[] = {"\r\n", "%00", "\"",
		"Content-Length: 99999999999999\r\n", "Transfer-Encoding: chunked\r\n",
		"Host: evil.example\r\n"};
	const char *said = getenv("SEED");
	unsigned seed = said ? (unsigned)strtoul(said, NULL, 10) : (unsigned)getpid(), i, k, at;
	char request[2048], here[32];
	size_t len;

	(void)state;
	printf("SEED=%u\n", seed);
	srandom(seed);
	snprintf(here, sizeof(here), "127.0.0.1:%u", server_port(server));
	for (i = 0; i < 1000; i++) {
		/* Without an operator: whatever is mangled, it must not become right. */
		snprintf(request, sizeof(request),
			"POST /api/sample/end HTTP/1.1\r\nHost: %s\r\nOrigin: "
			"http://%s\r\nConnection: close\r\n"
			"Content-Type: application/json\r\nContent-Length: 24\r\n\r\n"
			"{\"sample\":1,\"token\":\"a\"}",
			here, here);
		for (k = 0; k < 1 + i % 8; k++) {
			const char *more =
				put_in[(size_t)random() % (sizeof(put_in) / sizeof(put_in[0]))];

			len = strlen(request);
			at = (unsigned)random() % (unsigned)len;
			if (k % 3 == 0)
				request[at] = (char)(1 + random() % 255);
			else if (k % 3 == 1)
				memmove(request + at, request + at + 1, len - at);
			else if (len + strlen(more) < sizeof(request)) {
				memmove(request + at + strlen(more), request + at, len - at + 1);
				memcpy(request + at, more, strlen(more));
			}
		}
		asked = 0;
		half_closed = true;
		send_raw(request);
		half_closed = false;
		assert_int_equal(asked, 0);
	}
	assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 200);
}

/* A right request, and every beginning of it; and one that stands in the body of another page's, which a browser sends. */
static void what_is_cut_off_or_in_a_body_is_no_request(void **state)
{
	char right[1024], cut[1024], smuggled[2048], here[32];
	size_t len, i;

	(void)state;
	snprintf(here, sizeof(here), "127.0.0.1:%u", server_port(server));
	snprintf(right, sizeof(right),
		"POST /api/sample/end HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"
		"Connection: close\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
		"{\"by\":\"Gul Khan\",\"token\":\"a\",\"sample\":1}",
		here, here);
	len = strlen(right);
	asked = 0;
	half_closed = true;
	for (i = 0; i < len; i++) {
		memcpy(cut, right, i);
		cut[i] = '\0';
		send_raw(cut);
	}
	half_closed = false;
	for (i = 0; i < 2; i++) {
		snprintf(smuggled, sizeof(smuggled),
			"POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://evil.example\r\n"
			"Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
			i ? "/api/sample/end" : "/absent", here, len, right);
		assert_int_equal(send_raw(smuggled), i ? 403 : 404);
	}
	assert_int_equal(asked, 0);
	assert_int_equal(send_raw(right), 200);
	assert_int_equal(asked, 1);
}

static void who_asks_too_often_waits(void **state)
{
	unsigned i;

	stop(state);
	of_each = (struct bucket_size){5, 3600000};
	start(state);
	asked = 0;
	for (i = 0; i < 5; i++)
		assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 200);
	assert_int_equal(send_to("/api/status", "GET", NULL, (struct other){0}), 429);
	has("\r\nRetry-After: 3600\r\n");
	has("too many requests");
	has_its_guards();
	assert_int_equal(send_to("/", "GET", NULL, (struct other){0}), 429);
	assert_int_equal(asked, 5);
	stop(state);
	of_each = (struct bucket_size){0, 0};
	start(state);
}

static void one_port_has_one_console(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	const struct server_conf same = {.listen = "127.0.0.1",
		.port = server_port(server),
		.certificate = "",
		.key = "",
		.hosts = "",
		.socket = "./control"};
	struct server *second;

	(void)state;
	assert_int_not_equal(server_start(&second, &same, &why), 0);
	assert_non_null(strstr(words, "Address already in use"));
	assert_null(second);
}

static void no_network_without_tls_and_pins(void **state)
{
	static const char *const open_ones[] = {"0.0.0.0", "192.0.2.1", "128.0.0.1", "van", ""};
	struct server_conf conf = {
		.certificate = "", .key = "", .hosts = "", .socket = "./control"};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct server *none;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(open_ones) / sizeof(open_ones[0]); i++) {
		conf.listen = open_ones[i];
		conf.certificate = "";
		conf.door = (struct door_conf){DOOR_PIN, "./operators", 30};
		assert_int_equal(server_start(&none, &conf, &why), ERR_RANGE);
		conf.certificate = "./cert.pem";
		conf.door = (struct door_conf){.kind = DOOR_OPEN};
		assert_int_equal(server_start(&none, &conf, &why), ERR_RANGE);
		conf.door = (struct door_conf){.kind = DOOR_LOOK};
		assert_int_equal(server_start(&none, &conf, &why), ERR_RANGE);
		assert_null(none);
	}
	assert_non_null(strstr(words, "is open to a network"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_request_asks_once),
		cmocka_unit_test(nothing_changes_but_as_it_should),
		cmocka_unit_test(nothing_is_shown_to_another_page),
		cmocka_unit_test(the_pages_files_are_there_and_nothing_else),
		cmocka_unit_test(the_languages_are_those_of_its_files),
		cmocka_unit_test(a_no_of_the_daemon_is_passed_on_in_its_words),
		cmocka_unit_test(a_daemon_that_is_away_is_said_and_asked_again),
		cmocka_unit_test(clients_that_only_sit_there_are_bounded_and_go),
		cmocka_unit_test(one_neighbour_does_not_take_the_page_from_the_others),
		cmocka_unit_test(a_request_comes_whole_in_time_or_its_connection_ends),
		cmocka_unit_test(mangled_requests_change_nothing),
		cmocka_unit_test(what_is_cut_off_or_in_a_body_is_no_request),
		cmocka_unit_test(who_asks_too_often_waits),
		cmocka_unit_test(one_port_has_one_console),
		cmocka_unit_test(no_network_without_tls_and_pins),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
