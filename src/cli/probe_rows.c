#include "cli/probe_rows.h"

#include <math.h>
#include <stdio.h>

enum { NAME = 16, WORDS_AT = 14, CELL = 13 };

static bool is_several(const struct profile_field *field)
{
	return field->at.registers > 1;
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
	probe_put_number(&number, value->field, &decoded);
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
		probe_put_number(&number, field, &decoded);
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
