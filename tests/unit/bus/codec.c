/* A driver's turn without any line: each step, what may be left out, and what it may put. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bus/codec.h"
#include "bus/profile.h"

/* What the small driver of this test composes and decodes next. */
static struct {
	int sends;          /* of every compose(): bytes, WL_LISTEN or WL_PASS */
	const char *passes; /* or only the exchange whose question begins so passes */
	int step;           /* of decode() */
	unsigned composed;  /* calls */
	void (*put)(struct wl_out *out);
	uint8_t decoded[8];
} script;

static int compose(char name, uint8_t *tx)
{
	script.composed++;
	if (script.passes && strchr(script.passes, name))
		return WL_PASS;
	memset(tx, name, 3);
	return script.sends;
}

static int compose_a(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	assert_int_equal(unit->address, 9);
	assert_true(cap >= 64);
	return compose('a', tx);
}

static int compose_b(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return compose('b', tx);
}

static int compose_c(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	return compose('c', tx);
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	(void)unit;
	return len >= 2 ? rx[1] : WL_MORE;
}

static int decode(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	++*(uint8_t *)unit->state;
	memcpy(script.decoded, rx, len < 8 ? len : 8);
	if (script.put)
		script.put(out);
	return script.step;
}

static const struct wl_exchange exchanges[] = {
	{.name = "a",
		.wire = WL_BYTES,
		.compose = compose_a,
		.frame = frame,
		.decode = decode,
		.reply_ms = 100,
		.identity = true},
	{.name = "b",
		.wire = WL_BYTES,
		.compose = compose_b,
		.frame = frame,
		.decode = decode,
		.reply_ms = 700,
		.identity = true},
	{.name = "c", .wire = WL_MODBUS, .compose = compose_c, .decode = decode, .reply_ms = 300},
	{.name = "d", .wire = WL_BYTES, .frame = frame, .decode = decode, .reply_ms = 200},
	{.name = NULL},
};
static const char *const unjudged[] = {"pump_speed 1/min", NULL};
static const struct wl_driver driver = {.name = "small",
	.models = "m",
	.manual = "p1",
	.level = WL_RECORDED,
	.quiet_ms = 5,
	.warmup_s = 60,
	.state_size = 1,
	.exchanges = exchanges,
	.unjudged = unjudged};

static struct codec codec;
static struct wl_out out;

static void begin(void)
{
	memset(&script, 0, sizeof(script));
	script.sends = 3;
	codec_init(&codec, &driver, 9);
	codec_begin(&codec, false);
}

static enum codec_end take(const char *answer)
{
	return codec_take(&codec, (const uint8_t *)answer, strlen(answer), &out);
}

static const char *now(void)
{
	const struct wl_exchange *exchange = codec_now(&codec);

	return exchange ? exchange->name : "";
}

static void a_turn_goes_exchange_by_exchange(void **state)
{
	struct port_ask ask = {.unit = 9};

	(void)state;
	begin();
	assert_string_equal(now(), "a");
	codec_question(&codec, &ask);
	assert_int_equal(ask.kind, ASK_BYTES);
	assert_memory_equal(ask.bytes, "aaa", 3);
	assert_int_equal(ask.len, 3);
	assert_int_equal(ask.timeout_ms, 100);
	assert_int_equal(ask.frame(ask.ctx, (const uint8_t *)"x", 1), WL_MORE);
	assert_int_equal(ask.frame(ask.ctx, (const uint8_t *)"x\x02", 2), 2);
	/* one that claims more than there is, is not whole */
	assert_int_equal(ask.frame(ask.ctx, (const uint8_t *)"x\x03", 2), WL_MORE);
	codec_question(&codec, &ask);
	assert_int_equal(script.composed, 1); /* asked again it says the same */
	assert_int_equal(take("12"), CODEC_ON);
	assert_false(codec.verified); /* its second identity exchange is not answered */
	assert_int_equal(take("12"), CODEC_ON);
	assert_true(codec.verified);
	memset(&ask, 0, sizeof(ask));
	codec_question(&codec, &ask);
	assert_string_equal(now(), "c");
	assert_int_equal(ask.kind, ASK_PDU);
	assert_int_equal(ask.function, 'c');
	assert_null(ask.frame);
	assert_int_equal(take("12"), CODEC_ON);
	memset(&ask, 0, sizeof(ask));
	codec_question(&codec, &ask);
	assert_string_equal(now(), "d");
	assert_int_equal(ask.len, 0);
	assert_non_null(ask.frame);
	assert_int_equal(take("12"), CODEC_ON);
	assert_null(codec_now(&codec));
	assert_int_equal(take("12"), CODEC_ON); /* nothing was asked: nothing is taken */
	assert_int_equal(*codec.state.bytes, 4);
	codec_forget(&codec);
	assert_int_equal(*codec.state.bytes, 0);
}

