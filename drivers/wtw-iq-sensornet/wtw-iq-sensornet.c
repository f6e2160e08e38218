/*
 * WTW / YSI IQ SensorNet: a controller with up to 20 sensors, each in a block of eight registers.  The block
 * says which sensor it is and what it is set to measure; only a few of those are water quality.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum { READ_INPUT = 4, SENSORS = 20, BLOCK = 8 }; /* registers of a sensor; S01's begin at 0 */
enum { NUMBER = 0, MODEL = 1, INFO = 2, MODE = 3, MAIN = 4 };
enum { UNUSED = 0, INACTIVE = 1, MEASURE = 2, CALIBRATE = 3, FAILED = 4, MAINTENANCE = 5 };
enum { VALID = 1, OFL = 2, INVALID = 3, MISSING = 4 };

/* OFL says "outside the range": above it where the range begins at nothing, else either end. */
enum { ABOVE = WL_OVER, EITHER = WL_NO_VALUE | WL_SUSPECT };

/* What a sensor of each kind may be set to measure, by its mode; {NULL}: what has no parameter here. */
enum { MODES = 4 };
struct measure {
	const char *parameter, *unit;
	unsigned outside;
};
static const struct measure electrode[MODES] = {
	{"ph", "[pH]", EITHER}, {"sensolyt_mv", "mV", EITHER}};
static const struct measure conductivity[MODES] = {{"tetracon_ms_cm", "mS/cm", ABOVE}};
static const struct measure oxygen[MODES] = {
	{"dissolved_oxygen", "mg/L", ABOVE}, {"dissolved_oxygen_sat", "%", ABOVE}};
static const struct measure turbidity[MODES] = {
	{"turbidity_fnu", "{FNU}", ABOVE}, {"turbidity_ntu", "{NTU}", ABOVE}};
static const struct measure ammonium[MODES] = {
	{"ammonia_n", "mg/L", ABOVE}, {"ammonium_nh4", "mg/L", ABOVE}};
static const struct measure nitrate[MODES] = {
	{"nitrate_n", "mg/L", ABOVE}, {"nitrate_no3", "mg/L", ABOVE}};

static const struct model {
	uint16_t code;
	const struct measure *modes;
} models[] = {
	{0x0101, electrode},    /* SensoLyt 700 IQ */
	{0x0201, conductivity}, /* TetraCon 700 IQ */
	{0x0301, oxygen},       /* TriOxmatic 700 IQ */
	{0x0302, oxygen},       /* TriOxmatic 701 IQ */
	{0x0303, oxygen},       /* TriOxmatic 702 IQ */
	{0x0304, oxygen},       /* FDO 700 IQ */
	{0x0305, oxygen},       /* FDO 701 IQ */
	{0x0401, turbidity},    /* VisoTurb 700 IQ */
	{0x0501, ammonium},     /* AmmoLyt 700 IQ */
	{0x0503, ammonium},     /* AmmoLyt Plus */
	{0x0601, nitrate},      /* NitraLyt 700 IQ */
	{0x0602, nitrate},      /* NitraLyt Plus */
	{0x0901, ammonium},     /* VARiON A */
	{0x0902, nitrate},      /* VARiON N */
	{0x0905, ammonium},     /* VARiON Plus A */
	{0x0906, nitrate},      /* VARiON Plus N */
	{0x0A01, nitrate},      /* NitraVis 701 IQ */
	{0x0A02, nitrate},      /* NitraVis 705 IQ */
};

static const char *const unjudged[] = {"sensolyt_mv mV", "tetracon_ms_cm mS/cm", NULL};

/* What each sensor was when it was last there: one that is gone is then seen to be missing. */
struct net {
	struct measure measure[SENSORS]; /* parameter NULL: nothing that is taken */
};

/* A known sensor in a mode that has no parameter shows its first one, as set to another unit. */
static struct measure find(unsigned code, unsigned mode)
{
	struct measure measure = {NULL, NULL, 0};
	size_t i;

	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (models[i].code == code) {
			measure = models[i].modes[0];
			if (mode < MODES && models[i].modes[mode].parameter)
				measure = models[i].modes[mode];
			else
				measure.unit = "1";
		}
	return measure;
}

static unsigned word(const uint8_t *at, unsigned i)
{
	return (unsigned)at[2 * i] << 8 | at[2 * i + 1];
}

