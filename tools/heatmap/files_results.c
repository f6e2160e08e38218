/* Every result, a month a file: as it was sent, as the centre judges it. */
#include <math.h>
#include <stdlib.h>

#include "changes.h"
#include "files.h"
#include "stay.h"
#include "words.h"

static const char headings[] =
	"lab,spool,sample,point,code,name,sampled,district,near,source_type,position,treated,"
	"parameter,"
	"method,class,value,censor,upper,mdl,unit,verdict,reason,as_if,limit_text,limit_set,basis,"
	"van_verdict,van_limit_set,status,rev,activity,purpose,parent,clock_doubt,lat,lon,"
	"schema_version,replicate,impediment,changed";

static const char what_csv[] =
	"one month's results, one row per sample, parameter, method and replicate",
		  what_map[] = "the same as points";

/* Whose water it is, and when and where it was taken. */
static void csv_who(struct put *put, const struct result_row *row)
{
	csv_words(put, row->lab);
	csv_words(put, row->spool);
	csv_whole(put, (int64_t)row->sample);
	csv_words(put, row->who);
	csv_words(put, row->info ? row->info->code : "");
	csv_words(put, row->info ? row->info->name : "");
	csv_time(put, sampled_ms(row));
	csv_words(put, row->district);
	csv_words(put, row->near);
	csv_words(put, row->source_type);
	csv_words(put, row->position);
	csv_words(put, word_of_treated(row->treated));
}

static void csv_judged(struct put *put, const struct result_row *row)
{
	char limit[160];
	struct text text = text_over(limit, sizeof(limit));

	files_put_limit(&text, row);
	csv_words(put, word_of_verdict(row->own_verdict));
	csv_words(put, word_of_reason(row->own_reason));
	csv_words(put, word_of_verdict(row->own_as_if));
	csv_words(put, limit);
	csv_words(put, row->set ? row->set->name : "");
	csv_words(put, word_of_basis(row->limit ? (unsigned)row->limit->basis : 0));
	csv_words(put, word_of_verdict(row->verdict));
	csv_number(put, row->limit_set ? row->limit_set : NAN);
}

/* Since when it is as it is. */
static int64_t csv_row(struct put *put, struct changes *changes, const struct result_row *row)
{
	int64_t changed_ms;

	char unit[32];
	struct text units = text_over(unit, sizeof(unit));

	put->sum = PUT_SUM;
	word_put_unit(&units, row->parameter);
	csv_who(put, row);
	csv_words(put, row->parameter);
	csv_words(put, row->method);
	csv_words(put, word_of_class(row->screening));
	csv_number(put, row->value);
	csv_words(put, word_of_censor(row->censor));
	csv_number(put, row->upper);
	csv_number(put, row->mdl);
	csv_words(put, unit);
	csv_judged(put, row);
	csv_words(put, word_of_status(row->status));
	csv_whole(put, row->rev);
	csv_words(put, row->activity);
	csv_words(put, word_of_purpose(row->purpose));
	csv_number(put, row->parent ? (double)row->parent : NAN);
	csv_words(put, row->clock ? "yes" : "no");
	csv_number(put, row->lat);
	csv_number(put, row->lon);
	csv_whole(put, FILES_SCHEMA);
	csv_whole(put, row->replicate);
	csv_number(put, row->impediment ? row->impediment : NAN);
	changed_ms = changes_since_ms(changes,
		changes_key(row->lab, row->spool, row->sample, row->parameter, row->method,
			row->replicate),
		put->sum);
	csv_time(put, changed_ms);
	csv_end(put);
	return changed_ms;
}

