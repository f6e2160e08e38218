/*
 * One question on a line: its deadline, its answer or what came instead, and whose fault that was.
 */
#include <string.h>

#include "bus/inside.h"
#include "io/serial.h"

enum {
	DRAIN_MS = 250,        /* longest reading of a dirty line until it is silent */
	LATE_MS = 10000,       /* so long stray bytes are held to be those of who owes an answer */
	DEADLINE_SLACK_MS = 30 /* adapters hand bytes over late */
};

static int number_series(struct line *line, struct unit *unit, unsigned field)
{
	const struct field_state *from = &unit->said.fields[field];
	struct series series = {.kind = from->kind, .decimals = from->decimals};
	int rc;

	if (unit->has_series[field])
		return 0;
	text_copy(series.unit, sizeof(series.unit), unit->conf->name);
	text_copy(series.parameter, sizeof(series.parameter), from->parameter);
	rc = line->sink->series(line->sink->ctx, &series, &unit->series[field]);
	unit->has_series[field] = rc == 0;
	return rc;
}

/* The sink judges them before they are saved, and what others see is what is saved. */
static void judge(struct line *line, struct unit *unit, const struct exchange *exchange)
{
	struct delivery *made = &line->delivery;
	size_t i;

	line->sink->judge(line->sink->ctx, exchange, made->readings, made->tests);
	pthread_mutex_lock(&line->lock);
	for (i = 0; i < exchange->n; i++) {
		struct field_state *said = &unit->said.fields[made->field[i]];

		said->qc = made->readings[i].qc;
		said->flags = made->readings[i].flags;
		said->tests = made->tests[i];
		said->tested = true;
	}
	pthread_mutex_unlock(&line->lock);
}

/* Hands the readings over, outside the lock.  What has no series number yet cannot be kept. */
static void deliver(struct line *line, struct unit *unit)
{
	struct delivery *made = &line->delivery;
	struct exchange exchange = {.boot_ms = made->boot_ms,
		.raw = line->reply.pdu,
		.raw_len = line->reply.len,
		.readings = made->readings};
	int rc = 0, one;
	unsigned i;

	for (i = 0; i < made->n; i++) {
		one = number_series(line, unit, made->field[i]);
		if (one) {
			rc = one;
			continue;
		}
		made->readings[exchange.n] = made->readings[i];
		made->readings[exchange.n].series = unit->series[made->field[i]];
		made->field[exchange.n++] = made->field[i];
	}
	if (exchange.n) {
		if (line->sink->where)
			line->sink->where(line->sink->ctx, &exchange);
		/* What counts for no water is in use all the same: a blank, a spike, a reference. */
		if (exchange.context != CONTEXT_IDLE || exchange.sample)
			line_search_end(line, SEARCH_IN_USE);
		if (line->sink->judge)
			judge(line, unit, &exchange);
		one = line->sink->exchange(line->sink->ctx, &exchange);
		rc = one ? one : rc;
	}
	if (rc)
		log_lost(&unit->edge_sink, made->boot_ms, "bus",
			"line %s, unit %s: readings could not be saved: %s", line->conf->name,
			unit->conf->name, err_text(rc));
	else
		log_back(&unit->edge_sink, made->boot_ms, "bus",
			"line %s, unit %s: readings are saved again", line->conf->name,
			unit->conf->name);
}

static unsigned payload(const struct port_ask *ask)
{
	if (ask->kind == ASK_BYTES) /* its reply_ms is of the whole message */
		return 0;
	if (ask->kind == ASK_PDU && (ask->function < 1 || ask->function > 4))
		return (unsigned)ask->len;
	return ask->function <= 2 ? (ask->count + 7u) / 8 : 2u * ask->count;
}

/* With the time the bytes take. */
static unsigned deadline_ms(const struct line *line, const struct port_ask *ask)
{
	int64_t wire_ns = 0;

	if (line->conf->port.kind == PORT_RTU && line->conf->port.baud) {
		int64_t bytes = 13 + payload(ask);

		wire_ns = bytes * serial_bits(&line->conf->port) * 1000000000 /
				  line->conf->port.baud +
			  2 * serial_gap_ns(&line->conf->port);
	}
	return ask->timeout_ms + DEADLINE_SLACK_MS + (unsigned)(wire_ns / MS + 1);
}

int line_put(struct line *line, struct port_ask *ask)
{
	int rc;

	if (line_now_ns(line) > line->late_until_ns)
		line->late = NULL;
	ask->timeout_ms = deadline_ms(line, ask);
	rc = port_ask(line->port, ask, &line->reply);
	line->last_end_ns = line_now_ns(line);
	pthread_mutex_lock(&line->lock);
	line->said.noise_bytes += line->reply.stale;
	if (line->reply.stale && line->late)
		line->late->said.late++;
	pthread_mutex_unlock(&line->lock);
	return rc;
}

