#include "daemon/trace_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/which_line.h"

enum {
	LOOK_MS = 100,     /* 128 exchanges take a line longer than this, so none is missed */
	WAITING_MS = 1000, /* a client that waits hears so often that there is nothing */
	MOST_S = 86400
};

struct trace_asked {
	unsigned line, unit;
	int64_t seconds;
};

struct follow {
	const struct parts *parts;
	const struct trace_asked *asked;
	struct control_client *client;
	uint64_t after; /* the last number seen */
	int64_t sent_ms;
	struct trace_entry entries[TRACE_ENTRIES];
};

/* --- what is asked for ------------------------------------------------------------------------------- */

static void list_units(const struct line_conf *line, struct text *to)
{
	unsigned i;

	for (i = 0; i < line->n_units; i++)
		text_printf(to, "%s%s", i ? ", " : "", line->units[i].name);
}

/* False after words about what cannot be. */
static bool find(const struct parts *parts, const char *line, const char *unit,
	struct trace_asked *to, struct text *why)
{
	const struct line_conf *conf;
	unsigned i;

	if (!which_line(parts, line, &to->line, why))
		return false;
	conf = &parts->conf->lines[to->line];
	to->unit = 0;
	if (!unit && conf->n_units == 1)
		return true;
	for (i = 0; unit && i < conf->n_units; i++)
		if (!strcmp(conf->units[i].name, unit)) {
			to->unit = i;
			return true;
		}
	if (unit)
		text_printf(why, "line %s has no analyzer \"%.40s\"; it has: ", line, unit);
	else
		text_printf(why, "line %s has several analyzers, say which one: ", line);
	list_units(conf, why);
	return false;
}

static bool take_request(
	const struct parts *parts, const json_t *request, struct trace_asked *to, struct text *why)
{
	const char *line = json_string_value(json_object_get(request, "line"));
	const json_t *unit = json_object_get(request, "unit");
	const json_t *seconds = json_object_get(request, "seconds");

	to->seconds = json_integer_value(seconds);
	if (seconds && (!json_is_integer(seconds) || to->seconds < 0 || to->seconds > MOST_S)) {
		text_printf(why, "\"seconds\" is a whole number, 0 to %d", MOST_S);
		return false;
	}
	return find(parts, line ? line : "", json_string_value(unit), to, why);
}

/* --- the answer -------------------------------------------------------------------------------------- */

static int send_head(const struct follow *follow)
{
	const struct conf *conf = follow->parts->conf;
	const struct line_conf *line = &conf->lines[follow->asked->line];
	const struct unit_conf *unit = &line->units[follow->asked->unit];
	bool serial = line->port.kind == PORT_RTU;
	char speed[24];

	snprintf(speed, sizeof(speed), "%u 8%c%u", line->port.baud, line->port.parity,
		line->port.stop_bits);
	return control_send_new(follow->client,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:i, s:s?}", "lab", conf->lab,
			"version", WATERLAB_VERSION, "line", line->name, "where", line->port.where,
			"kind", serial ? "rtu" : "tcp", "speed", serial ? speed : NULL, "unit",
			unit->name, "driver", unit->profile->name, "address", (int)unit->address,
			"stand_in", port_stand_in(&line->port)));
}

void trace_put_hex(char *to, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; n; n--, bytes++) {
		*to++ = digits[*bytes >> 4];
		*to++ = digits[*bytes & 15];
	}
	*to = '\0';
}

json_t *trace_entry_json(const struct trace_entry *entry)
{
	static const char *const kinds[] = {
		[ASK_REGISTERS] = "registers", [ASK_PDU] = "pdu", [ASK_BYTES] = "bytes"};
	char asked[2 * ANSWER_QUESTION + 1], answer[2 * PORT_REPLY + 1];

	trace_put_hex(asked, entry->asked, entry->asked_len);
	trace_put_hex(answer, entry->pdu, entry->len);
	return json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:i, s:i, s:s}", "number",
		(json_int_t)entry->number, "boot_ms", (json_int_t)entry->boot_ms, "took_us",
		(json_int_t)entry->took_us, "kind", kinds[entry->kind], "asked", asked, "error",
		err_name(entry->err), "exception", (int)entry->exception, "stale",
		(int)entry->stale, "answer", answer);
}

/* One of the line's, in its order; what lies between it and the one before is gone. */
static int take(struct follow *follow, const struct trace_entry *entry)
{
	const struct trace_asked *asked = follow->asked;
	const struct unit_conf *unit = &follow->parts->conf->lines[asked->line].units[asked->unit];
	uint64_t first = follow->after + 1;
	int err = 0;

	follow->after = entry->number;
	if (entry->number > first)
		err = control_send_new(
			follow->client, json_pack("{s:[I, I]}", "missed", (json_int_t)first,
						(json_int_t)entry->number - 1));
	if (err || entry->unit != unit->address)
		return err;
	follow->sent_ms = clock_boot_ms(follow->parts->clock);
	return control_send_new(follow->client, trace_entry_json(entry));
}

/* All that came since the last look; at the first one, how the device was told, however long ago. */
static int send_fresh(struct follow *follow)
{
	struct line *line = follow->parts->lines[follow->asked->line];
	struct trace_entry told[LINE_TOLD];
	size_t n = line_trace(line, follow->after, follow->entries, TRACE_ENTRIES), n_told = 0, i;
	int64_t now_ms = clock_boot_ms(follow->parts->clock);
	int err = 0;

	if (!follow->after && n)
		n_told = line_told(line, follow->asked->unit, follow->entries[0].number, told);
	for (i = 0; i < n_told && !err; i++)
		err = take(follow, &told[i]);
	for (i = 0; i < n && !err; i++)
		err = take(follow, &follow->entries[i]);
	if (err || now_ms - follow->sent_ms < WAITING_MS)
		return err;
	follow->sent_ms = now_ms;
	return control_send(follow->client, "{\"waiting\":true}", 16);
}

static int answer(struct follow *follow)
{
	const struct clock *clock = follow->parts->clock;
	int64_t end_ms;
	int err = send_head(follow);

	follow->sent_ms = clock_boot_ms(clock);
	end_ms = follow->sent_ms + follow->asked->seconds * 1000;
	if (!err)
		err = send_fresh(follow);
	while (!err && clock_boot_ms(clock) < end_ms) {
		err = control_pause(follow->client, LOOK_MS);
		if (!err)
			err = send_fresh(follow);
	}
	return err ? err : control_send_end(follow->client);
}

int trace_ask(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	char words[600];
	struct text why = text_over(words, sizeof(words));
	struct trace_asked asked;
	struct follow *follow;
	int err;

	if (!take_request(parts, request, &asked, &why))
		return control_refuse(client, "%s", words);
	follow = calloc(1, sizeof(*follow));
	if (!follow)
		return ERR_MEMORY;
	follow->parts = parts;
	follow->asked = &asked;
	follow->client = client;
	err = answer(follow);
	free(follow);
	return err;
}
