/* The connection against a hostile store in this process: what is sent, what comes back, how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <curl/curl.h>

#include "../../../tools/faultstore/judge.c"
#include "../../../tools/faultstore/pass.c"
#include "../../../tools/faultstore/plan.c"
#include "../../../tools/faultstore/serve.c"
#include "uplink/post.h"

static struct faultstore *faults;
static struct store_conf conf;
static atomic_bool stop;
static _Atomic int64_t beat_ms;

static struct post *open_post(void)
{
	char at[256];
	struct text why = text_over(at, sizeof(at));
	struct post *post;

	assert_int_equal(
		post_new(&post, POST_WRITE, &conf, &clock_system, &stop, &beat_ms, &why), 0);
	return post;
}

static struct reply send_lines(struct post *post, const char *lines)
{
	struct reply reply;

	post_send(post, lines, strlen(lines), false, &reply);
	return reply;
}

static struct reply once(const char *plan)
{
	struct post *post = open_post();
	struct reply reply;

	assert_true(faultstore_plan(faults, plan));
	reply = send_lines(post, "m,a=b v=1 5\n");
	post_free(post);
	return reply;
}

static int start(void **state)
{
	(void)state;
	faults = faultstore_open(0, NULL, false);
	assert_non_null(faults);
	conf = (struct store_conf){.timeout_ms = 5000, .database = "wq"};
	snprintf(conf.url, sizeof(conf.url), "http://127.0.0.1:%u", faultstore_port(faults));
	atomic_store(&stop, false);
	return 0;
}

static int end(void **state)
{
	(void)state;
	faultstore_close(faults);
	return 0;
}

static void test_connection_is_used_again(void **state)
{
	struct post *post = open_post();
	struct faultstore_counts counts;
	struct reply reply;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		reply = send_lines(post, "m,a=b v=1 5\n");
		assert_int_equal(reply.transport, TRANSPORT_WHOLE);
		assert_int_equal(reply.status, 204);
	}
	faultstore_count(faults, &counts);
	assert_int_equal(counts.connections, 1);
	assert_int_equal(counts.accepted, 5);
	assert_int_equal(counts.manners, 0);
	assert_in_range(post_wire_bytes(post), 5 * 100, 5 * 400);
	post_free(post);
}

static void test_large_bodies_keep_manners(void **state)
{
	enum { SIZE = 3 << 20 };
	struct post *post = open_post();
	struct faultstore_counts counts;
	char *body = malloc(SIZE + 1);
	struct reply reply;
	size_t i;

	(void)state;
	assert_non_null(body);
	for (i = 0; i < SIZE; i += 16)
		memcpy(body + i, "m,a=bcdef v=1 5\n", 16);
	post_send(post, body, SIZE, false, &reply);
	assert_int_equal(reply.status, 204);
	faultstore_count(faults, &counts);
	assert_int_equal(counts.manners, 0);
	assert_int_equal(counts.accepted, SIZE / 16);
	assert_in_range(post_wire_bytes(post), SIZE, SIZE + SIZE / 4); /* repeats are counted */
	free(body);
	post_free(post);
}

static void test_replies(void **state)
{
	struct reply reply;

	(void)state;
	reply = once("503 retry-after 7");
	assert_int_equal(reply.status, 503);
	assert_int_equal(reply.retry_ms, 7000);
	assert_string_equal(reply.body, "{\"error\":\"faultstore says 503\"}");
	assert_false(reply.html);
	reply = once("portal");
	assert_int_equal(reply.status, 200);
	assert_true(reply.html);
	reply = once("redirect");
	assert_int_equal(reply.status, 302);
	reply = once("400-proxy");
	assert_true(reply.html && reply.status == 400);
}

static void test_breaks(void **state)
{
	struct reply reply;

	(void)state;
	assert_int_equal(once("reset-before").transport, TRANSPORT_CUT);
	assert_int_equal(once("reset-in-body").transport, TRANSPORT_CUT);
	assert_int_equal(once("reset-after").transport, TRANSPORT_CUT);
	assert_int_equal(once("half-reply").transport, TRANSPORT_CUT);
	assert_int_equal(once("garbage").transport, TRANSPORT_NOT_HTTP);
	reply = once("endless-reply");
	assert_int_equal(reply.transport, TRANSPORT_TOO_LONG);
	assert_int_equal(verdict_of(conf.flavour, &reply).kind, VERDICT_HOLD);
	reply = once("down");
	assert_int_equal(reply.transport, TRANSPORT_CONNECT);
	assert_true(strlen(reply.body) > 10);
	faultstore_plan(faults, "up");
	conf.timeout_ms = 600;
	assert_int_equal(once("no-reply").transport, TRANSPORT_TIMEOUT);
	strcpy(conf.url, "http://no-such-host.invalid:1");
	assert_int_equal(once("204").transport, TRANSPORT_NAME);
}

