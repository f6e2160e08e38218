/* waterlab record against a daemon that is made here. */
#include "command.h"

static int say_trace(void *ctx, const json_t *request, struct control_client *client)
{
	static const char *const lines[] = {
		"{\"lab\":\"van-3\",\"version\":\"9\",\"line\":\"bench\",\"where\":\"/dev/lab\","
		"\"kind\":\"rtu\",\"speed\":\"9600 8E1\",\"unit\":\"ph-1\",\"driver\":\"acme-ph\","
		"\"address\":7}",
		"{\"missed\":[1,40]}",
		"{\"number\":41,\"boot_ms\":5000,\"took_us\":45000,\"kind\":\"registers\","
		"\"asked\":\"0300000001\",\"error\":\"ok\",\"exception\":0,\"stale\":0,"
		"\"answer\":\"030202BC\"}",
		"{\"waiting\":true}",
		"{\"number\":42,\"boot_ms\":6500,\"took_us\":1000000,\"kind\":\"registers\","
		"\"asked\":\"0300000001\",\"error\":\"timeout\",\"exception\":0,\"stale\":3,"
		"\"answer\":\"\"}",
		"{\"end\":true,\"error\":null}"};
	static const char stand_in[] =
		"{\"lab\":\"van-3\",\"version\":\"9\",\"line\":\"bench\",\"where\":\"/tmp/lab\","
		"\"kind\":\"rtu\",\"speed\":\"9600 8E1\",\"unit\":\"ph-1\",\"driver\":\"acme-ph\","
		"\"address\":7,\"stand_in\":\"a pseudo-terminal\"}";
	json_int_t seconds = json_integer_value(json_object_get(request, "seconds"));
	size_t i, n = sizeof(lines) / sizeof(lines[0]);
	int no = 0;

	(void)ctx;
	if (strcmp(json_string_value(json_object_get(request, "line")), "bench") != 0)
		return control_refuse(client, "there is no line \"x\"; there are: bench");
	for (i = 0; i < (seconds == 13 ? n - 1 : n) && !no; i++)
		no = seconds == 14 && !i ? control_send(client, stand_in, strlen(stand_in))
					 : control_send(client, lines[i], strlen(lines[i]));
	return no;
}

static const struct control_command commands[] = {{"trace", say_trace}, {NULL, NULL}};

static void a_trace_has_its_provenance(void **state)
{
	char *source;

	(void)state;
	assert_int_equal(waterlab("--socket ./control record bench"), CLI_DONE);
	assert_string_equal(err, "");
	assert_int_equal(strncmp(out, "# waterlab trace 1\ndriver: acme-ph\naddress: 7\n", 46), 0);
	source = strstr(out, "source: recorded 20");
	assert_non_null(source);
	says(out, " UTC by waterlab 9, lab van-3, line bench, /dev/lab, 9600 8E1, unit ph-1\n");
	assert_string_equal(strchr(source, '\n'),
		"\n# exchanges 1 to 40 of the line are not kept any more\n"
		"# +0.000 s, 45 ms\n> 03 00 00 00 01\n< 03 02 02 BC\n"
		"# +1.500 s, 1000 ms\n# 3 bytes that nobody asked for lay on the line before it\n"
		"> 03 00 00 00 01\n# no answer\n");
}

/* It proves nothing about a device: the source does not begin with "recorded" (drivers/README.md). */
static void a_trace_of_a_stand_in_says_so(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control record bench --seconds 14"), CLI_DONE);
	says(out, "\naddress: 7\nsource: from a pseudo-terminal, as simulators have, recorded 20");
	says(out, " UTC by waterlab 9, lab van-3, line bench, /tmp/lab, 9600 8E1, unit ph-1\n");
}

static void what_goes_wrong_is_said(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control record x"), CLI_FAILED);
	says(err, "waterlab: there is no line \"x\"; there are: bench");
	assert_int_equal(waterlab("--socket ./control record bench --seconds 13"), CLI_FAILED);
	says(err, "the daemon went away within its answer");
	assert_int_equal(waterlab("--socket ./control record bench --seconds 0"), CLI_USAGE);
	says(err, "--seconds is a number from 1, not 0");
	assert_int_equal(waterlab("--socket ./control record bench --seconds 86401"), CLI_USAGE);
	says(err, "at most 86400");
	assert_int_equal(waterlab("--socket ./none -c ./none record bench"), CLI_USAGE);
	says(err, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_trace_has_its_provenance, start, stop),
		cmocka_unit_test_setup_teardown(a_trace_of_a_stand_in_says_so, start, stop),
		cmocka_unit_test_setup_teardown(what_goes_wrong_is_said, start, stop),
	};

	answers = commands;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
