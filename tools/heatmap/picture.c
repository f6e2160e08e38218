#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "judge.h"
#include "points.h"

/* A district that the gazetteer does not have is none: it has no place on any map, and whatever text a van sent becomes no file. */
static int place_rows(struct picture *picture)
{
	struct rows *rows = picture->rows;
	const char *none = names_keep(&rows->names, "none"), *last = none, *as = none;
	size_t i;

	for (i = 0; i < rows->n_results; i++) {
		struct result_row *row = &rows->results[i];

		if (row->sent_district != last) {
			last = row->sent_district;
			as = picture_district(picture, last) ? last : none;
		}
		if (as == none && names_order(last, none) != 0)
			picture->strays++;
		row->district = as;
	}
	return rows->names.full ? ERR_MEMORY : 0;
}

/* Of public results alone: what a private one shows neither closes a failure there, nor opens or hides one. */
static int find_public_failures(struct picture *picture)
{
	const struct speakers *all = &picture->speakers;
	struct speakers some = {.at = calloc(all->n + 1, sizeof(*some.at))};
	size_t i;
	int err;

	if (!some.at)
		return ERR_MEMORY;
	for (i = 0; i < all->n; i++)
		if (points_is_public(all->at[i].row, &picture->conf->policy))
			some.at[some.n++] = all->at[i];
	err = failures_find(&picture->open_public, &some);
	speakers_free(&some);
	return err;
}

int picture_make(struct picture *picture)
{
	const struct policy *policy = &picture->conf->policy;
	int64_t silent_ms =
		picture->made_ms - (int64_t)picture->conf->stale_days * 24 * 60 * 60 * 1000;
	size_t i;
	int err = rows_settle(picture->rows);

	if (!err)
		err = place_rows(picture);
	for (i = 0; !err && i < picture->rows->n_results; i++)
		judge_row(&picture->rows->results[i], picture->limits);
	if (!err)
		err = beside_weigh(picture->rows);
	if (!err)
		err = speakers_find(&picture->speakers, picture->rows, picture->made_ms);
	if (!err)
		err = failures_find(&picture->failures, &picture->speakers);
	if (!err)
		err = find_public_failures(picture);
	if (!err)
		err = cells_make(&picture->apart, picture->rows, &picture->speakers, policy,
			silent_ms, true);
	if (!err)
		err = cells_make(
			&picture->all, picture->rows, &picture->speakers, policy, silent_ms, false);
	for (i = 0; !err && i < picture->speakers.n; i++) {
		int64_t at_ms = sampled_ms(picture->speakers.at[i].row);

		if (!picture->speakers.at[i].fails_only && at_ms > picture->as_of_ms)
			picture->as_of_ms = at_ms;
	}
	return err;
}

void picture_free(struct picture *picture)
{
	cells_free(&picture->apart);
	cells_free(&picture->all);
	failures_free(&picture->failures);
	failures_free(&picture->open_public);
	speakers_free(&picture->speakers);
}

const struct gazetteer_place *picture_district(const struct picture *picture, const char *code)
{
	size_t i;

	for (i = 0; i < gazetteer_count(picture->places); i++) {
		const struct gazetteer_place *place = gazetteer_at(picture->places, i);

		if (!*place->area.tehsil && !strcmp(place->area.code, code))
			return place;
	}
	return NULL;
}

const char *view_word(enum view view)
{
	static const char *const words[] = {"public", "official", "labs"};

	return words[view];
}
