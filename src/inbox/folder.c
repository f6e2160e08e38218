#include "inbox/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The group may put files here and read why one was not taken, whatever the umask. */
enum { FOLDER_MODE = 0770, WORDS_MODE = 0660, MOST_NAMESAKES = 1000 };
/* So that NAME-1000.why is a name too. */
enum { MOVED_NAME = FOLDER_NAME - 1 - 9, ENDING = 16, SHOWN = 80 };

static int io_error(const char *what, struct text *why)
{
	text_printf(why, "%s: %s", what, strerror(errno));
	return ERR_IO;
}

/* What is wrong first: a name may be as long as the words. */
static int file_error(const char *name, struct text *why)
{
	text_printf(why, "%s: ", strerror(errno));
	text_put_shown(why, name, strlen(name), SHOWN);
	return ERR_IO;
}

/* --- the folder -------------------------------------------------------------------------------------- */

/* Nobody has to wait for a folder of the same name that is a file or leads elsewhere: it is said. */
static int make(int at, const char *path, struct text *why)
{
	bool made = mkdirat(at, path, FOLDER_MODE) == 0;
	int fd;

	if (!made && errno != EEXIST) {
		(void)io_error(path, why);
		return -1;
	}
	fd = openat(
		at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW));
	if (fd < 0 || (made && fchmod(fd, FOLDER_MODE) != 0))
		(void)io_error(path, why);
	return fd;
}

int folder_open(struct folder *folder, const char *path, struct text *why)
{
	static const char *const inside[] = {"taken", "refused"};
	int fd;
	unsigned i;

	folder->fd = make(AT_FDCWD, path, why);
	if (folder->fd < 0)
		return ERR_IO;
	for (i = 0; i < 2; i++) {
		fd = make(folder->fd, inside[i], why);
		if (fd < 0) {
			folder_close(folder);
			return ERR_IO;
		}
		close(fd);
	}
	return 0;
}

void folder_close(struct folder *folder)
{
	close(folder->fd);
}

/* --- looking ----------------------------------------------------------------------------------------- */

static bool was_there(const struct folder_file *before, unsigned n, const struct folder_file *file)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (before[i].inode == file->inode)
			return before[i].size == file->size &&
			       before[i].mtime_ns == file->mtime_ns &&
			       !strcmp(before[i].name, file->name);
	return false;
}

