/* A record of the ledger as a row of its table. */
#include "spool/check.h"
#include "spool/internal.h"

/* No machine runs 35,000 years. */
#define MOST_BOOT_MS (INT64_C(1) << 50)

bool record_take(sqlite3_stmt *row, struct ledger_record *record)
{
	*record = (struct ledger_record){.kind = (enum ledger_kind)sqlite3_column_int(row, 1),
		.boot_ms = sqlite3_column_int64(row, 3),
		.a = sqlite3_column_int64(row, 4),
		.b = sqlite3_column_int64(row, 5),
		.c = sqlite3_column_int64(row, 6)};
	return record->boot_ms > -MOST_BOOT_MS && record->boot_ms < MOST_BOOT_MS &&
	       sql_copy_text(row, 7, record->words, sizeof(record->words)) == 0 &&
	       check_of_ledger((uint64_t)sqlite3_column_int64(row, 0),
		       (uint32_t)sqlite3_column_int64(row, 2),
		       record) == sqlite3_column_int(row, 8);
}

int record_insert(
	sqlite3_stmt *add, uint64_t number, uint32_t boot, const struct ledger_record *record)
{
	int err;

	sqlite3_bind_int64(add, 1, (sqlite3_int64)number);
	sqlite3_bind_int(add, 2, (int)record->kind);
	sqlite3_bind_int64(add, 3, boot);
	sqlite3_bind_int64(add, 4, record->boot_ms);
	sqlite3_bind_int64(add, 5, record->a);
	sqlite3_bind_int64(add, 6, record->b);
	sqlite3_bind_int64(add, 7, record->c);
	if (record->words[0])
		sqlite3_bind_text(add, 8, record->words, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(add, 8);
	sqlite3_bind_int(add, 9, check_of_ledger(number, boot, record));
	err = sql_done(add);
	sqlite3_clear_bindings(add);
	return err;
}
