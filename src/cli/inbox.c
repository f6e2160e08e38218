/* `waterlab inbox`: what would be taken of a meter's file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
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

/* The machine's clock may be anything: it counts only where the configuration believes it. */
static struct record_clock clock_of(const struct conf *conf, const struct meter_conf *meter)
{
	int64_t now_ms = clock_wall_ms(&clock_system);
	struct record_clock clock = {.dates = meter->dates,
		.utc_offset_min = meter->utc_offset_min,
		.earliest_ms = conf->inbox.earliest_ms,
		.latest_ms = conf->clock.latest_ms};

	if (now_ms >= conf->clock.earliest_ms && now_ms < conf->clock.latest_ms)
		clock.latest_ms = now_ms + INBOX_AHEAD_MS;
	return clock;
}

/* A pipe would be waited for, for ever. */
static int open_plain(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) != 0) {
		fprintf(stderr, "waterlab: %s: %s\n", path, strerror(errno));
	} else if (S_ISREG(st->st_mode)) {
		return fd;
	} else {
		fprintf(stderr, "waterlab: %s: is no plain file; the inbox takes no other\n", path);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int read_file(struct filing *filing, const struct record_clock *clock, const char *path)
{
	struct stat st;
	size_t len = 0;
	char *text;
	int fd = open_plain(path, &st), err;

	if (fd < 0)
		return ERR_IO;
	close(fd);
	if (st.st_size > RECORDS_BYTES)
		return filing_too_long(filing);
	text = cli_read_whole(path, &len);
	if (!text)
		return ERR_IO;
	err = filing_read(filing, clock, (const uint8_t *)text, len);
	free(text);
	if (err)
		fprintf(stderr, "waterlab: %s: %s\n", path, err_text(err));
	return err;
}

static int try_file(const struct conf *conf, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct filing filing = {.meter = inbox_meter(&conf->inbox, name)};
	struct record_clock clock;
	int err;

	if (!filing.meter) {
		say_strange(conf, name);
		return CLI_USAGE;
	}
	clock = clock_of(conf, filing.meter);
	fprintf(stderr, "%s: read by %s (%s)\n", path, filing.meter->profile->name,
		driver_level_word(filing.meter->profile->level));
	err = read_file(&filing, &clock, path);
	if (!err) {
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
