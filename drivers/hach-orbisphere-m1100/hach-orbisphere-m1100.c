/*
 * Hach Orbisphere M1100 and K1100, luminescent oxygen sensors on the 410 and 510 controllers, which send each
 * measurement by themselves ("Mode = standard"): fields with tabulators between, a mask of events at the end.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum {
	CHANNEL,
	GAS,
	GAS_UNIT,
	TEMPERATURE,
	TEMPERATURE_UNIT,
	PRESSURE,
	PRESSURE_UNIT,
	EVENTS,
	FIELDS
};

struct field {
	const char *text;
	size_t len;
};

static const struct {
	uint32_t bits;
	unsigned flags;
} events[] = {
	{0x00000007, 0},              /* filtered, sample measurement, alarms silenced */
	{0x00000008, WL_CALIBRATING}, /* the channel is being calibrated */
	{0x000000F0, 0},              /* above or below a limit that the user has set */
	{0x00000300, WL_SUSPECT},     /* calibration or service required */
	{0x00005C00, WL_FAULT},       /* channel or sensor off or out; thermal cut-off */
	{0x00080000, 0},              /* PROFIBUS */
	{0x00400000, WL_STANDBY},     /* hold: the measurement is frozen */
	{0x00800000, 0},              /* out of range protection disabled */
	{0x01000000, 0},              /* the user's offset is in it */
	{0x02000000, WL_OVER},        /* more than the sensor's range */
	{0x80000000, WL_WARMUP},      /* not ready, e.g. at startup */
};

/* A line that begins with its channel, "CH1". */
static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	const uint8_t begins[] = {'C', 'H', (uint8_t)('0' + unit->address), '\t'};
	size_t i;

	for (i = 0; i < len; i++) {
		if (i < sizeof(begins) && rx[i] != begins[i])
			return WL_SKIP;
		if (i && rx[i - 1] == '\r')
			return rx[i] == '\n' ? (int)i + 1 : WL_SKIP;
		if (rx[i] < 0x20 && rx[i] != '\t' && rx[i] != '\r')
			return WL_SKIP;
	}
	return WL_MORE;
}

/* Fields have at least one tabulator between them.  False when there are not so many. */
static bool split(const uint8_t *rx, size_t len, struct field *field)
{
	const char *at = (const char *)rx, *end = at + len;
	unsigned n = 0;

	while (at < end && n < FIELDS) {
		field[n].text = at;
		while (at < end && *at != '\t')
			at++;
		field[n].len = (size_t)(at - field[n].text);
		n++;
		while (at < end && *at == '\t')
			at++;
	}
	return n == FIELDS && at == end;
}

/* A bit that no source names makes it suspect. */
static bool flags_of(const struct field *mask, unsigned *flags)
{
	uint32_t bits = 0;
	size_t i;

	if (!mask->len || mask->len > 8)
		return false;
	for (i = 0; i < mask->len; i++) {
		const char *hex = "0123456789ABCDEF", *digit = strchr(hex, mask->text[i]);

		if (!digit || !*digit)
			return false;
		bits = bits << 4 | (uint32_t)(digit - hex);
	}
	for (*flags = 0, i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (bits & events[i].bits)
			*flags |= events[i].flags;
		bits &= ~events[i].bits;
	}
	if (bits)
		*flags |= WL_SUSPECT;
	return true;
}

static bool is(const struct field *field, const char *word)
{
	return field->len == strlen(word) && !memcmp(field->text, word, field->len);
}

/* The sign of a degree has other bytes in other character sets. */
static const char *temperature_unit(const struct field *field)
{
	char last = field->len > 1 && field->len < 4 ? field->text[field->len - 1] : '\0';

	return last == 'C' ? "Cel" : last == 'F' ? "[degF]" : "?";
}

static int take_measurement(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct field field[FIELDS];
	unsigned flags;
	double value;
	int decimals;

	(void)unit;
	if (!split(rx, len - 2, field) || !flags_of(&field[EVENTS], &flags))
		return WL_GARBLED;
	decimals = wl_number(field[GAS].text, field[GAS].len, &value);
	if (decimals < 0)
		return WL_GARBLED;
	/* The range is 5 ppm or 40 ppm, of the sensor; the number then is none of them. */
	wl_put(out, "dissolved_oxygen",
		is(&field[GAS_UNIT], "ppb")   ? "[ppb]"
		: is(&field[GAS_UNIT], "ppm") ? "[ppm]"
					      : "?",
		flags & WL_OVER ? (double)NAN : value, decimals, flags);
	decimals = wl_number(field[TEMPERATURE].text, field[TEMPERATURE].len, &value);
	if (decimals < 0)
		return WL_GARBLED;
	wl_put(out, "temperature", temperature_unit(&field[TEMPERATURE_UNIT]), value, decimals,
		flags & ~(unsigned)WL_OVER);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "measurement",
		.wire = WL_BYTES,
		.frame = frame,
		.decode = take_measurement,
		.reply_ms = 30000},
	{.name = NULL},
};

const struct wl_driver wl_hach_orbisphere_m1100 = {
	.name = "hach-orbisphere-m1100",
	.models = "Hach Orbisphere M1100, K1100 on a 410 or 510 controller",
	.manual = "K1100/M1100 operator manual p73, events of the 510 p97 (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
