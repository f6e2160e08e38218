#include "bus/codec.h"

#include <math.h>
#include <string.h>

#include "base/crc.h"
#include "model/convert.h"

/* --- drivers --------------------------------------------------------------------------------------- */

const struct wl_driver *codec_find(const char *name)
{
	unsigned i;

	for (i = 0; codec_drivers[i]; i++)
		if (!strcmp(codec_drivers[i]->name, name))
			return codec_drivers[i];
	return NULL;
}

static unsigned longest_reply_ms(const struct wl_driver *driver)
{
	const struct wl_exchange *exchange;
	unsigned longest = 0;

	for (exchange = driver->exchanges; exchange->name; exchange++)
		if (exchange->reply_ms > longest)
			longest = exchange->reply_ms;
	return longest;
}

const char *driver_level_word(enum driver_level level)
{
	static const char *const words[] = {[LEVEL_DOCUMENTED] = "documented",
		[LEVEL_RECORDED] = "recorded",
		[LEVEL_FIELD_PROVEN] = "field-proven"};

	return (size_t)level < sizeof(words) / sizeof(words[0]) ? words[level] : "unknown";
}

void codec_profile(const struct wl_driver *driver, struct profile *to)
{
	static const enum driver_level levels[] = {[WL_DOCUMENTED] = LEVEL_DOCUMENTED,
		[WL_RECORDED] = LEVEL_RECORDED,
		[WL_FIELD_PROVEN] = LEVEL_FIELD_PROVEN};

	memset(to, 0, sizeof(*to));
	text_copy(to->name, sizeof(to->name), driver->name);
	text_copy(to->models, sizeof(to->models), driver->models);
	text_copy(to->manual, sizeof(to->manual), driver->manual);
	to->level = levels[driver->level];
	to->driver = driver;
	to->most_registers = PORT_REGISTERS;
	to->quiet_ms = driver->quiet_ms;
	to->reply_ms = longest_reply_ms(driver);
	to->warmup_s = driver->warmup_s;
}

bool codec_over_tcp(const struct wl_driver *driver)
{
	const struct wl_exchange *exchange;

	for (exchange = driver->exchanges; exchange->name; exchange++)
		if (exchange->wire == WL_FILE || (exchange->wire == WL_BYTES && exchange->frame))
			return false;
	return true;
}

bool codec_on_line(const struct wl_driver *driver)
{
	const struct wl_exchange *exchange;

	for (exchange = driver->exchanges; exchange->name; exchange++)
		if (exchange->wire == WL_FILE)
			return false;
	return true;
}

bool codec_reads_files(const struct wl_driver *driver)
{
	const struct wl_exchange *exchange;

	for (exchange = driver->exchanges; exchange->name; exchange++)
		if (exchange->compose || exchange->wire == WL_MODBUS)
			return false;
	return true;
}

/* --- what a driver may call ------------------------------------------------------------------------ */

uint16_t wl_crc16(const uint8_t *bytes, size_t len)
{
	return crc_modbus(bytes, len);
}

int wl_number(const char *text, size_t len, double *value)
{
	double number = 0, scale = 1;
	int places = -1;
	size_t i = len && (*text == '-' || *text == '+') ? 1 : 0, digits = 0;

	for (; i < len; i++) {
		if (text[i] == '.' && places < 0) {
			places = 0;
			continue;
		}
		/* 15 digits are exact in a double. */
		if (text[i] < '0' || text[i] > '9' || ++digits > 15 || places == 9)
			return -1;
		number = number * 10 + (text[i] - '0');
		if (places >= 0) {
			places++;
			scale *= 10;
		}
	}
	if (!digits)
		return -1;
	*value = (*text == '-' ? -number : number) / scale;
	return places < 0 ? 0 : places;
}

static uint16_t flags_of(unsigned said)
{
	static const struct {
		unsigned said;
		uint16_t flag;
	} pairs[] = {
		{WL_SUSPECT, FLAG_STATUS},
		{WL_FAULT, FLAG_FAULT},
		{WL_WARMUP, FLAG_WARMUP},
		{WL_CALIBRATING, FLAG_CALIBRATING},
		{WL_CLEANING, FLAG_CLEANING},
		{WL_STANDBY, FLAG_STANDBY},
		{WL_OVER, FLAG_OVER},
		{WL_UNDER, FLAG_UNDER},
		{WL_NOT_DETECTED, FLAG_NOT_DETECTED},
		{WL_NO_VALUE, FLAG_SENTINEL},
	};
	uint16_t flags = 0;
	unsigned i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (said & pairs[i].said)
			flags |= pairs[i].flag;
	return flags;
}

