/*
 * A new ledger: of a new spool, or, when there are segments, of a spool whose ledger was lost.  The
 * segments know the spool's id, how far both streams may have come, the boots, their times and what was
 * sent, so the spool keeps its identity and no number is used twice.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/check.h"
#include "spool/internal.h"

struct known { /* what the segments say */
	char id[SPOOL_ID];
	struct identities identities;
	char last_boot[UUID];
	uint32_t boots;
	int64_t reading, ledger; /* highest numbers that may be in use */
	int64_t freed_below;
};

static int learn_boots(sqlite3 *from, sqlite3 *to, struct known *known)
{
	sqlite3_stmt *rows = NULL, *add = NULL;
	char uuid[UUID];
	int code, err;

	err = sql_prepare(from, "SELECT id,uuid,first_reading,crc FROM boot ORDER BY id", &rows);
	if (!err)
		err = sql_prepare(to, "INSERT INTO boot VALUES(?,?,?,?,?)", &add);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE) {
		uint64_t first = (uint64_t)sqlite3_column_int64(rows, 2);

		err = sql_error(code);
		if (err || sql_copy_text(rows, 1, uuid, sizeof(uuid)) ||
			check_of_boot((uint32_t)sqlite3_column_int64(rows, 0), uuid, first, 0) !=
				sqlite3_column_int(rows, 3) ||
			strcmp(uuid, known->last_boot) == 0)
			continue;
		known->boots++;
		text_copy(known->last_boot, sizeof(known->last_boot), uuid);
		sqlite3_bind_int64(add, 1, known->boots);
		sqlite3_bind_text(add, 2, uuid, -1, SQLITE_STATIC);
		sqlite3_bind_int64(add, 3, (sqlite3_int64)first);
		sqlite3_bind_int64(add, 4, known->ledger + 1);
		sqlite3_bind_int(add, 5,
			check_of_boot(known->boots, uuid, first, (uint64_t)known->ledger + 1));
		err = sql_done(add);
	}
	sqlite3_finalize(rows);
	sqlite3_finalize(add);
	return err;
}

static int learn_epochs(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *rows = NULL;
	struct epochs epochs;
	char uuid[UUID];
	size_t i;
	int code, err;

	err = sql_prepare(from, "SELECT DISTINCT uuid FROM epoch", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE) {
		err = sql_error(code);
		if (err || sql_copy_text(rows, 0, uuid, sizeof(uuid)))
			continue;
		err = epochs_load(from, uuid, &epochs);
		for (i = 0; i < epochs.n && !err; i++)
			err = epochs_insert(to, uuid, &epochs.at[i]);
	}
	sqlite3_finalize(rows);
	return err;
}

/* The highest numbers that may be in use; a segment that cannot say holds the most there can be. */
static void learn_numbers(struct spool *spool, struct known *known)
{
	char path[FILE_NAME_MAX], id[SPOOL_ID];
	size_t i;

	known->reading = spool->newer.reading;
	known->ledger = spool->newer.ledger;
	known->freed_below = spool->newer.freed_below;
	for (i = 0; i < spool->n_segments; i++) {
		const struct segment_entry *entry = &spool->segments[i];
		int64_t end = (int64_t)entry->first + MOST_SEGMENT - 1, ledger = 0, freed = 0;
		sqlite3 *db = NULL;

		segment_file_name(spool->conf.dir, entry->first, path, sizeof(path));
		/* A newer program's, too: `meta` is where it always was. */
		if (segment_open_read(&db, path, i + 1 == spool->n_segments, NULL) == 0) {
			if (sql_meta_number(db, "end", &end) == 0 &&
				sql_meta_number(db, "ledger_reserved", &ledger) == 0 &&
				sql_meta_text(db, "spool", id, sizeof(id)) == 0)
				text_copy(known->id, sizeof(known->id), id);
			(void)!identity_load(db, &known->identities); /* the last one knows most */
			if (sql_meta_number(db, "freed_below", &freed) == 0 &&
				freed > known->freed_below)
				known->freed_below = freed;
			sql_close(&db);
		}
		if (end > known->reading)
			known->reading = end;
		if (ledger > known->ledger)
			known->ledger = ledger;
	}
	if (spool->aside_first && (int64_t)spool->aside_first + MOST_SEGMENT - 1 > known->reading) {
		known->reading = (int64_t)spool->aside_first + MOST_SEGMENT - 1;
		known->ledger += UNKNOWN_LEDGER;
	}
}

