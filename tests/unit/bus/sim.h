/*
 * sim.h - a serial line with slaves on an injected clock: what takes time on the wire moves the clock.
 *
 * Late answers are modelled as they are: the bytes arrive when they arrive, whoever is waiting then.
 * Include after cmocka.h.  What arrives while a question waits is taken for its answer if unit, function and length fit, as
 * libmodbus does; bytes there before are thrown away by the next question.  A driver's own questions are
 * answered by the test's say(), whole and at once or never.
 */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bus/line.h"
#include "io/answer.h"
#include "io/serial.h"

enum { SIM_UNITS = 32, SIM_ADDRESSES = 256, SIM_PENDING = 64, SIM_KEPT = 400000 };

struct sim_unit {
	bool mute, busy, gateway;
	int noise;       /* so many answers come damaged */
	int64_t late_ns; /* answers come so long after the question is sent */
	uint16_t words[SIM_ADDRESSES];
	uint8_t refuses[SIM_ADDRESSES]; /* exception code */
	uint64_t asked, answered;
	int64_t last_at_ns; /* a slave answers in order */
};

struct sim_frame {
	int64_t at_ns;
	uint8_t unit, exception;
	struct port_ask ask;
	uint8_t payload[252];
};

struct sim_kept {
	uint32_t series;
	uint8_t qc;
	uint16_t flags;
	double value;
	int64_t boot_ms;
	size_t exchange;
};

struct sim {
	struct port port;
	struct clock clock;
	int64_t now_ns;
	struct port_conf conf;
	bool open, present, tcp_closes;
	int64_t turnaround_ns;
	struct sim_unit units[SIM_UNITS + 1];
	struct sim_frame pending[SIM_PENDING];
	unsigned n_pending;
	unsigned opened;
	/* ASK_PDU and ASK_BYTES: puts the answer's bytes; how many, 0 for none */
	size_t (*say)(struct sim *sim, const struct port_ask *ask, uint8_t *answer);
	/* the sink */
	struct bus_sink sink;
	struct series series[512];
	uint32_t n_series;
	struct sim_kept *kept;
	size_t n_kept, n_exchanges;
	int sink_says;
	/* the line under test */
	struct line_conf line_conf;
	struct profile profile;
	struct line *line;
};

static struct sim *sim_of(struct port *port)
{
	return (struct sim *)(void *)port;
}

static int64_t sim_now(void *ctx)
{
	return ((struct sim *)ctx)->now_ns;
}

static int64_t sim_gap_ns(const struct sim *sim)
{
	return sim->conf.kind == PORT_TCP ? 0 : serial_gap_ns(&sim->conf);
}

static int64_t sim_char_ns(const struct sim *sim)
{
	if (sim->conf.kind == PORT_TCP)
		return 0;
	return (int64_t)serial_bits(&sim->conf) * 1000000000 / sim->conf.baud;
}

static int sim_open(struct port *port, struct text *why)
{
	struct sim *sim = sim_of(port);

	if (!sim->present) {
		text_put(why, "sim: not plugged in");
		return ERR_GONE;
	}
	sim->open = true;
	sim->opened++;
	return 0;
}

static bool sim_is_open(const struct port *port)
{
	return ((const struct sim *)(const void *)port)->open;
}

static void sim_close(struct port *port)
{
	sim_of(port)->open = false;
	sim_of(port)->n_pending = 0;
}

static bool sim_lost(struct port *port)
{
	return sim_of(port)->open && !sim_of(port)->present;
}

static void sim_free(struct port *port)
{
	(void)port; /* the test owns it */
}

/* Throws away frames that have come by now; bytes. */
static size_t sim_throw(struct sim *sim)
{
	unsigned i, kept = 0;
	size_t bytes = 0;

	for (i = 0; i < sim->n_pending; i++) {
		if (sim->pending[i].at_ns <= sim->now_ns)
			bytes += 5u + 2u * sim->pending[i].ask.count;
		else
			sim->pending[kept++] = sim->pending[i];
	}
	sim->n_pending = kept;
	return bytes;
}

