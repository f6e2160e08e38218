#include "uplink/wire.h"

#include <ifaddrs.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	HEAD_4 = 20, /* bytes of an IPv4 head */
	HEAD_6 = 40,
	HEAD_TCP = 20,
	HEAD_TCP_OPENING = 40, /* of a SYN, with Linux's options */
	HEAD_TIMESTAMPS = 12,
	/* tcpi_state, from netinet/tcp.h, which does not go with linux/tcp.h */
	STATE_ESTABLISHED = 1,
	STATE_SYN_SENT = 2,
	STATE_CLOSE_WAIT = 8,
	WORTH_CUTTING = 1024 /* bytes on their way at a close; fewer are let go */
};

void wire_init(struct wire *wire)
{
	size_t i;

	memset(wire, 0, sizeof(*wire));
	for (i = 0; i < WIRE_SOCKETS; i++)
		wire->sockets[i].fd = -1;
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
	wire_route(wire, wire->routed);
	for (i = 0; i < WIRE_SOCKETS; i++) {
		if (wire->sockets[i].fd < 0) {
			wire->sockets[i] = (struct wire_socket){.fd = fd};
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

/* --- which link ----------------------------------------------------------------------------------- */

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)a,
				 *b4 = (const struct sockaddr_in *)b;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)a,
				  *b6 = (const struct sockaddr_in6 *)b;

	if (!a || a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a->sa_family == AF_INET6 && IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr) &&
	       (!a6->sin6_scope_id || !b6->sin6_scope_id || a6->sin6_scope_id == b6->sin6_scope_id);
}

/* An address of IPv4 on a socket of IPv6 is what it is. */
static void unmap(struct sockaddr_storage *address)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
	struct sockaddr_in four = {.sin_family = AF_INET};

	if (address->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return;
	memcpy(&four.sin_addr, &six->sin6_addr.s6_addr[12], 4);
	memcpy(address, &four, sizeof(four));
}

/* The interface with the socket's own address; "" when the other end is this machine too.  False: not known yet. */
static bool link_of(int fd, char *link)
{
	struct sockaddr_storage own = {0}, peer = {0};
	socklen_t own_len = sizeof(own), peer_len = sizeof(peer);
	struct ifaddrs *list, *at;
	bool found = false, to_itself = false;

	link[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&own, &own_len) != 0 || getifaddrs(&list) != 0)
		return false;
	if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0)
		peer.ss_family = AF_UNSPEC; /* not connected yet */
	unmap(&own);
	unmap(&peer);
	for (at = list; at; at = at->ifa_next) {
		if (!found && same_address(at->ifa_addr, (struct sockaddr *)&own)) {
			found = true;
			if (!(at->ifa_flags & IFF_LOOPBACK))
				(void)!text_copy(link, LINK_NAME, at->ifa_name);
		}
		to_itself = to_itself || same_address(at->ifa_addr, (struct sockaddr *)&peer);
	}
	freeifaddrs(list);
	if (to_itself)
		link[0] = '\0';
	return found;
}

/* Connecting a datagram socket asks the kernel for the route and sends nothing.  False: there is none. */
static bool find_route(const struct sockaddr *to, socklen_t len, char *link)
{
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed;

	if (fd < 0)
		return false;
	routed = connect(fd, to, len) == 0;
	if (routed && link)
		(void)!link_of(fd, link);
	close(fd);
	return routed;
}

/* To the store; to everywhere, while its address is not known. */
static bool route_of(const struct wire *wire, char *link)
{
	/* 192.0.2.1 is nobody's (RFC 5737): its route is the way to everywhere. */
	struct sockaddr_in anybody = {.sin_family = AF_INET, .sin_port = htons(80)};

	if (wire->peer.ss_family == AF_INET || wire->peer.ss_family == AF_INET6)
		return find_route((const struct sockaddr *)&wire->peer, wire->peer_len, link);
	anybody.sin_addr.s_addr = htonl(0xC0000201);
	return find_route((const struct sockaddr *)&anybody, sizeof(anybody), link);
}

void wire_route(const struct wire *wire, char *link)
{
	link[0] = '\0';
	(void)!route_of(wire, link);
}

static void place(struct wire_socket *open)
{
	if (!open->placed)
		open->placed = link_of(open->fd, open->link);
}

