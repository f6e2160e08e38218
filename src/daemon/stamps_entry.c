/* Whether the time that a person enters can be taken. */
#include "base/utc.h"
#include "daemon/stamps_words.h"

enum { SURE_ENOUGH_MS = 3600 * 1000 };

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* The best that a person's time can be held against; false: nothing. */
static bool find_better(const struct stamps_act *act, const struct time_offset *in_force,
	struct time_offset *better)
{
	static const enum clock_kind order[] = {CLOCK_NTP, CLOCK_GPS};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const struct clock_candidate *clock = &act->clocks[order[i]];

		if (clock->source == TIME_NONE)
			continue;
		*better = (struct time_offset){.offset_ms = clock->offset_ms,
			.source = order[i] == CLOCK_NTP ? TIME_NTP : TIME_GPS,
			.uncertainty_ms = clock->uncertainty_ms};
		return true;
	}
	*better = *in_force;
	/* Also one that was confirmed until lately, or satellites without leap seconds. */
	return in_force->source >= TIME_NTP ||
	       (in_force->source == TIME_RESTORED && in_force->uncertainty_ms < SURE_ENOUGH_MS);
}

static int refuse_far(const struct stamps_look *look, const struct time_offset *better,
	int64_t offset_ms, struct text *why)
{
	text_printf(why, "%s says ",
		better->source >= TIME_NTP ? stamps_source_words(better->source)
					   : "what NTP or GPS said before");
	utc_put_second(why, look->boot_ms + better->offset_ms);
	text_put(why, " UTC, which is ");
	stamps_put_span(why, distance(offset_ms, better->offset_ms));
	text_put(why, " from the time entered: check the date and the offset from UTC");
	return ERR_RANGE;
}

int stamps_judge_entry(const struct clock_conf *conf, const struct spool_past *past,
	const struct stamps_look *look, const struct stamps_act *act,
	const struct time_offset *in_force, int64_t offset_ms, int64_t uncertainty_ms,
	struct text *why)
{
	int64_t utc_ms = look->boot_ms + offset_ms;
	struct time_offset better;

	if (utc_ms < conf->earliest_ms || utc_ms >= conf->latest_ms) {
		utc_put_minute(why, utc_ms);
		text_put(why, " UTC is not between clock.not_before, ");
		utc_put_day(why, conf->earliest_ms);
		text_put(why, ", and clock.not_after, ");
		utc_put_day(why, conf->latest_ms);
		text_put(why, ": check the date");
		return ERR_RANGE;
	}
	if (find_better(act, in_force, &better) &&
		distance(offset_ms, better.offset_ms) >
			uncertainty_ms + better.uncertainty_ms + STAMPS_APART_MS)
		return refuse_far(look, &better, offset_ms, why);
	if (past && past->known &&
		offset_ms + uncertainty_ms < past->utc_ms - past->uncertainty_ms) {
		utc_put_minute(why, utc_ms);
		text_put(why, " UTC cannot be: this machine was started after ");
		utc_put_minute(why, past->utc_ms);
		text_put(why, " UTC, which NTP or GPS confirmed: check the date and the offset "
			      "from UTC");
		return ERR_RANGE;
	}
	return 0;
}
