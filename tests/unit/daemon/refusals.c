/* Refused numbers on the control socket: listed, put back, given up, and what is answered to questions that cannot be. */
#include "asked.h"
#include "spool/reader.h"

static void add_store(const char *name)
{
	struct store_conf *store = &conf.stores[conf.n_stores++];

	*store = (struct store_conf){.flavour = FLAVOUR_INFLUXDB_V1,
		.url = "http://127.0.0.1:1",
		.database = "waterlab",
		.batch_lines = 1000,
		.interval_ms = 100,
		.timeout_ms = 1000,
		.retry_first_ms = 60000,
		.retry_most_ms = 60000};
	text_copy(store->name, sizeof(store->name), name);
}

/* Twenty readings of which the province refuses 5, 6 and 9; nothing is ever sent. */
static int start_with_refusals(void **state)
{
	struct series series = {"ph-1", "ph", NUMBER_F32, 0};
	struct reading reading = {.qc = QC_PASS, .value = 7};
	struct exchange exchange = {
		.raw = (const uint8_t *)"\x03", .raw_len = 1, .readings = &reading, .n = 1};
	struct spool_counts counts;
	uint64_t k;

	(void)state;
	if (system("rm -rf spool"))
		return -1;
	configure();
	add_store("province");
	add_store("ministry");
	if (start_daemon() || spool_add_series(parts.spool, &series, &reading.series))
		return -1;
	for (k = 0; k < 20; k++)
		if (spool_add(parts.spool, &exchange))
			return -1;
	do {
		usleep(2000);
		spool_count(parts.spool, &counts);
	} while (counts.saved < 20);
	for (k = 5; k <= 9; k += k == 6 ? 3 : 1)
		if (spool_mark_refused(parts.spool, parts.store_numbers[0], STREAM_READINGS, k, 400,
			    "field type conflict"))
			return -1;
	return 0;
}

/* It is answered by these words alone. */
static void expect_error(json_t *request, const char *words)
{
	json_t *answers = ask_all(request);
	const char *error = json_string_value(json_object_get(json_array_get(answers, 0), "error"));

	assert_int_equal(json_array_size(answers), 1);
	if (!error || !strstr(error, words))
		fail_msg("\"%s\" does not say \"%s\"", error ? error : "", words);
	json_decref(answers);
}

static long long number_at(const json_t *answers, size_t i, const char *key)
{
	const json_t *number = json_object_get(json_array_get(answers, i), key);

	if (!json_is_integer(number))
		fail_msg("no number \"%s\" in answer %zu", key, i);
	return (long long)json_integer_value(number);
}

static void expect_listed(size_t n)
{
	json_t *answers = ask_all(json_pack("{s:s, s:s}", "ask", "refusals", "store", "province"));

	assert_int_equal(json_array_size(answers), n + 1);
	json_decref(answers);
}

static void they_are_listed_newest_first(void **state)
{
	json_t *answers = ask_all(json_pack("{s:s, s:i}", "ask", "refusals", "most", 2));

	(void)state;
	assert_int_equal(json_array_size(answers), 3);
	assert_int_equal(number_at(answers, 0, "number"), 9);
	assert_int_equal(number_at(answers, 1, "number"), 6);
	assert_true(json_is_true(json_object_get(json_array_get(answers, 2), "end")));
	json_decref(answers);
	expect_listed(3);
	expect_error(json_pack("{s:s, s:s}", "ask", "refusals", "store", "x"),
		"there is no store \"x\"");
}

static int last_record(void *ctx, const struct spool_row *row)
{
	if (row->kind == LEDGER_AGAIN || row->kind == LEDGER_GAP)
		text_copy(ctx, 200, row->words);
	return 0;
}

static void expect_record(const char *words)
{
	struct spool_reader *reader;
	char found[200] = "";

	assert_int_equal(spool_reader_open(&reader, parts.spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
				 last_record, found, NULL),
		0);
	spool_reader_close(reader);
	if (!strstr(found, words))
		fail_msg("\"%s\" does not say \"%s\"", found, words);
}

