/* For each district its trend, month by month, and (officials) its points with their last results. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "points.h"
#include "words.h"

/* --- trends -------------------------------------------------------------------------------------------- */

static int by_series(const void *x, const void *y)
{
	const struct cell *const *a = x, *const *b = y;
	int order = names_order((*a)->district, (*b)->district);

	if (!order)
		order = names_order((*a)->parameter, (*b)->parameter);
	if (!order)
		order = (*a)->screening - (*b)->screening;
	if (!order)
		order = (int)(*a)->sources - (int)(*b)->sources;
	return order ? order : ((*a)->month > (*b)->month) - ((*a)->month < (*b)->month);
}

static bool same_series(const struct cell *a, const struct cell *b)
{
	return !names_order(a->district, b->district) && !names_order(a->parameter, b->parameter) &&
	       a->screening == b->screening && a->sources == b->sources;
}

/* What a month of a suppressed cell gets in every list: null. */
static double shown(const struct cell *cell, double number)
{
	return cell->suppressed ? (double)NAN : number;
}

static double number_of(const struct found_value *found)
{
	return found->kind ? found->value : (double)NAN;
}

static double points_of(const struct cell *cell)
{
	return cell->points;
}

static double failing_of(const struct cell *cell)
{
	return cell_failing(cell);
}

static double median_of(const struct cell *cell)
{
	return number_of(&cell->median);
}

static double highest_of(const struct cell *cell)
{
	return number_of(&cell->highest);
}

static double lowest_of(const struct cell *cell)
{
	return number_of(&cell->lowest);
}

/* ">100" would be 100 without it, and what was not detected nothing at all. */
static void put_censors(
	struct put *put, const char *key, const struct cell *const *cells, size_t n, size_t offset)
{
	struct found_value found;
	size_t i;

	jot_begin(put, key, '[');
	for (i = 0; i < n; i++) {
		memcpy(&found, (const char *)cells[i] + offset, sizeof(found));
		jot_words(put, NULL, cells[i]->suppressed ? "" : word_of_censor(found.kind));
	}
	jot_end(put, ']');
}

static void put_series(
	struct put *put, const struct picture *picture, const struct cell *const *cells, size_t n)
{
	static const struct {
		const char *key;
		double (*of)(const struct cell *cell);
	} lists[] = {{"points", points_of}, {"failing", failing_of}, {"median", median_of},
		{"highest", highest_of}, {"lowest", lowest_of}};
	const struct limit *limit = files_find_limit(picture->limits, cells[0]->parameter);
	size_t i, k;

	jot_begin(put, NULL, '{');
	jot_text(put, "parameter", cells[0]->parameter);
	jot_text(put, "class", word_of_class(cells[0]->screening));
	jot_text(put, "sources", word_of_sources(cells[0]->sources));
	jot_number(put, "limit_low", limit ? limit->low : (double)NAN);
	jot_number(put, "limit_high", limit ? limit->high : (double)NAN);
	jot_begin(put, "at", '[');
	for (i = 0; i < n; i++)
		jot_month(put, NULL, cells[i]->month);
	jot_end(put, ']');
	for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		jot_begin(put, lists[k].key, '[');
		for (i = 0; i < n; i++)
			jot_number(put, NULL, shown(cells[i], lists[k].of(cells[i])));
		jot_end(put, ']');
	}
	put_censors(put, "median_censor", cells, n, offsetof(struct cell, median));
	put_censors(put, "highest_censor", cells, n, offsetof(struct cell, highest));
	put_censors(put, "lowest_censor", cells, n, offsetof(struct cell, lowest));
	jot_end(put, '}');
}

static void put_name(struct text *name, const char *folder, const char *district)
{
	text_printf(name, "%s/", folder);
	for (; *district;
		district++) /* a code is letters and digits; nothing else becomes a path */
		text_put_char(name, strchr("/\\.", *district) ? '_' : *district);
	text_put(name, ".json");
}

static int put_trend(const struct picture *picture, const struct cell *const *cells, size_t n,
	struct file_list *list, struct text *why)
{
	char room[FILE_NAME_MOST];
	struct text name = text_over(room, sizeof(room));
	struct put put;
	size_t i, end;

	put_name(&name, "series", cells[0]->district);
	put_open(&put, list->folder, room);
	files_begin(&put, picture);
	jot_text(&put, "district", cells[0]->district);
	jot_begin(&put, "series", '[');
	for (i = 0; i < n; i = end) {
		for (end = i; end < n && same_series(cells[i], cells[end]); end++)
			;
		put_series(&put, picture, cells + i, end - i);
	}
	jot_end(&put, ']');
	jot_end(&put, '}');
	return files_close(list, &put, room, "one district's months", why);
}

