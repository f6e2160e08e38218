#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_VERSIONS = 1024, WALK_FDS = 16 };
enum { OPEN = 0755, CLOSED = 0750 }; /* folders; the umask may take more away */

static int say(struct text *why, const char *path)
{
	text_printf(why, "%s: %s", path, strerror(errno));
	return ERR_IO;
}

/* --- trees --------------------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)!remove(path);
	return 0;
}

static void remove_tree(const char *path)
{
	(void)!nftw(path, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS);
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

static int make_folder(const char *path, mode_t mode, struct text *why)
{
	return mkdir(path, mode) && errno != EEXIST ? say(why, path) : 0;
}

/* --- life ---------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The versions there are, oldest first, or with `parts` what interrupted runs left; each is the caller's to free. */
static size_t list_versions(const char *out, char **names, bool parts)
{
	DIR *dir = opendir(out);
	struct dirent *entry;
	size_t n = 0;

	while (dir && n < MOST_VERSIONS && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "v-", 2) &&
			ends_with(entry->d_name, ".part") == parts) {
			names[n] = strdup(entry->d_name);
			n += names[n] != NULL;
		}
	if (dir)
		closedir(dir);
	qsort(names, n, sizeof(*names), by_name);
	return n;
}

/* All but the newest `keep` and the one that is current. */
static void remove_versions(const char *out, bool parts, size_t keep)
{
	char *names[MOST_VERSIONS], path[FOLDER_PATH * 2], current[128] = "";
	size_t n = list_versions(out, names, parts), i;
	struct text text = text_over(path, sizeof(path));
	ssize_t len;

	text_printf(&text, "%s/current", out);
	len = readlink(path, current, sizeof(current) - 1);
	current[len > 0 ? len : 0] = '\0';
	for (i = 0; i < n; i++) {
		text_clear(&text);
		text_printf(&text, "%s/%s", out, names[i]);
		if (i + keep < n && !text.cut && strcmp(names[i], current) != 0)
			remove_tree(path);
		free(names[i]);
	}
}

int folder_open(struct folder *folder, const char *out, struct text *why)
{
	char path[FOLDER_PATH];
	struct text text = text_over(path, sizeof(path));

	*folder = (struct folder){.lock = -1};
	text_copy(folder->out, sizeof(folder->out), out);
	text_printf(&text, "%s/state", out);
	if (make_folder(out, OPEN, why) || make_folder(path, OPEN, why))
		return ERR_IO;
	text_put(&text, "/lock");
	folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (folder->lock < 0)
		return say(why, path);
	if (flock(folder->lock, LOCK_EX | LOCK_NB)) {
		text_printf(why, "%s is held: another publisher writes to %s", path, out);
		folder_close(folder);
		return ERR_BUSY;
	}
	remove_versions(out, true, 0);
	return 0;
}

void folder_close(struct folder *folder)
{
	if (*folder->part)
		remove_tree(folder->part);
	*folder->part = '\0';
	if (folder->lock >= 0)
		close(folder->lock);
	folder->lock = -1;
}

/* Behind all that were made in the same second. */
static unsigned next_number(const char *out, const char *stamp)
{
	char *names[MOST_VERSIONS];
	size_t n = list_versions(out, names, false), len = strlen(stamp), i;
	unsigned number = 0, one;

	for (i = 0; i < n; i++) {
		if (!strncmp(names[i], stamp, len) && sscanf(names[i] + len, "%u", &one) == 1 &&
			one > number)
			number = one;
		free(names[i]);
	}
	return number + 1;
}

int folder_begin(struct folder *folder, int64_t now_ms, struct text *why)
{
	struct text name = text_over(folder->name, sizeof(folder->name));
	struct text path = text_over(folder->part, sizeof(folder->part));
	time_t seconds = (time_t)(now_ms / 1000);
	char stamp[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "v-%Y%m%dT%H%M%SZ-", &tm);
	text_printf(&name, "%s%03u", stamp, next_number(folder->out, stamp));
	text_printf(&path, "%s/%s.part", folder->out, folder->name);
	if (path.cut) {
		text_printf(why, "%s: its name is too long", folder->out);
		*folder->part = '\0';
		return ERR_IO;
	}
	return make_folder(folder->part, OPEN, why);
}

