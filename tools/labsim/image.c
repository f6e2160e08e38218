#include "image.h"

#include <math.h>
#include <string.h>

#include "bus/encode.h"
#include "water.h"

enum { MOST_BITS = 2000, WELL = -1 };

/* What one question touches. */
struct window {
	uint8_t function;
	unsigned start, count;
	uint8_t words[2 * PORT_REGISTERS]; /* functions 3 and 4 */
	bool bits[MOST_BITS];              /* functions 1 and 2 */
	bool named[MOST_BITS];             /* the map names this address */
};

static bool is_bits(uint8_t function)
{
	return function == 1 || function == 2;
}

static bool touches(const struct window *window, const struct profile_register *at)
{
	return at->function == window->function && at->address < window->start + window->count &&
	       at->address + at->registers > window->start;
}

static bool holds(const struct window *window, const struct profile_register *at)
{
	return at->function == window->function && at->address >= window->start &&
	       at->address + at->registers <= window->start + window->count;
}

static void put(
	struct window *window, const struct profile_register *at, const struct value_bytes *bytes)
{
	unsigned word = (unsigned)bytes->at[0] << 8 | bytes->at[1], i, here;

	for (i = 0; i < at->registers; i++) {
		if (at->address + i < window->start ||
			at->address + i >= window->start + window->count)
			continue;
		here = at->address + i - window->start;
		window->named[here] = true;
		if (is_bits(at->function)) {
			window->bits[here] |= i < 16 && word >> i & 1;
		} else if (2 * i + 1 < VALUE_BYTES) {
			window->words[2 * here] |= bytes->at[2 * i];
			window->words[2 * here + 1] |= bytes->at[2 * i + 1];
		}
	}
}

static bool same_register(const struct profile_status *a, const struct profile_status *b)
{
	return a->at.function == b->at.function && a->at.address == b->at.address;
}

/*
 * The word of rule i's register for which only rules of `effect` hold, and one does; WELL: none does.
 * Only bits that some rule looks at are used, so that fields in the same register stay themselves.
 */
static bool status_bytes(
	const struct profile *profile, unsigned i, int effect, struct value_bytes *bytes)
{
	const struct profile_status *rule = &profile->status[i];
	struct profile_register at = rule->at;
	unsigned used = 0, word, k;
	bool wanted, other;

	at.type = TYPE_U16;
	for (k = 0; k < profile->n_status; k++)
		if (same_register(rule, &profile->status[k]))
			used |= profile->status[k].mask;
	for (word = 0; word <= 0xFFFF; word++) {
		if (word & ~used)
			continue;
		encode_raw(&at, word, bytes);
		wanted = other = false;
		for (k = 0; k < profile->n_status; k++) {
			if (!same_register(rule, &profile->status[k]) ||
				!decode_status(&profile->status[k], bytes))
				continue;
			if ((int)profile->status[k].effect == effect)
				wanted = true;
			else
				other = true;
		}
		if (!other && wanted == (effect != WELL))
			return true;
	}
	encode_raw(&at, 0, bytes);
	return false;
}

bool image_can_say(const struct profile *profile, unsigned effect)
{
	struct value_bytes bytes;
	unsigned i;

	for (i = 0; i < profile->n_status; i++)
		if (status_bytes(profile, i, (int)effect, &bytes))
			return true;
	return false;
}

bool image_has_sentinel(const struct profile_field *field)
{
	return field->n_sentinels && field->sentinel_means[0] == MEANS_NO_VALUE;
}

const struct profile_field *image_field(const struct profile *profile, const char *parameter)
{
	unsigned i;

	for (i = 0; i < profile->n_fields; i++)
		if (!strcmp(profile->fields[i].parameter, parameter))
			return &profile->fields[i];
	return NULL;
}

static const struct fault *active(
	const struct lab_unit *unit, enum fault_kind kind, const char *parameter)
{
	unsigned i;

	for (i = 0; i < unit->n_faults; i++)
		if (unit->faults[i].kind == kind &&
			(!parameter || !strcmp(unit->faults[i].parameter, parameter)))
			return &unit->faults[i];
	return NULL;
}

/* As much of the value as the register can hold: an instrument beyond its range shows less, not nothing. */
static double encode_water(
	const struct profile_field *field, double value, struct value_bytes *bytes)
{
	double served = NAN;
	int tries;

	for (tries = 0; tries < 6; tries++) {
		if (encode_value(field, value, bytes, &served)) {
			value /= 10;
			continue;
		}
		if (!isnan(served))
			return served;
		value += 0.01 * (fabs(value) + 1); /* it fell on a sentinel */
	}
	return served;
}

static enum fault_kind fill_field(const struct lab_unit *unit, const struct profile_field *field,
	int64_t water_ms, struct value_bytes *bytes, double *served)
{
	int water = unit->water[field - unit->conf->profile->fields];

	*served = NAN;
	if (active(unit, FAULT_SENTINEL, field->parameter)) {
		encode_raw(&field->at, field->sentinel[0], bytes);
		return FAULT_SENTINEL;
	}
	if (active(unit, FAULT_NAN, field->parameter) && !encode_value(field, NAN, bytes, NULL))
		return FAULT_NAN;
	*served = encode_water(
		field, water < 0 ? 1 : water_value(unit->source, water, water_ms), bytes);
	if (active(unit, FAULT_IMPOSTOR, NULL))
		return FAULT_IMPOSTOR;
	if (active(unit, FAULT_STATUS, NULL))
		return FAULT_STATUS;
	return active(unit, FAULT_FROZEN, NULL) ? FAULT_FROZEN : FAULT_OK;
}

