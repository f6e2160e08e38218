/* A damaged WAL is told from one whose last transaction the power cut. SEED repeats a run. */
#include <time.h>

#include "damage.h"

enum { MOST = 1 << 20, COMMITS = 40 };

static unsigned seed;

/* A WAL as a killed daemon leaves it, of the newest segment ("readings-") or the ledger, with many commits. */
struct left {
	uint8_t bytes[MOST];
	size_t size, frame;
	size_t last_from, last_to; /* bytes of its last transaction */
	unsigned transactions;
};

static unsigned below(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

static void copy_folder(const char *from, const char *to)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
	assert_int_equal(system(command), 0);
}

static uint32_t number_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Readings and a ledger record in each commit; the copy in `dir` is what a power cut right after the last leaves. */
static void make_left(const char *dir)
{
	struct spool_conf conf = lab_conf("running", 100000);
	struct ledger_record record = {.kind = LEDGER_ANCHOR};
	struct spool *spool;
	uint64_t k;

	assert_int_equal(system("rm -rf running"), 0);
	spool = lab_open(&conf);
	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	for (k = 1; k <= COMMITS * 20; k += 20) {
		assert_int_equal(lab_add(spool, k, 20), 0);
		assert_int_equal(spool_flush(spool), 0);
		record.a = (int64_t)k;
		assert_int_equal(spool_note(spool, &record), 0);
	}
	copy_folder("running", dir);
	assert_int_equal(spool_close(spool), 0);
}

static void read_left(const char *dir, const char *which, struct left *left, char *path, size_t cap)
{
	FILE *file;
	size_t at, begun = 32;

	assert_true(lab_file(dir, which, ".db-wal", 0, path, cap));
	file = fopen(path, "re");
	assert_non_null(file);
	left->size = fread(left->bytes, 1, MOST, file);
	fclose(file);
	left->frame = 24 + number_at(left->bytes + 8);
	left->transactions = 0;
	for (at = 32; at + left->frame <= left->size; at += left->frame) {
		if (memcmp(left->bytes + at + 8, left->bytes + 16, 8) != 0)
			break;
		if (!number_at(left->bytes + at + 4))
			continue;
		left->last_from = begun;
		left->last_to = begun = at + left->frame;
		left->transactions++;
	}
	assert_true(left->transactions > COMMITS / 2);
}

static int judge(const uint8_t *bytes, size_t size)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	FILE *file = fopen("judged-wal", "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
	return wal_judge("judged-wal", &why);
}

static const char *const files[] = {"readings-", "ledger"};

static void what_a_cut_leaves_is_whole(void **state)
{
	static struct left left;
	static uint8_t torn[MOST];
	char path[300];
	unsigned fate = 0;
	size_t at, i;
	int round;

	(void)state;
	make_left("left");
	for (i = 0; i < 2; i++) {
		read_left("left", files[i], &left, path, sizeof(path));
		assert_int_equal(judge(left.bytes, left.size), 0);
		/* Each sector of the last transaction is there, or nothing yet, or what an earlier file had. */
		for (round = 0; round < 300; round++) {
			memcpy(torn, left.bytes, left.size);
			for (at = left.last_from; at < left.last_to; at++) {
				if (at == left.last_from || at % 512 == 0)
					fate = below(3);
				if (fate)
					torn[at] = fate == 1 ? 0 : (uint8_t)below(256);
			}
			assert_int_equal(judge(torn, left.size), 0);
		}
		for (round = 0; round < 100; round++)
			assert_int_equal(
				judge(left.bytes,
					left.last_from +
						below((unsigned)(left.last_to - left.last_from))),
				0);
		memset(torn, 0, 4096); /* longer, and nothing in it yet */
		assert_int_equal(judge(torn, 4096), 0);
		assert_int_equal(judge(torn, 0), 0);
		assert_int_equal(wal_judge("there is none", NULL), 0);
	}
}

static void damage_before_the_last_transaction_is_found(void **state)
{
	static struct left left;
	static uint8_t bad[MOST];
	unsigned found = 0, rounds = 0;
	size_t at, n, k, i;
	char path[300];

	(void)state;
	make_left("left");
	for (i = 0; i < 2; i++) {
		read_left("left", files[i], &left, path, sizeof(path));
		for (k = 0; k < 1000; k++) {
			n = 512 * (1 + below(8));
			at = 512 * below((unsigned)(left.last_from / 512));
			if (at + n > left.last_from)
				continue;
			memcpy(bad, left.bytes, left.size);
			while (n--)
				bad[at + n] = (uint8_t)below(256);
			rounds++;
			found += judge(bad, left.size) == ERR_DAMAGED;
		}
	}
	/* Of the last but one, what is left can look like a part of the last. */
	printf("found %u of %u damaged WALs\n", found, rounds);
	assert_true(rounds > 1000);
	assert_true(found * 100 >= rounds * 98);
}

static void its_file_is_set_aside_and_no_number_comes_twice(void **state)
{
	static struct left left;
	struct spool_conf conf = lab_conf("opened", 100000);
	struct records records;
	struct lab_rows rows;
	struct spool *spool;
	char path[300];

	(void)state;
	make_left("left");
	copy_folder("left", "opened");
	read_left("opened", "readings-", &left, path, sizeof(path));
	overwrite(path, (off_t)(left.last_from / 2), 700, 0x5a);
	spool = lab_open(&conf);
	assert_true(lab_file("opened", "readings-", ".damaged-1", 0, path, sizeof(path)));
	assert_true(lab_file("opened", "readings-", ".damaged-1-wal", 0, path, sizeof(path)));
	records = read_records(spool);
	assert_int_equal(records.gap_first, 1);
	assert_true(records.gap_last >= COMMITS * 20);
	add_and_check(spool, (uint64_t)records.gap_last + 1);
	assert_int_equal(spool_close(spool), 0);

	copy_folder("left", "opened");
	read_left("opened", "ledger", &left, path, sizeof(path));
	overwrite(path, (off_t)(left.last_from / 2), 700, 0x5a);
	spool = lab_open(&conf);
	assert_true(lab_file("opened", "ledger", ".damaged-1", 0, path, sizeof(path)));
	rows = lab_read(spool, STREAM_READINGS, 1, COMMITS * 20, 1);
	assert_true(rows.n == COMMITS * 20 && rows.values_right);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_cut_leaves_is_whole),
		cmocka_unit_test(damage_before_the_last_transaction_is_found),
		cmocka_unit_test(its_file_is_set_aside_and_no_number_comes_twice),
	};

	seed = getenv("SEED") ? (unsigned)strtoul(getenv("SEED"), NULL, 10) : (unsigned)time(NULL);
	printf("SEED=%u\n", seed);
	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
