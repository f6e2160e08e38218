/* Boot time to UTC: fixed once, never moved, before any row it is for. */
#include <sys/wait.h>

#include "lab.h"

static struct spool_conf conf_of(const char *dir)
{
	return lab_conf(dir, 1000);
}

static int64_t utc_of(struct spool *spool, enum stream stream, uint64_t number)
{
	struct lab_rows rows = lab_read(spool, stream, number, number, number);

	assert_int_equal(rows.n, 1);
	return rows.clock == TIME_NONE ? -1 : rows.utc_ms;
}

/* lab_add() makes the reading k at boot time 1000 + k. */
static void the_first_time_covers_the_boot_and_later_ones_only_what_follows(void **state)
{
	struct spool_conf conf = conf_of("t1");
	struct spool *spool = lab_open(&conf);

	(void)state;
	lab_now_ms = 1000;
	assert_int_equal(lab_add(spool, 1, 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 1), -1);
	assert_int_equal(spool_fix_utc(spool, 50000, TIME_NONE, 1), ERR_RANGE);
	assert_int_equal(spool_fix_utc(spool, 50000, TIME_RTC, 900), 0);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 1), 51000);
	assert_int_equal(utc_of(spool, STREAM_LEDGER, 1), 51000);
	/* The line has stamped a reading that is still in RAM, ahead of the clock we read. */
	assert_int_equal(lab_add(spool, 2, 1), 0);
	assert_int_equal(spool_fix_utc(spool, 70000, TIME_GPS, 10), 0);
	assert_int_equal(spool_utc(spool).source, TIME_GPS);
	assert_int_equal(spool_utc(spool).offset_ms, 70001); /* the second offset's own digit */
	assert_int_equal(spool_utc(spool).from_boot_ms, 1003);
	assert_int_equal(lab_add(spool, 3, 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 1), 51000);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 2), 51000);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 3), 71001);
	assert_int_equal(spool_close(spool), 0);
	/* A restart of the daemon within the boot changes nothing, and does not begin again. */
	lab_now_ms = 500;
	spool = lab_open(&conf);
	assert_int_equal(spool_utc(spool).offset_ms, 70001);
	assert_int_equal(spool_fix_utc(spool, 90000, TIME_GPS, 10), 0);
	assert_true(spool_utc(spool).from_boot_ms > 1003);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 1), 51000);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 3), 71001);
	assert_int_equal(spool_close(spool), 0);
}

static void a_boot_without_a_time_waits_for_its_anchor(void **state)
{
	struct spool_conf conf = conf_of("t2");
	struct ledger_record anchors[] = {
		{.kind = LEDGER_ANCHOR, .boot_ms = 2000, .a = 102000, .b = TIME_RTC, .c = 10},
		{.kind = LEDGER_ANCHOR, .boot_ms = 2000, .a = 202000, .b = TIME_NTP, .c = 500},
		{.kind = LEDGER_ANCHOR, .boot_ms = 2000, .a = 302000, .b = TIME_NTP, .c = 50},
		{.kind = LEDGER_ANCHOR, .boot_ms = 2000, .a = 402000, .b = TIME_NONE, .c = 1},
	};
	struct spool *spool;
	struct range block;
	unsigned store;
	size_t i;

	(void)state;
	lab_now_ms = 1000;
	spool = lab_open(&conf); /* boot one: no time, but anchors */
	for (i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++)
		assert_int_equal(spool_note(spool, &anchors[i]), 0);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_close(spool), 0);

	spool_tuning.boot_id = boot_two;
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(lab_add(spool, 11, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_false(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 100, &block));
	assert_false(spool_unsent(spool, store, STREAM_LEDGER, UINT64_MAX, 100, &block));
	assert_int_equal(spool_fix_utc(spool, 900000, TIME_GPS, 1), 0);
	assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 100, &block));
	assert_int_equal(block.first, 11);
	assert_int_equal(block.last, 20);
	assert_true(spool_unsent(spool, store, STREAM_LEDGER, UINT64_MAX, 100, &block));
	assert_int_equal(block.first, 6);
	assert_false(spool_unsent(spool, store, STREAM_READINGS, 11, 100, &block));
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 20);
	assert_int_equal(spool_fix_earlier_boots(spool), 0);
	assert_true(spool_unsent(spool, store, STREAM_READINGS, 11, 100, &block));
	assert_int_equal(block.first, 1);
	assert_int_equal(block.last, 10);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 1), 301001);
	assert_int_equal(spool_close(spool), 0);

	spool_tuning.boot_id = boot_one;
}

