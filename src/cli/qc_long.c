/*
 * A long table: a row for each reading.  A row goes out when all before it went and its successor, the next of the same
 * analyzer and parameter in the same visit, made its spike final; one whose successor is very far keeps the spike's 2.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/qc_table.h"

/* --- rows that wait -------------------------------------------------------------------------------- */

static struct qc_row *row_of(struct qc_table *t, uint64_t number)
{
	return &t->rows[number % QC_ROWS];
}

static void put_flag(struct qc_table *t, const struct qc_row *row, int flag)
{
	fputc(',', t->to);
	if (row->column)
		fprintf(t->to, "%d", flag);
}

static void put_row(struct qc_table *t, const struct qc_row *row)
{
	enum qc worst = qc_flags_worst(&row->flags);
	unsigned k;

	fwrite(row->text, 1, row->len, t->to);
	for (k = 0; k < QC_TESTS; k++)
		if (k != QC_LOCATION || t->placed)
			put_flag(t, row, row->flags.of[k]);
	put_flag(t, row, (int)worst);
	fputs(row->end_of_line, t->to);
	if (row->column)
		row->column->counts[worst]++;
}

static void put_first(struct qc_table *t)
{
	struct qc_row *row = row_of(t, t->first_row);

	put_row(t, row);
	free(row->text);
	t->first_row++;
	t->n_rows--;
}

void qc_release_long(struct qc_table *t)
{
	while (t->n_rows)
		put_first(t);
}

/* The row that is there now, with the commas it lacks.  NULL: ERR_MEMORY. */
static struct qc_row *add_row(struct qc_table *t, struct qc_column *column)
{
	size_t more = t->in.n && t->in.n < t->width ? t->width - t->in.n : 0;
	struct qc_row *row;
	char *text = malloc(t->in.len + more + 1);

	if (!t->rows)
		t->rows = calloc(QC_ROWS, sizeof(*t->rows));
	if (!text || !t->rows) {
		free(text);
		return NULL;
	}
	if (t->n_rows == QC_ROWS)
		put_first(t);
	if (!t->first_row)
		t->first_row = 1;
	memcpy(text, t->in.record, t->in.len);
	memset(text + t->in.len, ',', more);
	row = row_of(t, t->first_row + t->n_rows++);
	*row = (struct qc_row){text, t->in.len + more, qc_end_of_line(t), column, column == NULL,
		qc_flags_all(QC_NOT_EVALUATED)};
	return row;
}

/* The spike of the column's last row is known, for good. */
static void settle(struct qc_table *t, struct qc_column *column, enum qc spike)
{
	struct qc_row *row;

	if (column->waits >= t->first_row && t->n_rows) {
		row = row_of(t, column->waits);
		if (row->flags.of[QC_SPIKE] != QC_MISSING)
			row->flags.of[QC_SPIKE] = (uint8_t)spike;
		row->final = true;
	}
	column->waits = 0;
}

static void put_final(struct qc_table *t)
{
	while (t->n_rows && row_of(t, t->first_row)->final)
		put_first(t);
}

int qc_pass_long(struct qc_table *t)
{
	if (!add_row(t, NULL))
		return ERR_MEMORY;
	put_final(t);
	return 0;
}

/* --- one row --------------------------------------------------------------------------------------- */

void qc_put_long_heading(const struct qc_table *t)
{
	unsigned k;

	fwrite(t->in.record, 1, t->in.len, t->to);
	for (k = 0; k < QC_TESTS; k++)
		if (k != QC_LOCATION || t->placed)
			fprintf(t->to, ",qc_%s", qc_test_word((enum qc_test)k));
	fprintf(t->to, ",qc_worst%s", qc_end_of_line(t));
}

/* NULL: the row names none, or after words. */
static struct qc_column *column_of_row(struct qc_table *t)
{
	char parameter[QC_WORD] = "", unit[QC_WORD] = "", heading[QC_HEADING];
	struct text text = text_over(heading, sizeof(heading));
	unsigned i;

	if (!csv_text(&t->in, t->parameter, parameter, sizeof(parameter)) || !*parameter)
		return NULL;
	if (t->unit != NO_COLUMN)
		(void)csv_text(&t->in, t->unit, unit, sizeof(unit));
	text_printf(&text, *unit ? "%s:" : "%s", unit);
	text_put(&text, parameter);
	if (text.cut) {
		qc_say_bad(t, "analyzer and parameter are longer than %d bytes", QC_HEADING - 2);
		return NULL;
	}
	for (i = 0; i < t->n; i++)
		if (!strcmp(t->columns[i].heading, heading))
			return &t->columns[i];
	return qc_add_column(t, heading, unit, parameter);
}

static void begin_anew(struct qc_table *t, struct qc_column *column)
{
	settle(t, column, QC_NOT_EVALUATED);
	qc_begin_column(column);
	column->visit.begun = false;
}

static void look_at_visit(struct qc_table *t, struct qc_column *column, int64_t utc_ms)
{
	char visit[QC_WORD];

	qc_read_visit(t, visit);
	if (strcmp(visit, column->visit.name) != 0)
		begin_anew(t, column);
	text_copy(column->visit.name, sizeof(column->visit.name), visit);
	if (column->visit.begun && utc_ms <= column->visit.last_ms) {
		qc_say_bad(t,
			"%s: its time is not after that of the row before; its tests begin "
			"anew",
			column->heading);
		begin_anew(t, column);
	}
	column->visit.begun = true;
	column->visit.last_ms = utc_ms;
}

static int judge_row(struct qc_table *t, struct qc_column *column, int64_t utc_ms)
{
	enum qc location = qc_judge_place(t), before;
	struct qc_flags flags;
	struct qc_row *row;
	uint16_t how;
	double value = qc_read_cell(t, t->value, column->heading, &how);

	if (qc_judge_value(column, utc_ms, value, how, &flags, &before))
		return ERR_MEMORY;
	settle(t, column, before);
	flags.of[QC_LOCATION] = (uint8_t)location;
	row = add_row(t, column);
	if (!row)
		return ERR_MEMORY;
	row->flags = flags;
	column->waits = t->first_row + t->n_rows - 1;
	put_final(t);
	return 0;
}

int qc_take_long(struct qc_table *t)
{
	struct qc_column *column;
	int64_t utc_ms;

	if (t->in.n > t->width) {
		qc_say_bad(t, "%zu fields, and the heading has %zu", t->in.n, t->width);
		return qc_pass_long(t);
	}
	column = column_of_row(t);
	if (!column || column->unknown)
		return qc_pass_long(t);
	if (!qc_read_time(t, &utc_ms)) {
		begin_anew(t, column);
		return qc_pass_long(t);
	}
	look_at_visit(t, column, utc_ms);
	return judge_row(t, column, utc_ms);
}
