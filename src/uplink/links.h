/*
 * links.h - the van's network links under one budget, shared by its stores.
 *
 * One for the whole lab: the SIM card is the van's, not a store's.  It counts all links but those named unlimited.
 * Calls are safe from any thread.
 */
#ifndef UPLINK_LINKS_H
#define UPLINK_LINKS_H

#include "base/clock.h"
#include "base/text.h"
#include "spool/spool.h"
#include "uplink/budget.h"

enum { LINKS_UNLIMITED = 256 };

struct links_conf {
	unsigned budget_mb_month; /* of 1,000,000 bytes; 0: no limit */
	unsigned month_begins;    /* on that day of the calendar's, UTC, 1 to 28 */
	char unlimited
		[LINKS_UNLIMITED]; /* names or patterns of links that cost nothing, between commas */
};

/* The next pattern of such a list, of LINK_NAME bytes.  False: there is none.  A longer one comes out empty. */
bool links_next_pattern(const char **list, char *pattern);

struct links;

/* `spool` and `clock` live as long.  ERR_MEMORY. */
int links_new(struct links **out, const struct links_conf *conf, struct spool *spool,
	const struct clock *clock) MUST_USE;
void links_free(struct links *links);

/* A seat for one store that sends; -1: there are MOST_STORES already. */
int links_join(struct links *links);

/*
 * May the store at `seat` send `want` raw readings by that link now?  Where bytes are short, stores that ask take turns:
 * who had least today goes first.  What is granted counts as taken until links_done() or links_leave().
 */
struct budget_answer links_ask(struct links *links, int seat, const char *link,
	const struct budget_cost *cost, unsigned want);
/* What was granted went, and took so many bytes. */
void links_done(struct links *links, int seat, uint64_t bytes);
/* It has nothing to send, or no way to. */
void links_leave(struct links *links, int seat);

struct links_state {
	bool budget; /* false: no limit */
	uint64_t month, used, used_today;
	struct spool_bytes bytes;
	bool unlimited[MOST_LINKS]; /* of bytes.links */
};
void links_state(struct links *links, struct links_state *out);

/*
 * "41.2 of 500 MB used this month on ppp0, next after 18:00 UTC": wait_ms as of budget_answer.  When what goes first
 * took more than there is, it says so.
 */
void links_put_why(struct text *to, struct links *links, int64_t wait_ms);

#endif
