/* salvage_inside.h - the insides of salvage.c, salvage_copy.c and salvage_rows.c. */
#ifndef SPOOL_SALVAGE_INSIDE_H
#define SPOOL_SALVAGE_INSIDE_H

#include "spool/reading_back.h"
#include "spool/salvage.h"

/* salvage_copy.c: opens a copy of `from` at `to`, mended by the new file `like` as far as needed.  ERR_DAMAGED: beyond
 * help. */
int salvage_open_copy(sqlite3 **db, enum stream stream, const char *from, const char *to,
	const char *like) MUST_USE;

struct salvage_rows {
	struct intervals found; /* whole, and in the new file */
	struct intervals known; /* of them: of a boot that has, or will have, a time */
};

/*
 * salvage_rows.c: every whole exchange of `from` into the file at `out`, which has the tables of a segment, with what names
 * it, but those in rows->found.  Adds to `rows`.  ERR_CONF: of another schema; ERR_RANGE: its names are not those of
 * what is in `out`.
 */
int salvage_take_rows(struct spool *spool, sqlite3 *from, const char *out, struct range range,
	struct salvage_rows *rows) MUST_USE;
/* What the finished file at `path` says, read back: rows->found and rows->known anew. */
int salvage_check_rows(struct spool *spool, const char *path, struct range range,
	struct salvage_rows *rows) MUST_USE;
/* salvage_ledger.c: the records of `from` that are in the gap, back in the ledger; told->found, back, range, words. */
int salvage_ledger(struct spool *spool, sqlite3 *from, struct salvage_file *told) MUST_USE;

#endif
