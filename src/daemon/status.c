#include "daemon/status.h"

#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/utc.h"
#include "daemon/clock_commands.h"
#include "daemon/link_status.h"
#include "daemon/place_status.h"
#include "daemon/receipt_commands.h"
#include "daemon/waits.h"
#include "model/flags.h"
#include "uplink/export.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const health_words[] = {"unknown", "ok", "doubtful", "aside", "wrong"};
static const char *const condition_words[] = {
	"idle", "sending", "waiting", "held", "no_time", "clock", "budget"};

/* Outside words may be no UTF-8: then they are left out rather than the whole answer. */
static json_t *text_or_null(const char *s)
{
	json_t *text = *s ? json_string(s) : NULL;

	return text ? text : json_null();
}

/* Seconds with one place, from ms. */
static json_t *seconds(int64_t ms)
{
	return json_real((double)(ms / 100) / 10);
}

/* Since a boot time; null for "never". */
static json_t *age(int64_t then_ms, int64_t now_ms)
{
	return then_ms ? seconds(now_ms > then_ms ? now_ms - then_ms : 0) : json_null();
}

static json_t *until(int64_t then_ms, int64_t now_ms)
{
	return then_ms ? seconds(then_ms > now_ms ? then_ms - now_ms : 0) : json_null();
}

json_t *status_flags(unsigned flags)
{
	json_t *words = json_array();
	unsigned bit;

	for (bit = 0; flags >> bit; bit++)
		if (flags >> bit & 1 && flag_word(bit))
			json_array_append_new(words, json_string(flag_word(bit)));
	return words;
}

/* --- lines ----------------------------------------------------------------------------------------- */

/* Those that run as the readings come. */
static json_t *tests_of(const struct field_state *field)
{
	json_t *tests = json_object();
	unsigned test;

	for (test = QC_SYNTAX; test <= QC_FLAT && field->tested; test++)
		json_object_set_new(tests, qc_test_word((enum qc_test)test),
			json_integer(field->tests.of[test]));
	return tests;
}

static json_t *field_of(const struct field_state *field, int64_t now_ms)
{
	json_t *value = json_null(), *text = json_null();
	char number[NUMBER_TEXT];

	if (field->boot_ms && isfinite(field->value)) {
		if (field->kind == NUMBER_F32)
			number_put_f32(number, field->value);
		else if (field->kind == NUMBER_F64)
			number_put_f64(number, field->value);
		else
			number_put_decimal(number, field->value, field->decimals);
		text = json_string(number);
		value = json_real(strtod(number, NULL));
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:i, s:o, s:o, s:b, s:o}", "parameter",
		field->parameter, "unit", field->unit, "value", value, "text", text, "qc",
		field->boot_ms ? (int)field->qc : (int)QC_MISSING, "flags",
		status_flags(field->flags), "tests", tests_of(field), "refused",
		(int)field->refused, "age_s", age(field->boot_ms, now_ms));
}

json_t *status_unit(const struct unit_state *unit, int64_t now_ms)
{
	bool sick = unit->health != UNIT_OK && unit->health != UNIT_UNKNOWN;
	const char *words = *unit->last_words ? unit->last_words : err_text(unit->last_error);
	json_t *fields = json_array();
	unsigned i;

	for (i = 0; i < unit->n_fields && i < MOST_FIELDS; i++)
		json_array_append_new(fields, field_of(&unit->fields[i], now_ms));
	return json_pack("{s:s, s:s, s:s, s:i, s:f, s:s, s:o, s:o, s:o, s:s,"
			 " s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:o}",
		"name", unit->name, "profile", unit->profile, "level",
		driver_level_word(unit->level), "address", (int)unit->address, "interval_s",
		unit->interval_ms / 1000.0, "health",
		(size_t)unit->health < COUNT(health_words) ? health_words[unit->health] : "unknown",
		"last_ok_age_s", age(unit->last_ok_ms, now_ms), "next_s",
		until(unit->next_ms, now_ms), "error",
		sick || unit->last_error ? text_or_null(words) : json_null(), "error_name",
		err_name(unit->last_error), "counts", "exchanges", (json_int_t)unit->exchanges,
		"timeouts", (json_int_t)unit->timeouts, "noise", (json_int_t)unit->noise,
		"exceptions", (json_int_t)unit->exceptions, "wrong", (json_int_t)unit->wrong,
		"late", (json_int_t)unit->late, "fields", fields);
}

