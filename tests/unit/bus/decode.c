/* Register bytes as values: known answers from manuals, every type and order, and the round trip. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/crc.h"
#include "bus/decode.h"
#include "bus/encode.h"

#define AT(t, o, n)                                                                        \
	{                                                                                  \
		.function = 3, .registers = (n), .type = (t), .order = (o), .mask = 0xFFFF \
	}

static const struct known {
	const char *what;
	struct profile_field field;
	uint8_t bytes[8];
	double value; /* NAN: none */
	uint16_t flags;
	int printed; /* places the manual prints; 0: exactly this */
} known[] = {
	/* frames.csv: Keller Series 30 protocol, 4.4 */
	{"Keller P1", {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1}, {0x3F, 0x75, 0xF0, 0x7B},
		0.960701, 0, 6},
	{"Keller P2", {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1}, {0x3F, 0x76, 0x06, 0xE0},
		0.961042, 0, 6},
	{"Keller TOB1", {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1}, {0x41, 0xB5, 0xC0, 0x79},
		22.719, 0, 3},
	/* frames.csv: MIQ/A-MOD p31, VisoTurb 700 IQ */
	{"VisoTurb", {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1}, {0x42, 0x9E, 0x46, 0xC2},
		79.1382, 0, 4},
	{"CDAB", {.at = AT(TYPE_F32, ORDER_CDAB, 2), .scale = 1}, {0xF0, 0x7B, 0x3F, 0x75},
		0.960701, 0, 6},
	{"BADC", {.at = AT(TYPE_F32, ORDER_BADC, 2), .scale = 1}, {0x75, 0x3F, 0x7B, 0xF0},
		0.960701, 0, 6},
	{"DCBA", {.at = AT(TYPE_F32, ORDER_DCBA, 2), .scale = 1}, {0x7B, 0xF0, 0x75, 0x3F},
		0.960701, 0, 6},
	/* registers.csv: YSI ODO, absent = NaN FFFFFFFF; E+H Liquiline 7FA00000; Keller infinities */
	{"YSI ODO absent", {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1},
		{0xFF, 0xFF, 0xFF, 0xFF}, NAN, FLAG_NOT_FINITE, 0},
	{"E+H NaN declared",
		{.at = AT(TYPE_F32, ORDER_ABCD, 2),
			.scale = 1,
			.n_sentinels = 1,
			.sentinel = {0x7FA00000}},
		{0x7F, 0xA0, 0, 0}, NAN, FLAG_SENTINEL, 0},
	{"Keller over", {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1}, {0x7F, 0x80, 0, 0}, NAN,
		FLAG_NOT_FINITE, 0},
	{"Keller over, declared",
		{.at = AT(TYPE_F32, ORDER_ABCD, 2),
			.scale = 1000,
			.n_sentinels = 2,
			.sentinel = {0x7F800000, 0xFF800000},
			.sentinel_means = {MEANS_OVER, MEANS_UNDER}},
		{0x7F, 0x80, 0, 0}, NAN, FLAG_OVER, 0},
	{"Keller under, declared",
		{.at = AT(TYPE_F32, ORDER_ABCD, 2),
			.scale = 1000,
			.n_sentinels = 2,
			.sentinel = {0x7F800000, 0xFF800000},
			.sentinel_means = {MEANS_OVER, MEANS_UNDER}},
		{0xFF, 0x80, 0, 0}, NAN, FLAG_UNDER, 0},
	{"a nought that may be standby",
		{.at = AT(TYPE_F32, ORDER_ABCD, 2),
			.scale = 1,
			.n_sentinels = 1,
			.sentinel_means = {MEANS_DOUBTFUL}},
		{0, 0, 0, 0}, 0, FLAG_STATUS, 0},
	{"Keller int16 over",
		{.at = AT(TYPE_I16, ORDER_ABCD, 1),
			.scale = 0.001,
			.kind = NUMBER_DECIMAL,
			.n_sentinels = 1,
			.sentinel = {32767}},
		{0x7F, 0xFF}, NAN, FLAG_SENTINEL, 0},
	{"pH in hundredths",
		{.at = AT(TYPE_U16, ORDER_ABCD, 1), .scale = 0.01, .kind = NUMBER_DECIMAL},
		{0x02, 0xC8}, 7.12, 0, 0},
	{"a scale of 0.05",
		{.at = AT(TYPE_U16, ORDER_ABCD, 1), .scale = 0.05, .kind = NUMBER_DECIMAL},
		{0x00, 0x03}, 0.15, 0, 0},
	{"scale and offset",
		{.at = AT(TYPE_U16, ORDER_ABCD, 1),
			.scale = 0.1,
			.offset = -273.2,
			.kind = NUMBER_DECIMAL},
		{0x0B, 0x8F}, 22.7, 0, 0},
	{"i16 below zero",
		{.at = AT(TYPE_I16, ORDER_ABCD, 1), .scale = 0.1, .kind = NUMBER_DECIMAL},
		{0xFF, 0xF6}, -1.0, 0, 0},
	{"i16 swapped", {.at = AT(TYPE_I16, ORDER_BADC, 1), .scale = 1, .kind = NUMBER_DECIMAL},
		{0xFE, 0xFF}, -2.0, 0, 0},
	{"u32 words reversed",
		{.at = AT(TYPE_U32, ORDER_CDAB, 2), .scale = 1, .kind = NUMBER_DECIMAL},
		{0x00, 0x01, 0x80, 0x00}, 2147483649.0, 0, 0},
	{"i32", {.at = AT(TYPE_I32, ORDER_ABCD, 2), .scale = 1, .kind = NUMBER_DECIMAL},
		{0xFF, 0xFF, 0xFF, 0xFD}, -3.0, 0, 0},
	{"f64", {.at = AT(TYPE_F64, ORDER_ABCD, 4), .scale = 1, .kind = NUMBER_F64},
		{0x40, 0x1C, 0x7A, 0xE1, 0x47, 0xAE, 0x14, 0x7B}, 7.12, 0, 0},
	{"f64 DCBA", {.at = AT(TYPE_F64, ORDER_DCBA, 4), .scale = 1, .kind = NUMBER_F64},
		{0x7B, 0x14, 0xAE, 0x47, 0xE1, 0x7A, 0x1C, 0x40}, 7.12, 0, 0},
	{"bits",
		{.at = {3, 0, 1, TYPE_BITS, ORDER_ABCD, 0x0F00},
			.scale = 1,
			.kind = NUMBER_DECIMAL},
		{0xA5, 0xFF}, 5.0, 0, 0},
	{"bcd16", {.at = AT(TYPE_BCD16, ORDER_ABCD, 1), .scale = 0.1, .kind = NUMBER_DECIMAL},
		{0x12, 0x34}, 123.4, 0, 0},
	{"bcd32", {.at = AT(TYPE_BCD32, ORDER_CDAB, 2), .scale = 1, .kind = NUMBER_DECIMAL},
		{0x56, 0x78, 0x12, 0x34}, 12345678.0, 0, 0},
	{"no bcd", {.at = AT(TYPE_BCD16, ORDER_ABCD, 1), .scale = 1, .kind = NUMBER_DECIMAL},
		{0x12, 0x3A}, NAN, FLAG_NOT_FINITE, 0},
	{"mS/cm as uS/cm, rounded to float",
		{.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1000, .kind = NUMBER_F32},
		{0x3E, 0xDD, 0x2F, 0x1B}, (double)432.0f, 0, 0},
	{"too large for a float once scaled",
		{.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1000, .kind = NUMBER_F32},
		{0x7F, 0x7F, 0xFF, 0xFF}, NAN, FLAG_NOT_FINITE, 0},
};

