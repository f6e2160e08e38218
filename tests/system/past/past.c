/*
 * past DIR SEED HOURS: a spool as a van left it days ago: three analyzers on their way, samples and borders, two boots, a
 * clock that was set back and one that a person entered, readings of every quality.  Prints how many readings.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spool/internal.h"

enum { PACE_MS = 4000, SERIES = 5 };

static const struct series of[SERIES] = {{"ph-past", "ph", NUMBER_F32, 0},
	{"ph-past", "temperature", NUMBER_DECIMAL, 1},
	{"cl-past", "free_chlorine", NUMBER_DECIMAL, 3},
	{"do-past", "dissolved_oxygen", NUMBER_F64, 0}, {"do-past", "temperature", NUMBER_F32, 0}};

static int64_t now_ms;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return __atomic_load_n(&now_ms, __ATOMIC_RELAXED) * 1000000;
}

static const struct clock past_clock = {boot_ns, boot_ns, NULL};

static void must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "past: %s\n", what);
	exit(1);
}

static unsigned below(unsigned n)
{
	return (unsigned)lrand48() % n;
}

static struct exchange here = {.place = {.border_m = -1}};

static void drive_on(void)
{
	struct place *place = &here.place;

	*place = (struct place){.border_m = -1};
	here.context = CONTEXT_IDLE;
	here.sample = 0;
	if (below(5)) {
		place->origin = below(4) ? PLACE_GPS : PLACE_ENTERED;
		place->has_point = true;
		place->mode = place->origin == PLACE_GPS ? 3 : 0;
		place->lat_e7 = 340000000;
		place->lon_e7 = 715000000;
		snprintf(place->district, sizeof(place->district), "PK52%u", below(4));
	}
	if (place->origin != PLACE_NONE && !below(3)) {
		place->border_m = 150;
		if (below(2))
			snprintf(place->near, sizeof(place->near), "PK53%u", below(2));
	}
	if (!below(3)) {
		here.context = below(3) ? CONTEXT_SAMPLE : CONTEXT_CHECK;
		here.sample = 1 + below(3);
	}
}

static struct reading one(uint32_t series, double value)
{
	struct reading reading = {.series = series, .value = value, .qc = QC_PASS};

	switch (below(12)) {
	case 0:
		reading.value = (double)NAN;
		reading.qc = QC_MISSING;
		reading.flags = FLAG_SENTINEL;
		break;
	case 1:
		reading.qc = QC_SUSPECT;
		reading.flags = FLAG_WARMUP;
		break;
	case 2:
		reading.qc = QC_NOT_EVALUATED;
		break;
	default:
		break;
	}
	return reading;
}

static void exchange(struct spool *spool, const uint32_t *series, unsigned first, unsigned n)
{
	static const double about[SERIES] = {7.1, 18, 0.5, 8.3, 18};
	struct reading readings[SERIES] = {0};
	unsigned i;

	for (i = 0; i < n; i++) {
		double value = about[first + i] + (below(1000) - 500.0) / 1700;

		readings[i] = one(series[first + i],
			of[first + i].kind == NUMBER_F32 ? (double)(float)value : value);
	}
	here.readings = readings;
	here.n = n;
	here.boot_ms = now_ms += 20 + below(PACE_MS);
	must(spool_add(spool, &here) == 0, "a reading is not taken");
}

static struct spool *begin(const char *dir, const char *boot, uint32_t *series)
{
	struct spool_conf conf = {
		.commit_ms = 1000, .segment_readings = 20000, .pending_bytes = 8 << 20};
	char words[400];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool = NULL;
	unsigned i;

	text_copy(conf.dir, sizeof(conf.dir), dir);
	spool_tuning.boot_id = boot;
	must(spool_open(&spool, &conf, &past_clock, &why) == 0, words);
	for (i = 0; i < SERIES; i++)
		must(spool_add_series(spool, &of[i], &series[i]) == 0, "too many series");
	return spool;
}

static void live(struct spool *spool, const uint32_t *series, int64_t ms)
{
	int64_t until_ms = now_ms + ms;
	unsigned n = 0;

	while (now_ms < until_ms) {
		if (!below(200))
			drive_on();
		if (!below(3))
			exchange(spool, series, 0, 2);
		else if (below(2))
			exchange(spool, series, 2, 1);
		else
			exchange(spool, series, 3, 2);
		if (++n % 4000 == 0)
			must(spool_flush(spool) == 0, "not saved");
	}
	must(spool_flush(spool) == 0, "not saved");
}

int main(int argc, char **argv)
{
	const int64_t hour_ms = 3600000;
	int64_t hours = argc > 3 ? atoi(argv[3]) : 0,
		utc_ms = ((int64_t)time(NULL) - 3 * 86400) * 1000;
	struct spool_counts counts;
	uint32_t series[SERIES];
	struct spool *spool;

	must(argc == 4 && hours >= 3 && hours <= 48, "usage: past DIR SEED HOURS, 3 to 48");
	srand48(atol(argv[2]));
	now_ms = 5000;
	spool = begin(argv[1], "aaaaaaaa-1111-4111-8111-111111111111", series);
	must(spool_fix_utc(spool, utc_ms, TIME_NTP, 20) == 0, "no time");
	live(spool, series, hours / 2 * hour_ms);
	must(spool_fix_utc(spool, utc_ms - 1500000, TIME_GPS, 5) == 0, "no time");
	live(spool, series, hour_ms);
	must(spool_close(spool) == 0, "not closed");
	now_ms = 9000;
	spool = begin(argv[1], "bbbbbbbb-1111-4111-8111-111111111111", series);
	must(spool_fix_utc(spool, utc_ms + (hours / 2 + 2) * hour_ms, TIME_ENTERED, 60000) == 0,
		"no time");
	live(spool, series, (hours - hours / 2 - 1) * hour_ms);
	spool_count(spool, &counts);
	must(spool_close(spool) == 0, "not closed");
	printf("%llu\n", (unsigned long long)counts.last[STREAM_READINGS]);
	return 0;
}
