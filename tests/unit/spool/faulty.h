/*
 * faulty.h - a card that fails on command, as an SQLite VFS around the real one.
 *
 * It keeps beside each file what would be on the card after a power cut: writes reach it when a sync
 * succeeds.  A sync that fails does what Linux does: the error is told once, the pages count as clean,
 * and what they held never arrives unless it is written again.
 */
#ifndef TESTS_SPOOL_FAULTY_H
#define TESTS_SPOOL_FAULTY_H

#include <sqlite3.h>
#include <sys/wait.h>

#include "lab.h"

enum { FILES = 64 };

/* Lives that are cut.  A race would be in each of them, and the thread sanitizer takes eight times as long. */
#ifdef __SANITIZE_THREAD__
enum { ROUNDS = 4 };
#else
enum { ROUNDS = 25 };
#endif

struct faulty_write {
	sqlite3_int64 at, n; /* n < 0: cut to `at` bytes */
};

struct faulty_card_file {
	char path[300];
	ino_t inode;
	unsigned char *image;
	size_t len, cap;
	struct faulty_write *writes; /* since the last sync */
	size_t n, room;
};

static struct {
	sqlite3_vfs vfs, *real;
	sqlite3_io_methods methods;
	struct faulty_card_file file[FILES];
	size_t n_files;
	unsigned long syncs;                      /* so far */
	_Atomic unsigned long fail_from, fail_to; /* these syncs fail; 0: none */
	_Atomic unsigned long writes;             /* so far */
	_Atomic unsigned long fail_write;         /* this write fails; 0: none */
	double fail_often;                        /* and this part of all others */
	_Atomic int write_error;  /* SQLite's code for every write while set; 0: none */
	const char *_Atomic only; /* only of files with this in their name; NULL: all */
	unsigned long cut_at;     /* the power goes before this sync; 0: never */
	void (*cut)(void);
} faulty;

struct faulty_file {
	sqlite3_file base;
	struct faulty_card_file *card; /* NULL: not kept */
	sqlite3_file *real;
};

static bool faulty_means(const struct faulty_file *file)
{
	return !faulty.only || (file->card && strstr(file->card->path, faulty.only));
}

static void faulty_image(struct faulty_card_file *card, size_t len)
{
	if (len > card->cap) {
		card->cap = len * 2;
		card->image = realloc(card->image, card->cap);
		assert_non_null(card->image);
	}
	if (len > card->len)
		memset(card->image + card->len, 0, len - card->len);
	card->len = len;
}

static void faulty_arrive(struct faulty_file *file, const struct faulty_write *write)
{
	struct faulty_card_file *card = file->card;
	sqlite3_int64 size = 0, n = write->n;

	if (n < 0) {
		faulty_image(card, (size_t)write->at);
		return;
	}
	file->real->pMethods->xFileSize(file->real, &size);
	if (write->at >= size)
		return;
	if (write->at + n > size)
		n = size - write->at;
	if ((size_t)(write->at + n) > card->len)
		faulty_image(card, (size_t)(write->at + n));
	file->real->pMethods->xRead(file->real, card->image + write->at, (int)n, write->at);
}

static void faulty_remember(struct faulty_card_file *card, sqlite3_int64 at, sqlite3_int64 n)
{
	if (!card)
		return;
	if (card->n == card->room) {
		card->room = card->room ? card->room * 2 : 64;
		card->writes = realloc(card->writes, card->room * sizeof(*card->writes));
		assert_non_null(card->writes);
	}
	card->writes[card->n++] = (struct faulty_write){at, n};
}

#define REAL(f) (((struct faulty_file *)(f))->real)

static int faulty_close(sqlite3_file *f)
{
	int code = REAL(f)->pMethods->xClose(REAL(f));

	sqlite3_free(REAL(f));
	return code;
}

static int faulty_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return REAL(f)->pMethods->xRead(REAL(f), to, n, at);
}

