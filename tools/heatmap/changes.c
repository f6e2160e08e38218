#include "changes.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/utc.h"
#include "files.h"
#include "stood.h"

struct old_file {
	char name[FILE_NAME_MOST];
	int64_t bytes;
	bool is_withdrawn;
	size_t from, n; /* its rows */
};

struct changes {
	char folder[PUT_PATH];
	struct stood stood;
	struct old_file *files; /* results by month, then those that were withdrawn */
	size_t n_files;
	int64_t from_s, to_s, kept_s; /* withdrawn before kept_s: listed no more */
	struct csv csv;
	char time[24]; /* the last that was read; most rows have the same */
	int64_t time_s;
};

/* --- one file ------------------------------------------------------------------------------------------ */

enum { WHEN = CHANGES_TOLD, N_COLUMNS, KEY = CHANGES_TOLD - 1 };

static const char *const columns[] = {
	"lab", "spool", "sample", "parameter", "method", "replicate", "sampled"};

struct pass {
	struct changes *changes;
	struct old_file *file;
	size_t at[N_COLUMNS]; /* where each column stands */
	size_t n;             /* rows so far */
	changes_gone gone;    /* when those that are gone are told: to whom */
	void *ctx;
};

typedef int (*take_row)(struct pass *in);

static int read_headings(struct pass *in)
{
	const struct csv *csv = &in->changes->csv;
	const char *when = in->file->is_withdrawn ? "withdrawn" : "changed";
	size_t i, k;

	for (i = 0; i < N_COLUMNS; i++) {
		const char *name = i == WHEN ? when : columns[i];

		for (k = 0; k < csv->n; k++)
			if (csv->fields[k].len == strlen(name) &&
				!memcmp(csv->fields[k].at, name, csv->fields[k].len))
				break;
		if (k == csv->n)
			return ERR_DAMAGED;
		in->at[i] = k;
	}
	return 0;
}

/* "2026-11-29T10:15:00Z" */
static int read_time(struct changes *changes, const struct csv_field *field, int64_t *to_s)
{
	char room[sizeof(changes->time)];
	int64_t utc_ms;
	bool zoned;

	if (field->len != sizeof("2026-11-29T10:15:00Z") - 1)
		return ERR_DAMAGED;
	memcpy(room, field->at, field->len);
	room[field->len] = '\0';
	if (strcmp(room, changes->time) != 0) {
		if (utc_read(room, &utc_ms, &zoned) || utc_ms < 0 ||
			utc_ms / 1000 > (int64_t)UINT32_MAX)
			return ERR_DAMAGED;
		changes->time_s = utc_ms / 1000;
		memcpy(changes->time, room, sizeof(room));
	}
	*to_s = changes->time_s;
	return 0;
}

/* A row as it stood; the line of one that was withdrawn is none, so that it is another when it comes back. */
static int take_stood(struct pass *in)
{
	const struct csv *csv = &in->changes->csv;
	const struct csv_field *when = &csv->fields[in->at[WHEN]];
	uint64_t key = PUT_SUM, line = PUT_SUM;
	int64_t when_s;
	size_t i;

	if (read_time(in->changes, when, &when_s))
		return ERR_DAMAGED;
	if (!in->file->is_withdrawn && (in->at[WHEN] != csv->n - 1 || !in->at[WHEN]))
		return ERR_DAMAGED;
	for (i = 0; i < KEY; i++) {
		const struct csv_field *field = &csv->fields[in->at[i]];

		if (i)
			key = put_sum(key, ",", 1);
		key = put_sum(key, field->at, field->len);
	}
	if (!in->file->is_withdrawn)
		line = put_sum(line, csv->record, (size_t)(when->at - csv->record) - 1);
	return stood_add(&in->changes->stood, key, line, when_s);
}

static bool is_gone(const struct changes *changes, const struct old_file *file, size_t n)
{
	const struct stood_row *row = &changes->stood.at[file->from + n];

	return !row->asked && (!file->is_withdrawn || row->when_s >= changes->kept_s);
}

