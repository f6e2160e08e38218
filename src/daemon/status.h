/* status.h - what the daemon knows, as the JSON object that README.md describes. */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include <jansson.h>

#include "daemon/parts.h"

/* A new object; NULL when memory is out. */
json_t *status_make(const struct parts *parts);
/* The part of one unit, as inside status' "lines". */
json_t *status_unit(const struct unit_state *unit, int64_t now_ms);
/* The part of store i, as inside status' "stores". */
json_t *status_store(const struct parts *parts, unsigned i);
/* One line for the service manager: "5 of 6 analyzers well; 30 readings wait for province". */
void status_put_short(const struct parts *parts, struct text *to);

#endif
