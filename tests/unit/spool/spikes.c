/* A spike is known with the next reading: what is open is not handed out, what was found is in the ledger first. */
#include <stdatomic.h>

#include "lab.h"
#include "spool/reader.h"

enum { SEGMENT = 1000, OPEN_MS = 2000 };

static uint32_t ph, other;
static int64_t step_ms = 1000; /* between readings */

static struct spool *begin(const struct spool_conf *conf)
{
	struct series series = {.unit = "ph-1", .parameter = "ph", .kind = NUMBER_F64};
	struct spool *spool = lab_open(conf);

	assert_int_equal(spool_add_series(spool, &series, &ph), 0);
	text_copy(series.unit, sizeof(series.unit), "ph-2");
	assert_int_equal(spool_add_series(spool, &series, &other), 0);
	return spool;
}

static struct spool *begin_in(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);

	return begin(&conf);
}

/* One reading, a step after the last of any; not saved before somebody says so. */
static void add(struct spool *spool, uint32_t series, enum qc qc, unsigned open_ms, unsigned before)
{
	struct reading reading = {.series = series,
		.qc = (uint8_t)qc,
		.value = 7,
		.open_ms = open_ms,
		.spike_before = (uint8_t)before};
	struct exchange x = {.boot_ms = atomic_fetch_add(&lab_now_ms, step_ms) + step_ms,
		.place = {.border_m = -1},
		.readings = &reading,
		.n = 1};

	assert_int_equal(spool_add(spool, &x), 0);
}

static void save(
	struct spool *spool, uint32_t series, enum qc qc, unsigned open_ms, unsigned before)
{
	add(spool, series, qc, open_ms, before);
	assert_int_equal(spool_flush(spool), 0);
}

struct seen {
	uint64_t n, spikes;
	char qc[2 * SEGMENT];
	uint64_t named[8];
	int64_t said[8];
};

static int see(void *ctx, const struct spool_row *row)
{
	struct seen *seen = ctx;

	if (row->stream == STREAM_READINGS) {
		assert_int_equal(row->number, seen->n + 1);
		assert_true(!(row->flags & FLAG_SPIKE) || row->qc >= QC_SUSPECT);
		seen->qc[seen->n++] = (char)((row->flags & FLAG_SPIKE ? 'P' : '0') + row->qc);
	} else if (row->kind == LEDGER_SPIKE) {
		assert_in_range(seen->spikes, 0, 7);
		seen->named[seen->spikes] = (uint64_t)row->a;
		seen->said[seen->spikes++] = row->b;
	}
	return 0;
}

/* All there is: each reading's qc; S and T for a spike's 3 and 4. */
static struct seen look(struct spool *spool)
{
	static const struct range all = {1, UINT64_MAX};
	struct seen seen = {.n = 0};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, all, see, &seen, NULL), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, all, see, &seen, NULL), 0);
	spool_reader_close(reader);
	return seen;
}

static void expect(struct spool *spool, const char *qc, uint64_t spikes)
{
	struct seen seen = look(spool);

	assert_string_equal(seen.qc, qc);
	assert_int_equal(seen.spikes, spikes);
}

static void what_is_open_waits_and_all_behind_it(void **state)
{
	struct spool *spool = begin_in("open");
	struct range block;
	unsigned store;

	(void)state;
	assert_int_equal(spool_add_store(spool, "province", &store), 0);
	assert_int_equal(spool_fix_utc(spool, 1700000000000, TIME_NTP, 10), 0);
	assert_int_equal(spool_final(spool), 0);
	save(spool, ph, QC_PASS, 0, 0);
	assert_int_equal(spool_final(spool), 1);
	save(spool, other, QC_PASS, OPEN_MS, 0);
	save(spool, ph, QC_PASS, 0, 0);
	assert_int_equal(spool_final(spool), 1);
	assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 100, &block));
	assert_int_equal(block.first, 1);
	assert_int_equal(block.last, 1);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 3);
	assert_int_equal(spool_untimed(spool, STREAM_READINGS), 0);
	save(spool, other, QC_PASS, OPEN_MS, 0); /* its next is here: now that one is open */
	assert_int_equal(spool_final(spool), 3);
	save(spool, ph, QC_PASS, 0, 0);
	assert_int_equal(spool_final(spool), 3);
	lab_now_ms += OPEN_MS + 1000; /* it did not come */
	assert_int_equal(spool_final(spool), 5);
	assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 100, &block));
	assert_int_equal(block.last, 5);
	expect(spool, "11111", 0);
	assert_int_equal(spool_close(spool), 0);
}

