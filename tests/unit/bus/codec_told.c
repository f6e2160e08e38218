/* What a record tells of itself, and the lines of a file that it is from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bus/codec.h"
#include "io/answer.h"

/* What the driver of this test does with its next line. */
static struct {
	void (*say)(struct wl_out *out);
	int step;
} script;

static int decode(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	if (script.say)
		script.say(out);
	else
		wl_tell(out, WL_DATE, (const char *)rx, len);
	return script.step;
}

static const struct wl_exchange lines[] = {
	{.name = "line", .wire = WL_FILE, .decode = decode, .reply_ms = 5},
	{.name = NULL},
};
static const struct wl_driver filed = {.name = "filed", .exchanges = lines};

static struct codec codec;
static struct wl_out out;

static enum codec_end take(void (*say)(struct wl_out *out), int step, const char *line)
{
	script.say = say;
	script.step = step;
	codec_init(&codec, &filed, 1);
	codec_begin(&codec, false);
	return codec_take(&codec, (const uint8_t *)line, strlen(line), &out);
}

/* --- telling ------------------------------------------------------------------------------------------ */

static const struct {
	const char *says;
	size_t len;
	const char *told;
} tellings[] = {
	{"28-Nov-2026", 11, "28-Nov-2026"},
	{"", 0, ""},
	{NULL, 0, ""},
	{"28-Nov", 2, "28"},
	{"a\0b\tc\x7F\r", 7, "a?b?c??"},
	{"\xC2\xB5 \xE2\x82\xAC \xF0\x9F\x9A\x90", 11, "\xC2\xB5 \xE2\x82\xAC \xF0\x9F\x9A\x90"},
	{"\xB5S \xC2", 4, "?S ?"},
	{"\xC2\x85", 2, "?"}, /* a control character of two bytes */
	{"\xE2\x80\xAE"
	 "evil",
		7, "?evil"},   /* turns the writing round */
	{"\xC0\xAF", 2, "??"}, /* too long for what it is */
	{"\xE0\x80\xAF", 3, "???"},
	{"\xED\xA0\x80", 3, "???"},      /* half a pair */
	{"\xF4\x90\x80\x80", 4, "????"}, /* beyond the last */
	{"\xF0\x9F\x9A", 3, "???"},      /* ends within */
	{"012345678901234567890123456789012345678901234567890123456789012345", 66,
		"012345678901234567890123456789012345678901234567890123456789\xE2\x80\xA6"},
	/* the cut is seen, and never within a character */
	{"01234567890123456789012345678901234567890123456789012345678\xC2\xB5zzz", 64,
		"01234567890123456789012345678901234567890123456789012345678\xE2\x80\xA6"},
};
static size_t telling;

static void tell(struct wl_out *to)
{
	wl_put(to, "ph", "[pH]", 7, 0, 0);
	wl_tell(to, WL_SAMPLE, tellings[telling].says, tellings[telling].len);
}

static void what_is_told_is_a_line_of_utf8(void **state)
{
	(void)state;
	for (telling = 0; telling < sizeof(tellings) / sizeof(*tellings); telling++) {
		assert_int_equal(take(tell, WL_NEXT, ""), CODEC_ON);
		assert_string_equal(out.mistake, "");
		assert_int_equal(out.about, 1U << WL_SAMPLE);
		assert_string_equal(out.told[WL_SAMPLE], tellings[telling].told);
		assert_string_equal(out.told[WL_DATE], "");
		assert_int_equal(out.n, 1);
	}
}

static void tell_twice(struct wl_out *to)
{
	wl_tell(to, WL_OPERATOR, "", 0);
	wl_tell(to, WL_CALIBRATION, "all", 3);
	wl_tell(to, WL_OPERATOR, "NK", 2);
}

static void tell_what_is_not_known(struct wl_out *to)
{
	wl_tell(to, (enum wl_about)CODEC_ABOUT, "x", 1);
}

static void what_no_driver_may_tell_is_left_out_and_said(void **state)
{
	(void)state;
	assert_int_equal(take(tell_twice, WL_NEXT, ""), CODEC_ON);
	assert_string_equal(out.mistake, "operator twice in one record");
	assert_int_equal(out.about, 1U << WL_OPERATOR | 1U << WL_CALIBRATION);
	assert_string_equal(out.told[WL_OPERATOR], "");
	assert_string_equal(out.told[WL_CALIBRATION], "all");
	assert_int_equal(take(tell_what_is_not_known, WL_NEXT, ""), CODEC_ON);
	assert_string_equal(out.mistake, "what no record tells (7)");
	assert_int_equal(out.about, 0);
}

