/* options.h - the options of `waterlab`, each with the group of commands that take it. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"

/* Sets of options, for "this command takes these": each option is in one. */
#define OPTION_JSON       (UINT64_C(1) << 0)
#define OPTION_EXPORT     (UINT64_C(1) << 1) /* --format, --from */
#define OPTION_TO         (UINT64_C(1) << 2) /* a number, or a path: the command knows */
#define OPTION_BOUNDARIES (UINT64_C(1) << 3)
#define OPTION_WITHIN     (UINT64_C(1) << 4)
#define OPTION_KEYS       (UINT64_C(1) << 5) /* --code-key and its like */
#define OPTION_PLACES     (UINT64_C(1) << 6)
#define OPTION_ONLY       (UINT64_C(1) << 7)
#define OPTION_AWAY       (UINT64_C(1) << 8)
#define OPTION_ENTRY      (UINT64_C(1) << 9) /* --at, --error, --district, --tehsil */
#define OPTION_REASON     (UINT64_C(1) << 10)
#define OPTION_SECONDS    (UINT64_C(1) << 11)
#define OPTION_HELP       (UINT64_C(1) << 12)
#define OPTION_VERSION    (UINT64_C(1) << 13)
#define OPTION_DRIVERS    (UINT64_C(1) << 14)
#define OPTION_UNIT       (UINT64_C(1) << 15)
#define OPTION_SPEED      (UINT64_C(1) << 16) /* --baud, --parity, --stop */
#define OPTION_UNITS      (UINT64_C(1) << 17) /* --units, --all-speeds */
#define OPTION_STREAM     (UINT64_C(1) << 18)
#define OPTION_REFUSED    (UINT64_C(1) << 19) /* --again, --give-up */
#define OPTION_STORE      (UINT64_C(1) << 20)
#define OPTION_ALL        (UINT64_C(1) << 21)
#define OPTION_SAMPLE     (UINT64_C(1) << 22) /* --sample */
#define OPTION_BY         (UINT64_C(1) << 23)
#define OPTION_POINT      (UINT64_C(1) << 24) /* --purpose, --point, --new and what describes one */
#define OPTION_AMOUNT     (UINT64_C(1) << 25) /* --mdl, --dilution */
#define OPTION_METHOD     (UINT64_C(1) << 26) /* --method, --lot */
#define OPTION_HOURS      (UINT64_C(1) << 27) /* --hours, --incubation */
#define OPTION_SET        (UINT64_C(1) << 28)
#define OPTION_PARAMETER  (UINT64_C(1) << 29)
#define OPTION_STANDARD   (UINT64_C(1) << 30)
#define OPTION_VALUE      (UINT64_C(1) << 31)
#define OPTION_SURE       (UINT64_C(1) << 32)
#define OPTION_EXPIRES    (UINT64_C(1) << 33)
#define OPTION_CHECK      (UINT64_C(1) << 34)
#define OPTION_ACTIVITY   (UINT64_C(1) << 35) /* --activity, --parent */
#define OPTION_WAIT       (UINT64_C(1) << 37)
#define OPTION_INSTALL    (UINT64_C(1) << 36) /* --edition, --accept */
#define OPTION_KNOWN      (UINT64_C(1) << 37)

/*
 * Puts the options of the command line into `cli`, those that came into *given, and moves its other words behind
 * them (optind).  False after words about a wrong option.
 */
bool options_read(struct cli *cli, int argc, char **argv, uint64_t *given);

/* The name of one of these that came; NULL: none did. */
const char *options_name(const struct cli *cli, uint64_t these);

/* A whole number from 1; false, after words that name the option, when it is none. */
bool options_number(const char *option, const char *word, uint64_t *to);

#endif
