/* waterlab clock and clock enter. */
#include "command.h"

/* --- the daemon ------------------------------------------------------------------------------------- */

static int say_clock(void *ctx, const json_t *request, struct control_client *client)
{
	static const char clock[] =
		"{\"source\":\"entered\",\"trusted\":false,\"words\":\"entered by a person, within "
		"60 s: readings go out marked so\",\"utc\":\"2026-12-01T20:05:31Z\",\"machine\":"
		"\"1970-01-01T00:20:31Z\",\"last_known\":null,\"untimed\":120,\"clocks\":["
		"{\"name\":\"gps\",\"used\":false,\"utc\":null,\"uncertainty_ms\":null,\"words\":"
		"\"no receiver is configured\"},{\"name\":\"entered\",\"used\":true,\"utc\":"
		"\"2026-12-01T20:05:31Z\",\"uncertainty_ms\":60000,\"words\":\"taken from a "
		"person\""
		"}],\"anchors\":[{\"boot_s\":20.0,\"utc\":\"2026-12-01T20:05:00Z\",\"source\":"
		"\"entered\",\"uncertainty_ms\":60000,\"words\":\"no sky\"},{\"boot_s\":21.0,"
		"\"utc\":\"2026-12-01T20:05:00Z\",\"source\":\"ntp\",\"uncertainty_ms\":12,"
		"\"words\":\"\"},{\"boot_s\":22.0,\"utc\":\"2001-01-01T00:00:00Z\",\"source\":"
		"\"none\",\"uncertainty_ms\":-5,\"words\":\"the clock chip is wrong\"}],"
		"\"advice\":[\"a link\"]}";

	(void)ctx;
	(void)request;
	return control_send(client, clock, sizeof(clock) - 1);
}

/* Says back what came. */
static int say_clock_enter(void *ctx, const json_t *request, struct control_client *client)
{
	const char *time = json_string_value(json_object_get(request, "time"));
	bool zoned = strchr(time, '+') != NULL;
	json_t *answer;
	int no;

	(void)ctx;
	if (!strcmp(time, "noon"))
		return control_refuse(client, "\"noon\" is no time");
	answer = json_pack("{s:b, s:s, s:I, s:b, s:o}", "entered", 1, "utc", "2026-12-01T20:05:00Z",
		"within_s", json_integer_value(json_object_get(request, "within_s")), "zoned",
		(int)zoned, "words",
		json_sprintf("heard %s because %s", time,
			json_string_value(json_object_get(request, "reason"))));
	no = control_send_json(client, answer);
	json_decref(answer);
	return no;
}

static const struct control_command commands[] = {
	{"clock", say_clock}, {"clock-enter", say_clock_enter}, {NULL, NULL}};

/* --- the tests -------------------------------------------------------------------------------------- */

static void the_clock_is_shown_in_utc_and_as_clocks_in_pakistan_do(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control clock"), CLI_DONE);
	assert_string_equal(out,
		"clock    entered by a person, within 60 s: readings go out marked so\n"
		"readings 2026-12-01 20:05:31 UTC (01:05 in Pakistan, UTC+5)\n"
		"machine  1970-01-01 00:20:31 UTC (05:20 in Pakistan, UTC+5)\n"
		"known    no earlier start was confirmed by NTP or GPS\n"
		"waiting  120 readings wait for a time\n"
		"\n"
		"  CLOCK    USED SAYS (UTC)            WITHIN\n"
		"  gps      no   -                          -\n"
		"           no receiver is configured\n"
		"  entered  yes  2026-12-01 20:05:31     60 s\n"
		"           taken from a person\n"
		"\n"
		"noted since this machine started (the last ones)\n"
		"  entered       2026-12-01 20:05:00     60 s  no sky\n"
		"  ntp           2026-12-01 20:05:00    12 ms\n"
		"  none          2001-01-01 00:00:00    wrong  the clock chip is wrong\n"
		"\n"
		"what would help, any of these\n"
		"  - a link\n");
	assert_int_equal(waterlab("--socket ./control clock --json"), CLI_DONE);
	says(out, "{\"source\":\"entered\"");
}

static void a_time_is_entered_with_its_reason(void **state)
{
	(void)state;
	/* as one word, or as the shell splits it */
	assert_int_equal(
		waterlab("--socket ./control clock enter 2026-12-02 01:05 +05:00 --reason watch"),
		CLI_DONE);
	assert_string_equal(out, "2026-12-01 20:05:00 UTC (01:05 in Pakistan, UTC+5), within 0 s\n"
				 "heard 2026-12-02 01:05 +05:00 because watch\n");
	assert_int_equal(waterlab("--socket ./control clock enter 2026-12-01T20:05 --within 90 "
				  "--reason watch"),
		CLI_DONE);
	says(out, "within 90 s\nheard 2026-12-01T20:05 because watch\nIt was taken as UTC. If that "
		  "is what a clock in Pakistan shows");
	assert_int_equal(
		waterlab("--socket ./control clock enter noon --reason watch"), CLI_FAILED);
	says(err, "\"noon\" is no time");
	assert_int_equal(waterlab("--socket ./control clock enter noon"), CLI_USAGE);
	says(err, "--reason TEXT is wanted");
	assert_int_equal(
		waterlab("--socket ./control clock enter noon --json --reason watch"), CLI_FAILED);
	assert_int_equal(
		waterlab("--socket ./control clock enter 1 --json --reason watch"), CLI_DONE);
	says(out, "{\"entered\":true,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_clock_is_shown_in_utc_and_as_clocks_in_pakistan_do, start, stop),
		cmocka_unit_test_setup_teardown(a_time_is_entered_with_its_reason, start, stop),
	};

	answers = commands;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
