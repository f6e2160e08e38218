/* What is open: for officials point by point, for the public as counts of public sources. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "points.h"
#include "words.h"

static const char headings[] =
	"point,code,name,district,near,source_type,position,parameter,class,method,value,censor,"
	"upper,"
	"unit,limit_text,limit_low,limit_high,basis,verdict,reason,as_if,van_verdict,since,sampled,"
	"retested,status,lab,sample,lat,lon,clock_doubt,schema_version";

static const char public_headings[] =
	"district,parameter,unit,class,verdict,basis,limit_text,since,"
	"sampled,points,schema_version";

static const char *name_of(const struct result_row *row)
{
	return row->info ? row->info->name : "";
}

static const char *code_of(const struct result_row *row)
{
	return row->info ? row->info->code : "";
}

static double bound_of(const struct result_row *row, bool high)
{
	if (row->limit)
		return high ? row->limit->high : row->limit->low;
	return high ? row->limit_high : row->limit_low;
}

/* Only of a possible failure which it would be. */
static unsigned as_if_of(const struct result_row *row)
{
	return row->own_verdict == WATER_POSSIBLE_FAILURE ? row->own_as_if : 0;
}

static void put_about(struct put *put, const struct result_row *row)
{
	char limit[160];
	struct text text = text_over(limit, sizeof(limit));

	files_put_limit(&text, row);
	jot_text(put, "unit", word_of_unit(row->parameter));
	jot_words(put, "limit_text", limit);
	jot_number(put, "limit_low", bound_of(row, false));
	jot_number(put, "limit_high", bound_of(row, true));
	jot_words(put, "basis", word_of_basis(row->own_basis));
	jot_text(put, "verdict", word_of_verdict(row->own_verdict));
	jot_text(put, "reason", word_of_reason(row->own_reason));
	jot_words(put, "as_if", word_of_verdict(as_if_of(row)));
	jot_words(put, "van_verdict", word_of_verdict(row->verdict));
}

static void put_one(struct put *put, const struct failure *failure)
{
	const struct result_row *row = failure->row;

	jot_text(put, "point", row->who);
	jot_words(put, "code", code_of(row));
	jot_words(put, "name", name_of(row));
	jot_text(put, "district", row->district);
	jot_words(put, "near", row->near);
	jot_text(put, "source_type", points_type(row));
	jot_text(put, "position", row->position);
	jot_text(put, "parameter", row->parameter);
	jot_text(put, "class", word_of_class(row->screening));
	jot_text(put, "method", row->method);
	jot_number(put, "value", row->value);
	jot_words(put, "censor", word_of_censor(row->censor));
	jot_number(put, "upper", row->upper);
	put_about(put, row);
	jot_day(put, "since", failure->since_ms);
	jot_time(put, "sampled", sampled_ms(row));
	jot_bool(put, "retested", failure->retested);
	jot_text(put, "status", word_of_status(row->status));
	jot_text(put, "lab", row->lab);
	jot_whole(put, "sample", (int64_t)row->sample);
	jot_number(put, "lat", points_lat(row));
	jot_number(put, "lon", points_lon(row));
	jot_bool(put, "clock_doubt", row->clock != 0);
}

static void csv_one(struct put *put, const struct failure *failure)
{
	const struct result_row *row = failure->row;
	char limit[160], unit[32];
	struct text text = text_over(limit, sizeof(limit)), units = text_over(unit, sizeof(unit));

	files_put_limit(&text, row);
	word_put_unit(&units, row->parameter);
	csv_words(put, row->who);
	csv_words(put, code_of(row));
	csv_words(put, name_of(row));
	csv_words(put, row->district);
	csv_words(put, row->near);
	csv_words(put, points_type(row));
	csv_words(put, row->position);
	csv_words(put, row->parameter);
	csv_words(put, word_of_class(row->screening));
	csv_words(put, row->method);
	csv_number(put, row->value);
	csv_words(put, word_of_censor(row->censor));
	csv_number(put, row->upper);
	csv_words(put, unit);
	csv_words(put, limit);
	csv_number(put, bound_of(row, false));
	csv_number(put, bound_of(row, true));
	csv_words(put, word_of_basis(row->own_basis));
	csv_words(put, word_of_verdict(row->own_verdict));
	csv_words(put, word_of_reason(row->own_reason));
	csv_words(put, word_of_verdict(as_if_of(row)));
	csv_words(put, word_of_verdict(row->verdict));
	csv_day(put, failure->since_ms);
	csv_time(put, sampled_ms(row));
	csv_words(put, failure->retested ? "yes" : "no");
	csv_words(put, word_of_status(row->status));
	csv_words(put, row->lab);
	csv_whole(put, (int64_t)row->sample);
	csv_number(put, points_lat(row));
	csv_number(put, points_lon(row));
	csv_words(put, row->clock ? "yes" : "no");
	csv_whole(put, FILES_SCHEMA);
	csv_end(put);
}

static void begin_list(struct put *put, const struct picture *picture)
{
	files_begin(put, picture);
	jot_begin(put, "failures", '[');
}

static void end_list(struct put *put)
{
	jot_end(put, ']');
	jot_end(put, '}');
}

