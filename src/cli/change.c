#include "cli/change.h"

#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/sample_view.h"

/* Another for each run: what is asked again after a lost answer is another command's affair. */
static void make_token(char to[17])
{
	unsigned char bytes[8] = {0};
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		snprintf((char *)bytes, sizeof(bytes), "%d", (int)getpid());
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

json_t *change_question(const struct cli *cli, const char *ask)
{
	char token[17];

	make_token(token);
	return json_pack("{s:s, s:s, s:s, s:b}", "ask", ask, "by", cli_who(cli), "token", token,
		"sure", (int)cli->sure);
}

void change_put(json_t *request, const char *key, const char *word)
{
	if (request && word)
		json_object_set_new(request, key, json_string(word));
}

int change_ask(const struct cli *cli, json_t *request,
	int (*show)(const struct cli *cli, const json_t *answer))
{
	json_t *answer;
	int end;

	if (!request) {
		fputs("waterlab: a word is not text (UTF-8)\n", stderr);
		return CLI_USAGE;
	}
	end = cli_ask_one(cli, request, &answer);
	if (end)
		return end;
	if (*sample_text(answer, "question")) {
		fprintf(stderr,
			"waterlab: %s It is not recorded; if it is right, again with --sure\n",
			sample_text(answer, "question"));
		end = CLI_FAILED;
	} else {
		end = show(cli, answer);
	}
	json_decref(answer);
	return end;
}
