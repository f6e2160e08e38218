/* What goes next: ledger first, live readings when they have gathered, backlog behind, newest first. */
#include "uplink/lane.h"

#include "fixture.h"

static unsigned store;
static struct lane lane;
static enum stream stream;
static struct range block;

static int begin(void **state)
{
	struct range ledger;

	if (fixture_begin(state))
		return -1;
	fix_utc();
	if (spool_add_store(spool, "store", &store))
		return -1;
	lane = lane_make(spool, store, 1000);
	/* Each start of the spool and each fixed time is a ledger record: out of the way. */
	while (lane_next(&lane, 0, 100, &stream, &ledger) && stream == STREAM_LEDGER)
		spool_mark_sent(spool, store, STREAM_LEDGER, ledger);
	lane = lane_make(spool, store, 1000);
	return 0;
}

static void expect_next(int64_t now_ms, uint64_t most, uint64_t first, uint64_t last)
{
	assert_true(lane_next(&lane, now_ms, most, &stream, &block));
	assert_int_equal(stream, STREAM_READINGS);
	assert_int_equal(block.first, first);
	assert_int_equal(block.last, last);
}

static void take_next(int64_t now_ms, uint64_t most, uint64_t first, uint64_t last)
{
	expect_next(now_ms, most, first, last);
	spool_mark_sent(spool, store, stream, block);
}

static void test_backlog_newest_first(void **state)
{
	(void)state;
	assert_false(lane_next(&lane, 5, 10, &stream, &block));
	lane = lane_make(spool, store, 1000);
	add_rows(24);
	take_next(0, 10, 15, 24);
	take_next(0, 10, 5, 14);
	take_next(0, 10, 1, 4);
	assert_false(lane_next(&lane, 0, 10, &stream, &block));
}

static void test_live_waits_its_interval_and_backlog_goes_on(void **state)
{
	(void)state;
	add_rows(36);
	take_next(0, 10, 27, 36);
	add_rows(4);
	take_next(100, 10, 17, 26); /* 37..40 gather from now on */
	assert_int_equal(lane.live_due_ms, 1100);
	add_rows(2);
	take_next(1099, 10, 7, 16);
	take_next(1100, 10, 37, 42);
	take_next(1100, 10, 1, 6);
	add_rows(2);
	assert_false(lane_next(&lane, 1100, 10, &stream, &block));
	assert_false(lane_next(&lane, 2099, 10, &stream, &block));
	take_next(2100, 10, 43, 44);
}

static void test_a_full_batch_of_live_goes_at_once(void **state)
{
	(void)state;
	add_rows(2);
	take_next(0, 10, 1, 2);
	add_rows(10);
	take_next(0, 10, 3, 12);
}

static void test_ledger_goes_before(void **state)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR, .a = 1, .b = 2};

	(void)state;
	add_rows(10);
	assert_int_equal(spool_note(spool, &record), 0);
	assert_true(lane_next(&lane, 0, 10, &stream, &block));
	assert_int_equal(stream, STREAM_LEDGER);
	spool_mark_sent(spool, store, stream, block);
	take_next(0, 10, 1, 10);
}

static void test_set_aside(void **state)
{
	(void)state;
	add_rows(30);
	lane_set_aside(&lane, STREAM_READINGS, (struct range){11, 20}, 5000);
	take_next(0, 6, 25, 30);
	take_next(0, 6, 21, 24);
	take_next(0, 6, 5, 10);
	lane_set_aside(&lane, STREAM_READINGS, (struct range){1, 4}, 6000);
	assert_false(lane_next(&lane, 5999, 6, &stream, &block));
	take_next(6000, 6, 15, 20);
}

static void test_probes_walk_to_older_lines(void **state)
{
	uint64_t want;

	(void)state;
	add_rows(4);
	for (want = 4; want >= 1; want--) {
		assert_true(lane_next_probe(&lane, 0, &stream, &block));
		assert_int_equal(stream, STREAM_READINGS);
		assert_int_equal(block.first, want);
		assert_int_equal(block.last, want);
	}
	assert_true(lane_next_probe(&lane, 0, &stream, &block));
	assert_int_equal(block.first, 4);
}

#define WITH_SPOOL(test) cmocka_unit_test_setup_teardown(test, begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SPOOL(test_backlog_newest_first),
		WITH_SPOOL(test_live_waits_its_interval_and_backlog_goes_on),
		WITH_SPOOL(test_a_full_batch_of_live_goes_at_once),
		WITH_SPOOL(test_ledger_goes_before),
		WITH_SPOOL(test_set_aside),
		WITH_SPOOL(test_probes_walk_to_older_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