bool wire_link(struct wire *wire, char *link)
{
	char now[LINK_NAME];
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++) {
		struct wire_socket *open = &wire->sockets[i];

		if (open->fd < 0)
			continue;
		place(open);
		if (!open->placed)
			continue;
		memcpy(link, open->link, LINK_NAME);
		wire_route(wire, now);
		return !*now || !strcmp(now, wire->routed);
	}
	return false;
}

/* --- what went over it ------------------------------------------------------------------------------ */

/* Bytes of one packet's heads. */
static uint64_t head_of(const struct wire_socket *open, const struct tcp_info *counts)
{
	struct sockaddr_storage own = {0};
	socklen_t len = sizeof(own);
	uint64_t bytes = HEAD_4;

	if (getsockname(open->fd, (struct sockaddr *)&own, &len) == 0)
		unmap(&own);
	if (own.ss_family == AF_INET6)
		bytes = HEAD_6;
	bytes += counts->tcpi_state == STATE_SYN_SENT ? HEAD_TCP_OPENING : HEAD_TCP;
	return counts->tcpi_options & TCPI_OPT_TIMESTAMPS ? bytes + HEAD_TIMESTAMPS : bytes;
}

/* Packets that still go when this socket is closed now: FIN and its ACK, mostly with the other's FIN. */
static unsigned closing_packets(const struct tcp_info *counts)
{
	switch (counts->tcpi_state) {
	case STATE_ESTABLISHED:
		return 3;
	case STATE_CLOSE_WAIT:
		return 2;
	default:
		return 0;
	}
}

static void tell(struct wire *wire, struct wire_socket *open, bool closes)
{
	struct tcp_info counts;
	uint64_t packets, bytes;

	if (!wire->note || !read_counts(open->fd, &counts))
		return;
	place(open);
	if (!open->placed || !*open->link)
		return;
	packets = counts.tcpi_segs_out + counts.tcpi_segs_in;
	if (closes)
		packets += closing_packets(&counts);
	bytes = counts.tcpi_bytes_sent + counts.tcpi_bytes_received +
		packets * head_of(open, &counts);
	if (counts.tcpi_options & TCPI_OPT_TIMESTAMPS)
		bytes += 2 * (HEAD_TCP_OPENING - HEAD_TCP - HEAD_TIMESTAMPS);
	if (bytes <= open->noted)
		return;
	wire->note(wire->note_ctx, open->link, bytes - open->noted);
	open->noted = bytes;
}

void wire_tell(struct wire *wire)
{
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (wire->sockets[i].fd >= 0)
			tell(wire, &wire->sockets[i], false);
}

/* What is given up must not go on by itself behind our back, uncounted, perhaps for minutes. */
static void cut_off(int fd)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	int left = 0;

	if (ioctl(fd, SIOCOUTQ, &left) == 0 && left > WORTH_CUTTING)
		(void)!setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

int wire_close(struct wire *wire, int fd)
{
	struct tcp_info counts;
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++) {
		struct wire_socket *open = &wire->sockets[i];

		if (open->fd != fd)
			continue;
		tell(wire, open, true);
		if (read_counts(fd, &counts))
			wire->sent_before += counts.tcpi_bytes_sent;
		cut_off(fd);
		open->fd = -1;
	}
	return close(fd);
}

bool wire_is_connected(const struct wire *wire)
{
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (wire->sockets[i].fd >= 0)
			return true;
	return false;
}

uint64_t wire_sent(const struct wire *wire)
{
	uint64_t bytes = wire->sent_before;
	struct tcp_info counts;
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (read_counts(wire->sockets[i].fd, &counts))
			bytes += counts.tcpi_bytes_sent;
	return bytes;
}

uint64_t wire_taken(const struct wire *wire)
{
	uint64_t bytes = 0;
	struct tcp_info counts;
	size_t i;

	for (i = 0; i < WIRE_SOCKETS; i++)
		if (read_counts(wire->sockets[i].fd, &counts))
			bytes += counts.tcpi_bytes_acked;
	return bytes;
}

bool wire_try_is_free(const struct wire *wire)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&wire->peer;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&wire->peer;

	if (wire->peer.ss_family == AF_INET && ntohl(in4->sin_addr.s_addr) >> 24 == 127)
		return true;
	if (wire->peer.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
		return true;
	return !route_of(wire, NULL);
}
