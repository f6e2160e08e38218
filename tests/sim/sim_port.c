#include "sim_port.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc.h"

enum { MOST_COMING = 8 };

/* A frame on its way. */
struct coming {
	int64_t begin_ns, end_ns;
	bool own; /* of the question asked last */
	struct lab_answer answer;
};

struct sim_port {
	struct port port;
	struct lab *lab;
	const struct port_conf *conf;
	unsigned line;
	struct sim_time *time;
	int64_t char_ns, gap_ns;
	bool open;
	unsigned n_coming;
	struct coming coming[MOST_COMING];
	struct sim_heard heard;
	struct sim_counts counts;
};

static int64_t sim_boot_ns(void *ctx)
{
	return ((struct sim_time *)ctx)->now_ns;
}

void sim_time_init(struct sim_time *time, int64_t now_ns)
{
	time->now_ns = now_ns;
	time->clock = (struct clock){sim_boot_ns, sim_boot_ns, time};
}

static struct sim_port *sim_of(struct port *port)
{
	return (struct sim_port *)(void *)port;
}

static const struct sim_port *sim_of_const(const struct port *port)
{
	return (const struct sim_port *)(const void *)port;
}

const struct sim_heard *sim_port_heard(const struct port *port)
{
	return &sim_of_const(port)->heard;
}

const struct sim_counts *sim_port_counts(const struct port *port)
{
	return &sim_of_const(port)->counts;
}

static bool sim_lost(struct port *port)
{
	struct sim_port *sim = sim_of(port);

	return sim->open && !lab_plugged(sim->lab, sim->line, sim->time->now_ns);
}

static void sim_close(struct port *port)
{
	struct sim_port *sim = sim_of(port);

	sim->open = false;
	sim->n_coming = 0;
}

static int sim_open(struct port *port, struct text *why)
{
	struct sim_port *sim = sim_of(port);

	sim_close(port);
	if (!lab_plugged(sim->lab, sim->line, sim->time->now_ns)) {
		text_put(why, "unplugged");
		return ERR_GONE;
	}
	sim->open = true;
	return 0;
}

static bool sim_is_open(const struct port *port)
{
	return sim_of_const(port)->open;
}

static void sim_free(struct port *port)
{
	free(sim_of(port));
}

static void remove_coming(struct sim_port *sim, unsigned i)
{
	sim->coming[i] = sim->coming[--sim->n_coming];
}

/* Bytes that lie on the line are thrown away; how many. */
static size_t flush(struct sim_port *sim)
{
	size_t thrown = 0;
	unsigned i = 0;

	while (i < sim->n_coming) {
		struct coming *coming = &sim->coming[i];

		coming->own = false;
		if (coming->begin_ns > sim->time->now_ns) {
			i++;
			continue;
		}
		thrown += (size_t)((coming->end_ns - coming->begin_ns) / sim->char_ns);
		remove_coming(sim, i);
	}
	return thrown;
}

static struct coming *first_coming(struct sim_port *sim)
{
	struct coming *first = NULL;
	unsigned i;

	for (i = 0; i < sim->n_coming; i++)
		if (!first || sim->coming[i].begin_ns < first->begin_ns)
			first = &sim->coming[i];
	return first;
}

static size_t sim_drain(struct port *port, unsigned most_ms)
{
	struct sim_port *sim = sim_of(port);
	int64_t until_ns = sim->time->now_ns + (int64_t)most_ms * 1000000;
	struct coming *first;
	size_t thrown = 0;

	while (sim->time->now_ns < until_ns) {
		first = first_coming(sim);
		if (!first || first->begin_ns > sim->time->now_ns + sim->gap_ns) {
			sim->time->now_ns += sim->gap_ns;
			break;
		}
		thrown += (size_t)((first->end_ns - first->begin_ns) / sim->char_ns);
		if (first->end_ns > sim->time->now_ns)
			sim->time->now_ns = first->end_ns;
		remove_coming(sim, (unsigned)(first - sim->coming));
	}
	return thrown;
}

static int question(struct sim_port *sim, const struct port_ask *ask, int64_t asked_ns)
{
	const uint8_t pdu[] = {ask->function, (uint8_t)(ask->start >> 8), (uint8_t)ask->start,
		(uint8_t)(ask->count >> 8), (uint8_t)ask->count};
	struct coming *coming = &sim->coming[sim->n_coming];
	struct lab_answer *answer = &coming->answer;
	uint8_t frame[LAB_FRAME];
	size_t len;

	if (sim->n_coming == MOST_COMING)
		return ERR_NOISE;
	lab_reply(sim->lab, sim->line, ask->unit, pdu, sizeof(pdu), asked_ns, sim->time->now_ns,
		answer);
	if (!answer->speaks)
		return 0;
	len = lab_frame_rtu(answer, frame);
	coming->own = true;
	coming->begin_ns = sim->time->now_ns + answer->delay_ns;
	coming->end_ns = coming->begin_ns + (int64_t)len * sim->char_ns;
	sim->n_coming++;
	lab_spoke(sim->lab, answer, answer->outcome, coming->end_ns);
	return 0;
}

