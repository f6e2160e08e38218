/* Segment files by name: readings-<number of the first reading it may hold>.db */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/internal.h"

/* Of SQLite's header: what it writes, and what it makes tables by. */
enum { NEWEST_FORM = 2, NEWEST_TABLES = 4 };

static const char before[] = "readings-", after[] = ".db";

void segment_file_name(const char *dir, uint64_t first, char *to, size_t cap)
{
	snprintf(to, cap, "%s/%s%012llu%s", dir, before, (unsigned long long)first, after);
}

/* The first number a name says, or 0 when it is not a segment's name. */
static uint64_t number_in(const char *name)
{
	const char *p = name + sizeof(before) - 1;
	uint64_t n = 0;
	size_t digits = 0;

	if (strncmp(name, before, sizeof(before) - 1) != 0)
		return 0;
	for (; isdigit((unsigned char)*p) && digits < 19; p++, digits++)
		n = n * 10 + (uint64_t)(*p - '0');
	return digits >= 12 && strcmp(p, after) == 0 ? n : 0;
}

static int by_first(const void *a, const void *b)
{
	const struct segment_entry *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

int segment_list(const char *dir, struct segment_entry **list, size_t *n, struct text *why)
{
	struct segment_entry *at = NULL, *more;
	size_t cap = 0, used = 0;
	struct dirent *entry;
	DIR *folder;
	int err = 0;

	*list = NULL;
	*n = 0;
	folder = opendir(dir);
	if (!folder) {
		text_printf(why, "cannot read the folder %s: %s", dir, strerror(errno));
		return ERR_IO;
	}
	while ((entry = readdir(folder))) {
		uint64_t first = number_in(entry->d_name);

		if (!first)
			continue;
		if (used == cap) {
			cap = cap ? cap * 2 : 64;
			more = realloc(at, cap * sizeof(*at));
			if (!more) {
				err = ERR_MEMORY;
				goto out;
			}
			at = more;
		}
		at[used++] = (struct segment_entry){.first = first, .readable = true};
	}
	if (used)
		qsort(at, used, sizeof(*at), by_first);
	*list = at;
	*n = used;
	at = NULL;
out:
	free(at);
	closedir(folder);
	return err;
}

bool file_has_wal(const char *path)
{
	char wal[FILE_NAME_MAX + 8];
	struct stat st;

	snprintf(wal, sizeof(wal), "%s-wal", path);
	return stat(wal, &st) == 0 && st.st_size > 0;
}

/* Only for files that SQLite does not have open in this process: closing ours would drop its locks. */
int segment_judge(const char *path, struct text *why)
{
	char wal[FILE_NAME_MAX + 8];
	uint8_t head[100];
	uint32_t page, pages, schema;
	struct stat st;
	ssize_t got;
	int fd, err = ERR_DAMAGED;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		text_printf(why, "%s: %s", path, strerror(errno));
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		goto out;
	}
	got = read(fd, head, sizeof(head));
	if (got < 0) {
		text_printf(why, "%s: %s", path, strerror(errno));
		err = ERR_IO;
		goto out;
	}
	if (got < (ssize_t)sizeof(head) || memcmp(head, "SQLite format 3", 16) != 0) {
		text_printf(why, "%s: no database header", path);
		goto out;
	}
	/* SQLite would only read it, or not even that. */
	if (head[18] > NEWEST_FORM || head[19] > NEWEST_FORM ||
		file_be32(head + 44) > NEWEST_TABLES) {
		text_printf(why, "%s: its database header is damaged", path);
		goto out;
	}
	page = (uint32_t)head[16] << 8 | head[17];
	page = page == 1 ? 65536 : page;
	pages = file_be32(head + 28);
	schema = file_be32(head + 60);
	if (file_be32(head + 68) != SPOOL_APPLICATION) {
		text_printf(why, "%s: not a file of a spool", path);
		goto out;
	}
	if (schema > SPOOL_SCHEMA) {
		text_printf(why, "%s: written by a newer waterlab (schema %u, this one knows %d)",
			path, schema, SPOOL_SCHEMA);
		err = ERR_CONF;
		goto out;
	}
	if (!file_has_wal(path) && (uint64_t)st.st_size < (uint64_t)page * pages) {
		text_printf(why, "%s: cut short, %lld bytes of %llu", path, (long long)st.st_size,
			(unsigned long long)page * pages);
		goto out;
	}
	snprintf(wal, sizeof(wal), "%s-wal", path);
	err = wal_judge(wal, why);
out:
	if (fd >= 0)
		close(fd);
	return err;
}

