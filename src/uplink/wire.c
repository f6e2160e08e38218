#include "uplink/wire.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

void wire_init(struct wire *wire)
{
	size_t i;

	memset(wire, 0, sizeof(*wire));
	for (i = 0; i < WIRE_SOCKETS; i++)
		wire->fds[i] = -1;
}

int wire_open(struct wire *wire, int family, int type, int protocol, const struct sockaddr *peer,
	socklen_t peer_len)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	size_t i;

	if (fd < 0)
		return -1;
	if (peer_len <= sizeof(wire->peer)) {
		memcpy(&wire->peer, peer, peer_len);
		wire->peer_len = peer_len;
	}
	for (i = 0; i < WIRE_SOCKETS; i++) {
		if (wire->fds[i] < 0) {
			wire->fds[i] = fd;
			break;
		}
	}
	return fd;
}

static bool read_counts(int fd, struct tcp_info *counts)
{
	socklen_t len = sizeof(*counts);

	memset(counts, 0, sizeof(*counts));
	return fd >= 0 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, counts, &len) == 0;
}

int wire_close(struct wire *wire, int fd)
{
	struct tcp_info counts;
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++) {
		if (wire->fds[i] != fd)
			continue;
		if (read_counts(fd, &counts))
			wire->sent_before += counts.tcpi_bytes_sent;
		wire->fds[i] = -1;
	}
	return close(fd);
}

bool wire_is_connected(const struct wire *wire)
{
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (wire->fds[i] >= 0)
			return true;
	return false;
}

uint64_t wire_sent(const struct wire *wire)
{
	uint64_t bytes = wire->sent_before;
	struct tcp_info counts;
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (read_counts(wire->fds[i], &counts))
			bytes += counts.tcpi_bytes_sent;
	return bytes;
}

uint64_t wire_taken(const struct wire *wire)
{
	uint64_t bytes = 0;
	struct tcp_info counts;
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (read_counts(wire->fds[i], &counts))
			bytes += counts.tcpi_bytes_acked;
	return bytes;
}

/* Connecting a datagram socket asks the kernel for the route and sends nothing. */
static bool has_route(const struct sockaddr *to, socklen_t len)
{
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed;

	if (fd < 0)
		return false;
	routed = connect(fd, to, len) == 0;
	close(fd);
	return routed;
}

bool wire_try_is_free(const struct wire *wire)
{
	const struct sockaddr *peer = (const struct sockaddr *)&wire->peer;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&wire->peer;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&wire->peer;
	/* 192.0.2.1 is nobody's (RFC 5737): its route is the way to everywhere. */
	struct sockaddr_in anybody = {.sin_family = AF_INET, .sin_port = htons(80)};

	anybody.sin_addr.s_addr = htonl(0xC0000201);
	switch (peer->sa_family) {
	case AF_INET:
		if (ntohl(in4->sin_addr.s_addr) >> 24 == 127)
			return true;
		break;
	case AF_INET6:
		if (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
			return true;
		break;
	default:
		return !has_route((const struct sockaddr *)&anybody, sizeof(anybody));
	}
	return !has_route(peer, wire->peer_len);
}
