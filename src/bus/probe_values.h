/*
 * probe_values.h - what a probe makes of the registers that it read.  Pure.
 *
 * A value is looked at where the profile says, one address lower and one higher, and, where it has several
 * registers, in all four byte orders: manuals count from 0 or 1 and are silent about orders.
 */
#ifndef BUS_PROBE_VALUES_H
#define BUS_PROBE_VALUES_H

#include "bus/decode.h"

enum { PROBE_LOWER, PROBE_WRITTEN, PROBE_HIGHER, PROBE_PLACES };
enum { PROBE_ORDERS = 4 };

struct probe_read {
	bool done;
	char why[64]; /* not: why */
	struct value_bytes bytes;
	bool done_again; /* a second look, a moment later */
	struct value_bytes again;
};

struct probe_value {
	const struct profile_field *field;
	struct probe_read at[PROBE_PLACES];
};

/*
 * The read that holds these registers at this place, within what the profile allows; *at gets their address
 * there.  False after words.
 */
bool probe_where(const struct profile *profile, unsigned place, struct profile_register *at,
	uint16_t *start, uint16_t *count, struct text *why) MUST_USE;

/* The value in that order; its own order for registers alone. */
void probe_decode(const struct probe_value *value, unsigned place, enum byte_order order,
	struct decoded *out);
/* Within what water can show, and no number that only a wrong byte order makes. */
bool probe_can_be(const struct profile_field *field, const struct decoded *decoded);

/*
 * The same of both looks, which are near each other: water changes little in a second, while a number whose
 * exponent is made of lowest bits jumps.
 */
bool probe_is_good(const struct probe_value *value, unsigned place, enum byte_order order);

/* As its kind is written, in few characters; "no value" where that is what it means. */
void probe_put_number(
	struct text *to, const struct profile_field *field, const struct decoded *decoded);

/*
 * How many values can be, at each place; zeros tell nothing and count nowhere.  `whole` of them have bits in
 * their lowest word too: a wrong order beside the right address often finds the high word of a value, with
 * zeros behind it, and so nearly the right number.
 */
struct probe_sum {
	unsigned good, whole;
};
struct probe_tally {
	unsigned values, several; /* all, and those of several registers */
	struct probe_sum own[PROBE_PLACES];
	struct probe_sum ordered[PROBE_ORDERS][PROBE_PLACES]; /* all of several registers so */
};
void probe_count(const struct probe_value *values, unsigned n, struct probe_tally *to);
/* Which order and base give the most values that can be: one sentence or two. */
void probe_advise(const struct profile *profile, const struct probe_tally *tally, struct text *to);

const char *probe_function(uint8_t function);
const char *probe_order(enum byte_order order);

#endif
