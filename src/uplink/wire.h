/*
 * wire.h - the sockets of one store's connection: what went over them, by which link, and whether a try costs
 * anything.
 *
 * The kernel's own counts: payload with TLS and repeats, and packets with their heads, which is what a metered
 * link bills.  Not counted: the link's own framing, names looked up, and a repeat after closing.
 */
#ifndef UPLINK_WIRE_H
#define UPLINK_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "spool/spool.h"

enum { WIRE_SOCKETS = 4 };

/* So many more bytes, heads included, went over that link, both ways. */
typedef void (*wire_note)(void *ctx, const char *link, uint64_t bytes);

struct wire_socket {
	int fd;               /* -1: free place */
	bool placed;          /* `link` is known */
	char link[LINK_NAME]; /* the interface it goes by; "": this machine's own */
	uint64_t noted;       /* bytes */
};

struct wire {
	struct wire_socket sockets[WIRE_SOCKETS];
	uint64_t sent_before;         /* over sockets closed since */
	struct sockaddr_storage peer; /* last tried; ss_family 0: none yet */
	socklen_t peer_len;
	char routed[LINK_NAME]; /* where the way to it led when that was tried */
	wire_note note;         /* NULL: nobody wants to know */
	void *note_ctx;
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

/* Tells what went over the open sockets since it was told last; closing tells of the rest. */
void wire_tell(struct wire *wire);
/* The link that a connection made now would go by; "": none, or this machine itself. */
void wire_route(const struct wire *wire, char *link);
/* The link that the open connection goes by.  False: none is open, or since it was made the way has become another. */
bool wire_link(struct wire *wire, char *link);

/* True when one more try sends nothing over a link: the peer is this machine, or no route leads to it. */
bool wire_try_is_free(const struct wire *wire);

#endif
