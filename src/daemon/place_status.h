/* place_status.h - where the van is, as the JSON objects that README.md describes. */
#ifndef DAEMON_PLACE_STATUS_H
#define DAEMON_PLACE_STATUS_H

#include <jansson.h>

#include "daemon/parts.h"

/* The object "place" of the status; NULL when memory is out. */
json_t *place_status(const struct parts *parts);
/* Of a place alone: what a reading or sample made there would carry. */
json_t *place_status_of(const struct place *place);

#endif
