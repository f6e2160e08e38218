/* Opening a spool for reading, and its files as they are needed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/reading_back.h"

static uint64_t find_last(struct spool_reader *reader);

/* --- opening ------------------------------------------------------------------------------------------ */

int reader_open_ledger(struct spool_reader *reader, struct text *why)
{
	char path[FILE_NAME_MAX];
	int err;

	sql_close(&reader->ledger);
	snprintf(path, sizeof(path), "%s/ledger.db", reader->dir);
	err = sql_open(&reader->ledger, path, reader->sealed ? SQL_SEALED : SQL_READ, why);
	if (!err)
		err = sql_meta_text(reader->ledger, "spool", reader->id, sizeof(reader->id));
	if (!err) {
		err = identity_load(reader->ledger, &reader->identities);
		err = err == ERR_ABSENT ? 0 : err;
	}
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
	err = reader_open_ledger(reader, NULL);
	if (err) {
		spool_reader_close(reader);
		return err;
	}
	*out = reader;
	return 0;
}

static int load_freed(struct spool_reader *reader)
{
	int64_t below = 0;
	int err = sql_meta_number(reader->ledger, "freed_below", &below);

	reader->freed_below = (uint64_t)below;
	return err == ERR_ABSENT ? 0 : err;
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

int reader_load_gaps(struct spool_reader *reader)
{
	int err = load_freed(reader);

	return err ? err : gaps_load(reader->ledger, reader->gaps);
}

static int open_dir(
	struct spool_reader **out, const char *dir, bool beside, bool sealed, struct text *why)
{
	struct spool_reader *reader;
	int err;

	*out = NULL;
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return ERR_MEMORY;
	reader->sealed = sealed;
	if (!text_copy(reader->dir, sizeof(reader->dir), dir)) {
		text_printf(why, "the folder's name is longer than %d bytes", SPOOL_PATH - 1);
		err = ERR_RANGE;
		goto out;
	}
	err = beside ? 0 : find_daemon(dir, why);
	if (err)
		goto out;
	if (access(dir, R_OK | X_OK) < 0) {
		text_printf(why, "%s: %s", dir, strerror(errno));
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		goto out;
	}
	text_printf(why, "%s/ledger.db: ", dir);
	err = reader_open_ledger(reader, why);
	if (err)
		goto out;
	text_clear(why);
	err = segment_list(dir, &reader->segments, &reader->n_segments, why);
	if (!err)
		err = reader_load_gaps(reader);
	if (!err)
		reader->last = find_last(reader);
out:
	if (err)
		spool_reader_close(reader);
	else
		*out = reader;
	return err;
}

int spool_reader_open_dir(struct spool_reader **out, const char *dir, struct text *why)
{
	return open_dir(out, dir, false, false, why);
}

int reader_open_dir(struct spool_reader **out, const char *dir, bool beside, struct text *why)
{
	return open_dir(out, dir, beside, false, why);
}

int reader_open_sealed(struct spool_reader **out, const char *dir, struct text *why)
{
	return open_dir(out, dir, true, true, why);
}

void reader_close_segment(struct open_segment *open)
{
	sqlite3_finalize(open->exchanges);
	sqlite3_finalize(open->readings);
	sqlite3_finalize(open->containing);
	sql_close(&open->db);
	free(open->series);
	free(open->boots);
	free(open->areas);
	*open = (struct open_segment){0};
}

void spool_reader_close(struct spool_reader *reader)
{
	size_t i;

	if (!reader)
		return;
	for (i = 0; i < OPEN_SEGMENTS; i++)
		reader_close_segment(&reader->open[i]);
	sqlite3_finalize(reader->records);
	sqlite3_finalize(reader->beginning);
	sqlite3_finalize(reader->spiked);
	sql_close(&reader->ledger);
	for (i = 0; i < reader->n_series; i++)
		free(reader->series[i]);
	free(reader->series);
	free(reader->segments);
	free(reader->spikes.at);
	intervals_free(&reader->gaps[STREAM_READINGS]);
	intervals_free(&reader->gaps[STREAM_LEDGER]);
	intervals_free(&reader->lost);
	free(reader);
}

const char *spool_reader_id(const struct spool_reader *reader)
{
	return identity_newest(&reader->identities, reader->id);
}

/* --- which files there are -------------------------------------------------------------------------- */

/* The segment whose range holds the number, or the next higher one; false when there is none. */
bool reader_find_segment(struct spool_reader *reader, uint64_t number, struct segment_place *place)
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
uint64_t reader_last(struct spool_reader *reader, enum stream stream)
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
	int64_t schema = 0;
	int err;

	reader_close_segment(open);
	segment_file_name(reader->dir, place->first, path, sizeof(path));
	err = reader->sealed ? sql_open(&open->db, path, SQL_SEALED, NULL)
			     : segment_open_read(&open->db, path, place->newest, NULL);
	if (err)
		return err;
	open->first = place->first;
	err = sql_meta_text(open->db, "spool", id, sizeof(id));
	/* That there was no memory for a moment says nothing of the file. */
	if (err != ERR_MEMORY && err != ERR_BUSY && (err || strcmp(id, reader->id) != 0))
		err = ERR_DAMAGED;
	if (!err)
		err = sql_number(open->db, "PRAGMA user_version", &schema);
	open->schema = (int)schema;
	if (!err)
		err = sql_made_whole(open->db, rows_prepare(open));
	if (!err && schema == SPOOL_SCHEMA)
		err = segment_check_names(open->db);
	if (err)
		reader_close_segment(open);
	return err;
}

int reader_open_segment(
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
		if (!reader_find_segment(reader, reader->segments[i - 1].first, &place) ||
			reader_open_segment(reader, &place, &open) ||
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
	} else if (reader_find_segment(reader, 0, &place)) {
		range = (struct range){place.first, reader_last(reader, stream)};
	}
	return range.last < range.first ? (struct range){0, 0} : range;
}
