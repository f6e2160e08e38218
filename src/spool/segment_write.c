/* The segment that is being written, and the step to the next one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/check.h"
#include "spool/internal.h"

/*
 * A segment explains itself: boots, their times, series and what was sent stand in it, so that it can
 * be read, and a lost ledger made again, from it alone.  The exchange of a reading is the one with the
 * greatest seq at or below its number.
 */
static const char schema[] = META_TABLE EPOCH_TABLE DELIVERY_TABLE
	"CREATE TABLE boot(id INTEGER PRIMARY KEY, uuid TEXT NOT NULL,"
	" first_reading INTEGER NOT NULL, crc INTEGER NOT NULL);"
	"CREATE TABLE series(id INTEGER PRIMARY KEY, unit TEXT NOT NULL,"
	" parameter TEXT NOT NULL, kind INTEGER NOT NULL, decimals INTEGER NOT NULL,"
	" crc INTEGER NOT NULL);"
	"CREATE TABLE area(id INTEGER PRIMARY KEY, district TEXT NOT NULL, tehsil TEXT NOT NULL,"
	" near TEXT NOT NULL, edition INTEGER NOT NULL, crc INTEGER NOT NULL);"
	"CREATE TABLE exchange(seq INTEGER PRIMARY KEY, n INTEGER NOT NULL,"
	" boot INTEGER NOT NULL, boot_ms INTEGER NOT NULL, context INTEGER, sample INTEGER,"
	" origin INTEGER, mode INTEGER, lat_e7 INTEGER, lon_e7 INTEGER, fix_age_ms INTEGER,"
	" eph_cm INTEGER, area INTEGER, border_m INTEGER, raw BLOB, crc INTEGER NOT NULL);"
	"CREATE TABLE reading(seq INTEGER PRIMARY KEY, series INTEGER NOT NULL, value REAL,"
	" qc INTEGER NOT NULL, flags INTEGER NOT NULL);";

int segment_check_names(sqlite3 *db)
{
	return sql_understands(db,
		"SELECT b.id,b.uuid,b.first_reading,b.crc,"
		"s.id,s.unit,s.parameter,s.kind,s.decimals,s.crc,"
		"a.id,a.district,a.tehsil,a.near,a.edition,a.crc,"
		"x.seq,x.n,x.boot,x.boot_ms,x.context,x.sample,x.origin,x.mode,x.lat_e7,x.lon_e7,"
		"x.fix_age_ms,x.eph_cm,x.area,x.border_m,x.raw,x.crc,"
		"r.seq,r.series,r.value,r.qc,r.flags,"
		"e.uuid,e.from_boot_ms,e.offset_ms,e.source,e.uncertainty_ms,e.crc,"
		"d.store,d.stream,d.delivery,d.first,d.last,d.crc"
		" FROM boot b,series s,area a,exchange x,reading r,epoch e,delivery d");
}

int segment_make_tables(const struct spool *spool, sqlite3 *db, struct range numbers)
{
	int64_t reserved = (int64_t)(spool->next[STREAM_LEDGER] + RESERVE_LEDGER);
	int err = sql_run(db, schema);

	if (!err)
		err = sql_set_meta_text(db, "spool", spool->id);
	if (!err)
		err = identity_save(db, &spool->identities);
	if (!err)
		err = sql_set_meta_number(db, "schema", SPOOL_SCHEMA);
	if (!err)
		err = sql_set_meta_number(db, "first", (int64_t)numbers.first);
	if (!err)
		err = sql_set_meta_number(db, "end", (int64_t)numbers.last);
	if (!err)
		err = sql_set_meta_number(db, "ledger_reserved", reserved);
	if (!err)
		err = sql_set_meta_number(db, "freed_below", (int64_t)spool->freed_below);
	return err;
}

