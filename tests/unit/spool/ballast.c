/* The room that is held back on a card, and what it is for: on a card without a free byte. */
#include "small_card.h"

enum { SEGMENT = 1000, KB = 1024 };

static struct spool_conf conf_of(unsigned ballast_mb)
{
	struct spool_conf conf = lab_conf("card/spool", SEGMENT);

	conf.pending_bytes = 64 * KB;
	conf.commit_ms = 60000;
	conf.keep_days = 30;
	conf.ballast_mb = ballast_mb;
	return conf;
}

static off_t ballast(void)
{
	struct stat st;

	return stat("card/spool/ballast", &st) == 0 ? (off_t)st.st_blocks * 512 : -1;
}

static struct spool *open_store(const struct spool_conf *conf, unsigned *store)
{
	struct spool *spool = lab_open(conf);

	assert_int_equal(spool_add_store(spool, "centre", store), 0);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	return spool;
}

/* What a spool holds, read to its end: each reading once and in order, each number there or in a gap. */
struct whole {
	uint64_t readings, gaps, last, k;
	bool right;
};

static int take_row(void *ctx, const struct spool_row *row)
{
	struct whole *whole = ctx;

	if (row->stream == STREAM_LEDGER) {
		if (row->kind == LEDGER_GAP)
			whole->gaps += (uint64_t)(row->b - row->a + 1);
		return 0;
	}
	whole->right =
		whole->right && row->number > whole->last && row->value == lab_value(whole->k);
	whole->k++;
	whole->last = row->number;
	whole->readings++;
	return 0;
}

static struct whole read_all(struct spool *spool, uint64_t k)
{
	const struct range all = {1, UINT64_MAX};
	struct whole whole = {.right = true, .k = k};
	struct spool_reader *reader;
	uint64_t damaged = 0;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, all, take_row, &whole, &damaged), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, all, take_row, &whole, &damaged), 0);
	spool_reader_close(reader);
	assert_int_equal(damaged, 0);
	assert_true(whole.right);
	return whole;
}

/* Adds readings from `k` on until `more` are refused; how many were taken. */
static uint64_t add_until_refused(struct spool *spool, uint64_t k, uint64_t more)
{
	uint64_t taken = 0, refused = 0;

	while (refused < more) {
		if (lab_add(spool, k + taken, 5))
			refused += 5;
		else
			taken += 5;
	}
	return taken;
}

static void it_is_there_and_no_larger_than_a_sixteenth(void **state)
{
	struct spool_conf conf = conf_of(1);
	struct spool *spool;
	unsigned store;

	(void)state;
	if (!make_card("32m"))
		skip();
	spool = open_store(&conf, &store);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(ballast(), 1024 * KB);
	assert_int_equal(spool_close(spool), 0);
	conf.ballast_mb = 8;
	spool = open_store(&conf, &store);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(ballast(), 2048 * KB);
	assert_int_equal(spool_close(spool), 0);
	conf.ballast_mb = 0;
	spool = open_store(&conf, &store);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(ballast(), -1);
	assert_int_equal(spool_close(spool), 0);
	remove_card();
}

/* The spool as it is on the card now, opened elsewhere. */
static void expect_noted(uint64_t sent, uint64_t refused_by_store, uint64_t refused_by_card)
{
	struct spool_conf conf = lab_conf("copied", SEGMENT);
	struct delivery_counts counts;
	struct whole whole;
	struct spool *spool;
	unsigned store;

	assert_int_equal(system("rm -rf copied; cp -r card/spool copied; rm -f copied/*-shm"), 0);
	spool = open_store(&conf, &store);
	spool_count_store(spool, store, STREAM_READINGS, &counts);
	assert_int_equal(counts.n[DELIVERY_SENT], sent);
	assert_int_equal(counts.n[DELIVERY_REFUSED], refused_by_store);
	whole = read_all(spool, 1);
	assert_true(whole.gaps >= refused_by_card);
	assert_int_equal(spool_close(spool), 0);
}

