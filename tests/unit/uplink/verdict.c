/* The verdict: every status of HTTP, every way a transfer can end, every flavour; Retry-After. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/verdict.h"

static const enum store_flavour flavours[] = {
	FLAVOUR_INFLUXDB_V1, FLAVOUR_INFLUXDB_V2, FLAVOUR_VICTORIAMETRICS};

static struct verdict of(int status, const char *body, bool html)
{
	struct reply reply = {.status = status, .html = html};

	snprintf(reply.body, sizeof(reply.body), "%s", body);
	return verdict_of(FLAVOUR_INFLUXDB_V1, &reply);
}

/* The table of README, said once more and independently, for every status there can be. */
static enum verdict_kind wanted(int status)
{
	switch (status) {
	case 204:
		return VERDICT_SENT;
	case 400:
	case 422: /* a store says of what; a gateway does not */
		return VERDICT_HOLD;
	case 413:
		return VERDICT_HALVE;
	case 408:
	case 425:
	case 429:
		return VERDICT_WAIT;
	case 511:
		return VERDICT_HOLD;
	default:
		return status < 200 || status >= 500 ? VERDICT_WAIT : VERDICT_HOLD;
	}
}

static void test_every_status(void **state)
{
	size_t f;
	int status;

	(void)state;
	for (f = 0; f < 3; f++) {
		for (status = 0; status <= 999; status++) {
			struct reply reply = {.status = status};
			struct verdict verdict = verdict_of(flavours[f], &reply);

			if (verdict.kind != wanted(status))
				fail_msg("status %d: %d", status, (int)verdict.kind);
			assert_non_null(verdict.remedy);
			assert_int_equal(verdict.wait_ms, 0);
			if (verdict.kind != VERDICT_SENT) {
				assert_true(strlen(verdict.remedy) > 10);
				assert_int_not_equal(verdict.reason, REASON_NONE);
			}
		}
	}
}

static void test_every_transport(void **state)
{
	int transport;

	(void)state;
	for (transport = TRANSPORT_STOPPED; transport < TRANSPORT_COUNT; transport++) {
		/* Whatever a broken exchange said of success does not count... */
		struct reply reply = {.transport = (enum transport)transport, .status = 204};
		struct verdict verdict = verdict_of(FLAVOUR_INFLUXDB_V1, &reply);

		assert_true(verdict.kind == VERDICT_WAIT || verdict.kind == VERDICT_HOLD);
		assert_true(strlen(verdict.remedy) > 10);
		/* ...what it said of refusal does. */
		reply.status = 413;
		verdict = verdict_of(FLAVOUR_INFLUXDB_V1, &reply);
		assert_int_equal(verdict.kind,
			transport == TRANSPORT_STOPPED ? VERDICT_WAIT : VERDICT_HALVE);
		/* But no line is refused for words that broke off. */
		reply.status = 400;
		snprintf(reply.body, sizeof(reply.body), "{\"error\":\"partial write: field ty");
		assert_int_not_equal(verdict_of(FLAVOUR_INFLUXDB_V1, &reply).kind, VERDICT_BISECT);
	}
	assert_int_equal(
		verdict_of(FLAVOUR_INFLUXDB_V1, &(struct reply){.transport = TRANSPORT_CONNECT})
			.reason,
		REASON_NO_LINK);
	assert_int_equal(
		verdict_of(FLAVOUR_INFLUXDB_V1, &(struct reply){.transport = TRANSPORT_TRUST}).kind,
		VERDICT_HOLD);
}

static void test_words_decide(void **state)
{
	(void)state;
	/* A captive portal. */
	assert_int_equal(of(200, "<html>Welcome", true).kind, VERDICT_HOLD);
	assert_non_null(strstr(of(200, "", false).remedy, "not the store's"));
	/* nginx, asked for a client certificate that has expired. */
	assert_int_equal(of(400, "<html><head><title>400 The SSL certificate error", true).kind,
		VERDICT_HOLD);
	assert_int_equal(of(400,
				 "{\"error\":\"partial write: unable to parse 'x': missing fields "
				 "dropped=0\"}",
				 false)
				 .kind,
		VERDICT_BISECT);
	assert_int_equal(
		of(400, "{\"error\":\"partial write: points beyond retention policy dropped=3\"}",
			false)
			.reason,
		REASON_RETENTION);
	assert_int_equal(of(422,
				 "{\"code\":\"unprocessable entity\",\"message\":\"failure writing "
				 "points to database: partial write: field type conflict: x",
				 false)
				 .kind,
		VERDICT_BISECT);
	/* A gateway's, and InfluxDB's own of a body that a proxy cut. */
	assert_int_equal(of(400, "{\"message\":\"Bad Request\"}", false).kind, VERDICT_HOLD);
	assert_int_equal(of(422, "", false).kind, VERDICT_HOLD);
	assert_int_equal(of(400, "{\"error\":\"unexpected EOF\"}", false).kind, VERDICT_WAIT);
	assert_int_equal(of(400, "{\"error\":\"database is required\"}", false).kind, VERDICT_HOLD);
	assert_int_equal(
		of(500, "{\"error\":\"retention policy not found: x\"}", false).kind, VERDICT_HOLD);
	assert_int_equal(of(500, "{\"error\":\"timeout\"}", false).kind, VERDICT_WAIT);
}

