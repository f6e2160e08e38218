#include "points.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/parameter.h"
#include "policy.h"
#include "sample/point_list.h"

/* --- a van's own --------------------------------------------------------------------------------------- */

enum { OWN_NAME = 2 * ROW_TEXT + 64 };

/* As the centre's table of doubles calls it; no code has a '/'. */
static void name_own(
	char to[OWN_NAME], const char *lab, const char *spool, const char *of, uint64_t number)
{
	snprintf(to, OWN_NAME, "%s/%s/%s%" PRId64, lab, spool, of, (int64_t)number);
}

static int by_point(const struct point_row *a, const struct point_row *b)
{
	int order = names_order(a->lab, b->lab);

	if (!order)
		order = names_order(a->spool, b->spool);
	return order ? order : (a->point > b->point) - (a->point < b->point);
}

static int by_point_line(const void *x, const void *y)
{
	const struct point_row *a = x, *b = y;
	int order = by_point(a, b);

	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static int by_point_only(const void *x, const void *y)
{
	return by_point(x, y);
}

static void keep_newest_lines(struct rows *rows)
{
	size_t i, n = 0;

	for (i = 0; i < rows->n_points; i++)
		if (!rows->points[i].odd)
			rows->points[n++] = rows->points[i];
	rows->n_points = n;
	n = 0;
	if (rows->n_points)
		qsort(rows->points, rows->n_points, sizeof(*rows->points), by_point_line);
	for (i = 0; i < rows->n_points; i++) {
		if (i + 1 < rows->n_points && !by_point(&rows->points[i], &rows->points[i + 1]))
			continue;
		rows->points[n++] = rows->points[i];
	}
	rows->n_points = n;
}

static const struct point_row *find_point(const struct rows *rows, const struct result_row *row)
{
	struct point_row wanted = {.lab = row->lab, .spool = row->spool, .point = row->point};

	if (!row->point || !rows->n_points)
		return NULL;
	return bsearch(&wanted, rows->points, rows->n_points, sizeof(wanted), by_point_only);
}

/* --- doubles ------------------------------------------------------------------------------------------- */

static int by_code(const void *x, const void *y)
{
	const struct point_row *a = x, *b = y;

	return names_order(a->code, b->code);
}

/* A row for each code that counts for a double; what is known of it comes later. */
static int make_merged(struct rows *rows)
{
	const struct point_list *list = rows->doubles;
	size_t i, n = 0;

	free(rows->merged);
	rows->merged = NULL;
	rows->n_merged = 0;
	if (!list || !list->n_doubles)
		return 0;
	rows->merged = calloc(list->n_doubles, sizeof(*rows->merged));
	if (!rows->merged)
		return ERR_MEMORY;
	for (i = 0; i < list->n_doubles; i++)
		rows->merged[i] = (struct point_row){.lab = "",
			.spool = "",
			.code = names_keep(&rows->names, list->doubles[i].counts),
			.name = "",
			.source_type = "",
			.lat = NAN,
			.lon = NAN,
			.is_merged = true};
	qsort(rows->merged, list->n_doubles, sizeof(*rows->merged), by_code);
	for (i = 0; i < list->n_doubles; i++)
		if (!n || by_code(&rows->merged[n - 1], &rows->merged[i]) != 0)
			rows->merged[n++] = rows->merged[i];
	rows->n_merged = n;
	return 0;
}

/* What a point of that name is merged into; NULL: nothing. */
static struct point_row *find_merged(const struct rows *rows, const char *name)
{
	const struct point_double *found;
	struct point_row wanted = {.code = name};

	if (!rows->n_merged)
		return NULL;
	found = point_list_find_double(rows->doubles, name);
	if (found)
		wanted.code = found->counts;
	return bsearch(&wanted, rows->merged, rows->n_merged, sizeof(wanted), by_code);
}

/* Its own record says more than a double's, a newer one more than an older: whatever order they came in. */
static bool says_more(const struct point_row *a, const struct point_row *b, const char *code)
{
	bool is_a = !names_order(a->code, code), is_b = b && !names_order(b->code, code);

	if (!b || is_a != is_b)
		return !b || is_a;
	if (a->at_ms != b->at_ms)
		return a->at_ms > b->at_ms;
	return by_point(a, b) > 0;
}

static int merge_records(struct rows *rows)
{
	const struct point_row **said;
	struct point_row *into;
	char own[OWN_NAME];
	size_t i;
	int err = make_merged(rows);

	if (err || !rows->n_merged)
		return err;
	said = calloc(rows->n_merged, sizeof(*said));
	if (!said)
		return ERR_MEMORY;
	for (i = 0; i < rows->n_points; i++) {
		const struct point_row *one = &rows->points[i];

		name_own(own, one->lab, one->spool, "", one->point);
		into = find_merged(rows, *one->code ? one->code : own);
		if (into && says_more(one, said[into - rows->merged], into->code))
			said[into - rows->merged] = one;
	}
	for (i = 0; i < rows->n_merged; i++) {
		if (!said[i])
			continue;
		into = &rows->merged[i];
		into->name = said[i]->name;
		into->source_type = said[i]->source_type;
		into->lat = said[i]->lat;
		into->lon = said[i]->lon;
	}
	free(said);
	return 0;
}

/* --- results ------------------------------------------------------------------------------------------- */

static void name_result(struct rows *rows, struct result_row *row)
{
	const struct point_row *merged;
	const char *code;
	char own[OWN_NAME];

	row->info = find_point(rows, row);
	code = row->info ? row->info->code : "";
	name_own(own, row->lab, row->spool, row->point ? "" : "sample-",
		row->point ? row->point : row->sample);
	merged = find_merged(rows, *code ? code : own);
	if (merged)
		row->info = merged;
	row->who = merged ? merged->code : *code ? code : names_keep(&rows->names, own);
}

int points_settle(struct rows *rows)
{
	const struct result_row *last = NULL;
	size_t i;
	int err;

	keep_newest_lines(rows);
	err = merge_records(rows);
	for (i = 0; !err && i < rows->n_results; i++) {
		struct result_row *row = &rows->results[i];

		/* The results of a sample follow each other. */
		if (last && row->point && row->point == last->point && row->lab == last->lab &&
			row->spool == last->spool) {
			row->info = last->info;
			row->who = last->who;
		} else {
			name_result(rows, row);
		}
		last = row;
	}
	return err;
}

/* --- what it is ---------------------------------------------------------------------------------------- */

static bool has_place(const struct result_row *row)
{
	return row->info && row->info->is_merged && isfinite(row->info->lat) &&
	       isfinite(row->info->lon);
}

const char *points_type(const struct result_row *row)
{
	return row->info && row->info->is_merged && *row->info->source_type ? row->info->source_type
									    : row->source_type;
}

bool points_is_public(const struct result_row *row, const struct policy *policy)
{
	const char *type = points_type(row);

	return policy_is_public(policy, row->source_type) &&
	       (type == row->source_type || policy_is_public(policy, type)) &&
	       parameter_find(row->parameter);
}

double points_lat(const struct result_row *row)
{
	return has_place(row) ? row->info->lat : row->lat;
}

double points_lon(const struct result_row *row)
{
	return has_place(row) ? row->info->lon : row->lon;
}
