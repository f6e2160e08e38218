#include "cli/probe_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bus/put_value.h"
#include "qc/judge.h"

enum { NAME = 16, WORDS_AT = 14, CELL = 13, CELL_NUMBER = 10 };

/* Nothing that is measured in water is so little and not 0; a wrong order often makes such numbers. */
#define LEAST 1e-4
/* So much, in parts of it, may a value differ a second later. */
#define NEAR 0.5

const char *probe_function(uint8_t function)
{
	static const char *const names[] = {"?", "coil", "discrete", "holding", "input"};

	return names[function < 5 ? function : 0];
}

const char *probe_order(enum byte_order order)
{
	static const char *const names[] = {[ORDER_ABCD] = "ABCD",
		[ORDER_CDAB] = "CDAB",
		[ORDER_BADC] = "BADC",
		[ORDER_DCBA] = "DCBA"};

	return names[order];
}

static bool is_several(const struct profile_field *field)
{
	return field->at.registers > 1;
}

/* --- where ------------------------------------------------------------------------------------------- */

static bool is_forbidden(
	const struct profile *profile, uint8_t function, unsigned first, unsigned last)
{
	unsigned i;

	for (i = 0; i < profile->n_forbidden; i++)
		if (profile->forbidden[i].function == function &&
			profile->forbidden[i].first <= last && profile->forbidden[i].last >= first)
			return true;
	return false;
}

bool probe_where(const struct profile *profile, unsigned place, struct profile_register *at,
	uint16_t *start, uint16_t *count, struct text *why)
{
	int first = at->address + (int)place - PROBE_WRITTEN, last = first + at->registers - 1;
	bool even = profile->even_start && at->function > 2;

	if (first < 0 || last > UINT16_MAX) {
		text_put(why, "there is no such address");
		return false;
	}
	at->address = (uint16_t)first;
	first -= even ? first % 2 : 0;
	*start = (uint16_t)first;
	*count = (uint16_t)(last - first + 1);
	if (is_forbidden(profile, at->function, (unsigned)first, (unsigned)last))
		text_put(why, "not asked: forbidden by the profile");
	else if (at->function > 2 && *count > profile->most_registers)
		text_put(why, "not asked: more than most_registers");
	else
		return true;
	return false;
}

/* --- what can be ------------------------------------------------------------------------------------- */

void probe_decode(
	const struct probe_value *value, unsigned place, enum byte_order order, struct decoded *out)
{
	struct profile_field field = *value->field;

	if (is_several(&field))
		field.at.order = order;
	decode_field(&field, &value->at[place].bytes, out);
}

bool probe_can_be(const struct profile_field *field, const struct decoded *decoded)
{
	return isfinite(decoded->value) &&
	       !qc_range(parameter_find(field->parameter), decoded->value) &&
	       (decoded->value == 0 || fabs(decoded->value) >= LEAST);
}

bool probe_is_good(const struct probe_value *value, unsigned place, enum byte_order order)
{
	struct probe_value second = {.field = value->field};
	struct decoded one, two;

	if (!value->at[place].done)
		return false;
	probe_decode(value, place, order, &one);
	if (!probe_can_be(value->field, &one) || !value->at[place].done_again)
		return probe_can_be(value->field, &one);
	second.at[place].bytes = value->at[place].again;
	probe_decode(&second, place, order, &two);
	return probe_can_be(value->field, &two) &&
	       fabs(one.value - two.value) <= fmax(fabs(one.value), fabs(two.value)) * NEAR;
}

/* --- the rows ---------------------------------------------------------------------------------------- */

static void put_words(struct page *page, const struct probe_value *value, unsigned place)
{
	const uint8_t *bytes = value->at[place].bytes.at;
	unsigned i;

	for (i = 0; i < value->field->at.registers; i++)
		page_printf(page, STYLE_PLAIN, "%s%02X%02X", i ? " " : "", bytes[2 * i],
			bytes[2 * i + 1]);
}

static void put_number(
	struct text *to, const struct profile_field *field, const struct decoded *decoded)
{
	if (!isfinite(decoded->value)) {
		text_put(to, decoded->flags & FLAG_SENTINEL ? "no value" : "no number");
		return;
	}
	value_put_number(to, decoded->value, field->kind, field->decimals);
	if (to->len <= CELL_NUMBER)
		return;
	text_clear(to);
	text_printf(to, "%.4g", decoded->value);
}

