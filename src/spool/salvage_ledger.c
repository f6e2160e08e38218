/*
 * Records of a ledger that was set aside, back under their own numbers: those that hold their checksums, of boots that the new
 * ledger knows and that have a time.  What they said of gaps holds again.  Not brought back: summaries, which are made again
 * under other numbers; refusals, which have no checksum (what was refused is refused again); boots that the segments do not
 * name.
 */
#include <string.h>

#include "spool/check.h"
#include "spool/salvage_inside.h"

struct returning {
	sqlite3 *from;
	struct salvage_file *told;
	struct intervals back;
};

struct statements {
	sqlite3_stmt *rows, *boot, *add;
};

static int prepare(struct statements *s, sqlite3 *from, sqlite3 *to)
{
	int err = sql_prepare(from,
		"SELECT l.number,l.kind,l.boot,l.boot_ms,l.a,l.b,l.c,ifnull(l.words,''),l.crc,"
		"b.uuid,b.first_reading,b.first_ledger,b.crc"
		" FROM ledger l JOIN boot b ON b.id=l.boot ORDER BY l.number",
		&s->rows);

	if (err)
		return ERR_DAMAGED;
	err = sql_prepare(to,
		"SELECT id FROM boot WHERE uuid=?1 AND EXISTS(SELECT 1 FROM epoch WHERE uuid=?1)"
		" ORDER BY id LIMIT 1",
		&s->boot);
	return err ? err
		   : sql_prepare(
			     to, "INSERT OR IGNORE INTO ledger VALUES(?,?,?,?,?,?,?,?,?)", &s->add);
}

static void finalize(struct statements *s)
{
	sqlite3_finalize(s->rows);
	sqlite3_finalize(s->boot);
	sqlite3_finalize(s->add);
}

/* False: the record, or the name of its boot, is not what was written. */
static bool take(sqlite3_stmt *row, uint64_t *number, struct ledger_record *record, char uuid[UUID])
{
	*number = (uint64_t)sqlite3_column_int64(row, 0);
	return record_take(row, record) && sql_copy_text(row, 9, uuid, UUID) == 0 &&
	       check_of_boot((uint32_t)sqlite3_column_int64(row, 2), uuid,
		       (uint64_t)sqlite3_column_int64(row, 10),
		       (uint64_t)sqlite3_column_int64(row, 11)) == sqlite3_column_int(row, 12);
}

/* The number that the ledger gives the boot now; 0: it does not know it, or no time of it. */
static int boot_now(struct statements *s, const char *uuid, uint32_t *id)
{
	int code;

	sqlite3_bind_text(s->boot, 1, uuid, -1, SQLITE_STATIC);
	code = sqlite3_step(s->boot);
	*id = code == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(s->boot, 0) : 0;
	sqlite3_reset(s->boot);
	return sql_error(code);
}

static int take_all(struct spool *spool, struct returning *returning)
{
	struct statements s = {NULL, NULL, NULL};
	struct ledger_record record;
	char uuid[UUID];
	uint64_t number;
	uint32_t boot;
	int code = SQLITE_DONE, err = prepare(&s, returning->from, spool->ledger.db);

	while (!err && (code = sqlite3_step(s.rows)) == SQLITE_ROW) {
		if (!take(s.rows, &number, &record, uuid))
			continue;
		returning->told->found++;
		if (record.kind == LEDGER_SUMMARY ||
			!intervals_find(&spool->gaps[STREAM_LEDGER], number))
			continue;
		err = boot_now(&s, uuid, &boot);
		if (!err && boot)
			err = record_insert(s.add, number, boot, &record);
		if (!err && boot && !intervals_add(&returning->back, number, number))
			err = ERR_MEMORY;
	}
	/* What lies behind a damaged page is not reached; what came before it holds. */
	if (!err && sql_error(code) != ERR_DAMAGED)
		err = sql_error(code);
	finalize(&s);
	return err;
}

static int record_all(struct spool *spool, const struct returning *returning)
{
	struct ledger_record record = {.kind = LEDGER_SALVAGED, .c = STREAM_LEDGER};
	int err = 0;
	size_t i;

	text_copy(record.words, sizeof(record.words), returning->told->name);
	for (i = 0; i < returning->back.n && !err; i++) {
		record.a = (int64_t)returning->back.at[i].first;
		record.b = (int64_t)returning->back.at[i].last;
		err = ledger_insert(spool, &record);
	}
	return err;
}

static int put_back(struct spool *spool, void *ctx)
{
	struct returning *returning = ctx;
	int err = commit_prepare(spool);

	if (!err)
		err = ledger_begin(spool);
	if (err)
		return err;
	err = take_all(spool, returning);
	if (!err)
		err = record_all(spool, returning);
	err = ledger_commit(spool, err);
	return err ? err : ledger_load_gaps(spool, true);
}

int salvage_ledger(struct spool *spool, sqlite3 *from, struct salvage_file *told)
{
	struct returning returning = {.from = from, .told = told};
	struct text text = text_over(told->words, sizeof(told->words));
	int err = spool_run_readings(spool, put_back, &returning);

	told->back = returning.back.count;
	if (returning.back.n)
		told->range = (struct range){
			returning.back.at[0].first, returning.back.at[returning.back.n - 1].last};
	if (!err && !told->found)
		text_put(&text, "nothing in it is whole");
	else if (!err && told->back < told->found)
		text_printf(&text,
			"%llu are there already, are made again, or are of a start that nothing "
			"else knows",
			(unsigned long long)(told->found - told->back));
	intervals_free(&returning.back);
	return err;
}
