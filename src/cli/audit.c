/* audit: who changed who may do what, or came in; and having a change recorded. */
#include "cli/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "cli/options.h"

int audit_note(const struct cli *cli, enum audit_what what, const char *by, const char *about,
	const char *note, struct text *why)
{
	json_t *request = json_pack("{s:s, s:s, s:s, s:s, s:s}", "ask", "audit-note", "what",
		audit_word(what), "by", by ? by : cli_who(cli), "about", about, "note", note);
	json_t *answer = NULL;
	int end;

	if (!request) {
		text_put(why, "names are text in UTF-8");
		return CLI_USAGE;
	}
	end = cli_ask_quietly(cli, request, &answer, why);
	json_decref(answer);
	return end;
}

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

static void show(const json_t *row)
{
	char room[32];
	struct text when = text_over(room, sizeof(room));
	const json_t *utc_ms = json_object_get(row, "utc_ms");
	json_int_t count = json_integer_value(json_object_get(row, "count"));
	const char *about = text_of(row, "about"), *note = text_of(row, "note");

	if (json_is_integer(utc_ms)) {
		utc_put_second(&when, json_integer_value(utc_ms));
		text_put(&when, " UTC");
	} else {
		text_put(&when, "no time yet");
	}
	printf("%-23s  %-16s  %s", room, text_of(row, "what"), text_of(row, "by"));
	if (*about)
		printf(": %s", about);
	if (*note)
		printf(" (%s)", note);
	if (count > 1)
		printf(", %lld times", (long long)count);
	putchar('\n');
}

static int each(void *ctx, const char *line, size_t len)
{
	const struct cli *cli = ctx;
	json_t *row = json_loadb(line, len, 0, NULL);
	const char *error = json_string_value(json_object_get(row, "error"));
	int end = 0;

	if (error) {
		fprintf(stderr, "waterlab: %s\n", error);
		end = ERR_IO;
	} else if (cli->json) {
		printf("%.*s\n", (int)len, line);
	} else if (json_object_get(row, "what")) {
		show(row);
	}
	json_decref(row);
	return end;
}

int cli_audit(struct cli *cli)
{
	uint64_t most = 100;

	if (cli->n_args && !options_number("MOST", cli->args[0], &most))
		return CLI_USAGE;
	return cli_ask(
		cli, json_pack("{s:s, s:I}", "ask", "audit", "most", (json_int_t)most), each, cli);
}
