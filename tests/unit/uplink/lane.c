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
	lane_free(&lane);
	lane = lane_make(spool, store, 1000);
	return 0;
}

static int end(void **state)
{
	lane_free(&lane);
	return fixture_end(state);
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
	lane_set_aside(&lane, STREAM_READINGS, (struct range){1, 2}, 6000);
	take_next(5999, 6, 3, 4); /* what lies between two is no worse for it */
	assert_false(lane_next(&lane, 5999, 6, &stream, &block));
	take_next(6000, 6, 15, 20);
}

/* 21..30 young; 1..20 as old as 20, which the store called too old. */
static void hold_twenty(int64_t until_ms)
{
	uint64_t number;

	lane_too_old(&lane, STREAM_READINGS, 20, 2000, until_ms);
	lane_too_old(&lane, STREAM_READINGS, 19, 1900, until_ms);
	for (number = 18; number; number--)
		lane_hold(&lane, STREAM_READINGS, number, (int64_t)number * 100);
}

static void test_what_is_too_old_is_held_until_one_is_taken(void **state)
{
	(void)state;
	add_rows(30);
	hold_twenty(5000);
	assert_int_equal(lane_held(&lane, STREAM_READINGS), 20);
	assert_int_equal(lane.old_ms, 2000);
	assert_int_equal(lane.oldest_ms, 100);
	take_next(0, 100, 21, 30);
	assert_false(lane_next(&lane, 4999, 6, &stream, &block));
	assert_false(lane_next_old(&lane, 4999, &stream, &block));
	/* The youngest of them, alone. */
	assert_true(lane_next_old(&lane, 5000, &stream, &block));
	assert_int_equal(stream, STREAM_READINGS);
	assert_int_equal(block.first, 20);
	assert_int_equal(block.last, 20);
	lane_too_old(&lane, STREAM_READINGS, 20, 2000, 9000);
	assert_false(lane_next_old(&lane, 8999, &stream, &block));
	/* Sooner when a person says so. */
	lane_try_now(&lane);
	assert_true(lane_next_old(&lane, 8999, &stream, &block));
	spool_mark_sent(spool, store, stream, block);
	lane_old_taken(&lane);
	assert_false(lane_next_old(&lane, 99999, &stream, &block));
	take_next(9000, 100, 1, 19);
}

static void test_the_line_that_is_tried_may_be_gone(void **state)
{
	(void)state;
	add_rows(30);
	hold_twenty(5000);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){20, 20});
	assert_false(lane_next_old(&lane, 5000, &stream, &block));
	take_next(5000, 100, 21, 30);
	take_next(5000, 100, 1, 19);
}

static void test_held_ones_lie_anywhere(void **state)
{
	(void)state;
	add_rows(30);
	lane_too_old(&lane, STREAM_READINGS, 25, 2000, 5000); /* of a clock that was set wrong */
	lane_hold(&lane, STREAM_READINGS, 24, 1999);
	lane_hold(&lane, STREAM_READINGS, 30, 1998);
	take_next(0, 100, 26, 29);
	take_next(0, 100, 1, 23);
	assert_false(lane_next(&lane, 0, 100, &stream, &block));
}

static void test_a_shut_stream_lets_the_other_pass(void **state)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR, .a = 1, .b = 2};
	uint64_t last;

	(void)state;
	add_rows(10);
	assert_int_equal(spool_note(spool, &record), 0);
	record.a++;
	assert_int_equal(spool_note(spool, &record), 0);
	lane_shut(&lane, STREAM_LEDGER, 5000);
	take_next(0, 100, 1, 10);
	assert_false(lane_next(&lane, 4999, 100, &stream, &block));
	assert_true(lane_next(&lane, 5000, 100, &stream, &block));
	assert_int_equal(stream, STREAM_LEDGER);
	assert_int_equal(block.first, block.last); /* one, to see */
	/* Another each time: a good one does not wait behind one that is refused for ever. */
	last = block.last;
	lane_tried(&lane, STREAM_LEDGER, last);
	assert_true(lane_next(&lane, 5000, 100, &stream, &block));
	assert_int_equal(block.last, last - 1);
	lane_tried(&lane, STREAM_LEDGER, 1);
	assert_true(lane_next(&lane, 5000, 100, &stream, &block));
	assert_int_equal(block.last, last);
	lane_open(&lane, STREAM_LEDGER);
	assert_true(lane_next(&lane, 5000, 100, &stream, &block));
	assert_int_equal(block.first, block.last - 1);
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

/* Without bytes for readings the ledger goes on; then what is new goes before what has waited. */
static void test_readings_wait_for_bytes(void **state)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR, .a = 1, .b = 2};

	(void)state;
	add_rows(30);
	lane.most_readings = 0;
	assert_false(lane_next(&lane, 0, 10, &stream, &block));
	add_rows(10);
	assert_int_equal(spool_note(spool, &record), 0);
	assert_true(lane_next(&lane, 0, 10, &stream, &block));
	assert_int_equal(stream, STREAM_LEDGER);
	spool_mark_sent(spool, store, stream, block);
	assert_false(lane_next(&lane, 100, 10, &stream, &block));
	lane.most_readings = 6;
	take_next(1200, 10, 35, 40);
	take_next(1200, 10, 29, 34);
	lane.most_readings = 20;
	take_next(1200, 10, 19, 28);
}

static void test_probes_without_bytes_are_of_the_ledger(void **state)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR, .a = 1, .b = 2};
	uint64_t first;

	(void)state;
	add_rows(4);
	lane.most_readings = 0;
	assert_false(lane_next_probe(&lane, 0, &stream, &block));
	assert_int_equal(spool_note(spool, &record), 0);
	assert_int_equal(spool_note(spool, &record), 0);
	assert_true(lane_next_probe(&lane, 0, &stream, &block));
	assert_int_equal(stream, STREAM_LEDGER);
	first = block.first;
	assert_true(lane_next_probe(&lane, 0, &stream, &block));
	assert_int_equal(block.first, first - 1);
	assert_true(lane_next_probe(&lane, 0, &stream, &block));
	assert_int_equal(block.first, first);
}

#define WITH_SPOOL(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SPOOL(test_backlog_newest_first),
		WITH_SPOOL(test_live_waits_its_interval_and_backlog_goes_on),
		WITH_SPOOL(test_a_full_batch_of_live_goes_at_once),
		WITH_SPOOL(test_ledger_goes_before),
		WITH_SPOOL(test_set_aside),
		WITH_SPOOL(test_readings_wait_for_bytes),
		WITH_SPOOL(test_probes_without_bytes_are_of_the_ledger),
		WITH_SPOOL(test_what_is_too_old_is_held_until_one_is_taken),
		WITH_SPOOL(test_the_line_that_is_tried_may_be_gone),
		WITH_SPOOL(test_held_ones_lie_anywhere),
		WITH_SPOOL(test_a_shut_stream_lets_the_other_pass),
		WITH_SPOOL(test_probes_walk_to_older_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
