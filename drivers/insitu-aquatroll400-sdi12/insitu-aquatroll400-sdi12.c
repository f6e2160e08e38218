/*
 * In-Situ Aqua TROLL 400 over SDI-12, behind a transparent serial adapter.  It says in pairs of characters what
 * its values are and in which unit (aXPR0!), so that they are what sdi12 cannot know.
 */
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum { MOST_PAIRS = 15, MOST_VALUES = 9, MEASURES_S = 4, PAGES = 10 };

static const struct meaning {
	const char *pair, *parameter, *unit; /* NULL: not taken */
} meanings[] = {
	{"A0", "temperature", "Cel"}, {"A1", "temperature", "[degF]"},
	{"B0", "conductivity", "mS/cm"}, {"B1", "conductivity", "uS/cm"},
	{"C0", "specific_conductance", "mS/cm"}, {"C1", "specific_conductance", "uS/cm"},
	{"F0", "dissolved_oxygen", "mg/L"}, {"F1", "dissolved_oxygen_sat", "%"},
	{"G0", "ph", "[pH]"}, {"G1", "ph_mv", "mV"}, {"H0", "orp", "mV"},
	{"c2", NULL, NULL},                                         /* resistivity */
	{"d0", NULL, NULL},                                         /* pressure */
	{"d2", NULL, NULL}, {"d3", NULL, NULL}, {"I0", NULL, NULL}, /* level */
	{"I1", NULL, NULL}, {"??", NULL, NULL},                     /* anything else */
};

struct probe {
	const struct meaning *means[MOST_PAIRS];
	unsigned pairs, due, have, page;
	bool empty; /* its first data were asked for, and were none */
};

/* 1 to 9 are the digits; '0' and letters are given as their character's number, '0' as 48. */
static char address(const struct wl_unit *unit)
{
	return (char)(unit->address < 10 ? '0' + unit->address : unit->address);
}

static int ask(const struct wl_unit *unit, const char *command, uint8_t *tx, size_t cap)
{
	int n = snprintf((char *)tx, cap, "%c%s!", address(unit), command);

	return n < (int)cap ? n : WL_PASS;
}

/* A line that begins with its address.  A command in it is the adapter's echo of the question. */
static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	size_t i;

	if (rx[0] != address(unit))
		return WL_SKIP;
	for (i = 1; i < len; i++) {
		if (rx[i] == '\n' && rx[i - 1] == '\r')
			return (int)i + 1;
		if (rx[i] == '!' || (rx[i - 1] == '\r' && rx[i] != '\n') ||
			(rx[i] != '\r' && (rx[i] < 0x20 || rx[i] > 0x7F)))
			return WL_SKIP;
	}
	return WL_MORE;
}

/* --- what its values are: aF0F1A0 -------------------------------------------------------------------- */

static int ask_pairs(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	return ask(unit, "XPR0", tx, cap);
}

/* NULL: that is no pair. */
static const struct meaning *find(const uint8_t *pair)
{
	const size_t last = sizeof(meanings) / sizeof(meanings[0]) - 1;
	bool letter = (pair[0] >= 'A' && pair[0] <= 'Z') || (pair[0] >= 'a' && pair[0] <= 'z');
	size_t i;

	for (i = 0; i <= last; i++)
		if (!memcmp(meanings[i].pair, pair, 2))
			return &meanings[i];
	return letter && pair[1] >= '0' && pair[1] <= '9' ? &meanings[last] : NULL;
}

static int take_pairs(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;
	unsigned i;

	(void)out;
	probe->due = probe->page = 0;
	probe->pairs = (unsigned)(len - 3) / 2;
	if (!probe->pairs) /* as a sensor answers that does not know the command */
		return WL_WRONG;
	if (len % 2 == 0 || probe->pairs > MOST_PAIRS)
		return WL_GARBLED;
	for (i = 0; i < probe->pairs; i++) {
		probe->means[i] = find(rx + 1 + 2 * (size_t)i);
		if (!probe->means[i])
			return WL_GARBLED;
	}
	return WL_NEXT;
}

/* --- measure: a, seconds until it is done (3), how many values (1) ---------------------------------- */

static int ask_start(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	return ask(unit, "MC", tx, cap);
}

