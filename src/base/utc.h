/*
 * utc.h - a moment as people write it, and back, in ms since 1970.  Any int64_t is some text; years past 9999
 * are not a concern here.  What no calendar has is refused.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { UTC_DAY_MS = 24 * 60 * 60 * 1000 };

/* "2026-12-01" */
void utc_put_day(struct text *to, int64_t utc_ms);
/* "2026-12-01 09:05" */
void utc_put_minute(struct text *to, int64_t utc_ms);
/* "2026-12-01 09:05:31" */
void utc_put_second(struct text *to, int64_t utc_ms);

/* Days from 1970-01-01 to a date of the years 1970 to 2099.  False: there is no such day. */
bool utc_day(int year, int month, int day, int32_t *days);
/* Milliseconds since midnight.  The second may be 60, a leap second, which counts as the next one. */
bool utc_time_of_day(int hour, int minute, int second, int ms, int32_t *ms_of_day);

#endif
