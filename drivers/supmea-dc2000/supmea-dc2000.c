/*
 * Supmea SUP-DC2000: a transmitter for many sensors.  One register says which is connected, and so what the
 * first measured value is.
 */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, TYPE = 0x2001, REGISTERS = 5 }; /* type, temperature, measured value 1 */
enum { TEMPERATURE = 1, VALUE = 3 };                     /* registers from the type on */

static const struct sensor {
	uint16_t type;
	const char *parameter, *unit;
} sensors[] = {
	{1, "ph", "[pH]"},
	{2, "orp", "mV"},
};

static int ask(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	static const uint8_t question[] = {READ_HOLDING, TYPE >> 8, TYPE & 0xFF, 0, REGISTERS};

	(void)unit;
	(void)cap;
	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static uint32_t word(const uint8_t *rx, unsigned i)
{
	return (uint32_t)rx[2 + 2 * i] << 8 | rx[3 + 2 * i];
}

/* "4321" is Supmea's name for the highest byte first. */
static double float_at(const uint8_t *rx, unsigned i)
{
	uint32_t bits = word(rx, i) << 16 | word(rx, i + 1);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static int take(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	size_t i;

	(void)unit;
	(void)len;
	for (i = 0; i < sizeof(sensors) / sizeof(sensors[0]); i++)
		if (sensors[i].type == word(rx, 0)) {
			wl_put(out, "temperature", "Cel", float_at(rx, TEMPERATURE), WL_F32, 0);
			wl_put(out, sensors[i].parameter, sensors[i].unit, float_at(rx, VALUE),
				WL_F32, 0);
			return WL_NEXT;
		}
	return WL_WRONG; /* a sensor whose values are not known */
}

static const struct wl_exchange exchanges[] = {
	{.name = "values", .compose = ask, .decode = take, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_supmea_dc2000 = {
	.name = "supmea-dc2000",
	.models = "Supmea SUP-DC2000 with a pH or ORP sensor",
	.manual = "SUP-DC2000 user manual, page 29 (manualshive.com, 1406079, its page 36)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
