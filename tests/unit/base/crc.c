/* The Modbus checksum against frames that manufacturers print, and against a division done the long way. */
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

struct frame {
	const char *from;
	uint8_t bytes[16];
	size_t n; /* with the checksum, its low byte first */
};

static const struct frame printed[] = {
	{"Keller series 30, P1", {0x01, 0x03, 0x00, 0x02, 0x00, 0x02, 0x65, 0xCB}, 8},
	{"Keller series 30, P1 reply", {0x01, 0x03, 0x04, 0x3F, 0x75, 0xF0, 0x7B, 0xE3, 0xDE}, 9},
	{"Keller series 30, P2", {0x01, 0x03, 0x00, 0x04, 0x00, 0x02, 0x85, 0xCA}, 8},
	{"Keller series 30, P2 reply", {0x01, 0x03, 0x04, 0x3F, 0x76, 0x06, 0xE0, 0x15, 0xD5}, 9},
	{"Keller series 30, TOB1", {0x01, 0x03, 0x00, 0x08, 0x00, 0x02, 0x45, 0xC9}, 8},
	{"Keller series 30, TOB1 reply", {0x01, 0x03, 0x04, 0x41, 0xB5, 0xC0, 0x79, 0x6E, 0x0B}, 9},
	{"Keller series 30, P1 and TOB1", {0x01, 0x03, 0x01, 0x00, 0x00, 0x04, 0x45, 0xF5}, 8},
	{"Yosemitech, start", {0x01, 0x03, 0x25, 0x00, 0x00, 0x01, 0x8F, 0x06}, 8},
	{"Yosemitech, values", {0x01, 0x03, 0x26, 0x00, 0x00, 0x04, 0x4F, 0x41}, 8},
	{"Yosemitech Y520", {0x01, 0x10, 0x1C, 0x00, 0x00, 0x00, 0x00, 0xD8, 0x92}, 9},
	{"Dragino DR-EC", {0x11, 0x03, 0x00, 0x00, 0x00, 0x02, 0xC6, 0x9B}, 8},
	{"Dragino DR-EC, address", {0xFE, 0x03, 0x00, 0x50, 0x00, 0x00, 0x51, 0xD4}, 8},
	{"Dragino DR-EC, address reply", {0x01, 0x03, 0x00, 0x20, 0xF0}, 5},
};

static uint16_t sent(const struct frame *frame)
{
	return (uint16_t)(frame->bytes[frame->n - 2] | frame->bytes[frame->n - 1] << 8);
}

static void printed_frames(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		const struct frame *frame = &printed[i];

		if (crc_modbus(frame->bytes, frame->n - 2) != sent(frame))
			fail_msg("%s: %04X", frame->from, crc_modbus(frame->bytes, frame->n - 2));
		/* Over the whole frame nothing remains. */
		assert_int_equal(crc_modbus(frame->bytes, frame->n), 0);
	}
	assert_int_equal(crc_modbus(NULL, 0), 0xFFFF);
}

/* Any one, two or three bits turned, and any burst of 16, in a short frame show. */
static void few_wrong_bits_always_show(void **state)
{
	const struct frame *frame = &printed[1];
	size_t bits = frame->n * 8, i, j, k;
	uint8_t spoilt[16];

	(void)state;
	for (i = 0; i < bits; i++)
		for (j = i; j < bits; j++)
			for (k = j; k < bits; k++) {
				memcpy(spoilt, frame->bytes, frame->n);
				spoilt[i / 8] ^= (uint8_t)(1 << i % 8);
				if (j > i)
					spoilt[j / 8] ^= (uint8_t)(1 << j % 8);
				if (k > j)
					spoilt[k / 8] ^= (uint8_t)(1 << k % 8);
				assert_int_not_equal(crc_modbus(spoilt, frame->n), 0);
			}
	for (i = 0; i + 1 < frame->n; i++)
		for (j = 1; j < 0x10000; j++) {
			memcpy(spoilt, frame->bytes, frame->n);
			spoilt[i] ^= (uint8_t)j;
			spoilt[i + 1] ^= (uint8_t)(j >> 8);
			assert_int_not_equal(crc_modbus(spoilt, frame->n), 0);
		}
}

/* Modbus over Serial Line, 6.2.2, on whole polynomials: the message, 16 zero bits, divided by 0x18005 reflected. */
static uint16_t long_division(const uint8_t *bytes, size_t n)
{
	uint32_t rest = 0;
	size_t i;

	for (i = 0; i < (n + 2) * 8; i++) {
		uint32_t bit = i / 8 < n ? bytes[i / 8] >> i % 8 & 1u : 0;

		if (i < 16)
			bit ^= 1; /* the register's start of ones */
		rest = rest << 1 | bit;
		if (rest & 0x10000)
			rest ^= 0x18005;
	}
	/* The wire's bit order is the other way round. */
	for (i = 0, n = 0; i < 16; i++)
		n = n << 1 | (rest >> i & 1u);
	return (uint16_t)n;
}

static void agrees_with_long_division(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	uint8_t bytes[260];
	size_t i, n;
	int round;

	(void)state;
	printf("SEED=%u\n", seed);
	srand(seed);
	for (round = 0; round < 2000; round++) {
		n = 2 + (size_t)rand() % (sizeof(bytes) - 2);
		for (i = 0; i < n; i++)
			bytes[i] = (uint8_t)rand();
		assert_int_equal(crc_modbus(bytes, n), long_division(bytes, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed_frames),
		cmocka_unit_test(few_wrong_bits_always_show),
		cmocka_unit_test(agrees_with_long_division),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
