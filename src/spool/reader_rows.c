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
		open->schema < 2
			? "SELECT seq,n,boot,boot_ms,context,sample,origin,0,lat_e7,lon_e7,"
			  "fix_age_ms,eph_cm,district,NULL,raw,crc"
			  " FROM exchange WHERE seq BETWEEN ? AND ? ORDER BY seq"
			: "SELECT seq,n,boot,boot_ms,context,sample,origin,mode,lat_e7,lon_e7,"
			  "fix_age_ms,eph_cm,area,border_m,raw,crc"
			  " FROM exchange WHERE seq BETWEEN ? AND ? ORDER BY seq",
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

/* --- one exchange ---------------------------------------------------------------------------------------- */

struct rebuilt {
	struct exchange exchange;
	struct check_exchange check;
	struct reading readings[EXCHANGE_READINGS];
	uint32_t series[EXCHANGE_READINGS];
	uint8_t raw[EXCHANGE_RAW];
	uint32_t area; /* the file's number of its codes; 0: none, or they stand in the row */
	int32_t crc;
};

/* Columns 6 to 13; the codes of the area stand in a table of their own since schema 2. */
static bool take_place(sqlite3_stmt *at, int schema, struct rebuilt *to)
{
	struct place *place = &to->exchange.place;
	bool known = sqlite3_column_type(at, 6) != SQLITE_NULL;

	*place = (struct place){.border_m = -1};
	to->area = 0;
	if (known) {
		place->origin = (enum place_origin)sqlite3_column_int(at, 6);
		place->mode = (uint8_t)sqlite3_column_int(at, 7);
		place->has_point = sqlite3_column_type(at, 8) != SQLITE_NULL;
		place->lat_e7 = sqlite3_column_int(at, 8);
		place->lon_e7 = sqlite3_column_int(at, 9);
		place->fix_age_ms = sqlite3_column_int(at, 10);
		place->eph_cm = sqlite3_column_int(at, 11);
	}
	if (sqlite3_column_type(at, 13) != SQLITE_NULL)
		place->border_m = sqlite3_column_int(at, 13);
	if (sqlite3_column_type(at, 12) == SQLITE_NULL)
		return true;
	if (schema < 2)
		return sql_copy_text(at, 12, place->district, sizeof(place->district)) == 0;
	to->area = (uint32_t)sqlite3_column_int64(at, 12);
	return to->area > 0;
}

static bool take_exchange(const struct open_segment *open, struct rebuilt *to)
{
	sqlite3_stmt *at = open->exchanges;
	struct exchange *x = &to->exchange;
	sqlite3_int64 n = sqlite3_column_int64(at, 1);
	int raw = sqlite3_column_bytes(at, 14);

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
		memcpy(to->raw, sqlite3_column_blob(at, 14), (size_t)raw);
	if (!take_place(at, open->schema, to))
		return false;
	to->check = (struct check_exchange){.seq = (uint64_t)sqlite3_column_int64(at, 0),
		.exchange = x,
		.series = to->series,
		.boot = (uint32_t)sqlite3_column_int64(at, 2),
		.schema = open->schema};
	to->crc = sqlite3_column_int(at, 15);
	return true;
}

/* ERR_DAMAGED when the codes of its place are; without memory to look them up nothing is said of them. */
static int take_codes(struct open_segment *open, struct rebuilt *to)
{
	struct place *place = &to->exchange.place;
	const struct place *codes;
	int err;

	if (!to->area)
		return 0;
	err = names_area(open, to->area, &codes);
	if (err || !codes)
		return err ? err : ERR_DAMAGED;
	memcpy(place->district, codes->district, AREA_CODE);
	memcpy(place->tehsil, codes->tehsil, AREA_CODE);
	memcpy(place->near, codes->near, AREA_CODE);
	place->edition = codes->edition;
	return 0;
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
	if (reader->exchange)
		err = reader->exchange(reader, reader->exchange_ctx, uuid, from->check.seq, x->n);
	if (err)
		return err;
	for (i = 0; i < x->n; i++) {
		uint32_t id = from->series[i];

		row.number = from->check.seq + i;
		if (row.number < block.first || row.number > block.last)
			continue;
		row.spool =
			identity_of(&reader->identities, reader->id, STREAM_READINGS, row.number);
		row.series_key = open->series[id].key;
		row.series = open->series[id].series;
		row.value = x->readings[i].value;
		row.qc = x->readings[i].qc;
		row.flags = x->readings[i].flags;
		reader_add_spike(reader, &row);
		err = each(ctx, &row);
		if (err)
			return err;
	}
	return 0;
}

/* One whole, sound exchange.  Numbers passed over on the way to it are lost. */
static int take(struct spool_reader *reader, struct open_segment *open, const struct rebuilt *at,
	struct range block, row_fn each, void *ctx)
{
	const char *uuid = names_boot(open, at->check.boot);
	uint64_t first = at->check.seq, last = first + at->exchange.n - 1;
	int err;

	if (!uuid || !names_know(open, at->series, at->exchange.n)) {
		err = names_load(reader, open);
		if (err)
			return err;
		uuid = names_boot(open, at->check.boot);
		if (!uuid || !names_know(open, at->series, at->exchange.n))
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

/*
 * The row at or after `number`.  Of some damaged pages SQLite says that it has no memory for them: when it says so again
 * and again while there is some, it is the page.
 */
static int step(sqlite3_stmt *rows, uint64_t number, uint64_t last)
{
	enum { TRIES = 3, ENOUGH = 1 << 20 };
	int code = sqlite3_step(rows), tries;
	void *some = NULL;

	for (tries = 0; (code & 0xff) == SQLITE_NOMEM && tries < TRIES; tries++) {
		some = sqlite3_malloc(ENOUGH);
		sqlite3_free(some);
		if (!some)
			return code;
		seek(rows, number, last);
		code = sqlite3_step(rows);
	}
	return (code & 0xff) == SQLITE_NOMEM ? SQLITE_CORRUPT : code;
}

/* Collects the readings of the exchange; false when they are not all there.  The cursor stands where
 * the exchange before ended; where it does not, damage in one place must not cost what comes after. */
static bool take_readings(struct readings *from, struct rebuilt *to)
{
	size_t i;

	if (!is_at(from, to->check.seq)) {
		seek(from->rows, to->check.seq, from->last);
		from->code = step(from->rows, to->check.seq, from->last);
	}
	for (i = 0; i < to->exchange.n; i++) {
		if (!is_at(from, to->check.seq + i))
			return false;
		take_reading(from->rows, to, i);
		from->code = step(from->rows, to->check.seq + i + 1, from->last);
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
	uint64_t seq, next = *from;

	seek(open->exchanges, *from, block.last);
	while (!err && (code = step(open->exchanges, next, block.last)) == SQLITE_ROW) {
		seq = (uint64_t)sqlite3_column_int64(open->exchanges, 0);
		*from = seq > *from ? seq : *from; /* damaged pages may not be in order */
		next = *from + 1;
		if (take_exchange(open, &at) && take_readings(&readings, &at)) {
			err = take_codes(open, &at);
			if (!err && check_of_exchange(&at.check) == at.crc)
				err = take(reader, open, &at, block, each, ctx);
			else if (err == ERR_DAMAGED)
				err = 0; /* passed over */
		} else if (sql_error(readings.code) != ERR_DAMAGED) {
			err = sql_error(readings.code);
		}
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

	err = reader_load_spikes(reader, view);
	if (err)
		return err;
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
