#include "spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/internal.h"

enum { LEAST_PENDING = 64 * 1024, LOOKS = 10 };

struct spool_tuning spool_tuning = {.retry_first_ms = 1000,
	.retry_most_ms = 8000, /* the first try after the card is well again saves: within 10 s */
	.marks_ms = 5000,
	.chunk = 16384,
	.copy_ms = 600000,
	.look_ms = 60000,
	.bytes_ms = 60000,
	.epochs = MOST_EPOCHS};

int64_t spool_mono_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct text spool_fault(struct spool *spool)
{
	return text_over(spool->fault, sizeof(spool->fault));
}

static int run_job(struct spool *spool, struct job job)
{
	struct job **end;

	pthread_mutex_lock(&spool->lock);
	for (end = &spool->jobs; *end; end = &(*end)->next)
		;
	*end = &job;
	pthread_cond_signal(&spool->work);
	while (!job.done)
		pthread_cond_wait(&spool->job_done, &spool->lock);
	pthread_mutex_unlock(&spool->lock);
	return job.result;
}

int spool_run(struct spool *spool, int (*run)(struct spool *, void *), void *ctx)
{
	return run_job(spool, (struct job){.run = run, .ctx = ctx, .spends = true});
}

int spool_run_readings(struct spool *spool, int (*run)(struct spool *, void *), void *ctx)
{
	return run_job(spool, (struct job){.run = run, .ctx = ctx});
}

/* --- opening ---------------------------------------------------------------------------------------- */

static int lock_folder(struct spool *spool, struct text *why)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[FILE_NAME_MAX];

	if (mkdir(spool->conf.dir, 0750) < 0 && errno != EEXIST) {
		text_printf(why,
			"spool: cannot make the folder %s: %s; make the folder above it, "
			"or name another one",
			spool->conf.dir, strerror(errno));
		return ERR_IO;
	}
	snprintf(path, sizeof(path), "%s/lock", spool->conf.dir);
	spool->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (spool->lock_fd < 0) {
		text_printf(why,
			"spool: cannot write in %s: %s; the daemon's user must own the folder",
			spool->conf.dir, strerror(errno));
		return ERR_IO;
	}
	if (fcntl(spool->lock_fd, F_OFD_SETLK, &whole) < 0) {
		text_printf(why, "spool: %s is in use by another waterlabd; stop that one first",
			spool->conf.dir);
		return ERR_BUSY;
	}
	return 0;
}

static int survey(struct spool *spool, struct text *why)
{
	char path[FILE_NAME_MAX], words[320];
	struct segment_entry *list = NULL;
	struct text fault;
	size_t n = 0, i;
	unsigned tries;
	bool newest;
	int err;

	/* What was begun and never put in place. */
	snprintf(path, sizeof(path), "%s/new-segment.tmp", spool->conf.dir);
	file_remove(path);
	snprintf(path, sizeof(path), "%s/new-ledger.tmp", spool->conf.dir);
	file_remove(path);
	salvage_remove_left(spool->conf.dir);
	err = segment_list(spool->conf.dir, &list, &n, why);
	if (err)
		return err;
	spool->segments = list;
	spool->n_segments = spool->cap_segments = n;
	for (i = 0; i < spool->n_segments;) {
		struct segment_entry *entry = &spool->segments[i];
		uint64_t first = entry->first;

		fault = text_over(words, sizeof(words));
		segment_file_name(spool->conf.dir, first, path, sizeof(path));
		entry->bytes = file_bytes(path);
		/* Without the newest the numbers begin anew far behind it: that is worth some tries. */
		newest = i + 1 == spool->n_segments;
		for (tries = 0; (err = segment_look(path, !newest, &fault)) == ERR_IO; tries++) {
			if (!newest || tries == LOOKS)
				break;
			text_clear(&fault);
		}
		if (err == ERR_DAMAGED && segment_lose(spool, first, words) == 0) {
			if (first > spool->aside_first)
				spool->aside_first = first;
			continue; /* the list moved up */
		}
		if (err) {
			log_say(LOG_ERROR, "spool", "%s; left as it is, its readings wait", words);
			entry->readable = false;
			entry->unseen = err != ERR_CONF;
		}
		i++;
	}
	return 0;
}

/* A ledger made anew jumped over what the newest segment might have held.  Only a sound one can say that it did not. */
static void find_unused(struct spool *spool, uint64_t last)
{
	struct range jump = {last + 1, spool->next[STREAM_READINGS] - 1};

	if (jump.first <= jump.last && intervals_trim(&spool->gaps[STREAM_READINGS], &jump) &&
		sql_quick_check(spool->segment.db) == 0)
		spool->unused_from = jump.first;
}

