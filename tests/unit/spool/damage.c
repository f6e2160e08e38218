/* Files that are not what they were: set aside or stepped over, said once, and the spool goes on. */
#include "lab.h"

enum { SEGMENT = 1000, RESERVED = RESERVE_READINGS };

/* Three full segments and a bit: readings 1..3200, four to an exchange; all of one store's sent to 100. */
static void fill(const char *dir, char *id)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	unsigned store;
	uint64_t k;

	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	for (k = 1; k <= 3200; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 100});
	text_copy(id, SPOOL_ID, spool_id(spool));
	assert_int_equal(spool_close(spool), 0);
}

static void overwrite(const char *path, off_t at, size_t n, unsigned char with)
{
	int fd = open(path, O_WRONLY);
	size_t i;

	assert_true(fd >= 0);
	for (i = 0; i < n; i++)
		assert_int_equal(pwrite(fd, &with, 1, at + (off_t)i), 1);
	close(fd);
}

static void cut(const char *path, off_t to)
{
	assert_int_equal(truncate(path, to), 0);
}

struct records {
	unsigned n[8];
	int64_t gap_first, gap_last;
	char words[160];
};

static int take_record(void *ctx, const struct spool_row *row)
{
	struct records *records = ctx;

	records->n[row->kind & 7]++;
	if (row->kind == LEDGER_GAP) {
		records->gap_first = row->a;
		records->gap_last = row->b;
		text_copy(records->words, sizeof(records->words), row->words);
	}
	return 0;
}

static struct records read_records(struct spool *spool)
{
	struct records records = {{0}, 0, 0, ""};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
				 take_record, &records, NULL),
		0);
	spool_reader_close(reader);
	return records;
}

enum harm { HEADER, EMPTY, SHORT, SCHEMA };

static void harm_file(const char *path, enum harm harm)
{
	if (harm == HEADER)
		overwrite(path, 3, 5, 0x5a);
	else if (harm == EMPTY)
		cut(path, 0);
	else if (harm == SHORT)
		cut(path, 4096);
	else
		overwrite(path, 200, 3800, 0xff); /* the first page: the tables' names */
}

