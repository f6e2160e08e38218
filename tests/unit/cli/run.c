/* The command from its words to its exit status, against a daemon that is made here. */
#include "command.h"

#include "sample/terms.h"

/* --- the daemon ------------------------------------------------------------------------------------- */

static const char status[] =
	"{\"lab\":\"van-3\",\"version\":\"9\",\"uptime_s\":61.5,"
	"\"clock\":{\"source\":\"ntp\",\"trusted\":true,\"words\":\"confirmed by NTP, within 4 "
	"ms\"},"
	"\"place\":{\"origin\":\"gps\",\"words\":\"PK305 Gilgit, Gilgit Baltistan: 35.92010, "
	"74.31020 "
	"within 9 m (3D, 1 s old), parked\"},"
	"\"lines\":[{\"name\":\"bench\",\"where\":\"usb:0403:6001\",\"open\":true,\"units\":["
	"{\"name\":\"ph-1\",\"level\":\"documented\",\"health\":\"ok\",\"interval_s\":1.0,"
	"\"error\":null,\"fields\":["
	"{\"parameter\":\"ph\",\"unit\":\"[pH]\",\"value\":7.1,\"text\":\"7.10\",\"qc\":1,"
	"\"flags\":[],\"age_s\":0.4},"
	"{\"parameter\":\"temperature\",\"unit\":\"Cel\",\"value\":null,\"text\":null,\"qc\":9,"
	"\"flags\":[\"sentinel\"],\"age_s\":0.4}]},"
	"{\"name\":\"cond-1\",\"level\":\"recorded\",\"health\":\"aside\",\"interval_s\":1.0,"
	"\"error\":\"no answer in "
	"time\",\"fields\":[{\"parameter\":\"conductivity\",\"unit\":\"uS/cm\",\"value\":null,"
	"\"text\":null,\"qc\":9,\"flags\":[],\"age_s\":null}]}]}],"
	"\"readings\":{\"made\":1234,\"saved\":1230,\"refused\":0,\"pending\":4,\"last\":1230},"
	"\"stores\":[{\"name\":\"province\",\"condition\":\"waiting\",\"sent\":1200,"
	"\"received\":0,\"refused\":0,\"waiting\":30}],"
	"\"spool\":{\"id\":\"0123456789abcdef\",\"bytes\":52000},"
	"\"waits\":[\"province: 30 readings wait: the store is away (connection refused); next try "
	"in 12 s\"]}";

static unsigned not_yet; /* so often the first analyzer was not asked */

static int say_status(void *ctx, const json_t *request, struct control_client *client)
{
	json_t *whole, *line, *unit;
	int no;

	(void)ctx;
	(void)request;
	if (!not_yet)
		return control_send(client, status, sizeof(status) - 1);
	not_yet--;
	whole = json_loads(status, 0, NULL);
	line = json_array_get(json_object_get(whole, "lines"), 0);
	unit = json_array_get(json_object_get(line, "units"), 0);
	json_object_set_new(unit, "health", json_string("unknown"));
	no = control_send_json(client, whole);
	json_decref(whole);
	return no;
}

static int say_watch(void *ctx, const json_t *request, struct control_client *client)
{
	int i, no = 0;

	(void)ctx;
	(void)request;
	for (i = 0; i < 3 && !no; i++)
		no = control_send(client, status, sizeof(status) - 1);
	return no;
}

static int say_try(void *ctx, const json_t *request, struct control_client *client)
{
	const char *unit = json_string_value(json_object_get(request, "name"));
	json_t *whole, *lines, *units, *answer;
	int no;

	(void)ctx;
	if (strcmp(unit, "ph-1") != 0 && strcmp(unit, "cond-1") != 0)
		return control_refuse(client, "there is no analyzer \"%s\"", unit);
	whole = json_loads(status, 0, NULL);
	lines = json_array_get(json_object_get(whole, "lines"), 0);
	units = json_array_get(json_object_get(lines, "units"), !strcmp(unit, "cond-1"));
	answer = json_pack("{s:b, s:s, s:O}", "asked", 1, "line", "bench", "unit", units);
	no = control_send_json(client, answer);
	json_decref(answer);
	json_decref(whole);
	return no;
}

