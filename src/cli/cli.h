/* cli.h - what the subcommands of `waterlab` share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "conf/conf.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1, /* the daemon or the spool said no; the words are on stderr */
	CLI_USAGE = 2,  /* the command line or the configuration is wrong */
	CLI_ABSENT = 3  /* no daemon answers */
};

struct cli {
	const char *config; /* --config, or the usual place */
	const char *socket; /* --socket; NULL: what the configuration says */
	bool json;
	const char *format, *stream;
	uint64_t from, to; /* 0: not given */
	uint64_t within_s; /* 0: not given */
	const char *reason;
	int n_args; /* after the command's own words */
	char **args;
};

/* Runs `waterlab`; returns the exit status. */
int cli_run(int argc, char **argv);

/* The configuration, or NULL with all mistakes on stderr. */
struct conf *cli_config(const struct cli *cli);

/*
 * Asks the daemon; each() gets its answer lines.  On an error the words are on stderr, and the exit
 * status is returned; `request` is released.
 */
int cli_ask(const struct cli *cli, json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx) MUST_USE;
/* The same, but `why` gets the words instead of stderr. */
int cli_ask_into(const struct cli *cli, json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why) MUST_USE;
/* As cli_ask() for an answer of one line that is an object.  {"error": ...} is said on stderr. */
int cli_ask_one(const struct cli *cli, json_t *request, json_t **answer) MUST_USE;
/* As cli_ask_one(), but `why` gets the words instead of stderr. */
int cli_ask_quietly(
	const struct cli *cli, json_t *request, json_t **answer, struct text *why) MUST_USE;

/* --- the subcommands; each returns an exit status --------------------------------------------------- */

int cli_status(struct cli *cli);
int cli_watch(struct cli *cli);
int cli_try(struct cli *cli);
int cli_refused(struct cli *cli);
int cli_spool_stat(struct cli *cli);
int cli_spool_export(struct cli *cli);
int cli_check(struct cli *cli);
int cli_parameters(struct cli *cli);
int cli_clock(struct cli *cli);
int cli_clock_enter(struct cli *cli);

#endif
