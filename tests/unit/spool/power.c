/*
 * The power goes at any sync, on a card whose syncs also fail: nothing that was shown as saved is lost,
 * no number is given twice, and no file is damaged.
 */

#include "faulty.h"

enum { SEGMENT = 1000, PAGES = 4 };

static struct spool *living;
static double fail_often; /* syncs of a life */

/* Runs in the thread that commits, in the middle of a sync. */
static void power_goes(void)
{
	uint64_t seen[2] = {0, 0};

	if (living) {
		seen[0] = living->next[STREAM_READINGS] - 1;
		seen[1] = living->next[STREAM_LEDGER] - 1;
	}
	faulty_end(seen, sizeof(seen));
}

static void live(void)
{
	struct spool_conf conf = lab_conf("card", SEGMENT);
	struct ledger_record note = {.kind = LEDGER_ANCHOR, .a = 1, .b = TIME_NTP};
	struct text why;
	struct spool *spool;
	char words[300];
	unsigned store, i;
	uint64_t k = 1;

	log_open((enum log_level)0, false);
	faulty_install();
	faulty.cut = power_goes;
	faulty.cut_at = (unsigned long)(1 + lrand48() % 400);
	faulty.fail_often = fail_often;
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 1;
	why = text_over(words, sizeof(words));
	while (spool_open(&spool, &conf, &lab_clock, &why))
		text_clear(&why); /* a card that fails while it is opened for the first time */
	living = spool;
	if (spool_add_store(spool, "centre", &store))
		_exit(2);
	for (;;) {
		for (i = 0; i < 30; i++, k += 3)
			while (lab_add(spool, k, 3))
				;
		note.a++;
		if (spool_flush(spool) == 0 && k % 5 == 1 && spool_note(spool, &note) == 0)
			spool_mark_sent(spool, store, STREAM_READINGS, (struct range){k / 2, k});
		if (k > 20000)
			_exit(3);
	}
}

static int count_gap(void *ctx, const struct spool_row *row)
{
	if (row->kind == LEDGER_GAP)
		++*(unsigned *)ctx;
	return 0;
}

static void check_after(const uint64_t seen[2])
{
	struct spool_conf conf = lab_conf("after", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct spool_reader *reader;
	struct spool_counts counts;
	struct lab_rows rows;
	unsigned gaps = 0;
	char path[300];

	spool_count(spool, &counts);
	assert_true(counts.last[STREAM_READINGS] >= seen[0]);
	assert_true(counts.last[STREAM_LEDGER] >= seen[1]);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_int_equal(rows.n, counts.last[STREAM_READINGS]);
	assert_int_equal(rows.damaged, 0);
	assert_true(rows.in_order && rows.values_right);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, count_gap,
				 &gaps, &rows.damaged),
		0);
	assert_int_equal(gaps, 0);
	assert_int_equal(rows.damaged, 0);
	spool_reader_close(reader);
	assert_int_equal(lab_add(spool, rows.n + 1, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_int_equal(rows.n, counts.last[STREAM_READINGS] + 5);
	assert_true(rows.in_order && rows.values_right);
	assert_int_equal(spool_close(spool), 0);
	assert_false(lab_file("after", "", ".damaged-1", 0, path, sizeof(path)));
}

static void cut_rounds(unsigned seed)
{
	uint64_t seen[2], most = 0;
	int round;

	printf("SEED=%u\n", seed);
	for (round = 0; round < ROUNDS; round++, seed++) {
		faulty_life(seed, live, seen, sizeof(seen));
		if (seen[0] > most)
			most = seen[0];
		check_after(seen);
	}
	printf("up to %llu readings saved at the cut\n", (unsigned long long)most);
}

static unsigned seed_of_run(void)
{
	return getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
}

static void the_power_goes(void **state)
{
	(void)state;
	fail_often = 0;
	cut_rounds(seed_of_run());
}

static void the_power_goes_on_a_card_whose_syncs_fail(void **state)
{
	(void)state;
	fail_often = 0.05;
	cut_rounds(seed_of_run());
}

/* Flash wears by syncs: marks ride on the commits of readings. */
static void a_sent_mark_costs_no_sync_of_its_own(void **state)
{
	enum { SECONDS = 100 };
	struct spool_conf conf = lab_conf("wear", SEGMENT);
	struct spool *spool = lab_open(&conf);
	unsigned long before;
	uint64_t k = 1, last;
	unsigned store, i;

	(void)state;
	assert_int_equal(spool_close(spool), 0);
	conf.commit_ms = 60000; /* only spool_flush() commits */
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	before = faulty.syncs;
	for (i = 0; i < SECONDS; i++) {
		last = k - 1;
		for (; k <= last + 50; k += 5)
			assert_int_equal(lab_add(spool, k, 5), 0);
		if (last)
			spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, last});
		assert_int_equal(spool_flush(spool), 0);
	}
	/* The first after silence goes by itself; a few are for numbers set apart. */
	assert_true(faulty.syncs - before <= SECONDS + 10);
	printf("%lu syncs in %d seconds\n", faulty.syncs - before, SECONDS);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sent_mark_costs_no_sync_of_its_own),
		cmocka_unit_test(the_power_goes),
		cmocka_unit_test(the_power_goes_on_a_card_whose_syncs_fail),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
