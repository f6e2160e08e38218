/* What is whole in files that were set aside comes back under its numbers, once, whatever ends the salvage. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "salvaged.h"

static uint64_t sum_of_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint64_t sum = 14695981039346656037U;
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		sum = (sum ^ (uint64_t)c) * 1099511628211U;
	fclose(file);
	return sum;
}

static const char second[] = "readings-000000001001.db";

/* All of 1..3200 but `lost` numbers of the second file is there, unsent from SENT_TO on, and nothing besides. */
static void expect_back(struct spool *spool, uint64_t lost, uint64_t lost_sent)
{
	unsigned store = store_of(spool);
	struct lab_rows rows = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
	struct delivery_counts counts;

	assert_int_equal(rows.n, 3200 - lost);
	assert_int_equal(rows.damaged, 0);
	if (!lost)
		assert_true(rows.in_order && rows.values_right);
	assert_int_equal(
		spool_waiting(spool, store, STREAM_READINGS), 3200 - SENT_TO - (lost - lost_sent));
	spool_count_store(spool, store, STREAM_READINGS, &counts);
	assert_int_equal(counts.n[DELIVERY_SENT], SENT_TO);
}

static void what_is_whole_comes_back(void **state)
{
	static const struct {
		enum harm harm;
		uint64_t lost;
	} harms[] = {{HEADER, 0}, {SCHEMA, 0}, {KEY, 0}, {EMPTY, 1000}, {SHORT, 1000}};
	char dir[20], path[100], aside[120];
	struct spool_conf conf;
	struct spool_aside left[2];
	struct spool *spool;
	struct told told;
	uint64_t sum;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
		snprintf(dir, sizeof(dir), "back%zu", i);
		fill_and_send(dir);
		snprintf(path, sizeof(path), "%s/%s", dir, second);
		snprintf(aside, sizeof(aside), "%s.damaged-1", path);
		harm_file(path, harms[i].harm);
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		lab_read(spool, STREAM_READINGS, 1, 3200, 1); /* whoever reads it sets it aside */
		sum = sum_of_file(aside);
		assert_int_equal(spool_asides(spool, left, 2), 1);
		assert_string_equal(left[0].name, strchr(aside, '/') + 1);
		assert_int_equal(left[0].range.first, 1001);
		assert_int_equal(left[0].range.last, 2000);
		assert_int_equal(spool_waiting(spool, store_of(spool), STREAM_READINGS), 1200);
		told = salvage(spool);
		assert_int_equal(told.n, 1);
		assert_int_equal(told.file[0].back, 1000 - harms[i].lost);
		assert_int_equal(told.file[0].found, 1000 - harms[i].lost);
		assert_true((*told.file[0].words == '\0') == (harms[i].lost == 0));
		expect_back(spool, harms[i].lost, harms[i].lost / 2);
		/* Nobody is told of it any more, also when nothing came back. */
		assert_int_equal(spool_asides(spool, left, 2), 0);
		told = salvage(spool);
		assert_true(told.n == 1 && told.file[0].back == 0 && *told.file[0].words);
		assert_int_equal(spool_close(spool), 0);
		expect_sound(dir);
		/* The next start thinks the same. */
		spool = lab_open(&conf);
		assert_int_equal(spool_asides(spool, left, 2), 0);
		expect_back(spool, harms[i].lost, harms[i].lost / 2);
		add_and_check(spool, 3201);
		assert_int_equal(spool_close(spool), 0);
		expect_sound(dir);
		assert_true(sum_of_file(aside) == sum);
	}
}

/* Some pages of it: the others' rows come back, the rest stays in the gap, whatever pages they are. */
static void spoil_some_pages(unsigned seed, int rounds)
{
	uint64_t all = 0;
	int round;

	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (round = 0; round < rounds; round++) {
		char dir[20], path[100];
		struct spool_conf conf;
		struct spool *spool;
		struct lab_rows rows;
		struct told told;
		struct stat st;
		int i;

		snprintf(dir, sizeof(dir), "s%u-%d", seed, round);
		fill_and_send(dir);
		snprintf(path, sizeof(path), "%s/%s", dir, second);
		assert_int_equal(stat(path, &st), 0);
		for (i = 0; i < 4; i++)
			overwrite(path, lrand48() % (st.st_size - 600), 512,
				(unsigned char)lrand48());
		if (round % 3 == 0)
			cut(path, st.st_size - 8192);
		overwrite(path, 0, 20, 0); /* so that it is set aside */
		conf = lab_conf(dir, SEGMENT);
		spool = lab_open(&conf);
		told = salvage(spool);
		assert_int_equal(told.n, 1);
		all += told.file[0].back;
		rows = lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		assert_int_equal(rows.n, 2200 + told.file[0].back);
		assert_int_equal(rows.damaged, 0);
		assert_int_equal(spool_close(spool), 0);
		expect_sound(dir);
	}
	printf("%llu of %d came back\n", (unsigned long long)all, 1000 * round);
	assert_true(all > 80 * (uint64_t)round);
}