static void what_must_be_noted_is_noted_on_a_full_card(void **state)
{
	const struct ledger_record note = {.kind = LEDGER_BOUNDARIES, .a = 1, .words = "note"};
	struct spool_conf conf = conf_of(8);
	struct spool_counts counts, later;
	struct whole whole;
	struct spool *spool;
	uint64_t taken;
	off_t full_ballast;
	unsigned store;
	int i;

	(void)state;
	if (!make_card("8m"))
		skip();
	spool = open_store(&conf, &store);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	full_ballast = ballast();
	assert_int_equal(full_ballast, 512 * KB);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 5});
	fill_card();
	taken = add_until_refused(spool, 11, 50);
	assert_int_equal(spool_flush(spool), ERR_FULL);
	spool_count(spool, &counts);
	assert_int_equal(counts.trouble, ERR_FULL);
	assert_non_null(strstr(counts.trouble_words, "full"));
	/* While it is full: durable on return, and the refused readings have their numbers. */
	assert_int_equal(spool_note(spool, &note), 0);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 7, 400, "no"), 0);
	assert_int_equal(spool_fix_utc(spool, 5000100, TIME_GPS, 1), 0);
	expect_noted(5, 1, 50);
	/* However often it is tried and however long it lasts: readings never have it.  (What a WAL that
	 * is emptied gives back they may have.) */
	for (i = 0; i < 200; i++) {
		assert_int_equal(spool_flush(spool), ERR_FULL);
		taken += add_until_refused(spool, 11 + taken, 5);
		if (i == 100)
			spool_count(spool, &counts);
	}
	spool_count(spool, &later);
	assert_int_equal(later.saved, counts.saved);
	assert_true(ballast() >= full_ballast / 2);
	expect_noted(5, 1, later.refused - 5);
	free_card();
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(ballast(), full_ballast);
	spool_count(spool, &counts);
	assert_int_equal(counts.saved, counts.made);
	whole = read_all(spool, 1);
	assert_int_equal(whole.readings, counts.made);
	assert_int_equal(whole.gaps, counts.refused);
	assert_int_equal(counts.last[STREAM_READINGS], counts.made + counts.refused);
	assert_int_equal(spool_close(spool), 0);
	remove_card();
}

/* Received and old first: it takes writing to make room. */
static void files_go_on_a_card_without_a_byte(void **state)
{
	struct spool_conf conf = conf_of(8);
	struct spool_counts counts;
	struct whole whole;
	struct spool *spool;
	uint64_t k;
	unsigned store;

	(void)state;
	if (!make_card("8m"))
		skip();
	spool = open_store(&conf, &store);
	for (k = 1; k <= 3500; k += 5) {
		assert_int_equal(lab_add(spool, k, 5), 0);
		if (k % 250 == 1)
			assert_int_equal(spool_flush(spool), 0);
	}
	assert_int_equal(spool_flush(spool), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 3200});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, 3200});
	fill_card();
	assert_int_equal(spool_close(spool), 0);
	fill_card();
	spool = open_store(&conf, &store);
	for (; k <= 3900; k += 5) {
		assert_int_equal(lab_add(spool, k, 5), 0);
		if (k % 50 == 1)
			assert_int_equal(spool_flush(spool), 0);
	}
	assert_int_equal(spool_flush(spool), 0);
	spool_count(spool, &counts);
	assert_true(counts.segments < 5); /* and what was not received is all there */
	whole = read_all(spool, spool->freed_below);
	assert_true(spool->freed_below > 1 && spool->freed_below <= 3001);
	assert_int_equal(whole.last, 3900);
	assert_int_equal(whole.readings, 3900 - spool->freed_below + 1);
	assert_int_equal(whole.gaps, 0);
	assert_int_equal(spool_close(spool), 0);
	remove_card();
}

static void what_an_end_on_a_full_card_costs_is_listed(void **state)
{
	struct spool_conf conf = conf_of(8);
	struct whole whole;
	struct spool *spool;
	unsigned store;

	(void)state;
	if (!make_card("8m"))
		skip();
	spool = open_store(&conf, &store);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	fill_card();
	assert_int_equal(lab_add(spool, 11, 10), 0);
	assert_int_equal(spool_flush(spool), ERR_FULL);
	fill_card();
	assert_int_equal(lab_add(spool, 21, 10), 0);
	assert_int_equal(spool_close(spool), ERR_FULL);
	free_card();
	spool = lab_open(&conf);
	whole = read_all(spool, 1);
	assert_int_equal(whole.readings, 10);
	assert_int_equal(whole.gaps, 20);
	assert_int_equal(spool->next[STREAM_READINGS], 31);
	assert_int_equal(spool_close(spool), 0);
	remove_card();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_there_and_no_larger_than_a_sixteenth),
		cmocka_unit_test(what_must_be_noted_is_noted_on_a_full_card),
		cmocka_unit_test(files_go_on_a_card_without_a_byte),
		cmocka_unit_test(what_an_end_on_a_full_card_costs_is_listed),
	};

	spool_tuning.boot_id = boot_one;
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 3600000; /* only spool_flush() */
	spool_tuning.copy_ms = 0;
	log_open((enum log_level)0, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
