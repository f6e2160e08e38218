/*
 * In-Situ Aqua TROLL 400.  Each parameter is a block of 8 registers that says of itself what it is, in which
 * unit, and how good; a sensor's blocks stand side by side.
 */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, AQUA_TROLL_400 = 18, BLOCK = 8 };
/* Wire addresses: the guide's register numbers count from 1. */
enum { DEVICE_ID = 9001 - 1, OXYGEN = 38 - 1, CONDUCTIVITY = 538 - 1, PH = 1538 - 1 };
enum { OXYGEN_BLOCKS = 3, CONDUCTIVITY_BLOCKS = 7, PH_BLOCKS = 3 };
enum { TDS_AT = 4 * BLOCK, RESISTIVITY_AT = 5 * BLOCK, TDS = 13, RESISTIVITY = 11 };
/* Registers of a block; the last one, the units it could have, says nothing of the value. */
enum { VALUE = 0, PARAMETER = 2, UNIT = 3, QUALITY = 4, SENTINEL = 5 };
/* With these the value is the sentinel; with others it may be. */
enum { NORMAL = 0, ERROR = 3, NO_SENSOR = 7 };

static const struct meaning {
	uint16_t id;
	const char *name;
} parameters[] =
	{
		{1, "temperature"},
		{9, "conductivity"},
		{10, "specific_conductance"},
		{12, "salinity"},
		{13, "tds"},
		{17, "ph"},
		{18, "ph_mv"},
		{19, "orp"},
		{20, "dissolved_oxygen"},
		{21, "dissolved_oxygen_sat"},
},
  units[] = {
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

static const char *name_of(const struct meaning *meanings, size_t n, unsigned id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (meanings[i].id == id)
			return meanings[i].name;
	return NULL;
}

static int ask(uint8_t *tx, unsigned first, unsigned registers)
{
	const uint8_t question[] = {
		READ_HOLDING, (uint8_t)(first >> 8), (uint8_t)first, 0, (uint8_t)registers};

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

static double number(const uint8_t *rx, unsigned i)
{
	uint32_t raw = bits(rx, i);
	float value;

	memcpy(&value, &raw, sizeof(value));
	return (double)value;
}

static unsigned flags_of(const uint8_t *rx, unsigned block)
{
	unsigned quality = word(rx, block + QUALITY);

	if (quality == NORMAL) /* then even the sentinel's 0.0 is what it measured */
		return 0;
	if (quality == ERROR || quality == NO_SENSOR)
		return WL_FAULT | WL_NO_VALUE;
	return bits(rx, block + VALUE) == bits(rx, block + SENTINEL) ? WL_NO_VALUE : WL_SUSPECT;
}

static void take_block(const uint8_t *rx, unsigned block, struct wl_out *out)
{
	const char *parameter = name_of(parameters, sizeof(parameters) / sizeof(parameters[0]),
		word(rx, block + PARAMETER));
	const char *unit = name_of(units, sizeof(units) / sizeof(units[0]), word(rx, block + UNIT));

	if (parameter)
		wl_put(out, parameter, unit ? unit : "not known", number(rx, block + VALUE), WL_F32,
			flags_of(rx, block));
}

/* Blocks whose place the guide prints: another parameter there means another map. */
static int take_blocks(const uint8_t *rx, const uint16_t *ids, unsigned n, struct wl_out *out)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (word(rx, i * BLOCK + PARAMETER) != ids[i])
			return WL_WRONG;
	for (i = 0; i < n; i++)
		take_block(rx, i * BLOCK, out);
	return WL_NEXT;
}

/* --- which probe it is ------------------------------------------------------------------------------ */

static int ask_device(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, DEVICE_ID, 1);
}

static int take_device(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)len;
	(void)out;
	return word(rx, 0) == AQUA_TROLL_400 ? WL_NEXT : WL_WRONG;
}

/* --- its sensors ------------------------------------------------------------------------------------ */

static int ask_oxygen(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, OXYGEN, OXYGEN_BLOCKS * BLOCK);
}

static int take_oxygen(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	static const uint16_t ids[OXYGEN_BLOCKS] = {20, 1, 21};

	(void)unit;
	(void)len;
	return take_blocks(rx, ids, OXYGEN_BLOCKS, out);
}

static int ask_conductivity(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, CONDUCTIVITY, CONDUCTIVITY_BLOCKS * BLOCK);
}

/* Of its seven blocks the guide prints these; the others are what they say they are. */
static int take_conductivity(
	struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	static const uint16_t ids[] = {9, 10, 12, TDS};
	unsigned i, k;

	(void)unit;
	(void)len;
	if (word(rx, TDS_AT + PARAMETER) != TDS ||
		word(rx, RESISTIVITY_AT + PARAMETER) != RESISTIVITY)
		return WL_WRONG;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		for (k = 0; k < CONDUCTIVITY_BLOCKS; k++)
			if (word(rx, k * BLOCK + PARAMETER) == ids[i])
				break;
		if (k < CONDUCTIVITY_BLOCKS)
			take_block(rx, k * BLOCK, out);
	}
	return WL_NEXT;
}

static int ask_ph(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, PH, PH_BLOCKS * BLOCK);
}

static int take_ph(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	static const uint16_t ids[PH_BLOCKS] = {17, 18, 19};

	(void)unit;
	(void)len;
	return take_blocks(rx, ids, PH_BLOCKS, out);
}

/* A measurement of all sensors takes up to 4 s, and a read may have to wait for one. */
static const struct wl_exchange exchanges[] = {
	{.name = "device id",
		.compose = ask_device,
		.decode = take_device,
		.reply_ms = 1000,
		.identity = true},
	{.name = "oxygen", .compose = ask_oxygen, .decode = take_oxygen, .reply_ms = 4000},
	{.name = "conductivity",
		.compose = ask_conductivity,
		.decode = take_conductivity,
		.reply_ms = 4000,
		.optional = true},
	{.name = "pH", .compose = ask_ph, .decode = take_ph, .reply_ms = 4000, .optional = true},
	{.name = NULL},
};

const struct wl_driver wl_insitu_aquatroll400 = {
	.name = "insitu-aquatroll400",
	.models = "In-Situ Aqua TROLL 400",
	.manual = "Aqua TROLL 400 Modbus and SDI-12 Reference Guide p15, p28-51, p68-73 "
		  "(README.md)",
	.level = WL_DOCUMENTED,
	.warmup_s = 4, /* oxygen 2000 ms, and conductivity's 1200 ms where that corrects it */
	.exchanges = exchanges,
};
