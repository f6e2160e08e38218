#include "daemon/stamps_words.h"

#include <string.h>

#include "base/utc.h"

void stamps_put_span(struct text *to, int64_t ms)
{
	static const struct {
		int64_t ms, below_ms;
		const char *unit;
	} units[] = {{1, 2000, "ms"}, {1000, 120000, "s"}, {60000, 120 * 60000, "min"},
		{3600000, 48 * 3600000, "h"}, {86400000, INT64_MAX, "days"}};
	size_t i = 0;

	if (ms < 0)
		ms = ms > -INT64_MAX ? -ms : INT64_MAX;
	while (ms >= units[i].below_ms && units[i].below_ms != INT64_MAX)
		i++;
	/* up, so that "within" stays true */
	text_printf(to, "%lld %s", (long long)((ms - 1) / units[i].ms + 1), units[i].unit);
}

const char *stamps_source_words(enum time_source source)
{
	static const char *const words[] = {[TIME_NONE] = "nothing",
		[TIME_RESTORED] = "an unconfirmed clock",
		[TIME_ENTERED] = "a person",
		[TIME_RTC] = "the machine's clock chip",
		[TIME_NTP] = "NTP",
		[TIME_GPS] = "GPS"};

	return words[source];
}

static void put_within(struct text *to, int64_t ms)
{
	text_put(to, ", within ");
	stamps_put_span(to, ms);
}

static int64_t left_s(const struct stamps_view *view)
{
	int64_t waited_s = (view->look->boot_ms - view->memory->first_ms) / 1000;

	return view->conf->wait_s > waited_s ? view->conf->wait_s - waited_s : 0;
}

static void put_last_known(struct text *to, const struct stamps_view *view)
{
	if (view->past && view->past->known) {
		text_put(to, "the last confirmed time, ");
		utc_put_minute(to, view->past->utc_ms);
	} else {
		text_put(to, "clock.not_before, ");
		utc_put_day(to, view->conf->earliest_ms);
	}
}

/* What the machine's date is wrong for; nothing when it may be right. */
static bool put_impossible(
	struct text *to, const struct stamps_view *view, enum clock_standing standing)
{
	switch (standing) {
	case STANDING_RANGE:
		text_put(to, "which cannot be");
		return true;
	case STANDING_EARLY:
		text_put(to, "before ");
		put_last_known(to, view);
		return true;
	case STANDING_LATE:
		text_printf(to, "more than %u days after ", view->conf->most_away_days);
		put_last_known(to, view);
		return true;
	default:
		return false;
	}
}

/* --- the state --------------------------------------------------------------------------------------- */

static void put_waiting(struct text *to, const struct stamps_view *view)
{
	enum clock_standing standing = view->act->clocks[CLOCK_MACHINE].standing;
	char room[160];
	struct text why = text_over(room, sizeof(room));

	if (view->act->apart_ms) {
		text_put(to, "NTP and GPS differ by ");
		stamps_put_span(to, view->act->apart_ms);
		text_printf(to, ": readings wait, and go out marked after %lld s",
			(long long)left_s(view));
	} else if (view->act->source != TIME_NONE) {
		text_printf(to,
			"not confirmed yet: readings wait for NTP or GPS, and go out marked "
			"after %lld s",
			(long long)left_s(view));
	} else if (put_impossible(&why, view, standing)) {
		text_put(to, "the machine says ");
		utc_put_day(to, view->look->wall_ms);
		text_printf(to, ", %s: readings are kept and wait for the right time", room);
	} else {
		text_put(to, standing == STANDING_DOUBTED
				     ? "the machine's clock chip is wrong: readings are kept and "
				       "wait for the right time"
				     : "not confirmed yet: readings are kept and wait");
	}
}

void stamps_put_words(struct text *to, const struct stamps_view *view)
{
	const struct time_offset *in_force = &view->in_force;

	switch (in_force->source) {
	case TIME_NONE:
		put_waiting(to, view);
		break;
	case TIME_NTP:
	case TIME_GPS:
		text_printf(to, "confirmed by %s, within %lld ms",
			stamps_source_words(in_force->source), (long long)in_force->uncertainty_ms);
		break;
	case TIME_ENTERED:
		text_put(to, "entered by a person");
		put_within(to, in_force->uncertainty_ms);
		break;
	case TIME_RTC:
		text_put(to, "from the machine's clock chip");
		put_within(to, in_force->uncertainty_ms);
		break;
	case TIME_RESTORED:
		text_put(to, view->memory->held ? "not confirmed any more"
						: "nobody confirmed the time");
		put_within(to, in_force->uncertainty_ms);
		break;
	}
	if (in_force->source != TIME_NONE && in_force->source < TIME_NTP)
		text_put(to, ": readings go out marked so");
	if (in_force->source != TIME_NONE && view->act->apart_ms) {
		text_put(to, "; NTP and GPS differ by ");
		stamps_put_span(to, view->act->apart_ms);
	}
	if (view->look->sync.no && in_force->source < TIME_NTP)
		text_printf(to, " (the kernel's clock state cannot be read: %s)",
			strerror(view->look->sync.no));
}

