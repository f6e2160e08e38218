#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/decode.h"
#include "bus/plan.h"
#include "conf/keys.h"
#include "conf/profile_keys.h"
#include "model/convert.h"

enum { WIRE_REGISTERS = 65536 };

static bool is_bit_function(uint8_t function)
{
	return function == 1 || function == 2;
}

/* Printed number to wire address; 0 and said when there is none. */
static uint16_t to_wire(struct schema_doc *doc, const void *entry, const struct written_at *where,
	const unsigned *printed, const char *key, unsigned registers)
{
	if (*printed < where->base || *printed - where->base + registers > WIRE_REGISTERS) {
		schema_wrong(doc, entry, printed, key,
			"%u is out of range; with base = %u allowed are %u to %u", *printed,
			where->base, where->base, where->base + WIRE_REGISTERS - registers);
		return 0;
	}
	return (uint16_t)(*printed - where->base);
}

/* What an entry does not say itself, the profile says. */
static void inherit(
	struct schema_doc *doc, const struct written_profile *written, struct written_at *where)
{
	if (!schema_given(doc, &where->function))
		where->function = written->function;
	if (!schema_given(doc, &where->base))
		where->base = written->base;
}

static void place(struct schema_doc *doc, const struct written_profile *written, const void *entry,
	struct written_at *where, unsigned registers, struct profile_register *to)
{
	bool own_order = schema_given(doc, &where->order);

	inherit(doc, written, where);
	to->function = (uint8_t)where->function;
	to->registers = (uint16_t)registers;
	/* `order` of the profile is about values of several registers; one register alone is
	 * high byte first, as Modbus says, unless the entry itself knows better. */
	to->order = own_order || registers == 1 ? where->order : written->order;
	to->address = to_wire(doc, entry, where, &where->at, "at", registers);
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool bcd(int64_t v, unsigned digits, uint64_t *out)
{
	unsigned i;

	*out = 0;
	for (i = 0; i < digits; i++, v /= 10)
		*out |= (uint64_t)(v % 10) << 4 * i;
	return v == 0;
}

/* The register words of a number that the file gives; false when the type cannot hold it. */
static bool to_word(
	const struct schema_number *number, const struct profile_register *at, uint64_t *out)
{
	unsigned bits = 16 * decode_registers(at->type);
	float narrow = (float)number->real;
	int64_t v = number->integer;
	uint32_t word;

	if (at->type == TYPE_BITS)
		bits = 16 - (unsigned)__builtin_ctz(at->mask ? at->mask : 1u);
	if (number->is_hex) {
		*out = (uint64_t)v;
		return bits == 64 || !(*out >> bits);
	}
	switch (at->type) {
	case TYPE_F32:
		memcpy(&word, &narrow, sizeof(word));
		*out = word;
		return isfinite(narrow);
	case TYPE_F64:
		memcpy(out, &number->real, sizeof(*out));
		return true;
	case TYPE_I16:
	case TYPE_I32:
		*out = (uint64_t)v & (((uint64_t)1 << bits) - 1);
		return !number->is_real && v >= -((int64_t)1 << (bits - 1)) &&
		       v < (int64_t)1 << (bits - 1);
	case TYPE_BCD16:
	case TYPE_BCD32:
		return !number->is_real && v >= 0 && bcd(v, bits / 4, out);
	default:
		*out = (uint64_t)v;
		return !number->is_real && v >= 0 && !(*out >> bits);
	}
}

/* Places after the point that raw * scale + offset needs; -1 when no nine are enough. */
static int places_of(double scale, double offset)
{
	double power = 1;
	int places;

	for (places = 0; places <= 9; places++, power *= 10)
		if (nearbyint(scale * power) / power == scale &&
			nearbyint(offset * power) / power == offset)
			return places;
	return -1;
}

static void set_kind(
	struct schema_doc *doc, const struct written_value *value, struct profile_field *field)
{
	int places = places_of(value->scale, value->offset);
	double any = 0;

	if (*field->unit && places >= 0 &&
		(!convert_unit(field->unit, decode_unit(field), &any, &places) || places > 9))
		places = -1;
	if (value->type == TYPE_F32) {
		field->kind = NUMBER_F32;
	} else if (value->type == TYPE_F64 ||
		   (places < 0 && !schema_given(doc, &value->decimals))) {
		field->kind = NUMBER_F64;
	} else {
		field->kind = NUMBER_DECIMAL;
		field->decimals = schema_given(doc, &value->decimals) ? (uint8_t)value->decimals
								      : (uint8_t)places;
	}
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool known_parameter(
	struct schema_doc *doc, const void *entry, const char *code, const char *key)
{
	struct schema_nearest nearest = {.word = code};
	char hint[64];
	size_t i;

