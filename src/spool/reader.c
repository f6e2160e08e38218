/* Reading back: a block of either stream, its times, and what of it is not there. */
#include <string.h>

#include "spool/boots.h"
#include "spool/reading_back.h"

/* --- time -------------------------------------------------------------------------------------------- */

int reader_time(struct spool_reader *reader, const char *uuid)
{
	uint64_t version = 0;

	if (reader->spool) {
		pthread_mutex_lock(&reader->spool->lock);
		version = reader->spool->epoch_version;
		pthread_mutex_unlock(&reader->spool->lock);
	}
	if (version == reader->epoch_version && strcmp(reader->epochs.uuid, uuid) == 0)
		return 0;
	reader->epoch_version = version;
	return epochs_load(reader->ledger, uuid, &reader->epochs);
}

/* A clock that nobody confirms drifts from when it was fixed, or before: from the boot's start. */
static int64_t error_ms(const struct time_offset *at, int64_t boot_ms)
{
	int64_t ms = at->uncertainty_ms;

	if (at->source >= TIME_NTP)
		return ms;
	ms += boots_drift_ms(at, boot_ms);
	return (ms + 999) / 1000 * 1000;
}

void reader_stamp(struct spool_reader *reader, struct spool_row *row)
{
	const struct time_offset *at = epochs_at(&reader->epochs, row->boot_ms);

	row->clock = at ? at->source : TIME_NONE;
	row->utc_ms = at ? epochs_utc_ms(at, row->stream, row->boot_ms) : 0;
	row->clock_error_ms = at ? error_ms(at, row->boot_ms) : 0;
}

/* A summary has the time of its readings, not of when it was written. */
static void stamp_summary(struct spool_row *row, const char *words)
{
	struct summary summary = {.n = 0};

	row->utc_ms = row->a;
	row->clock = TIME_RESTORED;
	if (summary_read(words, &summary)) {
		row->clock = (enum time_source)summary.clock;
		row->clock_error_ms = summary.clock_error_ms;
	}
}

/* --- what is not there ------------------------------------------------------------------------------- */

/* Numbers in a gap are known to be missing; only the others are lost. */
static int add_lost(struct intervals *lost, const struct intervals *gaps, struct range range)
{
	const struct range *gap;
	uint64_t last;

	while (range.first <= range.last) {
		gap = intervals_from(gaps, range.first);
		last = range.last;
		if (gap && gap->first <= range.first) {
			range.first = gap->last + 1;
			continue;
		}
		if (gap && gap->first <= last)
			last = gap->first - 1;
		if (!intervals_add(lost, range.first, last))
			return ERR_MEMORY;
		range.first = last + 1;
	}
	return 0;
}

uint64_t reader_past_gap(struct spool_reader *reader, uint64_t number)
{
	const struct range *gap;

	if (reader->spool)
		pthread_mutex_lock(&reader->spool->lock);
	gap = intervals_find(reader->spool ? &reader->spool->gaps[STREAM_READINGS]
					   : &reader->gaps[STREAM_READINGS],
		number);
	if (gap)
		number = gap->last + 1;
	if (reader->spool)
		pthread_mutex_unlock(&reader->spool->lock);
	return number;
}

/* What was freed is neither there nor lost. */
static uint64_t reader_past_freed(struct spool_reader *reader, uint64_t number)
{
	uint64_t below = reader->freed_below;

	if (reader->spool) {
		pthread_mutex_lock(&reader->spool->lock);
		below = reader->spool->freed_below;
		pthread_mutex_unlock(&reader->spool->lock);
	}
	return number < below ? below : number;
}

static int add_unknown(struct spool_reader *reader, struct intervals *lost, struct range range)
{
	int err;

	if (!reader->spool)
		return add_lost(lost, &reader->gaps[STREAM_READINGS], range);
	pthread_mutex_lock(&reader->spool->lock);
	err = add_lost(lost, &reader->spool->gaps[STREAM_READINGS], range);
	pthread_mutex_unlock(&reader->spool->lock);
	return err;
}

int reader_lost(struct spool_reader *reader, uint64_t last)
{
	struct range range = {reader->unseen, last};

	reader->unseen = last + 1;
	return add_unknown(reader, &reader->lost, range);
}

/* A file that broke since the start is set aside by the writer, which makes its numbers a gap: they are
 * counted here, and what lies behind it is read on.  ERR_DAMAGED when the writer kept it. */
