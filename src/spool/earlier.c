/* Times for boots that ended without one: from what was noted then, or between their neighbours. */
#include <stdlib.h>
#include <string.h>

#include "spool/boots.h"

struct earlier {
	char uuid[UUID];
	struct time_offset offset;
};

struct list {
	struct earlier *at;
	size_t n;
};

static int add(struct list *list, const char *uuid, const struct time_offset *offset)
{
	struct earlier *more = realloc(list->at, (list->n + 1) * sizeof(*more));

	if (!more)
		return ERR_MEMORY;
	list->at = more;
	more[list->n].offset = *offset;
	text_copy(more[list->n++].uuid, UUID, uuid);
	return 0;
}

/* --- written ------------------------------------------------------------------------------------------ */

static bool has_time(sqlite3 *ledger, const char *uuid, int *err)
{
	sqlite3_stmt *row = NULL;
	int code = SQLITE_DONE;

	*err = sql_prepare(ledger, "SELECT 1 FROM epoch WHERE uuid=? LIMIT 1", &row);
	if (!*err) {
		sqlite3_bind_text(row, 1, uuid, -1, SQLITE_STATIC);
		code = sqlite3_step(row);
		*err = sql_error(code);
	}
	sqlite3_finalize(row);
	return code == SQLITE_ROW;
}

/* What a boot has once it keeps, so that none of its rows is ever sent under two times. */
static int keep_untimed(sqlite3 *ledger, struct list *list)
{
	size_t kept = 0, i;
	int err = 0;

	for (i = 0; i < list->n && !err; i++)
		if (!has_time(ledger, list->at[i].uuid, &err))
			list->at[kept++] = list->at[i];
	list->n = kept;
	return err;
}

static int insert_all(struct spool *spool, struct list *list)
{
	size_t i;
	int err;

	err = ledger_begin(spool);
	if (err)
		return err;
	err = keep_untimed(spool->ledger.db, list);
	for (i = 0; i < list->n && !err; i++) {
		err = epochs_give_digit(spool->ledger.db, &list->at[i].offset);
		if (!err)
			err = epochs_insert(
				spool->ledger.db, list->at[i].uuid, &list->at[i].offset);
	}
	err = ledger_commit(spool, err);
	for (i = 0; i < list->n && !err; i++)
		if (epochs_insert(spool->segment.db, list->at[i].uuid, &list->at[i].offset))
			spool->segment.sick = true;
	return err ? err : epochs_refresh(spool);
}

static int fix_listed(struct spool *spool, void *ctx)
{
	int err = commit_prepare(spool);

	return err ? err : insert_all(spool, ctx);
}

/* --- from what was noted ------------------------------------------------------------------------------ */

static int take_anchor(sqlite3_stmt *row, struct list *list)
{
	struct ledger_record record;
	char uuid[UUID];

	if (!record_take(row, &record) || sql_copy_text(row, 9, uuid, sizeof(uuid)) ||
		(list->n && strcmp(uuid, list->at[list->n - 1].uuid) == 0) || record.b > TIME_GPS)
		return 0;
	return add(list, uuid,
		&(struct time_offset){.from_boot_ms = EPOCH_START,
			.offset_ms = record.a - record.boot_ms,
			.source = (enum time_source)record.b,
			.uncertainty_ms = record.c});
}

/* The best anchor of each earlier boot that has no offset. */
static int find_noted(struct spool *spool, struct list *list)
{
	/* The best source first, then the surest, then the latest. */
	static const char anchors[] =
		"SELECT "
		"l.number,l.kind,l.boot,l.boot_ms,l.a,l.b,l.c,ifnull(l.words,''),l.crc,b.uuid"
		" FROM ledger l JOIN boot b ON b.id=l.boot WHERE l.kind=2 AND l.b>1"
		" AND b.uuid NOT IN (SELECT uuid FROM epoch) AND b.uuid<>?1"
		" ORDER BY b.id, l.b DESC, l.c, l.number DESC";
	sqlite3_stmt *rows = NULL;
	int code = SQLITE_DONE, err;

	err = sql_prepare(spool->ledger.db, anchors, &rows);
	if (err)
		return err;
	sqlite3_bind_text(rows, 1, spool->boot, -1, SQLITE_STATIC);
	while (!err && (code = sqlite3_step(rows)) == SQLITE_ROW)
		err = take_anchor(rows, list);
	sqlite3_finalize(rows);
	return err ? err : sql_error(code);
}

static int fix_noted(struct spool *spool, void *ctx)
{
	struct list list = {0};
	int err;

	(void)ctx;
	err = commit_prepare(spool);
	if (!err)
		err = find_noted(spool, &list);
	if (!err && list.n)
		err = insert_all(spool, &list);
	free(list.at);
	return err;
}

int spool_fix_earlier_boots(struct spool *spool)
{
	int err = spool_run(spool, fix_noted, NULL);

	if (!err)
		spool_wake(spool);
	return err;
}

/* --- between their neighbours ------------------------------------------------------------------------- */

int spool_bound_earlier_boots(struct spool *spool, const struct spool_bounding *by, unsigned *n)
{
	struct bounds bounds = {.floor_ms = by->floor_ms,
		.away_ms = by->away_ms,
		.wait_ms = by->wait_ms,
		.ours = spool_utc(spool),
		.now_ms = clock_boot_ms(spool->clock)};
	struct list list = {0};
	struct boots boots;
	size_t i;
	int err;

	*n = 0;
	err = boots_survey(spool, &boots);
	if (err)
		goto out;
	bounds_place(&boots, &bounds);
	for (i = 0; i < boots.n && !err; i++)
		if (boots.at[i].placed)
			err = add(&list, boots.at[i].uuid, &boots.at[i].time);
	if (err || !list.n)
		goto out;
	err = spool_run(spool, fix_listed, &list);
	if (err)
		goto out;
	*n = (unsigned)list.n;
	spool_wake(spool);
out:
	boots_free(&boots);
	free(list.at);
	return err;
}
