#include "bus/health.h"

struct health health_new(uint64_t seed)
{
	struct health health = {.state = UNIT_UNKNOWN};

	/* xorshift must not start at 0; the multiplication spreads small seeds */
	health.chance = (seed + 1) * 0x9E3779B97F4A7C15u | 1;
	return health;
}

bool health_answered(struct health *health)
{
	bool back = health->state != UNIT_OK && health->state != UNIT_DOUBTFUL;

	health->state = UNIT_OK;
	health->failures = 0;
	health->pause_ms = 0;
	return back;
}

static int64_t next_pause(struct health *health, int64_t cost_ms)
{
	int64_t least_ms = cost_ms * HEALTH_SHARE;

	health->pause_ms = health->pause_ms ? 2 * health->pause_ms : HEALTH_FIRST_MS;
	if (health->pause_ms > HEALTH_LONGEST_MS)
		health->pause_ms = HEALTH_LONGEST_MS;
	health->chance ^= health->chance << 13;
	health->chance ^= health->chance >> 7;
	health->chance ^= health->chance << 17;
	if (health->pause_ms < least_ms)
		return least_ms;
	return health->pause_ms - (int64_t)(health->chance % (uint64_t)(health->pause_ms / 4 + 1));
}

int64_t health_failed(struct health *health, int64_t cost_ms)
{
	health->failures++;
	if (health->state == UNIT_WRONG)
		return next_pause(health, cost_ms);
	if (health->failures < HEALTH_TURNS) {
		health->state = UNIT_DOUBTFUL;
		return 0;
	}
	health->state = UNIT_ASIDE;
	return next_pause(health, cost_ms);
}

int64_t health_is_wrong(struct health *health, int64_t cost_ms)
{
	health->failures++;
	health->state = UNIT_WRONG;
	return next_pause(health, cost_ms);
}

void health_forget(struct health *health)
{
	health->state = UNIT_UNKNOWN;
	health->failures = 0;
	health->pause_ms = 0;
}