static void known_answers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct value_bytes bytes = {0};
		struct decoded got;

		memcpy(bytes.at, known[i].bytes, 8);
		decode_field(&known[i].field, &bytes, &got);
		printf("%s: %.17g\n", known[i].what, got.value);
		assert_int_equal(got.flags, known[i].flags);
		if (isnan(known[i].value))
			assert_true(isnan(got.value));
		else
			assert_true(fabs(got.value - known[i].value) <=
				    (known[i].printed ? 0.51 * pow(10, -known[i].printed) : 0));
	}
}

static void values_are_taken_from_their_place_in_the_reply(void **state)
{
	const uint8_t pdu[] = {3, 8, 0x3F, 0x75, 0xE3, 0xD2, 0x41, 0xB6, 0x1C, 0x20};
	const uint8_t coils[] = {1, 2, 0xCD, 0x6B};
	struct profile_field field = {.at = AT(TYPE_F32, ORDER_ABCD, 2), .scale = 1};
	struct profile_register bit = {.function = 1, .address = 27, .registers = 1, .mask = 1};
	struct value_bytes bytes;
	struct decoded got;

	(void)state;
	field.at.address = 0x102; /* Keller's P1 + TOB1 */
	assert_int_equal(decode_take(&field.at, pdu, sizeof(pdu), 0x100, &bytes), 0);
	decode_field(&field, &bytes, &got);
	assert_true(fabs(got.value - 22.7637) < 0.00005);
	field.at.address = 0x103;
	assert_int_equal(decode_take(&field.at, pdu, sizeof(pdu), 0x100, &bytes), ERR_RANGE);
	field.at.address = 0xFF;
	assert_int_equal(decode_take(&field.at, pdu, sizeof(pdu), 0x100, &bytes), ERR_RANGE);
	field.at.address = 0x102;
	field.at.function = 4;
	assert_int_equal(decode_take(&field.at, pdu, sizeof(pdu), 0x100, &bytes), ERR_RANGE);
	assert_int_equal(decode_take(&field.at, pdu, 1, 0x100, &bytes), ERR_RANGE);
	/* Modbus Application Protocol v1.1b3, 6.1: coils 20..38, CD 6B; coil 27 (wire 26) is on */
	bit.address = 26;
	assert_int_equal(decode_take(&bit, coils, sizeof(coils), 19, &bytes), 0);
	assert_int_equal(decode_raw(&bit, &bytes), 1);
	bit.address = 23;
	assert_int_equal(decode_take(&bit, coils, sizeof(coils), 19, &bytes), 0);
	assert_int_equal(decode_raw(&bit, &bytes), 0);
	bit.address = 35;
	assert_int_equal(decode_take(&bit, coils, sizeof(coils), 19, &bytes), ERR_RANGE);
}

