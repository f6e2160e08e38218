/* What a look at the clocks leads to: words, the spool's times, the ledger's records. */
#include <stdio.h>
#include <string.h>

#include "daemon/stamps_inside.h"

enum {
	AGAIN_MS = 60 * 1000,     /* after the ledger refused a record */
	BOUND_MS = 10 * 60 * 1000 /* between looks at boots that nothing bounds yet */
};

/* --- telling ----------------------------------------------------------------------------------------- */

static void fill_clock(
	struct stamps_clock *to, const struct stamps_view *view, enum clock_kind kind)
{
	const struct clock_candidate *from = &view->act->clocks[kind];
	int64_t off_ms = from->offset_ms - view->in_force.offset_ms;
	struct text words = text_over(to->words, sizeof(to->words));

	to->kind = kind;
	to->known = from->standing > STANDING_SILENT;
	to->offset_ms = from->offset_ms;
	to->uncertainty_ms = from->uncertainty_ms;
	to->used = from->source != TIME_NONE && from->source == view->in_force.source &&
		   off_ms >= -STAMPS_STEP_MS && off_ms <= STAMPS_STEP_MS;
	stamps_put_clock(&words, view, kind);
}

static void publish(struct stamps *stamps, const struct stamps_view *view)
{
	const struct time_offset *in_force = &view->in_force;
	struct stamps_state state = {.source = in_force->source,
		.trusted = in_force->source >= TIME_NTP,
		.offset_ms = in_force->offset_ms,
		.uncertainty_ms = in_force->uncertainty_ms,
		.boot_ms = view->look->boot_ms,
		.wall_ms = view->look->wall_ms,
		.last_known_ms =
			stamps->past_known && stamps->past.known ? stamps->past.utc_ms : 0};
	struct text words = text_over(state.words, sizeof(state.words));
	int i;

	stamps_put_words(&words, view);
	for (i = 0; i < CLOCK_KINDS; i++)
		fill_clock(&state.clocks[i], view, (enum clock_kind)i);
	pthread_mutex_lock(&stamps->lock);
	stamps->state = state;
	pthread_mutex_unlock(&stamps->lock);
}

static void say_receiver(struct stamps *stamps, const struct stamps_view *view)
{
	enum clock_standing standing = view->act->clocks[CLOCK_GPS].standing;
	char room[200];
	struct text words = text_over(room, sizeof(room));

	if (standing == STANDING_GOOD || standing == STANDING_UNSURE)
		stamps->gps_said = false;
	if (stamps->gps_said || (standing != STANDING_RANGE && standing != STANDING_ROLLOVER))
		return;
	stamps->gps_said = true;
	stamps_put_clock(&words, view, CLOCK_GPS);
	log_say(LOG_WARN, "clock", "GPS: %s", room);
}

static void say_apart(struct stamps *stamps, const struct stamps_view *view)
{
	char room[64];
	struct text span = text_over(room, sizeof(room));

	stamps_put_span(&span, view->act->apart_ms);
	if (view->act->apart_ms)
		log_lost(&stamps->apart_edge, view->look->boot_ms, "clock",
			"NTP and GPS differ by %s: neither is believed, but where one agrees with "
			"the time in force",
			room);
	else
		log_back(&stamps->apart_edge, view->look->boot_ms, "clock",
			"NTP and GPS do not contradict each other any more");
}

static void say_gps_step(struct stamps *stamps, const struct stamps_view *view)
{
	char room[64];
	struct text span = text_over(room, sizeof(room));

	stamps_put_span(&span, view->act->gps_step_ms);
	if (view->act->gps_step_ms)
		log_lost(&stamps->step_edge, view->look->boot_ms, "clock",
			"GPS says a time that is %s off what was confirmed before: which one is "
			"right nobody can tell, and readings go out marked; if the receiver is "
			"right now, restart waterlabd",
			room);
	else if (view->act->clocks[CLOCK_GPS].standing == STANDING_GOOD)
		log_back(&stamps->step_edge, view->look->boot_ms, "clock",
			"GPS says the confirmed time again");
}

