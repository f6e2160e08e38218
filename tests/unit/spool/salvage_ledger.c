/* A ledger that was lost: its records are a gap, and what is whole of them comes back. */
#include "salvaged.h"

/* Of a lost ledger's records nobody waits for ever: they are a gap, once, and that is sent. */
static void a_lost_ledgers_records_are_a_gap(void **state)
{
	struct spool_conf conf = lab_conf("ledger", SEGMENT);
	struct spool *spool;
	uint64_t last, starts;
	unsigned store;

	(void)state;
	fill_and_send("ledger");
	harm_file("ledger/ledger.db", HEADER);
	for (starts = 1; starts <= 3; starts++) {
		spool = lab_open(&conf);
		store = store_of(spool);
		pthread_mutex_lock(&spool->lock);
		last = spool->next[STREAM_LEDGER] - 1;
		assert_int_equal(spool->gaps[STREAM_LEDGER].count, last - 2 - starts);
		pthread_mutex_unlock(&spool->lock);
		assert_int_equal(spool_waiting(spool, store, STREAM_LEDGER), 2 + starts);
		/* The other is of readings' numbers that were set apart and not used. */
		assert_int_equal(read_records(spool).n[LEDGER_GAP], 2);
		assert_int_equal(spool_close(spool), 0);
		expect_sound("ledger");
	}
}

static int keep_record(void *ctx, const struct spool_row *row)
{
	struct ledger_record *records = ctx;

	if (row->number <= 40) {
		records[row->number] = (struct ledger_record){.kind = row->kind,
			.boot_ms = row->boot_ms,
			.a = row->a,
			.b = row->b,
			.c = row->c};
		text_copy(records[row->number].words, sizeof(records[0].words), row->words);
	}
	return 0;
}

static void read_all_records(struct spool *spool, struct ledger_record *records)
{
	struct spool_reader *reader;

	memset(records, 0, 41 * sizeof(*records));
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
				 keep_record, records, NULL),
		0);
	spool_reader_close(reader);
}

/* The records of a ledger that was set aside come back under their numbers, and what was sent of them stays sent. */
static void a_lost_ledgers_records_come_back(void **state)
{
	struct ledger_record note = {.c = 0}, before[41], after[41];
	struct spool_conf conf = lab_conf("records", SEGMENT);
	struct spool_aside left;
	struct spool *spool;
	struct told told;
	unsigned store, i;
	uint64_t last;

	(void)state;
	fill_and_send("records");
	spool = lab_open(&conf);
	for (i = 0; i < 20; i++) {
		note.kind = i % 2 ? LEDGER_LAB_STATUS : LEDGER_FILE_READING;
		note.a = 1000 + i;
		note.b = 77 + i;
		snprintf(note.words, sizeof(note.words), "meter %u", i);
		assert_int_equal(spool_note(spool, &note), 0);
	}
	pthread_mutex_lock(&spool->lock);
	last = spool->next[STREAM_LEDGER] - 1;
	pthread_mutex_unlock(&spool->lock);
	spool_mark_sent(spool, store_of(spool), STREAM_LEDGER, (struct range){1, 5});
	read_all_records(spool, before);
	assert_int_equal(spool_close(spool), 0);
	harm_file("records/ledger.db", HEADER);
	spool = lab_open(&conf);
	assert_int_equal(spool_asides(spool, &left, 1), 1);
	assert_int_equal(left.stream, STREAM_LEDGER);
	assert_int_equal(left.range.last, 0);
	told = salvage(spool);
	assert_int_equal(spool_asides(spool, NULL, 0), 0);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.file[0].stream, STREAM_LEDGER);
	assert_int_equal(told.file[0].back, last);
	read_all_records(spool, after);
	for (i = 1; i <= last; i++) {
		assert_int_equal(after[i].kind, before[i].kind);
		assert_int_equal(after[i].boot_ms, before[i].boot_ms);
		assert_int_equal(after[i].b, before[i].b);
		assert_string_equal(after[i].words, before[i].words);
	}
	/* START and both gaps of the new ledger, what came back less what was sent, and the word of it. */
	store = store_of(spool);
	assert_int_equal(spool_waiting(spool, store, STREAM_LEDGER), 3 + last - 5 + 1);
	told = salvage(spool);
	assert_int_equal(told.file[0].back, 0);
	assert_int_equal(spool_close(spool), 0);
	expect_sound("records");
	spool = lab_open(&conf);
	assert_int_equal(
		spool_waiting(spool, store_of(spool), STREAM_LEDGER), 3 + last - 5 + 1 + 1);
	assert_int_equal(spool_close(spool), 0);
	expect_sound("records");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_ledgers_records_are_a_gap),
		cmocka_unit_test(a_lost_ledgers_records_come_back),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
