/*
 * What the open segment calls by a number of its own: series, our boot, areas.  All inside a transaction;
 * what one that failed gave out is forgotten when the file is opened again.
 */
#include <string.h>

#include "spool/check.h"
#include "spool/internal.h"

int segment_series(struct spool *spool, uint32_t series, uint32_t *number)
{
	struct series_slot *slot = &spool->series[series];
	sqlite3 *db = spool->segment.db;
	sqlite3_stmt *row = NULL;
	int64_t last = 0;
	int code, err;

	if (slot->in_segment) {
		*number = slot->in_segment;
		return 0;
	}
	err = sql_prepare(db,
		"SELECT id FROM series WHERE unit=? AND parameter=? AND kind=? AND decimals=?",
		&row);
	if (err)
		return err;
	sqlite3_bind_text(row, 1, slot->series.unit, -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 2, slot->series.parameter, -1, SQLITE_STATIC);
	sqlite3_bind_int(row, 3, (int)slot->series.kind);
	sqlite3_bind_int(row, 4, slot->series.decimals);
	code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*number = (uint32_t)sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	if (code == SQLITE_ROW) {
		slot->in_segment = *number;
		return 0;
	}
	err = sql_error(code);
	if (!err)
		err = sql_number(db, "SELECT ifnull(max(id),0) FROM series", &last);
	if (err)
		return err;
	*number = (uint32_t)last + 1;
	err = sql_run_with(db, "INSERT INTO series VALUES(%u,%Q,%Q,%d,%d,%d)", *number,
		slot->series.unit, slot->series.parameter, (int)slot->series.kind,
		(int)slot->series.decimals, (int)check_of_series(*number, &slot->series));
	if (!err)
		slot->in_segment = *number;
	return err;
}

int segment_boot(struct spool *spool, uint64_t first_reading)
{
	int64_t last = 0;
	uint32_t id;
	int err;

	if (spool->segment.boot)
		return 0;
	err = sql_number(spool->segment.db, "SELECT ifnull(max(id),0) FROM boot", &last);
	if (err)
		return err;
	id = (uint32_t)last + 1;
	err = sql_run_with(spool->segment.db, "INSERT INTO boot VALUES(%u,%Q,%lld,%d)", id,
		spool->boot, (long long)first_reading,
		(int)check_of_boot(id, spool->boot, first_reading, 0));
	if (!err)
		spool->segment.boot = id;
	return err;
}

static bool same_area(const struct place *a, const struct place *b)
{
	return strcmp(a->district, b->district) == 0 && strcmp(a->tehsil, b->tehsil) == 0 &&
	       strcmp(a->near, b->near) == 0 && a->edition == b->edition;
}

static int find_area(sqlite3 *db, const struct place *place, uint32_t *number)
{
	sqlite3_stmt *row = NULL;
	int code, err;

	err = sql_prepare(db,
		"SELECT id FROM area WHERE district=? AND tehsil=? AND near=? AND edition=?", &row);
	if (err)
		return err;
	sqlite3_bind_text(row, 1, place->district, -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 2, place->tehsil, -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 3, place->near, -1, SQLITE_STATIC);
	sqlite3_bind_int64(row, 4, place->edition);
	code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*number = (uint32_t)sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? ERR_ABSENT : sql_error(code);
}

int segment_area(struct spool *spool, const struct place *place, uint32_t *number)
{
	struct segment_file *segment = &spool->segment;
	int64_t last = 0;
	int err;

	*number = 0;
	if (same_area(place, &(struct place){0}))
		return 0;
	if (!segment->area || !same_area(place, &segment->area_of)) {
		err = find_area(segment->db, place, &segment->area);
		if (err == ERR_ABSENT) {
			err = sql_number(segment->db, "SELECT ifnull(max(id),0) FROM area", &last);
			segment->area = (uint32_t)last + 1;
			if (!err)
				err = sql_run_with(segment->db,
					"INSERT INTO area VALUES(%u,%Q,%Q,%Q,%lld,%d)",
					segment->area, place->district, place->tehsil, place->near,
					(long long)place->edition,
					(int)check_of_area(segment->area, place));
		}
		if (err) {
			segment->area = 0;
			return err;
		}
		segment->area_of = *place;
	}
	*number = segment->area;
	return 0;
}
