/*
 * inside.h - what line.c and asking.c share: the inside of a line.
 *
 * The thread that steps owns port and units; `lock` is held only while what others may see changes,
 * never across the port or the sink.
 */
#ifndef BUS_INSIDE_H
#define BUS_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "bus/unit.h"

#define MS ((int64_t)1000000)

struct line {
	const struct line_conf *conf;
	struct port *port;
	const struct bus_sink *sink;
	const struct clock *clock;
	struct unit *units;
	struct unit *turn; /* whose turn it is; NULL: nobody's */
	/* when */
	int64_t reopen_ns, lost_check_ns, last_end_ns;
	bool started, away, let_go; /* let_go: we closed it ourselves after a fault (TCP) */
	/* a unit that timed out may still answer into somebody else's turn */
	struct unit *late;
	int64_t late_until_ns;
	struct log_edge edge;
	struct delivery delivery;
	struct port_reply reply;
	/* shared */
	pthread_mutex_t lock;
	struct line_state said;
	struct trace trace;
	struct told {
		unsigned made;
		struct trace_entry ring[LINE_TOLD];
	} told[MOST_UNITS];
	atomic_bool stop;
	atomic_bool try_now[MOST_UNITS];
	_Atomic int64_t heartbeat_ms;
	int wake;
	pthread_t thread;
	bool running;
};

static inline int64_t line_now_ns(const struct line *line)
{
	return line->clock->boot_ns(line->clock->ctx);
}

/* asking.c: one question of a unit's turn, and all that follows from its answer. */
void line_ask(struct line *line, struct unit *unit, struct port_ask *ask);

/* line.c: the device is not there: nobody's turn goes on, nothing is known of any unit. */
void line_lose(struct line *line, int rc, const char *words);

#endif
