/* Every file of a spool, every row of it, and every number between the first and the last. */
#include "spool/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/check.h"
#include "spool/reading_back.h"

enum {
	BLOCK = 100000,   /* numbers read between two signs of life */
	STEPS = 20000000, /* of SQLite's machine, the same */
};

struct verifying {
	const struct verify_ask *ask;
	struct verify_result *out;
	struct spool_reader *reader;
	struct intervals missing; /* readings not found yet */
	uint64_t rows, before;    /* of the ledger: the number before */
	struct intervals holes;   /* of the ledger */
	int stopped;              /* what still() said */
};

static int still(void *ctx)
{
	struct verifying *v = ctx;

	if (!v->stopped && v->ask->still)
		v->stopped = v->ask->still(v->ask->ctx);
	return v->stopped;
}

static void put(struct verify_file *file, const char *words)
{
	struct text text;

	if (!file->sound)
		return; /* what was found first is said */
	file->sound = false;
	text = text_over(file->words, sizeof(file->words));
	text_put(&text, words);
}

static int tell(struct verifying *v, struct verify_file *file)
{
	struct verify_result *out = v->out;

	if (file->aside) {
		out->aside++;
	} else {
		out->files++;
		out->rows[file->stream] += file->rows;
		out->missing[file->stream] += file->missing;
		if (file->missing)
			put(file, "rows are missing or fail their checksums");
		out->unsound += !file->sound;
	}
	return v->ask->each(v->ask->ctx, file);
}

/* --- a file's tables ------------------------------------------------------------------------------------ */

static int check_whole(struct verifying *v, sqlite3 *db, struct verify_file *file)
{
	sqlite3_stmt *row = NULL;
	char words[200] = "";
	int code, err;

	sqlite3_progress_handler(db, STEPS, still, v);
	err = sql_prepare(db, "PRAGMA integrity_check(1)", &row);
	if (!err) {
		code = sqlite3_step(row);
		err = sql_error(code);
		if (code == SQLITE_ROW &&
			(sql_copy_text(row, 0, words, sizeof(words)) || strcmp(words, "ok") != 0))
			put(file, *words ? words : "SQLite finds it damaged");
	}
	sqlite3_finalize(row);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	if (v->stopped)
		return v->stopped;
	if (err == ERR_DAMAGED)
		put(file, "SQLite finds it damaged");
	return err == ERR_DAMAGED ? 0 : err;
}

/* A table whose rows do not all hold their checksums. */
static void weigh_table(
	sqlite3 *db, const char *count, uint64_t sound, struct verify_file *file, const char *words)
{
	int64_t n = 0;

	if (sql_number(db, count, &n) || (uint64_t)n != sound)
		put(file, words);
}

/* On the heap: they are half of the stack of the thread that answers on the control socket. */
static void check_epochs(sqlite3 *db, struct verify_file *file)
{
	sqlite3_stmt *rows = NULL;
	struct epochs *epochs = malloc(sizeof(*epochs));
	char uuid[UUID];
	uint64_t n = 0;

	if (!epochs) {
		put(file, "there is no memory to look at its time offsets");
		return;
	}
	if (sql_prepare(db, "SELECT DISTINCT uuid FROM epoch", &rows) == 0)
		while (sqlite3_step(rows) == SQLITE_ROW)
			if (sql_copy_text(rows, 0, uuid, sizeof(uuid)) == 0 &&
				epochs_load(db, uuid, epochs) == 0)
				n += epochs->n;
	sqlite3_finalize(rows);
	free(epochs);
	weigh_table(db, "SELECT count(*) FROM epoch", n, file, "a time offset fails its checksum");
}