static void a_boot_without_any_anchor_is_kept_back(void **state)
{
	struct spool_conf conf = conf_of("t3");
	struct spool *spool = lab_open(&conf);
	struct range block;
	unsigned store;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_two;
	spool = lab_open(&conf);
	assert_int_equal(spool_fix_utc(spool, 900000, TIME_GPS, 1), 0);
	assert_int_equal(spool_fix_earlier_boots(spool), 0);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_false(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 100, &block));
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 10);
	assert_int_equal(utc_of(spool, STREAM_READINGS, 1), -1);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

/* A reader that stays open sees each row with the offset that was in force before the row was saved. */
static void an_open_reader_follows_the_time(void **state)
{
	struct spool_conf conf = conf_of("t4");
	struct spool *spool = lab_open(&conf);
	struct spool_reader *reader;
	uint64_t k;

	(void)state;
	lab_now_ms = 1;
	assert_int_equal(spool_fix_utc(spool, 0, TIME_RTC, 1), 0);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	for (k = 1; k <= 20; k++) {
		struct lab_rows rows = {.in_order = true, .values_right = true, .next_k = k};

		assert_int_equal(lab_add(spool, k, 1), 0);
		assert_int_equal(spool_flush(spool), 0);
		assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){k, k}, lab_take,
					 &rows, NULL),
			0);
		/* within the ten ms of its slot and the five of its offset */
		assert_in_range(rows.utc_ms, 1000 + k + (k - 1) * 100000 - 15,
			1000 + k + (k - 1) * 100000 + 15);
		assert_int_equal(rows.utc_ms % 10, (k - 1) % 10);
		assert_int_equal(spool_fix_utc(spool, (int64_t)k * 100000, TIME_GPS, 1), 0);
	}
	spool_reader_close(reader);
	assert_int_equal(spool_close(spool), 0);
}

/* The clock is set back again and again: rows of one series never get one time twice, whatever the steps. */
static void a_clock_set_back_gives_no_time_twice(void **state)
{
	enum { OFFSETS = 10, ROWS = 50 };
	static int64_t given[OFFSETS * ROWS];
	struct spool_conf conf = conf_of("t5");
	struct spool *spool = lab_open(&conf);
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	uint64_t n = 0, i;
	unsigned offset, row;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48((long)seed);
	for (offset = 0; offset < OFFSETS; offset++) {
		lab_now_ms = (int64_t)(1000 + n * SERIES_APART_MS);
		assert_int_equal(
			spool_fix_utc(spool, 1700000000000 - lrand48() % 3000, TIME_NTP, 5), 0);
		for (row = 0; row < ROWS; row++, n++)
			assert_int_equal(lab_add(spool, (n + 1) * SERIES_APART_MS, 1), 0);
		assert_int_equal(spool_flush(spool), 0);
	}
	for (n = 0; n < OFFSETS * ROWS; n++) {
		given[n] = utc_of(spool, STREAM_READINGS, n + 1);
		for (i = 0; i < n; i++)
			assert_int_not_equal(given[i], given[n]);
	}
	assert_int_equal(spool_close(spool), 0);
}

/* A clock that nobody confirms drifts from the boot's start on, and its rows say so. */
static void the_error_of_an_unconfirmed_time_grows(void **state)
{
	struct spool_conf conf = conf_of("t11");
	struct spool *spool = lab_open(&conf);

	(void)state;
	assert_int_equal(spool_fix_utc(spool, 1000000, TIME_ENTERED, 60000), 0);
	assert_int_equal(lab_add(spool, 1, 1), 0);
	assert_int_equal(lab_add(spool, 10 * INT64_C(86400000), 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, 1, 1).clock_error_ms, 60000);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 2, 2, 2).clock_error_ms, 147000);
	lab_now_ms = 10 * INT64_C(86400000) + 5000;
	assert_int_equal(spool_fix_utc(spool, 1000000, TIME_NTP, 12), 0);
	assert_int_equal(lab_add(spool, 20 * INT64_C(86400000), 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 3, 3, 3).clock_error_ms, 12);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
}

/* --- boots that never learnt their time --------------------------------------------------------------- */

static const char boot_three[] = "33333333-3333-4333-8333-333333333333";
static const char boot_four[] = "44444444-4444-4444-8444-444444444444";
static const struct spool_bounding bounding = {
	.floor_ms = 1000000, .away_ms = 2000000000, .wait_ms = 86400000};

static struct spool *boot_again(const struct spool_conf *conf, const char *id, int64_t now_ms)
{
	spool_tuning.boot_id = id;
	lab_now_ms = now_ms;
	return lab_open(conf);
}

static struct lab_rows row_of(struct spool *spool, uint64_t number)
{
	struct lab_rows rows = lab_read(spool, STREAM_READINGS, number, number, number);

	assert_int_equal(rows.n, 1);
	return rows;
}

