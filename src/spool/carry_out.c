/*
 * Onto the stick: finished segments as they are, the newest and the ledger as copies of one moment by SQLite itself.  The ledger
 * comes last, so that it knows the time of every row that was copied.  Each file is under another name until it was
 * read back from the stick; the manifest is the last to change.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "spool/carry_inside.h"
#include "spool/check.h"
#include "spool/reading_back.h"

enum { BLOCK = 65536 };

struct carrying {
	const struct carry_out *ask;
	struct carry_result *out;
	struct text *why;
	struct spool_reader *reader;
	struct carry_manifest manifest;
	struct intervals *received; /* by store */
};

static int failed(struct carrying *carrying, const char *path, int err)
{
	return carry_failed(path, err, carrying->why);
}

/* --- bytes ------------------------------------------------------------------------------------------------- */

static int copy_bytes(struct carrying *carrying, const char *from, const char *to)
{
	static _Thread_local uint8_t block[BLOCK];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, err = 0;
	ssize_t n = -1;

	if (in < 0)
		return errno == ENOENT ? ERR_ABSENT : failed(carrying, from, ERR_IO);
	out = carry_open_part(to);
	if (out < 0)
		err = failed(carrying, to, ERR_IO);
	while (!err && (n = read(in, block, sizeof(block))) > 0)
		if (file_put(out, block, (size_t)n))
			err = failed(carrying, to, ERR_IO);
	if (!err && n < 0)
		err = failed(carrying, from, ERR_IO);
	if (!err && fsync(out) < 0)
		err = failed(carrying, to, ERR_IO);
	if (out >= 0 && close(out) < 0 && !err)
		err = failed(carrying, to, ERR_IO);
	close(in);
	return err;
}

/* The file as it is at one moment, whoever writes it; nothing is beside it. */
static int snapshot(struct carrying *carrying, const char *from, const char *to)
{
	sqlite3 *db = NULL;
	int err, no;

	unlink(to);
	text_printf(carrying->why, "%s: ", from);
	err = sql_open(&db, from, SQL_READ, carrying->why);
	if (err)
		return err;
	err = sql_run_with(db, "VACUUM INTO %Q", to);
	no = sqlite3_system_errno(db);
	if (err == ERR_FULL || (err && file_is_full(no))) {
		err = ERR_FULL;
		text_clear(carrying->why);
		text_printf(carrying->why, "%s: the stick is full", to);
	} else if (err) {
		text_put(carrying->why, sqlite3_errmsg(db));
		if (no)
			text_printf(carrying->why, " (%s)", strerror(no));
	} else {
		text_clear(carrying->why);
	}
	sql_close(&db);
	if (!err && file_sync(to))
		err = failed(carrying, to, ERR_IO);
	return err;
}

/* --- what goes --------------------------------------------------------------------------------------------- */

/* Of the readings each store has, or is doubted to have: into the stores' sets, or out of them. */
static int load_delivery(struct carrying *carrying, sqlite3 *db, int delivery,
	bool (*apply)(struct intervals *set, uint64_t first, uint64_t last))
{
	sqlite3_stmt *rows = NULL;
	char store[STORE_NAME];
	bool room = true;
	int code = SQLITE_DONE, err;
	size_t i;

	err = sql_prepare(db,
		"SELECT store,first,last,crc FROM delivery WHERE stream=0 AND delivery=?", &rows);
	if (err)
		return err;
	sqlite3_bind_int(rows, 1, delivery);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct range range = {(uint64_t)sqlite3_column_int64(rows, 1),
			(uint64_t)sqlite3_column_int64(rows, 2)};

		if (sql_copy_text(rows, 0, store, sizeof(store)) ||
			check_of_delivery(store, STREAM_READINGS, delivery, range) !=
				sqlite3_column_int(rows, 3) ||
			range.first < 1 || range.last < range.first || range.last >= INT64_MAX)
			continue;
		for (i = 0; i < carrying->ask->n_stores; i++)
			if (!strcmp(store, carrying->ask->stores[i]))
				room = apply(&carrying->received[i], range.first, range.last) &&
				       room;
	}
	sqlite3_finalize(rows);
	return room ? sql_error(code) : ERR_MEMORY;
}

