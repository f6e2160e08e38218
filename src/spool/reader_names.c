/*
 * What a segment calls by a number of its own: series, boots, areas.  A row that fails its check is left
 * out: what names it is damaged too.
 */
#include <stdlib.h>
#include <string.h>

#include "spool/check.h"
#include "spool/reading_back.h"

static int key_of(struct spool_reader *reader, const struct series *series, uint32_t *key)
{
	struct series **more;
	uint32_t i;

	for (i = 0; i < reader->n_series; i++)
		if (strcmp(reader->series[i]->unit, series->unit) == 0 &&
			strcmp(reader->series[i]->parameter, series->parameter) == 0 &&
			reader->series[i]->kind == series->kind &&
			reader->series[i]->decimals == series->decimals)
			break;
	*key = i;
	if (i < reader->n_series)
		return 0;
	more = realloc(reader->series, (i + 1) * sizeof(struct series *));
	if (!more)
		return ERR_MEMORY;
	reader->series = more;
	more[i] = malloc(sizeof(*series));
	if (!more[i])
		return ERR_MEMORY;
	*more[i] = *series;
	reader->n_series++;
	return 0;
}

static int take_series(struct spool_reader *reader, struct open_segment *open, sqlite3_stmt *rows)
{
	uint32_t id = (uint32_t)sqlite3_column_int64(rows, 0);
	struct segment_series *more;
	struct series series = {.kind = (enum number_kind)sqlite3_column_int(rows, 3),
		.decimals = (uint8_t)sqlite3_column_int(rows, 4)};

	if (id == 0 || id > 1000000 || sql_copy_text(rows, 1, series.unit, sizeof(series.unit)) ||
		sql_copy_text(rows, 2, series.parameter, sizeof(series.parameter)) ||
		check_of_series(id, &series) != sqlite3_column_int(rows, 5))
		return 0; /* its readings are damaged */
	if (id >= open->n_series) {
		more = realloc(open->series, (id + 1) * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		memset(more + open->n_series, 0, (id + 1 - open->n_series) * sizeof(*more));
		open->series = more;
		open->n_series = id + 1;
	}
	if (key_of(reader, &series, &open->series[id].key))
		return ERR_MEMORY;
	open->series[id].series = reader->series[open->series[id].key];
	return 0;
}

static int take_boot(struct open_segment *open, sqlite3_stmt *rows)
{
	struct segment_boot boot = {.id = (uint32_t)sqlite3_column_int64(rows, 0)}, *more;

	if (sql_copy_text(rows, 1, boot.uuid, sizeof(boot.uuid)) ||
		check_of_boot(boot.id, boot.uuid, (uint64_t)sqlite3_column_int64(rows, 2), 0) !=
			sqlite3_column_int(rows, 3))
		return 0;
	more = realloc(open->boots, (open->n_boots + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	open->boots = more;
	open->boots[open->n_boots++] = boot;
	return 0;
}

static int take_area(struct open_segment *open, sqlite3_stmt *rows)
{
	struct segment_area area = {.id = (uint32_t)sqlite3_column_int64(rows, 0)}, *more;

	area.codes.edition = (uint32_t)sqlite3_column_int64(rows, 4);
	if (sql_copy_text(rows, 1, area.codes.district, AREA_CODE) ||
		sql_copy_text(rows, 2, area.codes.tehsil, AREA_CODE) ||
		sql_copy_text(rows, 3, area.codes.near, AREA_CODE) ||
		check_of_area(area.id, &area.codes) != sqlite3_column_int(rows, 5))
		return 0;
	more = realloc(open->areas, (open->n_areas + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	open->areas = more;
	open->areas[open->n_areas++] = area;
	return 0;
}

static int load_areas(struct open_segment *open)
{
	sqlite3_stmt *rows = NULL;
	int code, err;

	open->n_areas = 0;
	if (open->schema < 2)
		return 0;
	err = sql_prepare(open->db, "SELECT id,district,tehsil,near,edition,crc FROM area", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE)
		err = code == SQLITE_ROW ? take_area(open, rows) : sql_error(code);
	sqlite3_finalize(rows);
	return err;
}

/* Whenever an unknown one is met: the segment being written gets new ones. */
int names_load(struct spool_reader *reader, struct open_segment *open)
{
	sqlite3_stmt *rows = NULL;
	int code, err;

	open->n_boots = 0;
	err = sql_prepare(
		open->db, "SELECT id,unit,parameter,kind,decimals,crc FROM series", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE)
		err = code == SQLITE_ROW ? take_series(reader, open, rows) : sql_error(code);
	sqlite3_finalize(rows);
	rows = NULL;
	if (!err)
		err = sql_prepare(open->db, "SELECT id,uuid,first_reading,crc FROM boot", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE)
		err = code == SQLITE_ROW ? take_boot(open, rows) : sql_error(code);
	sqlite3_finalize(rows);
	return err;
}

static const struct place *find_area(const struct open_segment *open, uint32_t id)
{
	size_t i;

	for (i = open->n_areas; i > 0; i--)
		if (open->areas[i - 1].id == id)
			return &open->areas[i - 1].codes;
	return NULL;
}

int names_area(struct open_segment *open, uint32_t id, const struct place **codes)
{
	int err = 0;

	*codes = find_area(open, id);
	if (!*codes) {
		err = load_areas(open);
		*codes = find_area(open, id);
	}
	return err == ERR_DAMAGED ? 0 : err;
}

const char *names_boot(const struct open_segment *open, uint32_t id)
{
	size_t i;

	for (i = open->n_boots; i > 0; i--)
		if (open->boots[i - 1].id == id)
			return open->boots[i - 1].uuid;
	return NULL;
}

bool names_know(const struct open_segment *open, const uint32_t *series, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (series[i] >= open->n_series || !open->series[series[i]].series)
			return false;
	return true;
}