static size_t sim_drain(struct port *port, unsigned most_ms)
{
	struct sim *sim = sim_of(port);
	int64_t until_ns = sim->now_ns + most_ms * 1000000ll, silent_ns = sim->now_ns;
	size_t bytes = sim_throw(sim), more;

	while (sim->now_ns < until_ns && sim->now_ns - silent_ns < 20000000) {
		sim->now_ns += 1000000;
		more = sim_throw(sim);
		bytes += more;
		if (more)
			silent_ns = sim->now_ns;
	}
	return bytes;
}

static void sim_send(struct sim *sim, const struct port_ask *ask)
{
	struct sim_unit *unit = &sim->units[ask->unit];
	struct sim_frame *frame = &sim->pending[sim->n_pending];
	unsigned i;

	unit->asked++;
	if ((unit->mute && !unit->gateway) || sim->n_pending == SIM_PENDING)
		return;
	unit->answered++;
	memset(frame, 0, sizeof(*frame));
	frame->unit = ask->unit;
	frame->ask = *ask;
	if (unit->gateway)
		frame->exception = 11;
	else if (unit->busy)
		frame->exception = 6;
	for (i = ask->start; i < (unsigned)ask->start + ask->count; i++) {
		if (i >= SIM_ADDRESSES || unit->refuses[i])
			frame->exception = i >= SIM_ADDRESSES ? 2 : unit->refuses[i];
		else if (!frame->exception) {
			frame->payload[2 * (i - ask->start)] = (uint8_t)(unit->words[i] >> 8);
			frame->payload[2 * (i - ask->start) + 1] = (uint8_t)unit->words[i];
		}
	}
	frame->at_ns = sim->now_ns + sim->turnaround_ns + unit->late_ns +
		       (5 + (frame->exception ? 0 : 2 * ask->count)) * sim_char_ns(sim);
	if (frame->at_ns <= unit->last_at_ns)
		frame->at_ns = unit->last_at_ns + sim->turnaround_ns;
	unit->last_at_ns = frame->at_ns;
	sim->n_pending++;
}

/* The first frame that comes before until_ns; false: none. */
static bool sim_receive(struct sim *sim, int64_t until_ns, struct sim_frame *out)
{
	unsigned i, first = SIM_PENDING;

	for (i = 0; i < sim->n_pending; i++)
		if (sim->pending[i].at_ns <= until_ns &&
			(first == SIM_PENDING || sim->pending[i].at_ns < sim->pending[first].at_ns))
			first = i;
	if (first == SIM_PENDING)
		return false;
	*out = sim->pending[first];
	sim->pending[first] = sim->pending[--sim->n_pending];
	if (out->at_ns > sim->now_ns)
		sim->now_ns = out->at_ns;
	return true;
}

/* A driver's own question, as the ports judge its answer. */
static int sim_own(struct sim *sim, const struct port_ask *ask, struct port_reply *reply)
{
	struct sim_unit *unit = &sim->units[ask->unit];
	int64_t until_ns = sim->now_ns + ask->timeout_ms * 1000000ll;
	size_t len;
	int n = 0;

	unit->asked++;
	len = sim->say(sim, ask, reply->pdu);
	if (ask->kind == ASK_BYTES && !ask->frame)
		return 0;
	if (unit->mute || !len) {
		sim->now_ns = until_ns;
		if (sim->conf.kind == PORT_TCP)
			sim_close(&sim->port);
		return ERR_TIMEOUT;
	}
	unit->answered++;
	sim->now_ns += sim->turnaround_ns + (int64_t)len * sim_char_ns(sim);
	if (ask->kind == ASK_PDU) {
		reply->len = len;
		reply->exception = reply->pdu[1];
		if (len == 2 && reply->pdu[0] == (ask->function | 0x80))
			return ERR_EXCEPTION;
		return answer_fits(ask, reply->pdu, len) ? 0 : ERR_NOISE;
	}
	while (len && (n = ask->frame(ask->ctx, reply->pdu, len)) < 0)
		memmove(reply->pdu, reply->pdu + 1, --len);
	reply->len = len && n > 0 ? (size_t)n : len;
	return len && n > 0 ? 0 : ERR_NOISE;
}

