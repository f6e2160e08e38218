/* cli.h - what the subcommands of `waterlab` share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "conf/conf.h"
#include "district/boundaries.h"
#include "district/gazetteer.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,   /* the daemon or the spool said no; the words are on stderr */
	CLI_USAGE = 2,    /* the command line or the configuration is wrong */
	CLI_ABSENT = 3,   /* no daemon answers */
	CLI_NOT_ASKED = 4 /* of reconcile: a store gave no answer */
};

#define CLI_CONFIG "/etc/waterlab/waterlab.conf" /* without --config */

struct cli {
	/* Options, as they came; NULL when not given. */
	const char *config; /* or CLI_CONFIG */
	const char *socket; /* --socket; NULL: what the configuration says */
	bool json, help, version;
	const char *format, *stream;
	const char *from, *to; /* numbers; --to of boundaries install: a path */
	const char *boundaries, *within, *places, *edition, *only;
	const char *at, *error, *away, *district, *tehsil, *reason, *seconds, *wait;
	const char *drivers;
	const char *unit, *units, *baud, *parity, *stop;
	struct boundary_keys keys;
	bool accept, all_speeds, again, give_up, all;
	const char *store; /* of refused */
	/* of sample */
	const char *sample, *by, *purpose, *activity, *parent, *point, *code, *new_point, *source,
		*position, *treated;
	const char *standard, *expires, *check; /* of check */
	const char *method, *lot, *mdl, *dilution, *known, *hours, *incubation, *parameter, *value;
	bool sure;
	const char *set; /* of limits */
	int n_args;      /* after the command's own words */
	char **args;
};

/* Runs `waterlab`; returns the exit status. */
int cli_run(int argc, char **argv);

/* The configuration, or NULL with all mistakes on stderr. */
struct conf *cli_config(const struct cli *cli);
/* The same of a machine that is no van, and has no lines. */
struct conf *cli_config_centre(const struct cli *cli);

/* Where boundaries and gazetteer lie by the configuration, or, where there is none to read, usually. */
struct cli_place_paths {
	char boundaries[PLACE_PATH], places[PLACE_PATH];
};
void cli_find_places(const struct cli *cli, struct cli_place_paths *to);
/* The same of limit sets. */
void cli_find_limits(const struct cli *cli, struct limits_conf *to);

/* The whole file ("-": standard input), the caller's to free; NULL after words about what is wrong. */
char *cli_read_whole(const char *path, size_t *len);

/* The folders of the drivers: --drivers alone, or by the configuration, or the usual ones. */
struct cli_drivers {
	char installed[CONF_PATH], own[CONF_PATH]; /* own "": none */
};
void cli_find_drivers(const struct cli *cli, struct cli_drivers *to);
/* Behind "there is no such driver" for a bare name, which is looked for where drivers are installed. */
void cli_put_where(const struct cli *cli, const char *name, struct text *words);
/* The driver of that name; false after words about what is wrong.  The caller frees it. */
bool cli_find_driver(const struct cli *cli, const char *name, struct profile **out) MUST_USE;

/* Whose change it is: --by, else the machine's user. */
const char *cli_who(const struct cli *cli);

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

/* The answer as one line; the exit status. */
int cli_print_json(const json_t *answer);

/* --- the subcommands; each returns an exit status --------------------------------------------------- */

int cli_status(struct cli *cli);
int cli_watch(struct cli *cli);
int cli_try(struct cli *cli);
int cli_refused(struct cli *cli);
int cli_sample_begin(struct cli *cli);
int cli_sample_impediment(struct cli *cli);
int cli_sample_enter(struct cli *cli);
int cli_sample_attach(struct cli *cli);
int cli_sample_take(struct cli *cli);
int cli_sample_start(struct cli *cli);
int cli_sample_finish(struct cli *cli);
int cli_sample_end(struct cli *cli);
int cli_sample_cancel(struct cli *cli);
int cli_sample_verify(struct cli *cli);
int cli_sample_amend(struct cli *cli);
int cli_sample_list(struct cli *cli);
int cli_sample_slip(struct cli *cli);
int cli_sample_show(struct cli *cli);
int cli_sample_points(struct cli *cli);
int cli_audit(struct cli *cli);
int cli_operator_add(struct cli *cli);
int cli_operator_list(struct cli *cli);
int cli_operator_pin(struct cli *cli);
int cli_operator_remove(struct cli *cli);
int cli_reconcile(struct cli *cli);
int cli_spool_stat(struct cli *cli);
int cli_spool_verify(struct cli *cli);
int cli_spool_salvage(struct cli *cli);
int cli_spool_export(struct cli *cli);
int cli_carry_out(struct cli *cli);
int cli_carry_in(struct cli *cli);
int cli_carry_back(struct cli *cli);
int cli_check(struct cli *cli); /* of a configuration */
int cli_check_begin(struct cli *cli);
int cli_check_standard(struct cli *cli);
int cli_check_take(struct cli *cli);
int cli_check_adjusted(struct cli *cli);
int cli_check_finish(struct cli *cli);
int cli_check_cancel(struct cli *cli);
int cli_check_show(struct cli *cli);
int cli_check_list(struct cli *cli);
int cli_inbox(struct cli *cli);
int cli_replay(struct cli *cli);
int cli_lint(struct cli *cli);
int cli_record(struct cli *cli);
int cli_probe(struct cli *cli);
int cli_scan(struct cli *cli);
int cli_parameters(struct cli *cli);
int cli_limits(struct cli *cli);
int cli_limits_confirm(struct cli *cli);
int cli_clock(struct cli *cli);
int cli_clock_enter(struct cli *cli);
int cli_qc(struct cli *cli);
int cli_district(struct cli *cli);
int cli_boundaries_install(struct cli *cli);
int cli_boundaries_show(struct cli *cli);

/*
 * The gazetteer of --places, or the configured one.  False after words about what is wrong with it; *out may be
 * NULL with true: it is not installed, and was not asked for.
 */
bool cli_places(const struct cli *cli, struct gazetteer **out) MUST_USE;
int cli_gps(struct cli *cli);
int cli_place(struct cli *cli);
int cli_place_enter(struct cli *cli);
int cli_place_forget(struct cli *cli);
int cli_place_list(struct cli *cli);

#endif
