#include "played.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/trace_text.h"
#include "qc/judge.h"

enum { MOST_CASES = 32, CASE_TEXT = 1 << 20 };

struct played_case {
	struct trace_text trace;
	bool *good; /* of each exchange */
};

struct played {
	const struct wl_driver *driver;
	struct codec codec; /* what the asker's driver knows */
	unsigned n_cases, at;
	size_t next; /* exchange of that case to look from */
	bool fresh;  /* asked by nobody since it was another device */
	bool known;  /* codec_now() is what was asked */
	struct played_case cases[MOST_CASES];
};

/* --- cases ------------------------------------------------------------------------------------------- */

/* Which exchanges the driver takes: by the lines behind each; how many values there are. */
static unsigned judge(struct played_case *one, const char *text, size_t len)
{
	const char *at = text, *end = text + len, *stop;
	unsigned line = 1, values = 0;
	size_t i = 0;

	for (; at < end; at = stop + 1, line++) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		while (i + 1 < one->trace.n && one->trace.exchanges[i + 1].line <= line)
			i++;
		if (at < stop && (*at == '!' || *at == '?') && one->trace.n)
			one->good[i] = false;
		/* "= : date ..." is told, no value. */
		values += at < stop && *at == '=' && !(stop - at > 2 && at[2] == ':');
	}
	return values;
}

static char *read_whole(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(CASE_TEXT) : NULL;

	*len = text ? fread(text, 1, CASE_TEXT, file) : 0;
	if (file)
		fclose(file);
	return text;
}

static int add_case(struct played *played, const char *path, struct text *why)
{
	struct played_case *one = &played->cases[played->n_cases];
	size_t len, i;
	char *text = read_whole(path, &len);
	int rc;

	if (!text) {
		text_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	rc = trace_text_read(&one->trace, path, text, len, why);
	if (!rc) {
		one->good = calloc(one->trace.n + 1, sizeof(*one->good));
		for (i = 0; one->good && i < one->trace.n; i++)
			one->good[i] = true;
		if (one->good && judge(one, text, len)) {
			played->n_cases++;
		} else {
			rc = one->good ? 0 : ERR_MEMORY;
			free(one->good);
			trace_text_free(&one->trace);
		}
	}
	free(text);
	return rc;
}

static int is_trace(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 6 && !strcmp(entry->d_name + len - 6, ".trace");
}

static int read_cases(struct played *played, const char *drivers, struct text *why)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int n, i, rc = 0;

	snprintf(path, sizeof(path), "%s/%s/cases", drivers, played->driver->name);
	n = scandir(path, &entries, is_trace, alphasort);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s/cases/%s", drivers, played->driver->name,
			entries[i]->d_name);
		if (!rc && played->n_cases < MOST_CASES)
			rc = add_case(played, path, why);
		free(entries[i]);
	}
	free(entries);
	if (rc || played->n_cases)
		return rc;
	text_printf(why, "%s/%s/cases holds no *.trace with values to play", drivers,
		played->driver->name);
	return ERR_ABSENT;
}

int played_new(struct played **out, const struct unit_conf *conf, const char *drivers, unsigned n,
	struct text *why)
{
	struct played *played = calloc(1, sizeof(*played));
	int rc;

	*out = NULL;
	if (!played)
		return ERR_MEMORY;
	played->driver = conf->profile->driver;
	rc = read_cases(played, drivers, why);
	if (rc) {
		played_free(played);
		return rc;
	}
	codec_init(&played->codec, played->driver, conf->address);
	codec_begin(&played->codec, false);
	played->at = n % played->n_cases;
	played->fresh = true;
	*out = played;
	return 0;
}

void played_free(struct played *played)
{
	unsigned i;

	for (i = 0; played && i < played->n_cases; i++) {
		free(played->cases[i].good);
		trace_text_free(&played->cases[i].trace);
	}
	free(played);
}

bool played_talks(const struct played *played)
{
	const struct wl_exchange *exchange;

	for (exchange = played->driver->exchanges; exchange->name; exchange++)
		if (!exchange->compose)
			return true;
	return false;
}

bool played_bytes(const struct played *played)
{
	const struct wl_exchange *exchange;

	for (exchange = played->driver->exchanges; exchange->name; exchange++)
		if (exchange->wire == WL_BYTES)
			return true;
	return false;
}

/* --- in step with the asker -------------------------------------------------------------------------- */

/*
 * Whether this is its question; or, `alike`, words that begin as it: a driver may put into a message what labsim
 * does not know, as the water's temperature.
 */
static bool asks(struct codec *codec, const uint8_t *question, size_t len, bool alike)
{
	const struct wl_exchange *exchange;
	struct wl_out nothing;

	while ((exchange = codec_now(codec))) {
		struct port_ask ask = {.kind = ASK_REGISTERS};

		codec_question(codec, &ask);
		if (alike && ask.frame && ask.len && len && ask.bytes[0] == question[0])
			return true;
		if (!alike && ask.len == len && (!len || !memcmp(ask.bytes, question, len)))
			return true;
		/* What nothing answers is not said over TCP, and on a line another unit may have heard it. */
		if (exchange->wire != WL_BYTES || exchange->frame)
			return false;
		(void)codec_take(codec, NULL, 0, &nothing);
	}
	return false;
}

