/* The whole daemon but its main loop: starts with nothing there, answers, stops in time. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "daemon/parts.h"
#include "daemon/status.h"
#include "daemon/watch.h"
#include "two_values.h"

static struct line_conf lines[2];
static struct conf conf;
static struct parts parts;

static void make_conf(void)
{
	memset(lines, 0, sizeof(lines));
	memcpy(lines[0].name, "bench", 6);
	lines[0].port = (struct port_conf){
		PORT_RTU, "/dev/serial/by-id/nothing-is-plugged-in", 9600, 'N', 1};
	lines[0].n_units = 1;
	lines[0].units[0] = (struct unit_conf){
		.name = "ph-1", .profile = &profile, .address = 1, .interval_ms = 1000};
	memcpy(lines[1].name, "net", 4);
	lines[1].port = (struct port_conf){.kind = PORT_TCP, .where = "127.0.0.1:1"};
	lines[1].n_units = 1;
	lines[1].units[0] = (struct unit_conf){
		.name = "ph-2", .profile = &profile, .address = 1, .interval_ms = 1000};
	memset(&conf, 0, sizeof(conf));
	memcpy(conf.lab, "van-3", 6);
	memcpy(conf.control_socket, "./control", 10);
	conf.clock = (struct clock_conf){600, 0, INT64_MAX, 730, 86400};
	memcpy(conf.spool.dir, "spool", 6);
	conf.spool.commit_ms = 100;
	conf.spool.segment_readings = 1000;
	conf.spool.pending_bytes = 1 << 16;
	conf.lines = lines;
}

static void add_store(void)
{
	struct store_conf *store = &conf.stores[conf.n_stores++];

	*store = (struct store_conf){.flavour = FLAVOUR_INFLUXDB_V1,
		.batch_lines = 1000,
		.interval_ms = 100,
		.timeout_ms = 1000,
		.retry_first_ms = 1000,
		.retry_most_ms = 60000};
	memcpy(store->name, "province", 9);
	memcpy(store->url, "http://127.0.0.1:1", 19);
	memcpy(store->database, "waterlab", 9);
}

static void start_parts(void)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));

	if (parts_start(&parts, &conf, &clock_system, &why))
		fail_msg("%s", words);
}

static void stop_parts(void)
{
	int64_t before_ms = clock_boot_ms(&clock_system);

	assert_int_equal(parts_stop(&parts), 0);
	assert_true(clock_boot_ms(&clock_system) - before_ms < 5000);
	assert_int_equal(access("./control", F_OK), -1);
}

static int keep(void *ctx, const char *line, size_t len)
{
	json_t **last = ctx;

	json_decref(*last);
	*last = json_loadb(line, len, 0, NULL);
	return 0;
}

/* The last line of the answer. */
static json_t *ask(json_t *request)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *answer = NULL;

	assert_int_equal(control_ask("./control", request, keep, &answer, &why), 0);
	json_decref(request);
	assert_non_null(answer);
	return answer;
}

static const char *error_of(const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	return error ? error : "";
}

static void nothing_configured_is_enough(void **state)
{
	json_t *status;

	(void)state;
	make_conf();
	start_parts();
	status = ask(json_pack("{s:s}", "ask", "status"));
	assert_string_equal(error_of(status), "");
	assert_int_equal(json_array_size(json_object_get(status, "lines")), 0);
	assert_int_equal(json_array_size(json_object_get(status, "stores")), 0);
	json_decref(status);
	stop_parts();
}

static void nothing_plugged_in_is_said_and_no_reason_to_stop(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *status, *line, *unit, *waits;
	int i;

	(void)state;
	make_conf();
	conf.n_lines = 2;
	add_store();
	start_parts();
	for (i = 0; i < 500; i++) { /* until both ports were tried */
		status = ask(json_pack("{s:s}", "ask", "status"));
		waits = json_object_get(status, "waits");
		if (json_array_size(waits) >= 2 &&
			!strstr(json_string_value(json_array_get(waits, 0)), "not tried") &&
			!strstr(json_string_value(json_array_get(waits, 1)), "not tried"))
			break;
		json_decref(status);
		usleep(10000);
	}
	assert_true(i < 500);
	line = json_array_get(json_object_get(status, "lines"), 0);
	assert_false(json_is_true(json_object_get(line, "open")));
	assert_true(strlen(error_of(line)) > 0);
	unit = json_array_get(json_object_get(line, "units"), 0);
	assert_string_equal(json_string_value(json_object_get(unit, "name")), "ph-1");
	assert_true(json_is_null(json_object_get(unit, "last_ok_age_s")));
	assert_non_null(strstr(json_string_value(json_array_get(waits, 0)), "line bench"));
	json_decref(status);
	assert_true(watch_all_alive(&parts, clock_boot_ms(&clock_system), &why));
	/* an hour without a sign of life: named */
	assert_false(watch_all_alive(&parts, clock_boot_ms(&clock_system) + 3600000, &why));
	assert_non_null(strstr(words, "line bench has not come round"));
	text_clear(&why);
	status_put_short(&parts, &why);
	assert_string_equal(words, "0 of 2 analyzers well; 0 readings wait for province");
	stop_parts();
}

