#include "bus/put_value.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "model/flags.h"
#include "qc/judge.h"

void value_put_number(struct text *to, double value, enum number_kind kind, unsigned decimals)
{
	char digits[NUMBER_TEXT] = "-";

	if (isfinite(value))
		reading_put_number(digits, value, kind, decimals);
	text_put(to, digits);
}

void value_put(struct text *to, const char *unit, const struct codec_value *value)
{
	unsigned flags = value->flags, bit;

	flags |= qc_range(parameter_find(value->parameter), value->value);
	text_printf(to, "%s ", value->parameter);
	value_put_number(to, value->value, value->kind, value->decimals);
	text_printf(to, " %s", unit);
	for (bit = 0; flags >> bit; bit++)
		if (flags >> bit & 1 && flag_word(bit))
			text_printf(to, " %s", flag_word(bit));
}

const char *value_unit(const struct wl_driver *driver, const char *code)
{
	const struct parameter *parameter = parameter_find(code);
	size_t n = strlen(code);
	unsigned i;

	if (parameter)
		return parameter->unit;
	for (i = 0; driver->unjudged && driver->unjudged[i]; i++)
		if (!strncmp(driver->unjudged[i], code, n) && driver->unjudged[i][n] == ' ')
			return driver->unjudged[i] + n + 1;
	return "";
}
