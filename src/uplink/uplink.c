#include "uplink/uplink.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "uplink/internal.h"
#include "uplink/url.h"

enum {
	HOLD_MS = 60 * 1000,
	LOOK_MS = 200,      /* how often a wait looks at the (injected) clock */
	FREE_TRY_MS = 1000, /* the longest wait while a try costs nothing */
	IDLE_MS = 1000,     /* longest rest with nothing to send */
	FEWEST_LINES = 16,  /* a breaking link makes requests smaller, not smaller than this */
	CALM_REQUESTS = 64, /* taken in a row before a 413 is put to the test again */
	FEWEST_IDLE_MS = 20
};

int64_t uplink_now_ms(const struct uplink *uplink)
{
	return clock_boot_ms(uplink->clock);
}

enum tls_clock uplink_clock(const struct uplink *uplink)
{
	struct time_offset utc = spool_utc(uplink->spool);

	return tls_clock_of(clock_wall_ms(uplink->clock), uplink_now_ms(uplink), &utc);
}

static bool is_stopped(struct uplink *uplink)
{
	return atomic_load(&uplink->stop);
}

static void say_state(
	struct uplink *uplink, enum uplink_condition condition, int64_t next_ms, const char *words)
{
	struct text text;

	pthread_mutex_lock(&uplink->lock);
	uplink->state.condition = condition;
	uplink->state.next_ms = next_ms;
	if (words) {
		text = text_over(uplink->state.last_words, sizeof(uplink->state.last_words));
		text_put(&text, words);
	}
	pthread_mutex_unlock(&uplink->lock);
}

/* Under lock.  True: somebody wants all tried now. */
static bool take_wake(struct uplink *uplink)
{
	bool woken = uplink->wake;

	uplink->wake = false;
	if (woken)
		lane_try_now(&uplink->lane);
	return woken;
}

/* Until then, or until stopped or woken; held: until the token file changes, too. */
static void wait_until(struct uplink *uplink, int64_t until_ms, bool held)
{
	struct timespec at;
	int64_t now_ms, ms;

	while (!is_stopped(uplink)) {
		now_ms = uplink_now_ms(uplink);
		atomic_store(&uplink->beat_ms, now_ms);
		if (now_ms >= until_ms || (held && post_token_changed(uplink->post)))
			return;
		ms = until_ms - now_ms < LOOK_MS ? until_ms - now_ms : LOOK_MS;
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += ms * 1000000;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		pthread_mutex_lock(&uplink->lock);
		if (!uplink->wake)
			pthread_cond_timedwait(&uplink->woken, &uplink->lock, &at);
		if (take_wake(uplink)) {
			pthread_mutex_unlock(&uplink->lock);
			return;
		}
		pthread_mutex_unlock(&uplink->lock);
	}
}

/* --- what an answer does to the pace ------------------------------------------------------------- */

static void end_trouble(struct uplink *uplink)
{
	int64_t now_ms = uplink_now_ms(uplink);
	bool said = false;
	size_t i;

	uplink->failing = false;
	uplink->busy = 0;
	lane_end_probes(&uplink->lane);
	backoff_reset(&uplink->backoff);
	for (i = 0; i < REASONS; i++) {
		if (!said && uplink->edges[i].lost) {
			said = true;
			log_back(&uplink->edges[i], now_ms, "uplink",
				"store %s takes readings again", uplink->conf.name);
		}
		uplink->edges[i].lost = false;
	}
}

static void speed_up(struct uplink *uplink, unsigned lines)
{
	if (lines < uplink->lines)
		return;
	if (++uplink->calm >= CALM_REQUESTS) {
		uplink->calm = 0;
		uplink->ceiling = uplink->ceiling * 2 < uplink->conf.batch_lines
					  ? uplink->ceiling * 2
					  : uplink->conf.batch_lines;
	}
	uplink->lines = uplink->lines * 2 < uplink->ceiling ? uplink->lines * 2 : uplink->ceiling;
}

static unsigned lines_now(const struct uplink *uplink)
{
	return uplink->lines >> uplink->busy ? uplink->lines >> uplink->busy : 1;
}

/* A store that says later minds no line.  Many may share it, and a turn there is worth more than bytes sent in vain:
 * half as many next, down to one. */
static void send_less(struct uplink *uplink, enum verdict_reason reason)
{
	if (reason == REASON_BUSY && !uplink->failing && lines_now(uplink) > 1)
		uplink->busy++;
	else
		uplink->failing = true;
}

