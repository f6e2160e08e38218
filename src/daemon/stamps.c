#include "daemon/stamps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/clock_chip.h"
#include "daemon/stamps_inside.h"

enum {
	STACK = 512 * 1024,
	CHIP_MS = 10 * 1000,       /* a chip on a slow bus is not asked more often */
	FAR_MS = 24 * 3600 * 1000, /* a person's time so far from the machine's clock is a slip? */
	TORN_MS = 20               /* a pair of readings further apart than this is taken again */
};

/* --- looking --------------------------------------------------------------------------------------- */

/* Both clocks at one moment: taken again when something came between. */
static void read_clocks(struct stamps *stamps, struct stamps_look *look)
{
	int64_t before_ns, wall_ns, after_ns;
	int tries = 3;

	do {
		before_ns = clock_boot_ns(stamps->clock);
		wall_ns = stamps->clock->wall_ns(stamps->clock->ctx);
		after_ns = clock_boot_ns(stamps->clock);
	} while (--tries && after_ns - before_ns > TORN_MS * 1000000LL);
	look->boot_ms = (before_ns + (after_ns - before_ns) / 2) / 1000000;
	look->wall_ms = wall_ns / 1000000;
}

static struct clock_chip read_chip(struct stamps *stamps, int64_t now_ms)
{
	struct clock_chip chip;

	if (!stamps->chip_ms || now_ms - stamps->chip_ms >= CHIP_MS) {
		stamps->chip = clock_chip_read(stamps->eyes.chips);
		stamps->chip_ms = now_ms;
	}
	chip = stamps->chip;
	chip.utc_ms += now_ms - stamps->chip_ms;
	return chip;
}

static struct stamps_look look_at(struct stamps *stamps)
{
	struct stamps_look look = {
		.sync = stamps->eyes.sync(stamps->eyes.ctx), .receiver = stamps->eyes.gps != NULL};

	if (look.receiver)
		stamps->eyes.gps(stamps->eyes.ctx, &look.gps);
	read_clocks(stamps, &look);
	look.chip = read_chip(stamps, look.boot_ms);
	return look;
}

/* --- a look ---------------------------------------------------------------------------------------- */

static int look_and_act(struct stamps *stamps)
{
	struct stamps_look look = look_at(stamps);
	struct stamps_act act;
	struct stamps_view view = {.conf = stamps->conf,
		.memory = &stamps->memory,
		.look = &look,
		.act = &act,
		.in_force = spool_utc(stamps->spool)};

	stamps_learn_past(stamps, look.boot_ms);
	view.past = stamps->past_known ? &stamps->past : NULL;
	act = stamps_judge(stamps->conf, view.past, &stamps->memory, &look, &view.in_force);
	return stamps_act_on(stamps, &view, &act);
}

void stamps_step(struct stamps *stamps)
{
	pthread_mutex_lock(&stamps->turn);
	(void)look_and_act(stamps); /* what fails is said, and tried again by a later look */
	pthread_mutex_unlock(&stamps->turn);
}

/* --- a person's time ------------------------------------------------------------------------------- */

/* Also a machine's clock that nobody confirmed is mostly right by the day. */
static void put_far(const struct stamps *stamps, const struct stamps_look *look, int64_t offset_ms,
	struct text *words)
{
	int64_t apart_ms = look->wall_ms - look->boot_ms - offset_ms;

	if (look->wall_ms < stamps->conf->earliest_ms || look->wall_ms >= stamps->conf->latest_ms ||
		(apart_ms < FAR_MS && apart_ms > -FAR_MS))
		return;
	text_put(words, "; the machine's own clock is ");
	stamps_put_span(words, apart_ms < 0 ? -apart_ms : apart_ms);
	text_put(words, " from it: was the date right?");
}

