/*
 * encode.h - the inverse of decode.h, for simulators and tests: a value as register bytes.  Pure.
 */
#ifndef BUS_ENCODE_H
#define BUS_ENCODE_H

#include "bus/decode.h"

/*
 * The bytes that `raw` (as decode_raw() would give it) has on the wire.  For TYPE_BITS only the field's
 * own bits are set; encode_mask() says which of the word's bits they are.
 */
void encode_raw(const struct profile_register *at, uint64_t raw, struct value_bytes *out);

/* The wire word's bits that belong to a TYPE_BITS value, 0xFFFF for other types. */
uint16_t encode_mask(const struct profile_register *at);

/*
 * The bytes whose decoded value is nearest to `value`; `served` (may be NULL) gets what decode_field()
 * makes of them.  ERR_RANGE when the register's type cannot hold it, or it would read as a sentinel;
 * NAN and infinities are given as such by floating types.
 */
int encode_value(const struct profile_field *field, double value, struct value_bytes *out,
	double *served) MUST_USE;

/* Text, padded with NUL to the register's length, cut when longer. */
void encode_text(const struct profile_register *at, const char *words, struct value_bytes *out);

/* What the identity register of `profile` must say.  Nothing is set when it has none. */
void encode_identity(const struct profile *profile, struct value_bytes *out);

#endif
