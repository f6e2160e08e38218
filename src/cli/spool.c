/* waterlab spool stat, waterlab spool export: by the daemon, or alone when no daemon holds the spool. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/view.h"
#include "uplink/export.h"

/* --- without a daemon ------------------------------------------------------------------------------ */

/* The spool that the configuration names.  Words go to stderr; `words` says why it came to this. */
static int open_alone(
	const struct cli *cli, const char *words, struct conf **conf, struct spool_reader **reader)
{
	char room[512];
	struct text why = text_over(room, sizeof(room));
	int err;

	*conf = cli_config(cli);
	if (!*conf)
		return CLI_USAGE;
	err = spool_reader_open_dir(reader, (*conf)->spool.dir, &why);
	if (err == 0)
		return CLI_DONE;
	if (err == ERR_BUSY)
		fprintf(stderr, "waterlab: %s: a daemon holds it, and %s\n", (*conf)->spool.dir,
			words);
	else
		fprintf(stderr, "waterlab: %s: %s\n", (*conf)->spool.dir,
			why.len ? room : err_text(err));
	conf_free(*conf);
	return CLI_FAILED;
}

static json_t *range_of(struct spool_reader *reader, enum stream stream)
{
	struct range range = spool_reader_range(reader, stream);

	return json_pack(
		"{s:I, s:I}", "first", (json_int_t)range.first, "last", (json_int_t)range.last);
}

/* Bytes of all files of the spool's folder. */
static json_int_t bytes_of(const char *dir)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;
	json_int_t bytes = 0;
	struct stat st;

	if (!folder)
		return 0;
	while ((entry = readdir(folder)))
		if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode))
			bytes += st.st_size;
	closedir(folder);
	return bytes;
}

/* --- stat ------------------------------------------------------------------------------------------ */

static int stat_alone(const struct cli *cli, const char *words, json_t **answer)
{
	struct spool_reader *reader;
	struct conf *conf;
	int end = open_alone(cli, words, &conf, &reader);

	if (end)
		return end;
	*answer = json_pack("{s:s, s:s, s:s, s:o, s:o, s:I}", "lab", conf->lab, "dir",
		conf->spool.dir, "id", spool_reader_id(reader), "readings",
		range_of(reader, STREAM_READINGS), "ledger", range_of(reader, STREAM_LEDGER),
		"bytes", bytes_of(conf->spool.dir));
	spool_reader_close(reader);
	conf_free(conf);
	return *answer ? CLI_DONE : CLI_FAILED;
}

static void show_range(const json_t *answer, const char *stream)
{
	const json_t *range = json_object_get(answer, stream);
	long long first = (long long)json_integer_value(json_object_get(range, "first"));
	long long last = (long long)json_integer_value(json_object_get(range, "last"));

	if (last)
		printf("%-9s numbers %lld to %lld\n", stream, first, last);
	else
		printf("%-9s none yet\n", stream);
}

int cli_spool_stat(struct cli *cli)
{
	char words[1024], room[32];
	struct text why = text_over(words, sizeof(words));
	struct text bytes = text_over(room, sizeof(room));
	json_t *answer;
	int end = cli_ask_quietly(cli, json_pack("{s:s}", "ask", "spool-stat"), &answer, &why);

	if (end == CLI_ABSENT)
		end = stat_alone(cli, words, &answer);
	else if (end)
		fprintf(stderr, "waterlab: %s\n", words);
	if (end)
		return end;
	if (cli->json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		view_put_bytes(&bytes, json_number_value(json_object_get(answer, "bytes")));
		printf("spool     %s of lab %s\n", json_string_value(json_object_get(answer, "id")),
			json_string_value(json_object_get(answer, "lab")));
		printf("folder    %s, %s\n", json_string_value(json_object_get(answer, "dir")),
			room);
		show_range(answer, "readings");
		show_range(answer, "ledger");
	}
	json_decref(answer);
	return CLI_DONE;
}

/* --- export ---------------------------------------------------------------------------------------- */

struct exporting {
	char *held; /* the line before: only the last one of all may be the daemon's own */
	size_t len, room;
};

static int write_held(const struct exporting *e)
{
	return e->held && (fwrite(e->held, 1, e->len, stdout) != e->len || putchar('\n') == EOF)
		       ? ERR_IO
		       : 0;
}

static int take_line(void *ctx, const char *line, size_t len)
{
	struct exporting *e = ctx;
	char *held;

	if (write_held(e))
		return ERR_IO;
	if (len >= e->room) {
		held = realloc(e->held, len + 4096);
		if (!held)
			return ERR_MEMORY;
		e->held = held;
		e->room = len + 4096;
	}
	memcpy(e->held, line, len + 1);
	e->len = len;
	return 0;
}

static int tell_count(long long left_out, long long damaged)
{
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
		end = tell_count((long long)json_integer_value(json_object_get(last, "left_out")),
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

static int export_alone(const struct cli *cli, struct export_ask ask, const char *words)
{
	struct spool_reader *reader;
	struct export_count count;
	struct conf *conf;
	int end = open_alone(cli, words, &conf, &reader), err;

	if (end)
		return end;
	ask.lab = conf->lab;
	err = export_rows(reader, &ask, write_lines, NULL, &count);
	if (err) {
		fprintf(stderr, "waterlab: the export broke off: %s\n",
			ferror(stdout) ? strerror(errno) : err_text(err));
		end = CLI_FAILED;
	} else {
		end = tell_count((long long)count.left_out, (long long)count.damaged);
	}
	spool_reader_close(reader);
	conf_free(conf);
	return end;
}

int cli_spool_export(struct cli *cli)
{
	struct exporting e = {0};
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	struct export_ask ask;
	json_t *request;
	int end;

	if (!read_ask(cli, &ask))
		return CLI_USAGE;
	request = json_pack("{s:s, s:s, s:s, s:I, s:I}", "ask", "export", "format",
		cli->format ? cli->format : "csv", "stream", cli->stream ? cli->stream : "readings",
		"first", (json_int_t)ask.first, "last", (json_int_t)ask.last);
	end = cli_ask_into(cli, request, take_line, &e, &why);
	if (end == CLI_ABSENT && !e.held)
		end = export_alone(cli, ask, words);
	else if (end)
		fprintf(stderr, "waterlab: %s\n",
			why.len ? words : "the export broke off: what is written is not whole");
	else
		end = finish(&e);
	free(e.held);
	return end;
}
