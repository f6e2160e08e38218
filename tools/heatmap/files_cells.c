/* The cells: a JSON of each month for the page, one CSV of all, and a GeoJSON of each month for a portal. */
#include <math.h>
#include <string.h>

#include "files.h"
#include "words.h"

static const char headings[] =
	"period,district,district_name,province,parameter,unit,class,sources,points,meets,fails_"
	"above,"
	"fails_below,fails_detected,possible,doubtful_place,cannot_judge,not_applicable,share,"
	"median,"
	"median_censor,highest,highest_censor,newest,provisional,suppressed,schema_version,"
	"doubtful_meets,lowest,lowest_censor,oldest,as_of,differs";

/* The counts, in the order of every file. */
static const struct {
	const char *name;
	size_t offset;
} counts[] = {
	{"points", offsetof(struct cell, points)},
	{"meets", offsetof(struct cell, meets)},
	{"fails_above", offsetof(struct cell, fails_above)},
	{"fails_below", offsetof(struct cell, fails_below)},
	{"fails_detected", offsetof(struct cell, fails_detected)},
	{"possible", offsetof(struct cell, possible)},
	{"doubtful_place", offsetof(struct cell, doubtful_place)},
	{"cannot_judge", offsetof(struct cell, cannot_judge)},
	{"not_applicable", offsetof(struct cell, not_applicable)},
};

enum { COUNTS = sizeof(counts) / sizeof(counts[0]) };

static unsigned count_at(const struct cell *cell, size_t i)
{
	unsigned n;

	memcpy(&n, (const char *)cell + counts[i].offset, sizeof(n));
	return n;
}

static void jot_found(
	struct put *put, const char *key, const char *censor_key, const struct found_value *found)
{
	jot_number(put, key, found->kind ? found->value : NAN);
	jot_words(put, censor_key, word_of_censor(found->kind));
}

/* --- one cell as JSON ---------------------------------------------------------------------------------- */

static void jot_counts(struct put *put, const struct cell *cell, bool nulls)
{
	size_t i;

	for (i = 0; i < COUNTS; i++) {
		if (!cell->suppressed)
			jot_whole(put, counts[i].name, count_at(cell, i));
		else if (nulls)
			jot_null(put, counts[i].name);
	}
	if (!cell->suppressed)
		jot_whole(put, "doubtful_meets", cell->doubtful_meets);
	else if (nulls)
		jot_null(put, "doubtful_meets");
}

static void jot_numbers(struct put *put, const struct cell *cell, const struct policy *policy)
{
	static const struct found_value none;

	jot_number(put, "share", cell_share(cell, policy));
	jot_found(put, "median", "median_censor", cell->suppressed ? &none : &cell->median);
	jot_found(put, "highest", "highest_censor", cell->suppressed ? &none : &cell->highest);
	jot_found(put, "lowest", "lowest_censor", cell->suppressed ? &none : &cell->lowest);
	jot_day(put, "newest", cell->suppressed ? 0 : cell->newest_ms);
	jot_day(put, "oldest", cell->suppressed ? 0 : cell->oldest_ms);
}

static void jot_cell(
	struct put *put, const struct cell *cell, const struct picture *picture, enum view view)
{
	jot_begin(put, NULL, '{');
	jot_text(put, "district", cell->district);
	jot_text(put, "parameter", cell->parameter);
	jot_text(put, "class", word_of_class(cell->screening));
	jot_text(put, "sources", word_of_sources(cell->sources));
	jot_counts(put, cell, true);
	jot_numbers(put, cell, &picture->conf->policy);
	jot_bool(put, "provisional", cell->provisional);
	jot_time(put, "as_of", view == VIEW_PUBLIC ? 0 : cell->as_of_ms);
	if (cell->suppressed)
		jot_bool(put, "suppressed", true);
	if (cell->suppressed)
		jot_null(put, "differs");
	else
		jot_whole(put, "differs", cell->differs);
	jot_end(put, '}');
}

/* --- a portal's --------------------------------------------------------------------------------------- */

/* "ecoli.laboratory.public.points" */
static void flat(struct put *put, const struct cell *cell, const char *what, double number)
{
	char key[160];
	struct text text = text_over(key, sizeof(key));

	text_printf(&text, "%s.%s.%s.%s", cell->parameter, word_of_class(cell->screening),
		word_of_sources(cell->sources), what);
	jot_number(put, key, number);
}

/* NAN: nothing is said. */
static double shown(const struct cell *cell, unsigned n)
{
	return cell->suppressed ? (double)NAN : n;
}

static void flat_cell(struct put *put, const struct cell *cell, const struct policy *policy)
{
	char key[160];
	struct text text = text_over(key, sizeof(key));

	flat(put, cell, "points", shown(cell, cell->points));
	flat(put, cell, "meets", shown(cell, cell->meets));
	flat(put, cell, "fails", shown(cell, cell_failing(cell)));
	flat(put, cell, "possible", shown(cell, cell->possible + cell->doubtful_place));
	flat(put, cell, "share", cell_share(cell, policy));
	flat(put, cell, "median",
		cell->suppressed || !cell->median.kind ? NAN : cell->median.value);
	text_printf(&text, "%s.%s.%s.suppressed", cell->parameter, word_of_class(cell->screening),
		word_of_sources(cell->sources));
	jot_bool(put, key, cell->suppressed);
}

