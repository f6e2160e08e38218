/* Reading back: opening, the folder's files, and the ledger stream; readings are in reader_rows.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/check.h"
#include "spool/reading_back.h"

static uint64_t find_last(struct spool_reader *reader);

/* --- opening ------------------------------------------------------------------------------------------ */

static int open_ledger(struct spool_reader *reader, struct text *why)
{
	char path[FILE_NAME_MAX];
	int err;

	sql_close(&reader->ledger);
	snprintf(path, sizeof(path), "%s/ledger.db", reader->dir);
	err = sql_open(&reader->ledger, path, SQL_READ, why);
	if (!err)
		err = sql_meta_text(reader->ledger, "spool", reader->id, sizeof(reader->id));
	return err;
}

int spool_reader_open(struct spool_reader **out, struct spool *spool)
{
	struct spool_reader *reader;
	int err;

	*out = NULL;
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return ERR_MEMORY;
	reader->spool = spool;
	text_copy(reader->dir, sizeof(reader->dir), spool->conf.dir);
	pthread_mutex_lock(&spool->lock);
	reader->generation = spool->ledger_generation;
	pthread_mutex_unlock(&spool->lock);
	err = open_ledger(reader, NULL);
	if (err) {
		spool_reader_close(reader);
		return err;
	}
	*out = reader;
	return 0;
}

static int load_gaps(struct spool_reader *reader)
{
	sqlite3_stmt *rows = NULL;
	bool room = true;
	int code, err;

	err = sql_prepare(reader->ledger,
		"SELECT a,b FROM ledger WHERE kind=3 AND c=0 AND a>0 AND b>=a", &rows);
	if (err)
		return err;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW)
		room = intervals_add(&reader->gaps, (uint64_t)sqlite3_column_int64(rows, 0),
			       (uint64_t)sqlite3_column_int64(rows, 1)) &&
		       room;
	sqlite3_finalize(rows);
	return room ? sql_error(code) : ERR_MEMORY;
}

static int find_daemon(const char *dir, struct text *why)
{
	struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	char path[FILE_NAME_MAX];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		text_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	/* Only asks: a daemon that starts at this moment must not find the lock taken. */
	if (fcntl(fd, F_OFD_GETLK, &whole) < 0 || whole.l_type != F_UNLCK) {
		text_printf(why, "%s is in use by waterlabd; ask the daemon instead", dir);
		err = ERR_BUSY;
	}
	close(fd);
	return err;
}

int spool_reader_open_dir(struct spool_reader **out, const char *dir, struct text *why)
{
	struct spool_reader *reader;
	int err;

	*out = NULL;
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return ERR_MEMORY;
	if (!text_copy(reader->dir, sizeof(reader->dir), dir)) {
		text_printf(why, "the folder's name is longer than %d bytes", SPOOL_PATH - 1);
		err = ERR_RANGE;
		goto out;
	}
	err = find_daemon(dir, why);
	if (err)
		goto out;
	if (access(dir, R_OK | X_OK) < 0) {
		text_printf(why, "%s: %s", dir, strerror(errno));
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		goto out;
	}
	text_printf(why, "%s/ledger.db: ", dir);
	err = open_ledger(reader, why);
	if (err)
		goto out;
	text_clear(why);
	err = segment_list(dir, &reader->segments, &reader->n_segments, why);
	if (!err)
		err = load_gaps(reader);
	if (!err)
		reader->last = find_last(reader);
out:
	if (err)
		spool_reader_close(reader);
	else
		*out = reader;
	return err;
}

static void close_segment(struct open_segment *open)
{
	sqlite3_finalize(open->exchanges);
	sqlite3_finalize(open->readings);
	sqlite3_finalize(open->containing);
	sql_close(&open->db);
	free(open->series);
	free(open->boots);
	*open = (struct open_segment){0};
}

void spool_reader_close(struct spool_reader *reader)
{
	size_t i;

	if (!reader)
		return;
	for (i = 0; i < OPEN_SEGMENTS; i++)
		close_segment(&reader->open[i]);
	sqlite3_finalize(reader->records);
	sql_close(&reader->ledger);
	for (i = 0; i < reader->n_series; i++)
		free(reader->series[i]);
	free(reader->series);
	free(reader->segments);
	intervals_free(&reader->gaps);
	intervals_free(&reader->lost);
	free(reader);
}

const char *spool_reader_id(const struct spool_reader *reader)
{
	return reader->id;
}