static void some_pages_cost_their_rows(void **state)
{
	(void)state;
	/* Two names of one number, one damaged; a page of which SQLite says that it has no memory. */
	spoil_some_pages(1133, 12);
	spoil_some_pages(1224, 4);
	spoil_some_pages(getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL), 8);
}

struct moments {
	int64_t last_ms[16];
	unsigned n;
};

static int take_moment(void *ctx, const struct spool_row *row)
{
	struct moments *moments = ctx;

	assert_true(row->boot_ms > moments->last_ms[row->kind]);
	moments->last_ms[row->kind] = row->boot_ms;
	moments->n += row->kind == LEDGER_SALVAGED;
	return 0;
}

/* A store knows a record by its kind and ms alone: two in one ms would be one there. */
static void each_record_has_a_moment_of_its_own(void **state)
{
	struct spool_conf conf = lab_conf("moments", SEGMENT);
	struct moments moments = {.n = 0};
	struct spool_reader *reader;
	struct spool *spool;
	sqlite3 *db;

	(void)state;
	fill_and_send("moments");
	assert_int_equal(sqlite3_open("moments/readings-000000001001.db", &db), 0);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE reading SET qc=7 WHERE seq%100=1", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	harm_file("moments/readings-000000001001.db", HEADER);
	lab_now_ms = 50000;
	spool = lab_open(&conf);
	salvage(spool);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){2, UINT64_MAX},
				 take_moment, &moments, NULL),
		0);
	spool_reader_close(reader);
	assert_int_equal(moments.n, 10);
	assert_int_equal(spool_close(spool), 0);
	lab_now_ms = 1000;
}

/* A row that was changed is not brought back, and nothing beside it is lost. */
static void a_changed_row_stays_away(void **state)
{
	struct spool_conf conf = lab_conf("changed", SEGMENT);
	struct spool *spool;
	struct told told;
	sqlite3 *db;

	(void)state;
	fill_and_send("changed");
	assert_int_equal(sqlite3_open("changed/readings-000000001001.db", &db), 0);
	assert_int_equal(sqlite3_exec(db, "UPDATE reading SET value=value+1 WHERE seq=1602", NULL,
				 NULL, NULL),
		0);
	sqlite3_close(db);
	harm_file("changed/readings-000000001001.db", HEADER);
	spool = lab_open(&conf);
	told = salvage(spool);
	assert_int_equal(told.file[0].back, 996);
	expect_back(spool, 4, 0);
	assert_int_equal(spool_close(spool), 0);
	expect_sound("changed");
}