static int lose_file(struct spool_reader *reader, uint64_t first, struct range part)
{
	struct intervals lost = {0};
	struct segment_place place;
	size_t i;
	int err = add_unknown(reader, &lost, part);

	if (!err)
		err = lost_file(reader->spool, first);
	if (!err && reader_find_segment(reader, first, &place) && place.first == first)
		err = ERR_DAMAGED;
	for (i = 0; i < lost.n && !err; i++)
		if (!intervals_add(&reader->lost, lost.at[i].first, lost.at[i].last))
			err = ERR_MEMORY;
	reader->unseen = part.last + 1;
	intervals_free(&lost);
	return err;
}

/* Beside the daemon, what cannot be read back is recorded, so that nobody waits for it for ever. */
int reader_report_lost(struct spool_reader *reader, enum stream stream)
{
	int err = 0;
	size_t i;

	for (i = 0; i < reader->lost.n && !err; i++)
		err = lost_report(reader->spool, stream, reader->lost.at[i]);
	return err;
}

/* --- the ledger's rows ---------------------------------------------------------------------------------- */

static int take_record(struct spool_reader *reader, row_fn each, void *ctx)
{
	sqlite3_stmt *at = reader->records;
	struct ledger_record record;
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = (uint64_t)sqlite3_column_int64(at, 0),
		.boot_ms = sqlite3_column_int64(at, 3),
		.value = (double)NAN};
	int err;

	if (!record_take(at, &record) || sql_copy_text(at, 9, row.boot, sizeof(row.boot)))
		return intervals_add(&reader->lost, row.number, row.number) ? 0 : ERR_MEMORY;
	err = reader_time(reader, row.boot);
	if (err)
		return err;
	reader_stamp(reader, &row);
	row.spool = identity_of(&reader->identities, reader->id, STREAM_LEDGER, row.number);
	row.kind = record.kind;
	row.a = record.a;
	row.b = record.b;
	row.c = record.c;
	row.words = record.words;
	if (row.kind == LEDGER_SUMMARY)
		stamp_summary(&row, record.words);
	else if (row.kind == LEDGER_RESULT)
		err = reader_stamp_result(reader, &row);
	/* It is shown; no store waits for it. */
	if (err == ERR_DAMAGED)
		err = intervals_add(&reader->lost, row.number, row.number) ? 0 : ERR_MEMORY;
	return err ? err : each(ctx, &row);
}

/*
 * What stands on a damaged page is lost, number by number; *next is moved to the first that can be read again.  ERR_DAMAGED:
 * there is no end of it, as of a last page that nobody knows the end of.
 */
static int pass_damage(struct spool_reader *reader, uint64_t last, uint64_t *next)
{
	enum { MOST_LOST = 1000000 };
	uint64_t first = *next;
	int64_t most = INT64_MAX;
	int code = SQLITE_CORRUPT, err = 0;

	/* Alone only the last page says where the ledger ends. */
	if (!reader->spool)
		err = sql_number(reader->ledger, "SELECT max(number) FROM ledger", &most);
	if (last > (uint64_t)most)
		last = (uint64_t)most;
	if (!err && first > last)
		err = ERR_DAMAGED;
	while (!err && sql_error(code) == ERR_DAMAGED && *next <= last) {
		sqlite3_bind_int64(reader->records, 1, (sqlite3_int64)*next);
		sqlite3_bind_int64(reader->records, 2, (sqlite3_int64)last);
		code = sqlite3_step(reader->records);
		if (code == SQLITE_ROW)
			*next = (uint64_t)sqlite3_column_int64(reader->records, 0);
		sqlite3_reset(reader->records);
		err = sql_error(code);
		if (err == ERR_DAMAGED)
			err = ++*next - first > MOST_LOST ? ERR_DAMAGED : 0;
	}
	if (*next > first && !intervals_add(&reader->lost, first, *next - 1))
		return ERR_MEMORY;
	if (!err && code == SQLITE_DONE)
		*next = last + 1;
	return err;
}

int reader_read_ledger(struct spool_reader *reader, struct range block, row_fn each, void *ctx)
{
	int code = SQLITE_CORRUPT, err = reader_prepare_records(reader, &reader->records);

	while (!err && sql_error(code) == ERR_DAMAGED && block.first <= block.last) {
		sqlite3_bind_int64(reader->records, 1, (sqlite3_int64)block.first);
		sqlite3_bind_int64(reader->records, 2, (sqlite3_int64)block.last);
		while (!err && (code = sqlite3_step(reader->records)) == SQLITE_ROW) {
			block.first = (uint64_t)sqlite3_column_int64(reader->records, 0) + 1;
			err = take_record(reader, each, ctx);
		}
		sqlite3_reset(reader->records);
		if (!err && sql_error(code) == ERR_DAMAGED)
			err = pass_damage(reader, block.last, &block.first);
		else if (!err)
			err = sql_error(code);
	}
	return err;
}

