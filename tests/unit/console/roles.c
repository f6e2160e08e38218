/*
 * The whole table of routes, by nobody, a viewer, a technician and a supervisor, from our own page, from another and from
 * none, under our own Host and another: what is answered, and that nothing reaches the daemon but what may.
 */
#include "rude.h"

/* libsodium's own, made to cost as little as it lets them: of the PINs that they are called by. */
#define HASH_402917                                         \
	"$argon2id$v=19$m=8,t=1,p=1$txb16Nj3272dQgHc0M13TQ" \
	"$Qy5Be4ymBZGvZZzOWKn89FneHmJ0KisqS7kKEyFgCIQ"
#define HASH_718293                                         \
	"$argon2id$v=19$m=8,t=1,p=1$ZjrciuR5V7jhm0dETK+BWA" \
	"$R8otqjtEHHJ/+4UCb1yhUWmNQavmoFR+R/6xyWXPX9k"
#define HASH_551728                                         \
	"$argon2id$v=19$m=8,t=1,p=1$mOtd0kPmEWbvyAGokS8x0g" \
	"$ZTRykJWhkuwmVJwfhfLgPROgKzTzGxjO9P3A5FdvHAg"

/* Said once more, apart from the table of routes, so that neither is changed alone. */
static const struct {
	const char *path;
	enum role least;
} may[] = {
	{"/api/page", ROLE_NONE},
	{"/api/operators", ROLE_NONE},
	{"/api/operator/enter", ROLE_NONE},
	{"/api/operator/here", ROLE_VIEWER},
	{"/api/operator/leave", ROLE_VIEWER},
	{"/api/status", ROLE_VIEWER},
	{"/api/trends", ROLE_VIEWER},
	{"/api/limits", ROLE_VIEWER},
	{"/api/checks", ROLE_VIEWER},
	{"/api/samples", ROLE_VIEWER},
	{"/api/points", ROLE_VIEWER},
	{"/api/sample", ROLE_VIEWER},
	{"/api/check", ROLE_VIEWER},
	{"/api/line", ROLE_VIEWER},
	{"/api/line/scan", ROLE_TECHNICIAN},
	{"/api/line/probe", ROLE_TECHNICIAN},
	{"/api/line/cancel", ROLE_TECHNICIAN},
	{"/api/try", ROLE_TECHNICIAN},
	{"/api/sample/begin", ROLE_TECHNICIAN},
	{"/api/sample/impediment", ROLE_TECHNICIAN},
	{"/api/sample/attach", ROLE_TECHNICIAN},
	{"/api/sample/take", ROLE_TECHNICIAN},
	{"/api/sample/enter", ROLE_TECHNICIAN},
	{"/api/sample/start", ROLE_TECHNICIAN},
	{"/api/sample/finish", ROLE_TECHNICIAN},
	{"/api/sample/end", ROLE_TECHNICIAN},
	{"/api/sample/cancel", ROLE_TECHNICIAN},
	{"/api/check/begin", ROLE_TECHNICIAN},
	{"/api/check/standard", ROLE_TECHNICIAN},
	{"/api/check/take", ROLE_TECHNICIAN},
	{"/api/check/adjusted", ROLE_TECHNICIAN},
	{"/api/check/finish", ROLE_TECHNICIAN},
	{"/api/check/cancel", ROLE_TECHNICIAN},
	{"/api/sample/verify", ROLE_SUPERVISOR},
	{"/api/sample/amend", ROLE_SUPERVISOR},
};

static const struct {
	const char *name, *pin, *hash;
	enum role role;
} people[] = {
	{"", "", "", ROLE_NONE},
	{"A viewer", "402917", HASH_402917, ROLE_VIEWER},
	{"A technician", "718293", HASH_718293, ROLE_TECHNICIAN},
	{"A supervisor", "551728", HASH_551728, ROLE_SUPERVISOR},
};
enum { PEOPLE = sizeof(people) / sizeof(people[0]) };

static char cookies[PEOPLE][96]; /* "": none */

static enum role least_of(const struct route *route)
{
	size_t i;

