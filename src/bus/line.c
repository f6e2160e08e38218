/* The loop of one line: port, turns, thread, and what others may know. */
#include "bus/line.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bus/inside.h"

enum {
	REOPEN_MS = 1000,    /* a lost port is looked for this often */
	LOST_CHECK_MS = 500, /* an idle port is looked at this often */
};

/* --- making ---------------------------------------------------------------------------------------- */

int line_new(struct line **out, const struct line_conf *conf, struct port *port,
	const struct bus_sink *sink, const struct clock *clock, uint64_t seed)
{
	struct line *line = calloc(1, sizeof(*line));
	char words[300];
	struct text why = text_over(words, sizeof(words));
	unsigned i;
	int rc = ERR_MEMORY;

	*out = NULL;
	if (!line) {
		port_free(port);
		return ERR_MEMORY;
	}
	line->conf = conf;
	line->sink = sink;
	line->clock = clock;
	line->away = true;
	line->wake = -1;
	line->port = port ? port : port_new(&conf->port, clock);
	pthread_mutex_init(&line->lock, NULL);
	if (!line->port)
		goto out;
	rc = ERR_CONF;
	if (conf->n_units > MOST_UNITS)
		goto out;
	line->units = calloc(conf->n_units ? conf->n_units : 1, sizeof(*line->units));
	rc = ERR_MEMORY;
	if (!line->units)
		goto out;
	for (i = 0; i < conf->n_units; i++) {
		text_clear(&why);
		rc = unit_init(&line->units[i], &conf->units[i], conf, seed * MOST_UNITS + i, &why);
		if (rc) {
			log_say(LOG_ERROR, "bus", "line %s, %s", conf->name, words);
			goto out;
		}
	}
	line->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = ERR_IO;
	if (line->wake < 0)
		goto out;
	text_copy(line->said.name, sizeof(line->said.name), conf->name);
	text_copy(line->said.where, sizeof(line->said.where), conf->port.where);
	line->said.kind = conf->port.kind;
	line->said.n_units = conf->n_units;
	atomic_store(&line->heartbeat_ms, clock_boot_ms(clock));
	*out = line;
	return 0;
out:
	line_free(line);
	return rc;
}

void line_free(struct line *line)
{
	if (!line)
		return;
	line_stop(line);
	port_free(line->port);
	if (line->wake >= 0)
		close(line->wake);
	pthread_mutex_destroy(&line->lock);
	free(line->units);
	free(line);
}

/* --- the port -------------------------------------------------------------------------------------- */

static void say_line(struct line *line, enum line_condition condition, int rc, const char *words)
{
	pthread_mutex_lock(&line->lock);
	line->said.condition = condition;
	line->said.last_error = rc;
	text_copy(line->said.last_words, sizeof(line->said.last_words), "");
	if (words) {
		struct text to = text_over(line->said.last_words, sizeof(line->said.last_words));

		text_put(&to, words);
	}
	pthread_mutex_unlock(&line->lock);
}

void line_lose(struct line *line, int rc, const char *words)
{
	unsigned i;

	port_close(line->port);
	line->away = true;
	line->let_go = false;
	line->turn = NULL;
	say_line(line, LINE_CLOSED, rc, words);
	pthread_mutex_lock(&line->lock);
	for (i = 0; i < line->conf->n_units; i++)
		unit_line_lost(&line->units[i]);
	pthread_mutex_unlock(&line->lock);
	log_lost(
		&line->edge, line_now_ns(line) / MS, "bus", "line %s: %s", line->conf->name, words);
}

static void spread_phases(struct line *line, int64_t now_ns)
{
	unsigned n = line->conf->n_units, i;

	for (i = 0; i < n; i++)
		line->units[i].phase_ns =
			now_ns + (int64_t)line->conf->units[i].interval_ms * MS / n * i;
}