static int put_features(const struct picture *picture, enum view view, const struct cell *cells,
	size_t n, struct file_list *list, struct text *why)
{
	char name[FILE_NAME_MOST];
	struct text text = text_over(name, sizeof(name));
	const struct gazetteer_place *place;
	struct put put;
	size_t i;

	(void)view;
	text_put(&text, "districts/");
	month_put(&text, cells[0].month);
	text_put(&text, ".geojson");
	put_open(&put, list->folder, name);
	files_begin_features(&put, picture);
	for (i = 0; i < n; i++) {
		if (!i || names_order(cells[i - 1].district, cells[i].district) != 0) {
			if (i)
				files_end_feature(&put);
			place = picture_district(picture, cells[i].district);
			files_begin_feature(
				&put, place ? place->lat : NAN, place ? place->lon : NAN);
			jot_text(&put, "district", cells[i].district);
			jot_text(&put, "district_name", place ? place->area.name : NULL);
			jot_month(&put, "period", cells[i].month);
		}
		flat_cell(&put, &cells[i], &picture->conf->policy);
	}
	files_end_feature(&put);
	files_end_features(&put);
	return files_close(list, &put, name,
		"one month's districts as points of the schematic map, for a portal", why);
}

static int put_month(const struct picture *picture, enum view view, const struct cell *cells,
	size_t n, struct file_list *list, struct text *why)
{
	char name[FILE_NAME_MOST];
	struct text text = text_over(name, sizeof(name));
	struct put put;
	size_t i;

	text_put(&text, "months/");
	month_put(&text, cells[0].month);
	text_put(&text, ".json");
	put_open(&put, list->folder, name);
	files_begin(&put, picture);
	jot_month(&put, "period", cells[0].month);
	jot_begin(&put, "cells", '[');
	for (i = 0; i < n; i++)
		jot_cell(&put, &cells[i], picture, view);
	jot_end(&put, ']');
	jot_end(&put, '}');
	return files_close(list, &put, name, "one month's cells, as the page reads them", why);
}

/* --- the CSV ------------------------------------------------------------------------------------------- */

static void csv_found(struct put *put, const struct found_value *found, bool suppressed)
{
	csv_number(put, suppressed || !found->kind ? NAN : found->value);
	csv_words(put, suppressed ? "" : word_of_censor(found->kind));
}

static void csv_count(struct put *put, unsigned n, bool suppressed)
{
	csv_number(put, suppressed ? (double)NAN : n);
}

static void csv_cell(
	struct put *put, const struct cell *cell, const struct picture *picture, enum view view)
{
	const struct gazetteer_place *place = picture_district(picture, cell->district);
	char room[64];
	struct text text = text_over(room, sizeof(room));
	bool hide = cell->suppressed;
	size_t i;

	month_put(&text, cell->month);
	csv_words(put, room);
	csv_words(put, cell->district);
	csv_words(put, place ? place->area.name : "");
	csv_words(put, place ? place->area.province : "");
	csv_words(put, cell->parameter);
	text_clear(&text);
	word_put_unit(&text, cell->parameter);
	csv_words(put, room);
	csv_words(put, word_of_class(cell->screening));
	csv_words(put, word_of_sources(cell->sources));
	for (i = 0; i < COUNTS; i++)
		csv_count(put, count_at(cell, i), hide);
	csv_number(put, cell_share(cell, &picture->conf->policy));
	csv_found(put, &cell->median, hide);
	csv_found(put, &cell->highest, hide);
	csv_day(put, hide ? 0 : cell->newest_ms);
	csv_words(put, cell->provisional ? "yes" : "no");
	csv_words(put, hide ? "yes" : "no");
	csv_whole(put, FILES_SCHEMA);
	csv_count(put, cell->doubtful_meets, hide);
	csv_found(put, &cell->lowest, hide);
	csv_day(put, hide ? 0 : cell->oldest_ms);
	csv_time(put, view == VIEW_PUBLIC ? 0 : cell->as_of_ms);
	csv_count(put, cell->differs, hide);
	csv_end(put);
}

static int put_csv(const struct picture *picture, enum view view, const struct cells *cells,
	struct file_list *list, struct text *why)
{
	struct put put;
	size_t i;

	put_open(&put, list->folder, "districts.csv");
	csv_line(&put, headings);
	for (i = 0; i < cells->n; i++)
		csv_cell(&put, &cells->at[i], picture, view);
	return files_close(list, &put, "districts.csv", "every cell of every month", why);
}

int files_put_cells(
	const struct picture *picture, enum view view, struct file_list *list, struct text *why)
{
	const struct cells *cells = files_cells(picture, view);
	size_t i, end;
	int err = put_csv(picture, view, cells, list, why);

	for (i = 0; !err && i < cells->n; i = end) {
		for (end = i; end < cells->n && cells->at[end].month == cells->at[i].month; end++)
			;
		err = put_month(picture, view, cells->at + i, end - i, list, why);
		if (!err)
			err = put_features(picture, view, cells->at + i, end - i, list, why);
	}
	return err;
}