static void add_sentence(json_t *waits, struct text *sentence)
{
	if (sentence->len)
		json_array_append_new(waits, text_or_null(sentence->at));
	text_clear(sentence);
}

static json_t *line_of(struct line *line, int64_t now_ms, json_t *waits)
{
	char room[WAIT_SENTENCE];
	struct text sentence = text_over(room, sizeof(room));
	json_t *units = json_array();
	struct line_state state;
	struct unit_state unit;
	unsigned i;

	line_state(line, &state);
	waits_line(&sentence, &state);
	add_sentence(waits, &sentence);
	for (i = 0; i < state.n_units && line_unit(line, i, &unit) == 0; i++) {
		json_array_append_new(units, status_unit(&unit, now_ms));
		if (state.condition == LINE_OPEN)
			waits_unit(&sentence, &unit, now_ms);
		add_sentence(waits, &sentence);
	}
	return json_pack("{s:s, s:o, s:s, s:b, s:o, s:I, s:I, s:{s:b, s:I}, s:o}", "name",
		state.name, "where", text_or_null(state.where), "kind",
		state.kind == PORT_TCP ? "tcp" : "rtu", "open", (int)(state.condition == LINE_OPEN),
		"error",
		state.condition == LINE_OPEN || !state.last_error
			? json_null()
			: text_or_null(*state.last_words ? state.last_words
							 : err_text(state.last_error)),
		"opened", (json_int_t)state.opened, "noise_bytes", (json_int_t)state.noise_bytes,
		"search", "running", (int)state.searched, "number", (json_int_t)state.searches,
		"units", units);
}

/* --- stores, spool, clock -------------------------------------------------------------------------- */

static json_t *utc_of(int64_t utc_ms)
{
	char room[40];
	struct text text = text_over(room, sizeof(room));

	utc_put_second(&text, utc_ms);
	room[10] = 'T';
	text_put_char(&text, 'Z');
	return json_string(room);
}

/* What is older than the store keeps, and streams of which it refuses every line. */
static void add_held(json_t *store, const struct uplink_held *held, int64_t now_ms)
{
	json_t *old = json_null(), *shut = json_null();

	if (held->old[STREAM_READINGS] + held->old[STREAM_LEDGER])
		old = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "readings",
			(json_int_t)held->old[STREAM_READINGS], "ledger",
			(json_int_t)held->old[STREAM_LEDGER], "oldest", utc_of(held->oldest_ms),
			"youngest", utc_of(held->youngest_ms), "words", text_or_null(held->words),
			"next_try_s", until(held->next_ms, now_ms));
	if (held->shut[STREAM_READINGS] || held->shut[STREAM_LEDGER])
		shut = json_pack("{s:b, s:b, s:o, s:o}", "readings",
			(int)held->shut[STREAM_READINGS], "ledger", (int)held->shut[STREAM_LEDGER],
			"words", text_or_null(held->shut_words), "next_try_s",
			until(held->shut_next_ms, now_ms));
	json_object_set_new(store, "too_old", old);
	json_object_set_new(store, "refuses_all", shut);
}

static json_t *delivery_of(struct spool *spool, unsigned store, enum stream stream)
{
	struct delivery_counts counts;

	spool_count_store(spool, store, stream, &counts);
	return json_pack("{s:I, s:I, s:I, s:I}", "sent", (json_int_t)counts.n[DELIVERY_SENT],
		"received", (json_int_t)counts.n[DELIVERY_RECEIVED], "refused",
		(json_int_t)counts.n[DELIVERY_REFUSED], "waiting",
		(json_int_t)spool_waiting(spool, store, stream));
}

