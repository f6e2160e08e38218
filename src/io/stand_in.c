/* Lines that end in a program instead of a device. */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "io/port.h"

/* Linux, admin-guide/devices.txt: Unix98 pty slaves are character devices 136 to 143. */
enum { PTY_FIRST = 136, PTY_LAST = 143 };

static bool is_pty(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISCHR(st.st_mode) && major(st.st_rdev) >= PTY_FIRST &&
	       major(st.st_rdev) <= PTY_LAST;
}

/* By what is written; names are not looked up. */
static bool is_loopback(const char *where)
{
	static const char *const starts[] = {"127.", "localhost:", "[::1]:", "::1:"};
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(where, starts[i], strlen(starts[i])))
			return true;
	return false;
}

const char *port_stand_in(const struct port_conf *conf)
{
	if (conf->kind == PORT_RTU)
		return is_pty(conf->where) ? "a pseudo-terminal" : NULL;
	return is_loopback(conf->where) ? "a loopback address" : NULL;
}
