#include "bus/decode.h"

#include <math.h>
#include <string.h>

#include "model/convert.h"

unsigned decode_registers(enum register_type type)
{
	switch (type) {
	case TYPE_U16:
	case TYPE_I16:
	case TYPE_BITS:
	case TYPE_BCD16:
		return 1;
	case TYPE_U32:
	case TYPE_I32:
	case TYPE_F32:
	case TYPE_BCD32:
		return 2;
	case TYPE_F64:
		return 4;
	case TYPE_STRING:
		break;
	}
	return 0;
}

static bool is_bits(uint8_t function)
{
	return function == 1 || function == 2;
}

static int take_bits(const struct profile_register *at, const uint8_t *payload, size_t n,
	unsigned first, struct value_bytes *out)
{
	unsigned count = at->registers > 16 ? 16 : at->registers, word = 0, i;

	if (!count)
		count = 1;
	if (first + count > n * 8)
		return ERR_RANGE;
	for (i = 0; i < count; i++)
		word |= (unsigned)(payload[(first + i) / 8] >> (first + i) % 8 & 1) << i;
	out->at[0] = (uint8_t)(word >> 8);
	out->at[1] = (uint8_t)word;
	return 0;
}

int decode_take(const struct profile_register *at, const uint8_t *pdu, size_t len, uint16_t start,
	struct value_bytes *out)
{
	size_t offset, n;

	memset(out, 0, sizeof(*out));
	if (len < 2 || pdu[0] != at->function || at->address < start)
		return ERR_RANGE;
	if (pdu[1] < len - 2)
		len = 2u + pdu[1];
	if (is_bits(at->function))
		return take_bits(at, pdu + 2, len - 2, (unsigned)(at->address - start), out);
	n = 2u * decode_registers(at->type);
	if (!n)
		n = 2u * (at->registers > TEXT_REGISTERS ? TEXT_REGISTERS : at->registers);
	offset = 2u + 2u * (size_t)(at->address - start);
	if (offset + n > len)
		return ERR_RANGE;
	memcpy(out->at, pdu + offset, n);
	return 0;
}

/* The registers' words in order of weight, each with its bytes in order. */
static uint64_t ordered(const struct profile_register *at, const struct value_bytes *bytes)
{
	unsigned n = decode_registers(at->type), i;
	bool words_reversed = at->order == ORDER_CDAB || at->order == ORDER_DCBA;
	bool bytes_swapped = at->order == ORDER_BADC || at->order == ORDER_DCBA;
	uint64_t raw = 0;

	if (is_bits(at->function))
		return (uint64_t)bytes->at[0] << 8 | bytes->at[1];
	for (i = 0; i < n; i++) {
		const uint8_t *word = bytes->at + 2 * (words_reversed ? n - 1 - i : i);

		raw = raw << 16 | (uint64_t)word[bytes_swapped] << 8 | word[!bytes_swapped];
	}
	return raw;
}

uint64_t decode_raw(const struct profile_register *at, const struct value_bytes *bytes)
{
	uint64_t raw = ordered(at, bytes);

	if (at->type != TYPE_BITS || !at->mask)
		return raw;
	return (raw & at->mask) >> __builtin_ctz(at->mask);
}

static double from_bcd(uint64_t raw, unsigned digits)
{
	double value = 0;

	while (digits--) {
		unsigned digit = (unsigned)(raw >> 4 * digits & 0xF);

		if (digit > 9)
			return NAN;
		value = value * 10 + digit;
	}
	return value;
}

static double number_of(enum register_type type, uint64_t raw)
{
	uint32_t low = (uint32_t)raw;
	double wide;
	float narrow;

	switch (type) {
	case TYPE_U16:
	case TYPE_BITS:
	case TYPE_U32:
		return (double)raw;
	case TYPE_I16:
		return (double)(int16_t)(uint16_t)raw;
	case TYPE_I32:
		return (double)(int32_t)low;
	case TYPE_F32:
		memcpy(&narrow, &low, sizeof(narrow));
		return (double)narrow;
	case TYPE_F64:
		memcpy(&wide, &raw, sizeof(wide));
		return wide;
	case TYPE_BCD16:
		return from_bcd(raw, 4);
	case TYPE_BCD32:
		return from_bcd(raw, 8);
	case TYPE_STRING:
		break;
	}
	return NAN;
}

/* raw * scale + offset.  0.01 is no binary fraction: 712 * 0.01 is 7.12 + 1 ulp, 712 / 100 is 7.12. */
static double scaled(double raw, double scale, double offset)
{
	double power = 1;
	int places;

	for (places = 0; places <= 9; places++, power *= 10) {
		double m = nearbyint(scale * power), o = nearbyint(offset * power);

		if (m / power == scale && o / power == offset)
			return (raw * m + o) / power;
	}
	return raw * scale + offset;
}

