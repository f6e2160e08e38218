/* The files of a carry: their sums, the two texts, and reading the copies. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "spool/carry_inside.h"
#include "spool/reading_back.h"

enum { BLOCK = 65536 };

/* What the device holds, not what is still in memory of it. */
int carry_sum_file(const char *path, struct carry_file *file, bool from_device)
{
	static _Thread_local uint8_t block[BLOCK];
	/* A pipe under its name is read as empty: nobody waits for it. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), err = ERR_IO;
	ssize_t n = -1;

	file->bytes = 0;
	file->sum = 0;
	if (fd < 0)
		return errno == ENOENT ? ERR_ABSENT : ERR_IO;
	if (from_device)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	while ((n = read(fd, block, sizeof(block))) > 0) {
		file->sum = (uint32_t)crc32(file->sum, block, (uInt)n);
		file->bytes += (uint64_t)n;
	}
	if (n == 0)
		err = 0;
	close(fd);
	return err;
}

bool carry_same_bytes(const struct carry_file *a, const struct carry_file *b)
{
	return a->bytes == b->bytes && a->sum == b->sum;
}

int carry_failed(const char *path, int err, struct text *why)
{
	int error = errno;

	text_printf(why, "%s: %s", path,
		file_is_full(error) ? "the stick is full"
		: error == EROFS    ? "the stick can only be read"
				    : strerror(error));
	return file_is_full(error) ? ERR_FULL : err;
}

int carry_open_part(const char *path)
{
	unlink(path);
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

int carry_write(
	const char *folder, const char *name, const char *text, size_t len, struct text *why)
{
	char path[CARRY_PATH], part[CARRY_PATH + 8];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(part, sizeof(part), "%s.part", path);
	fd = carry_open_part(part);
	if (fd < 0 || file_put(fd, text, len) || fsync(fd) < 0)
		err = carry_failed(path, ERR_IO, why);
	if (fd >= 0 && close(fd) < 0 && !err)
		err = carry_failed(path, ERR_IO, why);
	if (!err && (rename(part, path) < 0 || file_sync_folder(folder)))
		err = carry_failed(path, ERR_IO, why);
	if (err)
		unlink(part);
	return err;
}

int carry_read(const char *folder, const char *name, char **text, size_t *len, struct text *why)
{
	char path[CARRY_PATH];
	FILE *file = NULL;
	int err = 0, fd;

	*text = NULL;
	*len = 0;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		file = fdopen(fd, "rb");
	if (!file) {
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		text_printf(why, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return err;
	}
	*text = malloc(CARRY_TEXT + 1);
	if (*text)
		*len = fread(*text, 1, CARRY_TEXT + 1, file);
	if (!*text)
		err = ERR_MEMORY;
	else if (ferror(file))
		err = ERR_IO;
	else if (*len > CARRY_TEXT)
		err = ERR_DAMAGED;
	if (err)
		text_printf(why, "%s: %s", path, err_text(err));
	fclose(file);
	return err;
}

int carry_check_files(const char *folder, const struct carry_manifest *manifest, struct text *why)
{
	char path[CARRY_PATH];
	size_t i;

	for (i = 0; i < manifest->n; i++) {
		struct carry_file there;
		int err;

		snprintf(path, sizeof(path), "%s/%s", folder, manifest->files[i].name);
		err = carry_sum_file(path, &there, false);
		if (err) {
			text_printf(why, "%s: %s", path, strerror(errno));
			return ERR_DAMAGED;
		}
		if (!carry_same_bytes(&there, &manifest->files[i])) {
			text_printf(why,
				"%s is not what was written to the stick: carry it out again",
				path);
			return ERR_DAMAGED;
		}
	}
	return 0;
}

int carry_open(struct spool_reader **out, const char *folder, struct text *why)
{
	return reader_open_sealed(out, folder, why);
}
