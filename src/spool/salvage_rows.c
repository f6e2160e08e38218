/*
 * Whole exchanges from one segment into another, byte for byte with their checksums: those are over numbers that each file
 * gives its series and boots itself, so what the numbers mean comes along.
 */
#include <string.h>

#include "spool/check.h"
#include "spool/salvage_inside.h"

/* Rows of one table from one file into another, column by column: what one file cannot do must not undo the other's. */
struct copying {
	sqlite3_stmt *select, *insert;
};

struct taking {
	struct open_segment open;
	sqlite3 *out;
	struct salvage_rows *rows;
	struct copying exchange, readings;
	sqlite3_stmt *boot;
	bool boot_known;
	char uuid[UUID];
};

static int prepare_copying(
	struct copying *copying, sqlite3 *from, sqlite3 *to, const char *select, const char *insert)
{
	int err = sql_prepare(from, select, &copying->select);

	return err ? err : sql_prepare(to, insert, &copying->insert);
}

static void end_copying(struct copying *copying)
{
	sqlite3_finalize(copying->select);
	sqlite3_finalize(copying->insert);
}

/* The rows from `first` to `last`; *n: how many. */
static int copy(struct copying *copying, uint64_t first, uint64_t last, size_t *n)
{
	int i, columns = sqlite3_column_count(copying->select), code = SQLITE_DONE, err = 0;

	*n = 0;
	sqlite3_bind_int64(copying->select, 1, (sqlite3_int64)first);
	sqlite3_bind_int64(copying->select, 2, (sqlite3_int64)last);
	while (!err && (code = sqlite3_step(copying->select)) == SQLITE_ROW) {
		for (i = 0; i < columns; i++)
			sqlite3_bind_value(
				copying->insert, i + 1, sqlite3_column_value(copying->select, i));
		if ((sqlite3_step(copying->insert) & 0xff) == SQLITE_CONSTRAINT)
			err = ERR_DAMAGED; /* a damaged tree may give a row twice */
		if (sql_error(sqlite3_reset(copying->insert)) && !err)
			err = sql_error(sqlite3_errcode(sqlite3_db_handle(copying->insert)));
		++*n;
	}
	sqlite3_reset(copying->select);
	return err ? err : sql_error(code);
}

/* A boot with a time, or one the ledger has and may yet get one. */
static int look_up_boot(struct taking *taking, struct spool_reader *reader, const char *uuid)
{
	int code;

	if (strcmp(taking->uuid, uuid) == 0)
		return 0;
	text_copy(taking->uuid, sizeof(taking->uuid), uuid);
	if (!taking->boot) {
		int err = sql_prepare(reader->ledger,
			"SELECT 1 FROM boot WHERE uuid=?1 UNION SELECT 1 FROM epoch WHERE uuid=?1",
			&taking->boot);

		if (err)
			return err;
	}
	sqlite3_bind_text(taking->boot, 1, uuid, -1, SQLITE_STATIC);
	code = sqlite3_step(taking->boot);
	taking->boot_known = code == SQLITE_ROW;
	sqlite3_reset(taking->boot);
	return sql_error(code);
}

/* Whole, or not at all: readings without their exchange would be in the way of another file's. */
static int take_exchange(
	struct spool_reader *reader, void *ctx, const char *uuid, uint64_t seq, size_t n)
{
	struct taking *taking = ctx;
	uint64_t last = seq + n - 1;
	size_t exchanges = 0, readings = 0;
	int err, undone;

	(void)reader;
	(void)uuid;
	if (intervals_find(&taking->rows->found, seq))
		return 0; /* another file had it */
	err = sql_run(taking->out, "SAVEPOINT one");
	if (err)
		return err;
	err = copy(&taking->exchange, seq, seq, &exchanges);
	if (!err)
		err = copy(&taking->readings, seq, last, &readings);
	if (!err && (exchanges != 1 || readings != n))
		err = ERR_DAMAGED;
	undone = err ? sql_run(taking->out, "ROLLBACK TO one") : 0;
	if (!undone)
		undone = sql_run(taking->out, "RELEASE one");
	if (undone)
		return undone;
	if (err == ERR_DAMAGED)
		return 0; /* on this way through the file it is not there */
	if (!err && !intervals_add(&taking->rows->found, seq, last))
		err = ERR_MEMORY;
	return err;
}

