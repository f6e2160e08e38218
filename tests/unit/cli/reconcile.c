/* `waterlab reconcile`: what it makes of each thing a store may turn out to have. */
#include "command.h"

static const char *said; /* the daemon's lines, each with its newline */

static int say(void *ctx, const json_t *request, struct control_client *client)
{
	const char *store = json_string_value(json_object_get(request, "store")), *at, *line_end;
	int no = 0;

	(void)ctx;
	if (store && strcmp(store, "province") != 0)
		return control_refuse(client, "there is no store \"%s\"", store);
	for (at = said; !no && (line_end = strchr(at, '\n')); at = line_end + 1)
		no = control_send(client, at, (size_t)(line_end - at));
	return no;
}

static const struct control_command only[] = {{"reconcile", say}, {NULL, NULL}};

#define STORE(asked, condition, words, readings)                                                   \
	"{\"waiting\":true,\"store\":\"province\",\"asked\":3}\n"                                  \
	"{\"store\":\"province\",\"asked\":" asked ",\"receipts\":{\"condition\":\"" condition     \
	"\",\"words\":" words ",\"readings\":" readings                                            \
	",\"ledger\":{\"has_to\":3,\"received\":3,\"open\":0,\"missing\":0,\"young\":0,\"holes\":" \
	"[]}}}\n"
#define END "{\"end\":true,\"error\":null}\n"
#define WHOLE \
	"{\"has_to\":48211,\"received\":48211,\"open\":0,\"missing\":0,\"young\":0,\"holes\":[]}"
#define HOLES                                                                                     \
	"{\"has_to\":48211,\"received\":48198,\"refused\":1,\"open\":12,\"missing\":5,\"young\":" \
	"7,\"holes\":"                                                                            \
	"[[1500,1501],[2203,2203]]}"

static void expect(int exit, const char *lines, const char *shown)
{
	said = lines;
	assert_int_equal(waterlab("--socket ./control reconcile"), exit);
	assert_string_equal(out, shown);
}

static void the_store_has_all(void **state)
{
	(void)state;
	expect(CLI_DONE, STORE("true", "whole", "null", WHOLE) END,
		"province: has readings 1..48211\n"
		"province: has ledger records 1..3\n");
	assert_string_equal(err, "");
	assert_int_equal(waterlab("--socket ./control reconcile province"), CLI_DONE);
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	expect(CLI_FAILED, STORE("true", "mending", "null", HOLES) END,
		"province: has readings 1..48211, missing 5 (1500..1501, 2203, ...), refused 1; 7 "
		"not sent or not asked about yet; 7 sent lately are asked about later\n"
		"province: has ledger records 1..3\n"
		"province: what is missing is sent again\n");
	expect(CLI_FAILED, STORE("true", "missing", "\"5 are not there\"", HOLES) END,
		"province: has readings 1..48211, missing 5 (1500..1501, 2203, ...), refused 1; 7 "
		"not sent or not asked about yet; 7 sent lately are asked about later\n"
		"province: has ledger records 1..3\n"
		"province: 5 are not there\n");
}

static void no_answer_is_said(void **state)
{
	(void)state;
	expect(CLI_NOT_ASKED, STORE("true", "no_route", "\"no [HTTP 401]\"", WHOLE) END,
		"province: it gives no receipts: no [HTTP 401]; readings stay at \"sent\". May "
		"this "
		"van read there (read_token_file, read_url)?\n");
	expect(CLI_NOT_ASKED, STORE("true", "away", "\"refused\"", WHOLE) END,
		"province: no answer: refused\n");
	expect(CLI_NOT_ASKED, STORE("false", "off", "null", WHOLE) END,
		"province: it is never asked: receipt_s is 0 in the configuration\n");
	expect(CLI_NOT_ASKED, STORE("false", "waiting", "null", WHOLE) END,
		"province: it could not be asked now; waterlab status says why\n");
}

/* A store that was never asked has confirmed nothing, and scripts hear the same as people. */
static void only_all_of_it_is_success(void **state)
{
	(void)state;
	said = STORE("true", "waiting", "null",
		"{\"has_to\":0,\"received\":0,\"open\":0,\"missing\":0,\"young\":0,\"holes\":[]}")
		END;
	assert_int_equal(waterlab("--socket ./control reconcile"), CLI_NOT_ASKED);
	says(out, "province: no readings confirmed yet\n");
	said = STORE("true", "no_route", "\"no\"", WHOLE) END;
	assert_int_equal(waterlab("--socket ./control reconcile --json"), CLI_NOT_ASKED);
}

static void a_broken_answer_is_no_success(void **state)
{
	(void)state;
	expect(CLI_FAILED, STORE("true", "whole", "null", WHOLE),
		"province: has readings 1..48211\n"
		"province: has ledger records 1..3\n");
	says(err, "broke off");
	assert_int_equal(waterlab("--socket ./control reconcile elsewhere"), CLI_FAILED);
	says(err, "there is no store \"elsewhere\"");
}

static void machines_get_the_daemons_own_lines(void **state)
{
	(void)state;
	said = STORE("true", "whole", "null", WHOLE) END;
	assert_int_equal(waterlab("--socket ./control reconcile --json"), CLI_DONE);
	says(out, "\"has_to\":48211");
	assert_null(strstr(out, "waiting"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_store_has_all, start, stop),
		cmocka_unit_test_setup_teardown(what_is_missing_is_named, start, stop),
		cmocka_unit_test_setup_teardown(no_answer_is_said, start, stop),
		cmocka_unit_test_setup_teardown(only_all_of_it_is_success, start, stop),
		cmocka_unit_test_setup_teardown(a_broken_answer_is_no_success, start, stop),
		cmocka_unit_test_setup_teardown(machines_get_the_daemons_own_lines, start, stop),
	};

	answers = only;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
