#include "conf/find_driver.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/codec.h"
#include "conf/keys.h"

enum { DRIVER_PATH = CONF_PATH + PROFILE_NAME + 16 };

/* FOLDER/NAME/profile.conf or, without a file, FOLDER/NAME; false when it is too long. */
static bool path_of(const char *folder, const char *name, const char *file, char *path)
{
	struct text to = text_over(path, DRIVER_PATH);

	text_printf(&to, "%s/%s%s", folder, name, file);
	return !to.cut;
}

static bool is_there(const char *folder, const char *name, char *path)
{
	return path_of(folder, name, "/profile.conf", path) && !access(path, F_OK);
}

/* --- the operator's own ------------------------------------------------------------------------------ */

/* Nobody but root, or who runs this, can change what is there. */
static bool is_safe(const char *path, bool may_be_link, const char *file, struct mistakes *mistakes)
{
	struct stat st;

	if (may_be_link ? stat(path, &st) : lstat(path, &st)) {
		mistake_add(mistakes, file, 0, NULL, "%s cannot be looked at: %s", path,
			strerror(errno));
	} else if (S_ISLNK(st.st_mode)) {
		mistake_add(mistakes, file, 0, NULL,
			"%s is a link, whose end others might change; put the files themselves "
			"there",
			path);
	} else if (st.st_uid != 0 && st.st_uid != geteuid()) {
		mistake_add(mistakes, file, 0, NULL,
			"%s belongs to user %u; a profile says what readings mean and is taken "
			"from "
			"root only: chown root %s",
			path, (unsigned)st.st_uid, path);
	} else if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		mistake_add(mistakes, file, 0, NULL,
			"others than its owner may write %s; a profile says what readings mean: "
			"chmod go-w %s",
			path, path);
	} else {
		return true;
	}
	return false;
}

static int read_own(struct profile **out, const struct driver_folders *folders, const char *name,
	const char *path, struct mistakes *mistakes)
{
	char folder[DRIVER_PATH], other[DRIVER_PATH];

	if (!path_of(folders->own, name, "", folder) ||
		!is_safe(folders->own, true, path, mistakes) ||
		!is_safe(folder, false, path, mistakes) || !is_safe(path, false, path, mistakes))
		return ERR_CONF;
	if (is_there(folders->installed, name, other))
		mistake_warn(mistakes, path, 0, NULL, "is taken instead of %s", other);
	else if (codec_find(name))
		mistake_warn(mistakes, path, 0, NULL,
			"is taken instead of the program's own driver %s", name);
	return profile_read(out, path, NULL, name, mistakes);
}

/* Whether there is one of that name, or may be one that cannot be seen. */
static bool has_own(const struct driver_folders *folders, const char *name, char *path)
{
	struct stat st;

	if (!*folders->own || !path_of(folders->own, name, "/profile.conf", path))
		return false;
	return !lstat(path, &st) || (errno != ENOENT && errno != ENOTDIR);
}

/* --- all --------------------------------------------------------------------------------------------- */

int find_driver(struct profile **out, const struct driver_folders *folders, const char *name,
	struct mistakes *mistakes)
{
	const struct wl_driver *driver = codec_find(name);
	char path[DRIVER_PATH];

	*out = NULL;
	if (has_own(folders, name, path))
		return read_own(out, folders, name, path, mistakes);
	if (is_there(folders->installed, name, path))
		return profile_read(out, path, NULL, name, mistakes);
	if (!driver)
		return ERR_ABSENT;
	*out = malloc(sizeof(**out));
	if (!*out)
		return ERR_MEMORY;
	codec_profile(driver, *out);
	return 0;
}

/* The folder nearest to the word, into `best`; false when `folder` cannot be read. */
static bool look_near(const char *folder, struct schema_nearest *nearest, char best[PROFILE_NAME])
{
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		const char *before = nearest->best;

		if (*entry->d_name == '.' || strlen(entry->d_name) >= PROFILE_NAME)
			continue;
		schema_nearer(nearest, entry->d_name);
		if (nearest->best != before && nearest->best == entry->d_name) {
			text_copy(best, PROFILE_NAME, entry->d_name);
			nearest->best = best;
		}
	}
	closedir(dir);
	return true;
}

void say_no_driver(const struct driver_folders *folders, const char *name, struct text *why)
{
	struct schema_nearest nearest = {.word = name};
	char best[PROFILE_NAME] = "", hint[64];
	bool own;

	if (!look_near(folders->installed, &nearest, best)) {
		text_printf(why, "the folder of the profiles, %s, cannot be read: %s",
			folders->installed, strerror(errno));
		return;
	}
	own = *folders->own && look_near(folders->own, &nearest, best);
	text_printf(why, "there is no profile \"%s\" in %s%s%s%s", name, folders->installed,
		own ? " nor in " : "", own ? folders->own : "",
		schema_hint(&nearest, hint, sizeof(hint)));
}
