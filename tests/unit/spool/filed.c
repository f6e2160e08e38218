/* What meters' files say, in the ledger: each record once, however often and in whatever company it comes. */
#include "filed.h"

static void what_is_known_is_not_recorded_again(void **state)
{
	struct spool_conf conf = lab_conf("known", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];
	struct found found;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 5), 0);
	make_file(file, 1, PER_FILE);
	expect_new(spool, file, PER_FILE / 2, PER_FILE / 2);
	expect_new(spool, file, PER_FILE / 2, 0);
	assert_int_equal(lab_add(spool, 6, 5), 0);
	expect_new(spool, file, PER_FILE, PER_FILE / 2); /* a file that grew */
	expect_new(spool, file, PER_FILE, 0);
	assert_int_equal(last_of(spool, STREAM_LEDGER), 1 + PER_FILE);
	assert_int_equal(lab_add(spool, 11, 5), 0);
	assert_int_equal(spool_close(spool), 0);

	spool = lab_open(&conf);
	expect_new(spool, file, PER_FILE, 0);
	make_file(file, 2, 1);
	expect_new(spool, file, PER_FILE, 1); /* one other in front of the known */
	found = read_all(spool);
	assert_int_equal(found.n, PER_FILE + 1);
	assert_true(found.own_ms && found.right && found.in_order);
	assert_int_equal(found.of_file[1], PER_FILE);
	assert_true(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).values_right);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1).n, 15);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

