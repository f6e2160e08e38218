#include "daemon/place_commands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "daemon/place_status.h"
#include "spool/reader.h"

enum {
	LOOK_BACK = 20000, /* ledger records searched for what was entered in this boot */
	AWAY_MOST_M = 20000,
	ENDED = -1
};

int place_ask(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const json_t *away = json_object_get(request, "away_m");
	double away_m = json_number_value(away);
	struct place sample;
	json_t *answer;

	if (away && !(json_is_number(away) && away_m >= 0 && away_m <= AWAY_MOST_M))
		return control_refuse(client, "away is a number of metres, 0 to %d", AWAY_MOST_M);
	answer = place_status(parts);
	if (away) {
		json_t *codes;

		whereabouts_for_sample(parts->place, clock_boot_ms(parts->clock), away_m, &sample);
		codes = json_pack("{s:s, s:s, s:s}", "district", sample.district, "tehsil",
			sample.tehsil, "near", sample.near);
		json_object_set_new(answer, "sample", place_status_of(&sample));
		json_object_update(json_object_get(answer, "sample"), codes);
		json_decref(codes);
	}
	return control_send_new(client, answer);
}

/* --- by hand ----------------------------------------------------------------------------------------- */

/*
 * The record's words are "DISTRICT TEHSIL REASON", "-" for a code that is not there.  One that ends an
 * entry has c = ENDED and says why.
 */
static int note_end(const struct parts *parts, const char *why, int64_t now_ms)
{
	struct ledger_record record = {.kind = LEDGER_PLACE, .boot_ms = now_ms, .c = ENDED};

	text_copy(record.words, sizeof(record.words), why);
	return spool_note(parts->spool, &record);
}

static int note_left(void *ctx, const struct place_entry *entry)
{
	struct parts *parts = ctx;
	int64_t now_ms = clock_boot_ms(parts->clock);
	int err = note_end(parts, "the receiver says that the van is elsewhere", now_ms);

	(void)entry;
	if (err)
		log_lost(&parts->left_edge, now_ms, "place",
			"the ledger does not take that an entry is over (%s): tried again with "
			"each "
			"fix",
			err_text(err));
	else
		log_back(&parts->left_edge, now_ms, "place",
			"the ledger takes the end of entries again");
	return err;
}

static int note_entry(const struct parts *parts, const struct place_entry *entry, int64_t now_ms)
{
	struct ledger_record record = {.kind = LEDGER_PLACE, .boot_ms = now_ms};
	struct text words = text_over(record.words, sizeof(record.words));

	if (entry->has_point) {
		record.a = llround(entry->lat * 1e7);
		record.b = llround(entry->lon * 1e7);
		record.c = llround(entry->error_m * 100);
	}
	text_printf(&words, "%s %s %s", *entry->district ? entry->district : "-",
		*entry->tehsil ? entry->tehsil : "-", entry->reason);
	return spool_note(parts->spool, &record);
}

static bool take_text(const json_t *request, const char *key, char *to, size_t cap)
{
	const json_t *text = json_object_get(request, key);

	if (!text || json_is_null(text))
		return true;
	return json_is_string(text) &&
	       !json_string_value(text)[strcspn(json_string_value(text), "\r\n")] &&
	       text_copy(to, cap, json_string_value(text));
}

static bool take_number(const json_t *request, const char *key, double *to)
{
	const json_t *number = json_object_get(request, key);

	if (!json_is_number(number))
		return false;
	*to = json_number_value(number);
	return true;
}

static int refuse_text(struct control_client *client, const char *what, size_t cap)
{
	return control_refuse(
		client, "the %s is one line of text, at most %d bytes", what, (int)cap - 1);
}

/* False after a refusal was sent; what that returned is in *err. */
static bool take_entry(
	const json_t *request, struct place_entry *entry, struct control_client *client, int *err)
{
	bool lat = take_number(request, "lat", &entry->lat);
	bool lon = take_number(request, "lon", &entry->lon);

	entry->has_point = lat && lon;
	if (lat != lon)
		*err = control_refuse(client, "\"lat\" and \"lon\" belong together, in degrees");
	else if (entry->has_point && !take_number(request, "error_m", &entry->error_m))
		*err = control_refuse(client, "the error of the point is missing: how many metres "
					      "it may be off (--error)");
	else if (!take_text(request, "district", entry->district, sizeof(entry->district)))
		*err = refuse_text(client, "district", sizeof(entry->district));
	else if (!take_text(request, "tehsil", entry->tehsil, sizeof(entry->tehsil)))
		*err = refuse_text(client, "tehsil", sizeof(entry->tehsil));
	else if (!take_text(request, "reason", entry->reason, sizeof(entry->reason)))
		*err = refuse_text(client, "reason", sizeof(entry->reason));
	else
		return true;
	return false;
}

