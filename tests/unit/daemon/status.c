/* The status of a lab whose analyzer answers from here: every key, values as said, ages by boot time. */
#include "bench.h"

#include "base/log.h"
#include "daemon/status.h"
#include "daemon/waits.h"

/* Follows keys and indices: "lines/0/units/0/name". */
static const json_t *at(const json_t *from, const char *path)
{
	char key[32];
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		assert_true(n < sizeof(key));
		memcpy(key, path, n);
		key[n] = '\0';
		from = json_is_array(from) ? json_array_get(from, (size_t)atoi(key))
					   : json_object_get(from, key);
		if (!from)
			fail_msg("no %s", path);
	}
	return from;
}

static const char *text_at(const json_t *from, const char *path)
{
	const char *text = json_string_value(at(from, path));

	return text ? text : "(no text)";
}

/* --- the tests -------------------------------------------------------------------------------------- */

/* What README.md promises; taking one away breaks readers. */
static void every_key_is_there(void **state)
{
	static const char *const keys[] = {"lab", "version", "uptime_s", "clock/source",
		"clock/trusted", "clock/offset_ms", "clock/uncertainty_ms", "clock/words",
		"clock/utc", "clock/machine", "clock/last_known", "clock/untimed",
		"clock/clocks/0/name", "clock/clocks/0/used", "clock/clocks/0/utc",
		"clock/clocks/0/uncertainty_ms", "clock/clocks/0/words", "lines/0/name",
		"lines/0/where", "lines/0/kind", "lines/0/open", "lines/0/error", "lines/0/opened",
		"lines/0/noise_bytes", "lines/0/units/0/name", "lines/0/units/0/profile",
		"lines/0/units/0/level", "lines/0/units/0/address", "lines/0/units/0/interval_s",
		"lines/0/units/0/health", "lines/0/units/0/last_ok_age_s", "lines/0/units/0/next_s",
		"lines/0/units/0/error", "lines/0/units/0/error_name",
		"lines/0/units/0/counts/exchanges", "lines/0/units/0/counts/timeouts",
		"lines/0/units/0/counts/noise", "lines/0/units/0/counts/exceptions",
		"lines/0/units/0/counts/wrong", "lines/0/units/0/counts/late",
		"lines/0/units/0/fields/0/parameter", "lines/0/units/0/fields/0/unit",
		"lines/0/units/0/fields/0/value", "lines/0/units/0/fields/0/text",
		"lines/0/units/0/fields/0/qc", "lines/0/units/0/fields/0/flags",
		"lines/0/units/0/fields/0/refused", "lines/0/units/0/fields/0/age_s",
		"readings/made", "readings/saved", "readings/refused", "readings/pending",
		"readings/last", "stores/0/name", "stores/0/condition", "stores/0/words",
		"stores/0/sent", "stores/0/received", "stores/0/refused", "stores/0/waiting",
		"stores/0/ledger/sent", "stores/0/ledger/waiting", "stores/0/last_status",
		"stores/0/too_old", "stores/0/refuses_all", "stores/0/next_try_s",
		"stores/0/last_sent_age_s", "stores/0/requests", "links/budget_bytes",
		"links/used_bytes", "links/today_bytes", "links/day", "links/links",
		"stores/0/lines", "stores/0/body_bytes", "stores/0/wire_bytes", "spool/id",
		"spool/dir", "spool/bytes", "spool/segments", "spool/set_aside", "spool/trouble",
		"waits"};
	json_t *status = status_make(&parts);
	size_t i;

	(void)state;
	assert_non_null(status);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		(void)at(status, keys[i]);
	json_decref(status);
}

static void values_are_as_the_analyzer_says_them(void **state)
{
	json_t *status;
	char *line;

	(void)state;
	run_line(1500);
	now_ms += 2500;
	status = status_make(&parts);
	assert_string_equal(text_at(status, "lines/0/units/0/health"), "ok");
	assert_string_equal(text_at(status, "lines/0/units/0/fields/0/parameter"), "ph");
	assert_string_equal(text_at(status, "lines/0/units/0/fields/0/text"), "7.12");
	assert_string_equal(text_at(status, "lines/0/units/0/fields/1/text"), "-0.5");
	assert_string_equal(text_at(status, "lines/0/units/0/fields/1/unit"), "Cel");
	assert_true(json_real_value(at(status, "lines/0/units/0/fields/0/age_s")) >= 2.5);
	assert_true(json_real_value(at(status, "lines/0/units/0/fields/0/age_s")) < 4.1);
	assert_int_equal(json_integer_value(at(status, "readings/made")), 4);
	assert_true(json_is_true(at(status, "lines/0/open")));
	line = json_dumps(status, JSON_COMPACT | JSON_REAL_PRECISION(15));
	assert_non_null(strstr(line, "\"value\":7.12,"));
	free(line);
	json_decref(status);
}