static void begin_trouble(struct uplink *uplink, const struct answer *answer)
{
	const struct verdict *verdict = &answer->verdict;
	bool held = verdict->kind != VERDICT_WAIT;
	enum uplink_condition condition = held ? UPLINK_HELD : UPLINK_WAITING;
	int64_t now_ms = uplink_now_ms(uplink), wait_ms, drawn_ms;
	char words[sizeof(uplink->state.last_words)];
	struct text text = text_over(words, sizeof(words));

	/* Slowly, but never more slowly than the operator lets any try be. */
	wait_ms = uplink->conf.retry_most_ms < HOLD_MS ? uplink->conf.retry_most_ms : HOLD_MS;
	send_less(uplink, verdict->reason);
	uplink->calm = 0;
	text_put(&text, verdict->remedy);
	if (answer->status)
		text_printf(&text, " [HTTP %d: %s]", answer->status, answer->words);
	else
		text_printf(&text, " [%s]", answer->words);
	if (!held) {
		drawn_ms = backoff_next_ms(
			&uplink->backoff, post_try_is_free(uplink->post) ? FREE_TRY_MS : 0);
		wait_ms = verdict->wait_ms > drawn_ms ? verdict->wait_ms : drawn_ms;
	}
	if (verdict->reason == REASON_DATES && uplink_clock(uplink) != TLS_CLOCK_CONFIRMED)
		condition = UPLINK_CLOCK;
	say_state(uplink, condition, now_ms + wait_ms, words);
	log_lost(&uplink->edges[verdict->reason], now_ms, "uplink", "store %s: %s; all is kept",
		uplink->conf.name, words);
	wait_until(uplink, now_ms + wait_ms, held);
}

static void follow(struct uplink *uplink, struct answer *answer)
{
	unsigned lines = uplink->last_lines;

	switch (answer->verdict.kind) {
	case VERDICT_SENT:
		end_trouble(uplink);
		speed_up(uplink, lines);
		return;
	case VERDICT_HALVE:
		if (lines > 1) {
			uplink->ceiling = uplink->lines = lines / 2;
			uplink->calm = 0;
			log_say(LOG_NOTICE, "uplink",
				"store %s: %u lines in one request are too many; %u from now on",
				uplink->conf.name, lines, uplink->lines);
			return;
		}
		answer->verdict.remedy =
			"even one line is too large for the store: check its limit "
			"of a request's size";
		break;
	case VERDICT_WAIT:
		if (answer->verdict.reason == REASON_STOPPED)
			return;
		/* What a link cannot carry in one call, it may in a smaller one. */
		if (answer->verdict.reason == REASON_NO_LINK && uplink->last_sent_bytes &&
			uplink->lines > FEWEST_LINES)
			uplink->lines =
				uplink->lines / 2 > FEWEST_LINES ? uplink->lines / 2 : FEWEST_LINES;
		break;
	case VERDICT_BISECT:
	case VERDICT_HOLD:
		break;
	}
	begin_trouble(uplink, answer);
}

/* --- the thread ---------------------------------------------------------------------------------- */

static void rest(struct uplink *uplink)
{
	int64_t now_ms = uplink_now_ms(uplink), ms = IDLE_MS;
	struct lane *lane = &uplink->lane;
	struct range any;
	enum uplink_condition condition = UPLINK_IDLE;

	if (uplink->conf.interval_ms < ms)
		ms = uplink->conf.interval_ms;
	if (lane->live_due_ms && !uplink->held && lane->live_due_ms - now_ms < ms)
		ms = lane->live_due_ms - now_ms;
	if (ms < FEWEST_IDLE_MS)
		ms = FEWEST_IDLE_MS;
	if (spool_untimed(uplink->spool, STREAM_READINGS) &&
		spool_waiting(uplink->spool, uplink->store, STREAM_READINGS) &&
		!spool_unsent(uplink->spool, uplink->store, STREAM_READINGS, UINT64_MAX, 1, &any))
		condition = UPLINK_NO_TIME;
	else if (uplink->held)
		condition = UPLINK_BUDGET;
	uplink_say_held(uplink);
	say_state(uplink, condition, condition == UPLINK_BUDGET ? uplink->held_until_ms : 0,
		condition == UPLINK_BUDGET ? uplink->held_words : NULL);
	/* News are looked for, not waited for: numbers whose time is not fixed are news all the time. */
	spool_wait(uplink->spool, STREAM_READINGS, UINT64_MAX, (unsigned)ms);
}

static bool anything_waits(const struct uplink *uplink)
{
	return spool_waiting(uplink->spool, uplink->store, STREAM_READINGS) ||
	       spool_waiting(uplink->spool, uplink->store, STREAM_LEDGER);
}

