/* A van's calendar: which point on which day, what for, and what comes after. */
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "fleet.h"

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

static bool chance(struct van *van, unsigned percent)
{
	return dice_roll(&van->dice, 1, 100) <= percent;
}

/* No two visits of a van within 16 ms, however its day goes: a revision takes a ms of its own. */
static int64_t moment(struct van *van, int64_t day_ms, int64_t minute)
{
	return day_ms + minute * MINUTE_MS + (int64_t)(van->tick++ * 16 % MINUTE_MS);
}

static void place_visit(struct van *van, struct visit *visit)
{
	const struct spot *spot = visit->spot;
	struct place *place = &visit->place;
	unsigned roll = dice_roll(&van->dice, 1, 100);

	*place = (struct place){.border_m = -1};
	if (roll == 1) /* no sky, and nobody said where */
		return;
	text_copy(place->district, sizeof(place->district), spot->district);
	if (roll <= 4) { /* a person named the district */
		place->origin = PLACE_ENTERED;
		return;
	}
	place->origin = PLACE_GPS;
	place->has_point = true;
	place->mode = 3;
	place->eph_cm = (int32_t)dice_roll(&van->dice, 250, 1500);
	place->fix_age_ms = (int32_t)dice_roll(&van->dice, 100, 900);
	place->lat_e7 = spot->point.lat_e7 + (int32_t)dice_roll(&van->dice, 0, 400) - 200;
	place->lon_e7 = spot->point.lon_e7 + (int32_t)dice_roll(&van->dice, 0, 400) - 200;
	if (*spot->near) {
		place->border_m = (int32_t)dice_roll(&van->dice, 10, 300);
		memcpy(place->near, spot->near, sizeof(place->near));
	}
}

static struct visit *plan_visit(struct van *van, struct spot *spot, int64_t at_ms,
	const char *purpose, const char *activity)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	insist(visit != NULL, "no memory");
	insist(van->n_visits < sizeof(van->visits) / sizeof(van->visits[0]),
		"too many visits at a time");
	visit->spot = spot;
	visit->at_ms = visit->next_ms = at_ms;
	visit->end_ms = at_ms + (int64_t)dice_roll(&van->dice, 8, 25) * MINUTE_MS;
	visit->purpose = purpose;
	visit->activity = activity;
	visit->impediment = "";
	van->visits[van->n_visits++] = visit;
	return visit;
}

/* Sundays are free, and some other days. */
static void plan_day(struct van *van)
{
	static const char *const purposes[] = {
		"routine", "routine", "complaint", "emergency", "training"};
	int64_t day_ms = van->day_ms, minute = 4 * 60;
	unsigned home, n, weekday = (unsigned)((day_ms / UTC_DAY_MS + 4) % 7);
	unsigned per_home = SPOTS / van->n_homes, purpose;

	van->day_ms += UTC_DAY_MS;
	if (weekday == 0 || chance(van, 12))
		return;
	home = dice_roll(&van->dice, 0, van->n_homes - 1);
	for (n = dice_roll(&van->dice, van->fleet->visits - 1, van->fleet->visits + 1); n; n--) {
		struct spot *spot =
			&van->spots[home * per_home + dice_roll(&van->dice, 0, per_home - 1)];

		purpose = dice_roll(&van->dice, 1, 100);
		purpose = purpose <= 92 ? 0 : purpose <= 95 ? 2 : purpose <= 97 ? 3 : 4;
		(void)plan_visit(
			van, spot, moment(van, day_ms, minute), purposes[purpose], "sample");
		minute += dice_roll(&van->dice, 35, 65);
	}
}

/* --- after a visit ------------------------------------------------------------------------------------------ */

static void plan_stages(struct van *van, struct visit *visit)
{
	unsigned i, n = 0;
	bool waits = false;

	for (i = 0; i < visit->n; i++)
		waits |= visit->tests[i].waits;
	if (waits && !chance(van, 3)) /* else the bag was spilt: nothing ever comes of it */
		visit->plan[n++] = STAGE_FINISH;
	if (!*visit->impediment) {
		if (chance(van, 3))
			visit->plan[n++] = STAGE_AMEND;
		if (chance(van, 70)) {
			visit->plan[n++] = STAGE_VERIFY;
			if (chance(van, 3)) {
				visit->plan[n++] = STAGE_AMEND;
				visit->plan[n++] = STAGE_VERIFY;
			}
		}
	}
	visit->stages = n;
}

