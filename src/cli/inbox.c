/* `waterlab inbox`: what would be taken of a meter's file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "cli/cli.h"
#include "inbox/filing.h"

static const char *const kind_words[] = {"reading", "check", "calibration"};

static void print(const struct filing *filing)
{
	char room[32];
	size_t i;

	for (i = 0; i < filing->n; i++) {
		const struct ledger_record *record = &filing->records[i];
		struct text utc = text_over(room, sizeof(room));

		utc_put_second(&utc, record->a);
		printf("%sZ %-11s %s\n", room, kind_words[record->kind - LEDGER_FILE_READING],
			record->words);
	}
}

static void say_strange(const struct conf *conf, const char *name)
{
	unsigned i;

	fprintf(stderr, "waterlab: %s: no meter of the configuration takes a file of that name;",
		name);
	for (i = 0; i < conf->inbox.n_meters; i++)
		fprintf(stderr, "%s %s takes \"%s\"", i ? "," : "", conf->inbox.meters[i].name,
			conf->inbox.meters[i].files);
	fputs(conf->inbox.n_meters ? "\n" : " it has no inbox.meters\n", stderr);
}

static int try_file(const struct conf *conf, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct filing filing = {.meter = inbox_meter(&conf->inbox, name)};
	struct record_clock clock;
	size_t len = 0;
	char *text;
	int err;

	if (!filing.meter) {
		say_strange(conf, name);
		return CLI_USAGE;
	}
	text = cli_read_whole(path, &len);
	if (!text)
		return CLI_FAILED;
	clock = (struct record_clock){.dates = filing.meter->dates,
		.utc_offset_min = filing.meter->utc_offset_min,
		.earliest_ms = conf->inbox.earliest_ms,
		.latest_ms = conf->clock.latest_ms};
	fprintf(stderr, "%s: read by %s (%s)\n", path, filing.meter->profile->name,
		driver_level_word(filing.meter->profile->level));
	err = filing_read(&filing, &clock, (const uint8_t *)text, len);
	free(text);
	if (err) {
		fprintf(stderr, "waterlab: %s: %s\n", path, err_text(err));
	} else {
		print(&filing);
		fflush(stdout);
		if (filing.wrong)
			fprintf(stderr, "waterlab: %s: %s", path, filing.words);
	}
	err = err || filing.wrong;
	filing_free(&filing);
	return err ? CLI_FAILED : CLI_DONE;
}

int cli_inbox(struct cli *cli)
{
	struct conf *conf = cli_config(cli);
	int end = CLI_DONE, one, i;

	if (!conf)
		return CLI_USAGE;
	for (i = 0; i < cli->n_args; i++) {
		one = try_file(conf, cli->args[i]);
		if (one != CLI_DONE)
			end = one;
	}
	conf_free(conf);
	return end;
}
