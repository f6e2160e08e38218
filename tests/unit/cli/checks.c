/* `waterlab check begin` and its like, `waterlab sample` and their options: what is asked of the daemon, what is shown of it. */
#include "command.h"

/* --- the daemon ------------------------------------------------------------------------------------- */

static char asked[1024];    /* the last question but "checks" and "samples", without its token */
static const char *answer;  /* to it */
static unsigned open_count; /* checks that are open */

static int say(void *ctx, const json_t *request, struct control_client *client)
{
	json_t *said = json_copy((json_t *)request);
	char *words;

	(void)ctx;
	json_object_del(said, "token");
	words = json_dumps(said, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(asked, sizeof(asked), "%s", words);
	free(words);
	json_decref(said);
	return control_send(client, answer, strlen(answer));
}

static const char head[] = "\"check\":7,\"state\":\"open\",\"unit\":\"ph-1\",\"parameter\":\"ph\","
			   "\"by\":\"Gul Khan\"";

static int say_checks(void *ctx, const json_t *request, struct control_client *client)
{
	char words[2048];
	int n = snprintf(words, sizeof(words),
		"{\"open\":[%s%s%s%s],\"analyzers\":[{\"unit\":\"ph-1\",\"parameter\":\"ph\","
		"\"state\":\"good\",\"check\":5,\"by\":\"Sana Bibi\",\"ended_ms\":1790000000000,"
		"\"left_s\":81000},{\"unit\":\"ec-1\",\"parameter\":\"tds\",\"state\":"
		"\"never\",\"check\":null,\"command\":\"waterlab check begin ec-1 tds --standard "
		"LOT "
		"--value VALUE\"}],\"standards\":[{\"lot\":\"B7\",\"parameter\":\"ph\",\"value\":"
		"\"7.01\",\"expires\":\"2027-03-31\"},{\"lot\":\"air\",\"parameter\":"
		"\"dissolved_oxygen_sat\",\"value\":\"100\",\"expires\":null}]}",
		open_count ? "{" : "", open_count ? head : "", open_count ? "}" : "",
		open_count > 1 ? ",{\"check\":8,\"state\":\"open\",\"unit\":\"ec-1\",\"parameter\":"
				 "\"tds\",\"by\":\"Gul Khan\"}"
			       : "");

	(void)ctx;
	(void)request;
	return control_send(client, words, (size_t)n);
}

static int say_samples(void *ctx, const json_t *request, struct control_client *client)
{
	static const char one[] =
		"{\"open\":[{\"sample\":9}],\"due\":[],\"failing\":[{\"sample\":9,"
		"\"parameter\":\"ecoli\",\"mpn\":\"9.6\",\"unit\":\"/(100.mL)\","
		"\"verdict\":\"fails_detected\",\"limit\":\"absent\",\"alarm\":true,"
		"\"point\":{\"name\":\"Pump\"}}]}";

	(void)ctx;
	(void)request;
	return control_send(client, one, sizeof(one) - 1);
}

static const struct control_command commands[] = {{"checks", say_checks}, {"samples", say_samples},
	{"check-begin", say}, {"check-standard", say}, {"check-take", say}, {"check-adjusted", say},
	{"check-finish", say}, {"check-cancel", say}, {"check-show", say}, {"sample-begin", say},
	{"sample-impediment", say}, {"sample-start", say}, {"sample-enter", say},
	{"sample-show", say}, {NULL, NULL}};

static const char whole[] =
	"{\"check\":7,\"state\":\"open\",\"unit\":\"ph-1\",\"parameter\":\"ph\",\"parameter_unit\":"
	"\"[pH]\",\"by\":\"Gul Khan\",\"standards\":[{\"lot\":\"B7\",\"value\":\"7.01\","
	"\"expires\":\"2027-03-31\",\"out_of_date\":false,\"now\":true,\"found\":{\"value\":"
	"\"7.32\",\"off\":\"+0.31\",\"settled\":true},\"left\":{\"value\":\"7.05\",\"off\":"
	"\"+0.04\",\"settled\":false}}],\"found\":null,\"left\":{\"slope\":0.99,\"offset\":0.1},"
	"\"live\":{\"text\":\"7.05\",\"parameter_unit\":\"[pH]\",\"stable\":false,\"why\":"
	"\"moved by 0.03\"},\"passing\":false,\"why\":\"7.05 still moved\",\"rule\":{\"within\":"
	"0.1,\"within_relative\":0.02,\"valid_h\":24,\"why\":\"buffers differ by 0.02, and two "
	"electrodes by 0.05\"}}";

static int set_up(void **state)
{
	answer = whole;
	open_count = 1;
	*asked = '\0';
	return start(state);
}

/* --- the tests -------------------------------------------------------------------------------------- */

static void what_is_asked(void **state)
{
	static const struct {
		const char *line, *asked;
	} cases[] = {
		{"check begin ph-1 --standard B7 --value 7.01 --expires 2027-03 --by Sana.Bibi",
			"{\"ask\":\"check-begin\",\"by\":\"Sana.Bibi\",\"expires\":\"2027-03\","
			"\"lot\":\"B7\",\"sure\":false,\"unit\":\"ph-1\",\"value\":\"7.01\"}"},
		{"check begin ec-1 tds --standard B8 --sure --by Gul.Khan",
			"{\"ask\":\"check-begin\",\"by\":\"Gul.Khan\",\"lot\":\"B8\",\"parameter\":"
			"\"tds\",\"sure\":true,\"unit\":\"ec-1\"}"},
		{"check standard B4 --value 4.01 --by Gul.Khan",
			"{\"ask\":\"check-standard\",\"by\":\"Gul.Khan\",\"check\":7,\"lot\":"
			"\"B4\",\"sure\":false,\"value\":\"4.01\"}"},
		{"check take --sure --check 8 --by Gul.Khan",
			"{\"ask\":\"check-take\",\"by\":\"Gul.Khan\",\"check\":8,\"sure\":true}"},
		{"check adjusted --by Gul.Khan", "{\"ask\":\"check-adjusted\",\"by\":\"Gul.Khan\","
						 "\"check\":7,\"sure\":false}"},
		{"check finish --by Gul.Khan", "{\"ask\":\"check-finish\",\"by\":\"Gul.Khan\","
					       "\"check\":7,\"sure\":false}"},
		{"check cancel --reason spilt --by Gul.Khan",
			"{\"ask\":\"check-cancel\",\"by\":\"Gul.Khan\",\"check\":7,\"reason\":"
			"\"spilt\",\"sure\":false}"},
		{"check show", "{\"ask\":\"check-show\",\"check\":7}"},
		/* A number below 0 is a value, wherever it stands. */
		{"sample enter --sample 9 orp -150 mV --by Gul.Khan --method meter",
			"{\"ask\":\"sample-enter\",\"by\":\"Gul.Khan\",\"method\":\"meter\","
			"\"parameter\":\"orp\",\"sample\":9,\"sure\":false,\"unit\":\"mV\","
			"\"value\":\"-150\"}"},
		{"sample enter --sample 9 --by Gul.Khan --method meter -- orp -.5",
			"{\"ask\":\"sample-enter\",\"by\":\"Gul.Khan\",\"method\":\"meter\","
			"\"parameter\":\"orp\",\"sample\":9,\"sure\":false,\"value\":\"-.5\"}"},
	};
	char line[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "--socket ./control %s", cases[i].line);
		if (waterlab(line) != CLI_DONE)
			fail_msg("%s: %s", line, err);
		assert_string_equal(asked, cases[i].asked);
	}
}

