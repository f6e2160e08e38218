#include "bus/replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/codec.h"
#include "bus/decode.h"
#include "bus/put_value.h"
#include "io/answer.h"

/* What came of each exchange of the trace, as lines. */
struct play {
	const struct profile *profile;
	struct trace_text trace;
	char **said; /* one for each exchange; NULL: nothing */
};

/* --- saying ----------------------------------------------------------------------------------------- */

static void put_value(struct text *to, const char *unit, const struct codec_value *value)
{
	text_put(to, "= ");
	value_put(to, unit, value);
	text_put_char(to, '\n');
}

/* "= : sample \"HT 1\"\n": no parameter's code is a colon. */
static void put_told(struct text *to, const struct wl_out *out, unsigned about)
{
	const char *at = out->told[about];

	if (!(out->about & 1U << about))
		return;
	text_printf(to, "= : %s \"", codec_about_word(about));
	for (; *at; at++) {
		if (*at == '"' || *at == '\\')
			text_put_char(to, '\\');
		text_put_char(to, *at);
	}
	text_put(to, "\"\n");
}

static int keep_words(struct play *play, size_t i, const char *words)
{
	free(play->said[i]);
	play->said[i] = strdup(words);
	return play->said[i] ? 0 : ERR_MEMORY;
}

/* --- a driver's turns ------------------------------------------------------------------------------- */

static int keep_values(struct play *play, size_t i, const struct wl_out *out)
{
	char room[CODEC_VALUES * 96 + CODEC_ABOUT * (2 * CODEC_TOLD + 24)];
	struct text said = text_over(room, sizeof(room));
	unsigned k;

	for (k = 0; k < out->n; k++)
		put_value(
			&said, codec_unit(out->driver, out->values[k].parameter), &out->values[k]);
	for (k = 0; k < CODEC_ABOUT; k++)
		put_told(&said, out, k);
	if (out->mistake[0])
		text_printf(&said, "! the driver puts %s\n", out->mistake);
	return said.len ? keep_words(play, i, said.at) : 0;
}

static bool answers(const struct trace_exchange *exchange, const struct port_ask *ask)
{
	if (!ask->len)
		return !exchange->asked;
	return exchange->asked && exchange->n_question == ask->len &&
	       !memcmp(exchange->question, ask->bytes, ask->len);
}

/* The whole message that the driver finds in what came, from *start on; 0: none. */
static size_t message_in(
	const struct port_ask *ask, const struct trace_exchange *exchange, size_t *start)
{
	size_t at;
	int n;

	for (at = 0; at < exchange->n_answer; at++) {
		n = ask->frame(ask->ctx, exchange->answer + at, exchange->n_answer - at);
		if (n == 0)
			return 0;
		if (n > 0) {
			*start = at;
			return (size_t)n;
		}
	}
	return 0;
}

static bool is_exception(const struct port_ask *ask, const struct trace_exchange *exchange)
{
	return ask->kind == ASK_PDU && exchange->n_answer == 2 &&
	       exchange->answer[0] == (ask->function | 0x80);
}

/* One exchange; false: the turn cannot go on from here. */
static bool play_one(
	struct play *play, size_t i, struct codec *codec, const struct port_ask *ask, int *err)
{
	const struct trace_exchange *exchange = &play->trace.exchanges[i];
	bool optional = codec_now(codec)->optional;
	bool silent = ask->kind == ASK_BYTES && !ask->frame;
	struct wl_out out;
	const uint8_t *rx = exchange->answer;
	size_t n = exchange->n_answer, start = 0;
	char words[160];
	struct text said = text_over(words, sizeof(words));

	if (silent || (is_exception(ask, exchange) && optional)) {
		(void)codec_take(codec, NULL, 0, &out);
		return true;
	}
	if (!exchange->answered) {
		*err = keep_words(play, i, "! no answer\n");
		return false;
	}
	if (is_exception(ask, exchange)) {
		text_printf(&said, "! exception %u\n", exchange->answer[1]);
		*err = keep_words(play, i, said.at);
		return false;
	}
	if (ask->kind == ASK_BYTES) {
		n = message_in(ask, exchange, &start);
		rx += start;
	} else if (!answer_fits(ask, exchange->answer, n)) {
		n = 0;
	}
	switch (n ? codec_take(codec, rx, n, &out) : CODEC_GARBLED) {
	case CODEC_WRONG:
		*err = keep_words(play, i, "! another device\n");
		return false;
	case CODEC_GARBLED:
		if (n && out.mistake[0]) /* also of what is thrown away */
			text_printf(&said, "! the driver puts %s\n", out.mistake);
		*err = keep_words(play, i, said.len ? said.at : "! garbled\n");
		return false;
	case CODEC_NEVER:
		*err = keep_words(play, i, "! never ready\n");
		return false;
	case CODEC_ON:
		break;
	}
	*err = keep_values(play, i, &out);
	return true;
}

