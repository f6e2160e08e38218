#include "daemon/stamps_judge.h"

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static bool confirms(const struct clock_candidate *clock)
{
	return clock->source >= TIME_NTP;
}

static void use(struct stamps_act *act, const struct clock_candidate *clock)
{
	act->source = clock->source;
	act->offset_ms = clock->offset_ms;
	act->uncertainty_ms = clock->uncertainty_ms;
}

/* One that confirms, else the surer one. */
static bool is_better(const struct clock_candidate *a, const struct clock_candidate *b)
{
	if (confirms(a) != confirms(b))
		return confirms(a);
	return a->uncertainty_ms < b->uncertainty_ms;
}

static void choose(struct stamps_act *act)
{
	const struct clock_candidate *best = NULL;
	int i;

	for (i = 0; i < CLOCK_KINDS; i++)
		if (act->clocks[i].source != TIME_NONE &&
			(!best || is_better(&act->clocks[i], best)))
			best = &act->clocks[i];
	if (best)
		use(act, best);
}

/* NTP and GPS differ, and no time is confirmed: either may be right, and flagged it says so. */
static void choose_contradicted(struct stamps_act *act)
{
	const struct clock_candidate *gps = &act->clocks[CLOCK_GPS], *ntp = &act->clocks[CLOCK_NTP];
	struct clock_candidate either = {.source = TIME_RESTORED,
		.offset_ms = gps->offset_ms,
		.uncertainty_ms = act->apart_ms + gps->uncertainty_ms + ntp->uncertainty_ms};

	if (gps->standing == STANDING_CONTRADICTED && ntp->standing == STANDING_CONTRADICTED &&
		act->source == TIME_NONE)
		use(act, &either);
}

/* chrony may have its time from that very receiver, which does not know its leap seconds yet. */
static bool may_lack_leap_seconds(const struct stamps_look *look, const struct stamps_act *act)
{
	const struct clock_candidate *gps = &act->clocks[CLOCK_GPS], *ntp = &act->clocks[CLOCK_NTP];

	return act->source == TIME_NTP && gps->standing == STANDING_UNSURE &&
	       !look->gps.leap_known &&
	       distance(gps->offset_ms, ntp->offset_ms) <= STAMPS_APART_MS + ntp->uncertainty_ms;
}

/* Nothing can be right: the earliest there can be. */
static void choose_floor(
	const struct clock_conf *conf, const struct spool_past *past, struct stamps_act *act)
{
	act->bounded = true;
	act->source = TIME_RESTORED;
	act->offset_ms = stamps_floor_ms(conf, past);
	act->uncertainty_ms = stamps_away_ms(conf) + past->uncertainty_ms;
}

/* A flagged time in force that something more trusted contradicts. */
static bool is_refuted(const struct stamps_act *act, const struct time_offset *in_force)
{
	static const enum clock_kind better[] = {CLOCK_ENTERED, CLOCK_GPS};
	size_t i;

	for (i = 0; i < sizeof(better) / sizeof(better[0]); i++) {
		const struct clock_candidate *clock = &act->clocks[better[i]];

		if (clock->source != TIME_NONE &&
			distance(clock->offset_ms, in_force->offset_ms) >
				clock->uncertainty_ms + in_force->uncertainty_ms)
			return true;
	}
	return false;
}

static bool should_replace(const struct stamps_memory *memory, const struct stamps_act *act,
	const struct time_offset *in_force)
{
	int64_t moved_ms = distance(act->offset_ms, in_force->offset_ms);

	if (act->source >= TIME_NTP)
		return in_force->source < TIME_NTP || moved_ms > STAMPS_STEP_MS;
	if (in_force->source >= TIME_NTP)
		return false;
	if (memory->entered_now && act->source == TIME_ENTERED &&
		(in_force->source == TIME_ENTERED ||
			act->uncertainty_ms < in_force->uncertainty_ms))
		return true;
	if (is_refuted(act, in_force))
		return moved_ms > STAMPS_STEP_MS;
	/* One that moved and is about as sure, or one that is much surer. */
	return (moved_ms > STAMPS_STEP_MS && act->source == in_force->source &&
		       act->uncertainty_ms / 2 <= in_force->uncertainty_ms) ||
	       act->uncertainty_ms < in_force->uncertainty_ms / 2;
}

static bool should_fix(const struct clock_conf *conf, const struct spool_past *past,
	const struct stamps_memory *memory, const struct stamps_look *look, struct stamps_act *act,
	const struct time_offset *in_force)
{
	const struct clock_candidate *entered = &act->clocks[CLOCK_ENTERED];
	bool waited = look->boot_ms - memory->first_ms >= (int64_t)conf->wait_s * 1000;

	if (memory->full)
		return false;
	/* What a person says is used at once, a chip only after the wait. */
	if (!waited && act->source < TIME_NTP && entered->source != TIME_NONE &&
		in_force->source <= TIME_ENTERED)
		use(act, entered);
	act->ntp_waits = !waited && in_force->source < TIME_NTP && may_lack_leap_seconds(look, act);
	if (act->ntp_waits)
		return false;
	if (act->source != TIME_NONE)
		return in_force->source != TIME_NONE
			       ? (waited || act->source >= TIME_NTP ||
					 act->source == TIME_ENTERED) &&
					 should_replace(memory, act, in_force)
			       : waited || act->source >= TIME_NTP || act->source == TIME_ENTERED;
	if (in_force->source != TIME_NONE || !past || !waited ||
		look->boot_ms < (int64_t)conf->bound_wait_s * 1000)
		return false;
	choose_floor(conf, past, act);
	return true;
}

