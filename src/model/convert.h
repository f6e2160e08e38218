/*
 * convert.h - a number in another unit, where the two differ by an exact ratio.
 *
 * Units are UCUM's, with the manuals' [ppm] and [ppb], which in water are mg/L and ug/L.  FNU is not NTU
 * and nitrate as N is not nitrate as NO3: such pairs are never converted.
 */
#ifndef MODEL_CONVERT_H
#define MODEL_CONVERT_H

#include <stdbool.h>

/*
 * Turns *value from one unit into the other.  *decimals, the places after the point that the number was
 * given with, moves along; a negative one (a binary number) stays.  False, with nothing changed, when
 * the pair is not known.
 */
bool convert_unit(const char *from, const char *to, double *value, int *decimals);

#endif
