/* Spikes on a card that fails and through power cuts: each in the ledger once, and only of what was saved. */
#include <stdatomic.h>

#include "faulty.h"
#include "spool/reader.h"

enum { SEGMENT = 1000, MANY = 40, EACH = 3, SPIKE = 99 };

static uint32_t ph;

static bool is_spike(unsigned k)
{
	return k % 4 == 2 || k % 7 == 3;
}

static struct spool *begin(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct series series = {.unit = "ph-1", .parameter = "ph", .kind = NUMBER_F64};
	struct spool *spool;

	conf.commit_ms = 60000;       /* when we say so */
	conf.pending_bytes = 1 << 16; /* the least there is */
	spool = lab_open(&conf);
	assert_int_equal(spool_add_series(spool, &series, &ph), 0);
	return spool;
}

/* The k-th reading; whether it is a spike only the next one says. */
static int try_add(struct spool *spool, unsigned k)
{
	struct reading reading = {.series = ph,
		.qc = QC_PASS,
		.value = is_spike(k) ? SPIKE : 7,
		.open_ms = 60000,
		.spike_before = is_spike(k - 1) ? QC_FAIL : 0};
	struct exchange x = {.boot_ms = atomic_fetch_add(&lab_now_ms, 1) + 1,
		.place = {.border_m = -1},
		.readings = &reading,
		.n = 1};

	return spool_add(spool, &x);
}

static void add(struct spool *spool, unsigned k)
{
	if (try_add(spool, k))
		_exit(2);
}

struct found {
	uint64_t n, spikes, records;
	bool right;
};

static int take(void *ctx, const struct spool_row *row)
{
	struct found *found = ctx;
	bool spike = (row->flags & FLAG_SPIKE) != 0;

	if (row->stream == STREAM_LEDGER) {
		found->records += row->kind == LEDGER_SPIKE;
		return 0;
	}
	found->n = row->number;
	found->spikes += spike;
	if (spike && (row->value != SPIKE || row->qc != QC_FAIL))
		found->right = false;
	return 0;
}

/* Every spike whose next was saved is one; each record is of another. */
static uint64_t check(struct spool *spool)
{
	static const struct range all = {1, UINT64_MAX};
	struct found found = {.right = true};
	struct spool_reader *reader;
	uint64_t should = 0;
	unsigned k;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, all, take, &found, NULL), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, all, take, &found, NULL), 0);
	spool_reader_close(reader);
	for (k = 1; k < found.n; k++)
		should += is_spike(k);
	assert_true(found.right);
	assert_int_equal(found.records, found.spikes);
	/* Cut between record and next, the last one has its record too. */
	assert_in_range(found.spikes, should, should + 1);
	return found.n;
}

/* That write from here on fails, or that sync; 0: none. */
static bool live_once(const char *dir, unsigned long write, unsigned long sync)
{
	struct spool *spool = begin(dir);
	unsigned k, tries;
	bool failed;

	faulty.fail_write = write ? faulty.writes + write : 0;
	faulty.fail_from = faulty.fail_to = sync ? faulty.syncs + sync : 0;
	for (k = 1; k <= MANY; k++) {
		add(spool, k);
		for (tries = 0; k % EACH == 0 && spool_flush(spool); tries++)
			assert_true(tries < 3);
	}
	failed = (faulty.fail_write && faulty.writes >= faulty.fail_write) ||
		 (faulty.fail_from && faulty.syncs >= faulty.fail_from);
	faulty.fail_write = faulty.fail_from = faulty.fail_to = 0;
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(check(spool), MANY);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
	return failed;
}

static void every_single_write_and_sync_fails_once(void **state)
{
	unsigned long at;
	bool failed = true;
	char dir[32];

	(void)state;
	for (at = 1; failed; at += 1 + at / 4) {
		snprintf(dir, sizeof(dir), "write%lu", at);
		failed = live_once(dir, at, 0);
	}
	assert_true(at > 40);
	for (at = 1, failed = true; failed; at++) {
		snprintf(dir, sizeof(dir), "sync%lu", at);
		failed = live_once(dir, 0, at);
	}
	assert_true(at > 20);
}

