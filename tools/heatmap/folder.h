/*
 * folder.h - the published folder: versions side by side, and a symbolic link `current` that is swapped by rename, so that a
 * reader sees the old one or the new one, never half.
 *
 * A version is made under a name of its own (NAME.part), is on the disk before the link moves, and is never changed after.
 */
#ifndef HEATMAP_FOLDER_H
#define HEATMAP_FOLDER_H

#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

enum { FOLDER_PATH = 512 };

struct folder {
	char out[FOLDER_PATH];
	char part[FOLDER_PATH]; /* where the version is made; "": none is */
	char name[64];          /* v-20261129T101500Z-1 */
	int lock;               /* held while open */
};

/* Makes the folder if it is not there, and removes what an interrupted run left.  ERR_BUSY: another publisher is at work
 * in it; ERR_IO; with words. */
int folder_open(struct folder *folder, const char *out, struct text *why) MUST_USE;
/* Gives up a version that was begun. */
void folder_close(struct folder *folder);

int folder_begin(struct folder *folder, int64_t now_ms, struct text *why) MUST_USE;
/* The folder part/`name`; `closed`: for its owner and group alone, whatever the umask lets through. */
int folder_make(
	const struct folder *folder, const char *name, bool closed, struct text *why) MUST_USE;
/* Lays a copy of the built page `from` into part/`view`, which is there.  ERR_IO: it is none, or cannot be copied. */
int folder_lay(
	const struct folder *folder, const char *from, const char *view, struct text *why) MUST_USE;
/* What was begun becomes current; `keep` versions before it stay. */
int folder_commit(struct folder *folder, unsigned keep, struct text *why) MUST_USE;

#endif
