/*
 * HF scientific MicroTOL turbidimeters, asked over RS-485 in their own ASCII form: ":1" and ":001 0.0249 NTU".
 */
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum { ADDRESS = 4, LONGEST = 32 }; /* ":001" */

static int ask_report(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	int n = snprintf((char *)tx, cap, ":%u\r\n", (unsigned)unit->address);

	return n < (int)cap ? n : WL_PASS;
}

/* It is complete with its unit: what ends the line is not documented. */
static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	size_t i;

	(void)unit;
	if (rx[0] != ':')
		return WL_SKIP;
	for (i = 1; i < len && i < LONGEST; i++) {
		if (rx[i] < 0x20 || rx[i] > 0x7E || rx[i] == ':') /* or the question's echo */
			return WL_SKIP;
		if (i > ADDRESS && !memcmp(rx + i - 2, "NTU", 3))
			return (int)i + 1;
	}
	return i < LONGEST ? WL_MORE : WL_SKIP;
}

static int take_report(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	char begins[ADDRESS + 2];
	size_t at = ADDRESS, end = len - 3; /* "NTU" */
	double value;
	int decimals;

	snprintf(begins, sizeof(begins), ":%03u ", (unsigned)unit->address);
	if (memcmp(rx, begins, strlen(begins)) != 0)
		return WL_GARBLED;
	while (at < end && rx[at] == ' ')
		at++;
	while (end > at && rx[end - 1] == ' ')
		end--;
	decimals = wl_number((const char *)rx + at, end - at, &value);
	if (decimals < 0)
		return WL_GARBLED;
	wl_put(out, "turbidity_ntu", "{NTU}", value, decimals, 0);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "report",
		.wire = WL_BYTES,
		.compose = ask_report,
		.frame = frame,
		.decode = take_report,
		.reply_ms = 1000},
	{.name = NULL},
};

const struct wl_driver wl_hf_microtol = {
	.name = "hf-microtol",
	.models = "HF scientific MicroTOL with white light (20053, 20055, 20063)",
	.manual = "MicroTOL manual rev. 4.8 (5/10), p28 (PDF p34)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
