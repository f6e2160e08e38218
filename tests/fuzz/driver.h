/*
 * driver.h - one driver in C against whatever a line may bring.  The Makefile makes a program of it for each
 * driver, with DRIVER its name in C (wl_atlas_ezo); seeds are made from its cases (tests/fuzz/seeds).
 *
 * An input is the unit number, the water's temperature (0: not known), and answers, each of them
 *
 *     ctl len byte...      ctl & 0x80: silence; & 0x40: the bytes as the data of an answer that fits;
 *                          & 0x3F: the bytes come in lumps of so many, 0: at once
 *
 * The answers pass the ports' gates, and lie in memory of exactly their length, as the state does.
 *
 * Of a driver that reads files an input is a file: its lines, longer ones in pieces of 512 bytes.
 */
#ifndef TESTS_FUZZ_DRIVER_H
#define TESTS_FUZZ_DRIVER_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/codec.h"
#include "io/answer.h"
#include "model/flags.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct wl_driver DRIVER;

enum { LINE = 512 }; /* of a file, at most */

struct input {
	const uint8_t *at;
	size_t left;
};

struct answer {
	bool silence, fits;
	size_t lump, len;
	const uint8_t *bytes;
};

static struct codec codec;
static uint8_t *state, *before; /* of state_size bytes; as it was */

static void must(bool so)
{
	if (!so)
		abort();
}

static void *of_size(const void *from, size_t len)
{
	void *copy = malloc(len);

	must(copy || !len);
	if (len)
		memcpy(copy, from, len);
	return copy;
}

static void keep_state(void)
{
	if (DRIVER.state_size)
		memcpy(before, state, DRIVER.state_size);
}

static void state_is_kept(void)
{
	must(!DRIVER.state_size || !memcmp(before, state, DRIVER.state_size));
}

static void begin_anew(void)
{
	if (DRIVER.state_size)
		memset(state, 0, DRIVER.state_size);
	codec_begin(&codec, false);
}

static bool take_input(struct input *input, struct answer *answer)
{
	uint8_t ctl;

	if (input->left < 2)
		return false;
	ctl = input->at[0];
	answer->silence = ctl & 0x80;
	answer->fits = ctl & 0x40;
	answer->lump = ctl & 0x3F;
	answer->len = input->at[1];
	input->at += 2;
	input->left -= 2;
	if (answer->len > input->left)
		answer->len = input->left;
	answer->bytes = input->at;
	input->at += answer->len;
	input->left -= answer->len;
	return true;
}

/* It writes only where it may, and remembers nothing of having asked. */
static void check_compose(const struct wl_exchange *exchange)
{
	uint8_t *tx = malloc(CODEC_QUESTION);
	int n;

	must(tx);
	keep_state();
	n = exchange->compose ? exchange->compose(&codec.unit, tx, CODEC_QUESTION) : WL_LISTEN;
	must(n >= WL_PASS && n <= CODEC_QUESTION);
	state_is_kept();
	free(tx);
}

static int frame(const struct wl_exchange *exchange, const uint8_t *rx, size_t len)
{
	uint8_t *copy = of_size(rx, len);
	int n;

	keep_state();
	n = exchange->frame(&codec.unit, copy, len);
	state_is_kept();
	must(n >= WL_SKIP && n <= (int)len);
	free(copy);
	return n;
}

/* As hear() of io/rtu.c; bytes of the message, 0: none. */
static size_t hear(
	const struct wl_exchange *exchange, const struct answer *answer, uint8_t *message)
{
	size_t len = 0, given = 0, more;
	int n = WL_MORE;

	for (;;) {
		while (len && (n = frame(exchange, message, len)) < 0)
			memmove(message, message + 1, --len);
		if (len && n > 0)
			return (size_t)n;
		more = answer->len - given;
		if (answer->lump && more > answer->lump)
			more = answer->lump;
		if (more > PORT_REPLY - len)
			more = PORT_REPLY - len;
		if (!more)
			return 0;
		memcpy(message + len, answer->bytes + given, more);
		len += more;
		given += more;
	}
}

/* A PDU that fits the question, with these bytes as its data. */
static size_t fitting(const struct port_ask *ask, const struct answer *answer, uint8_t *pdu)
{
	bool reads = ask->function >= 1 && ask->function <= 4;
	size_t data = reads ? answer_bytes(ask) : answer->len;

	memset(pdu, 0, PORT_REPLY);
	pdu[0] = ask->function;
	if (data > PORT_REPLY - 2 || data > 255)
		return 1;
	pdu[1] = (uint8_t)data;
	memcpy(pdu + 2, answer->bytes, answer->len < data ? answer->len : data);
	if (answer_fits(ask, pdu, 2 + data) || ask->len < 5)
		return 2 + data;
	memcpy(pdu, ask->bytes, 5); /* a write's echo */
	return 5;
}

/* From the first byte of UTF-8 character on: its bytes; 0: it is none, or controls a terminal. */
static size_t shown(const char *at)
{
	const uint8_t *c = (const uint8_t *)at;
	size_t n = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4, i;

	if (c[0] < 0x20 || c[0] == 0x7F || (c[0] >= 0x80 && c[0] < 0xC2) || c[0] > 0xF4)
		return 0;
	for (i = 1; i < n; i++)
		if ((c[i] & 0xC0) != 0x80)
			return 0;
	if ((c[0] == 0xC2 && c[1] < 0xA0) || (c[0] == 0xE0 && c[1] < 0xA0) ||
		(c[0] == 0xED && c[1] >= 0xA0) || (c[0] == 0xF0 && c[1] < 0x90) ||
		(c[0] == 0xF4 && c[1] >= 0x90))
		return 0;
	return n;
}

