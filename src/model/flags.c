#include "model/flags.h"

#include <stddef.h>

const char *flag_word(unsigned bit)
{
	static const char *const words[] = {"sentinel", "not_finite", "range", "warmup", "status",
		"fault", "refused", "calibrating", "cleaning", "standby", "over", "under",
		"not_detected", "unit", "rate", "flat", "spike"};

	return bit < sizeof(words) / sizeof(words[0]) ? words[bit] : NULL;
}
