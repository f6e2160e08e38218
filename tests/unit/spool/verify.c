/* waterlab spool verify: what is as it was written is sound, and nothing else is called so. */
#include "spool/verify.h"
#include "damage.h"
#include "spool/check.h"

enum { FLIPS = 60 };

struct seen {
	struct verify_file file[16];
	char names[16][64];
	unsigned n, stills;
};

static int keep(void *ctx, const struct verify_file *file)
{
	struct seen *seen = ctx;

	assert_true(seen->n < 16);
	text_copy(seen->names[seen->n], sizeof(seen->names[0]), file->name);
	seen->file[seen->n++] = *file;
	return 0;
}

static int live(void *ctx)
{
	((struct seen *)ctx)->stills++;
	return 0;
}

static struct verify_result verify(const char *dir, struct seen *seen, int want)
{
	struct verify_ask ask = {
		.dir = dir, .beside = true, .each = keep, .still = live, .ctx = seen};
	struct verify_result result;
	char words[400];
	struct text why = text_over(words, sizeof(words));
	int err;

	*seen = (struct seen){.n = 0};
	err = spool_verify(&ask, &result, &why);
	if (err != want)
		fprintf(stderr, "%s: %s: %s\n", dir, err_text(err), words);
	assert_int_equal(err, want);
	return result;
}

static bool is_sound(const struct verify_result *result)
{
	return !result->unsound && !result->missing[STREAM_READINGS] &&
	       !result->missing[STREAM_LEDGER];
}

static const struct verify_file *file_of(const struct seen *seen, const char *name)
{
	unsigned i;

	for (i = 0; i < seen->n && strcmp(seen->names[i], name) != 0; i++)
		;
	assert_true(i < seen->n);
	return &seen->file[i];
}

static void what_was_written_is_sound(void **state)
{
	struct verify_result result;
	char id[SPOOL_ID];
	struct seen seen;

	(void)state;
	fill("whole", id);
	result = verify("whole", &seen, 0);
	assert_true(is_sound(&result));
	assert_string_equal(result.spool, id);
	assert_int_equal(result.files, 5);
	assert_int_equal(result.rows[STREAM_READINGS], 3200);
	assert_int_equal(result.last[STREAM_READINGS], 3200);
	assert_true(result.rows[STREAM_LEDGER] == result.last[STREAM_LEDGER]);
	assert_int_equal(file_of(&seen, "readings-000000001001.db")->rows, 1000);
	assert_int_equal(file_of(&seen, "readings-000000003001.db")->range.last, 3200);
	assert_true(seen.stills > 0);
}

static void nothing_there_is_said(void **state)
{
	struct seen seen;

	(void)state;
	verify("nowhere", &seen, ERR_ABSENT);
}

static void change(const char *path, const char *sql)
{
	sqlite3 *db;
	char *words = NULL;

	assert_int_equal(sqlite3_open(path, &db), 0);
	if (sqlite3_exec(db, sql, NULL, NULL, &words))
		fail_msg("%s: %s", sql, words);
	sqlite3_close(db);
}

struct wrong {
	const char *file, *sql;
	uint64_t missing;
};

/* What is no file under a file's name is unsound, said by name, and the others are looked through. */
static void odd_things_are_unsound(void **state)
{
	static const struct {
		const char *make;
		bool unsound;
	} odd[] = {{"rm odd/readings-000000001001.db; mkdir odd/readings-000000001001.db", true},
		{"ln -sf nowhere odd/readings-000000001001.db", true},
		{"ln -sf readings-000000001001.db odd/readings-000000001001.db", true},
		{"ln -sf /dev/null odd/readings-000000001001.db", true},
		{": >odd/readings-000000001001.db", true},
		{"cp odd/ledger.db odd/readings-000000001001.db", true},
		{"cp odd/readings-000000002001.db odd/readings-000000001001.db", true},
		{"head -c 9999 /dev/urandom >odd/readings-000000001001.db", true},
		{"mkdir odd/readings-000000001001.db.damaged-1", false},
		{"mkfifo odd/ledger.db.damaged-1", false}, {"mkdir odd/ledger.db.newer-1", false}};
	struct verify_result result;
	char id[SPOOL_ID];
	struct seen seen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(system("rm -rf odd"), 0);
		fill("odd", id);
		assert_int_equal(system(odd[i].make), 0);
		result = verify("odd", &seen, 0);
		if (is_sound(&result) == odd[i].unsound)
			fail_msg("%s", odd[i].make);
		assert_int_equal(result.files, 5);
		if (!odd[i].unsound)
			continue;
		assert_int_equal(result.unsound, 1);
		assert_int_equal(result.missing[STREAM_READINGS], 1000);
		assert_int_equal(result.rows[STREAM_READINGS], 2200);
		assert_true(*file_of(&seen, "readings-000000001001.db")->words);
	}
}

