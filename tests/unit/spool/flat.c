/* A million readings through the spool, read back, sent and received: no descriptor and no memory more than a few had. */
#include "lab.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 1
#endif
#endif
#ifdef SLOW /* the sanitizers' own memory is no measure */
enum { MOST = 200000, MEMORY_KB = 1 << 30 };
#else
enum { MOST = 1000000, MEMORY_KB = 1024 };
#endif
enum { FIRST = 100000, AT_ONCE = 20, COMMIT = 20000, SEGMENT = 20000, FILES = 2 };

struct use {
	long files, anon_kb;
};

static struct use use_now(void)
{
	struct dirent **names = NULL;
	struct use use = {0};
	char line[200];
	FILE *status = fopen("/proc/self/status", "r");
	int n = scandir("/proc/self/fd", &names, NULL, NULL);

	assert_true(n > 0 && status);
	use.files = n;
	while (n > 0)
		free(names[--n]);
	free(names);
	while (fgets(line, sizeof(line), status))
		sscanf(line, "RssAnon: %ld", &use.anon_kb);
	fclose(status);
	return use;
}

/* What an uplink does with the newest of them: read, sent; and a while later confirmed. */
static void deliver(struct spool *spool, struct spool_reader *reader, unsigned store, uint64_t last)
{
	struct range block;
	struct lab_rows rows;

	while (spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 1000, &block)) {
		rows = (struct lab_rows){
			.in_order = true, .values_right = true, .next_k = block.first};
		assert_int_equal(
			spool_read(reader, STREAM_READINGS, block, lab_take, &rows, &rows.damaged),
			0);
		assert_true(rows.n == block.last - block.first + 1 && rows.values_right);
		spool_mark_sent(spool, store, STREAM_READINGS, block);
	}
	if (last > COMMIT)
		spool_mark_received(
			spool, store, STREAM_READINGS, (struct range){1, last - COMMIT});
}

static void a_million_readings(void **state)
{
	struct spool_conf conf = lab_conf("flat", SEGMENT);
	struct use first = {0}, last = {0};
	struct spool_reader *reader;
	struct spool *spool;
	unsigned store;
	uint64_t k;

	(void)state;
	conf.commit_ms = 60000;
	conf.ballast_mb = 1;
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(spool_fix_utc(spool, 1700000000000, TIME_GPS, 1), 0);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	for (k = 1; k <= MOST; k += AT_ONCE) {
		assert_int_equal(lab_add(spool, k, AT_ONCE), 0);
		if ((k + AT_ONCE - 1) % COMMIT)
			continue;
		assert_int_equal(spool_flush(spool), 0);
		deliver(spool, reader, store, k + AT_ONCE - 1);
		if (k + AT_ONCE - 1 == FIRST)
			first = use_now();
	}
	last = use_now();
	printf("files %ld, then %ld; own memory %ld KB, then %ld KB\n", first.files, last.files,
		first.anon_kb, last.anon_kb);
	assert_true(last.files <= first.files + FILES);
	assert_true(last.anon_kb <= first.anon_kb + MEMORY_KB);
	spool_reader_close(reader);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_million_readings)};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
