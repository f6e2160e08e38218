/* A spool with readings in it and a hostile store in this process, for the tests of the whole uplink. */
#ifndef UPLINK_FIXTURE_H
#define UPLINK_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../tools/faultstore/judge.c"
#include "../../../tools/faultstore/pass.c"
#include "../../../tools/faultstore/plan.c"
#include "../../../tools/faultstore/serve.c"
#include "uplink/uplink.h"

enum { MOST_ROWS = 200001, PER_EXCHANGE = 2, PATIENCE_MS = 60000 };

static const int64_t utc_offset_ms = 1700000000000;
static struct faultstore *faults;
static struct spool *spool;
static struct store_conf conf;
static struct uplink *uplink;
static uint32_t series_numbers[PER_EXCHANGE];
static uint64_t rows_made;
static int64_t rows_boot_ms;

/* What the store holds: how many different lines carry each number. */
static uint8_t stored[MOST_ROWS];
static char *stored_lines[MOST_ROWS];

static void nap(void)
{
	usleep(2000);
}

#define EVENTUALLY(condition)                                                            \
	do {                                                                             \
		int64_t until_ms = clock_boot_ms(&clock_system) + PATIENCE_MS;           \
		while (!(condition)) {                                                   \
			if (clock_boot_ms(&clock_system) > until_ms)                     \
				fail_msg("never in %d ms: %s", PATIENCE_MS, #condition); \
			nap();                                                           \
		}                                                                        \
	} while (0)

static inline void add_rows(uint64_t n)
{
	/* All rows of an exchange share its moment: one of each series. */
	struct reading readings[PER_EXCHANGE];
	struct exchange exchange = {
		.raw = (const uint8_t *)"\x03\x02\x01\x00", .raw_len = 4, .readings = readings};
	struct spool_counts counts;
	uint64_t i;
	int err;

	while (n) {
		exchange.n = n < PER_EXCHANGE ? (size_t)n : PER_EXCHANGE;
		for (i = 0; i < exchange.n; i++)
			readings[i] = (struct reading){.series = series_numbers[i],
				.qc = QC_PASS,
				.value =
					(double)(float)(7 + (double)((rows_made + i) % 100) / 100)};
		exchange.boot_ms = rows_boot_ms++;
		do {
			err = spool_add(spool, &exchange);
			if (err == ERR_FULL)
				nap();
		} while (err == ERR_FULL);
		assert_int_equal(err, 0);
		rows_made += exchange.n;
		n -= exchange.n;
	}
	EVENTUALLY((spool_count(spool, &counts), counts.saved == rows_made));
}

static inline void fix_utc(void)
{
	assert_int_equal(spool_fix_utc(spool, utc_offset_ms, TIME_NTP, 10), 0);
}

static inline int fixture_begin(void **state)
{
	static const struct series series[PER_EXCHANGE] = {
		{"ph-1", "ph", NUMBER_F32, 0}, {"ph-1", "water_temperature", NUMBER_F32, 0}};
	struct spool_conf spool_conf = {.dir = "spool",
		.commit_ms = 100,
		.segment_readings = 20000,
		.pending_bytes = 12 << 20};
	char at[256];
	struct text why = text_over(at, sizeof(at));
	int i;

	(void)state;
	if (system("rm -rf spool store.lines"))
		return -1;
	if (spool_open(&spool, &spool_conf, &clock_system, &why)) {
		fprintf(stderr, "%s\n", at);
		return -1;
	}
	for (i = 0; i < PER_EXCHANGE; i++)
		if (spool_add_series(spool, &series[i], &series_numbers[i]))
			return -1;
	faults = faultstore_open(0, "store.lines", false);
	if (!faults)
		return -1;
	conf = (struct store_conf){.name = "store",
		.database = "wq",
		.batch_lines = 5000,
		.gzip_level = 1,
		.interval_ms = 50,
		.timeout_ms = 5000,
		.retry_first_ms = 10,
		.retry_most_ms = 100};
	snprintf(conf.url, sizeof(conf.url), "http://127.0.0.1:%u", faultstore_port(faults));
	rows_made = 0;
	rows_boot_ms = clock_boot_ms(&clock_system);
	return 0;
}

static inline int fixture_end(void **state)
{
	size_t i;

	(void)state;
	uplink_free(uplink);
	uplink = NULL;
	faultstore_close(faults);
	for (i = 0; i < MOST_ROWS; i++) {
		free(stored_lines[i]);
		stored_lines[i] = NULL;
	}
	memset(stored, 0, sizeof(stored));
	return spool_close(spool);
}

static inline void begin_uplink(const struct clock *clock)
{
	assert_int_equal(uplink_new(&uplink, &conf, "van-1", spool, clock, 1), 0);
	assert_int_equal(uplink_start(uplink), 0);
}

static inline uint64_t unsent_rows(void)
{
	unsigned store;

	assert_int_equal(spool_add_store(spool, "store", &store), 0);
	return spool_waiting(spool, store, STREAM_READINGS);
}

static inline uint64_t refused_rows(void)
{
	struct delivery_counts counts;
	unsigned store;

	assert_int_equal(spool_add_store(spool, "store", &store), 0);
	spool_count_store(spool, store, STREAM_READINGS, &counts);
	return counts.n[DELIVERY_REFUSED];
}

/* Fills stored[]; a line that came twice must be the same, byte for byte, or it is doubled. */
static inline uint64_t read_store(void)
{
	FILE *file = fopen("store.lines", "r");
	char line[1024];
	uint64_t different = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, "seq=");
		unsigned long long number;

		if (strncmp(line, "reading,", 8))
			continue;
		assert_non_null(at);
		number = strtoull(at + 4, NULL, 10);
		assert_in_range(number, 1, MOST_ROWS - 1);
		if (!stored_lines[number]) {
			stored_lines[number] = strdup(line);
			stored[number]++;
			different++;
		} else if (strcmp(stored_lines[number], line)) {
			stored[number]++;
		}
	}
	fclose(file);
	return different;
}

static inline void expect_all_once(uint64_t n)
{
	uint64_t i;

	assert_int_equal(read_store(), n);
	for (i = 1; i <= n; i++)
		if (stored[i] != 1)
			fail_msg("reading %llu is in the store %u times", (unsigned long long)i,
				stored[i]);
}

__attribute__((unused)) static atomic_llong shifted_ms;

static inline int64_t shifted_boot_ns(void *ctx)
{
	(void)ctx;
	return clock_boot_ns(&clock_system) + atomic_load(&shifted_ms) * 1000000;
}

static inline int64_t shifted_wall_ns(void *ctx)
{
	(void)ctx;
	return 0;
}

/* Runs beside the machine's own, and can be put forward. */
__attribute__((unused)) static const struct clock shifted = {
	shifted_boot_ns, shifted_wall_ns, NULL};

static inline struct uplink_state state_now(void)
{
	struct uplink_state state;

	uplink_state(uplink, &state);
	return state;
}

static inline struct faultstore_counts counts_now(void)
{
	struct faultstore_counts counts;

	faultstore_count(faults, &counts);
	return counts;
}

static inline void plan(const char *line)
{
	assert_true(faultstore_plan(faults, line));
}

#endif
