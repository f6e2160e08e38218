#include "daemon/stamps.h"

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* How good the clock is, seen by itself. */
static void rate(
	const struct clock_conf *conf, const struct stamps_look *look, struct stamps_act *act)
{
	act->source = TIME_NONE;
	act->uncertainty_ms = STAMPS_RESTORED_MS;
	if (look->wall_ms < conf->earliest_ms || look->wall_ms > conf->latest_ms)
		return;
	act->source = TIME_RESTORED;
	if (look->sync.no || !look->sync.synchronised)
		return;
	act->source = TIME_NTP;
	act->uncertainty_ms = look->sync.most_error_ms > 0 ? look->sync.most_error_ms : 1;
}

static bool should_fix(const struct clock_conf *conf, const struct stamps_memory *memory,
	const struct stamps_look *look, const struct stamps_act *act,
	const struct time_offset *in_force)
{
	if (act->source == TIME_NONE)
		return false;
	if (in_force->source == TIME_NONE)
		return act->source >= TIME_NTP ||
		       look->boot_ms - memory->first_ms >= (int64_t)conf->wait_s * 1000;
	if (act->source != in_force->source)
		return act->source > in_force->source;
	return distance(act->offset_ms, in_force->offset_ms) > STAMPS_STEP_MS;
}

struct stamps_act stamps_judge(const struct clock_conf *conf, struct stamps_memory *memory,
	const struct stamps_look *look, const struct time_offset *in_force)
{
	struct stamps_act act = {.offset_ms = look->wall_ms - look->boot_ms};

	rate(conf, look, &act);
	if (!memory->looked) {
		memory->looked = true;
		memory->first_ms = look->boot_ms;
		/* after a restart in the same boot, a step in between is seen as one */
		memory->offset_ms =
			in_force->source == TIME_NONE ? act.offset_ms : in_force->offset_ms;
	}
	if (distance(act.offset_ms, memory->offset_ms) > STAMPS_STEP_MS) {
		act.step_ms = act.offset_ms - memory->offset_ms;
		memory->offset_ms = act.offset_ms;
	}
	act.fix = should_fix(conf, memory, look, &act, in_force);
	/* A clock that has not moved since a better source confirmed it is still as good. */
	if (!act.fix && in_force->source > act.source && act.source != TIME_NONE &&
		distance(act.offset_ms, in_force->offset_ms) <= STAMPS_STEP_MS) {
		act.source = in_force->source;
		act.uncertainty_ms = in_force->uncertainty_ms;
	}
	act.anchor = act.source != TIME_NONE &&
		     (act.fix || act.step_ms || !memory->anchored ||
			     look->boot_ms - memory->anchored_ms >= STAMPS_ANCHOR_MS);
	return act;
}
