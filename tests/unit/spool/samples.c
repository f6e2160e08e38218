/* Records of field tests: several in one transaction, found again, and results at the time of their sample's beginning. */
#include "lab.h"
#include "spool/reader.h"

static struct ledger_record record(
	enum ledger_kind kind, int64_t a, int64_t b, int64_t c, const char *words)
{
	struct ledger_record record = {.kind = kind, .a = a, .b = b, .c = c};

	text_copy(record.words, sizeof(record.words), words);
	return record;
}

static uint64_t begin_sample(struct spool *spool)
{
	struct ledger_record records[LEDGER_BEGINNING] = {record(LEDGER_SAMPLE, 0, 0, 1, "one"),
		record(LEDGER_SAMPLE, LEDGER_FIRST, 0, 2, "two"),
		record(LEDGER_SAMPLE, LEDGER_FIRST, 0, 3, "three")};
	uint64_t first = 0;

	assert_int_equal(spool_note_all(spool, records, LEDGER_BEGINNING, &first), 0);
	return first;
}

struct seen {
	uint64_t wanted;
	int n;
	int64_t utc_ms, a;
	enum time_source clock;
	char about[600], words[160];
	uint64_t damaged;
};

static int look(void *ctx, const struct spool_row *row)
{
	struct seen *seen = ctx;

	seen->n++;
	if (seen->wanted && row->number != seen->wanted)
		return 0;
	seen->utc_ms = row->utc_ms;
	seen->clock = row->clock;
	seen->a = row->a;
	text_copy(seen->about, sizeof(seen->about), row->about ? row->about : "");
	text_copy(seen->words, sizeof(seen->words), row->words);
	return 0;
}

static struct seen seen_of(struct spool *spool, uint64_t number)
{
	struct seen seen = {.wanted = number};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){number, number}, look,
				 &seen, NULL),
		0);
	spool_reader_close(reader);
	assert_int_equal(seen.n, 1);
	return seen;
}

static struct seen samples_of(struct spool *spool)
{
	struct seen seen = {.n = 0};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read_samples(reader, look, &seen, &seen.damaged), 0);
	spool_reader_close(reader);
	return seen;
}

static struct spool *open_in(const char *boot)
{
	struct spool_conf conf = lab_conf("spool", 1000);

	spool_tuning.boot_id = boot;
	return lab_open(&conf);
}

static void several_are_one_transaction(void **state)
{
	struct ledger_record wrong = record(LEDGER_GAP, 1, 2, 0, "");
	struct spool *spool = open_in(boot_one);
	uint64_t first, again, none = 0;

	(void)state;
	first = begin_sample(spool);
	again = begin_sample(spool);
	assert_int_equal(again, first + 3);
	assert_int_equal(seen_of(spool, first).a, 0);
	assert_int_equal(seen_of(spool, first + 1).a, first);
	assert_string_equal(seen_of(spool, first + 2).words, "three");
	assert_int_equal(samples_of(spool).n, 6);
	assert_int_equal(spool_note_all(spool, &wrong, 1, &none), ERR_RANGE);
	assert_int_equal(spool_note_all(spool, &wrong, 0, &none), ERR_RANGE);
	assert_int_equal(samples_of(spool).n, 6);
	assert_int_equal(spool_close(spool), 0);
}

/* Also of a start of the machine that is over, and a ms apart for each revision. */
static void a_result_has_the_time_of_its_beginning(void **state)
{
	struct ledger_record result;
	struct spool *spool = open_in(boot_one);
	uint64_t sample, number = 0;
	struct seen seen;

	(void)state;
	lab_now_ms = 50000;
	assert_int_equal(spool_fix_utc(spool, 1700000000000, TIME_NTP, 10), 0);
	sample = begin_sample(spool);
	seen = seen_of(spool, sample);
	assert_int_equal(seen.clock, TIME_NTP);
	lab_now_ms = 90000;
	result = record(LEDGER_RESULT, (int64_t)sample, 0, 5, "p=ph; v=7");
	assert_int_equal(spool_note_all(spool, &result, 1, &number), 0);
	assert_int_equal(seen_of(spool, number).utc_ms, seen.utc_ms);
	assert_string_equal(seen_of(spool, number).about, "one; two; three");
	assert_int_equal(spool_close(spool), 0);
	/* The next day, in another start, without any time yet. */
	lab_now_ms = 1000;
	spool = open_in(boot_two);
	result.b = (int64_t)3 << 24;
	assert_int_equal(spool_note_all(spool, &result, 1, &number), 0);
	assert_int_equal(seen_of(spool, number).utc_ms, seen.utc_ms + 3);
	assert_int_equal(seen_of(spool, number).clock, TIME_NTP);
	/* One that is of no sample has no time: it waits. */
	result.a = (int64_t)number;
	assert_int_equal(spool_note_all(spool, &result, 1, &number), 0);
	assert_int_equal(seen_of(spool, number).clock, TIME_NONE);
	result.a = 100000;
	assert_int_equal(spool_note_all(spool, &result, 1, &number), 0);
	assert_int_equal(seen_of(spool, number).clock, TIME_NONE);
	assert_int_equal(spool_close(spool), 0);
}

