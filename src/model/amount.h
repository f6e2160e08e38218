/*
 * amount.h - how much of something was found, as it was found: a number, a bound, an interval, or yes and no.
 *
 * A kit says "<0.01" or "between 10 and 25", a bag says "not detected": none of these is a number, and none is ever
 * made into one.
 */
#ifndef MODEL_AMOUNT_H
#define MODEL_AMOUNT_H

#include <stdbool.h>

#include "base/err.h"
#include "model/parameter.h"

/* Numbers are for ever: they travel as the field `censor` of a result. */
enum amount_kind {
	AMOUNT_NONE = 0, /* no value: the test failed, or is pending */
	AMOUNT_EXACT = 1,
	AMOUNT_BELOW = 2,   /* < value */
	AMOUNT_ABOVE = 3,   /* > value */
	AMOUNT_BETWEEN = 4, /* value to upper, both included: two fields of a colour chart */
	AMOUNT_DETECTED = 5,
	AMOUNT_NOT_DETECTED = 6 /* bacteria: in 100 mL, unless `dilution` says less */
};

struct amount {
	enum amount_kind kind;
	double value, upper; /* as read off, before the dilution is counted */
	/* Of DETECTED and NOT_DETECTED: the least the method finds, undiluted; 0: not known. */
	double detection_limit;
	/* The test's water was made of 1 part sample in `dilution` parts: 10 for 10 mL filled up to 100.  0 is 1. */
	double dilution;
	const char *unit; /* UCUM; NULL or "": the parameter's own */
};

/*
 * What the water then holds, in the parameter's unit: all numbers multiplied by the dilution, and converted exactly
 * (convert.h).  False, with nothing changed, when the unit cannot be converted, a number is not finite, upper < value,
 * or the dilution is below 1 or makes no sense for the parameter (pH, mV, %, Cel).
 */
bool amount_of_water(struct amount *amount, const struct parameter *parameter) MUST_USE;

/*
 * An exact amount of one parameter as another form of the same (NO3-N as NO3, NO2-N as NO2, NH3-N as NH4, and back), by the atomic weights
 * N 14.007, O 15.999, H 1.008 (IUPAC 2021, abridged).  False: they are not the same thing in two forms; FNU and NTU are
 * not, nor is a form that nobody knows.
 */
bool amount_convert_form(const char *from, const char *to, double *value);

/*
 * The parameter as which `code` is judged when its form is not known: nitrate_form_unknown is nitrate_n or
 * nitrate_no3.  NULL behind the last, i = 0, 1...
 */
const char *amount_possible_form(const char *code, unsigned i);

/* The same property by another method or in another form: turbidity_fnu and turbidity_ntu, nitrate_n and nitrate_no3. */
bool amount_same_property(const char *a, const char *b);

/* What the parameter is said as: "N", "NO3", "CaCO3"; "": there is nothing to be said. */
const char *amount_form_word(const char *code);

#endif
