/*
 * typed.h - numbers and units as people type them, made into the one way in which they are kept.  Pure.
 *
 * What can be read in one way only is taken; what others would read otherwise is refused with both readings in the words,
 * never guessed: between them lies a factor of a thousand, or another substance.
 */
#ifndef MODEL_TYPED_H
#define MODEL_TYPED_H

#include <stdbool.h>

#include "base/err.h"
#include "model/parameter.h"

enum {
	TYPED_UNIT = 16,   /* bytes of the longest unit that is kept, the NUL included */
	TYPED_LONGEST = 64 /* and of one as it is typed */
};

/*
 * Digits of Urdu and Arabic keyboards become ours, their decimal sign and a comma the point; all else stays.  False, with
 * `value` unchanged and the words in `why`: a comma may part thousands ("1,000"), or two signs stand in one number.
 */
bool typed_number(char *value, struct text *why) MUST_USE;

/*
 * "µg/l", "MG/L", "mg/L as N", "°C", "CFU/100 ml" as the UCUM code of convert.h; "" stays.  False: the words in `why`, or none where
 * nobody knows such a unit.  What was typed of a form (as N, as NO3) must be the parameter's own.
 */
bool typed_unit(char to[TYPED_UNIT], const struct parameter *of, const char *typed,
	struct text *why) MUST_USE;

/* More ppm than this are no mg/L: so salty a litre weighs over 1 % more than a kilogram. */
enum { TYPED_MOST_PPM = 10000 };

#endif
