/* Opening the ledger: what it remembers is read in, and a damaged one is made again. */
#include <errno.h>
#include <string.h>

#include "spool/check.h"
#include "spool/internal.h"

static const char schema[] = META_TABLE EPOCH_TABLE DELIVERY_TABLE
	"CREATE TABLE boot(id INTEGER PRIMARY KEY, uuid TEXT NOT NULL,"
	" first_reading INTEGER NOT NULL, first_ledger INTEGER NOT NULL, crc INTEGER NOT NULL);"
	"CREATE TABLE segment(first INTEGER PRIMARY KEY, last INTEGER, state INTEGER NOT NULL);"
	"CREATE TABLE refusal(id INTEGER PRIMARY KEY, store TEXT NOT NULL,"
	" stream INTEGER NOT NULL, number INTEGER NOT NULL, status INTEGER, words TEXT);"
	"CREATE TABLE ledger(number INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
	" boot INTEGER NOT NULL, boot_ms INTEGER NOT NULL, a INTEGER, b INTEGER, c INTEGER,"
	" words TEXT, crc INTEGER NOT NULL);"
	"CREATE INDEX anchors ON ledger(number) WHERE kind=2;"
	"CREATE INDEX gaps ON ledger(number) WHERE kind=3;";

/* All of it by name, asked and never run: what load() does not ask for, others ask for later. */
static const char names[] =
	"SELECT l.number,l.kind,l.boot,l.boot_ms,l.a,l.b,l.c,l.words,l.crc,"
	"b.id,b.uuid,b.first_reading,b.first_ledger,b.crc,s.first,s.last,s.state,"
	"r.id,r.store,r.stream,r.number,r.status,r.words"
	" FROM ledger l INDEXED BY anchors, boot b, segment s, refusal r WHERE l.kind=2";

/* --- reading it in ------------------------------------------------------------------------------ */

int ledger_load_gaps(struct spool *spool, bool anew)
{
	struct intervals gaps[STREAM_COUNT] = {{0}};
	bool room = true;
	int stream, err;
	size_t i;

	err = gaps_load(spool->ledger.db, gaps);
	pthread_mutex_lock(&spool->lock);
	for (stream = 0; stream < STREAM_COUNT && !err; stream++) {
		const struct intervals *set = &gaps[stream];

		if (anew)
			room = deliver_drop_gaps(spool, (enum stream)stream) && room;
		for (i = 0; i < set->n && room; i++)
			room = deliver_add_gap(spool, (enum stream)stream, set->at[i]);
		if (stream == STREAM_READINGS && set->n &&
			set->at[set->n - 1].last >= spool->next[STREAM_READINGS])
			spool->next[STREAM_READINGS] = set->at[set->n - 1].last + 1;
	}
	pthread_mutex_unlock(&spool->lock);
	for (stream = 0; stream < STREAM_COUNT; stream++)
		intervals_free(&gaps[stream]);
	return room ? err : ERR_MEMORY;
}

static int load_refusals(struct spool *spool)
{
	sqlite3_stmt *rows = NULL;
	char store[STORE_NAME];
	bool room = true;
	int code, err;

	err = sql_prepare(
		spool->ledger.db, "SELECT store,stream,number FROM refusal ORDER BY id", &rows);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		uint64_t number = (uint64_t)sqlite3_column_int64(rows, 2);

		if (sql_copy_text(rows, 0, store, sizeof(store)) == 0)
			room = deliver_load(spool, store, sqlite3_column_int(rows, 1),
				       DELIVERY_REFUSED, (struct range){number, number}) &&
			       room;
	}
	pthread_mutex_unlock(&spool->lock);
	sqlite3_finalize(rows);
	return room ? sql_error(code) : ERR_MEMORY;
}

/* Our boot's row, when the last boot in the ledger is ours: a restart of the daemon alone. */
static int load_boot(struct spool *spool)
{
	sqlite3_stmt *row = NULL;
	char uuid[UUID];
	int code, err;

	err = sql_prepare(
		spool->ledger.db, "SELECT id,uuid FROM boot ORDER BY id DESC LIMIT 1", &row);
	if (err)
		return err;
	code = sqlite3_step(row);
	if (code == SQLITE_ROW && sql_copy_text(row, 1, uuid, sizeof(uuid)) == 0 &&
		strcmp(uuid, spool->boot) == 0)
		spool->ledger.boot = (uint32_t)sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return sql_error(code);
}

