/*
 * libmodbus frames, checks and sends; the descriptor, the silence and the deadline are ours.
 *
 * RTU has no transaction number: a late answer looks like an answer to the next question.  Whatever
 * lies on the line when a question is due is thrown away, and the question waits for silence.
 * modbus_connect() and modbus_close() are never called: the first fails after TIOCEXCL for ordinary
 * users, the second writes old settings over the line's.
 */
#include "io/rtu.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/answer.h"
#include "io/serial.h"

/* USB adapters hand bytes over in lumps up to 16 ms apart: shorter silence proves nothing there. */
#define LUMP_NS ((int64_t)20000000)
/* ... and a message that is said unasked may have such holes. */
#define PAUSE_NS ((int64_t)50000000)

struct rtu {
	struct port port;
	struct port_conf conf;
	const struct clock *clock;
	modbus_t *modbus;
	struct serial serial;
	int64_t gap_ns;
	int64_t last_ns; /* when the line was last known to be busy */
};

static struct rtu *rtu_of(struct port *port)
{
	return (struct rtu *)(void *)port;
}

static bool rtu_is_open(const struct port *port)
{
	return ((const struct rtu *)(const void *)port)->serial.fd >= 0;
}

static void rtu_close(struct port *port)
{
	struct rtu *rtu = rtu_of(port);

	modbus_set_socket(rtu->modbus, -1);
	serial_close(&rtu->serial);
}

static int rtu_open(struct port *port, struct text *why)
{
	struct rtu *rtu = rtu_of(port);
	int rc;

	rtu_close(port);
	rc = serial_open(&rtu->serial, &rtu->conf, why);
	if (rc)
		return rc;
	modbus_set_socket(rtu->modbus, rtu->serial.fd);
	rtu->last_ns = clock_boot_ns(rtu->clock);
	return 0;
}

/* Reads until the line has been silent for gap_ns.  ERR_NOISE when until_ns comes first. */
static int wait_silent(struct rtu *rtu, int64_t gap_ns, int64_t until_ns, size_t *thrown)
{
	uint8_t bytes[512];

	for (;;) {
		int64_t silent_ns = rtu->last_ns + gap_ns;
		ssize_t n = 0;
		int rc;

		if (silent_ns > until_ns)
			silent_ns = until_ns;
		rc = answer_wait(rtu->serial.fd, rtu->clock, silent_ns);
		if (rc == ERR_TIMEOUT)
			return rtu->last_ns + gap_ns > until_ns ? ERR_NOISE : 0;
		if (rc)
			return rc;
		n = read(rtu->serial.fd, bytes, sizeof(bytes));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return ERR_GONE;
		*thrown += (size_t)n;
		rtu->last_ns = clock_boot_ns(rtu->clock);
		if (rtu->last_ns >= until_ns)
			return ERR_NOISE;
	}
}

static int send_question(struct rtu *rtu, const struct port_ask *ask)
{
	uint8_t raw[1 + ANSWER_QUESTION] = {ask->unit};
	size_t len = 1 + answer_question(ask, raw + 1);

	if (modbus_set_slave(rtu->modbus, ask->unit))
		return ERR_RANGE;
	if (modbus_send_raw_request(rtu->modbus, raw, (int)len) < 0)
		return answer_error(errno);
	return 0;
}

/* The frame, checksum verified by libmodbus, is an answer to this very question. */
static int check_frame(
	const struct port_ask *ask, const uint8_t *frame, size_t len, struct port_reply *reply)
{
	if (len < 5 || len > PORT_REPLY || frame[0] != ask->unit)
		return ERR_NOISE;
	reply->len = len - 3;
	memcpy(reply->pdu, frame + 1, reply->len);
	if (len == 5 && frame[1] == (ask->function | 0x80)) {
		reply->exception = frame[2];
		return ERR_EXCEPTION;
	}
	return answer_fits(ask, reply->pdu, reply->len) ? 0 : ERR_NOISE;
}

static int receive(
	struct rtu *rtu, const struct port_ask *ask, int64_t until_ns, struct port_reply *reply)
{
	uint8_t frame[MODBUS_MAX_ADU_LENGTH] = {0};
	int64_t left_us;
	int rc;

	rc = answer_wait(rtu->serial.fd, rtu->clock, until_ns);
	if (rc)
		return rc;
	left_us = (until_ns - clock_boot_ns(rtu->clock)) / 1000;
	if (left_us < 1)
		left_us = 1;
	modbus_set_response_timeout(
		rtu->modbus, (uint32_t)(left_us / 1000000), (uint32_t)(left_us % 1000000));
	rc = modbus_receive_confirmation(rtu->modbus, frame);
	if (rc >= 0) /* 0: another unit's frame */
		return check_frame(ask, frame, (size_t)rc, reply);
	rc = answer_error(errno);
	/* Bytes came, but the frame was never whole. */
	return rc == ERR_TIMEOUT ? ERR_NOISE : rc;
}

/* The first message that the driver finds in what comes. */
static int hear(
	struct rtu *rtu, const struct port_ask *ask, int64_t until_ns, struct port_reply *reply)
{
	size_t len = 0;
	ssize_t got;
	int rc, n = 0;

