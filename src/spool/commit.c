/* The one thread that writes: group commits, jobs of other threads, and the way back from trouble. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "spool/check.h"
#include "spool/internal.h"

enum { MOST_MARKS = 64 };

/* --- one transaction of readings ------------------------------------------------------------------- */

static int failed(struct spool *spool, int err)
{
	struct text words;

	if (spool->segment.sick)
		return err; /* said where it happened */
	words = spool_fault(spool);
	text_printf(&words, "readings-%012llu.db: ", (unsigned long long)spool->segment.first);
	text_put(&words, sqlite3_errmsg(spool->segment.db));
	if (sqlite3_system_errno(spool->segment.db))
		text_printf(&words, " (%s)", strerror(sqlite3_system_errno(spool->segment.db)));
	spool->segment.sick = true;
	return err;
}

/* Columns 7 to 14. */
static void bind_place(sqlite3_stmt *add, const struct place *place, uint32_t area)
{
	int i;

	for (i = 7; i <= 14; i++)
		sqlite3_bind_null(add, i);
	if (place->origin == PLACE_NONE)
		return;
	sqlite3_bind_int(add, 7, (int)place->origin);
	sqlite3_bind_int(add, 8, place->mode);
	if (place->has_point) {
		sqlite3_bind_int(add, 9, place->lat_e7);
		sqlite3_bind_int(add, 10, place->lon_e7);
	}
	sqlite3_bind_int(add, 11, place->fix_age_ms);
	sqlite3_bind_int(add, 12, place->eph_cm);
	if (area)
		sqlite3_bind_int64(add, 13, area);
	if (place->border_m >= 0)
		sqlite3_bind_int(add, 14, place->border_m);
}

static int insert(struct spool *spool, uint64_t seq, const struct exchange *x)
{
	sqlite3_stmt *add = spool->segment.add_exchange;
	uint32_t series[EXCHANGE_READINGS];
	struct check_exchange row = {
		.seq = seq, .exchange = x, .series = series, .schema = SPOOL_SCHEMA};
	uint32_t area = 0;
	int err = 0;
	size_t i;

	for (i = 0; i < x->n && !err; i++)
		err = segment_series(spool, x->readings[i].series, &series[i]);
	if (!err)
		err = segment_boot(spool, seq);
	if (!err)
		err = segment_area(spool, &x->place, &area);
	if (err)
		return err;
	row.boot = spool->segment.boot;
	sqlite3_bind_int64(add, 1, (sqlite3_int64)seq);
	sqlite3_bind_int64(add, 2, (sqlite3_int64)x->n);
	sqlite3_bind_int64(add, 3, row.boot);
	sqlite3_bind_int64(add, 4, x->boot_ms);
	sqlite3_bind_int(add, 5, (int)x->context);
	if (x->sample)
		sqlite3_bind_int64(add, 6, (sqlite3_int64)x->sample);
	else
		sqlite3_bind_null(add, 6);
	bind_place(add, &x->place, area);
	sqlite3_bind_blob(add, 15, x->raw, (int)x->raw_len, SQLITE_STATIC);
	sqlite3_bind_int(add, 16, check_of_exchange(&row));
	err = sql_done(add);
	add = spool->segment.add_reading;
	for (i = 0; i < x->n && !err; i++) {
		const struct reading *r = &x->readings[i];

		sqlite3_bind_int64(add, 1, (sqlite3_int64)(seq + i));
		sqlite3_bind_int64(add, 2, series[i]);
		if (isnan(r->value))
			sqlite3_bind_null(add, 3);
		else
			sqlite3_bind_double(add, 3, r->value);
		sqlite3_bind_int(add, 4, r->qc);
		sqlite3_bind_int(add, 5, r->flags);
		err = sql_done(add);
	}
	return err;
}

static int write_marks(struct spool *spool, const struct mark *marks, size_t n)
{
	sqlite3_stmt *drop = spool->segment.drop_marks;
	int err = 0;
	size_t i;

	for (i = 0; i < n && !err; i++) {
		const char *store = spool->stores[marks[i].store].name;

		sqlite3_bind_text(drop, 1, store, -1, SQLITE_STATIC);
		sqlite3_bind_int(drop, 2, (int)marks[i].stream);
		sqlite3_bind_int(drop, 3, (int)marks[i].delivery);
		sqlite3_bind_int64(drop, 4, (sqlite3_int64)marks[i].range.first);
		sqlite3_bind_int64(drop, 5, (sqlite3_int64)marks[i].range.last);
		err = sql_done(drop);
		if (!err)
			err = deliver_insert(spool->segment.add_mark, store, (int)marks[i].stream,
				(int)marks[i].delivery, marks[i].range);
	}
	return err;
}

