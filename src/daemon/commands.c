#include "daemon/commands.h"

#include <string.h>

#include "daemon/audit_commands.h"
#include "daemon/check_commands.h"
#include "daemon/clock_commands.h"
#include "daemon/live_commands.h"
#include "daemon/parts.h"
#include "daemon/place_commands.h"
#include "daemon/receipt_commands.h"
#include "daemon/refusal_commands.h"
#include "daemon/sample_commands.h"
#include "daemon/search_commands.h"
#include "daemon/spool_commands.h"
#include "daemon/status.h"
#include "daemon/trace_commands.h"
#include "daemon/waits.h"
#include "daemon/which_line.h"
#include "daemon/which_store.h"
#include "spool/reader.h"
#include "uplink/export.h"

enum {
	WATCH_MS = 1000,
	TRY_MS = 8000, /* a tried unit has so long to answer before its state is told anyway */
	TRY_CLOSED_MS = 1500, /* and so long while its line is not open */
	TRY_LOOK_MS = 50      /* how often it is looked at meanwhile */
};

static const char *text_of(const json_t *request, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(request, key));

	return text ? text : otherwise;
}

/* A count in the question: 0 when it is not there, -1 when it is no whole number from 0. */
static json_int_t number_of(const json_t *request, const char *key)
{
	const json_t *number = json_object_get(request, key);

	if (!number || json_is_null(number))
		return 0;
	return json_is_integer(number) && json_integer_value(number) >= 0
		       ? json_integer_value(number)
		       : -1;
}

/* --- status, watch --------------------------------------------------------------------------------- */

static int ask_status(void *ctx, const json_t *request, struct control_client *client)
{
	(void)request;
	return control_send_new(client, status_make(ctx));
}

static int ask_watch(void *ctx, const json_t *request, struct control_client *client)
{
	int err;

	do {
		err = ask_status(ctx, request, client);
		if (!err)
			err = control_pause(client, WATCH_MS);
	} while (!err);
	return err;
}

/* --- try ------------------------------------------------------------------------------------------- */

/* The name of an analyzer or store most like `name`; NULL when none is near. */
static const char *nearest_name(const struct parts *parts, const char *name)
{
	const char *nearest = NULL, *other;
	unsigned i, k, distance, best = 4;

	for (i = 0; i < parts->n_lines + parts->n_stores; i++) {
		bool is_line = i < parts->n_lines;
		unsigned n = is_line ? parts->conf->lines[i].n_units : 1;

		for (k = 0; k < n; k++) {
			other = is_line ? parts->conf->lines[i].units[k].name
					: parts->conf->stores[i - parts->n_lines].name;
			distance = text_distance(other, name);
			if (distance < best) {
				best = distance;
				nearest = other;
			}
		}
	}
	return nearest;
}

static int refuse_name(const struct parts *parts, const char *name, struct control_client *client)
{
	const char *nearest = nearest_name(parts, name);

	if (nearest)
		return control_refuse(client,
			"there is no analyzer or store \"%.40s\"; did you mean \"%s\"?", name,
			nearest);
	return control_refuse(client,
		"there is no analyzer or store \"%.40s\"; waterlab status shows their names", name);
}

static uint64_t turns_of(const struct unit_state *unit)
{
	return unit->exchanges + unit->timeouts + unit->noise + unit->exceptions + unit->wrong;
}

static int try_unit(const struct parts *parts, unsigned line, unsigned unit, const char *name,
	struct control_client *client)
{
	int64_t begun_ms = clock_boot_ms(parts->clock), waited_ms;
	struct unit_state before, now;
	struct line_state state;
	char sentence[WAIT_SENTENCE];
	struct text why = text_over(sentence, sizeof(sentence));
	bool asked = false;
	int err = line_unit(parts->lines[line], unit, &before);

	if (!err)
		err = line_try(parts->lines[line], name);
	if (err)
		return err;
	do {
		err = control_pause(client, TRY_LOOK_MS);
		if (!err)
			err = line_unit(parts->lines[line], unit, &now);
		if (err)
			return err;
		asked = turns_of(&now) != turns_of(&before);
		line_state(parts->lines[line], &state);
		waited_ms = clock_boot_ms(parts->clock) - begun_ms;
	} while (!asked && waited_ms < (state.condition == LINE_OPEN ? TRY_MS : TRY_CLOSED_MS));
	waits_line(&why, &state);
	return control_send_new(
		client, json_pack("{s:b, s:s, s:s?, s:o}", "asked", (int)asked, "line",
				parts->conf->lines[line].name, "words", why.len ? sentence : NULL,
				"unit", status_unit(&now, clock_boot_ms(parts->clock))));
}

static int try_store(const struct parts *parts, unsigned store, struct control_client *client)
{
	int64_t until_ms = clock_boot_ms(parts->clock) + TRY_MS;
	struct uplink_state before, now;
	bool asked = false;
	json_t *waits;
	int err;

	uplink_state(parts->stores[store], &before);
	uplink_wake(parts->stores[store]);
	do {
		err = control_pause(client, TRY_LOOK_MS);
		if (err)
			return err;
		uplink_state(parts->stores[store], &now);
		asked = now.requests != before.requests && now.condition != UPLINK_SENDING;
	} while (!asked && clock_boot_ms(parts->clock) < until_ms);
	waits = json_array();
	return control_send_new(client, json_pack("{s:b, s:o, s:o}", "asked", (int)asked, "store",
						status_store(parts, store, waits), "waits", waits));
}

