#include "bus/encode.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "model/convert.h"

void encode_raw(const struct profile_register *at, uint64_t raw, struct value_bytes *out)
{
	bool bits = at->function == 1 || at->function == 2;
	bool words_reversed = !bits && (at->order == ORDER_CDAB || at->order == ORDER_DCBA);
	bool bytes_swapped = !bits && (at->order == ORDER_BADC || at->order == ORDER_DCBA);
	unsigned n = bits ? 1 : decode_registers(at->type), i;

	memset(out, 0, sizeof(*out));
	if (at->type == TYPE_BITS && at->mask)
		raw = raw << __builtin_ctz(at->mask) & at->mask;
	for (i = 0; i < n; i++) {
		uint8_t *word = out->at + 2 * (words_reversed ? i : n - 1 - i);

		word[bytes_swapped] = (uint8_t)(raw >> (16 * i + 8));
		word[!bytes_swapped] = (uint8_t)(raw >> 16 * i);
	}
}

uint16_t encode_mask(const struct profile_register *at)
{
	bool swapped = at->order == ORDER_BADC || at->order == ORDER_DCBA;

	if (at->type != TYPE_BITS || !at->mask)
		return 0xFFFF;
	if (at->function == 1 || at->function == 2 || !swapped)
		return at->mask;
	return (uint16_t)(at->mask << 8 | at->mask >> 8);
}

static int to_bcd(double number, unsigned digits, uint64_t *raw)
{
	uint64_t left = (uint64_t)number;
	unsigned i;

	*raw = 0;
	for (i = 0; i < digits; i++, left /= 10)
		*raw |= left % 10 << 4 * i;
	return left ? ERR_RANGE : 0;
}

/* The raw integer nearest to `number`, or ERR_RANGE. */
static int to_integer(const struct profile_register *at, double number, uint64_t *raw)
{
	double low = 0, high = 65535;

	number = nearbyint(number);
	switch (at->type) {
	case TYPE_I16:
		low = -32768;
		high = 32767;
		break;
	case TYPE_U32:
		high = 4294967295.0;
		break;
	case TYPE_I32:
		low = -2147483648.0;
		high = 2147483647;
		break;
	case TYPE_BITS:
		if (at->mask)
			high = at->mask >> __builtin_ctz(at->mask);
		break;
	case TYPE_BCD16:
		high = 9999;
		break;
	case TYPE_BCD32:
		high = 99999999;
		break;
	default:
		break;
	}
	if (!(number >= low && number <= high))
		return ERR_RANGE;
	if (at->type == TYPE_BCD16 || at->type == TYPE_BCD32)
		return to_bcd(number, at->type == TYPE_BCD16 ? 4 : 8, raw);
	*raw = (uint64_t)(int64_t)number & (decode_registers(at->type) == 2 ? 0xFFFFFFFF : 0xFFFF);
	return 0;
}

static uint64_t to_float(enum register_type type, double number)
{
	float narrow = (float)number;
	uint32_t bits = 0;
	uint64_t raw = 0;

	if (type == TYPE_F64) {
		memcpy(&raw, &number, sizeof(raw));
		return raw;
	}
	memcpy(&bits, &narrow, sizeof(bits));
	return bits;
}

/* A scaled float may land one step beside: of the neighbours, the one that decodes nearest. */
static void nearest_float(
	const struct profile_field *field, double value, uint64_t raw, struct value_bytes *out)
{
	double best = INFINITY;
	int step;

	for (step = -1; step <= 1; step++) {
		struct value_bytes bytes;
		struct decoded back;

		encode_raw(&field->at, raw + (uint64_t)(int64_t)step, &bytes);
		decode_field(field, &bytes, &back);
		if (!back.flags && fabs(back.value - value) < best) {
			best = fabs(back.value - value);
			*out = bytes;
		}
	}
}

/* The value in the unit that the device says it in: every known pair of units lies on a line. */
static double as_measured(const struct profile_field *field, double value)
{
	double zero = 0, one = 1;
	int decimals = -1;

	if (!*field->unit || !convert_unit(field->unit, decode_unit(field), &zero, &decimals) ||
		!convert_unit(field->unit, decode_unit(field), &one, &decimals))
		return value;
	return (value - zero) / (one - zero);
}

int encode_value(
	const struct profile_field *field, double value, struct value_bytes *out, double *served)
{
	enum register_type type = field->at.type;
	double number = (as_measured(field, value) - field->offset) / field->scale;
	struct decoded back;
	uint64_t raw;
	int rc = 0;

	if (type == TYPE_STRING || field->scale == 0.0)
		return ERR_RANGE;
	if (type == TYPE_F32 || type == TYPE_F64) {
		if (isfinite(value) && type == TYPE_F32 && fabs(number) > (double)FLT_MAX)
			return ERR_RANGE;
		raw = to_float(type, number);
		encode_raw(&field->at, raw, out);
		if (isfinite(value))
			nearest_float(field, value, raw, out);
	} else {
		rc = to_integer(&field->at, number, &raw);
		if (rc)
			return rc;
		encode_raw(&field->at, raw, out);
	}
	decode_field(field, out, &back);
	if (isfinite(value) && back.flags)
		rc = ERR_RANGE;
	if (served)
		*served = back.value;
	return rc;
}

void encode_text(const struct profile_register *at, const char *words, struct value_bytes *out)
{
	bool swapped = at->order == ORDER_BADC || at->order == ORDER_DCBA;
	size_t n = 2u * (at->registers > TEXT_REGISTERS ? TEXT_REGISTERS : at->registers), i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < n && words[i]; i++)
		out->at[swapped ? i ^ 1 : i] = (uint8_t)words[i];
}

void encode_identity(const struct profile *profile, struct value_bytes *out)
{
	memset(out, 0, sizeof(*out));
	if (!profile->has_identity)
		return;
	if (profile->identity.type == TYPE_STRING)
		encode_text(&profile->identity, profile->identity_text, out);
	else
		encode_raw(&profile->identity, profile->identity_value, out);
}
