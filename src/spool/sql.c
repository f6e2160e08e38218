#include "spool/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { BUSY_MS = 2000 };

int sql_error(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_DAMAGED;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	default:
		return ERR_IO;
	}
}

int sql_explain(sqlite3 *db, int code, struct text *why)
{
	int err = sql_error(code);

	if (!err || !why)
		return err;
	text_put(why, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
	if (db && sqlite3_system_errno(db))
		text_printf(why, " (%s)", strerror(sqlite3_system_errno(db)));
	return err;
}

int sql_run(sqlite3 *db, const char *sql)
{
	return sql_error(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sql_run_with(sqlite3 *db, const char *sql, ...)
{
	char *whole;
	va_list args;
	int err;

	va_start(args, sql);
	whole = sqlite3_vmprintf(sql, args);
	va_end(args);
	if (!whole)
		return ERR_MEMORY;
	err = sql_run(db, whole);
	sqlite3_free(whole);
	return err;
}

int sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement)
{
	return sql_error(
		sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL));
}

int sql_done(sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	return sql_error(code);
}

int sql_number(sqlite3 *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	int code, err;

	err = sql_prepare(db, sql, &statement);
	if (err)
		return err;
	code = sqlite3_step(statement);
	err = sql_error(code);
	if (code == SQLITE_DONE ||
		(code == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_NULL))
		err = ERR_ABSENT;
	else if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return err;
}

int sql_copy_text(sqlite3_stmt *statement, int column, char *to, size_t cap)
{
	const unsigned char *s;

	to[0] = '\0';
	if (sqlite3_column_type(statement, column) != SQLITE_TEXT)
		return ERR_DAMAGED;
	s = sqlite3_column_text(statement, column);
	if (!s || !text_copy(to, cap, (const char *)s))
		return ERR_DAMAGED;
	return 0;
}

static int meta_find(sqlite3 *db, const char *key, sqlite3_stmt **statement)
{
	int code, err;

	err = sql_prepare(db, "SELECT value FROM meta WHERE key=?", statement);
	if (err)
		return err;
	sqlite3_bind_text(*statement, 1, key, -1, SQLITE_STATIC);
	code = sqlite3_step(*statement);
	return code == SQLITE_DONE ? ERR_ABSENT : sql_error(code);
}

int sql_meta_number(sqlite3 *db, const char *key, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	int err = meta_find(db, key, &statement);

	if (!err && sqlite3_column_type(statement, 0) != SQLITE_INTEGER)
		err = ERR_DAMAGED;
	if (!err)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return err;
}

int sql_meta_text(sqlite3 *db, const char *key, char *to, size_t cap)
{
	sqlite3_stmt *statement = NULL;
	int err = meta_find(db, key, &statement);

	if (!err)
		err = sql_copy_text(statement, 0, to, cap);
	sqlite3_finalize(statement);
	return err;
}

static int meta_put(sqlite3 *db, const char *key, const char *words, int64_t number)
{
	sqlite3_stmt *statement = NULL;
	int err;

	err = sql_prepare(db, "INSERT OR REPLACE INTO meta(key,value) VALUES(?,?)", &statement);
	if (err)
		return err;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (words)
		sqlite3_bind_text(statement, 2, words, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(statement, 2, number);
	err = sql_done(statement);
	sqlite3_finalize(statement);
	return err;
}

int sql_set_meta_number(sqlite3 *db, const char *key, int64_t value)
{
	return meta_put(db, key, NULL, value);
}

int sql_set_meta_text(sqlite3 *db, const char *key, const char *value)
{
	return meta_put(db, key, value, 0);
}

int sql_settle(sqlite3 *db)
{
	return sql_error(
		sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

int sql_keep(sqlite3 **keeper, const char *path)
{
	int64_t rows = 0;
	int err;

	if (*keeper)
		return 0;
	err = sql_open(keeper, path, SQL_READ, NULL);
	if (!err)
		err = sql_number(*keeper, "SELECT count(*) FROM meta", &rows);
	if (err)
		sql_close(keeper);
	return err;
}

int sql_checkpoint(sqlite3 *db)
{
	int err;

	err = sql_error(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
	return err == ERR_BUSY ? 0 : err;
}

int sql_quick_check(sqlite3 *db)
{
	sqlite3_stmt *row = NULL;
	const unsigned char *word;
	int code, err;

	err = sql_prepare(db, "PRAGMA quick_check(1)", &row);
	if (err)
		return err;
	code = sqlite3_step(row);
	err = sql_error(code);
	word = code == SQLITE_ROW ? sqlite3_column_text(row, 0) : NULL;
	if (!err && (!word || strcmp((const char *)word, "ok") != 0))
		err = ERR_DAMAGED;
	sqlite3_finalize(row);
	return err;
}

/* Sets a pragma and reads it back: the promise is worth what the library says it will do. */
static int insist(sqlite3 *db, const char *set, const char *ask, const char *want, struct text *why)
{
	sqlite3_stmt *statement = NULL;
	const unsigned char *got = NULL;
	int code, err;

	code = sqlite3_exec(db, set, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return sql_explain(db, code, why);
	err = sql_prepare(db, ask, &statement);
	if (err) {
		sql_explain(db, sqlite3_errcode(db), why);
		goto out;
	}
	code = sqlite3_step(statement);
	err = sql_explain(db, code, why);
	if (err)
		goto out;
	if (code == SQLITE_ROW)
		got = sqlite3_column_text(statement, 0);
	if (!got || strcmp((const char *)got, want) != 0) {
		text_printf(why, "%s answers %s instead of %s", ask, got ? (const char *)got : "",
			want);
		err = ERR_IO;
	}
out:
	sqlite3_finalize(statement);
	return err;
}

static int set_up(sqlite3 *db, enum sql_mode mode, struct text *why)
{
	static const char ours[] = "PRAGMA cache_size=-256; PRAGMA temp_store=MEMORY;"
				   "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
				   "PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=0";
	int code, err;

	sqlite3_busy_timeout(db, BUSY_MS);
	code = sqlite3_exec(db, ours, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return sql_explain(db, code, why);
	if (mode == SQL_READ || mode == SQL_SEALED) {
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return 0;
	}
	err = insist(db, "PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal", why);
	if (err)
		return err;
	err = insist(db, "PRAGMA synchronous=FULL", "PRAGMA synchronous", "2", why);
	if (err)
		return err;
	code = sqlite3_exec(db, "PRAGMA journal_size_limit=4194304; PRAGMA secure_delete=OFF", NULL,
		NULL, NULL);
	return sql_explain(db, code, why);
}

int sql_check_keys(sqlite3 *db, struct text *why)
{
	int64_t version = 0, wrong = 0;
	int err = sql_number(db, "PRAGMA user_version", &version);

	if (!err && version <= SPOOL_SCHEMA)
		err = sql_number(db,
			"SELECT count(*) FROM sqlite_master t, pragma_table_info(t.name) c WHERE "
			"c.cid=0"
			" AND (c.pk<>1 OR c.type COLLATE NOCASE NOT IN('INTEGER','TEXT'))",
			&wrong);
	if (err) {
		sql_explain(db, sqlite3_errcode(db), why);
		return err;
	}
	if (wrong && why)
		text_put(why, "a table's key is none");
	return wrong ? ERR_DAMAGED : 0;
}

int sql_made_whole(sqlite3 *db, int err)
{
	return err == ERR_IO && sqlite3_errcode(db) == SQLITE_ERROR ? ERR_DAMAGED : err;
}

int sql_understands(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int err = sql_made_whole(db, sql_prepare(db, sql, &statement));

	sqlite3_finalize(statement);
	return err;
}

static int keep_wal(sqlite3 *db, int keep)
{
	return sql_error(sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep));
}

static atomic_bool writes; /* this process opened a file for writing */

/*
 * Of an index over a WAL that cannot be opened for writing SQLite makes one that is only read, for all connections of
 * the process, until the last of them closes: after one call that failed nothing would be saved before the next start.
 * So it is only read where nothing is written and it may not be; whatever else failed, failed, and is tried again.
 */
static int open_index(const char *path, int flags, int mode)
{
	static _Thread_local int failed; /* the last one's errno, opened for writing */
	size_t len = strlen(path);
	bool index = len > 4 && strcmp(path + len - 4, "-shm") == 0;
	int fd;

	if (index && (flags & O_ACCMODE) == O_RDONLY && failed &&
		(atomic_load(&writes) ||
			(failed != EROFS && failed != EACCES && failed != EPERM))) {
		errno = failed;
		return -1;
	}
	fd = open(path, flags, mode);
	if (index)
		failed = fd < 0 && (flags & O_ACCMODE) == O_RDWR ? errno : 0;
	return fd;
}

static void set_up_library(void)
{
	sqlite3_vfs *files = sqlite3_vfs_find("unix");

	if (!files || files->xSetSystemCall(files, "open", (sqlite3_syscall_ptr)open_index))
		log_say(LOG_WARN, "spool", "SQLite's open() is its own");
}

int sql_open(sqlite3 **out, const char *path, enum sql_mode mode, struct text *why)
{
	/* SQLite opens what a file: name says, so %, ? and # of a path are written as %XX. */
	char uri[1024];
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct text name = text_over(uri, sizeof(uri));
	sqlite3 *db = NULL;
	const char *p;
	int flags, code, err;

	*out = NULL;
	pthread_once(&once, set_up_library);
	if (mode == SQL_MAKE || mode == SQL_WRITE)
		atomic_store(&writes, true);
	text_put(&name, "file:");
	for (p = path; *p; p++)
		if (*p == '%' || *p == '?' || *p == '#')
			text_printf(&name, "%%%02X", (unsigned char)*p);
		else
			text_put_char(&name, *p);
	if (mode == SQL_SEALED)
		text_put(&name, "?immutable=1");
	if (name.cut)
		return ERR_RANGE;
	flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	if (mode == SQL_READ || mode == SQL_SEALED)
		flags |= SQLITE_OPEN_READONLY;
	else
		flags |= SQLITE_OPEN_READWRITE | (mode == SQL_MAKE ? SQLITE_OPEN_CREATE : 0);
	code = sqlite3_open_v2(uri, &db, flags, NULL);
	err = sql_explain(db, code, why);
	if (!err)
		err = set_up(db, mode, why);
	if (!err && mode != SQL_MAKE)
		err = sql_check_keys(db, why);
	if (!err && mode == SQL_WRITE)
		err = keep_wal(db, 1);
	if (err) {
		sqlite3_close_v2(db);
		return err;
	}
	*out = db;
	return 0;
}

int sql_make(sqlite3 **db, const char *path, struct text *why)
{
	int err;

	err = sql_open(db, path, SQL_MAKE, why);
	if (err)
		return err;
	err = sql_run_with(*db, "PRAGMA application_id=%d; PRAGMA user_version=%d",
		SPOOL_APPLICATION, SPOOL_SCHEMA);
	if (err) {
		text_put(why, sqlite3_errmsg(*db));
		sql_close(db);
	}
	return err;
}

void sql_close_finished(sqlite3 **db)
{
	if (*db && keep_wal(*db, 0))
		log_say(LOG_WARN, "spool", "an empty WAL stays beside %s",
			sqlite3_db_filename(*db, NULL));
	sql_close(db);
}

void sql_close(sqlite3 **db)
{
	sqlite3_close_v2(*db);
	*db = NULL;
}

bool sql_moved(sqlite3 *db)
{
	int moved = 0;

	return sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	       moved;
}
