#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/internal.h"
#include "vansim.h"

static const struct {
	const char *name;
	double level, wave;
	int digits;
} waters[PER_UNIT] = {{"water_temperature", 18, 4, 2}, {"ph", 7.4, 0.2, 2},
	{"conductivity", 420, 25, 1}, {"turbidity_fnu", 1.2, 0.3, 2},
	{"chlorine_free", 0.6, 0.15, 3}};

const char *water_parameter(unsigned parameter)
{
	return waters[parameter].name;
}

void water_series(struct spool *spool, unsigned units, uint32_t numbers[UNITS][PER_UNIT])
{
	struct series series = {.kind = NUMBER_F32};
	unsigned u, p;

	for (u = 0; u < units; u++)
		for (p = 0; p < PER_UNIT; p++) {
			snprintf(series.unit, sizeof(series.unit), "analyzer-%02u", u);
			text_copy(series.parameter, sizeof(series.parameter), waters[p].name);
			insist(!spool_add_series(spool, &series, &numbers[u][p]), "series");
		}
}

void water_value(struct dice *dice, unsigned parameter, uint64_t tick, char *text, size_t cap)
{
	double value = waters[parameter].level + waters[parameter].wave * sin((double)tick / 14000);

	value += ((double)dice_roll(dice, 0, 6) - 3) * pow(10, -waters[parameter].digits);
	if (parameter == 3 && dice_roll(dice, 1, 500) == 1)
		value += dice_roll(dice, 0, 39);
	snprintf(text, cap, "%.*f", waters[parameter].digits, value);
}

void wait_saved(struct spool *spool, uint64_t n)
{
	struct spool_counts counts;

	for (;;) {
		spool_count(spool, &counts);
		insist(!counts.trouble, counts.trouble_words);
		if (counts.saved >= n)
			return;
		usleep(1000);
	}
}

/* A start of the van that was over a minute before this machine's: its uptime at its newest reading. */
static int64_t past_ms;

static int64_t past_ns(void *ctx)
{
	(void)ctx;
	return __atomic_load_n(&past_ms, __ATOMIC_RELAXED) * 1000000;
}

static const struct clock past_clock = {past_ns, past_ns, NULL};

void fill_spool(const char *dir, uint64_t n, unsigned days)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = 200000, .pending_bytes = 8 << 20};
	struct reading readings[PER_UNIT];
	struct exchange exchange = {.raw_len = 12, .readings = readings};
	struct dice dice = {n};
	struct spool *spool;
	uint32_t numbers[UNITS][PER_UNIT];
	uint64_t made = 0, ticks = (n - 1) / (UNITS * PER_UNIT) + 1, tick;
	int64_t over_ms = clock_wall_ms(&clock_system) - clock_boot_ms(&clock_system) - 60000;
	int64_t step_ms = days ? days * 86400000LL / (int64_t)ticks : 1000;
	char words[256], value[32];
	struct text why = text_over(words, sizeof(words));
	unsigned u, p;

	exchange.raw = (const uint8_t *)"\x03\x0a\x41\x90\x00\x00\x40\xec\xcc\xcd\x12\x34";
	insist(text_copy(conf.dir, sizeof(conf.dir), dir), "the folder's name is too long");
	past_ms = (int64_t)ticks * step_ms;
	spool_tuning.boot_id = "aaaaaaaa-1111-4111-8111-111111111111";
	insist(!spool_open(&spool, &conf, &past_clock, &why), words);
	water_series(spool, UNITS, numbers);
	insist(!spool_fix_utc(spool, over_ms - past_ms, TIME_NTP, 10), "utc");
	for (tick = 0; made < n; tick++)
		for (u = 0; u < UNITS && made < n; u++) {
			exchange.boot_ms = (int64_t)(tick + 1) * step_ms;
			exchange.n = n - made < PER_UNIT ? (size_t)(n - made) : PER_UNIT;
			for (p = 0; p < exchange.n; p++) {
				water_value(&dice, p, tick, value, sizeof(value));
				readings[p] = (struct reading){.series = numbers[u][p],
					.qc = QC_PASS,
					.value = (double)strtof(value, NULL)};
			}
			insist(!spool_add(spool, &exchange), "spool_add");
			made += exchange.n;
			if (made % 20000 < PER_UNIT)
				insist(!spool_flush(spool), "spool_flush");
		}
	insist(!spool_flush(spool), "spool_flush");
	printf("spool=%s readings=%llu\n", spool_id(spool), (unsigned long long)made);
	insist(!spool_close(spool), "spool_close");
}
