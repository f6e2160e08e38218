/*
 * A connection that missed an answer or said nonsense is closed: late answers die with it.  libmodbus
 * frames the answer; the question is sent here, so that both the transaction number and the unit of the
 * answer can be held against it: a gateway that forwards one unit's late answer as another's is common.
 * Connecting is ours, because modbus_connect() waits on its own.
 */
#include "io/tcp.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/answer.h"

enum { MOST_STALE = 4096 };

struct tcp {
	struct port port;
	struct port_conf conf;
	const struct clock *clock;
	modbus_t *modbus;
	int fd;
	uint16_t transaction; /* of the last question */
};

enum {
	HEADER = 7
}; /* transaction, protocol, length, unit (Modbus Messaging on TCP/IP v1.0b, 3.1.3) */

static struct tcp *tcp_of(struct port *port)
{
	return (struct tcp *)(void *)port;
}

static bool tcp_is_open(const struct port *port)
{
	return ((const struct tcp *)(const void *)port)->fd >= 0;
}

static void tcp_close(struct port *port)
{
	struct tcp *tcp = tcp_of(port);

	modbus_set_socket(tcp->modbus, -1);
	if (tcp->fd >= 0)
		close(tcp->fd);
	tcp->fd = -1;
}

/* "host:port" or "[v6]:port" */
static bool split(const char *where, char *host, size_t host_cap, char *service, size_t service_cap)
{
	const char *colon = strrchr(where, ':');
	struct text to = text_over(host, host_cap);
	size_t n;

	if (!colon || colon == where || !colon[1])
		return false;
	n = (size_t)(colon - where);
	if (*where == '[' && n > 2 && where[n - 1] == ']')
		text_put_n(&to, where + 1, n - 2);
	else
		text_put_n(&to, where, n);
	return !to.cut && text_copy(service, service_cap, colon + 1);
}

/* Connects before until_ns; the descriptor, or -1 with errno. */
static int connect_one(const struct tcp *tcp, const struct addrinfo *to, int64_t until_ns)
{
	int fd, failed = 0, on = 1;
	socklen_t len = sizeof(failed);

	fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);
	if (fd < 0)
		return -1;
	if (fd >= FD_SETSIZE) { /* libmodbus waits with select() */
		failed = EMFILE;
		goto out;
	}
	if (connect(fd, to->ai_addr, to->ai_addrlen)) {
		struct pollfd wait = {.fd = fd, .events = POLLOUT};
		int64_t left_ms;
		int n;

		failed = errno;
		if (failed != EINPROGRESS)
			goto out;
		do {
			left_ms = (until_ns - clock_boot_ns(tcp->clock)) / 1000000;
			n = poll(&wait, 1, left_ms > 0 ? (int)left_ms : 0);
		} while (n < 0 && errno == EINTR);
		failed = ETIMEDOUT;
		if (n <= 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &len) || failed)
			goto out;
	}
	if (!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) &&
		!setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)))
		return fd;
	failed = errno;
out:
	close(fd);
	errno = failed;
	return -1;
}

static int tcp_open(struct port *port, struct text *why)
{
	struct tcp *tcp = tcp_of(port);
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL, *at;
	int64_t until_ns;
	char host[PORT_SPEC], service[16];
	int rc;

	tcp_close(port);
	if (!split(tcp->conf.where, host, sizeof(host), service, sizeof(service))) {
		text_printf(why,
			"\"%s\" is no address: write host:port, for example 192.168.1.20:502",
			tcp->conf.where);
		return ERR_CONF;
	}
	rc = getaddrinfo(host, service, &hints, &found);
	if (rc) {
		text_printf(why, "%s: %s; check the name or write its number", tcp->conf.where,
			gai_strerror(rc));
		return ERR_GONE;
	}
	until_ns = clock_boot_ns(tcp->clock) + (int64_t)TCP_CONNECT_MS * 1000000;
	for (at = found; at && tcp->fd < 0; at = at->ai_next)
		tcp->fd = connect_one(tcp, at, until_ns);
	rc = errno;
	freeaddrinfo(found);
	if (tcp->fd < 0) {
		text_printf(why, "%s: %s; is the analyzer or its gateway switched on?",
			tcp->conf.where, strerror(rc));
		return rc == EMFILE || rc == ENFILE ? ERR_IO : ERR_GONE;
	}
	modbus_set_socket(tcp->modbus, tcp->fd);
	return 0;
}

