#include "influx.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/utc.h"
#include "uplink/url.h"

enum { COLUMNS = 64, CHUNK = 5000, QUESTION = 4096, BEHIND = 2048 };

/* --- questions ----------------------------------------------------------------------------------------- */

static void put_question(struct text *form, const struct store_conf *conf, const char *question)
{
	text_printf(form, "chunked=true&chunk_size=%d&epoch=ms&db=", CHUNK);
	url_put_encoded(form, conf->database);
	if (*conf->retention_policy) {
		text_put(form, "&rp=");
		url_put_encoded(form, conf->retention_policy);
	}
	text_put(form, "&q=");
	url_put_encoded(form, question);
}

static void put_span(struct text *form, const struct store_conf *conf, const char *select,
	int64_t from_ms, int64_t to_ms, const char *behind)
{
	char room[QUESTION];
	struct text question = text_over(room, sizeof(room));

	text_printf(&question, "%s WHERE time >= %" PRId64 "ms AND time < %" PRId64 "ms%s", select,
		from_ms, to_ms, behind);
	form->cut |= question.cut;
	put_question(form, conf, room);
}

/*
 * By its kind, too: a name is a measurement's, and by the name alone one van's field "district" would stand where the tag of
 * all others is.  A text that was written as such a field is none of it.  Each one more costs the store as much as a thirtieth
 * of all; those that nobody reads are not asked for.
 */
static void put_select(struct text *to, const struct column *(*at)(size_t i))
{
	const struct column *column;
	size_t i;

	for (i = 0; (column = at(i)); i++)
		text_printf(to, "%s\"%s\"::%s", i ? "," : "SELECT ", column_name(column),
			column_is_text(column) ? "tag" : "float");
}

void influx_put_prints(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t to_ms)
{
	put_span(form, conf, "SELECT sum(\"seq\"::float), count(\"verdict\"::float) FROM result",
		from_ms, to_ms, " GROUP BY lab");
}

void influx_put_results(struct text *form, const struct store_conf *conf, const struct asked *asked)
{
	char select[QUESTION], room[BEHIND];
	struct text columns = text_over(select, sizeof(select));
	struct text behind = text_over(room, sizeof(room));

	put_select(&columns, column_of_result_at);
	text_put(&columns, " FROM result");
	text_put(&behind, " AND \"lab\"::tag = ");
	text_put_quoted(&behind, asked->labs[0], '\'');
	form->cut |= columns.cut | behind.cut;
	put_span(form, conf, select, asked->from_ms, asked->to_ms, room);
}

void influx_put_points(struct text *form, const struct store_conf *conf, int64_t to_ms)
{
	char room[QUESTION];
	struct text select = text_over(room, sizeof(room));

	(void)to_ms;
	put_select(&select, column_of_point_at);
	text_put(&select, " FROM point");
	form->cut |= select.cut;
	put_question(form, conf, room);
}

void influx_put_heard(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms)
{
	/* A row of a clock that runs ahead would make its lab heard of until then. */
	put_span(form, conf,
		"SELECT last(\"seq\"::float) FROM reading, event, summary, result, point", from_ms,
		now_ms + UTC_DAY_MS, " GROUP BY lab");
}

void influx_put_labs(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms)
{
	char room[QUESTION];
	struct text select = text_over(room, sizeof(room));

	put_select(&select, column_of_lab_at);
	text_put(&select, " FROM lab_status");
	form->cut |= select.cut;
	put_span(form, conf, room, from_ms, now_ms + UTC_DAY_MS,
		" GROUP BY lab, spool ORDER BY time DESC LIMIT 1");
}

/* --- answers ------------------------------------------------------------------------------------------- */

/* One series: its columns and tags, and a row at a time to `row`. */
struct table {
	struct answer *answer;
	const json_t *tags;
	size_t n, time; /* columns; which of them is the time */
	const char *names[COLUMNS];
	const struct column *columns[COLUMNS];
};

typedef int (*row_take)(const struct table *table, const json_t *values);

static const struct column *no_column(const char *name)
{
	(void)name;
	return NULL;
}

static int read_columns(struct table *table, const json_t *columns,
	const struct column *(*column_of)(const char *name))
{
	const char *name;
	size_t i;

	table->n = json_array_size(columns);
	table->time = COLUMNS;
	if (!table->n || table->n > COLUMNS)
		return answer_damaged(
			table->answer, "the store's answer has no columns, or too many");
	for (i = 0; i < table->n; i++) {
		name = json_string_value(json_array_get(columns, i));
		if (!name)
			return answer_damaged(
				table->answer, "a column of the store's answer has no name");
		table->names[i] = name;
		table->columns[i] = column_of(name);
		if (!strcmp(name, "time"))
			table->time = i;
	}
	return table->time < table->n
		       ? 0
		       : answer_damaged(table->answer, "the store's answer has no times");
}

