/* Each clock by itself, and then against the others. */
#include "daemon/stamps_judge.h"

enum { DAY_MS = 24 * 3600 * 1000, ROLLOVERS = 2 };

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool in_days(const struct clock_conf *conf, int64_t utc_ms)
{
	return utc_ms >= conf->earliest_ms && utc_ms < conf->latest_ms;
}

int64_t stamps_away_ms(const struct clock_conf *conf)
{
	return (int64_t)conf->most_away_days * DAY_MS;
}

int64_t stamps_floor_ms(const struct clock_conf *conf, const struct spool_past *past)
{
	return greater(conf->earliest_ms, greater(past->latest_ms, past->known ? past->utc_ms : 0));
}

/* --- each by itself ---------------------------------------------------------------------------------- */

static void weigh_gps(
	const struct clock_conf *conf, const struct stamps_look *look, struct clock_candidate *gps)
{
	int64_t utc_ms = look->boot_ms + look->gps.offset_ms;
	int i;

	if (!look->receiver || !look->gps.known) {
		gps->standing = look->receiver ? STANDING_SILENT : STANDING_ABSENT;
		return;
	}
	gps->offset_ms = look->gps.offset_ms;
	gps->uncertainty_ms = look->gps.uncertainty_ms;
	if (!in_days(conf, utc_ms)) {
		gps->standing = STANDING_RANGE;
		for (i = 1; i <= ROLLOVERS && gps->standing == STANDING_RANGE; i++)
			if (in_days(conf, utc_ms + i * STAMPS_ROLLOVER_MS)) {
				gps->standing = STANDING_ROLLOVER;
				gps->off_ms = i * STAMPS_ROLLOVER_MS;
			}
		return;
	}
	gps->standing = look->gps.leap_known && gps->uncertainty_ms <= STAMPS_SURE_MS
				? STANDING_GOOD
				: STANDING_UNSURE;
	gps->source = gps->standing == STANDING_GOOD ? TIME_GPS : TIME_RESTORED;
}

static void weigh_ntp(
	const struct clock_conf *conf, const struct stamps_look *look, struct clock_candidate *ntp)
{
	if (look->sync.no || !look->sync.synchronised) {
		ntp->standing = look->sync.no ? STANDING_ABSENT : STANDING_SILENT;
		return;
	}
	ntp->offset_ms = look->wall_ms - look->boot_ms;
	ntp->uncertainty_ms = greater(look->sync.most_error_ms, 1);
	ntp->standing = STANDING_RANGE;
	if (!in_days(conf, look->wall_ms))
		return;
	ntp->standing = ntp->uncertainty_ms <= STAMPS_SURE_MS ? STANDING_GOOD : STANDING_UNSURE;
	ntp->source = ntp->standing == STANDING_GOOD ? TIME_NTP : TIME_RESTORED;
}

static void weigh_entered(const struct stamps_memory *memory, struct clock_candidate *entered)
{
	if (!memory->entered)
		return;
	*entered = (struct clock_candidate){STANDING_GOOD, TIME_ENTERED, memory->entered_offset_ms,
		memory->entered_uncertainty_ms, 0};
}

/* Against what earlier boots knew: this boot began after them, and not for ever after. */
static enum clock_standing judge_past(const struct clock_conf *conf, const struct spool_past *past,
	const struct stamps_look *look, int64_t offset_ms)
{
	if (!in_days(conf, look->wall_ms))
		return STANDING_RANGE;
	if (!past)
		return STANDING_SILENT;
	if (past->known && offset_ms < past->utc_ms - past->uncertainty_ms - STAMPS_CHIP_MS)
		return STANDING_EARLY;
	if (offset_ms > stamps_floor_ms(conf, past) + stamps_away_ms(conf))
		return STANDING_LATE;
	return STANDING_GOOD;
}

/* The machine's clock as it stands: right anywhere between the last confirmed time and the longest away. */
static void weigh_machine(const struct clock_conf *conf, const struct spool_past *past,
	const struct stamps_look *look, struct clock_candidate *machine)
{
	int64_t low_ms, high_ms;

	machine->offset_ms = look->wall_ms - look->boot_ms;
	machine->standing = judge_past(conf, past, look, machine->offset_ms);
	if (machine->standing != STANDING_GOOD)
		return;
	machine->source = TIME_RESTORED;
	low_ms = past->known ? past->utc_ms - past->uncertainty_ms : conf->earliest_ms;
	high_ms = stamps_floor_ms(conf, past) + stamps_away_ms(conf);
	machine->uncertainty_ms = greater(
		distance(machine->offset_ms, low_ms), distance(high_ms, machine->offset_ms));
}