int place_ask_enter(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	int64_t now_ms = clock_boot_ms(parts->clock);
	struct place_entry entry = {.has_point = false};
	char words[300];
	struct text why = text_over(words, sizeof(words));
	int err = 0;

	if (!take_entry(request, &entry, client, &err))
		return err;
	if (whereabouts_check(parts->place, &entry, &why))
		return control_refuse(client, "%s", words);
	err = note_entry(parts, &entry, now_ms);
	if (err)
		return control_refuse(client,
			"the entry could not be saved (%s), so it is not used; try again",
			err_text(err));
	whereabouts_enter(parts->place, &entry, now_ms);
	log_say(LOG_NOTICE, "place", "entered by hand: %s (%s)",
		*entry.district ? entry.district : "a point", entry.reason);
	return control_send_new(client, place_status(parts));
}

int place_ask_forget(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	int64_t now_ms = clock_boot_ms(parts->clock);
	int err = note_end(parts, "taken back by hand", now_ms);

	(void)request;
	if (err)
		return control_refuse(
			client, "this could not be saved (%s); try again", err_text(err));
	whereabouts_enter(parts->place, NULL, now_ms);
	return control_send_new(client, place_status(parts));
}

/* --- at the start ------------------------------------------------------------------------------------ */

struct look_back {
	const char *boot;
	bool found;
	struct place_entry entry; /* reason "": it was taken back */
	int64_t boot_ms;
};

static int look_at(void *ctx, const struct spool_row *row)
{
	struct look_back *look = ctx;
	struct place_entry entry = {.has_point = row->a || row->b,
		.lat = (double)row->a / 1e7,
		.lon = (double)row->b / 1e7,
		.error_m = (double)row->c / 100};
	char district[AREA_CODE] = "", tehsil[AREA_CODE] = "";
	int reason = 0;

	if (row->kind != LEDGER_PLACE || strcmp(row->boot, look->boot) != 0)
		return 0;
	if (sscanf(row->words, "%15s %15s %n", district, tehsil, &reason) == 2 && reason)
		text_copy(entry.reason, sizeof(entry.reason), row->words + reason);
	if (strcmp(district, "-") != 0)
		text_copy(entry.district, sizeof(entry.district), district);
	if (strcmp(tehsil, "-") != 0)
		text_copy(entry.tehsil, sizeof(entry.tehsil), tehsil);
	look->found = *entry.reason && row->c != ENDED;
	look->entry = entry;
	look->boot_ms = row->boot_ms;
	return 0;
}

static void restore_entry(const struct parts *parts)
{
	struct look_back look = {.boot = spool_boot(parts->spool)};
	struct spool_reader *reader;
	struct range range;

	if (spool_reader_open(&reader, parts->spool))
		return;
	range = spool_reader_range(reader, STREAM_LEDGER);
	if (range.last > LOOK_BACK && range.last - LOOK_BACK > range.first)
		range.first = range.last - LOOK_BACK;
	if (spool_read(reader, STREAM_LEDGER, range, look_at, &look, NULL) == 0 && look.found) {
		whereabouts_enter(parts->place, &look.entry, look.boot_ms);
		log_say(LOG_NOTICE, "place",
			"what was entered by hand before this restart holds: %s",
			*look.entry.district ? look.entry.district : "a point");
	}
	spool_reader_close(reader);
}

void place_begin(struct parts *parts)
{
	struct ledger_record record = {.kind = LEDGER_BOUNDARIES};
	struct whereabouts_state state;

	whereabouts_on_left(parts->place, note_left, parts);
	restore_entry(parts);
	whereabouts_state(parts->place, &state);
	if (!state.areas)
		return;
	record.a = state.checksum;
	record.b = state.areas;
	snprintf(record.words, sizeof(record.words), "%s", state.edition);
	if (spool_note(parts->spool, &record))
		log_say(LOG_WARN, "place", "the ledger does not take which boundaries are in use");
}
