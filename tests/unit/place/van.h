/* van.h - a van whose fixes are made up, for the tests of track.c. */
#ifndef UNIT_PLACE_VAN_H
#define UNIT_PLACE_VAN_H

#include "heard.h"

#include "place/track.h"

#define LAT   34.0
#define LON   71.6
#define NORTH (1 / 111194.9) /* degrees of latitude in a metre */
#define EAST  (1 / (111194.9 * 0.82904))

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const struct track_conf usual = {
	TRACK_FASTEST_M_S, TRACK_STALE_MOVING_MS, TRACK_STALE_PARKED_MS};

struct van {
	struct track track;
	int64_t now_ms;
	double eph_m;
};

static inline struct van van_make(void)
{
	struct van van = {.now_ms = 5000000, .eph_m = 10};

	track_begin(&van.track, &usual);
	return van;
}

static inline struct fix fix_at(
	const struct van *van, double east_m, double north_m, double speed_m_s)
{
	return (struct fix){.boot_ms = van->now_ms,
		.mode = 3,
		.lat = LAT + north_m * NORTH,
		.lon = LON + east_m * EAST,
		.eph_m = van->eph_m,
		.speed_m_s = speed_m_s,
		.has_time = true,
		.utc_ms = INT64_C(1776420900000) + van->now_ms};
}

static inline enum fix_verdict hear(
	struct van *van, double east_m, double north_m, double speed_m_s)
{
	struct fix fix = fix_at(van, east_m, north_m, speed_m_s);

	return track_hear(&van->track, &fix);
}

/* A second later. */
static inline enum fix_verdict tick(
	struct van *van, double east_m, double north_m, double speed_m_s)
{
	van->now_ms += 1000;
	return hear(van, east_m, north_m, speed_m_s);
}

static inline bool knows(const struct van *van, int64_t later_ms)
{
	struct fix fix;

	return track_at(&van->track, van->now_ms + later_ms, &fix);
}

static inline struct track_parked parked(const struct van *van)
{
	struct track_parked known;

	track_parked(&van->track, &known);
	return known;
}

static inline void park(struct van *van, int seconds)
{
	int i;

	for (i = 0; i < seconds; i++)
		assert_int_equal(tick(van, i % 3, i % 2, 0.1), FIX_TAKEN);
}

#endif
