#include "place/track.h"

#include <math.h>

#include "model/place.h"

#define EARTH_M         PLACE_EARTH_M
#define RADIANS(degree) ((degree) * (M_PI / 180))

#define ERROR_UNSAID_M 100.0 /* of a fix that claims none, when it is asked whether it is a jump */
#define ERROR_MOST_M   5000.0
#define SLOW_M_S       1.5
#define FAST_M_S       3.0
#define STOP_M         25.0
#define LEAVE_M        100.0
#define AWAY_M         500.0 /* so far off no parked van's fix is: one is enough */
#define STUCK_M        30.0
#define ERROR_LEAST_M  3.0
#define ERROR_PARKED_M 20.0 /* of a parked van's fixes that claim none */
#define MOST_ALIKE     9.0  /* a ninth of the variance: a third of the error */

enum {
	STOP_MS = 30 * 1000,
	STOP_FIXES = 5,
	LEAVE_SCORE = 6,
	STUCK_FIXES = 3,
	DOUBT_FIXES = 3,       /* from so many fixes of a rival on, no place is believed */
	REPORT_MS = 10 * 1000, /* of a longer silence, so much counts as time that fixes told of */
	ALIKE_MS = 5 * 60 * 1000
};

void track_begin(struct track *track, const struct track_conf *conf)
{
	*track = (struct track){.conf = conf};
}

/* --- distances ------------------------------------------------------------------------------------- */

static void metres_from(
	double lat, double lon, const struct fix *fix, double *east_m, double *north_m)
{
	*north_m = RADIANS(fix->lat - lat) * EARTH_M;
	*east_m = RADIANS(remainder(fix->lon - lon, 360)) * cos(RADIANS(lat)) * EARTH_M;
}

static double claimed_m(const struct fix *fix)
{
	return isfinite(fix->eph_m) ? fmin(fix->eph_m, ERROR_MOST_M) : ERROR_UNSAID_M;
}

/* Whether a van that was at `from` can be at `to`. */
static bool can_go(const struct track *track, const struct fix *from, const struct fix *to)
{
	double seconds = (double)(to->boot_ms - from->boot_ms) / 1000 + 1;

	return place_distance_m(from->lat, from->lon, to->lat, to->lon) <=
	       track->conf->fastest_m_s * seconds + claimed_m(from) + claimed_m(to);
}

static int64_t told_ms(int64_t passed_ms)
{
	return passed_ms < REPORT_MS ? passed_ms : REPORT_MS;
}

/* --- verdicts -------------------------------------------------------------------------------------- */

static bool is_placeholder(const struct fix *fix)
{
	double lat = fabs(fix->lat), lon = fabs(fix->lon);

	return (lat == 0 && lon == 0) || lat == 90 || lon == 180 || lat == 360 || lon == 360;
}

static bool is_at(const struct fix *a, const struct fix *b)
{
	return a->lat == b->lat && a->lon == b->lon;
}

/* The same moment told once more. */
static bool is_again(const struct track *track, const struct fix *fix)
{
	return track->has_last && fix->has_time && track->last.has_time &&
	       fix->utc_ms == track->last.utc_ms && is_at(fix, &track->last);
}

static bool clock_stands(struct track *track, const struct fix *fix)
{
	if (!fix->has_time)
		return false;
	if (!track->has_clock || fix->utc_ms != track->clock_utc_ms) {
		track->has_clock = true;
		track->clock_utc_ms = fix->utc_ms;
		track->clock_since_ms = fix->boot_ms;
	}
	return fix->boot_ms - track->clock_since_ms > TRACK_STUCK_MS;
}

static bool place_stands(struct track *track, const struct fix *fix, int64_t silent_ms)
{
	if (!track->has_last || !is_at(fix, &track->last) || !(fix->speed_m_s >= FAST_M_S)) {
		track->same = 0;
		track->same_m = 0;
		return false;
	}
	track->same++;
	track->same_m += fix->speed_m_s * (double)told_ms(silent_ms) / 1000;
	return track->same >= STUCK_FIXES && track->same_m >= STUCK_M;
}

/* A fix too far from the last one.  True when it speaks for a place that has won by now. */
static bool rival_wins(struct track *track, const struct fix *fix)
{
	struct track_rival *rival = &track->rival;

	if (!rival->n || !can_go(track, &rival->last, fix)) {
		*rival = (struct track_rival){.n = 1, .since_ms = fix->boot_ms, .last = *fix};
		return false;
	}
	if (!fix->has_time || !rival->last.has_time || fix->utc_ms != rival->last.utc_ms)
		rival->n++;
	rival->last = *fix;
	return rival->n >= TRACK_RIVAL_FIXES && fix->boot_ms - rival->since_ms >= TRACK_RIVAL_MS;
}

/* --- standing and moving --------------------------------------------------------------------------- */

static double from_mean_m(const struct track_stop *stop, const struct fix *fix)
{
	double east_m, north_m;

	metres_from(stop->lat, stop->lon, fix, &east_m, &north_m);
	return hypot(east_m - stop->east_m, north_m - stop->north_m);
}

