/*
 * In-Situ Aqua TROLL 500 and 600.  The sonde keeps the last value of everything it may measure in blocks of
 * 7 registers, one a parameter id, that say how good it is and in which unit.  It sleeps when nobody asks.
 */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, FIRST = 5451 - 1, BLOCK = 7, WAKE = 0x0D, WAKE_MS = 2000 };
/* Registers of a block. */
enum { VALUE = 0, QUALITY = 2, UNIT = 3, PARAMETER = 4, SENTINEL = 5 };
enum { NORMAL = 0 };
enum id {
	TEMPERATURE = 1,
	CONDUCTIVITY = 9,
	SPECIFIC = 10,
	SALINITY = 12,
	TDS = 13,
	PH = 17,
	PH_MV = 18,
	ORP = 19,
	OXYGEN = 20,
	SATURATION = 21
};

static const struct unit_id {
	uint16_t id;
	const char *unit;
} units[] = {
	{1, "Cel"},
	{2, "[degF]"},
	{65, "uS/cm"},
	{66, "mS/cm"},
	{97, "[psu]"},
	{113, "[ppm]"},
	{114, "[ppth]"},
	{117, "mg/L"},
	{118, "ug/L"},
	{145, "[pH]"},
	{162, "mV"},
	{177, "%"},
};

static const char *unit_of(unsigned id)
{
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].id == id)
			return units[i].unit;
	return "not known";
}

static int ask_wake(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	tx[0] = WAKE;
	return 1;
}

static int ask(uint8_t *tx, enum id id)
{
	unsigned first = FIRST + BLOCK * ((unsigned)id - 1);
	const uint8_t question[] = {READ_HOLDING, (uint8_t)(first >> 8), (uint8_t)first, 0, BLOCK};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static unsigned word(const uint8_t *rx, unsigned i)
{
	return (unsigned)rx[2 + 2 * i] << 8 | rx[3 + 2 * i];
}

static uint32_t bits(const uint8_t *rx, unsigned i)
{
	return (uint32_t)word(rx, i) << 16 | word(rx, i + 1);
}

/*
 * The sentinel stands for an error and for a parameter that this sonde has not, and with which quality the
 * second comes is not known.  So it is never a value, though a true 0.0 is lost by that.
 */
static unsigned flags_of(const uint8_t *rx)
{
	if (bits(rx, VALUE) == bits(rx, SENTINEL))
		return WL_NO_VALUE;
	return word(rx, QUALITY) == NORMAL ? 0 : WL_SUSPECT;
}

static int take(const uint8_t *rx, enum id id, const char *parameter, struct wl_out *out)
{
	uint32_t raw = bits(rx, VALUE);
	float value;

	if (!word(rx, PARAMETER)) /* nothing stands here */
		return WL_NEXT;
	if (word(rx, PARAMETER) != id)
		return WL_WRONG;
	memcpy(&value, &raw, sizeof(value));
	wl_put(out, parameter, unit_of(word(rx, UNIT)), (double)value, WL_F32, flags_of(rx));
	return WL_NEXT;
}

/* A read for each block, as the programs do that are known to work. */
#define BLOCK_OF(parameter, id)                                                          \
	static int ask_##parameter(const struct wl_unit *unit, uint8_t *tx, size_t cap)  \
	{                                                                                \
		(void)unit;                                                              \
		(void)cap;                                                               \
		return ask(tx, id);                                                      \
	}                                                                                \
	static int take_##parameter(                                                     \
		struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out) \
	{                                                                                \
		(void)unit;                                                              \
		(void)len;                                                               \
		return take(rx, id, #parameter, out);                                    \
	}

BLOCK_OF(temperature, TEMPERATURE)
BLOCK_OF(conductivity, CONDUCTIVITY)
BLOCK_OF(specific_conductance, SPECIFIC)
BLOCK_OF(salinity, SALINITY)
BLOCK_OF(tds, TDS)
BLOCK_OF(ph, PH)
BLOCK_OF(ph_mv, PH_MV)
BLOCK_OF(orp, ORP)
BLOCK_OF(dissolved_oxygen, OXYGEN)
BLOCK_OF(dissolved_oxygen_sat, SATURATION)

/* An exception is a parameter that this sonde has not, but for the temperature, which each has. */
#define ASKS(parameter, wait, may_lack)                                                     \
	{                                                                                   \
		.name = #parameter, .compose = ask_##parameter, .decode = take_##parameter, \
		.wait_ms = wait, .reply_ms = 1100, .optional = may_lack                     \
	}

static const struct wl_exchange exchanges[] = {
	{.name = "wake", .wire = WL_BYTES, .compose = ask_wake, .reply_ms = 1100},
	ASKS(temperature, WAKE_MS, false),
	ASKS(conductivity, 0, true),
	ASKS(specific_conductance, 0, true),
	ASKS(salinity, 0, true),
	ASKS(tds, 0, true),
	ASKS(ph, 0, true),
	ASKS(ph_mv, 0, true),
	ASKS(orp, 0, true),
	ASKS(dissolved_oxygen, 0, true),
	ASKS(dissolved_oxygen_sat, 0, true),
	{.name = NULL},
};

const struct wl_driver wl_insitu_aquatroll500 = {
	.name = "insitu-aquatroll500",
	.models = "In-Situ Aqua TROLL 500, Aqua TROLL 600",
	.manual = "Aqua TROLL 600 manual p36; at_sonde_ros_driver @97ec03b (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
