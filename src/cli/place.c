/* waterlab place, place enter, place forget, place list */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/view.h"
#include "district/gazetteer.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

/* --- show ------------------------------------------------------------------------------------------ */

static void put_row(struct page *page, const char *name, const char *words)
{
	char mark[16];

	snprintf(mark, sizeof(mark), "%-11s", name);
	page_wrap(page, STYLE_PLAIN, mark, words);
}

static void put_receiver(struct page *page, const json_t *receiver)
{
	char words[400], age[32] = "never";
	struct text text = text_over(words, sizeof(words)), old = text_over(age, sizeof(age));

	if (!strcmp(text_of(receiver, "type"), "none")) {
		put_row(page, "receiver", "none is configured (gps.type)");
		return;
	}
	text_put(&old, "heard never");
	if (json_is_number(json_object_get(receiver, "heard_age_s"))) {
		text_clear(&old);
		text_put(&old, "heard ");
		view_put_age(&old, number_of(receiver, "heard_age_s"));
		text_put(&old, " ago");
	}
	text_printf(&text, "%s, %s, %.0f reports, %s", text_of(receiver, "type"),
		json_is_true(json_object_get(receiver, "open")) ? "open" : "closed",
		number_of(receiver, "reports"), age);
	if (number_of(receiver, "bad") > 0)
		text_printf(&text, ", %.0f unreadable", number_of(receiver, "bad"));
	if (*text_of(receiver, "words"))
		text_printf(&text, ": %s", text_of(receiver, "words"));
	put_row(page, "receiver", words);
}

static void put_parked(struct page *page, const json_t *parked)
{
	char words[200], age[32];
	struct text text = text_over(words, sizeof(words)), old = text_over(age, sizeof(age));

	if (!json_is_object(parked))
		return;
	view_put_age(&old, number_of(parked, "since_s"));
	text_printf(&text, "for %s; mean of %.0f fixes %.5f, %.5f within %.0f m, spread %.1f m",
		age, number_of(parked, "fixes"), number_of(parked, "lat"), number_of(parked, "lon"),
		number_of(parked, "error_m"), number_of(parked, "spread_m"));
	put_row(page, "parked", words);
}

static void put_entry(struct page *page, const json_t *place)
{
	const json_t *entry = json_object_get(place, "entry");
	char words[300], age[32];
	struct text text = text_over(words, sizeof(words)), old = text_over(age, sizeof(age));

	if (!json_is_object(entry))
		return;
	text_put(&text, text_of(entry, "district"));
	if (*text_of(entry, "tehsil"))
		text_printf(&text, " %s", text_of(entry, "tehsil"));
	if (json_is_number(json_object_get(entry, "lat")))
		text_printf(&text, "%s%.5f, %.5f within %.0f m", text.len ? " " : "",
			number_of(entry, "lat"), number_of(entry, "lon"),
			number_of(entry, "error_m"));
	view_put_age(&old, number_of(entry, "age_s"));
	text_printf(&text, ", %s ago: %s", age, text_of(entry, "reason"));
	if (!strcmp(text_of(place, "origin"), "gps"))
		text_put(&text, " (kept for when the receiver has no fresh fix)");
	put_row(page, "by hand", words);
}

static void put_sample(struct page *page, const json_t *sample)
{
	char words[200];
	struct text text = text_over(words, sizeof(words));

	if (!json_is_object(sample))
		return;
	if (!json_is_number(json_object_get(sample, "lat")))
		text_put(&text, "no point to start from");
	else
		text_printf(&text, "%.5f, %.5f within %.0f m, %s", number_of(sample, "lat"),
			number_of(sample, "lon"), number_of(sample, "eph_m"),
			*text_of(sample, "district") ? text_of(sample, "district") : "no district");
	if (*text_of(sample, "near"))
		text_printf(&text, ", it may be %s", text_of(sample, "near"));
	put_row(page, "a sample", words);
}

static void put_boundaries(struct page *page, const json_t *place)
{
	const json_t *boundaries = json_object_get(place, "boundaries");
	char words[200];
	struct text text = text_over(words, sizeof(words));

	if (!json_is_object(boundaries)) {
		put_row(page, "boundaries", text_of(place, "boundaries_words"));
		return;
	}
	text_printf(&text, "%s, %.0f areas, checksum %s",
		*text_of(boundaries, "edition") ? text_of(boundaries, "edition") : "no edition",
		number_of(boundaries, "areas"), text_of(boundaries, "checksum"));
	put_row(page, "boundaries", words);
}

static int show(const struct cli *cli, const json_t *place)
{
	static char room[16 * 1024];
	struct page page =
		page_over(room, sizeof(room), terminal_columns(), terminal_has_colours());

	if (cli->json)
		return cli_print_json(place);
	put_row(&page, "place", text_of(place, "words"));
	put_sample(&page, json_object_get(place, "sample"));
	put_parked(&page, json_object_get(place, "parked"));
	put_entry(&page, place);
	put_receiver(&page, json_object_get(place, "receiver"));
	put_boundaries(&page, place);
	fputs(room, stdout);
	return CLI_DONE;
}