/* The maker's document prints 160 119 as checksum of its own example: 160 199 is right. */
static void a_printed_wrong_checksum_is_wrong(void **state)
{
	const uint8_t frame[] = {1, 3, 8, 0x3F, 0x75, 0xE3, 0xD2, 0x41, 0xB6, 0x1C, 0x20};

	(void)state;
	assert_int_equal(crc_modbus(frame, sizeof(frame)), 0xC7A0);
	assert_int_not_equal(crc_modbus(frame, sizeof(frame)), 119 << 8 | 160);
}

static void status_rules(void **state)
{
	struct profile_status rule = {
		.at = AT(TYPE_U16, ORDER_ABCD, 1), .mask = 0x00F0, .equals = 0x0030};
	struct value_bytes bytes = {{0xAB, 0x3C}};

	(void)state;
	assert_true(decode_status(&rule, &bytes));
	bytes.at[1] = 0x4C;
	assert_false(decode_status(&rule, &bytes));
	rule.any = true;
	assert_true(decode_status(&rule, &bytes));
	bytes.at[1] = 0x0C;
	assert_false(decode_status(&rule, &bytes));
}

static void identity(void **state)
{
	struct profile profile = {.has_identity = true,
		.identity = AT(TYPE_U16, ORDER_ABCD, 1),
		.identity_value = 0x0401};
	struct value_bytes bytes;
	char words[80];
	struct text found = text_over(words, sizeof(words));

	(void)state;
	encode_identity(&profile, &bytes);
	assert_true(decode_identity(&profile, &bytes, &found));
	bytes.at[1] = 2;
	text_clear(&found);
	assert_false(decode_identity(&profile, &bytes, &found));
	assert_string_equal(words, "1026 (0x402)");
	profile.identity = (struct profile_register)AT(TYPE_STRING, ORDER_BADC, 8);
	strcpy(profile.identity_text, "SUP-PH8001");
	encode_identity(&profile, &bytes);
	assert_memory_equal(bytes.at, "US-PHP0810", 10);
	text_clear(&found);
	assert_true(decode_identity(&profile, &bytes, &found));
	memset(&bytes, 0xFF, sizeof(bytes));
	text_clear(&found);
	assert_false(decode_identity(&profile, &bytes, &found));
	assert_string_equal(words, "\"????????????????\"");
}

