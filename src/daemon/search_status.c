#include "daemon/search_status.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/status.h"
#include "daemon/trace_commands.h"

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

/* --- a scan ------------------------------------------------------------------------------------------ */

static json_t *found_of(const struct scan *scan)
{
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < scan->n_found; i++)
		json_array_append_new(all,
			json_pack("{s:i, s:o, s:s}", "address", (int)scan->found[i].address, "who",
				text_or_null(scan->found[i].who), "answer", scan->found[i].answer));
	return all;
}

static json_t *units_of(const struct parts *parts, unsigned line)
{
	json_t *all = json_array(), *whole;
	struct unit_state unit;
	unsigned i;

	for (i = 0; line_unit(parts->lines[line], i, &unit) == 0; i++) {
		whole = status_unit(&unit, clock_boot_ms(parts->clock));
		json_array_append_new(all, json_pack("{s:O, s:O, s:O, s:O}", "address",
						   json_object_get(whole, "address"), "name",
						   json_object_get(whole, "name"), "health",
						   json_object_get(whole, "health"), "error",
						   json_object_get(whole, "error")));
		json_decref(whole);
	}
	return all;
}

static json_t *left_of(const struct scan *scan, int64_t took_ms)
{
	unsigned done = scan->address - scan->first, all = scan->last - scan->first + 1;

	return done && done < all ? json_integer(took_ms * (all - done) / done / 1000)
				  : json_null();
}

static void put_scan(json_t *to, const struct parts *parts, unsigned line, const struct scan *scan,
	int64_t took_ms)
{
	unsigned at = scan->address < scan->last ? scan->address : scan->last;

	json_object_update_new(to,
		json_pack("{s:i, s:i, s:i, s:o, s:i, s:o, s:o}", "first", (int)scan->first, "last",
			(int)scan->last, "at", (int)at, "left_s", left_of(scan, took_ms), "noisy",
			(int)scan->noisy, "found", found_of(scan), "units", units_of(parts, line)));
}

/* --- a probe ----------------------------------------------------------------------------------------- */

static json_t *words_of(const struct profile_register *at, const struct value_bytes *bytes)
{
	char hex[2 * VALUE_BYTES + 1];
	size_t n = at->function <= 2 ? 2 : 2 * (size_t)at->registers;

	trace_put_hex(hex, bytes->at, n < VALUE_BYTES ? n : VALUE_BYTES);
	return json_string(hex);
}

static json_t *error_of(const struct probe_read *read)
{
	if (read->done)
		return json_null();
	return json_string(*read->why ? read->why : "not asked");
}

static json_t *identity_of(const struct probe *probe)
{
	const struct profile *profile = probe->profile;
	const struct probe_read *read = &probe->identity;
	char room[80] = "";
	struct text says = text_over(room, sizeof(room));
	bool fits;

	if (!profile->has_identity)
		return json_null();
	fits = read->done && decode_identity(profile, &read->bytes, &says);
	return json_pack("{s:i, s:i, s:s, s:o, s:o, s:o}", "printed",
		(int)profile->identity_printed, "wire", (int)profile->identity.address, "function",
		probe_function(profile->identity.function), "says", text_or_null(room), "fits",
		read->done ? json_boolean(fits) : json_null(), "error", error_of(read));
}

static json_t *rules_of(const struct probe *probe)
{
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < probe->profile->n_status; i++) {
		const struct profile_status *rule = &probe->profile->status[i];
		const struct probe_read *read = &probe->status[i];

		json_array_append_new(
			all, json_pack("{s:i, s:i, s:s, s:s, s:o, s:o, s:o}", "printed",
				     (int)rule->printed, "wire", (int)rule->at.address, "function",
				     probe_function(rule->at.function), "meaning", rule->meaning,
				     "words",
				     read->done ? words_of(&rule->at, &read->bytes) : json_null(),
				     "holds",
				     read->done ? json_boolean(decode_status(rule, &read->bytes))
						: json_null(),
				     "error", error_of(read)));
	}
	return all;
}

/* The value in that order; null: it was not read. */
static json_t *number_of(const struct probe_value *value, unsigned place, enum byte_order order)
{
	char room[40];
	struct text number = text_over(room, sizeof(room));
	struct decoded decoded;

	if (!value->at[place].done)
		return json_null();
	probe_decode(value, place, order, &decoded);
	probe_put_number(&number, value->field, &decoded);
	return json_string(room);
}

static json_t *place_of(const struct probe_value *value, unsigned place)
{
	const struct probe_read *read = &value->at[place];
	enum byte_order order = value->field->at.order;

	return json_pack("{s:i, s:o, s:o, s:b, s:o}", "wire",
		value->field->at.address + (int)place - PROBE_WRITTEN, "words",
		read->done ? words_of(&value->field->at, &read->bytes) : json_null(), "text",
		number_of(value, place, order), "good",
		(int)(read->done && probe_is_good(value, place, order)), "error", error_of(read));
}

static json_t *orders_of(const struct probe_value *value)
{
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < PROBE_ORDERS && value->field->at.registers > 1; i++)
		json_array_append_new(all,
			json_pack("{s:s, s:o, s:b}", "order", probe_order((enum byte_order)i),
				"text", number_of(value, PROBE_WRITTEN, (enum byte_order)i), "good",
				(int)(value->at[PROBE_WRITTEN].done &&
					probe_is_good(value, PROBE_WRITTEN, (enum byte_order)i))));
	return all;
}