static void map_row(struct put *put, const struct result_row *row, int64_t changed_ms)
{
	char limit[160];
	struct text text = text_over(limit, sizeof(limit));

	files_put_limit(&text, row);
	files_begin_feature(put, row->lat, row->lon);
	jot_text(put, "lab", row->lab);
	jot_whole(put, "sample", (int64_t)row->sample);
	jot_text(put, "point", row->who);
	jot_words(put, "name", row->info ? row->info->name : "");
	jot_time(put, "sampled", sampled_ms(row));
	jot_text(put, "district", row->district);
	jot_text(put, "parameter", row->parameter);
	jot_text(put, "class", word_of_class(row->screening));
	jot_text(put, "activity", row->activity);
	jot_text(put, "purpose", word_of_purpose(row->purpose));
	jot_number(put, "value", row->value);
	jot_words(put, "censor", word_of_censor(row->censor));
	jot_number(put, "upper", row->upper);
	jot_text(put, "unit", word_of_unit(row->parameter));
	jot_text(put, "verdict", word_of_verdict(row->own_verdict));
	jot_text(put, "reason", word_of_reason(row->own_reason));
	jot_words(put, "limit_text", limit);
	jot_text(put, "status", word_of_status(row->status));
	jot_time(put, "changed", changed_ms);
	files_end_feature(put);
}

/* --- a month -------------------------------------------------------------------------------------------- */

struct month_row {
	int32_t month;
	const struct result_row *row;
	int64_t changed_ms;
};

/* In the order of a month, and within it of the rows. */
static int by_month(const void *x, const void *y)
{
	const struct month_row *a = x, *b = y;

	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int put_table(const struct picture *picture, struct month_row *rows, size_t n,
	struct file_list *list, const char *name, struct text *why)
{
	struct put csv;
	size_t i;

	put_open(&csv, list->folder, name);
	csv_line(&csv, headings);
	for (i = 0; i < n; i++)
		rows[i].changed_ms = csv_row(&csv, picture->changes, rows[i].row);
	return files_close(list, &csv, name, what_csv, why);
}

static int put_map(const struct picture *picture, const struct month_row *rows, size_t n,
	struct file_list *list, const char *name, struct text *why)
{
	struct put map;
	size_t i;

	put_open(&map, list->folder, name);
	files_begin_features(&map, picture);
	for (i = 0; i < n; i++)
		map_row(&map, rows[i].row, rows[i].changed_ms);
	files_end_features(&map);
	return files_close(list, &map, name, what_map, why);
}

/* A table that says what it said in the version before is that file, and its map is that map: most months, most times. */
static int put_month(const struct picture *picture, struct month_row *rows, size_t n,
	struct file_list *list, struct text *why)
{
	const char *before = picture->before;
	char name[2][FILE_NAME_MOST];
	struct text text;
	size_t i;
	int err;

	for (i = 0; i < 2; i++) {
		text = text_over(name[i], sizeof(name[i]));
		text_put(&text, "results/");
		month_put(&text, rows[0].month);
		text_put(&text, i ? ".geojson" : ".csv");
	}
	err = put_table(picture, rows, n, list, name[0], why);
	if (err)
		return err;
	if (*before && stay_same(list->folder, before, name[0]) &&
		stay_link(list->folder, before, name[1])) {
		(void)stay_link(list->folder, before, name[0]);
		return files_list(list, name[1], what_map, why);
	}
	return put_map(picture, rows, n, list, name[1], why);
}

int files_put_results(const struct picture *picture, struct file_list *list, struct text *why)
{
	const struct rows *rows = picture->rows;
	struct month_row *sorted = calloc(rows->n_results + 1, sizeof(*sorted));
	size_t i, end;
	int err = 0;

	if (!sorted)
		return ERR_MEMORY;
	for (i = 0; i < rows->n_results; i++)
		sorted[i] = (struct month_row){
			month_of(sampled_ms(&rows->results[i])), &rows->results[i], 0};
	qsort(sorted, rows->n_results, sizeof(*sorted), by_month);
	for (i = 0; !err && i < rows->n_results; i = end) {
		for (end = i; end < rows->n_results && sorted[end].month == sorted[i].month; end++)
			;
		err = put_month(picture, sorted + i, end - i, list, why);
	}
	free(sorted);
	return err;
}
