#include "place/receiver.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "place/source.h"

enum {
	LOOK_MS = 500,        /* what is open is looked at, and judged, this often */
	REOPEN_MS = 1000,     /* what was lost is tried again after about this, and ever later */
	OPEN_MS = 5000,       /* a connection stands by then, or never */
	SILENT_MS = 10 * 1000 /* so long without a report: something is wrong */
};

struct receiver {
	const struct clock *clock;
	void (*hear)(void *ctx, const struct fix *fix);
	void *ctx;
	/* the thread's own */
	struct source *source;
	bool open;
	int64_t due_ms;    /* closed: when it is opened, or given up; open: when it is looked at */
	int64_t byte_ms;   /* when the last bytes came, or it was opened */
	int64_t report_ms; /* when the last report came, or it was opened */
	unsigned tries;    /* since the last report */
	uint64_t chance;
	struct log_edge edge;
	/* shared */
	pthread_mutex_t lock;
	struct receiver_state said;
	_Atomic int64_t heartbeat_ms;
	atomic_bool stop;
	int wake;
	pthread_t thread;
	bool running;
};

/* --- what is said of it ---------------------------------------------------------------------------- */

static void say(struct receiver *receiver, int rc, const char *words)
{
	pthread_mutex_lock(&receiver->lock);
	receiver->said.open = receiver->open;
	receiver->said.last_error = rc;
	receiver->said.bad = receiver->source->ops->bad(receiver->source);
	if (!text_copy(receiver->said.words, sizeof(receiver->said.words), words))
		text_copy(receiver->said.words, sizeof(receiver->said.words), err_text(rc));
	pthread_mutex_unlock(&receiver->lock);
}

static void complain(struct receiver *receiver, int rc, const char *words, int64_t now_ms)
{
	say(receiver, rc, words);
	log_lost(
		&receiver->edge, now_ms, "place", "receiver %s: %s", receiver->source->name, words);
}

static void take_fix(void *ctx, const struct fix *fix)
{
	struct receiver *receiver = ctx;
	int64_t now_ms = clock_boot_ms(receiver->clock);

	receiver->report_ms = now_ms;
	receiver->source->bytes = 0;
	receiver->tries = 0;
	pthread_mutex_lock(&receiver->lock);
	receiver->said.reports++;
	receiver->said.heard_ms = now_ms;
	pthread_mutex_unlock(&receiver->lock);
	say(receiver, 0, fix->mode >= 2 ? "" : "no fix: does the antenna see the sky?");
	log_back(&receiver->edge, now_ms, "place", "receiver %s: reports come again",
		receiver->source->name);
	receiver->hear(receiver->ctx, fix);
}

/* --- opening and losing ---------------------------------------------------------------------------- */

static int64_t next_pause_ms(struct receiver *receiver)
{
	int64_t pause_ms = REOPEN_MS;
	unsigned i;

	for (i = 0; i < receiver->tries && pause_ms < receiver->source->pause_most_ms; i++)
		pause_ms *= 2;
	if (pause_ms > receiver->source->pause_most_ms)
		pause_ms = receiver->source->pause_most_ms;
	receiver->tries++;
	receiver->chance ^= receiver->chance << 13;
	receiver->chance ^= receiver->chance >> 7;
	receiver->chance ^= receiver->chance << 17;
	return pause_ms - (int64_t)(receiver->chance % (uint64_t)(pause_ms / 2));
}

static void close_it(struct receiver *receiver, int64_t now_ms)
{
	receiver->source->ops->close(receiver->source);
	receiver->open = false;
	receiver->due_ms = now_ms + next_pause_ms(receiver);
}

static void lose(struct receiver *receiver, int rc, const char *words, int64_t now_ms)
{
	close_it(receiver, now_ms);
	complain(receiver, rc, words[0] ? words : err_text(rc), now_ms);
}

/* Opens, or goes on with it; when something is due next. */
static int64_t open_it(struct receiver *receiver, int64_t now_ms)
{
	struct source *source = receiver->source;
	char words[RECEIVER_WORDS];
	struct text why = text_over(words, sizeof(words));
	bool begins = source->fd < 0;
	int rc;

	if (begins && now_ms < receiver->due_ms)
		return receiver->due_ms;
	rc = source->ops->open(source, &why);
	if (!rc) {
		receiver->open = true;
		receiver->byte_ms = receiver->report_ms = now_ms;
		receiver->due_ms = now_ms + LOOK_MS;
		source->bytes = 0;
		say(receiver, 0, "no report yet");
		return now_ms;
	}
	if (rc == ERR_TIMEOUT && begins)
		receiver->due_ms = now_ms + OPEN_MS;
	else if (rc == ERR_TIMEOUT && now_ms >= receiver->due_ms)
		lose(receiver, rc, "no connection: is that machine on?", now_ms);
	else if (rc != ERR_TIMEOUT)
		lose(receiver, rc, words, now_ms);
	return receiver->due_ms;
}

/* --- reading --------------------------------------------------------------------------------------- */

