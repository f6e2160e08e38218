/*
 * The rows of a table, judged one by one.  A row goes out as it came, with the flags of each parameter behind it; it is
 * held until the next one is there, without which no spike is final.
 */
#include "cli/qc_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* --- rows out -------------------------------------------------------------------------------------- */

const char *qc_end_of_line(const struct qc_table *t)
{
	return *t->in.end_of_line ? t->in.end_of_line : "\n";
}

static void put_heading(const struct qc_table *t)
{
	char room[2 * (QC_HEADING + 16)], word[QC_HEADING + 16];
	unsigned i, k;

	fwrite(t->in.record, 1, t->in.len, t->to);
	for (i = 0; i < t->n; i++)
		for (k = 0; k <= QC_LOCATION; k++) {
			struct text field = text_over(room, sizeof(room));

			snprintf(word, sizeof(word), "%s_%s", t->columns[i].heading,
				k < QC_LOCATION ? qc_test_word((enum qc_test)k) : "qc");
			csv_put(&field, word);
			fprintf(t->to, ",%s", room);
		}
	if (t->placed)
		fputs(",location_qc", t->to);
	fputs(qc_end_of_line(t), t->to);
}

static void put_flags(struct qc_table *t)
{
	unsigned i, k;

	for (i = 0; i < t->n; i++) {
		struct qc_column *column = &t->columns[i];
		enum qc worst = qc_flags_worst(&column->held);

		for (k = 0; k < QC_LOCATION; k++)
			fprintf(t->to, ",%d", column->held.of[k]);
		fprintf(t->to, ",%d", (int)worst);
		column->counts[worst]++;
	}
	if (t->placed)
		fprintf(t->to, ",%d", (int)t->held_location);
}

/* The row that is held, with the flags it has in the end. */
static void release(struct qc_table *t)
{
	if (!t->holds)
		return;
	t->holds = false;
	fwrite(t->held, 1, t->held_len, t->to);
	put_flags(t);
	fputs(t->held_end, t->to);
}

static void hold(struct qc_table *t)
{
	size_t i;

	memcpy(t->held, t->in.record, t->in.len);
	t->held_len = t->in.len;
	for (i = t->in.n; i < t->width; i++)
		t->held[t->held_len++] = ','; /* flags stay in their columns */
	t->held_end = qc_end_of_line(t);
	t->holds = true;
}

/* It is not judged. */
static void put_bare(struct qc_table *t)
{
	size_t n = t->width + t->n * (QC_LOCATION + 1) + (t->placed), i;

	fwrite(t->in.record, 1, t->in.len, t->to);
	for (i = t->in.n ? t->in.n : 1; i < n; i++)
		fputc(',', t->to);
	fputs(qc_end_of_line(t), t->to);
}

/* --- one row --------------------------------------------------------------------------------------- */

void qc_begin_column(struct qc_column *column)
{
	qc_stream_begin(&column->stream, &column->thresholds);
	qc_spread_anew(&column->spread);
}

static void begin_visit(struct qc_table *t)
{
	unsigned i;

	release(t);
	t->visit_now.begun = false;
	qc_track_begin(&t->track, &t->conf->area);
	for (i = 0; i < t->n; i++)
		qc_begin_column(&t->columns[i]);
}

int qc_judge_value(struct qc_column *column, int64_t utc_ms, double value, uint16_t how,
	struct qc_flags *flags, enum qc *before)
{
	enum qc attenuated;

	*before = qc_stream_take(&column->stream, utc_ms, value, how, flags);
	if (qc_spread_take(&column->spread, utc_ms, value, &attenuated))
		return ERR_MEMORY;
	flags->of[QC_ATTENUATED] = (uint8_t)attenuated;
	flags->of[QC_CLIMATOLOGY] = (uint8_t)qc_climatology(&column->thresholds, utc_ms, value);
	return 0;
}

static int judge_cells(struct qc_table *t, int64_t utc_ms)
{
	static struct qc_flags flags[QC_COLUMNS];
	enum qc location = qc_judge_place(t), spike;
	unsigned i;

	for (i = 0; i < t->n; i++) {
		struct qc_column *column = &t->columns[i];
		uint16_t how;
		double value = qc_read_cell(t, column->at, column->heading, &how);

		if (qc_judge_value(column, utc_ms, value, how, &flags[i], &spike))
			return ERR_MEMORY;
		flags[i].of[QC_LOCATION] = (uint8_t)location;
		column->held.of[QC_SPIKE] = (uint8_t)spike;
	}
	release(t); /* its spikes are known now */
	for (i = 0; i < t->n; i++)
		t->columns[i].held = flags[i];
	t->held_location = location;
	hold(t);
	return 0;
}

