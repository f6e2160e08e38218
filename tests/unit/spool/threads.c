/* Lines, an uplink and somebody who looks, all at once. */
#include "lab.h"

enum { LINES = 3, EXCHANGES = 400, SEGMENT = 1000, TOTAL = LINES * EXCHANGES * 3 };

static struct spool *spool;
static unsigned store;

static void *add(void *arg)
{
	uint64_t line = *(const uint64_t *)arg, i;

	for (i = 0; i < EXCHANGES; i++)
		if (lab_add(spool, line * 100000 + i * 3, 3))
			return "a reading was refused";
	return NULL;
}

static int count_rows(void *ctx, const struct spool_row *row)
{
	if (row->clock == TIME_NONE)
		return 99;
	++*(uint64_t *)ctx;
	return 0;
}

/* As an uplink does: newest first, marks, waits. */
static void *send_all(void *arg)
{
	struct delivery_counts counts = {{0}};
	struct spool_reader *reader;
	uint64_t rows = 0, damaged;
	struct range block;

	(void)arg;
	if (spool_reader_open(&reader, spool))
		return "no reader";
	while (rows < TOTAL) {
		if (!spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 100, &block)) {
			spool_count_store(spool, store, STREAM_READINGS, &counts);
			spool_wait(spool, STREAM_READINGS, counts.n[DELIVERY_SENT], 50);
			continue;
		}
		if (spool_read(reader, STREAM_READINGS, block, count_rows, &rows, &damaged) ||
			damaged)
			return "a row could not be read";
		spool_mark_sent(spool, store, STREAM_READINGS, block);
	}
	spool_reader_close(reader);
	return rows == TOTAL ? NULL : "a row was sent twice";
}

static void *look(void *arg)
{
	struct ledger_record note = {.kind = LEDGER_ANCHOR, .b = TIME_NTP};
	struct spool_counts counts;
	uint64_t before = 0;
	int i;

	(void)arg;
	for (i = 0; i < 200; i++) {
		spool_count(spool, &counts);
		if (counts.saved < before || counts.saved > counts.made)
			return "counts fell back";
		before = counts.saved;
		note.a = i;
		if (i % 20 == 0 && spool_note(spool, &note))
			return "a note was not taken";
		if (i % 50 == 0 && spool_fix_utc(spool, i, TIME_NTP, 1))
			return "a time was not taken";
		spool_wake(spool);
	}
	return NULL;
}

static void everybody_at_once(void **state)
{
	struct spool_conf conf = lab_conf("threads", SEGMENT);
	pthread_t line[LINES], sender, looker;
	uint64_t number[LINES];
	struct delivery_counts sent;
	struct spool_counts counts;
	void *words;
	int i;

	(void)state;
	spool = lab_open(&conf);
	assert_int_equal(spool_fix_utc(spool, 1, TIME_RTC, 1), 0);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	for (i = 0; i < LINES; i++) {
		number[i] = (uint64_t)i + 1;
		assert_int_equal(pthread_create(&line[i], NULL, add, &number[i]), 0);
	}
	assert_int_equal(pthread_create(&sender, NULL, send_all, NULL), 0);
	assert_int_equal(pthread_create(&looker, NULL, look, NULL), 0);
	for (i = 0; i < LINES; i++) {
		assert_int_equal(pthread_join(line[i], &words), 0);
		assert_null(words);
	}
	assert_int_equal(pthread_join(looker, &words), 0);
	assert_null(words);
	assert_int_equal(pthread_join(sender, &words), 0);
	assert_null(words);
	spool_count(spool, &counts);
	assert_int_equal(counts.made, TOTAL);
	assert_int_equal(counts.saved, TOTAL);
	assert_int_equal(counts.last[STREAM_READINGS], TOTAL);
	spool_count_store(spool, store, STREAM_READINGS, &sent);
	assert_int_equal(sent.n[DELIVERY_SENT], TOTAL);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 0);
	assert_int_equal(spool_close(spool), 0);

	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 0);
	assert_int_equal(spool_close(spool), 0);
}

static void *wake_later(void *arg)
{
	struct timespec a_while = {.tv_nsec = 20000000};

	(void)arg;
	nanosleep(&a_while,
		NULL); /* so that the other is likely to wait already; either way it returns */
	spool_wake(spool);
	return NULL;
}

static void waiting_ends_with_news_time_or_a_wake(void **state)
{
	struct spool_conf conf = lab_conf("wait", SEGMENT);
	pthread_t waker;
	int64_t before;

	(void)state;
	spool = lab_open(&conf);
	before = spool_mono_ms();
	spool_wait(spool, STREAM_READINGS, 0, 30);
	assert_true(spool_mono_ms() - before >= 30);
	assert_int_equal(lab_add(spool, 1, 1), 0);
	spool_wait(spool, STREAM_READINGS, 0, 60000); /* the first after silence goes at once */
	assert_true(spool_mono_ms() - before < 30000);
	assert_int_equal(pthread_create(&waker, NULL, wake_later, NULL), 0);
	spool_wait(spool, STREAM_READINGS, 1, 2000);
	assert_true(spool_mono_ms() - before < 30000);
	assert_int_equal(pthread_join(waker, NULL), 0);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_at_once),
		cmocka_unit_test(waiting_ends_with_news_time_or_a_wake),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
