/*
 * parameter.h - the closed vocabulary of what an analyzer can measure.
 *
 * A parameter's code fixes its unit and its chemical form for ever (nitrate_n is as N, nitrate_no3 as
 * NO3; FNU is not NTU), so a value never travels without its meaning.  Codes are only ever added.
 */
#ifndef MODEL_PARAMETER_H
#define MODEL_PARAMETER_H

#include <stddef.h>

#include "base/text.h"

enum { PARAMETER_CODE = 24 }; /* bytes of the longest code, the NUL included */

struct parameter {
	const char *code; /* lower case, [a-z0-9_]; travels as the tag `parameter` */
	const char *unit; /* UCUM, e.g. "Cel", "uS/cm", "{NTU}"; "" where it has none */
	const char *wqx;  /* the name in EPA's Water Quality Exchange vocabulary */
	double low,
		high; /* what water on earth can show; outside it the analyzer is wrong, not the water */
};

/* NULL when there is none of that code. */
const struct parameter *parameter_find(const char *code);
size_t parameter_count(void);
const struct parameter *parameter_at(size_t i); /* i < parameter_count(), sorted by code */

/* A unit as people write it: "°C", "µg/L", "NTU", "per 100 mL"; nothing for a pH. */
void parameter_put_unit(struct text *to, const char *ucum);

#endif