/* A line that a proxy minds while it lets others through is no line that the store refuses. */
static void test_words_of_victoriametrics(void **state)
{
	static const struct {
		const char *body;
		enum verdict_kind kind;
	} said[] = {{"a gateway says 400", VERDICT_HOLD}, {"", VERDICT_HOLD},
		{"remoteAddr: \"127.0.0.1:37820\"; requestURI: /write?db=x; cannot parse that",
			VERDICT_BISECT},
		{"remoteAddr: \"127.0.0.1:37820\"; requestURI: /write?db=x; cannot read gzipped "
		 "influx line protocol data: unexpected EOF",
			VERDICT_WAIT}};
	struct reply reply = {.status = 400};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		snprintf(reply.body, sizeof(reply.body), "%s", said[i].body);
		assert_int_equal(verdict_of(FLAVOUR_VICTORIAMETRICS, &reply).kind, said[i].kind);
	}
}

static void test_dropped(void **state)
{
	(void)state;
	assert_int_equal(
		verdict_dropped("partial write: points beyond retention policy dropped=120"), 120);
	assert_int_equal(verdict_dropped("dropped="), 0);
	assert_int_equal(verdict_dropped("no word of it"), 0);
}

static void test_words(void **state)
{
	static const char *const pairs[][2] = {
		{"{\"error\":\"database not found: \\\"x\\\"\"}", "database not found: \"x\""},
		{"{\"error\":\"a\\\\b\\/c\\n\\\"\"}", "a\\b/c\\n\""},
		{"{\"code\":\"invalid\",\"message\":\"failed  \",\"line\":1}", "failed"},
		{"{\"error\":\"never ends", "never ends"}, {"{\"error\":\"", ""},
		{"  plain words  ", "plain words"}, {"", ""}, {"<html>", "<html>"}};
	char at[64], small[4];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		verdict_words(at, sizeof(at), pairs[i][0]);
		assert_string_equal(at, pairs[i][1]);
		verdict_words(small, sizeof(small), pairs[i][0]);
		assert_true(strlen(small) < sizeof(small));
	}
}

static void test_retry_after(void **state)
{
	static const char now[] = "Sun, 06 Nov 1994 08:49:37 GMT";

	(void)state;
	assert_int_equal(verdict_retry_ms("0", "", 0), 0);
	assert_int_equal(verdict_retry_ms("2", "", 0), 2000);
	assert_int_equal(verdict_retry_ms("3600", "", 0), RETRY_MOST_MS);
	assert_int_equal(verdict_retry_ms("99999999999999999999999999", "", 0), RETRY_MOST_MS);
	assert_int_equal(verdict_retry_ms("-2", "", 0), 0);
	assert_int_equal(verdict_retry_ms("2 s", "", 0), 0);
	assert_int_equal(verdict_retry_ms("", "", 0), 0);
	assert_int_equal(verdict_retry_ms("soon", "", 0), 0);
	/* The three forms of RFC 9110, against the reply's own Date: the van's clock may be anything. */
	assert_int_equal(verdict_retry_ms("Sun, 06 Nov 1994 08:50:07 GMT", now, 1), 30000);
	assert_int_equal(verdict_retry_ms("Sunday, 06-Nov-94 08:50:07 GMT", now, 1), 30000);
	assert_int_equal(verdict_retry_ms("Sun Nov  6 08:50:07 1994", now, 1), 30000);
	assert_int_equal(verdict_retry_ms("Sun, 06 Nov 1994 08:49:00 GMT", now, 1), 0);
	assert_int_equal(verdict_retry_ms("Sun, 06 Nov 2094 08:49:00 GMT", now, 1), RETRY_MOST_MS);
	assert_int_equal(
		verdict_retry_ms("Sun, 06 Nov 1994 08:49:47 GMT", "", 784111777000), 10000);

	/* Only where the store asks to wait. */
	assert_int_equal(
		verdict_of(FLAVOUR_INFLUXDB_V2, &(struct reply){.status = 503, .retry_ms = 5000})
			.wait_ms,
		5000);
	assert_int_equal(verdict_of(FLAVOUR_INFLUXDB_V2,
				 &(struct reply){.status = 429, .retry_ms = INT64_MAX})
				 .wait_ms,
		RETRY_MOST_MS);
	assert_int_equal(
		verdict_of(FLAVOUR_INFLUXDB_V2, &(struct reply){.status = 204, .retry_ms = 5000})
			.wait_ms,
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_status),
		cmocka_unit_test(test_every_transport),
		cmocka_unit_test(test_words_decide),
		cmocka_unit_test(test_words_of_victoriametrics),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_retry_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
