/* waterlab boundaries show, waterlab boundaries install: a boundary file judged, and made the van's
 * own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "district/boundaries_file.h"
#include "district/inner.h"
#include "district/survey.h"

enum { MOST_MISTAKES = 20, MOST_FINDINGS = 15, MOST_PROVINCES = 24 };

bool cli_places(const struct cli *cli, struct gazetteer **out)
{
	struct cli_place_paths usual;
	char words[512];
	struct text why = text_over(words, sizeof(words));
	int err;

	cli_find_places(cli, &usual);
	err = gazetteer_open(out, cli->places ? cli->places : usual.places, &why);

	if (!err || (err == ERR_ABSENT && !cli->places))
		return true;
	fprintf(stderr, "waterlab: %s\n", words);
	return false;
}

/* --- a part of a file ------------------------------------------------------------------------------ */

/* What --only says: codes, or how they begin, between commas. */
struct wish {
	const char *words;
};

/* The next one from *at on; its length, 0: no more. */
static size_t next_wish(const char **at)
{
	*at += strspn(*at, ", ");
	return strcspn(*at, ", ");
}

static bool is_wished(void *ctx, const struct area *area)
{
	const char *at = ((const struct wish *)ctx)->words;
	size_t n;

	for (; (n = next_wish(&at)); at += n)
		if (strncmp(area->code, at, n) == 0)
			return true;
	return false;
}

/* Every wish must be for something. */
static bool check_wish(const struct layer *layer, const char *words)
{
	const char *at = words;
	size_t n, i;

	if (!next_wish(&at)) {
		fputs("waterlab: --only is codes, or how they begin, between commas\n", stderr);
		return false;
	}
	for (; (n = next_wish(&at)); at += n) {
		for (i = 0; i < layer->n_areas && strncmp(layer->areas[i].code, at, n) != 0; i++)
			;
		if (i < layer->n_areas)
			continue;
		fprintf(stderr, "waterlab: --only: no code of the file begins with %.*s\n", (int)n,
			at);
		return false;
	}
	return true;
}

static int keep_wished(struct layer *layer, const char *words)
{
	struct wish wish = {words};
	struct locator locator;
	int err = layer_keep(layer, is_wished, &wish);

	if (!err)
		err = locator_open(&locator, layer);
	if (err)
		return err;
	err = inner_edges(layer, &locator);
	locator_close(&locator);
	return err;
}

/* --- what is shown --------------------------------------------------------------------------------- */

static void show_provinces(const struct layer *layer)
{
	struct province_count provinces[MOST_PROVINCES], all = {.name = "all"};
	size_t n = survey_provinces(layer, provinces, MOST_PROVINCES), i;

	printf("\n%-28s%10s%9s%12s%10s\n", "PROVINCE", "DISTRICTS", "TEHSILS", "KM2", "POINTS");
	for (i = 0; i <= n; i++) {
		const struct province_count *p = i < n ? &provinces[i] : &all;

		if (i == n && n < 2)
			break;
		printf("%-28s%10zu%9zu%12.0f%10zu\n", *p->name ? p->name : "(not said)",
			p->districts, p->tehsils, p->km2, p->points);
		all.districts += p->districts;
		all.tehsils += p->tehsils;
		all.km2 += p->km2;
		all.points += p->points;
	}
}

static void show_layer(const struct layer *layer)
{
	struct box box = layer_box(layer);
	uint32_t checksum = layer->checksum ? layer->checksum : boundaries_file_checksum(layer);
	size_t i, divided = 0;

	for (i = 0; i < layer->n_areas; i++)
		divided += *layer->areas[i].division != '\0';
	printf("source     %s\n", layer->source);
	printf("edition    %s\n", *layer->edition ? layer->edition : "(none said)");
	printf("checksum   %08x\n", checksum);
	printf("box        longitude %.4f to %.4f, latitude %.4f to %.4f\n", box.west, box.east,
		box.south, box.north);
	printf("tehsils    %s\n", layer_has_tehsils(layer) ? "yes" : "no, districts only");
	printf("divisions  %s\n", divided == layer->n_areas ? "known"
				  : divided                 ? "known of some"
							    : "not known");
	show_provinces(layer);
}

static void show_findings(const struct survey *survey)
{
	static const char *const titles[] = {"To be known", "Doubtful", "Wrong"};
	size_t i, shown = 0;

	for (i = 0; i < survey->n; i++) {
		const struct finding *f = &survey->findings[i];

		if (i == 0 || f->weight != survey->findings[i - 1].weight) {
			printf("\n%s, %zu:\n", titles[f->weight], survey->of_weight[f->weight]);
			shown = 0;
		}
		if (shown < MOST_FINDINGS)
			printf("  %s\n", f->words);
		else if (shown == MOST_FINDINGS)
			printf("  and %zu more\n", survey->of_weight[f->weight] - shown);
		shown++;
	}
	if (!survey->n)
		puts("\nNothing wrong or doubtful was found.");
}

/* --- judging --------------------------------------------------------------------------------------- */

static int say_err(int err)
{
	fprintf(stderr, "waterlab: %s\n", err_text(err));
	return CLI_FAILED;
}

/* What an installed file was called stays its name. */
static void name_edition(struct layer *layer, const char *asked)
{
	char words[EDITION_TEXT];
	struct text to = text_over(words, sizeof(words));

	if (asked)
		text_put(&to, asked);
	else if (layer->checksum)
		text_put(&to, layer->edition);
	else
		text_printf(
			&to, "%s%s%s", layer->source, *layer->edition ? ", " : "", layer->edition);
	memcpy(layer->edition, words, sizeof(words));
	layer->checksum = 0;
}

