/* waterlab try, check, parameters */
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

/* --- try ------------------------------------------------------------------------------------------- */

static int store_is_well(const json_t *answer, const char *name)
{
	const json_t *store = json_object_get(answer, "store");
	const char *condition = text_of(store, "condition"), *words = text_of(store, "words");

	if (json_is_object(json_object_get(store, "too_old")) ||
		json_is_object(json_object_get(store, "refuses_all")))
		words = view_first_wait(answer);
	else if (strcmp(condition, "waiting") != 0 && strcmp(condition, "held") != 0 &&
		 strcmp(condition, "clock") != 0)
		return CLI_DONE;
	if (!strncmp(words, name, strlen(name)))
		fprintf(stderr, "waterlab: %s\n", words); /* a sentence of its own */
	else
		fprintf(stderr, "waterlab: %s: %s\n", name, *words ? words : "no answer yet");
	return CLI_FAILED;
}

static int show_tried(const json_t *answer, const char *name)
{
	static char room[64 * 1024];
	const json_t *unit = json_object_get(answer, "unit");
	const json_t *store = json_object_get(answer, "store");
	const char *health = text_of(unit, "health"), *error = text_of(unit, "error");
	struct page page =
		page_over(room, sizeof(room), terminal_columns(), terminal_has_colours());

	if (store) {
		view_store(&page, store);
		fputs(room, stdout);
		return store_is_well(answer, name);
	}
	if (!json_is_true(json_object_get(answer, "asked"))) {
		if (*text_of(answer, "words"))
			fprintf(stderr, "waterlab: %s\n", text_of(answer, "words"));
		else
			fprintf(stderr,
				"waterlab: line %s did not come to ask %s in time; waterlab status "
				"says more\n",
				text_of(answer, "line"), name);
		return CLI_FAILED;
	}
	view_unit(&page, unit);
	fputs(room, stdout);
	if (*error && strcmp(health, "ok") != 0) {
		fprintf(stderr, "waterlab: %s on line %s: %s\n", name, text_of(answer, "line"),
			error);
		return CLI_FAILED;
	}
	return CLI_DONE;
}

int cli_try(struct cli *cli)
{
	json_t *request = json_pack("{s:s, s:s}", "ask", "try", "name", cli->args[0]);
	json_t *answer;
	int end;

	if (!request) {
		fputs("waterlab: the name is not text (UTF-8)\n", stderr);
		return CLI_USAGE;
	}
	end = cli_ask_one(cli, request, &answer);
	if (end)
		return end;
	end = cli->json ? cli_print_json(answer) : show_tried(answer, cli->args[0]);
	json_decref(answer);
	return end;
}

/* --- check, parameters ------------------------------------------------------------------------------ */

int cli_check(struct cli *cli)
{
	struct conf *conf;
	unsigned units = 0, i;

	if (cli->n_args)
		cli->config = cli->args[0];
	conf = cli_config(cli);
	if (!conf)
		return CLI_USAGE;
	for (i = 0; i < conf->n_lines; i++)
		units += conf->lines[i].n_units;
	printf("%s is good: lab %s, %u lines, %u analyzers, %u stores\n", cli->config, conf->lab,
		conf->n_lines, units, conf->n_stores);
	conf_free(conf);
	return CLI_DONE;
}

int cli_parameters(struct cli *cli)
{
	static char room[32 * 1024];
	struct page page =
		page_over(room, sizeof(room), terminal_columns(), terminal_has_colours());
	size_t i;

	(void)cli;
	page_put(&page, STYLE_FAINT,
		"PARAMETER               UNIT       UCUM        FROM       TO  NAME IN WQX");
	page_end(&page);
	for (i = 0; i < parameter_count(); i++) {
		const struct parameter *p = parameter_at(i);
		char name[32], number[32];
		struct text unit = text_over(name, sizeof(name));

		view_put_unit(&unit, p->unit);
		page_cell(&page, STYLE_STRONG, p->code, 24, false);
		page_cell(&page, STYLE_PLAIN, name, 11, false);
		page_cell(&page, STYLE_PLAIN, p->unit, 10, false);
		snprintf(number, sizeof(number), "%.10g", p->low);
		page_cell(&page, STYLE_PLAIN, number, 6, true);
		snprintf(number, sizeof(number), "%.10g", p->high);
		page_cell(&page, STYLE_PLAIN, number, 9, true);
		page_put(&page, STYLE_PLAIN, "  ");
		page_put(&page, STYLE_FAINT, p->wqx);
		page_end(&page);
	}
	fputs(room, stdout);
	return CLI_DONE;
}