static void a_record_that_comes_twice_is_recorded_once(void **state)
{
	struct spool_conf conf = lab_conf("twice", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[3 * PER_FILE];
	struct found found;
	unsigned i;

	(void)state;
	make_file(file, 1, PER_FILE);
	for (i = 0; i < PER_FILE; i++) { /* the same marks, told otherwise, behind and amid */
		file[2 * PER_FILE - 1 - i] = file[i];
		file[2 * PER_FILE + i] = file[i];
		file[2 * PER_FILE + i].words[0] = 'x';
	}
	expect_new(spool, file, (size_t)3 * PER_FILE, PER_FILE);
	found = read_all(spool);
	assert_int_equal(found.n, PER_FILE);
	assert_true(found.right); /* the first of each is the one that stays */
	assert_true(found.own_ms && found.in_order);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

static void what_is_no_file_is_refused(void **state)
{
	struct spool_conf conf = lab_conf("range", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[3];
	struct spool_added added;
	int kind;

	(void)state;
	for (kind = 0; kind <= LEDGER_FILE_CALIBRATION + 1; kind++) {
		make_file(file, 1, 3);
		file[2].kind = (enum ledger_kind)kind;
		if (kind >= LEDGER_FILE_READING && kind <= LEDGER_FILE_CALIBRATION)
			continue;
		added = (struct spool_added){99, 99};
		assert_int_equal(spool_note_new(spool, file, 3, &added), ERR_RANGE);
		assert_int_equal(added.n, 0);
	}
	make_file(file, 1, 3);
	memset(file[1].words, 'w', sizeof(file[1].words));
	assert_int_equal(spool_note_new(spool, file, 3, &added), ERR_RANGE);
	make_file(many, 1, SPOOL_NEW_MOST + 1);
	assert_int_equal(spool_note_new(spool, many, SPOOL_NEW_MOST + 1, &added), ERR_RANGE);
	expect_new(spool, many, 0, 0);
	assert_int_equal(last_of(spool, STREAM_LEDGER), 1);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

static void nothing_new_writes_nothing(void **state)
{
	struct spool_conf conf = lab_conf("quiet", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];
	unsigned long writes, syncs;

	(void)state;
	make_file(file, 1, PER_FILE);
	expect_new(spool, file, PER_FILE, PER_FILE);
	writes = faulty.writes;
	syncs = faulty.syncs;
	expect_new(spool, file, PER_FILE, 0);
	assert_int_equal(faulty.writes, writes);
	assert_int_equal(faulty.syncs, syncs);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* Its ledger numbers are set apart at once: every sync is a moment in which no reading is saved. */
static void the_largest_file_is_a_few_syncs(void **state)
{
	struct spool_conf conf = lab_conf("large", SEGMENT);
	struct spool *spool = lab_open(&conf);
	unsigned long syncs;

	(void)state;
	lab_now_ms = SPOOL_NEW_MOST;
	make_file(many, 1, SPOOL_NEW_MOST);
	syncs = faulty.syncs;
	expect_new(spool, many, SPOOL_NEW_MOST, SPOOL_NEW_MOST);
	assert_true(faulty.syncs - syncs <= 4);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
	faulty_forget();
}

/* A store takes two rows of one analyzer, parameter and ms for one. */
static void no_two_have_the_same_ms(void **state)
{
	struct spool_conf conf = lab_conf("ms", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];
	struct found found;
	int64_t i;

	(void)state;
	lab_now_ms = 50000;
	for (i = 1; i <= 4; i++) {
		make_file(file, i, PER_FILE);
		expect_new(spool, file, PER_FILE, PER_FILE);
		if (i == 1) /* they lie behind us, not ahead */
			assert_int_equal(read_all(spool).ms, lab_now_ms);
		if (i == 2) { /* the daemon alone starts again */
			assert_int_equal(spool_close(spool), 0);
			spool = lab_open(&conf);
		}
	}
	found = read_all(spool);
	assert_int_equal(found.n, 4 * PER_FILE);
	assert_true(found.own_ms);
	assert_int_equal(found.ms, lab_now_ms + 3 * PER_FILE);
	assert_int_equal(spool_close(spool), 0);

	/* Just after a boot there is no ms before it. */
	spool_tuning.boot_id = boot_two;
	lab_now_ms = 5;
	spool = lab_open(&conf);
	make_file(file, 5, PER_FILE);
	expect_new(spool, file, PER_FILE, PER_FILE);
	assert_int_equal(read_all(spool).ms, PER_FILE);
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_one;
	lab_now_ms = 1000;
	faulty_forget();
}

static void it_returns_when_its_last_ms_is_past(void **state)
{
	struct spool_conf conf = lab_conf("pass", SEGMENT);
	struct ledger_record file[PER_FILE];
	struct spool *spool;
	char words[300];
	struct text why = text_over(words, sizeof(words));
	int64_t i;

	(void)state;
	assert_int_equal(spool_open(&spool, &conf, &clock_system, &why), 0);
	for (i = 1; i <= 5; i++) {
		make_file(file, i, PER_FILE);
		expect_new(spool, file, PER_FILE, PER_FILE);
		assert_true(read_all(spool).ms <= clock_boot_ms(&clock_system));
	}
	assert_true(read_all(spool).own_ms);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* Nothing that fails its checksum is ever handed out, so it must not keep what it said from coming in. */
static void a_damaged_row_is_recorded_again(void **state)
{
	struct spool_conf conf = lab_conf("rotten", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[PER_FILE];
	sqlite3 *db;

	(void)state;
	make_file(file, 1, PER_FILE);
	expect_new(spool, file, PER_FILE, PER_FILE);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(sqlite3_open("rotten/ledger.db", &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE ledger SET words='sour' WHERE c=7 AND kind>=7", 0, 0, 0),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	spool = lab_open(&conf);
	expect_new(spool, file, PER_FILE, 1);
	expect_new(spool, file, PER_FILE, 0);
	assert_int_equal(read_all(spool).n, PER_FILE);
	assert_true(read_all(spool).right);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* A configuration was mended: what it says of the same record counts, and the newest is the one that does. */
static void what_is_said_otherwise_now_is_recorded_anew(void **state)
{
	struct spool_conf conf = lab_conf("anew", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct ledger_record file[3], before[3];
	struct spool_added added;

	(void)state;
	make_file(before, 1, 3);
	make_file(file, 1, 3);
	expect_new(spool, before, 3, 3);
	file[1].a = 2; /* another time */
	snprintf(file[2].words, sizeof(file[2].words), "hqd-2 ph 7.02 [pH]; sample 2");
	assert_int_equal(spool_note_new(spool, file, 3, &added), 0);
	assert_int_equal(added.n, 2);
	assert_int_equal(added.anew, 2);
	expect_new(spool, file, 3, 0);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	expect_new(spool, file, 3, 0);
	/* And back: the newest is compared with, not any. */
	assert_int_equal(spool_note_new(spool, before, 3, &added), 0);
	assert_int_equal(added.n, 2);
	assert_int_equal(added.anew, 2);
	make_file(file, 3, 1);
	assert_int_equal(spool_note_new(spool, file, 1, &added), 0);
	assert_int_equal(added.n, 1);
	assert_int_equal(added.anew, 0);
	assert_int_equal(read_all(spool).n, 3 + 2 + 2 + 1);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_is_not_recorded_again),
		cmocka_unit_test(a_record_that_comes_twice_is_recorded_once),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(nothing_new_writes_nothing),
		cmocka_unit_test(the_largest_file_is_a_few_syncs),
		cmocka_unit_test(no_two_have_the_same_ms),
		cmocka_unit_test(it_returns_when_its_last_ms_is_past),
		cmocka_unit_test(what_is_said_otherwise_now_is_recorded_anew),
		cmocka_unit_test(a_damaged_row_is_recorded_again),
	};

	filed_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
