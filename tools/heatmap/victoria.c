#include "victoria.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "put.h"

enum { TAGS = 1024 };

/* --- one series ---------------------------------------------------------------------------------------- */

static const char no_answer[] = "this is not the answer of a VictoriaMetrics";

/* The store hands on a tag's bytes as they were sent. */
static json_t *read_line(const char *line, size_t len)
{
	json_t *read = json_loadb(line, len, ANSWER_JSON, NULL);
	size_t cap = 3 * len + 1;
	char *room = read ? NULL : malloc(cap);
	struct text text;

	if (!room)
		return read;
	text = text_over(room, cap);
	text_put_utf8(&text, line, len);
	read = json_loadb(room, text.len, ANSWER_JSON, NULL);
	free(room);
	return read;
}

/*
 * {"metric":{...},"values":[...],"timestamps":[...]}, as the store writes each line.  What stands between is no text of any tag, for
 * there its quotes would have a backslash.  Of its numbers no tree is made: they are most of the work.
 */
struct series_line {
	json_t *metric;
	const char *name;           /* of the measurement and field: result_value */
	const char *values, *times; /* what is left of the lists */
};

static void close_line(struct series_line *series)
{
	json_decref(series->metric);
}

static int open_line(
	struct answer *answer, struct series_line *series, const char *line, size_t len)
{
	static const char before[] = "{\"metric\":", values[] = ",\"values\":[",
			  times[] = "],\"timestamps\":[";
	const char *metric = line + strlen(before), *end = line + len;

	*series = (struct series_line){.metric = NULL};
	if (len > strlen(before) && !memcmp(line, before, strlen(before)))
		series->values = memmem(metric, (size_t)(end - metric), values, strlen(values));
	if (series->values)
		series->times = memmem(
			series->values, (size_t)(end - series->values), times, strlen(times));
	if (series->times)
		series->metric = read_line(metric, (size_t)(series->values - metric));
	series->name = json_string_value(json_object_get(series->metric, "__name__"));
	if (!series->name) {
		close_line(series);
		return answer_damaged(answer, no_answer);
	}
	series->values += strlen(values);
	series->times += strlen(times);
	return 0;
}

/* NAN: one of the store's words for what is no number.  False: there is neither. */
static bool next_number(const char **at, double *number)
{
	static const char *const none[] = {"null", "\"Infinity\"", "\"-Infinity\"", "\"NaN\""};
	const char *from = *at + (**at == ',');
	size_t i;

	*number = NAN;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (!strncmp(from, none[i], strlen(none[i]))) {
			*at = from + strlen(none[i]);
			return true;
		}
	*number = answer_number(from, at);
	return *at > from;
}

/* The next value and its time.  0, ERR_ABSENT behind the last, or ERR_DAMAGED with words. */
static int next_value(
	struct answer *answer, struct series_line *series, int64_t *at_ms, double *value)
{
	double time;

	if (*series->values == ']' && !strcmp(series->times, "]}"))
		return ERR_ABSENT;
	if (!next_number(&series->values, value) || !next_number(&series->times, &time) ||
		!(fabs(time) <= (double)WHOLE_MOST))
		return answer_damaged(answer, no_answer);
	*at_ms = (int64_t)time;
	return 0;
}

/* --- fields to rows ------------------------------------------------------------------------------------ */

/* What one kind of row is made of. */
struct making {
	const char *prefix;
	const struct column *(*column_of)(const char *name);
	/* The row of that number; made when it is the next one.  NULL: no memory. */
	void *(*row_at)(struct rows *rows, size_t i);
	void (*set_time)(void *row, int64_t at_ms);
	void (*copy_tags)(void *to, const void *from);
	size_t (*count)(const struct rows *rows);
};

static void *result_at(struct rows *rows, size_t i)
{
	return i < rows->n_results ? &rows->results[i] : rows_add_result(rows);
}

static void *point_at(struct rows *rows, size_t i)
{
	return i < rows->n_points ? &rows->points[i] : rows_add_point(rows);
}

static void set_result_time(void *row, int64_t at_ms)
{
	((struct result_row *)row)->at_ms = at_ms;
}

static void set_point_time(void *row, int64_t at_ms)
{
	((struct point_row *)row)->at_ms = at_ms;
}

static size_t count_results(const struct rows *rows)
{
	return rows->n_results;
}

static size_t count_points(const struct rows *rows)
{
	return rows->n_points;
}

static const struct making results = {"result_", column_of_result, result_at, set_result_time,
	rows_copy_result_tags, count_results};