static void put_outcome(const struct stamps *stamps, const struct stamps_look *look,
	int64_t offset_ms, struct text *words)
{
	struct time_offset in_force = spool_utc(stamps->spool);
	int64_t off_ms = offset_ms - in_force.offset_ms;

	if (in_force.source == TIME_ENTERED && off_ms > -STAMPS_STEP_MS && off_ms < STAMPS_STEP_MS)
		text_put(words, "readings get their time from it, marked as entered by a person");
	else
		text_printf(words,
			"noted, but not used: the time is from %s already, which agrees with it "
			"and is better",
			stamps_source_words(in_force.source));
	put_far(stamps, look, offset_ms, words);
}

static int enter(struct stamps *stamps, const struct stamps_look *look, int64_t offset_ms,
	int64_t uncertainty_ms, const char *reason, struct text *words)
{
	const struct spool_past *past = stamps->past_known ? &stamps->past : NULL;
	struct time_offset in_force = spool_utc(stamps->spool);
	struct stamps_memory memory = stamps->memory; /* asking changes nothing */
	struct ledger_record record = {
		.a = look->boot_ms + offset_ms, .b = TIME_ENTERED, .c = uncertainty_ms};
	struct stamps_act act = {.source = TIME_NONE};
	int err;

	memory.entered = false;
	stamps_weigh(stamps->conf, past, &memory, look, &in_force, &act);
	err = stamps_judge_entry(
		stamps->conf, past, look, &act, &in_force, offset_ms, uncertainty_ms, words);
	if (err)
		return err;
	text_copy(record.words, sizeof(record.words), reason);
	err = stamps_note(stamps, look->boot_ms, &record);
	if (err)
		return err;
	stamps->again_ms = 0;
	stamps->memory.anchored = true;
	stamps->memory.anchored_ms = look->boot_ms;
	stamps->memory.entered = stamps->memory.entered_now = true;
	stamps->memory.entered_offset_ms = offset_ms;
	stamps->memory.entered_uncertainty_ms = uncertainty_ms;
	err = look_and_act(stamps);
	if (!err)
		put_outcome(stamps, look, offset_ms, words);
	return err;
}

int stamps_enter(struct stamps *stamps, int64_t utc_ms, int64_t uncertainty_ms, const char *reason,
	struct text *words)
{
	struct stamps_look look;
	int err;

	pthread_mutex_lock(&stamps->turn);
	look = look_at(stamps);
	stamps_learn_past(stamps, look.boot_ms);
	err = enter(stamps, &look, utc_ms - look.boot_ms, uncertainty_ms, reason, words);
	pthread_mutex_unlock(&stamps->turn);
	return err;
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

/* What an earlier daemon of this boot fixed is in force before the first look. */
static void start_state(struct stamps *stamps)
{
	struct time_offset in_force = spool_utc(stamps->spool);

	stamps->state = (struct stamps_state){.source = in_force.source,
		.trusted = in_force.source >= TIME_NTP,
		.offset_ms = in_force.offset_ms,
		.uncertainty_ms = in_force.uncertainty_ms,
		.words = "not looked at yet"};
}

int stamps_new(struct stamps **out, const struct clock_conf *conf, struct spool *spool,
	const struct clock *clock, const struct stamps_eyes *eyes)
{
	struct stamps *stamps = calloc(1, sizeof(*stamps));
	pthread_condattr_t attr;

	if (!stamps)
		return ERR_MEMORY;
	stamps->conf = conf;
	stamps->spool = spool;
	stamps->clock = clock;
	if (eyes)
		stamps->eyes = *eyes;
	if (!stamps->eyes.sync)
		stamps->eyes.sync = clock_sync_kernel;
	if (!stamps->eyes.chips)
		stamps->eyes.chips = CLOCK_CHIPS;
	pthread_mutex_init(&stamps->turn, NULL);
	pthread_mutex_init(&stamps->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&stamps->wake, &attr);
	pthread_condattr_destroy(&attr);
	start_state(stamps);
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
	pthread_mutex_destroy(&stamps->turn);
	free(stamps);
}

void stamps_state(struct stamps *stamps, struct stamps_state *out)
{
	pthread_mutex_lock(&stamps->lock);
	*out = stamps->state;
	pthread_mutex_unlock(&stamps->lock);
}