static bool has_address(const struct played_case *one, uint8_t address)
{
	return !one->trace.address[0] || atoi(one->trace.address) == address;
}

/* Who asks what it is, asks another device: that of the next case. */
static void exchange_device(struct played *played)
{
	unsigned i;

	for (i = 0; i < played->n_cases && !played->fresh; i++) {
		played->at = (played->at + 1) % played->n_cases;
		if (has_address(&played->cases[played->at], played->codec.unit.address))
			break;
	}
	played->next = 0;
}

enum { IN_TURN, NEW_TURN, KNOWS_NOTHING, STARTS };

/* Brings the copy of the driver to this question: in its turn, in a new one, or as one that knows nothing. */
static void follow(struct played *played, const uint8_t *question, size_t len)
{
	struct codec *codec = &played->codec, was = *codec;
	unsigned i;

	for (i = 0; i < 2 * STARTS; i++) {
		*codec = was;
		if (i % STARTS == KNOWS_NOTHING)
			codec_forget(codec);
		if (i % STARTS != IN_TURN)
			codec_begin(codec, i % STARTS == NEW_TURN && was.verified);
		played->known = asks(codec, question, len, i >= STARTS);
		if (!played->known)
			continue;
		if (i % STARTS == KNOWS_NOTHING)
			exchange_device(played);
		return;
	}
	*codec = was;
}

/* The next exchange of the case from `next` on, and round, with that question; NULL: none. */
static const struct trace_exchange *look(struct played *played, const uint8_t *question, size_t len)
{
	const struct played_case *one = &played->cases[played->at];
	size_t i, k;

	for (i = 0; i < one->trace.n; i++) {
		const struct trace_exchange *exchange;

		k = (played->next + i) % one->trace.n;
		exchange = &one->trace.exchanges[k];
		if (one->good[k] && (exchange->asked ? exchange->n_question : 0) == len &&
			(!len || !memcmp(exchange->question, question, len))) {
			played->next = k + 1;
			return exchange;
		}
	}
	return NULL;
}

/* A case is through: the next one's turn, where the device need not tell what it is. */
static void turn_page(struct played *played)
{
	const struct wl_exchange *exchange = codec_now(&played->codec);

	if (played->next < played->cases[played->at].trace.n || exchange)
		return;
	for (exchange = played->driver->exchanges; exchange->name; exchange++)
		if (exchange->identity)
			return;
	exchange_device(played);
}

bool played_find(
	struct played *played, const uint8_t *question, size_t len, struct lab_answer *answer)
{
	const struct trace_exchange *exchange;
	struct port_ask ask = {.bytes = question, .len = len};

	turn_page(played);
	follow(played, question, len);
	if (played->known)
		codec_question(&played->codec, &ask);
	exchange = look(played, ask.bytes, ask.len);
	if (!exchange)
		return false;
	played->fresh = false;
	answer->speaks = exchange->answered && exchange->n_answer <= sizeof(answer->pdu);
	answer->len = answer->speaks ? exchange->n_answer : 0;
	memcpy(answer->pdu, exchange->answer, answer->len);
	return true;
}

/* The message in what was said, as the port finds it; false: none. */
static bool message(struct codec *codec, const struct lab_answer *answer, size_t *at, size_t *len)
{
	struct port_ask ask = {.kind = ASK_REGISTERS};
	int n = -1;

	codec_question(codec, &ask);
	*at = 0;
	*len = answer->len;
	if (ask.kind != ASK_BYTES)
		return true;
	while (*len && (n = ask.frame(ask.ctx, answer->pdu + *at, *len)) < 0) {
		++*at;
		--*len;
	}
	if (!*len || n <= 0)
		return false;
	*len = (size_t)n;
	return true;
}

void played_take(struct played *played, struct lab_answer *answer)
{
	struct codec *codec = &played->codec;
	const struct wl_exchange *exchange = played->known ? codec_now(codec) : NULL;
	bool modbus, exception;
	size_t at, len;
	unsigned i;

	if (!exchange)
		return;
	modbus = exchange->wire == WL_MODBUS;
	exception = modbus && answer->len == 2 && answer->pdu[0] & 0x80;
	if ((!modbus && !exchange->frame) || (exception && exchange->optional)) {
		(void)codec_take(codec, NULL, 0, &answer->put);
		return;
	}
	if (!answer->speaks || exception || !message(codec, answer, &at, &len))
		return;
	if (codec_take(codec, answer->pdu + at, len, &answer->put) != CODEC_ON)
		answer->put.n = 0;
	for (i = 0; i < answer->put.n; i++)
		answer->put.values[i].flags |=
			qc_range(parameter_find(answer->put.values[i].parameter),
				answer->put.values[i].value);
}