const char *codec_unit(const struct wl_driver *driver, const char *parameter)
{
	const struct parameter *known = parameter_find(parameter);
	size_t n = strlen(parameter);
	unsigned i;

	if (known)
		return known->unit;
	for (i = 0; driver->unjudged && driver->unjudged[i]; i++)
		if (!strncmp(driver->unjudged[i], parameter, n) && driver->unjudged[i][n] == ' ')
			return driver->unjudged[i] + n + 1;
	return NULL;
}

static bool may_put(const struct wl_out *out, const char *parameter, int decimals, struct text *why)
{
	unsigned i;

	if (!codec_unit(out->driver, parameter) || strlen(parameter) >= PARAMETER_CODE) {
		text_printf(why, "\"%s\" is no parameter", parameter);
		return false;
	}
	if (decimals < WL_F64 || decimals > 9) {
		text_printf(why, "%s with %d decimals", parameter, decimals);
		return false;
	}
	for (i = 0; i < out->n; i++)
		if (!strcmp(out->values[i].parameter, parameter)) {
			text_printf(why, "%s twice in one answer", parameter);
			return false;
		}
	if (out->n == CODEC_VALUES) {
		text_printf(why, "more than %d values in one answer", CODEC_VALUES);
		return false;
	}
	return true;
}

void wl_put(struct wl_out *out, const char *parameter, const char *unit, double value, int decimals,
	unsigned flags)
{
	struct text why = text_over(out->mistake, sizeof(out->mistake));
	struct codec_value *to = &out->values[out->n];

	if (!may_put(out, parameter, decimals, &why))
		return;
	out->n++;
	text_copy(to->parameter, sizeof(to->parameter), parameter);
	to->flags = flags_of(flags);
	if (!convert_unit(unit, codec_unit(out->driver, parameter), &value, &decimals)) {
		struct text strange = text_over(out->strange, sizeof(out->strange));

		text_printf(&strange, "%s in \"%s\"", parameter, unit);
		to->flags |= FLAG_UNIT;
		value = NAN;
	}
	to->kind = decimals == WL_F32   ? NUMBER_F32
		   : decimals == WL_F64 ? NUMBER_F64
					: NUMBER_DECIMAL;
	to->decimals = (uint8_t)(decimals < 0 ? 0 : decimals > 9 ? 9 : decimals);
	if (to->kind == NUMBER_F32)
		value = (double)(float)value;
	if (to->flags & FLAG_NO_VALUE)
		value = NAN;
	else if (!isfinite(value) && !(to->flags & (FLAG_OVER | FLAG_UNDER | FLAG_NOT_DETECTED)))
		to->flags |= FLAG_NOT_FINITE;
	to->value = isfinite(value) ? value : (double)NAN;
}

const char *codec_about_word(unsigned about)
{
	static const char *const words[CODEC_ABOUT] = {
		[WL_DATE] = "date",
		[WL_TIME] = "time",
		[WL_SAMPLE] = "sample",
		[WL_PROBE] = "probe",
		[WL_OPERATOR] = "operator",
		[WL_CHECK] = "check",
		[WL_CALIBRATION] = "calibration",
	};

	return about < CODEC_ABOUT ? words[about] : NULL;
}

void wl_tell(struct wl_out *out, enum wl_about what, const char *text, size_t len)
{
	struct text why = text_over(out->mistake, sizeof(out->mistake)), to;
	const char *word = codec_about_word(what);

	if (!word) {
		text_printf(&why, "what no record tells (%u)", (unsigned)what);
		return;
	}
	if (out->about & 1U << what) {
		text_printf(&why, "%s twice in one record", word);
		return;
	}
	out->about |= 1U << what;
	to = text_over(out->told[what], sizeof(out->told[what]));
	/* It goes to terminals, ledgers and stores. */
	text_put_shown(&to, text, len, sizeof(out->told[what]) - 1);
}

static void tell_nothing(struct wl_out *out)
{
	out->about = 0;
	memset(out->told, 0, sizeof(out->told));
}