static int say_refusals(void *ctx, const json_t *request, struct control_client *client)
{
	static const char one[] = "{\"store\":\"province\",\"stream\":\"readings\",\"number\":17,"
				  "\"status\":400,\"words\":\"field type conflict\"}";
	int no = 0;

	(void)ctx;
	if (!json_object_get(request, "store"))
		no = control_send(client, one, sizeof(one) - 1);
	return no ? no : control_send(client, "{\"end\":true,\"error\":null}", 25);
}

static int say_spool_stat(void *ctx, const json_t *request, struct control_client *client)
{
	static const char stat[] = "{\"lab\":\"van-3\",\"dir\":\"/s\",\"id\":\"0123\",\"bytes\":"
				   "1234567,\"readings\":{\"first\":1,\"last\":1230},\"ledger\":{"
				   "\"first\":0,\"last\":0},\"segments\":1}";

	(void)ctx;
	(void)request;
	return control_send(client, stat, sizeof(stat) - 1);
}

static int say_export(void *ctx, const json_t *request, struct control_client *client)
{
	static const char rows[] = "head\n1,one\n2,\"{\"\"end\"\":true}\"";
	static const char last[] =
		"{\"end\":true,\"error\":null,\"rows\":2,\"left_out\":0,\"damaged\":0}";
	json_int_t first = json_integer_value(json_object_get(request, "first"));
	int no = control_send(client, rows, sizeof(rows) - 1);

	(void)ctx;
	if (no || first == 13) /* here it breaks off */
		return no;
	if (first == 14)
		return control_refuse(client, "the card cannot be read");
	return control_send(client, last, sizeof(last) - 1);
}

static const struct control_command commands[] = {{"status", say_status}, {"watch", say_watch},
	{"try", say_try}, {"refusals", say_refusals}, {"spool-stat", say_spool_stat},
	{"export", say_export}, {NULL, NULL}};

/* --- the tests -------------------------------------------------------------------------------------- */

static void status_waits_until_each_analyzer_was_asked(void **state)
{
	(void)state;
	not_yet = 3;
	assert_int_equal(waterlab("--socket ./control status --wait 100000"), CLI_USAGE);
	assert_int_equal(waterlab("--socket ./control status --wait soon"), CLI_USAGE);
	assert_int_equal(not_yet, 3);
	assert_int_equal(waterlab("--socket ./control status --wait 60"), CLI_DONE);
	assert_int_equal(not_yet, 0);
	assert_non_null(strstr(out, "van-3"));
	not_yet = 1000000;
	assert_int_equal(waterlab("--socket ./control status --wait 1"), CLI_FAILED);
	assert_non_null(strstr(out, "van-3"));
	assert_string_equal(err, "waterlab: within 1 s not every analyzer was asked\n");
	not_yet = 0;
	assert_int_equal(waterlab("--socket ./nobody status --wait 1"), CLI_ABSENT);
	assert_non_null(strstr(err, "is waterlabd running?"));
}

static void status_is_a_table(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control status"), CLI_DONE);
	assert_string_equal(err, "");
	assert_string_equal(out,
		"lab    van-3   spool 0123456789abcdef   waterlabd 9, up 62 s\n"
		"clock  confirmed by NTP, within 4 ms\n"
		"place  PK305 Gilgit, Gilgit Baltistan: 35.92010, 74.31020 within 9 m (3D, 1 s\n"
		"       old), parked\n"
		"\n"
		"  ANALYZER     HEALTH   PARAMETER    VALUE          AGE  QC\n"
		"bench  open  usb:0403:6001\n"
		"  ph-1         ok       ph            7.10          0 s  plausible\n"
		"    documented          temperature      - \xc2\xb0"
		"C       0 s  missing: sentinel\n"
		"  cond-1       aside    conductivity     - \xc2\xb5S/cm      -  -\n"
		"    recorded\n"
		"\n"
		"readings: made 1234, saved 1230, 4 on the way to the card   (52 kB on the card)\n"
		"province: waiting 30, sent 1200, received 0 - the store is away\n"
		"\n"
		"what waits, and why\n"
		"  - province: 30 readings wait: the store is away (connection refused); next try\n"
		"    in 12 s\n");
}

