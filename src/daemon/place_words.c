#include "daemon/place_words.h"

#include <math.h>
#include <string.h>

enum { SILENT_MS = 5000 }; /* a receiver that has said nothing for so long is mute */

const char *place_verdict_word(enum fix_verdict verdict)
{
	switch (verdict) {
	case FIX_TAKEN:
		return "taken";
	case FIX_NONE:
		return "none";
	case FIX_RANGE:
		return "range";
	case FIX_PLACEHOLDER:
		return "placeholder";
	case FIX_JUMP:
		return "jump";
	case FIX_STUCK:
		return "stuck";
	}
	return "none";
}

static void put_metres(struct text *to, double metres)
{
	if (metres < 1000)
		text_printf(to, "%.0f m", metres);
	else
		text_printf(to, metres < 20000 ? "%.1f km" : "%.0f km", metres / 1000);
}

/* PK305 Gilgit, Gilgit Baltistan; tehsil Danyor */
static void put_district(struct text *to, const struct whereabouts_state *state)
{
	const struct place *now = &state->now;
	const struct area *area = &state->area;

	text_put(to, now->district);
	if (*area->name)
		text_printf(to, " %s", area->name);
	if (*area->province)
		text_printf(to, ", %s", area->province);
	if (*now->tehsil)
		text_printf(
			to, "; tehsil %s", *area->tehsil_name ? area->tehsil_name : now->tehsil);
}

static void put_border(struct text *to, const struct whereabouts_state *state)
{
	const struct place *now = &state->now;

	if (now->border_m < 0)
		return;
	if (!*now->district) {
		text_put(to, ", outside all districts, ");
		put_metres(to, now->border_m);
		text_printf(to, " from %s", *now->near ? now->near : "the nearest");
		return;
	}
	text_put(to, ", ");
	put_metres(to, now->border_m);
	if (*now->near)
		text_printf(to, " from the border: it may be %s%s%s", now->near,
			*state->near_name ? " " : "", state->near_name);
	else
		text_put(to, " from the edge of the boundaries");
}

static void put_point(struct text *to, const struct place *now)
{
	text_printf(to, "%.5f, %.5f", now->lat_e7 / 1e7, now->lon_e7 / 1e7);
	if (now->eph_cm > 0) {
		text_put(to, " within ");
		put_metres(to, now->eph_cm / 100.0);
	}
}

/* Why there is no position: the receiver's trouble, or what it says. */
static void put_why_none(struct text *to, const struct whereabouts_state *state, int64_t now_ms)
{
	const struct receiver_state *receiver = &state->receiver;

	if (state->kind == RECEIVER_NONE)
		text_put(to, "no receiver is configured");
	else if (*receiver->words)
		text_put(to, receiver->words);
	else if (!receiver->reports)
		text_put(to, "the receiver has said nothing yet");
	else if (now_ms - receiver->heard_ms > SILENT_MS)
		text_printf(to, "the receiver has said nothing for %lld s",
			(long long)(now_ms - receiver->heard_ms) / 1000);
	else if (state->verdict == FIX_NONE)
		text_put(to, "the receiver has no fix");
	else
		text_printf(to, "the receiver's position is not believed: %s",
			track_words(state->verdict));
}

static void put_gps(struct text *to, const struct whereabouts_state *state)
{
	const struct place *now = &state->now;

	if (*now->district) {
		put_district(to, state);
		text_put(to, ": ");
	}
	put_point(to, now);
	text_printf(
		to, " (%s, %d s old)", now->mode == 3 ? "3D" : "2D", (int)(now->fix_age_ms / 1000));
	text_put(to, state->moving ? ", moving" : state->parked.parked ? ", parked" : "");
	put_border(to, state);
	if (*state->hint)
		text_printf(to, "; no district without boundaries (nearest place, a hint only: %s)",
			state->hint);
	else if (!state->areas)
		text_put(to, "; no district without boundaries");
}

/* "40 s", "25 min", "11 h" */
static void put_span(struct text *to, int64_t ms)
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 120)
		text_printf(to, "%lld s", (long long)s);
	else if (s < 7200)
		text_printf(to, "%lld min", (long long)s / 60);
	else
		text_printf(to, "%lld h", (long long)s / 3600);
}

static void put_entered(struct text *to, const struct whereabouts_state *state, int64_t now_ms)
{
	text_put(to, "entered by hand: ");
	if (*state->now.district)
		put_district(to, state);
	if (state->now.has_point) {
		text_put(to, *state->now.district ? ": " : "");
		put_point(to, &state->now);
	}
	put_border(to, state);
	text_printf(to, " (%s), ", state->entry.reason);
	put_span(to, now_ms - state->entry_ms);
	text_put(to, " ago, good for ");
	put_span(to, state->entry_until_ms - now_ms);
	text_put(to, "; ");
	put_why_none(to, state, now_ms);
}

void place_put_words(struct text *to, const struct whereabouts_state *state, int64_t now_ms)
{
	switch (state->now.origin) {
	case PLACE_GPS:
		put_gps(to, state);
		return;
	case PLACE_ENTERED:
		put_entered(to, state, now_ms);
		return;
	case PLACE_NONE:
		break;
	}
	text_put(to, "not known: ");
	put_why_none(to, state, now_ms);
}