static int failed(struct spool *spool, int err)
{
	struct text words = spool_fault(spool);
	sqlite3 *db = spool->segment.db;

	text_printf(&words, "readings-%012llu.db: ", (unsigned long long)spool->segment.first);
	text_put(&words, sqlite3_errmsg(db));
	if (sqlite3_system_errno(db))
		text_printf(&words, " (%s)", strerror(sqlite3_system_errno(db)));
	spool->segment.sick = true;
	return err;
}

/* --- making ------------------------------------------------------------------------------------- */

static int fill(struct spool *spool, sqlite3 *db, uint64_t first)
{
	struct range numbers = {first, first + spool->conf.segment_readings - 1};
	int err;

	err = sql_run(db, "BEGIN IMMEDIATE");
	if (!err)
		err = segment_make_tables(spool, db, numbers);
	if (!err)
		err = epochs_copy(spool, spool->boot, db);
	if (!err)
		err = deliver_save_all(spool, db);
	return err ? err : sql_run(db, "COMMIT");
}

/* Made whole under another name, so that a file of a segment's name is always a segment. */
static int make(struct spool *spool, uint64_t first)
{
	char path[FILE_NAME_MAX], made[FILE_NAME_MAX];
	struct text words = spool_fault(spool);
	sqlite3 *db = NULL;
	int err;

	segment_file_name(spool->conf.dir, first, path, sizeof(path));
	snprintf(made, sizeof(made), "%s/new-segment.tmp", spool->conf.dir);
	file_remove(made);
	text_put(&words, "a new segment: ");
	err = sql_make(&db, made, &words);
	if (err)
		return err;
	err = fill(spool, db, first);
	if (!err)
		err = sql_settle(db);
	if (err)
		text_put(&words, sqlite3_errmsg(db));
	sql_close(&db);
	if (!err)
		err = file_publish(spool->conf.dir, made, path);
	if (err)
		file_remove(made);
	return err;
}

static int enter(struct spool *spool, uint64_t first)
{
	struct segment_entry *more;
	int err = 0;

	pthread_mutex_lock(&spool->lock);
	if (spool->n_segments == spool->cap_segments) {
		more = realloc(
			spool->segments, (spool->cap_segments + 64) * sizeof(*spool->segments));
		if (more) {
			spool->segments = more;
			spool->cap_segments += 64;
		} else {
			err = ERR_MEMORY;
		}
	}
	if (!err)
		spool->segments[spool->n_segments++] =
			(struct segment_entry){.first = first, .readable = true};
	pthread_mutex_unlock(&spool->lock);
	return err;
}

int segment_begin_next(struct spool *spool)
{
	uint64_t first = spool->next[STREAM_READINGS], before = 0, last;
	bool there;
	int err;

	there = spool->n_segments && spool->segments[spool->n_segments - 1].first == first;
	if (!there) {
		err = make(spool, first);
		if (!err)
			err = enter(spool, first);
		if (err)
			return err;
	}
	if (spool->n_segments > 1)
		before = spool->segments[spool->n_segments - 2].first;
	err = ledger_roll(spool, before, before ? first - 1 : 0, first);
	return err ? err : segment_open(spool, first, &last);
}

int segment_roll(struct spool *spool)
{
	char path[FILE_NAME_MAX];
	int err;

	/* Everything out of the WAL first: a finished segment is one file.  A reader may be in the
	 * way; then the WAL stays beside it and is settled at the next start. */
	err = sql_settle(spool->segment.db);
	if (err && err != ERR_BUSY)
		return failed(spool, err);
	segment_file_name(spool->conf.dir, spool->segment.first, path, sizeof(path));
	segment_close(spool, true);
	pthread_mutex_lock(&spool->lock);
	spool->segments[spool->n_segments - 1].bytes = file_bytes(path);
	pthread_mutex_unlock(&spool->lock);
	return segment_begin_next(spool);
}

/* --- opening -------------------------------------------------------------------------------------- */

