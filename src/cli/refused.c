/* `waterlab refused`: what stores refuse in their own words; to be tried again, or given up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/view.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* What one store refused in the same words, one behind the other. */
struct group {
	char store[40], stream[16], words[400];
	long long status, first, last; /* the numbers in a row that came last */
	unsigned long n;
	char numbers[1000]; /* those before */
};

struct refused {
	bool json, ended;
	unsigned long n;
	struct group group;
	char error[400];
};

/* --- the list -------------------------------------------------------------------------------------- */

/* The numbers in a row go behind those before. */
static void end_row(struct group *group)
{
	size_t len = strlen(group->numbers);
	struct text to = text_over(group->numbers + len, sizeof(group->numbers) - len);

	text_printf(&to, len ? ", %lld" : "%lld", group->first);
	if (group->last > group->first)
		text_printf(&to, "..%lld", group->last);
}

static void put_group(struct group *group)
{
	static char room[8192];
	struct page page =
		page_over(room, sizeof(room), terminal_columns(), terminal_has_colours());
	const char *what = strcmp(group->stream, "ledger") == 0 ? "ledger record" : "reading";
	char mark[80], words[sizeof(group->words) + 32];

	end_row(group);
	snprintf(mark, sizeof(mark), "%s: %s%s ", group->store, what, group->n > 1 ? "s" : "");
	page_wrap(&page, STYLE_STRONG, mark, group->numbers);
	if (group->status)
		snprintf(words, sizeof(words), "[HTTP %lld] %s", group->status, group->words);
	else
		snprintf(words, sizeof(words), "%s", group->words);
	page_wrap(&page, STYLE_PLAIN, "    ", words);
	fputs(room, stdout);
}

/* False: it is of another group, or this one is full. */
static bool joins(struct group *group, const struct group *one)
{
	if (!group->n || group->status != one->status || strcmp(group->store, one->store) != 0 ||
		strcmp(group->stream, one->stream) != 0 || strcmp(group->words, one->words) != 0 ||
		strlen(group->numbers) + 50 > sizeof(group->numbers))
		return false;
	group->n++;
	if (one->first == group->last + 1) {
		group->last++;
	} else if (one->first == group->first - 1) {
		group->first--;
	} else {
		end_row(group);
		group->first = group->last = one->first;
	}
	return true;
}

static void show_one(struct refused *r, const json_t *answer)
{
	struct group one = {.status = view_count(answer, "status"),
		.first = view_count(answer, "number"),
		.last = view_count(answer, "number"),
		.n = 1};

	(void)text_copy(one.store, sizeof(one.store), text_of(answer, "store"));
	(void)text_copy(one.stream, sizeof(one.stream), text_of(answer, "stream"));
	(void)text_copy(one.words, sizeof(one.words), text_of(answer, "words"));
	r->n++;
	if (joins(&r->group, &one))
		return;
	if (r->group.n)
		put_group(&r->group);
	r->group = one;
}

/* --- answers ------------------------------------------------------------------------------------------- */

static int take(void *ctx, const char *line, size_t len)
{
	struct refused *r = ctx;
	json_t *answer = json_loadb(line, len, 0, NULL);

	if (json_is_string(json_object_get(answer, "error")))
		(void)text_copy(r->error, sizeof(r->error), text_of(answer, "error"));
	else if (json_object_get(answer, "end"))
		r->ended = true;
	else if (r->json)
		printf("%.*s\n", (int)len, line);
	else if (json_object_get(answer, "number"))
		show_one(r, answer);
	else if (json_object_get(answer, "readings")) {
		long long readings = view_count(answer, "readings"),
			  ledger = view_count(answer, "ledger");

		r->n += (unsigned long)(readings + ledger);
		printf("%s: %lld refused %s again", text_of(answer, "store"), readings,
			readings == 1 ? "reading waits" : "readings wait");
		if (ledger)
			printf(", and %lld of the ledger's records", ledger);
		putchar('\n');
	}
	json_decref(answer);
	return 0;
}

