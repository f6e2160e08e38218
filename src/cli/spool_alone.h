/* spool_alone.h - the spool without its daemon, for the commands that first ask that. */
#ifndef CLI_SPOOL_ALONE_H
#define CLI_SPOOL_ALONE_H

#include "cli/cli.h"
#include "spool/reader.h"

/*
 * The spool that the configuration names, when no daemon holds it; both are the caller's to close and free.
 * CLI_DONE, or an exit status after words on stderr; `words` says why the daemon did not answer.
 */
int spool_open_alone(const struct cli *cli, const char *words, struct conf **conf,
	struct spool_reader **reader) MUST_USE;
/* The answer to `spool stat`, by the daemon or alone; the caller's to release.  As above. */
int spool_ask_stat(const struct cli *cli, json_t **answer) MUST_USE;

#endif
