#include "cli/view.h"
#include "model/parameter.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	HEALTH_WIDTH = 8,
	QC_LEAST = 9, /* "plausible" */
	AGE_WIDTH = 6,
	NAME_LEAST = 12,
	LIVE_WAITS = 3, /* reasons above the values: a screen full of them shows no value */
	OLD_TURNS = 3   /* a value older than so many turns of its analyzer is shown as old */
};

/* How wide the columns must be for what is in them. */
struct widths {
	unsigned name, parameter, value, unit, qc;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

long long view_count(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* --- small things in people's words ---------------------------------------------------------------- */

void view_put_age(struct text *to, double seconds)
{
	if (seconds < 120)
		text_printf(to, "%.0f s", seconds);
	else if (seconds < 99 * 60)
		text_printf(to, "%.0f min", seconds / 60);
	else if (seconds < 48 * 3600)
		text_printf(to, "%.0f h", seconds / 3600);
	else
		text_printf(to, "%.0f d", seconds / 86400);
}

void view_put_bytes(struct text *to, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	unsigned i = 0;

	while (bytes >= 1000 && i < 4) {
		bytes /= 1000;
		i++;
	}
	text_printf(to, bytes < 10 && i > 0 ? "%.1f %s" : "%.0f %s", bytes, units[i]);
}

void view_put_unit(struct text *to, const char *ucum)
{
	parameter_put_unit(to, ucum);
}

static const char *qc_words(long long qc)
{
	switch (qc) {
	case 1:
		return "plausible"; /* of the reading, not of the water: never "good" or "safe" */
	case 2:
		return "unchecked";
	case 3:
		return "suspect";
	case 4:
		return "bad";
	default:
		return "missing";
	}
}

static enum page_style qc_style(long long qc)
{
	return qc == 3 ? STYLE_WARN : qc == 4 || qc == 9 ? STYLE_BAD : STYLE_PLAIN;
}

static enum page_style health_style(const char *health)
{
	if (!strcmp(health, "ok"))
		return STYLE_GOOD;
	if (!strcmp(health, "doubtful"))
		return STYLE_WARN;
	return strcmp(health, "unknown") ? STYLE_BAD : STYLE_FAINT;
}

/* --- head ------------------------------------------------------------------------------------------ */

static void put_head(struct page *page, const json_t *status)
{
	const json_t *clock = json_object_get(status, "clock");
	const json_t *place = json_object_get(status, "place");
	char room[32];
	struct text age = text_over(room, sizeof(room));

	view_put_age(&age, json_number_value(json_object_get(status, "uptime_s")));
	page_put(page, STYLE_FAINT, "lab    ");
	page_put(page, STYLE_STRONG, text_of(status, "lab"));
	page_printf(page, STYLE_FAINT, "   spool %s   waterlabd %s, up %s",
		text_of(json_object_get(status, "spool"), "id"), text_of(status, "version"), room);
	page_end(page);
	page_wrap(page, json_is_true(json_object_get(clock, "trusted")) ? STYLE_PLAIN : STYLE_WARN,
		"clock  ", text_of(clock, "words"));
	page_wrap(page, strcmp(text_of(place, "origin"), "none") != 0 ? STYLE_PLAIN : STYLE_WARN,
		"place  ", text_of(place, "words"));
}

/* --- lines and analyzers --------------------------------------------------------------------------- */

static void widen(unsigned *width, const char *s)
{
	unsigned own = page_width(s);

	if (own > *width)
		*width = own;
}

static const char *judged_of(const json_t *field)
{
	return json_is_number(json_object_get(field, "age_s")) ? qc_words(view_count(field, "qc"))
							       : "-";
}

static const char *value_of(const json_t *field)
{
	const char *text = text_of(field, "text");

	return *text ? text : "-";
}

static void widen_unit(struct widths *w, const json_t *unit)
{
	json_t *field;
	char room[32];
	size_t i;

	widen(&w->name, text_of(unit, "name"));
	for (i = 0; (field = json_array_get(json_object_get(unit, "fields"), i)); i++) {
		struct text name = text_over(room, sizeof(room));

		widen(&w->parameter, text_of(field, "parameter"));
		widen(&w->value, value_of(field));
		view_put_unit(&name, text_of(field, "unit"));
		widen(&w->unit, room);
		widen(&w->qc, judged_of(field));
	}
}

/* Names give way first when the paper is narrow. */
static void fit(struct widths *w, const struct page *page)
{
	unsigned rest = 2 + 1 + HEALTH_WIDTH + 1 + w->parameter + 1 + w->value + 1 + w->unit + 1 +
			AGE_WIDTH + 2 + w->qc;

	if (w->name + rest <= page->columns)
		return;
	w->name = rest + NAME_LEAST < page->columns ? page->columns - rest : NAME_LEAST;
}

/* Where a unit's parameters begin. */
static unsigned field_column(const struct widths *w)
{
	return 2 + w->name + 1 + HEALTH_WIDTH + 1;
}

/* Why a value is not simply good: behind it, or below it when the paper is narrow. */
static void put_flags(struct page *page, const struct widths *w, const json_t *field)
{
	char words[160];
	struct text flags = text_over(words, sizeof(words));
	json_t *flag;
	size_t i;

	for (i = 0; (flag = json_array_get(json_object_get(field, "flags"), i)); i++)
		if (json_is_string(flag))
			text_printf(&flags, "%s%s", flags.len ? ", " : "", json_string_value(flag));
	if (!flags.len)
		return;
	if (page->at + 2 + page_width(words) <= page->columns) {
		page_put(page, STYLE_PLAIN, ": ");
	} else {
		page_end(page);
		page_to(page, field_column(w) + 2);
	}
	page_put(page, STYLE_FAINT, words);
}

static void put_field(
	struct page *page, const struct widths *w, const json_t *field, double interval_s)
{
	const json_t *age_s = json_object_get(field, "age_s");
	bool never = !json_is_number(age_s);
	bool is_old = json_number_value(age_s) > OLD_TURNS * interval_s + 1;
	char unit[32], age[32];
	struct text name = text_over(unit, sizeof(unit)), old = text_over(age, sizeof(age));

	view_put_unit(&name, text_of(field, "unit"));
	if (never)
		text_put(&old, "-");
	else
		view_put_age(&old, json_number_value(age_s));
	page_cell(page, STYLE_PLAIN, text_of(field, "parameter"), w->parameter, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, is_old ? STYLE_FAINT : STYLE_STRONG, value_of(field), w->value, true);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, STYLE_PLAIN, unit, w->unit, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, is_old ? STYLE_WARN : STYLE_PLAIN, age, AGE_WIDTH, true);
	page_put(page, STYLE_PLAIN, "  ");
	/* What was plausible a while ago says nothing of the water now. */
	if (is_old && !never)
		page_put(page, STYLE_WARN, "old");
	else
		page_put(page, never ? STYLE_FAINT : qc_style(view_count(field, "qc")),
			judged_of(field));
	put_flags(page, w, field);
	page_end(page);
}

/* Below the name: how far its driver is proved. */
static bool put_level(struct page *page, const struct widths *w, const json_t *unit)
{
	if (!*text_of(unit, "level"))
		return false;
	page_put(page, STYLE_PLAIN, "    ");
	page_cell(page, STYLE_FAINT, text_of(unit, "level"), w->name - 2, false);
	return true;
}

static void put_unit(struct page *page, const struct widths *w, const json_t *unit)
{
	const char *health = text_of(unit, "health");
	const json_t *fields = json_object_get(unit, "fields");
	double interval_s = json_number_value(json_object_get(unit, "interval_s"));
	json_t *field;
	size_t i;

	page_put(page, STYLE_PLAIN, "  ");
	page_cell_name(page, STYLE_STRONG, text_of(unit, "name"), w->name);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, health_style(health), health, HEALTH_WIDTH, false);
	page_put(page, STYLE_PLAIN, " ");
	if (json_array_size(fields) == 0)
		page_end(page);
	for (i = 0; (field = json_array_get(fields, i)); i++) {
		if (i == 1)
			(void)put_level(page, w, unit);
		if (i > 0)
			page_to(page, field_column(w));
		put_field(page, w, field, interval_s);
	}
	if (i < 2 && put_level(page, w, unit))
		page_end(page);
}