static int sim_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	struct sim *sim = sim_of(port);
	int64_t until_ns = sim->now_ns + ask->timeout_ms * 1000000ll;
	struct sim_frame frame;

	reply->len = 0;
	reply->exception = 0;
	reply->stale = 0;
	if (!sim->open)
		return ERR_GONE;
	if (!sim->present) {
		sim_close(port);
		return ERR_GONE;
	}
	if (sim->tcp_closes) {
		sim_close(port);
		return ERR_GONE;
	}
	sim->now_ns += sim_gap_ns(sim);
	reply->stale = sim_throw(sim);
	if (ask->kind != ASK_REGISTERS)
		return sim_own(sim, ask, reply);
	sim->now_ns += 8 * sim_char_ns(sim);
	sim_send(sim, ask);
	if (!sim_receive(sim, until_ns, &frame)) {
		sim->now_ns = until_ns;
		if (sim->conf.kind == PORT_TCP)
			sim_close(port);
		return ERR_TIMEOUT;
	}
	sim->now_ns += sim_gap_ns(sim);
	if (sim->units[ask->unit].noise > 0) {
		sim->units[ask->unit].noise--;
		return ERR_NOISE;
	}
	if (frame.unit != ask->unit || frame.ask.function != ask->function ||
		(!frame.exception && frame.ask.count != ask->count))
		return ERR_NOISE;
	reply->pdu[0] = ask->function;
	if (frame.exception) {
		reply->pdu[0] |= 0x80;
		reply->pdu[1] = frame.exception;
		reply->exception = frame.exception;
		reply->len = 2;
		return ERR_EXCEPTION;
	}
	reply->pdu[1] = (uint8_t)(2 * ask->count);
	memcpy(reply->pdu + 2, frame.payload, reply->pdu[1]);
	reply->len = 2u + reply->pdu[1];
	return 0;
}

static const struct port_ops sim_ops = {
	sim_open, sim_is_open, sim_ask, sim_drain, sim_lost, sim_close, sim_free};

static int sim_series(void *ctx, const struct series *series, uint32_t *number)
{
	struct sim *sim = ctx;

	if (sim->sink_says)
		return sim->sink_says;
	sim->series[sim->n_series] = *series;
	*number = sim->n_series++;
	return 0;
}

static int sim_exchange(void *ctx, const struct exchange *exchange)
{
	struct sim *sim = ctx;
	size_t i;

	if (sim->sink_says)
		return sim->sink_says;
	if (!exchange->n || exchange->n > EXCHANGE_READINGS || exchange->raw_len > EXCHANGE_RAW)
		abort();
	sim->n_exchanges++;
	for (i = 0; i < exchange->n && sim->n_kept < SIM_KEPT; i++) {
		const struct reading *reading = &exchange->readings[i];

		sim->kept[sim->n_kept++] = (struct sim_kept){reading->series, reading->qc,
			reading->flags, reading->value, exchange->boot_ms, sim->n_exchanges};
	}
	return 0;
}

static void sim_where(void *ctx, struct exchange *exchange)
{
	(void)ctx;
	exchange->context = CONTEXT_SAMPLE;
}

/* A line of 9600 baud, present, with one shared empty profile; units are added by the test. */
static struct sim *sim_new(void)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	unsigned u, i;

	if (!sim)
		abort();
	sim->kept = calloc(SIM_KEPT, sizeof(*sim->kept));
	if (!sim->kept)
		abort();
	sim->port.ops = &sim_ops;
	sim->clock = (struct clock){sim_now, sim_now, sim};
	sim->now_ns = 1000000000;
	sim->conf =
		(struct port_conf){.kind = PORT_RTU, .baud = 9600, .parity = 'N', .stop_bits = 1};
	sim->present = true;
	sim->turnaround_ns = 5000000;
	sim->sink = (struct bus_sink){
		.ctx = sim, .series = sim_series, .exchange = sim_exchange, .where = sim_where};
	/* unit u's register i is u * 256 + i: no two are equal */
	for (u = 0; u <= SIM_UNITS; u++)
		for (i = 0; i < SIM_ADDRESSES; i++)
			sim->units[u].words[i] = (uint16_t)(u * 256 + i);
	strcpy(sim->profile.name, "sim");
	sim->profile.most_registers = 125;
	sim->profile.reply_ms = 300;
	sim->profile.turnaround_ms = 5;
	strcpy(sim->line_conf.name, "sim");
	return sim;
}