	for (i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		if (!strcmp(may[i].path, route->path))
			return may[i].least;
	fail_msg("say in may[] who may ask %s", route->path);
	return ROLE_SUPERVISOR;
}

static int start(void **state)
{
	const struct door_conf door = {DOOR_PIN, "./operators", 30};
	struct operators all = {.n = 0};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	size_t i;

	(void)state;
	for (i = 1; i < PEOPLE; i++) {
		struct operator one = {.role = people[i].role};

		text_copy(one.name, sizeof(one.name), people[i].name);
		text_copy(one.hash, sizeof(one.hash), people[i].hash);
		assert_int_equal(operators_add(&all, &one, &why), 0);
	}
	assert_int_equal(operators_write(&all, "./operators", &why), 0);
	return open_page(&door);
}

static unsigned give_pin(const char *name, const char *pin, const char *cookie)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"operator\":\"%s\",\"pin\":\"%s\"}", name, pin);
	return send_to("/api/operator/enter", "POST", body, (struct other){.cookie = cookie});
}

static void come_in(size_t i)
{
	const char *set;

	assert_int_equal(give_pin(people[i].name, people[i].pin, NULL), 200);
	set = strstr(answer, "\r\nSet-Cookie: waterlab=");
	assert_non_null(set);
	snprintf(cookies[i], sizeof(cookies[i]), "%.*s", 73, set + 14);
}

/* A body as the route wants it, under that name. */
static const char *body_by(const struct route *route, const char *name)
{
	static char room[1200];
	const char *body = body_of(route, "by");
	bool more = body[1] != '}';

	if (!route->ask)
		return body_of(route, NULL);
	snprintf(room, sizeof(room), "{\"by\":\"%s\"%s%s", name, more ? "," : "", body + 1);
	return room;
}

static void one_case(const struct route *route, size_t who, const char *origin, const char *host)
{
	char ours[64];
	const char *body = route->changes ? body_by(route, people[who].name) : NULL;
	struct other other = {.origin = origin,
		.host = host,
		.cookie = cookies[who],
		.site = origin && *origin ? "" : NULL};
	unsigned wanted, got, asks = 0;

	snprintf(ours, sizeof(ours), "http://127.0.0.1:%u", server_port(server));
	if (host)
		wanted = 421;
	else if (route->changes ? (origin && strcmp(origin, ours) != 0)
				: (origin && *origin && strcmp(origin, ours) != 0))
		wanted = 403;
	else if (least_of(route) == ROLE_NONE)
		wanted = route->changes ? 401 : 200; /* what body_of() says is nobody's PIN */
	else if (people[who].role == ROLE_NONE)
		wanted = 401;
	else
		wanted = people[who].role < least_of(route) ? 403 : 200;
	if (wanted == 200 && route->ask)
		asks = 1;
	asked = 0;
	got = send_to(path_of(route), route->method, body, other);
	if (got != wanted || asked != asks)
		fail_msg("%s %s by \"%s\", origin %s, host %s: %u instead of %u, asked %u: %.600s",
			route->method, route->path, people[who].name, origin ? origin : "ours",
			host ? host : "ours", got, wanted, asked, answer);
	if (asks && route->changes)
		assert_string_equal(heard_by, people[who].name);
	has_its_guards();
	if (got == 200 && !strcmp(route->path, "/api/operator/leave"))
		come_in(who);
}

static void each_route_is_for_whom_it_is(void **state)
{
	static const char *const origins[] = {NULL, "", "http://evil.example", "null"},
				 *const hosts[] = {NULL, "evil.example"};
	const struct route *route;
	size_t who, origin, host;
	unsigned n = 0;

	(void)state;
	for (who = 1; who < PEOPLE; who++)
		come_in(who);
	for (route = routes; route->path; route++)
		for (who = 0; who < PEOPLE; who++)
			for (origin = 0; origin < 4; origin++)
				for (host = 0; host < 2; host++, n++)
					one_case(route, who, origins[origin], hosts[host]);
	printf("%u cases\n", n);
	assert_true(n >= 16 * 4 * 4 * 2);
}

static void nobody_does_something_under_anothers_name(void **state)
{
	static const char *const bodies[] = {
		"{\"by\":\"A supervisor\",\"token\":\"a\",\"sample\":1}",
		"{\"by\":\"a technician\",\"token\":\"a\",\"sample\":1}",
		"{\"by\":\"A technician \",\"token\":\"a\",\"sample\":1}"};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		asked = 0;
		assert_int_equal(send_to("/api/sample/end", "POST", bodies[i],
					 (struct other){.cookie = cookies[2]}),
			403);
		has("and it is A technician who is here");
		assert_int_equal(asked, 0);
	}
}

