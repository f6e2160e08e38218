#include "console/deadlines.h"

#include <stddef.h>
#include <sys/socket.h>

#include "base/round.h"

enum {
	LOOKS = 4,  /* in a request's time */
	ANSWER = 4, /* times as long */
	STACK = 65536
};

static void cut_late(struct deadlines *deadlines, int64_t now_ms)
{
	struct deadline *each;

	for (each = deadlines->each; each < deadlines->each + MOST_CONNECTIONS; each++)
		if (each->used && now_ms >= each->until_ms) {
			shutdown(each->fd, SHUT_RDWR);
			each->until_ms = INT64_MAX;
		}
}

static unsigned look(void *ctx)
{
	struct deadlines *deadlines = ctx;

	pthread_mutex_lock(&deadlines->lock);
	cut_late(deadlines, clock_boot_ms(&clock_system));
	pthread_mutex_unlock(&deadlines->lock);
	return (unsigned)(deadlines->request_ms / LOOKS) + 1;
}

int deadlines_start(struct deadlines *deadlines, int64_t request_ms)
{
	*deadlines = (struct deadlines){.request_ms = request_ms};
	pthread_mutex_init(&deadlines->lock, NULL);
	if (!request_ms)
		return 0;
	return round_start(&deadlines->round, look, deadlines, STACK, &clock_system);
}

void deadlines_stop(struct deadlines *deadlines)
{
	round_stop(deadlines->round);
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