/* The next exchange from `i` on that answers the driver's question; the trace's end when there is none. */
static size_t find_answer(const struct play *play, size_t i, const struct port_ask *ask)
{
	while (i < play->trace.n && !answers(&play->trace.exchanges[i], ask))
		i++;
	return i;
}

static int pass_over(struct play *play, size_t from, size_t to)
{
	int err = 0;

	while (from < to && !err)
		err = keep_words(play, from++, "? not asked by the driver\n");
	return err;
}

static int play_driver(struct play *play)
{
	struct codec *codec = malloc(sizeof(*codec));
	size_t n = play->trace.n, i = 0, found;
	bool fresh = true;
	int err = 0;

	if (!codec)
		return ERR_MEMORY;
	codec_init(codec, play->profile->driver, (uint8_t)strtoul(play->trace.address, NULL, 10));
	codec_begin(codec, false);
	while (i < n && !err) {
		struct port_ask ask = {.kind = ASK_REGISTERS};

		if (!codec_now(codec))
			codec_begin(codec, codec->verified);
		codec_question(codec, &ask);
		found = find_answer(play, i, &ask);
		if (found == n && !fresh) { /* this turn was not gone on with */
			codec_forget(codec);
			codec_begin(codec, false);
			fresh = true;
			continue;
		}
		err = pass_over(play, i, found);
		fresh = found < n && !err && !play_one(play, found, codec, &ask, &err);
		if (fresh) {
			codec_forget(codec);
			codec_begin(codec, false);
		}
		i = found + 1;
	}
	free(codec);
	return err;
}

/* --- a map of registers ----------------------------------------------------------------------------- */

/* What earlier answers of the trace said of the device. */
struct device {
	bool known[MOST_STATUS]; /* as on a line, what was not read is not known */
	bool holds[MOST_STATUS];
	bool wrong; /* another one, until its identity is right again */
};

static uint16_t rule_flags(
	const struct profile *profile, const struct device *device, const char *parameter)
{
	uint16_t flags = 0;
	unsigned i;

	for (i = 0; i < profile->n_status; i++) {
		if (profile->status[i].only[0] && strcmp(profile->status[i].only, parameter) != 0)
			continue;
		if (!device->known[i])
			flags |= FLAG_STATUS; /* it could not say how it is */
		else if (device->holds[i])
			flags |= decode_effect_flag(profile->status[i].effect);
	}
	return flags;
}

static bool touches(const struct profile_register *at, const struct port_ask *ask)
{
	return at->function == ask->function && at->address < ask->start + ask->count &&
	       ask->start < at->address + at->registers;
}

/* Whether the read has to do with any register of the map: with a wrong base none has. */
static bool is_asked(const struct profile *profile, const struct port_ask *ask)
{
	bool asked = profile->has_identity && touches(&profile->identity, ask);
	unsigned i;

	for (i = 0; i < profile->n_fields && !asked; i++)
		asked = touches(&profile->fields[i].at, ask);
	for (i = 0; i < profile->n_status && !asked; i++)
		asked = touches(&profile->status[i].at, ask);
	return asked;
}

