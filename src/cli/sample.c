/* `waterlab sample`: a field test at a point, from its beginning to its results at the centre. */
#include <stdio.h>
#include <string.h>

#include "cli/change.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/sample_view.h"
#include "cli/view.h"

/* --- what is asked ------------------------------------------------------------------------------------- */

/* The sample meant: --sample, or the one that is open.  CLI_DONE, or the exit status after words. */
static int find_sample(const struct cli *cli, json_int_t *number)
{
	const json_t *open;
	json_t *all;
	uint64_t given;
	int end;

	if (cli->sample) {
		if (!options_number("sample", cli->sample, &given))
			return CLI_USAGE;
		*number = (json_int_t)given;
		return CLI_DONE;
	}
	end = cli_ask_one(cli, json_pack("{s:s}", "ask", "samples"), &all);
	if (end)
		return end;
	open = json_object_get(all, "open");
	*number = json_integer_value(json_object_get(json_array_get(open, 0), "sample"));
	if (json_array_size(open) != 1) {
		fprintf(stderr,
			"waterlab: %zu samples are open: say which with --sample NUMBER (waterlab "
			"sample list)\n",
			json_array_size(open));
		end = CLI_USAGE;
	}
	json_decref(all);
	return end;
}

/* --- the commands -------------------------------------------------------------------------------------- */

/* NULL after words: --treated is neither. */
static json_t *new_point(const struct cli *cli)
{
	json_t *point = json_pack("{s:s, s:s}", "name", cli->new_point, "source_type",
		cli->source ? cli->source : "");

	change_put(point, "position", cli->position);
	if (point && cli->treated)
		json_object_set_new(point, "treated", json_boolean(!strcmp(cli->treated, "yes")));
	return point;
}

/* At a point, known or new.  CLI_DONE, or the exit status after words. */
static int visit(const struct cli *cli, json_t *request)
{
	uint64_t point;

	bool describes = cli->source || cli->position || cli->treated;

	if (cli->new_point ? cli->point != NULL : describes) {
		fputs(cli->new_point ? "waterlab: --point is a point that is known, --new one "
				       "that is not: say one of them\n"
				     : "waterlab: --source, --position and --treated describe a "
				       "point that is --new; of a known one they change nothing\n",
			stderr);
		json_decref(request);
		return CLI_USAGE;
	}
	if (cli->treated && strcmp(cli->treated, "yes") != 0 && strcmp(cli->treated, "no") != 0) {
		fprintf(stderr, "waterlab: --treated is yes or no, not %s\n", cli->treated);
		json_decref(request);
		return CLI_USAGE;
	}
	if (cli->point && !options_number("point", cli->point, &point)) {
		json_decref(request);
		return CLI_USAGE;
	}
	/* What is beside a sample has its purpose. */
	change_put(request, "purpose",
		cli->purpose  ? cli->purpose
		: cli->parent ? NULL
			      : "routine");
	if (request && cli->point)
		json_object_set_new(request, "point", json_integer((json_int_t)point));
	change_put(request, "code", cli->code);
	if (request && cli->new_point)
		json_object_set_new(request, "new_point", new_point(cli));
	return change_ask(cli, request, sample_show);
}

int cli_sample_begin(struct cli *cli)
{
	json_t *request = change_question(cli, "sample-begin");
	uint64_t parent;

	change_put(request, "activity", cli->activity);
	change_put(request, "unit", cli->unit);
	if (cli->parent && !options_number("parent", cli->parent, &parent)) {
		json_decref(request);
		return CLI_USAGE;
	}
	if (request && cli->parent)
		json_object_set_new(request, "parent", json_integer((json_int_t)parent));
	return visit(cli, request);
}

int cli_sample_impediment(struct cli *cli)
{
	json_t *request = change_question(cli, "sample-impediment");

	change_put(request, "reason", cli->reason);
	return visit(cli, request);
}

/* One that names its sample. */
static int change_sample(
	const struct cli *cli, const char *ask, void (*put)(const struct cli *, json_t *))
{
	json_int_t sample;
	json_t *request;
	int end = find_sample(cli, &sample);

	if (end)
		return end;
	request = change_question(cli, ask);
	if (request) {
		json_object_set_new(request, "sample", json_integer(sample));
		put(cli, request);
	}
	return change_ask(cli, request, sample_show);
}

static void put_enter(const struct cli *cli, json_t *request)
{
	change_put(request, "parameter", cli->args[0]);
	change_put(request, "value", cli->args[1]);
	change_put(request, "unit", cli->n_args > 2 ? cli->args[2] : NULL);
	change_put(request, "method", cli->method);
	change_put(request, "lot", cli->lot);
	change_put(request, "mdl", cli->mdl);
	change_put(request, "dilution", cli->dilution);
	change_put(request, "known", cli->known);
}

int cli_sample_enter(struct cli *cli)
{
	return change_sample(cli, "sample-enter", put_enter);
}

static void put_attach(const struct cli *cli, json_t *request)
{
	change_put(request, "unit", cli->args[0]);
}

int cli_sample_attach(struct cli *cli)
{
	return change_sample(cli, "sample-attach", put_attach);
}

