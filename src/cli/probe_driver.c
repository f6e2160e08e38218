/* The turn of a driver in C on a line: each exchange with its bytes and what the driver makes of them. */
#include <stdio.h>
#include <stdlib.h>

#include "bus/codec.h"
#include "bus/put_value.h"
#include "bus/trace_text.h"
#include "cli/probe.h"
#include "cli/terminal.h"

enum { MOST_EXCHANGES = 200 /* of one turn; drivers may ask again and again */ };

static void print_values(const struct wl_out *out)
{
	char room[200];
	unsigned i;

	for (i = 0; i < out->n; i++) {
		struct text line = text_over(room, sizeof(room));

		value_put(
			&line, value_unit(out->driver, out->values[i].parameter), &out->values[i]);
		printf("= %s\n", room);
	}
	if (out->mistake[0])
		printf("! the driver puts %s: that is left out\n", out->mistake);
}

/* What the driver makes of the answer; false: the turn ends here. */
static bool take(
	struct codec *codec, const uint8_t *rx, size_t len, struct wl_out *out, unsigned *values)
{
	switch (codec_take(codec, rx, len, out)) {
	case CODEC_ON:
		print_values(out);
		*values += out->n;
		return true;
	case CODEC_WRONG:
		puts("! another device answers");
		return false;
	case CODEC_GARBLED:
		puts("! that is no answer to the question");
		return false;
	case CODEC_NEVER:
		puts("! it is never ready");
		return false;
	}
	return false;
}

static bool exchange(struct probing *probing, struct codec *codec, unsigned *values)
{
	static struct wl_out out;
	const struct wl_exchange *now = codec_now(codec);
	struct port_ask ask = {.unit = probing->unit};
	struct port_reply *reply = &probing->on.reply;
	bool hex = now->wire == WL_MODBUS, silent;
	char room[120];
	struct text trouble = text_over(room, sizeof(room));
	int err;

	if (now->wait_ms)
		(void)terminal_key((int)now->wait_ms);
	codec_question(codec, &ask);
	silent = ask.kind == ASK_BYTES && !ask.frame;
	printf("# %s\n", now->name);
	if (ask.len)
		trace_text_print(stdout, '>', ask.bytes, ask.len, hex);
	ask.timeout_ms = now->reply_ms ? now->reply_ms : 1000;
	if (probing->profile->quiet_ms && probing->asked)
		(void)terminal_key((int)probing->profile->quiet_ms);
	err = probing_ask(probing, &ask, &trouble);
	if (!silent && reply->len)
		trace_text_print(stdout, '<', reply->pdu, reply->len, hex);
	if (silent && !err)
		return take(codec, NULL, 0, &out, values);
	if (err == ERR_EXCEPTION && now->optional) {
		printf("# %s; it may\n", room);
		return take(codec, NULL, 0, &out, values);
	}
	if (!err)
		return take(codec, reply->pdu, reply->len, &out, values);
	printf("! %s\n", room);
	return false;
}

unsigned probe_driver(struct probing *probing)
{
	struct codec *codec = malloc(sizeof(*codec));
	unsigned values = 0, n = 0;

	if (!codec)
		return 0;
	codec_init(codec, probing->profile->driver, probing->unit);
	codec_begin(codec, false);
	while (codec_now(codec) && n++ < MOST_EXCHANGES && !terminal_should_end() &&
		exchange(probing, codec, &values))
		fflush(stdout);
	free(codec);
	return values;
}