/* As the spool reads it: a union of the files, less the receipts that were taken back. */
static void load_received(struct carrying *carrying)
{
	struct spool_reader *reader = carrying->reader;
	sqlite3 *files[2] = {reader->ledger, NULL};
	struct open_segment *newest;
	struct segment_place place;
	int err = 0;
	size_t i, n = 1;

	if (reader->n_segments &&
		reader_find_segment(
			reader, reader->segments[reader->n_segments - 1].first, &place) &&
		reader_open_segment(reader, &place, &newest) == 0)
		files[n++] = newest->db;
	for (i = 0; i < n && !err; i++)
		err = load_delivery(carrying, files[i], DELIVERY_RECEIVED, intervals_add);
	for (i = 0; i < n && !err; i++)
		err = load_delivery(carrying, files[i], DELIVERY_DOUBTED, intervals_remove);
	/* What is not known for sure is carried. */
	for (i = 0; i < carrying->ask->n_stores && err; i++)
		intervals_clear(&carrying->received[i]);
}

/* All of it is at every store, or in a gap. */
static bool is_received(const struct carrying *carrying, struct range range)
{
	const struct intervals *gaps = &carrying->reader->gaps[STREAM_READINGS];
	size_t i;

	for (i = 0; i < carrying->ask->n_stores; i++)
		if (!intervals_cover(&carrying->received[i], gaps, range))
			return false;
	return carrying->ask->n_stores > 0;
}

static int add_file(struct carrying *carrying, const struct carry_file *file)
{
	struct carry_manifest *manifest = &carrying->manifest;
	struct carry_file *more = realloc(manifest->files, (manifest->n + 1) * sizeof(*more));

	if (!more)
		return ERR_MEMORY;
	manifest->files = more;
	more[manifest->n++] = *file;
	carrying->out->bytes += file->bytes;
	carrying->out->files++;
	return 0;
}

static void tell(const struct carrying *carrying, const char *name, bool kept)
{
	if (carrying->ask->each)
		carrying->ask->each(carrying->ask->ctx, name, kept);
}

/* `part` is on the stick as it should be. */
static int read_back(struct carrying *carrying, const char *part, const struct carry_file *want)
{
	struct carry_file got;
	int err = carry_sum_file(part, &got, true);

	if (err)
		return failed(carrying, part, ERR_IO);
	if (carry_same_bytes(&got, want))
		return 0;
	text_printf(carrying->why, "%s: the stick does not keep what is written to it", part);
	return ERR_DAMAGED;
}

static int carry_finished(struct carrying *carrying, const char *from, struct carry_file *file)
{
	char path[CARRY_PATH], part[CARRY_PATH + 8];
	struct carry_file there;
	int err = carry_sum_file(from, file, false);

	if (err)
		return err == ERR_ABSENT ? err : failed(carrying, from, ERR_IO);
	snprintf(path, sizeof(path), "%s/%s", carrying->out->folder, file->name);
	snprintf(part, sizeof(part), "%s.part", path);
	if (carry_sum_file(path, &there, true) == 0 && carry_same_bytes(&there, file)) {
		tell(carrying, file->name, true);
		return add_file(carrying, file);
	}
	err = copy_bytes(carrying, from, part);
	if (!err)
		err = read_back(carrying, part, file);
	if (!err && rename(part, path) < 0)
		err = failed(carrying, path, ERR_IO);
	if (err) {
		unlink(part);
		return err;
	}
	tell(carrying, file->name, false);
	return add_file(carrying, file);
}

