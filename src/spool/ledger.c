/* The ledger: one file that is kept for ever, and what the spool must remember beside the readings. */
#include <stdio.h>
#include <string.h>

#include "spool/check.h"
#include "spool/internal.h"

/* state of a row of `segment` */
enum { SEGMENT_THERE = 0, SEGMENT_LOST = 1 };

void ledger_file_name(const struct spool_conf *conf, char *to, size_t cap)
{
	snprintf(to, cap, "%s/ledger.db", conf->dir);
}

/* --- transactions ------------------------------------------------------------------------------- */

static int failed(struct spool *spool, int err)
{
	struct text words = spool_fault(spool);

	text_put(&words, "ledger.db: ");
	text_put(&words, sqlite3_errmsg(spool->ledger.db));
	if (sqlite3_system_errno(spool->ledger.db))
		text_printf(&words, " (%s)", strerror(sqlite3_system_errno(spool->ledger.db)));
	spool->ledger.sick = true;
	return err;
}

int ledger_begin(struct spool *spool)
{
	int err;

	spool->ledger.written = 0;
	if (spool->ledger.sick) {
		err = ledger_reopen(spool);
		if (err)
			return err;
	}
	err = sql_run(spool->ledger.db, "BEGIN IMMEDIATE");
	return err ? failed(spool, err) : 0;
}

int ledger_commit(struct spool *spool, int err)
{
	if (!err)
		err = bytes_save(spool, spool->ledger.db);
	if (!err)
		err = sql_run(spool->ledger.db, "COMMIT");
	bytes_saved(spool, !err);
	if (err) {
		failed(spool, err);
		if (sql_run(spool->ledger.db, "ROLLBACK"))
			spool->ledger.sick = true; /* as it already is */
		return err;
	}
	pthread_mutex_lock(&spool->lock);
	spool->next[STREAM_LEDGER] += spool->ledger.written;
	if (spool->ledger.written)
		pthread_cond_broadcast(&spool->news);
	pthread_mutex_unlock(&spool->lock);
	if (spool->ledger.frames > CHECKPOINT_FRAMES) {
		spool->ledger.frames = 0;
		err = sql_checkpoint(spool->ledger.db);
		if (err) /* what was committed is safe in the WAL; the next write settles it first */
			failed(spool, err);
	}
	return 0;
}

int ledger_insert(struct spool *spool, const struct ledger_record *record)
{
	struct ledger_record row = *record;
	uint64_t number = spool->next[STREAM_LEDGER] + spool->ledger.written;
	int err;

	if (spool->segment.db && number > spool->segment.ledger_reserved) {
		err = segment_reserve_ledger(spool, number);
		if (err)
			return err;
	}
	row.words[sizeof(row.words) - 1] = '\0';
	/* Two of a kind in one ms would be one at a store. */
	if (row.boot_ms == 0) {
		row.boot_ms = clock_boot_ms(spool->clock);
		if (row.boot_ms <= spool->ledger.last_ms)
			row.boot_ms = spool->ledger.last_ms + 1;
		spool->ledger.last_ms = row.boot_ms;
	}
	pthread_mutex_lock(&spool->lock);
	if (row.boot_ms > spool->greatest_boot_ms)
		spool->greatest_boot_ms = row.boot_ms;
	pthread_mutex_unlock(&spool->lock);
	err = record_insert(spool->ledger.add, number, spool->ledger.boot, &row);
	if (!err)
		spool->ledger.written++;
	return err;
}

int ledger_note(struct spool *spool, const struct ledger_record *record, unsigned n)
{
	unsigned i;
	int err;

	err = ledger_begin(spool);
	if (err)
		return err;
	for (i = 0; i < n && !err; i++)
		err = ledger_insert(spool, &record[i]);
	err = ledger_commit(spool, err);
	for (i = 0; i < n && !err; i++)
		if (record[i].kind == LEDGER_GAP) {
			pthread_mutex_lock(&spool->lock);
			if (!deliver_add_gap(spool, (enum stream)record[i].c,
				    (struct range){(uint64_t)record[i].a, (uint64_t)record[i].b}))
				err = ERR_MEMORY;
			pthread_mutex_unlock(&spool->lock);
		}
	return err;
}

/* --- what is written besides records ---------------------------------------------------------- */

static int add_boot(struct spool *spool)
{
	uint64_t reading = spool->next[STREAM_READINGS], ledger = spool->next[STREAM_LEDGER];
	sqlite3_stmt *add = NULL;
	int64_t last = 0;
	uint32_t id;
	int err;

	err = sql_number(spool->ledger.db, "SELECT max(id) FROM boot", &last);
	if (err && err != ERR_ABSENT)
		return err;
	id = (uint32_t)last + 1;
	err = sql_prepare(spool->ledger.db, "INSERT INTO boot VALUES(?,?,?,?,?)", &add);
	if (err)
		return err;
	sqlite3_bind_int64(add, 1, id);
	sqlite3_bind_text(add, 2, spool->boot, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add, 3, (sqlite3_int64)reading);
	sqlite3_bind_int64(add, 4, (sqlite3_int64)ledger);
	sqlite3_bind_int(add, 5, check_of_boot(id, spool->boot, reading, ledger));
	err = sql_done(add);
	sqlite3_finalize(add);
	if (!err)
		spool->ledger.boot = id;
	return err;
}

