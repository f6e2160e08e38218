/* A Modbus TCP line: one listening socket on loopback, a few askers, each answered in its turn. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "water.h"
#include "wire.h"

enum { MOST_ASKERS = 8, MOST_WAITING = 8, LOOK_NS = 20000000, QUESTION = 260 };

struct waiting {
	int64_t due_ns;
	size_t len;
	uint8_t frame[LAB_FRAME];
	struct lab_answer answer;
};

struct asker {
	int fd; /* -1: free */
	uint8_t rx[QUESTION];
	size_t rx_len;
	unsigned n_waiting; /* answered in the order asked */
	struct waiting waiting[MOST_WAITING];
};

struct tcp {
	int listener; /* -1: unplugged */
	struct sockaddr_in where;
	int64_t babbled_ns;
	struct asker askers[MOST_ASKERS];
};

/* "127.0.0.1:5020"; loopback only. */
static int parse_where(const char *where, struct sockaddr_in *out, struct text *why)
{
	char host[PORT_SPEC], *colon, *end;
	unsigned long port;

	*out = (struct sockaddr_in){.sin_family = AF_INET};
	if (!text_copy(host, sizeof(host), where))
		return ERR_CONF;
	colon = strrchr(host, ':');
	if (colon)
		*colon = '\0';
	port = colon ? strtoul(colon + 1, &end, 10) : 0;
	if (!port || port > 65535 || *end) {
		text_printf(why, "\"%s\": expected host:port", where);
		return ERR_CONF;
	}
	out->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1", &out->sin_addr) !=
			1 ||
		ntohl(out->sin_addr.s_addr) >> 24 != 127) {
		text_printf(why, "\"%s\": labsim listens on 127.0.0.1 and its like only", where);
		return ERR_CONF;
	}
	return 0;
}

static int start_listening(struct tcp *tcp, struct text *why)
{
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
		bind(fd, (struct sockaddr *)&tcp->where, sizeof(tcp->where)) || listen(fd, 8)) {
		text_printf(why, "port %u: %s", ntohs(tcp->where.sin_port), strerror(errno));
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	tcp->listener = fd;
	return 0;
}

int tcp_open(struct wire *wire, struct text *why)
{
	struct tcp *tcp = calloc(1, sizeof(*tcp));
	int i, rc;

	if (!tcp)
		return ERR_MEMORY;
	wire->tcp = tcp;
	tcp->listener = -1;
	for (i = 0; i < MOST_ASKERS; i++)
		tcp->askers[i].fd = -1;
	rc = parse_where(wire->lab->lines[wire->line].conf->port.where, &tcp->where, why);
	return rc ? rc : start_listening(tcp, why);
}

void tcp_describe(const struct wire *wire, struct text *to)
{
	const struct line_conf *conf = wire->lab->lines[wire->line].conf;

	text_printf(to, "%s tcp %s", conf->name, conf->port.where);
}

static void finish(struct wire *wire, struct lab_answer *answer, enum fault_kind found)
{
	enum fault_kind outcome = answer->outcome != FAULT_OK ? answer->outcome : found;

	lab_spoke(wire->lab, answer, outcome, clock_boot_ns(&clock_system));
	served_put(wire->served, wire->lab->lines[wire->line].conf->name, answer, outcome);
}

static void drop(struct wire *wire, struct asker *asker)
{
	unsigned i;

	for (i = 0; i < asker->n_waiting; i++)
		finish(wire, &asker->waiting[i].answer, FAULT_GONE);
	close(asker->fd);
	asker->fd = -1;
	asker->n_waiting = 0;
	asker->rx_len = 0;
}

static void unplug(struct wire *wire)
{
	struct tcp *tcp = wire->tcp;
	int i;

	if (tcp->listener >= 0)
		close(tcp->listener);
	tcp->listener = -1;
	for (i = 0; i < MOST_ASKERS; i++)
		if (tcp->askers[i].fd >= 0)
			drop(wire, &tcp->askers[i]);
}

void tcp_close(struct wire *wire)
{
	if (!wire->tcp)
		return;
	unplug(wire);
	free(wire->tcp);
	wire->tcp = NULL;
}