static void add_and_check(struct spool *spool, uint64_t first)
{
	struct lab_rows rows;

	assert_int_equal(lab_add(spool, 7777, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	rows = lab_read(spool, STREAM_READINGS, first, UINT64_MAX, 7777);
	assert_int_equal(rows.n, 4);
	assert_int_equal(rows.first, first);
	assert_true(rows.values_right);
}

static void a_damaged_older_segment_is_set_aside(void **state)
{
	char dir[20], id[SPOOL_ID], path[300];
	struct spool_conf conf;
	struct records records;
	struct lab_rows rows;
	struct spool *spool;
	struct range block;
	unsigned store;
	enum harm harm;

	(void)state;
	for (harm = HEADER; harm <= SHORT; harm++) {
		snprintf(dir, sizeof(dir), "old%d", harm);
		fill(dir, id);
		assert_true(lab_file(dir, "readings-", ".db", 1, path, sizeof(path)));
		harm_file(path, harm);
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		assert_true(lab_file(dir, "readings-", ".damaged-1", 0, path, sizeof(path)));
		records = read_records(spool);
		assert_int_equal(records.n[LEDGER_ASIDE], 1);
		assert_int_equal(records.n[LEDGER_GAP], 1);
		assert_int_equal(records.gap_first, 1001);
		assert_int_equal(records.gap_last, 2000);
		assert_non_null(strstr(records.words, "damaged-1"));
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 3200 - 100 - 1000);
		assert_true(spool_unsent(spool, store, STREAM_READINGS, 2001, 5000, &block));
		assert_int_equal(block.first, 101);
		assert_int_equal(block.last, 1000);
		rows = lab_read(spool, STREAM_READINGS, 1, 1000, 1);
		assert_true(rows.n == 1000 && rows.values_right);
		rows = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		assert_int_equal(rows.n, 2200);
		assert_int_equal(rows.damaged, 0); /* a known gap is no news */
		add_and_check(spool, 3201);
		assert_int_equal(spool_close(spool), 0);
		spool = lab_open(&conf); /* said once */
		assert_int_equal(read_records(spool).n[LEDGER_ASIDE], 1);
		assert_int_equal(spool_close(spool), 0);
	}
}

static void a_damaged_newest_segment_is_set_aside_and_no_number_comes_twice(void **state)
{
	char dir[20], id[SPOOL_ID], path[300];
	struct spool_conf conf;
	struct records records;
	struct spool *spool;
	struct lab_rows rows;
	enum harm harm;

	(void)state;
	for (harm = HEADER; harm <= SCHEMA; harm++) {
		snprintf(dir, sizeof(dir), "new%d", harm);
		fill(dir, id);
		assert_true(lab_file(dir, "readings-", ".db", 3, path, sizeof(path)));
		harm_file(path, harm);
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		assert_string_equal(spool_id(spool), id);
		assert_true(lab_file(dir, "readings-", ".damaged-1", 0, path, sizeof(path)));
		records = read_records(spool);
		assert_int_equal(records.n[LEDGER_ASIDE], 1);
		assert_int_equal(records.gap_first, 3001);
		assert_true(records.gap_last >= 3200 && records.gap_last < 3200 + 2 * RESERVED);
		rows = lab_read(spool, STREAM_READINGS, 1, 3000, 1);
		assert_true(rows.n == 3000 && rows.values_right);
		add_and_check(spool, (uint64_t)records.gap_last + 1);
		assert_int_equal(spool_close(spool), 0);
	}
}

static void a_missing_segment_is_a_gap(void **state)
{
	char id[SPOOL_ID], path[300];
	struct spool_conf conf = lab_conf("missing", SEGMENT);
	struct records records;
	struct spool *spool;

	(void)state;
	fill("missing", id);
	assert_true(lab_file("missing", "readings-", ".db", 0, path, sizeof(path)));
	assert_int_equal(unlink(path), 0);
	spool = lab_open(&conf);
	records = read_records(spool);
	assert_int_equal(records.n[LEDGER_GAP], 1);
	assert_int_equal(records.gap_first, 1);
	assert_int_equal(records.gap_last, 1000);
	assert_int_equal(spool_close(spool), 0);
}

static void a_damaged_ledger_is_made_again_from_the_segments(void **state)
{
	char dir[20], id[SPOOL_ID], path[300];
	struct spool_counts counts;
	struct spool_conf conf;
	struct lab_rows rows;
	struct spool *spool;
	struct range block;
	unsigned store;
	uint64_t first;
	int harm;

	(void)state;
	for (harm = HEADER; harm <= SCHEMA + 1; harm++) {
		snprintf(dir, sizeof(dir), "ledger%d", harm);
		fill(dir, id);
		snprintf(path, sizeof(path), "%s/ledger.db", dir);
		if (harm > SCHEMA)
			assert_int_equal(unlink(path), 0);
		else
			harm_file(path, (enum harm)harm);
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		assert_int_equal(lab_file(dir, "ledger", ".damaged-1", 0, path, sizeof(path)),
			harm <= SCHEMA);
		assert_string_equal(spool_id(spool), id);
		/* Neither stream gives a number again that may have been used. */
		spool_count(spool, &counts);
		assert_true(counts.last[STREAM_LEDGER] > 1);
		first = counts.last[STREAM_READINGS] + 1;
		assert_true(first > 3200);
		/* Times and what was sent are known again. */
		rows = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		assert_true(rows.n == 3200 && rows.values_right && rows.damaged == 0);
		assert_int_equal(rows.clock, TIME_GPS);
		assert_int_equal(rows.utc_ms, 5000000 + 1000 + 3190);
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		assert_true(spool_unsent(spool, store, STREAM_READINGS, 1001, 5000, &block));
		assert_int_equal(block.first, 101);
		add_and_check(spool, first);
		assert_int_equal(spool_close(spool), 0);
		spool = lab_open(&conf);
		assert_string_equal(spool_id(spool), id);
		add_and_check(spool, first + 4);
		assert_int_equal(spool_close(spool), 0);
	}
}

/* More records than one block of numbers set apart in the segment. */
static void a_lost_ledger_gives_none_of_its_numbers_again(void **state)
{
	struct spool_conf conf = lab_conf("notes", SEGMENT);
	struct ledger_record note = {.kind = LEDGER_ANCHOR, .a = 1, .b = TIME_RTC};
	struct spool_counts before, after;
	struct spool *spool = lab_open(&conf);
	int i;

	(void)state;
	for (i = 0; i < RESERVE_LEDGER + 100; i++)
		assert_int_equal(spool_note(spool, &note), 0);
	spool_count(spool, &before);
	assert_int_equal(before.last[STREAM_LEDGER], RESERVE_LEDGER + 101);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(unlink("notes/ledger.db"), 0);
	spool = lab_open(&conf);
	spool_count(spool, &after);
	assert_true(after.last[STREAM_LEDGER] > before.last[STREAM_LEDGER]);
	assert_int_equal(spool_close(spool), 0);
}

static void both_lost_at_once_still_give_no_number_twice(void **state)
{
	char id[SPOOL_ID], path[300];
	struct spool_conf conf = lab_conf("both", SEGMENT);
	struct spool_counts counts;
	struct spool *spool;

	(void)state;
	fill("both", id);
	assert_true(lab_file("both", "readings-", ".db", 3, path, sizeof(path)));
	cut(path, 0);
	cut("both/ledger.db", 100);
	spool = lab_open(&conf);
	assert_string_equal(spool_id(spool), id);
	spool_count(spool, &counts);
	assert_true(counts.last[STREAM_READINGS] >= 3200);
	add_and_check(spool, counts.last[STREAM_READINGS] + 1);
	assert_int_equal(spool_close(spool), 0);
}

/* Pages in the middle: what is damaged is left out and becomes a gap; the rest is read. */
static void damaged_pages_are_stepped_over(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	char dir[20], id[SPOOL_ID], path[300];
	struct spool_reader *reader;
	struct lab_rows rows, again;
	struct spool_conf conf;
	struct spool *spool;
	unsigned store, i;
	int round;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (round = 0; round < 12; round++) {
		struct stat st;
		struct text why;
		char words[200];

		snprintf(dir, sizeof(dir), "pages%d", round);
		fill(dir, id);
		assert_true(lab_file(dir, "readings-", ".db", 1, path, sizeof(path)));
		assert_int_equal(stat(path, &st), 0);
		for (i = 0; i < 3; i++)
			overwrite(path, 4096 + lrand48() % (st.st_size - 4096 - 64),
				(size_t)(1 + lrand48() % 64), (unsigned char)lrand48());
		/* Alone first: counted, never handed out wrong. */
		why = text_over(words, sizeof(words));
		assert_int_equal(spool_reader_open_dir(&reader, dir, &why), 0);
		rows = (struct lab_rows){.in_order = true};
		i = 0;
		assert_true(spool_read(reader, STREAM_READINGS, (struct range){1, 3200}, lab_take,
				    &rows, &rows.damaged) <= 0);
		spool_reader_close(reader);

		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		rows = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		again = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		assert_int_equal(again.damaged, 0);
		assert_true(again.n >= 2200 && again.n <= 3200);
		/* All that can be read waits, and all that cannot does not. */
		assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), again.n - 100);
		add_and_check(spool, 3201);
		assert_int_equal(spool_close(spool), 0);
	}
}