static void a_check_is_shown(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control check show"), CLI_DONE);
	assert_string_equal(out,
		"check 7  open  ph-1 ph, by Gul Khan\n"
		"> B7                    7.01  good to 2027-03-31\n"
		"    found 7.32 (+0.31)                  left 7.05 (+0.04), still moved\n"
		"as left: slope 0.99, offset 0.1\n"
		"now 7.05  not settled  moved by 0.03\n"
		"would not pass: 7.05 still moved\n"
		"rule: within 0.1 or 2 %, good for 24 h (buffers differ by 0.02, and two\n"
		"      electrodes by 0.05)\n");
	assert_int_equal(waterlab("--socket ./control check show --json"), CLI_DONE);
	says(out, "\"check\":7");
	answer = "{\"check\":7,\"state\":\"done\",\"unit\":\"ph-1\",\"parameter\":\"ph\",\"by\":"
		 "\"Gul Khan\",\"passing\":true,\"why\":\"\",\"rule\":{}}";
	assert_int_equal(waterlab("--socket ./control check finish"), CLI_DONE);
	says(out, "check 7  done  ph-1 ph, by Gul Khan\npassed\n");
}

static void the_list_names_the_command_that_mends(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control check list"), CLI_DONE);
	assert_string_equal(out,
		"check 7  open  ph-1 ph, by Gul Khan\n"
		"ph-1 ph                                     checked, good for 22.5 h more\n"
		"    check 5 by Sana Bibi, 2026-09-21 14:13 UTC\n"
		"ec-1 tds                                    never checked\n"
		"    waterlab check begin ec-1 tds --standard LOT --value VALUE\n"
		"standard B7: ph 7.01, good to 2027-03-31\n"
		"standard air: dissolved_oxygen_sat 100\n");
}

