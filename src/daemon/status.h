/* status.h - what the daemon knows, as the JSON object that README.md describes. */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include <jansson.h>

#include "daemon/parts.h"

/*
 * A new object; NULL when memory is out.  Its spool's "set_aside" is how many files are set aside as damaged that no salvage
 * has looked into yet; a sentence in "waits" tells of them.
 */
json_t *status_make(const struct parts *parts);
/* The words of a reading's flags: a new array. */
json_t *status_flags(unsigned flags);
/* The part of one unit, as inside status' "lines". */
json_t *status_unit(const struct unit_state *unit, int64_t now_ms);
/*
 * The part of store i, as inside status' "stores"; its sentences go into "waits".  What is held there, though it counts as
 * waiting:
 *
 *   "too_old":{"readings":N,"ledger":N,"oldest":"2026-09-01T10:00:00Z","youngest":"...","words":"the store's",
 *     "next_try_s":480.0}       older than the store keeps; null: none
 *   "refuses_all":{"readings":false,"ledger":true,"words":"the store's","next_try_s":60.0}
 *                              streams of which it refuses every line while it takes others; null: none
 */
json_t *status_store(const struct parts *parts, unsigned i, json_t *waits);
/* One line for the service manager: "5 of 6 analyzers well; 30 readings wait for province". */
void status_put_short(const struct parts *parts, struct text *to);

#endif
