/*
 * Endress+Hauser Liquiline CM44x and what shares its Modbus tables.  Up to 16 inputs, each with value, state and
 * unit; which quantity an input is only the person knows who laid them out.
 */
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum { READ_INPUT = 4, DEVICE_ID = 9017, LAST_DEVICE = 9, VALUES = 0 };
enum { INPUTS = 16, INPUT = 4, STATE = 2, UNIT = 3 }; /* registers of an input */
enum { GOOD = 0, UNCERTAIN = 1, BAD = 2, NOT_ASSIGNED = 3 };

/*
 * The unit codes that water quality may have.  The first three mean one thing each; mg/L may be oxygen or
 * chlorine, mV a redox potential or a pH electrode: those are put as inputs, without a judgement.
 */
static const struct unit_code {
	uint8_t code;
	const char *unit, *parameter, *end;
} codes[] = {
	{53, "[pH]", "ph", "ph"},
	{89, "Cel", "temperature", "cel"},
	{33, "{FNU}", "turbidity_fnu", "fnu"},
	{7, "%", NULL, "percent"},
	{47, "mg/L", NULL, "mg_l"},
	{72, "mS/cm", NULL, "ms_cm"},
	{110, "mV", NULL, "mv"},
};

#define NAMES(n)                                                                                \
	"input_" #n "_ph [pH]", "input_" #n "_cel Cel", "input_" #n "_fnu {FNU}",               \
		"input_" #n "_percent %", "input_" #n "_mg_l mg/L", "input_" #n "_ms_cm mS/cm", \
		"input_" #n "_mv mV"

static const char *const unjudged[] = {NAMES(1), NAMES(2), NAMES(3), NAMES(4), NAMES(5), NAMES(6),
	NAMES(7), NAMES(8), NAMES(9), NAMES(10), NAMES(11), NAMES(12), NAMES(13), NAMES(14),
	NAMES(15), NAMES(16), NULL};

static int ask(uint8_t *tx, unsigned first, unsigned registers)
{
	const uint8_t question[] = {
		READ_INPUT, (uint8_t)(first >> 8), (uint8_t)first, 0, (uint8_t)registers};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static unsigned word(const uint8_t *rx, unsigned i)
{
	return (unsigned)rx[2 + 2 * i] << 8 | rx[3 + 2 * i];
}

static double number(const uint8_t *rx, unsigned i)
{
	uint32_t bits = (uint32_t)word(rx, i) << 16 | word(rx, i + 1);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

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
	return word(rx, 0) <= LAST_DEVICE ? WL_NEXT : WL_WRONG;
}

static int ask_inputs(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, VALUES, INPUTS * INPUT);
}

static const struct unit_code *find(unsigned code)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return &codes[i];
	return NULL;
}

static bool is_assigned(const uint8_t *rx, unsigned i)
{
	return word(rx, i * INPUT + STATE) != NOT_ASSIGNED;
}

/* Of two inputs of a kind the first is the parameter, whatever its state: they never change places. */
static bool is_first(const uint8_t *rx, unsigned i)
{
	unsigned k;

	for (k = 0; k < i; k++)
		if (is_assigned(rx, k) && word(rx, k * INPUT + UNIT) == word(rx, i * INPUT + UNIT))
			return false;
	return true;
}

static unsigned flags_of(unsigned state)
{
	return state == GOOD ? 0 : state == BAD ? WL_FAULT | WL_NO_VALUE : WL_SUSPECT;
}

static void take_input(const uint8_t *rx, unsigned i, struct wl_out *out)
{
	const struct unit_code *code = find(word(rx, i * INPUT + UNIT));
	unsigned flags = flags_of(word(rx, i * INPUT + STATE));
	double value = number(rx, i * INPUT);
	char name[24];

	if (!code)
		return;
	snprintf(name, sizeof(name), "input_%u_%s", i + 1, code->end);
	wl_put(out, code->parameter && is_first(rx, i) ? code->parameter : name, code->unit, value,
		WL_F32, flags);
}

static int take_inputs(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	unsigned i;

	(void)unit;
	(void)len;
	for (i = 0; i < INPUTS; i++) /* both are single bytes: another map has more there */
		if (word(rx, i * INPUT + STATE) > UINT8_MAX ||
			word(rx, i * INPUT + UNIT) > UINT8_MAX)
			return WL_GARBLED;
	for (i = 0; i < INPUTS; i++)
		if (is_assigned(rx, i))
			take_input(rx, i, out);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "device id",
		.compose = ask_device,
		.decode = take_device,
		.reply_ms = 1000,
		.identity = true,
		.optional = true},
	{.name = "inputs", .compose = ask_inputs, .decode = take_inputs, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_endress_cm44x = {
	.name = "endress-cm44x",
	.models = "Endress+Hauser Liquiline CM44x, CM44P, Liquiline System CA80",
	.manual =
		"SD01189C/07/EN/04.17 p4, p40; Modbus guideline V1.0 (12/2011) p18-26 (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
	.unjudged = unjudged,
};
