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

enum { FOLDER_FILES = 64, FOLDER_NAME = 256, FOLDER_FAILED = 1024, FOLDER_MOVED = 64 };

/* A file as it was seen; the same twice in a row: nobody writes it any more. */
struct folder_file {
	char name[FOLDER_NAME];
	uint64_t inode, size;
	int64_t mtime_ns;
	uint64_t failed; /* when it failed last, counted; 0: it did not */
	bool quiet;      /* as it was when the folder was looked at before */
};

struct folder_failed {
	uint64_t inode, when;
};

struct folder_moved {
	char name[FOLDER_NAME];      /* as it lay in the folder; "": none */
	char path[FOLDER_NAME + 16]; /* where it lies now */
	uint64_t inode, size;
	int64_t at_ms;
};

/* Zero, then opened and closed for each look: it remembers from look to look. */
struct folder {
	int fd;
	unsigned n;
	/* Those that failed behind those that did not, the latest last; then by name.  More wait for their turn. */
	struct folder_file files[FOLDER_FILES];
	unsigned strangers; /* plain files whose names nobody wants */
	unsigned odd;       /* what has a wanted name and is no plain file */
	unsigned failing;   /* files there that failed when they were tried last */
	uint64_t n_failed;  /* ever */
	struct folder_failed failed[FOLDER_FAILED]; /* the latest */
	unsigned n_moved;                           /* ever, wraps round */
	struct folder_moved moved[FOLDER_MOVED];    /* the latest */
};

/* Opens `path` and in it taken/ and refused/, made where they are not there.  `why` names what is wrong. */
int folder_open(struct folder *folder, const char *path, struct text *why) MUST_USE;
void folder_close(struct folder *folder);
/*
 * Looks again, at the files whose names wanted(ctx, name) takes.  Hidden files, and what lies in sub-folders, are
 * passed over.
 */
int folder_look(struct folder *folder, bool (*wanted)(void *ctx, const char *name), void *ctx,
	struct text *why) MUST_USE;
/* What became of the file: one that failed is chosen last. */
void folder_tried(struct folder *folder, const struct folder_file *file, bool failed);
/* The whole file, the caller's to free.  ERR_RANGE: longer than `most`; ERR_IO with words, its name last. */
int folder_read(struct folder *folder, const struct folder_file *file, size_t most, uint8_t **bytes,
	size_t *len, struct text *why) MUST_USE;

struct folder_to {
	bool refused; /* else taken */
	const char
		*words; /* a file of them beside it, named like it with .why behind; NULL: none */
	int64_t now_ms; /* of boot */
};
/*
 * Moves it to taken/ or refused/, under NAME or, where that is there, NAME-2, NAME-3 ...; of a name that is too long
 * for all that the middle is left out.  `where` gets the new path.  On the card when it returns.
 */
int folder_move(struct folder *folder, const struct folder_file *file, const struct folder_to *to,
	struct text *where, struct text *why) MUST_USE;
/*
 * Brings one that was moved since since_ms, and has grown there, back to where it lay, without its words; `name`
 * gets its name.  False: there is none, or its place is taken (it is looked for again).
 */
bool folder_bring_back(struct folder *folder, int64_t since_ms, struct text *name);

#endif