/* As a master that knows no more than the bytes judges them. */
static int judge(struct sim_port *sim, const struct port_ask *ask, struct port_reply *reply)
{
	const struct lab_answer *answer = &sim->heard.answer;
	size_t want = 5 + (ask->function <= 2 ? (ask->count + 7u) / 8u : 2u * ask->count), len;
	uint8_t frame[LAB_FRAME];

	len = lab_frame_rtu(answer, frame);
	if (len >= 5 && frame[0] == ask->unit && frame[1] == (ask->function | 0x80) &&
		!crc_modbus(frame, 5)) {
		reply->exception = frame[2];
		reply->len = 2;
		memcpy(reply->pdu, frame + 1, reply->len);
		return ERR_EXCEPTION;
	}
	if (len < want || frame[0] != ask->unit || frame[1] != ask->function ||
		frame[2] != want - 5 || crc_modbus(frame, want))
		return ERR_NOISE;
	reply->len = want - 3;
	memcpy(reply->pdu, frame + 1, reply->len);
	return 0;
}

/* Waits for bytes; TCP knows by its transaction number what is stale. */
static int wait_answer(struct sim_port *sim, const struct port_ask *ask, struct port_reply *reply)
{
	int64_t deadline_ns = sim->time->now_ns + (int64_t)ask->timeout_ms * 1000000;
	struct coming *first;
	int rc = ERR_TIMEOUT;

	for (;;) {
		first = first_coming(sim);
		if (!first || first->begin_ns > deadline_ns) {
			sim->time->now_ns = deadline_ns;
			return ERR_TIMEOUT;
		}
		sim->heard.answer = first->answer;
		sim->heard.stale = !first->own;
		if (first->end_ns > sim->time->now_ns)
			sim->time->now_ns = first->end_ns;
		remove_coming(sim, (unsigned)(first - sim->coming));
		if (sim->conf->kind == PORT_TCP && sim->heard.stale)
			continue;
		rc = judge(sim, ask, reply);
		sim->heard.sound = rc == 0;
		return rc;
	}
}

static int sim_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	struct sim_port *sim = sim_of(port);
	int64_t asked_ns;
	int rc;

	memset(reply, 0, sizeof(*reply));
	sim->heard.sound = sim->heard.stale = false;
	sim->counts.asked++;
	sim->time->now_ns += sim->gap_ns;
	reply->stale = flush(sim);
	asked_ns = sim->time->now_ns;
	sim->time->now_ns += 8 * sim->char_ns + sim->gap_ns;
	if (!sim->open || sim_lost(port)) {
		sim_close(port);
		sim->counts.gone++;
		return ERR_GONE;
	}
	rc = question(sim, ask, asked_ns);
	if (!rc && lab_babbles(sim->lab, sim->line, sim->time->now_ns)) {
		sim->n_coming = 0;
		sim->time->now_ns += 100 * sim->char_ns;
		rc = ERR_NOISE;
	}
	if (!rc)
		rc = wait_answer(sim, ask, reply);
	if (sim->conf->kind == PORT_TCP && (rc == ERR_TIMEOUT || rc == ERR_NOISE))
		sim_close(port);
	sim->counts.sound += rc == 0;
	sim->counts.stale += rc == 0 && sim->heard.stale;
	if (!rc && !sim->heard.stale)
		sim->counts.values += sim->heard.answer.n_served;
	sim->counts.timeouts += rc == ERR_TIMEOUT;
	sim->counts.noise += rc == ERR_NOISE;
	sim->counts.exceptions += rc == ERR_EXCEPTION;
	return rc;
}

struct port *sim_port_new(struct lab *lab, unsigned line, struct sim_time *time)
{
	static const struct port_ops ops = {
		sim_open, sim_is_open, sim_ask, sim_drain, sim_lost, sim_close, sim_free};
	struct sim_port *sim = calloc(1, sizeof(*sim));
	const struct port_conf *conf = &lab->lines[line].conf->port;

	if (!sim)
		return NULL;
	sim->port.ops = &ops;
	sim->lab = lab;
	sim->line = line;
	sim->conf = conf;
	sim->time = time;
	sim->char_ns = conf->kind == PORT_TCP ? 1000 : 10 * (int64_t)1000000000 / conf->baud;
	sim->gap_ns = conf->kind == PORT_TCP ? 1000 : sim->char_ns * 7 / 2;
	return &sim->port;
}