static int ask_try(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *name = text_of(request, "name", "");
	unsigned line, unit, i;

	if (which_unit(parts, name, &line, &unit))
		return try_unit(parts, line, unit, name, client);
	i = store_named(parts, name);
	return i < parts->n_stores ? try_store(parts, i, client) : refuse_name(parts, name, client);
}

/* --- the spool ------------------------------------------------------------------------------------- */

static json_t *range_of(struct range range)
{
	return json_pack(
		"{s:I, s:I}", "first", (json_int_t)range.first, "last", (json_int_t)range.last);
}

static int ask_spool_stat(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct spool_reader *reader;
	struct spool_counts counts;
	json_t *answer;
	int err = spool_reader_open(&reader, parts->spool);

	(void)request;
	if (err)
		return err;
	spool_count(parts->spool, &counts);
	answer = json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:i}", "lab", parts->conf->lab, "dir",
		parts->conf->spool.dir, "id", spool_id(parts->spool), "readings",
		range_of(spool_reader_range(reader, STREAM_READINGS)), "ledger",
		range_of(spool_reader_range(reader, STREAM_LEDGER)), "bytes",
		(json_int_t)counts.bytes, "segments", (int)counts.segments);
	spool_reader_close(reader);
	return control_send_new(client, answer);
}

static int send_lines(void *ctx, const char *lines, size_t len)
{
	return control_send(ctx, lines, len - 1); /* which puts the last newline back */
}

static int ask_export(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *format = text_of(request, "format", "csv");
	const char *stream = text_of(request, "stream", "readings");
	json_int_t first = number_of(request, "first"), last = number_of(request, "last");
	struct export_ask ask = {.lab = parts->conf->lab};
	struct spool_reader *reader;
	struct export_count count;
	int err;

	if (strcmp(format, "csv") != 0 && strcmp(format, "lp") != 0)
		return control_refuse(client, "the format is \"csv\" or \"lp\"");
	if (strcmp(stream, "readings") != 0 && strcmp(stream, "ledger") != 0)
		return control_refuse(client, "the stream is \"readings\" or \"ledger\"");
	if (first < 0 || last < 0 || (last && first > last))
		return control_refuse(
			client, "\"first\" and \"last\" are numbers from 1, first <= last");
	ask.format = strcmp(format, "lp") == 0 ? EXPORT_LP : EXPORT_CSV;
	ask.stream = strcmp(stream, "ledger") == 0 ? STREAM_LEDGER : STREAM_READINGS;
	ask.first = (uint64_t)first;
	ask.last = (uint64_t)last;
	err = spool_reader_open(&reader, parts->spool);
	if (err)
		return err;
	err = export_rows(reader, &ask, send_lines, client, &count);
	spool_reader_close(reader);
	if (err == ERR_GONE || err == ERR_TIMEOUT || err == ERR_STOPPED)
		return err;
	return control_send_new(client,
		json_pack("{s:b, s:s?, s:I, s:I, s:I}", "end", 1, "error",
			err ? err_text(err) : NULL, "rows", (json_int_t)count.rows, "left_out",
			(json_int_t)count.left_out, "damaged", (json_int_t)count.damaged));
}

const struct control_command commands[] = {
	{"status", ask_status},
	{"watch", ask_watch},
	{"trends", live_ask_trends},
	{"limits", live_ask_limits},
	{"try", ask_try},
	{"refusals", refusal_ask},
	{"refused-again", refusal_ask_again},
	{"refused-give-up", refusal_ask_give_up},
	{"reconcile", receipt_ask},
	{"trace", trace_ask},
	{"line-scan", search_ask_scan},
	{"line-probe", search_ask_probe},
	{"line-cancel", search_ask_cancel},
	{"line-show", search_ask_show},
	{"spool-stat", ask_spool_stat},
	{"spool-verify", spool_ask_verify},
	{"carry-back", spool_ask_carry_back},
	{"export", ask_export},
	{"audit", audit_ask},
	{"audit-note", audit_ask_note},
	{"place", place_ask},
	{"place-enter", place_ask_enter},
	{"place-forget", place_ask_forget},
	{"samples", sample_ask_list},
	{"points", sample_ask_points},
	{"sample-show", sample_ask_show},
	{"checks", check_ask_list},
	{"check-show", check_ask_show},
	{"check-begin", check_ask_begin},
	{"check-standard", check_ask_standard},
	{"check-take", check_ask_take},
	{"check-adjusted", check_ask_adjusted},
	{"check-finish", check_ask_finish},
	{"check-cancel", check_ask_cancel},
	{"sample-begin", sample_ask_begin},
	{"sample-attach", sample_ask_attach},
	{"sample-take", sample_ask_take},
	{"sample-enter", sample_ask_enter},
	{"sample-start", sample_ask_start},
	{"sample-finish", sample_ask_finish},
	{"sample-end", sample_ask_end},
	{"sample-cancel", sample_ask_cancel},
	{"sample-impediment", sample_ask_impediment},
	{"sample-verify", sample_ask_verify},
	{"sample-amend", sample_ask_amend},
	{"clock", ask_clock},
	{"clock-enter", ask_clock_enter},
	{NULL, NULL},
};