static int64_t holds_ms(const struct time_offset *in_force)
{
	return in_force->source == TIME_GPS ? STAMPS_HOLD_GPS_MS : STAMPS_HOLD_NTP_MS;
}

/* Over a restart of the daemon in one boot, what is in force tells what happened before. */
static void begin(struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force)
{
	bool of_machine = in_force->source == TIME_NTP || in_force->source == TIME_RTC;

	memory->looked = true;
	memory->first_ms = look->boot_ms;
	memory->confirmed_ms = look->boot_ms - holds_ms(in_force) + STAMPS_HOLD_RESTART_MS;
	memory->offset_ms = of_machine ? in_force->offset_ms : look->wall_ms - look->boot_ms;
	if (in_force->source != TIME_ENTERED)
		return;
	memory->entered = true;
	memory->entered_offset_ms = in_force->offset_ms;
	memory->entered_uncertainty_ms = in_force->uncertainty_ms;
}

static int64_t notice_step(struct stamps_memory *memory, const struct stamps_look *look)
{
	int64_t offset_ms = look->wall_ms - look->boot_ms, step_ms = offset_ms - memory->offset_ms;

	if (distance(step_ms, 0) <= STAMPS_STEP_MS)
		return 0;
	memory->offset_ms = offset_ms;
	return step_ms;
}

/* Whether the time in force is confirmed still; when not for too long, it stays, flagged with what it may
 * have drifted. */
static void hold(struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force, struct stamps_act *act)
{
	int64_t most_ms = holds_ms(in_force);

	if (act->gps_step_ms && act->source < TIME_NTP && in_force->source >= TIME_NTP &&
		!memory->full) {
		memory->held = act->held = act->fix = true;
		act->source = TIME_RESTORED;
		act->offset_ms = in_force->offset_ms;
		act->uncertainty_ms = act->gps_step_ms + in_force->uncertainty_ms + STAMPS_APART_MS;
		return;
	}
	if (act->fix || (act->source >= TIME_NTP &&
				distance(act->offset_ms, in_force->offset_ms) <= STAMPS_STEP_MS)) {
		memory->confirmed_ms = look->boot_ms;
		memory->held = memory->held && !act->fix;
		return;
	}
	if (memory->full || in_force->source < TIME_NTP ||
		look->boot_ms - memory->confirmed_ms <= most_ms)
		return;
	memory->held = act->held = act->fix = true;
	act->source = TIME_RESTORED;
	act->offset_ms = in_force->offset_ms;
	act->uncertainty_ms = in_force->uncertainty_ms + STAMPS_STEP_MS + most_ms / STAMPS_DRIFT;
}

/* What NTP or satellites confirm now, else what is in force since they did. */
static void remember_sure(struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force, const struct stamps_act *act)
{
	if (act->source >= TIME_NTP) {
		memory->sure_ms = look->boot_ms;
		memory->sure_offset_ms = act->offset_ms;
		memory->sure_uncertainty_ms = act->uncertainty_ms;
	} else if (!memory->sure_ms && in_force->source >= TIME_NTP) {
		memory->sure_ms = look->boot_ms;
		memory->sure_offset_ms = in_force->offset_ms;
		memory->sure_uncertainty_ms = in_force->uncertainty_ms;
	}
}

static bool wants_anchor(const struct stamps_memory *memory, const struct stamps_look *look,
	const struct stamps_act *act, const struct time_offset *in_force)
{
	if (act->source == TIME_NONE || act->bounded || act->held)
		return false;
	/* A person's time was noted when it was entered. */
	return (act->fix && act->source != TIME_ENTERED) || act->step_ms || !memory->anchored ||
	       (act->source >= in_force->source &&
		       look->boot_ms - memory->anchored_ms >= STAMPS_ANCHOR_MS);
}

struct stamps_act stamps_judge(const struct clock_conf *conf, const struct spool_past *past,
	struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force)
{
	const struct clock_candidate *machine;
	struct stamps_act act = {.source = TIME_NONE};

	if (!memory->looked)
		begin(memory, look, in_force);
	act.step_ms = notice_step(memory, look);
	stamps_weigh(conf, past, memory, look, in_force, &act);
	choose(&act);
	choose_contradicted(&act);
	act.fix = should_fix(conf, past, memory, look, &act, in_force);
	remember_sure(memory, look, in_force, &act);
	hold(memory, look, in_force, &act);
	memory->entered_now = false;
	memory->entered = memory->entered && act.source < TIME_NTP;
	/* A clock that has not moved since a better source confirmed it is still as good. */
	machine = &act.clocks[CLOCK_MACHINE];
	if (!act.fix && machine->source != TIME_NONE && in_force->source > act.source &&
		distance(machine->offset_ms, in_force->offset_ms) <= STAMPS_STEP_MS) {
		act.source = in_force->source;
		act.offset_ms = machine->offset_ms;
		act.uncertainty_ms = in_force->uncertainty_ms;
	}
	act.anchor = wants_anchor(memory, look, &act, in_force);
	return act;
}
