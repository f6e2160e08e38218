/* Pages of the ledger that the card damaged: they cost the records that stood there, once said, and nothing beside. */
#include "damage.h"

enum { READINGS = 8000, SPIKES = READINGS / 8, WORDS = 100 };

/* Readings of which every eighth is a spike, and between them records that fill pages. */
static void fill_ledger(const char *dir)
{
	struct ledger_record note = {.kind = LEDGER_BOUNDARIES},
			     spike = {.kind = LEDGER_SPIKE, .b = QC_FAIL};
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	uint64_t k;

	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	for (k = 1; k <= READINGS; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	memset(note.words, 'x', WORDS);
	for (k = 1; k <= READINGS; k += 8) {
		note.a = spike.a = (int64_t)k;
		assert_int_equal(spool_note(spool, &note), 0);
		assert_int_equal(spool_note(spool, &spike), 0);
	}
	assert_int_equal(spool_close(spool), 0);
}

#define THIRD "LIMIT 1 OFFSET 2"
#define LAST  "DESC LIMIT 1"

/* The third page of that table or index, or the last. */
static long page_of(const char *path, const char *name, const char *which)
{
	char sql[120];
	sqlite3 *db = NULL;
	int64_t page = 0;

	snprintf(sql, sizeof(sql),
		"SELECT pageno FROM dbstat WHERE name='%s' AND pagetype='leaf' ORDER BY path"
		" %s",
		name, which);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sql_number(db, sql, &page))
		page = 0; /* this SQLite cannot say */
	sqlite3_close(db);
	return (long)page;
}

struct noted {
	uint64_t n, notes, spikes, last;
};

static int see(void *ctx, const struct spool_row *row)
{
	struct noted *noted = ctx;

	assert_true(row->number > noted->last);
	noted->last = row->number;
	noted->n++;
	noted->notes += row->kind == LEDGER_BOUNDARIES && row->a > 0;
	noted->spikes += row->stream == STREAM_READINGS && (row->flags & FLAG_SPIKE);
	return 0;
}

static struct noted read_stream(struct spool *spool, enum stream stream, uint64_t *damaged)
{
	struct noted noted = {.n = 0};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(
		spool_read(reader, stream, (struct range){1, UINT64_MAX}, see, &noted, damaged), 0);
	spool_reader_close(reader);
	return noted;
}

static void a_page_of_records(void **state)
{
	struct spool_conf conf = lab_conf("page", SEGMENT);
	struct spool *spool;
	struct noted noted;
	uint64_t damaged, again, last;
	long page;

	(void)state;
	fill_ledger("page");
	page = page_of("page/ledger.db", "ledger", THIRD);
	if (!page)
		skip();
	overwrite("page/ledger.db", (page - 1) * 4096, 4096, 0xaa);
	spool = lab_open(&conf);
	noted = read_stream(spool, STREAM_LEDGER, &damaged);
	last = noted.last;
	assert_in_range(damaged, 5, 60);
	assert_in_range(noted.notes, SPIKES - 60, SPIKES - 1);
	/* Known by now, and not waited for. */
	noted = read_stream(spool, STREAM_LEDGER, &again);
	assert_int_equal(noted.last, last + 1);
	assert_int_equal(spool->gaps[STREAM_LEDGER].count, damaged);
	assert_int_equal(spool_close(spool), 0);
}

static void a_page_of_the_spikes_index(void **state)
{
	struct spool_conf conf = lab_conf("index", SEGMENT);
	struct spool *spool;
	struct noted noted;
	uint64_t damaged;
	long page;

	(void)state;
	fill_ledger("index");
	page = page_of("index/ledger.db", "spikes", THIRD);
	if (!page)
		skip();
	overwrite("index/ledger.db", (page - 1) * 4096, 4096, 0xaa);
	spool = lab_open(&conf);
	noted = read_stream(spool, STREAM_READINGS, &damaged);
	assert_int_equal(noted.n, READINGS);
	assert_int_equal(noted.spikes, SPIKES);
	assert_int_equal(damaged, 0);
	assert_int_equal(spool_close(spool), 0);
}

/* Where no daemon runs: all that stands before and behind it; of the last page nobody knows what stood there. */
static void read_alone(void **state)
{
	static const char *const which[] = {THIRD, LAST};
	struct noted noted;
	struct spool_reader *reader;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	uint64_t damaged;
	long page;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(system("rm -rf alone"), 0);
		fill_ledger("alone");
		page = page_of("alone/ledger.db", "ledger", which[i]);
		if (!page)
			skip();
		overwrite("alone/ledger.db", (page - 1) * 4096, 4096, 0xaa);
		assert_int_equal(spool_reader_open_dir(&reader, "alone", &why), 0);
		noted = (struct noted){.n = 0};
		assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
					 see, &noted, &damaged),
			i ? ERR_DAMAGED : 0);
		spool_reader_close(reader);
		assert_in_range(noted.notes, SPIKES - 60, SPIKES - 1);
		if (!i)
			assert_in_range(damaged, 5, 60);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_of_records),
		cmocka_unit_test(a_page_of_the_spikes_index),
		cmocka_unit_test(read_alone),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