	for (;;) {
		while (len && (n = ask->frame(ask->ctx, reply->pdu, len)) < 0) {
			memmove(reply->pdu, reply->pdu + 1, --len);
			reply->stale++;
		}
		if (len && n > 0) {
			reply->len = (size_t)n;
			return 0;
		}
		rc = len == PORT_REPLY ? ERR_TIMEOUT
				       : answer_wait(rtu->serial.fd, rtu->clock, until_ns);
		if (rc) {
			reply->len = len; /* for the trace */
			return rc == ERR_TIMEOUT && (len || reply->stale) ? ERR_NOISE : rc;
		}
		got = read(rtu->serial.fd, reply->pdu + len, PORT_REPLY - len);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			return ERR_GONE;
		len += (size_t)got;
	}
}

static int talk(
	struct rtu *rtu, const struct port_ask *ask, int64_t until_ns, struct port_reply *reply)
{
	size_t before = reply->stale;
	int rc;

	if (ask->len && write(rtu->serial.fd, ask->bytes, ask->len) != (ssize_t)ask->len)
		return ERR_GONE;
	if (!ask->frame)
		return 0;
	reply->stale = 0;
	rc = hear(rtu, ask, until_ns, reply);
	reply->stale += before;
	return rc;
}

static int64_t bytes_ns(const struct rtu *rtu, size_t n)
{
	return (int64_t)n * serial_bits(&rtu->conf) * 1000000000 / rtu->conf.baud;
}

/* How long the line must be silent first: one that talks unasked pauses between its messages. */
static int64_t silence_ns(const struct rtu *rtu, const struct port_ask *ask)
{
	return ask->kind == ASK_BYTES && !ask->len && rtu->gap_ns < PAUSE_NS ? PAUSE_NS
									     : rtu->gap_ns;
}

static int rtu_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	struct rtu *rtu = rtu_of(port);
	int64_t until_ns = clock_boot_ns(rtu->clock) + (int64_t)ask->timeout_ms * 1000000;
	int rc;

	reply->len = 0;
	reply->exception = 0;
	reply->stale = 0;
	if (rtu->serial.fd < 0)
		return ERR_GONE;
	rc = answer_check_ask(ask, PORT_RTU);
	if (rc)
		return rc;
	rc = wait_silent(rtu, silence_ns(rtu, ask), until_ns, &reply->stale);
	if (!rc && ask->kind == ASK_BYTES)
		rc = talk(rtu, ask, until_ns, reply);
	else if (!rc && !(rc = send_question(rtu, ask)))
		rc = receive(rtu, ask, until_ns, reply);
	rtu->last_ns = clock_boot_ns(rtu->clock);
	if (ask->kind == ASK_BYTES && !ask->frame) /* they are still going out */
		rtu->last_ns += bytes_ns(rtu, ask->len);
	if (rc == ERR_GONE)
		rtu_close(port);
	return rc;
}

static size_t rtu_drain(struct port *port, unsigned most_ms)
{
	struct rtu *rtu = rtu_of(port);
	int64_t until_ns = clock_boot_ns(rtu->clock) + (int64_t)most_ms * 1000000;
	size_t thrown = 0;

	if (rtu->serial.fd >= 0 && wait_silent(rtu, rtu->gap_ns > LUMP_NS ? rtu->gap_ns : LUMP_NS,
					   until_ns, &thrown) == ERR_GONE)
		rtu_close(port);
	return thrown;
}

static bool rtu_lost(struct port *port)
{
	struct rtu *rtu = rtu_of(port);

	return rtu->serial.fd >= 0 && serial_lost(&rtu->serial, &rtu->conf);
}

static void rtu_free(struct port *port)
{
	struct rtu *rtu = rtu_of(port);

	rtu_close(port);
	modbus_free(rtu->modbus);
	free(rtu);
}

static const struct port_ops rtu_ops = {
	.open = rtu_open,
	.is_open = rtu_is_open,
	.ask = rtu_ask,
	.drain = rtu_drain,
	.lost = rtu_lost,
	.close = rtu_close,
	.free = rtu_free,
};

struct port *rtu_new(const struct port_conf *conf, const struct clock *clock)
{
	struct rtu *rtu = calloc(1, sizeof(*rtu));

	if (!rtu)
		return NULL;
	rtu->port.ops = &rtu_ops;
	rtu->conf = *conf;
	rtu->clock = clock;
	rtu->serial.fd = -1;
	rtu->gap_ns = serial_gap_ns(conf);
	rtu->modbus =
		modbus_new_rtu(conf->where, (int)conf->baud, conf->parity, 8, (int)conf->stop_bits);
	if (!rtu->modbus) {
		free(rtu);
		return NULL;
	}
	modbus_set_error_recovery(rtu->modbus, MODBUS_ERROR_RECOVERY_NONE);
	/* No pause between bytes is judged: the whole frame is due before the deadline. */
	modbus_set_byte_timeout(rtu->modbus, 0, 0);
	return &rtu->port;
}
