/*
 * parts.h - a store's results part by part, a lab's within 28 days each: what was read before is asked for again only where
 * the store's print is another one.
 *
 * Of a store that may show some fields of a row a moment later than others, a part whose print is new is read at the next
 * look once more.  Once a day all is read anew, whatever the prints say.
 */
#ifndef HEATMAP_PARTS_H
#define HEATMAP_PARTS_H

#include "store.h"

struct part {
	int64_t from_ms, to_ms; /* UTC, the end itself not in it */
	struct print print;
	int64_t since_ms; /* the store has this print; CLOCK_BOOTTIME */
	int64_t read_ms;  /* 0: it is to be read */
	size_t n_rows;    /* that came of it, older revisions too */
	bool seen;        /* at this look */
};

struct parts {
	struct rows rows; /* what was read; parts_read() changes results and names alone */
	struct part *at;
	size_t n, cap;
	size_t n_asked,
		n_rows; /* at the last look: parts that were read; rows of all parts, older revisions too */
	int64_t begun_ms; /* all was read; CLOCK_BOOTTIME */
};

/* After it parts->rows has all results from from_ms (UTC) on that the store has.  store.h's errors; the next look mends. */
int parts_read(struct parts *parts, struct store *store, int64_t from_ms, int64_t now_utc_ms,
	int64_t now_boot_ms, struct text *why) MUST_USE;
void parts_free(struct parts *parts);

/* --- without a store ---------------------------------------------------------------------------------------- */

enum { PARTS_LATE_MS = 15 * 1000, PARTS_ANEW_MS = 24 * 60 * 60 * 1000 };

/* The span that holds this moment begins then: where InfluxDB's shards of 7 and of 28 days begin, counted from the year 1. */
int64_t parts_begin_ms(int64_t at_ms);
/* A look begins. */
void parts_look(struct parts *parts);
/* What the store has in a span now; fields may be late_ms late.  ERR_MEMORY. */
int parts_see(struct parts *parts, int64_t from_ms, int64_t to_ms, const struct print *prints,
	size_t n, int64_t late_ms, int64_t now_boot_ms) MUST_USE;
/* All spans were seen: takes away the rows of parts that are to be read, and of those that are gone. */
void parts_drop(struct parts *parts);

#endif