static int note_exchange(
	struct spool_reader *reader, void *ctx, const char *uuid, uint64_t seq, size_t n)
{
	struct taking *taking = ctx;
	uint64_t last = seq + n - 1;
	int err = look_up_boot(taking, reader, uuid);

	if (!err &&
		(!intervals_add(&taking->rows->found, seq, last) ||
			(taking->boot_known && !intervals_add(&taking->rows->known, seq, last))))
		err = ERR_MEMORY;
	return err;
}

static int pass_row(void *ctx, const struct spool_row *row)
{
	(void)ctx;
	(void)row;
	return 0;
}

static int take_name(struct copying *copying, uint32_t id)
{
	size_t n;
	int err = copy(copying, id, id, &n);

	return err == ERR_DAMAGED ? 0 : err;
}

static int take_series(struct taking *taking, struct copying *copying)
{
	const struct open_segment *open = &taking->open;
	int err = prepare_copying(copying, open->db, taking->out,
		"SELECT * FROM series WHERE id BETWEEN ? AND ?",
		"INSERT OR IGNORE INTO series VALUES(?,?,?,?,?,?)");
	uint32_t i;

	for (i = 0; i < open->n_series && !err; i++)
		if (open->series[i].series)
			err = take_name(copying, i);
	return err;
}

static int take_boots(struct taking *taking, struct copying *copying)
{
	const struct open_segment *open = &taking->open;
	int err = prepare_copying(copying, open->db, taking->out,
		"SELECT * FROM boot WHERE id BETWEEN ? AND ?",
		"INSERT OR IGNORE INTO boot VALUES(?,?,?,?)");
	size_t i;

	for (i = 0; i < open->n_boots && !err; i++)
		err = take_name(copying, open->boots[i].id);
	return err;
}

/* As they were read: a damaged tree may have another one of the same number. */
static int take_areas(struct taking *taking, struct copying *copying)
{
	const struct place *codes;
	struct open_segment *open = &taking->open;
	sqlite3_stmt *add;
	int err = sql_prepare(
		taking->out, "INSERT OR IGNORE INTO area VALUES(?,?,?,?,?,?)", &copying->insert);
	size_t i;

	add = copying->insert;
	if (!err) /* there is none of that number: all are read in */
		err = names_area(open, UINT32_MAX, &codes);
	for (i = 0; i < open->n_areas && !err; i++) {
		const struct segment_area *area = &open->areas[i];

		sqlite3_bind_int64(add, 1, area->id);
		sqlite3_bind_text(add, 2, area->codes.district, -1, SQLITE_STATIC);
		sqlite3_bind_text(add, 3, area->codes.tehsil, -1, SQLITE_STATIC);
		sqlite3_bind_text(add, 4, area->codes.near, -1, SQLITE_STATIC);
		sqlite3_bind_int64(add, 5, area->codes.edition);
		sqlite3_bind_int(add, 6, check_of_area(area->id, &area->codes));
		err = sql_done(add);
	}
	return err;
}

/* What the rows' numbers mean, as far as it holds its own checksum. */
static int take_names(struct taking *taking)
{
	static int (*const each[])(struct taking *, struct copying *) = {
		take_series, take_boots, take_areas};
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(each) / sizeof(each[0]) && !err; i++) {
		struct copying copying = {NULL, NULL};

		err = each[i](taking, &copying);
		end_copying(&copying);
	}
	return err;
}

