/*
 * Crison MultiMeter 44, which sends all its channels by itself ("XM"): fields with semicolons between, between
 * STX and LF CR ETX.  Other messages of it, of one channel, of calibrations, are passed over.
 */
#include <string.h>

#include "driver.h"

enum { STX = 2, ETX = 3, HEAD = 6, CHANNELS = 3, MOST = HEAD + CHANNELS * 11 };
/* Fields of a channel, from "C1"; a unit of conductivity takes the place of the temperature's. */
enum { CHANNEL, MEASURE, VALUE, VALUE_UNIT, TEMPERATURE };
enum { CLEANING, CHANNEL_ALARM, SENSOR_ALARM, LIMIT_1, LIMIT_2, RELAYS };

struct field {
	const char *text;
	size_t len;
};

static const struct measure {
	const char *says, *unit_says, *parameter, *unit;
	bool compensated; /* its reference follows, "@25 degC", and no temperature */
} measures[] = {
	{"pH", "", "ph", "[pH]", false},
	{"OD", "ppm", "dissolved_oxygen", "[ppm]", false},
	{"DO", "ppm", "dissolved_oxygen", "[ppm]", false},
	{"CE", "mS", "specific_conductance", "mS/cm", true},
	{"EC", "mS", "specific_conductance", "mS/cm", true},
};

static bool is(const struct field *field, const char *word)
{
	return field->len == strlen(word) && !memcmp(field->text, word, field->len);
}

/* The fields without blanks around them; 0: more than there may be. */
static unsigned split(const uint8_t *rx, size_t len, struct field *field)
{
	const char *at = (const char *)rx, *end = at + len, *next;
	unsigned n = 0;

	for (; at < end; at = next + 1) {
		next = memchr(at, ';', (size_t)(end - at));
		if (!next)
			next = end;
		if (n == MOST)
			return 0;
		field[n].text = at;
		field[n].len = (size_t)(next - at);
		for (; field[n].len && *field[n].text == ' '; field[n].text++)
			field[n].len--;
		while (field[n].len && field[n].text[field[n].len - 1] == ' ')
			field[n].len--;
		n++;
	}
	return n;
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	struct field field[MOST];
	size_t i;

	(void)unit;
	if (rx[0] != STX)
		return WL_SKIP;
	for (i = 1; i < len; i++) {
		if (rx[i] == STX)
			return WL_SKIP;
		if (rx[i] != ETX)
			continue;
		if (i < 3 || rx[i - 1] != '\r' || rx[i - 2] != '\n')
			return WL_SKIP;
		return split(rx + 1, i - 3, field) > 1 && is(&field[1], "XM") ? (int)i + 1
									      : WL_SKIP;
	}
	return WL_MORE;
}

/* "0" or nothing: open.  Else it has the relay's name. */
static bool relays(const struct field *field, unsigned *flags)
{
	static const struct {
		const char *name;
		unsigned flags;
	} names[RELAYS] = {
		[CLEANING] = {"L", WL_CLEANING},
		[CHANNEL_ALARM] = {"A", WL_SUSPECT},
		[SENSOR_ALARM] = {"AS", WL_FAULT},
		[LIMIT_1] = {"L1", 0}, /* limits of the user's, for dosing */
		[LIMIT_2] = {"L2", 0},
	};
	unsigned i;

	for (*flags = 0, i = 0; i < RELAYS; i++) {
		if (is(&field[i], "0") || !field[i].len)
			continue;
		if (!is(&field[i], names[i].name))
			return false;
		*flags |= names[i].flags;
	}
	return true;
}

/* "@25ºC" in whatever character set. */
static bool at_25(const struct field *field)
{
	return field->len >= 4 && field->len <= 6 && !memcmp(field->text, "@25", 3) &&
	       field->text[field->len - 1] == 'C';
}

static const struct measure *measure_of(const struct field *field)
{
	unsigned i;

	for (i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if (is(&field[MEASURE], measures[i].says))
			return &measures[i];
	return NULL;
}

/* How many fields the channel has; 0: it is not understood. */
static unsigned take_channel(
	const struct measure *measure, const struct field *field, unsigned n, struct wl_out *out)
{
	unsigned fields = measure->compensated ? TEMPERATURE + 1 : TEMPERATURE + 2, flags;
	double value;
	int decimals;

	if (n < fields + RELAYS || !relays(field + fields, &flags) ||
		(measure->compensated && !at_25(&field[TEMPERATURE])))
		return 0;
	decimals = wl_number(field[VALUE].text, field[VALUE].len, &value);
	if (decimals < 0)
		return 0;
	wl_put(out, measure->parameter,
		is(&field[VALUE_UNIT], measure->unit_says) ? measure->unit : "?", value, decimals,
		flags);
	return fields + RELAYS;
}

/* "C1" to "C3" is a channel's number, else 0. */
static char channel_of(const struct field *field)
{
	return field->len == 2 && field->text[0] == 'C' && field->text[1] >= '1' &&
			       field->text[1] <= '3'
		       ? field->text[1]
		       : '\0';
}

static int take_all(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct field field[MOST];
	unsigned n = split(rx + 1, len - 4, field), at = HEAD, fields, taken = 0, i;
	const struct measure *measure;
	const char *before[CHANNELS];
	char channel = '\0';

	(void)unit;
	for (; at < n; at += fields) {
		if (channel_of(&field[at]) <= channel || at + 1 >= n)
			return WL_GARBLED;
		channel = channel_of(&field[at]);
		measure = measure_of(field + at);
		if (!measure) { /* not taken: up to the next channel */
			for (fields = 1; at + fields < n && !channel_of(&field[at + fields]);)
				fields++;
			continue;
		}
		/* Two channels of one measure cannot be told apart. */
		for (i = 0; i < taken; i++)
			if (!strcmp(before[i], measure->parameter))
				return WL_GARBLED;
		fields = take_channel(measure, field + at, n - at, out);
		if (!fields)
			return WL_GARBLED;
		before[taken++] = measure->parameter;
	}
	return taken ? WL_NEXT : WL_GARBLED;
}

static const struct wl_exchange exchanges[] = {
	{.name = "all channels",
		.wire = WL_BYTES,
		.frame = frame,
		.decode = take_all,
		.reply_ms = 60000},
	{.name = NULL},
};

const struct wl_driver wl_crison_mm44 = {
	.name = "crison-mm44",
	.models = "Crison MultiMeter 44 (RS-232, all channels)",
	.manual = "MultiMeter 44 manual p58-59 (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