/* Each table that says something: a row of it changed, or gone. */
static void one_wrong_row_is_found(void **state)
{
	static const struct wrong wrong[] = {
		{"readings-000000001001.db", "UPDATE reading SET value=value+1 WHERE seq=1498", 4},
		{"readings-000000001001.db", "DELETE FROM exchange WHERE seq=1497", 4},
		{"readings-000000001001.db", "DELETE FROM exchange WHERE seq>=1997", 4},
		{"readings-000000003001.db", "UPDATE exchange SET raw=x'00' WHERE seq=3197", 4},
		{"readings-000000001001.db", "UPDATE series SET parameter='ph' WHERE id=1", 1000},
		{"readings-000000001001.db", "UPDATE boot SET first_reading=2", 1000},
		{"readings-000000001001.db", "UPDATE area SET district='PK599' WHERE id=1", 4},
		{"readings-000000001001.db", "UPDATE epoch SET offset_ms=1", 0},
		{"readings-000000002001.db", "UPDATE delivery SET last=last+1", 0},
		{"readings-000000001001.db", "UPDATE meta SET value='0' WHERE key='spool'", 1000},
		{"ledger.db", "UPDATE ledger SET a=a+1 WHERE number=1", 1},
		{"ledger.db", "DELETE FROM ledger WHERE number=1", 0},
		{"ledger.db",
			"INSERT INTO ledger SELECT 3,kind,boot,boot_ms,a,b,c,words,crc FROM ledger",
			2},
		{"ledger.db", "UPDATE epoch SET offset_ms=1", 0},
		{"ledger.db", "UPDATE delivery SET last=last+1", 0},
		{"ledger.db", "UPDATE boot SET first_reading=2", 0},
		{"ledger.db", "UPDATE meta SET value=7 WHERE key='reserved'", 0},
		{"ledger.db", "INSERT INTO refusal(store,stream,number) VALUES('centre',7,1)", 0},
	};
	char dir[20], id[SPOOL_ID], path[100];
	struct verify_result result;
	struct seen seen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(dir, sizeof(dir), "wrong%zu", i);
		fill(dir, id);
		snprintf(path, sizeof(path), "%s/%s", dir, wrong[i].file);
		change(path, wrong[i].sql);
		result = verify(dir, &seen, 0);
		if (strstr(wrong[i].sql, "area"))
			assert_true(result.missing[STREAM_READINGS] >= wrong[i].missing);
		else if (result.missing[0] + result.missing[1] != wrong[i].missing)
			fail_msg("%s: %" PRIu64 " missing", wrong[i].sql,
				result.missing[0] + result.missing[1]);
		if (strstr(wrong[i].sql, "delivery"))
			continue; /* may hold no row to change */
		if (result.unsound != 1 || file_of(&seen, wrong[i].file)->sound)
			fail_msg("%s: not found", wrong[i].sql);
	}
}

static void a_mark_of_what_cannot_be_sent_is_found(void **state)
{
	static const struct range ranges[] = {{0, 5}, {9, 5}, {50, 120}};
	struct range first = {1, 100};
	char sql[300], dir[20], id[SPOOL_ID], path[100];
	struct verify_result result;
	struct seen seen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		snprintf(dir, sizeof(dir), "mark%zu", i);
		fill(dir, id);
		snprintf(path, sizeof(path), "%s/ledger.db", dir);
		snprintf(sql, sizeof(sql),
			"DELETE FROM delivery; INSERT INTO delivery VALUES('centre',0,0,1,100,%d),"
			"('centre',0,0,%" PRIu64 ",%" PRIu64 ",%d)",
			(int)check_of_delivery("centre", 0, 0, first), ranges[i].first,
			ranges[i].last, (int)check_of_delivery("centre", 0, 0, ranges[i]));
		change(path, sql);
		result = verify(dir, &seen, 0);
		assert_int_equal(result.unsound, 1);
		if (!strstr(file_of(&seen, "ledger.db")->words, "cannot be"))
			fail_msg("%s", file_of(&seen, "ledger.db")->words);
	}
}

/* A file that is gone leaves numbers nobody accounts for, until the daemon has recorded the gap. */
static void a_file_that_is_gone(void **state)
{
	struct verify_result result;
	struct spool_conf conf = lab_conf("gone", SEGMENT);
	char id[SPOOL_ID];
	struct seen seen;
	unsigned i;

	(void)state;
	for (i = 1; i <= 1001; i += 1000) {
		char path[100];

		fill("gone", id);
		snprintf(path, sizeof(path), "gone/readings-%012u.db", i);
		assert_int_equal(unlink(path), 0);
		result = verify("gone", &seen, 0);
		assert_int_equal(result.missing[STREAM_READINGS], 1000);
		assert_true(result.unsound == 1);
		assert_int_equal(spool_close(lab_open(&conf)), 0);
		result = verify("gone", &seen, 0);
		assert_true(is_sound(&result));
		assert_int_equal(result.gaps[STREAM_READINGS], 1000);
		assert_int_equal(system("rm -r gone"), 0);
	}
}

