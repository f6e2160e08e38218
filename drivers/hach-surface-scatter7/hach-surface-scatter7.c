/*
 * Hach Surface Scatter 7 sc turbidimeter behind an sc network card.  Whether its floats come high or low word
 * first is a setting of the card, which has another address: they are not used.  The whole number says when the
 * hundredths have no room in their one register.
 */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

enum { READ_HOLDING = 3, FIRST = 2, REGISTERS = 16 };        /* 40003 to 40018 */
enum { WHOLE = 0, HUNDREDTHS = 1, UNIT = 13, SERVICE = 15 }; /* 40003, 40004, 40016, 40018 */
enum { MOST_WITH_HUNDREDTHS = 653 }; /* rounded or cut, the hundredths are below 65536 */

static int ask(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	static const uint8_t question[] = {READ_HOLDING, 0, FIRST, 0, REGISTERS};

	(void)unit;
	(void)cap;
	memcpy(tx, question, sizeof(question));
	return sizeof(question);
}

static unsigned word(const uint8_t *rx, unsigned i)
{
	return (unsigned)rx[2 + 2 * i] << 8 | rx[3 + 2 * i];
}

static const char *unit_of(unsigned code)
{
	return code == 7 ? "{NTU}" : code == 0 ? "mg/L" : code == 42 ? "{FTU}" : "1";
}

static unsigned flags_of(unsigned service)
{
	return service == 0 ? 0 : service == 1 ? WL_FAULT : WL_SUSPECT;
}

static int take(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const char *in = unit_of(word(rx, UNIT));
	unsigned flags = flags_of(word(rx, SERVICE));
	int whole = (int)word(rx, WHOLE), hundredths = (int)word(rx, HUNDREDTHS);

	(void)unit;
	(void)len;
	if (whole > MOST_WITH_HUNDREDTHS)
		wl_put(out, "turbidity_ntu", in, whole, 0, flags);
	else if (abs(hundredths - 100 * whole) > 100) /* two numbers for one */
		return WL_GARBLED;
	else
		wl_put(out, "turbidity_ntu", in, hundredths / 100.0, 2, flags);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "turbidity", .compose = ask, .decode = take, .reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_hach_surface_scatter7 = {
	.name = "hach-surface-scatter7",
	.models = "Hach Surface Scatter 7 sc",
	.manual =
		"Surface Scatter 7 sc user manual, page 57 (manualsdir.com/manuals/333121?page=59)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
