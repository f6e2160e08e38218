#include "inbox/filing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/put_value.h"
#include "qc/judge.h"

enum {
	WHOLE = 1000, /* no error: the file was refused whole */
	QUOTED = 160, /* bytes of a line that was not taken */
	LAST_LINE = 64
};

static const enum ledger_kind kinds[] = {
	[FILED_READING] = LEDGER_FILE_READING,
	[FILED_CHECK] = LEDGER_FILE_CHECK,
	[FILED_CALIBRATION] = LEDGER_FILE_CALIBRATION,
};

static int add_record(struct filing *filing, const struct ledger_record *record)
{
	size_t room = filing->room ? 2 * filing->room : 64;
	struct ledger_record *more;

	if (filing->n == SPOOL_NEW_MOST)
		return ERR_RANGE;
	if (filing->n == filing->room) {
		more = realloc(filing->records, room * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		filing->records = more;
		filing->room = room;
	}
	filing->records[filing->n++] = *record;
	return 0;
}

static const char *told(const struct record *record, enum wl_about what)
{
	return record->out->about & 1U << what ? record->out->told[what] : "";
}

/* One ledger record: value i of the record, or the record without a value. */
static int add_value(struct filing *filing, const struct record *record, unsigned i)
{
	const struct codec_value *value = i < record->out->n ? &record->out->values[i] : NULL;
	struct ledger_record row = {
		.kind = kinds[record->kind],
		.a = record->utc_ms,
		/* A ledger's numbers have a sign. */
		.b = (int64_t)(record_mark(record, value ? value->parameter : "") & INT64_MAX),
	};
	struct text words = text_over(row.words, sizeof(row.words));
	struct filed filed = {
		.analyzer = filing->meter->name,
		.parameter = "",
		.number = "",
		.unit = "",
		.sample = told(record, WL_SAMPLE),
		.probe = told(record, WL_PROBE),
		.by = told(record, WL_OPERATOR),
		.written = told(record, record->kind == FILED_CHECK ? WL_CHECK : WL_CALIBRATION),
	};
	char number[48];
	struct text shown = text_over(number, sizeof(number));

	if (value) {
		value_put_number(&shown, value->value, value->kind, value->decimals);
		filed.parameter = value->parameter;
		filed.number = isfinite(value->value) ? number : "";
		filed.unit = value_unit(record->out->driver, value->parameter);
		filed.flags =
			value->flags | qc_range(parameter_find(value->parameter), value->value);
	}
	row.c = filed.flags;
	filed_put(&words, &filed);
	return add_record(filing, &row);
}

/* --- what is wrong ------------------------------------------------------------------------------------ */

static int begin_words(struct filing *filing)
{
	struct text words;

	filing->words = malloc(FILING_WORDS);
	if (!filing->words)
		return ERR_MEMORY;
	words = text_over(filing->words, FILING_WORDS);
	text_put(&words, "These records were not taken; all others of the file are recorded. Once "
			 "mended it may be put into the inbox again: nothing is taken twice.\n");
	filing->words_len = words.len;
	return 0;
}

static void drop(struct filing *filing)
{
	const struct meter_conf *meter = filing->meter;

	filing_free(filing);
	*filing = (struct filing){.meter = meter};
}

static int refuse(struct filing *filing, const char *words)
{
	drop(filing);
	filing->wrong = 1;
	filing->whole = true;
	filing->words = strdup(words);
	return filing->words ? 0 : ERR_MEMORY;
}

/* 1/12 is a day in both orders: one date that is none tells of all that nobody can see. */
static int refuse_dates(struct filing *filing, const struct record *record)
{
	char room[1000];
	struct text words = text_over(room, sizeof(room));

	text_printf(&words,
		"line %u: %s. Other dates of the file may then mean another day than the meter "
		"meant, so "
		"nothing of it is recorded. Set dates of meter \"%s\" in inbox.meters to how the "
		"meter "
		"writes them, or mend this line if it alone is wrong; then put the file into the "
		"inbox "
		"again.\n",
		record->line, record->wrong, filing->meter->name);
	return refuse(filing, room);
}

static int add_wrong(struct filing *filing, const struct record *record)
{
	struct text words;

	if (record->misdated)
		return refuse_dates(filing, record) ? ERR_MEMORY : WHOLE;
	filing->wrong++;
	if (!filing->words && begin_words(filing) != 0)
		return ERR_MEMORY;
	words = text_over(
		filing->words + filing->words_len, FILING_WORDS - LAST_LINE - filing->words_len);
	text_printf(&words, "line %u: %s: \"", record->line, record->wrong);
	text_put_shown(&words, record->text, record->text_len, QUOTED);
	text_put(&words, "\"\n");
	if (!words.cut && !filing->unlisted) {
		filing->words_len += words.len;
		return 0;
	}
	filing->words[filing->words_len] = '\0';
	if (!filing->unlisted++)
		filing->unlisted_line = record->line;
	return 0;
}

static void end_words(struct filing *filing)
{
	struct text words;

	if (!filing->unlisted)
		return;
	words = text_over(filing->words + filing->words_len, FILING_WORDS - filing->words_len);
	text_printf(
		&words, "and %u more, from line %u on\n", filing->unlisted, filing->unlisted_line);
	filing->words_len += words.len;
}

/* Every other byte of Latin letters is zero. */
static bool is_utf16(const uint8_t *bytes, size_t len)
{
	size_t zeros[2] = {0, 0}, i, n = len < 64 ? len / 2 * 2 : 64;

	if (len >= 2 &&
		((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
		return true;
	for (i = 0; i < n; i++)
		zeros[i % 2] += bytes[i] == 0;
	return n >= 8 && ((zeros[0] == n / 2 && !zeros[1]) || (zeros[1] == n / 2 && !zeros[0]));
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static int add(void *ctx, const struct record *record)
{
	struct filing *filing = ctx;
	unsigned i = 0;
	int err;

	if (record->wrong)
		return add_wrong(filing, record);
	do
		err = add_value(filing, record, i);
	while (!err && ++i < record->out->n);
	return err;
}

int filing_too_long(struct filing *filing)
{
	return refuse(filing, "the file is longer than 8 MB, or has more than 10000 records or "
			      "values: put it into the "
			      "inbox in parts, cut between two lines\n");
}

int filing_read(
	struct filing *filing, const struct record_clock *clock, const uint8_t *bytes, size_t len)
{
	int err;

	if (is_utf16(bytes, len))
		return refuse(filing, "the file is text in UTF-16: save it as UTF-8 text\n");
	err = records_read(filing->meter->profile->driver, clock, bytes, len, add, filing);
	if (err == WHOLE)
		return 0;
	if (err == ERR_RANGE)
		return filing_too_long(filing);
	if (!err && !filing->n && !filing->wrong)
		return refuse(filing, "there is no record in it\n");
	end_words(filing);
	return err;
}

void filing_free(struct filing *filing)
{
	free(filing->records);
	free(filing->words);
}