static void where_a_record_has_come(void **state)
{
	struct spool *spool = open_in(boot_one);
	unsigned store;
	uint64_t first;

	(void)state;
	assert_int_equal(spool_add_store(spool, "province", &store), 0);
	first = begin_sample(spool);
	assert_int_equal(spool_where(spool, store, STREAM_LEDGER, first), WHERE_SAVED);
	spool_mark_sent(spool, store, STREAM_LEDGER, (struct range){first, first + 1});
	assert_int_equal(spool_where(spool, store, STREAM_LEDGER, first), WHERE_SENT);
	assert_int_equal(spool_where(spool, store, STREAM_LEDGER, first + 2), WHERE_SAVED);
	spool_mark_received(spool, store, STREAM_LEDGER, (struct range){first, first});
	assert_int_equal(spool_where(spool, store, STREAM_LEDGER, first), WHERE_RECEIVED);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_LEDGER, first + 2, 400, "no"), 0);
	assert_int_equal(spool_where(spool, store, STREAM_LEDGER, first + 2), WHERE_REFUSED);
	assert_int_equal(spool_close(spool), 0);
}

static bool is_gap(struct spool *spool, uint64_t number)
{
	const struct range *gap;

	pthread_mutex_lock(&spool->lock);
	gap = intervals_find(&spool->gaps[STREAM_LEDGER], number);
	pthread_mutex_unlock(&spool->lock);
	return gap && gap->first <= number && number <= gap->last;
}

/* Of a damaged or a hostile file: it is shown without a time, and no store waits for it for ever. */
static void a_result_of_no_beginning_has_no_time(void **state)
{
	struct spool *spool = open_in(boot_one);
	int64_t of[] = {0, -1, INT64_MAX, INT64_MAX - 1, INT64_MIN + 1, 0, 0};
	struct ledger_record result;
	uint64_t number, waiting;
	unsigned store;
	size_t i;

	(void)state;
	assert_int_equal(spool_fix_utc(spool, 1700000000000, TIME_NTP, 10), 0);
	assert_int_equal(spool_add_store(spool, "province", &store), 0);
	of[5] = (int64_t)begin_sample(spool) + 1;
	of[6] = (int64_t)begin_sample(spool) - 1;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		result = record(LEDGER_RESULT, of[i], 0, 5, "p=ph; v=7");
		assert_int_equal(spool_note_all(spool, &result, 1, &number), 0);
		waiting = spool_waiting(spool, store, STREAM_LEDGER);
		assert_int_equal(seen_of(spool, number).clock, TIME_NONE);
		/* The gap record waits, which says that it is not to come; one. */
		assert_true(is_gap(spool, number));
		assert_int_equal(spool_waiting(spool, store, STREAM_LEDGER), waiting);
		assert_int_equal(seen_of(spool, number).clock, TIME_NONE);
		assert_int_equal(spool_waiting(spool, store, STREAM_LEDGER), waiting);
	}
	assert_int_equal(spool_close(spool), 0);
}

/* Beside field tests, and found without them. */
static void checks_are_found(void **state)
{
	struct ledger_record records[2] = {record(LEDGER_CHECK, 0, 0, 1, "a=ph-1; p=ph"),
		record(LEDGER_CHECK, LEDGER_FIRST, 0, 2, "lot=B7; v=7.01")};
	struct seen seen = {.n = 0};
	struct spool_reader *reader;
	struct spool *spool = open_in(boot_one);
	uint64_t first;
	int before = samples_of(spool).n;

	(void)state;
	assert_int_equal(spool_note_all(spool, records, 2, &first), 0);
	assert_int_equal(samples_of(spool).n, before);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read_checks(reader, look, &seen, &seen.damaged), 0);
	spool_reader_close(reader);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.a, first);
	assert_string_equal(seen.words, "lot=B7; v=7.01");
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_are_one_transaction),
		cmocka_unit_test(a_result_has_the_time_of_its_beginning),
		cmocka_unit_test(a_result_of_no_beginning_has_no_time),
		cmocka_unit_test(where_a_record_has_come),
		cmocka_unit_test(checks_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