/* The values of one good answer to a read from `start`. */
static void put_fields(const struct profile *profile, const struct trace_exchange *exchange,
	uint16_t start, struct device *device, struct text *said)
{
	struct value_bytes bytes;
	struct decoded decoded;
	char room[100];
	struct text found = text_over(room, sizeof(room));
	bool whole = false; /* one register at least, with all of its neighbours of one value */
	unsigned i;

	if (profile->has_identity && !decode_take(&profile->identity, exchange->answer,
					     exchange->n_answer, start, &bytes)) {
		device->wrong = !decode_identity(profile, &bytes, &found);
		whole = true;
	}
	if (device->wrong) {
		text_put(said, "! another device\n");
		return;
	}
	for (i = 0; i < profile->n_status; i++)
		if (!decode_take(&profile->status[i].at, exchange->answer, exchange->n_answer,
			    start, &bytes)) {
			device->holds[i] = decode_status(&profile->status[i], &bytes);
			device->known[i] = true;
			whole = true;
		}
	for (i = 0; i < profile->n_fields; i++) {
		const struct profile_field *field = &profile->fields[i];
		struct codec_value value = {.kind = field->kind, .decimals = field->decimals};

		if (decode_take(&field->at, exchange->answer, exchange->n_answer, start, &bytes))
			continue;
		decode_field(field, &bytes, &decoded);
		text_copy(value.parameter, sizeof(value.parameter), field->parameter);
		value.flags = decoded.flags | rule_flags(profile, device, field->parameter);
		value.value = value.flags & FLAG_NO_VALUE ? (double)NAN : decoded.value;
		put_value(said, decode_unit(field), &value);
		whole = true;
	}
	if (!whole)
		text_put(said, "? holds no value of the driver whole\n");
}

/* The states in a range that was not had are not known. */
static void forget_states(
	const struct profile *profile, const struct port_ask *ask, struct device *device)
{
	unsigned i;

	for (i = 0; i < profile->n_status; i++)
		if (touches(&profile->status[i].at, ask))
			device->known[i] = false;
}

static void put_read(const struct profile *profile, const struct trace_exchange *exchange,
	struct device *device, struct text *said)
{
	const uint8_t *q = exchange->question;
	struct port_ask ask = {.function = q[0],
		.start = (uint16_t)(q[1] << 8 | q[2]),
		.count = (uint16_t)(q[3] << 8 | q[4])};

	if (exchange->n_question != 5 || q[0] < 1 || q[0] > 4 || !is_asked(profile, &ask))
		text_put(said, "? not asked by the driver\n");
	else if (!exchange->answered)
		text_put(said, "! no answer\n");
	else if (exchange->n_answer == 2 && exchange->answer[0] == (q[0] | 0x80))
		text_printf(said, "! exception %u\n", exchange->answer[1]);
	else if (!answer_fits(&ask, exchange->answer, exchange->n_answer))
		text_put(said, "! garbled\n");
	else
		put_fields(profile, exchange, ask.start, device, said);
	if (said->len && *said->at == '!')
		forget_states(profile, &ask, device);
}

static int play_registers(struct play *play)
{
	struct device device = {.wrong = false};
	char room[MOST_FIELDS * 96];
	size_t i;
	int err = 0;

	for (i = 0; i < play->trace.n && !err; i++) {
		struct text said = text_over(room, sizeof(room));

		put_read(play->profile, &play->trace.exchanges[i], &device, &said);
		if (said.len)
			err = keep_words(play, i, room);
	}
	return err;
}

/* --- the whole -------------------------------------------------------------------------------------- */

/* Line by line as written, but for old lines of outcomes; new ones stand behind the exchange they are of. */
static void print(const struct play *play, const char *text, size_t len, FILE *to)
{
	const char *at = text, *end = text + len, *stop;
	unsigned line = 1;
	size_t next = 0, i;

	for (; at < end; at = stop + 1, line++) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		/* What came of the exchanges before this line. */
		for (i = next; i < play->trace.n; i++) {
			if (play->trace.exchanges[i].last >= line)
				break;
			if (play->said[i])
				fputs(play->said[i], to);
			next = i + 1;
		}
		if (at == stop || !strchr("=?!", *at)) {
			fwrite(at, 1, (size_t)(stop - at), to);
			fputc('\n', to);
		}
	}
	for (i = next; i < play->trace.n; i++)
		if (play->said[i])
			fputs(play->said[i], to);
}

int replay(const struct profile *profile, const char *name, const char *text, size_t len, FILE *to,
	struct text *why)
{
	struct play play = {.profile = profile};
	size_t i;
	int err = trace_text_read(&play.trace, name, text, len, why);

	if (err)
		return err;
	play.said = calloc(play.trace.n ? play.trace.n : 1, sizeof(*play.said));
	err = !play.said        ? ERR_MEMORY
	      : profile->driver ? play_driver(&play)
				: play_registers(&play);
	if (!err)
		print(&play, text, len, to);
	else
		text_printf(why, "%s: %s", name, err_text(err));
	for (i = 0; play.said && i < play.trace.n; i++)
		free(play.said[i]);
	free(play.said);
	trace_text_free(&play.trace);
	return err;
}
