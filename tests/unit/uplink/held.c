/* What waits though the store can be reached: older than it keeps, or of a stream that it refuses as a whole. */
#include "fixture.h"

/* Rows 1..old are older than the store keeps, `young` are not. */
static void plan_retention(uint64_t old, uint64_t young)
{
	char line[64];
	int64_t edge_ms;

	fix_utc();
	add_rows(old);
	rows_boot_ms += 2 * SERIES_APART_MS; /* no slot of UTC has rows of both kinds */
	edge_ms = (utc_offset_ms + rows_boot_ms) / SERIES_APART_MS * SERIES_APART_MS;
	snprintf(line, sizeof(line), "retention %lld", (long long)edge_ms);
	plan(line);
	add_rows(young);
}

static void test_retention_holds_the_old_and_lets_the_new_pass(void **state)
{
	struct uplink_held held;
	uint64_t requests;

	(void)state;
	conf.batch_lines = 500;
	plan_retention(5000, 1000);
	begin_uplink(&shifted);
	EVENTUALLY(state_now().held.old[STREAM_READINGS] == 5000);
	assert_int_equal(unsent_rows(), 5000);
	assert_int_equal(refused_rows(), 0);
	held = state_now().held;
	assert_non_null(strstr(held.words, "beyond retention policy"));
	/* The ledger's start and time are as old. */
	assert_true(held.oldest_ms < held.youngest_ms);
	assert_true(held.youngest_ms < utc_offset_ms + rows_boot_ms);
	/* The store said so of one block; of the other nine no byte went out. */
	requests = counts_now().requests;
	assert_in_range(requests, 3, 9);
	add_rows(100);
	EVENTUALLY(unsent_rows() == 5000);
	EVENTUALLY(state_now().condition == UPLINK_IDLE); /* the store is well */
	/* Once in ten minutes one line is tried, beside one that is known to be good. */
	requests = counts_now().requests;
	atomic_fetch_add(&shifted_ms, 10 * 60 * 1000);
	EVENTUALLY(counts_now().requests == requests + 2);
	EVENTUALLY(state_now().held.next_ms > clock_boot_ms(&shifted));
	assert_int_equal(state_now().held.old[STREAM_READINGS], 5000);
	assert_int_equal(unsent_rows(), 5000);
	/* The retention is lengthened, and a person says so. */
	plan("retention 0");
	uplink_wake(uplink);
	EVENTUALLY(unsent_rows() == 0);
	EVENTUALLY(state_now().held.old[STREAM_READINGS] == 0);
	expect_all_once(6100);
}

/* A clock that somebody set a year back made rows in between that are too old: those before them are not. */
static void test_numbers_below_the_old_are_not_old(void **state)
{
	(void)state;
	rows_boot_ms += 1000000;
	plan_retention(0, 1000);
	rows_boot_ms -= 1000000 - 10;
	add_rows(500);
	rows_boot_ms += 2000000;
	add_rows(1000);
	begin_uplink(&shifted);
	EVENTUALLY(unsent_rows() == 500);
	EVENTUALLY(state_now().held.old[STREAM_READINGS] == 500);
	plan("retention 0");
	atomic_fetch_add(&shifted_ms, 10 * 60 * 1000);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(2500);
}

static uint64_t unsent_records(void)
{
	unsigned store;

	assert_int_equal(spool_add_store(spool, "store", &store), 0);
	return spool_waiting(spool, store, STREAM_LEDGER);
}

/* All of the ledger is refused, for a field of another type: readings do not wait for it, and none of it is lost. */
static void test_a_stream_that_is_refused_as_a_whole_holds_up_no_other(void **state)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR, .a = 1, .b = 2};
	struct delivery_counts counts;
	uint64_t requests, i;
	unsigned store;

	(void)state;
	conf.retry_most_ms = 60000;
	fix_utc();
	plan("poison event,");
	add_rows(1000);
	for (i = 0; i < 20; i++, record.a++)
		assert_int_equal(spool_note(spool, &record), 0);
	begin_uplink(&shifted);
	/* Until a reading was taken nobody can know that it is the lines. */
	EVENTUALLY((state_now().held.shut[STREAM_LEDGER]) ||
		   (atomic_fetch_add(&shifted_ms, 1000), false));
	EVENTUALLY(unsent_rows() == 0);
	assert_non_null(strstr(state_now().held.shut_words, "unable to parse"));
	add_rows(1000);
	EVENTUALLY((unsent_rows() == 0) || (atomic_fetch_add(&shifted_ms, 10), false));
	/* Each minute one line of it, and no more. */
	EVENTUALLY(state_now().condition == UPLINK_IDLE);
	requests = counts_now().requests;
	atomic_fetch_add(&shifted_ms, 61 * 1000);
	EVENTUALLY(counts_now().requests == requests + 1);
	assert_int_equal(spool_add_store(spool, "store", &store), 0);
	spool_count_store(spool, store, STREAM_LEDGER, &counts);
	assert_int_equal(counts.n[DELIVERY_REFUSED], 0);
	assert_int_equal(unsent_records(), 21);
	plan("clear");
	uplink_wake(uplink);
	EVENTUALLY(unsent_records() == 0);
	EVENTUALLY(!state_now().held.shut[STREAM_LEDGER]);
	expect_all_once(2000);
}

#define WITH_LAB(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAB(test_retention_holds_the_old_and_lets_the_new_pass),
		WITH_LAB(test_numbers_below_the_old_are_not_old),
		WITH_LAB(test_a_stream_that_is_refused_as_a_whole_holds_up_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
