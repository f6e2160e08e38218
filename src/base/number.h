/*
 * number.h - a number as the shortest decimal text that means the same value.
 *
 * An analyzer that says 7.12 in a 32-bit float or in hundredths must reach the centre as 7.12, not as
 * 7.119999885559082; and the same stored value must give the same bytes at every resend.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>

enum { NUMBER_TEXT = 32 }; /* bytes that hold any finite number, the NUL included */

/*
 * Shortest decimal which, read back as a 32-bit float, is (float)value; read back as a double, is
 * value.  value must be finite.  Returns the length; `to` holds NUMBER_TEXT bytes.  No locale.
 */
size_t number_put_f32(char *to, double value);
size_t number_put_f64(char *to, double value);

/* value with exactly `decimals` (0..9) places after the point, rounded half away from zero; finite. */
size_t number_put_decimal(char *to, double value, unsigned decimals);

#endif
