/*
 * The receiver's thread does the work: it judges a fix, looks up its district and puts both where others
 * copy them from.  `finding` is held over GEOS, `lock` over the little that is copied; never both.
 */
#include "place/whereabouts.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "place/entry.h"
#include "place/files.h"
#include "place/tag.h"

enum {
	UNKNOWN_ERROR_M = 100, /* of a fix whose receiver does not say how good it is */
	LEAST_FIXES = 10       /* in a parked van's mean before it serves samples */
};

struct whereabouts {
	const struct place_conf *conf;
	const struct clock *clock;
	enum receiver_kind kind;
	struct receiver *receiver; /* NULL: none is configured */
	struct track_conf track_conf;
	struct gazetteer *gazetteer;   /* NULL: there is none */
	struct boundaries *boundaries; /* NULL: there are none */
	char boundaries_words[160];
	struct log_edge refused; /* of fixes; the receiver's thread */
	int (*left)(void *ctx, const struct place_entry *entry);
	void *left_ctx;

	pthread_mutex_t finding; /* boundaries serve one at a time */

	pthread_mutex_t lock; /* over what is below */
	struct track track;
	struct fix_time time;
	struct fix heard;
	enum fix_verdict verdict;
	struct place place; /* of the last fix taken, its age left open; near as when it is stale */
	bool entered;
	bool refuted; /* a fix says otherwise; until that is noted `entered` stays */
	struct place_entry entry;
	struct place entry_place;
	int64_t entry_ms;
};

/* --- a point's codes --------------------------------------------------------------------------------- */

static double error_of(const struct fix *fix)
{
	return isfinite(fix->eph_m) && fix->eph_m > 0 ? fix->eph_m : UNKNOWN_ERROR_M;
}

static void put_point(struct place *place, double lat, double lon, double error_m)
{
	place->has_point = true;
	place->lat_e7 = (int32_t)lround(lat * 1e7);
	place->lon_e7 = (int32_t)lround(lon * 1e7);
	place->eph_cm = error_m < 1e6 ? (int32_t)lround(error_m * 100) : 100000000;
}

static void tag(struct whereabouts *w, double lon, double lat, double error_m, struct place *place)
{
	pthread_mutex_lock(&w->finding);
	tag_place(w->boundaries, lon, lat, error_m + w->conf->border_margin_m, place);
	pthread_mutex_unlock(&w->finding);
}

/* How far a van may have gone on since its fix; one that says no speed may be as fast as any. */
static double gone_m(const struct whereabouts *w, const struct fix *fix, int64_t age_ms)
{
	double m_s = isfinite(fix->speed_m_s) ? fabs(fix->speed_m_s) : w->track_conf.fastest_m_s;

	return m_s * (double)age_ms / 1000;
}

/* Where a fix says that the van is, with all borders that it may come to while the fix is good. */
static struct place place_of(struct whereabouts *w, const struct fix *fix)
{
	struct place place = {.origin = PLACE_GPS, .mode = fix->mode, .border_m = -1};

	put_point(&place, fix->lat, fix->lon,
		isfinite(fix->eph_m) && fix->eph_m > 0 ? fix->eph_m : 0);
	tag(w, fix->lon, fix->lat, error_of(fix) + gone_m(w, fix, w->track_conf.stale_moving_ms),
		&place);
	return place;
}

/* Of a fix as old as that: borders out of its reach are none. */
static void leave_far_borders(
	const struct whereabouts *w, const struct fix *fix, bool moving, struct place *place)
{
	double reach_m = error_of(fix) + w->conf->border_margin_m +
			 (moving ? gone_m(w, fix, place->fix_age_ms) : 0);

	if (place->border_m <= ceil(reach_m))
		return;
	memset(place->near, 0, sizeof(place->near));
	if (*place->district)
		place->border_m = -1;
}

/* --- the receiver's thread --------------------------------------------------------------------------- */

static void log_verdict(struct whereabouts *w, const struct fix *fix, enum fix_verdict verdict)
{
	if (verdict == FIX_TAKEN)
		log_back(&w->refused, fix->boot_ms, "place", "positions are believed again");
	else if (verdict != FIX_NONE)
		log_lost(&w->refused, fix->boot_ms, "place",
			"a position is not believed (%.5f, %.5f): %s", fix->lat, fix->lon,
			track_words(verdict));
}

