/* `waterlab check begin` and its like: an analyzer against standards, before results are believed. */
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "cli/change.h"
#include "cli/options.h"
#include "cli/sample_view.h"
#include "cli/view.h"

enum { VALUE_TO = 24, LEFT_TO = 40, STATE_TO = 44 };

/* --- shown --------------------------------------------------------------------------------------------- */

static void put_head(struct page *page, const json_t *check)
{
	page_printf(page, STYLE_STRONG, "check %lld", view_count(check, "check"));
	page_printf(page, STYLE_PLAIN, "  %s  %s %s, by %s", sample_text(check, "state"),
		sample_text(check, "unit"), sample_text(check, "parameter"),
		sample_text(check, "by"));
	page_end(page);
}

static void put_reading(struct page *page, const char *name, const json_t *reading)
{
	page_printf(page, STYLE_PLAIN, "%s %s (%s)%s", name, sample_text(reading, "value"),
		sample_text(reading, "off"),
		json_is_true(json_object_get(reading, "settled")) ? "" : ", still moved");
}

/* What it is; below, what the analyzer showed in it. */
static void put_standard(struct page *page, const json_t *one, const char *unit)
{
	bool old = json_is_true(json_object_get(one, "out_of_date"));
	const json_t *found = json_object_get(one, "found"), *left = json_object_get(one, "left");

	page_printf(page, STYLE_PLAIN, "%s %s",
		json_is_true(json_object_get(one, "now")) ? ">" : " ", sample_text(one, "lot"));
	page_to(page, VALUE_TO);
	sample_put_amount(page, sample_text(one, "value"), unit);
	if (*sample_text(one, "expires"))
		page_printf(page, old ? STYLE_BAD : STYLE_FAINT, "  %s %s",
			old ? "was good to" : "good to", sample_text(one, "expires"));
	if (json_is_true(json_object_get(one, "relabelled")))
		page_put(page, STYLE_BAD, "  an earlier check said otherwise of this lot");
	page_end(page);
	if (!json_is_object(found) && !json_is_object(left))
		return;
	page_put(page, STYLE_PLAIN, "    ");
	if (json_is_object(found))
		put_reading(page, "found", found);
	page_to(page, LEFT_TO);
	if (json_is_object(left))
		put_reading(page, "left", left);
	page_end(page);
}

static void put_line(struct page *page, const char *name, const json_t *line)
{
	if (!json_is_object(line))
		return;
	page_printf(page, STYLE_PLAIN, "%s: slope %.4g, offset %.4g", name,
		json_number_value(json_object_get(line, "slope")),
		json_number_value(json_object_get(line, "offset")));
	page_end(page);
}

static void put_live(struct page *page, const json_t *live)
{
	bool stable = json_is_true(json_object_get(live, "stable"));

	if (!json_is_object(live))
		return;
	page_put(page, STYLE_PLAIN, "now ");
	sample_put_amount(page, sample_text(live, "text"), sample_text(live, "parameter_unit"));
	page_put(page, STYLE_PLAIN, "  ");
	page_put(page, stable ? STYLE_GOOD : STYLE_FAINT, stable ? "settled" : "not settled");
	page_printf(page, STYLE_FAINT, "  %s", sample_text(live, "why"));
	page_end(page);
}

static void put_outcome(struct page *page, const json_t *check)
{
	const json_t *rule = json_object_get(check, "rule");
	bool passing = json_is_true(json_object_get(check, "passing"));
	bool open = !strcmp(sample_text(check, "state"), "open");
	char words[400];
	struct text text = text_over(words, sizeof(words));

	page_put(page, passing ? STYLE_GOOD : STYLE_WARN,
		passing ? open ? "would pass" : "passed"
		: open  ? "would not pass"
			: "not passed");
	if (*sample_text(check, "why"))
		page_printf(page, STYLE_PLAIN, ": %s", sample_text(check, "why"));
	page_end(page);
	text_printf(&text, "within %.4g or %.3g %%, good for %.4g h",
		json_number_value(json_object_get(rule, "within")),
		100 * json_number_value(json_object_get(rule, "within_relative")),
		json_number_value(json_object_get(rule, "valid_h")));
	if (*sample_text(rule, "why"))
		text_printf(&text, " (%s)", sample_text(rule, "why"));
	page_wrap(page, STYLE_FAINT, "rule: ", words);
}

static int show(const struct cli *cli, const json_t *check)
{
	static char room[SAMPLE_ROOM];
	struct page page = sample_page(room);
	json_t *one;
	size_t i;

	if (cli->json)
		return cli_print_json(check);
	put_head(&page, check);
	for (i = 0; (one = json_array_get(json_object_get(check, "standards"), i)); i++)
		put_standard(&page, one, sample_text(check, "parameter_unit"));
	put_line(&page, "as found", json_object_get(check, "found"));
	put_line(&page, "as left", json_object_get(check, "left"));
	put_live(&page, json_object_get(check, "live"));
	put_outcome(&page, check);
	fputs(room, stdout);
	return CLI_DONE;
}