static int ask_and_show(const struct cli *cli, json_t *request)
{
	json_t *place;
	int end;

	if (!request) {
		fputs("waterlab: the words are not text (UTF-8)\n", stderr);
		return CLI_USAGE;
	}
	end = cli_ask_one(cli, request, &place);
	if (end)
		return end;
	end = show(cli, place);
	json_decref(place);
	return end;
}

/* --- the words given ------------------------------------------------------------------------------- */

/* One number and nothing behind it. */
static bool read_real(const char *s, double *to)
{
	char *end;

	errno = 0;
	*to = strtod(s, &end);
	return end != s && !*end && !errno && isfinite(*to);
}

/* "35.92,74.31", also with a blank */
static bool read_point(const char *s, double *lat, double *lon)
{
	char *end;

	errno = 0;
	*lat = strtod(s, &end);
	if (end == s || !strspn(end, ", "))
		return false;
	return read_real(end + strspn(end, ", "), lon) && !errno && isfinite(*lat);
}

int cli_place(struct cli *cli)
{
	double away_m;

	if (!cli->away)
		return ask_and_show(cli, json_pack("{s:s}", "ask", "place"));
	if (!read_real(cli->away, &away_m) || away_m < 0) {
		fprintf(stderr, "waterlab: --away is a number of metres, not %s\n", cli->away);
		return CLI_USAGE;
	}
	return ask_and_show(cli, json_pack("{s:s, s:f}", "ask", "place", "away_m", away_m));
}

static bool add_point(json_t *request, const char *at)
{
	double lat, lon;

	if (!read_point(at, &lat, &lon)) {
		fprintf(stderr,
			"waterlab: --at is LATITUDE,LONGITUDE in degrees, e.g. 35.9208,74.3144, "
			"not %s\n",
			at);
		return false;
	}
	json_object_set_new(request, "lat", json_real(lat));
	json_object_set_new(request, "lon", json_real(lon));
	return true;
}

static bool add_error(json_t *request, const char *error)
{
	double error_m;

	if (!read_real(error, &error_m) || error_m <= 0) {
		fprintf(stderr, "waterlab: --error is a number of metres, not %s\n", error);
		return false;
	}
	json_object_set_new(request, "error_m", json_real(error_m));
	return true;
}

/* What the daemon could only refuse. */
static const char *entry_lacks(const struct cli *cli)
{
	if (!cli->reason)
		return "--reason TEXT is wanted: why it is entered by hand; it is kept";
	if (!cli->at && !cli->district)
		return "--at LAT,LON, --district NAME, or both are wanted";
	if (cli->at && !cli->error)
		return "--error METRES is wanted with --at: how far off the point may be";
	if (!cli->at && cli->error)
		return "--error is of a point: it goes with --at";
	return NULL;
}

int cli_place_enter(struct cli *cli)
{
	const char *lacks = entry_lacks(cli);
	json_t *request = json_pack("{s:s, s:s?, s:s?, s:s?}", "ask", "place-enter", "district",
		cli->district, "tehsil", cli->tehsil, "reason", cli->reason);

	if (lacks)
		fprintf(stderr, "waterlab: %s\n", lacks);
	if (lacks || (cli->at && !add_point(request, cli->at)) ||
		(cli->error && !add_error(request, cli->error))) {
		json_decref(request);
		return CLI_USAGE;
	}
	return ask_and_show(cli, request);
}

int cli_place_forget(struct cli *cli)
{
	return ask_and_show(cli, json_pack("{s:s}", "ask", "place-forget"));
}

/* --- list ------------------------------------------------------------------------------------------ */

/* With a word: the districts and tehsils of which it is a part of the name or the code. */
static bool is_wanted(const struct area *area, const char *word)
{
	return !word || strcasestr(area->name, word) || strcasestr(area->province, word) ||
	       strcasestr(area->division, word) || strcasestr(area->tehsil_name, word) ||
	       !strcasecmp(area->code, word) || !strcasecmp(area->tehsil, word);
}

int cli_place_list(struct cli *cli)
{
	const char *word = cli->n_args ? cli->args[0] : NULL;
	const struct gazetteer_place *place;
	struct gazetteer *gazetteer = NULL;
	size_t i, found = 0;

	if (!cli_places(cli, &gazetteer))
		return CLI_USAGE;
	if (!gazetteer) {
		fputs("waterlab: no list of districts is installed; --places FILE names one "
		      "(config/places.csv of the sources)\n",
			stderr);
		return CLI_FAILED;
	}
	for (i = 0; i < gazetteer_count(gazetteer); i++) {
		place = gazetteer_at(gazetteer, i);
		if (!is_wanted(&place->area, word))
			continue;
		found++;
		if (*place->area.tehsil)
			printf("    %-10s %s\n", place->area.tehsil, place->area.tehsil_name);
		else
			printf("%-9s %s   %s, %s\n", place->area.code, place->area.name,
				place->area.division, place->area.province);
	}
	gazetteer_free(gazetteer);
	if (found)
		return CLI_DONE;
	fprintf(stderr, "waterlab: there is no district or tehsil like \"%s\" in the list\n",
		word ? word : "");
	return CLI_FAILED;
}
