/*
 * Readings of one segment: two cursors walk exchanges and their readings side by side.  An exchange
 * whose checksum does not hold is counted with all its readings and never handed out.
 */
#include <stdlib.h>
#include <string.h>

#include "spool/check.h"
#include "spool/reading_back.h"

/* Numbers read in one view of the file: a slow caller must not keep the writer's WAL from being reused. */
enum { VIEW = 16384 };

int rows_prepare(struct open_segment *open)
{
	int err;

	err = sql_prepare(open->db,
		"SELECT seq,n,boot,boot_ms,context,sample,origin,lat_e7,lon_e7,fix_age_ms,eph_cm,"
		"district,raw,crc FROM exchange WHERE seq BETWEEN ? AND ? ORDER BY seq",
		&open->exchanges);
	if (!err)
		err = sql_prepare(
			open->db, "SELECT max(seq) FROM exchange WHERE seq<=?", &open->containing);
	if (err)
		return err;
	return sql_prepare(open->db,
		"SELECT seq,series,value,qc,flags FROM reading WHERE seq BETWEEN ? AND ? ORDER BY "
		"seq",
		&open->readings);
}

/* --- names used in the file ---------------------------------------------------------------------------- */

static int key_of(struct spool_reader *reader, const struct series *series, uint32_t *key)
{
	struct series **more;
	uint32_t i;

	for (i = 0; i < reader->n_series; i++)
		if (strcmp(reader->series[i]->unit, series->unit) == 0 &&
			strcmp(reader->series[i]->parameter, series->parameter) == 0 &&
			reader->series[i]->kind == series->kind &&
			reader->series[i]->decimals == series->decimals)
			break;
	*key = i;
	if (i < reader->n_series)
		return 0;
	more = realloc(reader->series, (i + 1) * sizeof(struct series *));
	if (!more)
		return ERR_MEMORY;
	reader->series = more;
	more[i] = malloc(sizeof(*series));
	if (!more[i])
		return ERR_MEMORY;
	*more[i] = *series;
	reader->n_series++;
	return 0;
}

