/* waterlab spool export --format sqlite: the export's rows as tables of one file. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/csv.h"
#include "cli/spool_alone.h"
#include "cli/spool_export.h"
#include "spool/tables.h"

enum { FIELD = 1024 }; /* the longest word of a row is 200 bytes, each of which may be a quote */

/* Columns that are numbers; all others, those of a later version too, are text. */
static const struct table_column numbers[] = {
	{"seq", TABLE_KEY},
	{"value", TABLE_REAL},
	{"qc", TABLE_INTEGER},
	{"boot_ms", TABLE_INTEGER},
	{"clock_error_s", TABLE_REAL},
	{"mode", TABLE_INTEGER},
	{"fix_age_s", TABLE_REAL},
	{"eph_m", TABLE_REAL},
	{"border_m", TABLE_INTEGER},
	{"a", TABLE_INTEGER},
	{"b", TABLE_INTEGER},
	{"c", TABLE_INTEGER},
};
static const char *const stream_words[STREAM_COUNT] = {"readings", "ledger"};

struct writer {
	struct tables *tables;
	const char *table;
	bool headed; /* the table is there */
	struct csv csv;
	char fields[TABLE_COLUMNS][FIELD];
	unsigned long long rows[STREAM_COUNT];
	enum stream stream;
	char words[600];
};

static enum table_type type_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(numbers[i].name, name))
			return numbers[i].type;
	return TABLE_TEXT;
}

static int add_table(struct writer *w, struct text *why)
{
	struct table_column columns[TABLE_COLUMNS];
	size_t i;

	for (i = 0; i < w->csv.n; i++)
		columns[i] = (struct table_column){w->fields[i], type_of(w->fields[i])};
	w->headed = true;
	return tables_add(w->tables, w->table, columns, w->csv.n, why);
}

static int put_line(struct writer *w, const char *line, size_t len)
{
	const char *values[TABLE_COLUMNS];
	struct text why = text_over(w->words, sizeof(w->words));
	size_t i;

	if (!csv_split(&w->csv, line, len) || w->csv.n > TABLE_COLUMNS) {
		text_put(&why, "a row has more columns than this version understands");
		return ERR_RANGE;
	}
	for (i = 0; i < w->csv.n; i++) {
		if (!csv_text(&w->csv, i, w->fields[i], FIELD))
			w->fields[i][0] = '\0';
		values[i] = w->fields[i];
	}
	if (!w->headed)
		return add_table(w, &why);
	w->rows[w->stream]++;
	return tables_put(w->tables, values, &why);
}

static int put_lines(void *ctx, const char *lines, size_t len)
{
	const char *end = lines + len, *newline;
	int err = 0;

	while (!err && lines < end && (newline = memchr(lines, '\n', (size_t)(end - lines)))) {
		err = put_line(ctx, lines, (size_t)(newline - lines));
		lines = newline + 1;
	}
	return err;
}

static int put_meta(struct writer *w, const char *key, const char *value, struct text *why)
{
	return tables_put(w->tables, (const char *const[]){key, value}, why);
}

/* What the tables are of, so that the file explains itself. */
static int add_meta(struct writer *w, const json_t *stat, struct text *why)
{
	static const struct table_column columns[] = {{"key", TABLE_TEXT}, {"value", TABLE_TEXT}};
	const char *lab = json_string_value(json_object_get(stat, "lab"));
	const char *id = json_string_value(json_object_get(stat, "id"));
	char made_at[32] = "", count[24];
	time_t now = time(NULL);
	struct tm tm;
	int stream, err;

	if (gmtime_r(&now, &tm))
		strftime(made_at, sizeof(made_at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	err = tables_add(w->tables, "meta", columns, 2, why);
	if (!err)
		err = put_meta(w, "lab", lab ? lab : "", why);
	if (!err)
		err = put_meta(w, "spool", id ? id : "", why);
	if (!err)
		err = put_meta(w, "version", "waterlab " WATERLAB_VERSION, why);
	if (!err)
		err = put_meta(w, "made_at", made_at, why);
	for (stream = 0; stream < STREAM_COUNT && !err; stream++) {
		snprintf(count, sizeof(count), "%llu", w->rows[stream]);
		err = put_meta(w, stream_words[stream], count, why);
	}
	return err;
}

/* False: it broke off, or nothing could be asked; *end says how it ended. */
static bool fill(const struct cli *cli, struct export_ask ask, struct writer *w, int *end)
{
	struct spool_sink to = {.put = put_lines, .ctx = w, .words = w->words, .whole = true};
	int stream, one;

	ask.format = EXPORT_CSV;
	for (stream = 0; stream < STREAM_COUNT && to.whole; stream++) {
		if (cli->stream && strcmp(cli->stream, stream_words[stream]) != 0)
			continue;
		ask.stream = w->stream = (enum stream)stream;
		w->table = stream_words[stream];
		w->headed = to.whole = false;
		one = spool_export_stream(cli, &ask, &to);
		*end = one ? one : *end; /* damaged rows that were left out were said */
	}
	return to.whole;
}

static int make(const struct cli *cli, const struct export_ask *ask, const json_t *stat)
{
	static struct writer w;
	char words[600];
	struct text why = text_over(words, sizeof(words));
	int end = CLI_DONE, err = tables_begin(&w.tables, cli->args[0], &why);

	if (!err && !fill(cli, *ask, &w, &end)) {
		tables_drop(w.tables);
		return end ? end : CLI_FAILED;
	}
	if (!err) {
		err = add_meta(&w, stat, &why);
		if (err)
			tables_drop(w.tables);
		else
			err = tables_finish(w.tables, &why);
	}
	if (err)
		fprintf(stderr, "waterlab: %s\n", why.len ? words : err_text(err));
	return err ? CLI_FAILED : end;
}

int spool_export_sqlite(const struct cli *cli, const struct export_ask *ask)
{
	json_t *stat;
	int end;

	if (!cli->n_args || ((ask->first || ask->last) && !cli->stream)) {
		fputs(cli->n_args
				? "waterlab: --from and --to are numbers of one stream: name it by "
				  "--stream\n"
				: "waterlab: --format sqlite wants the name of the file to make\n",
			stderr);
		return CLI_USAGE;
	}
	end = spool_ask_stat(cli, &stat);
	if (end)
		return end;
	end = make(cli, ask, stat);
	json_decref(stat);
	return end;
}