/* A district has no point: its border is as sure as the boundaries are. */
static bool is_left(const struct whereabouts *w, const struct place_entry *entry,
	const struct fix *fix, const struct place *place, double reach_m)
{
	double margin_m = entry->has_point ? 0 : w->conf->border_margin_m;

	return entry_is_left(entry, fix, error_of(fix) + margin_m, place, reach_m);
}

/* Under lock.  True when the fix refutes what was entered, now or before. */
static bool hold_against_entry(
	struct whereabouts *w, const struct fix *fix, const struct place *place)
{
	if (!w->entered)
		return false;
	w->refuted = w->refuted || is_left(w, &w->entry, fix, place, 0);
	/* A person near a border may be right against the fix; once it is gone, nobody knows. */
	if (!w->refuted && !w->entry.has_point && *place->district &&
		strcmp(place->district, w->entry_place.district) != 0)
		memcpy(w->entry_place.near, place->district, AREA_CODE);
	return w->refuted;
}

/* It is noted first: after a power cut it must not be there again. */
static void end_entry(struct whereabouts *w)
{
	struct place_entry entry;
	int64_t entry_ms;
	int err;

	pthread_mutex_lock(&w->lock);
	entry = w->entry;
	entry_ms = w->entry_ms;
	pthread_mutex_unlock(&w->lock);
	err = w->left ? w->left(w->left_ctx, &entry) : 0;
	if (err)
		return; /* said by who notes it; the next fix comes here again */
	pthread_mutex_lock(&w->lock);
	w->entered = w->entered && w->entry_ms != entry_ms;
	pthread_mutex_unlock(&w->lock);
	log_say(LOG_NOTICE, "place",
		"the van is not where somebody entered it (any more): the entry is dropped");
}

static void hear(void *ctx, const struct fix *fix)
{
	struct whereabouts *w = ctx;
	struct place place = {.border_m = -1};
	enum fix_verdict verdict;
	bool left = false;

	/* Looked up before it is judged, so that fix and codes become known together. */
	if (fix->mode >= 2 && fabs(fix->lat) <= 90 && fabs(fix->lon) <= 180)
		place = place_of(w, fix);
	pthread_mutex_lock(&w->lock);
	fix_time_hear(&w->time, fix);
	verdict = track_hear(&w->track, fix);
	w->heard = *fix;
	w->verdict = verdict;
	if (verdict == FIX_TAKEN) {
		w->place = place;
		left = hold_against_entry(w, fix, &place);
	}
	pthread_mutex_unlock(&w->lock);
	log_verdict(w, fix, verdict);
	if (left)
		end_entry(w);
}

/* --- life -------------------------------------------------------------------------------------------- */

int whereabouts_new(struct whereabouts **out, const struct receiver_conf *gps,
	const struct place_conf *conf, const struct clock *clock)
{
	struct whereabouts *w = calloc(1, sizeof(*w));
	int err = 0;

	if (!w)
		return ERR_MEMORY;
	w->conf = conf;
	w->clock = clock;
	w->kind = gps->kind;
	w->place.border_m = -1;
	w->track_conf = (struct track_conf){.fastest_m_s = conf->fastest_kmh / 3.6,
		.stale_moving_ms = (int64_t)conf->stale_moving_s * 1000,
		.stale_parked_ms = (int64_t)conf->stale_parked_s * 1000};
	track_begin(&w->track, &w->track_conf);
	pthread_mutex_init(&w->finding, NULL);
	pthread_mutex_init(&w->lock, NULL);
	w->boundaries =
		files_boundaries(conf->boundaries, gps->kind == RECEIVER_NONE ? LOG_INFO : LOG_WARN,
			w->boundaries_words, sizeof(w->boundaries_words));
	w->gazetteer = files_gazetteer(conf->places);
	if (gps->kind != RECEIVER_NONE)
		err = receiver_new(&w->receiver, gps, clock, hear, w);
	if (err) {
		whereabouts_free(w);
		return err;
	}
	*out = w;
	return 0;
}

void whereabouts_on_left(
	struct whereabouts *w, int (*left)(void *ctx, const struct place_entry *entry), void *ctx)
{
	w->left = left;
	w->left_ctx = ctx;
}

int whereabouts_start(struct whereabouts *w)
{
	return w->receiver ? receiver_start(w->receiver) : 0;
}

void whereabouts_stop(struct whereabouts *w)
{
	if (w->receiver)
		receiver_stop(w->receiver);
}

