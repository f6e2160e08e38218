#include "base/round.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct round {
	unsigned (*step)(void *ctx);
	void *ctx;
	const struct clock *clock;
	_Atomic int64_t beat_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
};

/* Under lock. */
static void pause_ms(struct round *round, unsigned ms)
{
	struct timespec due;

	clock_gettime(CLOCK_MONOTONIC, &due);
	due.tv_nsec += (long)(ms % 1000) * 1000000;
	due.tv_sec += (time_t)(ms / 1000) + due.tv_nsec / 1000000000;
	due.tv_nsec %= 1000000000;
	while (!round->stop &&
		pthread_cond_timedwait(&round->wake, &round->lock, &due) != ETIMEDOUT)
		;
}

static void *run(void *arg)
{
	struct round *round = arg;
	unsigned ms;

	pthread_mutex_lock(&round->lock);
	while (!round->stop) {
		pthread_mutex_unlock(&round->lock);
		atomic_store(&round->beat_ms, clock_boot_ms(round->clock));
		ms = round->step(round->ctx);
		pthread_mutex_lock(&round->lock);
		pause_ms(round, ms);
	}
	pthread_mutex_unlock(&round->lock);
	return NULL;
}

static void destroy(struct round *round)
{
	pthread_cond_destroy(&round->wake);
	pthread_mutex_destroy(&round->lock);
	free(round);
}

int round_start(struct round **out, unsigned (*step)(void *ctx), void *ctx, size_t stack,
	const struct clock *clock)
{
	struct round *round = malloc(sizeof(*round));
	pthread_condattr_t how;
	pthread_attr_t attr;
	bool runs = false;

	*out = NULL;
	if (!round)
		return ERR_MEMORY;
	*round = (struct round){.step = step, .ctx = ctx, .clock = clock};
	atomic_store(&round->beat_ms, clock_boot_ms(clock));
	pthread_mutex_init(&round->lock, NULL);
	pthread_condattr_init(&how);
	pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
	pthread_cond_init(&round->wake, &how);
	pthread_condattr_destroy(&how);
	if (pthread_attr_init(&attr) == 0) {
		runs = pthread_attr_setstacksize(&attr, stack) == 0 &&
		       pthread_create(&round->thread, &attr, run, round) == 0;
		pthread_attr_destroy(&attr);
	}
	if (!runs) {
		destroy(round);
		return ERR_MEMORY;
	}
	*out = round;
	return 0;
}

void round_stop(struct round *round)
{
	if (!round)
		return;
	pthread_mutex_lock(&round->lock);
	round->stop = true;
	pthread_cond_signal(&round->wake);
	pthread_mutex_unlock(&round->lock);
	pthread_join(round->thread, NULL);
	destroy(round);
}

int64_t round_heartbeat_ms(struct round *round)
{
	return atomic_load(&round->beat_ms);
}
