/* audit.h - what a command changes of who may do what, into the ledger. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "cli/cli.h"
#include "model/audit.h"

/*
 * Has the daemon record the change, durable on return; `by` NULL: who gave the command.  CLI_DONE, or the exit status
 * with words in `why`.
 */
int audit_note(const struct cli *cli, enum audit_what what, const char *by, const char *about,
	const char *note, struct text *why) MUST_USE;

#endif
