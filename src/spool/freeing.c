/*
 * Old files whose readings are at every store go: the lowest first, and none behind one that must stay, so that
 * what is gone is everything below one number.
 */
#include <stdio.h>
#include <string.h>

#include "spool/internal.h"
#include "spool/reader.h"

/* Under lock.  The lowest file, if it is finished and each store in use has confirmed all of it. */
static bool lowest_confirmed(const struct spool *spool, struct range *range)
{
	const struct intervals *gaps = &spool->gaps[STREAM_READINGS];
	bool any = false;
	unsigned i;

	if (spool->n_segments < 2 || !spool->segments[0].readable)
		return false;
	*range = (struct range){spool->segments[0].first, spool->segments[1].first - 1};
	for (i = 0; i < spool->n_stores; i++) {
		const struct store *store = &spool->stores[i];

		if (!store->in_use)
			continue;
		any = true;
		if (!intervals_cover(&store->set[STREAM_READINGS][DELIVERY_RECEIVED], gaps, *range))
			return false;
	}
	return any;
}

static int latest(void *ctx, const struct spool_row *row)
{
	int64_t *ms = ctx;

	/* A time that is unsure may be as late as that. */
	if (row->clock == TIME_NONE)
		*ms = INT64_MAX;
	else if (row->utc_ms + row->clock_error_ms > *ms)
		*ms = row->utc_ms + row->clock_error_ms;
	return 0;
}

/* When the youngest reading of the file was made, UTC; looked up once. */
static int last_made_ms(struct spool *spool, struct range range, int64_t *ms)
{
	struct spool_reader *reader;
	int err;

	pthread_mutex_lock(&spool->lock);
	*ms = spool->segments[0].first == range.first ? spool->segments[0].last_made_ms : 0;
	pthread_mutex_unlock(&spool->lock);
	if (*ms)
		return 0;
	err = spool_reader_open(&reader, spool);
	if (err)
		return err;
	err = spool_read(reader, STREAM_READINGS, range, latest, ms, NULL);
	spool_reader_close(reader);
	pthread_mutex_lock(&spool->lock);
	if (!err && spool->n_segments && spool->segments[0].first == range.first)
		spool->segments[0].last_made_ms = *ms;
	pthread_mutex_unlock(&spool->lock);
	return err;
}

void free_file(struct spool *spool, uint64_t first)
{
	char path[FILE_NAME_MAX];

	segment_file_name(spool->conf.dir, first, path, sizeof(path));
	file_remove(path);
}

/* First it is written that they are gone, then they go: a start in between only has the rest to do. */
static int free_lowest(struct spool *spool, void *ctx)
{
	const struct range *range = ctx;
	struct range now;
	bool still;
	int err;

	err = commit_prepare_ledger(spool);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	still = lowest_confirmed(spool, &now) && now.first == range->first &&
		now.last == range->last;
	pthread_mutex_unlock(&spool->lock);
	if (!still)
		return ERR_ABSENT;
	err = ledger_free_segment(spool, *range);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	/* Without memory for it they are in `received` all the same. */
	(void)!deliver_set_freed(spool, range->last + 1);
	spool->n_segments--;
	memmove(spool->segments, spool->segments + 1, spool->n_segments * sizeof(*spool->segments));
	pthread_mutex_unlock(&spool->lock);
	/* For a ledger that is lost; the next segment will say it anyway. */
	if (spool->segment.db && !spool->segment.sick &&
		sql_set_meta_number(spool->segment.db, "freed_below", (int64_t)range->last + 1))
		spool->segment.sick = true;
	free_file(spool, range->first);
	return file_sync_folder(spool->conf.dir);
}

bool freeing_makes_room(struct spool *spool)
{
	struct range range;
	bool any;

	pthread_mutex_lock(&spool->lock);
	any = lowest_confirmed(spool, &range);
	pthread_mutex_unlock(&spool->lock);
	if (!any || ballast_spend(spool, free_lowest, &range))
		return false;
	log_say(LOG_WARN, "spool",
		"the card is full: readings %llu to %llu, confirmed by every store, are off it",
		(unsigned long long)range.first, (unsigned long long)range.last);
	return true;
}

static bool is_lowest(struct spool *spool, struct range range)
{
	bool is;

	pthread_mutex_lock(&spool->lock);
	is = spool->n_segments && spool->segments[0].first == range.first;
	pthread_mutex_unlock(&spool->lock);
	return is;
}

int spool_free_old(struct spool *spool, uint64_t *n)
{
	const int64_t day_ms = 24 * 3600000;
	struct time_offset utc = spool_utc(spool);
	const int64_t keep_ms = (int64_t)spool->conf.keep_days * day_ms;
	int64_t made_ms;
	struct range range;
	bool any;
	int err = 0;

	*n = 0;
	while (!err && utc.source >= TIME_NTP) {
		pthread_mutex_lock(&spool->lock);
		any = lowest_confirmed(spool, &range) &&
		      (!spool->summarising || range.last <= spool->summarised);
		pthread_mutex_unlock(&spool->lock);
		if (!any)
			break;
		err = last_made_ms(spool, range, &made_ms);
		if (err && !is_lowest(spool, range))
			return 0; /* another store's thread was faster */
		if (!err && made_ms > clock_boot_ms(spool->clock) + utc.offset_ms - keep_ms)
			break;
		if (!err)
			err = spool_run(spool, free_lowest, &range);
		if (!err)
			*n += range.last - range.first + 1;
	}
	return err == ERR_ABSENT ? 0 : err;
}
