/*
 * search.h - a running line is searched: who else answers on it, or what one of its units says in full.
 *
 * The line's thread puts the questions, one at a time and between its own: after each, every unit that is due has its
 * turn first.  No reading can be another's by it:
 *
 *   a scan    asks no address of a unit, and an answer bears the address it comes from;
 *   a probe   asks a unit that owes nothing, between its turns; what it leaves unanswered is a question of the unit's that is
 *             open, with all that follows (README.md, "Late answers").
 *
 * One search at a time.  It ends by itself, at the latest after an hour, or when an analyzer of the line is in a sample or a
 * check.  What it has read by then stays.
 */
#ifndef BUS_SEARCH_H
#define BUS_SEARCH_H

#include "bus/line.h"
#include "bus/probe.h"
#include "bus/scan.h"

enum { SEARCH_BY = 64, SEARCH_TOKEN = 33 };

enum search_kind { SEARCH_NONE, SEARCH_SCAN, SEARCH_PROBE };

enum search_state {
	SEARCH_RUNS,
	SEARCH_DONE,
	SEARCH_CANCELLED,
	SEARCH_IN_USE,  /* an analyzer of the line came into a sample or a check */
	SEARCH_CLOSED,  /* the line went away and did not come back */
	SEARCH_SILENT,  /* the unit that is probed does not answer */
	SEARCH_TOO_LONG /* an hour, and not all was asked */
};

struct search {
	enum search_kind kind;
	enum search_state state;
	uint64_t number; /* of the line's searches since start, from 1 */
	char by[SEARCH_BY], token[SEARCH_TOKEN];
	int64_t begun_ms, ended_ms; /* boot time */
	uint64_t asked;             /* questions */
	struct scan scan;
	unsigned unit; /* SEARCH_PROBE: which of the line's */
	struct probe probe;
	/* SEARCH_PROBE of a driver's unit: its own turn is all; the exchanges after this number of the trace are it */
	uint64_t after;
};

/* Whose it is, and under which token it was asked for. */
struct search_asker {
	const char *by, *token;
};

/*
 * Addresses first..last but those of the line's units; `known` outlives the line.  ERR_BUSY: another search runs.
 * ERR_CONF: a unit of the line speaks no Modbus, and might take a question for its own.
 */
int line_scan(struct line *line, const struct search_asker *asker,
	const struct profile *const *known, unsigned n_known, unsigned first,
	unsigned last) MUST_USE;
/* ERR_ABSENT: there is no such unit. */
int line_probe(struct line *line, const struct search_asker *asker, unsigned unit) MUST_USE;
void line_search_cancel(struct line *line);
/* A copy of the last one; kind SEARCH_NONE: there was none. */
void line_search(struct line *line, struct search *out);

#endif