static void a_file_set_aside_is_named(void **state)
{
	struct spool_conf conf = lab_conf("aside", SEGMENT);
	struct verify_result result;
	char id[SPOOL_ID];
	struct seen seen;

	(void)state;
	fill("aside", id);
	harm_file("aside/readings-000000001001.db", HEADER);
	result = verify("aside", &seen, 0);
	assert_int_equal(result.unsound, 1);
	assert_int_equal(result.missing[STREAM_READINGS], 1000);
	assert_int_equal(spool_close(lab_open(&conf)), 0);
	result = verify("aside", &seen, 0);
	assert_true(is_sound(&result));
	assert_int_equal(result.aside, 1);
	assert_true(file_of(&seen, "readings-000000001001.db.damaged-1")->aside);
	/* A ledger made anew does not know what the lost one held. */
	harm_file("aside/ledger.db", HEADER);
	verify("aside", &seen, ERR_DAMAGED);
	assert_int_equal(spool_close(lab_open(&conf)), 0);
	result = verify("aside", &seen, 0);
	assert_int_equal(result.missing[STREAM_LEDGER], 0);
	assert_int_equal(result.missing[STREAM_READINGS], 1000);
}

static void what_was_freed_is_not_missing(void **state)
{
	struct spool_conf conf = lab_conf("freed", SEGMENT);
	struct verify_result result;
	struct spool *spool;
	char id[SPOOL_ID];
	struct seen seen;
	unsigned store;
	uint64_t n;

	(void)state;
	fill("freed", id);
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 2000});
	spool_mark_received(spool, store, STREAM_READINGS, (struct range){1, 2000});
	lab_now_ms = INT64_C(86400000);
	assert_int_equal(spool_free_old(spool, &n), 0);
	assert_int_equal(n, 2000);
	/* Beside the one that writes. */
	result = verify("freed", &seen, 0);
	assert_true(is_sound(&result));
	assert_int_equal(result.freed_below, 2001);
	assert_int_equal(spool_close(spool), 0);
	result = verify("freed", &seen, 0);
	assert_true(is_sound(&result));
	assert_int_equal(result.rows[STREAM_READINGS], 1200);
	lab_now_ms = 1000;
}

static void one_that_writes_is_sound_all_the_time(void **state)
{
	struct spool_conf conf = lab_conf("writes", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct verify_result result;
	struct seen seen;
	uint64_t k = 1;
	int round;

	(void)state;
	for (round = 0; round < 30; round++) {
		for (; k % 500 != 1 || k == 1; k += 4)
			assert_int_equal(lab_add(spool, k, 4), 0);
		assert_int_equal(lab_add(spool, k, 4), 0);
		k += 4;
		if (round == 3)
			assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
		assert_int_equal(spool_flush(spool), 0);
		result = verify("writes", &seen, 0);
		assert_true(is_sound(&result));
		assert_int_equal(result.rows[STREAM_READINGS], k - 1);
		if (k >= 5000)
			break;
	}
	assert_int_equal(spool_close(spool), 0);
}

/* --- any byte -------------------------------------------------------------------------------------------- */

static void mix(uint64_t *sum, const void *at, size_t n)
{
	const uint8_t *p = at;

	while (n--)
		*sum = (*sum ^ *p++) * 1099511628211U;
}

static int mix_row(void *ctx, const struct spool_row *row)
{
	uint64_t *sum = ctx;

	mix(sum, &row->number, sizeof(row->number));
	mix(sum, &row->boot_ms, sizeof(row->boot_ms));
	mix(sum, &row->utc_ms, sizeof(row->utc_ms));
	mix(sum, &row->value, sizeof(row->value));
	mix(sum, &row->qc, sizeof(row->qc));
	mix(sum, &row->a, sizeof(row->a));
	mix(sum, &row->b, sizeof(row->b));
	mix(sum, row->place.district, strlen(row->place.district));
	mix(sum, row->words, strlen(row->words));
	if (row->series)
		mix(sum, row->series->parameter, strlen(row->series->parameter));
	if (row->raw)
		mix(sum, row->raw, row->raw_len);
	return 0;
}

/* All that a spool says; 0: it cannot be opened. */
static uint64_t sum_of(const char *dir)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct spool_reader *reader;
	uint64_t sum = 14695981039346656037U;
	const struct range all = {1, 3200};

	if (spool_reader_open_dir(&reader, dir, &why))
		return 0;
	if (spool_read(reader, STREAM_READINGS, all, mix_row, &sum, NULL) < 0 ||
		spool_read(reader, STREAM_LEDGER, all, mix_row, &sum, NULL) < 0)
		sum = 1;
	spool_reader_close(reader);
	return sum;
}

