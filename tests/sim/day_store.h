/* day_store.h - the day's readings brought to a real store by a real uplink. */
#ifndef DAY_STORE_H
#define DAY_STORE_H

#include "spool/spool.h"

/*
 * Sends all that is saved, and says on standard output what it took.  $WATERLAB_STORE_TYPE: influxdb-v1 (if
 * not said) or victoriametrics.  Errors, and readings that still wait after five minutes, come with words.
 */
int day_deliver(struct spool *spool, const char *lab, const char *url, struct text *why) MUST_USE;

#endif