static int take_start(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;
	unsigned due = probe->pairs < MOST_VALUES ? probe->pairs : MOST_VALUES;

	(void)out;
	probe->due = probe->have = probe->page = 0;
	probe->empty = false;
	/* Of more than nine only the first nine are measured so. */
	if (len != 7 || memcmp(rx + 1, "00", 2) != 0 || rx[3] < '0' || rx[3] > '0' + MEASURES_S ||
		!due || rx[4] != '0' + due)
		return WL_GARBLED;
	probe->due = due;
	return WL_NEXT;
}

/* --- its values, at most three in an answer --------------------------------------------------------- */

static int ask_data(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct probe *probe = unit->state;
	char command[] = "D0";

	if (probe->have >= probe->due || probe->page >= PAGES)
		return WL_PASS;
	command[1] = (char)('0' + probe->page);
	return ask(unit, command, tx, cap);
}

/* It is CRC-16 from 0, six bits a character behind the data. */
static bool crc_holds(const uint8_t *rx, size_t len)
{
	unsigned crc = 0, bit;
	size_t i;

	for (i = 0; i < len - 3; i++)
		for (crc ^= rx[i], bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
	return rx[i] == (0x40 | crc >> 12) && rx[i + 1] == (0x40 | (crc >> 6 & 0x3F)) &&
	       rx[i + 2] == (0x40 | (crc & 0x3F));
}

/* Whether the value is the first of its parameter: a temperature may be there in both units. */
static bool is_first(const struct probe *probe, unsigned at)
{
	unsigned i;

	for (i = 0; i < at; i++)
		if (probe->means[i]->parameter &&
			!strcmp(probe->means[i]->parameter, probe->means[at]->parameter))
			return false;
	return true;
}

static bool put_values(
	struct probe *probe, const uint8_t *text, const uint8_t *end, struct wl_out *out)
{
	const struct meaning *to;
	const uint8_t *next;
	double value;
	int decimals;

	for (; text < end; text = next) {
		for (next = text + 1; next < end && *next != '+' && *next != '-'; next++)
			;
		decimals = wl_number((const char *)text, (size_t)(next - text), &value);
		if ((*text != '+' && *text != '-') || decimals < 0 || probe->have == probe->due)
			return false;
		to = probe->means[probe->have];
		/* 0 is what it puts for a value that it has not, unless that was set otherwise. */
		if (to->parameter && is_first(probe, probe->have))
			wl_put(out, to->parameter, to->unit, value, decimals,
				value == 0 ? WL_SUSPECT : 0);
		probe->have++;
	}
	return true;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct probe *probe = unit->state;
	size_t n = len - 2; /* without CR LF */

	if (n > 1) {
		if (n < 5 || !crc_holds(rx, n))
			return WL_GARBLED;
		n -= 3;
	}
	if (n == 1) { /* "I am ready", late; then once more */
		if (probe->page || probe->empty)
			return WL_GARBLED;
		probe->empty = true;
		return WL_AGAIN;
	}
	if (!put_values(probe, rx + 1, rx + n, out))
		return WL_GARBLED;
	probe->page++;
	if (probe->have < probe->due && probe->page == PAGES)
		return WL_GARBLED;
	return probe->have < probe->due && probe->page > 1 ? WL_AGAIN : WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "what it sends",
		.wire = WL_BYTES,
		.compose = ask_pairs,
		.frame = frame,
		.decode = take_pairs,
		.reply_ms = 1500},
	{.name = "start",
		.wire = WL_BYTES,
		.compose = ask_start,
		.frame = frame,
		.decode = take_start,
		.reply_ms = 1500},
	{.name = "data",
		.wire = WL_BYTES,
		.compose = ask_data,
		.frame = frame,
		.decode = take_values,
		.wait_ms = MEASURES_S * 1000 + 100,
		.reply_ms = 2000},
	{.name = "more data",
		.wire = WL_BYTES,
		.compose = ask_data,
		.frame = frame,
		.decode = take_values,
		.reply_ms = 2000},
	{.name = NULL},
};

const struct wl_driver wl_insitu_aquatroll400_sdi12 = {
	.name = "insitu-aquatroll400-sdi12",
	.models = "In-Situ Aqua TROLL 400 (SDI-12)",
	.manual = "Aqua TROLL 400 Modbus and SDI-12 Reference Guide p12-24 (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct probe),
	.exchanges = exchanges,
};
