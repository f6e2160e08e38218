/*
 * wire.h - the sockets of one store's connection: what went over them, and whether a try costs anything.
 *
 * The kernel's own counts: TCP payload with TLS and repeats, which is what a metered link charges but for
 * the packets' heads.
 */
#ifndef UPLINK_WIRE_H
#define UPLINK_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { WIRE_SOCKETS = 4 };

struct wire {
	int fds[WIRE_SOCKETS];        /* open ones; -1: free place */
	uint64_t sent_before;         /* over sockets closed since */
	struct sockaddr_storage peer; /* last tried; ss_family 0: none yet */
	socklen_t peer_len;
};

void wire_init(struct wire *wire);
/* socket() and close(), remembered.  -1 with errno. */
int wire_open(struct wire *wire, int family, int type, int protocol, const struct sockaddr *peer,
	socklen_t peer_len);
int wire_close(struct wire *wire, int fd);

bool wire_is_connected(const struct wire *wire);
uint64_t wire_sent(const struct wire *wire); /* bytes, all sockets ever */
/* Bytes the other side acknowledged on the open sockets: unlike bytes given to the kernel, they show a
 * link that moves. */
uint64_t wire_taken(const struct wire *wire);

/* True when one more try sends nothing over a link: the peer is this machine, or no route leads to it. */
bool wire_try_is_free(const struct wire *wire);

#endif
