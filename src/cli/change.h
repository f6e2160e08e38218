/* change.h - questions that change something in the van: who asks, and a token of their own. */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

#include "cli/cli.h"

/* With who does it, a token and --sure.  NULL: a word is no text. */
json_t *change_question(const struct cli *cli, const char *ask);
/* Nothing where there is no word. */
void change_put(json_t *request, const char *key, const char *word);

/* Asks, and shows what comes back with show(); an odd value's question is said, and is a failure until --sure. */
int change_ask(const struct cli *cli, json_t *request,
	int (*show)(const struct cli *cli, const json_t *answer));

#endif
