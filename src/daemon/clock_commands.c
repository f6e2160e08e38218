#include "daemon/clock_commands.h"

#include <string.h>

#include "base/utc.h"
#include "daemon/entered_time.h"
#include "daemon/stamps_words.h"
#include "spool/reader.h"
#include "uplink/export.h"

enum {
	LAST_RECORDS = 20000, /* of the ledger, looked through for anchors */
	MOST_ANCHORS = 20,
	MOST_WITHIN_S = 7 * 86400,
	REASON_LEAST = 3
};

static json_t *utc_or_null(int64_t utc_ms, bool known)
{
	char room[32];
	struct text text = text_over(room, sizeof(room));

	if (!known)
		return json_null();
	utc_put_second(&text, utc_ms);
	room[10] = 'T';
	text_put_char(&text, 'Z');
	return json_string(room);
}

static json_t *number_or_null(int64_t number, bool known)
{
	return known ? json_integer(number) : json_null();
}

/* --- the state --------------------------------------------------------------------------------------- */

static json_t *clocks_of(const struct stamps_state *stamps)
{
	static const char *const names[CLOCK_KINDS] = {[CLOCK_GPS] = "gps",
		[CLOCK_NTP] = "ntp",
		[CLOCK_CHIP] = "rtc",
		[CLOCK_ENTERED] = "entered",
		[CLOCK_MACHINE] = "machine"};
	json_t *clocks = json_array();
	int i;

	for (i = 0; i < CLOCK_KINDS; i++) {
		const struct stamps_clock *clock = &stamps->clocks[i];
		bool known = stamps->boot_ms && clock->known;

		json_array_append_new(
			clocks, json_pack("{s:s, s:b, s:o, s:o, s:s}", "name", names[i], "used",
					(int)clock->used, "utc",
					utc_or_null(stamps->boot_ms + clock->offset_ms, known),
					"uncertainty_ms",
					number_or_null(clock->uncertainty_ms,
						known && clock->uncertainty_ms),
					"words", clock->words));
	}
	return clocks;
}

json_t *clock_status(const struct parts *parts, const struct stamps_state *stamps)
{
	bool known = stamps->source != TIME_NONE;

	return json_pack("{s:s, s:b, s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:o}", "source",
		export_clock_word(stamps->source), "trusted", (int)stamps->trusted, "offset_ms",
		number_or_null(stamps->offset_ms, known), "uncertainty_ms",
		number_or_null(stamps->uncertainty_ms, known), "words", stamps->words, "utc",
		utc_or_null(stamps->boot_ms + stamps->offset_ms, known && stamps->boot_ms),
		"machine", utc_or_null(stamps->wall_ms, stamps->boot_ms != 0), "last_known",
		utc_or_null(stamps->last_known_ms, stamps->last_known_ms != 0), "untimed",
		(json_int_t)spool_untimed(parts->spool, STREAM_READINGS), "clocks",
		clocks_of(stamps));
}

/* --- this start's anchors ---------------------------------------------------------------------------- */

struct anchors {
	const char *boot;
	json_t *list;
};

static int take_anchor(void *ctx, const struct spool_row *row)
{
	struct anchors *anchors = ctx;
	json_t *words;

	if (row->kind != LEDGER_ANCHOR || strcmp(row->boot, anchors->boot) != 0)
		return 0;
	words = json_string(row->words);
	json_array_append_new(anchors->list,
		json_pack("{s:f, s:o, s:s, s:I, s:o}", "boot_s", (double)(row->boot_ms / 100) / 10,
			"utc", utc_or_null(row->a, true), "source",
			row->b > TIME_NONE && row->b <= TIME_GPS
				? export_clock_word((enum time_source)row->b)
				: "none",
			"uncertainty_ms", (json_int_t)row->c, "words",
			words ? words : json_null()));
	if (json_array_size(anchors->list) > MOST_ANCHORS)
		json_array_remove(anchors->list, 0);
	return 0;
}

static int read_anchors(const struct parts *parts, json_t *list)
{
	struct anchors anchors = {spool_boot(parts->spool), list};
	struct spool_reader *reader;
	struct range last;
	int err = spool_reader_open(&reader, parts->spool);

	if (err)
		return err;
	last = spool_reader_range(reader, STREAM_LEDGER);
	if (last.last - last.first >= LAST_RECORDS)
		last.first = last.last - LAST_RECORDS + 1;
	err = spool_read(reader, STREAM_LEDGER, last, take_anchor, &anchors, NULL);
	spool_reader_close(reader);
	return err;
}

/* What a person can do. */
static json_t *advice_of(const struct stamps_state *stamps)
{
	json_t *advice = json_array();

	if (stamps->trusted)
		return advice;
	json_array_append_new(advice,
		json_string("a link to the internet: chrony or systemd-timesyncd then set the "
			    "clock"));
	json_array_append_new(advice,
		json_string("a satellite receiver under the open sky: up to 25 minutes after it "
			    "was switched on"));
	json_array_append_new(advice,
		json_string("enter the time: waterlab clock enter \"YYYY-MM-DD HH:MM +05:00\" "
			    "--reason \"...\" (+05:00: as clocks in Pakistan show it; without it "
			    "the time is UTC)"));
	return advice;
}

int ask_clock(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	json_t *anchors = json_array(), *answer;
	struct stamps_state stamps;
	int err = read_anchors(parts, anchors);

	(void)request;
	if (err) {
		json_decref(anchors);
		return err;
	}
	stamps_state(parts->stamps, &stamps);
	answer = clock_status(parts, &stamps);
	json_object_set_new(answer, "anchors", anchors);
	json_object_set_new(answer, "advice", advice_of(&stamps));
	err = answer ? control_send_json(client, answer) : ERR_MEMORY;
	json_decref(answer);
	return err;
}

/* --- a person's time --------------------------------------------------------------------------------- */

/* It stands in the ledger for ever. */
static bool is_reason(const char *reason)
{
	return text_is_words(reason) && strlen(reason) < sizeof(((struct ledger_record *)0)->words);
}

static int send_entered(struct control_client *client, const struct entered_time *time,
	json_int_t within_s, const char *words)
{
	json_t *answer = json_pack("{s:b, s:o, s:I, s:b, s:s}", "entered", 1, "utc",
		utc_or_null(time->utc_ms, true), "within_s", within_s, "zoned", (int)time->zoned,
		"words", words);
	int err = answer ? control_send_json(client, answer) : ERR_MEMORY;

	json_decref(answer);
	return err;
}

int ask_clock_enter(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *text = json_string_value(json_object_get(request, "time"));
	const char *reason = json_string_value(json_object_get(request, "reason"));
	const json_t *within = json_object_get(request, "within_s");
	json_int_t within_s = within ? json_integer_value(within) : STAMPS_ENTERED_MS / 1000;
	struct entered_time time;
	char room[300];
	struct text words = text_over(room, sizeof(room));
	int err;

	if (within_s < 1 || within_s > MOST_WITHIN_S)
		return control_refuse(
			client, "within is a whole number of seconds, 1 to %d", MOST_WITHIN_S);
	if (!reason || !is_reason(reason))
		return control_refuse(client,
			"the reason is one line of three characters or more that says why and by "
			"what, e.g. \"no sky, by my phone\"; it is kept with the readings");
	err = entered_time_read(&time, text ? text : "", &words);
	if (!err)
		err = stamps_enter(parts->stamps, time.utc_ms, within_s * 1000, reason, &words);
	if (err)
		return control_refuse(client, "%s", words.len ? room : err_text(err));
	return send_entered(client, &time, within_s, room);
}