/* A WAL left beside a finished segment (the power went, or a reader was in the way) is brought home. */
static int settle_finished(const char *path, struct text *why)
{
	sqlite3 *db = NULL;
	int err;

	if (!file_has_wal(path))
		return 0;
	err = sql_open(&db, path, SQL_WRITE, why);
	if (err)
		return err;
	err = sql_settle(db);
	sql_close_finished(&db);
	return err;
}

int segment_look(const char *path, bool finished, struct text *why)
{
	int err = segment_judge(path, why);

	return err || !finished ? err : settle_finished(path, why);
}

int file_sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return ERR_IO;
	err = fsync(fd) < 0 ? ERR_IO : 0;
	close(fd);
	return err;
}

/* The first of PATH.KIND-N that neither a file nor a WAL has. */
static bool free_name(const char *path, const char *kind, char *named, size_t cap)
{
	char wal[FILE_NAME_MAX + 40];
	unsigned n;

	for (n = 1; n < 10000; n++) {
		snprintf(named, cap, "%s.%s-%u", path, kind, n);
		snprintf(wal, sizeof(wal), "%s-wal", named);
		if (file_is_gone(named) && file_is_gone(wal))
			return true;
	}
	return false;
}

static int wal_aside(const char *path, const char *now_named)
{
	char from[FILE_NAME_MAX + 32], to[FILE_NAME_MAX + 32];

	snprintf(from, sizeof(from), "%s-wal", path);
	snprintf(to, sizeof(to), "%s-wal", now_named);
	if (rename(from, to) < 0 && errno != ENOENT)
		return ERR_IO;
	snprintf(from, sizeof(from), "%s-shm", path);
	unlink(from); /* only an index over the WAL: made anew by whoever opens it */
	return 0;
}

/* Its WAL becomes PATH.KIND-N-wal, so that SQLite finds them together. */
int file_set_aside(const char *path, const char *kind, char *now_named, size_t cap)
{
	if (!free_name(path, kind, now_named, cap) || rename(path, now_named) < 0)
		return ERR_IO;
	return wal_aside(path, now_named);
}

int file_stray_wal_aside(const char *path, char *now_named, size_t cap)
{
	*now_named = '\0';
	if (!file_is_gone(path) || !file_has_wal(path))
		return 0;
	return free_name(path, "damaged", now_named, cap) ? wal_aside(path, now_named) : ERR_IO;
}

bool file_is_gone(const char *path)
{
	return access(path, F_OK) < 0 && errno == ENOENT;
}

bool file_last_aside(const char *path, char *named, size_t cap)
{
	bool found = false;
	unsigned n;

	for (n = 1; n < 10000; n++) {
		snprintf(named, cap, "%s.damaged-%u", path, n);
		if (access(named, F_OK) < 0)
			break;
		found = true;
	}
	if (found)
		snprintf(named, cap, "%s.damaged-%u", path, n - 1);
	return found;
}

int file_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return ERR_IO;
	err = fsync(fd) < 0 ? ERR_IO : 0;
	close(fd);
	return err;
}

int file_put(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t n;

	/* What is nearly full takes a part first, and says why only when asked for the rest. */
	for (; len; at += n, len -= (size_t)n) {
		n = write(fd, at, len);
		if (n <= 0)
			return ERR_IO;
	}
	return 0;
}

bool file_is_full(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

int file_publish(const char *dir, const char *made, const char *path)
{
	int err = file_sync(made);

	if (!err && rename(made, path) < 0)
		err = ERR_IO;
	return err ? err : file_sync_folder(dir);
}

void file_remove(const char *path)
{
	static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
	char name[FILE_NAME_MAX + 16];
	size_t i;

	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, tails[i]);
		unlink(name);
	}
}

uint64_t file_bytes(const char *path)
{
	char wal[FILE_NAME_MAX + 8];
	struct stat st;
	uint64_t bytes = 0;

	if (stat(path, &st) == 0)
		bytes += (uint64_t)st.st_size;
	snprintf(wal, sizeof(wal), "%s-wal", path);
	if (stat(wal, &st) == 0)
		bytes += (uint64_t)st.st_size;
	return bytes;
}

int segment_open_read(sqlite3 **db, const char *path, bool newest, struct text *why)
{
	/* A finished segment never changes again, so it needs no locks and no files beside it. */
	if (!newest && !file_has_wal(path))
		return sql_open(db, path, SQL_SEALED, why);
	return sql_open(db, path, SQL_READ, why);
}
