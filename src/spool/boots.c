/* Looking at the boots before this one, through a reader: rows are believed when their checksums hold. */
#include <stdlib.h>
#include <string.h>

#include "spool/boots.h"
#include "spool/check.h"
#include "spool/reading_back.h"

/* Rows are saved in nearly the order they were made in: the last one made is among so many. */
enum { LAST_ROWS = 64 };
/* Of boots that have a time, so many of the newest are asked how long they lasted: less is known of the
 * others, which only widens the bounds, and a start does not take longer with every year. */
enum { NEWEST = 256 };
/* No boot lasts longer, whatever a row says. */
#define MOST_BOOT_MS (INT64_C(100) * 366 * 86400 * 1000)

void boots_free(struct boots *boots)
{
	free(boots->at);
	*boots = (struct boots){0};
}

/* --- the list ---------------------------------------------------------------------------------------- */

static int append(struct boots *boots, sqlite3_stmt *row)
{
	struct boot_seen boot = {.last_ms = 0}, *more;
	int stream;

	if (sql_copy_text(row, 1, boot.uuid, sizeof(boot.uuid)) ||
		check_of_boot((uint32_t)sqlite3_column_int64(row, 0), boot.uuid,
			(uint64_t)sqlite3_column_int64(row, 2),
			(uint64_t)sqlite3_column_int64(row, 3)) != sqlite3_column_int(row, 4))
		return 0; /* a boot more or less only widens the bounds */
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		boot.rows[stream].first = (uint64_t)sqlite3_column_int64(row, 2 + stream);
		boot.rows[stream].last = (uint64_t)sqlite3_column_int64(row, 5 + stream) - 1;
	}
	more = realloc(boots->at, (boots->n + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	boots->at = more;
	more[boots->n++] = boot;
	return 0;
}

static int list_boots(sqlite3 *ledger, const char *ours, struct boots *boots)
{
	/* From the last confirmed boot before the first without a time; ours ends the list. */
	static const char sql[] =
		"WITH untimed(id) AS (SELECT ifnull(min(id),(SELECT max(id) FROM boot)) FROM boot"
		"  WHERE uuid NOT IN (SELECT uuid FROM epoch)),"
		" begin(id) AS (SELECT ifnull(max(b.id),0) FROM boot b, untimed u WHERE b.id<u.id"
		"  AND (SELECT source FROM epoch WHERE uuid=b.uuid"
		"   ORDER BY from_boot_ms DESC LIMIT 1)>=4)"
		" SELECT b.id,b.uuid,b.first_reading,b.first_ledger,b.crc,"
		" lead(b.first_reading) OVER (ORDER BY b.id),"
		" lead(b.first_ledger) OVER (ORDER BY b.id)"
		" FROM boot b, begin WHERE b.id>=begin.id ORDER BY b.id";
	sqlite3_stmt *rows = NULL;
	char uuid[UUID];
	int code, err;

	err = sql_prepare(ledger, sql, &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE) {
		err = sql_error(code);
		if (!err && sql_copy_text(rows, 1, uuid, sizeof(uuid)) == 0 &&
			strcmp(uuid, ours) == 0)
			break;
		if (!err && sqlite3_column_type(rows, 5) != SQLITE_NULL)
			err = append(boots, rows);
	}
	sqlite3_finalize(rows);
	return err;
}

/* --- what is known of each ----------------------------------------------------------------------------- */

static int load_time(sqlite3 *ledger, struct boot_seen *boot)
{
	sqlite3_stmt *rows = NULL;
	struct time_offset at;
	int code, err;

	err = sql_prepare(ledger,
		"SELECT from_boot_ms,offset_ms,source,uncertainty_ms,crc FROM epoch WHERE uuid=?"
		" ORDER BY from_boot_ms DESC",
		&rows);
	if (err)
		return err;
	sqlite3_bind_text(rows, 1, boot->uuid, -1, SQLITE_STATIC);
	while (boot->time.source == TIME_NONE && (code = sqlite3_step(rows)) != SQLITE_DONE) {
		err = sql_error(code);
		if (err)
			break;
		at = (struct time_offset){
			.from_boot_ms = sqlite3_column_int64(rows, 0),
			.offset_ms = sqlite3_column_int64(rows, 1),
			.source = (enum time_source)sqlite3_column_int(rows, 2),
			.uncertainty_ms = sqlite3_column_int64(rows, 3),
		};
		if (check_of_epoch(boot->uuid, &at) == sqlite3_column_int(rows, 4))
			boot->time = at;
	}
	sqlite3_finalize(rows);
	return err;
}

static int notice_last(void *ctx, const struct spool_row *row)
{
	struct boot_seen *boot = ctx;

	if (strcmp(row->boot, boot->uuid) != 0 || row->boot_ms > MOST_BOOT_MS)
		return 0;
	if (row->boot_ms > boot->last_ms)
		boot->last_ms = row->boot_ms;
	if (row->stream == STREAM_LEDGER && row->kind == LEDGER_ANCHOR && row->b == TIME_RESTORED)
		boot->note = (struct time_offset){.offset_ms = row->a - row->boot_ms,
			.source = TIME_RESTORED,
			.uncertainty_ms = row->c};
	return 0;
}

static int read_last(struct spool_reader *reader, struct boot_seen *boot)
{
	int stream, err = 0;

	for (stream = 0; stream < STREAM_COUNT && !err; stream++) {
		struct range last = boot->rows[stream];

		if (last.last < last.first)
			continue;
		if (last.last - last.first >= LAST_ROWS)
			last.first = last.last - LAST_ROWS + 1;
		err = spool_read(reader, (enum stream)stream, last, notice_last, boot, NULL);
		if (err == ERR_DAMAGED) /* as a boot that was seen for no longer */
			err = 0;
	}
	return err;
}

static int survey(struct spool_reader *reader, const char *ours, struct boots *boots)
{
	int err = list_boots(reader->ledger, ours, boots);
	size_t i;

	for (i = 0; i < boots->n && !err; i++) {
		struct boot_seen *boot = &boots->at[i];

		err = load_time(reader->ledger, boot);
		/* the first is the one that was confirmed */
		if (!err && (i == 0 || i + NEWEST >= boots->n || boot->time.source == TIME_NONE))
			err = read_last(reader, boot);
	}
	return err;
}

int boots_survey(struct spool *spool, struct boots *boots)
{
	struct spool_reader *reader;
	int err;

	*boots = (struct boots){0};
	err = spool_reader_open(&reader, spool);
	if (err)
		return err;
	err = survey(reader, spool->boot, boots);
	spool_reader_close(reader);
	return err;
}

/* --- the past ------------------------------------------------------------------------------------------ */

/* The latest that is known by times of that source or better, when our boot began; false: nothing. */
static bool latest_by(const struct boots *boots, enum time_source least, struct spool_past *past)
{
	int64_t after_ms = 0;
	size_t i;

	for (i = boots->n; i-- > 0;) {
		const struct boot_seen *boot = &boots->at[i];

		after_ms += boot->last_ms;
		if (boot->time.source < least)
			continue;
		past->utc_ms = boot->time.offset_ms + after_ms;
		past->uncertainty_ms = boot->time.uncertainty_ms + after_ms / BOOTS_DRIFT;
		return true;
	}
	return false;
}

/* The last word of an earlier boot or this one on the machine's clock chip: an anchor of no source. */
static int load_doubt(sqlite3 *ledger, bool *doubted)
{
	struct ledger_record record;
	sqlite3_stmt *row = NULL;
	int code, err;

	err = sql_prepare(ledger,
		"SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc"
		" FROM ledger INDEXED BY anchors WHERE kind=2 AND b=0 ORDER BY number DESC LIMIT 1",
		&row);
	if (err)
		return err;
	code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*doubted = record_take(row, &record) && record.c != 0;
	sqlite3_finalize(row);
	return sql_error(code);
}

int spool_past(struct spool *spool, struct spool_past *past)
{
	struct spool_past any = {.known = false};
	struct spool_reader *reader;
	struct boots boots = {0};
	int err;

	*past = (struct spool_past){.known = false};
	err = spool_reader_open(&reader, spool);
	if (err)
		return err;
	err = survey(reader, spool->boot, &boots);
	if (!err)
		err = load_doubt(reader->ledger, &past->chip_doubted);
	if (!err) {
		past->known = latest_by(&boots, TIME_NTP, past);
		if (latest_by(&boots, TIME_ENTERED, &any) || past->known)
			past->latest_ms = any.utc_ms > past->utc_ms ? any.utc_ms : past->utc_ms;
	}
	boots_free(&boots);
	spool_reader_close(reader);
	return err;
}
