/*
 * pending.h - readings that are not saved yet, in one fixed ring of bytes.  One thread takes out; the
 * caller holds the spool's lock for everything but reading the records between tail and a head seen.
 */
#ifndef SPOOL_PENDING_H
#define SPOOL_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/reading.h"

struct pending {
	uint8_t *bytes;
	size_t cap;
	uint64_t head, tail; /* bytes ever put and taken; the place is modulo cap */
	uint64_t readings;   /* in the ring */
};

bool pending_init(struct pending *ring, size_t cap) MUST_USE;
void pending_free(struct pending *ring);

/* False when it does not fit.  The exchange is copied. */
bool pending_put(struct pending *ring, const struct exchange *exchange) MUST_USE;
/*
 * The record at `at`, which lies in tail..head: fills `exchange`, whose pointers point into the ring
 * and stay good until it is dropped, and returns where the next one is.
 */
uint64_t pending_see(const struct pending *ring, uint64_t at, struct exchange *exchange);
/* Takes out everything before `at`, which held that many readings. */
void pending_drop(struct pending *ring, uint64_t at, uint64_t readings);

#endif