/* What happened to the machine's clock, said once. */
static void say_events(struct stamps *stamps, const struct stamps_view *view)
{
	const struct stamps_act *act = view->act;

	if (view->look->sync.no && !stamps->unreadable_said) {
		stamps->unreadable_said = true;
		log_say(LOG_WARN, "clock",
			"the kernel's clock state cannot be read (%s): NTP cannot be seen; does "
			"the service set ProtectClock or filter adjtimex?",
			strerror(view->look->sync.no));
	}
	if (act->step_ms)
		log_say(LOG_WARN, "clock", "the machine's clock stepped by %lld ms%s",
			(long long)act->step_ms,
			act->fix ? "" : ": readings keep the time they had");
	if (act->doubt && act->doubt_ms)
		log_say(LOG_WARN, "clock",
			"the machine's clock chip is %lld ms off: it is not believed any more",
			(long long)act->doubt_ms);
	else if (act->doubt)
		log_say(LOG_NOTICE, "clock", "the machine's clock chip is right again");
	say_receiver(stamps, view);
	say_apart(stamps, view);
	say_gps_step(stamps, view);
}

/* --- acting ---------------------------------------------------------------------------------------- */

static bool ledger_took(struct stamps *stamps, int64_t now_ms, int err)
{
	if (err) {
		stamps->again_ms = now_ms + AGAIN_MS;
		log_lost(&stamps->ledger_edge, now_ms, "clock",
			"the ledger does not take time records (%s): tried again every minute",
			err_text(err));
		return false;
	}
	log_back(&stamps->ledger_edge, now_ms, "clock", "the ledger takes time records again");
	return true;
}

void stamps_learn_past(struct stamps *stamps, int64_t now_ms)
{
	if (now_ms < stamps->again_ms || stamps->past_known)
		return;
	if (!stamps->earlier_fixed)
		stamps->earlier_fixed =
			ledger_took(stamps, now_ms, spool_fix_earlier_boots(stamps->spool));
	if (!stamps->earlier_fixed)
		return;
	stamps->past_known = ledger_took(stamps, now_ms, spool_past(stamps->spool, &stamps->past));
	if (stamps->past_known && stamps->past.chip_doubted)
		stamps->memory.chip_doubted = true;
}

/* Boots that never learnt their time: bounded when this one has one, or when they have waited enough. */
static void bound_earlier(struct stamps *stamps, const struct stamps_view *view)
{
	const struct spool_bounding by = {.floor_ms = stamps->conf->earliest_ms,
		.away_ms = stamps_away_ms(stamps->conf),
		.wait_ms = (int64_t)stamps->conf->bound_wait_s * 1000};
	int64_t now_ms = view->look->boot_ms, waited_ms = now_ms - stamps->memory.first_ms;
	bool timed = view->in_force.source != TIME_NONE;
	unsigned n = 0;

	if (stamps->bounded || now_ms < stamps->again_ms || !stamps->earlier_fixed)
		return;
	if (!timed &&
		(now_ms < stamps->bound_ms || waited_ms < (int64_t)stamps->conf->wait_s * 1000))
		return;
	stamps->bound_ms = now_ms + BOUND_MS;
	if (!ledger_took(stamps, now_ms, spool_bound_earlier_boots(stamps->spool, &by, &n)))
		return;
	stamps->bounded = timed;
	if (n)
		log_say(LOG_NOTICE, "clock",
			"%u earlier %s never learnt the time: the readings go out, marked with how "
			"unsure it is",
			n, n == 1 ? "start" : "starts");
}

