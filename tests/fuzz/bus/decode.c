/* Any profile field and any reply: no crash, no value without meaning, and what is encoded comes back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/decode.h"
#include "bus/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool so)
{
	if (!so)
		abort();
}

static uint64_t take(const uint8_t **bytes, size_t *n, size_t width)
{
	uint64_t value = 0;

	while (width-- && *n) {
		value = value << 8 | **bytes;
		++*bytes;
		--*n;
	}
	return value;
}

static double take_double(const uint8_t **bytes, size_t *n)
{
	uint64_t bits = take(bytes, n, 8);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void take_register(const uint8_t **bytes, size_t *n, struct profile_register *at)
{
	at->function = (uint8_t)(1 + take(bytes, n, 1) % 4);
	at->address = (uint16_t)take(bytes, n, 2);
	at->registers = (uint16_t)take(bytes, n, 2);
	at->type = (enum register_type)(take(bytes, n, 1) % (TYPE_STRING + 1));
	at->order = (enum byte_order)(take(bytes, n, 1) % 4);
	at->mask = (uint16_t)take(bytes, n, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct profile profile;
	struct profile_field field = {0};
	struct profile_status rule = {0};
	struct value_bytes value, again;
	struct decoded decoded, second;
	char words[100];
	struct text found = text_over(words, sizeof(words));
	uint16_t start;

	take_register(&bytes, &n, &field.at);
	field.scale = take_double(&bytes, &n);
	field.offset = take_double(&bytes, &n);
	field.kind = (enum number_kind)(take(&bytes, &n, 1) % 3);
	field.n_sentinels = (uint8_t)take(&bytes, &n, 1);
	field.sentinel[0] = take(&bytes, &n, 4);
	rule.at = field.at;
	rule.mask = (uint16_t)take(&bytes, &n, 2);
	rule.equals = (uint16_t)take(&bytes, &n, 2);
	rule.any = take(&bytes, &n, 1) & 1;
	start = (uint16_t)take(&bytes, &n, 2);
	if (decode_take(&field.at, bytes, n, start, &value))
		return 0;
	decode_field(&field, &value, &decoded);
	must(isfinite(decoded.value) != (decoded.flags != 0));
	(void)decode_status(&rule, &value);
	profile.identity = field.at;
	profile.has_identity = true;
	(void)decode_identity(&profile, &value, &found);
	must(strlen(words) == found.len && found.len < sizeof(words));
	if (field.at.type == TYPE_STRING)
		return 0;
	encode_raw(&field.at, decoded.raw, &again);
	decode_field(&field, &again, &second);
	if (field.at.function > 2)
		must(second.raw == decoded.raw && second.flags == decoded.flags);
	if (!decoded.flags && !encode_value(&field, decoded.value, &again, &decoded.value))
		must(isfinite(decoded.value));
	return 0;
}
