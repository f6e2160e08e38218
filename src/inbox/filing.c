#include "inbox/filing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/put_value.h"
#include "qc/judge.h"

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

static int add_wrong(struct filing *filing, const struct record *record)
{
	struct text words;

	filing->wrong++;
	if (!filing->words && begin_words(filing) != 0)
		return ERR_MEMORY;
	words = text_over(filing->words + filing->words_len, FILING_WORDS - filing->words_len);
	text_printf(&words, "line %u: %s\n", record->line, record->wrong);
	if (words.cut)
		filing->words[filing->words_len] = '\0';
	else
		filing->words_len += words.len;
	return 0;
}

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

int filing_read(
	struct filing *filing, const struct record_clock *clock, const uint8_t *bytes, size_t len)
{
	return records_read(filing->meter->profile->driver, clock, bytes, len, add, filing);
}

void filing_free(struct filing *filing)
{
	free(filing->records);
	free(filing->words);
}
