/* put_value.h - a value as people read it in traces and on a terminal: "ph 7.02 [pH] range". */
#ifndef BUS_PUT_VALUE_H
#define BUS_PUT_VALUE_H

#include "bus/codec.h"

/* The number alone, as the analyzer says it; "-" for none. */
void value_put_number(struct text *to, double value, enum number_kind kind, unsigned decimals);
/* Parameter, number, unit, and the words of its flags; outside what water can show is one. */
void value_put(struct text *to, const char *unit, const struct codec_value *value);
/* The unit of what a driver puts; "" when it may not put that. */
const char *value_unit(const struct wl_driver *driver, const char *code);

#endif