static void identity_is_asked_until_it_is_known(void **state)
{
	(void)state;
	begin();
	codec_begin(&codec, true);
	assert_string_equal(now(), "c");
	codec_begin(&codec, false);
	assert_string_equal(now(), "a");
	/* left out by the driver itself */
	begin();
	script.passes = "a";
	assert_string_equal(now(), "b");
	begin();
	script.passes = "abc";
	assert_string_equal(now(), "d");
	/* one that composes more than there is room for is left out too */
	begin();
	script.sends = 65;
	assert_string_equal(now(), "d");
}

static void steps(void **state)
{
	unsigned i;

	(void)state;
	begin();
	script.step = WL_DONE;
	assert_int_equal(take("1"), CODEC_ON);
	assert_null(codec_now(&codec));
	assert_false(codec.verified);
	begin();
	script.step = WL_WRONG;
	assert_int_equal(take("1"), CODEC_WRONG);
	begin();
	script.step = WL_GARBLED;
	assert_int_equal(take("1"), CODEC_GARBLED);
	assert_string_equal(now(), "a");
	script.step = 77; /* none that there is */
	assert_int_equal(take("1"), CODEC_GARBLED);
	begin();
	script.step = WL_AGAIN;
	for (i = 1; i < CODEC_AGAIN; i++) {
		assert_int_equal(take("1"), CODEC_ON);
		assert_string_equal(now(), "a");
		assert_int_equal(script.composed, i + 1);
	}
	assert_int_equal(take("1"), CODEC_NEVER);
	begin(); /* each exchange and each turn counts anew */
	script.step = WL_AGAIN;
	for (i = 1; i < CODEC_AGAIN; i++)
		assert_int_equal(take("1"), CODEC_ON);
	script.step = WL_NEXT;
	assert_int_equal(take("1"), CODEC_ON);
	script.step = WL_AGAIN;
	for (i = 1; i < CODEC_AGAIN; i++)
		assert_int_equal(take("1"), CODEC_ON);
	/* nothing answers it: on */
	begin();
	script.step = WL_WRONG;
	assert_int_equal(codec_take(&codec, NULL, 0, &out), CODEC_ON);
	assert_string_equal(now(), "b");
}

/* --- what it puts ------------------------------------------------------------------------------------ */

static void put_and_take(void (*put)(struct wl_out *out))
{
	begin();
	script.put = put;
	assert_int_equal(take("1"), CODEC_ON);
}

static void put_good(struct wl_out *to)
{
	wl_put(to, "ph", "[pH]", 7.02, 2, 0);
	wl_put(to, "conductivity", "mS/cm", 1.5, 1, WL_SUSPECT | WL_CALIBRATING);
	wl_put(to, "temperature", "Cel", 21.437, WL_F32, WL_WARMUP | WL_CLEANING);
	wl_put(to, "orp", "mV", 3, 0, WL_STANDBY);
	wl_put(to, "salinity", "[psu]", 3, 0, WL_NO_VALUE);
	wl_put(to, "pump_speed", "1/min", 1200, 0, WL_FAULT);
	wl_put(to, "turbidity_ntu", "{FNU}", 1, 0, 0);
	wl_put(to, "turbidity_fnu", "{FNU}", (double)INFINITY, WL_F64, 0);
	wl_put(to, "hardness", "mg/L", (double)NAN, 1, WL_OVER);
	wl_put(to, "nitrate_n", "mg/L", 0.05, 2, WL_UNDER | WL_NOT_DETECTED);
}

static void values_with_unit_and_flags(void **state)
{
	static const struct {
		const char *parameter;
		double value;
		unsigned flags, decimals;
		enum number_kind kind;
	} want[] = {
		{"ph", 7.02, 0, 2, NUMBER_DECIMAL},
		{"conductivity", 1500, FLAG_STATUS | FLAG_CALIBRATING, 0, NUMBER_DECIMAL},
		{"temperature", (double)21.437f, FLAG_WARMUP | FLAG_CLEANING, 0, NUMBER_F32},
		{"orp", (double)NAN, FLAG_STANDBY, 0, NUMBER_DECIMAL},
		{"salinity", (double)NAN, FLAG_SENTINEL, 0, NUMBER_DECIMAL},
		{"pump_speed", 1200, FLAG_FAULT, 0, NUMBER_DECIMAL},
		{"turbidity_ntu", (double)NAN, FLAG_UNIT, 0, NUMBER_DECIMAL},
		{"turbidity_fnu", (double)NAN, FLAG_NOT_FINITE, 0, NUMBER_F64},
		{"hardness", (double)NAN, FLAG_OVER, 1, NUMBER_DECIMAL},
		{"nitrate_n", 0.05, FLAG_UNDER | FLAG_NOT_DETECTED, 2, NUMBER_DECIMAL},
	};
	unsigned i;

	(void)state;
	put_and_take(put_good);
	assert_string_equal(out.mistake, "");
	assert_int_equal(out.n, sizeof(want) / sizeof(*want));
	for (i = 0; i < out.n; i++) {
		const struct codec_value *got = &out.values[i];

		assert_string_equal(got->parameter, want[i].parameter);
		if (isnan(want[i].value))
			assert_true(isnan(got->value));
		else
			assert_true(got->value == want[i].value);
		assert_int_equal(got->flags, want[i].flags);
		assert_int_equal(got->decimals, want[i].decimals);
		assert_int_equal(got->kind, want[i].kind);
	}
	/* a garbled answer leaves none of them */
	begin();
	script.put = put_good;
	script.step = WL_GARBLED;
	assert_int_equal(take("1"), CODEC_GARBLED);
	assert_int_equal(out.n, 0);
}