static void fill_fields(const struct lab_unit *unit, int64_t water_ms, struct window *window,
	struct lab_answer *answer)
{
	const struct profile *profile = unit->conf->profile;
	const struct fault *frozen = active(unit, FAULT_FROZEN, NULL);
	unsigned i;

	if (frozen)
		water_ms = frozen->ms;
	for (i = 0; i < profile->n_fields; i++) {
		const struct profile_field *field = &profile->fields[i];
		struct lab_served *served = &answer->served[answer->n_served];
		struct value_bytes bytes;

		if (!touches(window, &field->at))
			continue;
		served->field = field;
		served->outcome = fill_field(unit, field, water_ms, &bytes, &served->value);
		put(window, &field->at, &bytes);
		if (holds(window, &field->at))
			answer->n_served++;
	}
}

static void fill_rest(const struct lab_unit *unit, struct window *window)
{
	const struct profile *profile = unit->conf->profile;
	const struct fault *status = active(unit, FAULT_STATUS, NULL);
	struct value_bytes bytes;
	unsigned i;

	for (i = 0; i < profile->n_status; i++) {
		if (!touches(window, &profile->status[i].at))
			continue;
		if (!status || !status_bytes(profile, i, (int)status->number, &bytes))
			(void)status_bytes(profile, i, WELL, &bytes);
		put(window, &profile->status[i].at, &bytes);
	}
	if (!profile->has_identity || !touches(window, &profile->identity))
		return;
	encode_identity(profile, &bytes);
	if (active(unit, FAULT_IMPOSTOR, NULL)) {
		if (profile->identity.type == TYPE_STRING)
			bytes.at[0] ^= 1;
		else
			encode_raw(&profile->identity, profile->identity_value ^ 1, &bytes);
	}
	put(window, &profile->identity, &bytes);
}

static void widen(
	const struct profile_register *at, uint8_t function, unsigned *first, unsigned *end)
{
	if (at->function != function)
		return;
	if (at->address < *first)
		*first = at->address;
	if (at->address + (unsigned)at->registers > *end)
		*end = at->address + (unsigned)at->registers;
}

/* Whether the question lies inside the map and in no forbidden range. */
static bool in_map(const struct profile *profile, const struct window *window)
{
	unsigned first = 0x10000, end = 0, stop = window->start + window->count, i;

	for (i = 0; i < profile->n_fields; i++)
		widen(&profile->fields[i].at, window->function, &first, &end);
	for (i = 0; i < profile->n_status; i++)
		widen(&profile->status[i].at, window->function, &first, &end);
	if (profile->has_identity)
		widen(&profile->identity, window->function, &first, &end);
	if (window->start < first || stop > end)
		return false;
	for (i = 0; i < profile->n_forbidden; i++)
		if (profile->forbidden[i].function == window->function &&
			profile->forbidden[i].first < stop &&
			profile->forbidden[i].last >= window->start)
			return false;
	return true;
}

static bool refused(const struct lab_unit *unit, const struct window *window)
{
	unsigned i;

	for (i = 0; i < unit->n_faults; i++) {
		const struct profile_field *field;

		if (unit->faults[i].kind != FAULT_REFUSE)
			continue;
		field = image_field(unit->conf->profile, unit->faults[i].parameter);
		if (field && touches(window, &field->at))
			return true;
	}
	return false;
}

void image_exception(struct lab_answer *answer, unsigned code)
{
	answer->pdu[0] = (uint8_t)(answer->function | 0x80);
	answer->pdu[1] = (uint8_t)code;
	answer->len = 2;
}

static void put_answer(const struct window *window, struct lab_answer *answer)
{
	unsigned n = is_bits(window->function) ? (window->count + 7) / 8 : 2 * window->count, i;

	answer->pdu[0] = window->function;
	answer->pdu[1] = (uint8_t)n;
	answer->len = 2 + n;
	if (!is_bits(window->function)) {
		memcpy(answer->pdu + 2, window->words, n);
		return;
	}
	memset(answer->pdu + 2, 0, n);
	for (i = 0; i < window->count; i++)
		if (window->bits[i])
			answer->pdu[2 + i / 8] |= (uint8_t)(1u << i % 8);
}

void image_read(const struct lab_unit *unit, int64_t water_ms, struct lab_answer *answer)
{
	const struct profile *profile = unit->conf->profile;
	struct window window = {
		.function = answer->function, .start = answer->start, .count = answer->count};
	unsigned most = is_bits(answer->function) ? MOST_BITS : PORT_REGISTERS, i;
	bool named = true;

	if (!is_bits(answer->function) && profile->most_registers < most)
		most = profile->most_registers;
	if (!answer->count || answer->count > most) {
		image_exception(answer, 3);
		return;
	}
	if (!in_map(profile, &window) ||
		(profile->even_start && !is_bits(answer->function) && answer->start & 1)) {
		image_exception(answer, 2);
		return;
	}
	fill_fields(unit, water_ms, &window, answer);
	fill_rest(unit, &window);
	for (i = 0; i < window.count; i++)
		named &= window.named[i];
	if (refused(unit, &window))
		answer->outcome = FAULT_REFUSE;
	if ((profile->exact_reads && !named) || answer->outcome == FAULT_REFUSE) {
		image_exception(answer, 2);
		return;
	}
	put_answer(&window, answer);
}