static void weigh_chip(const struct spool_past *past, const struct stamps_look *look,
	const struct clock_candidate *machine, struct clock_candidate *chip)
{
	const struct clock_chip *seen = &look->chip;

	chip->offset_ms = seen->utc_ms - look->boot_ms;
	chip->off_ms = seen->utc_ms - look->wall_ms;
	if (!seen->there)
		chip->standing = STANDING_ABSENT;
	else if (!seen->readable)
		chip->standing = STANDING_SILENT;
	else if (!seen->sets)
		chip->standing = STANDING_UNUSED;
	else if (distance(seen->utc_ms, look->wall_ms) > STAMPS_CHIP_NEAR_MS)
		chip->standing = STANDING_APART;
	else
		chip->standing = machine->standing;
	if (chip->standing != STANDING_GOOD)
		return;
	chip->source = TIME_RTC;
	chip->offset_ms = machine->offset_ms;
	chip->uncertainty_ms =
		STAMPS_CHIP_MS +
		(past->known ? distance(look->wall_ms, past->utc_ms) / STAMPS_CHIP_DRIFT
			     : STAMPS_CHIP_UNKNOWN_MS);
}

/* --- against each other ------------------------------------------------------------------------------ */

static bool differ(int64_t a_ms, int64_t a_error_ms, int64_t b_ms, int64_t b_error_ms)
{
	return distance(a_ms, b_ms) > a_error_ms + b_error_ms;
}

/*
 * Two that confirm and contradict: neither is believed, but where a confirmed time is in force already,
 * the one that agrees with it goes on keeping it.
 */
static void contradict(const struct time_offset *in_force, struct stamps_act *act)
{
	struct clock_candidate *gps = &act->clocks[CLOCK_GPS], *ntp = &act->clocks[CLOCK_NTP];
	struct clock_candidate *both[] = {gps, ntp};
	int64_t apart_ms = distance(gps->offset_ms, ntp->offset_ms);
	size_t i;

	if (gps->standing != STANDING_GOOD || ntp->standing != STANDING_GOOD ||
		apart_ms <= STAMPS_APART_MS + gps->uncertainty_ms + ntp->uncertainty_ms)
		return;
	act->apart_ms = apart_ms;
	for (i = 0; i < 2; i++) {
		if (in_force->source >= TIME_NTP &&
			!differ(both[i]->offset_ms, both[i]->uncertainty_ms, in_force->offset_ms,
				in_force->uncertainty_ms + STAMPS_APART_MS))
			continue;
		both[i]->standing = STANDING_CONTRADICTED;
		both[i]->source = TIME_NONE;
		both[i]->off_ms = apart_ms;
	}
}

/*
 * Satellites that say another time than what was confirmed in this boot: the one or the other is wrong, and
 * nobody can tell which but NTP.  They confirm nothing until they say the former time again.
 */
static void doubt_step(
	const struct stamps_memory *memory, const struct stamps_look *look, struct stamps_act *act)
{
	struct clock_candidate *gps = &act->clocks[CLOCK_GPS], *ntp = &act->clocks[CLOCK_NTP];
	int64_t drift_ms = (look->boot_ms - memory->sure_ms) / STAMPS_DRIFT;

	if (!memory->sure_ms || gps->standing != STANDING_GOOD ||
		!differ(gps->offset_ms, gps->uncertainty_ms + STAMPS_APART_MS,
			memory->sure_offset_ms, memory->sure_uncertainty_ms + drift_ms))
		return;
	if (ntp->standing == STANDING_GOOD &&
		!differ(gps->offset_ms, gps->uncertainty_ms, ntp->offset_ms,
			ntp->uncertainty_ms + STAMPS_APART_MS))
		return;
	gps->standing = STANDING_STEPPED;
	gps->source = TIME_NONE;
	gps->off_ms = act->gps_step_ms = distance(gps->offset_ms, memory->sure_offset_ms);
}