static int on_commit(void *ctx, sqlite3 *db, const char *name, int frames)
{
	(void)db;
	(void)name;
	*(int *)ctx = frames;
	return SQLITE_OK;
}

static int prepare(struct segment_file *segment)
{
	int err;

	err = sql_prepare(segment->db,
		"INSERT INTO exchange VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		&segment->add_exchange);
	if (!err)
		err = sql_prepare(segment->db, "INSERT INTO reading VALUES(?,?,?,?,?)",
			&segment->add_reading);
	if (!err)
		err = sql_prepare(segment->db,
			"DELETE FROM delivery WHERE store=? AND stream=? AND delivery=?"
			" AND first BETWEEN ? AND ?",
			&segment->drop_marks);
	if (!err)
		err = sql_prepare(segment->db, "INSERT INTO delivery VALUES(?,?,?,?,?,?)",
			&segment->add_mark);
	return err;
}

/* Highest number in the file: by its readings, or by an exchange whose readings are damaged. */
static int last_number(sqlite3 *db, uint64_t first, uint64_t *last)
{
	int64_t reading = 0, exchange = 0;
	int err;

	err = sql_number(db, "SELECT ifnull(max(seq),0) FROM reading", &reading);
	if (!err)
		err = sql_number(
			db, "SELECT seq+n-1 FROM exchange ORDER BY seq DESC LIMIT 1", &exchange);
	if (err && err != ERR_ABSENT)
		return err;
	if (exchange > reading)
		reading = exchange;
	*last = (uint64_t)reading >= first ? (uint64_t)reading : first - 1;
	return 0;
}

/* The boot time our boot's readings have come to. */
static int last_boot_ms(struct spool *spool)
{
	int64_t boot_ms = 0;
	char sql[200];
	int err;

	snprintf(sql, sizeof(sql),
		"SELECT max(boot_ms) FROM (SELECT boot_ms, boot FROM exchange"
		" ORDER BY seq DESC LIMIT 1000) WHERE boot=%u",
		spool->segment.boot);
	err = sql_number(spool->segment.db, sql, &boot_ms);
	if (err)
		return err == ERR_ABSENT ? 0 : err;
	pthread_mutex_lock(&spool->lock);
	if (boot_ms > spool->greatest_boot_ms)
		spool->greatest_boot_ms = boot_ms;
	pthread_mutex_unlock(&spool->lock);
	return 0;
}

static int find_boot(struct spool *spool)
{
	sqlite3_stmt *row = NULL;
	char uuid[UUID];
	int code, err;

	err = sql_prepare(
		spool->segment.db, "SELECT id,uuid FROM boot ORDER BY id DESC LIMIT 1", &row);
	if (err)
		return err;
	code = sqlite3_step(row);
	if (code == SQLITE_ROW && sql_copy_text(row, 1, uuid, sizeof(uuid)) == 0 &&
		strcmp(uuid, spool->boot) == 0)
		spool->segment.boot = (uint32_t)sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	err = sql_error(code);
	return err ? err : last_boot_ms(spool);
}

static int load(struct spool *spool, uint64_t first, uint64_t *last)
{
	struct segment_file *segment = &spool->segment;
	int64_t end = 0, reserved = 0, born = 0;
	char id[SPOOL_ID];
	uint32_t i, n_series;
	int err;

	err = sql_meta_text(segment->db, "spool", id, sizeof(id));
	if (!err)
		err = sql_meta_number(segment->db, "schema", &born);
	if (!err)
		err = sql_meta_number(segment->db, "end", &end);
	if (!err)
		err = sql_meta_number(segment->db, "ledger_reserved", &reserved);
	if (err)
		return err == ERR_ABSENT ? ERR_DAMAGED : err;
	if (strcmp(id, spool->id) != 0 || end < (int64_t)first)
		return ERR_DAMAGED;
	segment->first = first;
	segment->end = (uint64_t)end;
	segment->ledger_reserved = (uint64_t)reserved;
	segment->outdated = born < SPOOL_SCHEMA;
	pthread_mutex_lock(&spool->lock);
	n_series = spool->n_series;
	pthread_mutex_unlock(&spool->lock);
	for (i = 0; i < n_series; i++)
		spool->series[i].in_segment = 0;
	err = last_number(segment->db, first, last);
	if (!err && *last > segment->end)
		err = ERR_DAMAGED;
	if (!err)
		err = find_boot(spool);
	if (!err)
		err = deliver_load_all(spool, segment->db);
	if (!err && !segment->outdated)
		err = segment_check_names(segment->db);
	return err || segment->outdated ? err : prepare(segment);
}

/* Closes the writer's connection alone. */
static void detach(struct spool *spool, bool finished)
{
	struct segment_file *segment = &spool->segment;

	sqlite3_finalize(segment->add_exchange);
	sqlite3_finalize(segment->add_reading);
	sqlite3_finalize(segment->drop_marks);
	sqlite3_finalize(segment->add_mark);
	if (finished)
		sql_close_finished(&segment->db);
	else
		sql_close(&segment->db);
	*segment = (struct segment_file){.first = segment->first, .keeper = segment->keeper};
}

/* At the start a card that cannot settle it (it is full) is no reason not to read; nothing is written
 * before it was settled after all. */
static int open_and_load(struct spool *spool, uint64_t first, bool at_start, uint64_t *last)
{
	char path[FILE_NAME_MAX];
	struct text words = spool_fault(spool);
	int err;

	segment_file_name(spool->conf.dir, first, path, sizeof(path));
	spool->segment = (struct segment_file){.first = first, .keeper = spool->segment.keeper};
	text_printf(&words, "readings-%012llu.db: ", (unsigned long long)first);
	err = sql_open(&spool->segment.db, path, SQL_WRITE, &words);
	if (err)
		return err;
	/* What can be seen is made durable before it is believed; see ledger.c. */
	err = sql_settle(spool->segment.db);
	if (err && at_start && err != ERR_DAMAGED) {
		text_put(&words, sqlite3_errmsg(spool->segment.db));
		spool->segment.sick = true;
		err = 0;
	}
	if (!err)
		err = sql_made_whole(spool->segment.db, load(spool, first, last));
	if (!err)
		err = sql_keep(&spool->segment.keeper, path);
	if (err) {
		text_put(&words, sqlite3_errmsg(spool->segment.db));
		detach(spool, false);
		return err;
	}
	sqlite3_wal_hook(spool->segment.db, on_commit, &spool->segment.frames);
	return 0;
}

int segment_open(struct spool *spool, uint64_t first, uint64_t *last)
{
	int err;

	*last = 0;
	err = open_and_load(spool, first, !spool->running, last);
	if (err) {
		segment_close(spool, false);
		return err;
	}
	pthread_mutex_lock(&spool->lock);
	if (*last >= spool->next[STREAM_READINGS])
		spool->next[STREAM_READINGS] = *last + 1;
	pthread_mutex_unlock(&spool->lock);
	return 0;
}

void segment_close(struct spool *spool, bool finished)
{
	sql_close(&spool->segment.keeper); /* the writer's goes last, and takes the WAL home */
	detach(spool, finished);
}

int segment_lose(struct spool *spool, uint64_t first, const char *words)
{
	char path[FILE_NAME_MAX], aside[FILE_NAME_MAX + 32] = "";
	bool newest;
	size_t i;
	int err;

	newest = spool->n_segments && spool->segments[spool->n_segments - 1].first == first;
	segment_file_name(spool->conf.dir, first, path, sizeof(path));
	err = file_is_gone(path) ? 0 : file_set_aside(path, "damaged", aside, sizeof(aside));
	if (err) {
		log_say(LOG_ERROR, "spool", "%s cannot be set aside: %s", path, strerror(errno));
		return err;
	}
	if (*aside)
		log_say(LOG_ERROR, "spool", "%s; it is kept as %s", words, aside);
	else
		log_say(LOG_ERROR, "spool", "%s is gone: somebody removed it", path);
	pthread_mutex_lock(&spool->lock);
	for (i = 0; i < spool->n_segments; i++)
		if (spool->segments[i].first == first) {
			memmove(&spool->segments[i], &spool->segments[i + 1],
				(spool->n_segments - i - 1) * sizeof(*spool->segments));
			spool->n_segments--;
		}
	if (newest && spool->next[STREAM_READINGS] <= spool->ledger.reserved)
		spool->next[STREAM_READINGS] = spool->ledger.reserved + 1;
	pthread_mutex_unlock(&spool->lock);
	return file_sync_folder(spool->conf.dir);
}

static bool look_again(struct spool *spool, struct segment_entry *entry)
{
	char path[FILE_NAME_MAX], words[320];
	struct text why = text_over(words, sizeof(words));
	int err;

	segment_file_name(spool->conf.dir, entry->first, path, sizeof(path));
	err = segment_look(path, true, &why);
	if (err && err != ERR_DAMAGED && err != ERR_CONF)
		return false;
	pthread_mutex_lock(&spool->lock);
	entry->unseen = false;
	entry->readable = err != ERR_CONF; /* that it is damaged is found out by reading it */
	pthread_mutex_unlock(&spool->lock);
	if (err)
		log_say(LOG_ERROR, "spool", "%s", words);
	else
		log_say(LOG_NOTICE, "spool", "%s can be read again", path);
	return true;
}

int segment_look_again(struct spool *spool)
{
	int64_t now_ms = spool_mono_ms();
	bool any = false;
	size_t i;

	if (now_ms - spool->last_look_ms < spool_tuning.look_ms)
		return 0;
	spool->last_look_ms = now_ms;
	for (i = 0; i < spool->n_segments; i++)
		if (spool->segments[i].unseen)
			any = look_again(spool, &spool->segments[i]) || any;
	return any ? epochs_refresh(spool) : 0;
}

/*
 * After a write failed nothing in the WAL past the last good commit is trusted: the rows of the failed
 * one may be seen after opening (and may never have reached the card).  They were not acknowledged;
 * they are taken out here, and written again, with what is pending, in a new transaction.
 */
int segment_reopen(struct spool *spool)
{
	uint64_t first = spool->segment.first, last = 0, next = spool->next[STREAM_READINGS];
	char path[FILE_NAME_MAX];
	int err;

	detach(spool, false);
	segment_file_name(spool->conf.dir, first, path, sizeof(path));
	err = file_is_gone(path) ? ERR_DAMAGED : open_and_load(spool, first, false, &last);
	if (!err)
		err = sql_quick_check(spool->segment.db);
	if (!err && last >= next)
		err = sql_run_with(spool->segment.db,
			"BEGIN IMMEDIATE; DELETE FROM reading WHERE seq>=%lld;"
			"DELETE FROM exchange WHERE seq>=%lld; COMMIT",
			(long long)next, (long long)next);
	if (!err)
		return 0;
	detach(spool, false);
	if (err == ERR_DAMAGED) {
		segment_close(spool, false);
		err = segment_lose(spool, first, "the segment being written is damaged");
		if (!err)
			err = ledger_check_segments(spool);
		return err;
	}
	spool->segment.sick = true; /* still: the next try opens it again */
	return err;
}

int segment_reserve_ledger(struct spool *spool, uint64_t number)
{
	uint64_t reserved = number + RESERVE_LEDGER;
	int err;

	err = sql_set_meta_number(spool->segment.db, "ledger_reserved", (int64_t)reserved);
	if (err)
		return failed(spool, err);
	spool->segment.ledger_reserved = reserved;
	return 0;
}
