/* two_values.h - an analyzer's registers: a float, and a tenth of degrees. */
#ifndef TESTS_DAEMON_TWO_VALUES_H
#define TESTS_DAEMON_TWO_VALUES_H

#include "bus/profile.h"

static const struct profile profile = {.name = "two-values",
	.most_registers = 10,
	.reply_ms = 100,
	.n_fields = 2,
	.fields = {{.at = {3, 0, 2, TYPE_F32, ORDER_ABCD, 0xffff},
			   .parameter = "ph",
			   .scale = 1,
			   .kind = NUMBER_F32},
		{.at = {3, 2, 1, TYPE_I16, ORDER_ABCD, 0xffff},
			.parameter = "temperature",
			.scale = 0.1,
			.kind = NUMBER_DECIMAL,
			.decimals = 1}}};

#endif