static json_t *store_of(const struct parts *parts, unsigned i, const struct stamps_state *stamps,
	int64_t now_ms, json_t *waits)
{
	unsigned number = parts->store_numbers[i];
	json_t *store = delivery_of(parts->spool, number, STREAM_READINGS);
	char room[WAIT_SENTENCE];
	struct text sentence = text_over(room, sizeof(room));
	struct delivery_counts readings, records;
	struct uplink_state state;
	json_t *more;

	uplink_state(parts->stores[i], &state);
	waits_store(&sentence, &state, spool_waiting(parts->spool, number, STREAM_READINGS), stamps,
		now_ms);
	add_sentence(waits, &sentence);
	waits_shut(&sentence, &state, now_ms);
	add_sentence(waits, &sentence);
	waits_old(&sentence, &state, &parts->conf->stores[i], now_ms);
	add_sentence(waits, &sentence);
	waits_receipts(&sentence, &state);
	add_sentence(waits, &sentence);
	spool_count_store(parts->spool, number, STREAM_READINGS, &readings);
	spool_count_store(parts->spool, number, STREAM_LEDGER, &records);
	waits_refused(&sentence, &state, readings.n[DELIVERY_REFUSED], records.n[DELIVERY_REFUSED]);
	add_sentence(waits, &sentence);
	more = json_pack("{s:s, s:s, s:o, s:i, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "name",
		parts->conf->stores[i].name, "condition",
		(size_t)state.condition < COUNT(condition_words) ? condition_words[state.condition]
								 : "unknown",
		"words", text_or_null(state.last_words), "last_status", state.last_status,
		"next_try_s", until(state.next_ms, now_ms), "last_sent_age_s",
		age(state.last_sent_ms, now_ms), "requests", (json_int_t)state.requests, "lines",
		(json_int_t)state.lines, "body_bytes", (json_int_t)state.body_bytes, "wire_bytes",
		(json_int_t)state.wire_bytes, "ledger",
		delivery_of(parts->spool, number, STREAM_LEDGER), "receipts",
		receipt_status(parts, i, &state.receipts, now_ms));
	json_object_update(store, more);
	json_decref(more);
	add_held(store, &state.held, now_ms);
	return store;
}

json_t *status_store(const struct parts *parts, unsigned i, json_t *waits)
{
	struct stamps_state stamps;

	stamps_state(parts->stamps, &stamps);
	return store_of(parts, i, &stamps, clock_boot_ms(parts->clock), waits);
}

static json_t *inbox_of(const struct parts *parts, int64_t now_ms, json_t *waits)
{
	char room[WAIT_SENTENCE];
	struct text sentence = text_over(room, sizeof(room));
	struct inbox_state state;

	if (!parts->inbox)
		return json_null();
	inbox_state(parts->inbox, &state);
	waits_inbox(&sentence, &state, parts->conf->inbox.dir);
	add_sentence(waits, &sentence);
	return json_pack("{s:s, s:I, s:I, s:I, s:i, s:o, s:o, s:o}", "dir", parts->conf->inbox.dir,
		"taken", (json_int_t)state.taken, "refused", (json_int_t)state.refused, "values",
		(json_int_t)state.values, "strangers", (int)state.strangers, "last",
		text_or_null(state.last), "last_age_s", age(state.last_ms, now_ms), "trouble",
		text_or_null(state.trouble));
}

static json_t *readings_of(const struct spool_counts *counts)
{
	uint64_t done = counts->saved + counts->refused;

	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "made", (json_int_t)counts->made, "saved",
		(json_int_t)counts->saved, "refused", (json_int_t)counts->refused, "pending",
		(json_int_t)(counts->made > done ? counts->made - done : 0), "last",
		(json_int_t)counts->last[STREAM_READINGS]);
}

