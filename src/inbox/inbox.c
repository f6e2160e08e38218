#include "inbox/inbox.h"

#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "inbox/filing.h"
#include "inbox/folder.h"

enum {
	STACK = 256 * 1024,
	STEP_MS = 1000,
	SHOWN = 80 /* bytes of a name */
};

struct inbox {
	const struct inbox_conf *conf;
	int64_t latest_ms;
	struct spool *spool;
	const struct clock *clock;
	struct folder folder; /* open while it is looked at */
	struct log_edge edge;
	char failure[200]; /* of the file that failed first in a look */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of what is below */
	pthread_cond_t wake;
	bool stop;
	int64_t heartbeat_ms;
	struct inbox_state state;
};

/* --- one file ---------------------------------------------------------------------------------------- */

static struct record_clock clock_of(struct inbox *inbox, const struct meter_conf *meter)
{
	struct time_offset utc = spool_utc(inbox->spool);
	struct record_clock clock = {.dates = meter->dates,
		.utc_offset_min = meter->utc_offset_min,
		.earliest_ms = inbox->conf->earliest_ms,
		.latest_ms = inbox->latest_ms};

	if (utc.source != TIME_NONE)
		clock.latest_ms = clock_boot_ms(inbox->clock) + utc.offset_ms + utc.uncertainty_ms +
				  INBOX_AHEAD_MS;
	return clock;
}

static void count_values(struct inbox *inbox, size_t n_new)
{
	pthread_mutex_lock(&inbox->lock);
	inbox->state.values += n_new;
	pthread_mutex_unlock(&inbox->lock);
}

static void put_outcome(struct text *to, const char *name, const struct filing *filing,
	const struct spool_added *added, const char *where)
{
	text_put_shown(to, name, strlen(name), SHOWN);
	text_printf(to, ": %zu %s recorded for %s (%s)", added->n,
		added->n == 1 ? "value" : "values", filing->meter->name,
		driver_level_word(filing->meter->profile->level));
	if (filing->n > added->n)
		text_printf(to, ", %zu were known", filing->n - added->n);
	if (added->anew)
		text_printf(to,
			"; %zu of them recorded anew, because the configuration now says another "
			"time or meter",
			added->anew);
	if (!filing->wrong)
		return;
	if (filing->whole)
		text_put(to, "; nothing of it was taken, see ");
	else
		text_printf(to, "; %u %s not taken, see ", filing->wrong,
			filing->wrong == 1 ? "record" : "records");
	text_put_shown(to, where, strlen(where), SHOWN);
	text_put(to, ".why");
}

static void tell(struct inbox *inbox, const char *name, const struct filing *filing,
	const struct spool_added *added, const char *where)
{
	struct text words;

	pthread_mutex_lock(&inbox->lock);
	words = text_over(inbox->state.last, sizeof(inbox->state.last));
	put_outcome(&words, name, filing, added, where);
	inbox->state.last_ms = clock_boot_ms(inbox->clock);
	if (filing->wrong)
		inbox->state.refused++;
	else
		inbox->state.taken++;
	log_say(filing->wrong ? LOG_WARN : LOG_NOTICE, "inbox", "%s", inbox->state.last);
	pthread_mutex_unlock(&inbox->lock);
}

static int read_filing(struct inbox *inbox, const struct folder_file *file, struct filing *filing,
	struct text *why)
{
	const struct record_clock clock = clock_of(inbox, filing->meter);
	uint8_t *bytes = NULL;
	size_t len = 0;
	int err = folder_read(&inbox->folder, file, RECORDS_BYTES, &bytes, &len, why);

	if (err == ERR_RANGE)
		return filing_too_long(filing);
	if (!err)
		err = filing_read(filing, &clock, bytes, len);
	free(bytes);
	return err;
}

static int take(struct inbox *inbox, const struct folder_file *file, const struct meter_conf *meter,
	struct text *why)
{
	struct filing filing = {.meter = meter};
	struct spool_added added = {0};
	char path[2 * FOLDER_NAME];
	struct text where = text_over(path, sizeof(path));
	struct folder_to to;
	int err = read_filing(inbox, file, &filing, why);

	if (!err && filing.n)
		err = spool_note_new(inbox->spool, filing.records, filing.n, &added);
	count_values(inbox, added.n);
	to = (struct folder_to){filing.wrong > 0, filing.words, clock_boot_ms(inbox->clock)};
	if (!err)
		err = folder_move(&inbox->folder, file, &to, &where, why);
	if (!err) {
		tell(inbox, file->name, &filing, &added, path);
	} else if (!why->len) {
		text_printf(why, "%s: ", err_text(err));
		text_put_shown(why, file->name, strlen(file->name), SHOWN);
	}
	filing_free(&filing);
	return err;
}

/* --- a look ------------------------------------------------------------------------------------------ */

const struct meter_conf *inbox_meter(const struct inbox_conf *conf, const char *name)
{
	unsigned i;

	for (i = 0; i < conf->n_meters; i++)
		if (fnmatch(conf->meters[i].files, name, FNM_CASEFOLD) == 0)
			return &conf->meters[i];
	return NULL;
}

static bool has_meter(void *ctx, const char *name)
{
	return inbox_meter(ctx, name) != NULL;
}

