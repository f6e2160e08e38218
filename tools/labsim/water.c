#include "water.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* The few things the rest follows from. */
struct water {
	uint64_t source;
	double hours;       /* of the model's own time */
	double temperature; /* degrees Celsius */
	double conductance; /* uS/cm at 25 degrees */
	double ph;
	double turbidity; /* NTU */
	double chlorine;  /* mg/L free */
	double oxygen;    /* per cent of saturation */
};

struct row {
	const char *code;
	double (*model)(const struct water *water, double base);
	double base;
	double noise; /* one standard deviation */
	int decimals; /* as a good instrument shows it */
};

#define PI    3.14159265358979323846
#define TWO32 4294967296.0

uint64_t water_mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15u;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

/* -1 to 1, even. */
static double even(uint64_t seed)
{
	return (double)(water_mix(seed) >> 32) / TWO32 * 2 - 1;
}

/* -1 to 1, wandering smoothly, new about every 1 of x. */
static double wander(uint64_t seed, double x)
{
	double cell = floor(x), f = x - cell, a, b;

	a = even(seed + (uint64_t)(int64_t)cell);
	b = even(seed + (uint64_t)(int64_t)cell + 1);
	f = f * f * (3 - 2 * f);
	return a + (b - a) * f;
}

/* About normal with deviation 1: the sum of four even numbers. */
static double noise(uint64_t seed)
{
	uint64_t x = water_mix(seed);
	double sum = (double)(x & 0xFFFF) + (double)(x >> 16 & 0xFFFF) +
		     (double)(x >> 32 & 0xFFFF) + (double)(x >> 48);

	return (sum / 65535 - 2) * sqrt(3);
}

/* Decays between doses about six hours apart. */
static double chlorine_at(uint64_t source, double hours)
{
	double cycle = floor(hours / 6), since = hours - cycle * 6;
	double dose = 0.75 + 0.25 * even(source ^ 0xC1 ^ (uint64_t)(int64_t)cycle << 8);

	return dose * exp(-since * 0.22);
}

/* A quiet base; in every third stretch of two hours a spike that settles. */
static double turbidity_at(uint64_t source, double hours)
{
	double base = 0.9 + 0.5 * wander(source ^ 0x7B, hours / 9), cell, start, rise;
	int back;

	for (back = 0; back < 2; back++) {
		cell = floor(hours / 2) - back;
		if (water_mix(source ^ 0x7C ^ (uint64_t)(int64_t)cell << 8) % 3)
			continue;
		start = (cell + 0.5 + 0.4 * even(source ^ 0x7D ^ (uint64_t)(int64_t)cell << 8)) * 2;
		rise = 20 + 18 * even(source ^ 0x7E ^ (uint64_t)(int64_t)cell << 8);
		if (hours >= start)
			base += rise * exp(-(hours - start) * 4);
	}
	return base;
}

static void water_at(struct water *water, uint64_t source, int64_t t_ms)
{
	double day;

	water->source = source;
	water->hours = (double)t_ms / 3.6e6;
	day = sin((water->hours - 9) * PI / 12);
	water->temperature =
		17 + 4 * even(source) + 3.5 * day + wander(source ^ 1, water->hours / 8);
	water->conductance =
		420 + 150 * even(source ^ 2) + 40 * wander(source ^ 3, water->hours / 5);
	water->ph = 7.5 + 0.3 * even(source ^ 4) + 0.15 * day +
		    0.1 * wander(source ^ 5, water->hours / 3);
	water->oxygen = 93 + 6 * day + 4 * wander(source ^ 6, water->hours / 4);
	water->turbidity = turbidity_at(source, water->hours);
	water->chlorine = chlorine_at(source, water->hours);
}

static double model_temperature(const struct water *water, double base)
{
	return base + water->temperature;
}

static double model_conductivity(const struct water *water, double base)
{
	return base * water->conductance * (1 + 0.0191 * (water->temperature - 25));
}

static double model_conductance(const struct water *water, double base)
{
	return base * water->conductance;
}

static double model_ph(const struct water *water, double base)
{
	return base + water->ph;
}

