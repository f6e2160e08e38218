/*
 * A ledger of an older program is taken further, of a newer one left alone: whatever ends it, what was stored is
 * there, once, and the numbers go on.
 */
#include <limits.h>
#include <sys/wait.h>

#include "filed.h"

enum { STEPS = 5 }; /* that this program knows */

static void tell(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int64_t ask(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	int64_t n = -1;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sql_number(db, sql, &n))
		n = -1;
	sqlite3_close(db);
	return n;
}

static int64_t step_of(const char *dir)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/ledger.db", dir);
	return ask(path, "SELECT value FROM meta WHERE key='step'");
}

/* A spool with readings and a meter's file, its ledger as the program before the first step left it. */
static void make_old(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];
	char path[300];

	make_file(file, 1, PER_FILE);
	expect_new(spool, file, PER_FILE, PER_FILE);
	assert_int_equal(lab_add(spool, 1, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	snprintf(path, sizeof(path), "%s/ledger.db", dir);
	tell(path, "DROP INDEX filed; DROP INDEX salvaged; DROP INDEX samples; DROP INDEX checks; "
		   "DROP INDEX spikes; DELETE FROM meta WHERE key='step'");
	assert_int_equal(step_of(dir), -1);
}

/* All of it is there, and nothing twice, also when asked to take it again. */
static void check_kept(const char *dir, int64_t step)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];

	make_file(file, 1, PER_FILE);
	assert_true(read_all(spool).right);
	assert_int_equal(read_all(spool).n, PER_FILE);
	expect_new(spool, file, PER_FILE, 0);
	assert_true(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).values_right);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 5);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	assert_int_equal(step_of(dir), step);
}

static void check_all(const char *dir)
{
	check_kept(dir, STEPS);
}

static void an_old_ledger_is_taken_further(void **state)
{
	(void)state;
	make_old("old");
	check_all("old");
	/* Older programs may write it still. */
	assert_int_equal(ask("old/ledger.db", "PRAGMA user_version"), 2);
	check_all("old");
}

static void a_new_ledger_has_all_steps(void **state)
{
	struct spool_conf conf = lab_conf("new", SEGMENT);
	sqlite3_stmt *plan = NULL;
	sqlite3 *db = NULL;

	(void)state;
	assert_int_equal(spool_close(lab_open(&conf)), 0);
	assert_int_equal(step_of("new"), STEPS);
	assert_int_equal(sqlite3_open("new/ledger.db", &db), SQLITE_OK);
	assert_int_equal(sql_prepare(db,
				 "EXPLAIN QUERY PLAN SELECT number,words FROM ledger"
				 " WHERE kind BETWEEN 7 AND 9 ORDER BY number",
				 &plan),
		0);
	assert_int_equal(sqlite3_step(plan), SQLITE_ROW);
	assert_non_null(strstr((const char *)sqlite3_column_text(plan, 3), "INDEX filed"));
	sqlite3_finalize(plan);
	sqlite3_close(db);
	faulty_forget();
}

/* The step waits for room; what is there is read and sent meanwhile. */
static void on_a_full_card_the_step_waits(void **state)
{
	struct spool_conf conf = lab_conf("full", SEGMENT);
	struct ledger_record note = {.kind = LEDGER_ANCHOR, .a = 1, .b = TIME_NTP};
	struct spool *spool;

	(void)state;
	make_old("full");
	faulty.write_error = SQLITE_FULL;
	spool = lab_open(&conf);
	assert_int_equal(read_all(spool).n, PER_FILE);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 5);
	assert_int_equal(spool_note(spool, &note), ERR_FULL);
	faulty.write_error = 0;
	assert_int_equal(spool_note(spool, &note), 0);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	check_all("full");
}

/* False: the opening did not come to it. */
static bool open_with_one_failing(unsigned long write, unsigned long sync)
{
	struct spool_conf conf = lab_conf("one", SEGMENT);
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool = NULL;
	bool came;

	assert_int_equal(system("rm -rf one; cp -r was one"), 0);
	faulty.fail_write = write ? faulty.writes + write : 0;
	faulty.fail_from = faulty.fail_to = sync ? faulty.syncs + sync : 0;
	if (spool_open(&spool, &conf, &lab_clock, &why))
		spool = NULL; /* it says so, and is tried again */
	came = write ? faulty.writes >= faulty.fail_write : faulty.syncs >= faulty.fail_from;
	faulty.fail_write = faulty.fail_from = faulty.fail_to = 0;
	if (spool)
		assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	check_all("one");
	return came;
}