/* Slow is not silent: bytes that are taken keep the request alive past timeout_ms. */
static void test_slow_is_not_a_timeout(void **state)
{
	enum { SIZE = 256 << 10 };
	char *body = malloc(SIZE);
	struct post *post;
	struct reply reply;
	size_t i;

	(void)state;
	assert_non_null(body);
	for (i = 0; i < SIZE; i += 16)
		memcpy(body + i, "m,a=bcdef v=1 5\n", 16);
	conf.timeout_ms = 1500;
	post = open_post();
	assert_true(faultstore_plan(faults, "slow 100000"));
	post_send(post, body, SIZE, false, &reply);
	assert_int_equal(reply.transport, TRANSPORT_WHOLE);
	assert_int_equal(reply.status, 204);
	free(body);
	post_free(post);
}

static void *stop_soon(void *arg)
{
	struct faultstore_counts counts = {0};

	/* Once the request is there, it waits for a reply that never comes. */
	while (!counts.requests) {
		usleep(1000);
		faultstore_count(faults, &counts);
	}
	atomic_store(&stop, true);
	post_wake(arg);
	return NULL;
}

static void test_stop_ends_a_request(void **state)
{
	struct post *post = open_post();
	int64_t begun_ms = clock_boot_ms(&clock_system);
	struct reply reply;
	pthread_t thread;

	(void)state;
	assert_true(faultstore_plan(faults, "no-reply"));
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, post), 0);
	reply = send_lines(post, "m v=1 5\n");
	pthread_join(thread, NULL);
	assert_int_equal(reply.transport, TRANSPORT_STOPPED);
	assert_true(clock_boot_ms(&clock_system) - begun_ms < 2000);
	assert_true(atomic_load(&beat_ms) >= begun_ms);
	post_free(post);
}

static void write_file(const char *path, const char *words)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(words, file);
	fclose(file);
}

static void test_token(void **state)
{
	struct post *post;
	struct reply reply;

	(void)state;
	conf.flavour = FLAVOUR_INFLUXDB_V2;
	strcpy(conf.token_file, "token");
	faultstore_plan(faults, "token right");
	unlink("token");
	post = open_post();
	reply = send_lines(post, "m v=1 5\n");
	assert_int_equal(reply.transport, TRANSPORT_OURS);
	assert_non_null(strstr(reply.body, "token_file token cannot be read"));
	write_file("token", "wrong\n");
	assert_int_equal(send_lines(post, "m v=1 5\n").status, 401);
	assert_false(post_token_changed(post));
	/* A new token is seen at once, on the same connection. */
	write_file("token", "right\n");
	assert_true(post_token_changed(post));
	assert_int_equal(send_lines(post, "m v=1 5\n").status, 204);
	write_file("token", "forged\r\nX-Evil: 1\n");
	assert_int_equal(send_lines(post, "m v=1 5\n").status, 401);
	write_file("token", "two words\n");
	reply = send_lines(post, "m v=1 5\n");
	assert_int_equal(reply.transport, TRANSPORT_OURS);
	assert_null(strstr(reply.body, "two words"));
	post_free(post);
}

static void test_free_tries(void **state)
{
	struct post *post = open_post();

	(void)state;
	send_lines(post, "m v=1 5\n");
	assert_true(post_try_is_free(post)); /* loopback */
	post_free(post);
}

static void test_every_curl_code(void **state)
{
	int code;

	(void)state;
	assert_int_equal(post_transport_of(CURLE_OK), TRANSPORT_WHOLE);
	for (code = 1; code < CURL_LAST; code++)
		assert_in_range(post_transport_of(code), TRANSPORT_STOPPED, TRANSPORT_OURS);
	assert_int_equal(post_transport_of(CURLE_COULDNT_CONNECT), TRANSPORT_CONNECT);
	assert_int_equal(post_transport_of(CURLE_PEER_FAILED_VERIFICATION), TRANSPORT_TRUST);
	assert_int_equal(post_transport_of(CURLE_SSL_CERTPROBLEM), TRANSPORT_TLS_OURS);
	assert_int_equal(post_transport_of(CURLE_GOT_NOTHING), TRANSPORT_CUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_connection_is_used_again, start, end),
		cmocka_unit_test_setup_teardown(test_large_bodies_keep_manners, start, end),
		cmocka_unit_test_setup_teardown(test_replies, start, end),
		cmocka_unit_test_setup_teardown(test_breaks, start, end),
		cmocka_unit_test_setup_teardown(test_slow_is_not_a_timeout, start, end),
		cmocka_unit_test_setup_teardown(test_stop_ends_a_request, start, end),
		cmocka_unit_test_setup_teardown(test_token, start, end),
		cmocka_unit_test_setup_teardown(test_free_tries, start, end),
		cmocka_unit_test(test_every_curl_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