static int open_newest(struct spool *spool)
{
	const struct segment_entry *newest;
	uint64_t first, last;
	int err = 0;

	/* The newest is lost or not ours to write: jump over all it may hold. */
	newest = spool->n_segments ? &spool->segments[spool->n_segments - 1] : NULL;
	if (spool->aside_first && (!newest || spool->aside_first > newest->first))
		newest = NULL;
	if (newest && newest->readable) {
		first = newest->first;
		err = segment_open(spool, first, &last);
		if (!err)
			find_unused(spool, last);
		if (!err && spool->next[STREAM_READINGS] <= spool->segment.end &&
			!spool->segment.outdated)
			return 0;
		if (!err) {
			segment_close(spool,
				true); /* full, or finished by being older than this program */
			return 0;
		}
		if (err != ERR_DAMAGED)
			return err;
		err = segment_lose(spool, first, spool->fault);
	}
	if ((spool->n_segments || spool->aside_first) &&
		spool->next[STREAM_READINGS] <= spool->ledger.reserved)
		spool->next[STREAM_READINGS] = spool->ledger.reserved + 1;
	return err;
}

/* Files whose freeing was written down, but not done. */
static void finish_freeing(struct spool *spool)
{
	while (spool->n_segments && spool->segments[0].first < spool->freed_below) {
		free_file(spool, spool->segments[0].first);
		spool->n_segments--;
		memmove(spool->segments, spool->segments + 1,
			spool->n_segments * sizeof(*spool->segments));
	}
}

static int open_files(struct spool *spool, struct text *why)
{
	int err;

	err = survey(spool, why);
	if (err)
		return err;
	err = ledger_open(spool);
	if (!err) {
		finish_freeing(spool);
		err = open_newest(spool);
	}
	if (err) {
		text_printf(
			why, "spool: %s: %s (%s)", spool->conf.dir, spool->fault, err_text(err));
		return err;
	}
	spool->boot_first[STREAM_READINGS] = spool->next[STREAM_READINGS];
	spool->boot_first[STREAM_LEDGER] = spool->next[STREAM_LEDGER];
	/* From here on a card that takes nothing more is trouble, not a reason not to start. */
	err = ledger_record_start(spool);
	if (!err)
		err = ledger_check_segments(spool);
	if (!err)
		err = commit_prepare(spool);
	if (!err)
		err = epochs_refresh(spool);
	if (err)
		log_say(LOG_ERROR, "spool", "%s: %s (%s); readings wait in memory", spool->conf.dir,
			spool->fault, err_text(err));
	return 0;
}

static int init(struct spool *spool, const struct spool_conf *conf)
{
	size_t pending = conf->pending_bytes;
	pthread_condattr_t monotonic;

	spool->conf = *conf;
	spool->lock_fd = -1;
	spool->next[STREAM_READINGS] = spool->next[STREAM_LEDGER] = 1;
	spool->last_commit_ms = INT64_MIN / 2; /* long ago: the first reading goes at once */
	spool->last_copy_ms = spool_mono_ms();
	pthread_mutex_init(&spool->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&spool->work, &monotonic);
	pthread_cond_init(&spool->news, &monotonic);
	pthread_cond_init(&spool->job_done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	spool->series = calloc(MOST_SERIES, sizeof(*spool->series));
	if (pending < LEAST_PENDING)
		pending = LEAST_PENDING;
	return spool->series && pending_init(&spool->pending, pending) ? 0 : ERR_MEMORY;
}

static void dispose(struct spool *spool)
{
	unsigned i;
	int stream, delivery;

	segment_close(spool, false);
	ledger_close(spool);
	for (i = 0; i < spool->n_stores; i++)
		for (stream = 0; stream < STREAM_COUNT; stream++) {
			for (delivery = 0; delivery < DELIVERY_COUNT; delivery++)
				intervals_free(&spool->stores[i].set[stream][delivery]);
			intervals_free(&spool->stores[i].done[stream]);
			intervals_free(&spool->stores[i].doubted[stream]);
			for (delivery = 0; delivery < DELIVERY_REFUSED; delivery++)
				intervals_free(&spool->stores[i].fresh[stream][delivery]);
		}
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		intervals_free(&spool->gaps[stream]);
		intervals_free(&spool->held[stream]);
	}
	pending_free(&spool->pending);
	free(spool->series);
	free(spool->segments);
	pthread_cond_destroy(&spool->job_done);
	pthread_cond_destroy(&spool->news);
	pthread_cond_destroy(&spool->work);
	pthread_mutex_destroy(&spool->lock);
	if (spool->lock_fd >= 0)
		close(spool->lock_fd);
	free(spool);
}

int spool_open(struct spool **out, const struct spool_conf *conf, const struct clock *clock,
	struct text *why)
{
	struct spool *spool;
	int err;

