/*
 * Seametrics (INW) CT2X: temperature and conductivity, from a logger that sleeps between questions.  The first
 * answer is what it measured before it fell asleep: it only wakes it, and is thrown away.
 */
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, VALUES = 62592, FLOATS = 3, MORE = 62600, MORE_FLOATS = 2 };
enum { WAKE_MS = 1000 }; /* from the old answer to new numbers; it sleeps again after some 10 s */

/* The manual says that both are compensated, but not to which temperature. */
static const char *const unjudged[] = {
	"conductivity_linear uS/cm", "conductivity_nlfn uS/cm", NULL};

static int ask(uint8_t *tx, unsigned first, unsigned floats)
{
	const uint8_t question[] = {
		READ_HOLDING, (uint8_t)(first >> 8), (uint8_t)first, 0, (uint8_t)(2 * floats)};

	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

/* High word first. */
static double float_at(const uint8_t *rx, unsigned i)
{
	const uint8_t *at = rx + 2 + 4 * i;
	uint32_t bits =
		(uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static int ask_values(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, VALUES, FLOATS);
}

static int throw_away(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)rx;
	(void)len;
	(void)out;
	return WL_NEXT;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)len;
	wl_put(out, "temperature", "Cel", float_at(rx, 0), WL_F32, 0);
	wl_put(out, "conductivity_linear", "uS/cm", float_at(rx, 1), WL_F32, 0);
	wl_put(out, "conductivity_nlfn", "uS/cm", float_at(rx, 2), WL_F32, 0);
	return WL_NEXT;
}

static int ask_more(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return ask(tx, MORE, MORE_FLOATS);
}

static int take_more(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)len;
	wl_put(out, "salinity", "[psu]", float_at(rx, 0), WL_F32, 0);
	wl_put(out, "tds", "mg/L", float_at(rx, 1), WL_F32, 0);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "wake", .compose = ask_values, .decode = throw_away, .reply_ms = 1000},
	{.name = "values",
		.compose = ask_values,
		.decode = take_values,
		.wait_ms = WAKE_MS,
		.reply_ms = 1000},
	{.name = "salinity and TDS", /* of firmware 2.7 and later */
		.compose = ask_more,
		.decode = take_more,
		.reply_ms = 1000,
		.optional = true},
	{.name = NULL},
};

const struct wl_driver wl_seametrics_ct2x = {
	.name = "seametrics-ct2x",
	.models = "Seametrics CT2X, INW AquiStar CT2X",
	.manual = "CT2X instructions p21 (manualslib 1618904), p18 (manualshive 1227932)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
	.unjudged = unjudged,
};