/* The glass electrode's slope at this temperature. */
static double model_ph_mv(const struct water *water, double base)
{
	return base - 0.198416 * (273.15 + water->temperature) * (water->ph - 7);
}

static double model_saturation(const struct water *water, double base)
{
	return base + water->oxygen;
}

/* Oxygen that fresh water holds at sea level, mg/L, cubic fit over 0 to 30 degrees. */
static double model_oxygen(const struct water *water, double base)
{
	double t = water->temperature;
	double full = 14.652 + t * (-0.41022 + t * (0.0079910 - t * 0.000077774));

	return base + full * water->oxygen / 100;
}

static double model_turbidity(const struct water *water, double base)
{
	return base * water->turbidity;
}

static double model_chlorine(const struct water *water, double base)
{
	return base + water->chlorine;
}

static double model_orp(const struct water *water, double base)
{
	return base + 260 * water->chlorine - 25 * (water->ph - 7.5);
}

/* What nobody doses and no sun changes: a level of its own that wanders. */
static double model_slow(const struct water *water, double base)
{
	uint64_t seed = water->source ^ water_mix((uint64_t)(base * 4096));

	return base * (1 + 0.3 * even(seed) + 0.15 * wander(seed + 99, water->hours / 7));
}

static const struct row rows[] = {
	{"alkalinity", model_slow, 160, 0.4, 1},
	{"aluminium", model_slow, 45, 0.3, 1},
	{"ammonia_n", model_slow, 0.18, 0.004, 3},
	{"ammonium_nh4", model_slow, 0.23, 0.004, 3},
	{"arsenic", model_slow, 6.1, 0.05, 2},
	{"boron", model_slow, 81, 0.3, 1},
	{"chloride", model_slow, 31, 0.06, 2},
	{"colour", model_slow, 7.3, 0.05, 1},
	{"conductivity", model_conductivity, 1, 0.3, 1},
	{"dissolved_oxygen", model_oxygen, 0, 0.008, 3},
	{"dissolved_oxygen_sat", model_saturation, 0, 0.06, 2},
	{"fluoride", model_slow, 0.62, 0.005, 3},
	{"free_chlorine", model_chlorine, 0.02, 0.004, 3},
	{"hardness", model_slow, 190, 0.5, 1},
	{"iron", model_slow, 110, 0.5, 1},
	{"manganese", model_slow, 22, 0.2, 1},
	{"nitrate_n", model_slow, 2.9, 0.02, 3},
	{"nitrate_no3", model_slow, 12.8, 0.05, 2},
	{"nitrite_n", model_slow, 0.02, 0.0006, 4},
	{"nitrite_no2", model_slow, 0.066, 0.001, 4},
	{"orp", model_orp, 430, 0.4, 1},
	{"ph", model_ph, 0, 0.006, 3},
	{"ph_mv", model_ph_mv, 0, 0.15, 2},
	{"salinity", model_conductance, 0.00049, 0.002, 3},
	{"specific_conductance", model_conductance, 1, 0.3, 1},
	{"sulphate", model_slow, 52, 0.1, 2},
	{"tds", model_conductance, 0.65, 0.2, 1},
	{"temperature", model_temperature, 0, 0.01, 3},
	{"total_chlorine", model_chlorine, 0.11, 0.004, 3},
	{"turbidity_fnu", model_turbidity, 0.96, 0.015, 3},
	{"turbidity_ntu", model_turbidity, 1, 0.015, 3},
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

int water_find(const char *code)
{
	int i;

	for (i = 0; i < N_ROWS; i++)
		if (!strcmp(rows[i].code, code))
			return i;
	return -1;
}

double water_value(uint64_t source, int parameter, int64_t t_ms)
{
	static const double tens[] = {1, 10, 100, 1000, 10000};
	const struct row *row = &rows[parameter];
	struct water water;
	double value, ten = tens[row->decimals];

	water_at(&water, source, t_ms);
	value = row->model(&water, row->base);
	value += row->noise * noise(source ^ (uint64_t)parameter << 48 ^ (uint64_t)t_ms);
	value = round(value * ten) / ten;
	if (value <= 0 && row->model != model_temperature && row->model != model_ph_mv)
		value = 1 / ten;
	return value;
}
