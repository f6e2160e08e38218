/* The values of one answer as readings: status first, then decode, flag, judge. */
#include <math.h>
#include <string.h>

#include "bus/decode.h"
#include "bus/unit.h"
#include "model/convert.h"
#include "qc/judge.h"

static uint16_t status_flags(const struct unit *unit, const char *parameter)
{
	uint16_t all = 0;
	unsigned i;

	for (i = 0; i < unit->profile->n_status; i++) {
		const struct profile_status *rule = &unit->profile->status[i];

		if (rule->only[0] && strcmp(rule->only, parameter) != 0)
			continue;
		if (!unit->rule_known[i])
			all |= FLAG_STATUS; /* the device could not say how it is */
		else if (unit->rule_holds[i])
			all |= decode_effect_flag(rule->effect);
	}
	return all;
}

static void take_status(
	struct unit *unit, const struct plan_request *r, const struct port_reply *reply)
{
	struct value_bytes bytes;
	unsigned i;

	for (i = 0; i < unit->profile->n_status; i++) {
		const struct profile_status *rule = &unit->profile->status[i];

		if (!blocks_has(&unit->blocks, r, unit->blocks.plan.status_item[i]) ||
			decode_take(&rule->at, reply->pdu, reply->len, r->start, &bytes))
			continue;
		unit->rule_known[i] = true;
		unit->rule_holds[i] = decode_status(rule, &bytes);
	}
}

/* All readings of an answer share its moment; moments of one unit are never equal. */
static void open_delivery(struct unit *unit, int64_t now_ns, struct delivery *out)
{
	int64_t now_ms = now_ns / 1000000;

	out->boot_ms = now_ms > unit->last_boot_ms ? now_ms : unit->last_boot_ms + 1;
	out->n = 0;
}

static void put_reading(
	struct unit *unit, unsigned field, double value, uint16_t flags, struct delivery *out)
{
	struct field_state *said = &unit->said.fields[field];
	struct reading *reading = &out->readings[out->n];

	if (flags & FLAG_NO_VALUE)
		value = NAN;
	*reading = (struct reading){.value = value,
		.flags = flags,
		.qc = (uint8_t)qc_judge(unit->parameters[field], value, flags)};
	out->field[out->n++] = (uint8_t)field;
	unit->last_boot_ms = out->boot_ms;
	said->value = value;
	said->flags = flags;
	said->qc = reading->qc;
	said->boot_ms = out->boot_ms;
	said->refused = (flags & FLAG_REFUSED) != 0;
}

static bool is_warm(const struct unit *unit, int64_t now_ns)
{
	return now_ns / 1000000 - unit->appeared_ms >= (int64_t)unit->profile->warmup_s * 1000;
}

void unit_take_values(struct unit *unit, int64_t now_ns, const struct plan_request *r,
	const struct port_reply *reply, struct delivery *out)
{
	bool warm = is_warm(unit, now_ns);
	struct value_bytes bytes;
	struct decoded decoded;
	unsigned i;

	open_delivery(unit, now_ns, out);
	take_status(unit, r, reply);
	for (i = 0; i < unit->profile->n_fields; i++) {
		const struct profile_field *field = &unit->profile->fields[i];

		if (!blocks_has(&unit->blocks, r, unit->blocks.plan.field_item[i]) ||
			decode_take(&field->at, reply->pdu, reply->len, r->start, &bytes))
			continue;
		decode_field(field, &bytes, &decoded);
		decoded.flags |= status_flags(unit, field->parameter);
		if (!warm)
			decoded.flags |= FLAG_WARMUP;
		decoded.flags |= qc_range(unit->parameters[i], decoded.value);
		put_reading(unit, i, decoded.value, decoded.flags, out);
	}
}

void unit_take_refusal(struct unit *unit, int64_t now_ns, unsigned item, struct delivery *out)
{
	unsigned i;

	open_delivery(unit, now_ns, out);
	for (i = 0; i < unit->profile->n_fields; i++)
		if (unit->blocks.plan.field_item[i] == item)
			put_reading(unit, i, (double)NAN, FLAG_REFUSED, out);
}

/* --- of a driver ------------------------------------------------------------------------------------ */

unsigned unit_field(
	struct unit *unit, const char *parameter, enum number_kind kind, uint8_t decimals)
{
	struct unit_state *said = &unit->said;
	struct field_state *field;
	unsigned i;

	for (i = 0; i < said->n_fields && strcmp(said->fields[i].parameter, parameter) != 0; i++)
		;
	if (i == MOST_FIELDS)
		return i;
	field = &said->fields[i];
	if (i < said->n_fields && field->kind == kind && field->decimals == decimals)
		return i;
	unit->has_series[i] = false; /* one that is written otherwise */
	text_copy(field->parameter, sizeof(field->parameter), parameter);
	text_copy(field->unit, sizeof(field->unit), codec_unit(unit->profile->driver, parameter));
	field->kind = kind;
	field->decimals = decimals;
	unit->parameters[i] = parameter_find(parameter);
	if (i == said->n_fields) {
		said->n_fields++;
		field->value = NAN;
		field->qc = QC_MISSING;
	}
	return i;
}

/* The value as the parameter that the operator says it is, in that one's unit. */
static struct codec_value as_measured(const struct unit *unit, const struct codec_value *put)
{
	const struct unit_measures *measures = &unit->conf->measures;
	struct codec_value value = *put;
	int decimals = value.kind == NUMBER_DECIMAL ? value.decimals : WL_F64;
	unsigned i;

	for (i = 0; i < measures->n && strcmp(measures->at[i].value, put->parameter) != 0; i++)
		;
	if (i == measures->n)
		return value;
	memcpy(value.parameter, measures->at[i].parameter, sizeof(value.parameter));
	/* The configuration was refused where that cannot be done. */
	(void)convert_unit(codec_unit(unit->profile->driver, put->parameter),
		parameter_find(value.parameter)->unit, &value.value, &decimals);
	if (value.kind == NUMBER_DECIMAL)
		value.decimals = (uint8_t)decimals;
	return value;
}

void unit_take_put(struct unit *unit, int64_t now_ns, struct delivery *out)
{
	bool warm = is_warm(unit, now_ns);
	unsigned i, field;

	open_delivery(unit, now_ns, out);
	for (i = 0; i < unit->put.n; i++) {
		struct codec_value value = as_measured(unit, &unit->put.values[i]);
		uint16_t flags = value.flags;

		field = unit_field(unit, value.parameter, value.kind, value.decimals);
		/* Twice in a turn the two could share their slot of UTC. */
		if (field == MOST_FIELDS ||
			(unit->said.fields[field].boot_ms > unit->turn_ms && unit->turn_ms))
			continue;
		if (!warm)
			flags |= FLAG_WARMUP;
		flags |= qc_range(unit->parameters[field], value.value);
		put_reading(unit, field, value.value, flags, out);
	}
}