/* Throws away what nobody asked for; ERR_GONE when the peer has closed, ERR_NOISE when it never ends. */
static int throw_stale(struct tcp *tcp, size_t *thrown)
{
	uint8_t bytes[512];

	while (*thrown < MOST_STALE) {
		ssize_t n = recv(tcp->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : ERR_GONE;
		if (n == 0)
			return ERR_GONE;
		*thrown += (size_t)n;
	}
	return ERR_NOISE;
}

static int send_question(struct tcp *tcp, const struct port_ask *ask)
{
	uint16_t transaction = ++tcp->transaction;
	uint8_t raw[HEADER + ANSWER_QUESTION] = {(uint8_t)(transaction >> 8), (uint8_t)transaction};
	size_t len = answer_question(ask, raw + HEADER);

	raw[5] = (uint8_t)(len + 1);
	raw[6] = ask->unit;
	len += HEADER;
	/* A dozen bytes into an empty send buffer: all at once, or the peer is not reading any more. */
	return send(tcp->fd, raw, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : ERR_GONE;
}

/* The frame is an answer to this very question. */
static int check_frame(const struct tcp *tcp, const struct port_ask *ask, const uint8_t *frame,
	size_t len, struct port_reply *reply)
{
	const uint8_t *pdu = frame + HEADER;

	if (len < HEADER + 2 || len - HEADER > PORT_REPLY || frame[6] != ask->unit ||
		(frame[0] << 8 | frame[1]) != tcp->transaction || frame[2] || frame[3] ||
		(size_t)(frame[4] << 8 | frame[5]) != len - HEADER + 1)
		return ERR_NOISE;
	reply->len = len - HEADER;
	memcpy(reply->pdu, pdu, reply->len);
	if (reply->len == 2 && pdu[0] == (ask->function | 0x80)) {
		reply->exception = pdu[1];
		return ERR_EXCEPTION;
	}
	return answer_fits(ask, pdu, reply->len) ? 0 : ERR_NOISE;
}

static int receive(
	struct tcp *tcp, const struct port_ask *ask, int64_t until_ns, struct port_reply *reply)
{
	uint8_t frame[MODBUS_TCP_MAX_ADU_LENGTH] = {0};
	int64_t left_us;
	int rc;

	rc = answer_wait(tcp->fd, tcp->clock, until_ns);
	if (rc)
		return rc;
	left_us = (until_ns - clock_boot_ns(tcp->clock)) / 1000;
	if (left_us < 1)
		left_us = 1;
	modbus_set_response_timeout(
		tcp->modbus, (uint32_t)(left_us / 1000000), (uint32_t)(left_us % 1000000));
	rc = modbus_receive_confirmation(tcp->modbus, frame);
	if (rc >= 0)
		return check_frame(tcp, ask, frame, (size_t)rc, reply);
	rc = answer_error(errno);
	/* Bytes came, but the frame was never whole. */
	return rc == ERR_TIMEOUT ? ERR_NOISE : rc;
}

static int tcp_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	struct tcp *tcp = tcp_of(port);
	int64_t until_ns = clock_boot_ns(tcp->clock) + (int64_t)ask->timeout_ms * 1000000;
	int rc;

	reply->len = 0;
	reply->exception = 0;
	reply->stale = 0;
	if (tcp->fd < 0)
		return ERR_GONE;
	rc = answer_check_ask(ask, PORT_TCP);
	if (rc)
		return rc;
	if (ask->kind == ASK_BYTES)
		return 0;
	rc = throw_stale(tcp, &reply->stale);
	if (!rc)
		rc = send_question(tcp, ask);
	if (!rc)
		rc = receive(tcp, ask, until_ns, reply);
	if (rc && rc != ERR_EXCEPTION)
		tcp_close(port);
	return rc;
}

static size_t tcp_drain(struct port *port, unsigned most_ms)
{
	struct tcp *tcp = tcp_of(port);
	size_t thrown = 0;

	(void)most_ms;
	if (tcp->fd >= 0 && throw_stale(tcp, &thrown))
		tcp_close(port);
	return thrown;
}

static bool tcp_lost(struct port *port)
{
	struct tcp *tcp = tcp_of(port);
	struct pollfd now = {.fd = tcp->fd, .events = POLLRDHUP};

	return tcp->fd >= 0 && poll(&now, 1, 0) > 0 &&
	       now.revents & (POLLHUP | POLLERR | POLLNVAL | POLLRDHUP);
}

static void tcp_free(struct port *port)
{
	struct tcp *tcp = tcp_of(port);

	tcp_close(port);
	modbus_free(tcp->modbus);
	free(tcp);
}

static const struct port_ops tcp_ops = {
	.open = tcp_open,
	.is_open = tcp_is_open,
	.ask = tcp_ask,
	.drain = tcp_drain,
	.lost = tcp_lost,
	.close = tcp_close,
	.free = tcp_free,
};

struct port *tcp_new(const struct port_conf *conf, const struct clock *clock)
{
	struct tcp *tcp = calloc(1, sizeof(*tcp));

	if (!tcp)
		return NULL;
	tcp->port.ops = &tcp_ops;
	tcp->conf = *conf;
	tcp->clock = clock;
	tcp->fd = -1;
	/* The address is never used by libmodbus: it gets a connected socket. */
	tcp->modbus = modbus_new_tcp("127.0.0.1", 502);
	if (!tcp->modbus) {
		free(tcp);
		return NULL;
	}
	modbus_set_error_recovery(tcp->modbus, MODBUS_ERROR_RECOVERY_NONE);
	modbus_set_byte_timeout(tcp->modbus, 0, 0);
	return &tcp->port;
}
