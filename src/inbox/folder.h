/*
 * folder.h - the inbox's folder on the card: what lies there unchanged, its bytes, and where it goes.  Names are
 * other people's: no link is followed, and nothing that is there is ever replaced.
 */
#ifndef INBOX_FOLDER_H
#define INBOX_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/text.h"

enum { FOLDER_FILES = 64, FOLDER_NAME = 256 };

/* A file as it was seen; the same twice in a row: nobody writes it any more. */
struct folder_file {
	char name[FOLDER_NAME];
	uint64_t inode, size;
	int64_t mtime_ns;
	bool quiet; /* as it was when the folder was looked at before */
};

struct folder {
	int fd;
	unsigned n;
	struct folder_file files[FOLDER_FILES]; /* by name; more wait for their turn */
};

/* Opens `path` and in it taken/ and refused/, made where they are not there.  `why` names what is wrong. */
int folder_open(struct folder *folder, const char *path, struct text *why) MUST_USE;
void folder_close(struct folder *folder);
/*
 * Looks again, at the files whose names wanted(ctx, name) takes; of the others *strangers says how many.  Files in
 * sub-folders, hidden ones, and what is no plain file are passed over.
 */
int folder_look(struct folder *folder, bool (*wanted)(void *ctx, const char *name), void *ctx,
	unsigned *strangers, struct text *why) MUST_USE;
/* The whole file, the caller's to free.  ERR_RANGE: longer than `most`; ERR_IO with words. */
int folder_read(struct folder *folder, const struct folder_file *file, size_t most, uint8_t **bytes,
	size_t *len, struct text *why) MUST_USE;
/*
 * Moves it to taken/ or refused/, under NAME or, where that is there, NAME-2, NAME-3 ...; `where` gets the new
 * path.  With `words` a file of them beside it, named like it with .why behind.  On the card when it returns.
 */
int folder_move(struct folder *folder, const char *name, bool refused, const char *words,
	struct text *where, struct text *why) MUST_USE;

#endif
