/*
 * Boot time to UTC.  An offset belongs to a boot and to a moment of that boot, never to a range of
 * numbers, and rows of `epoch` are only ever added: so the UTC of a reading depends on nothing that can
 * change after its first sending.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/check.h"
#include "spool/internal.h"

static int64_t modulo(int64_t a, int64_t b)
{
	return (a % b + b) % b;
}

bool epochs_read_boot_id(char *to, size_t cap)
{
	char got[UUID];
	ssize_t n;
	int fd;

	if (spool_tuning.boot_id)
		return text_copy(to, cap, spool_tuning.boot_id);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, got, sizeof(got) - 1);
	close(fd);
	if (n != (ssize_t)sizeof(got) - 1)
		return false;
	got[n] = '\0';
	return text_copy(to, cap, got);
}

int epochs_load(sqlite3 *db, const char *uuid, struct epochs *to)
{
	sqlite3_stmt *rows = NULL;
	int code = SQLITE_OK, err;

	to->n = 0;
	text_copy(to->uuid, sizeof(to->uuid), uuid);
	err = sql_prepare(db,
		"SELECT from_boot_ms,offset_ms,source,uncertainty_ms,crc FROM epoch"
		" WHERE uuid=? ORDER BY from_boot_ms",
		&rows);
	if (err)
		return err;
	sqlite3_bind_text(rows, 1, uuid, -1, SQLITE_STATIC);
	while (to->n < MOST_EPOCHS && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct time_offset *at = &to->at[to->n];

		*at = (struct time_offset){
			.from_boot_ms = sqlite3_column_int64(rows, 0),
			.offset_ms = sqlite3_column_int64(rows, 1),
			.source = (enum time_source)sqlite3_column_int(rows, 2),
			.uncertainty_ms = sqlite3_column_int64(rows, 3),
		};
		if (check_of_epoch(uuid, at) == sqlite3_column_int(rows, 4))
			to->n++;
	}
	sqlite3_finalize(rows);
	return sql_error(code);
}

int epochs_weed(sqlite3 *db, uint64_t *bad)
{
	sqlite3_stmt *rows = NULL, *drop = NULL;
	struct time_offset at;
	char uuid[UUID];
	int code, err;

	*bad = 0;
	err = sql_prepare(db,
		"SELECT uuid,from_boot_ms,offset_ms,source,uncertainty_ms,crc FROM epoch", &rows);
	if (!err)
		err = sql_prepare(db, "DELETE FROM epoch WHERE uuid=? AND from_boot_ms=?", &drop);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE) {
		err = sql_error(code);
		at = (struct time_offset){
			.from_boot_ms = sqlite3_column_int64(rows, 1),
			.offset_ms = sqlite3_column_int64(rows, 2),
			.source = (enum time_source)sqlite3_column_int(rows, 3),
			.uncertainty_ms = sqlite3_column_int64(rows, 4),
		};
		if (err || (sql_copy_text(rows, 0, uuid, sizeof(uuid)) == 0 &&
				   check_of_epoch(uuid, &at) == sqlite3_column_int(rows, 5)))
			continue;
		++*bad;
		sqlite3_bind_value(drop, 1, sqlite3_column_value(rows, 0));
		sqlite3_bind_int64(drop, 2, at.from_boot_ms);
		err = sql_done(drop);
	}
	sqlite3_finalize(rows);
	sqlite3_finalize(drop);
	return err;
}

const struct time_offset *epochs_at(const struct epochs *epochs, int64_t boot_ms)
{
	size_t i = epochs->n;

	while (i > 0)
		if (epochs->at[--i].from_boot_ms <= boot_ms)
			return &epochs->at[i];
	return NULL;
}

int64_t epochs_utc_ms(const struct time_offset *offset, enum stream stream, int64_t boot_ms)
{
	int64_t utc_ms = boot_ms + offset->offset_ms;

	if (stream != STREAM_READINGS)
		return utc_ms;
	return utc_ms - modulo(utc_ms, SERIES_APART_MS) +
	       modulo(offset->offset_ms, SERIES_APART_MS);
}

int epochs_give_digit(sqlite3 *db, struct time_offset *offset)
{
	int64_t others = 0, shift;
	int err;

	err = sql_number(db, "SELECT count(*) FROM epoch", &others);
	if (err)
		return err;
	shift = modulo(others - offset->offset_ms, SERIES_APART_MS);
	offset->offset_ms += shift > SERIES_APART_MS / 2 ? shift - SERIES_APART_MS : shift;
	return 0;
}

int epochs_insert(sqlite3 *db, const char *uuid, const struct time_offset *offset)
{
	sqlite3_stmt *add = NULL;
	int err;

	err = sql_prepare(db, "INSERT OR IGNORE INTO epoch VALUES(?,?,?,?,?,?)", &add);
	if (err)
		return err;
	sqlite3_bind_text(add, 1, uuid, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add, 2, offset->from_boot_ms);
	sqlite3_bind_int64(add, 3, offset->offset_ms);
	sqlite3_bind_int(add, 4, (int)offset->source);
	sqlite3_bind_int64(add, 5, offset->uncertainty_ms);
	sqlite3_bind_int(add, 6, check_of_epoch(uuid, offset));
	err = sql_done(add);
	sqlite3_finalize(add);
	return err;
}

int epochs_learn_absent(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *rows = NULL;
	struct epochs theirs, ours;
	char uuid[UUID];
	int code, err;
	size_t i;

	err = sql_prepare(from, "SELECT DISTINCT uuid FROM epoch", &rows);
	while (!err && (code = sqlite3_step(rows)) != SQLITE_DONE) {
		err = sql_error(code);
		if (err || sql_copy_text(rows, 0, uuid, sizeof(uuid)))
			continue;
		err = epochs_load(to, uuid, &ours);
		if (!err && !ours.n)
			err = epochs_load(from, uuid, &theirs);
		for (i = 0; !err && !ours.n && i < theirs.n; i++)
			err = epochs_insert(to, uuid, &theirs.at[i]);
	}
	sqlite3_finalize(rows);
	return err;
}

int epochs_copy(struct spool *spool, const char *uuid, sqlite3 *to)
{
	struct epochs epochs;
	size_t i;
	int err;

	err = epochs_load(spool->ledger.db, uuid, &epochs);
	for (i = 0; i < epochs.n && !err; i++)
		err = epochs_insert(to, uuid, &epochs.at[i]);
	return err;
}

int epochs_refresh(struct spool *spool)
{
	static const char without[] =
		"SELECT uuid, first_reading, first_ledger,"
		" (SELECT first_reading FROM boot n WHERE n.id>b.id ORDER BY n.id LIMIT 1),"
		" (SELECT first_ledger FROM boot n WHERE n.id>b.id ORDER BY n.id LIMIT 1)"
		" FROM boot b WHERE uuid NOT IN (SELECT uuid FROM epoch)";
	sqlite3_stmt *rows = NULL;
	struct epochs ours;
	bool room = true;
	int stream, code, err;
	size_t i;

	err = epochs_load(spool->ledger.db, spool->boot, &ours);
	if (!err)
		err = sql_prepare(spool->ledger.db, without, &rows);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	spool->epoch_version++;
	spool->fixed = ours.n > 0;
	spool->utc = ours.n > 0 ? ours.at[ours.n - 1] : (struct time_offset){0};
	for (stream = 0; stream < STREAM_COUNT; stream++)
		intervals_clear(&spool->held[stream]);
	for (i = 0; i < spool->n_segments; i++)
		if (!spool->segments[i].readable)
			room = deliver_add_held(spool, STREAM_READINGS,
				       (struct range){spool->segments[i].first,
					       i + 1 < spool->n_segments
						       ? spool->segments[i + 1].first - 1
						       : (uint64_t)INT64_MAX - 1}) &&
			       room;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		for (stream = 0; stream < STREAM_COUNT; stream++) {
			struct range range = {
				.first = (uint64_t)sqlite3_column_int64(rows, 1 + stream),
				.last = (uint64_t)sqlite3_column_int64(rows, 3 + stream),
			};

			/* No later boot: everything from here on, until our own boot has a time. */
			if (sqlite3_column_type(rows, 3 + stream) == SQLITE_NULL)
				range.last = INT64_MAX;
			if (range.first && range.first < range.last)
				room = deliver_add_held(spool, (enum stream)stream,
					       (struct range){range.first, range.last - 1}) &&
				       room;
		}
	}
	pthread_mutex_unlock(&spool->lock);
	sqlite3_finalize(rows);
	return room ? sql_error(code) : ERR_MEMORY;
}

