/* receipt_van.h - a van with a real spool before that store: it makes readings, sends them, and lets time pass. */
#ifndef TESTS_UPLINK_RECEIPT_VAN_H
#define TESTS_UPLINK_RECEIPT_VAN_H

#include "receipt_store.h"
#include "spool/internal.h"

enum { DAY_S = 86400 };

static _Atomic(int64_t) now_ms = 1000;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return atomic_load(&now_ms) * 1000000;
}

static const struct clock by_hand = {boot_ns, boot_ns, NULL};
static atomic_bool stop;
static _Atomic int64_t beat_ms;

static struct {
	struct spool *spool;
	struct spool_reader *reader;
	struct receipts *receipts;
	unsigned store;
	uint32_t series;
	uint64_t made, posted;
	uint64_t saved; /* before this start */
} van;

static int open_van(void)
{
	struct spool_conf spool_conf = {
		.dir = "spool", .commit_ms = 1, .segment_readings = 5000, .pending_bytes = 1 << 20};
	struct series series = {"ph-1", "ph", NUMBER_F32, 0};
	char words[200];
	struct text why = text_over(words, sizeof(words));

	if (spool_open(&van.spool, &spool_conf, &by_hand, &why) ||
		spool_add_series(van.spool, &series, &van.series) ||
		spool_fix_utc(van.spool, 1700000000000, TIME_NTP, 10) ||
		spool_add_store(van.spool, "store", &van.store) ||
		spool_reader_open(&van.reader, van.spool) ||
		receipts_new(&van.receipts, &conf, van.spool, van.store, van.reader, &by_hand,
			&stop, &beat_ms, &why)) {
		fprintf(stderr, "%s\n", words);
		return -1;
	}
	/* The ledger's own rows are not what is tested here. */
	spool_mark_sent(van.spool, van.store, STREAM_LEDGER, (struct range){1, 100});
	spool_mark_received(van.spool, van.store, STREAM_LEDGER, (struct range){1, 100});
	return 0;
}

static int begin(void **state)
{
	(void)state;
	memset(&store, 0, sizeof(store));
	memset(&van, 0, sizeof(van));
	return system("rm -rf spool") ? -1 : open_van();
}

static int end(void **state)
{
	(void)state;
	receipts_free(van.receipts);
	spool_reader_close(van.reader);
	return spool_close(van.spool);
}

static int note_time(void *ctx, const struct spool_row *row)
{
	(void)ctx;
	store.utc_ms[row->number] = row->utc_ms;
	text_copy(store.born[row->number], SPOOL_ID, row->spool);
	return 0;
}

static void make_some(uint64_t n)
{
	struct reading reading = {.series = van.series, .qc = QC_PASS, .value = 7};
	struct exchange exchange = {
		.raw = (const uint8_t *)"\x03", .raw_len = 1, .readings = &reading, .n = 1};
	const struct timespec moment = {0, 1000000};
	struct spool_counts counts;
	uint64_t before = van.made;

	van.made += n;
	while (n--) {
		exchange.boot_ms = atomic_fetch_add(&now_ms, 10);
		assert_int_equal(spool_add(van.spool, &exchange), 0);
	}
	while (spool_count(van.spool, &counts), counts.saved + van.saved < van.made)
		nanosleep(&moment, NULL);
	assert_int_equal(spool_read(van.reader, STREAM_READINGS,
				 (struct range){before + 1, van.made}, note_time, NULL, NULL),
		0);
}

static void make(uint64_t n)
{
	for (; n > 1000; n -= 1000)
		make_some(1000);
	make_some(n);
}

/* All that waits is sent; the store takes it, and keeps what it keeps. */
static void send_all(void)
{
	struct range block;
	uint64_t i;

	while (spool_unsent(van.spool, van.store, STREAM_READINGS, UINT64_MAX, 700, &block)) {
		for (i = block.first; i <= block.last; i++) {
			store.has[i] = !store.never[i];
			van.posted++;
		}
		receipts_sent(van.receipts, STREAM_READINGS, block);
		spool_mark_sent(van.spool, van.store, STREAM_READINGS, block);
	}
}

static uint64_t received(void)
{
	struct delivery_counts counts;

	spool_count_store(van.spool, van.store, STREAM_READINGS, &counts);
	return counts.n[DELIVERY_RECEIVED];
}

static struct receipts_state state_now(void)
{
	struct receipts_state state;

	receipts_state(van.receipts, &state);
	return state;
}

/* Time passes; what is due is asked, and what is missing is sent again, each time round. */
static void pass_time(unsigned seconds)
{
	int64_t until = atomic_load(&now_ms) + (int64_t)seconds * 1000;

	while (atomic_load(&now_ms) < until) {
		atomic_fetch_add(&now_ms, WAIT_S * 500);
		while (receipts_step(van.receipts))
			;
		send_all();
	}
}

/* No number is called received that the store has not. */
static void expect_true(void)
{
	static bool open[NUMBERS + 1];
	uint64_t below = UINT64_MAX, from = 1, i;
	struct range run;

	memset(open, 0, sizeof(open));
	for (; spool_unsent(van.spool, van.store, STREAM_READINGS, below, NUMBERS, &run);
		below = run.first)
		memset(open + run.first, 1, run.last - run.first + 1);
	for (; spool_unconfirmed(van.spool, van.store, STREAM_READINGS, from, NUMBERS, &run);
		from = run.last + 1)
		memset(open + run.first, 1, run.last - run.first + 1);
	for (i = 1; i <= van.made; i++)
		assert_true(open[i] || store.has[i]);
}

#endif