struct batch {
	uint64_t head; /* of the ring, when the batch began */
	uint64_t to;   /* how far it came */
	uint64_t readings;
	struct mark marks[MOST_MARKS];
	size_t n_marks;
	bool roll; /* the next exchange does not fit into this segment */
};

/* Numbers are given here, at commit, so they have no holes by construction. */
static int write_batch(struct spool *spool, struct batch *batch)
{
	uint64_t first = spool->next[STREAM_READINGS], seq, next;
	struct exchange x;
	int err;

	err = sql_run(spool->segment.db, "BEGIN IMMEDIATE");
	while (!err && batch->to < batch->head && batch->readings < spool_tuning.chunk) {
		next = pending_see(&spool->pending, batch->to, &x);
		seq = first + batch->readings;
		if (seq + x.n - 1 > spool->segment.end) {
			batch->roll = true;
			break;
		}
		err = insert(spool, seq, &x);
		batch->to = next;
		batch->readings += x.n;
	}
	if (!err)
		err = write_marks(spool, batch->marks, batch->n_marks);
	if (!err)
		err = sql_run(spool->segment.db, "COMMIT");
	if (err) {
		failed(spool, err);
		/* A transaction that SQLite rolled back already makes this fail, which is as good. */
		if (sql_run(spool->segment.db, "ROLLBACK"))
			spool->segment.sick = true;
	}
	return err;
}

static int commit_batch(struct spool *spool, bool *more)
{
	struct batch batch = {.roll = false};
	uint64_t most, from, head;
	int err;

	pthread_mutex_lock(&spool->lock);
	batch.head = spool->pending.head;
	batch.to = spool->pending.tail;
	most = spool->pending.readings;
	batch.n_marks = deliver_take(spool, batch.marks, MOST_MARKS);
	pthread_mutex_unlock(&spool->lock);
	from = batch.to;
	head = batch.head;
	*more = batch.n_marks == MOST_MARKS;
	if (batch.to == batch.head && !batch.n_marks)
		return 0;
	if (most > spool_tuning.chunk + EXCHANGE_READINGS)
		most = spool_tuning.chunk + EXCHANGE_READINGS;
	err = ledger_reserve(spool, spool->next[STREAM_READINGS] + most);
	if (!err)
		err = spikes_note(spool, from, &batch.head);
	if (!err)
		err = write_batch(spool, &batch);
	pthread_mutex_lock(&spool->lock);
	if (!err) {
		spikes_saved(spool, from, batch.to, spool->next[STREAM_READINGS]);
		pending_drop(&spool->pending, batch.to, batch.readings);
		spool->next[STREAM_READINGS] += batch.readings;
		spool->saved += batch.readings;
		pthread_cond_broadcast(&spool->news);
	} else {
		deliver_give_back(spool, batch.marks, batch.n_marks);
	}
	pthread_mutex_unlock(&spool->lock);
	if (err)
		return err;
	spool->copy_stale = spool->copy_stale || batch.n_marks;
	*more = *more || batch.to < head;
	if (spool->segment.frames > CHECKPOINT_FRAMES) {
		spool->segment.frames = 0;
		err = sql_checkpoint(spool->segment.db);
		if (err) /* what was committed is safe in the WAL; reopening settles it */
			return failed(spool, err);
	}
	return batch.roll ? segment_roll(spool) : 0;
}