static const struct making points = {
	"point_", column_of_point, point_at, set_point_time, rows_copy_point_tags, count_points};

static int by_key(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The tags as one text, in the order of their names: the same for all fields of a row.  Of a long one the sum.  NULL: too many, or no memory. */
static const char *put_tags(struct rows *rows, const json_t *metric)
{
	const char *keys[64], *key;
	char room[TAGS];
	struct text text = text_over(room, sizeof(room));
	uint64_t sum = PUT_SUM;
	json_t *value;
	size_t n = 0, i;

	json_object_foreach((json_t *)(uintptr_t)metric, key, value)
	{
		if (n == sizeof(keys) / sizeof(keys[0]) || !json_is_string(value))
			return NULL;
		if (strcmp(key, "__name__") != 0)
			keys[n++] = key;
	}
	qsort(keys, n, sizeof(*keys), by_key);
	text_put(&text, "tags");
	for (i = 0; i < n; i++) {
		const char *tag = json_string_value(json_object_get(metric, keys[i]));

		text_put_char(&text, '\x1f');
		text_put(&text, keys[i]);
		text_put_char(&text, '\x1e');
		text_put(&text, tag);
		sum = put_sum(put_sum(sum, keys[i], strlen(keys[i]) + 1), tag, strlen(tag) + 1);
	}
	if (text.cut) {
		text_clear(&text);
		text_printf(&text, "long %016" PRIx64, sum);
	}
	return names_keep(&rows->names, room);
}

static void copy_tags(struct rows *rows, void *row, const json_t *metric,
	const struct column *(*column_of)(const char *name))
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)metric, key, value)
	{
		column_put_text(rows, row, column_of(key), json_string_value(value));
	}
}

static int join(struct answer *answer, const struct making *making, struct series_line *series,
	const char *tags, const struct column *column)
{
	bool fresh, any = false, guarded = victoria_is_guarded(series->name);
	size_t at, first = 0;
	int64_t at_ms = 0;
	double value = NAN;
	void *row;
	int err;

	while (!(err = next_value(answer, series, &at_ms, &value))) {
		answer->n_fields += guarded;
		err = joins_find(
			&answer->joins, tags, at_ms, making->count(answer->rows), &at, &fresh);
		row = err ? NULL : making->row_at(answer->rows, at);
		if (!row)
			return ERR_MEMORY;
		if (fresh) {
			answer->n++;
			making->set_time(row, at_ms);
			if (any)
				making->copy_tags(row, making->row_at(answer->rows, first));
			else
				copy_tags(answer->rows, row, series->metric, making->column_of);
			first = any ? first : at;
			any = true;
		}
		column_put_number(row, column, value);
	}
	return err == ERR_ABSENT ? 0 : err;
}

static int take_field(
	struct answer *answer, const char *line, size_t len, const struct making *making)
{
	struct series_line series;
	const struct column *column;
	const char *tags;
	int err = open_line(answer, &series, line, len);

	if (err)
		return err;
	if (!strncmp(series.name, making->prefix, strlen(making->prefix))) {
		column = making->column_of(series.name + strlen(making->prefix));
		tags = put_tags(answer->rows, series.metric);
		if (!tags || !*tags)
			err = answer->rows->names.full ? ERR_MEMORY
						       : answer_damaged(answer, no_answer);
		else if (column)
			err = join(answer, making, &series, tags, column);
	}
	close_line(&series);
	return err;
}

int victoria_take_results(struct answer *answer, const char *line, size_t len)
{
	return take_field(answer, line, len, &results);
}

int victoria_take_points(struct answer *answer, const char *line, size_t len)
{
	return take_field(answer, line, len, &points);
}

int victoria_check_results(const struct rows *rows, size_t first, struct text *why)
{
	size_t i;

	for (i = first; i < rows->n_results; i++)
		if (!rows->results[i].seq || !rows->results[i].sample ||
			!rows->results[i].verdict) {
			text_printf(why,
				"the store shows a result of %s without its number, sample or "
				"verdict; its answer is not whole",
				rows->results[i].lab);
			return ERR_DAMAGED;
		}
	return 0;
}

/* --- instant queries ----------------------------------------------------------------------------------- */

/* One entry of the answer: what it is of, and its number. */
struct instant {
	const char *lab, *spool, *name;
	size_t lab_len; /* more than the text where it has a NUL */
	double number;
};

typedef int (*instant_take)(struct answer *answer, const struct instant *instant);

