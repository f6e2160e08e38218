/*
 * Hanna meters for pH, conductivity and oxygen with the command RAS.  The answer is fields of fixed width; the
 * range that the meter is set to, and the length of all, say which.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum { STX = 2, ETX = 3, DLE = 16, NAK = 21, CAN = 24, FIELDS = 3, CHECKSUM = 2 };
/* Bits of the meter's status. */
enum { OUT_OF_CALIBRATION = 0x04, HELD = 0x08, PROBE = 0x10, OTHER_UNIT = 0x20 };

struct field {
	unsigned width;
	const char *parameter, *unit; /* NULL: not taken */
};

/* All after the mode and the status (2 characters each): flags, then fields in their order. */
static const struct layout {
	const char *mode;
	unsigned flags;
	struct field field[FIELDS];
	const char *other_parameter, *other_unit; /* of the first, where the status says so */
	unsigned known_bits;
} layouts[] = {
	{"00 01 02", 2, {{7, "ph", "[pH]"}, {7, "ph_mv", "mV"}, {7, "temperature", "Cel"}}, NULL,
		NULL, 0x1F},
	{"00 01 02", 2, {{7, "ph", "[pH]"}, {7, "ph_mv", "mV"}, {8, "temperature", "Cel"}}, NULL,
		NULL, 0x1F},
	{"00 01 02", 2, {{11, "ph", "[pH]"}, {7, "ph_mv", "mV"}, {7, "temperature", "Cel"}}, NULL,
		NULL, 0x1F},
	{"06", 1, {{7, "conductivity", "uS/cm"}, {8, "temperature", "Cel"}}, "conductivity",
		"mS/cm", 0x7B},
	{"20", 3, {{8, "dissolved_oxygen_sat", "%"}, {8, NULL, NULL}, {11, NULL, NULL}},
		"dissolved_oxygen", "mg/L", 0x3F},
};

/* Ranges of these meters that are not taken, and what is not measured then. */
static const struct {
	const char *modes, *parameter, *unit;
} others[] = {
	{"03 04 05", "ph", "[pH]"},
	{"07 08", "conductivity", "uS/cm"},
	{"21 22 23 25", "dissolved_oxygen", "mg/L"},
};

static int ask_readings(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	static const uint8_t command[] = {DLE, 'R', 'A', 'S', '\r'};

	(void)unit;
	(void)cap;
	memcpy(tx, command, sizeof(command));
	return sizeof(command);
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	size_t i;

	(void)unit;
	if (rx[0] != STX)
		return WL_SKIP;
	for (i = 1; i < len; i++) {
		if (rx[i] == ETX)
			return (int)i + 1;
		if (rx[i] > 0x7E || (rx[i] < 0x20 && rx[i] != NAK && rx[i] != CAN))
			return WL_SKIP;
	}
	return WL_MORE;
}

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Two hexadecimal digits; -1: none. */
static int byte_at(const uint8_t *at)
{
	return hex(at[0]) < 0 || hex(at[1]) < 0 ? -1 : hex(at[0]) << 4 | hex(at[1]);
}

static bool sum_holds(const uint8_t *answer, size_t len)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += answer[i];
	return byte_at(answer + len) == (int)(sum & 0xFF);
}

/* The modes are two characters and a blank each. */
static bool is_mode(const char *modes, const uint8_t *answer)
{
	size_t i;

	for (i = 0; i + 2 <= strlen(modes); i += 3)
		if (!memcmp(modes + i, answer, 2))
			return true;
	return false;
}

static const struct layout *layout_of(const uint8_t *answer, size_t len)
{
	const struct layout *layout;
	size_t n;
	unsigned i, k;

	for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		layout = &layouts[i];
		for (n = 4 + layout->flags, k = 0; k < FIELDS; k++)
			n += layout->field[k].width;
		if (n == len && is_mode(layout->mode, answer))
			return layout;
	}
	return NULL;
}

