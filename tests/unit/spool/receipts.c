/* What a store confirmed, and what it turned out not to have, against a plain list of states. */
#include "lab.h"

enum { NUMBERS = 400, STEPS = 3000 };
enum state { WAITING, SENT, RECEIVED, REFUSED };

static enum state model[NUMBERS + 2];

static struct spool *open_filled(const struct spool_conf *conf, unsigned *store)
{
	struct spool *spool = lab_open(conf);
	struct spool_counts counts;

	assert_int_equal(spool_add_store(spool, "centre", store), 0);
	spool_count(spool, &counts);
	if (counts.last[STREAM_READINGS] == 0) {
		assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
		for (uint64_t k = 1; k <= NUMBERS; k += 4)
			assert_int_equal(lab_add(spool, k, 4), 0);
		assert_int_equal(spool_flush(spool), 0);
	}
	return spool;
}

/* The lowest run of `wanted` from `from` on. */
static bool model_run(enum state wanted, uint64_t from, struct range *run)
{
	while (from <= NUMBERS && model[from] != wanted)
		from++;
	run->first = run->last = from;
	while (run->last < NUMBERS && model[run->last + 1] == wanted)
		run->last++;
	return from <= NUMBERS;
}

/* Refused lines are not sent: the uplink marks around them. */
static void stop_before_refused(struct range *block)
{
	struct range refused;

	if (model_run(REFUSED, block->first, &refused) && refused.first <= block->last)
		block->last = refused.first - 1;
}

static void agree(struct spool *spool, unsigned store, uint64_t from, uint64_t most)
{
	struct range said, known = {0, 0};
	struct delivery_counts counts;
	uint64_t n[4] = {0}, i, last = 0, open = 0, open_now = 0, said_open;
	bool any = model_run(SENT, from, &known);

	assert_int_equal(spool_unconfirmed(spool, store, STREAM_READINGS, from, most, &said), any);
	if (any) {
		if (known.last - known.first >= most)
			known.last = known.first + most - 1;
		assert_int_equal(said.first, known.first);
		assert_int_equal(said.last, known.last);
	}
	for (i = 1; i <= NUMBERS; i++) {
		n[model[i]]++;
		open_now += model[i] < RECEIVED;
		if (model[i] == RECEIVED) {
			last = i;
			open = open_now;
		}
	}
	assert_int_equal(spool_confirmed(spool, store, STREAM_READINGS, &said_open), last);
	assert_int_equal(said_open, open);
	spool_count_store(spool, store, STREAM_READINGS, &counts);
	/* One refused after it was found missing may count as sent after a start: it was. */
	assert_in_range(
		counts.n[DELIVERY_SENT], n[SENT] + n[RECEIVED], n[SENT] + n[RECEIVED] + n[REFUSED]);
	assert_int_equal(counts.n[DELIVERY_RECEIVED], n[RECEIVED]);
	assert_int_equal(counts.n[DELIVERY_REFUSED], n[REFUSED]);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), n[WAITING]);
	assert_int_equal(spool_oldest_waiting(spool, store, STREAM_READINGS),
		model_run(WAITING, 1, &known) ? known.first : 0);
}

/* A start forgets what was found missing, where a file still says that it was sent.  Nothing else. */
static void learn_after_start(struct spool *spool, unsigned store)
{
	struct range run;
	uint64_t from, i;

	for (from = 1; spool_unconfirmed(spool, store, STREAM_READINGS, from, NUMBERS, &run);
		from = run.last + 1)
		for (i = run.first; i <= run.last; i++) {
			assert_true(model[i] == SENT || model[i] == WAITING);
			model[i] = SENT;
		}
}

static void receipts_are_what_a_list_says(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct spool_conf conf = lab_conf("receipts", 1000);
	unsigned store;
	struct spool *spool = open_filled(&conf, &store);
	int step, starts = 0;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (step = 0; step < STEPS; step++) {
		struct range block = {1 + (uint64_t)lrand48() % NUMBERS, 0};
		int kind = (int)(lrand48() % 16);
		uint64_t i, n;

		block.last = block.first + (uint64_t)lrand48() % 30;
		if (block.last > NUMBERS)
			block.last = NUMBERS;
		stop_before_refused(&block);
		if (block.last < block.first)
			continue;
		if (kind < 7) {
			spool_mark_sent(spool, store, STREAM_READINGS, block);
			for (i = block.first; i <= block.last; i++)
				model[i] = model[i] == WAITING ? SENT : model[i];
		} else if (kind < 10) {
			spool_mark_received(spool, store, STREAM_READINGS, block);
			for (i = block.first; i <= block.last; i++)
				model[i] = model[i] == SENT ? RECEIVED : model[i];
		} else if (kind < 15) {
			spool_mark_missing(spool, store, STREAM_READINGS, block);
			for (i = block.first; i <= block.last; i++)
				model[i] = model[i] == SENT ? WAITING : model[i];
		} else if (step % 50 == 0 && model[block.first] == WAITING) {
			assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS,
						 block.first, 400, "no"),
				0);
			model[block.first] = REFUSED;
		} else if (step % 20 == 10) {
			assert_int_equal(spool_doubt(spool, store, STREAM_READINGS, block), 0);
			for (i = block.first; i <= block.last; i++)
				model[i] = model[i] == RECEIVED ? SENT : model[i];
		} else if (step % 20 == 5) {
			block.last = block.first + 60; /* across what is refused, too */
			assert_int_equal(spool_try_refused(spool, store, STREAM_READINGS, block,
						 "a test", &n),
				0);
			for (i = block.first; i <= block.last && i <= NUMBERS; i++)
				if (model[i] == REFUSED) {
					model[i] = WAITING;
					n--;
				}
			assert_int_equal(n, 0);
		} else if (step % 20 == 0) {
			assert_int_equal(spool_close(spool), 0);
			spool = open_filled(&conf, &store);
			learn_after_start(spool, store);
			starts++;
		}
		agree(spool, store, 1 + (uint64_t)lrand48() % NUMBERS,
			1 + (uint64_t)lrand48() % 50);
	}
	assert_int_equal(spool_close(spool), 0);
	assert_true(starts > 0);
}