/* --- a block ------------------------------------------------------------------------------------------- */

int reader_refresh(struct spool_reader *reader)
{
	unsigned generation;

	if (!reader->spool)
		return 0;
	pthread_mutex_lock(&reader->spool->lock);
	generation = reader->spool->ledger_generation;
	pthread_mutex_unlock(&reader->spool->lock);
	if (generation == reader->generation)
		return 0;
	reader->generation = generation;
	sqlite3_finalize(reader->records);
	sqlite3_finalize(reader->beginning);
	sqlite3_finalize(reader->spiked);
	reader->records = reader->beginning = reader->spiked = NULL;
	return reader_open_ledger(reader, NULL);
}

static int read_segments(struct spool_reader *reader, struct range block, row_fn each, void *ctx)
{
	struct segment_place place;
	struct open_segment *open = NULL;
	int err = 0;

	while (!err && block.first <= block.last &&
		reader_find_segment(reader, block.first, &place)) {
		struct range part = block;

		if (part.first < place.first)
			part.first = place.first;
		if (part.last > place.last)
			part.last = place.last;
		if (part.first > part.last)
			break;
		err = place.readable ? reader_open_segment(reader, &place, &open) : ERR_DAMAGED;
		if (!err)
			err = rows_read(reader, open, part, each, ctx);
		else if (reader_past_freed(reader, part.last) > part.last)
			err = 0; /* it went between finding and opening it: confirmed, not lost */
		else if (err == ERR_DAMAGED && place.readable && reader->spool)
			err = lose_file(reader, place.first, part);
		block.first = part.last + 1;
	}
	return err;
}

static int notice(void *ctx, const struct spool_row *row)
{
	(void)row;
	*(bool *)ctx = true;
	return 0;
}

/*
 * A hole that begins before the block is looked at down to the next sound row, by the same checks, so
 * that a large one becomes one record and not one for every block.
 */
static int look_below(struct spool_reader *reader, uint64_t first)
{
	enum { LOOK = 16384 };
	struct segment_place place;
	struct open_segment *open;
	bool sound = false;
	int err = 0;

	while (!err && !sound && first > 1 && reader_find_segment(reader, first - 1, &place) &&
		place.readable && place.first < first) {
		struct range part = {place.first, first - 1};

		if (part.last - part.first >= LOOK)
			part.first = part.last - LOOK + 1;
		if (reader_open_segment(reader, &place, &open))
			break; /* whoever asks for those numbers will hear of it */
		reader->unseen = part.first;
		err = rows_read(reader, open, part, notice, &sound);
		first = part.first;
	}
	return err;
}

bool spool_reader_unreadable(struct spool_reader *reader, struct range range, struct range *part)
{
	struct segment_place place;

	while (range.first <= range.last && reader_find_segment(reader, range.first, &place) &&
		place.first <= range.last && !place.newest) {
		if (!place.readable) {
			part->first = range.first > place.first ? range.first : place.first;
			part->last = range.last < place.last ? range.last : place.last;
			return true;
		}
		range.first = place.last + 1;
	}
	return false;
}

int spool_read(struct spool_reader *reader, enum stream stream, struct range block,
	int (*each)(void *ctx, const struct spool_row *row), void *ctx, uint64_t *damaged)
{
	uint64_t last = reader_last(reader, stream);
	int err, reported = 0;

	if (damaged)
		*damaged = 0;
	if (!reader->spool)
		reader->epochs.uuid[0] = '\0';
	intervals_clear(&reader->lost);
	err = reader_refresh(reader);
	if (err)
		return err;
	if (reader->spool) {
		pthread_mutex_lock(&reader->spool->lock);
		reader->identities = reader->spool->identities;
		pthread_mutex_unlock(&reader->spool->lock);
	}
	if (block.last > last)
		block.last = last;
	if (block.first < 1)
		block.first = 1;
	if (stream == STREAM_READINGS)
		block.first = reader_past_freed(reader, block.first);
	if (block.first > block.last)
		return 0;
	reader->unseen = block.first;
	if (stream == STREAM_LEDGER)
		err = reader_read_ledger(reader, block, each, ctx);
	else
		err = read_segments(reader, block, each, ctx);
	if (damaged)
		*damaged = reader->lost.count;
	if (!reader->lost.n || !reader->spool)
		return err;
	if (stream == STREAM_READINGS && intervals_find(&reader->lost, block.first))
		reported = look_below(reader, block.first);
	if (!reported)
		reported = reader_report_lost(reader, stream);
	return err ? err : reported;
}