static bool is_failing(const struct visit *visit)
{
	unsigned i;

	for (i = 0; i < visit->n; i++) {
		const struct result *result = &visit->tests[i].result;

		if (result->number && !visit->tests[i].superseded && result->alarm)
			return true;
	}
	return false;
}

/* Somebody goes there once more. */
static void plan_retest(struct van *van, const struct visit *visit)
{
	int64_t day_ms = visit->next_ms - visit->next_ms % UTC_DAY_MS;

	if (strcmp(visit->purpose, "training") != 0 && term_is_water(visit->activity) &&
		is_failing(visit) && chance(van, 70))
		(void)plan_visit(van, visit->spot,
			moment(van, day_ms + (int64_t)dice_roll(&van->dice, 2, 12) * UTC_DAY_MS,
				10 * 60 + dice_roll(&van->dice, 0, 110)),
			"follow_up", "sample");
}

static void plan_companion(struct van *van, const struct visit *visit)
{
	struct visit *beside;
	bool replicate = chance(van, 5);

	if (strcmp(visit->activity, "sample") != 0 || *visit->impediment ||
		(!replicate && !chance(van, 5)))
		return;
	beside = plan_visit(van, visit->spot, visit->at_ms + 5 * MINUTE_MS, visit->purpose,
		replicate ? "replicate" : "blank");
	beside->parent = visit->sample;
}

static void go_there(struct van *van, struct visit *visit)
{
	place_visit(van, visit);
	if (!visit->parent && chance(van, 3)) {
		visit->impediment = term_at(TERM_IMPEDIMENT, dice_roll(&van->dice, 0, 6));
		visit->tests[0] = (struct test){.kind = AMOUNT_NONE, .qc = QC_PASS};
		text_copy(visit->tests[0].parameter, sizeof(visit->tests[0].parameter),
			TERM_NO_WATER);
		text_copy(visit->tests[0].entered, sizeof(visit->tests[0].entered),
			visit->impediment);
		visit->n = 1;
	} else {
		water_draw(van, visit);
	}
	plan_stages(van, visit);
	record_visit(van, visit);
	plan_companion(van, visit);
}

/* What is next of a visit; false: all is done. */
static bool go_on(struct van *van, struct visit *visit)
{
	struct test *test;

	if (!visit->sample) {
		go_there(van, visit);
	} else {
		switch (visit->plan[visit->stage++]) {
		case STAGE_FINISH:
			record_finish(van, visit);
			plan_retest(van, visit);
			break;
		case STAGE_AMEND:
			test = water_correct(van, visit);
			if (test)
				record_amend(van, visit, test);
			break;
		case STAGE_VERIFY:
			record_verify(van, visit);
			break;
		}
	}
	if (visit->stage == visit->stages)
		return false;
	visit->next_ms += visit->plan[visit->stage] == STAGE_FINISH
				  ? (int64_t)dice_roll(&van->dice, 20, 28) * HOUR_MS
				  : (int64_t)dice_roll(&van->dice, 3, 90) * HOUR_MS;
	return true;
}

/* The earliest of all that is planned; visits of a day are planned when it comes. */
static size_t next_visit(struct van *van)
{
	size_t i, least = 0;

	for (;;) {
		for (i = 1, least = 0; i < van->n_visits; i++)
			if (van->visits[i]->next_ms < van->visits[least]->next_ms)
				least = i;
		if (van->n_visits && van->visits[least]->next_ms < van->day_ms)
			return least;
		plan_day(van);
	}
}

/* Each morning, as far as both moments. */
static void say_how_it_is(struct van *van, int64_t until_ms, int64_t utc_ms)
{
	while (van->status_ms <= until_ms && van->status_ms + HOUR_MS <= utc_ms) {
		record_status(van, van->status_ms);
		van->status_ms += UTC_DAY_MS;
	}
}

void life_until(struct van *van, int64_t utc_ms)
{
	struct visit *visit;
	size_t i;

	for (;;) {
		i = next_visit(van);
		visit = van->visits[i];
		say_how_it_is(van, visit->next_ms, utc_ms);
		/* A visit that has begun ends before the van is looked at. */
		if (visit->next_ms + HOUR_MS > utc_ms)
			break;
		if (!go_on(van, visit)) {
			van->visits[i] = van->visits[--van->n_visits];
			free(visit);
		}
	}
	record_now(van, utc_ms);
	if (van->away && !van->left)
		van->left = van->next;
}