	if (parameter_find(code))
		return true;
	for (i = 0; i < parameter_count(); i++)
		schema_nearer(&nearest, parameter_at(i)->code);
	schema_wrong(doc, entry, code, key, "there is no parameter \"%s\"%s%s", code,
		schema_hint(&nearest, hint, sizeof(hint)),
		nearest.best ? ""
			     : "; `waterlab parameters` shows all, and what is no water quality "
			       "says judged = false");
	return false;
}

/* What is no water quality has a name and a unit of its own. */
static void check_unjudged(
	struct schema_doc *doc, const struct written_value *value, struct profile_field *field)
{
	const char *name = value->parameter;

	field->unjudged = true;
	if (parameter_find(name))
		schema_wrong(doc, value, &value->judged, "judged",
			"\"%s\" is water quality and always judged; what is none has a name of its "
			"own",
			name);
	else if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		schema_wrong(doc, value, name, "parameter",
			"\"%s\" is no name; allowed are a to z, 0 to 9 and _", name);
	if (!*value->unit)
		schema_wrong(doc, value, value->unit, "unit",
			"is missing; no parameter gives a value that is not judged its unit (UCUM; "
			"\"1\": it has none)");
}

/* Its parameter, and the unit that the device says it in. */
static void check_meaning(
	struct schema_doc *doc, const struct written_value *value, struct profile_field *field)
{
	double any = 0;
	int places = -1;

	if (!value->judged)
		check_unjudged(doc, value, field);
	else if (!known_parameter(doc, value, value->parameter, "parameter"))
		return;
	text_copy(field->parameter, sizeof(field->parameter), value->parameter);
	text_copy(field->unit, sizeof(field->unit), value->unit);
	if (field->unjudged || !*field->unit)
		return;
	if (!convert_unit(field->unit, decode_unit(field), &any, &places))
		schema_wrong(doc, value, value->unit, "unit",
			"nothing is known of \"%s\" as \"%s\", the unit of %s; units are written "
			"as in "
			"UCUM (mS/cm, ug/L, [ppm], [degF])",
			field->unit, decode_unit(field), field->parameter);
	if (!strcmp(field->unit, decode_unit(field)))
		*field->unit = '\0';
}

static void take_special(struct schema_doc *doc, const struct written_value *value,
	struct profile_field *field, const struct schema_number *numbers, unsigned n,
	enum sentinel_meaning meaning)
{
	static const char *const keys[] = {[MEANS_NO_VALUE] = "sentinels",
		[MEANS_OVER] = "over",
		[MEANS_UNDER] = "under",
		[MEANS_DOUBTFUL] = "doubtful"};
	uint64_t word;
	unsigned i, k;

