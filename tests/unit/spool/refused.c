/* Refused numbers that a person puts back or gives up: what is written, what a power cut leaves, who is asked first. */

#include "faulty.h"
#include "spool/reader.h"

enum { ROWS = 100, SEGMENT = 1000 };

static struct spool *fill(const struct spool_conf *conf, unsigned *store)
{
	struct spool *spool = lab_open(conf);
	uint64_t k;

	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_NTP, 1), 0);
	for (k = 1; k <= ROWS; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_add_store(spool, "centre", store), 0);
	spool_mark_sent(spool, *store, STREAM_READINGS, (struct range){1, 9});
	spool_mark_sent(spool, *store, STREAM_READINGS, (struct range){12, 14});
	spool_mark_sent(spool, *store, STREAM_READINGS, (struct range){16, ROWS});
	return spool;
}

static void refuse(struct spool *spool, unsigned store, uint64_t number, const char *words)
{
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, number, 400, words), 0);
}

static void refuse_three(struct spool *spool, unsigned store)
{
	refuse(spool, store, 10, "field type conflict");
	refuse(spool, store, 11, "field type conflict");
	refuse(spool, store, 15, "field type conflict");
}

struct listed {
	unsigned n;
	uint64_t sum;
	char words[200]; /* of the newest */
};

static void take_refusal(void *ctx, const struct spool_refusal *refusal)
{
	struct listed *listed = ctx;

	if (!listed->n++)
		text_copy(listed->words, sizeof(listed->words), refusal->words);
	listed->sum += refusal->number;
}

static struct listed list(struct spool *spool, unsigned store)
{
	struct listed listed = {0};

	assert_int_equal(spool_each_refusal(spool, store, 1000, take_refusal, &listed), 0);
	return listed;
}

static void expect(struct spool *spool, unsigned store, uint64_t waiting, uint64_t refused)
{
	struct delivery_counts counts;

	spool_count_store(spool, store, STREAM_READINGS, &counts);
	assert_int_equal(counts.n[DELIVERY_REFUSED], refused);
	assert_int_equal(list(spool, store).n, refused);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), waiting);
}

struct records {
	unsigned again, gaps;
	int64_t a, b, c;
	char words[200];
};

static int take_record(void *ctx, const struct spool_row *row)
{
	struct records *records = ctx;

	if (row->kind != LEDGER_AGAIN && row->kind != LEDGER_GAP)
		return 0;
	records->again += row->kind == LEDGER_AGAIN;
	records->gaps += row->kind == LEDGER_GAP;
	records->a = row->a;
	records->b = row->b;
	records->c = row->c;
	text_copy(records->words, sizeof(records->words), row->words);
	return 0;
}

static struct records read_ledger(struct spool *spool)
{
	struct records records = {0};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
				 take_record, &records, NULL),
		0);
	spool_reader_close(reader);
	return records;
}

static const struct range all = {1, INT64_MAX};

static void what_is_put_back_waits(void **state)
{
	struct spool_conf conf = lab_conf("back", SEGMENT);
	unsigned store, other;
	struct spool *spool = fill(&conf, &store);
	struct records records;
	struct range block;
	uint64_t n;

	(void)state;
	assert_int_equal(spool_add_store(spool, "ministry", &other), 0);
	refuse_three(spool, store);
	refuse(spool, other, 10, "no");
	expect(spool, store, 0, 3);
	/* Nothing refused there: nothing is written. */
	assert_int_equal(
		spool_try_refused(spool, store, STREAM_READINGS, (struct range){12, 14}, "ali", &n),
		0);
	assert_int_equal(n, 0);
	assert_int_equal(spool_try_refused(spool, store, STREAM_LEDGER, all, "ali", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(read_ledger(spool).again, 0);
	assert_int_equal(spool_try_refused(spool, 99, STREAM_READINGS, all, "ali", &n), ERR_RANGE);
	assert_int_equal(
		spool_try_refused(spool, store, STREAM_READINGS, (struct range){0, 5}, "ali", &n),
		ERR_RANGE);

	assert_int_equal(
		spool_try_refused(spool, store, STREAM_READINGS, (struct range){11, 99}, "ali", &n),
		0);
	assert_int_equal(n, 2);
	expect(spool, store, 2, 1);
	records = read_ledger(spool);
	assert_int_equal(records.again, 1);
	assert_int_equal(records.a, 11);
	assert_int_equal(records.b, 15);
	assert_int_equal(records.c, STREAM_READINGS);
	assert_string_equal(records.words, "centre: 2 put back by ali");
	assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 10, &block));
	assert_int_equal(block.first, 15);
	assert_int_equal(block.last, 15);
	expect(spool, other, ROWS - 1, 1); /* another store's refusal is its own */

	/* One is refused once more, in other words; the other one goes through. */
	refuse(spool, store, 15, "still a conflict");
	assert_string_equal(list(spool, store).words, "still a conflict");
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){11, 11});
	expect(spool, store, 0, 2);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	expect(spool, store, 0, 2);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* --- the card ------------------------------------------------------------------------------------------ */

static unsigned cut;  /* at this sync of the call */
static char returned; /* the call was over before the power went */

