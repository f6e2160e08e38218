/* link_status.h - what went over the van's network links, as inside status' "links". */
#ifndef DAEMON_LINK_STATUS_H
#define DAEMON_LINK_STATUS_H

#include <jansson.h>

#include "daemon/parts.h"

/*
 * {"budget_bytes":N|null,"used_bytes":N,"today_bytes":N,"day":"2026-11-28"|null,
 *  "links":[{"name":"ppp0","unlimited":false,"today_bytes":N,"month_bytes":N}]}; used and today: those that count.
 */
json_t *link_status(const struct parts *parts);

#endif
