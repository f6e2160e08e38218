/*
 * Sper Scientific 850055 pH meter, which sends what it shows each second:
 * "p07.02pH: m-01.23mV:T025.1C@ 2007-04-18 18:48:48", a checksum of a kind that is not documented, CR LF.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum { FIELDS = 3, LONGEST = 80 };

/* What stands before and behind each number; the last has one of two units. */
static const struct form {
	unsigned field;
	const char *before, *behind, *parameter, *unit;
	unsigned flags;
} forms[] = {
	{0, "p", "pH", "ph", "[pH]", 0},
	{1, "m", "mV", "ph_mv", "mV", 0},
	/* Measured or set by hand: it does not say. */
	{2, "T", "C", "temperature", "Cel", WL_SUSPECT},
	{2, "T", "F", "temperature", "[degF]", WL_SUSPECT},
};

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "p" and "E" stand within a message, too, but without a number there. */
static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	const uint8_t *clock = memchr(rx, '@', len < LONGEST ? len : LONGEST);
	size_t i;

	(void)unit;
	if ((rx[0] != 'p' && rx[0] != 'E') || (len > 1 && !digit(rx[1])))
		return WL_SKIP;
	/* The checksum behind the clock may be any byte. */
	for (i = 1; i < len && i < LONGEST; i++) {
		if (clock && rx + i > clock && rx[i - 1] == '\r' && rx[i] == '\n')
			return (int)i + 1;
		if ((!clock || rx + i < clock) && (rx[i] < 0x20 || rx[i] > 0x7E))
			return WL_SKIP;
	}
	return i < LONGEST ? WL_MORE : WL_SKIP;
}

/* An error instead of a value: "E03Nul". */
static bool is_error(const char *text, size_t len)
{
	return len == 6 && text[0] == 'E' && digit((uint8_t)text[1]) && digit((uint8_t)text[2]) &&
	       !memcmp(text + 3, "Nul", 3);
}

/* Whether the text is of that form, and the number in it. */
static bool has_form(const struct form *form, const char *text, size_t len, size_t *at, size_t *n)
{
	size_t behind = strlen(form->behind);

	*at = strlen(form->before);
	if (len <= *at + behind)
		return false;
	*n = len - *at - behind;
	return !memcmp(text, form->before, *at) &&
	       !memcmp(text + len - behind, form->behind, behind);
}

static bool put_field(unsigned field, const char *text, size_t len, struct wl_out *out)
{
	bool error;
	double value;
	size_t at, n;
	int decimals;
	unsigned i;

	for (; len && *text == ' '; text++)
		len--;
	while (len && text[len - 1] == ' ')
		len--;
	error = is_error(text, len);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].field != field)
			continue;
		if (error) {
			wl_put(out, forms[i].parameter, forms[i].unit, (double)NAN, 0,
				WL_FAULT | WL_NO_VALUE);
			return true;
		}
		if (!has_form(&forms[i], text, len, &at, &n))
			continue;
		decimals = wl_number(text + at, n, &value);
		if (decimals < 0)
			return false;
		wl_put(out, forms[i].parameter, forms[i].unit, value, decimals, forms[i].flags);
		return true;
	}
	return false;
}

static int take_reading(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const char *at = (const char *)rx, *clock = memchr(rx, '@', len), *end;
	unsigned i;

	(void)unit;
	for (i = 0; i < FIELDS; i++, at = end + 1) {
		if (at >= clock)
			return WL_GARBLED;
		end = memchr(at, ':', (size_t)(clock - at));
		if (!end)
			end = clock;
		if ((end == clock) != (i == FIELDS - 1) ||
			!put_field(i, at, (size_t)(end - at), out))
			return WL_GARBLED;
	}
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "reading",
		.wire = WL_BYTES,
		.frame = frame,
		.decode = take_reading,
		.reply_ms = 3000},
	{.name = NULL},
};

const struct wl_driver wl_sper_850055 = {
	.name = "sper-850055",
	.models = "Sper Scientific 850055",
	.manual = "850055 user manual, p33-34",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
