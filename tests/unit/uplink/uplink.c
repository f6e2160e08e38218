/* The whole uplink, with a real spool behind it and a hostile store in front. */
#include "fixture.h"

static void test_all_arrives_once(void **state)
{
	struct uplink_state now;

	(void)state;
	fix_utc();
	add_rows(20000);
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(20000);
	EVENTUALLY(state_now().condition == UPLINK_IDLE);
	now = state_now();
	assert_string_equal(now.store, "store");
	assert_int_equal(now.last_status, 204);
	assert_true(now.lines >= 20000);
	assert_true(now.wire_bytes > now.body_bytes && now.body_bytes > 1000);
	assert_true(now.last_sent_ms > 0);
	assert_int_equal(counts_now().connections, 1);
	assert_int_equal(counts_now().manners, 0);
}

static void test_newest_first_and_ledger_before(void **state)
{
	FILE *file;
	char line[1024];

	(void)state;
	conf.batch_lines = 100;
	fix_utc();
	add_rows(1000);
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	file = fopen("store.lines", "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_memory_equal(line, "event,kind=", 11);
	while (fgets(line, sizeof(line), file) && !strncmp(line, "event", 5))
		;
	assert_non_null(strstr(line, ",seq=901i,"));
	fclose(file);
}

/* The sending path has the words, and a file's rows each a ms of their own: a store would take two for one. */
static void test_a_meters_file_arrives_whole(void **state)
{
	enum { N = 50 };
	struct ledger_record file[N];
	char line[1024], last[32] = "";
	struct spool_added added;
	size_t found = 0;
	unsigned store;
	FILE *lines;
	int i;

	(void)state;
	for (i = 0; i < N; i++) {
		file[i] = (struct ledger_record){
			.kind = LEDGER_FILE_READING, .a = 1690000000000, .b = i + 1};
		snprintf(file[i].words, sizeof(file[i].words),
			"hqd-1 ph 7.%02d [pH]; sample secret; by NK", i);
	}
	fix_utc();
	assert_int_equal(spool_note_new(spool, file, N, &added), 0);
	assert_int_equal(added.n, N);
	begin_uplink(&clock_system);
	assert_int_equal(spool_add_store(spool, "store", &store), 0);
	EVENTUALLY(spool_waiting(spool, store, STREAM_LEDGER) == 0);
	lines = fopen("store.lines", "r");
	assert_non_null(lines);
	while (fgets(line, sizeof(line), lines)) {
		assert_null(strstr(line, "secret"));
		assert_null(strstr(line, "NK"));
		if (!strstr(line, "kind=file_reading,lab=van-1,parameter=ph,"))
			continue;
		assert_memory_equal(line, "event,analyzer=hqd-1,kind=", 26);
		assert_non_null(strstr(line, ",value=7"));
		assert_string_not_equal(strrchr(line, ' '), last);
		assert_true(text_copy(last, sizeof(last), strrchr(line, ' ')));
		found++;
	}
	assert_int_equal(found, N);
	fclose(lines);
}

/* The interval gathers live readings (lane.c tests when they go). */
static void test_live_readings_are_gathered(void **state)
{
	uint64_t before;

	(void)state;
	conf.interval_ms = 3600000;
	fix_utc();
	add_rows(10);
	begin_uplink(&shifted);
	EVENTUALLY(unsent_rows() == 0);
	before = counts_now().requests;
	add_rows(10);
	add_rows(10);
	assert_int_equal(unsent_rows(), 20);
	assert_int_equal(counts_now().requests, before);
	EVENTUALLY(unsent_rows() == 0 || (atomic_fetch_add(&shifted_ms, 1800000), false));
	expect_all_once(30);
}

static void test_without_time_nothing_goes(void **state)
{
	(void)state;
	add_rows(10);
	begin_uplink(&clock_system);
	EVENTUALLY(state_now().condition == UPLINK_NO_TIME);
	assert_int_equal(unsent_rows(), 10);
	fix_utc();
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(10);
}

/* Of the fixture's first or second series; its next may show that it is a spike. */
static void add_open(unsigned nth, unsigned open_ms, enum qc before)
{
	struct reading reading = {.series = series_numbers[nth],
		.qc = QC_PASS,
		.value = 7,
		.open_ms = open_ms,
		.spike_before = (uint8_t)before};
	struct exchange exchange = {.boot_ms = ++rows_boot_ms, .readings = &reading, .n = 1};
	struct spool_counts counts;

	assert_int_equal(spool_add(spool, &exchange), 0);
	rows_made++;
	EVENTUALLY((spool_count(spool, &counts), counts.saved == rows_made));
}

static void test_a_reading_goes_when_its_spike_is_known(void **state)
{
	int i;

	(void)state;
	fix_utc();
	add_open(0, 0, 0);
	add_open(0, 60000, 0);
	add_open(1, 0, 0);
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 2 && state_now().condition == UPLINK_IDLE);
	assert_int_equal(read_store(), 1);
	add_open(1, 0, 0);
	assert_int_equal(unsent_rows(), 3); /* all behind it waits with it */
	add_open(0, 60000, QC_SUSPECT);
	EVENTUALLY(unsent_rows() == 1 && state_now().condition == UPLINK_IDLE);
	assert_int_equal(read_store(), 3);
	assert_non_null(strstr(stored_lines[2], "qc=3i,flags=65536i "));
	assert_non_null(strstr(stored_lines[4], "qc=1i "));
	add_open(0, 0, 0);
	EVENTUALLY(unsent_rows() == 0);
	assert_int_equal(read_store(), 2);
	assert_non_null(strstr(stored_lines[5], "qc=1i "));
	for (i = 1; i <= 6; i++)
		assert_int_equal(stored[i], 1);
}