/* --- a full card ---------------------------------------------------------------------------------------- */

enum { MOST = 20000 };

static unsigned taken[MOST]; /* which were, in their order */
static unsigned n_taken, n_seen, n_marked;

static int each_taken(void *ctx, const struct spool_row *row)
{
	bool marked = (row->flags & FLAG_SPIKE) != 0;
	unsigned i = n_seen++;

	(void)ctx;
	assert_true(i < n_taken);
	assert_true(row->value == (is_spike(taken[i]) ? SPIKE : 7));
	/* Its next one is what shows it, and of those that were refused nothing is known. */
	assert_int_equal(
		marked, is_spike(taken[i]) && i + 1 < n_taken && taken[i + 1] == taken[i] + 1);
	n_marked += marked;
	return 0;
}

static bool add_if(struct spool *spool, unsigned k)
{
	assert_true(n_taken < MOST);
	if (try_add(spool, k))
		return false;
	taken[n_taken++] = k;
	return true;
}

/* The card is full while one waits for its next, and memory, too, before that comes. */
static void on_a_full_card_no_other_reading_is_a_spike(void **state)
{
	struct spool *spool = begin("full");
	struct spool_reader *reader;
	unsigned k = 1, round;

	(void)state;
	for (round = 0; round < 4; round++) {
		for (; n_taken % 100 < 50 || !is_spike(k - 1 - round % 2); k++)
			assert_true(add_if(spool, k));
		assert_int_equal(spool_flush(spool), 0);
		faulty.write_error = SQLITE_FULL;
		while (add_if(spool, k))
			k++;
		for (k++; is_spike(taken[n_taken - 1]) == is_spike(k - 1); k++)
			assert_false(add_if(spool, k));
		assert_int_not_equal(spool_flush(spool), 0);
		faulty.write_error = 0;
		assert_true(spool_flush(spool) == 0 || spool_flush(spool) == 0);
		assert_true(add_if(spool, k++));
	}
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){1, UINT64_MAX},
				 each_taken, NULL, NULL),
		0);
	spool_reader_close(reader);
	assert_true(n_seen == n_taken && n_marked > 100);
	assert_int_equal(spool_close(spool), 0);
	faulty_forget();
}

/* --- power cuts ---------------------------------------------------------------------------------------- */

static _Atomic uint64_t n_done;

static void power_goes(void)
{
	uint64_t done = n_done;

	faulty_end(&done, sizeof(done));
}

static void live(void)
{
	struct spool *spool = begin("card");
	unsigned k;

	faulty.cut = power_goes;
	faulty.cut_at = faulty.syncs + (unsigned long)(1 + lrand48() % 60);
	for (k = 1; k < 100 * MANY; k++) {
		add(spool, k);
		if (k % EACH)
			continue;
		if (spool_flush(spool))
			_exit(3);
		n_done = k;
	}
	_exit(4);
}

static void a_power_cut_leaves_no_spike_of_another_reading(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	uint64_t done, most = 0;
	struct spool *spool;
	int round;

	(void)state;
	printf("SEED=%u\n", seed);
	for (round = 0; round < ROUNDS; round++, seed++) {
		faulty_life(seed, live, &done, sizeof(done));
		most = done > most ? done : most;
		spool = begin("after");
		assert_true(check(spool) >= done);
		assert_int_equal(spool_close(spool), 0);
		faulty_forget();
	}
	printf("up to %llu readings saved at the cut\n", (unsigned long long)most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_single_write_and_sync_fails_once),
		cmocka_unit_test(on_a_full_card_no_other_reading_is_a_spike),
		cmocka_unit_test(a_power_cut_leaves_no_spike_of_another_reading),
	};

	spool_tuning.boot_id = boot_one;
	faulty_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