static void put_cell(
	struct page *page, const struct probe_value *value, unsigned place, enum byte_order order)
{
	bool good = probe_is_good(value, place, order);
	char room[40];
	struct text number = text_over(room + 2, sizeof(room) - 2);
	struct decoded decoded;

	probe_decode(value, place, order, &decoded);
	room[0] = good ? '*' : probe_can_be(value->field, &decoded) ? '~' : ' ';
	room[1] = ' ';
	put_number(&number, value->field, &decoded);
	page_cell(page, good ? STYLE_GOOD : STYLE_FAINT, room, CELL, false);
}

static void put_verdict(
	struct page *page, const struct profile_field *field, const struct decoded *decoded)
{
	const struct parameter *parameter =
		field->unjudged ? NULL : parameter_find(field->parameter);

	page_put(page, STYLE_PLAIN, decode_unit(field));
	if (!parameter || !isfinite(decoded->value) || probe_can_be(field, decoded))
		return;
	page_printf(page, STYLE_FAINT, "   cannot be: outside %g to %g", parameter->low,
		parameter->high);
}

static void show_place(struct page *page, const struct probe_value *value, unsigned place)
{
	const struct profile_field *field = value->field;
	struct decoded decoded;
	unsigned order, wide = is_several(field) ? 5u * field->at.registers + 2 : 7;

	page_printf(page, place == PROBE_WRITTEN ? STYLE_PLAIN : STYLE_FAINT, "  wire %d",
		field->at.address + (int)place - PROBE_WRITTEN);
	page_to(page, WORDS_AT);
	if (!value->at[place].done) {
		page_put(page, STYLE_FAINT, value->at[place].why);
		page_end(page);
		return;
	}
	put_words(page, value, place);
	page_to(page, WORDS_AT + wide);
	for (order = 0; order < (is_several(field) ? PROBE_ORDERS : 1); order++)
		put_cell(page, value, place, (enum byte_order)order);
	probe_decode(value, place, field->at.order, &decoded);
	if (!is_several(field))
		put_verdict(page, field, &decoded);
	page_end(page);
}

static void show_head(struct page *page, const struct profile_field *field)
{
	static const char *const types[] = {
		"u16", "i16", "u32", "i32", "f32", "f64", "bits", "bcd16", "bcd32", "string"};

	page_cell(page, STYLE_STRONG, field->parameter, NAME, false);
	page_printf(page, STYLE_PLAIN, " at %u, wire %u, %s, %s", field->printed, field->at.address,
		probe_function(field->at.function), types[field->at.type]);
	if (field->scale != 1)
		page_printf(page, STYLE_PLAIN, ", scale %g", field->scale);
}

/* "at 30001, ...: 0.19 mg/L", in the profile's own words, then a heading over the four orders. */
static void show_several(struct page *page, const struct probe_value *value)
{
	const struct profile_field *field = value->field;
	struct decoded decoded;
	char room[40], name[8];
	struct text number = text_over(room, sizeof(room));
	unsigned order;

	if (value->at[PROBE_WRITTEN].done) {
		probe_decode(value, PROBE_WRITTEN, field->at.order, &decoded);
		put_number(&number, field, &decoded);
		page_printf(page, STYLE_STRONG, ": %s %s", room, decode_unit(field));
	}
	page_end(page);
	page_to(page, WORDS_AT + 5u * field->at.registers + 2);
	for (order = 0; order < PROBE_ORDERS; order++) {
		bool own = order == (unsigned)field->at.order;

		snprintf(name, sizeof(name), "%s%s%s", own ? "[" : "  ",
			probe_order((enum byte_order)order), own ? "]" : "");
		page_cell(page, own ? STYLE_STRONG : STYLE_PLAIN, name, CELL, false);
	}
	page_end(page);
}

void probe_show(struct page *page, const struct probe_value *value)
{
	static const unsigned places[] = {PROBE_WRITTEN, PROBE_LOWER, PROBE_HIGHER};
	unsigned i;

	show_head(page, value->field);
	if (is_several(value->field))
		show_several(page, value);
	else
		page_end(page);
	for (i = 0; i < PROBE_PLACES; i++)
		show_place(page, value, places[i]);
}

