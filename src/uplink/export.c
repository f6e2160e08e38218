#include "uplink/export.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/csv.h"
#include "base/number.h"
#include "model/flags.h"
#include "uplink/line_protocol.h"

enum {
	BLOCK = 1000, /* numbers read in one go: the spool is not held longer for a slow reader */
	ROOM = 64 * 1024, /* bytes gathered for one put() */
	ROW_LONGEST = 2048
};

#define COLUMNS                                                                                 \
	"lab,spool,stream,seq,utc,unit,parameter,value,flags,position,qc,clock,context,"        \
	"district,boot,boot_ms,clock_error_s,origin,mode,fix_age_s,eph_m,tehsil,near,border_m," \
	"edition"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const headers[STREAM_COUNT] = {COLUMNS "\n", COLUMNS ",kind,a,b,c,words\n"};
static const char *const stream_words[STREAM_COUNT] = {"readings", "ledger"};
static const char *const kind_words[] = {
	[LEDGER_START] = "start",
	[LEDGER_ANCHOR] = "anchor",
	[LEDGER_GAP] = "gap",
	[LEDGER_ASIDE] = "aside",
	[LEDGER_PLACE] = "place",
	[LEDGER_BOUNDARIES] = "boundaries",
	[LEDGER_FILE_READING] = "file_reading",
	[LEDGER_FILE_CHECK] = "file_check",
	[LEDGER_FILE_CALIBRATION] = "file_calibration",
	[LEDGER_AGAIN] = "again",
	[LEDGER_SALVAGED] = "salvaged",
	[LEDGER_SUMMARY] = "summary",
	[LEDGER_SAMPLE] = "sample",
	[LEDGER_RESULT] = "result",
	[LEDGER_POINT] = "point",
	[LEDGER_CHECK] = "check",
	[LEDGER_AUDIT] = "audit",
	[LEDGER_SPIKE] = "spike",
	[LEDGER_LAB_STATUS] = "lab_status",
};
static const char *const origin_words[] = {
	[PLACE_NONE] = "none", [PLACE_GPS] = "gps", [PLACE_ENTERED] = "entered"};

struct writer {
	const struct export_ask *ask;
	const char *spool;
	struct line_encoder *encoder;
	struct text out;
	int (*put)(void *ctx, const char *lines, size_t len);
	void *ctx;
	struct export_count *count;
};

const char *export_clock_word(enum time_source source)
{
	static const char *const words[] = {"none", "restored", "entered", "rtc", "ntp", "gps"};

	return (size_t)source < COUNT(words) ? words[source] : "none";
}

static void put_utc(struct text *to, int64_t utc_ms)
{
	int64_t ms = (utc_ms % 1000 + 1000) % 1000;
	time_t seconds = (time_t)((utc_ms - ms) / 1000);
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		text_printf(to, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)ms);
}

static void put_value(struct text *to, const struct spool_row *row)
{
	char number[NUMBER_TEXT];

	if (!isfinite(row->value))
		return;
	reading_put_number(number, row->value, row->series->kind, row->series->decimals);
	text_put(to, number);
}

static void put_flags(struct text *to, unsigned flags)
{
	const char *between = "";
	unsigned bit;

	for (bit = 0; flags >> bit; bit++) {
		if (!(flags >> bit & 1))
			continue;
		text_put(to, between);
		if (flag_word(bit))
			text_put(to, flag_word(bit));
		else
			text_printf(to, "bit%u", bit); /* a newer version's */
		between = "|";
	}
}

static void put_position(struct text *to, const struct place *place)
{
	if (place->has_point)
		text_printf(to, "%.7f %.7f", place->lat_e7 / 1e7, place->lon_e7 / 1e7);
}

static void put_reading(struct text *to, const struct spool_row *row)
{
	const char *context = context_word(row->context);

	csv_put(to, row->series->unit);
	text_put_char(to, ',');
	csv_put(to, row->series->parameter);
	text_put_char(to, ',');
	put_value(to, row);
	text_put_char(to, ',');
	put_flags(to, row->flags);
	text_put_char(to, ',');
	put_position(to, &row->place);
	text_printf(
		to, ",%u,%s,%s,", row->qc, export_clock_word(row->clock), context ? context : "");
	csv_put(to, row->place.district);
}

