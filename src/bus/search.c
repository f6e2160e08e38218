/* A search of a running line: between whose turns, what its answers mean to the line, how it ends. */
#include "bus/search.h"

#include <string.h>

#include "bus/inside.h"

enum {
	CLOSED_MS = 10000,   /* a line that is away so long ends the search */
	LONGEST_MS = 3600000 /* and so does this, whatever keeps it: it has long been forgotten */
};

static bool runs(const struct search *search)
{
	return search->kind != SEARCH_NONE && search->state == SEARCH_RUNS;
}

static void end(struct search *search, enum search_state state, int64_t now_ns)
{
	search->state = state;
	search->ended_ms = now_ns / MS;
}

/* --- begun and shown: in any thread ------------------------------------------------------------------ */

/* Under the line's lock. */
static bool begin(struct line *line, const struct search_asker *asker, enum search_kind kind)
{
	struct search *search = &line->search;

	if (runs(search))
		return false;
	memset(search->scan.out, 0, sizeof(search->scan.out));
	search->kind = kind;
	search->state = SEARCH_RUNS;
	search->number++;
	(void)text_copy(search->by, sizeof(search->by), asker->by);
	(void)text_copy(search->token, sizeof(search->token), asker->token);
	search->begun_ms = line_now_ns(line) / MS;
	search->ended_ms = 0;
	search->asked = 0;
	line->search_closed_ms = 0;
	return true;
}

int line_scan(struct line *line, const struct search_asker *asker,
	const struct profile *const *known, unsigned n_known, unsigned first, unsigned last)
{
	const struct line_conf *conf = line->conf;
	bool begun;
	unsigned i;

	for (i = 0; i < conf->n_units; i++)
		if (conf->units[i].profile->driver &&
			!codec_over_tcp(conf->units[i].profile->driver))
			return ERR_CONF;
	if (first > last || last >= SCAN_ADDRESSES)
		return ERR_RANGE;
	pthread_mutex_lock(&line->lock);
	begun = begin(line, asker, SEARCH_SCAN);
	for (i = 0; begun && i < conf->n_units; i++)
		line->search.scan.out[conf->units[i].address] = true;
	if (begun)
		scan_begin(&line->search.scan, known, n_known, first, last);
	pthread_mutex_unlock(&line->lock);
	line_wake(line);
	return begun ? 0 : ERR_BUSY;
}

int line_probe(struct line *line, const struct search_asker *asker, unsigned unit)
{
	bool begun;

	if (unit >= line->conf->n_units)
		return ERR_ABSENT;
	pthread_mutex_lock(&line->lock);
	begun = begin(line, asker, SEARCH_PROBE);
	if (begun) {
		line->search.unit = unit;
		line->search.after = line->trace.made;
		probe_begin(&line->search.probe, line->conf->units[unit].profile);
	}
	pthread_mutex_unlock(&line->lock);
	line_wake(line);
	return begun ? 0 : ERR_BUSY;
}

void line_search_cancel(struct line *line)
{
	line_search_end(line, SEARCH_CANCELLED);
}

void line_search_end(struct line *line, enum search_state state)
{
	pthread_mutex_lock(&line->lock);
	if (runs(&line->search))
		end(&line->search, state, line_now_ns(line));
	pthread_mutex_unlock(&line->lock);
}

void line_search(struct line *line, struct search *out)
{
	pthread_mutex_lock(&line->lock);
	*out = line->search;
	pthread_mutex_unlock(&line->lock);
}

/* --- whose turn it is: in the line's thread ---------------------------------------------------------- */

/*
 * A unit is probed when it owes no answer and is well; else its own turns come first, until it is.  Of a driver's unit
 * one turn of its own is all.  Under the lock.  False: not now.
 */
static bool may_ask_unit(struct search *search, struct unit *unit, int64_t now_ns)
{
	bool well = unit->health.state == UNIT_OK && !unit->n_open;
	bool tried = unit->turn_ms >= search->begun_ms;

	if (unit->in_turn)
		return false;
	if (!tried && (!well || unit->profile->driver)) {
		unit_try(unit, now_ns); /* what was left alone is looked at now */
		return false;
	}
	if (unit->health.state == UNIT_ASIDE || unit->health.state == UNIT_WRONG)
		end(search, SEARCH_SILENT, now_ns);
	return runs(search) && well && unit->unasked_until_ns <= now_ns;
}