/* The newest file, killed while it was written: what only its WAL has comes back too. */
static void the_newest_with_its_wal(void **state)
{
	struct spool_conf conf = lab_conf("newest", SEGMENT), copy = lab_conf("newer", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct lab_rows rows;
	struct told told;
	uint64_t k;

	(void)state;
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	for (k = 1; k <= 200; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(system("mkdir newer && cp newest/*.db newest/*-wal newer/"), 0);
	assert_int_equal(spool_close(spool), 0);
	harm_file("newer/readings-000000000001.db", HEADER);
	spool = lab_open(&copy);
	told = salvage(spool);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.file[0].back, 200);
	rows = lab_read(spool, STREAM_READINGS, 1, 200, 1);
	assert_true(rows.n == 200 && rows.values_right);
	assert_int_equal(lab_add(spool, 7777, 4), 0);
	assert_int_equal(spool_close(spool), 0);
	expect_sound("newer");
}

/* Ledger and file lost: the times come from the file itself, and its numbers were never in a gap. */
static void with_the_ledger_lost_too(void **state)
{
	struct spool_conf conf = lab_conf("both", SEGMENT);
	struct lab_rows before, after;
	struct spool *spool;
	struct told told;

	(void)state;
	fill_and_send("both");
	spool = lab_open(&conf);
	before = lab_read(spool, STREAM_READINGS, 1001, 2000, 1001);
	assert_int_equal(spool_close(spool), 0);
	harm_file("both/ledger.db", HEADER);
	harm_file("both/readings-000000001001.db", HEADER);
	spool = lab_open(&conf);
	told = salvage(spool);
	assert_int_equal(told.n, 2);
	assert_int_equal(told.file[1].back, 1000);
	after = lab_read(spool, STREAM_READINGS, 1001, 2000, 1001);
	assert_true(after.n == 1000 && after.values_right);
	assert_true(after.utc_ms == before.utc_ms && after.clock == before.clock);
	assert_int_equal(spool_close(spool), 0);
}

static void another_spools_file_is_left(void **state)
{
	struct spool_conf conf = lab_conf("mine", SEGMENT);
	struct spool *spool;
	struct told told;

	(void)state;
	fill_and_send("mine");
	fill_and_send("theirs");
	assert_int_equal(
		system("rm mine/readings-000000001001.db; cp theirs/readings-000000001001.db "
		       "mine/readings-000000001001.db.damaged-1"),
		0);
	spool = lab_open(&conf);
	assert_int_equal(spool_asides(spool, NULL, 0), 1);
	told = salvage(spool);
	assert_true(told.n == 1 && told.file[0].found == 0);
	assert_int_equal(spool_asides(spool, NULL, 0), 0);
	assert_int_equal(spool_waiting(spool, store_of(spool), STREAM_READINGS), 1200);
	assert_int_equal(spool_close(spool), 0);
	expect_sound("mine");
}

/* What is no file of ours under such a name is said, and the files beside it come back all the same. */
static void odd_things_do_not_stop_it(void **state)
{
	static const struct {
		const char *make;
		unsigned n;
	} odd[] = {{"mkdir odd/readings-000000000500.db.damaged-1", 2},
		{"mkdir odd/ledger.db.damaged-1", 2},
		{"mkfifo odd/readings-000000000500.db.damaged-1", 2},
		{"ln -s nowhere odd/readings-000000000500.db.damaged-1", 2},
		{"ln -s readings-000000000500.db.damaged-1 odd/readings-000000000500.db.damaged-1",
			2},
		{"ln -s nowhere odd/ledger.db.damaged-1", 2},
		{": >odd/readings-000000000500.db.damaged-1", 2}, {": >odd/ledger.db.damaged-1", 2},
		{"head -c 9000 /dev/urandom >odd/readings-000000000500.db.damaged-1", 2},
		{"mkdir odd/readings-000000001001.db.damaged-2", 1},
		{"cp odd/readings-000000001001.db.damaged-1 odd/readings-000000001001.db.damaged-2",
			1},
		{"cp odd/ledger.db odd/readings-000000000500.db.damaged-1", 2},
		{"mkdir odd/readings-000000001001.db.damaged-1-wal", 1}};
	struct spool_conf conf = lab_conf("odd", SEGMENT);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct spool *spool;
		struct told told;
		uint64_t back = 0;
		unsigned k;

		assert_int_equal(system("rm -rf odd"), 0);
		fill_and_send("odd");
		assert_int_equal(system("mv odd/readings-000000001001.db "
					"odd/readings-000000001001.db.damaged-1"),
			0);
		assert_int_equal(system(odd[i].make), 0);
		spool = lab_open(&conf);
		told = salvage(spool);
		if (told.n != odd[i].n)
			fail_msg("%s: %u", odd[i].make, told.n);
		for (k = 0; k < told.n; k++) {
			back += told.file[k].back;
			assert_true(told.file[k].back == 1000 || *told.file[k].words);
		}
		assert_int_equal(back, 1000);
		expect_back(spool, 0, 0);
		assert_int_equal(spool_close(spool), 0);
		expect_sound("odd");
	}
}

/* --- killed ------------------------------------------------------------------------------------------------ */

static unsigned steps_left;

static void die_at_step(const char *done)
{
	(void)done;
	if (steps_left-- == 0)
		_exit(9);
}