static void which_check_is_asked_where_it_is_not_plain(void **state)
{
	(void)state;
	open_count = 0;
	assert_int_equal(waterlab("--socket ./control check take"), CLI_USAGE);
	says(err, "0 checks are open: say which with --check NUMBER");
	open_count = 2;
	assert_int_equal(waterlab("--socket ./control check take"), CLI_USAGE);
	says(err, "2 checks are open");
	assert_int_equal(waterlab("--socket ./control check take --check x"), CLI_USAGE);
	says(err, "--check is a number from 1, not x");
	assert_string_equal(asked, "");
}

static void what_the_daemon_says_decides(void **state)
{
	(void)state;
	answer = "{\"question\":\"the value still moves.\"}";
	assert_int_equal(waterlab("--socket ./control check take"), CLI_FAILED);
	assert_string_equal(err, "waterlab: the value still moves. It is not recorded; if it is "
				 "right, again with --sure\n");
	assert_string_equal(out, "");
	answer = "{\"error\":\"check 7 is over\"}";
	assert_int_equal(waterlab("--socket ./control check finish"), CLI_FAILED);
	assert_string_equal(err, "waterlab: check 7 is over\n");
}

/* What a value rests on stands under it, and nothing is cut off at 80 columns. */
static void a_result_names_its_check(void **state)
{
	(void)state;
	answer =
		"{\"sample\":9,\"state\":\"done\",\"purpose\":\"routine\",\"activity\":\"sample\","
		"\"by\":\"Gul Khan\",\"begun_ms\":1790000000000,\"point\":{\"point\":4,\"name\":"
		"\"Pump\",\"source_type\":\"borehole_tubewell\"},\"results\":[{\"parameter\":"
		"\"ph\",\"method\":\"ph-1\",\"value\":\"7.12\",\"unit\":\"[pH]\",\"verdict\":"
		"\"meets\",\"reason\":\"none\",\"limit\":\"6.5..8.5\",\"limit_set\":\"nsdwq-2010\","
		"\"counts\":true,\"stores\":[{\"store\":\"province\",\"state\":\"received\"}],"
		"\"check\":{\"state\":\"good\",\"check\":5,\"by\":\"Sana Bibi\",\"ended_ms\":"
		"1790000000000,\"left_s\":3600}},{\"parameter\":\"turbidity_ntu\",\"method\":"
		"\"turb-1\",\"value\":\"6.2\",\"unit\":\"{NTU}\",\"verdict\":\"possible_failure\","
		"\"reason\":\"never_checked\",\"limit\":\"..<5\",\"limit_set\":\"nsdwq-2010\","
		"\"counts\":true,\"stores\":[],\"check\":{\"state\":\"never\",\"check\":null,"
		"\"command\":\"waterlab check begin turb-1 turbidity_ntu --standard LOT --value "
		"VALUE\"}},{\"parameter\":\"free_chlorine\",\"method\":\"dpd\",\"value\":\"0.3\","
		"\"unit\":\"mg/L\",\"verdict\":\"meets\",\"reason\":\"none\",\"counts\":true,"
		"\"stores\":[],\"check\":null}]}";
	assert_int_equal(waterlab("--socket ./control sample show --sample 9"), CLI_DONE);
	assert_string_equal(out,
		"sample 9  done  2026-09-21 14:13 UTC, routine, by Gul Khan\n"
		"at        Pump (borehole_tubewell), point 4\n"
		"ph                      7.12                meets\n"
		"    limit 6.5..8.5 of nsdwq-2010; province: received; ph-1 checked: check 5 by\n"
		"    Sana Bibi, 2026-09-21 14:13 UTC\n"
		"turbidity_ntu           6.2 NTU             possible_failure (never_checked)\n"
		"    limit ..<5 of nsdwq-2010; saved; turb-1 never checked; before the next\n"
		"    sample: waterlab check begin turb-1 turbidity_ntu --standard LOT --value\n"
		"    VALUE\n"
		"free_chlorine           0.3 mg/L            meets\n"
		"    saved\n"
		"preliminary: no second person has verified it\n");
}