static int take_series(struct spool_reader *reader, struct open_segment *open, sqlite3_stmt *rows)
{
	uint32_t id = (uint32_t)sqlite3_column_int64(rows, 0);
	struct segment_series *more;
	struct series series = {.kind = (enum number_kind)sqlite3_column_int(rows, 3),
		.decimals = (uint8_t)sqlite3_column_int(rows, 4)};

	if (id == 0 || id > 1000000 || sql_copy_text(rows, 1, series.unit, sizeof(series.unit)) ||
		sql_copy_text(rows, 2, series.parameter, sizeof(series.parameter)) ||
		check_of_series(id, &series) != sqlite3_column_int(rows, 5))
		return 0; /* its readings are damaged */
	if (id >= open->n_series) {
		more = realloc(open->series, (id + 1) * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		memset(more + open->n_series, 0, (id + 1 - open->n_series) * sizeof(*more));
		open->series = more;
		open->n_series = id + 1;
	}
	if (key_of(reader, &series, &open->series[id].key))
		return ERR_MEMORY;
	open->series[id].series = reader->series[open->series[id].key];
	return 0;
}

static int take_boot(struct open_segment *open, sqlite3_stmt *rows)
{
	struct segment_boot boot = {.id = (uint32_t)sqlite3_column_int64(rows, 0)}, *more;

	if (sql_copy_text(rows, 1, boot.uuid, sizeof(boot.uuid)) ||
		check_of_boot(boot.id, boot.uuid, (uint64_t)sqlite3_column_int64(rows, 2), 0) !=
			sqlite3_column_int(rows, 3))
		return 0;
	more = realloc(open->boots, (open->n_boots + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	open->boots = more;
	open->boots[open->n_boots++] = boot;
	return 0;
}

/* Whenever an unknown one is met: the segment being written gets new ones. */
static int load_names(struct spool_reader *reader, struct open_segment *open)
{
	sqlite3_stmt *rows = NULL;
	int code, err;

	open->n_boots = 0;
	err = sql_prepare(
		open->db, "SELECT id,unit,parameter,kind,decimals,crc FROM series", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE)
		err = code == SQLITE_ROW ? take_series(reader, open, rows) : sql_error(code);
	sqlite3_finalize(rows);
	rows = NULL;
	if (!err)
		err = sql_prepare(open->db, "SELECT id,uuid,first_reading,crc FROM boot", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE)
		err = code == SQLITE_ROW ? take_boot(open, rows) : sql_error(code);
	sqlite3_finalize(rows);
	return err;
}

/* --- one exchange ---------------------------------------------------------------------------------------- */

struct rebuilt {
	struct exchange exchange;
	struct check_exchange check;
	struct reading readings[EXCHANGE_READINGS];
	uint32_t series[EXCHANGE_READINGS];
	uint8_t raw[EXCHANGE_RAW];
	int32_t crc;
};

static bool take_exchange(sqlite3_stmt *at, struct rebuilt *to)
{
	struct exchange *x = &to->exchange;
	sqlite3_int64 n = sqlite3_column_int64(at, 1);
	int raw = sqlite3_column_bytes(at, 12);

	if (n < 1 || n > EXCHANGE_READINGS || raw < 0 || raw > EXCHANGE_RAW)
		return false;
	*x = (struct exchange){.n = (size_t)n,
		.raw_len = (size_t)raw,
		.raw = to->raw,
		.readings = to->readings,
		.boot_ms = sqlite3_column_int64(at, 3),
		.context = (enum context)sqlite3_column_int(at, 4),
		.sample = (uint64_t)sqlite3_column_int64(at, 5)};
	if (raw)
		memcpy(to->raw, sqlite3_column_blob(at, 12), (size_t)raw);
	if (sqlite3_column_type(at, 6) != SQLITE_NULL) {
		x->place.origin = (enum place_origin)sqlite3_column_int(at, 6);
		x->place.lat_e7 = sqlite3_column_int(at, 7);
		x->place.lon_e7 = sqlite3_column_int(at, 8);
		x->place.fix_age_ms = sqlite3_column_int(at, 9);
		x->place.eph_cm = sqlite3_column_int(at, 10);
	}
	if (sqlite3_column_type(at, 11) != SQLITE_NULL &&
		sql_copy_text(at, 11, x->place.district, sizeof(x->place.district)))
		return false;
	to->check = (struct check_exchange){.seq = (uint64_t)sqlite3_column_int64(at, 0),
		.exchange = x,
		.series = to->series,
		.boot = (uint32_t)sqlite3_column_int64(at, 2)};
	to->crc = sqlite3_column_int(at, 13);
	return true;
}

static void take_reading(sqlite3_stmt *at, struct rebuilt *to, size_t i)
{
	to->series[i] = (uint32_t)sqlite3_column_int64(at, 1);
	to->readings[i].value = sqlite3_column_type(at, 2) == SQLITE_NULL
					? (double)NAN
					: sqlite3_column_double(at, 2);
	to->readings[i].qc = (uint8_t)sqlite3_column_int(at, 3);
	to->readings[i].flags = (uint16_t)sqlite3_column_int(at, 4);
}

static const char *boot_of(const struct open_segment *open, uint32_t id)
{
	size_t i;

	for (i = open->n_boots; i > 0; i--)
		if (open->boots[i - 1].id == id)
			return open->boots[i - 1].uuid;
	return NULL;
}

/* Hands out those of the exchange's readings that lie in the block. */
static int hand_out(struct spool_reader *reader, const struct open_segment *open, const char *uuid,
	const struct rebuilt *from, struct range block, row_fn each, void *ctx)
{
	const struct exchange *x = &from->exchange;
	struct spool_row row = {.stream = STREAM_READINGS,
		.boot_ms = x->boot_ms,
		.context = x->context,
		.sample = x->sample,
		.place = x->place,
		.raw = x->raw,
		.raw_len = x->raw_len,
		.words = ""};
	int err;
	size_t i;

	err = reader_time(reader, uuid);
	if (err)
		return err;
	memcpy(row.boot, uuid, sizeof(row.boot));
	reader_stamp(reader, &row);
	for (i = 0; i < x->n; i++) {
		uint32_t id = from->series[i];

		row.number = from->check.seq + i;
		if (row.number < block.first || row.number > block.last)
			continue;
		row.series_key = open->series[id].key;
		row.series = open->series[id].series;
		row.value = x->readings[i].value;
		row.qc = x->readings[i].qc;
		row.flags = x->readings[i].flags;
		err = each(ctx, &row);
		if (err)
			return err;
	}
	return 0;
}

static bool knows_series(const struct open_segment *open, const struct rebuilt *at)
{
	size_t i;

	for (i = 0; i < at->exchange.n; i++)
		if (at->series[i] >= open->n_series || !open->series[at->series[i]].series)
			return false;
	return true;
}

/* One whole, sound exchange.  Numbers passed over on the way to it are lost. */
static int take(struct spool_reader *reader, struct open_segment *open, const struct rebuilt *at,
	struct range block, row_fn each, void *ctx)
{
	const char *uuid = boot_of(open, at->check.boot);
	uint64_t first = at->check.seq, last = first + at->exchange.n - 1;
	int err;

	if (!uuid || !knows_series(open, at)) {
		err = load_names(reader, open);
		if (err)
			return err;
		uuid = boot_of(open, at->check.boot);
		if (!uuid || !knows_series(open, at))
			return 0; /* its names are damaged: passed over */
	}
	if (last < reader->unseen)
		return 0;
	if (first > reader->unseen) {
		err = reader_lost(reader, first - 1);
		if (err)
			return err;
	}
	err = hand_out(reader, open, uuid, at, block, each, ctx);
	/* An exchange over the block's edge is only half seen: the next block has the rest of it. */
	reader->unseen = (last < block.last ? last : block.last) + 1;
	return err;
}

/* --- a view ------------------------------------------------------------------------------------------------ */

static void seek(sqlite3_stmt *rows, uint64_t from, uint64_t last)
{
	sqlite3_reset(rows);
	sqlite3_bind_int64(rows, 1, (sqlite3_int64)from);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)last);
}

struct readings { /* the cursor over them */
	sqlite3_stmt *rows;
	uint64_t last;
	int code; /* of the last step */
};

static bool is_at(const struct readings *at, uint64_t number)
{
	return at->code == SQLITE_ROW && (uint64_t)sqlite3_column_int64(at->rows, 0) == number;
}

/* Collects the readings of the exchange; false when they are not all there.  The cursor stands where
 * the exchange before ended; where it does not, damage in one place must not cost what comes after. */
static bool take_readings(struct readings *from, struct rebuilt *to)
{
	size_t i;

	if (!is_at(from, to->check.seq)) {
		seek(from->rows, to->check.seq, from->last);
		from->code = sqlite3_step(from->rows);
	}
	for (i = 0; i < to->exchange.n; i++) {
		if (!is_at(from, to->check.seq + i))
			return false;
		take_reading(from->rows, to, i);
		from->code = sqlite3_step(from->rows);
	}
	return true;
}

/* From the exchange at or after *from on; *from is moved to the last one tried. */
static int walk(struct spool_reader *reader, struct open_segment *open, uint64_t *from,
	struct range block, row_fn each, void *ctx)
{
	struct readings readings = {.rows = open->readings,
		.last = block.last + EXCHANGE_READINGS,
		.code = SQLITE_DONE};
	struct rebuilt at;
	int code = SQLITE_DONE, err = 0;
	uint64_t seq;

	seek(open->exchanges, *from, block.last);
	while (!err && (code = sqlite3_step(open->exchanges)) == SQLITE_ROW) {
		seq = (uint64_t)sqlite3_column_int64(open->exchanges, 0);
		*from = seq > *from ? seq : *from; /* damaged pages may not be in order */
		if (take_exchange(open->exchanges, &at) && take_readings(&readings, &at) &&
			check_of_exchange(&at.check) == at.crc)
			err = take(reader, open, &at, block, each, ctx);
		else if (sql_error(readings.code) != ERR_DAMAGED)
			err = sql_error(readings.code);
	}
	return err ? err : sql_error(code);
}

static bool finds_exchange(struct open_segment *open, uint64_t from, uint64_t last)
{
	seek(open->exchanges, from, last);
	return sqlite3_step(open->exchanges) == SQLITE_ROW;
}

/* The next number from which there are exchanges again; 0: none in the view. */
static uint64_t past_hole(struct open_segment *open, uint64_t from, uint64_t last)
{
	enum { STEP = 8 };
	uint64_t at = from;

	while (at <= last && !finds_exchange(open, at, last))
		at += STEP;
	if (at > last)
		return 0;
	while (at > from && finds_exchange(open, at - 1, last))
		at--;
	return at;
}

static int read_view(struct spool_reader *reader, struct open_segment *open, struct range view,
	row_fn each, void *ctx)
{
	uint64_t from = view.first;
	int code, err;

	sqlite3_bind_int64(open->containing, 1, (sqlite3_int64)view.first);
	code = sqlite3_step(open->containing);
	if (code == SQLITE_ROW && sqlite3_column_type(open->containing, 0) != SQLITE_NULL)
		from = (uint64_t)sqlite3_column_int64(open->containing, 0);
	sqlite3_reset(open->containing);
	err = walk(reader, open, &from, view, each, ctx);
	while ((err == 0 || err == ERR_DAMAGED) && reader->unseen <= view.last) {
		from = reader->unseen > from ? reader->unseen : from + 1;
		from = past_hole(open, reader_past_gap(reader, from), view.last);
		if (!from)
			break;
		err = walk(reader, open, &from, view, each, ctx);
	}
	sqlite3_reset(open->exchanges);
	sqlite3_reset(open->readings);
	if ((err == 0 || err == ERR_DAMAGED) && reader->unseen <= view.last)
		err = reader_lost(reader, view.last);
	return err == ERR_DAMAGED ? 0 : err;
}

int rows_read(struct spool_reader *reader, struct open_segment *open, struct range block,
	row_fn each, void *ctx)
{
	struct range view = {.first = block.first};
	int err = 0;

	while (!err && view.first <= block.last) {
		view.last = block.last;
		if (view.last - view.first >= VIEW)
			view.last = view.first + VIEW - 1;
		if (reader->unseen < view.first)
			reader->unseen = view.first;
		err = sql_run(open->db, "BEGIN");
		if (!err)
			err = read_view(reader, open, view, each, ctx);
		/* A damaged page can make either say so again; all that matters is that it ends. */
		if (sql_run(open->db, "COMMIT") && sql_run(open->db, "ROLLBACK") &&
			!sqlite3_get_autocommit(open->db) && !err)
			err = ERR_IO;
		view.first = view.last + 1;
	}
	return err;
}