/* Whatever bytes change in whatever file: either every row is what it was, or it is said. */
static void bytes_that_changed_are_found_or_say_nothing(void **state)
{
	static const char *const names[] = {"ledger.db", "readings-000000000001.db",
		"readings-000000001001.db", "readings-000000003001.db"};
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned harmless = 0, found = 0;
	char path[100], id[SPOOL_ID];
	uint64_t sum;
	int i;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	fill("bytes", id);
	sum = sum_of("bytes");
	assert_true(sum > 1);
	for (i = 0; i < FLIPS; i++) {
		const char *name = names[lrand48() % 4];
		struct verify_ask ask = {.dir = "flip", .each = keep};
		struct verify_result result;
		char words[400];
		struct text why = text_over(words, sizeof(words));
		struct seen seen = {.n = 0};
		struct stat st;
		off_t at;
		int err;

		assert_int_equal(system("rm -rf flip; cp -r bytes flip"), 0);
		snprintf(path, sizeof(path), "flip/%s", name);
		assert_int_equal(stat(path, &st), 0);
		at = lrand48() % st.st_size;
		overwrite(path, at, (size_t)(1 + lrand48() % 8), (unsigned char)lrand48());
		ask.ctx = &seen;
		err = spool_verify(&ask, &result, &why);
		if (err || !is_sound(&result)) {
			found++;
			continue;
		}
		harmless++;
		if (sum_of("flip") != sum)
			fail_msg("%s, byte %lld: changed, and called sound", name, (long long)at);
	}
	printf("%u changes found, %u without meaning\n", found, harmless);
	assert_true(found > FLIPS / 8);
}

/* SQLite takes "INTEGER PGGMARY KEY" for a type: the file is whole to it, and all its numbers are gone. */
static void a_key_that_is_none_is_found(void **state)
{
	static const char *const names[] = {"ledger.db", "readings-000000003001.db"};
	static const char word[] = " PRIMARY KEY";
	static char whole[64 * 1024];
	struct spool_conf conf = lab_conf("key", SEGMENT);
	char path[100], id[SPOOL_ID];
	unsigned found = 0, i;
	struct spool *spool;
	size_t n, at;

	(void)state;
	fill("bytes", id);
	for (i = 0; i < 2; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "bytes/%s", names[i]);
		file = fopen(path, "rb");
		assert_non_null(file);
		n = fread(whole, 1, sizeof(whole), file);
		fclose(file);
		for (at = 0; at + sizeof(word) < n; at++) {
			struct verify_ask ask = {.dir = "key", .each = keep};
			struct verify_result result;
			char words[400];
			struct text why = text_over(words, sizeof(words));
			struct seen seen = {.n = 0};

			if (memcmp(whole + at, word, sizeof(word) - 1) != 0)
				continue;
			assert_int_equal(system("rm -rf key; cp -r bytes key"), 0);
			snprintf(path, sizeof(path), "key/%s", names[i]);
			overwrite(path, (off_t)at + 2, 2, 'G');
			ask.ctx = &seen;
			if (!spool_verify(&ask, &result, &why) && is_sound(&result))
				fail_msg("%s, byte %zu: called sound", names[i], at);
			/* The daemon does not believe it either: no number is given twice. */
			spool = lab_open(&conf);
			assert_int_equal(lab_add(spool, 9001, 4), 0);
			assert_int_equal(spool_flush(spool), 0);
			pthread_mutex_lock(&spool->lock);
			assert_true(spool->next[STREAM_READINGS] > 3204);
			pthread_mutex_unlock(&spool->lock);
			assert_int_equal(spool_close(spool), 0);
			found++;
		}
	}
	printf("%u keys\n", found);
	assert_true(found >= 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_sound),
		cmocka_unit_test(nothing_there_is_said),
		cmocka_unit_test(odd_things_are_unsound),
		cmocka_unit_test(one_wrong_row_is_found),
		cmocka_unit_test(a_mark_of_what_cannot_be_sent_is_found),
		cmocka_unit_test(a_file_that_is_gone),
		cmocka_unit_test(a_file_set_aside_is_named),
		cmocka_unit_test(what_was_freed_is_not_missing),
		cmocka_unit_test(one_that_writes_is_sound_all_the_time),
		cmocka_unit_test(a_key_that_is_none_is_found),
		cmocka_unit_test(bytes_that_changed_are_found_or_say_nothing),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