static void test_every_fault_in_turn(void **state)
{
	static const char *const plans[] = {"401", "403", "404", "429", "500", "503", "408", "425",
		"302", "418", "portal", "redirect", "400-proxy", "reset-before", "reset-in-body",
		"reset-after", "half-reply", "endless-reply", "garbage", "511"};
	size_t i;

	(void)state;
	fix_utc();
	begin_uplink(&shifted);
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		uint64_t before = counts_now().requests;

		plan(plans[i]);
		add_rows(200);
		EVENTUALLY(counts_now().requests > before);
		/* What is held is tried again in a minute. */
		EVENTUALLY((unsent_rows() == 0) ||
			   (state_now().condition == UPLINK_HELD &&
				   (atomic_fetch_add(&shifted_ms, 60000), false)));
	}
	assert_int_equal(refused_rows(), 0);
	expect_all_once(rows_made);
	assert_int_equal(state_now().lines >= rows_made, true);
}

static void test_resets_amid_a_backlog(void **state)
{
	(void)state;
	fix_utc();
	add_rows(30000);
	plan("204");
	plan("204");
	plan("reset-in-body x2");
	plan("reset-after x2");
	plan("half-reply");
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	assert_int_equal(refused_rows(), 0);
	expect_all_once(30000);
}

static void count_refusal(void *ctx, const struct spool_refusal *refusal)
{
	struct spool_refusal *kept = ctx;

	*kept = *refusal;
}

static void poison_among(const char *flavour)
{
	struct spool_refusal refusal = {0};
	unsigned store;

	fix_utc();
	add_rows(5000);
	if (flavour)
		plan(flavour);
	plan("poison seq=1234i");
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	assert_int_equal(refused_rows(), 1);
	assert_int_equal(spool_add_store(spool, "store", &store), 0);
	assert_int_equal(spool_each_refusal(spool, store, 10, count_refusal, &refusal), 0);
	assert_int_equal(refusal.number, 1234);
	assert_int_equal(refusal.status, 400);
	assert_non_null(strstr(refusal.words, "unable to parse"));
	assert_int_equal(read_store(), 4999);
	assert_int_equal(stored[1234], 0);
	/* ledger + batch + 2 log2(5000) + the line itself + probes, and the last words of the rest */
	assert_in_range(counts_now().requests, 5, 1 + 1 + 25 + 1 + 3 + 2);
}

static void test_one_poison_line_v1(void **state)
{
	(void)state;
	poison_among(NULL);
}