static void put_take(const struct cli *cli, json_t *request)
{
	change_put(request, "unit", cli->args[0]);
	change_put(request, "parameter", cli->args[1]);
	change_put(request, "known", cli->known);
}

int cli_sample_take(struct cli *cli)
{
	return change_sample(cli, "sample-take", put_take);
}

static void put_start(const struct cli *cli, json_t *request)
{
	uint64_t hours = 24;

	change_put(request, "parameter", cli->args[0]);
	change_put(request, "method", cli->method);
	change_put(request, "lot", cli->lot);
	change_put(request, "incubation_c", cli->incubation);
	if (!cli->hours || options_number("hours", cli->hours, &hours))
		json_object_set_new(request, "hours", json_integer((json_int_t)hours));
}

int cli_sample_start(struct cli *cli)
{
	uint64_t hours;

	/* A mistake is said before anything is asked. */
	if (cli->hours && !options_number("hours", cli->hours, &hours))
		return CLI_USAGE;
	return change_sample(cli, "sample-start", put_start);
}

static bool is_bag(const char *word)
{
	return strlen(word) == 5 && strspn(word, "01") == 5;
}

/* A test's number, or the parameter of the only one under way.  CLI_DONE, or the exit status after words. */
static int find_test(const struct cli *cli, const char *word, uint64_t *test)
{
	json_t *all, *one;
	unsigned found = 0;
	size_t i;
	int end;

	if (*word >= '0' && *word <= '9')
		return options_number("TEST", word, test) ? CLI_DONE : CLI_USAGE;
	end = cli_ask_one(cli, json_pack("{s:s}", "ask", "samples"), &all);
	if (end)
		return end;
	for (i = 0; (one = json_array_get(json_object_get(all, "due"), i)); i++)
		if (!strcmp(sample_text(one, "parameter"), word)) {
			*test = (uint64_t)json_integer_value(json_object_get(one, "test"));
			found++;
		}
	json_decref(all);
	if (found == 1)
		return CLI_DONE;
	fprintf(stderr,
		"waterlab: %u tests of %s are under way: say which by its number (waterlab sample "
		"list)\n",
		found, word);
	return CLI_USAGE;
}

int cli_sample_finish(struct cli *cli)
{
	json_t *request;
	uint64_t test;
	int end = find_test(cli, cli->args[0], &test);

	if (end)
		return end;
	request = change_question(cli, "sample-finish");
	if (request)
		json_object_set_new(request, "test", json_integer((json_int_t)test));
	change_put(
		request, is_bag(cli->args[1]) && cli->n_args == 2 ? "bag" : "value", cli->args[1]);
	change_put(request, "unit", cli->n_args > 2 ? cli->args[2] : NULL);
	change_put(request, "mdl", cli->mdl);
	change_put(request, "dilution", cli->dilution);
	change_put(request, "known", cli->known);
	return change_ask(cli, request, sample_show);
}

static void put_nothing(const struct cli *cli, json_t *request)
{
	(void)cli;
	(void)request;
}

int cli_sample_end(struct cli *cli)
{
	return change_sample(cli, "sample-end", put_nothing);
}

static void put_cancel(const struct cli *cli, json_t *request)
{
	change_put(request, "reason", cli->reason);
}

int cli_sample_cancel(struct cli *cli)
{
	return change_sample(cli, "sample-cancel", put_cancel);
}

/* The entry that counts of --parameter, and of --method where there are several.  CLI_DONE, or the exit status. */
static int find_entry(const struct cli *cli, uint64_t sample, json_int_t *entry)
{
	json_t *whole, *one;
	unsigned found = 0;
	size_t i;
	int end = cli_ask_one(cli,
		json_pack("{s:s, s:I}", "ask", "sample-show", "sample", (json_int_t)sample),
		&whole);

	if (end)
		return end;
	for (i = 0; (one = json_array_get(json_object_get(whole, "results"), i)); i++)
		if (json_is_true(json_object_get(one, "counts")) &&
			!strcmp(sample_text(one, "parameter"), cli->parameter) &&
			(!cli->method || !strcmp(sample_text(one, "method"), cli->method))) {
			*entry = json_integer_value(json_object_get(one, "entry"));
			found++;
		}
	json_decref(whole);
	if (found == 1)
		return CLI_DONE;
	fprintf(stderr,
		"waterlab: sample %llu has %u results of %s%s%s; waterlab sample show --sample "
		"%llu shows them%s\n",
		(unsigned long long)sample, found, cli->parameter, cli->method ? " by " : "",
		cli->method ? cli->method : "", (unsigned long long)sample,
		found ? ", --method says which" : "");
	return CLI_USAGE;
}

