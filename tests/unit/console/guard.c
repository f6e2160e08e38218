/* Which requests are looked at at all: Host, origin, kind and size of the body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console/guard.h"

enum { PORT = 8080 };

static const struct route asks = {"GET", "/api/x", false, ROLE_VIEWER, "x", NULL};
static const struct route changes = {"POST", "/api/y", true, ROLE_TECHNICIAN, "y", NULL};

static struct site here = {false, PORT, ""};

static unsigned check(const struct route *route, struct heads heads)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	unsigned status = guard_check(&heads, route, &here, &why);

	assert_int_equal(status != 0, why.len > 0);
	return status;
}

/* Host. */
static void only_this_machine_by_its_own_names(void **state)
{
	static const char *const good[] = {"127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080"};
	static const char *const bad[] = {"", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:80800",
		"localhost", "evil.example:8080", "127.0.0.1.evil.example:8080",
		"127.0.0.1:8080.evil.example", "evil.example#127.0.0.1:8080", "[::1]:8080",
		"0.0.0.0:8080", " 127.0.0.1:8080"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(check(NULL, (struct heads){.host = good[i]}), 0);
		assert_int_equal(check(&asks, (struct heads){.host = good[i]}), 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(check(NULL, (struct heads){.host = bad[i]}), 421);
		assert_int_equal(check(&asks, (struct heads){.host = bad[i]}), 421);
	}
	assert_int_equal(check(NULL, (struct heads){0}), 421);
}

static struct heads post(void)
{
	return (struct heads){.host = "127.0.0.1:8080",
		.origin = "http://127.0.0.1:8080",
		.fetch_site = "same-origin",
		.content_type = "application/json",
		.content_length = "2"};
}

static void a_change_comes_from_our_own_page(void **state)
{
	static const char *const bad[] = {"null", "", "http://localhost:8080",
		"https://127.0.0.1:8080", "http://127.0.0.1:8081",
		"http://127.0.0.1:8080.evil.example", "http://evil.example",
		"http://127.0.0.1:8080/"};
	static const char *const sites[] = {"cross-site", "same-site", "none", ""};
	struct heads heads;
	size_t i;

	(void)state;
	assert_int_equal(check(&changes, post()), 0);
	heads = post();
	heads.fetch_site = NULL; /* an older browser */
	assert_int_equal(check(&changes, heads), 0);
	heads.origin = NULL;
	assert_int_equal(check(&changes, heads), 403);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		heads = post();
		heads.origin = bad[i];
		assert_int_equal(check(&changes, heads), 403);
	}
	for (i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		heads = post();
		heads.fetch_site = sites[i];
		assert_int_equal(check(&changes, heads), 403);
	}
}

static void in_a_network_it_has_the_names_that_are_configured(void **state)
{
	static const char *const good[] = {"van-3.lan:8080", "VAN-3.LAN:8080", "192.168.8.2:8080",
		"127.0.0.1:8080", "localhost:8080"};
	static const char *const bad[] = {"van-3.lan", "van-3:8080", "van-3.lan.evil.example:8080",
		"evil.example:8080", "192.168.8.20:8080", "192.168.8.2:80", ":8080", ""};
	struct heads heads = post();
	size_t i;

	(void)state;
	here = (struct site){true, PORT, "van-3.lan, 192.168.8.2"};
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(check(NULL, (struct heads){.host = good[i]}), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(check(NULL, (struct heads){.host = bad[i]}), 421);
	heads.host = "van-3.lan:8080";
	heads.origin = "https://van-3.lan:8080";
	assert_int_equal(check(&changes, heads), 0);
	heads.origin = "http://van-3.lan:8080"; /* what anybody on the way could have written */
	assert_int_equal(check(&changes, heads), 403);
	heads.origin = "https://192.168.8.2:8080";
	assert_int_equal(check(&changes, heads), 403);
	here.port = 443;
	assert_int_equal(check(NULL, (struct heads){.host = "van-3.lan"}), 0);
	assert_int_equal(check(NULL, (struct heads){.host = "van-3.lan:443"}), 0);
	here = (struct site){false, PORT, ""};
}

static void a_question_comes_from_our_page_or_a_person(void **state)
{
	struct heads heads = {.host = "localhost:8080"};

	(void)state;
	heads.fetch_site = "none"; /* typed by a person */
	assert_int_equal(check(&asks, heads), 0);
	heads.fetch_site = "cross-site";
	assert_int_equal(check(&asks, heads), 403);
	assert_int_equal(check(NULL, heads), 0); /* a link to the page itself */
	heads.fetch_site = NULL;
	heads.origin = "http://evil.example";
	assert_int_equal(check(&asks, heads), 403);
}

static void a_body_is_json_of_known_and_small_length(void **state)
{
	static const struct {
		const char *type, *length, *transfer;
		unsigned status;
	} cases[] = {
		{"application/json", "4096", NULL, 0},
		{"application/json; charset=utf-8", "2", NULL, 0},
		{"APPLICATION/JSON", "2", NULL, 0},
		{NULL, "2", NULL, 415},
		{"text/plain", "2", NULL, 415},
		{"application/x-www-form-urlencoded", "2", NULL, 415},
		{"multipart/form-data", "2", NULL, 415},
		{"application/jsonx", "2", NULL, 415},
		{"application/json", NULL, NULL, 411},
		{"application/json", "", NULL, 411},
		{"application/json", "-1", NULL, 411},
		{"application/json", " 2", NULL, 411},
		{"application/json", "2", "chunked", 411},
		{"application/json", "4097", NULL, 413},
		{"application/json", "99999999999999999999999", NULL, 413},
	};
	struct heads heads;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		heads = post();
		heads.content_type = cases[i].type;
		heads.content_length = cases[i].length;
		heads.transfer_encoding = cases[i].transfer;
		assert_int_equal(check(&changes, heads), cases[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_this_machine_by_its_own_names),
		cmocka_unit_test(a_change_comes_from_our_own_page),
		cmocka_unit_test(in_a_network_it_has_the_names_that_are_configured),
		cmocka_unit_test(a_question_comes_from_our_page_or_a_person),
		cmocka_unit_test(a_body_is_json_of_known_and_small_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