static void test_one_poison_line_v2(void **state)
{
	(void)state;
	poison_among("poison-all-or-nothing");
}

static void test_proxy_400_refuses_nothing(void **state)
{
	(void)state;
	conf.retry_most_ms = 60000;
	fix_utc();
	add_rows(5000);
	plan("always 400"); /* in the words of an application, not as a page */
	begin_uplink(&shifted);
	EVENTUALLY(state_now().condition == UPLINK_HELD);
	assert_int_equal(unsent_rows(), 5000);
	assert_int_equal(refused_rows(), 0);
	plan("always 204");
	atomic_fetch_add(&shifted_ms, 60000);
	EVENTUALLY(unsent_rows() == 0);
	/* And when it begins after the store has taken much. */
	plan("always 400");
	add_rows(5000);
	EVENTUALLY(state_now().condition == UPLINK_HELD);
	assert_int_equal(refused_rows(), 0);
	plan("always 204");
	uplink_wake(uplink);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(10000);
}

static void test_413_halves_and_remembers(void **state)
{
	(void)state;
	conf.gzip_level = 0;
	fix_utc();
	add_rows(10000);
	plan("over 150000");
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(10000);
	/* 5000, 2500, 1250 lines are too many once each; 625 of about 120 bytes are not. */
	assert_in_range(counts_now().largest_lines, 600, 1250);
	assert_in_range(counts_now().requests, 8, 24);
}

static void test_retry_after_on_the_injected_clock(void **state)
{
	struct uplink_state now;
	int64_t asked_ms;

	(void)state;
	fix_utc();
	add_rows(10);
	plan("503 retry-after 1800");
	asked_ms = clock_boot_ms(&shifted);
	begin_uplink(&shifted);
	EVENTUALLY(state_now().condition == UPLINK_WAITING);
	now = state_now();
	assert_in_range(now.next_ms, asked_ms + 1800000, clock_boot_ms(&shifted) + 1800000);
	assert_non_null(strstr(now.last_words, "HTTP 503"));
	assert_true(counts_now().requests == 1);
	atomic_fetch_add(&shifted_ms, 1800000);
	EVENTUALLY(unsent_rows() == 0);
}

static void write_token(const char *token)
{
	FILE *file = fopen("token.new", "w");

	assert_non_null(file);
	fputs(token, file);
	fclose(file);
	assert_int_equal(rename("token.new", "token"), 0);
}

/* Held for its token, it goes on at once when the file has a new one: no clock is moved here. */
static void test_new_token_ends_the_hold(void **state)
{
	int64_t begun_ms;

	(void)state;
	conf.retry_most_ms = 60000;
	conf.flavour = FLAVOUR_INFLUXDB_V2;
	strcpy(conf.token_file, "token");
	write_token("old");
	plan("token new");
	fix_utc();
	add_rows(10);
	begin_uplink(&clock_system);
	EVENTUALLY(state_now().condition == UPLINK_HELD);
	assert_int_equal(state_now().last_status, 401);
	begun_ms = clock_boot_ms(&clock_system);
	write_token("new");
	EVENTUALLY(unsent_rows() == 0);
	assert_true(clock_boot_ms(&clock_system) - begun_ms < 30000);
}

