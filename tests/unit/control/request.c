/* Questions, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/request.h"

static int nothing(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	(void)request;
	(void)client;
	return 0;
}

static const struct control_command commands[] = {
	{"status", nothing}, {"refusals", nothing}, {NULL, NULL}};

static void refused(const char *line, const char *words)
{
	char room[256];
	struct text why = text_over(room, sizeof(room));
	json_t *request = request_parse(line, strlen(line), &why);

	assert_null(request);
	if (!strstr(room, words))
		fail_msg("'%s' does not say '%s'", room, words);
}

static void bad_questions_are_refused_in_words(void **state)
{
	(void)state;
	refused("", "not JSON");
	refused("status", "not JSON: column");
	refused("{\"ask\": \"status\"", "not JSON");
	refused("{\"ask\": \"status\"} trailing", "not JSON");
	refused("{\"ask\": \"a\", \"ask\": \"b\"}", "not JSON");
	refused("{\"ask\": \"\xff\xfe\"}", "not JSON");
	refused("[]", "object");
	refused("{}", "object");
	refused("{\"ask\": 7}", "object");
}

static void depth_is_bounded_before_it_is_parsed(void **state)
{
	char line[CONTROL_REQUEST];

	(void)state;
	memset(line, '[', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	refused(line, "nests deeper");
	refused("{\"ask\": \"x\", \"y\": [[[[[[[[0]]]]]]]]}", "nests deeper");
	/* brackets in a text are no brackets */
	refused("{\"ask\": 1, \"y\": \"[[[[[[[[[[[[\\\"[[[\"}", "object");
}

static void a_command_is_found_or_the_nearest_named(void **state)
{
	char room[256];
	struct text why = text_over(room, sizeof(room));
	json_t *request = json_pack("{s:s}", "ask", "status");

	(void)state;
	assert_ptr_equal(request_command(request, commands, &why), &commands[0]);
	json_decref(request);
	request = json_pack("{s:s}", "ask", "statu");
	assert_null(request_command(request, commands, &why));
	assert_string_equal(room, "there is no question \"statu\"; did you mean \"status\"?");
	json_decref(request);
	text_clear(&why);
	request = json_pack("{s:s}", "ask", "weather");
	assert_null(request_command(request, commands, &why));
	assert_string_equal(room, "there is no question \"weather\"; there are status, refusals");
	json_decref(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_questions_are_refused_in_words),
		cmocka_unit_test(depth_is_bounded_before_it_is_parsed),
		cmocka_unit_test(a_command_is_found_or_the_nearest_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
