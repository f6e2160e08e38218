/*
 * A serial line: every byte takes its time on the wire, and two who speak at once spoil each other.
 *
 * A pty carries bytes at once, so a question's bytes are taken to arrive one after the other from the
 * moment the first is seen; answers are written in pieces of about a millisecond, each when its last
 * byte would have arrived.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crc.h"
#include "pty.h"
#include "water.h"
#include "wire.h"

enum { MOST_SPEECHES = 4, PIECE_NS = 1000000, LOOK_NS = 20000000, QUESTION = 512 };

/* An answer on its way. */
struct speech {
	bool used, spoilt;
	int64_t start_ns;
	size_t len, sent;
	uint8_t frame[LAB_FRAME];
	struct lab_answer answer;
};

struct rtu {
	struct pty pty;
	const struct port_conf *conf;
	int64_t char_ns, gap_ns;
	int64_t quiet_ns; /* the line has been silent since */
	bool wrong_speed; /* said once while it lasts */
	uint8_t rx[QUESTION];
	size_t rx_len;
	int64_t rx_first_ns, rx_end_ns;
	bool rx_spoilt, rx_hurried;
	int64_t babbled_ns;
	struct speech speeches[MOST_SPEECHES];
};

int64_t rtu_char_ns(const struct port_conf *port)
{
	int64_t bits = 9 + (int64_t)port->stop_bits + (port->parity != 'N');

	return bits * 1000000000 / port->baud;
}

int64_t rtu_gap_ns(const struct port_conf *port)
{
	return port->baud > 19200 ? 1750000 : rtu_char_ns(port) * 7 / 2;
}

int rtu_open(struct wire *wire, struct text *why)
{
	const struct port_conf *conf = &wire->lab->lines[wire->line].conf->port;
	struct rtu *rtu;
	int rc = pty_check(conf->where, wire->dir, why);

	if (rc)
		return rc;
	rtu = calloc(1, sizeof(*rtu));
	if (!rtu)
		return ERR_MEMORY;
	rtu->pty.master = -1;
	rtu->conf = conf;
	rtu->char_ns = rtu_char_ns(conf);
	rtu->gap_ns = rtu_gap_ns(conf);
	wire->rtu = rtu;
	if (!text_copy(rtu->pty.link, sizeof(rtu->pty.link), conf->where))
		return ERR_CONF;
	return pty_open(&rtu->pty, why);
}

void rtu_close(struct wire *wire)
{
	if (!wire->rtu)
		return;
	pty_close(&wire->rtu->pty);
	free(wire->rtu);
	wire->rtu = NULL;
}

void rtu_describe(const struct wire *wire, struct text *to)
{
	const struct rtu *rtu = wire->rtu;

	text_printf(to, "%s rtu %s -> %s %u 8%c%u", wire->lab->lines[wire->line].conf->name,
		rtu->pty.link, rtu->pty.name, rtu->conf->baud, rtu->conf->parity,
		rtu->conf->stop_bits);
}

static void finish(struct wire *wire, struct speech *speech, enum fault_kind found, int64_t now)
{
	enum fault_kind outcome = speech->answer.outcome;

	if (outcome == FAULT_OK)
		outcome = found;
	lab_spoke(wire->lab, &speech->answer, outcome, now);
	served_put(wire->served, wire->lab->lines[wire->line].conf->name, &speech->answer, outcome);
	speech->used = false;
}

/* The port vanished or the asker closed it: what was under way is lost. */
static void forget(struct wire *wire, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	int i;

	for (i = 0; i < MOST_SPEECHES; i++)
		if (rtu->speeches[i].used)
			finish(wire, &rtu->speeches[i], FAULT_GONE, now);
	rtu->rx_len = 0;
	rtu->rx_spoilt = rtu->rx_hurried = false;
}

static void check_speed(struct wire *wire)
{
	struct rtu *rtu = wire->rtu;
	unsigned baud = pty_baud(&rtu->pty);
	bool wrong = baud != rtu->conf->baud;

	if (wrong && !rtu->wrong_speed)
		fprintf(stderr,
			"labsim: line %s runs at %u baud, the asker speaks %u: nobody hears it\n",
			wire->lab->lines[wire->line].conf->name, rtu->conf->baud, baud);
	rtu->wrong_speed = wrong;
	rtu->rx_spoilt |= wrong;
}

static bool speaking(const struct speech *speech, int64_t now)
{
	return speech->used && speech->start_ns <= now;
}

static void take(struct wire *wire, int64_t now);