/* Nothing of a record stays for the next, and one that is none tells nothing. */
static void each_record_begins_anew(void **state)
{
	(void)state;
	assert_int_equal(take(tell_twice, WL_NEXT, ""), CODEC_ON);
	assert_int_equal(take(NULL, WL_NEXT, "28-Nov-2026"), CODEC_ON);
	assert_int_equal(out.about, 1U << WL_DATE);
	assert_string_equal(out.told[WL_DATE], "28-Nov-2026");
	assert_string_equal(out.told[WL_CALIBRATION], "");
	assert_int_equal(take(tell_twice, WL_GARBLED, ""), CODEC_GARBLED);
	assert_int_equal(out.about, 0);
	assert_string_equal(out.told[WL_DATE], "");
	assert_string_equal(out.told[WL_CALIBRATION], "");
}

/* --- files -------------------------------------------------------------------------------------------- */

/* Not taken for a wake-up, which nothing answers; and no port takes it for a question. */
static void a_line_of_a_file_is_taken_whole(void **state)
{
	struct port_ask ask = {.unit = 1};
	uint8_t line[512];

	(void)state;
	memset(&script, 0, sizeof(script));
	memset(line, 'x', sizeof(line));
	codec_init(&codec, &filed, 1);
	codec_begin(&codec, false);
	codec_question(&codec, &ask);
	assert_int_equal(ask.kind, ASK_BYTES);
	assert_int_equal(ask.len, 0);
	assert_non_null(ask.frame);
	assert_int_equal(ask.frame(ask.ctx, line, 1), 1);
	assert_int_equal(ask.frame(ask.ctx, line, sizeof(line)), sizeof(line));
	assert_int_equal(answer_check_ask(&ask, PORT_RTU), ERR_RANGE);
	assert_int_equal(answer_check_ask(&ask, PORT_TCP), ERR_RANGE);
	assert_int_equal(codec_take(&codec, line, sizeof(line), &out), CODEC_ON);
	assert_int_equal(strlen(out.told[WL_DATE]), CODEC_TOLD - 1);
	assert_null(codec_now(&codec));
	codec_begin(&codec, false);
	assert_int_equal(codec_take(&codec, line, 0, &out), CODEC_ON); /* an empty line is one */
	assert_int_equal(out.about, 1U << WL_DATE);
}

static int ask_one(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	*tx = 3;
	return 1;
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	(void)unit;
	(void)rx;
	return (int)len;
}

static void what_a_driver_is_for(void **state)
{
	static const struct wl_exchange talks[] = {
		{.name = "d", .wire = WL_BYTES, .frame = frame, .decode = decode, .reply_ms = 200},
		{.name = NULL}};
	static const struct wl_exchange mixed[] = {
		{.name = "line", .wire = WL_FILE, .decode = decode},
		{.name = "d", .wire = WL_BYTES, .frame = frame, .decode = decode, .reply_ms = 200},
		{.name = NULL}};
	static const struct wl_exchange pdus[] = {
		{.name = "c", .wire = WL_MODBUS, .compose = ask_one, .decode = decode},
		{.name = NULL}};
	static const struct wl_exchange asked[] = {
		{.name = "d", .wire = WL_BYTES, .frame = frame, .decode = decode, .reply_ms = 200},
		{.name = "a",
			.wire = WL_BYTES,
			.compose = ask_one,
			.frame = frame,
			.decode = decode,
			.reply_ms = 200},
		{.name = NULL}};
	static const struct {
		struct wl_driver driver;
		bool on_line, reads_files, over_tcp;
	} of[] = {
		{{.exchanges = lines}, false, true, false},
		{{.exchanges = talks}, true, true, false}, /* what it sends may have been kept */
		{{.exchanges = mixed}, false, true, false},
		{{.exchanges = pdus}, true, false, true},
		{{.exchanges = asked}, true, false, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(*of); i++) {
		assert_int_equal(codec_on_line(&of[i].driver), of[i].on_line);
		assert_int_equal(codec_reads_files(&of[i].driver), of[i].reads_files);
		assert_int_equal(codec_over_tcp(&of[i].driver), of[i].over_tcp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_a_line_of_utf8),
		cmocka_unit_test(what_no_driver_may_tell_is_left_out_and_said),
		cmocka_unit_test(each_record_begins_anew),
		cmocka_unit_test(a_line_of_a_file_is_taken_whole),
		cmocka_unit_test(what_a_driver_is_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
