#include "gps_wire.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	LOOK_NS = 20000000,
	REPLY_NS = 120000000, /* the receiver computes so long before it speaks */
	MOST_WAITING = 32     /* bursts on their way, when they are late */
};

struct burst {
	int64_t due_ns;
	size_t n, said;
	char bytes[GPS_BURST];
};

/* The bursts on their way, oldest first. */
struct waiting {
	unsigned n;
	struct burst bursts[MOST_WAITING];
};

int gps_wire_open(struct gps_wire *wire, struct gps *gps, const struct port_conf *port,
	const char *dir, const char *log, struct text *why)
{
	int rc = pty_check(port->where, dir, why);

	wire->gps = gps;
	wire->port = *port;
	wire->pty.master = -1;
	if (rc)
		return rc;
	if (!text_copy(wire->pty.link, sizeof(wire->pty.link), port->where))
		return ERR_CONF;
	if (log) {
		wire->log = fopen(log, "we");
		if (!wire->log) {
			text_printf(why, "%s: %s", log, strerror(errno));
			return ERR_IO;
		}
		fputs("wall_ns,boot_ns,utc_ms,lat,lon,speed_m_s,state\n", wire->log);
		fflush(wire->log);
	}
	return pty_open(&wire->pty, why);
}

static void write_down(struct gps_wire *wire, const struct gps_told *told, int64_t second_ns)
{
	int64_t since_ns = clock_boot_ns(&clock_system) - second_ns;

	if (!wire->log)
		return;
	fprintf(wire->log, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%.7f,%.7f,%.3f,%s\n",
		clock_system.wall_ns(NULL) - since_ns, second_ns,
		second_ns / 1000000 + wire->gps->utc_at_0_ms, told->lat, told->lon, told->speed_m_s,
		told->state);
	fflush(wire->log);
}

static void tell(struct gps_wire *wire, struct waiting *waiting, int64_t second_ns)
{
	struct gps_told told;
	struct burst *burst;

	gps_tell(wire->gps, second_ns, &told);
	write_down(wire, &told, second_ns);
	if (!told.n || waiting->n == MOST_WAITING)
		return;
	burst = &waiting->bursts[waiting->n++];
	burst->due_ns = second_ns + REPLY_NS + told.late_ns;
	burst->n = told.n;
	burst->said = 0;
	memcpy(burst->bytes, told.bytes, told.n);
}

/* What the other side hears at another speed: nothing that it could read. */
static void scramble(char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		bytes[i] = (char)(bytes[i] * 29 | 0x80);
}

/* Puts the bytes on the wire whose time has come. */
static void speak(struct gps_wire *wire, struct waiting *waiting, int64_t now_ns)
{
	struct burst *burst = waiting->bursts;
	int64_t char_ns = INT64_C(10000000000) / wire->port.baud;
	unsigned baud = pty_baud(&wire->pty);
	size_t due;
	ssize_t n;

	if (!waiting->n || now_ns < burst->due_ns)
		return;
	due = (size_t)((now_ns - burst->due_ns) / char_ns);
	if (due > burst->n)
		due = burst->n;
	if (baud != wire->port.baud)
		scramble(burst->bytes + burst->said, due - burst->said);
	/* Nobody has opened the line yet: what is said now is lost, not kept for whoever comes. */
	if (baud) {
		n = write(wire->pty.master, burst->bytes + burst->said, due - burst->said);
		(void)n; /* a wire does not wait for a listener who does not read */
	}
	burst->said = due;
	if (due < burst->n)
		return;
	waiting->n--;
	memmove(burst, burst + 1, waiting->n * sizeof(*burst));
	/* One line, one speaker: the next burst begins where this one ends at the earliest. */
	if (waiting->n && burst->due_ns < now_ns)
		burst->due_ns = now_ns;
}

/* Keeps the pty as the commands say it is; a new one when the last reader closed the old. */
static void keep_plugged(
	struct gps_wire *wire, struct waiting *waiting, bool closed, int64_t now_ns)
{
	bool plugged = gps_plugged(wire->gps, now_ns);
	char words[200];
	struct text why = text_over(words, sizeof(words));
	int rc = 0;

	if (!plugged)
		waiting->n = 0;
	if (!plugged)
		pty_close(&wire->pty);
	else if (wire->pty.master < 0)
		rc = pty_open(&wire->pty, &why);
	else if (closed)
		rc = pty_renew(&wire->pty, &why);
	if (rc)
		fprintf(stderr, "labsim: gps: %s\n", words);
}

static void *run(void *arg)
{
	struct gps_wire *wire = arg;
	struct waiting waiting = {0};
	int64_t now_ns = clock_boot_ns(&clock_system), second_ns;
	struct pollfd at = {0};
	char thrown[256];

	/* The satellites' next whole second. */
	second_ns = 1000000 *
		    (now_ns / 1000000 + 1000 - (now_ns / 1000000 + wire->gps->utc_at_0_ms) % 1000);
	while (!atomic_load(&wire->stop)) {
		keep_plugged(wire, &waiting, at.revents & (POLLHUP | POLLERR), now_ns);
		if (now_ns >= second_ns) {
			tell(wire, &waiting, second_ns);
			second_ns += 1000000000;
		}
		if (wire->pty.master >= 0)
			speak(wire, &waiting, now_ns);
		at = (struct pollfd){.fd = wire->pty.master, .events = POLLIN};
		/* Receivers are configured by what is written to them; this one is as it is. */
		if (poll(&at, 1, LOOK_NS / 1000000) > 0 && at.revents & POLLIN)
			(void)!read(wire->pty.master, thrown, sizeof(thrown));
		else if (at.revents)
			poll(NULL, 0, LOOK_NS / 1000000);
		now_ns = clock_boot_ns(&clock_system);
	}
	return NULL;
}

int gps_wire_start(struct gps_wire *wire)
{
	if (pthread_create(&wire->thread, NULL, run, wire))
		return ERR_MEMORY;
	wire->running = true;
	return 0;
}

void gps_wire_close(struct gps_wire *wire)
{
	atomic_store(&wire->stop, true);
	if (wire->running)
		pthread_join(wire->thread, NULL);
	wire->running = false;
	if (wire->gps)
		pty_close(&wire->pty);
	if (wire->log)
		fclose(wire->log);
	wire->log = NULL;
}

void gps_wire_describe(const struct gps_wire *wire, struct text *to)
{
	text_printf(to, "gps %s -> %s %u 8N1", wire->pty.link, wire->pty.name, wire->port.baud);
}