/* The first that fails is told. */
static void try_files(struct inbox *inbox)
{
	struct folder *folder = &inbox->folder;
	const struct meter_conf *meter;
	bool told = false;
	char words[sizeof(inbox->failure)];
	struct text why;
	unsigned i;
	int err;

	for (i = 0; i < folder->n; i++) {
		meter = inbox_meter(inbox->conf, folder->files[i].name);
		if (!meter || !folder->files[i].quiet)
			continue;
		why = text_over(words, sizeof(words));
		err = take(inbox, &folder->files[i], meter, &why);
		folder_tried(folder, &folder->files[i], err != 0);
		if (err && !told)
			told = text_copy(inbox->failure, sizeof(inbox->failure), words);
	}
}

static void bring_back(struct inbox *inbox)
{
	char words[100];
	struct text name = text_over(words, sizeof(words));

	while (folder_bring_back(
		&inbox->folder, clock_boot_ms(inbox->clock) - INBOX_GROWS_MS, &name)) {
		log_say(LOG_WARN, "inbox", "%s grew after it was moved: it is read again", words);
		text_clear(&name);
	}
}

/* The folder is opened anew each time: the card may be another by now. */
static int look(struct inbox *inbox, struct text *why)
{
	struct folder *folder = &inbox->folder;
	int err = folder_open(folder, inbox->conf->dir, why);

	if (err)
		return err;
	bring_back(inbox);
	err = folder_look(folder, has_meter, (void *)inbox->conf, why);
	if (!err)
		try_files(inbox);
	folder_close(folder);
	if (err || !folder->failing)
		return err;
	text_put(why, inbox->failure);
	if (folder->failing > 1)
		text_printf(why, "; and %u more", folder->failing - 1);
	return ERR_IO;
}

void inbox_step(struct inbox *inbox)
{
	char words[sizeof(inbox->state.trouble)];
	struct text why = text_over(words, sizeof(words));
	int err = look(inbox, &why);
	int64_t now_ms = clock_boot_ms(inbox->clock);

	if (err)
		log_lost(&inbox->edge, now_ms, "inbox", "%s", words);
	else
		log_back(&inbox->edge, now_ms, "inbox", "files are taken again");
	pthread_mutex_lock(&inbox->lock);
	inbox->state.odd = inbox->folder.odd;
	inbox->state.strangers = inbox->folder.strangers + inbox->folder.odd;
	text_copy(inbox->state.trouble, sizeof(inbox->state.trouble), err ? words : "");
	pthread_mutex_unlock(&inbox->lock);
}

/* --- the thread -------------------------------------------------------------------------------------- */

static void *run(void *arg)
{
	struct inbox *inbox = arg;
	struct timespec due;
	int64_t next_ms = 0;

	pthread_mutex_lock(&inbox->lock);
	while (!inbox->stop) {
		inbox->heartbeat_ms = clock_boot_ms(inbox->clock);
		pthread_mutex_unlock(&inbox->lock);
		if (clock_boot_ms(inbox->clock) >= next_ms) {
			inbox_step(inbox);
			next_ms = clock_boot_ms(inbox->clock) + INBOX_QUIET_MS;
		}
		clock_gettime(CLOCK_MONOTONIC, &due);
		due.tv_sec += STEP_MS / 1000;
		pthread_mutex_lock(&inbox->lock);
		while (!inbox->stop &&
			pthread_cond_timedwait(&inbox->wake, &inbox->lock, &due) != ETIMEDOUT)
			;
	}
	pthread_mutex_unlock(&inbox->lock);
	return NULL;
}

int inbox_new(struct inbox **out, const struct inbox_conf *conf, int64_t latest_ms,
	struct spool *spool, const struct clock *clock)
{
	struct inbox *inbox = calloc(1, sizeof(*inbox));
	pthread_condattr_t attr;

	*out = NULL;
	if (!inbox)
		return ERR_MEMORY;
	inbox->conf = conf;
	inbox->latest_ms = latest_ms;
	inbox->spool = spool;
	inbox->clock = clock;
	inbox->heartbeat_ms = clock_boot_ms(clock);
	pthread_mutex_init(&inbox->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&inbox->wake, &attr);
	pthread_condattr_destroy(&attr);
	*out = inbox;
	return 0;
}

int inbox_start(struct inbox *inbox)
{
	pthread_attr_t attr;

	if (pthread_attr_init(&attr) != 0)
		return ERR_MEMORY;
	if (pthread_attr_setstacksize(&attr, STACK) == 0)
		inbox->running = pthread_create(&inbox->thread, &attr, run, inbox) == 0;
	pthread_attr_destroy(&attr);
	return inbox->running ? 0 : ERR_MEMORY;
}

void inbox_stop(struct inbox *inbox)
{
	if (!inbox->running)
		return;
	pthread_mutex_lock(&inbox->lock);
	inbox->stop = true;
	pthread_cond_signal(&inbox->wake);
	pthread_mutex_unlock(&inbox->lock);
	pthread_join(inbox->thread, NULL);
	inbox->running = false;
}

void inbox_free(struct inbox *inbox)
{
	if (!inbox)
		return;
	pthread_cond_destroy(&inbox->wake);
	pthread_mutex_destroy(&inbox->lock);
	free(inbox);
}

void inbox_state(struct inbox *inbox, struct inbox_state *out)
{
	pthread_mutex_lock(&inbox->lock);
	*out = inbox->state;
	pthread_mutex_unlock(&inbox->lock);
}

int64_t inbox_heartbeat_ms(struct inbox *inbox)
{
	int64_t heartbeat_ms;

	pthread_mutex_lock(&inbox->lock);
	heartbeat_ms = inbox->heartbeat_ms;
	pthread_mutex_unlock(&inbox->lock);
	return heartbeat_ms;
}
