/* What the van's clock has to do with certificates: when TLS is tried, and the words when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/tls_clock.h"

static const int64_t from_ms = 1795824000000, to_ms = 2398377600000; /* 2026-11-28, 2046-01-01 */

static struct store_conf store_at(const char *url)
{
	struct store_conf conf = {.tls_from_ms = from_ms, .tls_to_ms = to_ms};

	assert_true(text_copy(conf.url, sizeof(conf.url), url));
	return conf;
}

static void only_https_asks_for_a_clock_that_can_be_right(void **state)
{
	static const struct {
		int64_t wall_ms;
		bool allowed;
	} rows[] = {{0, false}, {-5, false}, {from_ms - 1, false}, {from_ms, true},
		{from_ms + 86400000, true}, {to_ms - 1, true}, {to_ms, false}};
	struct store_conf https = store_at("HTTPS://store:8086"), http = store_at("http://store");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tls_clock_allows(&https, rows[i].wall_ms), rows[i].allowed);
		assert_true(tls_clock_allows(&http, rows[i].wall_ms));
	}
	https.tls_from_ms = https.tls_to_ms = 0; /* nobody said */
	assert_true(tls_clock_allows(&https, 0));
}

static void it_is_confirmed_only_where_it_agrees_with_what_is(void **state)
{
	struct time_offset utc = {.offset_ms = from_ms, .source = TIME_GPS};

	(void)state;
	assert_int_equal(tls_clock_of(from_ms + 1000, 1000, &utc), TLS_CLOCK_CONFIRMED);
	assert_int_equal(tls_clock_of(from_ms + 60000, 1000, &utc), TLS_CLOCK_CONFIRMED);
	assert_int_equal(tls_clock_of(from_ms + 61000, 1000, &utc), TLS_CLOCK_WRONG);
	assert_int_equal(tls_clock_of(0, 1000, &utc), TLS_CLOCK_WRONG);
	utc.source = TIME_RTC;
	assert_int_equal(tls_clock_of(from_ms + 1000, 1000, &utc), TLS_CLOCK_UNCONFIRMED);
}

static void the_words_name_the_clock_its_date_and_the_remedy(void **state)
{
	char room[200];
	struct text words = text_over(room, sizeof(room));

	(void)state;
	tls_clock_put_closed(&words, 0);
	assert_string_equal(room, "the van's clock says 1970-01-01: certificates cannot be checked "
				  "by it, so nothing is sent; it goes on by itself once NTP or GPS "
				  "(chrony) or a person has set the clock");
	text_clear(&words);
	tls_clock_put_dates(&words, from_ms + 3723000, TLS_CLOCK_UNCONFIRMED);
	assert_string_equal(room, "it says 2026-11-28 01:02 UTC, which nobody confirmed: the clock "
				  "may be the reason; it waits for NTP or GPS (chrony), or set it");
	text_clear(&words);
	tls_clock_put_dates(&words, from_ms, TLS_CLOCK_CONFIRMED);
	assert_non_null(strstr(room, "the store needs another certificate"));
	text_clear(&words);
	tls_clock_put_dates(&words, from_ms, TLS_CLOCK_WRONG);
	assert_non_null(strstr(room, "set the clock"));
	assert_false(words.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_asks_for_a_clock_that_can_be_right),
		cmocka_unit_test(it_is_confirmed_only_where_it_agrees_with_what_is),
		cmocka_unit_test(the_words_name_the_clock_its_date_and_the_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
