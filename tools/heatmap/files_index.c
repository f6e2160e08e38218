/* index.json: what a folder holds, for the page and for whoever reads the files by program. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "changes.h"
#include "files.h"
#include "outlines.h"
#include "points.h"
#include "store.h"
#include "words.h"

static void put_source(const struct picture *picture, struct put *put)
{
	jot_begin(put, "source", '{');
	jot_text(put, "kind", store_kind(&picture->conf->store));
	jot_time(put, "answered", picture->made_ms);
	jot_null(put, "trouble");
	jot_end(put, '}');
}

static void put_policy(const struct picture *picture, enum view view, struct put *put)
{
	const struct policy *policy = &picture->conf->policy;
	char words[400];
	struct text text = text_over(words, sizeof(words));

	if (view == VIEW_PUBLIC)
		text_printf(&text,
			"Private sources are shown from %u points of a district and month on; "
			"public "
			"sources always. ",
			policy->small_cell);
	text_printf(&text,
		"Shares are shown from %u judged points on. A point counts once in a month, by its "
		"latest routine result.",
		policy->percentages_from);
	jot_begin(put, "policy", '{');
	jot_whole(put, "small_cell", policy->small_cell);
	jot_whole(put, "percentages_from", policy->percentages_from);
	jot_text(put, "public_sources", policy->public_sources);
	jot_text(put, "text", words);
	jot_end(put, '}');
}

static void put_periods(const struct picture *picture, enum view view, struct put *put)
{
	const struct cells *cells = files_cells(picture, view);
	size_t i;

	jot_begin(put, "periods", '[');
	for (i = 0; view != VIEW_LABS && i < cells->n; i++)
		if (!i || cells->at[i - 1].month != cells->at[i].month)
			jot_month(put, NULL, cells->at[i].month);
	jot_end(put, ']');
}

/* How what is new since another version is found in the results. */
static void put_changes(const struct picture *picture, struct put *put)
{
	jot_begin(put, "changes", '{');
	jot_time(put, "from", changes_from_ms(picture->changes));
	jot_time(put, "to", changes_to_ms(picture->changes));
	jot_end(put, '}');
}

/* --- parameters ---------------------------------------------------------------------------------------- */

/* How well a row stands for what people drink: treated water at the consumer first. */
static unsigned closeness(const struct limit *limit)
{
	const struct water_site *site = &limit->applies_to;

	return (limit->applies_to.treatment != TREATMENT_NONE) * 2u +
	       (site->position == POSITION_UNKNOWN || site->position == POSITION_CONSUMER);
}

const struct limit *files_find_limit(const struct limit_book *book, const char *code)
{
	const struct limit *best = NULL;
	size_t i;
	unsigned k;

	for (i = 0; i < book->n && !best; i++)
		for (k = 0; k < book->sets[i]->n; k++) {
			const struct limit *limit = &book->sets[i]->rows[k];

			if (!strcmp(limit->parameter, code) &&
				(!best || closeness(limit) > closeness(best)))
				best = limit;
		}
	return best;
}

