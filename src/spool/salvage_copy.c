/* A file that was set aside, as a copy that SQLite opens: at its length, and with a first page that says where all is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/salvage_inside.h"

enum { HEAD = 100, PAGE = 4096 };

static int copy_file(const char *from, const char *to)
{
	char block[65536];
	int in = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC), out = -1, err = ERR_IO;
	struct stat st;
	ssize_t n = -1;

	if (in < 0)
		return errno == ENOENT || errno == ELOOP ? ERR_ABSENT : ERR_IO;
	if (fstat(in, &st) == 0 && !S_ISREG(st.st_mode)) { /* a folder, or a pipe that never ends */
		close(in);
		return ERR_ABSENT;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	/* A sector that the card does not give any more costs its block, as zeros. */
	while (out >= 0 && (n = read(in, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EIO) {
			n = sizeof(block);
			memset(block, 0, sizeof(block));
			if (lseek(in, n, SEEK_CUR) < 0)
				break;
		}
		if (n < 0 || file_put(out, block, (size_t)n))
			break;
	}
	if (n == 0)
		err = 0;
	else if (file_is_full(errno))
		err = ERR_FULL;
	if (out >= 0 && close(out) < 0 && !err)
		err = ERR_IO;
	close(in);
	return err;
}

static void put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* What was cut off reads as empty pages: SQLite refuses a file that is shorter than it says. */
static int lengthen(const char *path)
{
	uint8_t head[HEAD];
	struct stat st;
	int fd = open(path, O_RDWR | O_CLOEXEC), err = fd < 0 ? ERR_IO : 0;
	off_t whole;

	if (!err && fstat(fd, &st) == 0 && pread(fd, head, sizeof(head), 0) == HEAD &&
		memcmp(head, "SQLite format 3", 16) == 0) {
		whole = (off_t)file_be32(head + 28) * PAGE;
		if (st.st_size < whole && whole / 64 < st.st_size && ftruncate(fd, whole) < 0)
			err = file_is_full(errno) ? ERR_FULL : ERR_IO;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

/*
 * The first page, or its first HEAD bytes, of a new file of ours: every table is where that file has it, for both were made by
 * the same words.  What it then finds is believed by its checksums alone.
 */
static int mend_head(const char *path, const char *like, size_t n)
{
	uint8_t page[PAGE];
	struct stat st;
	int from = open(like, O_RDONLY | O_CLOEXEC), to = open(path, O_RDWR | O_CLOEXEC);
	int err = ERR_IO;

	if (from >= 0 && to >= 0 && fstat(to, &st) == 0 &&
		pread(from, page, sizeof(page), 0) == PAGE) {
		put_be32(page + 28, (uint32_t)((st.st_size + PAGE - 1) / PAGE));
		put_be32(page + 32, 0); /* no list of free pages */
		put_be32(page + 36, 0);
		if (pwrite(to, page, n, 0) == (ssize_t)n)
			err = 0;
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return err;
}

static int copy_both(const char *from, const char *to)
{
	char wal[2][FILE_NAME_MAX + 48];
	int err = copy_file(from, to);

	if (err == ERR_ABSENT)
		return ERR_DAMAGED;
	snprintf(wal[0], sizeof(wal[0]), "%s-wal", from);
	snprintf(wal[1], sizeof(wal[1]), "%s-wal", to);
	if (!err)
		err = copy_file(wal[0], wal[1]);
	if (err == ERR_ABSENT)
		err = 0;
	return err ? err : lengthen(to);
}

static const char *const of_segment[] = {"SELECT key,value FROM meta",
	"SELECT uuid,from_boot_ms,offset_ms,source,uncertainty_ms,crc FROM epoch",
	"SELECT store,stream,delivery,first,last,crc FROM delivery",
	"SELECT id,uuid,first_reading,crc FROM boot",
	"SELECT id,unit,parameter,kind,decimals,crc FROM series",
	"SELECT seq,n,boot,boot_ms,raw,crc FROM exchange",
	"SELECT seq,series,value,qc,flags FROM reading", NULL};
static const char *const of_ledger[] = {"SELECT key,value FROM meta",
	"SELECT uuid,from_boot_ms,offset_ms,source,uncertainty_ms,crc FROM epoch",
	"SELECT store,stream,delivery,first,last,crc FROM delivery",
	"SELECT id,uuid,first_reading,first_ledger,crc FROM boot",
	"SELECT number,kind,boot,boot_ms,a,b,c,words,crc FROM ledger", NULL};

/* It opens, and has every table with every column. */
static int try_open(sqlite3 **db, const char *path, bool segment)
{
	const char *const *all = segment ? of_segment : of_ledger;
	int err;

	err = sql_error(
		sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	if (!err)
		err = sql_run(*db, "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
				   "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-2000");
	for (; *all && !err; all++) {
		sqlite3_stmt *rows = NULL;

		if (sql_prepare(*db, *all, &rows))
			err = ERR_DAMAGED;
		sqlite3_finalize(rows);
	}
	/* A segment's can be mended; of a ledger the other tables are still worth reading. */
	if (!err && segment)
		err = sql_check_keys(*db, NULL);
	if (err)
		sql_close(db);
	return err;
}

int salvage_open_copy(
	sqlite3 **db, enum stream stream, const char *from, const char *to, const char *like)
{
	static const size_t heads[] = {0, HEAD, PAGE};
	size_t i, n = stream == STREAM_LEDGER
			      ? 2
			      : 3; /* `like` is a segment: only its head is a ledger's too */
	int err = ERR_DAMAGED;

	for (i = 0; i < n && (err == ERR_DAMAGED || err == ERR_IO); i++) {
		file_remove(to);
		err = copy_both(from, to);
		if (err)
			return err;
		if (heads[i])
			err = mend_head(to, like, heads[i]);
		if (!err)
			err = try_open(db, to, stream != STREAM_LEDGER);
	}
	return err;
}