	for (i = 0; i < n; i++) {
		if (!to_word(&numbers[i], &field->at, &word)) {
			schema_wrong(doc, value, numbers, keys[meaning],
				"%s%llX does not fit the type of this value",
				numbers[i].is_hex ? "0x" : "number ",
				(unsigned long long)numbers[i].integer);
			continue;
		}
		for (k = 0; k < field->n_sentinels && field->sentinel[k] != word; k++)
			;
		if (k < field->n_sentinels)
			schema_wrong(doc, value, numbers, keys[meaning],
				"number %u of it is among %s already; it means one thing", i + 1,
				keys[field->sentinel_means[k]]);
		else if (k < MOST_SENTINELS) {
			field->sentinel_means[k] = (uint8_t)meaning;
			field->sentinel[field->n_sentinels++] = word;
		}
	}
}

static void check_value(struct schema_doc *doc, struct written_profile *written, unsigned i)
{
	struct written_value *value = &written->values[i];
	struct profile *profile = &written->own;
	struct profile_field *field = &profile->fields[i];
	unsigned k, registers = decode_registers(value->type);

	*field = (struct profile_field){
		.at = {.type = value->type, .mask = (uint16_t)value->mask},
		.printed = value->where.at,
		.scale = value->scale,
		.offset = value->offset,
	};
	place(doc, written, value, &value->where, registers, &field->at);
	if (is_bit_function(field->at.function))
		schema_wrong(doc, value, &value->where.function, "function",
			"a single bit is no measured value; allowed \"holding\", \"input\"");
	if (registers > profile->most_registers)
		schema_wrong(doc, value, &value->type, "type",
			"fills %u registers, but most_registers is %u", registers,
			profile->most_registers);
	if (value->scale == 0)
		schema_wrong(doc, value, &value->scale, "scale",
			"0 would make every value the same; it is 1 where the registers hold the "
			"value itself");
	if (*value->parameter)
		check_meaning(doc, value, field);
	for (k = 0; k < i; k++)
		if (*field->parameter && !strcmp(field->parameter, written->values[k].parameter))
			schema_wrong(doc, value, value->parameter, "parameter",
				"\"%s\" is measured by another value already; one analyzer gives "
				"one value of a parameter",
				value->parameter);
	set_kind(doc, value, field);
	take_special(doc, value, field, value->sentinels, value->n_sentinels, MEANS_NO_VALUE);
	take_special(doc, value, field, value->over, value->n_over, MEANS_OVER);
	take_special(doc, value, field, value->under, value->n_under, MEANS_UNDER);
	take_special(doc, value, field, value->doubtful, value->n_doubtful, MEANS_DOUBTFUL);
}

static void check_rule(struct schema_doc *doc, struct written_profile *written, unsigned i)
{
	struct written_status *rule = &written->status[i];
	struct profile_status *to = &written->own.status[i];
	bool bit = schema_given(doc, &rule->bit), mask = schema_given(doc, &rule->mask),
	     equals = schema_given(doc, &rule->equals), single, found = !*rule->only;
	unsigned k;

	place(doc, written, rule, &rule->where, 1, &to->at);
	to->printed = rule->where.at;
	to->at.type = TYPE_U16;
	to->at.mask = 0xFFFF;
	to->effect = rule->effect;
	memcpy(to->meaning, rule->meaning, sizeof(to->meaning));
	memcpy(to->only, rule->only, sizeof(to->only));
	single = is_bit_function(to->at.function);
	if (single && (bit || mask || equals))
		schema_wrong(doc, rule, NULL, "at",
			"is a single bit here; bit, mask and equals are for registers");
	else if (!single && bit && (mask || equals))
		schema_wrong(doc, rule, &rule->bit, "bit", "and mask or equals exclude each other");
	else if (!single && !bit && !mask && !equals)
		schema_wrong(doc, rule, NULL, "bit",
			"is missing in this status rule; allowed are bit, mask, equals, or mask "
			"with equals");
	to->any = !equals;
	to->mask = single ? 1 : bit ? (uint16_t)(1u << rule->bit) : (uint16_t)rule->mask;
	to->equals = (uint16_t)rule->equals;
	if (equals && rule->equals & ~rule->mask)
		schema_wrong(doc, rule, &rule->equals, "equals",
			"%u has bits that mask leaves out; the rule would never hold",
			rule->equals);
	for (k = 0; k < written->n_values; k++)
		found = found || !strcmp(rule->only, written->values[k].parameter);
	if (!found && known_parameter(doc, rule, rule->only, "only"))
		schema_wrong(doc, rule, rule->only, "only",
			"\"%s\" is not among the values of this profile", rule->only);
}

static void check_identity(struct schema_doc *doc, struct written_profile *written)
{
	struct written_identity *identity = &written->identity;
	struct profile *profile = &written->own;
	bool is_text = identity->type == TYPE_STRING;
	unsigned registers = is_text ? identity->registers : decode_registers(identity->type);

	profile->has_identity = true;
	profile->identity.type = identity->type;
	place(doc, written, identity, &identity->where, registers, &profile->identity);
	profile->identity_printed = identity->where.at;
	if (is_bit_function(profile->identity.function))
		schema_wrong(doc, identity, &identity->where.function, "function",
			"a single bit tells no device from another; allowed \"holding\", "
			"\"input\"");
	if (registers > profile->most_registers)
		schema_wrong(doc, identity, &identity->registers, "registers",
			"%u registers, but most_registers is %u", registers,
			profile->most_registers);
	if (is_text && strlen(identity->text) > 2 * (size_t)registers)
		schema_wrong(doc, identity, identity->text, "text",
			"has more than the %u characters of %u registers", 2 * registers,
			registers);
	memcpy(profile->identity_text, identity->text, sizeof(profile->identity_text));
	if (identity->n_equals &&
		!to_word(&identity->equals, &profile->identity, &profile->identity_value))
		schema_wrong(doc, identity, &identity->equals, "equals",
			"does not fit the type of this identity");
}

static void check_forbidden(struct schema_doc *doc, struct written_profile *written, unsigned i)
{
	struct written_forbidden *range = &written->forbidden[i];
	struct profile *profile = &written->own;

	inherit(doc, written, &range->where);
	profile->forbidden[i].function = (uint8_t)range->where.function;
	profile->forbidden[i].first =
		to_wire(doc, range, &range->where, &range->where.at, "first", 1);
	profile->forbidden[i].last = to_wire(doc, range, &range->where, &range->last, "last", 1);
	if (range->last < range->where.at)
		schema_wrong(doc, range, &range->last, "last", "is before first");
}

/* --- what does not fit together --------------------------------------------------------------- */

static bool overlap(const struct profile_register *a, const struct profile_register *b)
{
	return a->function == b->function && a->address < b->address + b->registers &&
	       b->address < a->address + a->registers &&
	       !(a->type == TYPE_BITS && b->type == TYPE_BITS && a->address == b->address &&
		       !(a->mask & b->mask));
}

static void check_reach(struct schema_doc *doc, const struct profile *profile, const void *entry,
	const struct written_at *where, const struct profile_register *at)
{
	unsigned i;

	for (i = 0; i < profile->n_forbidden; i++)
		if (at->function == profile->forbidden[i].function &&
			at->address <= profile->forbidden[i].last &&
			at->address + at->registers > profile->forbidden[i].first)
			schema_wrong(doc, entry, &where->at, "at",
				"%u lies in a range that is forbidden", where->at);
	if (profile->even_start && at->address % 2 &&
		(profile->exact_reads || at->registers == profile->most_registers) &&
		!is_bit_function(at->function))
		schema_wrong(doc, entry, &where->at, "at",
			"%u is wire address %u, odd, and no request may start there", where->at,
			at->address);
}

void check_profile(struct schema_doc *doc, struct written_profile *written)
{
	struct profile *profile = &written->own;
	unsigned i, k;

	profile->n_forbidden = written->n_forbidden;
	profile->n_fields = written->n_values;
	profile->n_status = written->n_status;
	for (i = 0; i < written->n_forbidden; i++)
		check_forbidden(doc, written, i);
	for (i = 0; i < written->n_values; i++)
		check_value(doc, written, i);
	for (i = 0; i < written->n_status; i++)
		check_rule(doc, written, i);
	if (schema_given(doc, &written->identity))
		check_identity(doc, written);
	if (schema_mistakes(doc))
		return; /* what follows would only say the same again */
	for (i = 0; i < profile->n_fields; i++) {
		check_reach(doc, profile, &written->values[i], &written->values[i].where,
			&profile->fields[i].at);
		for (k = 0; k < i; k++)
			if (overlap(&profile->fields[i].at, &profile->fields[k].at))
				schema_wrong(doc, &written->values[i], &written->values[i].where.at,
					"at",
					"\"%s\" shares registers with \"%s\"; each register "
					"belongs to one value",
					profile->fields[i].parameter, profile->fields[k].parameter);
	}
	for (i = 0; i < profile->n_status; i++)
		check_reach(doc, profile, &written->status[i], &written->status[i].where,
			&profile->status[i].at);
	if (profile->has_identity)
		check_reach(doc, profile, &written->identity, &written->identity.where,
			&profile->identity);
	if (profile->turnaround_ms > profile->reply_ms)
		schema_wrong(doc, written, &profile->turnaround_ms, "turnaround_ms",
			"%u is more than reply_ms, %u; the usual time is below the worst",
			profile->turnaround_ms, profile->reply_ms);
}

/* The planner has the last word on whether the registers can be read within the device's limits. */
static void check_plan(struct schema_doc *doc, const struct written_profile *written)
{
	const struct port_conf port = {
		.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	const struct plan_cost cost = plan_cost_of(&port, &written->own);
	struct plan plan;
	char words[200];
	struct text why = text_over(words, sizeof(words));

	if (plan_make(&plan, &written->own, &cost, NULL, &why))
		schema_wrong(doc, written, written->values, "values",
			"cannot all be read with this most_registers, starts, gaps and forbidden: "
			"%s",
			words);
}

int profile_read(struct profile **out, const char *path, const char *text, const char *name,
	struct mistakes *mistakes)
{
	struct written_profile *written = calloc(1, sizeof(*written));
	struct profile *profile = malloc(sizeof(*profile));
	struct schema_doc *doc = NULL;
	int err = ERR_MEMORY;

	*out = NULL;
	if (!written || !profile)
		goto out;
	err = schema_open(&doc, path, text, NULL, mistakes);
	if (err)
		goto out;
	schema_read(doc, &keys_profile, written);
	if (!text_copy(written->own.name, sizeof(written->own.name), name) || !*name)
		schema_wrong(doc, written, NULL, NULL,
			"a profile stands in a folder that has its name, 1 to %d bytes",
			PROFILE_NAME - 1);
	check_profile(doc, written);
	if (!schema_mistakes(doc))
		check_plan(doc, written);
	err = schema_mistakes(doc) ? ERR_CONF : 0;
	if (err)
		goto out;
	*profile = written->own;
	*out = profile;
	profile = NULL;
out:
	schema_close(doc);
	free(profile);
	free(written);
	return err;
}
