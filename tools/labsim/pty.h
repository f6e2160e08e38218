/*
 * pty.h - a pseudo terminal behind a symlink that stands where the configuration expects the port.
 */
#ifndef LABSIM_PTY_H
#define LABSIM_PTY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "io/port.h"

struct pty {
	int master;           /* -1: closed */
	char name[64];        /* /dev/pts/N; of the last one when closed */
	char link[PORT_SPEC]; /* the configured path */
};

/*
 * Whether a symlink may be put at `path`: its folder lies in `dir` (may be NULL) or in the temporary
 * folder, and what stands there, if anything, is a symlink to a pty.  ERR_CONF with words otherwise.
 */
int pty_check(const char *path, const char *dir, struct text *why) MUST_USE;
/* A new pty, never of the same number as the one before, raw, at a speed nobody asks for. */
int pty_open(struct pty *pty, struct text *why) MUST_USE;
/*
 * Another pty in place of an open one, the symlink never away: an asker that was killed leaves its
 * exclusive mark (TIOCEXCL) on the old one, where no ordinary user could open it again.
 */
int pty_renew(struct pty *pty, struct text *why) MUST_USE;
/* Closes the pty; the symlink goes too, if it is still ours. */
void pty_close(struct pty *pty);
/* The speed the other side set, in baud; 0 when it is none of the usual. */
unsigned pty_baud(const struct pty *pty);

#endif
