/* `waterlab reconcile`: what the stores have, by their own count. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/view.h"

struct shown {
	bool json, end;
	bool missing; /* of a store that was asked */
	bool silent;  /* a store could not be asked */
	char error[400];
};

/* ", missing 3 (4711..4713)" */
static void print_missing(const json_t *stream)
{
	const json_t *holes = json_object_get(stream, "holes");
	long long missing = view_count(stream, "missing"), first, last;
	json_t *hole;
	size_t i;

	if (!missing)
		return;
	printf(", missing %lld (", missing);
	for (i = 0; (hole = json_array_get(holes, i)); i++) {
		first = (long long)json_integer_value(json_array_get(hole, 0));
		last = (long long)json_integer_value(json_array_get(hole, 1));
		missing -= last - first + 1;
		printf(i ? ", %lld" : "%lld", first);
		if (last > first)
			printf("..%lld", last);
	}
	fputs(missing > 0 ? ", ...)" : ")", stdout);
}

static void print_stream(const char *store, const char *name, const json_t *stream)
{
	long long has_to = view_count(stream, "has_to"), open = view_count(stream, "open");
	long long missing = view_count(stream, "missing"), young = view_count(stream, "young");
	long long refused = view_count(stream, "refused");

	if (has_to)
		printf("%s: has %s 1..%lld", store, name, has_to);
	else
		printf(missing ? "%s: has no %s that it was asked about"
			       : "%s: no %s confirmed yet",
			store, name);
	print_missing(stream);
	if (refused)
		printf(", refused %lld", refused);
	if (has_to && open > missing)
		printf("; %lld not sent or not asked about yet", open - missing);
	if (young)
		printf("; %lld sent lately are asked about later", young);
	putchar('\n');
}

static void judge(struct shown *shown, const json_t *answer)
{
	const char *condition = json_string_value(
		json_object_get(json_object_get(answer, "receipts"), "condition"));

	if (!json_is_true(json_object_get(answer, "asked")) || !condition)
		shown->silent = true;
	else if (!strcmp(condition, "missing") || !strcmp(condition, "mending"))
		shown->missing = true;
	else if (strcmp(condition, "whole") != 0)
		shown->silent = true;
}

static void print_store(const json_t *answer)
{
	const json_t *receipts = json_object_get(answer, "receipts");
	const char *store = json_string_value(json_object_get(answer, "store"));
	const char *condition = json_string_value(json_object_get(receipts, "condition"));
	const char *words = json_string_value(json_object_get(receipts, "words"));

	condition = condition ? condition : "";
	words = words ? words : "no words";
	if (!strcmp(condition, "off")) {
		printf("%s: it is never asked: receipt_s is 0 in the configuration\n", store);
	} else if (!json_is_true(json_object_get(answer, "asked"))) {
		printf("%s: it could not be asked now; waterlab status says why\n", store);
	} else if (!strcmp(condition, "away")) {
		printf("%s: no answer: %s\n", store, words);
	} else if (!strcmp(condition, "no_route")) {
		printf("%s: it gives no receipts: %s; readings stay at \"sent\". May this van "
		       "read there (read_token_file, read_url)?\n",
			store, words);
	} else {
		print_stream(store, "readings", json_object_get(receipts, "readings"));
		print_stream(store, "ledger records", json_object_get(receipts, "ledger"));
		if (!strcmp(condition, "mending"))
			printf("%s: what is missing is sent again\n", store);
		else if (!strcmp(condition, "missing"))
			printf("%s: %s\n", store, words);
	}
}

static int take(void *ctx, const char *line, size_t len)
{
	struct shown *shown = ctx;
	struct text error = text_over(shown->error, sizeof(shown->error));
	json_t *answer = json_loadb(line, len, 0, NULL);
	const char *words = json_string_value(json_object_get(answer, "error"));

	if (!answer)
		text_put(&error, "the daemon's answer is no JSON");
	else if (words)
		text_put(&error, words);
	else if (json_is_true(json_object_get(answer, "end")))
		shown->end = true;
	else if (!json_is_true(json_object_get(answer, "waiting")) && shown->json)
		printf("%.*s\n", (int)len, line);
	if (json_object_get(answer, "receipts")) {
		judge(shown, answer);
		if (!shown->json)
			print_store(answer);
	}
	json_decref(answer);
	return shown->error[0] ? 1 : 0;
}

int cli_reconcile(struct cli *cli)
{
	struct shown shown = {.json = cli->json};
	json_t *request = json_pack("{s:s, s:s*, s:b}", "ask", "reconcile", "store",
		cli->n_args ? cli->args[0] : NULL, "all", (int)cli->all);
	int end = cli_ask(cli, request, take, &shown);

	if (shown.error[0])
		fprintf(stderr, "waterlab: %s\n", shown.error);
	else if (!end && !shown.end)
		fputs("waterlab: the daemon's answer broke off\n", stderr);
	if (end)
		return end;
	if (!shown.end || shown.missing)
		return CLI_FAILED;
	return shown.silent ? CLI_NOT_ASKED : CLI_DONE;
}