static void killed_at_each_step_the_next_one_ends_it(void **state)
{
	struct spool_conf conf = lab_conf("killed", SEGMENT);
	unsigned step;

	(void)state;
	for (step = 0;; step++) {
		struct spool *spool;
		struct told told;
		int status;
		pid_t child;

		assert_int_equal(system("rm -rf killed"), 0);
		fill_and_send("killed");
		harm_file("killed/readings-000000001001.db", HEADER);
		fflush(stdout);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			steps_left = step;
			spool_tuning.salvage_step = die_at_step;
			spool = lab_open(&conf);
			salvage(spool);
			_exit(spool_close(spool) ? 1 : 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
		/* A daemon may come first. */
		spool = lab_open(&conf);
		lab_read(spool, STREAM_READINGS, 1, 3200, 1);
		assert_int_equal(spool_close(spool), 0);
		expect_sound("killed");
		spool = lab_open(&conf);
		told = salvage(spool);
		assert_int_equal(told.n, 1);
		expect_back(spool, 0, 0);
		assert_int_equal(spool_asides(spool, NULL, 0), 0);
		assert_int_equal(spool_close(spool), 0);
		expect_sound("killed");
		if (WEXITSTATUS(status) == 0)
			break;
	}
	printf("%u steps\n", step);
	assert_true(step >= 3);
}

/* Each file of one number is looked into, and what is set aside after that is told anew. */
static void another_file_of_its_number_is_told(void **state)
{
	struct spool_conf conf = lab_conf("again", SEGMENT);
	struct spool_aside left[2];
	struct spool *spool;

	(void)state;
	fill_and_send("again");
	assert_int_equal(system("cd again && cp readings-000000001001.db x && "
				"cp x readings-000000001001.db.damaged-1 && "
				"cp x readings-000000001001.db.damaged-10 && "
				"mv x readings-000000001001.db.damaged-2"),
		0);
	harm_file("again/readings-000000001001.db", HEADER);
	spool = lab_open(&conf);
	lab_read(spool, STREAM_READINGS, 1, 3200, 1);
	assert_int_equal(spool_asides(spool, NULL, 0), 4);
	salvage(spool);
	assert_int_equal(spool_asides(spool, NULL, 0), 0);
	assert_int_equal(spool_close(spool), 0);
	harm_file("again/readings-000000001001.db", HEADER);
	spool = lab_open(&conf);
	lab_read(spool, STREAM_READINGS, 1, 3200, 1);
	assert_int_equal(spool_asides(spool, left, 2), 1);
	assert_string_equal(left[0].name, "readings-000000001001.db.damaged-4");
	assert_int_equal(spool_close(spool), 0);
}

static int salvage_with_room_for(struct spool *spool, rlim_t bytes)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct told told = {.n = 0};
	struct rlimit was, most;
	int err;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	most = (struct rlimit){bytes, was.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
	err = spool_salvage(spool, tell, &told, &why);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	return err;
}

/* The copy's last block goes onto it in part: a full card, not a broken one. */
static void a_card_without_room_is_said_to_be_full(void **state)
{
	struct spool_conf conf = lab_conf("room", 4 * SEGMENT);
	struct spool *spool = lab_open(&conf);
	const char *path = "room/readings-000000000001.db";
	struct stat st;
	uint64_t k;

	(void)state;
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	for (k = 1; k <= 4 * SEGMENT + 100; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_close(spool), 0);
	harm_file(path, HEADER);
	assert_int_equal(stat(path, &st), 0);
	spool = lab_open(&conf);
	lab_read(spool, STREAM_READINGS, 1, 4 * SEGMENT, 1);
	assert_int_equal(salvage_with_room_for(spool, (rlim_t)st.st_size - 1000), ERR_FULL);
	assert_int_equal(salvage(spool).file[0].back, 4 * SEGMENT);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_whole_comes_back),
		cmocka_unit_test(some_pages_cost_their_rows),
		cmocka_unit_test(each_record_has_a_moment_of_its_own),
		cmocka_unit_test(a_changed_row_stays_away),
		cmocka_unit_test(the_newest_with_its_wal),
		cmocka_unit_test(with_the_ledger_lost_too),
		cmocka_unit_test(another_spools_file_is_left),
		cmocka_unit_test(another_file_of_its_number_is_told),
		cmocka_unit_test(a_card_without_room_is_said_to_be_full),
		cmocka_unit_test(odd_things_do_not_stop_it),
		cmocka_unit_test(killed_at_each_step_the_next_one_ends_it),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