/* A field of one register at `address`; parameters are distinct and their range is wide. */
static inline void sim_field(struct sim *sim, uint16_t address)
{
	static const char *const codes[] = {"conductivity", "hardness", "alkalinity", "chloride",
		"colour", "tds", "turbidity_ntu", "turbidity_fnu", "sulphate", "iron", "boron",
		"arsenic", "aluminium", "manganese", "specific_conductance"};
	struct profile_field *field = &sim->profile.fields[sim->profile.n_fields];

	strcpy(field->parameter, codes[sim->profile.n_fields++]);
	field->at = (struct profile_register){3, address, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
	field->scale = 1;
	field->kind = NUMBER_DECIMAL;
}

static struct unit_conf *sim_add(struct sim *sim, unsigned interval_ms)
{
	struct unit_conf *unit = &sim->line_conf.units[sim->line_conf.n_units++];

	snprintf(unit->name, sizeof(unit->name), "u%u", sim->line_conf.n_units);
	unit->profile = &sim->profile;
	unit->address = (uint8_t)sim->line_conf.n_units;
	unit->interval_ms = interval_ms;
	return unit;
}

static int sim_make(struct sim *sim)
{
	sim->line_conf.port = sim->conf;
	return line_new(&sim->line, &sim->line_conf, &sim->port, &sim->sink, &sim->clock, 7);
}

/* Steps for so long of the line's own time. */
static void sim_run(struct sim *sim, int64_t ms)
{
	int64_t until_ns = sim->now_ns + ms * 1000000, due_ns;
	unsigned still = 0;

	while (sim->now_ns < until_ns) {
		int64_t before_ns = sim->now_ns;

		due_ns = line_step(sim->line);
		if (due_ns > sim->now_ns)
			sim->now_ns = due_ns < until_ns ? due_ns : until_ns;
		still = sim->now_ns == before_ns ? still + 1 : 0;
		if (still > 10000)
			abort(); /* a loop that does not move the time would burn a core */
	}
}

static void sim_free_all(struct sim *sim)
{
	line_free(sim->line);
	free(sim->kept);
	free(sim);
}

/* Readings with a value of unit `u` (from 1) with boot times in [from_ms, to_ms). */
static size_t sim_count(const struct sim *sim, unsigned u, int64_t from_ms, int64_t to_ms)
{
	const char *name = sim->line_conf.units[u - 1].name;
	size_t i, n = 0;

	for (i = 0; i < sim->n_kept; i++)
		n += !strcmp(sim->series[sim->kept[i].series].unit, name) &&
		     sim->kept[i].boot_ms >= from_ms && sim->kept[i].boot_ms < to_ms &&
		     isfinite(sim->kept[i].value);
	return n;
}

static struct unit_state sim_state(const struct sim *sim, unsigned u)
{
	struct unit_state state;

	if (line_unit(sim->line, u - 1, &state))
		abort();
	return state;
}

/* Every kept value is what its unit's own register says, and moments of a unit rise strictly. */
static inline void check_kept(const struct sim *sim)
{
	int64_t last[SIM_UNITS + 1] = {0};
	size_t i, k;

	for (i = 0; i < sim->n_kept; i++) {
		const struct sim_kept *kept = &sim->kept[i];
		const struct series *series = &sim->series[kept->series];
		unsigned u = (unsigned)atoi(series->unit + 1);

		if (i > 0 && sim->kept[i - 1].exchange == kept->exchange)
			assert_int_equal(kept->boot_ms, last[u]);
		else
			assert_true(kept->boot_ms > last[u]);
		last[u] = kept->boot_ms;
		for (k = 0; k < sim->profile.n_fields; k++)
			if (!strcmp(sim->profile.fields[k].parameter, series->parameter))
				break;
		if (isfinite(kept->value))
			assert_int_equal(kept->value,
				sim->units[u].words[sim->profile.fields[k].at.address]);
	}
}

#endif