static void put_line(struct page *page, const struct widths *w, const json_t *line)
{
	bool open = json_is_true(json_object_get(line, "open"));
	json_t *unit;
	size_t i;

	page_put(page, STYLE_STRONG, text_of(line, "name"));
	page_put(page, STYLE_PLAIN, "  ");
	page_put(page, open ? STYLE_GOOD : STYLE_BAD, open ? "open" : "closed");
	page_printf(page, STYLE_FAINT, "  %s", text_of(line, "where"));
	page_end(page);
	for (i = 0; (unit = json_array_get(json_object_get(line, "units"), i)); i++)
		put_unit(page, w, unit);
}

static void put_lines(struct page *page, const json_t *status)
{
	const json_t *lines = json_object_get(status, "lines");
	struct widths w = {NAME_LEAST, 9, 5, 1, QC_LEAST};
	json_t *line, *unit;
	size_t i, k;

	for (i = 0; (line = json_array_get(lines, i)); i++)
		for (k = 0; (unit = json_array_get(json_object_get(line, "units"), k)); k++)
			widen_unit(&w, unit);
	fit(&w, page);
	if (json_array_size(lines) == 0) {
		page_put(page, STYLE_PLAIN, "no line is configured: nothing is read");
		page_end(page);
		return;
	}
	page_put(page, STYLE_PLAIN, "  ");
	page_cell(page, STYLE_FAINT, "ANALYZER", w.name, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, STYLE_FAINT, "HEALTH", HEALTH_WIDTH, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, STYLE_FAINT, "PARAMETER", w.parameter, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, STYLE_FAINT, "VALUE", w.value, true);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, STYLE_FAINT, "", w.unit, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, STYLE_FAINT, "AGE", AGE_WIDTH, true);
	page_put(page, STYLE_FAINT, "  QC");
	page_end(page);
	for (i = 0; (line = json_array_get(lines, i)); i++)
		put_line(page, &w, line);
}

