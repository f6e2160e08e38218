/* store.h - the hostile store's own insides, shared by its files. */
#ifndef FAULTSTORE_STORE_H
#define FAULTSTORE_STORE_H

#include <pthread.h>
#include <stdio.h>

#include "serve.h"

enum { CONNECTIONS = 32, PLANS = 64, RULES = 8, WORD = 64 };

enum deed {
	DEED_STATUS, /* 204 judges and stores the lines */
	DEED_PORTAL,
	DEED_REDIRECT,
	DEED_PROXY_400,
	DEED_RESET_BEFORE,
	DEED_RESET_IN_BODY,
	DEED_RESET_AFTER,
	DEED_HALF_REPLY,
	DEED_RESET_IN_REPLY,
	DEED_HALF_BODY,
	DEED_NO_REPLY,
	DEED_ENDLESS_REPLY,
	DEED_GARBAGE,
	DEED_SLOW
};

struct plan {
	enum deed deed;
	int status;
	long argument; /* retry-after or bytes a second */
	uint64_t times;
};

struct faultstore {
	pthread_mutex_t lock; /* all below */
	struct faultstore_counts counts;
	struct plan plans[PLANS], standing;
	size_t n_plans;
	char poison[RULES][WORD];
	size_t n_poison;
	bool all_or_nothing, sink, down;
	int64_t retention_ms;
	size_t over;
	char token[WORD];
	FILE *file;
	int holder, listener, stop; /* stop: an eventfd that stays readable once we end */
	uint16_t port, behind;      /* behind: a real store that judges; 0: we do */
	int connections[CONNECTIONS];
	pthread_t threads[CONNECTIONS];
	enum { PLACE_FREE, PLACE_TAKEN, PLACE_DONE } places[CONNECTIONS];
	pthread_t acceptor;
};

/* plan.c; the lock is held in all but faultstore_hold() and faultstore_listen() */
void plan_clear(struct faultstore *store);
bool plan_take(struct faultstore *store, const char *line);
struct plan plan_next(struct faultstore *store);
/*
 * A socket on loopback that keeps the port from others while nobody listens there: a port once free is
 * soon the near end of somebody's connection, and `up` would find it taken.  -1 with errno; *port 0
 * becomes the port it got.
 */
int faultstore_hold(uint16_t *port);
int faultstore_listen(uint16_t port);
void faultstore_reset_on_close(int fd);

/*
 * pass.c: sends a request on to the real store on loopback, and reads its whole answer.  cut: `n` bytes
 * are not all that the head promises, and nothing follows.  False: it gave none.
 */
struct passed {
	char *at; /* grown as it needs; the caller frees it */
	size_t len, cap;
};
bool pass_on(uint16_t port, const char *head, size_t head_len, const char *body, size_t n, bool cut,
	struct passed *answer);
bool send_all(int fd, const char *at, size_t n);

/* judge.c; the lock is held.  Stores the good lines; returns the status, and its words. */
int judge_lines(struct faultstore *store, const char *text, size_t n, char *words, size_t cap);
uint64_t judge_count(const char *text, size_t n);

#endif