/* False, after a while, when the machine's clock cannot be right and the store wants TLS. */
static bool clock_lets(struct uplink *uplink)
{
	int64_t wall_ms = clock_wall_ms(uplink->clock), now_ms = uplink_now_ms(uplink);
	char words[sizeof(uplink->state.last_words)];
	struct text text = text_over(words, sizeof(words));

	if (tls_clock_allows(&uplink->conf, wall_ms)) {
		if (uplink->clock_shut.lost)
			say_state(uplink, UPLINK_IDLE, 0, "");
		log_back(&uplink->clock_shut, now_ms, "uplink",
			"store %s is tried again: the van's clock can be right", uplink->conf.name);
		return true;
	}
	tls_clock_put_closed(&text, wall_ms);
	say_state(uplink, anything_waits(uplink) ? UPLINK_CLOCK : UPLINK_IDLE, 0, words);
	log_lost(&uplink->clock_shut, now_ms, "uplink", "store %s: %s", uplink->conf.name, words);
	wait_until(uplink, now_ms + IDLE_MS, false);
	return false;
}

/* What every store confirmed, and is old, makes room. */
static void free_old(struct uplink *uplink)
{
	uint64_t n = 0;
	int err = spool_free_old(uplink->spool, &n);

	if (n)
		log_say(LOG_NOTICE, "uplink",
			"%llu old readings, confirmed by every store, are off the card",
			(unsigned long long)n);
	if (err)
		log_lost(&uplink->unfreed, uplink_now_ms(uplink), "uplink",
			"old readings cannot be taken off the card: %s", err_text(err));
	else
		log_back(&uplink->unfreed, uplink_now_ms(uplink), "uplink",
			"old readings are taken off the card again");
}

/* One question to the store about what it has, if one is due.  False: none is. */
static bool ask_receipts(struct uplink *uplink)
{
	struct receipts *receipts = uplink->receipts;
	uint64_t passes = uplink->state.receipts.passes;
	bool asked = receipts_step(receipts);

	pthread_mutex_lock(&uplink->lock);
	receipts_state(receipts, &uplink->state.receipts);
	passes = uplink->state.receipts.passes - passes;
	uplink->state.wire_bytes = post_wire_bytes(uplink->post) + receipts_wire_bytes(receipts);
	pthread_mutex_unlock(&uplink->lock);
	if (passes)
		free_old(uplink);
	return asked;
}

/* True: a person wants to know, and that goes first. */
static bool hurries(struct uplink *uplink)
{
	pthread_mutex_lock(&uplink->lock);
	(void)take_wake(uplink);
	if (uplink->reconcile)
		receipts_ask_now(uplink->receipts, uplink->reconcile_all);
	uplink->reconcile = false;
	pthread_mutex_unlock(&uplink->lock);
	/* About all of it takes long: what is to be sent has every other turn. */
	uplink->asked_last = receipts_ask_all(uplink->receipts) && !uplink->asked_last;
	return receipts_hurry(uplink->receipts) &&
	       (uplink->asked_last || !receipts_ask_all(uplink->receipts));
}

static void *run(void *ctx)
{
	struct uplink *uplink = ctx;
	struct answer answer;
	struct range block;
	enum stream stream;
	int64_t now_ms;
	bool any;

	while (!is_stopped(uplink)) {
		now_ms = uplink_now_ms(uplink);
		atomic_store(&uplink->beat_ms, now_ms);
		if (!clock_lets(uplink))
			continue;
		if (hurries(uplink) && ask_receipts(uplink))
			continue;
		metered_weigh(uplink);
		if (!uplink->failing && lane_next_old(&uplink->lane, now_ms, &stream, &block)) {
			if (uplink_try_old(uplink, stream, block, &answer))
				follow(uplink, &answer);
			continue;
		}
		any = uplink->failing ? lane_next_probe(&uplink->lane, now_ms, &stream, &block)
				      : lane_next(&uplink->lane, now_ms, lines_now(uplink), &stream,
						&block);
		if (!any) {
			metered_rest(uplink);
			if (uplink->failing || !ask_receipts(uplink))
				rest(uplink);
			continue;
		}
		say_state(uplink, UPLINK_SENDING, 0, NULL);
		any = uplink_deliver(uplink, stream, block, &answer);
		metered_done(uplink, stream, any && answer.verdict.kind == VERDICT_SENT);
		if (any)
			follow(uplink, &answer);
	}
	return NULL;
}

/* --- life ---------------------------------------------------------------------------------------- */

