/* waterlab spool stat: by the daemon, or alone when no daemon holds the spool. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/spool_alone.h"
#include "cli/view.h"

/* --- without a daemon ------------------------------------------------------------------------------ */

int spool_open_alone(
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
	int end = spool_open_alone(cli, words, &conf, &reader);

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

int spool_ask_stat(const struct cli *cli, json_t **answer)
{
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	int end = cli_ask_quietly(cli, json_pack("{s:s}", "ask", "spool-stat"), answer, &why);

	if (end == CLI_ABSENT)
		return stat_alone(cli, words, answer);
	if (end)
		fprintf(stderr, "waterlab: %s\n", words);
	return end;
}

int cli_spool_stat(struct cli *cli)
{
	char room[32];
	struct text bytes = text_over(room, sizeof(room));
	json_t *answer;
	int end = spool_ask_stat(cli, &answer);

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
