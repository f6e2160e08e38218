#include "publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utc.h"
#include "changes.h"
#include "files.h"
#include "folder.h"
#include "outlines.h"
#include "status.h"
#include "store.h"

enum { HEARD_DAYS = 45 };

/* --- reading ------------------------------------------------------------------------------------------- */

/* A lab whose result is newer than what was asked about is heard of by that. */
static int hear_results(struct rows *rows, int64_t now_ms)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < rows->n_results; i++)
		if (rows->results[i].at_ms <= now_ms + UTC_DAY_MS)
			err = rows_hear(rows, rows->results[i].lab, rows->results[i].at_ms);
	return err;
}

static int read_all(struct store *store, const struct heatmap_conf *conf, struct picture *picture,
	struct parts *parts, struct text *why)
{
	int err = parts_read(
		parts, store, conf->from_ms, picture->made_ms, clock_boot_ms(&clock_system), why);

	if (!err && !picture->rows->n_results) {
		text_printf(why, "store %s holds no results in \"%s\"; what is published stays",
			conf->store.url, conf->store.database);
		err = ERR_ABSENT;
	}
	if (!err)
		err = store_points(store, picture->made_ms, picture->rows, why);
	if (!err)
		err = store_heard(store, picture->made_ms - (int64_t)HEARD_DAYS * UTC_DAY_MS,
			picture->made_ms, picture->rows, why);
	if (!err)
		err = store_labs(store, conf->from_ms, picture->made_ms, picture->rows, why);
	if (!err)
		err = hear_results(picture->rows, picture->made_ms);
	return err;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static int write_map(
	const struct picture *picture, enum view view, struct file_list *list, struct text *why)
{
	int err = files_put_cells(picture, view, list, why);

	if (!err)
		err = outlines_put(picture, list->folder, why);
	if (!err)
		err = files_put_failures(picture, view, list, why);
	if (!err)
		err = files_put_series(picture, view, list, why);
	if (!err && view == VIEW_OFFICIAL)
		err = files_put_points(picture, list, why);
	if (!err && view == VIEW_OFFICIAL)
		err = files_put_results(picture, list, why);
	if (!err && view == VIEW_OFFICIAL)
		err = files_put_withdrawn(picture, list, why);
	if (!err)
		err = files_put_dictionary(list, why);
	return err;
}

static int write_view(const struct picture *picture, const struct folder *folder, enum view view,
	struct text *why)
{
	struct file_list *list = calloc(1, sizeof(*list));
	char data[FOLDER_PATH * 2];
	struct text path = text_over(data, sizeof(data));
	int err = 0;

	if (!list)
		return ERR_MEMORY;
	text_printf(&path, "%s/%s/data", folder->part, view_word(view));
	list->folder = data;
	err = folder_make(folder, view_word(view), view != VIEW_PUBLIC, why);
	if (!err && *picture->conf->page)
		err = folder_lay(folder, picture->conf->page, view_word(view), why);
	if (!err)
		err = folder_make(folder, data + strlen(folder->part) + 1, false, why);
	if (!err)
		err = view == VIEW_LABS ? files_put_labs(picture, list, why)
					: write_map(picture, view, list, why);
	if (!err)
		err = files_put_index(picture, view, list, why);
	free(list);
	return err;
}

static int write_version(const struct picture *picture, struct folder *folder, struct text *why)
{
	const struct heatmap_conf *conf = picture->conf;
	int err = folder_begin(folder, picture->made_ms, why);

	if (!err)
		err = write_view(picture, folder, VIEW_PUBLIC, why);
	if (!err && conf->policy.official)
		err = write_view(picture, folder, VIEW_OFFICIAL, why);
	if (!err && conf->policy.labs)
		err = write_view(picture, folder, VIEW_LABS, why);
	return err ? err : folder_commit(folder, conf->keep, why);
}

/* --- the policy ---------------------------------------------------------------------------------------- */

static void put_policy(struct text *to, const struct policy *policy)
{
	text_printf(to,
		"small_cell %u, percentages_from %u, public_sources %s, official %s, labs %s",
		policy->small_cell, policy->percentages_from, policy->public_sources,
		policy->official ? "true" : "false", policy->labs ? "true" : "false");
}

/* What is published by another policy than the last time is said, before the file remembers the new one. */
static int log_policy(const struct heatmap_conf *conf, struct text *why)
{
	char now[POLICY_SOURCES + 128], before[POLICY_SOURCES + 128] = "", path[FOLDER_PATH];
	struct text text = text_over(now, sizeof(now)), name = text_over(path, sizeof(path));
	FILE *file;
	struct put put;

	put_policy(&text, &conf->policy);
	text_printf(&name, "%s/state/policy", conf->out);
	file = fopen(path, "re");
	if (file) {
		if (fgets(before, sizeof(before), file))
			before[strcspn(before, "\n")] = '\0';
		fclose(file);
	}
	if (!strcmp(now, before))
		return 0;
	log_say(LOG_NOTICE, "policy", "%s%s%s%s", *before ? "was: " : "", before,
		*before ? "; is now: " : "first: ", now);
	put_open(&put, conf->out, "state/policy");
	csv_line(&put, now);
	return put_close(&put, NULL, why);
}

/* --- the whole ----------------------------------------------------------------------------------------- */

int publish_open_doubles(
	const struct heatmap_conf *conf, struct point_list *doubles, struct text *why)
{
	struct point_list_conf files = {.points = ""};
	int err;

	text_copy(files.aliases, sizeof(files.aliases), conf->aliases);
	err = point_list_open(doubles, &files, why);
	if (err)
		text_put(why, "; until then no points are merged or split: what is published "
			      "stays");
	return err;
}

/* What the centre itself brings: its limits, places and doubles.  ERR_IO: the trouble is not the store's. */
static int load_own(const struct heatmap_conf *conf, struct limit_book *limits,
	struct gazetteer **places, struct point_list *doubles, struct text *why)
{
	int err = limits_load(limits, &conf->limits, why);

