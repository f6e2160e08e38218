#include "inbox/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "inbox/plain.h"

enum { SAID = 2 * RECORD_LINE + 1 };

struct pass {
	const struct wl_driver *driver;
	const struct record_clock *clock;
	int (*each)(void *ctx, const struct record *record);
	void *ctx;
	struct codec codec;
	struct wl_out out;
	char words[240]; /* of what is wrong with the record at hand */
	uint64_t *seen;  /* of RECORDS_MOST: hashes of the records so far */
	size_t n;
};

/* --- one record -------------------------------------------------------------------------------------- */

/* FNV-1a, 64 bits; 10,000 records of a meter's life share one with a chance of 1 to 10^11. */
static uint64_t hash(uint64_t so_far, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len--)
		so_far = (so_far ^ *at++) * 0x100000001B3U;
	return so_far;
}

uint64_t record_mark(const struct record *record, const char *parameter)
{
	return hash(record->mark, parameter, strlen(parameter));
}

static uint64_t mark(struct pass *pass, const uint8_t *bytes, size_t len)
{
	const struct wl_driver *driver = pass->driver;
	uint64_t so_far = hash(0xCBF29CE484222325U, driver->name, strlen(driver->name) + 1);
	uint64_t before = 0;
	char room[SAID];
	struct text said = text_over(room, sizeof(room));
	size_t i;

	plain_put(&said, bytes, len, driver->record_end);
	so_far = hash(so_far, said.at, said.len);
	for (i = 0; i < pass->n; i++)
		before += pass->seen[i] == so_far;
	pass->seen[pass->n++] = so_far;
	return hash(so_far, &before, sizeof(before));
}

static int say_wrong(
	struct pass *pass, unsigned line, const char *words, const uint8_t *bytes, size_t len)
{
	const struct record record = {
		.line = line, .wrong = words, .text = (const char *)bytes, .text_len = len};

	return pass->each(pass->ctx, &record);
}

static bool told(const struct wl_out *out, enum wl_about what)
{
	return out->about & 1U << what;
}

static bool is_misdated(const struct pass *pass, struct text *why)
{
	enum date_order other;

	if (!when_other_order(pass->out.told[WL_DATE], pass->clock->dates, &other))
		return false;
	text_printf(why, ", but one written %s", when_order_words(other));
	return true;
}

static bool has_time(struct pass *pass, struct record *record, struct text *why)
{
	int64_t *utc_ms = &record->utc_ms;
	const struct record_clock *clock = pass->clock;
	const struct wl_out *out = &pass->out;

	if (!told(out, WL_DATE) || !told(out, WL_TIME)) {
		text_put(why, "it does not say when it was measured");
		return false;
	}
	if (!when_read(out->told[WL_DATE], out->told[WL_TIME], clock->dates, clock->utc_offset_min,
		    utc_ms, why)) {
		record->misdated = is_misdated(pass, why);
		return false;
	}
	if (*utc_ms >= clock->earliest_ms && *utc_ms <= clock->latest_ms)
		return true;
	text_put(why, "the meter's clock said ");
	utc_put_minute(why, *utc_ms);
	text_put(why, *utc_ms < clock->earliest_ms
			      ? " UTC, before inbox.not_before: set the meter's clock"
			      : " UTC, which is still to come: set the meter's clock");
	return false;
}

static int take(
	struct pass *pass, unsigned line, const uint8_t *bytes, size_t len, enum codec_end end)
{
	struct text why = text_over(pass->words, sizeof(pass->words));
	const struct wl_out *out = &pass->out;
	struct record record = {.line = line, .out = out};

	if (pass->n == RECORDS_MOST)
		return ERR_RANGE;
	record.mark = mark(pass, bytes, len);
	record.kind = told(out, WL_CHECK)         ? FILED_CHECK
		      : told(out, WL_CALIBRATION) ? FILED_CALIBRATION
						  : FILED_READING;
	if (end == CODEC_WRONG)
		text_put(&why, "a record of another meter");
	else if (out->mistake[0])
		text_printf(&why, "the driver puts %s", out->mistake);
	else if (end != CODEC_ON)
		text_put(&why, "the driver does not understand it");
	else if (!out->n && record.kind == FILED_READING)
		text_put(&why, "nothing in it that the driver knows");
	else if (has_time(pass, &record, &why))
		return pass->each(pass->ctx, &record);
	record.wrong = pass->words;
	record.text = (const char *)bytes;
	record.text_len = len;
	return pass->each(pass->ctx, &record);
}