static int by_turn(const void *a, const void *b)
{
	const struct folder_file *x = a, *y = b;

	if (x->failed != y->failed)
		return x->failed < y->failed ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Among the first, so that which ones are looked at does not change from look to look unless one was tried. */
static void keep(struct folder *folder, const struct folder_file *file)
{
	struct folder_file *last = &folder->files[FOLDER_FILES - 1];

	if (folder->n < FOLDER_FILES)
		folder->files[folder->n++] = *file;
	else if (by_turn(file, last) < 0)
		*last = *file;
	qsort(folder->files, folder->n, sizeof(*folder->files), by_turn);
}

static struct folder_failed *find_failed(struct folder *folder, uint64_t inode)
{
	unsigned i;

	for (i = 0; i < FOLDER_FAILED; i++)
		if (folder->failed[i].when && folder->failed[i].inode == inode)
			return &folder->failed[i];
	return NULL;
}

static struct folder_failed *oldest_failed(struct folder *folder)
{
	struct folder_failed *oldest = folder->failed;
	unsigned i;

	for (i = 1; i < FOLDER_FAILED; i++)
		if (folder->failed[i].when < oldest->when)
			oldest = &folder->failed[i];
	return oldest;
}

void folder_tried(struct folder *folder, const struct folder_file *file, bool failed)
{
	struct folder_failed *entry = find_failed(folder, file->inode);

	folder->failing += failed && !file->failed;
	folder->failing -= !failed && file->failed;
	if (failed && !entry)
		entry = oldest_failed(folder);
	if (entry)
		*entry = (struct folder_failed){file->inode, failed ? ++folder->n_failed : 0};
}

static bool is_ours(const char *name)
{
	return *name == '.' || !strcmp(name, "taken") || !strcmp(name, "refused");
}

static struct folder_file describe(struct folder *folder, const char *name, const struct stat *st)
{
	const struct folder_failed *failed = find_failed(folder, st->st_ino);
	struct folder_file file = {.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		.failed = failed ? failed->when : 0};

	(void)text_copy(file.name, sizeof(file.name), name);
	return file;
}

int folder_look(struct folder *folder, bool (*wanted)(void *ctx, const char *name), void *ctx,
	struct text *why)
{
	struct folder_file before[FOLDER_FILES], file;
	unsigned n = folder->n;
	struct dirent *entry;
	struct stat st;
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	memcpy(before, folder->files, n * sizeof(*before));
	folder->n = folder->strangers = folder->odd = folder->failing = 0;
	if (!dir) {
		(void)io_error("the folder", why);
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	while ((entry = readdir(dir))) {
		if (is_ours(entry->d_name) ||
			fstatat(folder->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (!S_ISREG(st.st_mode) || !wanted(ctx, entry->d_name)) {
			folder->strangers += S_ISREG(st.st_mode);
			folder->odd += !S_ISREG(st.st_mode) && wanted(ctx, entry->d_name);
			continue;
		}
		file = describe(folder, entry->d_name, &st);
		file.quiet = was_there(before, n, &file);
		folder->failing += file.failed != 0;
		keep(folder, &file);
	}
	closedir(dir);
	return 0;
}

/* --- a file ------------------------------------------------------------------------------------------ */

/* Up to `most` bytes; how many, -1: an error. */
static ssize_t read_all(int fd, uint8_t *to, size_t most)
{
	size_t len = 0;
	ssize_t n;

	while (len < most) {
		n = read(fd, to + len, most - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int folder_read(struct folder *folder, const struct folder_file *file, size_t most, uint8_t **bytes,
	size_t *len, struct text *why)
{
	ssize_t n;
	int fd, err = 0;

	*len = file->size;
	*bytes = NULL;
	if (file->size > most)
		return ERR_RANGE;
	fd = openat(folder->fd, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return file_error(file->name, why);
	*bytes = malloc(*len + 1);
	n = *bytes ? read_all(fd, *bytes, *len + 1) : 0;
	if (!*bytes) {
		err = ERR_MEMORY;
	} else if (n < 0) {
		err = file_error(file->name, why);
	} else if ((size_t)n != *len) {
		text_put(why, "somebody writes it: ");
		text_put_shown(why, file->name, strlen(file->name), SHOWN);
		err = ERR_IO;
	}
	close(fd);
	if (!err)
		return 0;
	free(*bytes);
	*bytes = NULL;
	return err;
}

static int sync_folder(int at, const char *path, struct text *why)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0 || fsync(fd) != 0)
		err = io_error(path, why);
	if (fd >= 0)
		close(fd);
	return err;
}

/* The words first: a refused file is never there without its reason. */
static int write_words(int at, const char *path, const char *words, struct text *why)
{
	size_t len = strlen(words);
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = 0;

	if (fd < 0)
		return io_error(path, why);
	if (fchmod(fd, WORDS_MODE) != 0 || write(fd, words, len) != (ssize_t)len || fsync(fd) != 0)
		err = io_error(path, why);
	close(fd);
	return err;
}

/* --- where it goes ------------------------------------------------------------------------------------ */

/* The name as it is moved; of one that is too long with its ending and without its middle, cut between characters. */
static void shorten(const char *name, char to[FOLDER_NAME])
{
	size_t len = strlen(name), n = len;
	const char *dot = strrchr(name, '.'),
		   *ending = dot && len - (size_t)(dot - name) <= ENDING ? dot : "";

	if (len > MOVED_NAME)
		n = MOVED_NAME - strlen(ending);
	else
		ending = "";
	while (n < len && n && ((unsigned char)name[n] & 0xC0) == 0x80)
		n--;
	snprintf(to, FOLDER_NAME, "%.*s%s", (int)n, name, ending);
}

static void remember(
	struct folder *folder, const struct folder_file *file, const char *path, int64_t now_ms)
{
	struct folder_moved *moved = &folder->moved[folder->n_moved++ % FOLDER_MOVED];

	*moved = (struct folder_moved){.inode = file->inode, .size = file->size, .at_ms = now_ms};
	if (text_copy(moved->path, sizeof(moved->path), path))
		(void)text_copy(moved->name, sizeof(moved->name), file->name);
}

/* 1: it lies at `path` now; 0: something else does. */
static int move_to(struct folder *folder, const struct folder_file *file, const char *path,
	const char *words, struct text *why)
{
	char reason[FOLDER_NAME + 32];
	struct stat st;
	int err;

	if (fstatat(folder->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	snprintf(reason, sizeof(reason), "%s.why", path);
	err = words ? write_words(folder->fd, reason, words, why) : 0;
	if (err)
		return err;
	if (renameat2(folder->fd, file->name, folder->fd, path, RENAME_NOREPLACE) == 0)
		return 1;
	return errno == EEXIST ? 0 : file_error(file->name, why);
}

int folder_move(struct folder *folder, const struct folder_file *file, const struct folder_to *to,
	struct text *where, struct text *why)
{
	const char *into = to->refused ? "refused" : "taken";
	char name[FOLDER_NAME], path[FOLDER_NAME + 16];
	unsigned i;
	int err = 0;

	shorten(file->name, name);
	for (i = 1; i <= MOST_NAMESAKES && !err; i++) {
		if (i == 1)
			snprintf(path, sizeof(path), "%s/%s", into, name);
		else
			snprintf(path, sizeof(path), "%s/%s-%u", into, name, i);
		err = move_to(folder, file, path, to->words, why);
	}
	if (err != 1) {
		if (!err) {
			text_printf(why, "there are %d of its name in %s/: ", MOST_NAMESAKES, into);
			text_put_shown(why, name, strlen(name), SHOWN);
		}
		return err ? err : ERR_FULL;
	}
	remember(folder, file, path, to->now_ms);
	text_put(where, path);
	err = sync_folder(folder->fd, into, why);
	return err ? err : sync_folder(folder->fd, ".", why);
}

static bool has_grown(struct folder *folder, const struct folder_moved *moved)
{
	struct stat st;

	return *moved->name && fstatat(folder->fd, moved->path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && st.st_ino == moved->inode &&
	       (uint64_t)st.st_size > moved->size;
}

bool folder_bring_back(struct folder *folder, int64_t since_ms, struct text *name)
{
	char reason[FOLDER_NAME + 32];
	struct folder_moved *moved;
	unsigned i;

	for (i = 0; i < FOLDER_MOVED; i++) {
		moved = &folder->moved[i];
		if (moved->at_ms < since_ms || !has_grown(folder, moved) ||
			renameat2(folder->fd, moved->path, folder->fd, moved->name,
				RENAME_NOREPLACE) != 0)
			continue;
		if (!strncmp(moved->path, "refused/", 8)) {
			snprintf(reason, sizeof(reason), "%s.why", moved->path);
			(void)unlinkat(folder->fd, reason, 0);
		}
		text_put_shown(name, moved->name, strlen(moved->name), SHOWN);
		moved->name[0] = '\0';
		return true;
	}
	return false;
}