/* What the chip can be held against, best first; NULL: nothing. */
static const struct clock_candidate *reference(const struct stamps_act *act)
{
	static const enum clock_kind order[] = {CLOCK_NTP, CLOCK_GPS, CLOCK_ENTERED};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (act->clocks[order[i]].standing == STANDING_GOOD)
			return &act->clocks[order[i]];
	if (act->clocks[CLOCK_GPS].standing == STANDING_UNSURE)
		return &act->clocks[CLOCK_GPS];
	return NULL;
}

/*
 * The chip by its own hands, against what is known better: the next start would take its clock from it.
 * At a confirmed time it must be within STAMPS_CHIP_MS, for its drift is counted from there on; and only a
 * confirmed time ends a doubt, which may be finer than what a person's watch can see.
 */
static void doubt_chip(
	struct stamps_memory *memory, const struct stamps_look *look, struct stamps_act *act)
{
	const struct clock_candidate *known = reference(act), *chip = &act->clocks[CLOCK_CHIP];
	int64_t off_ms, allowed_ms;
	bool doubted = memory->chip_doubted;

	if (!known || !look->chip.there || !look->chip.readable)
		return;
	allowed_ms = known->source >= TIME_NTP
			     ? STAMPS_CHIP_MS - known->uncertainty_ms
			     : greater(STAMPS_CHIP_MS, chip->uncertainty_ms) +
				       known->uncertainty_ms + look->boot_ms / STAMPS_CHIP_DRIFT;
	/* it shows whole seconds: half of one is where it is on average */
	off_ms = look->chip.utc_ms + 500 - look->boot_ms - known->offset_ms;
	if (distance(off_ms, 0) > allowed_ms)
		doubted = true;
	else if (known->source >= TIME_NTP && distance(off_ms, 0) <= allowed_ms / 2)
		doubted = false;
	if (doubted == memory->chip_doubted)
		return;
	memory->chip_doubted = doubted;
	act->doubt = true;
	act->doubt_ms = doubted ? off_ms : 0;
}

/* Satellites without leap seconds are within 20 s: who entered something else was wrong. */
static void doubt_entered(struct stamps_memory *memory, struct stamps_act *act)
{
	struct clock_candidate *entered = &act->clocks[CLOCK_ENTERED];
	const struct clock_candidate *gps = &act->clocks[CLOCK_GPS];

	if (!memory->entered || gps->standing != STANDING_UNSURE ||
		!differ(entered->offset_ms, entered->uncertainty_ms, gps->offset_ms,
			gps->uncertainty_ms))
		return;
	memory->entered = memory->entered_now = false;
	entered->standing = STANDING_DOUBTED;
	entered->source = TIME_NONE;
}

/* A receiver's answer is always as late: by how much shows while NTP confirms too. */
static void correct_gps(struct stamps_memory *memory, struct stamps_act *act)
{
	struct clock_candidate *gps = &act->clocks[CLOCK_GPS], *ntp = &act->clocks[CLOCK_NTP];

	if (gps->standing != STANDING_GOOD)
		return;
	if (ntp->standing == STANDING_GOOD && ntp->uncertainty_ms < gps->uncertainty_ms)
		memory->gps_late_ms = gps->offset_ms - ntp->offset_ms;
	gps->offset_ms -= memory->gps_late_ms;
}

void stamps_weigh(const struct clock_conf *conf, const struct spool_past *past,
	struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force, struct stamps_act *act)
{
	struct clock_candidate *machine = &act->clocks[CLOCK_MACHINE];
	struct clock_candidate *chip = &act->clocks[CLOCK_CHIP];

	weigh_gps(conf, look, &act->clocks[CLOCK_GPS]);
	weigh_ntp(conf, look, &act->clocks[CLOCK_NTP]);
	weigh_entered(memory, &act->clocks[CLOCK_ENTERED]);
	weigh_machine(conf, past, look, machine);
	weigh_chip(past, look, machine, chip);
	contradict(in_force, act);
	doubt_step(memory, look, act);
	doubt_entered(memory, act);
	doubt_chip(memory, look, act);
	correct_gps(memory, act);
	/* What the kernel took from a chip that is wrong, or from an NTP that is contradicted, is no better. */
	if (memory->chip_doubted && chip->source != TIME_NONE) {
		chip->standing = machine->standing = STANDING_DOUBTED;
		chip->source = machine->source = TIME_NONE;
	}
	if (act->clocks[CLOCK_NTP].standing == STANDING_CONTRADICTED)
		*machine = *chip = act->clocks[CLOCK_NTP];
}
