#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "spool/internal.h"

void spool_wait(struct spool *spool, enum stream stream, uint64_t seen, unsigned ms)
{
	int64_t until_ms = spool_mono_ms() + ms;
	struct timespec at = {
		.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
	uint64_t wakes;
	int late = 0;

	pthread_mutex_lock(&spool->lock);
	wakes = spool->wakes;
	while (!late && spool->next[stream] - 1 <= seen && spool->wakes == wakes)
		late = pthread_cond_timedwait(&spool->news, &spool->lock, &at);
	pthread_mutex_unlock(&spool->lock);
}

void spool_wake(struct spool *spool)
{
	pthread_mutex_lock(&spool->lock);
	spool->wakes++;
	pthread_cond_broadcast(&spool->news);
	pthread_mutex_unlock(&spool->lock);
}

void spool_count(struct spool *spool, struct spool_counts *out)
{
	char path[FILE_NAME_MAX];
	uint64_t newest = 0;
	size_t i;

	*out = (struct spool_counts){0};
	pthread_mutex_lock(&spool->lock);
	out->made = spool->made;
	out->saved = spool->saved;
	out->refused = spool->refused;
	out->last[STREAM_READINGS] = spool->next[STREAM_READINGS] - 1;
	out->last[STREAM_LEDGER] = spool->next[STREAM_LEDGER] - 1;
	out->segments = (unsigned)spool->n_segments;
	out->trouble = spool->trouble;
	text_copy(out->trouble_words, sizeof(out->trouble_words), spool->trouble_words);
	for (i = 0; i + 1 < spool->n_segments; i++)
		out->bytes += spool->segments[i].bytes;
	if (spool->n_segments)
		newest = spool->segments[spool->n_segments - 1].first;
	pthread_mutex_unlock(&spool->lock);
	if (newest) {
		segment_file_name(spool->conf.dir, newest, path, sizeof(path));
		out->bytes += file_bytes(path);
	}
	ledger_file_name(&spool->conf, path, sizeof(path));
	out->bytes += file_bytes(path);
}

void spool_count_store(
	struct spool *spool, unsigned store, enum stream stream, struct delivery_counts *out)
{
	int delivery;

	*out = (struct delivery_counts){{0}};
	pthread_mutex_lock(&spool->lock);
	for (delivery = 0; store < spool->n_stores && delivery < DELIVERY_COUNT; delivery++)
		out->n[delivery] = spool->stores[store].set[stream][delivery].count;
	pthread_mutex_unlock(&spool->lock);
}