static json_t *asides_of(const struct parts *parts, json_t *waits)
{
	char room[WAIT_SENTENCE];
	struct text sentence = text_over(room, sizeof(room));
	struct spool_aside asides[WAIT_ASIDES];
	size_t n = spool_asides(parts->spool, asides, WAIT_ASIDES);

	waits_asides(&sentence, asides, n);
	add_sentence(waits, &sentence);
	return json_integer((json_int_t)n);
}

static json_t *points_of(const struct parts *parts, json_t *waits)
{
	struct field_list_state state;
	char room[WAIT_SENTENCE];
	struct text sentence = text_over(room, sizeof(room));

	if (!*parts->conf->samples.points)
		return json_null();
	field_list_state(parts->field, &state);
	waits_points(&sentence, state.words);
	add_sentence(waits, &sentence);
	return json_pack("{s:I, s:I, s:o}", "listed", (json_int_t)state.points, "doubles",
		(json_int_t)state.doubles, "words", text_or_null(state.words));
}

json_t *status_make(const struct parts *parts)
{
	int64_t now_ms = clock_boot_ms(parts->clock);
	json_t *lines = json_array(), *stores = json_array(), *waits = json_array(), *inbox,
	       *asides, *points;
	char room[WAIT_SENTENCE], words[FIELD_WORDS];
	struct text sentence = text_over(room, sizeof(room));
	struct spool_counts counts;
	struct stamps_state stamps;
	unsigned i;

	spool_count(parts->spool, &counts);
	stamps_state(parts->stamps, &stamps);
	for (i = 0; i < parts->n_lines; i++)
		json_array_append_new(lines, line_of(parts->lines[i], now_ms, waits));
	inbox = inbox_of(parts, now_ms, waits);
	points = points_of(parts, waits);
	if (parts->field && field_limits_trouble(parts->field, words))
		waits_limits(&sentence, words);
	add_sentence(waits, &sentence);
	waits_spool(&sentence, &counts);
	add_sentence(waits, &sentence);
	asides = asides_of(parts, waits);
	for (i = 0; i < parts->n_stores; i++)
		json_array_append_new(stores, store_of(parts, i, &stamps, now_ms, waits));
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:s, s:o, s:I, "
		"s:i, s:o, s:o}, s:o}",
		"lab", parts->conf->lab, "version", WATERLAB_VERSION, "uptime_s",
		seconds(now_ms - parts->started_ms), "clock", clock_status(parts, &stamps), "place",
		place_status(parts), "lines", lines, "inbox", inbox, "points", points, "readings",
		readings_of(&counts), "links", link_status(parts), "stores", stores, "spool", "id",
		spool_id(parts->spool), "dir", text_or_null(parts->conf->spool.dir), "bytes",
		(json_int_t)counts.bytes, "segments", (int)counts.segments, "set_aside", asides,
		"trouble",
		counts.trouble ? text_or_null(*counts.trouble_words ? counts.trouble_words
								    : err_text(counts.trouble))
			       : json_null(),
		"waits", waits);
}

void status_put_short(const struct parts *parts, struct text *to)
{
	unsigned well = 0, all = 0, i, k;
	struct line_state line;
	struct unit_state unit;

	for (i = 0; i < parts->n_lines; i++) {
		line_state(parts->lines[i], &line);
		for (k = 0; k < line.n_units && line_unit(parts->lines[i], k, &unit) == 0; k++) {
			all++;
			well += unit.health == UNIT_OK;
		}
	}
	text_printf(to, "%u of %u analyzers well", well, all);
	for (i = 0; i < parts->n_stores; i++)
		text_printf(to, "; %llu readings wait for %s",
			(unsigned long long)spool_waiting(
				parts->spool, parts->store_numbers[i], STREAM_READINGS),
			parts->conf->stores[i].name);
}
