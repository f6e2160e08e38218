/* `waterlab refused`: what a person sees of refused numbers, and what is asked for when they are put back or given up. */
#include "command.h"

static const char *said; /* the daemon's lines, each with its newline */
static char asked[1024]; /* what it was asked */

static int say(void *ctx, const json_t *request, struct control_client *client)
{
	char *question = json_dumps(request, JSON_COMPACT);
	const char *at, *line_end;
	int no = 0;

	(void)ctx;
	snprintf(asked, sizeof(asked), "%s", question);
	free(question);
	for (at = said; !no && (line_end = strchr(at, '\n')); at = line_end + 1)
		no = control_send(client, at, (size_t)(line_end - at));
	return no;
}

static const struct control_command all[] = {
	{"refusals", say}, {"refused-again", say}, {"refused-give-up", say}, {NULL, NULL}};

#define END "{\"end\":true,\"error\":null}\n"
#define ONE(stream, number, words)                                                               \
	"{\"store\":\"province\",\"stream\":\"" stream "\",\"number\":" number ",\"status\":400" \
	",\"words\":\"" words "\"}\n"

static void expect(int exit, const char *line, const char *answer, const char *shown)
{
	char words[256];

	said = answer;
	snprintf(words, sizeof(words), "--socket ./control refused%s%s", *line ? " " : "", line);
	assert_int_equal(waterlab(words), exit);
	says(out, shown);
}

static void numbers_with_one_reason_stand_together(void **state)
{
	(void)state;
	expect(CLI_DONE, "",
		ONE("readings", "9", "a, b") ONE("readings", "12", "a, b") ONE("readings", "11",
			"a, b") ONE("readings", "10", "c") ONE("ledger", "9", "c") END,
		"province: readings 9, 11..12\n"
		"    [HTTP 400] a, b\n"
		"province: reading 10\n"
		"    [HTTP 400] c\n"
		"province: ledger record 9\n"
		"    [HTTP 400] c\n"
		"\n");
	says(out, "waterlab refused --again\n");
	says(asked, "{\"ask\":\"refusals\"}");
	expect(CLI_DONE, "province", END, "no store refused anything\n");
	says(asked, "\"store\":\"province\"");
	expect(CLI_DONE, "--json", ONE("readings", "9", "a") END, "\"number\":9");
	assert_null(strstr(out, "--again"));
	expect(CLI_FAILED, "", ONE("readings", "9", "a"), "");
	says(err, "the answer is not whole");
}

static void they_are_put_back(void **state)
{
	(void)state;
	expect(CLI_DONE, "--again",
		"{\"store\":\"province\",\"readings\":3,\"ledger\":1}\n"
		"{\"store\":\"ministry\",\"readings\":1,\"ledger\":0}\n" END,
		"province: 3 refused readings wait again, and 1 of the ledger's records\n"
		"ministry: 1 refused reading waits again\n"
		"They are tried at once");
	assert_string_equal(asked, "{\"ask\":\"refused-again\"}");
	expect(CLI_DONE, "--again all --store province",
		"{\"store\":\"province\",\"readings\":0,\"ledger\":0}\n" END,
		"province: 0 refused readings wait again\n");
	assert_null(strstr(out, "tried"));
	assert_string_equal(asked, "{\"ask\":\"refused-again\",\"store\":\"province\"}");
	expect(CLI_DONE, "--again 5-9", END, "");
	assert_string_equal(asked, "{\"ask\":\"refused-again\",\"stream\":\"readings\","
				   "\"first\":5,\"last\":9}");
	expect(CLI_DONE, "--again 5 --stream ledger", END, "");
	assert_string_equal(asked, "{\"ask\":\"refused-again\",\"stream\":\"ledger\","
				   "\"first\":5,\"last\":5}");
	expect(CLI_FAILED, "--again", "{\"error\":\"no such store\"}\n", "");
	says(err, "waterlab: no such store\n");
}

static void they_are_given_up(void **state)
{
	(void)state;
	expect(CLI_DONE, "--give-up 5-6 --reason test", "{\"given_up\":true}\n",
		"5..6 are given up: recorded as a gap, with the reason\n");
	says(asked, "\"first\":5,\"last\":6,\"reason\":\"test\"}");
	says(asked, "\"stream\":\"readings\"");
	expect(CLI_FAILED, "--give-up 5 --reason test", "{\"error\":\"it is not refused\"}\n", "");
	says(err, "waterlab: it is not refused\n");
}

static void what_cannot_be_meant_is_said(void **state)
{
	static const char *const wrong[] = {"--again 5-4", "--again five", "--again 0",
		"--again -5", "--again 5-", "--give-up 5", "--give-up --reason x", "--reason x",
		"--stream ledger", "--again --give-up 5 --reason x", "--give-up all --reason x",
		"--again 5 6"};
	size_t i;

	(void)state;
	asked[0] = '\0';
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		expect(CLI_USAGE, wrong[i], END, "");
		assert_true(err[0]);
		assert_string_equal(asked, "");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			numbers_with_one_reason_stand_together, start, stop),
		cmocka_unit_test_setup_teardown(they_are_put_back, start, stop),
		cmocka_unit_test_setup_teardown(they_are_given_up, start, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_meant_is_said, start, stop),
	};

	answers = all;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
