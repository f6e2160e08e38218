/*
 * lab_status.h - how the laboratory itself is, in a few numbers, for those who look after many: as a ledger record
 * (LEDGER_LAB_STATUS) and back.  Pure.
 *
 * The record's time is the moment it is of; how well the van's clock was known then is what is known of the record's time.
 */
#ifndef MODEL_LAB_STATUS_H
#define MODEL_LAB_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

struct lab_status {
	/* Of the store for which most of it is so: saved readings and records that wait to be sent, of them records, and how
	 * old the oldest is; 0: nothing waits, -1: something without a time does. */
	int64_t backlog, records, oldest_s;
	int64_t refused; /* readings and records that stores refuse, until a person puts them back or gives them up */
	int64_t set_aside; /* damaged files that no salvage has looked into */
	int64_t units_ok,
		units_sick; /* analyzers that answer; that do not, or are another device; not: too early to say */
	/* Values of analyzers (each parameter counts) that a check vouches for; that none does: never made, failed, too old */
	int64_t checks_ok, checks_expired;
	int64_t pos;        /* enum place_origin of where the van is */
	int64_t fix_age_ms; /* of that; -1: it is not known where the van is */
};

/* The record's words, beside its numbers: backlog, records, oldest_s. */
void lab_status_put(struct text *to, const struct lab_status *status);
/* What the words do not say is 0, of fix_age_ms -1. */
struct lab_status lab_status_read(int64_t a, int64_t b, int64_t c, const char *words);

#endif