/* What is no row of this table ends the visit: what it says between two rows is not known. */
static void pass_bad(struct qc_table *t)
{
	begin_visit(t);
	put_bare(t);
}

static int take_row(struct qc_table *t)
{
	char visit[QC_WORD];
	int64_t utc_ms;

	if (t->in.n > t->width || t->in.len + t->width - t->in.n > sizeof(t->held)) {
		qc_say_bad(t, "%zu fields, and the heading has %zu", t->in.n, t->width);
		pass_bad(t);
		return 0;
	}
	if (!qc_read_time(t, &utc_ms)) {
		pass_bad(t);
		return 0;
	}
	qc_read_visit(t, visit);
	if (strcmp(visit, t->visit_now.name) != 0)
		begin_visit(t);
	text_copy(t->visit_now.name, sizeof(t->visit_now.name), visit);
	if (t->visit_now.begun && utc_ms <= t->visit_now.last_ms) {
		qc_say_bad(t, "its time is not after that of the row before; the tests begin anew");
		begin_visit(t);
	}
	t->visit_now.begun = true;
	t->visit_now.last_ms = utc_ms;
	return judge_cells(t, utc_ms);
}

/* --- the table ------------------------------------------------------------------------------------- */

static int take_heading(struct qc_table *t)
{
	if (!qc_read_heading(t))
		return ERR_CONF;
	if (t->value != NO_COLUMN)
		qc_put_long_heading(t);
	else
		put_heading(t);
	begin_visit(t);
	return 0;
}

static int take_record(struct qc_table *t, int next, bool *headed)
{
	bool is_long = *headed && t->value != NO_COLUMN;

	if (next == ERR_IO) {
		fprintf(t->say, "waterlab: %s: %s\n", t->name, strerror(errno));
		return next;
	}
	if (next) {
		qc_say_bad(t, next == ERR_FULL ? "too long; it is left out"
					       : "a quote is opened and not closed, or there are "
						 "too many fields");
		if (!*headed)
			return ERR_CONF;
		if (is_long)
			return next == ERR_FULL ? 0 : qc_pass_long(t);
		if (next == ERR_FULL)
			begin_visit(t);
		else
			pass_bad(t);
		return 0;
	}
	if (!t->in.len)
		return 0;
	if (!*headed) {
		*headed = true;
		return take_heading(t);
	}
	return is_long ? qc_take_long(t) : take_row(t);
}

static void tell(const struct qc_table *t)
{
	unsigned i;

	for (i = 0; i < t->n; i++) {
		const unsigned long *counts = t->columns[i].counts;

		if (t->columns[i].unknown)
			continue;
		fprintf(t->say,
			"waterlab: %s: pass %lu, suspect %lu, fail %lu, not evaluated %lu, missing "
			"%lu\n",
			t->columns[i].heading, counts[QC_PASS], counts[QC_SUSPECT], counts[QC_FAIL],
			counts[QC_NOT_EVALUATED], counts[QC_MISSING]);
	}
	if (t->bad)
		fprintf(t->say, "waterlab: %s: mistakes: %lu\n", t->name, t->bad);
}

int qc_judge_table(const struct qc_conf *conf, const char *name, FILE *in, FILE *to, FILE *say)
{
	struct qc_table *t = calloc(1, sizeof(*t));
	bool headed = false;
	int err = t ? 0 : ERR_MEMORY, next;
	unsigned i;

	if (t) {
		t->conf = conf;
		t->name = name;
		t->to = to;
		t->say = say;
		csv_begin(&t->in, in);
	}
	while (!err && !ferror(to) && (next = csv_next(&t->in)) != ERR_ABSENT)
		err = take_record(t, next, &headed);
	if (!err && !headed) {
		fprintf(say, "waterlab: %s: is empty\n", name);
		err = ERR_CONF;
	}
	if (!err) {
		release(t);
		qc_release_long(t);
		tell(t);
	} else if (err == ERR_MEMORY) {
		fprintf(say, "waterlab: %s\n", err_text(err));
	}
	err = err || t->bad;
	for (i = 0; t && i < t->n; i++)
		qc_spread_free(&t->columns[i].spread);
	for (; t && t->n_rows; t->n_rows--)
		free(t->rows[t->first_row++ % QC_ROWS].text);
	if (t)
		free(t->rows);
	free(t);
	return err ? CLI_FAILED : CLI_DONE;
}
