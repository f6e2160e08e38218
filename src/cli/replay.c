/* `waterlab replay`: what a driver makes of a trace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/replay.h"
#include "cli/cli.h"

enum { MOST_TRACE = 16 * 1024 * 1024 };

static char *read_from(FILE *file, const char *path, size_t *len)
{
	char *text = malloc(MOST_TRACE + 1);

	if (!text)
		return NULL;
	*len = fread(text, 1, MOST_TRACE + 1, file);
	if (!ferror(file) && *len <= MOST_TRACE)
		return text;
	fprintf(stderr, "waterlab: %s: %s\n", path,
		ferror(file) ? strerror(errno) : "longer than 16 MB");
	free(text);
	return NULL;
}

char *cli_read_whole(const char *path, size_t *len)
{
	FILE *file;
	char *text;

	if (!strcmp(path, "-"))
		return read_from(stdin, "standard input", len);
	file = fopen(path, "re");
	if (!file) {
		fprintf(stderr, "waterlab: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	text = read_from(file, path, len);
	fclose(file);
	return text;
}

static int play(const struct profile *profile, const char *path)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	size_t len = 0;
	char *text = cli_read_whole(path, &len);
	int err;

	if (!text)
		return CLI_FAILED;
	err = replay(profile, path, text, len, stdout, &why);
	free(text);
	if (!err)
		return CLI_DONE;
	fflush(stdout);
	fprintf(stderr, "waterlab: %s\n", words);
	return CLI_FAILED;
}

int cli_replay(struct cli *cli)
{
	struct profile *profile;
	int end, i;

	if (!cli_find_driver(cli, cli->args[0], &profile))
		return CLI_USAGE;
	for (i = 1, end = CLI_DONE; i < cli->n_args && end == CLI_DONE; i++)
		end = play(profile, cli->args[i]);
	free(profile);
	return end;
}