static void what_is_not_a_number_is_null(void **state)
{
	json_t *status;

	(void)state;
	registers[0] = 0x7f;
	registers[1] = 0xc0; /* NaN */
	run_line(1500);
	registers[0] = 0x40;
	registers[1] = 0xe3;
	status = status_make(&parts);
	assert_true(json_is_null(at(status, "lines/0/units/0/fields/0/value")));
	assert_int_equal(json_integer_value(at(status, "lines/0/units/0/fields/0/qc")), QC_MISSING);
	assert_string_equal(text_at(status, "lines/0/units/0/fields/0/flags/0"), "not_finite");
	json_decref(status);
}

static void a_mute_analyzer_is_explained(void **state)
{
	json_t *status;

	(void)state;
	mute = true;
	run_line(60000);
	mute = false;
	status = status_make(&parts);
	assert_string_not_equal(text_at(status, "lines/0/units/0/health"), "ok");
	assert_true(json_is_string(at(status, "lines/0/units/0/error")));
	assert_string_equal(text_at(status, "lines/0/units/0/error_name"), "timeout");
	assert_non_null(strstr(text_at(status, "waits/0"), "analyzer ph-1"));
	json_decref(status);
}

static void stores_are_explained(void **state)
{
	struct uplink_state store = {.store = "province", .last_words = "connection refused"};
	struct stamps_state stamps = {.words = "the clock is wrong"};
	char words[WAIT_SENTENCE];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	store.condition = UPLINK_IDLE;
	waits_store(&to, &store, 3, &stamps, 1000);
	assert_string_equal(words, "");
	store.condition = UPLINK_WAITING;
	store.next_ms = 12500;
	waits_store(&to, &store, 30, &stamps, 1000);
	assert_string_equal(words, "province: 30 readings wait: the store is away (connection "
				   "refused); next try in 12 s");
	text_clear(&to);
	store.condition = UPLINK_HELD;
	memcpy(store.last_words, "401 unauthorized", 17);
	waits_store(&to, &store, 1, &stamps, 12400);
	assert_string_equal(words,
		"province: 1 reading waits: the store refuses everything (401 unauthorized): a "
		"person must look at its address, database and token; next try in 1 s");
	text_clear(&to);
	store.condition = UPLINK_NO_TIME;
	waits_store(&to, &store, 5, &stamps, 0);
	assert_string_equal(
		words, "province: 5 readings wait for the right time: the clock is wrong");
	text_clear(&to);
	store.condition = UPLINK_CLOCK;
	store.next_ms = 0;
	memcpy(store.last_words, "the van's clock says 1970-01-01", 32);
	waits_store(&to, &store, 5, &stamps, 0);
	assert_string_equal(words, "province: 5 readings wait: the van's clock says 1970-01-01");
	text_clear(&to);
	store.condition = UPLINK_BUDGET;
	store.next_ms = 12500;
	memcpy(store.last_words, "41.2 of 500 MB used this month on ppp0, next after 18:00 UTC",
		61);
	waits_store(&to, &store, 1200, &stamps, 0);
	assert_string_equal(words,
		"province: 1200 readings wait for bytes: 41.2 of 500 MB used this "
		"month on ppp0, next after 18:00 UTC");
}

static void links_are_told(void **state)
{
	json_t *status;

	(void)state;
	spool_add_bytes(parts.spool, "wlan0", 5000);
	spool_add_bytes(parts.spool, "ppp0", 1200);
	status = status_make(&parts);
	assert_int_equal(json_integer_value(at(status, "links/budget_bytes")), 500000000);
	assert_int_equal(json_integer_value(at(status, "links/used_bytes")), 1200);
	assert_string_equal(text_at(status, "links/links/0/name"), "ppp0");
	assert_false(json_is_true(at(status, "links/links/0/unlimited")));
	assert_string_equal(text_at(status, "links/links/1/name"), "wlan0");
	assert_true(json_is_true(at(status, "links/links/1/unlimited")));
	assert_int_equal(json_integer_value(at(status, "links/links/1/month_bytes")), 5000);
	assert_true(json_is_null(at(status, "links/day")));
	json_decref(status);
}

