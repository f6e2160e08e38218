/* watch.h - whether every thread still comes round: what the service manager's watchdog hangs on. */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include "daemon/parts.h"

/* Longest honest time between two heartbeats of a line or a store, in ms. */
int64_t watch_line_bound_ms(const struct line_conf *line);
int64_t watch_store_bound_ms(const struct store_conf *store);

/* True while all are in time; otherwise `who` names the first that is not, and for how long. */
bool watch_all_alive(const struct parts *parts, int64_t now_ms, struct text *who);

#endif