/* --- which files there are -------------------------------------------------------------------------- */

/* The segment whose range holds the number, or the next higher one; false when there is none. */
static bool find_segment(struct spool_reader *reader, uint64_t number, struct segment_place *place)
{
	const struct segment_entry *list = reader->segments;
	size_t n = reader->n_segments, i;
	bool found = false;

	if (reader->spool) {
		pthread_mutex_lock(&reader->spool->lock);
		list = reader->spool->segments;
		n = reader->spool->n_segments;
	}
	for (i = n; i > 0 && list[i - 1].first > number; i--)
		;
	if (i > 0 || n > 0) {
		i = i ? i - 1 : 0;
		*place = (struct segment_place){.first = list[i].first,
			.last = i + 1 < n ? list[i + 1].first - 1 : UINT64_MAX,
			.newest = i + 1 == n,
			.readable = list[i].readable};
		found = true;
	}
	if (reader->spool)
		pthread_mutex_unlock(&reader->spool->lock);
	return found;
}

/* Nothing past what is committed: rows of a commit that failed may be seen for a moment. */
static uint64_t last_saved(struct spool_reader *reader, enum stream stream)
{
	uint64_t last;

	if (!reader->spool)
		return stream == STREAM_READINGS ? reader->last : INT64_MAX;
	pthread_mutex_lock(&reader->spool->lock);
	last = reader->spool->next[stream] - 1;
	pthread_mutex_unlock(&reader->spool->lock);
	return last;
}

static int load_segment(
	struct spool_reader *reader, struct open_segment *open, const struct segment_place *place)
{
	char path[FILE_NAME_MAX], id[SPOOL_ID];
	int err;

	close_segment(open);
	segment_file_name(reader->dir, place->first, path, sizeof(path));
	err = segment_open_read(&open->db, path, place->newest, NULL);
	if (err)
		return err;
	open->first = place->first;
	err = sql_meta_text(open->db, "spool", id, sizeof(id));
	if (err || strcmp(id, reader->id) != 0)
		err = ERR_DAMAGED;
	if (!err)
		err = rows_prepare(open);
	if (err)
		close_segment(open);
	return err;
}

static int open_segment(
	struct spool_reader *reader, const struct segment_place *place, struct open_segment **out)
{
	struct open_segment *oldest = &reader->open[0];
	size_t i;
	int err;

	for (i = 0; i < OPEN_SEGMENTS; i++) {
		struct open_segment *open = &reader->open[i];

		if (open->first == place->first && open->db) {
			open->used = ++reader->uses;
			*out = open;
			return 0;
		}
		if (open->used < oldest->used)
			oldest = open;
	}
	err = load_segment(reader, oldest, place);
	oldest->used = err ? 0 : ++reader->uses;
	*out = oldest;
	return err;
}

/* The highest reading of a spool nobody writes.  The newest segment may be empty. */
static uint64_t find_last(struct spool_reader *reader)
{
	struct open_segment *open;
	struct segment_place place;
	char path[FILE_NAME_MAX];
	int64_t last = 0, end = 0, most;
	size_t i;
	int err;

	for (i = reader->n_segments; i > 0 && !last; i--) {
		if (!find_segment(reader, reader->segments[i - 1].first, &place) ||
			open_segment(reader, &place, &open) ||
			sql_meta_number(open->db, "end", &end))
			continue;
		/* A damaged page may say any number; but past the segment's end there is none, and a
		 * reading takes more than 8 bytes. */
		segment_file_name(reader->dir, place.first, path, sizeof(path));
		most = (int64_t)(place.first + file_bytes(path) / 8);
		if (end > most)
			end = most;
		err = sql_number(open->db, "SELECT ifnull(max(seq),0) FROM reading", &last);
		if (err || last > end)
			last = end;
	}
	return (uint64_t)last;
}

struct range spool_reader_range(struct spool_reader *reader, enum stream stream)
{
	struct range range = {0, 0};
	struct segment_place place;
	int64_t first = 0, last = 0;

	if (stream == STREAM_LEDGER) {
		if (sql_number(reader->ledger, "SELECT min(number) FROM ledger", &first) == 0 &&
			sql_number(reader->ledger, "SELECT max(number) FROM ledger", &last) == 0)
			range = (struct range){(uint64_t)first, (uint64_t)last};
	} else if (find_segment(reader, 0, &place)) {
		range = (struct range){place.first, last_saved(reader, stream)};
	}
	return range.last < range.first ? (struct range){0, 0} : range;
}

