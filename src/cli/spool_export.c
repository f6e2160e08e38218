/* waterlab spool export: by the daemon, or alone when no daemon holds the spool. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/spool_alone.h"
#include "cli/spool_export.h"

struct exporting {
	struct spool_sink *to;
	char *held; /* the line before: only the last one of all may be the daemon's own */
	size_t len, room;
};

static int write_held(const struct exporting *e)
{
	if (!e->held)
		return 0;
	e->held[e->len] = '\n';
	return e->to->put(e->to->ctx, e->held, e->len + 1);
}

static int take_line(void *ctx, const char *line, size_t len)
{
	struct exporting *e = ctx;
	char *held;

	if (write_held(e))
		return ERR_IO;
	if (len + 1 >= e->room) {
		held = realloc(e->held, len + 4096);
		if (!held)
			return ERR_MEMORY;
		e->held = held;
		e->room = len + 4096;
	}
	memcpy(e->held, line, len);
	e->len = len;
	return 0;
}

static int tell_count(struct spool_sink *to, long long left_out, long long damaged)
{
	to->whole = true;
	if (left_out)
		fprintf(stderr, "waterlab: %lld rows have no time yet and were left out\n",
			left_out);
	if (damaged)
		fprintf(stderr, "waterlab: %lld rows are damaged on the card and were left out\n",
			damaged);
	return damaged ? CLI_FAILED : CLI_DONE;
}

/* The daemon's last line says how it ended. */
static int finish(const struct exporting *e)
{
	json_t *last = e->held ? json_loadb(e->held, e->len, 0, NULL) : NULL;
	const char *error = json_string_value(json_object_get(last, "error"));
	int end = CLI_FAILED;

	if (error)
		fprintf(stderr, "waterlab: %s\n", error);
	else if (!json_is_true(json_object_get(last, "end")))
		fputs("waterlab: the export broke off: what is written is not whole\n", stderr);
	else
		end = tell_count(e->to,
			(long long)json_integer_value(json_object_get(last, "left_out")),
			(long long)json_integer_value(json_object_get(last, "damaged")));
	json_decref(last);
	return end;
}

static int write_lines(void *ctx, const char *lines, size_t len)
{
	(void)ctx;
	return fwrite(lines, 1, len, stdout) == len ? 0 : ERR_IO;
}

/* What the options want; false after words. */
static bool read_ask(const struct cli *cli, struct export_ask *ask)
{
	*ask = (struct export_ask){
		.format = cli->format && !strcmp(cli->format, "lp") ? EXPORT_LP : EXPORT_CSV,
		.stream = cli->stream && !strcmp(cli->stream, "ledger") ? STREAM_LEDGER
									: STREAM_READINGS};
	if ((cli->from && !options_number("from", cli->from, &ask->first)) ||
		(cli->to && !options_number("to", cli->to, &ask->last)))
		return false;
	if (!ask->last || ask->first <= ask->last)
		return true;
	fputs("waterlab: --from is greater than --to\n", stderr);
	return false;
}

static int export_alone(
	const struct cli *cli, struct export_ask ask, struct spool_sink *to, const char *words)
{
	struct spool_reader *reader;
	struct export_count count;
	struct conf *conf;
	int end = spool_open_alone(cli, words, &conf, &reader), err;

	if (end)
		return end;
	ask.lab = conf->lab;
	err = export_rows(reader, &ask, to->put, to->ctx, &count);
	if (err) {
		fprintf(stderr, "waterlab: the export broke off: %s\n",
			to->words && *to->words ? to->words
			: ferror(stdout)        ? strerror(errno)
						: err_text(err));
		end = CLI_FAILED;
	} else {
		end = tell_count(to, (long long)count.left_out, (long long)count.damaged);
	}
	spool_reader_close(reader);
	conf_free(conf);
	return end;
}

int spool_export_stream(const struct cli *cli, const struct export_ask *ask, struct spool_sink *to)
{
	struct exporting e = {.to = to};
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	json_t *request = json_pack("{s:s, s:s, s:s, s:I, s:I}", "ask", "export", "format",
		ask->format == EXPORT_LP ? "lp" : "csv", "stream",
		ask->stream == STREAM_LEDGER ? "ledger" : "readings", "first",
		(json_int_t)ask->first, "last", (json_int_t)ask->last);
	int end = cli_ask_into(cli, request, take_line, &e, &why);

	if (end == CLI_ABSENT && !e.held)
		end = export_alone(cli, *ask, to, words);
	else if (end)
		fprintf(stderr, "waterlab: %s\n",
			to->words && *to->words ? to->words
			: why.len               ? words
				  : "the export broke off: what is written is not whole");
	else
		end = finish(&e);
	free(e.held);
	return end;
}

int cli_spool_export(struct cli *cli)
{
	struct spool_sink to = {.put = write_lines};
	struct export_ask ask;

	if (!read_ask(cli, &ask))
		return CLI_USAGE;
	if (cli->format && !strcmp(cli->format, "sqlite"))
		return spool_export_sqlite(cli, &ask);
	if (!cli->n_args)
		return spool_export_stream(cli, &ask, &to);
	fputs("waterlab: only --format sqlite takes a file; the others write to standard output\n",
		stderr);
	return CLI_USAGE;
}