/* Reads the line until it is silent; bytes that come then are somebody's late answer or noise. */
static void drain(struct line *line)
{
	size_t thrown = port_drain(line->port, DRAIN_MS);

	pthread_mutex_lock(&line->lock);
	line->said.noise_bytes += thrown;
	if (thrown && line->late)
		line->late->said.late++;
	pthread_mutex_unlock(&line->lock);
}

/*
 * A frame that was none: a glitch, or the late answer of another unit.  One second chance a turn; a
 * unit left aside gets none.
 */
static bool forgive(const struct line *line, struct unit *unit, int rc)
{
	if (rc != ERR_NOISE || unit->retried || !port_is_open(line->port) ||
		unit->health.state == UNIT_ASIDE || unit->health.state == UNIT_WRONG)
		return false;
	unit->retried = true;
	return true;
}

void line_clear(struct line *line)
{
	line->let_go = line->conf->port.kind == PORT_TCP;
	if (!line->let_go)
		drain(line);
	line->last_end_ns = line_now_ns(line);
}

void line_expect_late(struct line *line, struct unit *unit)
{
	line->late = unit;
	line->late_until_ns = line->last_end_ns + LATE_MS * MS;
}

static void no_answer(
	struct line *line, struct unit *unit, int rc, const struct port_ask *ask, int64_t asked_ns)
{
	bool rtu = line->conf->port.kind == PORT_RTU, again;
	int64_t done_ns = line_now_ns(line), now_ns;

	line_clear(line);
	now_ns = line->last_end_ns;
	again = forgive(line, unit, rc);
	if (rtu && !again)
		line_expect_late(line, unit);
	line->turn = NULL;
	pthread_mutex_lock(&line->lock);
	if (rc == ERR_TIMEOUT)
		unit->said.timeouts++;
	else
		unit->said.noise++;
	if (rtu)
		unit_left_open(unit, now_ns, ask);
	if (again)
		unit_suspend(unit, now_ns);
	else
		unit_failed(unit, now_ns, rc, ask, (done_ns - asked_ns) / MS);
	pthread_mutex_unlock(&line->lock);
}

/* The port closed under the question. */
static void gone(struct line *line, struct unit *unit, const struct port_ask *ask)
{
	int64_t now_ns = line_now_ns(line);

	line->reopen_ns = now_ns;
	line->turn = NULL;
	if (line->conf->port.kind == PORT_RTU)
		return;
	/* A server may close a connection whenever it likes; to do so at each question is a fault. */
	pthread_mutex_lock(&line->lock);
	if (unit->gone_before)
		unit_failed(unit, now_ns, ERR_GONE, ask, 0);
	unit->gone_before = !unit->gone_before;
	unit->in_turn = false;
	pthread_mutex_unlock(&line->lock);
}

/* The exchange just noted is kept beside the ring, where one of a later turn cannot do without it. */
static void keep_told(struct line *line, struct unit *unit)
{
	struct told *told = &line->told[unit - line->units];

	if (unit_codec_is_telling(unit))
		told->ring[told->made++ % LINE_TOLD] =
			line->trace.ring[(line->trace.made - 1) % TRACE_ENTRIES];
}

void line_ask(struct line *line, struct unit *unit, struct port_ask *ask)
{
	struct port_reply *reply = &line->reply;
	int64_t asked_ns = line_now_ns(line), now_ns;
	bool doubts = false;
	int rc;

	if (!ask->timeout_ms) /* the driver says nothing: the unit's worst honest time */
		ask->timeout_ms = unit_reply_ms(unit);
	line->delivery.n = 0;
	rc = line_put(line, ask);
	now_ns = line->last_end_ns;
	pthread_mutex_lock(&line->lock);
	trace_note(&line->trace, ask, rc, reply, asked_ns, now_ns);
	keep_told(line, unit);
	if (rc == 0)
		rc = unit_good(unit, now_ns, reply, &line->delivery);
	else if (rc == ERR_EXCEPTION)
		unit_exception(unit, now_ns, ask, reply, (now_ns - asked_ns) / MS, &line->delivery);
	else if (rc != ERR_TIMEOUT && rc != ERR_NOISE && rc != ERR_GONE)
		unit_failed(unit, now_ns, rc, ask, (now_ns - asked_ns) / MS);
	doubts = unit_doubts_identity(unit);
	unit_end_if_over(unit, now_ns);
	pthread_mutex_unlock(&line->lock);
	if (line->delivery.n)
		deliver(line, unit);
	if (rc == ERR_TIMEOUT || rc == ERR_NOISE)
		no_answer(line, unit, rc, ask, asked_ns);
	else if (rc == ERR_GONE)
		gone(line, unit, ask);
	else if (doubts)
		drain(line);
	if (line->conf->port.kind == PORT_RTU && !port_is_open(line->port))
		line_lose(line, ERR_GONE, "the device has vanished");
	if (!unit->in_turn || unit->due_ns > line_now_ns(line))
		line->turn = NULL;
	line->search_turns += !line->turn;
}