void view_unit(struct page *page, const json_t *unit)
{
	struct widths w = {NAME_LEAST, 9, 5, 1, QC_LEAST};

	widen_unit(&w, unit);
	fit(&w, page);
	put_unit(page, &w, unit);
}

/* --- what becomes of the readings ------------------------------------------------------------------ */

static void put_readings(struct page *page, const json_t *status)
{
	const json_t *readings = json_object_get(status, "readings");
	const json_t *spool = json_object_get(status, "spool");
	long long refused = view_count(readings, "refused"),
		  pending = view_count(readings, "pending");
	char room[32];
	struct text bytes = text_over(room, sizeof(room));

	view_put_bytes(&bytes, json_number_value(json_object_get(spool, "bytes")));
	page_printf(page, STYLE_PLAIN, "readings: made %lld, saved %lld",
		view_count(readings, "made"), view_count(readings, "saved"));
	if (pending)
		page_printf(page, STYLE_PLAIN, ", %lld on the way to the card", pending);
	if (refused)
		page_printf(page, STYLE_BAD, ", refused by the card %lld", refused);
	page_printf(page, STYLE_FAINT, "   (%s on the card)", room);
	page_end(page);
}

static void put_inbox(struct page *page, const json_t *inbox)
{
	const char *last = text_of(inbox, "last"), *trouble = text_of(inbox, "trouble");
	char words[600], age[32];
	struct text line = text_over(words, sizeof(words)), ago = text_over(age, sizeof(age));

	if (!json_is_object(inbox))
		return;
	text_printf(&line, "files taken %lld, refused %lld, values %lld",
		view_count(inbox, "taken"), view_count(inbox, "refused"),
		view_count(inbox, "values"));
	if (*trouble)
		text_printf(&line, " - %s", trouble);
	else if (*last) {
		view_put_age(&ago, json_number_value(json_object_get(inbox, "last_age_s")));
		text_printf(&line, " - %s ago %s", age, last);
	}
	page_wrap(page, *trouble || view_count(inbox, "refused") ? STYLE_WARN : STYLE_PLAIN,
		"inbox: ", words);
}

const char *view_first_wait(const json_t *answer)
{
	const char *words = json_string_value(json_array_get(json_object_get(answer, "waits"), 0));

	return words ? words : "";
}