static int tell_gone(struct pass *in)
{
	const struct changes *changes = in->changes;
	struct csv_field told[CHANGES_TOLD];
	int64_t when_s = changes->to_s;
	size_t i;

	if (in->n >= in->file->n)
		return ERR_DAMAGED;
	if (!is_gone(changes, in->file, in->n))
		return 0;
	if (in->file->is_withdrawn)
		when_s = changes->stood.at[in->file->from + in->n].when_s;
	for (i = 0; i < CHANGES_TOLD; i++)
		told[i] = changes->csv.fields[in->at[i]];
	in->gone(in->ctx, told, when_s * 1000);
	return 0;
}

static int read_rows(struct pass *in, take_row take)
{
	struct csv *csv = &in->changes->csv;
	size_t columns_there = 0;
	int err;

	while (!(err = csv_next(csv))) {
		if (!columns_there) {
			columns_there = csv->n;
			err = read_headings(in);
		} else if (csv->n != columns_there || !*csv->end_of_line) {
			err = ERR_DAMAGED;
		} else {
			err = take(in);
			in->n++;
		}
		if (err)
			return err;
	}
	return err == ERR_ABSENT && columns_there ? 0 : ERR_DAMAGED;
}

static int read_file(struct pass *in, take_row take)
{
	struct changes *changes = in->changes;
	char path[PUT_PATH + FILE_NAME_MOST];
	FILE *file;
	struct stat st;
	int err;

	snprintf(path, sizeof(path), "%s/%s", changes->folder, in->file->name);
	file = fopen(path, "re");
	if (!file)
		return ERR_DAMAGED;
	csv_begin(&changes->csv, file);
	err = fstat(fileno(file), &st) || st.st_size != in->file->bytes ? ERR_DAMAGED
									: read_rows(in, take);
	fclose(file);
	return err;
}

/* --- the version --------------------------------------------------------------------------------------- */

static int list_file(struct changes *changes, const char *name, int64_t bytes)
{
	bool is_withdrawn = !strcmp(name, "withdrawn.csv");
	size_t len = strlen(name);
	struct old_file *file;

	if (!is_withdrawn && (strncmp(name, "results/", 8) != 0 || len < 4 ||
				     strcmp(name + len - 4, ".csv") != 0))
		return 0;
	if (strstr(name, "..") || len >= sizeof(file->name))
		return ERR_DAMAGED;
	file = reallocarray(changes->files, changes->n_files + 1, sizeof(*file));
	if (!file)
		return ERR_MEMORY;
	changes->files = file;
	file += changes->n_files++;
	*file = (struct old_file){.bytes = bytes, .is_withdrawn = is_withdrawn};
	memcpy(file->name, name, len + 1);
	return 0;
}

static int by_kind(const void *x, const void *y)
{
	const struct old_file *a = x, *b = y;

	return a->is_withdrawn != b->is_withdrawn ? (int)a->is_withdrawn - (int)b->is_withdrawn
						  : strcmp(a->name, b->name);
}

static int read_changes(
	struct changes *changes, const json_t *from, const char *name, int64_t *to_s)
{
	const char *text = json_string_value(json_object_get(from, name));
	struct csv_field field = {text ? text : "", text ? strlen(text) : 0};

	return read_time(changes, &field, to_s);
}

/* Which files there are, and up to when they know of changes. */
static int read_index(struct changes *changes)
{
	char path[PUT_PATH + FILE_NAME_MOST];
	json_t *index, *one;
	int64_t before_s;
	size_t i;
	int err;

	snprintf(path, sizeof(path), "%s/index.json", changes->folder);
	index = json_load_file(path, 0, NULL);
	one = json_object_get(index, "changes");
	err = read_changes(changes, one, "to", &before_s);
	if (!err && before_s >= changes->to_s)
		changes->to_s = before_s + 1;
	if (!err)
		err = read_changes(changes, one, "from", &changes->from_s);
	json_array_foreach(json_object_get(index, "files"), i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		if (!err && name)
			err = list_file(changes, name,
				(int64_t)json_integer_value(json_object_get(one, "bytes")));
	}
	json_decref(index);
	if (changes->n_files)
		qsort(changes->files, changes->n_files, sizeof(*changes->files), by_kind);
	if (!err && (!changes->n_files || !changes->files[changes->n_files - 1].is_withdrawn))
		err = ERR_DAMAGED;
	return err;
}

