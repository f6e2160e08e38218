#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/operators.h"

enum { LARGEST = 64 * 1024 };
static const char reader[] = "waterlab-console"; /* the group that may read the file */

/* --- reading ----------------------------------------------------------------------------------------- */

/* One line without its end, which it may change: what is wrong, or NULL. */
static const char *take_line(struct operators *out, char *line, struct text *why)
{
	struct operator one = {.role = ROLE_NONE};
	char *role = strchr(line, '\t'), *hash = role ? strchr(role + 1, '\t') : NULL;

	if (!*line || *line == '#')
		return NULL;
	if (!hash)
		return "a line is NAME, ROLE and hash, between tabs";
	*role++ = '\0';
	*hash++ = '\0';
	one.role = role_of(role);
	if (!text_copy(one.name, sizeof(one.name), line))
		return "the name is too long";
	if (!text_copy(one.hash, sizeof(one.hash), hash) || !pin_is_hash(one.hash))
		return "the PIN's hash is not as waterlab operator writes it";
	if (operators_add(out, &one, why))
		return why->at;
	return NULL;
}

int operators_parse(
	struct operators *out, const char *bytes, size_t len, const char *path, struct text *why)
{
	const char *end = bytes + len, *next, *wrong = NULL;
	char line[512], words[128];
	struct text said = text_over(words, sizeof(words));
	unsigned n = 0;

	*out = (struct operators){.n = 0};
	for (; !wrong && bytes < end; bytes = next) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t long_ = (size_t)((stop ? stop : end) - bytes);

		n++;
		next = stop ? stop + 1 : end;
		if (long_ >= sizeof(line) || memchr(bytes, '\0', long_)) {
			wrong = "no line of operators is like that";
			break;
		}
		memcpy(line, bytes, long_);
		line[long_] = '\0';
		wrong = take_line(out, line, &said);
	}
	if (!wrong)
		return 0;
	text_printf(why, "%s:%u: %s", path, n, wrong);
	*out = (struct operators){.n = 0};
	return ERR_CONF;
}

static int say_io(const char *path, struct text *why)
{
	int no = errno;

	text_printf(why, "%s: %s", path, strerror(no));
	return no == ENOENT ? ERR_ABSENT : ERR_IO;
}

int operators_read(struct operators *out, const char *path, struct text *why)
{
	FILE *file = fopen(path, "re");
	char *bytes = file ? malloc(LARGEST + 1) : NULL;
	struct stat its = {.st_mode = 0};
	size_t len = 0;
	int err = 0;

	*out = (struct operators){.n = 0};
	if (!file)
		return say_io(path, why);
	if (bytes)
		len = fread(bytes, 1, LARGEST + 1, file);
	if (!bytes || ferror(file) || fstat(fileno(file), &its) != 0) {
		err = say_io(path, why);
	} else if (its.st_mode & S_IWOTH) {
		text_printf(
			why, "%s: everybody may write it, and be a supervisor: chmod 0640", path);
		err = ERR_CONF;
	} else if (len > LARGEST) {
		text_printf(why, "%s: too long for a file of operators", path);
		err = ERR_CONF;
	} else {
		err = operators_parse(out, bytes, len, path, why);
		out->others_read = its.st_mode & S_IROTH;
	}
	free(bytes);
	fclose(file);
	return err;
}

/* --- writing ----------------------------------------------------------------------------------------- */

static int open_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct text to = text_over(folder, sizeof(folder));

	text_put_n(&to, slash ? path : ".", slash > path ? (size_t)(slash - path) : 1);
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int operators_hold(const char *path, struct text *why)
{
	int fd = open_folder(path);

	while (fd >= 0 && flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			close(fd);
			fd = -1;
		}
	if (fd >= 0)
		return fd;
	say_io(path, why);
	return ERR_IO;
}

/* The folder's entry is durable, too. */
static int sync_folder(const char *path)
{
	int fd = open_folder(path), err = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return err;
}

/* Whose it was stays; a new one of root's is for the page's own group. */
static int give(int fd, const char *path)
{
	struct stat before;
	struct group *group;

	if (fchmod(fd, 0640) != 0)
		return -1;
	if (geteuid() != 0)
		return 0;
	if (stat(path, &before) == 0)
		return fchown(fd, before.st_uid, before.st_gid);
	group = getgrnam(reader);
	return group ? fchown(fd, 0, group->gr_gid) : 0;
}

int operators_write(const struct operators *operators, const char *path, struct text *why)
{
	char beside[PATH_MAX];
	struct text to = text_over(beside, sizeof(beside));
	FILE *file;
	unsigned i;
	int fd, err = 0;

	text_printf(&to, "%s.new", path);
	(void)unlink(beside); /* of one that was cut off */
	fd = to.cut ? -1 : open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file) {
		say_io(beside, why);
		return ERR_IO;
	}
	fputs("# Made by waterlab operator: name, role, and what the PIN is recognised by.\n",
		file);
	for (i = 0; i < operators->n; i++)
		fprintf(file, "%s\t%s\t%s\n", operators->all[i].name,
			role_word(operators->all[i].role), operators->all[i].hash);
	if (ferror(file) || fflush(file) != 0 || give(fd, path) != 0 || fsync(fd) != 0)
		err = say_io(beside, why);
	if (fclose(file) != 0 && !err)
		err = say_io(beside, why);
	if (!err && (rename(beside, path) != 0 || sync_folder(path) != 0))
		err = say_io(path, why);
	if (err)
		(void)unlink(beside);
	return err ? ERR_IO : 0;
}
