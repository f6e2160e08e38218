#include "uplink/receipt_form.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "uplink/url.h"

enum { QUERY = RECEIPT_FORM / 2, WORDS = 120, STATEMENTS = 3, MEASUREMENTS = 5 };

/* Of the ledger every row is in one of the five. */
static const char *const measurements[STREAM_COUNT] = {
	"reading", "event,summary,result,point,lab_status"};
static const char *const seq_names[STREAM_COUNT] = {"reading_seq{",
	"{__name__=~\"event_seq|summary_seq|result_seq|point_seq|lab_status_seq\","};

struct store_conf receipt_asked_as(const struct store_conf *conf)
{
	struct store_conf asked = *conf;

	if (conf->read_url[0])
		text_copy(asked.url, sizeof(asked.url), conf->read_url);
	if (conf->read_token_file[0]) {
		text_copy(asked.token_file, sizeof(asked.token_file), conf->read_token_file);
		text_copy(asked.user, sizeof(asked.user), conf->read_user);
	}
	return asked;
}

struct receipt_tally receipt_whole(struct range range)
{
	uint64_t n = range.last - range.first + 1;

	return (struct receipt_tally){
		n, range.first, range.last, n * range.first + n * (n - 1) / 2, true};
}

bool receipt_same_tally(const struct receipt_tally *a, const struct receipt_tally *b)
{
	return a->n == b->n && a->least == b->least && a->most == b->most && a->sum == b->sum &&
	       a->exact == b->exact;
}

bool receipt_has_tallies(const struct store_conf *conf)
{
	return conf->flavour != FLAVOUR_VICTORIAMETRICS;
}

/* --- what is asked -------------------------------------------------------------------------------- */

/* A tag's value as it was stored (line_put_tag() without its escapes), in quotes. */
static void put_quoted(struct text *to, const char *s, char quote)
{
	text_put_char(to, quote);
	if (!*s)
		text_put_char(to, '_');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == 0x7f || (c == '\\' && !s[1])) {
			text_put_char(to, '_');
			continue;
		}
		if (*s == quote || *s == '\\')
			text_put_char(to, '\\');
		text_put_char(to, *s);
	}
	text_put_char(to, quote);
}

static void put_statement(struct text *to, const char *what, const char *spool_id,
	const struct receipt_question *question)
{
	text_printf(to, "SELECT %s FROM %s WHERE spool=", what, measurements[question->stream]);
	put_quoted(to, spool_id, '\'');
	text_printf(to, " AND time>=%lldms AND time<=%lldms AND seq>=%llu AND seq<=%llu",
		(long long)question->from_ms, (long long)question->to_ms,
		(unsigned long long)question->range.first,
		(unsigned long long)question->range.last);
}

static void put_field(struct text *to, const char *name, const char *value)
{
	if (to->len)
		text_put_char(to, '&');
	url_put_encoded(to, name);
	text_put_char(to, '=');
	url_put_encoded(to, value);
}

static int put_influxql(struct text *to, const struct store_conf *conf, const struct text *query)
{
	put_field(to, "db", conf->database);
	if (conf->flavour == FLAVOUR_INFLUXDB_V1 && conf->retention_policy[0])
		put_field(to, "rp", conf->retention_policy);
	put_field(to, "epoch", "ms");
	put_field(to, "q", query->at);
	return to->cut || query->cut ? ERR_FULL : 0;
}

struct receipt_question receipt_of_one(const struct receipt_question *question, uint64_t number)
{
	struct receipt_question one = *question;

	one.at_ms = question->at_ms + (number - question->range.first);
	one.range = (struct range){number, number};
	one.from_ms = one.to_ms = *one.at_ms;
	one.chance = number;
	return one;
}

static void put_exact(struct text *to, const char *spool_id,
	const struct receipt_question *question, uint64_t number)
{
	struct receipt_question one = receipt_of_one(question, number);

	text_put_char(to, ';');
	put_statement(to, "count(seq)", spool_id, &one);
}

int receipt_put_tallies(struct text *to, const struct store_conf *conf, const char *spool_id,
	const struct receipt_question *questions, size_t n)
{
	char at[QUERY];
	struct text query = text_over(at, sizeof(at));
	size_t i;

	for (i = 0; i < n; i++) {
		if (i)
			text_put_char(&query, ';');
		put_statement(
			&query, "count(seq),min(seq),max(seq),sum(seq)", spool_id, &questions[i]);
		put_exact(&query, spool_id, &questions[i], questions[i].chance);
		put_exact(&query, spool_id, &questions[i], questions[i].range.last);
	}
	return put_influxql(to, conf, &query);
}

