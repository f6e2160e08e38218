/* Field tests and checks of analyzers: the records of their beginnings, and all there are. */
#include "spool/reading_back.h"

int reader_prepare_records(struct spool_reader *reader, sqlite3_stmt **records)
{
	if (*records)
		return 0;
	return sql_prepare(reader->ledger,
		"SELECT "
		"l.number,l.kind,l.boot,l.boot_ms,l.a,l.b,l.c,ifnull(l.words,''),l.crc,b.uuid"
		" FROM ledger l LEFT JOIN boot b ON b.id=l.boot WHERE number BETWEEN ? AND ?"
		" ORDER BY number",
		records);
}

/*
 * A result has the time of its sample's beginning.  ERR_DAMAGED: without a sound one it has none, and never will; nor does
 * anybody know then whether it was a sample's or a blank's.
 */
int reader_stamp_result(struct spool_reader *reader, struct spool_row *row)
{
	struct spool_row first = {.stream = STREAM_LEDGER};
	struct text about = text_over(reader->about, sizeof(reader->about));
	struct ledger_record record;
	int code, n = 0, err = reader_prepare_records(reader, &reader->beginning);

	row->clock = TIME_NONE;
	row->about = reader->about;
	if (err)
		return err;
	if (row->a < 1 || row->a > INT64_MAX - LEDGER_BEGINNING)
		return ERR_DAMAGED;
	sqlite3_bind_int64(reader->beginning, 1, row->a);
	sqlite3_bind_int64(reader->beginning, 2, row->a + LEDGER_BEGINNING - 1);
	while ((code = sqlite3_step(reader->beginning)) == SQLITE_ROW) {
		if (!record_take(reader->beginning, &record) || record.kind != LEDGER_SAMPLE ||
			record.a != (n ? row->a : 0) ||
			sql_copy_text(reader->beginning, 9, first.boot, sizeof(first.boot)))
			break;
		if (n++ == 0)
			first.boot_ms = record.boot_ms;
		text_printf(&about, "%s%s", about.len ? "; " : "", record.words);
	}
	err = code == SQLITE_ROW ? 0 : sql_error(code);
	sqlite3_reset(reader->beginning);
	if (err || n < LEDGER_BEGINNING)
		return err ? err : ERR_DAMAGED;
	err = reader_time(reader, first.boot);
	if (err)
		return err;
	reader_stamp(reader, &first);
	row->clock = first.clock;
	row->clock_error_ms = first.clock_error_ms;
	row->utc_ms = first.utc_ms + (int64_t)((uint64_t)row->b >> 24 & 0xff);
	return 0;
}

struct kinds {
	enum ledger_kind first, last;
	row_fn each;
	void *ctx;
	uint64_t seen; /* up to here they were handed out */
};

static int take_kind(void *ctx, const struct spool_row *row)
{
	struct kinds *kinds = ctx;

	if (row->kind < kinds->first || row->kind > kinds->last)
		return 0;
	kinds->seen = row->number;
	return kinds->each(kinds->ctx, row);
}

/* `which` selects them, in the very words of an index of ledger_steps.c. */
static int read_indexed(struct spool_reader *reader, const char *which, struct kinds *kinds)
{
	char ask[160];
	struct text sql = text_over(ask, sizeof(ask));
	struct ledger_record record;
	struct spool_row row;
	sqlite3_stmt *at = NULL;
	int code = SQLITE_DONE, err;

	text_printf(&sql,
		"SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc FROM ledger WHERE %s"
		" ORDER BY number",
		which);
	err = sql_prepare(reader->ledger, ask, &at);
	while (!err && (code = sqlite3_step(at)) == SQLITE_ROW) {
		row = (struct spool_row){
			.stream = STREAM_LEDGER, .number = (uint64_t)sqlite3_column_int64(at, 0)};
		if (!record_take(at, &record)) {
			err = intervals_add(&reader->lost, row.number, row.number) ? 0 : ERR_MEMORY;
			continue;
		}
		row.boot_ms = record.boot_ms;
		row.kind = record.kind;
		row.a = record.a;
		row.b = record.b;
		row.c = record.c;
		row.words = record.words;
		row.spool = identity_of(&reader->identities, reader->id, STREAM_LEDGER, row.number);
		err = take_kind(kinds, &row);
	}
	if (!err)
		err = sql_error(code);
	sqlite3_finalize(at);
	return err;
}

/* A damaged page, of the index too, costs the way by the index and the records that stand there, and nothing else. */
static int read_kinds(
	struct spool_reader *reader, const char *which, struct kinds kinds, uint64_t *damaged)
{
	int err = reader_refresh(reader);

	*damaged = 0;
	intervals_clear(&reader->lost);
	if (!err)
		err = read_indexed(reader, which, &kinds);
	if (err == ERR_DAMAGED) {
		struct range rest = {kinds.seen + 1, reader_last(reader, STREAM_LEDGER)};

		err = reader_read_ledger(reader, rest, take_kind, &kinds);
	}
	*damaged = reader->lost.count;
	if (reader->spool)
		(void)!reader_report_lost(reader, STREAM_LEDGER);
	return err;
}

int spool_read_samples(struct spool_reader *reader, row_fn each, void *ctx, uint64_t *damaged)
{
	struct kinds kinds = {LEDGER_SAMPLE, LEDGER_POINT, each, ctx, 0};

	return read_kinds(reader, "kind BETWEEN 14 AND 16", kinds, damaged);
}

int spool_read_checks(struct spool_reader *reader, row_fn each, void *ctx, uint64_t *damaged)
{
	struct kinds kinds = {LEDGER_CHECK, LEDGER_CHECK, each, ctx, 0};

	return read_kinds(reader, "kind=17", kinds, damaged);
}
