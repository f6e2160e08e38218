/* utc.h - a date and a time of day, as receivers write them, in ms since 1970; what no calendar has is refused. */
#ifndef PLACE_UTC_H
#define PLACE_UTC_H

#include <stdbool.h>
#include <stdint.h>

enum { UTC_DAY_MS = 24 * 60 * 60 * 1000 };

/* Days from 1970-01-01 to a date of the years 1970 to 2099.  False: there is no such day. */
bool utc_day(int year, int month, int day, int32_t *days);
/* Milliseconds since midnight.  The second may be 60, a leap second, which counts as the next one. */
bool utc_time_of_day(int hour, int minute, int second, int ms, int32_t *ms_of_day);

#endif