/* Calls learn_one for each segment of ours that can be opened. */
static int each_segment(struct spool *spool, const char *spool_id, sqlite3 *to, struct known *known,
	int (*learn_one)(struct spool *spool, sqlite3 *from, sqlite3 *to, struct known *known))
{
	char path[FILE_NAME_MAX], id[SPOOL_ID];
	int err = 0;
	size_t i;

	for (i = 0; i < spool->n_segments && !err; i++) {
		sqlite3 *db = NULL;

		if (!spool->segments[i].readable)
			continue;
		segment_file_name(spool->conf.dir, spool->segments[i].first, path, sizeof(path));
		if (segment_open_read(&db, path, i + 1 == spool->n_segments, NULL))
			continue;
		if (sql_meta_text(db, "spool", id, sizeof(id)) == 0 && strcmp(id, spool_id) == 0)
			err = learn_one(spool, db, to, known);
		sql_close(&db);
		if (err ==
			ERR_DAMAGED) /* what it still said is learnt; its rows are another matter */
			err = 0;
	}
	return err;
}

static int learn_all(struct spool *spool, sqlite3 *from, sqlite3 *to, struct known *known)
{
	int err = learn_boots(from, to, known);

	if (!err)
		err = learn_epochs(from, to);
	return err ? err : deliver_load_all(spool, from);
}

static int learn_times(struct spool *spool, sqlite3 *from, sqlite3 *to, struct known *known)
{
	(void)spool;
	(void)known;
	return learn_epochs(from, to);
}

int ledger_learn_epochs(struct spool *spool, sqlite3 *to)
{
	return each_segment(spool, spool->id, to, NULL, learn_times);
}

static int fill(struct spool *spool, sqlite3 *db, const char *schema)
{
	struct known known = {.id = ""};
	size_t i;
	int err;

	learn_numbers(spool, &known);
	if (spool->identities.n || spool->identities.home[0])
		known.identities = spool->identities;
	if (spool->id[0])
		text_copy(known.id, sizeof(known.id), spool->id);
	else if (!known.id[0] && identity_new(known.id))
		return ERR_IO;
	err = sql_run(db, "BEGIN IMMEDIATE");
	if (!err)
		err = sql_run(db, schema);
	if (!err)
		err = sql_set_meta_text(db, "spool", known.id);
	if (!err && (known.identities.n || known.identities.home[0]))
		err = identity_save(db, &known.identities);
	if (!err)
		err = sql_set_meta_number(db, "schema", SPOOL_SCHEMA);
	if (!err)
		err = sql_set_meta_number(db, "reserved", known.reading);
	/* Nothing up to these is ever given again, whatever the files hold. */
	if (!err)
		err = sql_set_meta_number(db, "floor_reading", known.reading);
	if (!err)
		err = sql_set_meta_number(db, "floor_ledger", known.ledger);
	if (!err)
		err = sql_set_meta_number(db, "freed_below", known.freed_below);
	for (i = 0; i < spool->n_segments && !err; i++)
		err = sql_run_with(db, "INSERT INTO segment VALUES(%lld,NULL,0)",
			(long long)spool->segments[i].first);
	if (!err)
		err = each_segment(spool, known.id, db, &known, learn_all);
	if (!err)
		err = deliver_save_all(spool, db);
	return err ? err : sql_run(db, "COMMIT");
}

int ledger_make(struct spool *spool, const char *schema)
{
	char path[FILE_NAME_MAX], made[FILE_NAME_MAX], aside[FILE_NAME_MAX + 32];
	struct text words = spool_fault(spool);
	sqlite3 *db = NULL;
	int err;

	ledger_file_name(&spool->conf, path, sizeof(path));
	err = file_stray_wal_aside(path, aside, sizeof(aside));
	if (err) {
		text_printf(&words, "%s-wal cannot be set aside: %s", path, strerror(errno));
		return err;
	}
	if (*aside)
		log_say(LOG_ERROR, "spool",
			"%s is gone, and what only its WAL holds with it: kept as %s-wal", path,
			aside);
	snprintf(made, sizeof(made), "%s/new-ledger.tmp", spool->conf.dir);
	file_remove(made);
	text_put(&words, "a new ledger.db: ");
	err = sql_make(&db, made, &words);
	if (err)
		return err;
	err = fill(spool, db, schema);
	if (err)
		text_put(&words, sqlite3_errmsg(db));
	else
		err = sql_settle(db);
	sql_close(&db);
	return err ? err : file_publish(spool->conf.dir, made, path);
}