static json_t *values_of(const struct probe *probe)
{
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < probe->profile->n_fields; i++) {
		const struct probe_value *value = &probe->values[i];
		const struct profile_field *field = value->field;

		json_array_append_new(
			all, json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:[o, o, o], s:o}",
				     "parameter", field->parameter, "unit", decode_unit(field),
				     "printed", (int)field->printed, "wire", (int)field->at.address,
				     "function", probe_function(field->at.function), "order",
				     probe_order(field->at.order), "at",
				     place_of(value, PROBE_WRITTEN), place_of(value, PROBE_LOWER),
				     place_of(value, PROBE_HIGHER), "orders", orders_of(value)));
	}
	return all;
}

static json_t *advice_of(const struct search *search)
{
	const struct probe *probe = &search->probe;
	struct probe_tally tally;
	char room[1000];
	struct text advice = text_over(room, sizeof(room));

	if (search->state == SEARCH_RUNS || !probe->answered)
		return json_null();
	probe_count(probe->values, probe->profile->n_fields, &tally);
	probe_advise(probe->profile, &tally, &advice);
	return json_string(room);
}

static json_t *reads_of(struct probe *probe)
{
	json_t *all = json_array();
	struct probe_job job;
	unsigned step;

	for (step = 0; step < probe_steps(probe); step++) {
		bool is = probe_job(probe, step, &job);
		bool done = job.again ? job.into->done_again : job.into->done;

		if (is || !job.again)
			json_array_append_new(
				all, json_pack("{s:i, s:i, s:i, s:b, s:o, s:o}", "function",
					     (int)job.at.function, "address", (int)job.at.address,
					     "registers", (int)job.at.registers, "again",
					     (int)job.again, "words",
					     done ? words_of(&job.at, job.again ? &job.into->again
										: &job.into->bytes)
						  : json_null(),
					     "error", done ? json_null() : error_of(job.into)));
	}
	return all;
}

/* What a driver's unit and the daemon said to each other since. */
static json_t *exchanges_of(const struct parts *parts, unsigned line, const struct search *search)
{
	const struct unit_conf *unit = &parts->conf->lines[line].units[search->unit];
	struct trace_entry *entries = malloc(TRACE_ENTRIES * sizeof(*entries));
	json_t *all = json_array();
	size_t i, n = 0;

	if (entries)
		n = line_trace(parts->lines[line], search->after, entries, TRACE_ENTRIES);
	for (i = 0; i < n; i++)
		if (entries[i].unit == unit->address &&
			(!search->ended_ms || entries[i].boot_ms <= search->ended_ms))
			json_array_append_new(all, trace_entry_json(&entries[i]));
	free(entries);
	return all;
}

static void put_driver(
	json_t *to, const struct parts *parts, unsigned line, const struct search *search)
{
	struct unit_state unit;
	json_t *whole;

	json_object_set_new(to, "exchanges", exchanges_of(parts, line, search));
	if (line_unit(parts->lines[line], search->unit, &unit))
		return;
	whole = status_unit(&unit, clock_boot_ms(parts->clock));
	json_object_set(to, "fields", json_object_get(whole, "fields"));
	json_decref(whole);
}

static void put_probe(json_t *to, const struct parts *parts, unsigned line, struct search *search)
{
	const struct unit_conf *unit = &parts->conf->lines[line].units[search->unit];
	struct probe *probe = &search->probe;

	json_object_update_new(
		to, json_pack("{s:s, s:i, s:s, s:i, s:i}", "unit", unit->name, "address",
			    (int)unit->address, "driver", unit->profile->name, "steps",
			    (int)probe_steps(probe), "step", (int)probe->step));
	if (unit->profile->driver)
		put_driver(to, parts, line, search);
	else
		json_object_update_new(
			to, json_pack("{s:o, s:o, s:o, s:o, s:o}", "identity", identity_of(probe),
				    "status", rules_of(probe), "values", values_of(probe), "advice",
				    advice_of(search), "reads", reads_of(probe)));
}

/* --- the whole --------------------------------------------------------------------------------------- */

json_t *search_status(const struct parts *parts, unsigned line, struct search *search)
{
	static const char *const kinds[] = {"none", "scan", "probe"};
	static const char *const states[] = {[SEARCH_RUNS] = "running",
		[SEARCH_DONE] = "done",
		[SEARCH_CANCELLED] = "cancelled",
		[SEARCH_IN_USE] = "in_use",
		[SEARCH_CLOSED] = "closed",
		[SEARCH_SILENT] = "silent",
		[SEARCH_TOO_LONG] = "too_long"};
	int64_t until_ms = search->ended_ms ? search->ended_ms : clock_boot_ms(parts->clock);
	int64_t took_ms = until_ms - search->begun_ms;
	json_t *to = json_pack("{s:s, s:s, s:s, s:I, s:s, s:I, s:f, s:I}", "line",
		parts->conf->lines[line].name, "kind", kinds[search->kind], "state",
		search->kind ? states[search->state] : "none", "number", (json_int_t)search->number,
		"by", search->by, "begun_ms", (json_int_t)search->begun_ms, "took_s",
		(double)(took_ms / 100) / 10, "asked", (json_int_t)search->asked);

	if (search->kind == SEARCH_SCAN)
		put_scan(to, parts, line, &search->scan, took_ms);
	else if (search->kind == SEARCH_PROBE)
		put_probe(to, parts, line, search);
	return to;
}
