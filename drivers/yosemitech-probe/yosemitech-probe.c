/*
 * Yosemitech probes for one thing and its temperature.  The serial number says which one it is.  A probe
 * measures only once it has been told to, and shows zeros and old numbers for some seconds then.
 */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, WRITE_REGISTERS = 16 };
enum { SERIAL = 0x0900, ELECTRODE = 0x1200, START_CONDUCTIVITY = 0x1C00 };
enum { PH_TEMPERATURE = 0x2400, START = 0x2500, VALUES = 0x2600, PH_VALUE = 0x2800 };
/* From the start to numbers that are of this water; optics that wipe themselves take longest. */
enum { SETTLE_MS = 11000, SETTLE_OPTICS_MS = 50000 };
/* Bytes of an answer's data. */
enum {
	SERIAL_TEXT = 1,
	SERIAL_KIND = SERIAL_TEXT + 2,
	FIRST = 0,
	SECOND = 4,
	THIRD = 8,
	ERROR = 8
};

enum kind { NOT_KNOWN, OXYGEN, CONDUCTIVITY, TURBIDITY, PH };

struct probe {
	enum kind kind;
	bool started, settled;
};

/* The two digits behind the serial number's letters. */
static const struct {
	char digits[3];
	enum kind kind;
} kinds[] = {
	{"01", OXYGEN},
	{"09", CONDUCTIVITY},
	{"10", TURBIDITY},
	{"29", TURBIDITY},
	{"43", PH},
};

static int ask(uint8_t *tx, unsigned first, unsigned registers)
{
	const uint8_t question[] = {
		READ_HOLDING, (uint8_t)(first >> 8), (uint8_t)first, 0, (uint8_t)registers};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static const uint8_t *data_of(const uint8_t *rx)
{
	return rx + 2;
}

/* The lowest byte first. */
static double number(const uint8_t *rx, unsigned at)
{
	const uint8_t *p = data_of(rx) + at;
	uint32_t bits = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static bool is(const struct wl_unit *unit, enum kind kind)
{
	return ((const struct probe *)unit->state)->kind == kind;
}

/* --- which probe it is ------------------------------------------------------------------------------ */

static int ask_serial(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, SERIAL, 7);
}

static bool is_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static int take_serial(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;
	const uint8_t *text = data_of(rx) + SERIAL_TEXT;
	size_t i;

	(void)len;
	(void)out;
	if (!is_letter(text[0]) || !is_letter(text[1]))
		return WL_WRONG;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!memcmp(data_of(rx) + SERIAL_KIND, kinds[i].digits, 2)) {
			probe->kind = kinds[i].kind;
			return WL_NEXT;
		}
	return WL_WRONG;
}

/* --- start, and the time it takes -------------------------------------------------------------------- */

/* A write of no registers at all. */
static int ask_start_conductivity(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	static const uint8_t question[] = {
		WRITE_REGISTERS, START_CONDUCTIVITY >> 8, START_CONDUCTIVITY & 0xFF, 0, 0, 0};
	const struct probe *probe = unit->state;

	(void)cap;
	if (probe->started || probe->kind != CONDUCTIVITY)
		return WL_PASS;
	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static int ask_start(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct probe *probe = unit->state;

	(void)cap;
	return probe->started || probe->kind == CONDUCTIVITY ? WL_PASS : ask(tx, START, 1);
}

static int take_start(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;

	(void)rx;
	(void)len;
	(void)out;
	probe->started = true;
	probe->settled = false;
	return WL_NEXT;
}

/* Its serial number once more: what counts is the pause before the question. */
static int ask_settled(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct probe *probe = unit->state;

	(void)cap;
	return probe->settled || probe->kind == TURBIDITY ? WL_PASS : ask(tx, SERIAL, 7);
}

static int ask_settled_optics(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct probe *probe = unit->state;

	(void)cap;
	return probe->settled || probe->kind != TURBIDITY ? WL_PASS : ask(tx, SERIAL, 7);
}

static int take_settled(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;

	(void)rx;
	(void)len;
	(void)out;
	probe->settled = true;
	return WL_NEXT;
}

/* --- what it measures ------------------------------------------------------------------------------- */

/* A probe that has measured nothing shows exactly zero. */
static unsigned flags_of(double value)
{
	return value == 0 ? WL_SUSPECT : 0;
}

static int ask_values(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)cap;
	return is(unit, CONDUCTIVITY) || is(unit, TURBIDITY) ? ask(tx, VALUES, 5) : WL_PASS;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;
	unsigned error = data_of(rx)[ERROR] ? WL_FAULT : 0;
	double value = number(rx, SECOND);

	(void)len;
	wl_put(out, "temperature", "Cel", number(rx, FIRST), WL_F32, error);
	if (probe->kind == TURBIDITY) {
		wl_put(out, "turbidity_ntu", "{NTU}", value, WL_F32, error | flags_of(value));
		return WL_NEXT;
	}
	wl_put(out, "specific_conductance", "mS/cm", value, WL_F32, error | flags_of(value));
	probe->started = value != 0; /* its power may have failed: it is told again */
	return WL_NEXT;
}

