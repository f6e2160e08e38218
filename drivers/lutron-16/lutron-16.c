/*
 * Lutron meters that send their two displays by themselves, as 16 digits each: start, 4, display, unit (2),
 * sign, places, reading (8), end.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum { START = 0x02, END = 0x0D, LENGTH = 16 };
enum { KIND = 1, DISPLAY, UNIT, SIGN = 5, PLACES, READING }; /* D14 is at 1, D8 at 7 */

static const struct {
	const char *code;
	char display; /* on which it means that */
	const char *parameter, *unit;
	unsigned flags;
} units[] = {
	{"05", '1', "ph", "[pH]", 0},
	{"07", '1', "dissolved_oxygen", "mg/L", 0},
	{"13", '1', "conductivity", "uS/cm", 0},
	{"14", '1', "conductivity", "mS/cm", 0},
	{"18", '1', "potential", "mV", 0},
	{"06", '1', "oxygen_percent", "%", 0},
	/* Measured or set by hand: it does not say. */
	{"01", '2', "temperature", "Cel", WL_SUSPECT},
	{"02", '2', "temperature", "[degF]", WL_SUSPECT},
};

struct meter {
	uint8_t first; /* the display that came first in this turn */
};

/* What may stand at each place; the rest are digits. */
static bool fits(size_t at, uint8_t c)
{
	switch (at) {
	case 0:
		return c == START;
	case KIND:
		return c == '4';
	case DISPLAY:
		return c == '1' || c == '2';
	case SIGN:
		return c == '0' || c == '1';
	case PLACES:
		return c >= '0' && c <= '3';
	case LENGTH - 1:
		return c == END;
	default:
		return c > 0x20 && c < 0x7F;
	}
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	size_t i;

	(void)unit;
	for (i = 0; i < len && i < LENGTH; i++)
		if (!fits(i, rx[i]))
			return WL_SKIP;
	return len < LENGTH ? WL_MORE : LENGTH;
}

/* The same, but the display that has been taken is passed over. */
static int frame_of_other(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	const struct meter *meter = unit->state;

	return len > DISPLAY && rx[DISPLAY] == meter->first ? WL_SKIP : frame(unit, rx, len);
}

static int take_display(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct meter *meter = unit->state;
	double value, scale[] = {1, 10, 100, 1000};
	unsigned i, places = rx[PLACES] - (unsigned)'0';

	(void)len;
	meter->first = rx[DISPLAY];
	if (wl_number((const char *)rx + READING, LENGTH - 1 - READING, &value) != 0)
		return WL_GARBLED;
	value /= rx[SIGN] == '1' ? -scale[places] : scale[places];
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!memcmp(rx + UNIT, units[i].code, 2) && rx[DISPLAY] == units[i].display) {
			wl_put(out, units[i].parameter, units[i].unit, value, (int)places,
				units[i].flags);
			return WL_NEXT;
		}
	return WL_GARBLED;
}

static const struct wl_exchange exchanges[] = {
	{.name = "one display",
		.wire = WL_BYTES,
		.frame = frame,
		.decode = take_display,
		.reply_ms = 5000},
	{.name = "the other display",
		.wire = WL_BYTES,
		.frame = frame_of_other,
		.decode = take_display,
		.reply_ms = 5000},
	{.name = NULL},
};

static const char *const unjudged[] = {"potential mV", "oxygen_percent %", NULL};

const struct wl_driver wl_lutron_16 = {
	.name = "lutron-16",
	.models = "Lutron WA-2015, WA-2017SD, DO-5512SD, PCE-PHC 10",
	.manual = "WA-2015 p44, WA-2017SD p49, DO-5512SD p29-30, PCE-PHC 10 p18 (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct meter),
	.exchanges = exchanges,
	.unjudged = unjudged,
};
