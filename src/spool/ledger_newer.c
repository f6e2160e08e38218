/*
 * A ledger of a newer program: it is not written and hardly read, and stays under another name.  Whatever the
 * schema, `meta` and the numbers of `ledger` are where they always were: from them the ledger that this program
 * makes beside it has the spool's identity, and gives no number again.
 */
#include "spool/internal.h"

static void at_least(int64_t *to, int64_t n)
{
	if (n > *to)
		*to = n;
}

void ledger_learn_newer(struct spool *spool, const char *path)
{
	struct newer_ledger *newer = &spool->newer;
	char id[SPOOL_ID];
	sqlite3 *db = NULL;
	int64_t n;

	if (sql_open(&db, path, SQL_READ, NULL))
		return;
	if (!spool->id[0] && sql_meta_text(db, "spool", id, sizeof(id)) == 0)
		text_copy(spool->id, sizeof(spool->id), id);
	(void)!identity_load(db, &spool->identities); /* none, or none that we know: one fewer */
	if (sql_meta_number(db, "reserved", &n) == 0)
		at_least(&newer->reading, n);
	if (sql_meta_number(db, "floor_reading", &n) == 0)
		at_least(&newer->reading, n);
	if (sql_meta_number(db, "floor_ledger", &n) == 0)
		at_least(&newer->ledger, n);
	if (sql_number(db, "SELECT max(number) FROM ledger", &n) == 0)
		at_least(&newer->ledger, n);
	if (sql_meta_number(db, "freed_below", &n) == 0)
		at_least(&newer->freed_below, n);
	sql_close(&db);
}