/* Readings that were refused get numbers of their own, and one record that says so. */
static int record_refused(struct spool *spool)
{
	struct ledger_record gap = {.kind = LEDGER_GAP, .c = STREAM_READINGS};
	uint64_t n;
	int err;

	pthread_mutex_lock(&spool->lock);
	n = spool->refused_unrecorded;
	pthread_mutex_unlock(&spool->lock);
	if (!n)
		return 0;
	gap.a = (int64_t)spool->next[STREAM_READINGS];
	gap.b = gap.a + (int64_t)n - 1;
	snprintf(gap.words, sizeof(gap.words),
		"%llu readings refused: the card took none until memory was full, or the end",
		(unsigned long long)n);
	err = ledger_reserve(spool, (uint64_t)gap.b);
	if (!err)
		err = ledger_note(spool, &gap, 1);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	spool->next[STREAM_READINGS] = (uint64_t)gap.b + 1;
	spool->refused_unrecorded -= n;
	pthread_cond_broadcast(&spool->news);
	pthread_mutex_unlock(&spool->lock);
	log_say(LOG_WARN, "spool", "%s; numbers %lld to %lld", gap.words, (long long)gap.a,
		(long long)gap.b);
	return 0;
}

/* --- trouble ------------------------------------------------------------------------------------------ */

int commit_prepare_ledger(struct spool *spool)
{
	int err = 0;

	/* What is written into a removed file is gone with the process: it would be a false "saved". */
	if (spool->ledger.db && sql_moved(spool->ledger.db))
		spool->ledger.sick = true;
	if (spool->ledger.sick)
		err = ledger_reopen(spool);
	if (!err && !spool->ledger.started)
		err = ledger_record_start(spool);
	return err;
}

int commit_prepare(struct spool *spool)
{
	int err = commit_prepare_ledger(spool);

	if (spool->segment.db && sql_moved(spool->segment.db))
		spool->segment.sick = true;
	if (!err && spool->segment.sick)
		err = segment_reopen(spool);
	if (!err && !spool->segment.db)
		err = segment_begin_next(spool);
	return err;
}

static int commit_all(struct spool *spool)
{
	uint64_t next;
	bool more = true;
	int err;

	err = ballast_fill(spool);
	if (!err)
		err = commit_prepare(spool);
	while (!err && more)
		err = commit_batch(spool, &more);
	next = spool->next[STREAM_READINGS];
	if (!err)
		err = record_refused(spool);
	if (!err && spool->next[STREAM_READINGS] > next &&
		spool->next[STREAM_READINGS] > spool->segment.end)
		err = segment_roll(spool);
	return err ? err : segment_look_again(spool);
}

static const char *remedy(int err)
{
	switch (err) {
	case ERR_FULL:
		return "free space on the card";
	case ERR_DAMAGED:
		return "the file is set aside and a new one begun";
	case ERR_BUSY:
		return "close the other program that has the file open";
	default:
		return "check the card and its mount; it is tried again";
	}
}

static void note_result(struct spool *spool, int err)
{
	pthread_mutex_lock(&spool->lock);
	spool->trouble = err;
	if (err)
		text_copy(spool->trouble_words, sizeof(spool->trouble_words), spool->fault);
	else
		spool->trouble_words[0] = '\0';
	pthread_mutex_unlock(&spool->lock);
	spool->last_commit_ms = spool_mono_ms();
	if (!err) {
		spool->pause_ms = 0;
		log_back(&spool->edge, spool->last_commit_ms, "spool", "%s: saving again",
			spool->conf.dir);
		return;
	}
	spool->pause_ms = spool->pause_ms ? spool->pause_ms * 2 : spool_tuning.retry_first_ms;
	if (spool->pause_ms > spool_tuning.retry_most_ms)
		spool->pause_ms = spool_tuning.retry_most_ms;
	spool->retry_at_ms = spool->last_commit_ms + spool->pause_ms;
	log_lost(&spool->edge, spool->last_commit_ms, "spool",
		"%s: readings cannot be saved: %s (%s); %s", spool->conf.dir, spool->fault,
		err_text(err), remedy(err));
}

static int copy(struct spool *spool, void *ctx)
{
	(void)ctx;
	return ledger_copy_delivery(spool);
}

static void copy_delivery(struct spool *spool)
{
	spool->last_copy_ms = spool_mono_ms();
	if (ballast_spend(spool, copy, NULL) == 0)
		spool->copy_stale = false;
}

static int note_all(struct spool *spool, void *ctx)
{
	int err = commit_prepare(spool);

	(void)ctx;
	if (!err)
		err = record_refused(spool);
	return err ? err : ledger_copy_delivery(spool);
}

/* On a full card: what is refused is a gap by now, and what was sent and received is not asked for again.  Once
 * when it is full, then each copy_ms, and at the end, when what was never saved is refused, too. */