/* What a store's line says of the states: in their order, and nothing that is not known. */
static void states_are_told_in_their_order(void **state)
{
	static const struct {
		const char *json, *line;
	} stores[] = {
		{"{\"name\":\"a\",\"condition\":\"idle\",\"waiting\":0,\"sent\":9,\"received\":7,"
		 "\"receipts\":{\"condition\":\"whole\"}}",
			"a: waiting 0, sent 9, received 7 - all sent\n"},
		{"{\"name\":\"a\",\"condition\":\"idle\",\"waiting\":0,\"sent\":9,\"received\":0,"
		 "\"receipts\":{\"condition\":\"no_route\"}}",
			"a: waiting 0, sent 9, received: not known - all sent\n"},
		{"{\"name\":\"a\",\"condition\":\"idle\",\"waiting\":5,\"sent\":9,\"received\":0,"
		 "\"refused\":2,\"receipts\":{\"condition\":\"off\"},\"too_old\":{\"readings\":5}}",
			"a: waiting 5 (5 held), sent 9, received: not known, refused 2 - some are "
			"older\n   than the store keeps\n"},
		{"{\"name\":\"a\",\"condition\":\"idle\",\"waiting\":5,\"sent\":9,\"received\":9,"
		 "\"refuses_all\":{\"ledger\":true}}",
			"a: waiting 5, sent 9, received 9 - the store refuses all of a kind\n"}};
	static char room[4096];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		struct page page = page_over(room, sizeof(room), 80, false);
		json_t *store = json_loads(stores[i].json, 0, NULL);

		assert_non_null(store);
		view_store(&page, store);
		assert_string_equal(room, stores[i].line);
		json_decref(store);
	}
}

static void json_goes_through_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(waterlab("status --json --socket ./control"), CLI_DONE);
	assert_memory_equal(out, status, sizeof(status) - 1);
	assert_string_equal(out + sizeof(status) - 1, "\n");
	assert_int_equal(waterlab("--socket ./control watch --json"), CLI_DONE);
	assert_int_equal(strlen(out), 3 * sizeof(status));
}

/* Twenty mute analyzers have twenty reasons: the live picture still begins with values. */
static void many_reasons_do_not_hide_the_values(void **state)
{
	char room[8192];
	struct page page = page_over(room, sizeof(room), 80, false);
	json_t *whole = json_loads(status, 0, NULL), *waits = json_object_get(whole, "waits");
	int i;

	(void)state;
	for (i = 0; i < 19; i++)
		json_array_append_new(waits, json_sprintf("reason %d", i));
	view_live(&page, whole, NULL);
	says(room, "reason 1\n  - and 17 more; waterlab status says all\n");
	says(room, "conductivity");
	page = page_over(room, sizeof(room), 80, false);
	view_status(&page, whole);
	says(room, "reason 18\n");
	json_decref(whole);
}

