#include "bus/trouble.h"

#include "base/err.h"

static const char *exception_words(uint8_t code)
{
	/* Modbus Application Protocol v1.1b3, 7 */
	static const char *const words[] = {[1] = "it does not know this function",
		[2] = "it has no such register",
		[3] = "it does not take so many registers",
		[4] = "it failed",
		[5] = "it needs longer",
		[6] = "it is busy",
		[10] = "the gateway has no way to it",
		[11] = "the gateway hears nothing from it"};

	return code < sizeof(words) / sizeof(words[0]) ? words[code] : NULL;
}

void trouble_put(struct text *to, int err, uint8_t exception)
{
	const char *words = exception_words(exception);

	switch (err) {
	case ERR_EXCEPTION:
		text_printf(
			to, "exception %u%s%s", exception, words ? ": " : "", words ? words : "");
		return;
	case ERR_TIMEOUT:
		text_put(to, "no answer");
		return;
	case ERR_NOISE:
		text_put(to, "bytes came, but no whole answer");
		return;
	default:
		text_put(to, err_text(err));
	}
}
