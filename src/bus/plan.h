/*
 * plan.h - which requests read a profile's registers in the least time on its line.  Pure.
 *
 * A request costs its own overhead (question, frame, silences, the device's turnaround) and its bytes:
 * reading unused registers beats a new request while they cost less than that overhead.  The best
 * partition is found exactly, by dynamic programming over the sorted registers.
 */
#ifndef BUS_PLAN_H
#define BUS_PLAN_H

#include "base/err.h"
#include "base/text.h"
#include "bus/profile.h"
#include "io/port.h"

enum { MOST_ITEMS = MOST_FIELDS + MOST_STATUS };

/* What a request costs on one line to one kind of device. */
struct plan_cost {
	int64_t request_ns; /* without payload */
	int64_t byte_ns;    /* per payload byte of the answer */
	/* RTU: neighbouring requests get different counts where that costs no more than a register, so
	 * that a stale answer to one fails the length check of the other. */
	bool vary;
};

struct plan_cost plan_cost_of(const struct port_conf *port, const struct profile *profile);
int64_t plan_request_ns(const struct plan_cost *cost, uint8_t function, uint16_t count);

/* A range of registers that is read as a whole, for one or several fields and status rules. */
struct plan_item {
	uint8_t function;
	uint16_t start, count;
	bool status; /* a status rule needs it: its request comes before those of the values */
};

struct plan_request {
	uint8_t function;
	uint16_t start, count;
	uint16_t first, last; /* items it reads, but those refused; in the plan's order */
	bool padded;          /* one register longer than its items need */
};

/* What the device taught us about itself; indices are the plan's items. */
struct plan_learned {
	bool refused[MOST_ITEMS]; /* answered with an exception: in no request, and never crossed */
	bool cut[MOST_ITEMS];     /* no request may reach from the item before into this one */
	bool plain;               /* no padding */
};

struct plan {
	unsigned n_items; /* sorted by function, start, count; the same for any `learned` */
	struct plan_item items[MOST_ITEMS];
	uint8_t field_item[MOST_FIELDS]; /* the item of each of the profile's fields */
	uint8_t status_item[MOST_STATUS];
	unsigned n_requests; /* in the order to ask them */
	struct plan_request requests[MOST_ITEMS];
};

/*
 * Makes the plan.  `learned` may be NULL.  ERR_CONF when a register cannot be read within the device's
 * own limits (a forbidden range, an odd start with nothing before it, too long): `why` names it.
 */
int plan_make(struct plan *plan, const struct profile *profile, const struct plan_cost *cost,
	const struct plan_learned *learned, struct text *why) MUST_USE;

/*
 * The shortest request for items first..last (of one function) but the refused, without padding.
 * False when the device's limits or what was learned forbid it.
 */
bool plan_hull(const struct plan *plan, const struct profile *profile,
	const struct plan_learned *learned, unsigned first, unsigned last,
	struct plan_request *out);

/* Bus time of one turn over all requests. */
int64_t plan_total_ns(const struct plan *plan, const struct plan_cost *cost);

#endif
