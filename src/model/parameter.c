#include "model/parameter.h"

#include <stdlib.h>
#include <string.h>

static const struct parameter parameters[] = {
#define PARAMETER(code, unit, wqx, low, high) {#code, unit, wqx, low, high},
#include "model/parameter.def"
#undef PARAMETER
};

size_t parameter_count(void)
{
	return sizeof(parameters) / sizeof(parameters[0]);
}

const struct parameter *parameter_at(size_t i)
{
	return &parameters[i];
}

static int compare_code(const void *code, const void *parameter)
{
	return strcmp(code, ((const struct parameter *)parameter)->code);
}

const struct parameter *parameter_find(const char *code)
{
	return bsearch(code, parameters, parameter_count(), sizeof(parameters[0]), compare_code);
}

void parameter_put_unit(struct text *to, const char *ucum)
{
	static const struct {
		const char *ucum, *shown;
	} names[] = {{"Cel", "\xc2\xb0"
			     "C"},
		{"[pH]", ""}, {"[psu]", "PSU"}, {"[ppm]", "ppm"}, {"[ppb]", "ppb"},
		{"[degF]", "\xc2\xb0"
			   "F"},
		{"/(100.mL)", "per 100 mL"}};
	size_t n = strlen(ucum), i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].ucum, ucum) != 0)
			continue;
		text_put(to, names[i].shown);
		return;
	}
	if (n > 2 && ucum[0] == '{' && ucum[n - 1] == '}')
		text_put_n(to, ucum + 1, n - 2);
	else if (n > 1 && ucum[0] == 'u')
		text_printf(to, "\xc2\xb5%s", ucum + 1);
	else
		text_put(to, ucum);
}