static int ask_oxygen(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)cap;
	return is(unit, OXYGEN) ? ask(tx, VALUES, 6) : WL_PASS;
}

static int take_oxygen(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	double part = number(rx, SECOND), mass = number(rx, THIRD);

	(void)unit;
	(void)len;
	wl_put(out, "temperature", "Cel", number(rx, FIRST), WL_F32, 0);
	wl_put(out, "dissolved_oxygen_sat", "%", part * 100, WL_F32, flags_of(part));
	wl_put(out, "dissolved_oxygen", "mg/L", mass, WL_F32, flags_of(mass));
	return WL_NEXT;
}

static int ask_ph(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)cap;
	return is(unit, PH) ? ask(tx, PH_VALUE, 2) : WL_PASS;
}

static int take_ph(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	double value = number(rx, FIRST);

	(void)unit;
	(void)len;
	wl_put(out, "ph", "[pH]", value, WL_F32, flags_of(value));
	return WL_NEXT;
}

static int ask_ph_temperature(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)cap;
	return is(unit, PH) ? ask(tx, PH_TEMPERATURE, 2) : WL_PASS;
}

static int take_ph_temperature(
	struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)len;
	wl_put(out, "temperature", "Cel", number(rx, FIRST), WL_F32, 0);
	return WL_NEXT;
}

static int ask_electrode(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)cap;
	return is(unit, PH) ? ask(tx, ELECTRODE, 2) : WL_PASS;
}

static int take_electrode(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	double value = number(rx, FIRST);

	(void)unit;
	(void)len;
	wl_put(out, "ph_mv", "mV", value, WL_F32, flags_of(value));
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "serial number",
		.compose = ask_serial,
		.decode = take_serial,
		.reply_ms = 1000,
		.identity = true},
	{.name = "start of conductivity",
		.compose = ask_start_conductivity,
		.decode = take_start,
		.reply_ms = 1000},
	{.name = "start", .compose = ask_start, .decode = take_start, .reply_ms = 1000},
	{.name = "settled",
		.compose = ask_settled,
		.decode = take_settled,
		.wait_ms = SETTLE_MS,
		.reply_ms = 1000},
	{.name = "optics settled",
		.compose = ask_settled_optics,
		.decode = take_settled,
		.wait_ms = SETTLE_OPTICS_MS,
		.reply_ms = 1000},
	{.name = "values", .compose = ask_values, .decode = take_values, .reply_ms = 1000},
	{.name = "oxygen", .compose = ask_oxygen, .decode = take_oxygen, .reply_ms = 1000},
	{.name = "pH", .compose = ask_ph, .decode = take_ph, .reply_ms = 1000},
	{.name = "temperature",
		.compose = ask_ph_temperature,
		.decode = take_ph_temperature,
		.reply_ms = 1000},
	{.name = "electrode", .compose = ask_electrode, .decode = take_electrode, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_yosemitech_probe = {
	.name = "yosemitech-probe",
	.models = "Yosemitech Y502, Y504, Y510, Y511, Y520, Y532",
	.manual = "EnviroDIY/YosemitechModbus @93373e6, @661e9fb and its capture (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct probe),
	.exchanges = exchanges,
};