/* What a technician must know comes first: an alarm, a test that is due; and no list pushes the values off the screen. */
static void samples_stand_in_the_live_picture(void **state)
{
	static const char samples[] =
		"{\"open\":[{\"sample\":9,\"purpose\":\"routine\",\"by\":\"Gul Khan\",\"point\":"
		"{\"name\":\"Pump\"}}],\"due\":[{\"test\":5,\"sample\":3,\"parameter\":\"ecoli\","
		"\"due\":false,\"due_ms\":null},{\"test\":4,\"sample\":2,\"parameter\":\"ecoli\","
		"\"due\":true,\"due_ms\":1764579900000}],\"failing\":["
		"{\"sample\":8,\"parameter\":\"ph\",\"value\":\"9.2\",\"unit\":\"[pH]\",\"mpn\":"
		"null,"
		"\"verdict\":\"fails_above\",\"limit\":\"6.5..8.5\",\"alarm\":false,\"point\":null}"
		","
		"{\"sample\":7,\"parameter\":\"ecoli\",\"value\":\"11010\",\"unit\":\"/(100.mL)\","
		"\"mpn\":\"9.6\",\"verdict\":\"fails_detected\",\"limit\":\"absent\",\"alarm\":"
		"true,"
		"\"point\":{\"name\":\"Spring\"}}]}";
	char room[8192];
	struct page page = page_over(room, sizeof(room), 100, false);
	json_t *whole = json_loads(samples, 0, NULL), *failing, *one;
	int i;

	(void)state;
	view_samples(&page, whole);
	assert_string_equal(room,
		"ALARM   ecoli 9.6 per 100 mL: fails detected (limit absent, health), sample 7 at "
		"Spring\n"
		"fails   ph 9.2: fails above (limit 6.5..8.5), sample 8 at no point\n"
		"test    4: ecoli of sample 2, due since 2025-12-01 09:05 UTC\n"
		"test    5: ecoli of sample 3, due when the time is known\n"
		"sample  9 open at Pump, routine, by Gul Khan\n");
	failing = json_object_get(whole, "failing");
	one = json_deep_copy(json_array_get(failing, 1));
	for (i = 0; i < 9; i++)
		json_array_append(failing, one);
	json_decref(one);
	page = page_over(room, sizeof(room), 80, false);
	view_samples(&page, whole);
	says(room, "        and 8 more results that fail; waterlab sample list shows all\n");
	assert_null(strstr(room, "ph 9.2"));
	json_decref(whole);
	page = page_over(room, sizeof(room), 80, false);
	view_samples(&page, NULL);
	assert_string_equal(room, "");
}

static void try_tells_how_it_went(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control try ph-1"), CLI_DONE);
	says(out, "7.10");
	assert_int_equal(waterlab("--socket ./control try cond-1"), CLI_FAILED);
	says(err, "cond-1 on line bench: no answer in time");
	assert_int_equal(waterlab("--socket ./control try nobody"), CLI_FAILED);
	says(err, "there is no analyzer \"nobody\"");
}

static void refused_lists_and_says_none(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control refused"), CLI_DONE);
	says(out, "province: reading 17\n    [HTTP 400] field type conflict\n");
	assert_int_equal(waterlab("--socket ./control refused other"), CLI_DONE);
	assert_string_equal(out, "no store refused anything\n");
}

static void spool_asks_the_daemon(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control spool stat"), CLI_DONE);
	assert_string_equal(out, "spool     0123 of lab van-3\nfolder    /s, 1.2 MB\n"
				 "readings  numbers 1 to 1230\nledger    none yet\n");
	assert_int_equal(waterlab("--socket ./control spool export"), CLI_DONE);
	assert_string_equal(out, "head\n1,one\n2,\"{\"\"end\"\":true}\"\n");
	assert_string_equal(err, "");
}

static void a_broken_export_is_said(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./control spool export --from 13"), CLI_FAILED);
	says(err, "not whole");
	assert_int_equal(waterlab("--socket ./control spool export --from 14"), CLI_FAILED);
	says(err, "the card cannot be read");
}

static void nobody_there_is_said_with_the_remedy(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--socket ./nobody status"), CLI_ABSENT);
	assert_string_equal(err, "waterlab: no daemon answers at ./nobody: is waterlabd running? "
				 "(systemctl status waterlabd)\n");
	assert_string_equal(out, "");
	assert_int_equal(waterlab("--socket ./nobody --config ./none spool stat"), CLI_USAGE);
	says(err, "./none");
}

