#include "spool/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/internal.h"

struct tables {
	char path[4096], part[4096 + 8];
	sqlite3 *db;
	sqlite3_stmt *add;
	enum table_type types[TABLE_COLUMNS];
	size_t n;
};

static int failed(const struct tables *tables, int err, struct text *why)
{
	text_printf(why, "%s: ", tables->part);
	text_put(why, sqlite3_errmsg(tables->db));
	if (sqlite3_system_errno(tables->db))
		text_printf(why, " (%s)", strerror(sqlite3_system_errno(tables->db)));
	return err;
}

int tables_begin(struct tables **out, const char *path, struct text *why)
{
	/* A power cut leaves the .part alone damaged, and nobody reads that: no journal is needed. */
	static const char set_up[] = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN";
	struct tables *tables;
	int err;

	*out = NULL;
	if (!file_is_gone(path)) {
		text_printf(why, "%s is there already, and nothing is written over it", path);
		return ERR_RANGE;
	}
	tables = calloc(1, sizeof(*tables));
	if (!tables)
		return ERR_MEMORY;
	if (!text_copy(tables->path, sizeof(tables->path), path)) {
		free(tables);
		return ERR_RANGE;
	}
	snprintf(tables->part, sizeof(tables->part), "%s.part", path);
	file_remove(tables->part);
	text_printf(why, "%s: ", tables->part);
	err = sql_error(sqlite3_open_v2(tables->part, &tables->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
	if (!err)
		err = sql_run(tables->db, set_up);
	text_clear(why);
	if (err) {
		failed(tables, err, why);
		tables_drop(tables);
		return err;
	}
	*out = tables;
	return 0;
}

int tables_add(struct tables *tables, const char *name, const struct table_column *columns,
	size_t n, struct text *why)
{
	static const char *const words[] = {"TEXT", "INTEGER", "REAL", "INTEGER PRIMARY KEY"};
	sqlite3_str *make = sqlite3_str_new(tables->db), *add = sqlite3_str_new(tables->db);
	char *make_sql, *add_sql;
	int err = ERR_MEMORY;
	size_t i;

	sqlite3_finalize(tables->add);
	tables->add = NULL;
	tables->n = n;
	sqlite3_str_appendf(make, "CREATE TABLE \"%w\"", name);
	sqlite3_str_appendf(add, "INSERT INTO \"%w\" VALUES", name);
	for (i = 0; i < n; i++) {
		tables->types[i] = columns[i].type;
		sqlite3_str_appendf(make, "%c\"%w\" %s", i ? ',' : '(', columns[i].name,
			words[columns[i].type]);
		sqlite3_str_appendf(add, "%c?", i ? ',' : '(');
	}
	sqlite3_str_appendchar(make, 1, ')');
	sqlite3_str_appendchar(add, 1, ')');
	make_sql = sqlite3_str_finish(make);
	add_sql = sqlite3_str_finish(add);
	if (make_sql && add_sql && n >= 1 && n <= TABLE_COLUMNS) {
		err = sql_run(tables->db, make_sql);
		if (!err)
			err = sql_prepare(tables->db, add_sql, &tables->add);
	}
	sqlite3_free(make_sql);
	sqlite3_free(add_sql);
	return err ? failed(tables, err, why) : 0;
}

static int bind(const struct tables *tables, size_t i, const char *value)
{
	int at = (int)i + 1;
	long long whole;
	double real;
	char *end;

	if (!*value)
		return sqlite3_bind_null(tables->add, at);
	errno = 0;
	if (tables->types[i] == TABLE_INTEGER || tables->types[i] == TABLE_KEY) {
		whole = strtoll(value, &end, 10);
		if (!*end && !errno)
			return sqlite3_bind_int64(tables->add, at, whole);
	} else if (tables->types[i] == TABLE_REAL) {
		real = strtod(value, &end);
		if (!*end)
			return sqlite3_bind_double(tables->add, at, real);
	}
	return sqlite3_bind_text(tables->add, at, value, -1, SQLITE_STATIC);
}

int tables_put(struct tables *tables, const char *const *values, struct text *why)
{
	int code = SQLITE_OK, err;
	size_t i;

	for (i = 0; i < tables->n && code == SQLITE_OK; i++)
		code = bind(tables, i, values[i]);
	err = sql_error(code);
	if (!err)
		err = sql_done(tables->add);
	return err ? failed(tables, err, why) : 0;
}

static void folder_of(const char *path, char *to, size_t cap)
{
	const char *slash = strrchr(path, '/');

	snprintf(to, cap, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	if (!*to)
		snprintf(to, cap, "/");
}

static int publish(const struct tables *tables, struct text *why)
{
	char folder[sizeof(tables->path)];
	int fd = open(tables->part, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0 || fsync(fd) < 0)
		err = ERR_IO;
	else if (renameat2(AT_FDCWD, tables->part, AT_FDCWD, tables->path, RENAME_NOREPLACE) == 0)
		err = 0;
	else if (errno != EINVAL && errno != ENOSYS)
		err = ERR_IO;
	else if (!file_is_gone(tables->path) || rename(tables->part, tables->path) < 0)
		err = ERR_IO; /* a file system that cannot promise it */
	if (err)
		text_printf(why, "%s: %s", tables->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	folder_of(tables->path, folder, sizeof(folder));
	if (!err && file_sync_folder(folder)) {
		text_printf(why, "%s: %s", folder, strerror(errno));
		err = ERR_IO;
	}
	return err;
}

int tables_finish(struct tables *tables, struct text *why)
{
	int err;

	sqlite3_finalize(tables->add);
	tables->add = NULL;
	err = sql_run(tables->db, "COMMIT");
	if (err)
		failed(tables, err, why);
	sql_close(&tables->db);
	if (!err)
		err = publish(tables, why);
	tables_drop(tables);
	return err;
}

void tables_drop(struct tables *tables)
{
	if (!tables)
		return;
	sqlite3_finalize(tables->add);
	sql_close(&tables->db);
	file_remove(tables->part);
	free(tables);
}