static void hear(struct wire *wire, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	ssize_t n = read(rtu->pty.master, rtu->rx + rtu->rx_len, sizeof(rtu->rx) - rtu->rx_len);
	int i;

	if (n <= 0)
		return;
	if (rtu->rx_len && now >= rtu->rx_end_ns + 3 * rtu->char_ns) {
		/* A new frame: the one before was seen late. */
		uint8_t first[QUESTION];

		memcpy(first, rtu->rx + rtu->rx_len, (size_t)n);
		take(wire, now);
		memcpy(rtu->rx, first, (size_t)n);
	}
	if (!rtu->rx_len) {
		rtu->rx_first_ns = rtu->rx_end_ns = now;
		/* Under 3 of the 3.5 characters nobody can tell that a new frame has begun. */
		rtu->rx_hurried = now < rtu->quiet_ns + 3 * rtu->char_ns;
		rtu->rx_spoilt = false;
		check_speed(wire);
	}
	if (rtu->rx_end_ns < now)
		rtu->rx_end_ns = now;
	rtu->rx_end_ns += n * rtu->char_ns;
	rtu->rx_len += (size_t)n;
	if (rtu->rx_len == sizeof(rtu->rx)) { /* no question is that long */
		rtu->rx_len = sizeof(rtu->rx) / 2;
		rtu->rx_spoilt = true;
	}
	for (i = 0; i < MOST_SPEECHES; i++)
		if (speaking(&rtu->speeches[i], now))
			rtu->rx_spoilt = rtu->speeches[i].spoilt = true;
}

static struct speech *free_speech(struct rtu *rtu)
{
	int i;

	for (i = 0; i < MOST_SPEECHES; i++)
		if (!rtu->speeches[i].used)
			return &rtu->speeches[i];
	return NULL;
}

static void begin(struct speech *speech, int64_t start_ns)
{
	speech->used = true;
	speech->spoilt = false;
	speech->start_ns = start_ns;
	speech->sent = 0;
	speech->len = lab_frame_rtu(&speech->answer, speech->frame);
}

/* What is said unasked; returns when something may be again. */
static int64_t talk(struct wire *wire, int64_t now)
{
	struct speech *speech = free_speech(wire->rtu);
	int64_t next = now + LOOK_NS;

	if (speech && lab_talks(wire->lab, wire->line, now, &speech->answer, &next)) {
		if (speech->answer.speaks)
			begin(speech, now + speech->answer.delay_ns);
		else
			finish(wire, speech, FAULT_OK, now);
	}
	return next;
}

/* A frame has ended: 3.5 characters of silence came behind it. */
static void take(struct wire *wire, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	size_t len = rtu->rx_len;
	bool sound = !rtu->rx_spoilt && len >= 4 &&
		     crc_modbus(rtu->rx, len - 2) == (rtu->rx[len - 2] | rtu->rx[len - 1] << 8);
	struct speech *speech = free_speech(rtu);

	rtu->rx_len = 0;
	rtu->quiet_ns = rtu->rx_end_ns;
	if (!speech || rtu->rx_spoilt)
		return;
	if (!lab_reply_bytes(
		    wire->lab, wire->line, rtu->rx, len, rtu->rx_first_ns, now, &speech->answer)) {
		if (!sound)
			return;
		lab_reply(wire->lab, wire->line, rtu->rx[0], rtu->rx + 1, len - 3, rtu->rx_first_ns,
			now, &speech->answer);
	}
	if (!speech->answer.unit)
		return;
	if (rtu->rx_hurried && speech->answer.speaks) {
		speech->answer.outcome = FAULT_HURRIED;
		speech->answer.speaks = false;
	}
	if (!speech->answer.speaks) {
		finish(wire, speech, FAULT_OK, now);
		return;
	}
	begin(speech, rtu->rx_end_ns + rtu->gap_ns + speech->answer.delay_ns);
}

/* Puts the bytes on the wire whose time has come; returns when the next piece is due. */
static int64_t speak(struct wire *wire, struct speech *speech, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	size_t piece = (size_t)((PIECE_NS + rtu->char_ns - 1) / rtu->char_ns), due, i;
	ssize_t n;

	if (now < speech->start_ns)
		return speech->start_ns;
	if (rtu->rx_len && now < rtu->rx_end_ns)
		speech->spoilt = rtu->rx_spoilt = true;
	due = (size_t)((now - speech->start_ns) / rtu->char_ns);
	if (due > speech->len)
		due = speech->len;
	if (due >= speech->sent + piece || due == speech->len) {
		for (i = speech->sent; i < due && speech->spoilt; i++)
			speech->frame[i] ^= 0x55;
		n = write(rtu->pty.master, speech->frame + speech->sent, due - speech->sent);
		(void)n; /* a wire does not wait for a listener who does not read */
		speech->sent = due;
	}
	if (speech->sent == speech->len) {
		rtu->quiet_ns = speech->start_ns + (int64_t)speech->len * rtu->char_ns;
		finish(wire, speech, speech->spoilt ? FAULT_COLLISION : FAULT_OK, now);
		return INT64_MAX;
	}
	due = speech->sent + piece < speech->len ? speech->sent + piece : speech->len;
	return speech->start_ns + (int64_t)due * rtu->char_ns;
}

