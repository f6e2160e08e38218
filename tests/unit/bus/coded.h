/*
 * coded.h - two small drivers, one of text and one of PDUs, and the devices that answer them behind sim.h.
 * Include after cmocka.h.
 */
#ifndef TESTS_CODED_H
#define TESTS_CODED_H

#include "bus/codec.h"
#include "sim.h"

/* --- two small drivers ------------------------------------------------------------------------------- */

/* The devices, and what they were asked. */
static struct device {
	char kind;     /* of its answer to "I": 'A' is the right one */
	unsigned busy; /* so many answers "busy" */
	bool garbled, refuses_options, refuses_values, gateway;
	unsigned identities, hellos, starts, reads, options;
	unsigned remembered; /* state of the driver when it asked to read */
	int64_t read_ns[2];  /* of the first reads */
} devices[SIM_UNITS];

struct memory {
	unsigned identified;
};

static int say_text(uint8_t *tx, const char *words)
{
	memcpy(tx, words, strlen(words));
	return (int)strlen(words);
}

static int ask_hello(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return say_text(tx, "H\r");
}

static int ask_kind(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return say_text(tx, "I\r");
}

static int ask_start(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return say_text(tx, "S\r");
}

/* Says what it remembers, so that the device sees it. */
static int ask_read(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct memory *memory = unit->state;

	return snprintf((char *)tx, cap, "R%u\r", memory->identified);
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	const uint8_t *end = memchr(rx, '\r', len);

	(void)unit;
	return rx[0] > 0x7E ? WL_SKIP : end ? (int)(end - rx + 1) : WL_MORE;
}

static int take_hello(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)rx;
	(void)len;
	(void)out;
	return WL_NEXT;
}

static int take_kind(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct memory *memory = unit->state;

	(void)len;
	(void)out;
	if (rx[0] != 'A')
		return WL_WRONG;
	memory->identified++;
	return WL_NEXT;
}

static int take_read(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	double value;
	int places = wl_number((const char *)rx, len - 1, &value);

	(void)unit;
	if (rx[0] == 'b')
		return WL_AGAIN;
	if (places < 0)
		return WL_GARBLED;
	wl_put(out, "ph", "[pH]", value, places, 0);
	wl_put(out, "phlogiston", "[pH]", value, places, 0);
	return WL_NEXT;
}

static const struct wl_exchange lines_of_text[] = {
	{.name = "hello",
		.wire = WL_BYTES,
		.compose = ask_hello,
		.frame = frame,
		.decode = take_hello,
		.reply_ms = 200,
		.identity = true},
	{.name = "kind",
		.wire = WL_BYTES,
		.compose = ask_kind,
		.frame = frame,
		.decode = take_kind,
		.reply_ms = 200,
		.identity = true},
	{.name = "start", .wire = WL_BYTES, .compose = ask_start},
	{.name = "read",
		.wire = WL_BYTES,
		.compose = ask_read,
		.frame = frame,
		.decode = take_read,
		.wait_ms = 600,
		.reply_ms = 200},
	{.name = NULL},
};
static const struct wl_driver texts = {.name = "texts",
	.models = "m",
	.manual = "p",
	.state_size = sizeof(struct memory),
	.exchanges = lines_of_text};

static int ask_options(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	memcpy(tx, "\x03\x00\x64\x00\x01", 5);
	return 5;
}

static int ask_values(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	const struct memory *memory = unit->state;

	(void)cap;
	memcpy(tx, "\x03\x00\x00\x00\x01", 5);
	tx[2] = (uint8_t)memory->identified;
	return 5;
}

static int take_options(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)len;
	(void)out;
	((struct memory *)unit->state)->identified = rx[3];
	return WL_NEXT;
}

static int take_values(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)len;
	wl_put(out, "ph", "[pH]", rx[3] / 10.0, 1, 0);
	wl_put(out, "turbidity_ntu", "{FNU}", 3, 0, 0);
	return WL_NEXT;
}

static const struct wl_exchange registers[] = {
	{.name = "options",
		.wire = WL_MODBUS,
		.compose = ask_options,
		.decode = take_options,
		.reply_ms = 200,
		.identity = true,
		.optional = true},
	{.name = "values",
		.wire = WL_MODBUS,
		.compose = ask_values,
		.decode = take_values,
		.reply_ms = 200},
	{.name = NULL},
};
static const struct wl_driver pdus = {.name = "pdus",
	.models = "m",
	.manual = "p",
	.warmup_s = 10,
	.state_size = sizeof(struct memory),
	.exchanges = registers};

/* --- the devices ------------------------------------------------------------------------------------- */

static size_t say(struct sim *sim, const struct port_ask *ask, uint8_t *answer)
{
	struct device *device = &devices[ask->unit];

	if (ask->kind == ASK_PDU) {
		bool options = ask->start == 100;
		bool refuses = options ? device->refuses_options : device->refuses_values;

		device->options += options;
		device->reads += !options;
		device->remembered = options ? device->remembered : ask->start;
		memcpy(answer, "\x03\x02\x00\x07", 4);
		answer[3] = options ? 7 : 71;
		if (refuses)
			memcpy(answer, "\x83\x02", 2);
		if (device->gateway)
			return memcpy(answer, "\x83\x0B", 2), 2;
		return refuses ? 2 : device->garbled ? 3 : 4;
	}
	switch (ask->bytes[0]) {
	case 'H':
		device->hellos++;
		return (size_t)say_text(answer, "hello\r");
	case 'I':
		device->identities++;
		answer[0] = (uint8_t)device->kind;
		answer[1] = '\r';
		return 2;
	case 'S':
		device->starts++;
		return 0;
	default:
		if (device->reads++ < 2)
			device->read_ns[device->reads - 1] = sim->now_ns;
		device->remembered = (unsigned)ask->bytes[1] - '0';
		if (device->busy) {
			device->busy--;
			return (size_t)say_text(answer, "busy\r");
		}
		return (size_t)say_text(answer, device->garbled ? "what?\r"
								: "\xFF"
								  "7.02\r");
	}
}

static struct sim *lab(const struct wl_driver *driver, unsigned units)
{
	struct sim *sim = sim_new();
	unsigned i;

	memset(devices, 0, sizeof(devices));
	for (i = 0; i < SIM_UNITS; i++)
		devices[i].kind = 'A';
	codec_profile(driver, &sim->profile);
	sim->say = say;
	for (i = 0; i < units; i++)
		sim_add(sim, 2000);
	return sim;
}

static struct sim *begun(const struct wl_driver *driver, unsigned units)
{
	struct sim *sim = lab(driver, units);

	assert_int_equal(sim_make(sim), 0);
	return sim;
}

#endif