static uint64_t rng_state;

static uint64_t rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state;
}

/* encode(decode(bytes)) has the same bytes, or at least the same value, for every type and order. */
static void encoding_is_the_inverse(void **state)
{
	static const double scales[] = {1, 0.1, 0.01, 0.001, 0.05, 10, 0.25, 1.0 / 3};
	static const double offsets[] = {0, 0, 0, -40, 0.5, 273.15};
	uint64_t seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : (uint64_t)time(NULL);
	unsigned i, k, finite = 0;

	(void)state;
	printf("SEED=%llu\n", (unsigned long long)seed);
	rng_state = seed * 2654435761u + 88172645463325252u;
	for (i = 0; i < 300000; i++) {
		struct profile_field field = {0};
		struct value_bytes bytes = {0}, again;
		struct decoded first, second;
		double served;

		field.at.function = 3;
		field.at.type = (enum register_type)(rng() % TYPE_STRING);
		field.at.order = (enum byte_order)(rng() % 4);
		field.at.registers = (uint16_t)decode_registers(field.at.type);
		field.at.mask = field.at.type == TYPE_BITS ? (uint16_t)(0xFF << rng() % 9) : 0xFFFF;
		field.scale = scales[rng() % 8];
		field.offset = offsets[rng() % 6];
		field.kind = field.at.type == TYPE_F32   ? NUMBER_F32
			     : field.at.type == TYPE_F64 ? NUMBER_F64
							 : NUMBER_DECIMAL;
		for (k = 0; k < 2u * field.at.registers; k++)
			bytes.at[k] = (uint8_t)rng();
		decode_field(&field, &bytes, &first);
		encode_raw(&field.at, first.raw, &again);
		decode_field(&field, &again, &second);
		assert_true(first.raw == second.raw);
		if (field.at.type != TYPE_BITS)
			assert_memory_equal(again.at, bytes.at, VALUE_BYTES);
		if (first.flags)
			continue;
		finite++;
		/* A float near the end of its range may not survive the division: not required. */
		if (field.kind != NUMBER_DECIMAL && fabs(first.value) > 1e37)
			continue;
		assert_int_equal(encode_value(&field, first.value, &again, &served), 0);
		if (field.kind == NUMBER_DECIMAL)
			assert_true(served == first.value);
		else
			assert_true(fabs(served - first.value) <=
				    4e-7 * (fabs(first.value) + fabs(field.offset) + 1e-37));
	}
	assert_true(finite > 200000);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct profile_field field = {
		.at = AT(TYPE_U16, ORDER_ABCD, 1), .scale = 0.01, .kind = NUMBER_DECIMAL};
	struct value_bytes bytes;
	double served;

	(void)state;
	assert_int_equal(encode_value(&field, 655.35, &bytes, NULL), 0);
	assert_int_equal(encode_value(&field, 655.36, &bytes, NULL), ERR_RANGE);
	assert_int_equal(encode_value(&field, -0.01, &bytes, NULL), ERR_RANGE);
	assert_int_equal(encode_value(&field, (double)NAN, &bytes, NULL), ERR_RANGE);
	field.at = (struct profile_register)AT(TYPE_F32, ORDER_ABCD, 2);
	field.kind = NUMBER_F32;
	assert_int_equal(encode_value(&field, (double)NAN, &bytes, &served), 0);
	assert_true(isnan(served));
	assert_int_equal(encode_value(&field, 1e300, &bytes, NULL), ERR_RANGE);
	field.at.type = TYPE_STRING;
	assert_int_equal(encode_value(&field, 1, &bytes, NULL), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(values_are_taken_from_their_place_in_the_reply),
		cmocka_unit_test(a_printed_wrong_checksum_is_wrong),
		cmocka_unit_test(status_rules),
		cmocka_unit_test(identity),
		cmocka_unit_test(encoding_is_the_inverse),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