static void collide(struct rtu *rtu, int64_t now)
{
	int i, n = 0;

	for (i = 0; i < MOST_SPEECHES; i++)
		n += speaking(&rtu->speeches[i], now);
	for (i = 0; i < MOST_SPEECHES && n > 1; i++)
		if (speaking(&rtu->speeches[i], now))
			rtu->speeches[i].spoilt = true;
}

static int64_t babble(struct wire *wire, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	uint8_t bytes[64];
	uint64_t noise = lab_draw(wire->lab);
	int64_t due;
	size_t i;
	ssize_t n;

	if (rtu->babbled_ns < now - 10 * PIECE_NS)
		rtu->babbled_ns = now - 2 * PIECE_NS;
	due = (now - rtu->babbled_ns) / rtu->char_ns;
	if (due > (int64_t)sizeof(bytes))
		due = (int64_t)sizeof(bytes);
	for (i = 0; i < (size_t)due; i++) {
		noise = water_mix(noise);
		bytes[i] = (uint8_t)noise;
	}
	n = write(rtu->pty.master, bytes, (size_t)due);
	(void)n;
	rtu->babbled_ns += due * rtu->char_ns;
	rtu->rx_spoilt = true;
	for (i = 0; i < MOST_SPEECHES; i++)
		if (speaking(&rtu->speeches[i], now))
			rtu->speeches[i].spoilt = true;
	rtu->quiet_ns = now;
	return now + 2 * PIECE_NS;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* All that is due now; returns when something is due next. */
static int64_t step(struct wire *wire, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	int64_t next = now + LOOK_NS;
	int i;

	if (rtu->rx_len && now >= rtu->rx_end_ns + rtu->gap_ns)
		take(wire, now);
	if (rtu->rx_len)
		next = earlier(next, rtu->rx_end_ns + rtu->gap_ns);
	if (lab_babbles(wire->lab, wire->line, now))
		next = earlier(next, babble(wire, now));
	next = earlier(next, talk(wire, now));
	collide(rtu, now);
	for (i = 0; i < MOST_SPEECHES; i++)
		if (rtu->speeches[i].used)
			next = earlier(next, speak(wire, &rtu->speeches[i], now));
	return next;
}

static void wait_until(struct rtu *rtu, int64_t when, short *events)
{
	struct pollfd at = {.fd = rtu->pty.master, .events = POLLIN};
	int64_t left = when - clock_boot_ns(&clock_system);
	struct timespec most = {0, left > 0 ? (long)earlier(left, LOOK_NS) : 0};

	*events = ppoll(&at, rtu->pty.master >= 0, &most, NULL) > 0 ? at.revents : 0;
}

/* Keeps the pty as the commands say it is; a new one when the last asker closed the old. */
static void keep_plugged(struct wire *wire, bool closed, int64_t now)
{
	struct rtu *rtu = wire->rtu;
	bool plugged = lab_plugged(wire->lab, wire->line, now);
	char words[200];
	struct text why = text_over(words, sizeof(words));

	int rc = 0;

	if (rtu->pty.master >= 0 && (closed || !plugged))
		forget(wire, now);
	if (!plugged)
		pty_close(&rtu->pty);
	else if (rtu->pty.master < 0)
		rc = pty_open(&rtu->pty, &why);
	else if (closed)
		rc = pty_renew(&rtu->pty, &why);
	if (rc)
		fprintf(stderr, "labsim: line %s: %s\n", wire->lab->lines[wire->line].conf->name,
			words);
}

void *rtu_run(void *arg)
{
	struct wire *wire = arg;
	struct rtu *rtu = wire->rtu;
	int64_t now = clock_boot_ns(&clock_system);
	short events = 0;

	prctl(PR_SET_TIMERSLACK, 1UL);
	while (!atomic_load(&wire->stop)) {
		keep_plugged(wire, events & (POLLHUP | POLLERR), now);
		now = clock_boot_ns(&clock_system);
		if (rtu->pty.master >= 0 && events & POLLIN)
			hear(wire, now);
		wait_until(rtu, rtu->pty.master >= 0 ? step(wire, now) : now + LOOK_NS, &events);
		now = clock_boot_ns(&clock_system);
	}
	forget(wire, now);
	return NULL;
}