/* Each interval sound, and apart from the one before it in the same set.  How far is not asked: what is saved meanwhile, beside the daemon, is sent at once. */
static void check_delivery(sqlite3 *db, struct verify_file *file)
{
	sqlite3_stmt *rows = NULL;
	char store[STORE_NAME], was[STORE_NAME] = "";
	int stream, delivery, was_stream = 0, was_delivery = 0;
	uint64_t ended = 0, n = 0;

	if (sql_prepare(db,
		    "SELECT store,stream,delivery,first,last,crc FROM delivery"
		    " ORDER BY store,stream,delivery,first",
		    &rows) == 0)
		while (sqlite3_step(rows) == SQLITE_ROW) {
			struct range range = {(uint64_t)sqlite3_column_int64(rows, 3),
				(uint64_t)sqlite3_column_int64(rows, 4)};

			stream = sqlite3_column_int(rows, 1);
			delivery = sqlite3_column_int(rows, 2);
			if (sql_copy_text(rows, 0, store, sizeof(store)) ||
				check_of_delivery(store, stream, delivery, range) !=
					sqlite3_column_int(rows, 5))
				continue;
			n++;
			if (strcmp(store, was) != 0 || stream != was_stream ||
				delivery != was_delivery)
				ended = 0;
			if (stream < 0 || stream >= STREAM_COUNT || delivery < 0 ||
				delivery >= DELIVERY_CODES || range.first < 1 ||
				range.last < range.first || range.first <= ended ||
				range.last > INT64_MAX)
				put(file, "what is marked as sent cannot be");
			text_copy(was, sizeof(was), store);
			was_stream = stream;
			was_delivery = delivery;
			ended = range.last;
		}
	sqlite3_finalize(rows);
	weigh_table(db, "SELECT count(*) FROM delivery", n, file,
		"a mark of what was sent fails its checksum");
}

static int check_names(
	struct spool_reader *reader, struct open_segment *open, struct verify_file *file)
{
	const struct place *codes;
	uint64_t series = 0;
	uint32_t i;
	int err = names_load(reader, open);

	if (err && err != ERR_DAMAGED)
		return err;
	err = names_area(
		open, UINT32_MAX, &codes); /* there is none of that number: all are read in */
	if (err)
		return err;
	for (i = 0; i < open->n_series; i++)
		series += open->series[i].series != NULL;
	weigh_table(open->db, "SELECT count(*) FROM series", series, file,
		"the name of a series fails its checksum");
	weigh_table(open->db, "SELECT count(*) FROM boot", open->n_boots, file,
		"a boot's name fails its checksum");
	if (open->schema >= 2)
		weigh_table(open->db, "SELECT count(*) FROM area", open->n_areas, file,
			"a place's codes fail their checksum");
	return 0;
}

/* --- readings ------------------------------------------------------------------------------------------- */

/* Moves what the ledger by now says is a gap, or freed, out of the set. */
static int settle_missing(struct verifying *v, struct intervals *missing, enum stream stream)
{
	const struct intervals *gaps;
	bool room = true;
	size_t i;
	int err = reader_load_gaps(v->reader);

	if (err)
		return err;
	gaps = &v->reader->gaps[stream];
	for (i = 0; i < gaps->n && missing->n; i++)
		room = intervals_remove(missing, gaps->at[i].first, gaps->at[i].last) && room;
	if (stream == STREAM_READINGS && v->reader->freed_below > 1)
		room = intervals_remove(missing, 1, v->reader->freed_below - 1) && room;
	return room ? 0 : ERR_MEMORY;
}

static int count_row(void *ctx, const struct spool_row *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return 0;
}

static int read_rows(struct verifying *v, struct verify_file *file)
{
	struct spool_reader *reader = v->reader;
	struct range block = {file->range.first, 0};
	int err = 0;
	size_t i;

	while (!err && block.first <= file->range.last) {
		block.last = file->range.last;
		if (block.last - block.first >= BLOCK)
			block.last = block.first + BLOCK - 1;
		err = spool_read(reader, STREAM_READINGS, block, count_row, &file->rows, NULL);
		if (err == ERR_DAMAGED || err == ERR_IO || err == ERR_ABSENT) {
			put(file, "it cannot be opened");
			err = intervals_add(&v->missing, block.first, file->range.last)
				      ? 0
				      : ERR_MEMORY;
			break;
		}
		for (i = 0; i < reader->lost.n && !err; i++)
			if (!intervals_add(
				    &v->missing, reader->lost.at[i].first, reader->lost.at[i].last))
				err = ERR_MEMORY;
		block.first = block.last + 1;
		if (!err)
			err = still(v);
	}
	return err;
}

