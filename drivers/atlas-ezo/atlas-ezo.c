/*
 * Atlas Scientific EZO circuits in UART mode.  An answer is lines that end with CR, the last of them *OK or
 * *ER; codes of the circuit itself (*OV, *RS, ...) and readings of its continuous mode may come between.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum kind { NOT_KNOWN, PH, ORP, CONDUCTIVITY, TEMPERATURE };

struct ezo {
	enum kind kind;
};

static const struct {
	const char *says;
	enum kind kind;
	const char *parameter, *unit;
} kinds[] = {
	{"pH", PH, "ph", "[pH]"},
	{"ORP", ORP, "orp", "mV"},
	{"EC", CONDUCTIVITY, "conductivity", "uS/cm"},
	{"RTD", TEMPERATURE, "temperature", "Cel"},
};

struct line {
	const char *text;
	size_t len;
};

/* The line that begins at *at, without its CR; false when its end is not there. */
static bool next_line(const uint8_t *rx, size_t len, size_t *at, struct line *line)
{
	const uint8_t *end = memchr(rx + *at, '\r', len - *at);

	if (!end)
		return false;
	line->text = (const char *)rx + *at;
	line->len = (size_t)(end - rx) - *at;
	*at += line->len + 1;
	return true;
}

static bool is(const struct line *line, const char *word)
{
	return line->len == strlen(word) && !memcmp(line->text, word, line->len);
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	struct line line;
	size_t at = 0;

	(void)unit;
	if (rx[0] < 0x20 || rx[0] > 0x7E) /* no line begins so; the CR of one that is lost does */
		return WL_SKIP;
	while (next_line(rx, len, &at, &line))
		if (is(&line, "*OK") || is(&line, "*ER"))
			return (int)at;
	return WL_MORE;
}

/* What the answer says: the last line that is no code.  False for *ER and for none. */
static bool answer_in(const uint8_t *rx, size_t len, struct line *answer, unsigned *flags)
{
	struct line line;
	size_t at = 0;

	answer->len = 0;
	*flags = 0;
	while (next_line(rx, len, &at, &line)) {
		if (is(&line, "*ER"))
			return false;
		if (is(&line, "*OV") || is(&line, "*UV") || is(&line, "*RS"))
			*flags |= WL_SUSPECT; /* its supply; it has just restarted */
		else if (line.len && line.text[0] != '*')
			*answer = line;
	}
	return answer->len > 0;
}

static int say(const char *words, uint8_t *tx)
{
	memcpy(tx, words, strlen(words));
	return (int)strlen(words);
}

/* --- silence: it answers when asked, and only then ------------------------------------------------- */

static int ask_silence(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return say("C,0\r", tx);
}

static int take_silence(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)rx;
	(void)len;
	(void)out;
	return WL_NEXT;
}

/* --- what it is: ?I,pH,1.98 ------------------------------------------------------------------------- */

static int ask_kind(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return say("I\r", tx);
}

static int take_kind(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct ezo *ezo = unit->state;
	struct line answer;
	unsigned flags;
	size_t i, n;

	(void)out;
	if (!answer_in(rx, len, &answer, &flags) || answer.len < 3)
		return WL_GARBLED;
	if (memcmp(answer.text, "?I,", 3) != 0 && memcmp(answer.text, "?i,", 3) != 0)
		return WL_GARBLED;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i].says);
		if (answer.len > 3 + n && !memcmp(answer.text + 3, kinds[i].says, n) &&
			answer.text[3 + n] == ',') {
			ezo->kind = kinds[i].kind;
			return WL_NEXT;
		}
	}
	return WL_WRONG;
}

/* --- what it measures ------------------------------------------------------------------------------ */

static int ask_reading(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct ezo *ezo = unit->state;
	int n;

	if (ezo->kind != PH || !(unit->temperature > -5 && unit->temperature < 105))
		return say("R\r", tx);
	n = snprintf((char *)tx, cap, "RT,%.1f\r", unit->temperature);
	return n < (int)cap ? n : WL_PASS;
}

static int take_reading(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const struct ezo *ezo = unit->state;
	struct line answer;
	unsigned flags;
	double value;
	size_t i;
	int decimals;

	if (!answer_in(rx, len, &answer, &flags))
		return WL_GARBLED;
	/* Several numbers, or words, are an output that nobody has set up. */
	decimals = wl_number(answer.text, answer.len, &value);
	if (decimals < 0)
		return WL_GARBLED;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == ezo->kind)
			wl_put(out, kinds[i].parameter, kinds[i].unit, value, decimals, flags);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "C,0",
		.wire = WL_BYTES,
		.compose = ask_silence,
		.frame = frame,
		.decode = take_silence,
		.reply_ms = 1000,
		.identity = true},
	{.name = "I",
		.wire = WL_BYTES,
		.compose = ask_kind,
		.frame = frame,
		.decode = take_kind,
		.reply_ms = 1000,
		.identity = true},
	{.name = "R",
		.wire = WL_BYTES,
		.compose = ask_reading,
		.frame = frame,
		.decode = take_reading,
		.reply_ms = 2000},
	{.name = NULL},
};

const struct wl_driver wl_atlas_ezo = {
	.name = "atlas-ezo",
	.models = "Atlas Scientific EZO-pH, EZO-ORP, EZO-EC, EZO-RTD (UART)",
	.manual = "EZO-pH datasheet 5.8 (1/21) p32-35, maker's Ezo_uart_lib @3069fa5 (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct ezo),
	.exchanges = exchanges,
};