static void every_single_write_and_sync_fails_once(void **state)
{
	unsigned long at = 0, writes;

	(void)state;
	make_old("was");
	do {
		at++;
	} while (open_with_one_failing(at, 0));
	writes = at;
	at = 0;
	do {
		at++;
	} while (open_with_one_failing(0, at));
	printf("%lu writes, %lu syncs\n", writes - 1, at - 1);
	assert_true(writes > 5 && at > 3);
}

static void power_goes(void)
{
	faulty_dump("cut", "after");
	_exit(7);
}

static void the_power_goes_at_every_sync(void **state)
{
	struct spool_conf conf = lab_conf("cut", SEGMENT);
	unsigned long at;
	int status = 0;
	pid_t child;

	(void)state;
	make_old("before");
	for (at = 1;; at++) {
		assert_int_equal(system("rm -rf cut after; cp -r before cut"), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			faulty.cut = power_goes;
			faulty.cut_at = faulty.syncs + at;
			_exit(spool_close(lab_open(&conf)));
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			break;
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
		check_all("after");
	}
	printf("%lu cuts\n", at - 1);
	assert_true(at > 3);
}

/* It says only what was taken: whatever stands there, nothing else of the ledger is doubted for it. */
static void a_wrong_step_costs_nothing(void **state)
{
	static const struct {
		const char *value;
		int64_t then;
	} wrong[] = {{"0", STEPS}, {"1", STEPS}, {"-7", STEPS}, {"'x'", STEPS}, {"99", 99}};
	char sql[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(system("rm -rf step"), 0);
		make_old("step");
		check_all("step");
		snprintf(sql, sizeof(sql), "UPDATE meta SET value=%s WHERE key='step'",
			wrong[i].value);
		tell("step/ledger.db", sql);
		check_kept("step", wrong[i].then);
		assert_int_equal(access("step/ledger.db.damaged-1", F_OK), -1);
	}
}

/* Downgraded, used, and upgraded again: one identity, no number twice, no file lost. */
static void a_newer_programs_files_are_left_alone(void **state)
{
	static const char segment[] = "newer/readings-000000000001.db";
	struct spool_conf conf = lab_conf("newer", SEGMENT);
	struct ledger_record file[PER_FILE];
	struct spool *spool = lab_open(&conf);
	uint64_t reading, ledger;
	char id[SPOOL_ID];

	(void)state;
	make_file(file, 1, PER_FILE);
	expect_new(spool, file, PER_FILE, PER_FILE);
	assert_int_equal(lab_add(spool, 1, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	reading = last_of(spool, STREAM_READINGS);
	ledger = last_of(spool, STREAM_LEDGER);
	text_copy(id, sizeof(id), spool_id(spool));
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	tell("newer/ledger.db", "PRAGMA user_version=99");
	tell(segment, "PRAGMA user_version=99");
	spool = lab_open(&conf);
	assert_string_equal(spool_id(spool), id);
	assert_int_equal(lab_add(spool, 6, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_in_range(last_of(spool, STREAM_READINGS), reading + 5, 2 * RESERVE_READINGS);
	assert_true(last_of(spool, STREAM_LEDGER) > ledger);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	assert_int_equal(ask("newer/ledger.db.newer-1", "PRAGMA user_version"), 99);
	assert_int_equal(
		ask("newer/ledger.db.newer-1", "SELECT max(number) FROM ledger"), (int64_t)ledger);
	tell(segment, "PRAGMA user_version=2");
	spool = lab_open(&conf);
	assert_string_equal(spool_id(spool), id);
	assert_true(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).values_right);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 10);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_ledger_is_taken_further),
		cmocka_unit_test(a_new_ledger_has_all_steps),
		cmocka_unit_test(on_a_full_card_the_step_waits),
		cmocka_unit_test(every_single_write_and_sync_fails_once),
		cmocka_unit_test(the_power_goes_at_every_sync),
		cmocka_unit_test(a_wrong_step_costs_nothing),
		cmocka_unit_test(a_newer_programs_files_are_left_alone),
	};

	spool_tuning.boot_id = boot_one;
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 1;
	faulty_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