const char *decode_unit(const struct profile_field *field)
{
	const struct parameter *parameter =
		field->unjudged ? NULL : parameter_find(field->parameter);

	return parameter ? parameter->unit : field->unit;
}

static double in_its_unit(const struct profile_field *field, double value)
{
	int decimals = -1;

	if (*field->unit && !convert_unit(field->unit, decode_unit(field), &value, &decimals))
		return NAN; /* conf/profile.c lets no such pair through */
	return value;
}

void decode_field(
	const struct profile_field *field, const struct value_bytes *bytes, struct decoded *out)
{
	static const uint16_t meant[] = {[MEANS_NO_VALUE] = FLAG_SENTINEL,
		[MEANS_OVER] = FLAG_OVER,
		[MEANS_UNDER] = FLAG_UNDER,
		[MEANS_DOUBTFUL] = FLAG_STATUS};
	unsigned i;

	out->raw = decode_raw(&field->at, bytes);
	out->flags = 0;
	for (i = 0; i < field->n_sentinels && i < MOST_SENTINELS; i++)
		if (field->sentinel[i] == out->raw) {
			out->flags = meant[field->sentinel_means[i] & 3];
			out->value = NAN;
			if (out->flags != FLAG_STATUS)
				return;
			break;
		}
	out->value = in_its_unit(
		field, scaled(number_of(field->at.type, out->raw), field->scale, field->offset));
	if (field->kind == NUMBER_F32)
		out->value = (double)(float)out->value;
	if (!isfinite(out->value)) {
		out->flags |= FLAG_NOT_FINITE;
		out->value = NAN;
	}
}

bool decode_status(const struct profile_status *rule, const struct value_bytes *bytes)
{
	uint16_t word = (uint16_t)ordered(&rule->at, bytes);

	return rule->any ? (word & rule->mask) != 0 : (word & rule->mask) == rule->equals;
}

uint16_t decode_effect_flag(enum status_effect effect)
{
	static const uint16_t flags[] = {[EFFECT_SUSPECT] = FLAG_STATUS,
		[EFFECT_BAD] = FLAG_FAULT,
		[EFFECT_WARMUP] = FLAG_WARMUP,
		[EFFECT_CALIBRATING] = FLAG_CALIBRATING,
		[EFFECT_CLEANING] = FLAG_CLEANING,
		[EFFECT_STANDBY] = FLAG_STANDBY,
		[EFFECT_OVER] = FLAG_OVER,
		[EFFECT_UNDER] = FLAG_UNDER,
		[EFFECT_NO_VALUE] = FLAG_SENTINEL,
		[EFFECT_UNIT] = FLAG_UNIT};

	return flags[effect];
}

const char *decode_effect_word(unsigned effect)
{
	static const char *const words[] = {[EFFECT_SUSPECT] = "suspect",
		[EFFECT_BAD] = "bad",
		[EFFECT_WARMUP] = "warmup",
		[EFFECT_CALIBRATING] = "calibrating",
		[EFFECT_CLEANING] = "cleaning",
		[EFFECT_STANDBY] = "standby",
		[EFFECT_OVER] = "over",
		[EFFECT_UNDER] = "under",
		[EFFECT_NO_VALUE] = "absent",
		[EFFECT_UNIT] = "unit"};

	return effect < sizeof(words) / sizeof(words[0]) ? words[effect] : NULL;
}

void decode_text(
	const struct profile_register *at, const struct value_bytes *bytes, struct text *out)
{
	bool swapped = at->order == ORDER_BADC || at->order == ORDER_DCBA;
	size_t n = 2u * (at->registers > TEXT_REGISTERS ? TEXT_REGISTERS : at->registers), i;
	char words[VALUE_BYTES];
	size_t len = 0;

	for (i = 0; i < n; i++) {
		uint8_t c = bytes->at[swapped ? i ^ 1 : i];

		if (!c)
			break;
		words[len++] = c < 0x20 || c > 0x7E ? '?' : (char)c;
	}
	while (len && words[len - 1] == ' ')
		len--;
	text_put_n(out, words, len);
}

bool decode_identity(
	const struct profile *profile, const struct value_bytes *bytes, struct text *found)
{
	uint64_t raw;

	if (profile->identity.type == TYPE_STRING) {
		char words[VALUE_BYTES + 1];
		struct text said = text_over(words, sizeof(words));

		decode_text(&profile->identity, bytes, &said);
		text_printf(found, "\"%s\"", words);
		return !strcmp(words, profile->identity_text);
	}
	raw = decode_raw(&profile->identity, bytes);
	text_printf(found, "%llu (0x%llX)", (unsigned long long)raw, (unsigned long long)raw);
	return raw == profile->identity_value;
}