static void put_parameter(const struct picture *picture, struct put *put, const char *code)
{
	const struct limit *limit = files_find_limit(picture->limits, code);
	char words[160];
	struct text text = text_over(words, sizeof(words));

	jot_begin(put, NULL, '{');
	jot_text(put, "code", code);
	jot_text(put, "unit", word_of_unit(code));
	if (!limit) {
		jot_null(put, "limit");
		jot_end(put, '}');
		return;
	}
	limit_put(&text, limit);
	jot_begin(put, "limit", '{');
	jot_number(put, "low", limit->low);
	jot_number(put, "high", limit->high);
	jot_text(put, "must", word_of_must(limit->must));
	jot_text(put, "basis", limit_basis_word(limit->basis));
	jot_text(put, "text", words);
	jot_bool(put, "in_force", limit_in_force(limit));
	jot_end(put, '}');
	jot_end(put, '}');
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of any cell or open failure, sorted. */
static int put_parameters(const struct picture *picture, enum view view, struct put *put)
{
	const struct cells *cells = files_cells(picture, view);
	const char **codes = calloc(cells->n + picture->failures.n + 1, sizeof(*codes));
	size_t i, n = 0;

	if (!codes)
		return ERR_MEMORY;
	for (i = 0; i < cells->n; i++)
		codes[n++] = cells->at[i].parameter;
	for (i = 0; view != VIEW_PUBLIC && i < picture->failures.n; i++)
		codes[n++] = picture->failures.at[i].row->parameter;
	qsort(codes, n, sizeof(*codes), by_name);
	jot_begin(put, "parameters", '[');
	for (i = 0; i < n; i++)
		if (!i || strcmp(codes[i - 1], codes[i]) != 0)
			put_parameter(picture, put, codes[i]);
	jot_end(put, ']');
	free(codes);
	return 0;
}

/* --- the rest ------------------------------------------------------------------------------------------ */

static void put_sets(const struct picture *picture, struct put *put)
{
	size_t i;

	jot_begin(put, "limit_sets", '[');
	for (i = 0; i < picture->limits->n; i++) {
		const struct limit_set *set = picture->limits->sets[i];

		jot_begin(put, NULL, '{');
		jot_text(put, "name", set->name);
		jot_whole(put, "code", set->code);
		jot_text(put, "title", set->title);
		jot_end(put, '}');
	}
	jot_end(put, ']');
}

static void put_districts(const struct picture *picture, struct put *put)
{
	size_t i;

	jot_begin(put, "districts", '[');
	for (i = 0; i < gazetteer_count(picture->places); i++) {
		const struct gazetteer_place *place = gazetteer_at(picture->places, i);

		if (*place->area.tehsil)
			continue;
		jot_begin(put, NULL, '{');
		jot_text(put, "code", place->area.code);
		jot_text(put, "name", place->area.name);
		jot_text(put, "province", place->area.province);
		jot_text(put, "division", place->area.division);
		jot_number(put, "lat", place->lat);
		jot_number(put, "lon", place->lon);
		jot_end(put, '}');
	}
	jot_end(put, ']');
}

static void put_labs(const struct picture *picture, struct put *put)
{
	size_t i;

	jot_begin(put, "labs", '[');
	for (i = 0; i < picture->rows->n_labs; i++) /* a lab has a row for each spool */
		if (!i || picture->rows->labs[i].lab != picture->rows->labs[i - 1].lab)
			jot_text(put, NULL, picture->rows->labs[i].lab);
	jot_end(put, ']');
}

/* Points that were looked at; of the public view those of public sources alone. */
static size_t count_points(const struct picture *picture, enum view view)
{
	const struct speakers *speakers = &picture->speakers;
	size_t i, n = 0;
	const char *last = NULL;

	for (i = 0; i < speakers->n; i++) {
		const struct result_row *row = speakers->at[i].row;

		if (row->who == last ||
			(view == VIEW_PUBLIC && !points_is_public(row, &picture->conf->policy)))
			continue;
		last = row->who;
		n++;
	}
	return n;
}

static void put_outlines(const struct outlines_conf *outlines, enum view view, struct put *put)
{
	if (!*outlines->file || view == VIEW_LABS) {
		jot_null(put, "outlines");
		return;
	}
	jot_begin(put, "outlines", '{');
	jot_text(put, "file", OUTLINES_FILE);
	jot_text(put, "edition", outlines->edition);
	jot_text(put, "disclaimer", outlines->disclaimer);
	jot_words(put, "language", outlines->language);
	jot_end(put, '}');
}

static void put_files(const struct file_list *list, struct put *put)
{
	size_t i;

	jot_begin(put, "files", '[');
	for (i = 0; i < list->n; i++) {
		jot_begin(put, NULL, '{');
		jot_text(put, "name", list->at[i].name);
		jot_text(put, "what", list->at[i].what);
		jot_whole(put, "bytes", list->at[i].bytes);
		jot_end(put, '}');
	}
	jot_end(put, ']');
}

/* The public's: the newest day that a cell shows.  The newest of all may be a suppressed cell's, whose days are not shown. */
static int64_t as_of_shown(const struct picture *picture, enum view view)
{
	const struct cells *cells = files_cells(picture, view);
	int64_t newest_ms = 0;
	size_t i;

	if (view != VIEW_PUBLIC)
		return picture->as_of_ms;
	for (i = 0; i < cells->n; i++)
		if (!cells->at[i].suppressed && cells->at[i].newest_ms > newest_ms)
			newest_ms = cells->at[i].newest_ms;
	return newest_ms - newest_ms % UTC_DAY_MS;
}

int files_put_index(
	const struct picture *picture, enum view view, struct file_list *list, struct text *why)
{
	const struct failures *failures =
		view == VIEW_PUBLIC ? &picture->open_public : &picture->failures;
	struct put put;
	int err;

	put_open(&put, list->folder, "index.json");
	files_begin(&put, picture);
	jot_text(&put, "view", view_word(view));
	jot_time(&put, "as_of", as_of_shown(picture, view));
	put_source(picture, &put);
	jot_words(&put, "licence", picture->conf->licence);
	jot_words(&put, "notice", picture->conf->notice);
	put_policy(picture, view, &put);
	jot_whole(&put, "stale_days", picture->conf->stale_days);
	put_periods(picture, view, &put);
	if (view == VIEW_OFFICIAL)
		put_changes(picture, &put);
	err = put_parameters(picture, view, &put);
	put_sets(picture, &put);
	put_districts(picture, &put);
	if (view != VIEW_PUBLIC)
		put_labs(picture, &put);
	put_outlines(&picture->conf->outlines, view, &put);
	put_files(list, &put);
	jot_begin(&put, "totals", '{');
	jot_whole(&put, "points", (int64_t)count_points(picture, view));
	jot_whole(&put, "open_failures", (int64_t)failures->n);
	jot_end(&put, '}');
	jot_end(&put, '}');
	if (put_close(&put, NULL, why))
		return ERR_IO;
	return err;
}
