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

static int io_error(const char *what, struct text *why)
{
	text_printf(why, "%s: %s", what, strerror(errno));
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

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct folder_file *)a)->name, ((const struct folder_file *)b)->name);
}

/* Among the first by name, so that which ones are looked at does not change from look to look. */
static void keep(struct folder *folder, const struct folder_file *file)
{
	struct folder_file *last = &folder->files[FOLDER_FILES - 1];

	if (folder->n < FOLDER_FILES)
		folder->files[folder->n++] = *file;
	else if (strcmp(file->name, last->name) < 0)
		*last = *file;
	qsort(folder->files, folder->n, sizeof(*folder->files), by_name);
}

/* False: nothing that can be taken. */
static bool describe(int at, const char *name, struct folder_file *file)
{
	struct stat st;

	if (*name == '.' || strlen(name) >= FOLDER_NAME ||
		fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return false;
	*file = (struct folder_file){.inode = st.st_ino,
		.size = (uint64_t)st.st_size,
		.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec};
	return text_copy(file->name, sizeof(file->name), name);
}

int folder_look(struct folder *folder, bool (*wanted)(void *ctx, const char *name), void *ctx,
	unsigned *strangers, struct text *why)
{
	struct folder_file before[FOLDER_FILES], file;
	unsigned n = folder->n;
	struct dirent *entry;
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	*strangers = 0;
	memcpy(before, folder->files, n * sizeof(*before));
	folder->n = 0;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return io_error("the folder", why);
	}
	while ((entry = readdir(dir))) {
		if (!describe(folder->fd, entry->d_name, &file))
			continue;
		if (!wanted(ctx, file.name)) {
			++*strangers;
			continue;
		}
		file.quiet = was_there(before, n, &file);
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
		return io_error(file->name, why);
	*bytes = malloc(*len + 1);
	n = *bytes ? read_all(fd, *bytes, *len + 1) : 0;
	if (!*bytes) {
		err = ERR_MEMORY;
	} else if (n < 0) {
		err = io_error(file->name, why);
	} else if ((size_t)n != *len) {
		text_printf(why, "%s: somebody writes it", file->name);
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

int folder_move(struct folder *folder, const char *name, bool refused, const char *words,
	struct text *where, struct text *why)
{
	const char *into = refused ? "refused" : "taken";
	char path[2 * FOLDER_NAME], reason[2 * FOLDER_NAME + 8];
	struct stat st;
	unsigned i;
	int err;

	for (i = 1; i <= MOST_NAMESAKES; i++) {
		if (i == 1)
			snprintf(path, sizeof(path), "%s/%s", into, name);
		else
			snprintf(path, sizeof(path), "%s/%s-%u", into, name, i);
		if (fstatat(folder->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		snprintf(reason, sizeof(reason), "%s.why", path);
		err = words ? write_words(folder->fd, reason, words, why) : 0;
		if (err)
			return err;
		if (renameat2(folder->fd, name, folder->fd, path, RENAME_NOREPLACE) != 0) {
			if (errno == EEXIST)
				continue;
			return io_error(name, why);
		}
		text_put(where, path);
		err = sync_folder(folder->fd, into, why);
		return err ? err : sync_folder(folder->fd, ".", why);
	}
	text_printf(why, "%s: there are %d of that name in %s/", name, MOST_NAMESAKES, into);
	return ERR_FULL;
}
