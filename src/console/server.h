/* server.h - HTTP on loopback, HTTPS on a network.  Only server.c and send.c include <microhttpd.h>. */
#ifndef CONSOLE_SERVER_H
#define CONSOLE_SERVER_H

#include "base/err.h"
#include "base/text.h"
#include "console/door.h"

struct server;

struct server_conf {
	const char *listen;            /* IPv4; not of 127.0.0.0/8: only with TLS and DOOR_PIN */
	unsigned port;                 /* 0: a free one */
	const char *certificate, *key; /* PEM files; "": plain HTTP */
	const char *hosts;  /* what else it may be called, besides 127.0.0.1 and localhost */
	const char *socket; /* the daemon's; outlives the server */
	struct door_conf door;
	struct bucket_size each, all; /* requests of one address, and of all together */
	int64_t request_ms; /* for a whole request, however slowly it comes; 0: no end to it */
};

/*
 * Listens, and answers by routes.h; what the texts point to outlives the server.  ERR_RANGE (open to a network without TLS and
 * PINs), ERR_BUSY, ERR_IO or ERR_MEMORY with words in `why`.
 */
int server_start(struct server **out, const struct server_conf *conf, struct text *why) MUST_USE;
unsigned server_port(const struct server *server);
void server_stop(struct server *server);

#endif
