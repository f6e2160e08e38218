#include "daemon/place_status.h"

#include <math.h>
#include <stdio.h>

#include "daemon/place_words.h"

static json_t *text_or_null(const char *s)
{
	json_t *text = *s ? json_string(s) : NULL;

	return text ? text : json_null();
}

static json_t *real_or_null(bool known, double value)
{
	return known && isfinite(value) ? json_real(value) : json_null();
}

static json_t *age_s(int64_t then_ms, int64_t now_ms)
{
	return json_real((double)((now_ms > then_ms ? now_ms - then_ms : 0) / 100) / 10);
}

static json_t *names_of(const struct whereabouts_state *state)
{
	const struct area *area = &state->area;

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "district", text_or_null(area->name),
		"division", text_or_null(area->division), "province", text_or_null(area->province),
		"tehsil", text_or_null(area->tehsil_name), "near", text_or_null(state->near_name));
}

static json_t *parked_of(const struct track_parked *parked, int64_t now_ms)
{
	if (!parked->parked)
		return json_null();
	return json_pack("{s:o, s:i, s:f, s:f, s:f, s:f}", "since_s",
		age_s(parked->since_ms, now_ms), "fixes", (int)parked->n, "lat", parked->lat, "lon",
		parked->lon, "spread_m", parked->spread_m, "error_m", parked->error_m);
}

static json_t *entry_of(const struct whereabouts_state *state, int64_t now_ms)
{
	const struct place_entry *entry = &state->entry;

	if (!state->entered)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:o, s:o}", "lat",
		real_or_null(entry->has_point, entry->lat), "lon",
		real_or_null(entry->has_point, entry->lon), "error_m",
		real_or_null(entry->has_point, entry->error_m), "district", entry->district,
		"tehsil", entry->tehsil, "reason", entry->reason, "age_s",
		age_s(state->entry_ms, now_ms), "left_s", age_s(now_ms, state->entry_until_ms));
}

static json_t *boundaries_of(const struct whereabouts_state *state)
{
	char checksum[16];

	if (!state->areas)
		return json_null();
	snprintf(checksum, sizeof(checksum), "%08x", (unsigned)state->checksum);
	return json_pack("{s:s, s:i, s:s}", "edition", state->edition, "areas", (int)state->areas,
		"checksum", checksum);
}

static json_t *receiver_of(const struct whereabouts_state *state, int64_t now_ms)
{
	static const char *const kinds[] = {"none", "gpsd", "nmea"};
	const struct receiver_state *receiver = &state->receiver;

	return json_pack("{s:s, s:b, s:I, s:I, s:o, s:s, s:o}", "type", kinds[state->kind], "open",
		(int)receiver->open, "reports", (json_int_t)receiver->reports, "bad",
		(json_int_t)receiver->bad, "heard_age_s",
		receiver->reports ? age_s(receiver->heard_ms, now_ms) : json_null(), "verdict",
		receiver->reports ? place_verdict_word(state->verdict) : "none", "words",
		text_or_null(receiver->words));
}

json_t *place_status_of(const struct place *place)
{
	static const char *const origins[] = {"none", "gps", "entered"};
	bool known = place->origin != PLACE_NONE;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "origin",
		origins[place->origin], "lat", real_or_null(place->has_point, place->lat_e7 / 1e7),
		"lon", real_or_null(place->has_point, place->lon_e7 / 1e7), "mode",
		place->mode ? json_integer(place->mode) : json_null(), "fix_age_s",
		real_or_null(known, place->fix_age_ms / 1000.0), "eph_m",
		real_or_null(place->eph_cm > 0, place->eph_cm / 100.0), "border_m",
		place->border_m >= 0 ? json_integer(place->border_m) : json_null(), "district",
		text_or_null(place->district), "tehsil", text_or_null(place->tehsil), "near",
		text_or_null(place->near));
}

static json_t *state_of(const struct whereabouts_state *state, int64_t now_ms)
{
	char words[400];
	struct text sentence = text_over(words, sizeof(words));
	json_t *place = place_status_of(&state->now), *more;

	place_put_words(&sentence, state, now_ms);
	more = json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "names", names_of(state),
		"moving", (int)state->moving, "parked", parked_of(&state->parked, now_ms),
		"receiver", receiver_of(state, now_ms), "entry", entry_of(state, now_ms),
		"boundaries", boundaries_of(state), "boundaries_words",
		text_or_null(state->boundaries_words), "hint", text_or_null(state->hint), "words",
		text_or_null(words));
	json_object_update(place, more);
	json_decref(more);
	return place;
}

json_t *place_status(const struct parts *parts)
{
	struct whereabouts_state state;

	whereabouts_state(parts->place, &state);
	return state_of(&state, clock_boot_ms(parts->clock));
}
