/* `waterlab reconcile`: what the stores have, by their own count. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/view.h"

struct shown {
	bool json, end, whole;
	char error[400];
};

static void print_holes(const json_t *stream)
{
	const json_t *holes = json_object_get(stream, "holes");
	long long missing = view_count(stream, "missing"), first, last;
	json_t *hole;
	size_t i;

	for (i = 0; (hole = json_array_get(holes, i)); i++) {
		first = (long long)json_integer_value(json_array_get(hole, 0));
		last = (long long)json_integer_value(json_array_get(hole, 1));
		missing -= last - first + 1;
		printf(i ? ", %lld" : ": %lld", first);
		if (last > first)
			printf("..%lld", last);
	}
	if (missing > 0)
		fputs(", ...", stdout);
}

static void print_stream(const char *store, const char *name, const json_t *stream)
{
	long long has_to = view_count(stream, "has_to"), open = view_count(stream, "open");
	long long missing = view_count(stream, "missing"), young = view_count(stream, "young");
	long long received = view_count(stream, "received"),
		  refused = view_count(stream, "refused");

	if (!has_to)
		printf("%s: %s: nothing confirmed yet", store, name);
	else if (received == has_to)
		printf("%s: %s: confirmed 1..%lld", store, name, has_to);
	else
		printf("%s: %s: confirmed %lld of 1..%lld", store, name, received, has_to);
	if (refused)
		printf(", refused %lld", refused);
	if (missing) {
		printf(", missing %lld", missing);
		print_holes(stream);
	}
	if (has_to && open > missing)
		printf("; %lld not sent or not asked about yet", open - missing);
	if (young)
		printf("; %lld sent lately are asked about later", young);
	putchar('\n');
}

static bool is_whole(const json_t *answer)
{
	const char *condition = json_string_value(
		json_object_get(json_object_get(answer, "receipts"), "condition"));

	return json_is_true(json_object_get(answer, "asked")) && condition &&
	       !strcmp(condition, "whole");
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
		print_stream(store, "ledger", json_object_get(receipts, "ledger"));
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
		shown->whole = shown->whole && is_whole(answer);
		if (!shown->json)
			print_store(answer);
	}
	json_decref(answer);
	return shown->error[0] ? 1 : 0;
}

int cli_reconcile(struct cli *cli)
{
	struct shown shown = {.json = cli->json, .whole = true};
	json_t *request =
		cli->n_args ? json_pack("{s:s, s:s}", "ask", "reconcile", "store", cli->args[0])
			    : json_pack("{s:s}", "ask", "reconcile");
	int end = cli_ask(cli, request, take, &shown);

	if (shown.error[0])
		fprintf(stderr, "waterlab: %s\n", shown.error);
	else if (!end && !shown.end)
		fputs("waterlab: the daemon's answer broke off\n", stderr);
	if (end)
		return end;
	return shown.end && shown.whole ? CLI_DONE : CLI_FAILED;
}