/* A ledger made anew: what the lost one held cannot be delivered any more. */
static int add_loss(struct spool *spool)
{
	const struct ledger_record gap = {.kind = LEDGER_GAP,
		.a = 1,
		.b = (int64_t)spool->ledger.lost_to,
		.c = STREAM_LEDGER,
		.words = "the ledger was lost; what of these was sent before is at the stores"};

	return spool->ledger.lost_to ? ledger_insert(spool, &gap) : 0;
}

/* Of the jump over what the lost ledger may have set apart: what no gap record says yet. */
static int add_unused(struct spool *spool)
{
	struct ledger_record gap = {.kind = LEDGER_GAP,
		.c = STREAM_READINGS,
		.words = "numbers set apart and not used"};
	uint64_t last = spool->next[STREAM_READINGS] - 1;
	struct range run = {spool->unused_from, last};
	int err = 0;

	while (!err && run.first && run.first <= last &&
		intervals_trim(&spool->gaps[STREAM_READINGS], &run)) {
		gap.a = (int64_t)run.first;
		gap.b = (int64_t)run.last;
		err = ledger_insert(spool, &gap);
		run = (struct range){run.last + 1, last};
	}
	return err;
}

static int note_loss(struct spool *spool)
{
	struct range lost = {1, spool->ledger.lost_to};
	struct range unused = {spool->unused_from, spool->next[STREAM_READINGS] - 1};
	int err = 0;

	spool->ledger.lost_to = 0;
	spool->unused_from = 0;
	pthread_mutex_lock(&spool->lock);
	if (lost.last && !deliver_add_gap(spool, STREAM_LEDGER, lost))
		err = ERR_MEMORY;
	if (unused.first && !deliver_add_gap(spool, STREAM_READINGS, unused))
		err = ERR_MEMORY;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

/* A folder that lies elsewhere than at the last start may be a copy: what is born from here on says so. */
static int settle_identity(
	struct spool *spool, struct identities *list, struct ledger_record *start)
{
	char home[SPOOL_ID], before[SPOOL_ID];
	bool moved;

	identity_home(spool->conf.dir, home);
	if (!*home || strcmp(home, list->home) == 0)
		return 0;
	moved = list->home[0];
	text_copy(before, sizeof(before), identity_newest(list, spool->id));
	text_copy(list->home, sizeof(list->home), home);
	if (moved && identity_add(list, spool->next)) {
		start->c = 1;
		text_copy(start->words, sizeof(start->words), before);
		log_say(LOG_NOTICE, "spool",
			"%s lies on another card or machine than at its last start: new rows have "
			"the id %s, for it may be a copy; older ones keep %s",
			spool->conf.dir, identity_newest(list, spool->id), before);
	} else if (moved) {
		log_say(LOG_WARN, "spool",
			"%s has moved too often for one more id: new rows keep %s; were it a copy, "
			"they could be taken for the original's",
			spool->conf.dir, before);
	}
	return identity_save(spool->ledger.db, list);
}

static void keep_identities(struct spool *spool, const struct identities *list)
{
	bool changed = memcmp(list, &spool->identities, sizeof(*list)) != 0;

	if (!changed)
		return;
	pthread_mutex_lock(&spool->lock);
	spool->identities = *list;
	pthread_mutex_unlock(&spool->lock);
	/* For a ledger that would have to be made anew. */
	if (spool->segment.db && !spool->segment.sick && identity_save(spool->segment.db, list))
		spool->segment.sick = true;
}

int ledger_record_start(struct spool *spool)
{
	struct ledger_record start = {.kind = LEDGER_START, .a = SPOOL_SCHEMA};
	struct identities list = spool->identities;
	uint32_t boot = spool->ledger.boot;
	int err;

	err = ledger_begin(spool);
	if (err)
		return err;
	if (!boot)
		err = add_boot(spool);
	if (!err)
		err = settle_identity(spool, &list, &start);
	if (!err)
		err = ledger_insert(spool, &start);
	if (!err)
		err = add_loss(spool);
	if (!err)
		err = add_unused(spool);
	err = ledger_commit(spool, err);
	if (err) {
		spool->ledger.boot = boot;
		return err;
	}
	spool->ledger.started = true;
	keep_identities(spool, &list);
	err = note_loss(spool);
	return err ? err : epochs_refresh(spool);
}

int ledger_reserve(struct spool *spool, uint64_t reading)
{
	uint64_t reserved = reading + RESERVE_READINGS - 1;
	int err;

	if (reading <= spool->ledger.reserved)
		return 0;
	err = ledger_begin(spool);
	if (err)
		return err;
	err = ledger_commit(
		spool, sql_set_meta_number(spool->ledger.db, "reserved", (int64_t)reserved));
	if (!err)
		spool->ledger.reserved = reserved;
	return err;
}

int ledger_roll(struct spool *spool, uint64_t first, uint64_t last, uint64_t begun)
{
	sqlite3 *db;
	int err;

	err = ledger_begin(spool);
	if (err)
		return err;
	db = spool->ledger.db;
	if (last)
		err = sql_run_with(db, "UPDATE segment SET last=%lld WHERE first=%lld",
			(long long)last, (long long)first);
	if (!err)
		err = sql_run_with(db, "INSERT OR IGNORE INTO segment VALUES(%lld,NULL,%d)",
			(long long)begun, SEGMENT_THERE);
	if (!err)
		err = deliver_save_all(spool, db);
	return ledger_commit(spool, err);
}

int ledger_copy_delivery(struct spool *spool)
{
	int err;

	err = ledger_begin(spool);
	if (err)
		return err;
	return ledger_commit(spool, deliver_save_all(spool, spool->ledger.db));
}

int ledger_free_segment(struct spool *spool, struct range range)
{
	int err = ledger_begin(spool);

	if (err)
		return err;
	err = sql_set_meta_number(spool->ledger.db, "freed_below", (int64_t)range.last + 1);
	if (!err)
		err = sql_run_with(spool->ledger.db, "DELETE FROM segment WHERE first=%lld",
			(long long)range.first);
	return ledger_commit(spool, err);
}

static int note_lost(struct spool *spool, uint64_t first, uint64_t last, const char *words)
{
	struct ledger_record aside = {.kind = LEDGER_ASIDE,
		.a = (int64_t)first,
		.b = (int64_t)last,
		.c = STREAM_READINGS};
	struct ledger_record gap;
	int err;

	text_copy(aside.words, sizeof(aside.words), words);
	gap = aside;
	gap.kind = LEDGER_GAP;
	err = ledger_begin(spool);
	if (err)
		return err;
	err = ledger_insert(spool, &aside);
	if (!err && last >= first)
		err = ledger_insert(spool, &gap);
	if (!err)
		err = sql_run_with(spool->ledger.db,
			"INSERT OR REPLACE INTO segment VALUES(%lld,%lld,%d)", (long long)first,
			(long long)last, SEGMENT_LOST);
	err = ledger_commit(spool, err);
	if (!err && last >= first) {
		pthread_mutex_lock(&spool->lock);
		if (!deliver_add_gap(spool, STREAM_READINGS, (struct range){first, last}))
			err = ERR_MEMORY;
		pthread_mutex_unlock(&spool->lock);
	}
	return err;
}

struct lost {
	uint64_t first, last;
};

/* Segments the ledger believes to be there and that are not. */
static int find_lost(struct spool *spool, struct lost *lost, size_t most, size_t *n)
{
	sqlite3_stmt *rows = NULL;
	int code = SQLITE_DONE, err;
	size_t i;

	*n = 0;
	err = sql_prepare(spool->ledger.db,
		"SELECT first,lead(first) OVER (ORDER BY first),state FROM segment", &rows);
	if (err)
		return err;
	while (*n < most && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		uint64_t first = (uint64_t)sqlite3_column_int64(rows, 0), last;

		for (i = 0; i < spool->n_segments && spool->segments[i].first != first; i++)
			;
		if (i < spool->n_segments || sqlite3_column_int(rows, 2) != SEGMENT_THERE)
			continue;
		/* The last of all may have used every number set apart for it. */
		last = (uint64_t)sqlite3_column_int64(rows, 1) - 1;
		if (sqlite3_column_type(rows, 1) == SQLITE_NULL)
			last = spool->ledger.reserved;
		lost[(*n)++] = (struct lost){first, last};
	}
	sqlite3_finalize(rows);
	return *n < most ? sql_error(code) : 0;
}

int ledger_check_segments(struct spool *spool)
{
	char path[FILE_NAME_MAX], aside[FILE_NAME_MAX + 32], words[FILE_NAME_MAX * 2];
	struct lost lost[16];
	size_t n, i;
	int err;

	do {
		err = find_lost(spool, lost, sizeof(lost) / sizeof(lost[0]), &n);
		for (i = 0; i < n && !err; i++) {
			segment_file_name(spool->conf.dir, lost[i].first, path, sizeof(path));
			if (file_last_aside(path, aside, sizeof(aside)))
				snprintf(words, sizeof(words), "damaged, kept as %s",
					strrchr(aside, '/') + 1);
			else
				snprintf(words, sizeof(words), "%s is not there any more",
					strrchr(path, '/') + 1);
			log_say(LOG_ERROR, "spool", "readings %llu to %llu cannot be sent: %s",
				(unsigned long long)lost[i].first, (unsigned long long)lost[i].last,
				words);
			err = note_lost(spool, lost[i].first, lost[i].last, words);
			if (lost[i].last >= spool->next[STREAM_READINGS]) {
				pthread_mutex_lock(&spool->lock);
				spool->next[STREAM_READINGS] = lost[i].last + 1;
				pthread_mutex_unlock(&spool->lock);
			}
		}
	} while (!err && n == sizeof(lost) / sizeof(lost[0]));
	return err;
}