static int count_missing(struct verifying *v, struct verify_file *file)
{
	int err = settle_missing(v, &v->missing, STREAM_READINGS);

	file->missing = v->missing.count;
	if (v->missing.n)
		file->hole = v->missing.at[0];
	intervals_clear(&v->missing);
	return err;
}

static int check_tables(
	struct verifying *v, const struct segment_place *place, struct verify_file *file)
{
	struct open_segment *open;
	int err = reader_open_segment(v->reader, place, &open);

	if (err == ERR_DAMAGED)
		put(file, "it cannot be opened");
	if (err)
		return err == ERR_DAMAGED ? 0 : err;
	if (open->schema > SPOOL_SCHEMA) {
		put(file, "written by a newer waterlab: this one cannot look into it");
		return 0;
	}
	err = check_whole(v, open->db, file);
	if (!err)
		err = check_names(v->reader, open, file);
	if (!err) {
		check_epochs(open->db, file);
		check_delivery(open->db, file);
	}
	return err;
}

static int verify_segment(struct verifying *v, size_t i)
{
	const struct segment_entry *entry = &v->reader->segments[i];
	struct verify_file file = {.sound = true, .stream = STREAM_READINGS};
	struct segment_place place;
	char path[FILE_NAME_MAX];
	int err;

	segment_file_name(v->reader->dir, entry->first, path, sizeof(path));
	file.name = strrchr(path, '/') + 1;
	if (!reader_find_segment(v->reader, entry->first, &place))
		return ERR_ABSENT;
	file.range = (struct range){place.first, place.last};
	if (place.newest)
		file.range.last = v->reader->last;
	err = check_tables(v, &place, &file);
	if (err == ERR_ABSENT || err == ERR_IO) {
		/* It may just have been taken off the card. */
		if (reader_load_gaps(v->reader) == 0 && v->reader->freed_below > file.range.last)
			return 0;
		put(&file, "it cannot be read");
		err = 0;
	}
	if (!err && file.range.first <= file.range.last)
		err = read_rows(v, &file);
	if (!err)
		err = count_missing(v, &file);
	if (file.range.first > file.range.last)
		file.range = (struct range){0, 0};
	return err ? err : tell(v, &file);
}

/* Numbers below the first file that nothing accounts for. */
static int verify_below(struct verifying *v)
{
	struct verify_file file = {.name = "(no file)", .sound = true, .stream = STREAM_READINGS};
	uint64_t first = v->reader->n_segments ? v->reader->segments[0].first : v->reader->last + 1;
	int err = 0;

	if (first <= 1)
		return 0;
	if (!intervals_add(&v->missing, 1, first - 1))
		return ERR_MEMORY;
	err = count_missing(v, &file);
	if (err || !file.missing)
		return err;
	file.range = (struct range){1, first - 1};
	put(&file, "these numbers are in no file and in no gap record");
	return tell(v, &file);
}

/* --- the ledger ----------------------------------------------------------------------------------------- */

static int follow(void *ctx, const struct spool_row *row)
{
	struct verifying *v = ctx;

	v->rows++;
	if (row->number > v->before + 1 &&
		!intervals_add(&v->holes, v->before + 1, row->number - 1))
		return ERR_MEMORY;
	v->before = row->number;
	return v->rows % BLOCK ? 0 : still(v);
}

static void check_refusals(sqlite3 *db, struct verify_file *file)
{
	static const char wrong[] =
		"SELECT count(*) FROM refusal WHERE stream NOT IN (0,1) OR number<1";
	int64_t n = 0;

	if (sql_number(db, wrong, &n) || n)
		put(file, "a refusal names no number");
}

