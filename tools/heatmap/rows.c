#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "points.h"
#include "put.h"

/* --- room ---------------------------------------------------------------------------------------------- */

static void *more(void *at, size_t n, size_t *cap, size_t size)
{
	void *grown;

	if (n < *cap)
		return at;
	grown = reallocarray(at, *cap ? *cap * 2 : 256, size);
	if (grown)
		*cap = *cap ? *cap * 2 : 256;
	return grown;
}

struct result_row *rows_add_result(struct rows *rows)
{
	struct result_row *grown =
		more(rows->results, rows->n_results, &rows->cap_results, sizeof(*grown));

	if (!grown)
		return NULL;
	rows->results = grown;
	grown += rows->n_results++;
	*grown = (struct result_row){.lab = "",
		.spool = "",
		.parameter = "",
		.method = "",
		.district = "none",
		.sent_district = "none",
		.near = "",
		.position = "",
		.source_type = "",
		.activity = "",
		.value = NAN,
		.upper = NAN,
		.mdl = NAN,
		.uncertainty = NAN,
		.known = NAN,
		.clock_error_s = NAN,
		.limit_low = NAN,
		.limit_high = NAN,
		.lat = NAN,
		.lon = NAN,
		.purpose = PURPOSE_ROUTINE,
		.who = ""};
	return grown;
}

struct point_row *rows_add_point(struct rows *rows)
{
	struct point_row *grown =
		more(rows->points, rows->n_points, &rows->cap_points, sizeof(*grown));

	if (!grown)
		return NULL;
	rows->points = grown;
	grown += rows->n_points++;
	*grown = (struct point_row){.lab = "",
		.spool = "",
		.code = "",
		.name = "",
		.source_type = "",
		.lat = NAN,
		.lon = NAN};
	return grown;
}

/* NULL `spool`: any of the lab's.  One that is known by name only becomes that of its first spool. */
static struct lab_row *find_lab(struct rows *rows, const char *lab, const char *spool)
{
	struct lab_row *grown, *same = NULL;
	size_t i;

	lab = names_keep(&rows->names, lab);
	spool = spool ? names_keep(&rows->names, spool) : NULL;
	for (i = 0; i < rows->n_labs; i++) {
		struct lab_row *row = &rows->labs[i];

		if (row->lab != lab)
			continue;
		if (!spool || !row->status_ms || !names_order(row->spool, spool))
			return row;
		same = row;
	}
	i = same ? (size_t)(same - rows->labs) : rows->n_labs;
	grown = more(rows->labs, rows->n_labs, &rows->cap_labs, sizeof(*grown));
	if (!grown)
		return NULL;
	rows->labs = grown;
	rows->labs[rows->n_labs] =
		(struct lab_row){lab, i < rows->n_labs ? rows->labs[i].heard_ms : 0, 0,
			spool ? spool : "", NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	return &rows->labs[rows->n_labs++];
}

int rows_hear(struct rows *rows, const char *lab, int64_t at_ms)
{
	struct lab_row *row = find_lab(rows, lab, NULL);
	size_t i;

	if (!row)
		return ERR_MEMORY;
	lab = row->lab;
	for (i = 0; i < rows->n_labs; i++)
		if (rows->labs[i].lab == lab && at_ms > rows->labs[i].heard_ms)
			rows->labs[i].heard_ms = at_ms;
	return 0;
}

struct lab_row *rows_lab_status(
	struct rows *rows, const char *lab, const char *spool, int64_t at_ms, bool *newer)
{
	struct lab_row *row = find_lab(rows, lab, spool);

