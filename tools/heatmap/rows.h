/*
 * rows.h - what a store holds of field tests, as the publisher reads it: results, points, and when each lab was heard of.
 *
 * A store's answer is turned into rows tag by tag and field by field; src/sample/README.md says what each means.  What is
 * not said is NAN, 0 or "".  Texts are kept once (names.h).
 */
#ifndef HEATMAP_ROWS_H
#define HEATMAP_ROWS_H

#include <stdint.h>

#include "base/err.h"
#include "model/verdict.h"
#include "names.h"
#include "sample/terms.h"

struct point_list;

/* Above it a store's numbers are no whole numbers any more. */
#define WHOLE_MOST ((UINT64_C(1) << 53) - 1)

struct result_row {
	/* Who it is: of one key the highest `rev` counts. */
	const char *lab, *spool, *parameter, *method;
	uint64_t sample;
	uint32_t replicate, rev;

	int64_t at_ms;               /* UTC; when the sample began */
	const char *district, *near; /* "none": outside all; near "": no doubt */
	const char
		*sent_district; /* as the van wrote it; `district` is in the gazetteer, or none */
	const char *position, *source_type, *activity; /* words of src/sample/terms.c */
	double value, upper, mdl, uncertainty, known, limit_low,
		limit_high; /* the limits are the van's */
	double lat, lon, clock_error_s;
	uint64_t point, parent, seq;
	uint16_t limit_set;
	uint8_t censor, verdict, reason, as_if, basis, treated, status, rule, purpose, clock,
		screening, unsettled, impediment;

	/* What the publisher makes of it (judge.h), and whose water it is (points.h). */
	uint8_t own_verdict, own_reason, own_as_if, own_basis;
	const struct limit *limit; /* NULL: none decided */
	const struct limit_set *set;
	bool odd; /* it has a number that cannot be: speaks of a failure alone, and is no other's revision */
	uint32_t part;                /* which of what was read it came with (parts.h) */
	const char *who;              /* the point, as it is published */
	const struct point_row *info; /* NULL: nothing is known of it */
};

struct point_row {
	const char *lab, *spool, *code, *name, *source_type;
	int64_t at_ms; /* UTC; when its line was written */
	uint64_t point, seq;
	double lat, lon;
	bool is_merged; /* of the centre's table: it has doubles */
	bool odd;       /* it has a number that cannot be */
};

struct lab_row {
	const char *lab;
	int64_t heard_ms; /* UTC of the newest row of any kind; 0: none */
	/* Of its newest `lab_status`, at status_ms (0: it sent none); NAN: not said. */
	int64_t status_ms;
	const char *spool;
	double backlog, records, oldest_s, units_ok, units_sick, checks_expired, refused, fix_age_s,
		clock;
};

struct rows {
	struct names names;
	struct result_row *results;
	struct point_row *points;
	struct lab_row *labs;
	size_t n_results, cap_results, n_points, cap_points, n_labs, cap_labs;
	const struct point_list *doubles; /* the centre's; NULL: none */
	struct point_row *merged;         /* the points that have some, by code */
	size_t n_merged;
	size_t n_odd;     /* results with a number that cannot be */
	size_t n_unasked; /* labs of whose results nobody can ask (answer.h), of each span of time */
};

void rows_free(struct rows *rows);
/* Frees all but results and names. */
void rows_keep_results(struct rows *rows);

/* An empty row of either kind at the end.  NULL: no memory. */
struct result_row *rows_add_result(struct rows *rows);
/* The same as one of other rows, with names of its own. */
struct result_row *rows_take_result(struct rows *rows, const struct result_row *other);
/* The texts of one row to another of the same kind and of the same rows. */
void rows_copy_result_tags(void *to, const void *from);
void rows_copy_point_tags(void *to, const void *from);
struct point_row *rows_add_point(struct rows *rows);
/* The lab was heard of at that moment. */
int rows_hear(struct rows *rows, const char *lab, int64_t at_ms) MUST_USE;
/* The row of a lab's spool: each has its own, for an old card may hold what is not here yet.  To be filled with what is said of that moment; *newer false: a later one is known.  NULL: no memory. */
struct lab_row *rows_lab_status(
	struct rows *rows, const char *lab, const char *spool, int64_t at_ms, bool *newer);

/* A tag or a field of a row by the name under which it travels; NULL: not known here, for stores outlive readers. */
struct column;
const struct column *column_of_result(const char *name);
const struct column *column_of_point(const char *name);
const struct column *column_of_lab(const char *name);
/* The i-th of a kind; NULL: there are no more. */
const struct column *column_of_result_at(size_t i);
const struct column *column_of_point_at(size_t i);
const struct column *column_of_lab_at(size_t i);
const char *column_name(const struct column *column);
bool column_is_text(const struct column *column); /* a tag; else a field, which is a number */
/* A text into a tag's place, a number into a field's (one that it cannot hold: the row is odd); anything else is passed over.  Of a longer text the beginning, and a sum of the whole. */
enum { ROW_TEXT = 200 };
void column_put_text(struct rows *rows, void *row, const struct column *column, const char *text);
void column_put_number(void *row, const struct column *column, double number);
/* A real number is there already. */
bool column_has_number(const void *row, const struct column *column);

/*
 * When all are there: keeps of each result the highest revision, finds each result's point (points.h),
 * and puts them in order: lab, spool, sample, parameter, method, replicate.  An odd one gets a key of its own, always the
 * same; a sample that cannot be becomes a negative number.  ERR_MEMORY.
 */
int rows_settle(struct rows *rows) MUST_USE;

/* Of settled rows the lab's first; n_results: it has none. */
size_t rows_first_of(const struct rows *rows, const char *lab);

/* Months since year 0, UTC: what is published together.  "2026-11" of it. */
int32_t month_of(int64_t at_ms);
void month_put(struct text *to, int32_t month);
int64_t month_begins_ms(int32_t month);

#endif