static void change(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), 0);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), 0);
	sqlite3_close(db);
}

/* A row that is missing or changed costs its exchange, and nothing beside it. */
static void one_bad_row_costs_one_exchange(void **state)
{
	static const char *const harm[] = {
		"DELETE FROM reading WHERE seq=1498",
		"UPDATE reading SET value=value+1 WHERE seq=1498",
		"UPDATE reading SET qc=1-qc WHERE seq=1498",
		"UPDATE reading SET series=1 WHERE seq=1498",
		"UPDATE exchange SET boot_ms=boot_ms+1 WHERE seq=1497",
		"UPDATE exchange SET raw=x'00' WHERE seq=1497",
		"UPDATE exchange SET crc=crc+1 WHERE seq=1497",
		"DELETE FROM exchange WHERE seq=1497",
	};
	char dir[20], id[SPOOL_ID], path[300];
	struct spool_conf conf;
	struct records records;
	struct lab_rows rows;
	struct spool *spool;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		snprintf(dir, sizeof(dir), "row%zu", i);
		fill(dir, id);
		assert_true(lab_file(dir, "readings-", ".db", 1, path, sizeof(path)));
		change(path, harm[i]);
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		rows = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		assert_int_equal(rows.n, 3196);
		assert_int_equal(rows.damaged, 4);
		records = read_records(spool);
		assert_int_equal(records.n[LEDGER_GAP], 1);
		assert_int_equal(records.gap_first, 1497);
		assert_int_equal(records.gap_last, 1500);
		assert_int_equal(lab_read(spool, STREAM_READINGS, 1, 3200, 1).damaged, 0);
		assert_int_equal(spool_close(spool), 0);
	}
}

