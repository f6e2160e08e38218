/* Files that are not what they were: set aside, said once, and the spool goes on. */
#include <sys/wait.h>

#include "damage.h"

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

static void remove_all(const char *dir, const char *pattern)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -f %s/%s", dir, pattern);
	assert_int_equal(system(command), 0);
}

static const char unused[] = "numbers set apart and not used";

/* Nothing was in them: they are no damage, and nobody is told that they were lost. */
static void numbers_set_apart_and_not_used_are_said_to_be_that(void **state)
{
	struct spool_conf conf = lab_conf("apart", SEGMENT);
	struct records records;
	struct lab_rows rows;
	struct spool *spool;
	char id[SPOOL_ID];
	int starts;

	(void)state;
	fill("apart", id);
	remove_all("apart", "ledger.db*");
	for (starts = 0; starts < 2; starts++) {
		spool = lab_open(&conf);
		rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
		assert_true(rows.n == 3200 && rows.damaged == 0);
		records = read_records(spool);
		assert_int_equal(records.n[LEDGER_GAP], 2); /* of records, of readings */
		assert_int_equal(records.gap_first, 3201);
		assert_int_equal(records.gap_last, 4000);
		assert_string_equal(records.words, unused);
		assert_int_equal(spool_close(spool), 0);
	}
}

static int count_unused(void *ctx, const struct spool_row *row)
{
	if (row->kind == LEDGER_GAP && !strcmp(row->words, unused)) {
		++*(unsigned *)ctx;
		assert_true(row->a > 3200);
	}
	return 0;
}

/* A newest segment that is damaged anywhere cannot say how far it came. */
static void what_a_damaged_file_may_have_held_is_not_called_unused(void **state)
{
	struct spool_conf conf = lab_conf("page", SEGMENT);
	struct spool_reader *reader;
	struct spool *spool;
	char id[SPOOL_ID], path[300];
	struct stat st = {.st_size = 4 * 4096};
	unsigned n = 0;
	off_t page;

	(void)state;
	fill("whole", id);
	remove_all("whole", "ledger.db*");
	for (page = 1; page < st.st_size / 4096; page++) {
		assert_int_equal(system("rm -rf page; cp -r whole page"), 0);
		assert_true(lab_file("page", "readings-", ".db", 3, path, sizeof(path)));
		assert_int_equal(stat(path, &st), 0);
		overwrite(path, page * 4096, 4096, 0xff);
		spool = lab_open(&conf);
		lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
		assert_int_equal(spool_reader_open(&reader, spool), 0);
		assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
					 count_unused, &n, NULL),
			0);
		spool_reader_close(reader);
		assert_int_equal(spool_close(spool), 0);
	}
	assert_int_equal(n, 0);
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

/* Somebody removed ledger.db of a killed daemon and left its WAL: that is not the new ledger's. */
static void the_wal_of_a_removed_ledger_is_set_aside(void **state)
{
	struct spool_conf conf = lab_conf("stray", SEGMENT);
	struct ledger_record note = {.kind = LEDGER_ANCHOR, .a = 1, .b = TIME_RTC};
	char id[SPOOL_ID], path[300];
	struct spool *spool;
	pid_t child;
	int status, i;

	(void)state;
	fill("stray", id);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		spool = lab_open(&conf);
		for (i = 0; i < 50; i++)
			if (spool_note(spool, &note))
				_exit(1);
		_exit(0); /* nothing is closed */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(file_bytes("stray/ledger.db-wal") > 4096);
	assert_int_equal(unlink("stray/ledger.db"), 0);
	spool = lab_open(&conf);
	assert_string_equal(spool_id(spool), id);
	assert_true(lab_file("stray", "ledger", ".damaged-1-wal", 0, path, sizeof(path)));
	assert_int_equal(read_records(spool).n[LEDGER_ANCHOR], 0);
	assert_int_equal(sql_quick_check(spool->ledger.db), 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 3200);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 3200);
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
		assert_int_equal(read_records(spool).n[LEDGER_GAP],
			1 + i); /* of readings; of records, and of numbers not used */
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
		cmocka_unit_test(numbers_set_apart_and_not_used_are_said_to_be_that),
		cmocka_unit_test(what_a_damaged_file_may_have_held_is_not_called_unused),
		cmocka_unit_test(a_lost_ledger_gives_none_of_its_numbers_again),
		cmocka_unit_test(the_wal_of_a_removed_ledger_is_set_aside),
		cmocka_unit_test(both_lost_at_once_still_give_no_number_twice),
		cmocka_unit_test(a_newer_segment_is_left_alone),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
