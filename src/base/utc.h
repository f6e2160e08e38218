/*
 * utc.h - a moment as people write it, and back, in ms since 1970.  Any int64_t is some text; years past 9999
 * are not a concern here.  What no calendar has is refused.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

enum { UTC_DAY_MS = 24 * 60 * 60 * 1000 };

/* "2026-12-01" */
void utc_put_day(struct text *to, int64_t utc_ms);
/* "2026-12-01 09:05" */
void utc_put_minute(struct text *to, int64_t utc_ms);
/* "2026-12-01 09:05:31" */
void utc_put_second(struct text *to, int64_t utc_ms);

/* The month it lies in, 1 to 12. */
unsigned utc_month_of(int64_t utc_ms);

/*
 * "2026-12-01 09:05", with ":31" or ":31.250", a T for the blank.  It is UTC; with " +05:00", blank or not, what a clock
 * so far ahead of UTC shows; " UTC" and "Z" say what holds anyway, and set `zoned` as an offset does.  ERR_CONF: not
 * written so; ERR_RANGE: a day that no calendar has.
 */
int utc_read(const char *text, int64_t *utc_ms, bool *zoned) MUST_USE;

/* Days from 1970-01-01 to a date of the years 1970 to 2099.  False: there is no such day. */
bool utc_day(int year, int month, int day, int32_t *days);
/* Which day of its month that day is, from 1, and how many the month has; months begin on that day of the calendar's,
 * 1 to 28. */
void utc_month(int32_t day, unsigned begins, unsigned *of_month, unsigned *in_month);
/* Milliseconds since midnight.  The second may be 60, a leap second, which counts as the next one. */
bool utc_time_of_day(int hour, int minute, int second, int ms, int32_t *ms_of_day);

#endif