/* The file, with all its mistakes on stderr when it cannot be had. */
static int open_file(const struct cli *cli, const char *path, struct layer **layer)
{
	static char words[MOST_MISTAKES * 640];
	struct text to = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &to, .most = MOST_MISTAKES};
	int err = layer_open(layer, path, &cli->keys, &mistakes);

	if (!err)
		return CLI_DONE;
	if (err == ERR_CONF)
		fprintf(stderr, "waterlab: %s cannot be used:\n", path);
	fprintf(stderr, err == ERR_CONF ? "%s\n" : "waterlab: %s\n", words);
	if (mistakes.wrong > MOST_MISTAKES)
		fprintf(stderr, "and %u mistakes more\n", mistakes.wrong - MOST_MISTAKES);
	return CLI_FAILED;
}

/* Codes are held against the whole file, the rest against the part that is wished. */
static int judge(const struct cli *cli, struct layer *layer, const struct gazetteer *places,
	struct survey *survey)
{
	size_t i;
	int err = 0;

	if (places)
		err = survey_codes(survey, layer, places);
	else if (!survey_say(survey, FINDING_NOTE, 0,
			 "no gazetteer is installed (--places FILE): codes were not compared"))
		err = ERR_MEMORY;
	if (!err && cli->only)
		err = keep_wished(layer, cli->only);
	for (i = 0; !err && places && i < layer->n_areas; i++)
		gazetteer_complete(places, &layer->areas[i]);
	return err ? err : survey_fit(survey, layer);
}

/* Opened, judged and shown; `layer` and `survey` are the caller's when it is CLI_DONE. */
static int look_at(
	const struct cli *cli, const char *path, struct layer **layer, struct survey *survey)
{
	struct gazetteer *places = NULL;
	int end = CLI_FAILED, err;

	if (cli->edition &&
		(strlen(cli->edition) >= EDITION_TEXT || strpbrk(cli->edition, "\r\n"))) {
		fprintf(stderr, "waterlab: --edition is one line of at most %d bytes\n",
			EDITION_TEXT - 1);
		return CLI_USAGE;
	}
	if (cli->to && !*cli->to) {
		fputs("waterlab: --to is the path of a file\n", stderr);
		return CLI_USAGE;
	}
	if (!cli_places(cli, &places))
		return CLI_USAGE;
	end = open_file(cli, path, layer);
	if (end)
		goto out;
	end = CLI_USAGE;
	if (cli->only && (!check_wish(*layer, cli->only)))
		goto out;
	err = judge(cli, *layer, places, survey);
	end = err ? say_err(err) : CLI_DONE;
out:
	gazetteer_free(places);
	if (end) {
		layer_free(*layer);
		survey_free(survey);
		*layer = NULL;
	}
	return end;
}

/* --- the subcommands ------------------------------------------------------------------------------- */

int cli_boundaries_show(struct cli *cli)
{
	struct survey survey = {.findings = NULL};
	struct layer *layer = NULL;
	struct cli_place_paths usual;
	const char *path;
	int end;

	cli_find_places(cli, &usual);
	path = cli->n_args ? cli->args[0] : usual.boundaries;
	if (!cli->n_args && access(path, F_OK) != 0) {
		fprintf(stderr,
			"waterlab: no boundaries are installed (%s): %s; waterlab boundaries "
			"install FILE\n",
			path, strerror(errno));
		return CLI_FAILED;
	}
	end = look_at(cli, path, &layer, &survey);
	if (end)
		return end;
	show_layer(layer);
	show_findings(&survey);
	layer_free(layer);
	survey_free(&survey);
	return CLI_DONE;
}

static bool may_be_installed(const struct cli *cli, const struct survey *survey)
{
	if (survey->of_weight[FINDING_WRONG]) {
		fputs("waterlab: nothing was installed: what is wrong must be mended first\n",
			stderr);
		return false;
	}
	if (survey->of_weight[FINDING_DOUBT] && !cli->accept) {
		fputs("waterlab: nothing was installed: if all that is doubtful is meant so, add "
		      "--accept\n",
			stderr);
		return false;
	}
	return true;
}

static int install(const struct layer *layer, const char *to)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	int err = boundaries_file_write(layer, to, &why);

	if (err) {
		fprintf(stderr, "waterlab: nothing was installed: %s\n", words);
		return CLI_FAILED;
	}
	printf("\nInstalled as %s, checksum %08x.\n"
	       "Readings get these districts from the daemon's next start on: systemctl restart "
	       "waterlabd\n"
	       "What was saved before keeps its own; waterlab district tags an export anew.\n",
		to, boundaries_file_checksum(layer));
	return CLI_DONE;
}

int cli_boundaries_install(struct cli *cli)
{
	struct survey survey = {.findings = NULL};
	struct layer *layer = NULL;
	struct cli_place_paths usual;
	int end = look_at(cli, cli->args[0], &layer, &survey);

	if (end)
		return end;
	cli_find_places(cli, &usual);
	name_edition(layer, cli->edition);
	show_layer(layer);
	show_findings(&survey);
	fflush(stdout);
	end = may_be_installed(cli, &survey) ? install(layer, cli->to ? cli->to : usual.boundaries)
					     : CLI_FAILED;
	layer_free(layer);
	survey_free(&survey);
	return end;
}