int folder_make(const struct folder *folder, const char *name, bool closed, struct text *why)
{
	char path[FOLDER_PATH * 2];
	struct text text = text_over(path, sizeof(path));

	text_printf(&text, "%s/%s", folder->part, name);
	return make_folder(path, closed ? CLOSED : OPEN, why);
}

/* --- the page ------------------------------------------------------------------------------------------ */

/* nftw() gives its callback nothing of ours. */
static struct laying {
	size_t skip; /* of a path: the folder that is copied from */
	char to[FOLDER_PATH];
	struct text *why;
} laying;

static int copy_file(const char *from, const char *to)
{
	char buffer[64 * 1024];
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	size_t n;
	int err = in && out ? 0 : -1;

	while (!err && (n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		if (fwrite(buffer, 1, n, out) != n)
			err = -1;
	if (in && ferror(in))
		err = -1;
	if (in)
		fclose(in);
	if (out && fclose(out))
		err = -1;
	return err;
}

static int lay_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	char to[FOLDER_PATH * 2];
	struct text text = text_over(to, sizeof(to));
	const char *name = path + laying.skip;

	(void)st;
	(void)at;
	if (*name == '\0')
		return 0;
	text_printf(&text, "%s%s", laying.to, name);
	if (kind == FTW_D) {
		if (mkdir(to, 0755) && errno != EEXIST)
			return say(laying.why, to);
	} else if (kind == FTW_F && copy_file(path, to)) {
		return say(laying.why, to);
	}
	return 0;
}

/* Whatever lies there is for everybody: a folder that was named by mistake must not be. */
static bool is_page(const char *from, struct text *why)
{
	static const char *const parts[] = {"index.html", "main.js", "words.en.json"};
	char path[FOLDER_PATH * 2];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct text text = text_over(path, sizeof(path));

		text_printf(&text, "%s/%s", from, parts[i]);
		if (text.cut || access(path, R_OK)) {
			text_printf(why, "%s is no folder of the built page: it has no %s", from,
				parts[i]);
			return false;
		}
	}
	return true;
}

int folder_lay(const struct folder *folder, const char *from, const char *view, struct text *why)
{
	struct text to = text_over(laying.to, sizeof(laying.to));
	size_t len = strlen(from);
	int err;

	if (!is_page(from, why))
		return ERR_IO;
	while (len > 1 && from[len - 1] == '/')
		len--;
	text_printf(&to, "%s/%s", folder->part, view);
	laying.skip = len;
	laying.why = why;
	err = nftw(from, lay_one, WALK_FDS, FTW_PHYS);
	if (err == -1)
		return say(why, from);
	return err;
}

/* --- the swap ------------------------------------------------------------------------------------------ */

static int sync_folder(const char *path, bool all, struct text *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0 || (all ? syncfs(fd) : fsync(fd)))
		err = say(why, path);
	if (fd >= 0)
		close(fd);
	return err;
}

int folder_commit(struct folder *folder, unsigned keep, struct text *why)
{
	char final[FOLDER_PATH * 2], link[FOLDER_PATH * 2], fresh[FOLDER_PATH * 2];

	snprintf(final, sizeof(final), "%s/%s", folder->out, folder->name);
	snprintf(link, sizeof(link), "%s/current", folder->out);
	snprintf(fresh, sizeof(fresh), "%s/current.new", folder->out);
	if (sync_folder(folder->part, true, why))
		return ERR_IO;
	if (rename(folder->part, final))
		return say(why, final);
	*folder->part = '\0';
	(void)!unlink(fresh);
	if (symlink(folder->name, fresh) || rename(fresh, link))
		return say(why, link);
	if (sync_folder(folder->out, false, why))
		return ERR_IO;
	remove_versions(folder->out, false, keep + 1);
	return 0;
}
