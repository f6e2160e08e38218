/*
 * YSI EXO sondes behind the Modbus signal output adapter.  The sonde decides what it measures and in
 * which order: a list of codes says what the values mean, a list of states which of them are there.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum { SLOTS = 32, READ_HOLDING = 3, CODES = 128, STATES = 256, VALUES = 384 };
enum { AVAILABLE = 0 }; /* 1: not set, 2: not available */

struct exo {
	uint16_t code[SLOTS]; /* 0 ends them */
	uint16_t state[SLOTS];
};

/* Codes whose unit and chemical form the sources name. */
static const struct meaning {
	uint16_t code;
	const char *parameter, *unit;
} meanings[] = {
	{1, "temperature", "Cel"},
	{5, "conductivity", "uS/cm"},
	{7, "specific_conductance", "uS/cm"},
	{12, "salinity", "[psu]"},
	{18, "ph", "[pH]"},
	{19, "orp", "mV"},
	{37, "turbidity_ntu", "{NTU}"},
	{110, "tds", "mg/L"},
	{211, "dissolved_oxygen_sat", "%"},
	{212, "dissolved_oxygen", "mg/L"},
	{223, "turbidity_fnu", "{FNU}"},
};

static const struct meaning *find(uint16_t code)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == code)
			return &meanings[i];
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

static int ask_codes(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, CODES, SLOTS);
}

static int take_codes(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct exo *exo = unit->state;
	unsigned i;

	(void)len;
	(void)out;
	for (i = 0; i < SLOTS; i++)
		exo->code[i] = (uint16_t)word(rx, i);
	return exo->code[0] ? WL_NEXT : WL_DONE;
}

static int ask_states(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, STATES, SLOTS);
}

static int take_states(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct exo *exo = unit->state;
	unsigned i;

	(void)len;
	(void)out;
	for (i = 0; i < SLOTS; i++)
		exo->state[i] = (uint16_t)word(rx, i);
	return WL_NEXT;
}

static int ask_values(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, VALUES, 2 * SLOTS);
}

/* Low word first. */
static double float_at(const uint8_t *rx, unsigned slot)
{
	uint32_t bits = word(rx, 2 * slot + 1) << 16 | word(rx, 2 * slot);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const struct exo *exo = unit->state;
	unsigned i, k;

	(void)len;
	for (i = 0; i < SLOTS && exo->code[i]; i++) {
		const struct meaning *meaning = find(exo->code[i]);

		for (k = 0; k < i && exo->code[k] != exo->code[i]; k++)
			;
		if (!meaning || k < i) /* unknown, or a second probe of the same kind */
			continue;
		wl_put(out, meaning->parameter, meaning->unit, float_at(rx, i), WL_F32,
			exo->state[i] == AVAILABLE ? 0 : WL_NO_VALUE);
	}
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "codes", .compose = ask_codes, .decode = take_codes, .reply_ms = 1000},
	{.name = "states", .compose = ask_states, .decode = take_states, .reply_ms = 1000},
	{.name = "values", .compose = ask_values, .decode = take_values, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_ysi_exo = {
	.name = "ysi-exo",
	.models = "YSI EXO1, EXO2, EXO3 with Modbus signal output adapter",
	.manual = "register use of dartmouthrobotics/ysi_exo @a7f126c and two more (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct exo),
	.exchanges = exchanges,
};