static int prepare(struct taking *taking, const char *out)
{
	sqlite3 *db = taking->open.db;
	int64_t schema = 0;
	int err = sql_number(db, "PRAGMA user_version", &schema);

	taking->open.schema = (int)schema;
	if (!err && schema != SPOOL_SCHEMA)
		err = ERR_CONF;
	if (!err && rows_prepare(&taking->open))
		err = ERR_DAMAGED;
	if (!err)
		err = sql_open(&taking->out, out, SQL_WRITE, NULL);
	if (!err)
		err = prepare_copying(&taking->exchange, db, taking->out,
			"SELECT * FROM exchange WHERE seq BETWEEN ? AND ?",
			"INSERT INTO exchange VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	if (!err)
		err = prepare_copying(&taking->readings, db, taking->out,
			"SELECT * FROM reading WHERE seq BETWEEN ? AND ?",
			"INSERT INTO reading VALUES(?,?,?,?,?)");
	return err ? err : sql_run(taking->out, "BEGIN IMMEDIATE");
}

/* No number means one thing here and another there: the rows of two such files cannot stand in one. */
static int compare_names(const struct taking *taking, const char *table)
{
	char sql[64];
	struct text text = text_over(sql, sizeof(sql));
	sqlite3_stmt *theirs = NULL, *ours = NULL;
	int code = SQLITE_DONE, err;

	text_printf(&text, "SELECT id,crc FROM %s", table);
	err = sql_prepare(taking->out, sql, &ours);
	text_put(&text, " WHERE id=?");
	if (!err)
		err = sql_prepare(taking->open.db, sql, &theirs);
	while (!err && (code = sqlite3_step(ours)) == SQLITE_ROW) {
		sqlite3_bind_int64(theirs, 1, sqlite3_column_int64(ours, 0));
		if (sqlite3_step(theirs) == SQLITE_ROW &&
			sqlite3_column_int(theirs, 1) != sqlite3_column_int(ours, 1))
			err = ERR_RANGE;
		sqlite3_reset(theirs);
	}
	sqlite3_finalize(ours);
	sqlite3_finalize(theirs);
	return err ? err : sql_error(code);
}

/* Through a reader of its own: rows_read() steps over what is damaged, and gives only what holds its checksum. */
static int read_all(struct taking *taking, struct spool *spool, struct range range,
	int (*each)(struct spool_reader *, void *, const char *, uint64_t, size_t))
{
	struct spool_reader *reader;
	char words[400];
	struct text why = text_over(words, sizeof(words));
	int err = reader_open_dir(&reader, spool->conf.dir, true, &why);

	if (err)
		return err;
	reader->exchange = each;
	reader->exchange_ctx = taking;
	/* The gap that all of it lies in is what this is about. */
	intervals_clear(&reader->gaps[STREAM_READINGS]);
	reader->freed_below = 0;
	reader->epochs.uuid[0] = '\0';
	reader->unseen = range.first;
	err = rows_read(reader, &taking->open, range, pass_row, NULL);
	sqlite3_finalize(taking->boot);
	taking->boot = NULL;
	spool_reader_close(reader);
	return err;
}

static int compare_all(const struct taking *taking)
{
	int err = compare_names(taking, "series");

	if (!err)
		err = compare_names(taking, "boot");
	return err ? err : compare_names(taking, "area");
}

int salvage_take_rows(struct spool *spool, sqlite3 *from, const char *out, struct range range,
	struct salvage_rows *rows)
{
	struct taking taking = {.open = {.db = from, .first = range.first}, .rows = rows};
	int err = prepare(&taking, out);

	if (!err)
		err = compare_all(&taking);
	if (!err)
		err = read_all(&taking, spool, range, take_exchange);
	if (!err)
		err = take_names(&taking);
	if (!err)
		err = sql_run(taking.out, "COMMIT");
	if (!err)
		err = sql_settle(taking.out);
	end_copying(&taking.exchange);
	end_copying(&taking.readings);
	sql_close_finished(&taking.out);
	taking.open.db = NULL; /* the caller's */
	reader_close_segment(&taking.open);
	return err;
}

int salvage_check_rows(
	struct spool *spool, const char *path, struct range range, struct salvage_rows *rows)
{
	struct taking taking = {
		.open = {.first = range.first, .schema = SPOOL_SCHEMA}, .rows = rows};
	int err = sql_open(&taking.open.db, path, SQL_READ, NULL);

	intervals_clear(&rows->found);
	intervals_clear(&rows->known);
	if (!err)
		err = sql_quick_check(taking.open.db);
	if (!err)
		err = rows_prepare(&taking.open);
	if (!err)
		err = read_all(&taking, spool, range, note_exchange);
	reader_close_segment(&taking.open);
	return err;
}