static int faulty_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	struct faulty_file *file = (struct faulty_file *)f;

	faulty.writes++;
	if (faulty.write_error && faulty_means(file))
		return faulty.write_error;
	if (faulty.writes == faulty.fail_write)
		return SQLITE_FULL;
	faulty_remember(file->card, at, n);
	return REAL(f)->pMethods->xWrite(REAL(f), from, n, at);
}

static int faulty_truncate(sqlite3_file *f, sqlite3_int64 to)
{
	faulty_remember(((struct faulty_file *)f)->card, to, -1);
	return REAL(f)->pMethods->xTruncate(REAL(f), to);
}

static int faulty_sync(sqlite3_file *f, int flags)
{
	struct faulty_file *file = (struct faulty_file *)f;
	size_t i;
	bool fails;

	faulty.syncs++;
	if (faulty.cut_at && faulty.syncs >= faulty.cut_at) {
		/* Of what was not synced, any part may have arrived. */
		for (i = 0; file->card && i < file->card->n; i++)
			if (lrand48() % 2)
				faulty_arrive(file, &file->card->writes[i]);
		faulty.cut();
	}
	fails = faulty_means(file) &&
		((faulty.syncs >= faulty.fail_from && faulty.syncs <= faulty.fail_to) ||
			drand48() < faulty.fail_often);
	if (file->card) {
		for (i = 0; i < file->card->n && !fails; i++)
			faulty_arrive(file, &file->card->writes[i]);
		file->card->n = 0;
	}
	(void)flags; /* the real card need not be troubled: ours is `image` */
	return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int faulty_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int faulty_lock(sqlite3_file *f, int lock)
{
	return REAL(f)->pMethods->xLock(REAL(f), lock);
}

static int faulty_unlock(sqlite3_file *f, int lock)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), lock);
}

static int faulty_reserved(sqlite3_file *f, int *out)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int faulty_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int faulty_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int faulty_traits(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int faulty_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, to);
}

static int faulty_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}

static void faulty_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int faulty_shm_unmap(sqlite3_file *f, int remove)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), remove);
}

/* A file that is new, or another one under an old name, is on the card as it is found. */
static struct faulty_card_file *faulty_card(const char *path)
{
	struct faulty_card_file *card = NULL;
	struct stat st;
	size_t i;
	int fd;

	if (stat(path, &st) < 0)
		return NULL;
	for (i = 0; i < faulty.n_files && !card; i++)
		if (strcmp(faulty.file[i].path, path) == 0)
			card = &faulty.file[i];
	if (card && card->inode == st.st_ino)
		return card;
	if (!card) {
		assert_true(faulty.n_files < FILES);
		card = &faulty.file[faulty.n_files++];
		text_copy(card->path, sizeof(card->path), path);
	}
	card->inode = st.st_ino;
	card->n = 0;
	card->len = 0;
	faulty_image(card, (size_t)st.st_size);
	fd = open(path, O_RDONLY); /* SQLite has it open just now, without any lock to lose */
	assert_true(fd >= 0 && read(fd, card->image, card->len) == (ssize_t)card->len);
	close(fd);
	return card;
}

/* When no file is open. */
__attribute__((unused)) static void faulty_forget(void)
{
	while (faulty.n_files > 0) {
		faulty.n_files--;
		free(faulty.file[faulty.n_files].image);
		free(faulty.file[faulty.n_files].writes);
		faulty.file[faulty.n_files] = (struct faulty_card_file){.path = ""};
	}
}

static int faulty_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out)
{
	struct faulty_file *file = (struct faulty_file *)f;
	bool kept = flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL);
	int code;

	(void)vfs;
	memset(file, 0, sizeof(*file));
	/* Before SQLite opens it: closing a second descriptor would drop its locks. */
	if (kept && path && (flags & SQLITE_OPEN_READWRITE) && access(path, F_OK) == 0)
		file->card = faulty_card(path);
	file->real = sqlite3_malloc(faulty.real->szOsFile);
	memset(file->real, 0, (size_t)faulty.real->szOsFile);
	code = faulty.real->xOpen(faulty.real, path, file->real, flags, out);
	if (code != SQLITE_OK) {
		sqlite3_free(file->real);
		return code;
	}
	if (kept && path && (flags & SQLITE_OPEN_READWRITE) && !file->card)
		file->card = faulty_card(path);
	file->base.pMethods = &faulty.methods;
	return SQLITE_OK;
}

