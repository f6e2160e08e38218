/* sql.h - SQLite as the spool uses it: opened with the promises set and read back, errors translated. */
#ifndef SPOOL_SQL_H
#define SPOOL_SQL_H

#include <sqlite3.h>

#include "base/err.h"
#include "base/text.h"

enum {
	SPOOL_SCHEMA = 2,              /* user_version of our files; segments of 1 are read */
	SPOOL_APPLICATION = 0x57617465 /* their application_id: "Wate" */
};

enum sql_mode {
	SQL_MAKE, /* a new file, for writing */
	SQL_WRITE, /* an existing file, for writing: WAL, synchronous=FULL, never checkpoints by itself;
		      its (empty) WAL and index stay, so that it can be opened on a full card */
	SQL_READ,  /* an existing file, read only; never checkpoints */
	SQL_SEALED /* an existing file that nobody writes any more and that has no WAL: no locks */
};

/* ERR_ABSENT, ERR_DAMAGED, ERR_FULL, ERR_IO, ERR_MEMORY, with words appended to `why`. */
int sql_open(sqlite3 **db, const char *path, enum sql_mode mode, struct text *why) MUST_USE;
/* A new file of ours under a name of its own, with application id and schema number set. */
int sql_make(sqlite3 **db, const char *path, struct text *why) MUST_USE;
void sql_close(sqlite3 **db);
/* Of a file that nobody writes any more: nothing is left beside it. */
void sql_close_finished(sqlite3 **db);

/* What one of SQLite's codes means here; 0 for SQLITE_OK, SQLITE_ROW, SQLITE_DONE. */
int sql_error(int code);
/* The same, with SQLite's own words about the connection's last call appended to `why`. */
int sql_explain(sqlite3 *db, int code, struct text *why);

int sql_run(sqlite3 *db, const char *sql) MUST_USE;
/* With numbers or names of our own written into it by sqlite3_vmprintf()'s format. */
int sql_run_with(sqlite3 *db, const char *sql, ...) MUST_USE;
int sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement) MUST_USE;
/* Steps a statement that returns no rows and resets it. */
int sql_done(sqlite3_stmt *statement) MUST_USE;
/* First column of the first row; ERR_ABSENT when there is no row or it is NULL. */
int sql_number(sqlite3 *db, const char *sql, int64_t *out) MUST_USE;

/* meta(key, value) */
int sql_meta_number(sqlite3 *db, const char *key, int64_t *out) MUST_USE;
int sql_meta_text(sqlite3 *db, const char *key, char *to, size_t cap) MUST_USE;
int sql_set_meta_number(sqlite3 *db, const char *key, int64_t value) MUST_USE;
int sql_set_meta_text(sqlite3 *db, const char *key, const char *value) MUST_USE;

/*
 * Copies the whole WAL into the file, syncs it and empties the WAL, so that everything that can be
 * seen is on the card, whatever a sync may have said before.  ERR_BUSY when a reader is in the way.
 */
int sql_settle(sqlite3 *db) MUST_USE;
/*
 * A second connection that does nothing.  While it is open the writer may close and open the file again
 * without the index over the WAL being removed, which on a full card nobody could make anew: what is
 * saved stays readable, and can be sent, whatever the card says.  Closed before the writer's.
 */
int sql_keep(sqlite3 **keeper, const char *path) MUST_USE;
/* Copies what it can without waiting for anybody. */
int sql_checkpoint(sqlite3 *db) MUST_USE;

/*
 * The first column of each of our tables is its key.  Of a damaged "PRIMARY KEY" SQLite makes the name of a type, and then
 * every number in the file is NULL: none is there, and the next reading gets one that was given before.  So sql_open()
 * asks this; ERR_DAMAGED then.  A newer program's tables are its own.
 */
int sql_check_keys(sqlite3 *db, struct text *why) MUST_USE;
/*
 * What a call returned for a file that was made with all that it was asked for: of a damaged name SQLite says "no such table"
 * by its plain error, which is ERR_DAMAGED then.
 */
int sql_made_whole(sqlite3 *db, int err) MUST_USE;
/* Whether a query could be asked of such a file. */
int sql_understands(sqlite3 *db, const char *sql) MUST_USE;
/* 0 when the whole file is sound, ERR_DAMAGED, or ERR_IO when it cannot be read. */
int sql_quick_check(sqlite3 *db) MUST_USE;

/* Copies a text column into a fixed array; false when it is not text or does not fit. */
int sql_copy_text(sqlite3_stmt *statement, int column, char *to, size_t cap) MUST_USE;

/* The open file is not (any more) the one of its name: removed, renamed, or replaced. */
bool sql_moved(sqlite3 *db);

#endif
