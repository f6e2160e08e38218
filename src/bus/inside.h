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

#include "bus/search.h"
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
	/* the search's question: whose it is, which unit it asks, when the one before ended, turns of units since */
	uint64_t search_number;
	struct unit *search_unit; /* NULL: none */
	int64_t search_last_ns, search_closed_ms;
	unsigned search_turns;
	struct log_edge edge;
	struct delivery delivery;
	struct port_reply reply;
	/* shared */
	pthread_mutex_t lock;
	struct line_state said;
	struct search search;
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

/* asking.c: puts *ask, whose answer may take timeout_ms to begin; the answer is in `reply`.  As port_ask() of io/port.h. */
int line_put(struct line *line, struct port_ask *ask) MUST_USE;
/* asking.c: nothing came, or noise: the line is read until it is silent.  TCP: the connection was let go. */
void line_clear(struct line *line);
/* RTU: what is heard from now on, for a while, counts as its late answer. */
void line_expect_late(struct line *line, struct unit *unit);

/*
 * search.c: when the search may put *ask, which is its next question; INT64_MAX: not before a turn of a unit, or never.  Then
 * line_search_ask() puts it.
 */
int64_t line_search_due_ns(
	struct line *line, const struct unit *next, int64_t now_ns, struct port_ask *ask);
void line_search_ask(struct line *line, struct port_ask *ask);
void line_search_end(struct line *line, enum search_state state);

/* line.c: the thread looks at once what there is to do. */
void line_wake(struct line *line);

/* line.c: the device is not there: nobody's turn goes on, nothing is known of any unit. */
void line_lose(struct line *line, int rc, const char *words);

#endif