static void a_spike_is_in_the_ledger_and_in_what_is_read(void **state)
{
	struct spool *spool = begin_in("spike");
	struct seen seen;

	(void)state;
	save(spool, ph, QC_PASS, OPEN_MS, 0);
	save(spool, other, QC_PASS, OPEN_MS, 0);
	save(spool, ph, QC_PASS, OPEN_MS, QC_SUSPECT);
	save(spool, other, QC_FAIL, OPEN_MS, QC_FAIL);
	save(spool, ph, QC_SUSPECT, OPEN_MS, 0);
	save(spool, other, QC_PASS, OPEN_MS, QC_SUSPECT); /* it was saved as worse */
	expect(spool, "ST1T31", 3);
	seen = look(spool);
	assert_int_equal(seen.named[0], 1);
	assert_int_equal(seen.said[0], QC_SUSPECT);
	assert_int_equal(seen.named[1], 2);
	assert_int_equal(seen.said[1], QC_FAIL);
	assert_int_equal(seen.named[2], 4);
	assert_int_equal(spool_close(spool), 0);
	spool = begin_in("spike");
	expect(spool, "ST1T31", 3);
	assert_int_equal(spool_close(spool), 0);
}

/* Where one commit would hold both, the number of the first is not its for good before a commit of its own. */
static void a_spike_and_its_next_in_one_commit(void **state)
{
	struct spool_conf conf = lab_conf("together", SEGMENT);
	struct spool *spool;
	unsigned i;

	(void)state;
	conf.commit_ms = 60000;
	spool = begin(&conf);
	save(spool, other, QC_PASS, 0, 0);
	for (i = 0; i < 3; i++) {
		add(spool, ph, QC_PASS, OPEN_MS, i ? QC_FAIL : 0);
		add(spool, other, QC_PASS, 0, 0);
	}
	assert_int_equal(spool_flush(spool), 0);
	expect(spool, "1T1T111", 2);
	assert_int_equal(spool_final(spool), 5);
	assert_int_equal(spool_close(spool), 0);
}

static void what_comes_too_late_changes_nothing(void **state)
{
	struct spool *spool = begin_in("late");

	(void)state;
	save(spool, ph, QC_PASS, OPEN_MS, 0);
	lab_now_ms += OPEN_MS + 1000;
	save(spool, ph, QC_PASS, OPEN_MS, QC_FAIL);
	expect(spool, "11", 0);
	assert_int_equal(spool_close(spool), 0);
	/* After a start all is final, and no reading has one before it. */
	spool = begin_in("late");
	assert_int_equal(spool_final(spool), 2);
	save(spool, ph, QC_PASS, OPEN_MS, QC_FAIL);
	expect(spool, "111", 0);
	assert_int_equal(spool_close(spool), 0);
}

static void across_segments(void **state)
{
	struct spool *spool = begin_in("segments");
	struct seen seen;
	unsigned i;

	(void)state;
	step_ms = 1;
	for (i = 1; i <= SEGMENT + 10; i++)
		add(spool, ph, QC_PASS, OPEN_MS, i == SEGMENT + 1 || i == 500 ? QC_FAIL : 0);
	assert_int_equal(spool_flush(spool), 0);
	seen = look(spool);
	assert_int_equal(seen.n, SEGMENT + 10);
	assert_int_equal(seen.spikes, 2);
	assert_int_equal(seen.qc[SEGMENT - 1], 'T');
	assert_int_equal(seen.qc[498], 'T');
	assert_int_equal(seen.qc[SEGMENT], '1');
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_waits_and_all_behind_it),
		cmocka_unit_test(a_spike_is_in_the_ledger_and_in_what_is_read),
		cmocka_unit_test(a_spike_and_its_next_in_one_commit),
		cmocka_unit_test(what_comes_too_late_changes_nothing),
		cmocka_unit_test(across_segments),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