static void wrong_words_are_said(void **state)
{
	static const struct {
		const char *line, *words;
	} wrong[] = {{"statsu", "did you mean \"status\"?"}, {"weather", "waterlab help"},
		{"spool", "is followed by \"stat\" or \"verify\" or "},
		{"status --format csv", "status does not take --format"},
		{"spool export --format xml", "csv or lp"}, {"spool export --from 0", "from 1"},
		{"spool export --to x", "from 1"}, {"spool export --from 9 --to 3", "greater"},
		{"spool export --to 99999999999999999999", "from 1"},
		{"spool export --stream all", "readings or ledger"}, {"try", "takes 1 word "},
		{"boundaries", "\"show\" or \"install\""}, {"boundaries install", "takes 1 word "},
		{"district", "needs --boundaries FILE"},
		{"district --boundaries b --within far", "a number of metres, not far"},
		{"district --boundaries b --places ./none", "./none: No such file"},
		{"district --boundaries b --accept", "not take --accept"},
		{"boundaries show b --within 5", "not take --within"},
		{"boundaries show b --edition 2", "not take --edition"},
		{"place enter --at 91 --error 5 --reason x", "LATITUDE,LONGITUDE"},
		{"place enter --at 35,74 --reason x", "--error METRES is wanted"},
		{"place enter --district Hunza", "--reason TEXT is wanted"},
		{"place enter --reason x", "--at LAT,LON, --district NAME, or both"},
		{"place enter --district Hunza --error 5 --reason x", "goes with --at"},
		{"place enter --at 35,74 --error much --reason x", "number of metres, not much"},
		{"place --away -5", "number of metres, not -5"},
		{"place list --places ./none", "./none: No such file"},
		{"clock enter", "takes 1 to 3"}, {"clock entre x", "takes 0 words"},
		{"clock enter x --within 0 --reason y", "--within is a number from 1"},
		{"audit 0", "waterlab: MOST is a number from 1, not 0"},
		{"sample verify x --by y", "waterlab: NUMBER is a number from 1, not x"},
		{"clock --reason y", "not take --reason"}, {"status now", "takes 0 words"},
		{"--bogus", "waterlab help"}, {"", "Usage:"}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (waterlab(wrong[i].line) != CLI_USAGE)
			fail_msg("'%s' is taken", wrong[i].line);
		says(err, wrong[i].words);
		assert_string_equal(out, "");
	}
}

static void help_and_version_need_nothing(void **state)
{
	enum term_list list;
	size_t i;

	(void)state;
	assert_int_equal(waterlab("help"), CLI_DONE);
	says(out, "Usage: waterlab");
	assert_int_equal(waterlab("--help"), CLI_DONE);
	says(out, "Usage: waterlab");
	assert_int_equal(waterlab("spool verify --help"), CLI_DONE);
	says(out, "  spool verify [FOLDER]");
	says(out, "Status 0: yes\n");
	assert_null(strstr(out, "spool stat"));
	assert_null(strstr(out, "Usage"));
	assert_int_equal(waterlab("help sample"), CLI_DONE);
	/* Each word of a closed list stands in the help, not only in what is said of a wrong one. */
	for (list = TERM_PURPOSE; list <= TERM_IMPEDIMENT; list++)
		for (i = 0; term_at(list, i); i++)
			says(out, term_at(list, i));
	assert_int_equal(waterlab("help refused"), CLI_DONE);
	says(out, "refused [STORE]");
	says(out, "refused --give-up");
	assert_int_equal(waterlab("help reconcile province"), CLI_DONE);
	says(out, "  reconcile [STORE]");
	assert_int_equal(waterlab("help statsu"), CLI_USAGE);
	says(err, "did you mean \"status\"?");
	assert_int_equal(waterlab("--version"), CLI_DONE);
	says(out, "waterlab ");
	assert_int_equal(waterlab("parameters"), CLI_DONE);
	says(out, "\xc2\xb5S/cm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(status_is_a_table, start, stop),
		cmocka_unit_test_setup_teardown(
			status_waits_until_each_analyzer_was_asked, start, stop),
		cmocka_unit_test(states_are_told_in_their_order),
		cmocka_unit_test_setup_teardown(json_goes_through_as_it_is, start, stop),
		cmocka_unit_test_setup_teardown(try_tells_how_it_went, start, stop),
		cmocka_unit_test_setup_teardown(refused_lists_and_says_none, start, stop),
		cmocka_unit_test_setup_teardown(spool_asks_the_daemon, start, stop),
		cmocka_unit_test_setup_teardown(a_broken_export_is_said, start, stop),
		cmocka_unit_test(many_reasons_do_not_hide_the_values),
		cmocka_unit_test(samples_stand_in_the_live_picture),
		cmocka_unit_test(nobody_there_is_said_with_the_remedy),
		cmocka_unit_test(wrong_words_are_said),
		cmocka_unit_test(help_and_version_need_nothing),
	};

	unsetenv("COLUMNS");
	answers = commands;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