static void add_to_stop(struct track_stop *stop, const struct fix *fix)
{
	double east_m, north_m, east_before_m, north_before_m;

	if (!stop->n)
		*stop = (struct track_stop){
			.since_ms = fix->boot_ms, .lat = fix->lat, .lon = fix->lon};
	metres_from(stop->lat, stop->lon, fix, &east_m, &north_m);
	stop->told_ms += stop->n ? told_ms(fix->boot_ms - stop->last_ms) : 0;
	stop->last_ms = fix->boot_ms;
	stop->n++;
	/* Welford's way: mean and squares from one to the next */
	east_before_m = east_m - stop->east_m;
	north_before_m = north_m - stop->north_m;
	stop->east_m += east_before_m / stop->n;
	stop->north_m += north_before_m / stop->n;
	stop->squares_m2 += east_before_m * (east_m - stop->east_m) +
			    north_before_m * (north_m - stop->north_m);
	if (isfinite(fix->eph_m)) {
		stop->n_errors++;
		stop->errors_m += fix->eph_m;
	}
}

static void watch_for_stop(struct track *track, const struct fix *fix)
{
	struct track_stop *stop = &track->stop;

	if (fix->speed_m_s >= SLOW_M_S) {
		stop->n = 0;
		return;
	}
	if (stop->n && from_mean_m(stop, fix) > STOP_M)
		stop->n = 0;
	add_to_stop(stop, fix);
	track->parked = stop->n >= STOP_FIXES && fix->boot_ms - stop->since_ms >= STOP_MS;
}

static void watch_for_leaving(struct track *track, const struct fix *fix)
{
	double from_m = from_mean_m(&track->stop, fix);

	if (from_m > AWAY_M)
		track->leaving = LEAVE_SCORE;
	else if (fix->speed_m_s >= FAST_M_S || from_m > LEAVE_M)
		track->leaving += 2;
	else if (fix->speed_m_s >= SLOW_M_S)
		track->leaving += 1;
	else
		track->leaving = 0;
	if (track->leaving >= LEAVE_SCORE) {
		track->parked = false;
		track->leaving = 0;
		track->stop.n = 0;
		watch_for_stop(track, fix);
	} else if (!track->leaving) {
		add_to_stop(&track->stop, fix);
	}
}

static void take(struct track *track, const struct fix *fix)
{
	track->rival.n = 0;
	if (is_again(track, fix)) {
		/* The first time it was told is when it came; later words know more. */
		int64_t boot_ms = track->last.boot_ms;

		track->last = *fix;
		track->last.boot_ms = boot_ms;
		return;
	}
	track->has_last = true;
	track->last = *fix;
	if (track->parked)
		watch_for_leaving(track, fix);
	else
		watch_for_stop(track, fix);
}

enum fix_verdict track_hear(struct track *track, const struct fix *fix)
{
	int64_t silent_ms = fix->boot_ms - track->heard_ms;

	if (fix->mode < 2 || !isfinite(fix->lat) || !isfinite(fix->lon))
		return FIX_NONE;
	if (is_placeholder(fix))
		return FIX_PLACEHOLDER;
	if (fabs(fix->lat) > 90 || fabs(fix->lon) > 180)
		return FIX_RANGE;
	track->heard_ms = fix->boot_ms;
	if (clock_stands(track, fix) || place_stands(track, fix, silent_ms))
		return FIX_STUCK;
	if (track->has_last && !can_go(track, &track->last, fix)) {
		if (!rival_wins(track, fix))
			return FIX_JUMP;
		track->parked = false;
		track->leaving = 0;
		track->stop.n = 0;
	}
	take(track, fix);
	return FIX_TAKEN;
}

/* --- what is known --------------------------------------------------------------------------------- */

bool track_at(const struct track *track, int64_t boot_ms, struct fix *out)
{
	int64_t good_ms =
		track->parked ? track->conf->stale_parked_ms : track->conf->stale_moving_ms;

	if (!track->has_last || track->rival.n >= DOUBT_FIXES ||
		boot_ms - track->last.boot_ms > good_ms)
		return false;
	*out = track->last;
	return true;
}

bool track_moving(const struct track *track)
{
	return !track->parked;
}

void track_parked(const struct track *track, struct track_parked *out)
{
	const struct track_stop *stop = &track->stop;
	double one_m = ERROR_PARKED_M, alike;

	*out = (struct track_parked){.parked = track->parked};
	if (!track->parked)
		return;
	out->since_ms = stop->since_ms;
	out->n = stop->n;
	out->lat = stop->lat + stop->north_m / EARTH_M * (180 / M_PI);
	out->lon = stop->lon + stop->east_m / (EARTH_M * cos(RADIANS(stop->lat))) * (180 / M_PI);
	out->spread_m = sqrt(fmax(stop->squares_m2, 0) / stop->n);
	if (stop->n_errors)
		one_m = stop->errors_m / stop->n_errors;
	one_m = fmax(one_m, out->spread_m);
	alike = 1 + (double)stop->told_ms / ALIKE_MS;
	out->error_m = fmax(ERROR_LEAST_M, one_m / sqrt(fmin(alike, MOST_ALIKE)));
}

const char *track_words(enum fix_verdict verdict)
{
	switch (verdict) {
	case FIX_TAKEN:
		return "taken";
	case FIX_NONE:
		return "no fix";
	case FIX_RANGE:
		return "no place on earth";
	case FIX_PLACEHOLDER:
		return "a placeholder of a receiver that knows nothing";
	case FIX_JUMP:
		return "jumped further than a van can go";
	case FIX_STUCK:
		return "the receiver repeats itself";
	}
	return "not judged";
}
