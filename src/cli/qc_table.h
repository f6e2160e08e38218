/*
 * qc_table.h - inside `waterlab qc`: a table of readings, row by row, and what its columns are.
 *
 * A wide table has a column for each parameter of an analyzer; a long one has a row for each reading, as spool export
 * writes them: columns parameter and value.
 */
#ifndef CLI_QC_TABLE_H
#define CLI_QC_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/csv.h"
#include "conf/qc.h"
#include "qc/series.h"
#include "qc/stream.h"

enum { QC_COLUMNS = 256, QC_HEADING = 64, QC_WORD = 128, NO_COLUMN = CSV_FIELDS };

/* A long table's rows wait for their successors, but not for more rows than this: then their spikes stay at 2. */
enum { QC_ROWS = 64 * 1024 };

struct qc_visit {
	char name[QC_WORD];
	bool begun; /* a row came in it, at last_ms */
	int64_t last_ms;
};

struct qc_column { /* of one parameter of one analyzer */
	size_t at;
	char heading[QC_HEADING];
	bool unknown; /* no parameter: not judged */
	struct qc_thresholds thresholds;
	struct qc_stream stream;
	struct qc_spread spread;
	unsigned long counts[10]; /* rows by what their flags come to */
	struct qc_flags held;     /* wide: of the row before, whose spikes are not known yet */
	struct qc_visit visit;    /* long: analyzers have their own */
	uint64_t waits; /* long: the number of its row that has no successor yet, from 1 */
};

struct qc_row {     /* of a long table */
	char *text; /* owned; as it came */
	size_t len;
	const char *end_of_line;
	struct qc_column *column; /* NULL: it is not judged */
	bool final;
	struct qc_flags flags;
};

struct qc_table {
	const struct qc_conf *conf;
	const char *name; /* of the file, for messages */
	FILE *to, *say;
	struct csv in;
	/* Columns, or NO_COLUMN. */
	size_t time, lat, lon, position, visit, context, parameter, value, unit;
	size_t width; /* columns of the heading */
	bool placed;  /* rows have a position */
	unsigned n;
	struct qc_column columns[QC_COLUMNS];
	struct qc_track track;
	unsigned long bad;
	/* Long: rows that wait for the one before them, a ring. */
	struct qc_row *rows; /* owned */
	uint64_t first_row;  /* the number of the first of them, from 1 */
	size_t n_rows;
	/* Wide. */
	struct qc_visit visit_now;
	bool holds;
	size_t held_len;
	const char *held_end;
	enum qc held_location;
	char held[CSV_RECORD]; /* the row before, as it came */
};

/* "FILE:LINE: words", the first twenty; and counts it. */
__attribute__((format(printf, 2, 3))) void qc_say_bad(struct qc_table *t, const char *fmt, ...);

/* What the columns are, by the heading that was just read.  False after words about what is wrong with it. */
bool qc_read_heading(struct qc_table *t) MUST_USE;

/* The column of that analyzer and parameter, added where there is room; NULL after words. */
struct qc_column *qc_add_column(
	struct qc_table *t, const char *heading, const char *unit, const char *parameter);

/* As the row that is there now ends; the last of a file may lack one. */
const char *qc_end_of_line(const struct qc_table *t);

/* The visit a row belongs to: what its columns visit and context say. */
void qc_read_visit(struct qc_table *t, char visit[QC_WORD]);
/* The row's position on the way; 2 where rows have none. */
enum qc qc_judge_place(struct qc_table *t);
/* A new visit of one parameter of one analyzer. */
void qc_begin_column(struct qc_column *column);
/* Flags of the value; `before`: the spike's of the reading before.  ERR_MEMORY. */
int qc_judge_value(struct qc_column *column, int64_t utc_ms, double value, uint16_t how,
	struct qc_flags *flags, enum qc *before) MUST_USE;

/* A long table's heading and rows (qc_long.c).  ERR_MEMORY. */
void qc_put_long_heading(const struct qc_table *t);
int qc_take_long(struct qc_table *t) MUST_USE;
/* A row that cannot be judged. */
int qc_pass_long(struct qc_table *t) MUST_USE;
/* All that waits goes out. */
void qc_release_long(struct qc_table *t);

/* A cell's value: NAN with 0 when it is empty or says so, with FLAG_SENTINEL or FLAG_NOT_FINITE (after words). */
double qc_read_cell(struct qc_table *t, size_t column, const char *heading, uint16_t *flags);
/* The row's moment; false after words. */
bool qc_read_time(struct qc_table *t, int64_t *utc_ms) MUST_USE;

/* Judges a whole table of `in` into `to`; the exit status (enum cli_exit), words on `say`. */
int qc_judge_table(
	const struct qc_conf *conf, const char *name, FILE *in, FILE *to, FILE *say) MUST_USE;

#endif