static double float_at(const uint8_t *at, unsigned i)
{
	uint32_t bits = (uint32_t)word(at, i) << 16 | word(at, i + 1);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static int ask(uint8_t *tx, unsigned sensor, unsigned n)
{
	const uint8_t question[] = {
		READ_INPUT, 0, (uint8_t)(sensor * BLOCK), 0, (uint8_t)(n * BLOCK)};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

/* A value is good when the sensor measures and the value is valid; every other state gives no number. */
static unsigned flags_of(const uint8_t *block, const struct measure *measure)
{
	static const unsigned of_sensor[] = {[UNUSED] = WL_NO_VALUE,
		[INACTIVE] = WL_NO_VALUE,
		[CALIBRATE] = WL_CALIBRATING | WL_NO_VALUE,
		[FAILED] = WL_FAULT | WL_NO_VALUE,
		[MAINTENANCE] = WL_STANDBY}; /* the number is held at what it was before */
	unsigned sensor = word(block, NUMBER) & 0xFF, value = word(block, MODE) >> 4 & 0xF;

	if (sensor > MAINTENANCE)
		return WL_SUSPECT | WL_NO_VALUE;
	if (sensor != MEASURE)
		return of_sensor[sensor];
	if (value == VALID) /* the bits of the info are faults and warnings of this sensor */
		return word(block, INFO) ? WL_SUSPECT : 0;
	return value == OFL       ? measure->outside
	       : value == INVALID ? WL_FAULT | WL_NO_VALUE
	       : value == MISSING ? WL_NO_VALUE
				  : WL_SUSPECT | WL_NO_VALUE;
}

/* Of two sensors of a kind the first is taken, also while it is missing: they never change places. */
static bool is_first(const struct net *net, unsigned sensor)
{
	unsigned k;

	for (k = 0; k < sensor; k++)
		if (net->measure[k].parameter &&
			!strcmp(net->measure[k].parameter, net->measure[sensor].parameter))
			return false;
	return true;
}

static void take_sensor(struct net *net, unsigned sensor, const uint8_t *block, struct wl_out *out)
{
	struct measure *measure = &net->measure[sensor];
	unsigned status = word(block, NUMBER) & 0xFF, flags;

	if (status != UNUSED && status != INACTIVE)
		*measure = find(word(block, MODEL), word(block, MODE) >> 8);
	if (!measure->parameter || !is_first(net, sensor))
		return;
	flags = flags_of(block, measure);
	wl_put(out, measure->parameter, measure->unit,
		flags & WL_OVER ? NAN : float_at(block, MAIN), WL_F32, flags);
}

/* Each block has its own number in it: where another stands, this is no SensorNet. */
static bool is_numbered(const uint8_t *rx, unsigned first, unsigned n)
{
	unsigned i, number;

	for (i = 0; i < n; i++) {
		number = word(rx + 2, i * BLOCK) >> 8;
		if (number != first + i + 1 && (number || word(rx + 2, i * BLOCK) & 0xFF))
			return false;
	}
	return true;
}

static int take(struct net *net, const uint8_t *rx, unsigned first, unsigned n, struct wl_out *out)
{
	unsigned i;

	if (!is_numbered(rx, first, n))
		return WL_WRONG;
	for (i = 0; i < n; i++)
		take_sensor(net, first + i, rx + 2 + 2 * i * BLOCK, out);
	return WL_NEXT;
}

#define PART(name, first, n)                                                             \
	static int ask_##name(const struct wl_unit *unit, uint8_t *tx, size_t cap)       \
	{                                                                                \
		(void)unit;                                                              \
		(void)cap;                                                               \
		return ask(tx, first, n);                                                \
	}                                                                                \
	static int take_##name(                                                          \
		struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out) \
	{                                                                                \
		(void)len;                                                               \
		return take(unit->state, rx, first, n, out);                             \
	}

/*
 * As systems come: of 2, 4 and 20 sensors.  What a smaller one has no registers for is an exception.  S21 to S30
 * are differences of two sensors: they are no water quality.
 */
PART(two, 0, 2)
PART(four, 2, 2)
PART(twelve, 4, 8)
PART(twenty, 12, 8)

static const struct wl_exchange exchanges[] = {
	{.name = "S01 to S02", .compose = ask_two, .decode = take_two, .reply_ms = 1000},
	{.name = "S03 to S04",
		.compose = ask_four,
		.decode = take_four,
		.reply_ms = 1000,
		.optional = true},
	{.name = "S05 to S12",
		.compose = ask_twelve,
		.decode = take_twelve,
		.reply_ms = 1000,
		.optional = true},
	{.name = "S13 to S20",
		.compose = ask_twenty,
		.decode = take_twenty,
		.reply_ms = 1000,
		.optional = true},
	{.name = NULL},
};

const struct wl_driver wl_wtw_iq_sensornet = {
	.name = "wtw-iq-sensornet",
	.models = "WTW IQ SensorNet, YSI IQ SensorNet with Modbus",
	.manual = "YSI ba76021e01 (01/2012) p27-33, ba76148e01 (06/2013) p26-40; README.md",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct net),
	.exchanges = exchanges,
	.unjudged = unjudged,
};
