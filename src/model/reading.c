#include "model/reading.h"

#include "base/number.h"

enum { MOST_DECIMALS = 9 };

size_t reading_put_number(char *to, double value, enum number_kind kind, unsigned decimals)
{
	switch (kind) {
	case NUMBER_F32:
		return number_put_f32(to, value);
	case NUMBER_DECIMAL:
		return number_put_decimal(
			to, value, decimals <= MOST_DECIMALS ? decimals : MOST_DECIMALS);
	case NUMBER_F64:
		break;
	}
	return number_put_f64(to, value);
}

const char *context_word(enum context context)
{
	static const char *const words[] = {
		[CONTEXT_IDLE] = "idle", [CONTEXT_SAMPLE] = "sample", [CONTEXT_CHECK] = "check"};

	return (size_t)context < sizeof(words) / sizeof(words[0]) ? words[context] : NULL;
}
