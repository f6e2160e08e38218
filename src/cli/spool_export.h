/* spool_export.h - rows of the spool on their way to standard output or into a file. */
#ifndef CLI_SPOOL_EXPORT_H
#define CLI_SPOOL_EXPORT_H

#include "cli/cli.h"
#include "uplink/export.h"

struct spool_sink {
	int (*put)(void *ctx, const char *lines, size_t len); /* whole lines; non-zero ends it */
	void *ctx;
	const char *words; /* NULL, or why put() ended it, "": it did not */
	bool whole;        /* set: all came, but what is damaged on the card */
};

/* One stream's rows, by the daemon or alone.  An exit status; what is wrong is said on stderr. */
int spool_export_stream(
	const struct cli *cli, const struct export_ask *ask, struct spool_sink *to) MUST_USE;

/* Both streams, or the one of --stream, as a SQLite file: cli->args[0]. */
int spool_export_sqlite(const struct cli *cli, const struct export_ask *ask) MUST_USE;

#endif
