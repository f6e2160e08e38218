#include "model/convert.h"

#include <string.h>

/* to = from * 10^tens */
static const struct {
	const char *from, *to;
	int tens;
} ratios[] = {
	{"mS/cm", "uS/cm", 3},
	{"S/m", "uS/cm", 4},
	{"mS/m", "uS/cm", 1},
	{"uS/cm", "mS/cm", -3},
	{"ug/L", "mg/L", -3},
	{"g/L", "mg/L", 3},
	{"mg/L", "ug/L", 3},
	{"[ppm]", "mg/L", 0},
	{"[ppm]", "ug/L", 3},
	{"[ppb]", "ug/L", 0},
	{"[ppb]", "mg/L", -3},
	{"[ppth]", "mg/L", 3},
	{"V", "mV", 3},
	/* Both platinum-cobalt: what is filtered first differs, not the scale. */
	{"{TCU}", "{PCU}", 0},
};

static double shifted(double value, int tens)
{
	static const double powers[] = {1, 10, 100, 1000, 10000};

	/* A power of ten below one is no binary fraction: dividing rounds once. */
	return tens < 0 ? value / powers[-tens] : value * powers[tens];
}

bool convert_unit(const char *from, const char *to, double *value, int *decimals)
{
	unsigned i;

	if (!strcmp(from, to))
		return true;
	for (i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++) {
		if (strcmp(ratios[i].from, from) != 0 || strcmp(ratios[i].to, to) != 0)
			continue;
		*value = shifted(*value, ratios[i].tens);
		if (*decimals >= 0)
			*decimals = ratios[i].tens > *decimals ? 0 : *decimals - ratios[i].tens;
		return true;
	}
	if (strcmp(from, "[degF]") != 0 || strcmp(to, "Cel") != 0)
		return false;
	*value = (*value - 32) * 5 / 9;
	if (*decimals >= 0) /* ninths have no end: one place more than was given */
		++*decimals;
	return true;
}
