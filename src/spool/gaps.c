/* The numbers that can never be delivered, as the ledger's records say. */
#include "spool/internal.h"

/* False: not what was written, or no range that can be. */
static bool take(sqlite3_stmt *row, struct ledger_record *gap)
{
	return record_take(row, gap) && gap->c >= 0 && gap->c < STREAM_COUNT && gap->a >= 1 &&
	       gap->b >= gap->a && gap->b < INT64_MAX;
}

/* By number, so that what was salvaged and then lost again is a gap. */
static const char plain[] = "SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc"
			    " FROM ledger INDEXED BY gaps WHERE kind=3 ORDER BY number";
/* A ledger without that index has no such record: an older program's, or of a card too full for the step. */
static const char with_salvaged[] = "SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc"
				    " FROM ledger INDEXED BY gaps WHERE kind=3 UNION ALL"
				    " SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc"
				    " FROM ledger INDEXED BY salvaged WHERE kind=12 ORDER BY 1";

int gaps_load(sqlite3 *ledger, struct intervals gaps[STREAM_COUNT])
{
	sqlite3_stmt *rows = NULL;
	struct ledger_record record;
	int64_t index = 0;
	bool room = true;
	int stream, code = SQLITE_DONE, err;

	for (stream = 0; stream < STREAM_COUNT; stream++)
		intervals_clear(&gaps[stream]);
	err = sql_number(
		ledger, "SELECT count(*) FROM sqlite_master WHERE name='salvaged'", &index);
	if (!err)
		err = sql_prepare(ledger, index ? with_salvaged : plain, &rows);
	while (!err && room && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		if (!take(rows, &record))
			continue;
		room = record.kind == LEDGER_GAP ? intervals_add(&gaps[record.c],
							   (uint64_t)record.a, (uint64_t)record.b)
						 : intervals_remove(&gaps[record.c],
							   (uint64_t)record.a, (uint64_t)record.b);
	}
	if (!err)
		err = room ? sql_error(code) : ERR_MEMORY;
	sqlite3_finalize(rows);
	return err;
}
