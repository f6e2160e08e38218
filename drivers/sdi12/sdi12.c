/*
 * SDI-12 sensors behind a transparent serial adapter.  The sensor says who it is and how many values it has;
 * what they mean is in its own manual, so they are value_1, value_2, ... unless its identity is known.
 */
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum { IDENTITY = 20, VERSION_WITH_CRC = 13, PAGES = 10, MOST_VALUES = 9 };
enum { SOON_S = 1, LATER_S = 10, LATE_S = 60 }; /* how long it may say that it measures */

struct value {
	const char *parameter, *unit;
};

static const struct value values[MOST_VALUES] = {
	{"value_1", "1"},
	{"value_2", "1"},
	{"value_3", "1"},
	{"value_4", "1"},
	{"value_5", "1"},
	{"value_6", "1"},
	{"value_7", "1"},
	{"value_8", "1"},
	{"value_9", "1"},
};

/* Sensors of which a source says what the values are, and that they were asked without CRC. */
static const struct known {
	const char *maker_and_model; /* 8 and 6 characters of the identity */
	unsigned n;
	struct value value[2];
} knowns[] = {
	{"STS AG  490000", 2, {{"pressure", "bar"}, {"sensor_temperature", "Cel"}}},
};

struct sdi12 {
	const struct known *known;
	bool crc, empty; /* its data carry a CRC; its first data were asked for, and were none */
	unsigned measures_s, due, have, page;
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

/* All of the text is digits. */
static bool digits(const uint8_t *text, size_t len, unsigned *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*number = *number * 10 + text[i] - '0';
	}
	return true;
}

/* --- who it is: a, version of SDI-12 (2), maker (8), model (6), its version (3), what it likes ------ */

static int ask_identity(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	return ask(unit, "I", tx, cap);
}

static int take_identity(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct sdi12 *sensor = unit->state;
	unsigned version, i;

	(void)out;
	if (len < IDENTITY + 2 || !digits(rx + 1, 2, &version))
		return WL_GARBLED;
	sensor->crc = version >= VERSION_WITH_CRC;
	sensor->known = NULL;
	for (i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++)
		if (!memcmp(rx + 3, knowns[i].maker_and_model, strlen(knowns[i].maker_and_model))) {
			sensor->known = &knowns[i];
			sensor->crc = false;
		}
	return WL_NEXT;
}

/* --- measure: a, seconds until it is done (3), how many values (1) ---------------------------------- */

static int ask_start(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct sdi12 *sensor = unit->state;

	return ask(unit, sensor->crc ? "MC" : "M", tx, cap);
}

static int take_start(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct sdi12 *sensor = unit->state;

	(void)out;
	sensor->have = sensor->page = 0;
	sensor->empty = false;
	if (len != 7 || !digits(rx + 1, 3, &sensor->measures_s) ||
		!digits(rx + 4, 1, &sensor->due) || !sensor->due || sensor->measures_s > LATE_S) {
		sensor->due = 0;
		return WL_GARBLED;
	}
	return WL_NEXT;
}

/* --- its values: a+0.00180+26.15, in as many answers as it likes ------------------------------------ */

static int ask_within(
	const struct wl_unit *unit, uint8_t *tx, size_t cap, unsigned from_s, unsigned to_s)
{
	const struct sdi12 *sensor = unit->state;

	if (!sensor->due || sensor->page || sensor->measures_s < from_s ||
		sensor->measures_s > to_s)
		return WL_PASS;
	return ask(unit, "D0", tx, cap);
}

static int ask_soon(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	return ask_within(unit, tx, cap, 0, SOON_S);
}

static int ask_later(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	return ask_within(unit, tx, cap, SOON_S + 1, LATER_S);
}

static int ask_late(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	return ask_within(unit, tx, cap, LATER_S + 1, LATE_S);
}

static int ask_more(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct sdi12 *sensor = unit->state;
	char command[] = "D0";

	if (!sensor->page || sensor->page >= PAGES || sensor->have >= sensor->due)
		return WL_PASS;
	command[1] = (char)('0' + sensor->page);
	return ask(unit, command, tx, cap);
}