/* VictoriaMetrics takes seconds; a ms is added at both ends, for other numbers do not count. */
static void put_seconds(struct text *to, const char *name, int64_t ms)
{
	char at[32];
	struct text text = text_over(at, sizeof(at));

	text_printf(&text, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
	put_field(to, name, at);
}

static int put_export(struct text *to, const struct store_conf *conf, const char *spool_id,
	const struct receipt_question *question, enum receipt_detail detail)
{
	char at[QUERY];
	struct text match = text_over(at, sizeof(at));

	text_printf(&match, "%sspool=", seq_names[question->stream]);
	put_quoted(&match, spool_id, '"');
	if (conf->database[0]) {
		text_put(&match, ",db=");
		put_quoted(&match, conf->database, '"');
	}
	text_put_char(&match, '}');
	put_field(to, "format",
		detail == RECEIPT_ROWS ? "__value__,__timestamp__:unix_ms" : "__value__");
	put_field(to, "match[]", match.at);
	put_seconds(to, "start", question->from_ms - 1);
	put_seconds(to, "end", question->to_ms + 1);
	return to->cut || match.cut ? ERR_FULL : 0;
}

int receipt_put_list(struct text *to, const struct store_conf *conf, const char *spool_id,
	const struct receipt_question *question, enum receipt_detail detail)
{
	char at[QUERY];
	struct text query = text_over(at, sizeof(at));

	if (conf->flavour == FLAVOUR_VICTORIAMETRICS)
		return put_export(to, conf, spool_id, question, detail);
	put_statement(&query, "seq", spool_id, question);
	return put_influxql(to, conf, &query);
}

/* --- what is answered ------------------------------------------------------------------------------ */

/* The store's words inside ours: short, and nothing that a log line cannot hold. */
static int refuse(struct text *why, const char *what, const char *words)
{
	size_t i;

	text_put(why, what);
	if (words)
		text_put(why, ": ");
	for (i = 0; words && words[i] && i < WORDS; i++)
		text_put_char(why, words[i] >= ' ' && words[i] < 0x7f ? words[i] : ' ');
	return ERR_IO;
}

/* InfluxDB says so of the series, its documentation of the result. */
static bool is_partial(json_t *result)
{
	json_t *parts = json_object_get(result, "series"), *part;
	bool partial = json_is_true(json_object_get(result, "partial"));
	size_t i;

	for (i = 0; (part = json_array_get(parts, i)); i++)
		partial = partial || json_is_true(json_object_get(part, "partial"));
	return partial;
}

/* The results of an InfluxQL answer, n of them, none with an error; NULL with words. */
static json_t *read_results(json_t *answer, size_t n, struct text *why)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	json_t *results = json_object_get(answer, "results"), *result;
	size_t i;

	if (error) {
		refuse(why, "the store answers", error);
		return NULL;
	}
	for (i = 0; i < json_array_size(results); i++) {
		result = json_array_get(results, i);
		error = json_string_value(json_object_get(result, "error"));
		if (error || is_partial(result)) {
			refuse(why, "the store answers",
				error ? error : "part of the rows only (max-row-limit)");
			return NULL;
		}
	}
	if (json_array_size(results) != n) {
		refuse(why, "the answer is not one of InfluxQL", NULL);
		return NULL;
	}
	return results;
}

/* How many measurements have rows of it. */
static size_t parts_of(json_t *result, bool *odd)
{
	json_t *series = json_object_get(result, "series");

	*odd = *odd ||
	       (series && (!json_array_size(series) || json_array_size(series) > MEASUREMENTS));
	return json_array_size(series);
}

/* The rows of a part of a result.  *odd: it is no such result. */
static json_t *rows_of(json_t *result, size_t part, size_t columns, bool *odd)
{
	json_t *rows, *row;
	size_t i;

	rows = json_object_get(json_array_get(json_object_get(result, "series"), part), "values");
	*odd = *odd || !json_is_array(rows);
	for (i = 0; (row = json_array_get(rows, i)); i++)
		*odd = *odd || json_array_size(row) != columns;
	return rows;
}

static uint64_t number_in(json_t *row, size_t column, bool *odd)
{
	json_t *number = json_array_get(row, column);

	if (!json_is_integer(number) || json_integer_value(number) < 0) {
		*odd = true;
		return 0;
	}
	return (uint64_t)json_integer_value(number);
}

/* A count of one row: it is there. */
static bool has_one(json_t *result, bool *odd)
{
	size_t parts = parts_of(result, odd), i;
	bool has = false;
	json_t *row;

	for (i = 0; i < parts; i++) {
		row = json_array_get(rows_of(result, i, 2, odd), 0);
		has = has || (row && number_in(row, 1, odd) > 0);
	}
	return has;
}

static struct receipt_tally tally_in(json_t *result, bool *odd)
{
	struct receipt_tally all = {0}, one;
	size_t parts = parts_of(result, odd), i;
	json_t *row;