/* True when the port is open now. */
static bool open_port(struct line *line)
{
	char words[256] = "";
	struct text why = text_over(words, sizeof(words));
	int rc = port_open(line->port, &why);
	int64_t now_ns = line_now_ns(line);
	unsigned i;

	if (rc) {
		line_lose(line, rc, words[0] ? words : err_text(rc));
		line->reopen_ns = now_ns + REOPEN_MS * MS;
		return false;
	}
	if (!line->started)
		spread_phases(line, now_ns);
	line->started = true;
	pthread_mutex_lock(&line->lock);
	line->said.opened++;
	for (i = 0; !line->let_go && i < line->conf->n_units; i++)
		unit_line_opened(&line->units[i], now_ns, line->away);
	pthread_mutex_unlock(&line->lock);
	if (!line->let_go)
		line->turn = NULL;
	line->away = false;
	line->let_go = false;
	line->late = NULL;
	line->lost_check_ns = now_ns + LOST_CHECK_MS * MS;
	say_line(line, LINE_OPEN, 0, NULL);
	log_back(&line->edge, now_ns / MS, "bus", "line %s: open again", line->conf->name);
	return true;
}

static bool is_lost(struct line *line, int64_t now_ns)
{
	bool tcp = line->conf->port.kind == PORT_TCP;

	/* Servers close idle connections: look before each turn, it costs one poll(). */
	if (now_ns < line->lost_check_ns && !(tcp && !line->turn))
		return false;
	line->lost_check_ns = now_ns + LOST_CHECK_MS * MS;
	return port_lost(line->port);
}

/* --- the step -------------------------------------------------------------------------------------- */

static struct unit *next_unit(struct line *line)
{
	struct unit *first = NULL;
	unsigned i;

	if (line->turn)
		return line->turn;
	for (i = 0; i < line->conf->n_units; i++)
		if (!first || line->units[i].due_ns < first->due_ns)
			first = &line->units[i];
	return first;
}

static void take_tries(struct line *line, int64_t now_ns)
{
	unsigned i;

	for (i = 0; i < line->conf->n_units; i++)
		if (atomic_exchange(&line->try_now[i], false)) {
			pthread_mutex_lock(&line->lock);
			unit_try(&line->units[i], now_ns);
			pthread_mutex_unlock(&line->lock);
			line->reopen_ns = now_ns < line->reopen_ns ? now_ns : line->reopen_ns;
		}
}

/* Outside the lock: whoever knows it may ask a line. */
static void tell_temperature(struct line *line, struct unit *unit, int64_t now_ns)
{
	const char *by = unit->conf->temperature;

	if (unit->profile->driver && *by && line->sink->temperature)
		unit->codec.unit.temperature =
			line->sink->temperature(line->sink->ctx, by, now_ns / MS);
}

int64_t line_step(struct line *line)
{
	int64_t now_ns = line_now_ns(line), ready_ns, search_ns;
	struct port_ask ask;
	struct unit *unit;

	atomic_store(&line->heartbeat_ms, now_ns / MS);
	take_tries(line, now_ns);
	if (!port_is_open(line->port)) {
		(void)line_search_due_ns(line, NULL, now_ns, &ask);
		if (now_ns < line->reopen_ns)
			return line->reopen_ns;
		return open_port(line) ? now_ns : line->reopen_ns;
	}
	if (is_lost(line, now_ns)) {
		line->reopen_ns = now_ns;
		if (line->conf->port.kind == PORT_RTU)
			line_lose(line, ERR_GONE, "the device has vanished");
		else
			port_close(line->port);
		return now_ns;
	}
	unit = next_unit(line);
	search_ns = line_search_due_ns(line, unit, now_ns, &ask);
	if (search_ns <= now_ns) {
		line_search_ask(line, &ask);
		return line_now_ns(line);
	}
	if (!unit || unit->due_ns > now_ns) {
		search_ns = search_ns < line->lost_check_ns ? search_ns : line->lost_check_ns;
		return unit && unit->due_ns < search_ns ? unit->due_ns : search_ns;
	}
	if (!unit->in_turn) {
		tell_temperature(line, unit, now_ns);
		pthread_mutex_lock(&line->lock);
		unit_begin(unit, now_ns);
		unit_end_if_over(unit, now_ns);
		pthread_mutex_unlock(&line->lock);
		if (!unit->in_turn || unit->due_ns > now_ns)
			return now_ns;
	}
	line->turn = unit;
	ready_ns = line->last_end_ns + (int64_t)unit->profile->quiet_ms * MS;
	if (ready_ns > now_ns)
		return ready_ns;
	if (unit_question(unit, &ask))
		line_ask(line, unit, &ask);
	else
		line->turn = NULL;
	return line_now_ns(line);
}