/* --- time -------------------------------------------------------------------------------------------- */

int reader_time(struct spool_reader *reader, const char *uuid)
{
	uint64_t version = 0;

	if (reader->spool) {
		pthread_mutex_lock(&reader->spool->lock);
		version = reader->spool->epoch_version;
		pthread_mutex_unlock(&reader->spool->lock);
	}
	if (version == reader->epoch_version && strcmp(reader->epochs.uuid, uuid) == 0)
		return 0;
	reader->epoch_version = version;
	return epochs_load(reader->ledger, uuid, &reader->epochs);
}

void reader_stamp(struct spool_reader *reader, struct spool_row *row)
{
	const struct time_offset *at = epochs_at(&reader->epochs, row->boot_ms);

	row->clock = at ? at->source : TIME_NONE;
	row->utc_ms = at ? row->boot_ms + at->offset_ms : 0;
}

/* --- what is not there ------------------------------------------------------------------------------- */

/* Numbers in a gap are known to be missing; only the others are lost. */
static int add_lost(struct intervals *lost, const struct intervals *gaps, struct range range)
{
	const struct range *gap;
	uint64_t last;

	while (range.first <= range.last) {
		gap = intervals_from(gaps, range.first);
		last = range.last;
		if (gap && gap->first <= range.first) {
			range.first = gap->last + 1;
			continue;
		}
		if (gap && gap->first <= last)
			last = gap->first - 1;
		if (!intervals_add(lost, range.first, last))
			return ERR_MEMORY;
		range.first = last + 1;
	}
	return 0;
}

uint64_t reader_past_gap(struct spool_reader *reader, uint64_t number)
{
	const struct range *gap;

	if (reader->spool)
		pthread_mutex_lock(&reader->spool->lock);
	gap = intervals_find(
		reader->spool ? &reader->spool->gaps[STREAM_READINGS] : &reader->gaps, number);
	if (gap)
		number = gap->last + 1;
	if (reader->spool)
		pthread_mutex_unlock(&reader->spool->lock);
	return number;
}

int reader_lost(struct spool_reader *reader, uint64_t last)
{
	struct range range = {reader->unseen, last};
	int err;

	reader->unseen = last + 1;
	if (!reader->spool)
		return add_lost(&reader->lost, &reader->gaps, range);
	pthread_mutex_lock(&reader->spool->lock);
	err = add_lost(&reader->lost, &reader->spool->gaps[STREAM_READINGS], range);
	pthread_mutex_unlock(&reader->spool->lock);
	return err;
}

/* Beside the daemon, what cannot be read back is recorded, so that nobody waits for it for ever. */
static int report_lost(struct spool_reader *reader, enum stream stream)
{
	int err = 0;
	size_t i;

	for (i = 0; i < reader->lost.n && !err; i++)
		err = lost_report(reader->spool, stream, reader->lost.at[i]);
	return err;
}

/* --- the ledger's rows ---------------------------------------------------------------------------------- */

static int prepare_records(struct spool_reader *reader)
{
	if (reader->records)
		return 0;
	return sql_prepare(reader->ledger,
		"SELECT "
		"l.number,l.kind,l.boot,l.boot_ms,l.a,l.b,l.c,ifnull(l.words,''),l.crc,b.uuid"
		" FROM ledger l LEFT JOIN boot b ON b.id=l.boot WHERE number BETWEEN ? AND ?"
		" ORDER BY number",
		&reader->records);
}