static void check_boots(sqlite3 *db, struct verify_file *file)
{
	sqlite3_stmt *rows = NULL;
	char uuid[UUID];
	uint64_t n = 0;

	if (sql_prepare(db, "SELECT id,uuid,first_reading,first_ledger,crc FROM boot", &rows) == 0)
		while (sqlite3_step(rows) == SQLITE_ROW)
			n += sql_copy_text(rows, 1, uuid, sizeof(uuid)) == 0 &&
			     check_of_boot((uint32_t)sqlite3_column_int64(rows, 0), uuid,
				     (uint64_t)sqlite3_column_int64(rows, 2),
				     (uint64_t)sqlite3_column_int64(rows, 3)) ==
				     sqlite3_column_int(rows, 4);
	sqlite3_finalize(rows);
	weigh_table(db, "SELECT count(*) FROM boot", n, file, "a boot's name fails its checksum");
}

static int verify_ledger(struct verifying *v)
{
	struct verify_file file = {.name = "ledger.db", .sound = true, .stream = STREAM_LEDGER};
	sqlite3 *db = v->reader->ledger;
	int64_t reserved = 0, floor = 0;
	int err = check_whole(v, db, &file);

	if (err)
		return err;
	file.range = spool_reader_range(v->reader, STREAM_LEDGER);
	err = spool_read(v->reader, STREAM_LEDGER, file.range, follow, v, NULL);
	if (err == ERR_DAMAGED) {
		put(&file, "SQLite finds it damaged");
		err = 0;
	}
	if (!err && v->before < file.range.last &&
		!intervals_add(&v->holes, v->before + 1, file.range.last))
		err = ERR_MEMORY;
	/* A ledger made anew begins behind all that the lost one may have used. */
	if (!err && sql_meta_number(db, "floor_ledger", &floor) == 0 && floor > 0 &&
		!intervals_remove(&v->holes, 1, (uint64_t)floor))
		err = ERR_MEMORY;
	if (!err)
		err = settle_missing(v, &v->holes, STREAM_LEDGER);
	if (err)
		return err;
	file.rows = v->rows;
	file.missing = v->holes.count;
	if (v->holes.n)
		file.hole = v->holes.at[0];
	v->out->last[STREAM_LEDGER] = file.range.last;
	if (!file.range.last)
		put(&file, "not even a start of the daemon is recorded");
	if (sql_meta_number(db, "reserved", &reserved) ||
		(uint64_t)reserved < v->out->last[STREAM_READINGS])
		put(&file, "readings have numbers that were never set apart for them");
	check_epochs(db, &file);
	check_delivery(db, &file);
	check_refusals(db, &file);
	check_boots(db, &file);
	return tell(v, &file);
}

/* --- all ------------------------------------------------------------------------------------------------ */

static int tell_aside(struct verifying *v)
{
	struct aside *list;
	size_t n, i;
	int err = asides_list(v->reader->dir, &list, &n);

	for (i = 0; i < n && !err; i++) {
		struct verify_file file = {.name = list[i].name, .aside = true};

		err = tell(v, &file);
	}
	free(list);
	return err;
}

static int verify_all(struct verifying *v)
{
	struct spool_reader *reader = v->reader;
	int stream, err;
	size_t i;

	text_copy(v->out->spool, sizeof(v->out->spool), spool_reader_id(reader));
	v->out->last[STREAM_READINGS] = reader->last;
	err = verify_below(v);
	for (i = 0; i < reader->n_segments && !err; i++)
		err = verify_segment(v, i);
	if (!err)
		err = verify_ledger(v);
	if (!err)
		err = tell_aside(v);
	for (stream = 0; stream < STREAM_COUNT; stream++)
		v->out->gaps[stream] = reader->gaps[stream].count;
	v->out->freed_below = reader->freed_below;
	return err;
}

int spool_verify(const struct verify_ask *ask, struct verify_result *out, struct text *why)
{
	struct verifying v = {.ask = ask, .out = out};
	int err;

	*out = (struct verify_result){0};
	err = reader_open_dir(&v.reader, ask->dir, ask->beside, why);
	if (err)
		return err;
	err = verify_all(&v);
	spool_reader_close(v.reader);
	intervals_free(&v.missing);
	intervals_free(&v.holes);
	return err;
}