/* --- all together ------------------------------------------------------------------------------------ */

static void add(struct probe_sum *to, const struct probe_value *value, unsigned place,
	enum byte_order order)
{
	struct decoded decoded;

	if (!probe_is_good(value, place, order))
		return;
	probe_decode(value, place, order, &decoded);
	if (!decoded.raw)
		return;
	to->good++;
	to->whole += (decoded.raw & 0xFFFF) != 0;
}

void probe_count(const struct probe_value *values, unsigned n, struct probe_tally *to)
{
	unsigned i, place, order;

	*to = (struct probe_tally){.values = n};
	for (i = 0; i < n; i++) {
		to->several += is_several(values[i].field);
		for (place = 0; place < PROBE_PLACES; place++) {
			add(&to->own[place], &values[i], place, values[i].field->at.order);
			for (order = 0; order < PROBE_ORDERS; order++)
				add(&to->ordered[order][place], &values[i], place,
					(enum byte_order)order);
		}
	}
}

static bool is_better(struct probe_sum a, struct probe_sum b)
{
	return a.good > b.good || (a.good == b.good && a.whole > b.whole);
}

static bool is_same(struct probe_sum a, struct probe_sum b)
{
	return !is_better(a, b) && !is_better(b, a);
}

static struct probe_sum best_of(const struct probe_tally *tally)
{
	struct probe_sum best = {0, 0};
	unsigned place, order;

	for (place = 0; place < PROBE_PLACES; place++) {
		best = is_better(tally->own[place], best) ? tally->own[place] : best;
		for (order = 0; order < PROBE_ORDERS && tally->several; order++)
			if (is_better(tally->ordered[order][place], best))
				best = tally->ordered[order][place];
	}
	return best;
}

static void put_base(const struct profile *profile, unsigned place, struct text *to)
{
	long base = (long)profile->fields[0].printed - profile->fields[0].at.address;

	/* What lies one address higher on the wire was counted from one less. */
	text_printf(to, "base = %ld (now %ld)", base + PROBE_WRITTEN - (long)place, base);
}

static void put_change(
	const struct profile *profile, int order, unsigned place, unsigned nth, struct text *to)
{
	text_put(to, nth ? "; or " : "");
	if (order >= 0)
		text_printf(to, "order = \"%s\"", probe_order((enum byte_order)order));
	if (order >= 0 && place != PROBE_WRITTEN)
		text_put(to, " and ");
	if (place != PROBE_WRITTEN)
		put_base(profile, place, to);
}

/* The changes that lead to the most, the smallest first; how many. */
static unsigned put_changes(const struct profile *profile, const struct probe_tally *tally,
	struct probe_sum best, struct text *to)
{
	static const unsigned places[] = {PROBE_WRITTEN, PROBE_LOWER, PROBE_HIGHER};
	unsigned i, n = 0;
	int order;

	for (i = 0; i < PROBE_PLACES; i++) {
		if (is_same(tally->own[places[i]], best)) {
			put_change(profile, -1, places[i], n++, to);
			continue;
		}
		for (order = 0; order < PROBE_ORDERS && tally->several; order++)
			if (is_same(tally->ordered[order][places[i]], best))
				put_change(profile, order, places[i], n++, to);
	}
	return n;
}

void probe_advise(const struct profile *profile, const struct probe_tally *tally, struct text *to)
{
	struct probe_sum best = best_of(tally), own = tally->own[PROBE_WRITTEN];

	if (best.good == 0) {
		text_put(to, "No value but 0 that can be, in any order, here or one address "
			     "beside: another device, or other registers?");
		return;
	}
	text_printf(to, "As the profile is: %u of %u values can be (those of 0 tell nothing).",
		own.good, tally->values);
	if (is_same(own, best))
		return;
	text_printf(to, "\n%s %u %s with: ", best.good > own.good ? "But" : "More exactly",
		best.good, best.good > own.good ? "can be" : "are");
	if (put_changes(profile, tally, best, to) > 1)
		text_put(to, ". The right one agrees with the display to its last digit");
	text_put(to, ".");
}
