/*
 * Every driver of drivers/: it is sound, each of its cases comes out as written, and no cut, split or spoilt
 * answer ever becomes a value.  $DRIVER: that one alone.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bus/codec.h"
#include "bus/replay.h"
#include "conf/conf.h"
#include "io/answer.h"

enum { PATH = 1024 };

static const char *tree(void)
{
	const char *top = getenv("WATERLAB_SOURCE");

	if (!top)
		fail_msg("WATERLAB_SOURCE is not set: it names the top of the tree "
			 "(tests/run-unit)");
	return top;
}

static char *read_whole(const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	char *text = malloc(1 << 20);

	if (!file)
		fail_msg("%s cannot be read", path);
	assert_non_null(text);
	*len = fread(text, 1, 1 << 20, file);
	fclose(file);
	assert_true(*len < 1 << 20);
	return text;
}

static struct profile *driver_named(const char *name)
{
	char folder[PATH], words[2000] = "";
	struct text errors = text_over(words, sizeof(words));
	struct profile *profile = NULL;

	snprintf(folder, sizeof(folder), "%s/drivers", tree());
	if (conf_find_driver(&profile, folder, name, &errors))
		fail_msg("%s", words);
	return profile;
}

/* each(path of DIR/entry) for entries ending with `end`; how many there were. */
static unsigned for_each(
	const char *folder, const char *end, void (*each)(const char *path, void *ctx), void *ctx)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), i;
	unsigned found = 0;
	char path[PATH];

	for (i = 0; i < n; i++) {
		size_t len = strlen(entries[i]->d_name), k = strlen(end);

		if (entries[i]->d_name[0] != '.' && len >= k &&
			!strcmp(entries[i]->d_name + len - k, end)) {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			each(path, ctx);
			found++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return found;
}

static char *play(const struct profile *profile, const char *path, const char *text, size_t len)
{
	char words[300] = "", *said = NULL;
	struct text why = text_over(words, sizeof(words));
	size_t n = 0;
	FILE *to = open_memstream(&said, &n);

	assert_non_null(to);
	if (replay(profile, path, text, len, to, &why))
		fail_msg("%s", words);
	assert_int_equal(fclose(to), 0);
	return said;
}

/* --- as written ------------------------------------------------------------------------------------- */

static void replay_case(const char *path, void *ctx)
{
	const struct profile *profile = ctx;
	struct trace_text trace;
	char words[300];
	struct text why = text_over(words, sizeof(words));
	size_t len;
	char *text = read_whole(path, &len), *said = play(profile, path, text, len);

	if (strlen(said) != len || memcmp(said, text, len) != 0)
		fail_msg("%s: the driver makes this of it:\n%s", path, said);
	assert_int_equal(trace_text_read(&trace, path, text, len, &why), 0);
	if (!trace.has_source || strcmp(trace.driver, profile->name) != 0)
		fail_msg("%s says \"source: ...\" and \"driver: %s\"", path, profile->name);
	if (strstr(said, "! the driver puts"))
		fail_msg("%s: %s", path, strstr(said, "! the driver puts"));
	trace_text_free(&trace);
	free(said);
	free(text);
}

/* --- spoilt ----------------------------------------------------------------------------------------- */

/* What the port makes of bytes that come in two lumps: as hear() of io/rtu.c.  Bytes of the message; 0: none. */
static size_t hear(
	struct codec *codec, const uint8_t *bytes, size_t n, size_t split, uint8_t *message)
{
	size_t len = 0, given = 0;
	int found;

	for (;;) {
		struct port_ask ask = {.kind = ASK_REGISTERS};

		codec_question(codec, &ask);
		while (len && (found = ask.frame(ask.ctx, message, len)) < 0)
			memmove(message, message + 1, --len);
		if (len && found > 0)
			return (size_t)found;
		if (given == n || len == PORT_REPLY)
			return 0;
		found = (int)((given < split ? split : n) - given);
		if (len + (size_t)found > PORT_REPLY)
			found = (int)(PORT_REPLY - len);
		memcpy(message + len, bytes + given, (size_t)found);
		len += (size_t)found;
		given += (size_t)found;
	}
}

static bool same_value(const struct codec_value *a, const struct codec_value *b)
{
	return !memcmp(&a->value, &b->value, sizeof(double)) &&
	       !strcmp(a->parameter, b->parameter) && a->flags == b->flags;
}

static void same_values(const struct wl_out *a, const struct wl_out *b, const char *what, size_t at)
{
	unsigned i;

	assert_int_equal(a->n, b->n);
	for (i = 0; i < a->n; i++)
		if (!same_value(&a->values[i], &b->values[i]))
			fail_msg("%s at byte %zu gives another %s", what, at,
				b->values[i].parameter);
	assert_int_equal(a->about, b->about);
	assert_memory_equal(a->told, b->told, sizeof(a->told));
}

struct spoil {
	struct codec before; /* as it was when it asked */
	struct wl_out good;
	size_t good_len;
};

static enum codec_end take(struct spoil *spoil, const uint8_t *bytes, size_t n, size_t split,
	struct wl_out *out, size_t *len)
{
	static struct codec codec;
	uint8_t message[PORT_REPLY + 1];

	codec = spoil->before;
	codec.unit.state = codec.state.bytes;
	out->n = 0;
	*len = hear(&codec, bytes, n, split, message);
	return *len ? codec_take(&codec, message, *len, out) : CODEC_GARBLED;
}

static void spoil_bytes(
	struct spoil *spoil, const struct trace_exchange *exchange, const char *path)
{
	static const uint8_t garbage[] = {0xFF, 0x00, 0x80, 0xFE};
	static struct wl_out out;
	uint8_t dirty[TRACE_BYTES + sizeof(garbage)];
	size_t n = exchange->n_answer, i, len;

	for (i = 0; i <= n; i++) {
		assert_int_equal(take(spoil, exchange->answer, n, i, &out, &len), CODEC_ON);
		same_values(&spoil->good, &out, "a split", i);
	}
	for (i = 0; i < n; i++) {
		(void)take(spoil, exchange->answer, i, i, &out, &len);
		if (out.n && len != spoil->good_len)
			fail_msg("%s:%u: cut after %zu bytes it still gives %s", path,
				exchange->line, i, out.values[0].parameter);
	}
	memcpy(dirty, garbage, sizeof(garbage));
	memcpy(dirty + sizeof(garbage), exchange->answer, n);
	if (n + sizeof(garbage) <= PORT_REPLY) {
		assert_int_equal(take(spoil, dirty, n + sizeof(garbage), n, &out, &len), CODEC_ON);
		same_values(&spoil->good, &out, "garbage before", 0);
	}
}

static void spoil_pdu(const struct port_ask *ask, const struct trace_exchange *exchange)
{
	size_t i;

	for (i = 0; i < exchange->n_answer; i++)
		assert_false(answer_fits(ask, exchange->answer, i));
}

/* In memory of just that length; what it gives must be among what the whole line gave. */
static void take_spoilt(const struct profile *profile, const struct wl_out *good,
	const uint8_t *bytes, size_t n, const char *what, size_t at)
{
	static struct codec codec;
	static struct wl_out out;
	uint8_t *exact = malloc(n ? n : 1);
	unsigned i, k;

	assert_non_null(exact);
	memcpy(exact, bytes, n);
	codec_init(&codec, profile->driver, 1);
	codec_begin(&codec, false);
	(void)codec_take(&codec, exact, n, &out);
	free(exact);
	for (i = 0; i < out.n; i++) {
		for (k = 0; k < good->n; k++)
			if (same_value(&good->values[k], &out.values[i]))
				break;
		if (k == good->n)
			fail_msg("%s at byte %zu gives another %s", what, at,
				out.values[i].parameter);
	}
}

/* Cut anywhere, each byte spoilt, garbage before and behind. */
static void spoil_line(
	const struct profile *profile, const struct wl_out *good, const uint8_t *line, size_t n)
{
	static const uint8_t garbage[] = {0xFF, 0x00, 0x80, 0xFE};
	uint8_t dirty[TRACE_BYTES + 2 * sizeof(garbage)];
	size_t i, k;

	for (i = 0; i < n; i++)
		take_spoilt(profile, good, line, i, "a line cut", i);
	for (i = 0; i < n; i++)
		for (k = 0; k < sizeof(garbage); k++) {
			memcpy(dirty, line, n);
			dirty[i] = garbage[k];
			take_spoilt(profile, good, dirty, n, "a line spoilt", i);
		}
	memcpy(dirty, garbage, sizeof(garbage));
	memcpy(dirty + sizeof(garbage), line, n);
	memcpy(dirty + sizeof(garbage) + n, garbage, sizeof(garbage));
	take_spoilt(profile, good, dirty, sizeof(garbage) + n, "garbage before a line", 0);
	take_spoilt(profile, good, dirty + sizeof(garbage), n + sizeof(garbage),
		"garbage behind a line", n);
}

static void spoil_file(const struct profile *profile, const struct trace_text *trace)
{
	static struct codec codec;
	static struct wl_out good;
	size_t i;

	codec_init(&codec, profile->driver, 1);
	for (i = 0; i < trace->n; i++) {
		const struct trace_exchange *line = &trace->exchanges[i];

		codec_begin(&codec, false);
		if (codec_take(&codec, line->answer, line->n_answer, &good) == CODEC_ON)
			spoil_line(profile, &good, line->answer, line->n_answer);
	}
}

/* Where a good answer of a case comes, it is also tried in all the wrong ways. */
static void spoil_case(const char *path, void *ctx)
{
	static struct codec codec;
	static struct spoil spoil;
	const struct profile *profile = ctx;
	struct trace_text trace;
	char words[300];
	struct text why = text_over(words, sizeof(words));
	size_t len, i;
	char *text = read_whole(path, &len);

	assert_int_equal(trace_text_read(&trace, path, text, len, &why), 0);
	free(text);
	if (!codec_on_line(profile->driver)) {
		spoil_file(profile, &trace);
		trace_text_free(&trace);
		return;
	}
	codec_init(&codec, profile->driver, (uint8_t)atoi(trace.address));
	codec_begin(&codec, false);
	for (i = 0; i < trace.n; i++) {
		const struct trace_exchange *exchange = &trace.exchanges[i];
		struct port_ask ask = {.kind = ASK_REGISTERS};
		uint8_t message[TRACE_BYTES];

		if (!codec_now(&codec))
			codec_begin(&codec, codec.verified);
		spoil.before = codec;
		spoil.before.unit.state = spoil.before.state.bytes;
		codec_question(&codec, &ask);
		assert_memory_equal(&codec.state, &spoil.before.state, sizeof(codec.state));
		if (ask.len != (exchange->asked ? exchange->n_question : 0) ||
			(ask.len && memcmp(ask.bytes, exchange->question, ask.len) != 0)) {
			codec_forget(&codec);
			codec_begin(&codec, false);
			continue;
		}
		if (ask.kind == ASK_BYTES && !ask.frame) {
			(void)codec_take(&codec, NULL, 0, &spoil.good);
			continue;
		}
		len = exchange->n_answer;
		memcpy(message, exchange->answer, len);
		if (ask.kind == ASK_BYTES)
			len = hear(&codec, exchange->answer, exchange->n_answer, 0, message);
		else if (!answer_fits(&ask, exchange->answer, len))
			len = 0;
		if (!len || codec_take(&codec, message, len, &spoil.good) != CODEC_ON) {
			codec_forget(&codec);
			codec_begin(&codec, false);
			continue;
		}
		spoil.good_len = len;
		if (ask.kind == ASK_BYTES)
			spoil_bytes(&spoil, exchange, path);
		else
			spoil_pdu(&ask, exchange);
	}
	trace_text_free(&trace);
}

/* --- sound ------------------------------------------------------------------------------------------ */

/* Each line stands by itself, and there is nothing to ask, to find or to wait for. */
static void check_file_codec(const struct wl_driver *driver)
{
	const struct wl_exchange *only = &driver->exchanges[0];

	if (only[1].name || driver->state_size || driver->quiet_ms || driver->warmup_s)
		fail_msg("%s reads files: it has one exchange, and no state, quiet_ms or warmup_s",
			driver->name);
	if (only->wire != WL_FILE || !only->decode || only->compose || only->frame ||
		only->wait_ms || only->reply_ms || only->identity || only->optional)
		fail_msg("%s, \"%s\": reads files: it has decode, and nothing else", driver->name,
			only->name);
}

static void check_codec(const struct wl_driver *driver, const char *name)
{
	const struct wl_exchange *exchange;
	unsigned i;

	assert_string_equal(driver->name, name);
	assert_true(*driver->models && *driver->manual);
	assert_true(strlen(driver->models) < PROFILE_TEXT);
	assert_true(driver->state_size <= CODEC_STATE);
	assert_non_null(driver->exchanges[0].name);
	if (!codec_on_line(driver))
		check_file_codec(driver);
	for (exchange = driver->exchanges; codec_on_line(driver) && exchange->name; exchange++) {
		if (!exchange->compose && !(exchange->wire == WL_BYTES && exchange->frame))
			fail_msg("%s, \"%s\": neither asks nor listens", name, exchange->name);
		if (exchange->frame && exchange->wire == WL_MODBUS)
			fail_msg("%s, \"%s\": Modbus answers are framed already", name,
				exchange->name);
		if ((exchange->frame || exchange->wire == WL_MODBUS) &&
			(!exchange->decode || !exchange->reply_ms))
			fail_msg("%s, \"%s\": needs decode and reply_ms", name, exchange->name);
	}
	for (i = 0; driver->unjudged && driver->unjudged[i]; i++)
		if (!strchr(driver->unjudged[i], ' '))
			fail_msg("%s: \"%s\" is written \"code unit\"", name, driver->unjudged[i]);
}

static void check_driver(const char *folder, void *ctx)
{
	const char *name = strrchr(folder, '/') + 1, *only = getenv("DRIVER");
	struct profile *profile;
	char path[PATH];
	unsigned *checked = ctx, cases;
	struct stat st;

	snprintf(path, sizeof(path), "%s/README.md", folder);
	if ((only && *only && strcmp(only, name) != 0) || stat(folder, &st) || !S_ISDIR(st.st_mode))
		return;
	if (access(path, R_OK))
		fail_msg("drivers/%s has no README.md", name);
	profile = driver_named(name);
	snprintf(path, sizeof(path), "%s/cases", folder);
	cases = for_each(path, ".trace", replay_case, profile);
	if (!cases)
		fail_msg("drivers/%s has no cases/*.trace", name);
	if (profile->driver) {
		check_codec(profile->driver, name);
		for_each(path, ".trace", spoil_case, profile);
	}
	print_message("%s: %u cases\n", name, cases);
	free(profile);
	++*checked;
}

static void every_driver_keeps_to_its_cases(void **state)
{
	char folder[PATH];
	unsigned checked = 0;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/drivers", tree());
	for_each(folder, "", check_driver, &checked);
	if (!checked)
		fail_msg("there is no driver %s", getenv("DRIVER"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_driver_keeps_to_its_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