/* --- asked --------------------------------------------------------------------------------------------- */

/* The check meant: --check, or the one that is open.  CLI_DONE, or the exit status after words. */
static int find_check(const struct cli *cli, json_int_t *number)
{
	const json_t *open;
	json_t *all;
	uint64_t given;
	int end;

	if (cli->check) {
		if (!options_number("check", cli->check, &given))
			return CLI_USAGE;
		*number = (json_int_t)given;
		return CLI_DONE;
	}
	end = cli_ask_one(cli, json_pack("{s:s}", "ask", "checks"), &all);
	if (end)
		return end;
	open = json_object_get(all, "open");
	*number = json_integer_value(json_object_get(json_array_get(open, 0), "check"));
	if (json_array_size(open) != 1) {
		fprintf(stderr,
			"waterlab: %zu checks are open: say which with --check NUMBER (waterlab "
			"check list)\n",
			json_array_size(open));
		end = CLI_USAGE;
	}
	json_decref(all);
	return end;
}

static int change_check(const struct cli *cli, const char *ask, const char *lot)
{
	json_int_t check;
	json_t *request;
	int end = find_check(cli, &check);

	if (end)
		return end;
	request = change_question(cli, ask);
	if (request)
		json_object_set_new(request, "check", json_integer(check));
	change_put(request, "lot", lot);
	change_put(request, "value", cli->value);
	change_put(request, "expires", cli->expires);
	change_put(request, "reason", cli->reason);
	return change_ask(cli, request, show);
}

int cli_check_begin(struct cli *cli)
{
	json_t *request = change_question(cli, "check-begin");

	change_put(request, "unit", cli->args[0]);
	change_put(request, "parameter", cli->n_args > 1 ? cli->args[1] : NULL);
	change_put(request, "lot", cli->standard);
	change_put(request, "value", cli->value);
	change_put(request, "expires", cli->expires);
	return change_ask(cli, request, show);
}

int cli_check_standard(struct cli *cli)
{
	return change_check(cli, "check-standard", cli->args[0]);
}

int cli_check_take(struct cli *cli)
{
	return change_check(cli, "check-take", NULL);
}

int cli_check_adjusted(struct cli *cli)
{
	return change_check(cli, "check-adjusted", NULL);
}

int cli_check_finish(struct cli *cli)
{
	return change_check(cli, "check-finish", NULL);
}

int cli_check_cancel(struct cli *cli)
{
	return change_check(cli, "check-cancel", NULL);
}

int cli_check_show(struct cli *cli)
{
	json_int_t check;
	int end = find_check(cli, &check);

	return end ? end
		   : change_ask(cli, json_pack("{s:s, s:I}", "ask", "check-show", "check", check),
			     show);
}

/* --- the list ------------------------------------------------------------------------------------------ */

/* What an analyzer's value rests on, with the command where it rests on nothing. */
static void put_analyzer(struct page *page, const json_t *one)
{
	page_printf(page, STYLE_PLAIN, "%s %s", sample_text(one, "unit"),
		sample_text(one, "parameter"));
	page_to(page, STATE_TO);
	sample_put_check(page, one);
}

int cli_check_list(struct cli *cli)
{
	static char room[SAMPLE_ROOM];
	struct page page = sample_page(room);
	json_t *all, *one;
	size_t i;
	int end = cli_ask_one(cli, json_pack("{s:s}", "ask", "checks"), &all);

	if (end)
		return end;
	if (cli->json) {
		end = cli_print_json(all);
		json_decref(all);
		return end;
	}
	for (i = 0; (one = json_array_get(json_object_get(all, "open"), i)); i++)
		put_head(&page, one);
	for (i = 0; (one = json_array_get(json_object_get(all, "analyzers"), i)); i++)
		put_analyzer(&page, one);
	for (i = 0; (one = json_array_get(json_object_get(all, "standards"), i)); i++) {
		page_printf(&page, STYLE_FAINT, "standard %s: %s %s%s%s", sample_text(one, "lot"),
			sample_text(one, "parameter"), sample_text(one, "value"),
			*sample_text(one, "expires") ? ", good to " : "",
			sample_text(one, "expires"));
		page_end(&page);
	}
	if (!page.out.len)
		page_put(&page, STYLE_PLAIN, "no analyzer has answered yet\n");
	fputs(room, stdout);
	json_decref(all);
	return CLI_DONE;
}
