/* kill -9 at any moment: whatever was shown as saved is there, in order, unchanged, once. */
#include <signal.h>
#include <sys/wait.h>

#include "lab.h"

enum { CUTS = 20, SEGMENT = 1500 };

/* Adds as fast as it may and reports the highest saved number after each look. */
static void live(const char *dir, uint64_t k, int to)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	unsigned store;
	uint64_t last;
	int i;

	assert_int_equal(spool_fix_utc(spool, (int64_t)k, TIME_NTP, 1), 0);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	for (;;) {
		for (i = 0; i < 20; i++, k += 3)
			assert_int_equal(lab_add(spool, k, 3), 0);
		assert_int_equal(spool_flush(spool), 0);
		pthread_mutex_lock(&spool->lock);
		last = spool->next[STREAM_READINGS] - 1;
		pthread_mutex_unlock(&spool->lock);
		if (write(to, &last, sizeof(last)) != sizeof(last))
			_exit(1);
		if (last > 60)
			spool_mark_sent(spool, store, STREAM_READINGS,
				(struct range){last - 60, last - 10});
	}
}

static void what_was_saved_is_there_after_every_kill(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct spool_conf conf = lab_conf("crash", SEGMENT);
	uint64_t saved = 0, last, k = 1;
	struct spool_counts counts;
	struct delivery_counts sent;
	struct lab_rows rows;
	struct spool *spool;
	unsigned store;
	char path[300];
	int cut, ends[2];

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (cut = 0; cut < CUTS; cut++) {
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(ends[0]);
			live("crash", k, ends[1]);
			_exit(0);
		}
		close(ends[1]);
		/* At least one report, so that each life does something; then at any moment. */
		assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
		saved = last;
		usleep((useconds_t)(lrand48() % 30000)); /* the random moment itself */
		kill(child, SIGKILL);
		while (read(ends[0], &last, sizeof(last)) == sizeof(last))
			saved = last;
		close(ends[0]);
		waitpid(child, NULL, 0);

		spool = lab_open(&conf);
		spool_count(spool, &counts);
		last = counts.last[STREAM_READINGS];
		assert_true(last >= saved);
		rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
		assert_int_equal(rows.n, last);
		assert_int_equal(rows.damaged, 0);
		assert_true(rows.in_order && rows.values_right);
		/* Marks rode on the commits: at most the last ones of each life are gone. */
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		spool_count_store(spool, store, STREAM_READINGS, &sent);
		assert_true(sent.n[DELIVERY_SENT] + (uint64_t)(cut + 1) * 200 >= last * 4 / 5);
		assert_int_equal(spool_close(spool), 0);
		assert_false(lab_file("crash", "", ".damaged-1", 0, path, sizeof(path)));
		assert_false(lab_file("crash", "", ".tmp", 0, path, sizeof(path)));
		k = last + 1;
	}
	printf("%llu readings over %d kills\n", (unsigned long long)saved, CUTS);
}

/* Rows a killed process left in the WAL are brought onto the card before they are believed. */
static void what_is_seen_on_opening_is_settled_first(void **state)
{
	struct spool_conf conf = lab_conf("settle", SEGMENT);
	struct spool_conf copy = lab_conf("settled", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct stat st;
	int with_wal;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 12), 0);
	assert_int_equal(spool_flush(spool), 0);
	/* What the card holds if we are killed now. */
	with_wal = system("mkdir settled && cp settle/*.db settle/*-wal settled/");
	assert_int_equal(with_wal, 0);
	assert_int_equal(stat("settled/readings-000000000001.db-wal", &st), 0);
	assert_true(st.st_size > 0);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&copy);
	assert_int_equal(stat("settled/readings-000000000001.db-wal", &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(lab_read(spool, STREAM_READINGS, 1, 12, 1).n, 12);
	assert_int_equal(spool_close(spool), 0);
}

struct roll {
	struct spool *spool;
	uint64_t k;
};

static int roll_now(void *ctx, const struct spool_row *row)
{
	struct roll *roll = ctx;

	if (row->number != 5)
		return 0;
	while (roll->k <= SEGMENT + 300) {
		assert_int_equal(lab_add(roll->spool, roll->k, 3), 0);
		roll->k += 3;
	}
	assert_int_equal(spool_flush(roll->spool), 0);
	return 0;
}

/* A reader in the middle of a segment keeps its WAL from being emptied when the segment is finished. */
static void a_wal_left_beside_a_finished_segment_comes_home(void **state)
{
	struct spool_conf conf = lab_conf("beside", SEGMENT);
	struct spool *spool = lab_open(&conf);
	struct roll roll = {.spool = spool, .k = 16};
	char path[300] = "beside/readings-000000000001.db-wal";
	struct spool_counts counts;
	struct spool_reader *reader;
	struct lab_rows rows;
	struct stat st;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 15), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(
		spool_read(reader, STREAM_READINGS, (struct range){1, 15}, roll_now, &roll, NULL),
		0);
	spool_count(spool, &counts);
	assert_int_equal(counts.segments, 2);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 0);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_true(rows.n == roll.k - 1 && rows.values_right && rows.damaged == 0);
	spool_reader_close(reader);
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
	assert_true(stat(path, &st) < 0 || st.st_size == 0);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_true(rows.n == roll.k - 1 && rows.values_right && rows.damaged == 0);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_there_after_every_kill),
		cmocka_unit_test(what_is_seen_on_opening_is_settled_first),
		cmocka_unit_test(a_wal_left_beside_a_finished_segment_comes_home),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