static void put_unknown(struct wl_out *to)
{
	wl_put(to, "ph", "[pH]", 7, 0, 0);
	wl_put(to, "phlogiston", "mg/L", 7, 0, 0);
}

static void put_pump(struct wl_out *to)
{
	wl_put(to, "pump", "1/min", 7, 0, 0); /* the beginning of a code is none */
}

static void put_decimals(struct wl_out *to)
{
	wl_put(to, "ph", "[pH]", 7, 10, 0);
}

static void put_kind(struct wl_out *to)
{
	wl_put(to, "ph", "[pH]", 7, -3, 0);
}

static void put_twice(struct wl_out *to)
{
	wl_put(to, "ph", "[pH]", 7, 0, 0);
	wl_put(to, "ph", "[pH]", 8, 0, 0);
}

static void what_no_driver_may_put_is_left_out_and_said(void **state)
{
	(void)state;
	put_and_take(put_unknown);
	assert_string_equal(out.mistake, "\"phlogiston\" is no parameter");
	assert_int_equal(out.n, 1);
	put_and_take(put_pump);
	assert_string_equal(out.mistake, "\"pump\" is no parameter");
	put_and_take(put_decimals);
	assert_string_equal(out.mistake, "ph with 10 decimals");
	put_and_take(put_kind);
	assert_string_equal(out.mistake, "ph with -3 decimals");
	put_and_take(put_twice);
	assert_string_equal(out.mistake, "ph twice in one answer");
	assert_int_equal(out.n, 1);
	assert_true(out.values[0].value == 7);
	put_and_take(NULL); /* the next answer begins anew */
	assert_string_equal(out.mistake, "");
	assert_int_equal(out.n, 0);
}

static void numbers_in_words(void **state)
{
	static const struct {
		const char *text;
		int places;
		double value;
	} good[] = {{"7", 0, 7}, {"-7.020", 3, -7.02}, {"+0.5", 1, 0.5}, {".5", 1, 0.5},
		{"5.", 0, 5}, {"0.000000001", 9, 1e-9}, {"123456789012345", 0, 123456789012345},
		{"-0", 0, 0}};
	static const char *const bad[] = {"", "-", ".", "-.", "1 ", " 1", "1e3", "1.2.3", "1,2",
		"nan", "inf", "0x10", "--1", "1-", "0.0000000001", "1234567890123456", "7.0\r"};
	double value = 4711;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(
			wl_number(good[i].text, strlen(good[i].text), &value), good[i].places);
		assert_true(value == good[i].value);
	}
	value = 4711;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (wl_number(bad[i], strlen(bad[i]), &value) != -1)
			fail_msg("\"%s\" is no number", bad[i]);
	assert_true(value == 4711);
	assert_int_equal(wl_number("12345", 2, &value), 0);
	assert_true(value == 12);
	assert_int_equal(wl_crc16((const uint8_t *)"123456789", 9), 0x4B37);
}

static void a_driver_as_a_profile(void **state)
{
	static const struct wl_exchange silent[] = {
		{.name = "go", .wire = WL_BYTES, .compose = compose_b},
		{.name = "c", .wire = WL_MODBUS, .compose = compose_c, .decode = decode},
		{.name = NULL}};
	static const struct wl_driver pdus = {.name = "pdus", .exchanges = silent};
	struct profile profile;

	(void)state;
	codec_profile(&driver, &profile);
	assert_string_equal(profile.name, "small");
	assert_string_equal(profile.models, "m");
	assert_int_equal(profile.level, LEVEL_RECORDED);
	assert_int_equal(profile.quiet_ms, 5);
	assert_int_equal(profile.reply_ms, 700);
	assert_int_equal(profile.warmup_s, 60);
	assert_ptr_equal(profile.driver, &driver);
	assert_false(codec_over_tcp(&driver));
	assert_true(codec_over_tcp(&pdus));
	assert_null(codec_find("small")); /* it is of this test, not of the tree */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turn_goes_exchange_by_exchange),
		cmocka_unit_test(identity_is_asked_until_it_is_known),
		cmocka_unit_test(steps),
		cmocka_unit_test(values_with_unit_and_flags),
		cmocka_unit_test(what_no_driver_may_put_is_left_out_and_said),
		cmocka_unit_test(numbers_in_words),
		cmocka_unit_test(a_driver_as_a_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