/* "+7.0100E+00", blanks before it: 7.01 to four places. */
static int number(const uint8_t *text, size_t len, double *value)
{
	const char *at = (const char *)text, *e;
	int decimals, tens = 0;

	for (; len && *at == ' '; at++)
		len--;
	e = memchr(at, 'E', len);
	if (e) {
		if (len != (size_t)(e - at) + 4 || (e[1] != '+' && e[1] != '-') || e[2] != '0' ||
			e[3] < '0' || e[3] > '9')
			return -1;
		tens = e[1] == '-' ? '0' - e[3] : e[3] - '0';
		len = (size_t)(e - at);
	}
	decimals = wl_number(at, len, value);
	if (decimals < 0 || decimals - tens > 9)
		return -1;
	/* A power of ten below one is no binary fraction: divided by, it rounds once. */
	*value = tens < 0 ? *value / pow(10, -tens) : *value * pow(10, tens);
	return decimals < tens ? 0 : decimals - tens;
}

static unsigned status_flags(const struct layout *layout, unsigned status)
{
	bool doubtful = (status & (OUT_OF_CALIBRATION | HELD)) || !(status & PROBE) ||
			(status & ~layout->known_bits);

	return doubtful ? WL_SUSPECT : 0;
}

/* False where it says neither reading nor range. */
static bool put_field(const struct field *field, const uint8_t *text, uint8_t range, unsigned flags,
	struct wl_out *out)
{
	double value;
	int decimals;

	if (range != 'R' && range != 'O' && range != 'U')
		return false;
	if (range != 'R' || flags & WL_NO_VALUE) {
		flags |= range == 'O' ? WL_OVER : range == 'U' ? WL_UNDER : 0;
		/* What stands in the field then is not said. */
		wl_put(out, field->parameter, field->unit, (double)NAN, 0, flags);
		return true;
	}
	decimals = number(text, field->width, &value);
	if (decimals < 0)
		return false;
	wl_put(out, field->parameter, field->unit, value, decimals, flags);
	return true;
}

static bool put_all(
	const struct layout *layout, const uint8_t *answer, unsigned status, struct wl_out *out)
{
	const uint8_t *at = answer + 4 + layout->flags;
	unsigned i, flags;
	struct field field;

	for (i = 0; i < FIELDS; at += layout->field[i++].width) {
		field = layout->field[i];
		flags = status_flags(layout, status);
		if (!field.parameter)
			continue;
		if (!i && layout->other_parameter && status & OTHER_UNIT) {
			field.parameter = layout->other_parameter;
			field.unit = layout->other_unit;
		}
		if (!strcmp(field.parameter, "temperature"))
			flags = status & PROBE ? 0 : WL_NO_VALUE; /* set by hand */
		/* The temperature has no flag of its own. */
		if (!put_field(&field, at, i < layout->flags ? answer[4 + i] : 'R', flags, out))
			return false;
	}
	return true;
}

static int take_readings(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const uint8_t *answer = rx + 1;
	const struct layout *layout;
	unsigned i;
	int status;

	(void)unit;
	if (len < 2 + 4 + CHECKSUM)
		return WL_GARBLED;
	len -= 2 + CHECKSUM;
	status = byte_at(answer + 2);
	if (!sum_holds(answer, len) || status < 0)
		return WL_GARBLED;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (is_mode(others[i].modes, answer)) {
			wl_put(out, others[i].parameter, others[i].unit, (double)NAN, 0,
				WL_NO_VALUE);
			return WL_NEXT;
		}
	layout = layout_of(answer, len);
	return layout && put_all(layout, answer, (unsigned)status, out) ? WL_NEXT : WL_GARBLED;
}

static const struct wl_exchange exchanges[] = {
	{.name = "RAS",
		.wire = WL_BYTES,
		.compose = ask_readings,
		.frame = frame,
		.decode = take_readings,
		.reply_ms = 2000},
	{.name = NULL},
};

const struct wl_driver wl_hanna_hi98 = {
	.name = "hanna-hi98",
	.models = "Hanna HI98150, 98160, 98161, 98193, 98360, 2214 to 2216, 2221, 2222",
	.manual = "HI98360 p24-25, HI98193 p53-54, HI98160 p29-30 and others (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
};