/* The states that readings have come to at the store, in the order in which they pass through them. */
static void put_states(struct text *line, const json_t *store)
{
	const char *receipts = text_of(json_object_get(store, "receipts"), "condition");
	long long held = view_count(json_object_get(store, "too_old"), "readings");

	text_printf(line, "waiting %lld", view_count(store, "waiting"));
	if (held)
		text_printf(line, " (%lld held)", held);
	text_printf(line, ", sent %lld", view_count(store, "sent"));
	/* Without an answer nothing gets beyond sent, and zero would say that nothing arrived. */
	if (!view_count(store, "received") &&
		(!strcmp(receipts, "off") || !strcmp(receipts, "no_route")))
		text_put(line, ", received: not known");
	else
		text_printf(line, ", received %lld", view_count(store, "received"));
	if (view_count(store, "refused"))
		text_printf(line, ", refused %lld", view_count(store, "refused"));
}

void view_store(struct page *page, const json_t *store)
{
	const char *condition = text_of(store, "condition");
	long long waiting = view_count(store, "waiting");
	enum page_style style = STYLE_PLAIN;
	char words[256], mark[64];
	struct text line = text_over(words, sizeof(words)), name = text_over(mark, sizeof(mark));

	text_printf(&name, "%s: ", text_of(store, "name"));
	put_states(&line, store);
	if (!strcmp(condition, "held")) {
		style = STYLE_BAD;
		text_put(&line, " - the store refuses everything");
	} else if (!strcmp(condition, "waiting")) {
		style = STYLE_WARN;
		text_put(&line, " - the store is away");
	} else if (!strcmp(condition, "no_time")) {
		style = STYLE_WARN;
		text_put(&line, " - waiting for the right time");
	} else if (!strcmp(condition, "clock")) {
		style = STYLE_WARN;
		text_put(&line, " - waiting for the van's clock");
	} else if (json_is_object(json_object_get(store, "refuses_all"))) {
		style = STYLE_BAD;
		text_put(&line, " - the store refuses all of a kind");
	} else if (json_is_object(json_object_get(store, "too_old"))) {
		style = STYLE_WARN;
		text_put(&line, " - some are older than the store keeps");
	} else if (!strcmp(condition, "budget")) {
		text_put(&line, " - readings wait for bytes");
	} else {
		text_put(&line, waiting ? " - sending" : " - all sent");
	}
	page_wrap(page, style, mark, words);
}

static void put_flow(struct page *page, const json_t *status)
{
	const json_t *stores = json_object_get(status, "stores");
	json_t *store;
	size_t i;

	put_readings(page, status);
	put_inbox(page, json_object_get(status, "inbox"));
	view_links(page, json_object_get(status, "links"));
	for (i = 0; (store = json_array_get(stores, i)); i++)
		view_store(page, store);
	if (json_array_size(stores) == 0) {
		page_put(page, STYLE_PLAIN,
			"no store is configured: all readings are kept in the van");
		page_end(page);
	}
}

static void put_waits(struct page *page, const json_t *status, size_t most)
{
	const json_t *waits = json_object_get(status, "waits");
	size_t n = json_array_size(waits), i;
	char more[64];

	if (n == 0)
		return;
	page_end(page);
	page_put(page, STYLE_STRONG, "what waits, and why");
	page_end(page);
	for (i = 0; i < n && i < most; i++)
		page_wrap(page, STYLE_PLAIN, "  - ", json_string_value(json_array_get(waits, i)));
	if (i < n) {
		snprintf(more, sizeof(more), "and %zu more; waterlab status says all", n - i);
		page_wrap(page, STYLE_FAINT, "  - ", more);
	}
}

void view_status(struct page *page, const json_t *status)
{
	put_head(page, status);
	page_end(page);
	put_lines(page, status);
	page_end(page);
	put_flow(page, status);
	put_waits(page, status, SIZE_MAX);
}

void view_live(struct page *page, const json_t *status, const json_t *samples)
{
	put_head(page, status);
	view_samples(page, samples);
	put_flow(page, status);
	put_waits(page, status, LIVE_WAITS);
	page_end(page);
	put_lines(page, status);
}
