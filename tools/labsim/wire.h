/*
 * wire.h - the two kinds of line, each a thread that plays all units on it.
 */
#ifndef LABSIM_WIRE_H
#define LABSIM_WIRE_H

#include <stdatomic.h>

#include "served.h"

struct wire {
	struct lab *lab;
	unsigned line;
	struct served *served;
	const char *dir; /* where symlinks may be put, beside the temporary folder; NULL: nowhere */
	int64_t latency_ns; /* TCP: the network's, there and back */
	atomic_bool stop;
	pthread_t thread;
	struct rtu *rtu;
	struct tcp *tcp;
};

/* Makes the pty or listens; the port is there on return.  Errors come with words. */
int rtu_open(struct wire *wire, struct text *why) MUST_USE;
int tcp_open(struct wire *wire, struct text *why) MUST_USE;
/* The thread's work until wire->stop. */
void *rtu_run(void *wire);
void *tcp_run(void *wire);
void rtu_close(struct wire *wire);
void tcp_close(struct wire *wire);
/* "bench rtu DIR/bench -> /dev/pts/4 9600 8N1" */
void rtu_describe(const struct wire *wire, struct text *to);
void tcp_describe(const struct wire *wire, struct text *to);

/* Time of one character and of the silence that ends a frame (Modbus over Serial Line 2.5.1.1). */
int64_t rtu_char_ns(const struct port_conf *port);
int64_t rtu_gap_ns(const struct port_conf *port);

#endif