static void welcome(struct tcp *tcp)
{
	int yes = 1, i, fd = accept4(tcp->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	for (i = 0; i < MOST_ASKERS; i++) {
		if (tcp->askers[i].fd >= 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		tcp->askers[i].fd = fd;
		return;
	}
	close(fd);
}

static void question(
	struct wire *wire, struct asker *asker, const uint8_t *adu, size_t len, int64_t now)
{
	struct waiting *waiting = &asker->waiting[asker->n_waiting];
	struct lab_answer *answer = &waiting->answer;

	lab_reply(wire->lab, wire->line, adu[6], adu + 7, len - 7, now, now, answer);
	if (!answer->speaks) {
		finish(wire, answer, FAULT_OK);
		return;
	}
	waiting->due_ns = now + answer->delay_ns + wire->latency_ns;
	waiting->len = lab_frame_tcp(answer, (uint16_t)(adu[0] << 8 | adu[1]), waiting->frame);
	asker->n_waiting++;
}

static void hear(struct wire *wire, struct asker *asker, int64_t now)
{
	ssize_t n = recv(asker->fd, asker->rx + asker->rx_len, QUESTION - asker->rx_len, 0);
	size_t len;

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			drop(wire, asker);
		return;
	}
	asker->rx_len += (size_t)n;
	while (asker->rx_len >= 8) {
		len = 6 + ((size_t)asker->rx[4] << 8 | asker->rx[5]);
		if (len < 8 || len > QUESTION || asker->rx[2] || asker->rx[3]) {
			drop(wire, asker);
			return;
		}
		if (asker->rx_len < len || asker->n_waiting == MOST_WAITING)
			return;
		question(wire, asker, asker->rx, len, now);
		asker->rx_len -= len;
		memmove(asker->rx, asker->rx + len, asker->rx_len);
	}
}

/* Sends what is due; returns when the next is. */
static int64_t speak(struct wire *wire, struct asker *asker, int64_t now)
{
	while (asker->n_waiting) {
		struct waiting *first = &asker->waiting[0];
		ssize_t n;

		if (first->due_ns > now)
			return first->due_ns;
		n = send(asker->fd, first->frame, first->len, MSG_NOSIGNAL);
		finish(wire, &first->answer, n == (ssize_t)first->len ? FAULT_OK : FAULT_GONE);
		asker->n_waiting--;
		memmove(first, first + 1, asker->n_waiting * sizeof(*first));
	}
	return INT64_MAX;
}

static void babble(struct wire *wire, int64_t now)
{
	struct tcp *tcp = wire->tcp;
	uint64_t noise = lab_draw(wire->lab);
	uint8_t bytes[48];
	size_t i;
	ssize_t n;

	if (now - tcp->babbled_ns < LOOK_NS)
		return;
	tcp->babbled_ns = now;
	for (i = 0; i < sizeof(bytes); i++) {
		noise = water_mix(noise);
		bytes[i] = (uint8_t)noise;
	}
	for (i = 0; i < MOST_ASKERS; i++)
		if (tcp->askers[i].fd >= 0) {
			n = send(tcp->askers[i].fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
			(void)n;
		}
}

static void keep_plugged(struct wire *wire, int64_t now)
{
	struct tcp *tcp = wire->tcp;
	bool plugged = lab_plugged(wire->lab, wire->line, now);
	char words[200];
	struct text why = text_over(words, sizeof(words));

	if (tcp->listener >= 0 && !plugged)
		unplug(wire);
	if (tcp->listener < 0 && plugged && start_listening(tcp, &why))
		fprintf(stderr, "labsim: line %s: %s\n", wire->lab->lines[wire->line].conf->name,
			words);
}

static void wait_until(int64_t when, struct pollfd *at)
{
	int64_t left = when - clock_boot_ns(&clock_system);
	struct timespec most = {0, left <= 0 ? 0 : (long)(left < LOOK_NS ? left : LOOK_NS)};

	if (ppoll(at, MOST_ASKERS + 1, &most, NULL) <= 0)
		memset(at, 0, (MOST_ASKERS + 1) * sizeof(*at));
}

void *tcp_run(void *arg)
{
	struct wire *wire = arg;
	struct tcp *tcp = wire->tcp;
	struct pollfd at[MOST_ASKERS + 1];
	int64_t now, next, one;
	int i;

	prctl(PR_SET_TIMERSLACK, 1UL);
	while (!atomic_load(&wire->stop)) {
		now = clock_boot_ns(&clock_system);
		keep_plugged(wire, now);
		if (lab_babbles(wire->lab, wire->line, now))
			babble(wire, now);
		next = now + LOOK_NS;
		for (i = 0; i < MOST_ASKERS; i++) {
			struct asker *asker = &tcp->askers[i];

			one = asker->fd >= 0 ? speak(wire, asker, now) : INT64_MAX;
			next = one < next ? one : next;
			at[i] = (struct pollfd){.fd = asker->fd, .events = POLLIN};
			if (asker->n_waiting == MOST_WAITING)
				at[i].events = 0;
		}
		at[MOST_ASKERS] = (struct pollfd){.fd = tcp->listener, .events = POLLIN};
		wait_until(next, at);
		now = clock_boot_ns(&clock_system);
		for (i = 0; i < MOST_ASKERS; i++)
			if (at[i].revents)
				hear(wire, &tcp->askers[i], now);
		if (at[MOST_ASKERS].revents)
			welcome(tcp);
	}
	return NULL;
}