/* How long to wait, and that no check vouches for what will be the result, before it is one. */
static void an_open_sample_says_what_is_still_to_do(void **state)
{
	(void)state;
	answer = "{\"sample\":9,\"state\":\"open\",\"purpose\":\"routine\",\"activity\":\"sample\","
		 "\"by\":\"Gul Khan\",\"begun_ms\":null,\"point\":null,\"live\":[{\"unit\":"
		 "\"ysi-odo-rtu-6\",\"parameter\":\"specific_conductance\",\"text\":\"262.3\","
		 "\"parameter_unit\":\"uS/cm\",\"stable\":false,\"taken\":false,\"why\":"
		 "\"good for 12 of 60 s\",\"check\":{\"state\":\"never\"}},{\"unit\":\"ph-1\","
		 "\"parameter\":\"ph\",\"text\":\"7.1\",\"parameter_unit\":\"[pH]\",\"stable\":"
		 "true,\"taken\":false,\"why\":\"within 0.01 for 60 s\",\"check\":{\"state\":"
		 "\"good\"}}],\"entries\":[{\"parameter\":\"turbidity_ntu\",\"value\":\"3\","
		 "\"unit\":"
		 "\"{NTU}\",\"origin\":\"kit\",\"method\":\"tube\",\"by\":\"Gul Khan\"}],"
		 "\"pending\":[{\"test\":5,\"sample\":9,\"parameter\":\"ecoli\",\"method\":\"cbt\","
		 "\"due_ms\":null,\"due\":false}]}";
	assert_int_equal(waterlab("--socket ./control sample show --sample 9"), CLI_DONE);
	assert_string_equal(out,
		"sample 9  open  no time yet, routine, by Gul Khan\n"
		"at        no point (), point 0\n"
		"ysi-odo-rtu-6 specific_conductance  262.3 \xc2\xb5S/cm not settled  good for 12 "
		"of "
		"60 s\n"
		"ph-1 ph                             7.1        settled  within 0.01 for 60 s\n"
		"1 of these rest on no check of their analyzer: waterlab check list\n"
		"turbidity_ntu           3 NTU               kit, tube, by Gul Khan\n"
		"test 5                  ecoli by cbt, sample 9  due when the time is known\n");
}

/* "waterlab sample list shows all", says the live picture of what fails: so it does. */
static void the_list_of_samples_shows_what_fails(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control sample list"), CLI_DONE);
	says(out, "ALARM   ecoli 9.6 per 100 mL: fails detected (limit absent, health), sample 9 "
		  "at\n        Pump\n");
}

/* An option that would do nothing is a mistake, and nothing is asked. */
static void no_option_is_dropped(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{"check begin ph-1 --standard B7 --mdl 1", "check begin does not take --mdl"},
		{"check begin ph-1 --standard B7 --dilution 2", "not take --dilution"},
		{"check begin ph-1 --standard B7 --check 7", "not take --check"},
		{"check begin ph-1 --standard B7 --parameter ph", "not take --parameter"},
		{"check standard B7 --standard B8", "check standard does not take --standard"},
		{"check standard B7 --mdl 1", "not take --mdl"},
		{"check standard B7 --parameter ph", "not take --parameter"},
		{"check take --value 7", "check take does not take --value"},
		{"check take --mdl 1", "not take --mdl"},
		{"check take --standard B7", "not take --standard"},
		{"check adjusted --expires 2027-01", "not take --expires"},
		{"check finish --standard B7", "not take --standard"},
		{"check cancel --expires 2027-01", "not take --expires"},
		{"check show --standard B7", "not take --standard"},
		{"check w.conf --value 7", "check does not take --value; waterlab help check"},
		{"sample impediment --point 3 --reason dry --activity blank",
			"sample impediment does not take --activity"},
		{"sample impediment --point 3 --reason dry --parent 9", "not take --parent"},
		{"sample begin --point 3 --treated yes", "of a known one they change nothing"},
		{"sample begin --point 3 --source spring", "of a known one they change nothing"},
		{"sample impediment --point 3 --reason dry --position source",
			"of a known one they change nothing"},
		{"sample begin --point 3 --new Pump", "say one of them"},
		{"sample start ecoli --method cbt --hours x", "--hours is a number from 1, not x"},
		{"sample start ecoli --method cbt --sure", "not take --sure"},
		{"operator list --by Sana", "operator list does not take --by"},
		{"audit --by Sana", "audit does not take --by"},
		{"limits confirm ph --set s --by Sana --reason why --json", "not take --json"},
	};
	char line[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "--socket ./control %s", cases[i].line);
		if (waterlab(line) != CLI_USAGE)
			fail_msg("'%s' is taken", line);
		says(err, cases[i].words);
		assert_string_equal(asked, "");
		assert_string_equal(out, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_asked, set_up, stop),
		cmocka_unit_test_setup_teardown(a_check_is_shown, set_up, stop),
		cmocka_unit_test_setup_teardown(
			the_list_names_the_command_that_mends, set_up, stop),
		cmocka_unit_test_setup_teardown(
			which_check_is_asked_where_it_is_not_plain, set_up, stop),
		cmocka_unit_test_setup_teardown(what_the_daemon_says_decides, set_up, stop),
		cmocka_unit_test_setup_teardown(a_result_names_its_check, set_up, stop),
		cmocka_unit_test_setup_teardown(
			an_open_sample_says_what_is_still_to_do, set_up, stop),
		cmocka_unit_test_setup_teardown(the_list_of_samples_shows_what_fails, set_up, stop),
		cmocka_unit_test_setup_teardown(no_option_is_dropped, set_up, stop),
	};

	unsetenv("COLUMNS");
	answers = commands;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