static void a_cookie_that_is_none_is_nobodys(void **state)
{
	char cookie[3][256];
	size_t i;

	(void)state;
	snprintf(cookie[0], sizeof(cookie[0]), "waterlab=");
	snprintf(cookie[1], sizeof(cookie[1]), "waterlab=%064d", 0);
	snprintf(cookie[2], sizeof(cookie[2]), "%s0", cookies[3]);
	for (i = 0; i < 3; i++) {
		asked = 0;
		assert_int_equal(
			send_to("/api/status", "GET", NULL, (struct other){.cookie = cookie[i]}),
			401);
		assert_int_equal(asked, 0);
	}
}

static void the_cookie_is_for_our_page_alone_and_goes(void **state)
{
	(void)state;
	come_in(2);
	has("; Path=/; HttpOnly; SameSite=Strict\r\n");
	has("\"here\":{\"name\":\"A technician\",\"role\":\"technician\"}");
	assert_null(strstr(answer, "argon2"));
	assert_int_equal(
		send_to("/api/operators", "GET", NULL, (struct other){.cookie = cookies[2]}), 200);
	has("\"here\":{\"name\":\"A technician\"");
	assert_int_equal(
		send_to("/api/operator/leave", "POST", "{}", (struct other){.cookie = cookies[2]}),
		200);
	has("\r\nSet-Cookie: waterlab=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n");
	assert_int_equal(
		send_to("/api/operators", "GET", NULL, (struct other){.cookie = cookies[2]}), 200);
	has("\"here\":null");
	assert_int_equal(
		send_to("/api/status", "GET", NULL, (struct other){.cookie = cookies[2]}), 401);
}

static void who_comes_in_anew_was_somebody_else_before(void **state)
{
	(void)state;
	come_in(1);
	assert_int_equal(give_pin(people[3].name, people[3].pin, cookies[1]), 200);
	assert_int_equal(
		send_to("/api/status", "GET", NULL, (struct other){.cookie = cookies[1]}), 401);
}

static void who_comes_in_is_recorded_first(void **state)
{
	(void)state;
	noted = 0;
	come_in(1);
	assert_int_equal(noted, 1);
	is_deaf = true;
	assert_int_equal(give_pin(people[1].name, people[1].pin, NULL), 503);
	assert_null(strstr(answer, "Set-Cookie"));
	is_deaf = false;
}

static void a_storm_of_wrong_pins_is_made_to_wait(void **state)
{
	unsigned i, status;

	(void)state;
	asked = 0;
	noted = 0;
	for (i = 0; i < 8; i++) {
		status = give_pin(people[3].name, "000001", NULL);
		assert_int_equal(status, i < 5 ? 401 : 429);
		assert_null(strstr(answer, "Set-Cookie"));
	}
	has("\r\nRetry-After: ");
	has("too many PINs were tried: wait ");
	assert_int_equal(
		give_pin(people[3].name, people[3].pin, NULL), 429); /* nor the right one */
	assert_int_equal(asked, 0);
}

static void look_only(void **state)
{
	const struct door_conf door = {.kind = DOOR_LOOK};
	const struct route *route;

	(void)state;
	stop(state);
	open_page(&door);
	for (route = routes; route->path; route++) {
		asked = 0;
		if (route->changes && route->ask) {
			assert_int_equal(send_to(path_of(route), "POST", body_by(route, "Gul Khan"),
						 (struct other){0}),
				403);
			has("nothing is changed from here");
			assert_int_equal(asked, 0);
		} else if (!route->changes) {
			assert_int_equal(
				send_to(path_of(route), "GET", NULL, (struct other){0}), 200);
		}
	}
	assert_int_equal(give_pin("A viewer", "402917", NULL), 409);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_route_is_for_whom_it_is),
		cmocka_unit_test(nobody_does_something_under_anothers_name),
		cmocka_unit_test(a_cookie_that_is_none_is_nobodys),
		cmocka_unit_test(the_cookie_is_for_our_page_alone_and_goes),
		cmocka_unit_test(who_comes_in_anew_was_somebody_else_before),
		cmocka_unit_test(who_comes_in_is_recorded_first),
		cmocka_unit_test(a_storm_of_wrong_pins_is_made_to_wait),
		cmocka_unit_test(look_only),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