/* What a store confirmed and has no more: not received any longer, whatever a kill does to the process. */
static void a_receipt_is_taken_back(void **state)
{
	struct spool_conf conf = lab_conf("back", 1000);
	unsigned store, run;
	struct spool *spool = open_filled(&conf, &store);
	struct delivery_counts counts;
	struct range block;

	(void)state;
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 300});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, 300});
	assert_true(spool_taken(spool, store, STREAM_READINGS, 1, 1000, &block));
	assert_int_equal(block.last, 300);
	assert_int_equal(spool_doubt(spool, store, STREAM_READINGS, (struct range){10, 19}), 0);
	assert_int_equal(spool_doubt(spool, store, STREAM_READINGS, (struct range){10, 14}), 0);
	assert_int_equal(spool_doubt(spool, 99, STREAM_READINGS, (struct range){1, 2}), ERR_RANGE);
	for (run = 0; run < 3; run++) {
		spool_count_store(spool, store, STREAM_READINGS, &counts);
		assert_int_equal(counts.n[DELIVERY_SENT], 300);
		assert_int_equal(counts.n[DELIVERY_RECEIVED], run < 2 ? 290 : 300);
		if (run < 2) {
			assert_true(
				spool_unconfirmed(spool, store, STREAM_READINGS, 1, 1000, &block));
			assert_int_equal(block.first, 10);
			assert_int_equal(block.last, 19);
		}
		if (run == 1) /* it has them again */
			spool_mark_received(spool, store, STREAM_READINGS, block);
		assert_int_equal(spool_close(spool), 0);
		spool = open_filled(&conf, &store);
	}
	assert_int_equal(spool_close(spool), 0);
}

/* What was found missing is handed out again, the newest first, and only that. */
static void what_is_missing_is_sent_again(void **state)
{
	struct spool_conf conf = lab_conf("again", 1000);
	unsigned store;
	struct spool *spool = open_filled(&conf, &store);
	struct range block;

	(void)state;
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, NUMBERS});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, 149});
	spool_mark_missing(spool, store, STREAM_READINGS, (struct range){100, 150});
	assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 1000, &block));
	assert_int_equal(block.first, 150);
	assert_int_equal(block.last, 150);
	spool_mark_sent(spool, store, STREAM_READINGS, block);
	assert_false(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 1000, &block));
	/* Numbers that nobody gave, and stores that nobody named, change nothing. */
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){0, UINT64_MAX});
	spool_mark_missing(spool, 99, STREAM_READINGS, (struct range){1, NUMBERS});
	assert_false(spool_unconfirmed(spool, store, STREAM_READINGS, 0, 1000, &block));
	assert_false(spool_unconfirmed(spool, 99, STREAM_READINGS, 0, 1000, &block));
	assert_int_equal(spool_close(spool), 0);
}

/* A receipt is on the card as soon as a sent mark would be: a kill right after asks nothing again. */
static void a_receipt_outlives_the_process(void **state)
{
	struct spool_conf conf = lab_conf("outlives", 1000);
	unsigned store, run;
	struct spool *spool = open_filled(&conf, &store);
	struct delivery_counts counts;

	(void)state;
	spool_mark_sent(spool, store, STREAM_LEDGER, (struct range){1, 1});
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, NUMBERS});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, 300});
	spool_mark_received(spool, store, STREAM_LEDGER, (struct range){1, 1});
	for (run = 0; run < 2; run++) {
		assert_int_equal(spool_close(spool), 0);
		spool = open_filled(&conf, &store);
		spool_count_store(spool, store, STREAM_READINGS, &counts);
		assert_int_equal(counts.n[DELIVERY_RECEIVED], 300);
		spool_count_store(spool, store, STREAM_LEDGER, &counts);
		assert_int_equal(counts.n[DELIVERY_RECEIVED], 1);
	}
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts_are_what_a_list_says),
		cmocka_unit_test(a_receipt_is_taken_back),
		cmocka_unit_test(what_is_missing_is_sent_again),
		cmocka_unit_test(a_receipt_outlives_the_process),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