static int put_official(const struct picture *picture, struct file_list *list, struct text *why)
{
	static const char what[] = "points that fail or may fail, and were not shown to meet since";
	const struct failures *failures = &picture->failures;
	struct put json, csv, map;
	size_t i;
	int err;

	put_open(&json, list->folder, "failures.json");
	put_open(&csv, list->folder, "failures.csv");
	put_open(&map, list->folder, "failures.geojson");
	begin_list(&json, picture);
	csv_line(&csv, headings);
	files_begin_features(&map, picture);
	for (i = 0; i < failures->n; i++) {
		jot_begin(&json, NULL, '{');
		put_one(&json, &failures->at[i]);
		jot_end(&json, '}');
		csv_one(&csv, &failures->at[i]);
		files_begin_feature(
			&map, points_lat(failures->at[i].row), points_lon(failures->at[i].row));
		put_one(&map, &failures->at[i]);
		files_end_feature(&map);
	}
	end_list(&json);
	files_end_features(&map);
	err = files_close(list, &json, "failures.json", what, why);
	if (files_close(list, &csv, "failures.csv", what, why) && !err)
		err = ERR_IO;
	if (files_close(list, &map, "failures.geojson", what, why) && !err)
		err = ERR_IO;
	return err;
}

/* --- the public's -------------------------------------------------------------------------------------- */

/* Points of public sources in one district that fail one limit in one way. */
struct counted_failure {
	const struct result_row *row; /* one of them: what all share */
	unsigned points;
	int32_t since, sampled; /* months: the earliest, the newest */
	char limit[160];        /* in words; "": none decided */
};

static int by_kind(const void *x, const void *y)
{
	const struct counted_failure *a = x, *b = y;
	bool one = a->row->own_basis != LIMIT_HEALTH, other = b->row->own_basis != LIMIT_HEALTH;
	int order = (int)one - (int)other;

	if (!order)
		order = names_order(a->row->district, b->row->district);
	if (!order)
		order = names_order(a->row->parameter, b->row->parameter);
	if (!order)
		order = a->row->screening - b->row->screening;
	if (!order)
		order = (int)a->row->own_verdict - (int)b->row->own_verdict;
	if (!order)
		order = (int)a->row->own_basis - (int)b->row->own_basis;
	return order ? order : strcmp(a->limit, b->limit);
}

static size_t count_public(const struct failures *failures, struct counted_failure *to)
{
	size_t i, n = failures->n, kept = 0;

	for (i = 0; i < n; i++) {
		const struct failure *one = &failures->at[i];
		struct text text = text_over(to[i].limit, sizeof(to[i].limit));

		to[i].row = one->row;
		to[i].points = 1;
		to[i].since = month_of(one->since_ms);
		to[i].sampled = month_of(sampled_ms(one->row));
		if (one->row->limit)
			limit_put(&text, one->row->limit);
	}
	qsort(to, n, sizeof(*to), by_kind);
	for (i = 0; i < n; i++) {
		if (!kept || by_kind(&to[kept - 1], &to[i]) != 0) {
			to[kept++] = to[i];
			continue;
		}
		to[kept - 1].points++;
		if (to[i].since < to[kept - 1].since)
			to[kept - 1].since = to[i].since;
		if (to[i].sampled > to[kept - 1].sampled)
			to[kept - 1].sampled = to[i].sampled;
	}
	return kept;
}

static void put_counted(struct put *json, struct put *csv, const struct counted_failure *counted)
{
	const struct result_row *row = counted->row;
	char unit[32], month[16];
	struct text units = text_over(unit, sizeof(unit));
	struct text months = text_over(month, sizeof(month));

	word_put_unit(&units, row->parameter);
	jot_begin(json, NULL, '{');
	jot_text(json, "district", row->district);
	jot_text(json, "parameter", row->parameter);
	jot_text(json, "unit", word_of_unit(row->parameter));
	jot_text(json, "class", word_of_class(row->screening));
	jot_text(json, "verdict", word_of_verdict(row->own_verdict));
	jot_words(json, "basis", word_of_basis(row->own_basis));
	jot_words(json, "limit_text", counted->limit);
	jot_month(json, "since", counted->since);
	jot_month(json, "sampled", counted->sampled);
	jot_whole(json, "points", counted->points);
	jot_end(json, '}');
	csv_words(csv, row->district);
	csv_words(csv, row->parameter);
	csv_words(csv, unit);
	csv_words(csv, word_of_class(row->screening));
	csv_words(csv, word_of_verdict(row->own_verdict));
	csv_words(csv, word_of_basis(row->own_basis));
	csv_words(csv, counted->limit);
	month_put(&months, counted->since);
	csv_words(csv, month);
	text_clear(&months);
	month_put(&months, counted->sampled);
	csv_words(csv, month);
	csv_whole(csv, counted->points);
	csv_whole(csv, FILES_SCHEMA);
	csv_end(csv);
}

static int put_public(const struct picture *picture, struct file_list *list, struct text *why)
{
	static const char what[] = "open failures of public sources, counted by district";
	struct counted_failure *counted = calloc(picture->open_public.n + 1, sizeof(*counted));
	struct put json, csv;
	size_t i, n;
	int err;

	if (!counted)
		return ERR_MEMORY;
	n = count_public(&picture->open_public, counted);
	put_open(&json, list->folder, "failures.json");
	put_open(&csv, list->folder, "failures.csv");
	begin_list(&json, picture);
	csv_line(&csv, public_headings);
	for (i = 0; i < n; i++)
		put_counted(&json, &csv, &counted[i]);
	end_list(&json);
	err = files_close(list, &json, "failures.json", what, why);
	if (files_close(list, &csv, "failures.csv", what, why) && !err)
		err = ERR_IO;
	free(counted);
	return err;
}

int files_put_failures(
	const struct picture *picture, enum view view, struct file_list *list, struct text *why)
{
	return view == VIEW_PUBLIC ? put_public(picture, list, why)
				   : put_official(picture, list, why);
}