	*newer = row && at_ms >= row->status_ms;
	if (!*newer)
		return row;
	if (rows_hear(rows, lab, at_ms))
		return NULL;
	if (at_ms > row->status_ms)
		*row = (struct lab_row){row->lab, row->heard_ms, at_ms,
			names_keep(&rows->names, spool), NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN,
			NAN};
	return row;
}

void rows_keep_results(struct rows *rows)
{
	free(rows->points);
	free(rows->merged);
	free(rows->labs);
	rows->points = rows->merged = NULL;
	rows->labs = NULL;
	rows->n_points = rows->cap_points = rows->n_merged = rows->n_labs = rows->cap_labs = 0;
	rows->doubles = NULL;
}

void rows_free(struct rows *rows)
{
	rows_keep_results(rows);
	free(rows->results);
	names_free(&rows->names);
	*rows = (struct rows){.results = NULL};
}

/* --- months -------------------------------------------------------------------------------------------- */

int32_t month_of(int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000 - (at_ms % 1000 < 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return (tm.tm_year + 1900) * 12 + tm.tm_mon;
}

void month_put(struct text *to, int32_t month)
{
	text_printf(to, "%04d-%02d", month / 12, month % 12 + 1);
}

int64_t month_begins_ms(int32_t month)
{
	struct tm tm = {.tm_year = month / 12 - 1900, .tm_mon = month % 12, .tm_mday = 1};

	return (int64_t)timegm(&tm) * 1000;
}

enum { REV_MOST = 255 };

/* --- order --------------------------------------------------------------------------------------------- */

static int number_order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_key(const struct result_row *a, const struct result_row *b)
{
	int order = names_order(a->lab, b->lab);

	if (!order)
		order = names_order(a->spool, b->spool);
	if (!order)
		order = number_order(a->sample, b->sample);
	if (!order)
		order = names_order(a->parameter, b->parameter);
	if (!order)
		order = names_order(a->method, b->method);
	return order ? order : number_order(a->replicate, b->replicate);
}

/* Of one key the highest revision last; of a revision that is there twice the line that was written last. */
static int by_revision(const void *x, const void *y)
{
	const struct result_row *a = x, *b = y;
	int order = by_key(a, b);

	if (!order)
		order = number_order(a->rev, b->rev);
	if (!order)
		order = number_order(a->seq, b->seq);
	return order ? order : (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

static int by_lab(const void *x, const void *y)
{
	const struct lab_row *a = x, *b = y;

	return strcmp(a->lab, b->lab) ? strcmp(a->lab, b->lab) : strcmp(a->spool, b->spool);
}

/* A van has 256 revisions; a class is a kit's or a laboratory's. */
static bool is_odd(const struct result_row *row)
{
	return row->odd || row->rev > REV_MOST || row->screening > 1;
}

/*
 * No revision of another, and no other's sample: which it is is said by its line and its time.  It is dated as it stands, and
 * counts as a laboratory's, whose failures no kit closes.
 */
static void keep_apart(struct result_row *row)
{
	uint64_t own = put_sum(PUT_SUM, (const char *)&row->seq, sizeof(row->seq));

	own = put_sum(own, (const char *)&row->at_ms, sizeof(row->at_ms));
	row->odd = true;
	row->rev = 0;
	row->replicate = (uint32_t)(own >> 32) | UINT32_C(1) << 31;
	if (row->screening > 1)
		row->screening = 0;
	if (row->sample > WHOLE_MOST)
		row->sample = UINT64_C(0) - (own & WHOLE_MOST);
	if (row->point > WHOLE_MOST)
		row->point = 0;
	if (row->parent > WHOLE_MOST)
		row->parent = 0;
}

int rows_settle(struct rows *rows)
{
	size_t i, n = 0;
	int err;

	rows->n_odd = 0;
	for (i = 0; i < rows->n_results; i++)
		if (is_odd(&rows->results[i])) {
			keep_apart(&rows->results[i]);
			rows->n_odd++;
		}
	if (rows->n_results)
		qsort(rows->results, rows->n_results, sizeof(*rows->results), by_revision);
	for (i = n = 0; i < rows->n_results; i++) {
		if (i + 1 < rows->n_results && !rows->results[i].odd &&
			!by_key(&rows->results[i], &rows->results[i + 1]))
			continue;
		rows->results[n++] = rows->results[i];
	}
	rows->n_results = n;
	err = points_settle(rows);
	if (rows->n_labs)
		qsort(rows->labs, rows->n_labs, sizeof(*rows->labs), by_lab);
	return rows->names.full ? ERR_MEMORY : err;
}

size_t rows_first_of(const struct rows *rows, const char *lab)
{
	size_t from = 0, to = rows->n_results, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (names_order(rows->results[middle].lab, lab) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < rows->n_results && rows->results[from].lab == lab ? from : rows->n_results;
}