static int open_parts(struct uplink *uplink, const char *lab, uint64_t seed)
{
	const struct store_conf *conf = &uplink->conf;
	char words[256];
	struct text why = text_over(words, sizeof(words));
	int err;

	err = spool_add_store(uplink->spool, conf->name, &uplink->store);
	if (!err)
		err = spool_reader_open(&uplink->reader, uplink->spool);
	if (err)
		return err;
	err = post_new(&uplink->post, POST_WRITE, conf, uplink->clock, &uplink->stop,
		&uplink->beat_ms, &why);
	if (err) {
		log_say(LOG_ERROR, "uplink", "store %s: %s", conf->name,
			why.len ? words : err_text(err));
		return err;
	}
	uplink->encoder = line_encoder_new(lab, spool_id(uplink->spool), uplink->conf.positions);
	uplink->batch = batch_new(conf->batch_lines, conf->gzip_level);
	if (!uplink->encoder || !uplink->batch)
		return ERR_MEMORY;
	err = receipts_new(&uplink->receipts, &uplink->conf, uplink->spool, uplink->store,
		uplink->reader, uplink->clock, &uplink->stop, &uplink->beat_ms, &why);
	if (err) {
		log_say(LOG_ERROR, "uplink", "store %s, receipts: %s", conf->name,
			why.len ? words : err_text(err));
		return err;
	}
	metered_begin(uplink);
	uplink->lane = lane_make(uplink->spool, uplink->store, conf->interval_ms);
	uplink->backoff = backoff_make(conf->retry_first_ms, conf->retry_most_ms, seed);
	uplink->lines = uplink->ceiling = conf->batch_lines;
	if (conf->token_file[0] && !strncmp(conf->url, "http://", 7) && !url_is_loopback(conf->url))
		log_say(LOG_WARN, "uplink",
			"store %s: the token travels unencrypted; use https in url", conf->name);
	return 0;
}

int uplink_new(struct uplink **out, const struct store_conf *conf, const char *lab,
	struct spool *spool, const struct clock *clock, uint64_t seed)
{
	struct uplink *uplink;
	pthread_condattr_t attr;
	int err;

	*out = NULL;
	if (conf->batch_lines < 1 || conf->batch_lines > 10000 || conf->gzip_level > 9 ||
		conf->timeout_ms < 1)
		return ERR_RANGE;
	uplink = calloc(1, sizeof(*uplink));
	if (!uplink)
		return ERR_MEMORY;
	uplink->conf = *conf;
	uplink->clock = clock;
	uplink->spool = spool;
	atomic_init(&uplink->beat_ms, clock_boot_ms(clock));
	pthread_mutex_init(&uplink->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&uplink->woken, &attr);
	pthread_condattr_destroy(&attr);
	memcpy(uplink->state.store, conf->name, sizeof(uplink->state.store));
	err = open_parts(uplink, lab, seed);
	if (err) {
		uplink_free(uplink);
		return err;
	}
	*out = uplink;
	return 0;
}

int uplink_start(struct uplink *uplink)
{
	if (pthread_create(&uplink->thread, NULL, run, uplink))
		return ERR_MEMORY;
	uplink->started = true;
	return 0;
}

void uplink_wake(struct uplink *uplink)
{
	pthread_mutex_lock(&uplink->lock);
	uplink->wake = true;
	pthread_cond_signal(&uplink->woken);
	pthread_mutex_unlock(&uplink->lock);
}

void uplink_reconcile(struct uplink *uplink, bool all)
{
	pthread_mutex_lock(&uplink->lock);
	uplink->reconcile = true;
	uplink->reconcile_all = all;
	pthread_mutex_unlock(&uplink->lock);
	uplink_wake(uplink);
	spool_wake(uplink->spool);
}

void uplink_stop(struct uplink *uplink)
{
	if (!uplink->started)
		return;
	atomic_store(&uplink->stop, true);
	post_wake(uplink->post);
	receipts_wake(uplink->receipts);
	uplink_wake(uplink);
	spool_wake(uplink->spool);
	pthread_join(uplink->thread, NULL);
	uplink->started = false;
}

void uplink_free(struct uplink *uplink)
{
	if (!uplink)
		return;
	uplink_stop(uplink);
	receipts_free(uplink->receipts);
	post_free(uplink->post);
	batch_free(uplink->batch);
	lane_free(&uplink->lane);
	line_encoder_free(uplink->encoder);
	if (uplink->reader)
		spool_reader_close(uplink->reader);
	pthread_cond_destroy(&uplink->woken);
	pthread_mutex_destroy(&uplink->lock);
	free(uplink);
}

void uplink_state(struct uplink *uplink, struct uplink_state *out)
{
	pthread_mutex_lock(&uplink->lock);
	*out = uplink->state;
	pthread_mutex_unlock(&uplink->lock);
}

int64_t uplink_heartbeat_ms(struct uplink *uplink)
{
	return atomic_load(&uplink->beat_ms);
}
