/*
 * Hach 3798-S sc inductive conductivity sensor behind an sc controller.  Whether its floats come high or low
 * word first is a setting of the controller, which has another address; but it says one conductivity in four
 * units, and these agree in one order only.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, REGISTERS = 12 };         /* 40001 to 40012 */
enum { MS_CM = 0, US_CM = 6, S_M = 8, MS_M = 10 }; /* 40001, 40007, 40009, 40011 */
enum order { HIGH_FIRST, LOW_FIRST };

/* Whether it is compensated for temperature is a setting, too. */
static const char *const unjudged[] = {"conductivity_ms_cm mS/cm", NULL};

static int ask(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	static const uint8_t question[] = {READ_HOLDING, 0, 0, 0, REGISTERS};

	(void)unit;
	(void)cap;
	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static uint32_t word(const uint8_t *rx, unsigned i)
{
	return (uint32_t)rx[2 + 2 * i] << 8 | rx[3 + 2 * i];
}

static double float_at(const uint8_t *rx, unsigned i, enum order order)
{
	uint32_t bits = order == HIGH_FIRST ? word(rx, i) << 16 | word(rx, i + 1)
					    : word(rx, i + 1) << 16 | word(rx, i);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

/* A float has seven places; a thousandth leaves room for a sensor that rounds. */
static bool is_near(double a, double b)
{
	return isfinite(a) && isfinite(b) && fabs(a - b) <= fabs(b) / 1000;
}

static bool agree(const uint8_t *rx, enum order order)
{
	double ms_cm = float_at(rx, MS_CM, order);

	return is_near(float_at(rx, US_CM, order), ms_cm * 1000) &&
	       is_near(float_at(rx, S_M, order), ms_cm / 10) &&
	       is_near(float_at(rx, MS_M, order), ms_cm * 100);
}

static int take(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	bool high = agree(rx, HIGH_FIRST), low = agree(rx, LOW_FIRST);
	double value = float_at(rx, MS_CM, high ? HIGH_FIRST : LOW_FIRST);

	(void)unit;
	(void)len;
	if (high && low && value != float_at(rx, MS_CM, LOW_FIRST))
		high = low = false;
	wl_put(out, "conductivity_ms_cm", "mS/cm", value, WL_F32,
		high || low ? 0 : WL_SUSPECT | WL_NO_VALUE);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "conductivity", .compose = ask, .decode = take, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_hach_3798_s_sc = {
	.name = "hach-3798-s-sc",
	.models = "Hach 3798-S sc",
	.manual = "3798-S sc user manual, page 29 (manualsdir.com/manuals/332881?page=31)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
	.unjudged = unjudged,
};
