#include "bus/scan.h"

#include <string.h>

#include "bus/decode.h"
#include "bus/probe_values.h"
#include "bus/trouble.h"

/* An identity that was not answered may still be: its answer is not to be the next model's. */
enum { LATE_MS = 1000 };

void scan_begin(struct scan *scan, const struct profile *const *known, unsigned n_known,
	unsigned first, unsigned last)
{
	scan->known = known;
	scan->n_known = n_known;
	scan->first = first;
	scan->last = last;
	scan->n_found = 0;
	scan->noisy = 0;
	scan_questions(known, n_known, scan->questions);
	scan_once_more(scan);
}

static void next(struct scan *scan, enum scan_stage stage)
{
	scan->address += stage == SCAN_LOOK;
	scan->stage = stage;
	scan->at = 0;
	scan->again = false;
}

void scan_once_more(struct scan *scan)
{
	scan->address = scan->first;
	scan->stage = SCAN_LOOK;
	scan->at = 0;
	scan->again = false;
	scan->wait_ms = 0;
	scan->noisy_row = 0;
}

/* --- which question ---------------------------------------------------------------------------------- */

static void ask_registers(
	struct port_ask *ask, const struct scan *scan, uint8_t function, uint16_t start, uint16_t n)
{
	*ask = (struct port_ask){
		.unit = (uint8_t)scan->address, .function = function, .start = start, .count = n};
}

static bool ask_model(struct scan *scan, struct port_ask *ask)
{
	const struct profile *profile;

	for (; scan->at < scan->n_known; scan->at++) {
		profile = scan->known[scan->at];
		if (!profile->has_identity)
			continue;
		if (scan->wait_ms < profile->quiet_ms)
			scan->wait_ms = profile->quiet_ms;
		ask_registers(ask, scan, profile->identity.function, profile->identity.address,
			profile->identity.registers);
		return true;
	}
	return false;
}

static bool is_read(const struct port_ask *ask)
{
	return ask->kind == ASK_PDU && ask->len == 5 && ask->function >= 1 && ask->function <= 4;
}

static void begin_driver(struct scan *scan)
{
	scan->told = 0;
	if (!codec_drivers[scan->at])
		return;
	codec_init(&scan->codec, codec_drivers[scan->at], (uint8_t)scan->address);
	codec_begin(&scan->codec, false);
}

static void add_who(struct scan *scan, const char *name, const char *models)
{
	struct scan_found *found = &scan->found[scan->n_found - 1];
	size_t len = strlen(found->who);
	struct text who = text_over(found->who + len, sizeof(found->who) - len);

	text_printf(&who, "%s%s (%s)", len ? ", or " : "", name, models);
}

/* Plays the exchanges by which the driver tells its device; what tells by anything but reads is never played. */
static bool ask_driver(struct scan *scan, struct port_ask *ask)
{
	const struct wl_driver *driver;
	const struct wl_exchange *now;

	while ((driver = codec_drivers[scan->at])) {
		now = codec_now(&scan->codec);
		*ask = (struct port_ask){.unit = (uint8_t)scan->address};
		if (now && now->identity && scan->told < CODEC_AGAIN) {
			codec_question(&scan->codec, ask);
			if (is_read(ask))
				return true;
		} else if (scan->told && scan->told < CODEC_AGAIN) {
			add_who(scan, driver->name, driver->models);
		}
		scan->at++;
		begin_driver(scan);
	}
	return false;
}

bool scan_question(struct scan *scan, struct port_ask *ask)
{
	const struct scan_question *question;

	if (scan->stage == SCAN_MODEL && ask_model(scan, ask))
		return true;
	if (scan->stage == SCAN_MODEL) {
		next(scan, SCAN_DRIVER);
		begin_driver(scan);
	}
	if (scan->stage == SCAN_DRIVER && ask_driver(scan, ask))
		return true;
	if (scan->stage == SCAN_DRIVER)
		next(scan, SCAN_LOOK);
	while (scan->address <= scan->last && scan->out[scan->address])
		scan->address++;
	if (scan->address > scan->last || scan->noisy_row >= SCAN_NOISY)
		return false;
	question = &scan->questions[scan->at];
	ask_registers(ask, scan, question->function, question->start, 1);
	return true;
}

/* --- what came of it --------------------------------------------------------------------------------- */

static void add_found(struct scan *scan, int err, const struct port_reply *reply)
{
	const struct scan_question *question = &scan->questions[scan->at];
	struct scan_found *found = &scan->found[scan->n_found++];
	struct text answer = text_over(found->answer, sizeof(found->answer));

	found->address = (uint8_t)scan->address;
	found->who[0] = '\0';
	text_printf(&answer, "%s %u: ", probe_function(question->function), question->start);
	if (err)
		trouble_put(&answer, err, reply->exception);
	else
		text_printf(&answer, "%02X%02X", reply->pdu[2], reply->pdu[3]);
	scan->out[scan->address] = true;
	scan->noisy_row = 0;
	next(scan, SCAN_MODEL);
}

static void take_look(struct scan *scan, int err, const struct port_reply *reply)
{
	if (scan_is_somebody(err, reply->exception)) {
		add_found(scan, err, reply);
		return;
	}
	scan->noisy += err == ERR_NOISE;
	scan->noisy_row = err == ERR_NOISE ? scan->noisy_row + 1 : 0;
	if (++scan->at == SCAN_QUESTIONS)
		next(scan, SCAN_LOOK);
}

static void take_model(struct scan *scan, int err, const struct port_reply *reply)
{
	const struct profile *profile = scan->known[scan->at++];
	const struct profile_register *at = &profile->identity;
	struct value_bytes bytes;
	char room[80];
	struct text found = text_over(room, sizeof(room));

	if (!err && !decode_take(at, reply->pdu, reply->len, at->address, &bytes) &&
		decode_identity(profile, &bytes, &found))
		add_who(scan, profile->name, profile->models);
}

static void take_driver(struct scan *scan, int err, const struct port_reply *reply)
{
	const struct wl_exchange *now = codec_now(&scan->codec);

	if (err == ERR_EXCEPTION && now->optional) {
		(void)codec_take(&scan->codec, NULL, 0, &scan->put); /* it tells nothing */
		return;
	}
	if (!err && codec_take(&scan->codec, reply->pdu, reply->len, &scan->put) == CODEC_ON) {
		scan->told++;
		return;
	}
	scan->at++;
	begin_driver(scan);
}

void scan_answer(struct scan *scan, int err, const struct port_reply *reply)
{
	bool silent = err && err != ERR_EXCEPTION;

	scan->wait_ms = 0;
	if (!scan->again && (err == ERR_GONE || err == ERR_NOISE)) {
		scan->again = true;
	} else {
		scan->again = false;
		if (scan->stage == SCAN_LOOK)
			take_look(scan, err, reply);
		else if (scan->stage == SCAN_MODEL)
			take_model(scan, err, reply);
		else
			take_driver(scan, err, reply);
	}
	if (silent && scan->stage != SCAN_LOOK)
		scan->wait_ms = LATE_MS;
}