/* Under its name only at the end: what is on the stick from before stays whole until then. */
static int carry_snapshot(struct carrying *carrying, const char *from, struct carry_file *file)
{
	char part[CARRY_PATH + 8];
	struct carry_file before;
	int err;

	snprintf(part, sizeof(part), "%s/%s.part", carrying->out->folder, file->name);
	err = snapshot(carrying, from, part);
	if (!err && carry_sum_file(part, &before, false))
		err = failed(carrying, part, ERR_IO);
	if (!err)
		err = read_back(carrying, part, &before);
	if (err) {
		unlink(part);
		return err;
	}
	file->bytes = before.bytes;
	file->sum = before.sum;
	tell(carrying, file->name, false);
	return add_file(carrying, file);
}

static int carry_segment(struct carrying *carrying, size_t i)
{
	const struct segment_entry *list = carrying->reader->segments;
	bool newest = i + 1 == carrying->reader->n_segments;
	struct carry_file file = {.range = {list[i].first, 0}};
	char path[FILE_NAME_MAX];
	int err;

	file.range.last = newest ? carrying->reader->last : list[i + 1].first - 1;
	if (file.range.last < file.range.first)
		return 0; /* nothing is in it yet */
	if (is_received(carrying, file.range)) {
		carrying->out->left_out++;
		return 0;
	}
	segment_file_name(carrying->reader->dir, list[i].first, path, sizeof(path));
	text_copy(file.name, sizeof(file.name), strrchr(path, '/') + 1);
	err = newest || file_has_wal(path) ? carry_snapshot(carrying, path, &file)
					   : carry_finished(carrying, path, &file);
	if (err == ERR_ABSENT) { /* taken off the card just now: the stores have it */
		text_clear(carrying->why);
		carrying->out->left_out++;
		return 0;
	}
	if (!err && !carrying->out->readings.first)
		carrying->out->readings.first = file.range.first;
	if (!err)
		carrying->out->readings.last = file.range.last;
	return err;
}

static int carry_ledger(struct carrying *carrying)
{
	struct carry_manifest *manifest = &carrying->manifest;
	struct carry_file file = {.name = "ledger.db", .range = {1, 1}}, first;
	char path[FILE_NAME_MAX], part[CARRY_PATH + 8];
	sqlite3 *db = NULL;
	int64_t last = 0;
	int err;

	snprintf(path, sizeof(path), "%s/ledger.db", carrying->reader->dir);
	err = carry_snapshot(carrying, path, &file);
	if (err)
		return err;
	snprintf(part, sizeof(part), "%s/ledger.db.part", carrying->out->folder);
	err = sql_open(&db, part, SQL_SEALED, carrying->why);
	if (!err)
		err = sql_number(db, "SELECT max(number) FROM ledger", &last);
	sql_close(&db);
	if (err || last < 1)
		return err ? err : ERR_DAMAGED;
	carrying->out->ledger = (uint64_t)last;
	/* It stands first. */
	first = manifest->files[manifest->n - 1];
	first.range.last = (uint64_t)last;
	memmove(manifest->files + 1, manifest->files, (manifest->n - 1) * sizeof(first));
	manifest->files[0] = first;
	return 0;
}

/* --- the end of it ----------------------------------------------------------------------------------------- */

static int put_names(struct carrying *carrying)
{
	char path[CARRY_PATH], part[CARRY_PATH + 8];
	size_t i;

	for (i = 0; i < carrying->manifest.n; i++) {
		snprintf(path, sizeof(path), "%s/%s", carrying->out->folder,
			carrying->manifest.files[i].name);
		snprintf(part, sizeof(part), "%s.part", path);
		if (rename(part, path) < 0 && errno != ENOENT)
			return failed(carrying, path, ERR_IO);
	}
	return 0;
}

static bool is_listed(const struct carry_manifest *manifest, const char *name)
{
	size_t i;

	for (i = 0; i < manifest->n && strcmp(manifest->files[i].name, name) != 0; i++)
		;
	return i < manifest->n;
}

