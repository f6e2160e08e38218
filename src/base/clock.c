#include "base/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t id)
{
	struct timespec t = {0};

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t system_boot_ns(void *ctx)
{
	(void)ctx;
	return read_ns(CLOCK_BOOTTIME);
}

static int64_t system_wall_ns(void *ctx)
{
	(void)ctx;
	return read_ns(CLOCK_REALTIME);
}

const struct clock clock_system = {system_boot_ns, system_wall_ns, NULL};

int64_t clock_boot_ns(const struct clock *clock)
{
	return clock->boot_ns(clock->ctx);
}

int64_t clock_boot_ms(const struct clock *clock)
{
	return clock->boot_ns(clock->ctx) / 1000000;
}

int64_t clock_wall_ms(const struct clock *clock)
{
	return clock->wall_ns(clock->ctx) / 1000000;
}
