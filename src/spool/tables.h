/*
 * tables.h - one SQLite file of plain tables, for other programs to read: under its name when it is whole, and never
 * over another file.
 */
#ifndef SPOOL_TABLES_H
#define SPOOL_TABLES_H

#include "base/err.h"
#include "base/text.h"

enum { TABLE_COLUMNS = 64 };
enum table_type { TABLE_TEXT, TABLE_INTEGER, TABLE_REAL, TABLE_KEY /* an integer, each once */ };

struct table_column {
	const char *name;
	enum table_type type;
};

struct tables;

/*
 * What is written stands in PATH.part until tables_finish(); one left by a run that was killed is begun anew.
 * ERR_RANGE: there is a file of that name already, or it is too long; ERR_FULL, ERR_IO; with words in `why`.
 */
int tables_begin(struct tables **out, const char *path, struct text *why) MUST_USE;
/* The table that tables_put() fills from here on; n from 1 to TABLE_COLUMNS. */
int tables_add(struct tables *tables, const char *name, const struct table_column *columns,
	size_t n, struct text *why) MUST_USE;
/* A row, as text: "" is stored as NULL, what is no number as text all the same. */
int tables_put(struct tables *tables, const char *const *values, struct text *why) MUST_USE;
/* Onto the disk, and under its name.  Frees `tables` in any case, and leaves nothing behind on an error. */
int tables_finish(struct tables *tables, struct text *why) MUST_USE;
/* Nothing of it is left. */
void tables_drop(struct tables *tables);

#endif
