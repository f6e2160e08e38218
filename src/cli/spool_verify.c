/* waterlab spool verify: the files of a spool, each with a line and all with a verdict. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/view.h"
#include "uplink/verify_form.h"

struct shown {
	bool json;
	char error[400];
	json_t *verdict; /* NULL: none came */
};

static const char *word_of(const json_t *object, const char *key)
{
	const char *word = json_string_value(json_object_get(object, key));

	return word ? word : "";
}

static void print_hole(const json_t *file)
{
	const json_t *hole = json_object_get(file, "hole");
	long long first = (long long)json_integer_value(json_array_get(hole, 0));
	long long last = (long long)json_integer_value(json_array_get(hole, 1));

	if (!view_count(file, "missing"))
		return;
	printf("; %lld missing: %lld", view_count(file, "missing"), first);
	if (last > first)
		printf("..%lld", last);
	if (view_count(file, "missing") > last - first + 1)
		fputs(", ...", stdout);
}

static void print_file(const json_t *file)
{
	const char *state = word_of(file, "state");

	printf("%-36s ", word_of(file, "file"));
	if (!strcmp(state, "aside")) {
		puts("set aside, not looked into: waterlab spool salvage");
		return;
	}
	printf("%-8s %lld rows", state, view_count(file, "rows"));
	if (view_count(file, "last"))
		printf(" of %lld..%lld", view_count(file, "first"), view_count(file, "last"));
	print_hole(file);
	if (*word_of(file, "words"))
		printf("; %s", word_of(file, "words"));
	putchar('\n');
}

static void print_stream(const char *name, const json_t *stream)
{
	printf("; %s to %lld: %lld rows", name, view_count(stream, "last"),
		view_count(stream, "rows"));
	if (view_count(stream, "gaps"))
		printf(", %lld in gap records", view_count(stream, "gaps"));
	if (view_count(stream, "missing"))
		printf(", %lld missing", view_count(stream, "missing"));
}

static void print_verdict(const json_t *verdict)
{
	printf("spool %s: %s", word_of(verdict, "spool"),
		json_is_true(json_object_get(verdict, "sound")) ? "sound" : "NOT SOUND");
	print_stream("readings", json_object_get(verdict, "readings"));
	if (view_count(verdict, "freed_below") > 1)
		printf(", those below %lld confirmed and off the card",
			view_count(verdict, "freed_below"));
	print_stream("ledger", json_object_get(verdict, "ledger"));
	putchar('\n');
}

static void show(const struct shown *shown, const json_t *answer)
{
	const json_t *verdict = json_object_get(answer, "verdict");

	if (shown->json)
		cli_print_json(answer);
	else if (json_object_get(answer, "file"))
		print_file(answer);
	else if (verdict)
		print_verdict(verdict);
}

static int take(void *ctx, const char *line, size_t len)
{
	struct shown *shown = ctx;
	struct text error = text_over(shown->error, sizeof(shown->error));
	json_t *answer = json_loadb(line, len, 0, NULL);
	const char *words = word_of(answer, "error");

	if (*words)
		text_put(&error, words);
	else if (!json_is_true(json_object_get(answer, "waiting")))
		show(shown, answer);
	if (json_object_get(answer, "verdict"))
		shown->verdict = json_incref(json_object_get(answer, "verdict"));
	json_decref(answer);
	return *shown->error ? 1 : 0;
}

static int take_file(void *ctx, const struct verify_file *file)
{
	json_t *answer = verify_form_file(file);

	if (!answer)
		return ERR_MEMORY;
	show(ctx, answer);
	json_decref(answer);
	return ferror(stdout) ? ERR_IO : 0;
}

/* The folder itself, where no daemon holds it. */
static int verify_alone(const char *dir, const char *words, struct shown *shown)
{
	struct verify_ask ask = {.dir = dir, .each = take_file, .ctx = shown};
	struct verify_result result;
	char room[512];
	struct text why = text_over(room, sizeof(room));
	int err = spool_verify(&ask, &result, &why);
	json_t *answer;

	if (err == ERR_BUSY)
		fprintf(stderr, "waterlab: %s: a daemon holds it, and %s\n", dir, words);
	else if (err)
		fprintf(stderr, "waterlab: %s: %s\n", dir, why.len ? room : err_text(err));
	if (err)
		return CLI_FAILED;
	answer = json_pack(
		"{s:b, s:n, s:o}", "end", 1, "error", "verdict", verify_form_result(&result));
	show(shown, answer);
	json_decref(answer);
	return verify_form_is_sound(&result) ? CLI_DONE : CLI_FAILED;
}

static int verify_configured(const struct cli *cli, const char *words, struct shown *shown)
{
	struct conf *conf = cli_config(cli);
	int end;

	if (!conf)
		return CLI_USAGE;
	end = verify_alone(conf->spool.dir, words, shown);
	conf_free(conf);
	return end;
}

int cli_spool_verify(struct cli *cli)
{
	struct shown shown = {.json = cli->json};
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	int end;

	if (cli->n_args)
		return verify_alone(cli->args[0],
			"it is looked through by \"waterlab spool verify\" alone", &shown);
	end = cli_ask_into(cli, json_pack("{s:s}", "ask", "spool-verify"), take, &shown, &why);
	if (end == CLI_ABSENT)
		return verify_configured(cli, words, &shown);
	if (*shown.error)
		fprintf(stderr, "waterlab: %s\n", shown.error);
	else if (end)
		fprintf(stderr, "waterlab: %s\n", words);
	else if (!shown.verdict)
		fputs("waterlab: the daemon's answer broke off\n", stderr);
	if (!end && !json_is_true(json_object_get(shown.verdict, "sound")))
		end = CLI_FAILED;
	json_decref(shown.verdict);
	return end;
}