/* A damaged offset is never used: it is taken from a segment, or the rows wait. */
static void a_damaged_time_is_not_believed(void **state)
{
	char dir[20], id[SPOOL_ID], path[300];
	struct spool_conf conf;
	struct lab_rows rows;
	struct spool *spool;
	struct range block;
	unsigned store, i;
	int lost;

	(void)state;
	for (lost = 0; lost < 2; lost++) {
		snprintf(dir, sizeof(dir), "offset%d", lost);
		fill(dir, id);
		snprintf(path, sizeof(path), "%s/ledger.db", dir);
		change(path, "UPDATE epoch SET offset_ms=offset_ms+1");
		for (i = 0; lost && lab_file(dir, "readings-", ".db", i, path, sizeof(path)); i++)
			change(path, "UPDATE epoch SET offset_ms=offset_ms+1");
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		rows = lab_read(spool, STREAM_READINGS, 1, 1, 1);
		assert_int_equal(rows.clock, lost ? TIME_NONE : TIME_GPS);
		assert_int_equal(rows.utc_ms, lost ? 0 : 5000000 + 1000);
		assert_int_equal(
			spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 10, &block), !lost);
		assert_int_equal(spool_close(spool), 0);
	}
}

/* A large hole is one record, whatever the size of the blocks it is met by. */
static void a_hole_is_recorded_once(void **state)
{
	char id[SPOOL_ID], path[300];
	struct spool_conf conf = lab_conf("hole", SEGMENT);
	struct records records;
	struct spool *spool;
	struct range block;
	uint64_t below = UINT64_MAX;
	unsigned store;

	(void)state;
	fill("hole", id);
	assert_true(lab_file("hole", "readings-", ".db", 1, path, sizeof(path)));
	change(path, "DELETE FROM exchange WHERE seq BETWEEN 1101 AND 1800;"
		     "DELETE FROM reading WHERE seq BETWEEN 1101 AND 1800");
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	while (spool_unsent(spool, store, STREAM_READINGS, below, 50, &block)) {
		struct lab_rows rows =
			lab_read(spool, STREAM_READINGS, block.first, block.last, block.first);

		assert_true(rows.values_right);
		spool_mark_sent(spool, store, STREAM_READINGS, block);
		below = block.first;
	}
	records = read_records(spool);
	assert_int_equal(records.n[LEDGER_GAP], 1);
	assert_int_equal(records.gap_first, 1101);
	assert_int_equal(records.gap_last, 1800);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 0);
	assert_int_equal(spool_close(spool), 0);
}

static int check_value(void *ctx, const struct spool_row *row)
{
	uint64_t at = (row->number - 1) / 4 * 4 + 1; /* of its exchange */
	char parameter[PARAMETER_CODE];

	++*(uint64_t *)ctx;
	snprintf(parameter, sizeof(parameter), "p%u", (unsigned)(row->number - at));
	return row->value == lab_value(row->number) && row->boot_ms == (int64_t)(1000 + at) &&
			       strcmp(row->series->unit, "sonde1") == 0 &&
			       strcmp(row->series->parameter, parameter) == 0 &&
			       row->raw_len == 21 && row->raw[20] == (uint8_t)(at + 20) &&
			       row->qc == QC_PASS && row->flags == at % 3 &&
			       strcmp(row->boot, boot_one) == 0 && row->place.district[0] == '\0'
		       ? 0
		       : 99;
}

