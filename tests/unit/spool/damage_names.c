/*
 * A byte of a file's first page is another: SQLite opens such a file, and then misses a table by its name, or an index, or
 * only reads it.  The spool opens, and what comes then is saved, under a number of its own.
 */
#include "damage.h"

enum { WRITE_FORM = 18, TABLES_FORM = 47 }; /* bytes of the header */
enum { PAGE = 4096, STRIDE = 41 };

static void a_byte_is_another(const char *file, long at, unsigned char bit)
{
	struct spool_conf conf = lab_conf("spoilt", SEGMENT);
	struct spool_counts counts;
	struct lab_rows rows;
	unsigned char byte = 0;
	struct spool *spool;
	char path[60];
	int fd;

	assert_int_equal(system("rm -rf spoilt; cp -r whole spoilt"), 0);
	snprintf(path, sizeof(path), "spoilt/%s", file);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= bit;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	printf("%s, byte %ld is %u\n", file, at, byte);
	spool = lab_open(&conf);
	spool_count(spool, &counts);
	assert_true(counts.last[STREAM_READINGS] >= 3200);
	assert_int_equal(lab_add(spool, 7777, 4), 0);
	/* What is found by writing to it is found once. */
	assert_true(spool_flush(spool) == 0 || spool_flush(spool) == 0);
	rows = lab_read(spool, STREAM_READINGS, counts.last[STREAM_READINGS] + 1, UINT64_MAX, 7777);
	assert_true(rows.n == 4 && rows.values_right);
	assert_int_equal(spool_close(spool), 0);
}

static void any_byte_of_a_first_page(void **state)
{
	static const char *const files[] = {
		"ledger.db", "readings-000000003001.db", "readings-000000001001.db"};
	const char *said = getenv("SEED");
	unsigned seed = said ? (unsigned)strtoul(said, NULL, 10) : (unsigned)getpid();
	char id[SPOOL_ID];
	size_t i;
	long at;

	(void)state;
	fill("whole", id);
	printf("SEED=%u\n", seed);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		a_byte_is_another(files[i], WRITE_FORM, 1);
		a_byte_is_another(files[i], TABLES_FORM, 1);
		for (at = (long)seed % STRIDE; at < PAGE; at += STRIDE)
			a_byte_is_another(files[i], at, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_byte_of_a_first_page),
	};

	log_open(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
