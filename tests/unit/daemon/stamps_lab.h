/* stamps_lab.h - a machine's clocks made by hand, with stamps over a real spool. */
#ifndef TESTS_DAEMON_STAMPS_LAB_H
#define TESTS_DAEMON_STAMPS_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/clock_chip.h"
#include "daemon/stamps.h"
#include "spool/internal.h"

__attribute__((unused)) static const int64_t utc_2024 = 1704067200000, utc_2030 = 1893456000000,
					     now_2025 = 1750000000000;

/* --- a machine made here ---------------------------------------------------------------------------- */

static int64_t boot_ms = 5000, wall_ms = 5000;
static struct clock_sync sync_now;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return boot_ms * 1000000;
}

static int64_t wall_ns(void *ctx)
{
	(void)ctx;
	return wall_ms * 1000000;
}

static struct clock_sync read_sync(void *ctx)
{
	(void)ctx;
	return sync_now;
}

static struct gps_time gps_now;

__attribute__((unused)) static void read_gps(void *ctx, struct gps_time *out)
{
	(void)ctx;
	*out = gps_now;
}

static const struct clock machine = {boot_ns, wall_ns, NULL};
static const struct clock_conf clock_conf = {600, utc_2024, utc_2030, 730, 86400};

__attribute__((unused)) static void pass(int64_t ms)
{
	boot_ms += ms;
	wall_ms += ms;
}

/* --- a daemon's spool and times --------------------------------------------------------------------- */

static struct spool *spool;
static struct stamps *stamps;
static uint32_t series;

__attribute__((unused)) static void begin(void)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = 1000, .pending_bytes = 1 << 16};
	struct series ph = {"ph-1", "ph", NUMBER_F32, 0};
	char words[300];
	struct text why = text_over(words, sizeof(words));

	struct stamps_eyes eyes = {.sync = read_sync, .gps = read_gps, .chips = "chips"};

	memcpy(conf.dir, "spool", 6);
	assert_int_equal(spool_open(&spool, &conf, &machine, &why), 0);
	assert_int_equal(spool_add_series(spool, &ph, &series), 0);
	assert_int_equal(stamps_new(&stamps, &clock_conf, spool, &machine, &eyes), 0);
}

__attribute__((unused)) static void end(void)
{
	stamps_free(stamps);
	assert_int_equal(spool_close(spool), 0);
}

__attribute__((unused)) static void add_reading(void)
{
	struct reading reading = {.series = series, .qc = QC_PASS, .value = 7.0};
	struct exchange exchange = {.boot_ms = boot_ms, .readings = &reading, .n = 1};

	assert_int_equal(spool_add(spool, &exchange), 0);
}

struct seen {
	unsigned n;
	struct spool_row rows[64];
	char words[64][160];
};

__attribute__((unused)) static int keep(void *ctx, const struct spool_row *row)
{
	struct seen *seen = ctx;

	assert_true(seen->n < 64);
	seen->rows[seen->n] = *row;
	assert_true(text_copy(seen->words[seen->n++], sizeof(seen->words[0]), row->words));
	return 0;
}

__attribute__((unused)) static void read_all(enum stream stream, struct seen *seen)
{
	struct spool_reader *reader;
	char words[300];
	struct text why = text_over(words, sizeof(words));

	seen->n = 0;
	assert_int_equal(spool_reader_open_dir(&reader, "spool", &why), 0);
	assert_int_equal(
		spool_read(reader, stream, spool_reader_range(reader, stream), keep, seen, NULL),
		0);
	spool_reader_close(reader);
}

__attribute__((unused)) static unsigned count_kind(const struct seen *seen, enum ledger_kind kind)
{
	unsigned n = 0, i;

	for (i = 0; i < seen->n; i++)
		n += seen->rows[i].kind == kind;
	return n;
}

#endif