/* Between an NTP boot that ended at 1500 s and a GPS boot that began at 5000 s: in the middle, for ever. */
static void a_boot_is_bounded_by_its_neighbours_once(void **state)
{
	struct spool_conf conf = conf_of("t6");
	struct spool *spool = boot_again(&conf, boot_one, 1000);
	unsigned n = 9;
	uint64_t k;

	(void)state;
	assert_int_equal(spool_fix_utc(spool, 1400000, TIME_NTP, 100), 0);
	assert_int_equal(lab_add(spool, 99000, 1), 0); /* made at 100 s of boot time: 1500 s */
	assert_int_equal(spool_close(spool), 0);
	spool = boot_again(&conf, boot_two, 1000);
	for (k = 2; k <= 11; k++)
		assert_int_equal(lab_add(spool, 499000 + 10 * k, 1), 0); /* up to 500.11 s */
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_untimed(spool, STREAM_READINGS), 10);
	assert_int_equal(spool_close(spool), 0);

	spool = boot_again(&conf, boot_three, 1000);
	/* nothing bounds it from above yet */
	assert_int_equal(spool_bound_earlier_boots(spool, &bounding, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(row_of(spool, 2).clock, TIME_NONE);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1000), 0);
	assert_int_equal(spool_untimed(spool, STREAM_READINGS), 10);
	assert_int_equal(spool_bound_earlier_boots(spool, &bounding, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(spool_untimed(spool, STREAM_READINGS), 0);
	/* it began from 1500 s to 5000 - 500.11 s: 2999.945 s, and the sum with 499.02 + 1 s */
	assert_in_range(row_of(spool, 2).utc_ms, 3499965 - 15, 3499965 + 15);
	assert_int_equal(row_of(spool, 2).clock, TIME_RESTORED);
	/* 1499.945 s to either side, a second of GPS, drift, and up to whole seconds */
	assert_int_equal(row_of(spool, 2).clock_error_ms, 1502000);
	assert_int_equal(row_of(spool, 1).clock_error_ms, 100);
	/* A better time of this boot comes too late for it. */
	lab_now_ms = 9000;
	assert_int_equal(spool_fix_utc(spool, 5500000, TIME_GPS, 10), 0);
	assert_int_equal(spool_bound_earlier_boots(spool, &bounding, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(spool_fix_earlier_boots(spool), 0);
	assert_in_range(row_of(spool, 2).utc_ms, 3499965 - 15, 3499965 + 15);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

/* Its own unconfirmed clock lay between: that, and no anchor of that kind is used before. */
static void an_unconfirmed_anchor_waits_for_its_bounds(void **state)
{
	const struct ledger_record anchor = {.kind = LEDGER_ANCHOR,
		.boot_ms = 2000,
		.a = 2002000,
		.b = TIME_RESTORED,
		.c = 86400000};
	struct spool_conf conf = conf_of("t7");
	struct spool *spool = boot_again(&conf, boot_one, 1000);
	unsigned n = 9;

	(void)state;
	assert_int_equal(spool_fix_utc(spool, 1400000, TIME_NTP, 100), 0);
	assert_int_equal(spool_close(spool), 0);
	spool = boot_again(&conf, boot_two, 1000);
	assert_int_equal(spool_note(spool, &anchor), 0);
	assert_int_equal(lab_add(spool, 1, 1), 0);
	assert_int_equal(spool_close(spool), 0);
	spool = boot_again(&conf, boot_three, 1000);
	assert_int_equal(spool_fix_earlier_boots(spool), 0);
	assert_int_equal(row_of(spool, 1).clock, TIME_NONE);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_ENTERED, 1000), 0);
	assert_int_equal(spool_bound_earlier_boots(spool, &bounding, &n), 0);
	assert_int_equal(n, 1);
	assert_in_range(row_of(spool, 1).utc_ms, 2001001 - 15, 2001001 + 15);
	assert_in_range(row_of(spool, 1).clock_error_ms, 2998000, 3001000);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

/* The process ends between the ledger's row and everything else: what was fixed stays fixed. */
static void a_kill_while_bounding_changes_nothing_that_could_be_sent(void **state)
{
	struct spool_conf conf = conf_of("t8");
	struct spool *spool = boot_again(&conf, boot_one, 1000);
	int64_t utc_ms;
	unsigned n = 9;
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 1), 0);
	assert_int_equal(spool_close(spool), 0);
	child = fork();
	if (child == 0) {
		spool = boot_again(&conf, boot_two, 1000);
		if (spool_fix_utc(spool, 5000000, TIME_NTP, 10) ||
			spool_bound_earlier_boots(spool, &bounding, &n))
			_exit(1);
		_exit(n == 1 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	spool = boot_again(&conf, boot_two, 2000);
	utc_ms = row_of(spool, 1).utc_ms;
	assert_int_equal(row_of(spool, 1).clock, TIME_RESTORED);
	assert_int_equal(spool_fix_utc(spool, 9000000, TIME_NTP, 10), 0);
	assert_int_equal(spool_bound_earlier_boots(spool, &bounding, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(row_of(spool, 1).utc_ms, utc_ms);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

static void the_past_tells_when_this_boot_can_have_begun(void **state)
{
	struct ledger_record doubt = {.kind = LEDGER_ANCHOR, .boot_ms = 2000, .a = 9000, .c = -700};
	struct spool_conf conf = conf_of("t9");
	struct spool *spool = boot_again(&conf, boot_one, 1000);
	struct spool_past past;

	(void)state;
	assert_int_equal(spool_past(spool, &past), 0);
	assert_false(past.known || past.chip_doubted);
	assert_int_equal(past.latest_ms, 0);
	assert_int_equal(spool_fix_utc(spool, 7000000, TIME_GPS, 1000), 0);
	assert_int_equal(lab_add(spool, 99000, 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	/* our own boot is not the past */
	assert_int_equal(spool_past(spool, &past), 0);
	assert_false(past.known);
	assert_int_equal(spool_close(spool), 0);
	spool = boot_again(&conf, boot_two, 1000); /* 50 s that nobody confirms */
	assert_int_equal(lab_add(spool, 49000, 1), 0);
	assert_int_equal(spool_note(spool, &doubt), 0);
	assert_int_equal(spool_close(spool), 0);
	spool = boot_again(&conf, boot_three, 1000);
	assert_int_equal(spool_past(spool, &past), 0);
	assert_true(past.known && past.chip_doubted);
	assert_int_equal(past.utc_ms, 7100000 + 50000);
	assert_int_equal(past.latest_ms, past.utc_ms);
	assert_int_equal(past.uncertainty_ms, 1000 + 15);
	assert_int_equal(spool_fix_utc(spool, 9000000, TIME_ENTERED, 60000), 0);
	doubt.c = 0; /* and right again */
	assert_int_equal(spool_note(spool, &doubt), 0);
	assert_int_equal(spool_close(spool), 0);
	spool = boot_again(&conf, boot_four, 1000);
	assert_int_equal(spool_past(spool, &past), 0);
	assert_true(past.known);
	assert_false(past.chip_doubted);
	assert_in_range(past.utc_ms, 7150000, 7155000);
	assert_in_range(past.latest_ms, 9001000, 9003000);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
}

/* The last place for an offset is kept for one that says that it is unsure. */
static void a_clock_set_too_often_ends_flagged(void **state)
{
	struct spool_conf conf = conf_of("t10");
	struct spool *spool;
	int64_t i;

	(void)state;
	spool_tuning.epochs = 5;
	spool = boot_again(&conf, boot_one, 1000);
	for (i = 0; i < 4; i++, lab_now_ms += 10)
		assert_int_equal(spool_fix_utc(spool, 50000 + 1000 * i, TIME_NTP, 5), 0);
	assert_int_equal(spool_fix_utc(spool, 60000, TIME_NTP, 5), ERR_FULL);
	assert_int_equal(spool_utc(spool).source, TIME_NTP);
	assert_int_equal(spool_fix_utc(spool, 60000, TIME_RESTORED, 86400000), 0);
	assert_int_equal(spool_utc(spool).source, TIME_RESTORED);
	assert_int_equal(spool_fix_utc(spool, 60000, TIME_RESTORED, 86400000), ERR_FULL);
	assert_int_equal(lab_add(spool, 500, 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(row_of(spool, 1).clock, TIME_RESTORED);
	assert_int_equal(row_of(spool, 1).clock_error_ms, 86400000);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.epochs = MOST_EPOCHS;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_time_covers_the_boot_and_later_ones_only_what_follows),
		cmocka_unit_test(a_boot_without_a_time_waits_for_its_anchor),
		cmocka_unit_test(a_boot_without_any_anchor_is_kept_back),
		cmocka_unit_test(an_open_reader_follows_the_time),
		cmocka_unit_test(a_clock_set_back_gives_no_time_twice),
		cmocka_unit_test(the_error_of_an_unconfirmed_time_grows),
		cmocka_unit_test(a_boot_is_bounded_by_its_neighbours_once),
		cmocka_unit_test(an_unconfirmed_anchor_waits_for_its_bounds),
		cmocka_unit_test(a_kill_while_bounding_changes_nothing_that_could_be_sent),
		cmocka_unit_test(the_past_tells_when_this_boot_can_have_begun),
		cmocka_unit_test(a_clock_set_too_often_ends_flagged),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