static void what_is_held_is_explained(void **state)
{
	struct uplink_state store = {.store = "province"};
	struct store_conf into = {.database = "waterlab"};
	struct uplink_held *held = &store.held;
	char words[WAIT_SENTENCE];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	waits_old(&to, &store, &into, 1000);
	waits_shut(&to, &store, 1000);
	waits_refused(&to, &store, 0, 0);
	assert_string_equal(words, "");
	held->old[STREAM_READINGS] = 60;
	held->old[STREAM_LEDGER] = 1;
	held->oldest_ms = 1788256800000;
	held->youngest_ms = 1789000000000;
	held->next_ms = 481000;
	memcpy(held->words, "points beyond retention policy", 31);
	waits_old(&to, &store, &into, 1000);
	assert_string_equal(words,
		"province: 60 readings and 1 ledger record are older than its database "
		"\"waterlab\" keeps, of 2026-09-01 10:00 to 2026-09-10 00:26 UTC (points beyond "
		"retention policy): held on the van. Lengthen the retention of that database, "
		"then: waterlab try province (tried by itself in 480 s)");
	text_clear(&to);
	into.flavour = FLAVOUR_INFLUXDB_V2;
	held->old[STREAM_READINGS] = 0;
	waits_old(&to, &store, &into, 1000);
	assert_non_null(strstr(words, "1 ledger record is older than its bucket \"waterlab\""));
	text_clear(&to);
	held->shut[STREAM_LEDGER] = true;
	held->shut_next_ms = 61000;
	memcpy(held->shut_words, "field type conflict", 20);
	waits_shut(&to, &store, 1000);
	assert_string_equal(words,
		"province refuses every ledger record, but no reading (field type conflict): held "
		"on the van. When that is mended there: waterlab try province (tried by itself in "
		"60 s)");
	text_clear(&to);
	waits_refused(&to, &store, 1, 2);
	assert_string_equal(words, "province refused 1 reading and 2 ledger records in its own "
				   "words, kept on the van: waterlab refused");
}

static void a_sick_card_is_explained(void **state)
{
	struct spool_counts counts = {.trouble = ERR_FULL, .refused = 12};
	char words[WAIT_SENTENCE];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	memcpy(counts.trouble_words, "no room on the card", 20);
	waits_spool(&to, &counts);
	assert_string_equal(words, "the card does not take readings: no room on the card; 12 "
				   "readings refused since start");
}

/* More than the sentence has room for; numbers as long as they get. */
static void files_set_aside_are_explained(void **state)
{
	struct spool_aside asides[WAIT_ASIDES] = {{"l", STREAM_LEDGER, {0, 0}},
		{"r", STREAM_READINGS, {1001, 2000}}, {"n", STREAM_READINGS, {0, 0}}};
	char words[WAIT_SENTENCE];
	struct text to = text_over(words, sizeof(words));
	size_t i;

	(void)state;
	waits_asides(&to, asides, 0);
	assert_string_equal(words, "");
	waits_asides(&to, asides + 1, 1);
	assert_string_equal(words,
		"1 file of the spool is set aside as damaged (readings numbered 1001 to 2000). "
		"What "
		"is whole in there is brought back by: systemctl stop waterlabd; waterlab spool "
		"salvage; systemctl start waterlabd");
	text_clear(&to);
	waits_asides(&to, asides, 3);
	assert_non_null(strstr(words, "3 files of the spool are set aside as damaged (a ledger, "
				      "readings numbered 1001 to 2000, numbers that were never "
				      "used). "));
	for (i = 0; i < WAIT_ASIDES; i++)
		asides[i] =
			(struct spool_aside){"r", STREAM_READINGS, {999999999990, 999999999999}};
	text_clear(&to);
	waits_asides(&to, asides, 12);
	assert_non_null(strstr(words, ", 4 more). What is whole"));
	assert_false(to.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_key_is_there, start, stop),
		cmocka_unit_test_setup_teardown(values_are_as_the_analyzer_says_them, start, stop),
		cmocka_unit_test_setup_teardown(what_is_not_a_number_is_null, start, stop),
		cmocka_unit_test_setup_teardown(a_mute_analyzer_is_explained, start, stop),
		cmocka_unit_test(stores_are_explained),
		cmocka_unit_test_setup_teardown(links_are_told, start, stop),
		cmocka_unit_test(what_is_held_is_explained),
		cmocka_unit_test(a_sick_card_is_explained),
		cmocka_unit_test(files_set_aside_are_explained),
	};

	log_open(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