/* --- the thread ------------------------------------------------------------------------------------ */

static void wait_until(struct line *line, int64_t due_ns)
{
	struct pollfd wake = {.fd = line->wake, .events = POLLIN};
	int64_t left_ns = due_ns - line_now_ns(line);
	struct timespec left;
	uint64_t count;

	if (left_ns <= 0)
		return;
	left.tv_sec = (time_t)(left_ns / 1000000000);
	left.tv_nsec = (long)(left_ns % 1000000000);
	if (ppoll(&wake, 1, &left, NULL) > 0)
		(void)!read(line->wake, &count, sizeof(count));
}

static void *run(void *arg)
{
	struct line *line = arg;

	while (!atomic_load(&line->stop))
		wait_until(line, line_step(line));
	return NULL;
}

int line_start(struct line *line)
{
	if (pthread_create(&line->thread, NULL, run, line))
		return ERR_MEMORY;
	pthread_setname_np(line->thread, "line");
	line->running = true;
	return 0;
}

void line_wake(struct line *line)
{
	uint64_t one = 1;

	(void)!write(line->wake, &one, sizeof(one));
}

void line_stop(struct line *line)
{
	if (!line->running)
		return;
	atomic_store(&line->stop, true);
	line_wake(line);
	pthread_join(line->thread, NULL);
	line->running = false;
}

/* --- what others may know -------------------------------------------------------------------------- */

void line_state(struct line *line, struct line_state *out)
{
	pthread_mutex_lock(&line->lock);
	*out = line->said;
	out->searches = line->search.number;
	out->searched = out->searches && line->search.state == SEARCH_RUNS;
	pthread_mutex_unlock(&line->lock);
}

int line_unit(struct line *line, unsigned i, struct unit_state *out)
{
	if (i >= line->conf->n_units)
		return ERR_ABSENT;
	pthread_mutex_lock(&line->lock);
	*out = line->units[i].said;
	pthread_mutex_unlock(&line->lock);
	return 0;
}

int line_try(struct line *line, const char *unit)
{
	unsigned i;

	for (i = 0; i < line->conf->n_units; i++)
		if (!strcmp(line->conf->units[i].name, unit)) {
			atomic_store(&line->try_now[i], true);
			line_wake(line);
			return 0;
		}
	return ERR_ABSENT;
}

size_t line_trace(struct line *line, uint64_t after, struct trace_entry *out, size_t most)
{
	size_t n;

	pthread_mutex_lock(&line->lock);
	n = trace_copy(&line->trace, after, out, most);
	pthread_mutex_unlock(&line->lock);
	return n;
}

size_t line_told(struct line *line, unsigned i, uint64_t before, struct trace_entry out[LINE_TOLD])
{
	const struct told *told = &line->told[i < MOST_UNITS ? i : 0];
	size_t n = 0;
	unsigned k;

	pthread_mutex_lock(&line->lock);
	for (k = told->made > LINE_TOLD ? told->made - LINE_TOLD : 0; k < told->made; k++)
		if (told->ring[k % LINE_TOLD].number < before)
			out[n++] = told->ring[k % LINE_TOLD];
	pthread_mutex_unlock(&line->lock);
	return n;
}

int64_t line_heartbeat_ms(struct line *line)
{
	return atomic_load(&line->heartbeat_ms);
}