/*
 * An offset that is not what was written is taken out: rows without a time wait, rows with a wrong one
 * would be sent.  The segments hold copies.
 */
static int mend_epochs(struct spool *spool)
{
	uint64_t bad = 0;
	int err;

	err = epochs_weed(spool->ledger.db, &bad);
	if (err || !bad)
		return err;
	log_say(LOG_ERROR, "spool", "ledger.db: %llu damaged time offsets; taken from the segments",
		(unsigned long long)bad);
	return ledger_learn_epochs(spool, spool->ledger.db);
}

static int on_commit(void *ctx, sqlite3 *db, const char *name, int frames)
{
	(void)db;
	(void)name;
	*(int *)ctx = frames;
	return SQLITE_OK;
}

static int load(struct spool *spool)
{
	int64_t number = 0, reserved = 0, freed = 0, floors[STREAM_COUNT] = {0, 0};
	char id[SPOOL_ID];
	int stream, err;
	bool room;

	err = sql_meta_text(spool->ledger.db, "spool", id, sizeof(id));
	if (!err && spool->id[0] && strcmp(id, spool->id) != 0)
		err = ERR_DAMAGED;
	if (!err)
		text_copy(spool->id, sizeof(spool->id), id);
	if (!err) {
		err = identity_load(spool->ledger.db, &spool->identities);
		err = err == ERR_ABSENT ? 0 : err; /* an older program's */
	}
	if (!err)
		err = sql_meta_number(spool->ledger.db, "reserved", &reserved);
	if (!err)
		err = sql_number(
			spool->ledger.db, "SELECT ifnull(max(number),0) FROM ledger", &number);
	if (err)
		return err == ERR_ABSENT ? ERR_DAMAGED : err;
	err = sql_meta_number(spool->ledger.db, "floor_reading", &floors[STREAM_READINGS]);
	if (!err)
		err = sql_meta_number(spool->ledger.db, "floor_ledger", &floors[STREAM_LEDGER]);
	if (err)
		return err == ERR_ABSENT ? ERR_DAMAGED : err;
	err = sql_meta_number(spool->ledger.db, "freed_below", &freed);
	if (err && err != ERR_ABSENT) /* nothing was freed yet */
		return err;
	if (number > floors[STREAM_LEDGER])
		floors[STREAM_LEDGER] = number;
	spool->ledger.reserved = (uint64_t)reserved;
	spool->ledger.lost_to = number ? 0 : (uint64_t)floors[STREAM_LEDGER];
	pthread_mutex_lock(&spool->lock);
	room = deliver_set_freed(spool, (uint64_t)freed);
	if (spool->running && (uint64_t)floors[STREAM_READINGS] >= spool->next[STREAM_READINGS])
		spool->unused_from = spool->next[STREAM_READINGS];
	for (stream = 0; stream < STREAM_COUNT; stream++)
		if ((uint64_t)floors[stream] >= spool->next[stream])
			spool->next[stream] = (uint64_t)floors[stream] + 1;
	pthread_mutex_unlock(&spool->lock);
	err = room ? load_boot(spool) : ERR_MEMORY;
	if (!err)
		err = mend_epochs(spool);
	if (!err)
		err = ledger_load_gaps(spool, false);
	if (!err)
		err = load_refusals(spool);
	if (!err)
		err = deliver_load_all(spool, spool->ledger.db);
	if (!err)
		err = summaries_load(spool);
	if (!err)
		err = sql_understands(spool->ledger.db, names);
	if (!err)
		err = epochs_refresh(spool);
	if (!err)
		err = bytes_load(spool);
	if (!err)
		err = sql_prepare(spool->ledger.db, "INSERT INTO ledger VALUES(?,?,?,?,?,?,?,?,?)",
			&spool->ledger.add);
	return err;
}