static void they_are_put_back(void **state)
{
	json_t *answers;

	(void)state;
	expect_error(json_pack("{s:s, s:s}", "ask", "refused-again", "store", "x"),
		"there is no store \"x\"");
	expect_error(json_pack("{s:s, s:s}", "ask", "refused-again", "stream", "x"),
		"the stream is \"readings\" or \"ledger\"");
	expect_error(json_pack("{s:s, s:i, s:i}", "ask", "refused-again", "first", 6, "last", 5),
		"first <= last");
	expect_error(json_pack("{s:s, s:i}", "ask", "refused-again", "first", 0), "from 1");
	answers = ask_all(json_pack("{s:s, s:i}", "ask", "refused-again", "first", 6));
	assert_int_equal(json_array_size(answers), 3);
	assert_int_equal(number_at(answers, 0, "readings"), 1);
	assert_int_equal(number_at(answers, 1, "readings"), 0); /* the ministry */
	json_decref(answers);
	expect_listed(2);
	expect_record("province: 1 put back by ");
	answers = ask_all(json_pack("{s:s, s:s}", "ask", "refused-again", "store", "province"));
	assert_int_equal(json_array_size(answers), 2);
	assert_int_equal(number_at(answers, 0, "readings"), 2);
	assert_int_equal(number_at(answers, 0, "ledger"), 0);
	json_decref(answers);
	expect_listed(0);
	answers = ask_all(json_pack("{s:s, s:s}", "ask", "refused-again", "store", "province"));
	assert_int_equal(number_at(answers, 0, "readings"), 0);
	json_decref(answers);
	assert_int_equal(spool_waiting(parts.spool, parts.store_numbers[0], STREAM_READINGS), 20);
}

static json_t *give_up(const char *store, int first, int last, const char *reason)
{
	return json_pack("{s:s, s:s?, s:i, s:i, s:s?}", "ask", "refused-give-up", "store", store,
		"first", first, "last", last, "reason", reason);
}

static void they_are_given_up_with_a_reason(void **state)
{
	const struct range both = {5, 6};
	json_t *answers;

	(void)state;
	expect_error(give_up(NULL, 5, 5, "a test"), "which store?");
	expect_error(give_up("province", 5, 5, NULL), "a reason is needed");
	expect_error(give_up("province", 5, 5, "two\nlines"), "a reason is needed");
	expect_error(json_pack("{s:s, s:s, s:s}", "ask", "refused-give-up", "store", "province",
			     "reason", "a test"),
		"which number?");
	expect_error(give_up("province", 5, 7, "a test"), "does not refuse all of 5..7");
	expect_error(give_up("province", 5, 6, "a test"), "another store has not confirmed");
	spool_mark_sent(parts.spool, parts.store_numbers[1], STREAM_READINGS, both);
	spool_mark_received(parts.spool, parts.store_numbers[1], STREAM_READINGS, both);
	answers = ask_all(give_up("province", 5, 6, "a test"));
	assert_int_equal(json_array_size(answers), 1);
	assert_true(json_is_true(json_object_get(json_array_get(answers, 0), "given_up")));
	assert_int_equal(number_at(answers, 0, "last"), 6);
	json_decref(answers);
	expect_listed(1);
	expect_record(": a test (province: 400 field type conflict)");
}

/* --- what cannot be meant --------------------------------------------------------------------------- */

struct odd {
	const char *question;
	const char *error; /* a part of it; NULL: it is answered, and nothing is changed by it */
};

static const struct odd odd[] = {
	/* of the wrong kind: not "every store" */
	{"{\"ask\":\"refused-again\",\"store\":5}", "\"store\" is a store's name"},
	{"{\"ask\":\"refused-again\",\"store\":[\"province\"]}", "\"store\" is a store's name"},
	{"{\"ask\":\"refused-again\",\"store\":\"\"}", "there is no store \"\""},
	{"{\"ask\":\"refused-again\",\"stream\":1}", "the stream is"},
	{"{\"ask\":\"refused-again\",\"first\":\"5\"}", "are numbers from 1"},
	{"{\"ask\":\"refused-again\",\"first\":5.0}", "are numbers from 1"},
	{"{\"ask\":\"refused-again\",\"first\":1e30}", "are numbers from 1"},
	{"{\"ask\":\"refused-again\",\"first\":-1}", "are numbers from 1"},
	{"{\"ask\":\"refused-again\",\"last\":-9223372036854775808}", "are numbers from 1"},
	{"{\"ask\":\"refused-again\",\"last\":{}}", "are numbers from 1"},
	{"{\"ask\":\"refused-again\",\"first\":9223372036854775807}", NULL},
	{"{\"ask\":\"refused-again\",\"first\":21,\"last\":9223372036854775807}", NULL},
	{"{\"ask\":\"refusals\",\"store\":5}", "\"store\" is a store's name"},
	{"{\"ask\":\"refusals\",\"most\":0}", NULL},
	{"{\"ask\":\"refusals\",\"most\":9223372036854775807}", NULL},
	{"{\"ask\":\"refusals\",\"most\":\"x\"}", NULL},
	{"{\"ask\":\"refused-give-up\",\"store\":true,\"first\":5,\"reason\":\"r\"}",
		"\"store\" is a store's name"},
	{"{\"ask\":\"refused-give-up\",\"store\":\"province\",\"first\":5,\"reason\":7}",
		"a reason is needed"},
	{"{\"ask\":\"refused-give-up\",\"store\":\"province\",\"first\":5,\"reason\":\"\"}",
		"a reason is needed"},
	{"{\"ask\":\"refused-give-up\",\"store\":\"province\",\"first\":1,"
	 "\"last\":9223372036854775807,\"reason\":\"r\"}",
		"does not refuse all of 1..9223372036854775807"},
	{"{\"ask\":\"refused-give-up\",\"store\":\"province\",\"stream\":\"ledger\","
	 "\"first\":5,\"reason\":\"r\"}",
		"does not refuse all of 5..5"},
	{"{\"ask\":\"reconcile\",\"store\":5,\"all\":true}", "\"store\" is a store's name"},
	{"{\"ask\":\"reconcile\",\"store\":\"x\"}", "there is no store \"x\""},
	{"{\"ask\":\"reconcile\",\"all\":\"yes\"}", NULL},
	{"{\"ask\":\"carry-back\"}", "the receipt is another's"},
	{"{\"ask\":\"carry-back\",\"spool\":7}", "the receipt is another's"},
	{"{\"ask\":\"spool-verify\",\"store\":{}}", NULL},
};