/* The question that is next; false: none, for now or for ever.  Under the lock. */
static bool question(struct line *line, int64_t now_ns, struct port_ask *ask, unsigned *wait_ms)
{
	struct search *search = &line->search;
	bool more, tcp = line->conf->port.kind == PORT_TCP;
	struct unit *unit;

	line->search_number = search->number;
	line->search_unit = NULL;
	if (search->kind == SEARCH_SCAN) {
		more = scan_question(&search->scan, ask);
		ask->timeout_ms = tcp ? SCAN_GATEWAY_MS : SCAN_ANSWER_MS;
		*wait_ms = search->scan.wait_ms;
	} else {
		line->search_unit = unit = &line->units[search->unit];
		if (!may_ask_unit(search, unit, now_ns))
			return false;
		/* A driver's own turn has said all. */
		more = !unit->profile->driver && probe_question(&search->probe, ask);
		ask->unit = unit->conf->address;
		ask->timeout_ms = unit_reply_ms(unit);
		*wait_ms = search->probe.wait_ms;
	}
	if (!more)
		end(search, SEARCH_DONE, now_ns);
	return more;
}

/* Ends what nothing else would end. */
static void watch(struct line *line, int64_t now_ns)
{
	struct search *search = &line->search;

	if (port_is_open(line->port))
		line->search_closed_ms = 0;
	else if (!line->search_closed_ms)
		line->search_closed_ms = now_ns / MS;
	if (line->search_closed_ms && now_ns / MS - line->search_closed_ms > CLOSED_MS)
		end(search, SEARCH_CLOSED, now_ns);
	else if (now_ns / MS - search->begun_ms > LONGEST_MS)
		end(search, SEARCH_TOO_LONG, now_ns);
}

int64_t line_search_due_ns(
	struct line *line, const struct unit *next, int64_t now_ns, struct port_ask *ask)
{
	struct search *search = &line->search;
	bool units_first = line->turn || (next && next->due_ns <= now_ns &&
						 line->search_turns < line->conf->n_units);
	int64_t due_ns = INT64_MAX;
	unsigned wait_ms = 0;

	pthread_mutex_lock(&line->lock);
	if (runs(search))
		watch(line, now_ns);
	if (runs(search) && !units_first && port_is_open(line->port) &&
		question(line, now_ns, ask, &wait_ms))
		due_ns = line->search_last_ns + wait_ms * MS;
	pthread_mutex_unlock(&line->lock);
	return due_ns;
}

/* --- one question ------------------------------------------------------------------------------------ */

/* What came, for whoever asked; another search may have begun meanwhile.  Under the lock. */
static void take(struct line *line, const struct port_ask *ask, int rc, int64_t now_ns)
{
	struct search *search = &line->search;
	struct unit *unit = line->search_unit;
	bool silent = rc == ERR_TIMEOUT || rc == ERR_NOISE;

	if (runs(search) && search->number == line->search_number) {
		search->asked++;
		if (unit)
			probe_answer(&search->probe, rc, &line->reply);
		else
			scan_answer(&search->scan, rc, &line->reply);
	}
	if (!unit || !silent || line->conf->port.kind != PORT_RTU)
		return;
	/* The unit owes an answer, as if the question had been its own. */
	unit_left_open(unit, now_ns, ask);
	unit_wait(unit, unit->due_ns);
}

void line_search_ask(struct line *line, struct port_ask *ask)
{
	bool rtu = line->conf->port.kind == PORT_RTU;
	int rc;

	rc = line_put(line, ask);
	line->search_turns = 0;
	pthread_mutex_lock(&line->lock);
	take(line, ask, rc, line->last_end_ns);
	pthread_mutex_unlock(&line->lock);
	if (rc == ERR_TIMEOUT || rc == ERR_NOISE)
		line_clear(line);
	if (rtu && line->search_unit && (rc == ERR_TIMEOUT || rc == ERR_NOISE))
		line_expect_late(line, line->search_unit);
	line->search_last_ns = line->last_end_ns;
	if (port_is_open(line->port))
		return;
	line->reopen_ns = line->last_end_ns;
	if (rtu)
		line_lose(line, ERR_GONE, "the device has vanished");
}
