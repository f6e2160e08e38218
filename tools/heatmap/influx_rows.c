/* Results as InfluxDB 1.x writes them as CSV: half the work of JSON for either side, and a laboratory's month is thousands of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "influx.h"

/* A tag is shorter than 64 KiB; a byte that is no UTF-8 grows to three. */
enum { COLUMNS = 64, NAME = 64, TAG = 64 * 1024, BEFORE = 3 /* name, tags, time */ };

struct influx_table {
	struct csv csv; /* the line */
	size_t n;       /* 0: its names did not come yet */
	const struct column *columns[COLUMNS];
	bool told; /* the next line is the store's own words */
	char raw[TAG], clean[3 * TAG];
};

static bool is(const struct csv *csv, size_t field, const char *text)
{
	return field < csv->n && csv->fields[field].len == strlen(text) &&
	       !memcmp(csv->fields[field].at, text, csv->fields[field].len);
}

/* name,tags,time and those that were asked for. */
static int read_names(struct answer *answer, struct influx_table *table)
{
	const struct csv *csv = &table->csv;
	char name[NAME];
	size_t i;

	if (!is(csv, 1, "tags") || !is(csv, 2, "time") || csv->n > COLUMNS)
		return answer_damaged(answer, INFLUX_NONE);
	for (i = BEFORE; i < csv->n; i++)
		table->columns[i] =
			csv_text(csv, i, name, sizeof(name)) ? column_of_result(name) : NULL;
	table->n = csv->n;
	return 0;
}

static bool is_plain(const char *at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!at[i] || (unsigned char)at[i] >= 0x80)
			return false;
	return true;
}

/* What is no character is U+FFFD, as in the store's JSON. */
static const char *cleaned(struct influx_table *table, size_t len)
{
	struct text text = text_over(table->clean, sizeof(table->clean));

	if (is_plain(table->raw, len))
		return table->raw;
	text_put_utf8(&text, table->raw, len);
	return table->clean;
}

/* NAN: it is none. */
static double number_of(const struct csv_field *field)
{
	const char *end;
	double number = answer_number(field->at, &end);

	return field->len && end == field->at + field->len ? number : (double)NAN;
}

static int put_field(
	struct answer *answer, struct influx_table *table, struct result_row *row, size_t i)
{
	const struct column *column = table->columns[i];
	size_t len;

	if (!column || !table->csv.fields[i].len)
		return 0;
	if (!column_is_text(column)) {
		column_put_number(row, column, number_of(&table->csv.fields[i]));
		return 0;
	}
	if (!csv_exact(&table->csv, i, table->raw, sizeof(table->raw), &len))
		return answer_damaged(answer, INFLUX_NONE);
	column_put_text(answer->rows, row, column, cleaned(table, len));
	return 0;
}

static int read_row(struct answer *answer, struct influx_table *table)
{
	double time = table->csv.n == table->n ? number_of(&table->csv.fields[2]) : (double)NAN;
	struct result_row *row;
	size_t i;
	int err = 0;

	if (!table->n || !(fabs(time) <= (double)WHOLE_MOST))
		return answer_damaged(answer, INFLUX_MISFIT);
	row = rows_add_result(answer->rows);
	if (!row)
		return ERR_MEMORY;
	answer->n++;
	row->at_ms = (int64_t)time;
	for (i = BEFORE; !err && i < table->n; i++)
		err = put_field(answer, table, row, i);
	return err;
}

static int refused(struct answer *answer, const char *line, size_t len)
{
	text_put_shown(answer->why, line, len, 200);
	return ERR_CONF;
}

int influx_take_results(struct answer *answer, const char *line, size_t len)
{
	struct influx_table *table = answer->table;

	if (!table) {
		table = answer->table = calloc(1, sizeof(*table));
		if (!table)
			return ERR_MEMORY;
	}
	if (table->told)
		return refused(answer, line, len);
	if (!csv_split(&table->csv, line, len))
		return answer_damaged(answer, INFLUX_NONE);
	if (is(&table->csv, 0, "name"))
		return read_names(answer, table);
	table->told = table->csv.n == 1 && is(&table->csv, 0, "error");
	if (table->told)
		return 0;
	return is(&table->csv, 0, "result") ? read_row(answer, table)
					    : answer_damaged(answer, INFLUX_NONE);
}