/* It is CRC-16 from 0, six bits a character behind the data. */
static bool crc_holds(const uint8_t *rx, size_t len)
{
	unsigned crc = 0, bit;
	size_t i;

	if (len < 4)
		return false;
	for (i = 0; i < len - 3; i++)
		for (crc ^= rx[i], bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
	return rx[i] == (0x40 | crc >> 12) && rx[i + 1] == (0x40 | (crc >> 6 & 0x3F)) &&
	       rx[i + 2] == (0x40 | (crc & 0x3F));
}

/* Values one behind the other, each with its sign. */
static bool put_values(
	struct sdi12 *sensor, const uint8_t *text, const uint8_t *end, struct wl_out *out)
{
	const struct known *known = sensor->known;
	const struct value *to;
	const uint8_t *next;
	double value;
	int decimals;

	for (; text < end; text = next) {
		for (next = text + 1; next < end && *next != '+' && *next != '-'; next++)
			;
		decimals = wl_number((const char *)text, (size_t)(next - text), &value);
		if ((*text != '+' && *text != '-') || decimals < 0 || sensor->have == sensor->due)
			return false;
		/* A known sensor that has more or fewer values than its source says is set up otherwise. */
		to = known && known->n == sensor->due ? known->value : values;
		to += sensor->have++;
		wl_put(out, to->parameter, to->unit, value, decimals, 0);
	}
	return true;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct sdi12 *sensor = unit->state;
	size_t n = len - 2; /* without CR LF */

	if (sensor->crc && n > 1) {
		if (!crc_holds(rx, n))
			return WL_GARBLED;
		n -= 3;
	}
	if (n == 1) {
		/* Not ready yet: once more.  Then, and in the middle, its values are lost. */
		if (sensor->page || sensor->empty)
			return WL_GARBLED;
		sensor->empty = true;
		return WL_AGAIN;
	}
	if (!put_values(sensor, rx + 1, rx + n, out))
		return WL_GARBLED;
	sensor->page++;
	if (sensor->have < sensor->due && sensor->page == PAGES)
		return WL_GARBLED;
	return sensor->have < sensor->due && sensor->page > 1 ? WL_AGAIN : WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "identity",
		.wire = WL_BYTES,
		.compose = ask_identity,
		.frame = frame,
		.decode = take_identity,
		.reply_ms = 1500,
		.identity = true},
	{.name = "start",
		.wire = WL_BYTES,
		.compose = ask_start,
		.frame = frame,
		.decode = take_start,
		.reply_ms = 1500},
	{.name = "data within 1 s",
		.wire = WL_BYTES,
		.compose = ask_soon,
		.frame = frame,
		.decode = take_values,
		.wait_ms = SOON_S * 1000 + 100,
		.reply_ms = 2000},
	{.name = "data within 10 s",
		.wire = WL_BYTES,
		.compose = ask_later,
		.frame = frame,
		.decode = take_values,
		.wait_ms = LATER_S * 1000 + 100,
		.reply_ms = 2000},
	{.name = "data within 60 s",
		.wire = WL_BYTES,
		.compose = ask_late,
		.frame = frame,
		.decode = take_values,
		.wait_ms = LATE_S * 1000 + 100,
		.reply_ms = 2000},
	{.name = "more data",
		.wire = WL_BYTES,
		.compose = ask_more,
		.frame = frame,
		.decode = take_values,
		.reply_ms = 2000},
	{.name = NULL},
};

static const char *const unjudged[] = {"pressure bar", "sensor_temperature Cel", "value_1 1",
	"value_2 1", "value_3 1", "value_4 1", "value_5 1", "value_6 1", "value_7 1", "value_8 1",
	"value_9 1", NULL};

const struct wl_driver wl_sdi12 = {
	.name = "sdi12",
	.models = "SDI-12 sensors through a transparent adapter",
	.manual = "commands as makers' manuals and SDI12Term @019d6fe show them (README.md)",
	.level = WL_DOCUMENTED,
	.state_size = sizeof(struct sdi12),
	.exchanges = exchanges,
	.unjudged = unjudged,
};
