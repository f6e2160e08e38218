/*
 * carry_in.h - a carried spool into one store, each row once: it is asked what it has, sent what it has not, and asked again.
 *
 * Nothing is remembered but by the store, so that a run that was cut off, one of an older carry, or one beside the van's own
 * sending ends the same.  Rows without a fixed time are left to the van, which alone may fix it.
 */
#ifndef UPLINK_CARRY_IN_H
#define UPLINK_CARRY_IN_H

#include "spool/carry.h"
#include "uplink/uplink.h"

struct carry_in {
	const char *folder; /* on the stick; only read */
	const struct carry_manifest *manifest;
	const struct store_conf *store;
	const struct clock *clock;
	unsigned settle_ms;   /* so long after sending it is asked for its own count */
	unsigned patience_ms; /* so long without any progress a store may be away */
	/* NULL, or called now and then.  Non-zero ends it: ERR_STOPPED. */
	int (*still)(void *ctx, uint64_t number, uint64_t last); /* of the file at work */
	void *ctx;
};

struct carry_in_result {
	uint64_t had, sent, untimed, damaged, refused, too_old; /* rows */
	uint64_t confirmed;           /* rows the store has by its own count */
	struct carry_receipt receipt; /* those; carry_free_receipt() */
};

/*
 * 0: the store has, by its own count, every row that could be sent; ERR_ABSENT: it has not, with words; ERR_TIMEOUT: it was
 * away; ERR_CONF: a person must act; ERR_IO, ERR_DAMAGED (the stick), ERR_MEMORY.  `out` says how far it came, in any case.
 */
int carry_in(const struct carry_in *ask, struct carry_in_result *out, struct text *why) MUST_USE;

#endif