void whereabouts_free(struct whereabouts *w)
{
	if (!w)
		return;
	receiver_free(w->receiver);
	boundaries_free(w->boundaries);
	gazetteer_free(w->gazetteer);
	pthread_mutex_destroy(&w->finding);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* --- asking ------------------------------------------------------------------------------------------ */

static bool entry_holds(const struct whereabouts *w, int64_t boot_ms)
{
	return w->entered && !w->refuted &&
	       boot_ms - w->entry_ms < (int64_t)w->conf->entered_h * 3600 * 1000;
}

static int32_t age_of(int64_t then_ms, int64_t now_ms)
{
	return now_ms > then_ms ? (int32_t)(now_ms - then_ms) : 0;
}

/* Under lock. */
static void place_at(const struct whereabouts *w, int64_t boot_ms, struct place *out)
{
	struct fix fix;

	*out = (struct place){.border_m = -1};
	if (track_at(&w->track, boot_ms, &fix)) {
		*out = w->place;
		out->fix_age_ms = age_of(fix.boot_ms, boot_ms);
		leave_far_borders(w, &fix, track_moving(&w->track), out);
	} else if (entry_holds(w, boot_ms)) {
		*out = w->entry_place;
		out->fix_age_ms = age_of(w->entry_ms, boot_ms);
	}
}

void whereabouts_at(struct whereabouts *w, int64_t boot_ms, struct place *out)
{
	pthread_mutex_lock(&w->lock);
	place_at(w, boot_ms, out);
	pthread_mutex_unlock(&w->lock);
}

/* The mean of a parked van's fixes, or the last one. */
static void best_point(
	const struct fix *fix, const struct track_parked *parked, double away_m, struct place *out)
{
	bool mean = parked->parked && parked->n >= LEAST_FIXES;
	double error_m = mean ? parked->error_m : error_of(fix);

	put_point(out, mean ? parked->lat : fix->lat, mean ? parked->lon : fix->lon,
		error_m + away_m);
}

void whereabouts_for_sample(
	struct whereabouts *w, int64_t boot_ms, double away_m, struct place *out)
{
	struct track_parked parked;
	struct place_entry entry;
	struct fix fix;
	int32_t age_ms;
	bool gps;

	pthread_mutex_lock(&w->lock);
	place_at(w, boot_ms, out);
	gps = track_at(&w->track, boot_ms, &fix);
	if (gps && track_moving(&w->track))
		away_m += gone_m(w, &fix, out->fix_age_ms);
	track_parked(&w->track, &parked);
	entry = w->entry;
	pthread_mutex_unlock(&w->lock);
	if (!out->has_point)
		return;
	if (gps) {
		best_point(&fix, &parked, away_m, out);
		tag(w, out->lon_e7 / 1e7, out->lat_e7 / 1e7, out->eph_cm / 100.0, out);
		return;
	}
	entry.error_m += away_m;
	age_ms = out->fix_age_ms;
	pthread_mutex_lock(&w->finding);
	*out = entry_place(&entry, w->boundaries, w->conf->border_margin_m);
	pthread_mutex_unlock(&w->finding);
	out->fix_age_ms = age_ms;
}

void whereabouts_time(struct whereabouts *w, struct gps_time *out)
{
	pthread_mutex_lock(&w->lock);
	*out = fix_time_at(&w->time, clock_boot_ms(w->clock));
	pthread_mutex_unlock(&w->lock);
}

int64_t whereabouts_heartbeat_ms(struct whereabouts *w)
{
	return w->receiver ? receiver_heartbeat_ms(w->receiver) : INT64_MAX;
}

/* --- for people -------------------------------------------------------------------------------------- */

/* Names of a code: from the boundaries, else from the list. */
static void put_names(
	const struct whereabouts *w, const char *code, const char *tehsil, struct area *to)
{
	const struct area *area =
		w->boundaries ? boundaries_by_code(w->boundaries, code, tehsil) : NULL;
	const struct gazetteer_place *place =
		w->gazetteer ? gazetteer_find(w->gazetteer, code, tehsil) : NULL;

	if (!*code)
		return;
	if (area)
		*to = *area;
	else if (place)
		*to = place->area;
	if (place && !*to->division)
		memcpy(to->division, place->area.division, sizeof(to->division));
}

static void put_hint(const struct whereabouts *w, const struct place *now, char *to, size_t cap)
{
	const struct gazetteer_place *place;
	struct text hint = text_over(to, cap);
	double metres;

	if (w->boundaries || !w->gazetteer || !now->has_point || *now->district)
		return;
	place = gazetteer_nearest(w->gazetteer, now->lon_e7 / 1e7, now->lat_e7 / 1e7, &metres);
	if (place)
		text_printf(&hint, "%s%s%s (%s), %.0f km away",
			*place->area.tehsil_name ? place->area.tehsil_name : "",
			*place->area.tehsil_name ? ", " : "", place->area.name, place->area.code,
			metres / 1000);
}

void whereabouts_state(struct whereabouts *w, struct whereabouts_state *out)
{
	int64_t now_ms = clock_boot_ms(w->clock);
	struct area near = {.code = ""};

	*out = (struct whereabouts_state){.kind = w->kind};
	if (w->receiver)
		receiver_state(w->receiver, &out->receiver);
	pthread_mutex_lock(&w->lock);
	out->heard = w->heard;
	out->verdict = w->verdict;
	out->moving = track_moving(&w->track);
	place_at(w, now_ms, &out->now);
	track_parked(&w->track, &out->parked);
	out->entered = entry_holds(w, now_ms);
	out->entry = w->entry;
	out->entry_ms = w->entry_ms;
	out->entry_until_ms = w->entry_ms + (int64_t)w->conf->entered_h * 3600 * 1000;
	pthread_mutex_unlock(&w->lock);
	put_names(w, out->now.district, out->now.tehsil, &out->area);
	put_names(w, out->now.near, "", &near);
	memcpy(out->near_name, near.name, sizeof(out->near_name));
	put_hint(w, &out->now, out->hint, sizeof(out->hint));
	memcpy(out->boundaries_words, w->boundaries_words, sizeof(out->boundaries_words));
	if (w->boundaries) {
		snprintf(out->edition, sizeof(out->edition), "%s",
			boundaries_edition(w->boundaries));
		out->areas = (unsigned)boundaries_count(w->boundaries);
		out->checksum = boundaries_checksum(w->boundaries);
	}
}

/* --- by hand ----------------------------------------------------------------------------------------- */

/* How far the district of an entry is from a fix; NAN: nobody knows where it is. */
static double metres_to_district(
	struct whereabouts *w, const struct place_entry *entry, const struct fix *fix)
{
	double metres = NAN;

	pthread_mutex_lock(&w->finding);
	if (w->boundaries)
		metres = boundaries_metres_to(w->boundaries, fix->lon, fix->lat, entry->district);
	pthread_mutex_unlock(&w->finding);
	return metres;
}

/* What the last fix says of it, as far as the van can have gone since. */
static int check_last_fix(struct whereabouts *w, const struct place_entry *entry, struct text *why)
{
	int64_t now_ms = clock_boot_ms(w->clock), age_ms;
	bool known, fresh, left;
	struct place place;
	struct fix fix;
	double reach_m, away_m = NAN;

	pthread_mutex_lock(&w->lock);
	fresh = track_at(&w->track, now_ms, &fix);
	known = w->track.has_last;
	fix = w->track.last;
	place = w->place;
	pthread_mutex_unlock(&w->lock);
	if (!known)
		return 0;
	age_ms = age_of(fix.boot_ms, now_ms);
	reach_m = w->track_conf.fastest_m_s * (double)age_ms / 1000;
	if (!entry->has_point)
		away_m = metres_to_district(w, entry, &fix);
	if (isfinite(away_m))
		left = away_m > reach_m + error_of(&fix) + w->conf->border_margin_m + ENTRY_LEFT_M;
	else /* of a district without an outline a good fix alone says that it is another */
		left = (fresh || entry->has_point) && is_left(w, entry, &fix, &place, reach_m);
	if (!left)
		return 0;
	entry_put_contradiction(entry, &fix, &place, age_ms, away_m, reach_m, why);
	return ERR_RANGE;
}

int whereabouts_check(struct whereabouts *w, struct place_entry *entry, struct text *why)
{
	int err;

	pthread_mutex_lock(&w->finding);
	err = entry_check(entry, w->boundaries, w->gazetteer, w->conf->border_margin_m, why);
	pthread_mutex_unlock(&w->finding);
	return err ? err : check_last_fix(w, entry, why);
}

void whereabouts_enter(struct whereabouts *w, const struct place_entry *entry, int64_t boot_ms)
{
	struct place place = {.border_m = -1};

	if (entry) {
		pthread_mutex_lock(&w->finding);
		place = entry_place(entry, w->boundaries, w->conf->border_margin_m);
		pthread_mutex_unlock(&w->finding);
	}
	pthread_mutex_lock(&w->lock);
	w->entered = entry != NULL;
	w->refuted = false;
	w->entry_place = place;
	w->entry_ms = boot_ms;
	if (entry)
		w->entry = *entry;
	pthread_mutex_unlock(&w->lock);
}
