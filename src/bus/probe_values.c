#include "bus/probe_values.h"

#include <math.h>

#include "bus/put_value.h"
#include "qc/judge.h"

enum { CELL_NUMBER = 10 };

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

/* --- a number ---------------------------------------------------------------------------------------- */

void probe_put_number(
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