/* The link is away; when it is back a backlog of 100,000 is there within 2 s. */
static void test_backlog_after_an_outage(void **state)
{
	int64_t back_ms;

	(void)state;
	conf.retry_most_ms = 30000;
	conf.retry_first_ms = 1000;
	fix_utc();
	plan("down");
	begin_uplink(&clock_system);
	add_rows(100000);
	EVENTUALLY(state_now().condition == UPLINK_WAITING);
	plan("up");
	back_ms = clock_boot_ms(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	print_message("100000 in %lld ms after the store's return\n",
		(long long)(clock_boot_ms(&clock_system) - back_ms));
	expect_all_once(100000);
}

/* However long the store is away: while a try costs nothing, it is made every second. */
static void test_free_tries_do_not_slow_down(void **state)
{
	int64_t longest_ms = 0, wait_ms, seen_ms = 0;
	struct uplink_state now;
	int tries = 0;

	(void)state;
	conf.retry_first_ms = 1000;
	conf.retry_most_ms = 3600000;
	fix_utc();
	add_rows(10);
	plan("down");
	begin_uplink(&shifted);
	while (tries < 12) {
		EVENTUALLY((now = state_now(), now.next_ms > seen_ms));
		seen_ms = now.next_ms;
		wait_ms = seen_ms - clock_boot_ms(&shifted);
		longest_ms = wait_ms > longest_ms ? wait_ms : longest_ms;
		atomic_fetch_add(&shifted_ms, wait_ms > 0 ? wait_ms : 0);
		tries++;
	}
	assert_in_range(longest_ms, 1, 1000);
	plan("up");
	EVENTUALLY(unsent_rows() == 0);
}

/* Many vans share a busy store: whoever gets through at last brings more than a line. */
static void test_a_busy_store_is_not_asked_line_by_line(void **state)
{
	enum { TURNS = 25 };
	uint64_t taken;
	unsigned i;

	(void)state;
	conf.batch_lines = 100;
	fix_utc();
	add_rows(1000);
	plan("always 503");
	for (i = 0; i < TURNS; i++) {
		plan("429 retry-after 0 x2");
		plan("204");
	}
	begin_uplink(&clock_system);
	EVENTUALLY(counts_now().requests > 3 * TURNS);
	/* A quarter of a request each time; the first was the ledger's one record. */
	taken = counts_now().accepted;
	assert_int_equal(taken, 1 + (TURNS - 1) * 25);
	/* Busy for long it costs little: down to one line, another each time. */
	EVENTUALLY(counts_now().requests > 3 * TURNS + 16);
	plan("204");
	EVENTUALLY(counts_now().accepted == taken + 1);
	plan("clear");
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(1000);
}

static void test_stop_in_a_request(void **state)
{
	int64_t begun_ms;

	(void)state;
	fix_utc();
	add_rows(100);
	plan("always no-reply");
	begin_uplink(&clock_system);
	EVENTUALLY(counts_now().requests == 1);
	begun_ms = clock_boot_ms(&clock_system);
	uplink_stop(uplink);
	assert_true(clock_boot_ms(&clock_system) - begun_ms < 2000);
	assert_true(uplink_heartbeat_ms(uplink) > 0);
	assert_int_equal(unsent_rows(), 100);
	/* What was not confirmed goes again, and is the same. */
	uplink_free(uplink);
	plan("always 204");
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(100);
}

static void test_bad_conf(void **state)
{
	struct uplink *none;

	(void)state;
	conf.batch_lines = 0;
	assert_int_equal(uplink_new(&none, &conf, "van", spool, &clock_system, 1), ERR_RANGE);
	conf.batch_lines = 10;
	strcpy(conf.url, "store:8086");
	assert_int_equal(uplink_new(&none, &conf, "van", spool, &clock_system, 1), ERR_CONF);
	assert_null(none);
}

#define WITH_LAB(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAB(test_all_arrives_once),
		WITH_LAB(test_newest_first_and_ledger_before),
		WITH_LAB(test_a_meters_file_arrives_whole),
		WITH_LAB(test_live_readings_are_gathered),
		WITH_LAB(test_without_time_nothing_goes),
		WITH_LAB(test_a_reading_goes_when_its_spike_is_known),
		WITH_LAB(test_every_fault_in_turn),
		WITH_LAB(test_resets_amid_a_backlog),
		WITH_LAB(test_one_poison_line_v1),
		WITH_LAB(test_one_poison_line_v2),
		WITH_LAB(test_proxy_400_refuses_nothing),
		WITH_LAB(test_413_halves_and_remembers),
		WITH_LAB(test_retry_after_on_the_injected_clock),
		WITH_LAB(test_new_token_ends_the_hold),
		WITH_LAB(test_backlog_after_an_outage),
		WITH_LAB(test_free_tries_do_not_slow_down),
		WITH_LAB(test_a_busy_store_is_not_asked_line_by_line),
		WITH_LAB(test_stop_in_a_request),
		WITH_LAB(test_bad_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