	*out = NULL;
	if (!conf->dir[0] || conf->segment_readings < 1000 ||
		conf->segment_readings > MOST_SEGMENT || conf->commit_ms < 1) {
		text_put(why, "spool: a folder, commit_ms from 1 and segment_readings from 1000 to "
			      "10000000 are needed");
		return ERR_CONF;
	}
	spool = calloc(1, sizeof(*spool));
	if (!spool)
		return ERR_MEMORY;
	spool->clock = clock;
	err = init(spool, conf);
	if (!err && !epochs_read_boot_id(spool->boot, sizeof(spool->boot))) {
		text_put(why, "spool: cannot read /proc/sys/kernel/random/boot_id");
		err = ERR_IO;
	}
	if (!err)
		err = lock_folder(spool, why);
	if (!err)
		err = open_files(spool, why);
	spool->running = true;
	if (!err && pthread_create(&spool->thread, NULL, commit_thread, spool) != 0) {
		text_put(why, "spool: no thread can be started");
		err = ERR_MEMORY;
	}
	if (err) {
		dispose(spool);
		return err;
	}
	*out = spool;
	return 0;
}

int spool_close(struct spool *spool)
{
	int err;

	pthread_mutex_lock(&spool->lock);
	spool->stop = true;
	pthread_cond_signal(&spool->work);
	pthread_mutex_unlock(&spool->lock);
	pthread_join(spool->thread, NULL);
	err = spool->close_result;
	dispose(spool);
	return err;
}

const char *spool_id(struct spool *spool)
{
	const char *id;

	pthread_mutex_lock(&spool->lock);
	id = identity_newest(&spool->identities, spool->id);
	pthread_mutex_unlock(&spool->lock);
	return id;
}

const char *spool_boot(const struct spool *spool)
{
	return spool->boot;
}

/* --- writing ----------------------------------------------------------------------------------------- */

static bool same_series(const struct series *a, const struct series *b)
{
	return strcmp(a->unit, b->unit) == 0 && strcmp(a->parameter, b->parameter) == 0 &&
	       a->kind == b->kind && a->decimals == b->decimals;
}

int spool_add_series(struct spool *spool, const struct series *series, uint32_t *number)
{
	uint32_t i;
	int err = 0;

	if (!memchr(series->unit, 0, sizeof(series->unit)) ||
		!memchr(series->parameter, 0, sizeof(series->parameter)))
		return ERR_RANGE;
	pthread_mutex_lock(&spool->lock);
	for (i = 0; i < spool->n_series && !same_series(&spool->series[i].series, series); i++)
		;
	if (i == MOST_SERIES) {
		err = ERR_FULL;
	} else if (i == spool->n_series) {
		spool->series[i].series = *series;
		spool->n_series++;
	}
	*number = i;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

static bool in_range(const struct exchange *x)
{
	return x->n >= 1 && x->n <= EXCHANGE_READINGS && x->raw_len <= EXCHANGE_RAW &&
	       x->sample <= INT64_MAX && memchr(x->place.district, 0, AREA_CODE) &&
	       memchr(x->place.tehsil, 0, AREA_CODE) && memchr(x->place.near, 0, AREA_CODE);
}

/* What means nothing is not stored, so that the row read back is the row that was summed. */
static void clean_place(struct place *place)
{
	if (place->origin == PLACE_NONE)
		*place = (struct place){.border_m = -1};
	if (!place->has_point)
		place->lat_e7 = place->lon_e7 = 0;
	if (place->border_m < 0)
		place->border_m = -1;
}

static void mark_missed(struct spool *spool, const struct exchange *x, bool missed)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		spool->series[x->readings[i].series].missed = missed;
}

int spool_add(struct spool *spool, const struct exchange *exchange)
{
	struct reading readings[EXCHANGE_READINGS];
	struct exchange x = *exchange;
	bool first;
	int err = 0;
	size_t i;

	if (!in_range(&x))
		return ERR_RANGE;
	/* What cannot travel is not stored: NaN and infinite are no value, and -0 is 0 (SQLite keeps
	 * whole numbers as integers, and so would lose its sign). */
	for (i = 0; i < x.n; i++) {
		readings[i] = x.readings[i];
		if (!isfinite(readings[i].value))
			readings[i].value = NAN;
		else if (readings[i].value == 0)
			readings[i].value = 0;
	}
	x.readings = readings;
	clean_place(&x.place);
	pthread_mutex_lock(&spool->lock);
	for (i = 0; i < x.n; i++)
		if (readings[i].series >= spool->n_series)
			err = ERR_RANGE;
	first = spool->pending.readings == 0;
	for (i = 0; i < x.n && !err; i++)
		if (spool->series[readings[i].series].missed)
			readings[i].spike_before = 0;
	if (!err && !pending_put(&spool->pending, &x)) {
		spool->refused += x.n;
		spool->refused_unrecorded += x.n;
		mark_missed(spool, &x, true);
		err = ERR_FULL;
	} else if (!err) {
		spool->made += x.n;
		mark_missed(spool, &x, false);
		if (x.boot_ms > spool->greatest_boot_ms)
			spool->greatest_boot_ms = x.boot_ms;
	}
	if (first || spool->pending.head - spool->pending.tail > spool->pending.cap / 2)
		pthread_cond_signal(&spool->work);
	pthread_mutex_unlock(&spool->lock);
	return err;
}
