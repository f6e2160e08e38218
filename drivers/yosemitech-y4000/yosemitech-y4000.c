/* The Yosemitech Y4000 sonde: up to eight probes, read in one go; it measures without being told to. */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, ERRORS = 0x0800, SERIAL = 0x1400, VALUES = 0x2601 };

struct sonde {
	bool error;
};

/* In the sonde's order; behind them chlorophyll and blue-green algae. */
static const struct {
	const char *parameter, *unit;
} values[] = {
	{"dissolved_oxygen", "mg/L"},
	{"turbidity_ntu", "{NTU}"},
	{"specific_conductance", "mS/cm"},
	{"ph", "[pH]"},
	{"temperature", "Cel"},
	{"orp", "mV"},
};

static int ask(uint8_t *tx, unsigned first, unsigned registers)
{
	const uint8_t question[] = {
		READ_HOLDING, (uint8_t)(first >> 8), (uint8_t)first, 0, (uint8_t)registers};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static int ask_serial(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, SERIAL, 7);
}

/* A reserved byte, two letters, digits: only a sonde has that at this place. */
static int take_serial(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const uint8_t *text = rx + 3;
	unsigned i;

	(void)unit;
	(void)len;
	(void)out;
	for (i = 0; i < 4; i++)
		if (i < 2 ? text[i] < 'A' || text[i] > 'Z' : text[i] < '0' || text[i] > '9')
			return WL_WRONG;
	return WL_NEXT;
}

static int ask_errors(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, ERRORS, 1);
}

static int take_errors(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct sonde *sonde = unit->state;

	(void)len;
	(void)out;
	sonde->error = rx[2] || rx[3];
	return WL_NEXT;
}

static int ask_values(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, VALUES, 16);
}

/* The lowest byte first. */
static double number(const uint8_t *rx, size_t i)
{
	const uint8_t *p = rx + 2 + 4 * i;
	uint32_t bits = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

/* Exactly zero may be a probe that is not there or has not measured; which one an error is of is not known. */
static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const struct sonde *sonde = unit->state;
	size_t i;

	(void)len;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		double value = number(rx, i);

		wl_put(out, values[i].parameter, values[i].unit, value, WL_F32,
			sonde->error || value == 0 ? WL_SUSPECT : 0);
	}
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "serial number",
		.compose = ask_serial,
		.decode = take_serial,
		.reply_ms = 1000,
		.identity = true},
	{.name = "errors", .compose = ask_errors, .decode = take_errors, .reply_ms = 1000},
	{.name = "values", .compose = ask_values, .decode = take_values, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_yosemitech_y4000 = {
	.name = "yosemitech-y4000",
	.models = "Yosemitech Y4000",
	.manual = "EnviroDIY/YosemitechModbus @93373e6, @661e9fb (README.md)",
	.level = WL_DOCUMENTED,
	.warmup_s = 60,
	.state_size = sizeof(struct sonde),
	.exchanges = exchanges,
};
