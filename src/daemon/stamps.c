#include "daemon/stamps.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

enum {
	STACK = 256 * 1024,
	AGAIN_MS = 60 * 1000, /* after the ledger refused a record */
	TORN_MS = 20          /* a pair of readings further apart than this is taken again */
};

struct stamps {
	const struct clock_conf *conf;
	struct spool *spool;
	const struct clock *clock;
	struct clock_sync (*sync)(void *ctx);
	void *ctx;
	struct stamps_memory memory;
	bool earlier_fixed, unreadable_said;
	int64_t again_ms; /* boot time before which the ledger is left alone */
	struct log_edge ledger_edge;

	pthread_mutex_t lock; /* over what is below */
	pthread_cond_t wake;
	bool stopping;
	struct stamps_state state;

	bool running;
	pthread_t thread;
};

/* --- looking --------------------------------------------------------------------------------------- */

/* Both clocks at one moment: taken again when something came between. */
static struct stamps_look look_at(struct stamps *stamps)
{
	struct stamps_look look = {.sync = stamps->sync(stamps->ctx)};
	int64_t before_ns, wall_ns, after_ns;
	int tries = 3;

	do {
		before_ns = clock_boot_ns(stamps->clock);
		wall_ns = stamps->clock->wall_ns(stamps->clock->ctx);
		after_ns = clock_boot_ns(stamps->clock);
	} while (--tries && after_ns - before_ns > TORN_MS * 1000000LL);
	look.boot_ms = (before_ns + (after_ns - before_ns) / 2) / 1000000;
	look.wall_ms = wall_ns / 1000000;
	return look;
}

static void put_date(struct text *to, int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / 1000);
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		text_printf(to, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void put_words(struct stamps *stamps, const struct stamps_look *look,
	const struct stamps_act *act, const struct time_offset *in_force, struct text *to)
{
	int64_t left_s =
		(int64_t)stamps->conf->wait_s - (look->boot_ms - stamps->memory.first_ms) / 1000;

	if (in_force->source >= TIME_NTP) {
		text_printf(to, "confirmed by %s, within %lld ms",
			in_force->source == TIME_NTP ? "NTP" : "GPS",
			(long long)in_force->uncertainty_ms);
	} else if (in_force->source != TIME_NONE) {
		text_put(to, "nobody confirmed this machine's clock: readings go out marked so");
	} else if (act->source == TIME_NONE) {
		text_put(to, "the machine says ");
		put_date(to, look->wall_ms);
		text_put(to, ", which cannot be: readings are kept and wait for the right time");
	} else {
		text_printf(to,
			"not confirmed yet: readings wait for NTP, and go out marked after %lld s",
			(long long)(left_s > 0 ? left_s : 0));
	}
	if (look->sync.no && in_force->source < TIME_NTP)
		text_printf(to, " (the kernel's clock state cannot be read: %s)",
			strerror(look->sync.no));
}

static void publish(
	struct stamps *stamps, const struct stamps_look *look, const struct stamps_act *act)
{
	struct time_offset in_force = spool_utc(stamps->spool);
	struct stamps_state state = {.source = in_force.source,
		.trusted = in_force.source >= TIME_NTP,
		.offset_ms = in_force.offset_ms,
		.uncertainty_ms = in_force.uncertainty_ms};
	struct text words = text_over(state.words, sizeof(state.words));

	put_words(stamps, look, act, &in_force, &words);
	pthread_mutex_lock(&stamps->lock);
	stamps->state = state;
	pthread_mutex_unlock(&stamps->lock);
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

/* Once a start: earlier boots that ended without a time get it from what was noted then. */
static void fix_earlier(struct stamps *stamps, int64_t now_ms)
{
	if (!stamps->earlier_fixed)
		stamps->earlier_fixed =
			ledger_took(stamps, now_ms, spool_fix_earlier_boots(stamps->spool));
}

static void fix(struct stamps *stamps, const struct stamps_act *act, int64_t now_ms)
{
	struct time_offset before = spool_utc(stamps->spool);

	if (!ledger_took(stamps, now_ms,
		    spool_fix_utc(stamps->spool, act->offset_ms, act->source, act->uncertainty_ms)))
		return;
	if (act->source >= TIME_NTP)
		log_say(LOG_NOTICE, "clock",
			"confirmed by NTP within %lld ms: %s readings get their time from it",
			(long long)act->uncertainty_ms,
			before.source == TIME_NONE ? "this start's" : "later");
	else
		log_say(LOG_WARN, "clock",
			"nobody confirmed this machine's clock%s: it is used as it is, and "
			"readings go out marked so",
			before.source == TIME_NONE ? " in time" : " after its step");
}

static void note_anchor(
	struct stamps *stamps, const struct stamps_act *act, const struct stamps_look *look)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR,
		.boot_ms = look->boot_ms,
		.a = look->wall_ms,
		.b = (int64_t)act->source,
		.c = act->uncertainty_ms};

	if (act->step_ms)
		snprintf(record.words, sizeof(record.words), "the clock stepped by %lld ms",
			(long long)act->step_ms);
	if (!ledger_took(stamps, look->boot_ms, spool_note(stamps->spool, &record)))
		return;
	stamps->memory.anchored = true;
	stamps->memory.anchored_ms = look->boot_ms;
}