static int fix_utc(struct spool *spool, void *ctx)
{
	struct time_offset moved = *(const struct time_offset *)ctx, *offset = &moved;
	struct epochs ours;
	int err;

	err = commit_prepare(spool);
	if (!err)
		err = epochs_load(spool->ledger.db, spool->boot, &ours);
	if (err)
		return err;
	/* The last place is for saying that what comes after is unsure. */
	if (ours.n + (offset->source > TIME_RESTORED) >= spool_tuning.epochs)
		return ERR_RANGE;
	/*
	 * No row from this moment on can be committed before the offset is on the card: the thread
	 * that commits is the one that is here.
	 */
	offset->from_boot_ms = EPOCH_START;
	if (ours.n > 0) {
		offset->from_boot_ms = clock_boot_ms(spool->clock);
		pthread_mutex_lock(&spool->lock);
		if (spool->greatest_boot_ms > offset->from_boot_ms)
			offset->from_boot_ms = spool->greatest_boot_ms;
		pthread_mutex_unlock(&spool->lock);
		offset->from_boot_ms++;
		if (offset->from_boot_ms <= ours.at[ours.n - 1].from_boot_ms)
			offset->from_boot_ms = ours.at[ours.n - 1].from_boot_ms + 1;
	}
	err = epochs_give_digit(spool->ledger.db, offset);
	if (!err)
		err = ledger_begin(spool);
	if (!err)
		err = ledger_commit(spool, epochs_insert(spool->ledger.db, spool->boot, offset));
	if (err)
		return err;
	/* A second copy, so that a lost ledger loses no times.  The ledger alone already decides. */
	if (epochs_insert(spool->segment.db, spool->boot, offset))
		spool->segment.sick = true;
	return epochs_refresh(spool);
}

int spool_fix_utc(
	struct spool *spool, int64_t offset_ms, enum time_source source, int64_t uncertainty_ms)
{
	struct time_offset offset = {
		.offset_ms = offset_ms, .source = source, .uncertainty_ms = uncertainty_ms};
	int err;

	if (source <= TIME_NONE || source > TIME_GPS)
		return ERR_RANGE;
	err = spool_run(spool, fix_utc, &offset);
	if (!err)
		spool_wake(spool);
	return err == ERR_RANGE ? ERR_FULL : err; /* of offsets: a full card is another matter */
}

struct time_offset spool_utc(struct spool *spool)
{
	struct time_offset utc;

	pthread_mutex_lock(&spool->lock);
	utc = spool->utc;
	pthread_mutex_unlock(&spool->lock);
	return utc;
}