	if (!err)
		err = gazetteer_open(places, conf->places, why);
	if (!err)
		err = publish_open_doubles(conf, doubles, why);
	return err ? ERR_IO : 0;
}

static int read_store(const struct heatmap_conf *conf, const atomic_bool *stop, struct parts *parts,
	struct picture *picture, struct text *why)
{
	struct store *store;
	int err = store_open(&store, &conf->store, stop, why);

	if (err)
		return err;
	err = read_all(store, conf, picture, parts, why);
	store_close(store);
	return err;
}

static int make_version(const struct heatmap_conf *conf, const atomic_bool *stop,
	struct folder *folder, struct parts *parts, struct picture *picture, struct text *why)
{
	int err = read_store(conf, stop, parts, picture, why);

	if (!err)
		err = picture_make(picture);
	if (!err && conf->policy.official)
		err = changes_open(
			&picture->changes, conf->out, picture->made_ms, conf->withdrawn_days);
	return err ? err : write_version(picture, folder, why);
}

int publish(const struct heatmap_conf *conf, const atomic_bool *stop, struct parts *parts,
	struct published *published, struct text *why)
{
	struct picture picture = {
		.conf = conf, .rows = &parts->rows, .made_ms = clock_wall_ms(&clock_system)};
	struct limit_book limits = {.n = 0};
	struct point_list doubles = {.n = 0};
	struct gazetteer *places = NULL;
	struct folder folder;
	char before[FOLDER_PATH * 2] = "";
	struct text path = text_over(before, sizeof(before));
	int err = folder_open(&folder, conf->out, why);

	if (err)
		return err;
	if (*published->version)
		text_printf(&path, "%s/%s/%s/data", conf->out, published->version,
			view_word(VIEW_OFFICIAL));
	picture.before = before;
	picture.limits = &limits;
	parts->rows.doubles = &doubles;
	err = load_own(conf, &limits, &places, &doubles, why);
	picture.places = places;
	if (!err)
		err = make_version(conf, stop, &folder, parts, &picture, why);
	if (!err)
		err = log_policy(conf, why);
	if (err == ERR_MEMORY && !why->len)
		text_put(why,
			"there is not enough memory for all results; read a shorter time (from)");
	if (parts->rows.n_odd)
		log_say(LOG_NOTICE, "numbers",
			"%zu results have a number that cannot be (a sample, a revision...); those "
			"that "
			"fail are listed, and none of them closes a failure",
			parts->rows.n_odd);
	if (parts->rows.n_unasked)
		log_say(LOG_NOTICE, "labs",
			"results are left out of laboratories whose names no van has: control "
			"characters, no UTF-8, or longer than %d bytes",
			ANSWER_LAB);
	if (picture.strays)
		log_say(LOG_NOTICE, "places",
			"%zu results are of districts that the list of places does not have; they "
			"are shown as \"none\"",
			picture.strays);
	if (!err) {
		*published = (struct published){parts->rows.n_results, picture.all.n,
			picture.failures.n, parts->n_rows - parts->rows.n_results, parts->n_asked,
			parts->n, ""};
		text_copy(published->version, sizeof(published->version), folder.name);
	}
	status_put(conf, picture.made_ms, err, err ? why->at : NULL);
	folder_close(&folder);
	changes_close(picture.changes);
	picture_free(&picture);
	rows_keep_results(&parts->rows);
	if (err == ERR_MEMORY) /* texts that found no room are "" */
		parts_free(parts);
	gazetteer_free(places);
	point_list_free(&doubles);
	limits_free(&limits);
	return err;
}