static void look(struct receiver *receiver, int64_t now_ms)
{
	struct source *source = receiver->source;
	bool silent = now_ms - receiver->report_ms >= SILENT_MS;
	char words[RECEIVER_WORDS];
	struct text why = text_over(words, sizeof(words));
	int rc = source->ops->look(source, &why);

	receiver->due_ms = now_ms + LOOK_MS;
	if (rc) {
		lose(receiver, rc, words, now_ms);
		return;
	}
	rc = source->ops->judge(source, silent, &why);
	if (rc)
		complain(receiver, rc, words, now_ms);
	/* A connection can die without a word. */
	if (source->dead_ms && now_ms - receiver->byte_ms >= source->dead_ms)
		close_it(receiver, now_ms);
}

int64_t receiver_step(struct receiver *receiver)
{
	struct source *source = receiver->source;
	int64_t now_ms = clock_boot_ms(receiver->clock);
	char words[RECEIVER_WORDS];
	struct text why = text_over(words, sizeof(words));
	size_t n = 0;
	int rc;

	atomic_store(&receiver->heartbeat_ms, now_ms);
	if (!receiver->open)
		return open_it(receiver, now_ms);
	rc = source->ops->read(source, now_ms, &n, &why);
	if (n)
		receiver->byte_ms = now_ms;
	if (rc)
		lose(receiver, rc, words, now_ms);
	else if (now_ms >= receiver->due_ms)
		look(receiver, now_ms);
	return n ? now_ms : receiver->due_ms;
}

/* --- the thread ------------------------------------------------------------------------------------ */

static void wait_until(struct receiver *receiver, int64_t due_ms)
{
	struct pollfd at[] = {{.fd = receiver->wake, .events = POLLIN},
		{.fd = receiver->source->fd, .events = receiver->open ? POLLIN : POLLOUT}};
	int64_t left_ms = due_ms - clock_boot_ms(receiver->clock);

	/* Twice a second at least: somebody watches whether the thread comes round. */
	if (left_ms > 0)
		(void)poll(at, 2, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS);
}

static void *run(void *arg)
{
	struct receiver *receiver = arg;

	while (!atomic_load(&receiver->stop))
		wait_until(receiver, receiver_step(receiver));
	return NULL;
}

int receiver_start(struct receiver *receiver)
{
	if (pthread_create(&receiver->thread, NULL, run, receiver))
		return ERR_MEMORY;
	pthread_setname_np(receiver->thread, "receiver");
	receiver->running = true;
	return 0;
}

void receiver_stop(struct receiver *receiver)
{
	uint64_t one = 1;

	if (!receiver->running)
		return;
	atomic_store(&receiver->stop, true);
	(void)!write(receiver->wake, &one, sizeof(one));
	pthread_join(receiver->thread, NULL);
	receiver->running = false;
}

void receiver_state(struct receiver *receiver, struct receiver_state *out)
{
	pthread_mutex_lock(&receiver->lock);
	*out = receiver->said;
	pthread_mutex_unlock(&receiver->lock);
}

int64_t receiver_heartbeat_ms(struct receiver *receiver)
{
	return atomic_load(&receiver->heartbeat_ms);
}

/* --- making ---------------------------------------------------------------------------------------- */

static int make_source(
	struct receiver *receiver, const struct receiver_conf *conf, struct text *why)
{
	switch (conf->kind) {
	case RECEIVER_GPSD:
		return source_gpsd_new(&receiver->source, conf, take_fix, receiver, why);
	case RECEIVER_NMEA:
		return source_nmea_new(&receiver->source, conf, take_fix, receiver, why);
	case RECEIVER_NONE:
		break;
	}
	text_put(why, "none is configured");
	return ERR_CONF;
}

int receiver_new(struct receiver **out, const struct receiver_conf *conf, const struct clock *clock,
	void (*hear)(void *ctx, const struct fix *fix), void *ctx)
{
	struct receiver *receiver = calloc(1, sizeof(*receiver));
	char words[RECEIVER_WORDS];
	struct text why = text_over(words, sizeof(words));
	int rc;

	*out = NULL;
	if (!receiver)
		return ERR_MEMORY;
	receiver->clock = clock;
	receiver->hear = hear;
	receiver->ctx = ctx;
	receiver->chance = (uint64_t)clock_boot_ns(clock) | 1;
	pthread_mutex_init(&receiver->lock, NULL);
	atomic_store(&receiver->heartbeat_ms, clock_boot_ms(clock));
	receiver->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = receiver->wake < 0 ? ERR_IO : make_source(receiver, conf, &why);
	if (rc) {
		log_say(LOG_ERROR, "place", "receiver: %s", why.len ? words : err_text(rc));
		receiver_free(receiver);
		return rc;
	}
	*out = receiver;
	return 0;
}

void receiver_free(struct receiver *receiver)
{
	if (!receiver)
		return;
	receiver_stop(receiver);
	if (receiver->source)
		receiver->source->ops->free(receiver->source);
	if (receiver->wake >= 0)
		close(receiver->wake);
	pthread_mutex_destroy(&receiver->lock);
	free(receiver);
}