static void check_told(const struct wl_out *out)
{
	unsigned i;
	size_t at, n;

	must(!(out->about >> CODEC_ABOUT));
	for (i = 0; i < CODEC_ABOUT; i++) {
		must(memchr(out->told[i], '\0', CODEC_TOLD) != NULL);
		must(out->about & 1U << i || !out->told[i][0]);
		for (at = 0; out->told[i][at]; at += n) {
			n = shown(out->told[i] + at);
			must(n > 0);
		}
	}
}

static void check_values(const struct wl_out *out)
{
	const uint16_t without =
		FLAG_NO_VALUE | FLAG_NOT_FINITE | FLAG_OVER | FLAG_UNDER | FLAG_NOT_DETECTED;
	unsigned i, k;

	must(!out->mistake[0]);
	check_told(out);
	for (i = 0; i < out->n; i++) {
		const struct codec_value *value = &out->values[i];
		size_t len = strlen(value->parameter);
		bool known = parameter_find(value->parameter) != NULL;

		for (k = 0; !known && DRIVER.unjudged && DRIVER.unjudged[k]; k++)
			known = !strncmp(DRIVER.unjudged[k], value->parameter, len) &&
				DRIVER.unjudged[k][len] == ' ';
		must(known);
		must(isfinite(value->value) || value->flags & without);
		must(!(value->flags & FLAG_NO_VALUE) || isnan(value->value));
	}
}

/* False: this was no answer, or another's. */
static bool play(
	const struct wl_exchange *exchange, const struct port_ask *ask, const struct answer *answer)
{
	static struct wl_out out;
	uint8_t room[PORT_REPLY], *exact;
	size_t len = answer->len < PORT_REPLY ? answer->len : PORT_REPLY;
	enum codec_end end;

	if (answer->silence)
		return false;
	if (ask->kind == ASK_BYTES) {
		len = hear(exchange, answer, room);
	} else if (answer->fits) {
		len = fitting(ask, answer, room);
	} else {
		if (len)
			memcpy(room, answer->bytes, len);
		if (len == 2 && room[0] == (ask->function | 0x80)) {
			if (exchange->optional)
				(void)codec_take(&codec, NULL, 0, &out);
			return exchange->optional;
		}
	}
	if (!len || (ask->kind == ASK_PDU && !answer_fits(ask, room, len)))
		return false;
	exact = of_size(room, len);
	end = codec_take(&codec, exact, len, &out);
	free(exact);
	must(end != CODEC_GARBLED || (!out.n && !out.about));
	check_values(&out);
	return end == CODEC_ON;
}

static void run(struct input *input)
{
	static struct wl_out out;
	unsigned steps = 0, exchanges = 0;
	const struct wl_exchange *exchange;
	struct answer answer;

	while (DRIVER.exchanges[exchanges].name)
		exchanges++;
	for (;;) {
		struct port_ask ask = {.kind = ASK_REGISTERS};

		exchange = codec_now(&codec);
		if (!exchange) { /* the turn is over */
			if (!input->left || !steps)
				return;
			codec_begin(&codec, codec.verified);
			steps = 0;
			continue;
		}
		must(++steps <= exchanges * CODEC_AGAIN);
		check_compose(exchange);
		keep_state();
		codec_question(&codec, &ask);
		state_is_kept();
		if (ask.kind == ASK_BYTES && !ask.frame) {
			(void)codec_take(&codec, NULL, 0, &out);
			continue;
		}
		if (!take_input(input, &answer))
			return;
		if (!play(exchange, &ask, &answer)) {
			begin_anew();
			steps = 0;
		}
	}
}

static void take_line(const uint8_t *line, size_t len)
{
	static struct wl_out out;
	uint8_t *exact = malloc(len + !len); /* an empty line is there, too */
	enum codec_end end;

	must(exact != NULL);
	if (len)
		memcpy(exact, line, len);
	codec_begin(&codec, false);
	end = codec_take(&codec, exact, len, &out);
	free(exact);
	must(end == CODEC_ON || end == CODEC_WRONG || end == CODEC_GARBLED);
	must(end != CODEC_GARBLED || (!out.n && !out.about));
	must(end != CODEC_ON || !codec_now(&codec));
	check_values(&out);
}

static int take_file(const uint8_t *at, size_t left)
{
	const uint8_t *stop;
	size_t len;

	must(!DRIVER.state_size);
	codec_init(&codec, &DRIVER, 1);
	for (; left; at += len, left -= len) {
		stop = memchr(at, '\n', left);
		len = stop ? (size_t)(stop - at) : left;
		if (len > LINE)
			len = LINE;
		take_line(at, len);
		if (len < left && at[len] == '\n') {
			at++;
			left--;
		}
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input input = {bytes, n};

	if (!codec_on_line(&DRIVER))
		return take_file(bytes, n);
	if (n < 2)
		return 0;
	codec_init(&codec, &DRIVER, (uint8_t)(1 + bytes[0] % 247));
	if (bytes[1])
		codec.unit.temperature = bytes[1] / 2.0 - 10;
	state = calloc(1, DRIVER.state_size);
	before = calloc(1, DRIVER.state_size);
	codec.unit.state = state;
	codec_begin(&codec, false);
	input.at += 2;
	input.left -= 2;
	run(&input);
	free(state);
	free(before);
	return 0;
}

#endif
