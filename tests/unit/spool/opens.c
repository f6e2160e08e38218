/* A file that cannot be opened for a moment: nothing of it is given up, and nothing but that moment is lost. */
#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "lab.h"

enum { SEGMENT = 1000 };

static const char *fails; /* what a path ends with */
static int error = EIO;
static atomic_int times; /* opens of it that fail from now on */

/* Instead of the C library's, below SQLite's and ours. */
int open(const char *path, int flags, ...)
{
	size_t len = strlen(path), tail = fails ? strlen(fails) : 0;
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (fails && len >= tail && strcmp(path + len - tail, fails) == 0 &&
		atomic_fetch_sub(&times, 1) > 0) {
		errno = error;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static void fail_next(const char *tail, int n)
{
	fails = tail;
	atomic_store(&times, n);
}

static struct spool *open_at_last(const struct spool_conf *conf, unsigned most)
{
	char words[400];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool = NULL;

	while (spool_open(&spool, conf, &lab_clock, &why)) {
		assert_true(words[0] && most-- > 0);
		text_clear(&why);
	}
	return spool;
}

static struct spool_conf ten_readings(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool;

	fail_next(NULL, 0);
	spool = lab_open(&conf);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_close(spool), 0);
	return conf;
}

/* SQLite would have only read the index from then on, and nothing would have been saved before the next start. */
static void an_index_is_not_only_read_for_ever(void **state)
{
	static const char *const indexes[] = {"ledger.db-shm", "readings-000000000001.db-shm"};
	struct spool_conf conf;
	struct lab_rows rows;
	struct spool *spool;
	char dir[32];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(dir, sizeof(dir), "index%zu", i);
		conf = ten_readings(dir);
		error = i < 2 ? EIO : EROFS;
		fail_next(indexes[i % 2], 1);
		spool = open_at_last(&conf, 1);
		assert_true(atomic_load(&times) <= 0);
		assert_int_equal(lab_add(spool, 11, 10), 0);
		assert_int_equal(spool_flush(spool), 0);
		rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
		assert_true(rows.n == 20 && rows.in_order && rows.values_right);
		assert_int_equal(spool_close(spool), 0);
	}
}

static void the_newest_is_looked_at_again(void **state)
{
	struct spool_conf conf = ten_readings("newest");
	struct lab_rows rows;
	struct spool *spool;

	(void)state;
	fail_next("readings-000000000001.db", 8);
	spool = lab_open(&conf);
	assert_true(atomic_load(&times) <= 0);
	assert_int_equal(lab_add(spool, 11, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
	assert_true(rows.n == 20 && rows.in_order && rows.values_right);
	assert_int_equal(spool_close(spool), 0);
}

/* Its readings wait; as soon as it can be looked at they are there, without a new start. */
static void a_file_nobody_could_look_at_comes_back(void **state)
{
	struct spool_conf conf = ten_readings("unseen");
	struct lab_rows rows;
	struct spool *spool;
	struct range block;
	unsigned store;
	char path[300];

	(void)state;
	fail_next("readings-000000000001.db", 1000000);
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	assert_int_equal(lab_add(spool, 11, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_false(spool_unsent(spool, store, STREAM_READINGS, 11, 100, &block));
	fail_next(NULL, 0);
	assert_int_equal(lab_add(spool, 21, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_true(spool_unsent(spool, store, STREAM_READINGS, 11, 100, &block));
	assert_true(block.first == 1 && block.last == 10);
	rows = lab_read(spool, STREAM_READINGS, 1, 10, 1);
	assert_true(rows.n == 10 && rows.values_right && !rows.damaged);
	assert_int_equal(spool_close(spool), 0);
	assert_false(lab_file("unseen", "", ".damaged-1", 0, path, sizeof(path)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_is_not_only_read_for_ever),
		cmocka_unit_test(the_newest_is_looked_at_again),
		cmocka_unit_test(a_file_nobody_could_look_at_comes_back),
	};

	spool_tuning.boot_id = boot_one;
	spool_tuning.look_ms = 0;
	log_open((enum log_level)0, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