/* Every bit of a row matters: no damaged one is handed out, whatever byte it is. */
static void no_damaged_row_is_ever_handed_out(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct spool_conf conf = lab_conf("flip", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct spool_reader *reader;
	char words[200];
	struct stat st;
	unsigned char byte;
	uint64_t k, n, damaged;
	int fd, i;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (k = 1; k <= 400; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_close(spool), 0);
	fd = open("flip/readings-000000000001.db", O_RDWR);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	for (i = 0; i < 1500; i++) {
		off_t at = 100 + lrand48() % (st.st_size - 100);
		struct text why = text_over(words, sizeof(words));
		unsigned char flip = (unsigned char)(1 << lrand48() % 8);
		int err;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		flip ^= byte;
		assert_int_equal(pwrite(fd, &flip, 1, at), 1);
		n = 0;
		damaged = 0;
		assert_int_equal(spool_reader_open_dir(&reader, "flip", &why), 0);
		err = spool_read(
			reader, STREAM_READINGS, (struct range){1, 400}, check_value, &n, &damaged);
		assert_true(err <= 0);
		spool_reader_close(reader);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
}

static void a_newer_segment_is_left_alone(void **state)
{
	char id[SPOOL_ID], path[300];
	struct spool_conf conf = lab_conf("newer", SEGMENT);
	struct spool_counts counts;
	struct spool *spool;
	struct range block;
	unsigned store;
	sqlite3 *db;

	(void)state;
	fill("newer", id);
	assert_true(lab_file("newer", "readings-", ".db", 3, path, sizeof(path)));
	assert_int_equal(sqlite3_open(path, &db), 0);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	spool = lab_open(&conf);
	assert_int_equal(access(path, F_OK), 0);
	spool_count(spool, &counts);
	assert_true(counts.last[STREAM_READINGS] >= 3200);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	/* Not lost, only unreadable to this program: they wait. */
	assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 5000, &block));
	assert_int_equal(block.last, 3000);
	add_and_check(spool, counts.last[STREAM_READINGS] + 1);
	assert_int_equal(spool_close(spool), 0);
}

static void remove_all(const char *dir, const char *pattern)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -f %s/%s", dir, pattern);
	assert_int_equal(system(command), 0);
}

/* Files removed under the running spool: what is written into them would be gone with the process. */
static void a_file_removed_while_it_is_written_is_noticed(void **state)
{
	static const char *const removed[] = {"readings-*", "ledger.db*"};
	char dir[20];
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct spool_conf conf;
		struct spool *spool;
		struct spool_counts counts;
		struct lab_rows rows;

		snprintf(dir, sizeof(dir), "removed%u", i);
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		assert_int_equal(lab_add(spool, 1, 4), 0);
		assert_int_equal(spool_flush(spool), 0);
		remove_all(dir, removed[i]);
		assert_int_equal(lab_add(spool, 5, 4), 0);
		assert_int_equal(spool_flush(spool), 0);
		assert_int_equal(spool_close(spool), 0);
		/* What was said to be saved after that is there. */
		spool = lab_open(&conf);
		spool_count(spool, &counts);
		rows = lab_read(spool, STREAM_READINGS, counts.last[STREAM_READINGS] - 3,
			counts.last[STREAM_READINGS], 5);
		assert_true(rows.n == 4 && rows.values_right);
		assert_int_equal(read_records(spool).n[LEDGER_GAP], i == 0);
		assert_int_equal(spool_close(spool), 0);
	}
}

/* The whole folder is gone: nothing is called saved any more. */
static void without_its_folder_nothing_is_saved(void **state)
{
	struct spool_conf conf = lab_conf("folder", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct spool_counts counts;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(system("rm -rf folder"), 0);
	assert_int_equal(lab_add(spool, 5, 4), 0);
	assert_int_not_equal(spool_flush(spool), 0);
	spool_count(spool, &counts);
	assert_int_equal(counts.saved, 4);
	assert_int_equal(counts.made, 8);
	assert_int_not_equal(counts.trouble, 0);
	assert_int_not_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_removed_while_it_is_written_is_noticed),
		cmocka_unit_test(without_its_folder_nothing_is_saved),
		cmocka_unit_test(a_damaged_older_segment_is_set_aside),
		cmocka_unit_test(a_damaged_newest_segment_is_set_aside_and_no_number_comes_twice),
		cmocka_unit_test(a_missing_segment_is_a_gap),
		cmocka_unit_test(a_damaged_ledger_is_made_again_from_the_segments),
		cmocka_unit_test(a_lost_ledger_gives_none_of_its_numbers_again),
		cmocka_unit_test(both_lost_at_once_still_give_no_number_twice),
		cmocka_unit_test(damaged_pages_are_stepped_over),
		cmocka_unit_test(one_bad_row_costs_one_exchange),
		cmocka_unit_test(a_damaged_time_is_not_believed),
		cmocka_unit_test(a_hole_is_recorded_once),
		cmocka_unit_test(no_damaged_row_is_ever_handed_out),
		cmocka_unit_test(a_newer_segment_is_left_alone),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