static int read_ledger(struct spool_reader *reader, struct range block, row_fn each, void *ctx)
{
	struct ledger_record record;
	struct spool_row row;
	int code, err;

	err = prepare_records(reader);
	if (err)
		return err;
	sqlite3_bind_int64(reader->records, 1, (sqlite3_int64)block.first);
	sqlite3_bind_int64(reader->records, 2, (sqlite3_int64)block.last);
	while ((code = sqlite3_step(reader->records)) == SQLITE_ROW) {
		sqlite3_stmt *at = reader->records;

		row = (struct spool_row){.stream = STREAM_LEDGER,
			.number = (uint64_t)sqlite3_column_int64(at, 0),
			.boot_ms = sqlite3_column_int64(at, 3)};
		record = (struct ledger_record){.kind = (enum ledger_kind)sqlite3_column_int(at, 1),
			.boot_ms = row.boot_ms,
			.a = sqlite3_column_int64(at, 4),
			.b = sqlite3_column_int64(at, 5),
			.c = sqlite3_column_int64(at, 6)};
		if (sql_copy_text(at, 7, record.words, sizeof(record.words)) ||
			sql_copy_text(at, 9, row.boot, sizeof(row.boot)) ||
			check_of_ledger(row.number, (uint32_t)sqlite3_column_int64(at, 2),
				&record) != sqlite3_column_int(at, 8)) {
			if (!intervals_add(&reader->lost, row.number, row.number))
				err = ERR_MEMORY;
			continue;
		}
		err = reader_time(reader, row.boot);
		if (err)
			break;
		reader_stamp(reader, &row);
		row.kind = record.kind;
		row.a = record.a;
		row.b = record.b;
		row.c = record.c;
		row.words = record.words;
		row.value = NAN;
		err = each(ctx, &row);
		if (err)
			break;
	}
	if (!err)
		err = sql_error(code);
	sqlite3_reset(reader->records);
	return err;
}

/* --- a block ------------------------------------------------------------------------------------------- */

static int refresh(struct spool_reader *reader)
{
	unsigned generation;

	if (!reader->spool)
		return 0;
	pthread_mutex_lock(&reader->spool->lock);
	generation = reader->spool->ledger_generation;
	pthread_mutex_unlock(&reader->spool->lock);
	if (generation == reader->generation)
		return 0;
	reader->generation = generation;
	sqlite3_finalize(reader->records);
	reader->records = NULL;
	return open_ledger(reader, NULL);
}

static int read_segments(struct spool_reader *reader, struct range block, row_fn each, void *ctx)
{
	struct segment_place place;
	struct open_segment *open = NULL;
	int err = 0;

	while (!err && block.first <= block.last && find_segment(reader, block.first, &place)) {
		struct range part = block;

		if (part.first < place.first)
			part.first = place.first;
		if (part.last > place.last)
			part.last = place.last;
		if (part.first > part.last)
			break;
		err = place.readable ? open_segment(reader, &place, &open) : ERR_DAMAGED;
		if (err == ERR_DAMAGED && place.readable && reader->spool)
			return lost_file(reader->spool, place.first);
		if (!err)
			err = rows_read(reader, open, part, each, ctx);
		block.first = part.last + 1;
	}
	return err;
}

static int notice(void *ctx, const struct spool_row *row)
{
	(void)row;
	*(bool *)ctx = true;
	return 0;
}

/*
 * A hole that begins before the block is looked at down to the next sound row, by the same checks, so
 * that a large one becomes one record and not one for every block.
 */
static int look_below(struct spool_reader *reader, uint64_t first)
{
	enum { LOOK = 16384 };
	struct segment_place place;
	struct open_segment *open;
	bool sound = false;
	int err = 0;

	while (!err && !sound && first > 1 && find_segment(reader, first - 1, &place) &&
		place.readable && place.first < first) {
		struct range part = {place.first, first - 1};

		if (part.last - part.first >= LOOK)
			part.first = part.last - LOOK + 1;
		if (open_segment(reader, &place, &open))
			break; /* whoever asks for those numbers will hear of it */
		reader->unseen = part.first;
		err = rows_read(reader, open, part, notice, &sound);
		first = part.first;
	}
	return err;
}

int spool_read(struct spool_reader *reader, enum stream stream, struct range block,
	int (*each)(void *ctx, const struct spool_row *row), void *ctx, uint64_t *damaged)
{
	uint64_t last = last_saved(reader, stream);
	int err, reported = 0;

	if (damaged)
		*damaged = 0;
	if (!reader->spool)
		reader->epochs.uuid[0] = '\0';
	intervals_clear(&reader->lost);
	err = refresh(reader);
	if (err)
		return err;
	if (block.last > last)
		block.last = last;
	if (block.first < 1)
		block.first = 1;
	if (block.first > block.last)
		return 0;
	reader->unseen = block.first;
	if (stream == STREAM_LEDGER)
		err = read_ledger(reader, block, each, ctx);
	else
		err = read_segments(reader, block, each, ctx);
	if (damaged)
		*damaged = reader->lost.count;
	if (!reader->lost.n || !reader->spool)
		return err;
	if (stream == STREAM_READINGS && intervals_find(&reader->lost, block.first))
		reported = look_below(reader, block.first);
	if (!reported)
		reported = report_lost(reader, stream);
	return err ? err : reported;
}