static void note_full(struct spool *spool, bool ends)
{
	bool due =
		!spool->full_noted || spool_mono_ms() - spool->last_copy_ms >= spool_tuning.copy_ms;

	if (!spool->conf.ballast_mb || (!due && !ends))
		return;
	pthread_mutex_lock(&spool->lock);
	if (ends) {
		spool->refused += spool->pending.readings;
		spool->refused_unrecorded += spool->pending.readings;
		pending_drop(&spool->pending, spool->pending.head, spool->pending.readings);
	}
	pthread_mutex_unlock(&spool->lock);
	spool->last_copy_ms = spool_mono_ms();
	spool->full_noted = ballast_spend(spool, note_all, NULL) == 0;
}

static int commit_round(struct spool *spool)
{
	int err = commit_all(spool);

	while (err == ERR_FULL && freeing_makes_room(spool))
		err = commit_all(spool);
	note_result(spool, err);
	if (err == ERR_FULL)
		note_full(spool, false);
	else
		spool->full_noted = false;
	return err;
}

/* --- the thread ----------------------------------------------------------------------------------------- */

/* Under lock: when there is something to commit, in monotonic ms; INT64_MAX: nothing. */
static int64_t commit_due_ms(const struct spool *spool)
{
	bool readings = spool->pending.readings > 0 || spool->refused_unrecorded > 0;

	if (spool->pause_ms)
		return spool->retry_at_ms;
	if (spool->pending.head - spool->pending.tail > spool->pending.cap / 2)
		return 0;
	if (readings)
		return spool->last_commit_ms + spool->conf.commit_ms;
	if (spool->marks_waiting)
		return spool->marks_since_ms + spool_tuning.marks_ms;
	return INT64_MAX;
}

static void wait_until(struct spool *spool, int64_t due_ms)
{
	struct timespec at = {
		.tv_sec = (time_t)(due_ms / 1000), .tv_nsec = (long)(due_ms % 1000) * 1000000};

	if (due_ms == INT64_MAX)
		pthread_cond_wait(&spool->work, &spool->lock);
	else
		pthread_cond_timedwait(&spool->work, &spool->lock, &at);
}

static void run_job(struct spool *spool, struct job *job)
{
	spool->jobs = job->next;
	pthread_mutex_unlock(&spool->lock);
	job->result =
		job->spends ? ballast_spend(spool, job->run, job->ctx) : job->run(spool, job->ctx);
	pthread_mutex_lock(&spool->lock);
	job->done = true;
	pthread_cond_broadcast(&spool->job_done);
}

void *commit_thread(void *arg)
{
	struct spool *spool = arg;
	int64_t now, due, copy_due, bytes_due;

	pthread_mutex_lock(&spool->lock);
	for (;;) {
		if (spool->jobs) {
			run_job(spool, spool->jobs);
			continue;
		}
		if (spool->stop)
			break;
		now = spool_mono_ms();
		due = commit_due_ms(spool);
		copy_due =
			spool->copy_stale ? spool->last_copy_ms + spool_tuning.copy_ms : INT64_MAX;
		bytes_due = spool->bytes.fresh ? spool->bytes.fresh_since_ms + spool_tuning.bytes_ms
					       : INT64_MAX;
		if (bytes_due < copy_due)
			copy_due = bytes_due;
		if (due > now && copy_due > now) {
			wait_until(spool, due < copy_due ? due : copy_due);
			continue;
		}
		pthread_mutex_unlock(&spool->lock);
		if (due <= now)
			commit_round(spool);
		else if (bytes_due <= now)
			bytes_write(spool);
		else
			copy_delivery(spool);
		pthread_mutex_lock(&spool->lock);
	}
	pthread_mutex_unlock(&spool->lock);
	spool->close_result = commit_round(spool);
	if (spool->close_result == ERR_FULL)
		note_full(spool, true);
	else if (!spool->close_result && spool->copy_stale)
		copy_delivery(spool);
	if (!spool->close_result)
		bytes_write(spool);
	return NULL;
}

static int flush(struct spool *spool, void *ctx)
{
	(void)ctx;
	return commit_round(spool);
}

int spool_flush(struct spool *spool)
{
	return spool_run_readings(spool, flush, NULL);
}