/* --- a turn ---------------------------------------------------------------------------------------- */

void codec_init(struct codec *codec, const struct wl_driver *driver, uint8_t address)
{
	memset(codec, 0, sizeof(*codec));
	codec->driver = driver;
	codec->unit.state = codec->state.bytes;
	codec->unit.address = address;
	codec->unit.temperature = NAN;
}

void codec_forget(struct codec *codec)
{
	memset(&codec->state, 0, sizeof(codec->state));
}

void codec_begin(struct codec *codec, bool verified)
{
	codec->verified = verified;
	codec->at = codec->again = 0;
	codec->composed = false;
}

/* On to an exchange that has something to ask. */
static void compose(struct codec *codec)
{
	const struct wl_exchange *exchange;
	int n;

	while (!codec->composed) {
		exchange = &codec->driver->exchanges[codec->at];
		if (!exchange->name)
			return;
		n = exchange->compose && !(exchange->identity && codec->verified)
			    ? exchange->compose(&codec->unit, codec->question, CODEC_QUESTION)
		    : exchange->compose ? WL_PASS
					: WL_LISTEN;
		if (n >= 0 && n <= CODEC_QUESTION) {
			codec->question_len = (size_t)n;
			codec->composed = true;
			return;
		}
		codec->at++;
		codec->again = 0;
	}
}

const struct wl_exchange *codec_now(struct codec *codec)
{
	const struct wl_exchange *exchange;

	compose(codec);
	exchange = &codec->driver->exchanges[codec->at];
	return exchange->name ? exchange : NULL;
}

static int frame_of(void *ctx, const uint8_t *rx, size_t len)
{
	struct codec *codec = ctx;
	const struct wl_exchange *exchange = codec_now(codec);
	int n;

	if (exchange && exchange->wire == WL_FILE)
		return (int)len; /* who reads the file has found the line's end */
	n = exchange ? exchange->frame(&codec->unit, rx, len) : WL_SKIP;
	return n > (int)len ? WL_MORE : n;
}

void codec_question(struct codec *codec, struct port_ask *ask)
{
	const struct wl_exchange *exchange = codec_now(codec);

	if (!exchange)
		return;
	ask->kind = exchange->wire == WL_MODBUS ? ASK_PDU : ASK_BYTES;
	ask->bytes = codec->question;
	ask->len = codec->question_len;
	/* A port refuses a question without a timeout: what reads files is asked nothing. */
	ask->timeout_ms = exchange->wire == WL_FILE ? 0 : exchange->reply_ms;
	ask->function = codec->question_len ? codec->question[0] : 0;
	if (exchange->wire == WL_MODBUS && codec->question_len == 5) {
		ask->start = (uint16_t)(codec->question[1] << 8 | codec->question[2]);
		ask->count = (uint16_t)(codec->question[3] << 8 | codec->question[4]);
	}
	if (exchange->wire == WL_MODBUS || (exchange->wire == WL_BYTES && !exchange->frame))
		return;
	ask->frame = frame_of;
	ask->ctx = codec;
}

static void next(struct codec *codec)
{
	codec->at++;
	codec->again = 0;
	codec->composed = false;
}

enum codec_end codec_take(struct codec *codec, const uint8_t *rx, size_t len, struct wl_out *out)
{
	const struct wl_exchange *exchange = codec_now(codec);
	int step = WL_NEXT;

	out->driver = codec->driver;
	out->n = 0;
	tell_nothing(out);
	out->mistake[0] = out->strange[0] = '\0';
	if (!exchange)
		return CODEC_ON;
	if (rx && exchange->decode)
		step = exchange->decode(&codec->unit, rx, len, out);
	switch (step) {
	case WL_NEXT:
		next(codec);
		if (exchange->identity && !codec->driver->exchanges[codec->at].identity)
			codec->verified = true;
		return CODEC_ON;
	case WL_DONE:
		while (codec->driver->exchanges[codec->at].name)
			next(codec);
		return CODEC_ON;
	case WL_AGAIN:
		codec->composed = false;
		return ++codec->again < CODEC_AGAIN ? CODEC_ON : CODEC_NEVER;
	case WL_WRONG:
		return CODEC_WRONG;
	default:
		out->n = 0;
		tell_nothing(out);
		return CODEC_GARBLED;
	}
}