void stamps_step(struct stamps *stamps)
{
	struct stamps_look look = look_at(stamps);
	struct time_offset in_force = spool_utc(stamps->spool);
	struct stamps_act act = stamps_judge(stamps->conf, &stamps->memory, &look, &in_force);

	if (look.sync.no && !stamps->unreadable_said) {
		stamps->unreadable_said = true;
		log_say(LOG_WARN, "clock",
			"the kernel's clock state cannot be read (%s): NTP cannot be seen; does "
			"the "
			"service set ProtectClock or filter adjtimex?",
			strerror(look.sync.no));
	}
	if (act.step_ms)
		log_say(LOG_WARN, "clock", "the machine's clock stepped by %lld ms%s",
			(long long)act.step_ms, act.fix ? "" : ": readings keep the time they had");
	if (look.boot_ms >= stamps->again_ms)
		fix_earlier(stamps, look.boot_ms);
	if (look.boot_ms >= stamps->again_ms && act.fix)
		fix(stamps, &act, look.boot_ms);
	if (look.boot_ms >= stamps->again_ms && act.anchor)
		note_anchor(stamps, &act, &look);
	publish(stamps, &look, &act);
}

/* --- the thread ------------------------------------------------------------------------------------ */

static void *run(void *arg)
{
	struct stamps *stamps = arg;
	struct timespec due;

	pthread_mutex_lock(&stamps->lock);
	while (!stamps->stopping) {
		pthread_mutex_unlock(&stamps->lock);
		stamps_step(stamps);
		clock_gettime(CLOCK_MONOTONIC, &due);
		due.tv_sec++;
		pthread_mutex_lock(&stamps->lock);
		while (!stamps->stopping &&
			pthread_cond_timedwait(&stamps->wake, &stamps->lock, &due) != ETIMEDOUT)
			;
	}
	pthread_mutex_unlock(&stamps->lock);
	return NULL;
}

int stamps_new(struct stamps **out, const struct clock_conf *conf, struct spool *spool,
	const struct clock *clock, struct clock_sync (*sync)(void *ctx), void *ctx)
{
	struct stamps *stamps = calloc(1, sizeof(*stamps));
	pthread_condattr_t attr;

	if (!stamps)
		return ERR_MEMORY;
	stamps->conf = conf;
	stamps->spool = spool;
	stamps->clock = clock;
	stamps->sync = sync ? sync : clock_sync_kernel;
	stamps->ctx = ctx;
	pthread_mutex_init(&stamps->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&stamps->wake, &attr);
	pthread_condattr_destroy(&attr);
	memcpy(stamps->state.words, "not looked at yet", 18);
	*out = stamps;
	return 0;
}

int stamps_start(struct stamps *stamps)
{
	pthread_attr_t attr;
	int err = ERR_MEMORY;

	if (pthread_attr_init(&attr) != 0)
		return ERR_MEMORY;
	if (pthread_attr_setstacksize(&attr, STACK) == 0 &&
		pthread_create(&stamps->thread, &attr, run, stamps) == 0) {
		stamps->running = true;
		err = 0;
	}
	pthread_attr_destroy(&attr);
	return err;
}

void stamps_stop(struct stamps *stamps)
{
	if (!stamps->running)
		return;
	pthread_mutex_lock(&stamps->lock);
	stamps->stopping = true;
	pthread_cond_signal(&stamps->wake);
	pthread_mutex_unlock(&stamps->lock);
	pthread_join(stamps->thread, NULL);
	stamps->running = false;
}

void stamps_free(struct stamps *stamps)
{
	if (!stamps)
		return;
	stamps_stop(stamps);
	pthread_cond_destroy(&stamps->wake);
	pthread_mutex_destroy(&stamps->lock);
	free(stamps);
}

void stamps_state(struct stamps *stamps, struct stamps_state *out)
{
	pthread_mutex_lock(&stamps->lock);
	*out = stamps->state;
	pthread_mutex_unlock(&stamps->lock);
}