static void power_goes(void)
{
	faulty_end(&returned, 1);
}

static void live(void)
{
	struct spool_conf conf = lab_conf("card", SEGMENT);
	unsigned store;
	struct spool *spool = fill(&conf, &store);
	uint64_t n;

	refuse_three(spool, store);
	assert_int_equal(spool_flush(spool), 0);
	faulty.cut = power_goes;
	faulty.cut_at = faulty.syncs + cut;
	if (spool_try_refused(spool, store, STREAM_READINGS, all, "ali", &n) || n != 3)
		_exit(2);
	returned = 1;
	power_goes();
}

static void after_a_power_cut_all_wait_or_none(void **state)
{
	struct spool_conf conf = lab_conf("after", SEGMENT);
	unsigned cuts[2] = {0, 0}, store;
	struct spool *spool;
	char was_over = 0;
	uint64_t waiting;

	(void)state;
	for (cut = 1; cut <= 6 && !was_over; cut++) {
		faulty_life(cut, live, &was_over, 1);
		spool = lab_open(&conf);
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		waiting = spool_waiting(spool, store, STREAM_READINGS);
		if (was_over)
			assert_int_equal(waiting, 3);
		expect(spool, store, waiting, 3 - waiting);
		assert_int_equal(read_ledger(spool).again, waiting ? 1 : 0);
		cuts[waiting == 3]++;
		assert_int_equal(spool_close(spool), 0);
		faulty_forget();
	}
	assert_true(was_over);
	assert_true(cuts[0] > 0); /* the cuts were where it matters */
}

static void a_card_that_fails_changes_nothing(void **state)
{
	struct spool_conf conf = lab_conf("fails", SEGMENT);
	unsigned store, sync;
	struct spool *spool = fill(&conf, &store);
	uint64_t n;
	int err;

	(void)state;
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 1;
	refuse_three(spool, store);
	assert_int_equal(spool_flush(spool), 0);
	for (sync = 1; sync < 20; sync++) {
		faulty.fail_from = faulty.fail_to = faulty.syncs + sync;
		err = spool_try_refused(spool, store, STREAM_READINGS, all, "ali", &n);
		faulty.fail_from = faulty.fail_to = 0;
		if (!err)
			break;
		assert_int_equal(n, 0);
		expect(spool, store, 0, 3);
	}
	assert_int_equal(n, 3);
	assert_true(sync > 1);
	expect(spool, store, 3, 0);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* --- giving up ------------------------------------------------------------------------------------------ */

static void what_is_given_up_is_a_gap_that_says_why(void **state)
{
	struct spool_conf conf = lab_conf("up", SEGMENT);
	unsigned store, other, start;
	struct spool *spool = fill(&conf, &store);
	struct records records;
	uint64_t open;

	(void)state;
	refuse_three(spool, store);
	assert_int_equal(spool_add_store(spool, "ministry", &other), 0);
	/* Not refused, partly refused, never made. */
	assert_int_equal(spool_give_up(spool, store, STREAM_READINGS, (struct range){9, 9}, "x"),
		ERR_ABSENT);
	assert_int_equal(spool_give_up(spool, store, STREAM_READINGS, (struct range){10, 15}, "x"),
		ERR_ABSENT);
	assert_int_equal(
		spool_give_up(spool, store, STREAM_READINGS, (struct range){10, UINT64_MAX}, "x"),
		ERR_ABSENT);
	/* Another store does not have them yet: sent is not enough. */
	assert_int_equal(spool_give_up(spool, store, STREAM_READINGS, (struct range){10, 11}, "x"),
		ERR_BUSY);
	spool_mark_sent(spool, other, STREAM_READINGS, (struct range){1, ROWS});
	assert_int_equal(spool_give_up(spool, store, STREAM_READINGS, (struct range){10, 11}, "x"),
		ERR_BUSY);
	expect(spool, store, 0, 3);
	spool_mark_received(spool, other, STREAM_READINGS, (struct range){1, ROWS});
	assert_int_equal(spool_give_up(spool, store, STREAM_READINGS, (struct range){10, 11},
				 "given up by ali: a test"),
		0);
	records = read_ledger(spool);
	assert_int_equal(records.gaps, 1);
	assert_int_equal(records.a, 10);
	assert_int_equal(records.b, 11);
	assert_string_equal(
		records.words, "given up by ali: a test (centre: 400 field type conflict)");
	for (start = 0; start < 2; start++) {
		expect(spool, store, 0, 1);
		spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, ROWS});
		assert_int_equal(spool_confirmed(spool, store, STREAM_READINGS, &open), ROWS);
		assert_int_equal(open, 0);
		assert_int_equal(spool_close(spool), 0);
		faulty_forget();
		spool = lab_open(&conf);
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	}
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_back_waits),
		cmocka_unit_test(after_a_power_cut_all_wait_or_none),
		cmocka_unit_test(a_card_that_fails_changes_nothing),
		cmocka_unit_test(what_is_given_up_is_a_gap_that_says_why),
	};

	faulty_install();
	log_open((enum log_level)0, false);
	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
