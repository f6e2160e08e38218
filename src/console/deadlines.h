/* deadlines.h - when each connection must have brought its request, or taken its answer, whole. */
#ifndef CONSOLE_DEADLINES_H
#define CONSOLE_DEADLINES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct round;

enum { MOST_CONNECTIONS = 64 };

/* A connection's; in its hands from deadlines_begin() to deadlines_end(). */
struct deadline {
	int fd;
	bool used;
	int64_t until_ms;
};

struct deadlines {
	pthread_mutex_t lock;
	struct round *round;
	int64_t request_ms; /* for a request, from its connection's beginning or the answer before it */
	struct deadline each[MOST_CONNECTIONS];
};

/*
 * Starts a thread that shuts each socket down at its deadline, however many bytes still come: who waits for it sees it
 * end.  request_ms 0: never.  ERR_MEMORY.
 */
int deadlines_start(struct deadlines *deadlines, int64_t request_ms);
/* After the last connection has ended. */
void deadlines_stop(struct deadlines *deadlines);

/* NULL: there are MOST_CONNECTIONS already. */
struct deadline *deadlines_begin(struct deadlines *deadlines, int fd);
void deadlines_request(struct deadlines *deadlines, struct deadline *deadline); /* one is awaited */
void deadlines_answer(struct deadlines *deadlines,
	struct deadline *deadline); /* it is there: four times as long */
/* Before the socket is closed, since its number may be another's then. */
void deadlines_end(struct deadlines *deadlines, struct deadline *deadline);

#endif