static int take_series(struct answer *answer, const json_t *one, row_take take,
	const struct column *(*column_of)(const char *name))
{
	const json_t *values = json_object_get(one, "values"), *row;
	struct table table = {.answer = answer, .tags = json_object_get(one, "tags")};
	size_t i;
	int err = read_columns(&table, json_object_get(one, "columns"), column_of);

	json_array_foreach(values, i, row)
	{
		if (err)
			break;
		if (json_array_size(row) != table.n ||
			!answer_is_moment(json_array_get(row, table.time)))
			return answer_damaged(answer, INFLUX_MISFIT);
		answer->n++;
		err = take(&table, row);
	}
	return err;
}

static int refused(struct answer *answer, const char *words)
{
	if (*words)
		text_put_shown(answer->why, words, strlen(words), 200);
	else
		text_put(answer->why, "the store says no, and not why");
	return ERR_CONF;
}

static int take_result_of(struct answer *answer, const json_t *result, row_take take,
	const struct column *(*column_of)(const char *name), bool *more)
{
	const char *words = json_string_value(json_object_get(result, "error"));
	const json_t *one;
	size_t i;
	int err = 0;

	if (words)
		return refused(answer, words);
	json_array_foreach(json_object_get(result, "series"), i, one)
	{
		if (!err)
			err = take_series(answer, one, take, column_of);
	}
	*more |= json_is_true(json_object_get(result, "partial"));
	return err;
}

/* One chunk of the answer. */
static int take_chunk(struct answer *answer, const char *line, size_t len, row_take take,
	const struct column *(*column_of)(const char *name))
{
	json_t *chunk = json_loadb(line, len, ANSWER_JSON, NULL), *results, *one;
	const char *words = json_string_value(json_object_get(chunk, "error"));
	bool more = false;
	size_t i;
	int err = 0;

	results = json_object_get(chunk, "results");
	if (words) {
		err = refused(answer, words);
	} else if (!json_array_size(results) || answer->ended) {
		err = answer_damaged(answer, INFLUX_NONE);
	}
	json_array_foreach(results, i, one)
	{
		if (!err)
			err = take_result_of(answer, one, take, column_of, &more);
	}
	answer->ended = !more;
	json_decref(chunk);
	return err;
}

static void put_columns(const struct table *table, const json_t *values, void *row)
{
	const json_t *value;
	size_t i;

	for (i = 0; i < table->n; i++) {
		if (!table->columns[i])
			continue;
		value = json_array_get(values, i);
		if (json_is_string(value))
			column_put_text(table->answer->rows, row, table->columns[i],
				json_string_value(value));
		else if (json_is_number(value))
			column_put_number(row, table->columns[i], json_number_value(value));
	}
}

static int64_t time_of(const struct table *table, const json_t *values)
{
	return (int64_t)json_number_value(json_array_get(values, table->time));
}

/* A lab's numbers, added up by the store. */
static int take_print(const struct table *table, const json_t *values)
{
	const json_t *tag = json_object_get(table->tags, "lab");
	const char *lab = tag ? json_string_value(tag) : "";
	struct print *print;
	size_t i;

	if (!answer_may_ask(table->answer, lab, tag ? json_string_length(tag) : 0))
		return 0;
	print = answer_print(table->answer, lab);
	if (!print)
		return ERR_MEMORY;
	for (i = 0; i < table->n; i++) {
		const json_t *value = json_array_get(values, i);

		if (!strcmp(table->names[i], "sum"))
			print->seqs += json_number_value(value);
		else if (!strcmp(table->names[i], "count"))
			print->n += answer_count(json_number_value(value));
	}
	return 0;
}

static int take_point(const struct table *table, const json_t *values)
{
	struct point_row *row = rows_add_point(table->answer->rows);

	if (!row)
		return ERR_MEMORY;
	row->at_ms = time_of(table, values);
	put_columns(table, values, row);
	return 0;
}

static int take_heard(const struct table *table, const json_t *values)
{
	const char *lab = json_string_value(json_object_get(table->tags, "lab"));

	return lab ? rows_hear(table->answer->rows, lab, time_of(table, values)) : 0;
}

static int take_lab(const struct table *table, const json_t *values)
{
	const char *lab = json_string_value(json_object_get(table->tags, "lab"));
	const char *spool = json_string_value(json_object_get(table->tags, "spool"));
	struct lab_row *row;
	bool newer;

	if (!lab)
		return 0;
	row = rows_lab_status(
		table->answer->rows, lab, spool ? spool : "", time_of(table, values), &newer);
	if (!row)
		return ERR_MEMORY;
	if (newer) {
		row->spool = names_keep(&table->answer->rows->names, spool ? spool : "");
		put_columns(table, values, row);
	}
	return 0;
}

int influx_take_prints(struct answer *answer, const char *line, size_t len)
{
	return take_chunk(answer, line, len, take_print, no_column);
}

int influx_take_points(struct answer *answer, const char *line, size_t len)
{
	return take_chunk(answer, line, len, take_point, column_of_point);
}

int influx_take_labs(struct answer *answer, const char *line, size_t len)
{
	return take_chunk(answer, line, len, take_lab, column_of_lab);
}

int influx_take_heard(struct answer *answer, const char *line, size_t len)
{
	return take_chunk(answer, line, len, take_heard, no_column);
}