	for (i = 0; i < parts; i++) {
		row = json_array_get(rows_of(result, i, 5, odd), 0);
		if (!row)
			continue;
		one = (struct receipt_tally){.n = number_in(row, 1, odd),
			.least = number_in(row, 2, odd),
			.most = number_in(row, 3, odd),
			.sum = number_in(row, 4, odd)};
		all.least = !all.n || one.least < all.least ? one.least : all.least;
		all.most = one.most > all.most ? one.most : all.most;
		all.n += one.n;
		all.sum += one.sum;
	}
	return all;
}

int receipt_read_tallies(
	const char *body, size_t len, struct receipt_tally *tallies, size_t n, struct text *why)
{
	json_t *answer = json_loadb(body, len, 0, NULL);
	json_t *results = read_results(answer, STATEMENTS * n, why);
	bool odd = false;
	size_t i;

	for (i = 0; results && i < n; i++) {
		tallies[i] = tally_in(json_array_get(results, STATEMENTS * i), &odd);
		tallies[i].exact = has_one(json_array_get(results, STATEMENTS * i + 1), &odd) &&
				   has_one(json_array_get(results, STATEMENTS * i + 2), &odd);
	}
	json_decref(answer);
	if (odd)
		return refuse(why, "the answer is not one of InfluxQL", NULL);
	return results ? 0 : ERR_IO;
}

static void note_number(const struct receipt_question *question, uint64_t number, bool *has)
{
	if (number >= question->range.first && number <= question->range.last)
		has[number - question->range.first] = true;
}

static void note_row(
	const struct receipt_question *question, uint64_t number, uint64_t at_ms, bool *has)
{
	if (number >= question->range.first && number <= question->range.last &&
		(int64_t)at_ms == question->at_ms[number - question->range.first])
		has[number - question->range.first] = true;
}

static int read_json_list(const char *body, size_t len, const struct receipt_question *question,
	bool *has, struct text *why)
{
	json_t *answer = json_loadb(body, len, 0, NULL);
	json_t *results = read_results(answer, 1, why), *result, *rows, *row;
	bool odd = false, known = results != NULL;
	size_t parts, part, i;

	result = json_array_get(results, 0);
	parts = parts_of(result, &odd);
	for (part = 0; part < parts; part++) {
		rows = rows_of(result, part, 2, &odd);
		for (i = 0; (row = json_array_get(rows, i)); i++)
			note_row(question, number_in(row, 1, &odd), number_in(row, 0, &odd), has);
	}
	json_decref(answer);
	if (odd)
		return refuse(why, "the answer is not one of InfluxQL", NULL);
	return known ? 0 : ERR_IO;
}

/* A whole number from 0 up to where a double has them all, and what stands behind it. */
static bool take_number(char **at, char behind, uint64_t *number)
{
	char *rest;
	double value = strtod(*at, &rest);

	if (rest == *at || *rest != behind || !(value >= 0) || value > 9007199254740992.0)
		return false;
	*number = (uint64_t)value;
	if ((double)*number < value)
		return false;
	*at = rest + 1;
	return true;
}

/* A line "NUMBER" or "NUMBER,MS", without its end. */
static bool read_line(const char *line, size_t len, const struct receipt_question *question,
	enum receipt_detail detail, bool *has)
{
	uint64_t number, at_ms;
	char words[64], *word = words;

	if (len >= sizeof(words))
		return false;
	memcpy(words, line, len);
	words[len] = '\0';
	words[strcspn(words, "\r")] = '\0';
	if (detail == RECEIPT_NUMBERS) {
		if (!take_number(&word, '\0', &number))
			return false;
		note_number(question, number, has);
		return true;
	}
	if (!take_number(&word, ',', &number) || !take_number(&word, '\0', &at_ms))
		return false;
	note_row(question, number, at_ms, has);
	return true;
}

/* Every line must be ended. */
static int read_csv_list(const char *body, size_t len, const struct receipt_question *question,
	enum receipt_detail detail, bool *has, struct text *why)
{
	const char *at = body, *end = body + len, *line;

	for (; at < end; at = line + 1) {
		line = memchr(at, '\n', (size_t)(end - at));
		if (!line || !read_line(at, (size_t)(line - at), question, detail, has))
			return refuse(why, "the answer is not one of the export", NULL);
	}
	return 0;
}

int receipt_read_list(const struct store_conf *conf, const char *body, size_t len,
	const struct receipt_question *question, enum receipt_detail detail, bool *has,
	struct text *why)
{
	uint64_t n = question->range.last - question->range.first + 1;

	memset(has, 0, (size_t)n * sizeof(*has));
	return conf->flavour == FLAVOUR_VICTORIAMETRICS
		       ? read_csv_list(body, len, question, detail, has, why)
		       : read_json_list(body, len, question, has, why);
}
