#include "console/deadlines.h"

#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"

enum { LOOKS = 4, ANSWER = 4 }; /* in a request's time; times as long */

static void cut_late(struct deadlines *deadlines, int64_t now_ms)
{
	struct deadline *each;

	for (each = deadlines->each; each < deadlines->each + MOST_CONNECTIONS; each++)
		if (each->used && now_ms >= each->until_ms) {
			shutdown(each->fd, SHUT_RDWR);
			each->until_ms = INT64_MAX;
		}
}

static void *watch(void *ctx)
{
	struct deadlines *deadlines = ctx;
	int64_t pause_ms = deadlines->request_ms / LOOKS + 1;
	struct timespec until;

	pthread_mutex_lock(&deadlines->lock);
	while (!deadlines->stop) {
		cut_late(deadlines, clock_boot_ms(&clock_system));
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += pause_ms / 1000;
		until.tv_nsec += pause_ms % 1000 * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&deadlines->stopped, &deadlines->lock, &until);
	}
	pthread_mutex_unlock(&deadlines->lock);
	return NULL;
}

int deadlines_start(struct deadlines *deadlines, int64_t request_ms)
{
	pthread_condattr_t monotonic;

	*deadlines = (struct deadlines){.request_ms = request_ms};
	pthread_mutex_init(&deadlines->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&deadlines->stopped, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (!request_ms || pthread_create(&deadlines->thread, NULL, watch, deadlines) == 0)
		return 0;
	deadlines->request_ms = 0;
	return ERR_MEMORY;
}

void deadlines_stop(struct deadlines *deadlines)
{
	pthread_mutex_lock(&deadlines->lock);
	deadlines->stop = true;
	pthread_cond_signal(&deadlines->stopped);
	pthread_mutex_unlock(&deadlines->lock);
	if (deadlines->request_ms)
		pthread_join(deadlines->thread, NULL);
	pthread_cond_destroy(&deadlines->stopped);
	pthread_mutex_destroy(&deadlines->lock);
}

static void give(struct deadlines *deadlines, struct deadline *deadline, int64_t ms)
{
	int64_t now_ms = clock_boot_ms(&clock_system);

	pthread_mutex_lock(&deadlines->lock);
	deadline->until_ms = ms ? now_ms + ms : INT64_MAX;
	pthread_mutex_unlock(&deadlines->lock);
}

struct deadline *deadlines_begin(struct deadlines *deadlines, int fd)
{
	struct deadline *free = NULL;
	size_t i;

	pthread_mutex_lock(&deadlines->lock);
	for (i = 0; i < MOST_CONNECTIONS && !free; i++)
		if (!deadlines->each[i].used)
			free = &deadlines->each[i];
	if (free)
		*free = (struct deadline){fd, true, INT64_MAX};
	pthread_mutex_unlock(&deadlines->lock);
	if (free)
		deadlines_request(deadlines, free);
	return free;
}

void deadlines_request(struct deadlines *deadlines, struct deadline *deadline)
{
	give(deadlines, deadline, deadlines->request_ms);
}

void deadlines_answer(struct deadlines *deadlines, struct deadline *deadline)
{
	give(deadlines, deadline, deadlines->request_ms * ANSWER);
}

void deadlines_end(struct deadlines *deadlines, struct deadline *deadline)
{
	pthread_mutex_lock(&deadlines->lock);
	deadline->used = false;
	pthread_mutex_unlock(&deadlines->lock);
}
