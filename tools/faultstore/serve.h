/*
 * serve.h - a store that misbehaves on command: HTTP/1.1 on loopback, line protocol in, one thread a
 * connection.  What it accepts it appends to a file, one line each, before it answers.
 *
 * The unit tests of uplink include its .c files but main.c and run the store in their own process.
 */
#ifndef FAULTSTORE_SERVE_H
#define FAULTSTORE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faultstore;

struct faultstore_counts {
	uint64_t connections, requests;
	uint64_t accepted, refused; /* lines */
	uint64_t body_bytes;        /* of request bodies as they came over the wire */
	uint64_t manners; /* requests without Content-Length, or with Expect or Accept-Encoding */
	uint64_t largest_lines; /* most lines in one request whose body was read */
};

/* port 0: any.  store_path NULL: lines are counted only.  sink: nothing is judged.  NULL: errno says. */
struct faultstore *faultstore_open(uint16_t port, const char *store_path, bool sink);
/*
 * From now on a proxy before the real store at this port of loopback: what would be judged here goes on to
 * that one, and its answer back.  Plans act on every request, also on questions; rules but `over` and
 * `token` do nothing.
 */
void faultstore_before(struct faultstore *store, uint16_t port);
uint16_t faultstore_port(const struct faultstore *store);
/* One line of a plan (--help).  False: not understood. */
bool faultstore_plan(struct faultstore *store, const char *line);
void faultstore_count(struct faultstore *store, struct faultstore_counts *out);
void faultstore_close(struct faultstore *store);

extern const char faultstore_plans[]; /* the plan language, for --help */

#endif