/* --- each clock -------------------------------------------------------------------------------------- */

static void put_absent(struct text *to, const struct stamps_view *view, enum clock_kind kind)
{
	static const char *const words[CLOCK_KINDS] = {
		[CLOCK_GPS] = "no receiver is configured",
		[CLOCK_NTP] = "the kernel's clock state cannot be read",
		[CLOCK_CHIP] = "this machine has none",
		[CLOCK_ENTERED] = "nobody entered the time since this machine started",
	};

	text_put(to, words[kind]);
	if (kind == CLOCK_NTP)
		text_printf(to, ": %s", strerror(view->look->sync.no));
}

static const char *silent_words(enum clock_kind kind)
{
	static const char *const words[CLOCK_KINDS] = {
		[CLOCK_GPS] = "no three fixes in a row yet that agree: it needs the open sky",
		[CLOCK_NTP] =
			"the kernel's clock is not synchronised: it needs a link and chrony or "
			"systemd-timesyncd",
		[CLOCK_CHIP] = "it cannot be read: its battery may be empty",
		[CLOCK_MACHINE] = "not judged yet: the spool does not say when it was last right",
	};

	return words[kind];
}

static void put_good(struct text *to, const struct stamps_view *view, enum clock_kind kind)
{
	const struct clock_candidate *clock = &view->act->clocks[kind];

	if (kind == CLOCK_NTP && view->act->ntp_waits)
		text_printf(to,
			"may come from the receiver, whose leap seconds are awaited for %lld s "
			"more",
			(long long)left_s(view));
	else if (kind == CLOCK_GPS || kind == CLOCK_NTP)
		text_put(to, "confirms the time");
	else if (kind == CLOCK_ENTERED)
		text_put(to, "taken from a person, flagged");
	else if (view->in_force.source == TIME_NONE)
		text_printf(to, "used, flagged, in %lld s if nothing confirms the time before",
			(long long)left_s(view));
	else
		text_put(to, "used, flagged, where nothing better is");
	put_within(to, clock->uncertainty_ms);
}

static void put_rollover(struct text *to, const struct clock_candidate *gps)
{
	text_printf(to,
		"a week rollover of the receiver: its dates are %lld weeks behind; its positions "
		"are used, its time is not",
		(long long)(gps->off_ms / (INT64_C(7) * 86400 * 1000)));
}

static void put_unsure(struct text *to, const struct clock_candidate *clock, enum clock_kind kind)
{
	text_put(
		to, kind == CLOCK_GPS
			    ? "it does not know the leap seconds yet: used, flagged, after the wait"
			    : "too long without a server: used, flagged, after the wait");
	put_within(to, clock->uncertainty_ms);
}

void stamps_put_clock(struct text *to, const struct stamps_view *view, enum clock_kind kind)
{
	const struct clock_candidate *clock = &view->act->clocks[kind];
	int64_t utc_ms =
		kind == CLOCK_GPS ? view->look->boot_ms + clock->offset_ms : view->look->wall_ms;

	switch (clock->standing) {
	case STANDING_ABSENT:
		put_absent(to, view, kind);
		return;
	case STANDING_SILENT:
		text_put(to, silent_words(kind));
		return;
	case STANDING_RANGE:
	case STANDING_EARLY:
	case STANDING_LATE:
		text_put(to, "it says ");
		utc_put_day(to, utc_ms);
		text_put(to, ", ");
		(void)put_impossible(to, view, clock->standing);
		return;
	case STANDING_ROLLOVER:
		put_rollover(to, clock);
		return;
	case STANDING_UNUSED:
		text_put(to, "the kernel did not set its clock from it when it started");
		return;
	case STANDING_APART:
		text_put(to, "it and the machine's clock differ by ");
		stamps_put_span(to, clock->off_ms);
		return;
	case STANDING_DOUBTED:
		text_put(to, kind == CLOCK_ENTERED
				     ? "the satellites say something else"
				     : "found wrong: not believed until NTP or GPS agree with it");
		return;
	case STANDING_CONTRADICTED:
		text_put(to, "NTP and GPS differ by ");
		stamps_put_span(to, clock->off_ms);
		text_put(to, ": neither is believed");
		return;
	case STANDING_STEPPED:
		text_put(to, "it says a time that is ");
		stamps_put_span(to, clock->off_ms);
		text_put(to, " off what was confirmed since this machine started: not believed "
			     "until it says that again, or NTP agrees");
		return;
	case STANDING_UNSURE:
		put_unsure(to, clock, kind);
		return;
	case STANDING_GOOD:
		put_good(to, view, kind);
		return;
	}
}
