/* options.h - the options of `waterlab`, each with the group of commands that take it. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"

enum option_group {
	OPTION_JSON = 1 << 0,
	OPTION_EXPORT = 1 << 1, /* --format, --from */
	OPTION_TO = 1 << 2,     /* a number, or a path: the command knows */
	OPTION_BOUNDARIES = 1 << 3,
	OPTION_WITHIN = 1 << 4,
	OPTION_KEYS = 1 << 5, /* --code-key and its like */
	OPTION_PLACES = 1 << 6,
	OPTION_INSTALL = 1 << 7, /* --edition, --only, --accept */
	OPTION_AWAY = 1 << 8,
	OPTION_ENTRY = 1 << 9, /* --at, --error, --district, --tehsil */
	OPTION_REASON = 1 << 10,
	OPTION_SECONDS = 1 << 11,
	OPTION_HELP = 1 << 12,
	OPTION_VERSION = 1 << 13,
	OPTION_DRIVERS = 1 << 14,
	OPTION_UNIT = 1 << 15,
	OPTION_SPEED = 1 << 16, /* --baud, --parity, --stop */
	OPTION_UNITS = 1 << 17, /* --units, --all-speeds */
	OPTION_STREAM = 1 << 18,
	OPTION_REFUSED = 1 << 19, /* --again, --give-up */
	OPTION_STORE = 1 << 20,
	OPTION_ALL = 1 << 21,
	OPTION_SAMPLE = 1 << 22, /* --sample */
	OPTION_BY = 1 << 23,
	OPTION_POINT = 1 << 24,  /* --purpose, --point, --new and what describes one */
	OPTION_VALUE = 1 << 25,  /* --mdl, --dilution, --sure */
	OPTION_METHOD = 1 << 26, /* --method, --lot */
	OPTION_HOURS = 1 << 27,  /* --hours, --incubation */
	OPTION_SET = 1 << 28,
	OPTION_AMEND = 1 << 29,   /* --parameter, --value */
	OPTION_STANDARD = 1 << 30 /* --standard, --expires, --check */
};

/*
 * Puts the options of the command line into `cli`, and moves its other words behind them (optind).  Returns
 * the groups that came, or -1 after words about a wrong option.
 */
int options_read(struct cli *cli, int argc, char **argv);

/* A whole number from 1; false, after words that name the option, when it is none. */
bool options_number(const char *option, const char *word, uint64_t *to);

#endif