/* The same of a receipt for this spool; what comes after `"spool":ID,`. */
static const struct odd odd_blocks[] = {
	{"\"stream\":\"readings\",\"first\":1,\"last\":5", "which store?"},
	{"\"store\":3,\"stream\":\"readings\",\"first\":1,\"last\":5", "is a store's name"},
	{"\"store\":\"x\",\"stream\":\"readings\",\"first\":1,\"last\":5",
		"there is no store \"x\""},
	{"\"store\":\"ministry\",\"stream\":\"readings\"", "no block of a receipt"},
	{"\"store\":\"ministry\",\"first\":1,\"last\":5", "no block of a receipt"},
	{"\"store\":\"ministry\",\"stream\":\"x\",\"first\":1,\"last\":5", "no block of a receipt"},
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":0,\"last\":5",
		"no block of a receipt"},
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":5,\"last\":1",
		"no block of a receipt"},
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":-5,\"last\":\"9\"",
		"no block of a receipt"},
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":1,\"last\":10001,\"rows\":10001",
		"no block of a receipt"},
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":1,\"last\":20,\"rows\":20,"
	 "\"sum\":1",
		NULL},
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":1,\"last\":20,\"rows\":-20,"
	 "\"sum\":-1",
		NULL},
	/* beyond what was ever saved */
	{"\"store\":\"ministry\",\"stream\":\"readings\",\"first\":21,\"last\":40,\"rows\":20,"
	 "\"sum\":0",
		NULL},
	{"\"store\":\"ministry\",\"stream\":\"ledger\",\"first\":9223372036854765808,"
	 "\"last\":9223372036854775807,\"rows\":0,\"sum\":0",
		NULL},
};

static void expect_odd(const char *question, const struct odd *one)
{
	json_t *answers = ask_all(json_loads(question, JSON_DECODE_ANY, NULL));
	json_t *first = json_array_get(answers, 0);
	const char *error = json_string_value(json_object_get(first, "error"));

	if (one->error ? !error || !strstr(error, one->error) : !first || error)
		fail_msg("%s: \"%s\"", question, error ? error : "no error");
	assert_false(json_is_true(json_object_get(first, "taken")));
	json_decref(answers);
	expect_listed(3);
}

static void what_cannot_be_meant_changes_nothing(void **state)
{
	char question[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		expect_odd(odd[i].question, &odd[i]);
	for (i = 0; i < sizeof(odd_blocks) / sizeof(odd_blocks[0]); i++) {
		snprintf(question, sizeof(question), "{\"ask\":\"carry-back\",\"spool\":\"%s\",%s}",
			spool_id(parts.spool), odd_blocks[i].question);
		expect_odd(question, &odd_blocks[i]);
	}
	assert_int_equal(spool_waiting(parts.spool, parts.store_numbers[1], STREAM_READINGS), 20);
	assert_int_equal(spool_waiting(parts.spool, parts.store_numbers[0], STREAM_READINGS), 17);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			they_are_listed_newest_first, start_with_refusals, stop),
		cmocka_unit_test_setup_teardown(they_are_put_back, start_with_refusals, stop),
		cmocka_unit_test_setup_teardown(
			they_are_given_up_with_a_reason, start_with_refusals, stop),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_meant_changes_nothing, start_with_refusals, stop),
	};

	log_open((enum log_level)0, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