int cli_sample_amend(struct cli *cli)
{
	json_int_t entry = 0;
	uint64_t sample;
	json_t *request;
	int end;

	if (!options_number("NUMBER", cli->args[0], &sample))
		return CLI_USAGE;
	if (!cli->parameter || !cli->value || !cli->reason) {
		fputs("waterlab: --parameter, --value and --reason say what is corrected, and "
		      "why\n",
			stderr);
		return CLI_USAGE;
	}
	end = find_entry(cli, sample, &entry);
	if (end)
		return end;
	request = change_question(cli, "sample-amend");
	if (request) {
		json_object_set_new(request, "sample", json_integer((json_int_t)sample));
		json_object_set_new(request, "entry", json_integer(entry));
	}
	change_put(request, "value", cli->value);
	change_put(request, "reason", cli->reason);
	change_put(request, "unit", cli->unit);
	change_put(request, "lot", cli->lot);
	change_put(request, "mdl", cli->mdl);
	change_put(request, "dilution", cli->dilution);
	change_put(request, "known", cli->known);
	return change_ask(cli, request, sample_show);
}

int cli_sample_verify(struct cli *cli)
{
	uint64_t sample;
	json_t *request;

	if (!options_number("NUMBER", cli->args[0], &sample))
		return CLI_USAGE;
	if (!cli->by) {
		fputs("waterlab: --by is missing: who verifies, not one who began or entered it\n",
			stderr);
		return CLI_USAGE;
	}
	request = change_question(cli, "sample-verify");
	if (request)
		json_object_set_new(request, "sample", json_integer((json_int_t)sample));
	return change_ask(cli, request, sample_show);
}

int cli_sample_show(struct cli *cli)
{
	json_int_t sample;
	int end = find_sample(cli, &sample);

	return end ? end
		   : change_ask(cli,
			     json_pack("{s:s, s:I}", "ask", "sample-show", "sample", sample),
			     sample_show);
}

/* --- lists --------------------------------------------------------------------------------------------- */

static void put_short(struct page *page, const json_t *samples)
{
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(samples, i)); i++)
		sample_put_head(page, one);
}

int cli_sample_list(struct cli *cli)
{
	static char room[SAMPLE_ROOM];
	struct page page = sample_page(room);
	json_t *all;
	int end = cli_ask_one(cli, json_pack("{s:s}", "ask", "samples"), &all);

	if (end)
		return end;
	if (cli->json) {
		end = cli_print_json(all);
	} else {
		put_short(&page, json_object_get(all, "open"));
		sample_put_pending(&page, json_object_get(all, "due"));
		put_short(&page, json_object_get(all, "recent"));
		view_failing(&page, json_object_get(all, "failing"));
		if (!page.out.len) {
			page_put(&page, STYLE_PLAIN, "no samples yet");
			page_end(&page);
		}
		fputs(room, stdout);
	}
	json_decref(all);
	return end;
}

static void put_point(struct page *page, const json_t *one)
{
	const char *code = sample_text(one, "code");

	if (json_is_integer(json_object_get(one, "point")))
		page_printf(page, STYLE_STRONG, "%lld", view_count(one, "point"));
	page_to(page, 8);
	if (*code)
		page_printf(page, STYLE_STRONG, "%s  ", code);
	page_put(page, STYLE_PLAIN, sample_text(one, "name"));
	page_printf(page, STYLE_FAINT, "  %s", sample_text(one, "source_type"));
	if (json_is_number(json_object_get(one, "away_m")))
		page_printf(page, STYLE_PLAIN, "  %.0f m",
			json_number_value(json_object_get(one, "away_m")));
	page_end(page);
}

/* What stands between the nearest and the others: how near, and how far off that may be. */
static void put_line(struct page *page, const json_t *all)
{
	const json_t *off = json_object_get(all, "off_m");

	page_printf(page, STYLE_FAINT, "-- farther than %lld m", view_count(all, "near_m"));
	if (json_is_number(off))
		page_printf(page, STYLE_FAINT, "; where the van is may be %.0f m off",
			json_number_value(off));
	page_end(page);
}

static void put_points(struct page *page, const struct cli *cli, const json_t *all)
{
	const json_t *points = json_object_get(all, "points");
	long long near = view_count(all, "near"), of = view_count(all, "all");
	size_t i, n = json_array_size(points);

	for (i = 0; i < n; i++) {
		if (json_is_true(json_object_get(all, "sited")) && (long long)i == near)
			put_line(page, all);
		put_point(page, json_array_get(points, i));
	}
	if (!n)
		page_put(page, STYLE_PLAIN,
			cli->n_args ? "no point has that in its name or code"
				    : "no points yet: waterlab sample begin --new NAME makes one");
	if (of > (long long)n)
		page_printf(page, STYLE_PLAIN,
			"%lld more: waterlab sample points PART, a part of a name or code",
			of - (long long)n);
	if (!n || of > (long long)n)
		page_end(page);
}

int cli_sample_points(struct cli *cli)
{
	static char room[SAMPLE_ROOM];
	struct page page = sample_page(room);
	json_t *request = json_pack("{s:s}", "ask", "points"), *all;
	int end;

	if (cli->n_args)
		change_put(request, "part", cli->args[0]);
	end = cli_ask_one(cli, request, &all);
	if (end)
		return end;
	if (*sample_text(all, "words"))
		fprintf(stderr, "waterlab: the list of water points cannot be read: %s\n",
			sample_text(all, "words"));
	put_points(&page, cli, all);
	if (cli->json)
		end = cli_print_json(all);
	else
		fputs(room, stdout);
	json_decref(all);
	return end;
}