static void faulty_install(void)
{
	faulty.real = sqlite3_vfs_find(NULL);
	faulty.vfs = *faulty.real;
	faulty.vfs.zName = "faulty";
	faulty.vfs.szOsFile = (int)sizeof(struct faulty_file);
	faulty.vfs.pNext = NULL;
	faulty.vfs.xOpen = faulty_open;
	faulty.methods = (sqlite3_io_methods){.iVersion = 2,
		.xClose = faulty_close,
		.xRead = faulty_read,
		.xWrite = faulty_write,
		.xTruncate = faulty_truncate,
		.xSync = faulty_sync,
		.xFileSize = faulty_size,
		.xLock = faulty_lock,
		.xUnlock = faulty_unlock,
		.xCheckReservedLock = faulty_reserved,
		.xFileControl = faulty_control,
		.xSectorSize = faulty_sector,
		.xDeviceCharacteristics = faulty_traits,
		.xShmMap = faulty_shm_map,
		.xShmLock = faulty_shm_lock,
		.xShmBarrier = faulty_shm_barrier,
		.xShmUnmap = faulty_shm_unmap};
	assert_int_equal(sqlite3_vfs_register(&faulty.vfs, 1), SQLITE_OK);
}

/* Writes into `dir` what the card holds of the files of `from` after a power cut. */
__attribute__((unused)) static void faulty_dump(const char *from, const char *dir)
{
	struct dirent **names = NULL;
	int n = scandir(from, &names, NULL, alphasort), k, fd;
	char path[300], to[600], command[700];
	size_t i;

	snprintf(command, sizeof(command), "rm -rf '%s'; cp -r '%s' '%s'; rm -f '%s'/*-shm", dir,
		from, dir, dir);
	assert_int_equal(system(command), 0);
	for (k = 0; k < n; k++) {
		struct stat st;
		bool was_kept = false;

		snprintf(path, sizeof(path), "%s/%s", from, names[k]->d_name);
		snprintf(to, sizeof(to), "%s/%s", dir, names[k]->d_name);
		free(names[k]);
		if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		for (i = 0; i < faulty.n_files && !was_kept; i++) {
			const struct faulty_card_file *card = &faulty.file[i];
			size_t len = strlen(card->path), tail = strlen(path);

			was_kept = card->inode == st.st_ino && len >= tail &&
				   strcmp(card->path + len - tail, path) == 0;
			if (!was_kept)
				continue;
			fd = open(to, O_WRONLY | O_TRUNC);
			assert_true(
				fd >= 0 && write(fd, card->image, card->len) == (ssize_t)card->len);
			close(fd);
		}
	}
	free(names);
}

static int faulty_report_to;

/* In a life, for `cut` or at its end: the power goes, and what was known just before is told. */
__attribute__((unused)) static void faulty_end(const void *known, size_t n)
{
	faulty_dump("card", "after");
	_exit(write(faulty_report_to, known, n) == (ssize_t)n ? 0 : 1);
}

/* A process that lives with its spool in "card" until faulty_end(); what would be on the card is in "after" then, and
 * `known` is what it told. */
__attribute__((unused)) static void faulty_life(
	unsigned seed, void (*live)(void), void *known, size_t n)
{
	int ends[2], status;
	pid_t child;
	bool told;

	assert_int_equal(system("rm -rf card after"), 0);
	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		faulty_report_to = ends[1];
		srand48((long)seed);
		live();
		_exit(99);
	}
	close(ends[1]);
	told = read(ends[0], known, n) == (ssize_t)n;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0 || !told)
		fail_msg("SEED=%u: the child ended with status %x", seed, status);
}

#endif
