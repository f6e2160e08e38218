/* URLs of the write routes, and the back-off's bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/backoff.h"
#include "uplink/url.h"

static void expect(const struct store_conf *conf, const char *url)
{
	char at[URL_LONGEST];
	struct text text = text_over(at, sizeof(at));
	const char *words = NULL;

	assert_int_equal(url_put_write(&text, conf, &words), 0);
	assert_string_equal(at, url);
}

static void test_flavours(void **state)
{
	struct store_conf conf = {.url = "http://store:8086/", .database = "wq"};

	(void)state;
	expect(&conf, "http://store:8086/write?db=wq&precision=ms");
	strcpy(conf.retention_policy, "two years");
	strcpy(conf.database, "a&b=c/\xd9\x85");
	expect(&conf, "http://store:8086/write?db=a%26b%3Dc%2F%D9%85&rp=two%20years&precision=ms");
	conf = (struct store_conf){.flavour = FLAVOUR_INFLUXDB_V2,
		.url = "https://h/pre/fix//",
		.database = "wq",
		.org = "kp gb"};
	expect(&conf, "https://h/pre/fix/api/v2/write?org=kp%20gb&bucket=wq&precision=ms");
	conf = (struct store_conf){.flavour = FLAVOUR_VICTORIAMETRICS, .url = "http://[::1]:8428"};
	expect(&conf, "http://[::1]:8428/write?precision=ms");
	strcpy(conf.database, "wq");
	expect(&conf, "http://[::1]:8428/write?db=wq&precision=ms");
}

static void test_mistakes(void **state)
{
	static const char *const urls[] = {"", "store:8086", "ftp://store", "http://", "http:///x",
		"http://store?db=x", "http://store#x", "http://me:secret@store", "http://st ore",
		"http://store/\n"};
	char at[URL_LONGEST];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct store_conf conf = {.database = "wq"};
		struct text text = text_over(at, sizeof(at));
		const char *words = NULL;

		snprintf(conf.url, sizeof(conf.url), "%s", urls[i]);
		assert_int_equal(url_put_write(&text, &conf, &words), ERR_CONF);
		assert_true(strlen(words) > 10);
		assert_null(strstr(words, "secret"));
	}
}

static void test_backoff(void **state)
{
	struct backoff a = backoff_make(100, 3000, 42), b = backoff_make(100, 3000, 42);
	unsigned bound = 100, least = 3000, most = 0, wait, i;

	(void)state;
	for (i = 0; i < 10; i++) {
		wait = backoff_next_ms(&a, 0);
		assert_int_equal(wait, backoff_next_ms(&b, 0)); /* the seed decides */
		assert_in_range(wait, 1, bound);
		bound = bound * 2 < 3000 ? bound * 2 : 3000;
	}
	for (i = 0; i < 10000; i++) {
		wait = backoff_next_ms(&a, 0);
		assert_in_range(wait, 1, 3000);
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	assert_true(least < 30 && most > 2970); /* full jitter reaches from end to end */
	for (i = 0; i < 100; i++)
		assert_in_range(backoff_next_ms(&a, 1000), 1, 1000);
	backoff_reset(&a);
	assert_in_range(backoff_next_ms(&a, 0), 1, 100);
	a = backoff_make(5000, 1000, 1);
	assert_in_range(backoff_next_ms(&a, 0), 1, 1000);
	a = backoff_make(0, 0, 1);
	assert_int_equal(backoff_next_ms(&a, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flavours),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