static void detach(struct spool *spool)
{
	sqlite3_finalize(spool->ledger.add);
	spool->ledger.add = NULL;
	sql_close(&spool->ledger.db);
}

void ledger_close(struct spool *spool)
{
	sql_close(&spool->ledger.keeper);
	detach(spool);
}

/* Everything that can be seen is made durable before any of it is believed: a process that was killed,
 * or a sync that failed, may have left rows that are only in the page cache. */
static int open_and_load(struct spool *spool, bool at_start)
{
	char path[FILE_NAME_MAX];
	struct text words = spool_fault(spool);
	int err;

	ledger_file_name(&spool->conf, path, sizeof(path));
	text_put(&words, "ledger.db: ");
	err = sql_open(&spool->ledger.db, path, SQL_WRITE, &words);
	if (err)
		return err;
	spool->ledger.sick = false;
	err = sql_settle(spool->ledger.db);
	if (!err)
		err = sql_made_whole(spool->ledger.db, ledger_take_steps(spool->ledger.db));
	if (err && at_start && err != ERR_DAMAGED) {
		/* A card that is full can be read; nothing is written before this works. */
		text_put(&words, sqlite3_errmsg(spool->ledger.db));
		spool->ledger.sick = true;
		err = 0;
	}
	if (!err)
		err = sql_made_whole(spool->ledger.db, load(spool));
	if (!err)
		err = sql_keep(&spool->ledger.keeper, path);
	if (err) {
		text_put(&words, sqlite3_errmsg(spool->ledger.db));
		detach(spool);
		return err;
	}
	spool->ledger.frames = 0;
	sqlite3_wal_hook(spool->ledger.db, on_commit, &spool->ledger.frames);
	return 0;
}

static int set_aside_and_make(struct spool *spool, const char *kind, const char *words)
{
	char path[FILE_NAME_MAX], aside[FILE_NAME_MAX + 32] = "";
	int err;

	ledger_close(spool);
	ledger_file_name(&spool->conf, path, sizeof(path));
	err = file_is_gone(path) ? 0 : file_set_aside(path, kind, aside, sizeof(aside));
	if (err) {
		log_say(LOG_ERROR, "spool", "%s cannot be set aside: %s", path, strerror(errno));
		return err;
	}
	if (*aside)
		log_say(LOG_ERROR, "spool",
			"%s; it is kept as %s, and a new ledger is made from the segments", words,
			aside);
	else
		log_say(LOG_ERROR, "spool",
			"%s is gone: somebody removed it; a new ledger is made from the segments",
			path);
	spool->ledger.boot = 0;
	spool->ledger.started = false;
	err = ledger_make(spool, schema);
	if (!err)
		err = open_and_load(spool, false);
	pthread_mutex_lock(&spool->lock);
	spool->ledger_generation++;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

int ledger_open(struct spool *spool)
{
	char path[FILE_NAME_MAX];
	struct text words = spool_fault(spool);
	int err;

	ledger_file_name(&spool->conf, path, sizeof(path));
	err = segment_judge(path, &words);
	if (err == ERR_CONF) {
		ledger_learn_newer(spool, path);
		return set_aside_and_make(spool, "newer", spool->fault);
	}
	if (err == ERR_ABSENT) {
		err = ledger_make(spool, schema);
		return err ? err : open_and_load(spool, true);
	}
	if (!err)
		err = open_and_load(spool, true);
	if (err == ERR_DAMAGED || err == ERR_CONF)
		err = set_aside_and_make(spool, "damaged", spool->fault);
	return err;
}

int ledger_reopen(struct spool *spool)
{
	char path[FILE_NAME_MAX];
	int err;

	detach(spool);
	ledger_file_name(&spool->conf, path, sizeof(path));
	err = file_is_gone(path) ? ERR_DAMAGED : open_and_load(spool, false);
	if (!err) {
		err = sql_quick_check(spool->ledger.db);
		if (err)
			detach(spool);
	}
	if (err == ERR_DAMAGED)
		err = set_aside_and_make(spool, "damaged", "ledger.db is damaged");
	if (err)
		spool->ledger.sick = true;
	return err;
}