/* Segments of an earlier carry that the stores have by now. */
static void remove_others(const struct carrying *carrying)
{
	DIR *folder = opendir(carrying->out->folder);
	char path[CARRY_PATH + 260];
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		if (strncmp(entry->d_name, "readings-", 9) != 0 ||
			is_listed(&carrying->manifest, entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", carrying->out->folder, entry->d_name);
		unlink(path);
	}
	if (folder)
		closedir(folder);
}

static int write_manifest(struct carrying *carrying)
{
	struct carry_manifest *manifest = &carrying->manifest;
	time_t now = time(NULL);
	struct tm tm;
	char *text;
	size_t len;
	int err;

	text_copy(manifest->spool, sizeof(manifest->spool), spool_reader_id(carrying->reader));
	if (!text_copy(manifest->lab, sizeof(manifest->lab), carrying->ask->lab))
		return ERR_RANGE;
	if (carrying->ask->n_stores == 1)
		text_copy(manifest->store, sizeof(manifest->store), carrying->ask->stores[0]);
	else if (carrying->ask->n_stores)
		text_copy(manifest->store, sizeof(manifest->store), "all");
	if (gmtime_r(&now, &tm))
		strftime(manifest->made_at, sizeof(manifest->made_at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	text = carry_put_manifest(manifest, &len);
	if (!text)
		return ERR_MEMORY;
	err = carry_write(carrying->out->folder, "manifest.txt", text, len, carrying->why);
	free(text);
	return err;
}

static int make_folder(struct carrying *carrying)
{
	struct stat st;
	int n = snprintf(carrying->out->folder, sizeof(carrying->out->folder), "%s/waterlab-%s-%s",
		carrying->ask->to, carrying->ask->lab, spool_reader_id(carrying->reader));

	if (n < 0 || (size_t)n >= sizeof(carrying->out->folder)) {
		text_put(carrying->why, "the folder's name is too long");
		return ERR_RANGE;
	}
	if (access(carrying->ask->to, F_OK) < 0)
		return failed(carrying, carrying->ask->to, ERR_ABSENT);
	if (mkdir(carrying->out->folder, 0755) < 0 && errno != EEXIST)
		return failed(carrying, carrying->out->folder, ERR_IO);
	if (access(carrying->out->folder, W_OK | X_OK) < 0)
		return failed(carrying, carrying->out->folder, ERR_IO);
	/* A link may lead to a spool: files of the same names would be replaced there. */
	if (lstat(carrying->out->folder, &st) < 0 || !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return failed(carrying, carrying->out->folder, ERR_IO);
	}
	return 0;
}

static int carry_all(struct carrying *carrying)
{
	size_t i;
	int err = make_folder(carrying);

	load_received(carrying);
	for (i = 0; i < carrying->reader->n_segments && !err; i++)
		err = carry_segment(carrying, i);
	if (!err)
		err = carry_ledger(carrying);
	if (!err)
		err = put_names(carrying);
	if (!err && file_sync_folder(carrying->out->folder))
		err = failed(carrying, carrying->out->folder, ERR_IO);
	if (!err)
		err = write_manifest(carrying);
	if (!err)
		remove_others(carrying);
	return err;
}

int carry_out(const struct carry_out *ask, struct carry_result *out, struct text *why)
{
	struct carrying carrying = {.ask = ask, .out = out, .why = why};
	size_t i;
	int err;

	*out = (struct carry_result){.bytes = 0};
	carrying.received = calloc(ask->n_stores + 1, sizeof(*carrying.received));
	if (!carrying.received)
		return ERR_MEMORY;
	err = reader_open_dir(&carrying.reader, ask->dir, true, why);
	if (!err)
		err = carry_all(&carrying);
	spool_reader_close(carrying.reader);
	carry_free_manifest(&carrying.manifest);
	for (i = 0; i < ask->n_stores; i++)
		intervals_free(&carrying.received[i]);
	free(carrying.received);
	return err;
}
