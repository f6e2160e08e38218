/*
 * Aqualabo (Ponsel) digital sensors: OPTOD, PHEHT, C4E, NTU.  They measure when told to; a text says which of
 * them it is, and so what the values mean.
 */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, WRITE_MULTIPLE = 16 };
enum { DESCRIPTION = 0x0D00, NEW_MEASURE = 0x0001, WAITING = 0x00A4, VALUES = 0x0053 };
enum { MEASURES = 5, WAIT_MS = 1010 }; /* temperature and four more; 10 ms more than it may need */

static const struct kind {
	const char *begins; /* its description */
	struct {
		const char *parameter, *unit; /* NULL: not taken */
	} measure[MEASURES];
} kinds[] = {
	{"ODO / Te", {{"temperature", "Cel"}, {"dissolved_oxygen_sat", "%"},
			     {"dissolved_oxygen", "mg/L"}}},
	{"pH / Red", {{"temperature", "Cel"}, {"ph", "[pH]"}, {"orp", "mV"}, {"ph_mv", "mV"}}},
	{"C4E /Sal", {{"temperature", "Cel"}, {"conductivity", "uS/cm"}}},
	{"Nephelo/", {{"temperature", "Cel"}, {"turbidity_ntu", "{NTU}"}}},
};

struct sensor {
	const struct kind *kind;
	bool slow; /* it needs longer than it is given */
};

static int ask(uint8_t *tx, unsigned first, unsigned registers)
{
	const uint8_t question[] = {
		READ_HOLDING, (uint8_t)(first >> 8), (uint8_t)first, 0, (uint8_t)registers};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static int ask_kind(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, DESCRIPTION, 16);
}

static int take_kind(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct sensor *sensor = unit->state;
	size_t i;

	(void)len;
	(void)out;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!memcmp(rx + 2, kinds[i].begins, strlen(kinds[i].begins))) {
			sensor->kind = &kinds[i];
			return WL_NEXT;
		}
	return WL_WRONG;
}

static int ask_waiting(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, WAITING, 1);
}

static int take_waiting(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct sensor *sensor = unit->state;

	(void)len;
	(void)out;
	sensor->slow = ((unsigned)rx[2] << 8 | rx[3]) + 10 > WAIT_MS;
	return WL_NEXT;
}

/* One bit for each measure.  Nothing of it stays in the sensor. */
static int tell_to_measure(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	static const uint8_t command[] = {
		WRITE_MULTIPLE, 0, NEW_MEASURE, 0, 1, 2, 0, (1 << MEASURES) - 1};

	(void)unit;
	(void)cap;
	memcpy(tx, command, sizeof(command));
	return sizeof(command);
}

static int take_order(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)rx;
	(void)len;
	(void)out;
	return WL_NEXT;
}

static int ask_values(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, VALUES, 2 * MEASURES);
}

static double float_at(const uint8_t *at)
{
	uint32_t bits =
		(uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const struct sensor *sensor = unit->state;
	unsigned i;

	(void)len;
	if (!sensor->kind)
		return WL_GARBLED;
	for (i = 0; i < MEASURES; i++)
		if (sensor->kind->measure[i].parameter)
			wl_put(out, sensor->kind->measure[i].parameter,
				sensor->kind->measure[i].unit, float_at(rx + 2 + 4 * i), WL_F32,
				sensor->slow ? WL_SUSPECT : 0);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "description",
		.compose = ask_kind,
		.decode = take_kind,
		.reply_ms = 1000,
		.identity = true},
	{.name = "waiting time", .compose = ask_waiting, .decode = take_waiting, .reply_ms = 1000},
	{.name = "measure", .compose = tell_to_measure, .decode = take_order, .reply_ms = 1000},
	{.name = "values",
		.compose = ask_values,
		.decode = take_values,
		.reply_ms = 1000,
		.wait_ms = WAIT_MS},
	{.name = NULL},
};

const struct wl_driver wl_aqualabo_digital = {
	.name = "aqualabo-digital",
	.models = "Aqualabo (Ponsel) OPTOD, PHEHT, C4E, NTU",
	.manual = "register use of Libelium/waspmoteapi SensorXtr @344df4d (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct sensor),
	.exchanges = exchanges,
};