static void say_fix(const struct stamps_act *act, enum time_source before)
{
	const char *readings = before == TIME_NONE ? "this start's" : "later";
	char room[64];
	struct text span = text_over(room, sizeof(room));

	stamps_put_span(&span, act->uncertainty_ms);
	if (act->source >= TIME_NTP)
		log_say(LOG_NOTICE, "clock",
			"confirmed by %s within %s: %s readings get their time from it",
			stamps_source_words(act->source), room, readings);
	else if (act->held)
		log_say(LOG_NOTICE, "clock",
			"nothing confirms the time any more: later readings keep it, marked with "
			"what it may have drifted");
	else if (act->bounded)
		log_say(LOG_WARN, "clock",
			"no clock here can be right: %s readings go out at the earliest time they "
			"can be of, marked so",
			readings);
	else
		log_say(LOG_WARN, "clock",
			"nothing confirmed the time: %s readings get it from %s, within %s, and go "
			"out marked so",
			readings, stamps_source_words(act->source), room);
}

/* A clock that was set thousands of times in one boot is called sure no more: the last time is flagged. */
static int end_flagged(struct stamps *stamps, const struct stamps_act *act)
{
	int err = spool_fix_utc(
		stamps->spool, act->offset_ms, TIME_RESTORED, stamps_away_ms(stamps->conf));

	if (err && err != ERR_FULL) /* which says that it was flagged already */
		return err;
	stamps->memory.full = true;
	log_say(LOG_ERROR, "clock",
		"set too often since this machine started: readings are marked from now on; see "
		"what sets its clock, and restart the machine");
	return 0;
}

static int fix(struct stamps *stamps, const struct stamps_act *act, int64_t now_ms)
{
	struct time_offset before = spool_utc(stamps->spool);
	int err = spool_fix_utc(stamps->spool, act->offset_ms, act->source, act->uncertainty_ms);
	bool full = err == ERR_FULL;

	if (full)
		err = end_flagged(stamps, act);
	if (!ledger_took(stamps, now_ms, err))
		return err;
	if (!full)
		say_fix(act, before.source);
	return 0;
}

int stamps_note(struct stamps *stamps, int64_t now_ms, struct ledger_record *record)
{
	int err;

	record->kind = LEDGER_ANCHOR;
	record->boot_ms = now_ms;
	err = spool_note(stamps->spool, record);
	return ledger_took(stamps, now_ms, err) ? 0 : err;
}

static void note_anchor(
	struct stamps *stamps, const struct stamps_act *act, const struct stamps_look *look)
{
	struct ledger_record record = {.a = look->boot_ms + act->offset_ms,
		.b = (int64_t)act->source,
		.c = act->uncertainty_ms};

	if (act->step_ms)
		snprintf(record.words, sizeof(record.words), "the clock stepped by %lld ms",
			(long long)act->step_ms);
	if (stamps_note(stamps, look->boot_ms, &record))
		return;
	stamps->memory.anchored = true;
	stamps->memory.anchored_ms = look->boot_ms;
}

static void note_doubt(
	struct stamps *stamps, const struct stamps_act *act, const struct stamps_look *look)
{
	struct ledger_record record = {.a = look->chip.utc_ms, .c = act->doubt_ms};

	text_copy(record.words, sizeof(record.words),
		act->doubt_ms ? "the clock chip is wrong" : "the clock chip is right again");
	if (stamps_note(stamps, look->boot_ms, &record)) /* said again by the next look */
		stamps->memory.chip_doubted = !stamps->memory.chip_doubted;
}

int stamps_act_on(struct stamps *stamps, struct stamps_view *view, const struct stamps_act *act)
{
	int64_t now_ms = view->look->boot_ms;
	int err = 0;

	say_events(stamps, view);
	if (now_ms >= stamps->again_ms && act->fix)
		err = fix(stamps, act, now_ms);
	if (now_ms >= stamps->again_ms && act->anchor)
		note_anchor(stamps, act, view->look);
	if (now_ms >= stamps->again_ms && act->doubt)
		note_doubt(stamps, act, view->look);
	view->in_force = spool_utc(stamps->spool);
	bound_earlier(stamps, view);
	publish(stamps, view);
	return err;
}
