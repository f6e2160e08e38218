#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static bool inside(const char *path, const char *dir)
{
	char real[PATH_MAX];
	size_t n;

	if (!dir || !realpath(dir, real))
		return false;
	n = strlen(real);
	return !strncmp(path, real, n) && (path[n] == '/' || !path[n]);
}

static bool links_to_pty(const char *path)
{
	char target[64];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	return n > 9 && !strncmp(target, "/dev/pts/", 9);
}

int pty_check(const char *path, const char *dir, struct text *why)
{
	char folder[PATH_MAX], real[PATH_MAX], *slash;
	const char *temp = getenv("TMPDIR");
	struct stat st;

	if (path[0] != '/' || !text_copy(folder, sizeof(folder), path)) {
		text_printf(
			why, "port \"%s\": labsim needs a path where it can put a symlink", path);
		return ERR_CONF;
	}
	slash = strrchr(folder, '/');
	*slash = '\0';
	if (!realpath(folder[0] ? folder : "/", real)) {
		text_printf(why, "port \"%s\": %s: %s", path, folder, strerror(errno));
		return ERR_CONF;
	}
	if (!inside(real, dir) && !inside(real, temp ? temp : "/tmp") && !inside(real, "/tmp")) {
		text_printf(why, "port \"%s\" lies outside %s and the temporary folder; give --dir",
			path, dir ? dir : "--dir");
		return ERR_CONF;
	}
	if (!lstat(path, &st) && !links_to_pty(path)) {
		text_printf(why, "port \"%s\" is there and is not labsim's own symlink; remove it",
			path);
		return ERR_CONF;
	}
	return 0;
}

static int open_master(struct text *why)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (master < 0 || grantpt(master) || unlockpt(master)) {
		text_printf(why, "no pty: %s", strerror(errno));
		if (master >= 0)
			close(master);
		return -1;
	}
	return master;
}

static int name_of(int master, char *name, size_t cap)
{
	return ptsname_r(master, name, cap) ? ERR_IO : 0;
}

/* The master's termios are the slave's, so that no slave need be opened (its close would look like HUP). */
static void make_raw(int master)
{
	struct termios how;

	if (tcgetattr(master, &how))
		return;
	cfmakeraw(&how);
	cfsetspeed(&how, B50);
	tcsetattr(master, TCSANOW, &how);
}

static int put_link(const struct pty *pty, struct text *why)
{
	char beside[PORT_SPEC + 8];

	snprintf(beside, sizeof(beside), "%s.new", pty->link);
	unlink(beside);
	if (symlink(pty->name, beside) || rename(beside, pty->link)) {
		text_printf(why, "%s: %s", pty->link, strerror(errno));
		unlink(beside);
		return ERR_IO;
	}
	return 0;
}

int pty_open(struct pty *pty, struct text *why)
{
	char before[sizeof(pty->name)];
	int first = open_master(why), rc = ERR_IO;

	memcpy(before, pty->name, sizeof(before));
	if (first < 0)
		return ERR_IO;
	pty->master = first;
	if (name_of(first, pty->name, sizeof(pty->name)))
		goto out;
	if (!strcmp(before, pty->name)) {
		pty->master = open_master(why);
		close(first);
		if (pty->master < 0)
			return ERR_IO;
		if (name_of(pty->master, pty->name, sizeof(pty->name)))
			goto out;
	}
	make_raw(pty->master);
	rc = put_link(pty, why);
out:
	if (rc) {
		close(pty->master);
		pty->master = -1;
	}
	return rc;
}

int pty_renew(struct pty *pty, struct text *why)
{
	int old = pty->master, rc = pty_open(pty, why);

	close(old);
	return rc;
}

void pty_close(struct pty *pty)
{
	char target[64];
	ssize_t n = readlink(pty->link, target, sizeof(target) - 1);

	if (pty->master < 0)
		return;
	if (n > 0) {
		target[n] = '\0';
		if (!strcmp(target, pty->name))
			unlink(pty->link);
	}
	close(pty->master);
	pty->master = -1;
}

unsigned pty_baud(const struct pty *pty)
{
	static const struct {
		speed_t speed;
		unsigned baud;
	} usual[] = {{B1200, 1200}, {B2400, 2400}, {B4800, 4800}, {B9600, 9600}, {B19200, 19200},
		{B38400, 38400}, {B57600, 57600}, {B115200, 115200}};
	struct termios how;
	size_t i;

	if (tcgetattr(pty->master, &how))
		return 0;
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (cfgetospeed(&how) == usual[i].speed)
			return usual[i].baud;
	return 0;
}