static void commands_refuse_in_words(void **state)
{
	static const struct {
		const char *request, *words;
	} wrong[] = {{"{\"ask\":\"try\"}", "no analyzer or store"},
		{"{\"ask\":\"try\",\"name\":\"ph-3\"}", "did you mean \"ph-1\""},
		{"{\"ask\":\"try\",\"name\":\"provinc\"}", "did you mean \"province\""},
		{"{\"ask\":\"try\",\"name\":7}", "no analyzer or store"},
		{"{\"ask\":\"refusals\",\"store\":\"other\"}", "no store \"other\""},
		{"{\"ask\":\"export\",\"format\":\"xml\"}", "\"csv\" or \"lp\""},
		{"{\"ask\":\"export\",\"stream\":\"all\"}", "\"readings\" or \"ledger\""},
		{"{\"ask\":\"export\",\"first\":-1}", "numbers from 1"},
		{"{\"ask\":\"export\",\"first\":\"1\"}", "numbers from 1"},
		{"{\"ask\":\"export\",\"first\":5,\"last\":4}", "numbers from 1"},
		{"{\"ask\":\"clock-enter\"}", "the reason is one line"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"ok\"}", "the reason is one line"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by\\nwatch\"}", "is one line"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by watch\"}", "\"\" is no time"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by watch\",\"time\":\"noon\"}",
			"\"noon\" is no time"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by watch\",\"time\":7}", "is no time"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by watch\",\"within_s\":0}",
			"within is a whole number"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by watch\",\"within_s\":\"9\"}",
			"within is a whole number"},
		{"{\"ask\":\"clock-enter\",\"reason\":\"by watch\",\"time\":\"1969-01-01 "
		 "00:00\"}",
			"is not between clock.not_before"},
		{"{\"ask\":\"exprot\"}", "did you mean \"export\""}};
	json_t *answer;
	size_t i;

	(void)state;
	make_conf();
	conf.n_lines = 1;
	add_store();
	start_parts();
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		answer = ask(json_loads(wrong[i].request, 0, NULL));
		if (!strstr(error_of(answer), wrong[i].words))
			fail_msg("%s: '%s'", wrong[i].request, error_of(answer));
		json_decref(answer);
	}
	answer = ask(json_pack("{s:s, s:s}", "ask", "try", "name", "ph-1"));
	assert_true(json_is_false(json_object_get(answer, "asked")));
	assert_non_null(strstr(json_string_value(json_object_get(answer, "words")),
		"line bench (/dev/serial/by-id/nothing-is-plugged-in) is not open"));
	json_decref(answer);
	answer = ask(json_pack("{s:s}", "ask", "refusals"));
	assert_true(json_is_true(json_object_get(answer, "end")));
	json_decref(answer);
	answer = ask(json_pack("{s:s, s:s}", "ask", "export", "stream", "ledger"));
	assert_true(json_is_true(json_object_get(answer, "end")));
	assert_true(json_integer_value(json_object_get(answer, "rows")) >= 1);
	json_decref(answer);
	answer = ask(json_pack("{s:s}", "ask", "spool-stat"));
	assert_string_equal(
		json_string_value(json_object_get(answer, "id")), spool_id(parts.spool));
	json_decref(answer);
	stop_parts();
}

/* Whatever the machine's own clock is worth here, a time near it is taken. */
static void a_time_is_entered_and_shown(void **state)
{
	char room[40];
	time_t now = time(NULL);
	const json_t *anchor;
	json_t *answer;
	struct tm tm;

	(void)state;
	make_conf();
	start_parts();
	gmtime_r(&now, &tm);
	strftime(room, sizeof(room), "%Y-%m-%d %H:%M:%S UTC", &tm);
	answer = ask(json_pack("{s:s, s:s, s:s, s:i}", "ask", "clock-enter", "time", room, "reason",
		"by the test's clock", "within_s", 300));
	assert_string_equal(error_of(answer), "");
	assert_true(json_is_true(json_object_get(answer, "zoned")));
	room[10] = 'T';
	memcpy(room + 19, "Z", 2);
	assert_string_equal(json_string_value(json_object_get(answer, "utc")), room);
	json_decref(answer);
	answer = ask(json_pack("{s:s}", "ask", "clock"));
	assert_false(json_is_null(json_object_get(answer, "utc")));
	assert_int_equal(json_array_size(json_object_get(answer, "clocks")), CLOCK_KINDS);
	assert_int_equal(json_integer_value(json_object_get(answer, "untimed")), 0);
	anchor = json_array_get(json_object_get(answer, "anchors"),
		json_array_size(json_object_get(answer, "anchors")) - 1);
	assert_string_equal(
		json_string_value(json_object_get(anchor, "words")), "by the test's clock");
	assert_string_equal(json_string_value(json_object_get(anchor, "source")), "entered");
	assert_string_equal(json_string_value(json_object_get(anchor, "utc")), room);
	json_decref(answer);
	stop_parts();
}

static void a_second_daemon_is_refused(void **state)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct conf second;
	struct parts other;

	(void)state;
	make_conf();
	second = conf;
	start_parts();
	assert_int_equal(parts_start(&other, &second, &clock_system, &why), ERR_BUSY);
	assert_true(why.len > 0);
	/* another spool, but the same socket: nothing of it stays */
	text_clear(&why);
	memcpy(second.spool.dir, "other", 6);
	assert_int_equal(parts_start(&other, &second, &clock_system, &why), ERR_BUSY);
	assert_non_null(strstr(words, "another waterlabd"));
	stop_parts();
	start_parts();
	stop_parts();
}

static void a_spool_that_cannot_be_is_said(void **state)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	int fd = open("file", O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(fd);
	make_conf();
	memcpy(conf.spool.dir, "file/spool", 11);
	assert_true(parts_start(&parts, &conf, &clock_system, &why) < 0);
	assert_non_null(strstr(words, "file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_configured_is_enough),
		cmocka_unit_test(nothing_plugged_in_is_said_and_no_reason_to_stop),
		cmocka_unit_test(commands_refuse_in_words),
		cmocka_unit_test(a_time_is_entered_and_shown),
		cmocka_unit_test(a_second_daemon_is_refused),
		cmocka_unit_test(a_spool_that_cannot_be_is_said),
	};

	log_open(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
