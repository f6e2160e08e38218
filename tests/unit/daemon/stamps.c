/* Times over a real spool: what its rows say after 1970, a sync, a step, and a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/stamps.h"
#include "spool/reader.h"

static const int64_t utc_2024 = 1704067200000, utc_2030 = 1893456000000, now_2025 = 1750000000000;

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

static const struct clock machine = {boot_ns, wall_ns, NULL};
static const struct clock_conf clock_conf = {600, utc_2024, utc_2030, 730, 86400};

static void pass(int64_t ms)
{
	boot_ms += ms;
	wall_ms += ms;
}

/* --- a daemon's spool and times --------------------------------------------------------------------- */

static struct spool *spool;
static struct stamps *stamps;
static uint32_t series;

static void begin(void)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = 1000, .pending_bytes = 1 << 16};
	struct series ph = {"ph-1", "ph", NUMBER_F32, 0};
	char words[300];
	struct text why = text_over(words, sizeof(words));

	memcpy(conf.dir, "spool", 6);
	assert_int_equal(spool_open(&spool, &conf, &machine, &why), 0);
	assert_int_equal(spool_add_series(spool, &ph, &series), 0);
	assert_int_equal(stamps_new(&stamps, &clock_conf, spool, &machine, read_sync, NULL), 0);
}

static void end(void)
{
	stamps_free(stamps);
	assert_int_equal(spool_close(spool), 0);
}

static void add_reading(void)
{
	struct reading reading = {series, QC_PASS, 0, 7.0};
	struct exchange exchange = {.boot_ms = boot_ms, .readings = &reading, .n = 1};

	assert_int_equal(spool_add(spool, &exchange), 0);
}

struct seen {
	unsigned n;
	struct spool_row rows[64];
};

static int keep(void *ctx, const struct spool_row *row)
{
	struct seen *seen = ctx;

	assert_true(seen->n < 64);
	seen->rows[seen->n++] = *row;
	return 0;
}

static void read_all(enum stream stream, struct seen *seen)
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

static unsigned count_kind(const struct seen *seen, enum ledger_kind kind)
{
	unsigned n = 0, i;

	for (i = 0; i < seen->n; i++)
		n += seen->rows[i].kind == kind;
	return n;
}

/* 1970, a reading; NTP sets the clock, a reading; a hand steps it back, a reading; a restart, NTP again. */
static void a_day_of_clocks(void **state)
{
	struct stamps_state now;
	struct seen seen;

	(void)state;
	begin();
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NONE);
	assert_non_null(strstr(now.words, "1970-01-01"));
	add_reading();

	pass(20000);
	wall_ms = now_2025;
	sync_now = (struct clock_sync){0, true, 7};
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NTP);
	assert_true(now.trusted);
	assert_string_equal(now.words, "confirmed by NTP, within 7 ms");
	pass(1000);
	add_reading();

	wall_ms -= 7200 * 1000;
	sync_now = (struct clock_sync){0};
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NTP);
	pass(1000);
	add_reading();
	end();

	pass(60000);
	begin();
	stamps_step(stamps);
	stamps_state(stamps, &now);
	assert_int_equal(now.source, TIME_NTP); /* of this boot, from before the restart */
	pass(1000);
	add_reading();
	wall_ms += 7200 * 1000 + 3000; /* NTP again, and three seconds later than it said before */
	sync_now = (struct clock_sync){0, true, 2};
	stamps_step(stamps);
	pass(1000);
	add_reading();
	end();

	read_all(STREAM_READINGS, &seen);
	assert_int_equal(seen.n, 5);
	assert_int_equal(seen.rows[0].utc_ms, now_2025 - 20000);
	assert_int_equal(seen.rows[1].utc_ms, now_2025 + 1000);
	assert_int_equal(seen.rows[2].utc_ms, now_2025 + 2000);
	assert_int_equal(seen.rows[3].utc_ms, now_2025 + 63000);
	assert_int_equal(
		seen.rows[4].utc_ms, now_2025 + 64000 + 3000 + 1); /* the second offset's digit */
	for (unsigned i = 0; i < seen.n; i++)
		assert_int_equal(seen.rows[i].clock, TIME_NTP);
	read_all(STREAM_LEDGER, &seen);
	assert_int_equal(count_kind(&seen, LEDGER_START), 2);
	/* trust, the hand's step, the restart, NTP's own step */
	assert_int_equal(count_kind(&seen, LEDGER_ANCHOR), 4);
}

static void the_thread_looks_at_once_and_stops_at_once(void **state)
{
	struct stamps_state now = {.source = TIME_NONE};
	int i;

	(void)state;
	boot_ms += 1000;
	wall_ms = now_2025 + 1000;
	sync_now = (struct clock_sync){0, true, 7};
	begin();
	assert_int_equal(stamps_start(stamps), 0);
	for (i = 0; i < 5000 && !strstr(now.words, "confirmed"); i++) {
		usleep(1000);
		stamps_state(stamps, &now);
	}
	assert_int_equal(now.source, TIME_NTP);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_of_clocks),
		cmocka_unit_test(the_thread_looks_at_once_and_stops_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