int files_put_series(
	const struct picture *picture, enum view view, struct file_list *list, struct text *why)
{
	const struct cells *cells = files_cells(picture, view);
	const struct cell **sorted = calloc(cells->n + 1, sizeof(*sorted));
	size_t i, end;
	int err = 0;

	if (!sorted)
		return ERR_MEMORY;
	for (i = 0; i < cells->n; i++)
		sorted[i] = &cells->at[i];
	qsort(sorted, cells->n, sizeof(*sorted), by_series);
	for (i = 0; !err && i < cells->n; i = end) {
		for (end = i;
			end < cells->n && !names_order(sorted[end]->district, sorted[i]->district);
			end++)
			;
		err = put_trend(picture, sorted + i, end - i, list, why);
	}
	free(sorted);
	return err;
}

/* --- points -------------------------------------------------------------------------------------------- */

/* A point: what of it speaks, and its newest result, which says where it is. */
struct point_said {
	const struct spoken *from;
	size_t n;
	const struct result_row *newest;
};

static int by_district(const void *x, const void *y)
{
	const struct point_said *a = x, *b = y;
	int order = names_order(a->newest->district, b->newest->district);

	return order ? order : names_order(a->newest->who, b->newest->who);
}

static size_t find_points(const struct speakers *speakers, struct point_said *points)
{
	size_t i, end, n = 0;

	for (i = 0; i < speakers->n; i = end) {
		const struct spoken *newest = &speakers->at[i];

		for (end = i; end < speakers->n &&
			      !names_order(speakers->at[end].row->who, speakers->at[i].row->who);
			end++)
			if (speakers->at[end].visit_ms > newest->visit_ms)
				newest = &speakers->at[end];
		points[n++] = (struct point_said){&speakers->at[i], end - i, newest->row};
	}
	qsort(points, n, sizeof(*points), by_district);
	return n;
}

static void put_last(struct put *put, const struct result_row *row)
{
	char limit[160];
	struct text text = text_over(limit, sizeof(limit));

	files_put_limit(&text, row);
	jot_begin(put, NULL, '{');
	jot_text(put, "parameter", row->parameter);
	jot_number(put, "value", row->value);
	jot_words(put, "censor", word_of_censor(row->censor));
	jot_number(put, "upper", row->upper);
	jot_text(put, "unit", word_of_unit(row->parameter));
	jot_text(put, "verdict", word_of_verdict(row->own_verdict));
	jot_text(put, "reason", word_of_reason(row->own_reason));
	jot_words(put, "limit_text", limit);
	jot_time(put, "sampled", sampled_ms(row));
	jot_text(put, "class", word_of_class(row->screening));
	jot_text(put, "method", row->method);
	jot_text(put, "purpose", word_of_purpose(row->purpose));
	jot_text(put, "status", word_of_status(row->status));
	jot_whole(put, "rev", row->rev);
	jot_end(put, '}');
}

/* The last of each parameter and class. */
static void put_point(struct put *put, const struct point_said *point)
{
	const struct result_row *row = point->newest, *next;
	size_t i, k;

	jot_begin(put, NULL, '{');
	jot_text(put, "point", row->who);
	jot_words(put, "code", row->info ? row->info->code : "");
	jot_words(put, "name", row->info ? row->info->name : "");
	jot_text(put, "source_type", points_type(row));
	jot_number(put, "lat", points_lat(row));
	jot_number(put, "lon", points_lon(row));
	jot_begin(put, "last", '[');
	for (i = 0; i < point->n; i++) {
		row = point->from[i].row;
		for (k = i + 1; k < point->n; k++) {
			next = point->from[k].row;
			if (next->screening == row->screening &&
				!names_order(next->parameter, row->parameter))
				break;
		}
		if (k == point->n)
			put_last(put, row);
	}
	jot_end(put, ']');
	jot_end(put, '}');
}

static int put_points(const struct picture *picture, const struct point_said *points, size_t n,
	struct file_list *list, struct text *why)
{
	char room[FILE_NAME_MOST];
	struct text name = text_over(room, sizeof(room));
	struct put put;
	size_t i;

	put_name(&name, "points", points[0].newest->district);
	put_open(&put, list->folder, room);
	files_begin(&put, picture);
	jot_text(&put, "district", points[0].newest->district);
	jot_begin(&put, "points", '[');
	for (i = 0; i < n; i++)
		put_point(&put, &points[i]);
	jot_end(&put, ']');
	jot_end(&put, '}');
	return files_close(list, &put, room, "one district's points, with their last results", why);
}

int files_put_points(const struct picture *picture, struct file_list *list, struct text *why)
{
	struct point_said *points = calloc(picture->speakers.n + 1, sizeof(*points));
	size_t i, end, n;
	int err = 0;

	if (!points)
		return ERR_MEMORY;
	n = find_points(&picture->speakers, points);
	for (i = 0; !err && i < n; i = end) {
		for (end = i; end < n && !names_order(points[end].newest->district,
						 points[i].newest->district);
			end++)
			;
		err = put_points(picture, points + i, end - i, list, why);
	}
	free(points);
	return err;
}
