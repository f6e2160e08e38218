/*
 * decode.h - the bytes of a reply as values.  Pure: no state, no clock, no I/O; any bytes are safe.
 */
#ifndef BUS_DECODE_H
#define BUS_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "bus/profile.h"

enum { VALUE_BYTES = 64, TEXT_REGISTERS = 32 };

/*
 * The bytes of one value, as they lie in its registers on the wire: 2 a register, high byte first.
 * Bits of functions 1 and 2 become one such 16-bit word, the first bit lowest.
 */
struct value_bytes {
	uint8_t at[VALUE_BYTES];
};

struct decoded {
	uint64_t raw; /* the register words after byte order (TYPE_BITS: the bits, shifted down) */
	double value; /* in the parameter's unit; NAN when a flag says there is none */
	uint16_t
		flags; /* 0, or what its number says: FLAG_SENTINEL, _NOT_FINITE, _OVER, _UNDER, _STATUS */
};

/* Registers a number of this type fills; 0 for TYPE_STRING, whose length is its own. */
unsigned decode_registers(enum register_type type);

/*
 * Takes the bytes of `at` out of a reply PDU (function, byte count, payload) to a question from `start`.
 * ERR_RANGE when the reply does not hold all of them.
 */
int decode_take(const struct profile_register *at, const uint8_t *pdu, size_t len, uint16_t start,
	struct value_bytes *out) MUST_USE;

/* The raw number: byte order undone, mask taken and shifted down for TYPE_BITS. */
uint64_t decode_raw(const struct profile_register *at, const struct value_bytes *bytes);

/* The unit (UCUM) that the field's values are in; "" where it has none. */
const char *decode_unit(const struct profile_field *field);

/*
 * One field.  Special numbers are compared with the raw one; a decimal scale (0.01, 0.05, 10) is applied
 * as an exact ratio with one rounding, so that 712 hundredths are 7.12; values of kind NUMBER_F32 are
 * rounded to float last.  Digits that are no BCD count as not finite.
 */
void decode_field(
	const struct profile_field *field, const struct value_bytes *bytes, struct decoded *out);

/* Whether a status rule holds. */
bool decode_status(const struct profile_status *rule, const struct value_bytes *bytes);

/* The flag (enum reading_flag) that a rule with this effect sets. */
uint16_t decode_effect_flag(enum status_effect effect);
/* The word for it in a profile and in labsim; NULL behind the last. */
const char *decode_effect_word(unsigned effect);

/* Text of at most TEXT_REGISTERS registers; ends at NUL, trailing blanks cut, other bytes as '?'. */
void decode_text(
	const struct profile_register *at, const struct value_bytes *bytes, struct text *out);

/* Whether the identity register says what the profile expects; `found` gets what it said. */
bool decode_identity(
	const struct profile *profile, const struct value_bytes *bytes, struct text *found);

#endif