static const char *tag_of(const json_t *entry, const char *tag)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(entry, "metric"), tag));

	return text ? text : "";
}

static size_t lab_bytes(const json_t *entry)
{
	return json_string_length(json_object_get(json_object_get(entry, "metric"), "lab"));
}

/* A cluster answers with less where one of its stores is away. */
static int partial(struct answer *answer)
{
	if (!answer->why->len)
		text_put(answer->why, "a part of the store is away, and its answer is not whole");
	return ERR_TIMEOUT;
}

static int take_instants(struct answer *answer, const char *line, size_t len, instant_take take)
{
	json_t *whole = read_line(line, len), *result, *one;
	struct instant instant;
	const char *number;
	size_t i;
	int err = 0;

	result = json_object_get(json_object_get(whole, "data"), "result");
	if (!json_is_array(result))
		err = answer_damaged(answer, no_answer);
	else if (json_is_true(json_object_get(whole, "isPartial")))
		err = partial(answer);
	else
		json_array_foreach(result, i, one)
		{
			number =
				json_string_value(json_array_get(json_object_get(one, "value"), 1));
			instant = (struct instant){tag_of(one, "lab"), tag_of(one, "spool"),
				tag_of(one, "__name__"), lab_bytes(one),
				number ? strtod(number, NULL) : NAN};
			if (!err)
				err = take(answer, &instant);
		}
	json_decref(whole);
	return err;
}

static int64_t moment_of(const struct instant *instant)
{
	return fabs(instant->number) < 1e11 ? (int64_t)llround(instant->number * 1000) : 0;
}

static bool is_of_a_lab(const struct instant *instant)
{
	return *instant->lab && isfinite(instant->number);
}

static int hear(struct answer *answer, const struct instant *instant)
{
	if (!is_of_a_lab(instant))
		return 0;
	return rows_hear(answer->rows, instant->lab, moment_of(instant));
}

static int take_print(struct answer *answer, const struct instant *instant)
{
	struct print *print;

	if (!answer_may_ask(answer, instant->lab, instant->lab_len))
		return 0;
	print = answer_print(answer, instant->lab);
	if (!print)
		return ERR_MEMORY;
	if (!strcmp(instant->name, "n"))
		print->n = answer_count(instant->number);
	else
		print->seqs = instant->number;
	return 0;
}

static int take_count(struct answer *answer, const struct instant *instant)
{
	*(victoria_is_guarded(instant->name) ? &answer->n_fields : &answer->n) +=
		answer_count(instant->number);
	return 0;
}

static const struct column *lab_column(const struct instant *instant)
{
	static const char prefix[] = "lab_status_";

	return strncmp(instant->name, prefix, strlen(prefix))
		       ? NULL
		       : column_of_lab(instant->name + strlen(prefix));
}

/* In the place of each field that the newest status has stands its time, until the values come. */
static int take_time(struct answer *answer, const struct instant *instant)
{
	bool newer;
	struct lab_row *row;

	if (!is_of_a_lab(instant))
		return 0;
	row = rows_lab_status(
		answer->rows, instant->lab, instant->spool, moment_of(instant), &newer);
	if (!row)
		return ERR_MEMORY;
	if (newer) {
		row->spool = names_keep(&answer->rows->names, instant->spool);
		column_put_number(row, lab_column(instant), instant->number);
	}
	return 0;
}

static int take_value(struct answer *answer, const struct instant *instant)
{
	const struct column *column = lab_column(instant);
	bool newer;
	struct lab_row *row;

	if (!is_of_a_lab(instant))
		return 0;
	row = rows_lab_status(answer->rows, instant->lab, instant->spool, 0, &newer);
	if (!row)
		return ERR_MEMORY;
	if (column && !strcmp(row->spool, instant->spool) && column_has_number(row, column))
		column_put_number(row, column, instant->number);
	return 0;
}

int victoria_take_prints(struct answer *answer, const char *line, size_t len)
{
	return take_instants(answer, line, len, take_print);
}

int victoria_take_counts(struct answer *answer, const char *line, size_t len)
{
	return take_instants(answer, line, len, take_count);
}

int victoria_take_heard(struct answer *answer, const char *line, size_t len)
{
	return take_instants(answer, line, len, hear);
}

int victoria_take_lab_times(struct answer *answer, const char *line, size_t len)
{
	return take_instants(answer, line, len, take_time);
}

int victoria_take_labs(struct answer *answer, const char *line, size_t len)
{
	return take_instants(answer, line, len, take_value);
}
