/* The turn of an analyzer whose driver is a codec. */
#include <stdio.h>

#include "bus/unit.h"

enum { LATE = 5 /* worst reply times that a device is left alone for when it owes an answer */ };

static int64_t reply_ns(const struct unit *unit)
{
	return (int64_t)unit_reply_ms(unit) * 1000000;
}

int unit_codec_init(struct unit *unit, struct text *why)
{
	const struct wl_driver *driver = unit->profile->driver;

	if (driver->state_size > CODEC_STATE) {
		text_printf(why, "wants %zu bytes of state, there are %d", driver->state_size,
			CODEC_STATE);
		return ERR_CONF;
	}
	if (!codec_on_line(driver)) {
		text_put(why, "reads files, not lines");
		return ERR_CONF;
	}
	if (!unit->serial && !codec_over_tcp(driver)) {
		text_put(why, "speaks no Modbus: it needs a serial line");
		return ERR_CONF;
	}
	codec_init(&unit->codec, driver, unit->conf->address);
	return 0;
}

void unit_codec_opened(struct unit *unit, int64_t now_ns)
{
	codec_forget(&unit->codec);
	if (unit->serial) /* it may owe an answer to who asked before */
		unit->unasked_until_ns = now_ns + reply_ns(unit);
}

/* Nothing tells a late answer from one to the next question: it is given the time to come. */
void unit_codec_left_open(struct unit *unit, int64_t now_ns)
{
	unit->verified = false;
	unit->unasked_until_ns = now_ns + LATE * reply_ns(unit);
	codec_forget(&unit->codec);
	codec_begin(&unit->codec, false);
}

void unit_codec_name(struct unit *unit, struct text *to)
{
	const struct wl_exchange *exchange = codec_now(&unit->codec);

	text_put(to, exchange ? exchange->name : "its turn");
}

bool unit_codec_is_telling(struct unit *unit)
{
	const struct wl_exchange *exchange = unit->profile->driver ? codec_now(&unit->codec) : NULL;

	return exchange && exchange->identity;
}

static void wait_for_next(struct unit *unit, int64_t now_ns)
{
	const struct wl_exchange *exchange = codec_now(&unit->codec);

	if (exchange && exchange->wait_ms)
		unit_wait(unit, now_ns + (int64_t)exchange->wait_ms * 1000000);
}

void unit_codec_begin(struct unit *unit, int64_t now_ns)
{
	codec_begin(&unit->codec, unit->verified);
	wait_for_next(unit, now_ns);
}

/* On to what is asked next, when the device has had the time that takes. */
static void go_on(struct unit *unit, int64_t now_ns)
{
	unit->verified = unit->codec.verified;
	wait_for_next(unit, now_ns);
}

/* One that was another device proves that it is the right one by its identity, or by a whole turn. */
static bool is_right(struct unit *unit)
{
	return unit->health.state != UNIT_WRONG || unit->codec.verified || !codec_now(&unit->codec);
}

int unit_codec_good(
	struct unit *unit, int64_t now_ns, const struct port_reply *reply, struct delivery *out)
{
	const struct wl_exchange *exchange = codec_now(&unit->codec);
	bool silent = exchange->wire == WL_BYTES && !exchange->frame;
	enum codec_end end =
		codec_take(&unit->codec, silent ? NULL : reply->pdu, reply->len, &unit->put);
	char words[80];

	if (unit->put.mistake[0])
		log_lost(&unit->edge_driver, now_ns / 1000000, "bus",
			"line %s, unit %s: the driver %s puts %s: that is left out; please report "
			"it",
			unit->line, unit->conf->name, unit->profile->name, unit->put.mistake);
	if (unit->put.strange[0])
		log_lost(&unit->edge_strange, now_ns / 1000000, "bus",
			"line %s, unit %s: %s: nothing is known of that unit, and there is no "
			"value; "
			"set the analyzer to another",
			unit->line, unit->conf->name, unit->put.strange);
	switch (end) {
	case CODEC_GARBLED:
		return ERR_NOISE;
	case CODEC_NEVER:
		return ERR_TIMEOUT;
	case CODEC_WRONG:
		/* It may be a late answer to something else: the turn once more, and only once. */
		if (!unit->mismatch) {
			unit->mismatch = true;
			codec_begin(&unit->codec, false);
			return 0;
		}
		snprintf(words, sizeof(words), "its answer to \"%s\" is another's", exchange->name);
		codec_forget(&unit->codec);
		unit_is_wrong(unit, now_ns, 0, words);
		return 0;
	case CODEC_ON:
		break;
	}
	if (is_right(unit)) {
		if (!silent)
			unit_answered(unit, now_ns);
		unit_take_put(unit, now_ns, out);
	}
	go_on(unit, now_ns);
	return 0;
}

bool unit_codec_exception(struct unit *unit, int64_t now_ns)
{
	bool optional = codec_now(&unit->codec)->optional;

	if (optional)
		(void)codec_take(&unit->codec, NULL, 0, &unit->put);
	if (is_right(unit))
		unit_answered(unit, now_ns);
	if (!optional)
		return false;
	go_on(unit, now_ns);
	return true;
}