/* origin,mode,fix_age_s,eph_m,tehsil,near,border_m,edition; empty what is not known. */
static void put_place_end(struct text *to, const struct place *place)
{
	text_printf(to, ",%s,",
		(size_t)place->origin < COUNT(origin_words) ? origin_words[place->origin] : "");
	if (place->mode)
		text_printf(to, "%u", place->mode);
	text_put_char(to, ',');
	if (place->origin != PLACE_NONE)
		text_printf(to, "%.3f", place->fix_age_ms / 1000.0);
	text_put_char(to, ',');
	if (place->eph_cm)
		text_printf(to, "%.2f", place->eph_cm / 100.0);
	text_put_char(to, ',');
	csv_put(to, place->tehsil);
	text_put_char(to, ',');
	csv_put(to, place->near);
	text_put_char(to, ',');
	if (place->border_m >= 0)
		text_printf(to, "%d", (int)place->border_m);
	text_put_char(to, ',');
	if (place->edition)
		text_printf(to, "%08x", (unsigned)place->edition);
}

static void put_ledger_end(struct text *to, const struct spool_row *row)
{
	if ((size_t)row->kind < COUNT(kind_words) && kind_words[row->kind])
		text_printf(to, ",%s", kind_words[row->kind]);
	else
		text_printf(to, ",kind%d", (int)row->kind); /* a newer version's */
	text_printf(
		to, ",%lld,%lld,%lld,", (long long)row->a, (long long)row->b, (long long)row->c);
	csv_put(to, row->words ? row->words : "");
}

static void put_csv(const struct writer *w, struct text *to, const struct spool_row *row)
{
	csv_put(to, w->ask->lab);
	text_printf(to, ",%s,%s,%llu,", row->spool, stream_words[row->stream],
		(unsigned long long)row->number);
	if (row->clock != TIME_NONE)
		put_utc(to, row->utc_ms);
	text_put_char(to, ',');
	if (row->stream == STREAM_READINGS)
		put_reading(to, row);
	else
		text_printf(to, ",,,,,,%s,,", export_clock_word(row->clock));
	text_printf(to, ",%s,%lld,", row->boot, (long long)row->boot_ms);
	if (row->clock != TIME_NONE)
		text_printf(to, "%.3f", (double)row->clock_error_ms / 1000);
	if (row->stream == STREAM_READINGS) {
		put_place_end(to, &row->place);
	} else {
		text_put(to, ",,,,,,,,");
		put_ledger_end(to, row);
	}
	text_put_char(to, '\n');
}

static int flush(struct writer *w)
{
	int err = w->out.len ? w->put(w->ctx, w->out.at, w->out.len) : 0;

	text_clear(&w->out);
	return err;
}

static int write_row(void *ctx, const struct spool_row *row)
{
	struct writer *w = ctx;
	int err;

	if (w->out.cap - w->out.len < ROW_LONGEST) {
		err = flush(w);
		if (err)
			return err;
	}
	if (w->ask->format == EXPORT_CSV) {
		put_csv(w, &w->out, row);
	} else if (!line_encode(w->encoder, &w->out, row)) {
		w->count->left_out++;
		return 0;
	}
	w->count->rows++;
	return 0;
}

static int write_all(struct writer *w, struct spool_reader *reader)
{
	struct range there = spool_reader_range(reader, w->ask->stream), block;
	uint64_t first = w->ask->first, last = w->ask->last, damaged, before;
	int err = 0;

	if (first < there.first)
		first = there.first;
	if (!last || last > there.last)
		last = there.last;
	if (w->ask->format == EXPORT_CSV)
		text_put(&w->out, headers[w->ask->stream]);
	while (!err && first && first <= last) {
		damaged = 0;
		before = w->count->rows + w->count->left_out;
		block.first = first;
		block.last = last - first < BLOCK ? last : first + BLOCK - 1;
		err = spool_read(reader, w->ask->stream, block, write_row, w, &damaged);
		if (err == ERR_DAMAGED) { /* a whole file: what is behind it may be well */
			err = 0;
			damaged = block.last - block.first + 1 -
				  (w->count->rows + w->count->left_out - before);
		}
		w->count->damaged += damaged;
		first = block.last + 1;
	}
	return err ? err : flush(w);
}

int export_rows(struct spool_reader *reader, const struct export_ask *ask,
	int (*put)(void *ctx, const char *lines, size_t len), void *ctx, struct export_count *count)
{
	struct writer w = {.ask = ask, .spool = spool_reader_id(reader), .put = put, .ctx = ctx};
	char *room = malloc(ROOM);
	int err = ERR_MEMORY;

	*count = (struct export_count){0};
	w.count = count;
	if (!room)
		goto out;
	w.out = text_over(room, ROOM);
	if (ask->format == EXPORT_LP) {
		w.encoder = line_encoder_new(ask->lab, w.spool, POSITIONS_SAMPLES);
		if (!w.encoder)
			goto out;
	}
	err = write_all(&w, reader);
out:
	line_encoder_free(w.encoder);
	free(room);
	return err;
}