static enum codec_end decode(struct pass *pass, const uint8_t *bytes, size_t len)
{
	codec_begin(&pass->codec, false);
	return codec_take(&pass->codec, bytes, len, &pass->out);
}

/* --- line by line ------------------------------------------------------------------------------------ */

/* LF, CR LF, or CR alone, as old systems wrote it; the bytes of it, 0: none is there. */
static size_t line_end(const uint8_t *at, const uint8_t *end)
{
	if (at == end || (*at != '\r' && *at != '\n'))
		return 0;
	return *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
}

static size_t to_line_end(const uint8_t *at, size_t len)
{
	size_t n = 0;

	while (n < len && !line_end(at + n, at + len))
		n++;
	return n;
}

/* What was cut off may look whole: "7.0" of "7.02", or a slope. */
static bool is_closed(const struct pass *pass, const struct text *line, bool ended)
{
	const char *end = pass->driver->record_end;

	return ended || (end && plain_ends((const uint8_t *)line->at, line->len, end));
}

static int take_line(struct pass *pass, unsigned line, const uint8_t *at, size_t len, bool ended)
{
	char room[RECORD_LINE + 1];
	struct text said = text_over(room, sizeof(room));
	enum codec_end end;

	plain_put_utf8(&said, at, len);
	if (said.cut)
		return say_wrong(pass, line, "longer than any record", at, len);
	end = decode(pass, (const uint8_t *)said.at, said.len);
	/* A heading, or an empty line. */
	if (end == CODEC_ON && !pass->out.n && !pass->out.about && !pass->out.mistake[0])
		return 0;
	if (!is_closed(pass, &said, ended))
		return say_wrong(pass, line,
			"its end is missing: copy the whole file from the meter again", at, len);
	return take(pass, line, (const uint8_t *)said.at, said.len, end);
}

static int take_lines(struct pass *pass, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *stop;
	unsigned line = 1;
	int err = 0;

	if (len >= 3 && !memcmp(at, "\xEF\xBB\xBF", 3)) /* some programs begin UTF-8 so */
		at += 3;
	for (; at < end && !err; at = stop + line_end(stop, end), line++) {
		stop = at + to_line_end(at, (size_t)(end - at));
		err = take_line(pass, line, at, (size_t)(stop - at), stop < end);
	}
	return err;
}

/* --- message by message ------------------------------------------------------------------------------ */

/* Bytes of the message at `at`; 0: none begins there. */
static size_t message_at(struct pass *pass, const uint8_t *at, size_t len)
{
	struct port_ask ask = {.kind = ASK_REGISTERS};
	int n;

	codec_begin(&pass->codec, false);
	codec_question(&pass->codec, &ask);
	n = ask.frame ? ask.frame(ask.ctx, at, len) : WL_SKIP;
	return n > 0 && (size_t)n <= len ? (size_t)n : 0;
}

static bool is_blank(uint8_t c)
{
	return c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == 0;
}

/* What no message holds is told once for each stretch of it, but for blanks. */
static int take_messages(struct pass *pass, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len;
	bool strange = false;
	unsigned line = 1;
	size_t n, room;
	int err = 0;

	while (at < end && !err) {
		room = (size_t)(end - at) < RECORD_LINE ? (size_t)(end - at) : RECORD_LINE;
		n = message_at(pass, at, room);
		if (n) {
			err = take(pass, line, at, n, decode(pass, at, n));
			strange = false;
		} else if (!is_blank(*at) && !strange) {
			err = say_wrong(
				pass, line, "not a whole record", at, to_line_end(at, room));
			strange = true;
		}
		for (n = n ? n : 1; n; n--, at++) /* of CR LF the CR is no end */
			line += line_end(at, end) == 1;
	}
	return err;
}

/* --- the whole --------------------------------------------------------------------------------------- */

int records_read(const struct wl_driver *driver, const struct record_clock *clock,
	const uint8_t *bytes, size_t len, int (*each)(void *ctx, const struct record *record),
	void *ctx)
{
	struct pass *pass;
	int err = ERR_MEMORY;

	if (len > RECORDS_BYTES)
		return ERR_RANGE;
	pass = calloc(1, sizeof(*pass));
	if (!pass)
		return ERR_MEMORY;
	pass->driver = driver;
	pass->clock = clock;
	pass->each = each;
	pass->ctx = ctx;
	pass->seen = calloc(RECORDS_MOST, sizeof(*pass->seen));
	codec_init(&pass->codec, driver, 1);
	if (pass->seen)
		err = codec_on_line(driver) ? take_messages(pass, bytes, len)
					    : take_lines(pass, bytes, len);
	free(pass->seen);
	free(pass);
	return err;
}