static int ask(struct cli *cli, json_t *request, struct refused *r)
{
	int end = request ? cli_ask(cli, request, take, r) : CLI_USAGE;

	if (!request)
		fputs("waterlab: a name or reason is not text (UTF-8)\n", stderr);
	if (end)
		return end;
	if (*r->error || !r->ended) {
		fprintf(stderr, "waterlab: %s\n", *r->error ? r->error : "the answer is not whole");
		return CLI_FAILED;
	}
	return CLI_DONE;
}

static int list(struct cli *cli)
{
	struct refused r = {.json = cli->json};
	const char *store = cli->n_args ? cli->args[0] : cli->store;
	int end = ask(cli, json_pack("{s:s, s:s*}", "ask", "refusals", "store", store), &r);

	if (end || cli->json)
		return end;
	if (!r.n) {
		puts("no store refused anything");
		return CLI_DONE;
	}
	put_group(&r.group);
	puts("\nThey are kept on the van. When the centre has mended what the words say:\n"
	     "    waterlab refused --again\n"
	     "What can never be taken (the reason goes on record):\n"
	     "    waterlab refused --give-up NUMBER --reason TEXT --store STORE");
	return CLI_DONE;
}

/* --- again, or never ------------------------------------------------------------------------------- */

/* NUMBER or FIRST-LAST; false after words. */
static bool read_range(const char *word, json_int_t *first, json_int_t *last)
{
	char *end;

	errno = 0;
	*first = *last = strtoll(word, &end, 10);
	if (*end == '-' && end != word)
		*last = strtoll(end + 1, &end, 10);
	if (*word >= '1' && *word <= '9' && !*end && !errno && *last >= *first)
		return true;
	fprintf(stderr, "waterlab: \"%s\" is no NUMBER or FIRST-LAST of `waterlab refused`\n",
		word);
	return false;
}

static int again(struct cli *cli)
{
	struct refused r = {.json = cli->json};
	json_int_t first = 0, last = 0;
	json_t *request;
	int end;

	if (cli->n_args && strcmp(cli->args[0], "all") != 0 &&
		!read_range(cli->args[0], &first, &last))
		return CLI_USAGE;
	request = json_pack("{s:s, s:s*, s:s*}", "ask", "refused-again", "store", cli->store,
		"stream", first && !cli->stream ? "readings" : cli->stream);
	if (first) {
		json_object_set_new(request, "first", json_integer(first));
		json_object_set_new(request, "last", json_integer(last));
	}
	end = ask(cli, request, &r);
	if (!end && !cli->json && r.n)
		puts("They are tried at once: `waterlab status` shows them sent, `waterlab "
		     "refused`\n"
		     "what is refused again.");
	return end;
}

static int give_up(struct cli *cli)
{
	json_int_t first, last;
	json_t *request, *answer;
	int end;

	if (!cli->n_args || !cli->reason) {
		fputs("waterlab: refused --give-up takes a NUMBER or FIRST-LAST and --reason "
		      "TEXT\n",
			stderr);
		return CLI_USAGE;
	}
	if (!read_range(cli->args[0], &first, &last))
		return CLI_USAGE;
	request = json_pack("{s:s, s:s*, s:s, s:I, s:I, s:s}", "ask", "refused-give-up", "store",
		cli->store, "stream", cli->stream ? cli->stream : "readings", "first", first,
		"last", last, "reason", cli->reason);
	if (!request) {
		fputs("waterlab: a name or reason is not text (UTF-8)\n", stderr);
		return CLI_USAGE;
	}
	end = cli_ask_one(cli, request, &answer);
	if (end)
		return end;
	if (cli->json)
		end = cli_print_json(answer);
	else if (first == last)
		printf("%lld is given up: recorded as a gap, with the reason\n", (long long)first);
	else
		printf("%lld..%lld are given up: recorded as a gap, with the reason\n",
			(long long)first, (long long)last);
	json_decref(answer);
	return end;
}

int cli_refused(struct cli *cli)
{
	if (cli->again && cli->give_up) {
		fputs("waterlab: refused takes --again or --give-up, not both\n", stderr);
		return CLI_USAGE;
	}
	if (cli->again)
		return again(cli);
	if (cli->give_up)
		return give_up(cli);
	if (cli->reason || cli->stream) {
		fputs("waterlab: --reason and --stream go with --again or --give-up\n", stderr);
		return CLI_USAGE;
	}
	return list(cli);
}