static int read_version(struct changes *changes)
{
	size_t i;
	int err = read_index(changes);

	for (i = 0; !err && i < changes->n_files; i++) {
		struct pass in = {.changes = changes, .file = &changes->files[i]};

		in.file->from = changes->stood.n;
		err = read_file(&in, take_stood);
		in.file->n = in.n;
	}
	return err ? err : stood_index(&changes->stood);
}

/* All that is published now is new to everybody. */
static void begin_anew(struct changes *changes)
{
	stood_free(&changes->stood);
	free(changes->files);
	changes->files = NULL;
	changes->n_files = 0;
	changes->from_s = changes->to_s;
}

int changes_open(struct changes **out, const char *folder, int64_t made_ms, unsigned withdrawn_days)
{
	struct changes *changes = calloc(1, sizeof(*changes));
	struct text path;
	struct stat st;
	int err = ERR_ABSENT;

	*out = changes;
	if (!changes)
		return ERR_MEMORY;
	changes->to_s = made_ms / 1000;
	path = text_over(changes->folder, sizeof(changes->folder));
	text_printf(&path, "%s/current", folder);
	if (!stat(changes->folder, &st)) {
		text_put(&path, "/official/data");
		err = read_version(changes);
	}
	if (err == ERR_MEMORY)
		return err;
	if (err == ERR_DAMAGED)
		log_say(LOG_NOTICE, "changes",
			"%s is not a version that says what changed; all results are published as "
			"changed now",
			changes->folder);
	if (err)
		begin_anew(changes);
	changes->kept_s = changes->to_s - (int64_t)withdrawn_days * (UTC_DAY_MS / 1000);
	if (changes->from_s < changes->kept_s)
		changes->from_s = changes->kept_s;
	return 0;
}

void changes_close(struct changes *changes)
{
	if (!changes)
		return;
	stood_free(&changes->stood);
	free(changes->files);
	free(changes);
}

/* --- what became of it --------------------------------------------------------------------------------- */

int64_t changes_to_ms(const struct changes *changes)
{
	return changes->to_s * 1000;
}

int64_t changes_from_ms(const struct changes *changes)
{
	return changes->from_s * 1000;
}

uint64_t changes_key(const char *lab, const char *spool, uint64_t sample, const char *parameter,
	const char *method, uint32_t replicate)
{
	struct put key = {.sum = PUT_SUM};

	csv_words(&key, lab);
	csv_words(&key, spool);
	csv_whole(&key, (int64_t)sample);
	csv_words(&key, parameter);
	csv_words(&key, method);
	csv_whole(&key, replicate);
	return key.sum;
}

int64_t changes_since_ms(struct changes *changes, uint64_t key, uint64_t line)
{
	struct stood_row *row = stood_find(&changes->stood, key);

	if (!row)
		return changes_to_ms(changes);
	row->asked = true;
	return row->line == line ? (int64_t)row->when_s * 1000 : changes_to_ms(changes);
}

static bool any_gone(const struct changes *changes, const struct old_file *file)
{
	size_t i;

	for (i = 0; i < file->n; i++)
		if (is_gone(changes, file, i))
			return true;
	return false;
}

int changes_each_gone(struct changes *changes, changes_gone gone, void *ctx)
{
	size_t k;
	int err = 0;

	/* Those that were gone before come first. */
	for (k = 0; !err && k < changes->n_files; k++) {
		struct old_file *file =
			&changes->files[(k + changes->n_files - 1) % changes->n_files];
		struct pass in = {changes, file, {0}, 0, gone, ctx};

		if (any_gone(changes, file))
			err = read_file(&in, tell_gone);
	}
	if (err)
		log_say(LOG_NOTICE, "changes",
			"%s cannot be read again; not all rows that are gone are listed",
			changes->folder);
	if (err)
		changes->from_s = changes->to_s;
	return err == ERR_MEMORY ? err : 0;
}
