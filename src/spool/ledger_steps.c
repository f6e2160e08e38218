/*
 * The ledger is kept for ever, so a newer program takes an old one further, a step at a time.  (Segments are not:
 * each keeps the schema it was born with.)
 *
 * A step only adds: an index, a table, a column at the end.  An older program goes on writing such a file, so its
 * user_version stays, and `step` in meta says how far it was taken.  What an older program must not write would raise
 * SPOOL_SCHEMA instead.  Each step is one transaction: cut at any moment, it was taken or it was not.  Taken a second
 * time it does nothing: where `step` says nothing sensible all are taken again, for a ledger is not set aside for that.
 * What has to be read to start must not need a step, for on a full card none can be taken.
 */
#include "spool/internal.h"

static const char *const steps[] = {
	/* 1: the records of meters' files, which are few beside all others, are found by their marks */
	"CREATE INDEX IF NOT EXISTS filed ON ledger(number) WHERE kind BETWEEN 7 AND 9",
	/* 2: what was salvaged out of the gaps */
	"CREATE INDEX IF NOT EXISTS salvaged ON ledger(number) WHERE kind=12",
	/* 3: field tests, which every start reads */
	"CREATE INDEX IF NOT EXISTS samples ON ledger(number) WHERE kind BETWEEN 14 AND 16",
	/* 4: checks of analyzers, the same */
	"CREATE INDEX IF NOT EXISTS checks ON ledger(number) WHERE kind=17",
	/* 5: spikes, found by the readings they name */
	"CREATE INDEX IF NOT EXISTS spikes ON ledger(a) WHERE kind=19",
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static int take(sqlite3 *db, int64_t step)
{
	int err = sql_run(db, "BEGIN IMMEDIATE");

	if (err)
		return err;
	err = sql_run(db, steps[step]);
	if (!err)
		err = sql_set_meta_number(db, "step", step + 1);
	if (!err)
		err = sql_run(db, "COMMIT");
	if (err && !sqlite3_get_autocommit(db) && sql_run(db, "ROLLBACK"))
		return ERR_IO;
	return err;
}

int ledger_take_steps(sqlite3 *db)
{
	int64_t taken = 0;
	int err = sql_meta_number(db, "step", &taken);

	if (err == ERR_ABSENT ||
		err == ERR_DAMAGED) /* none was; of a damaged file the next one says so */
		err = 0;
	if (taken < 0)
		taken = 0;
	for (; taken < STEPS && !err; taken++)
		err = take(db, taken);
	return err;
}
