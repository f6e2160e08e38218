/*
 * when.h - when a meter says that it measured: a date and a time of day by a clock that somebody set, written
 * in one of the ways that meters can be set to.  Nothing ambiguous is guessed.
 */
#ifndef INBOX_WHEN_H
#define INBOX_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum date_order { DATE_YMD, DATE_DMY, DATE_MDY };

/*
 * Date: year, month and day in that order, with '-', '/', '.' or a blank between; the month also as an English
 * word of three letters or more; the year of two digits (20xx) only where it is last.  Time: H:MM or H:MM:SS,
 * with a fraction that is left out, with AM or PM behind it where the hour is 1 to 12.  The clock is
 * utc_offset_min ahead of UTC.  False: `why` says what is wrong with it.
 */
bool when_read(const char *date, const char *time, enum date_order order, int utc_offset_min,
	int64_t *utc_ms, struct text *why);

/* "day-month-year" */
const char *when_order_words(enum date_order order);
/* The date is none in this order of its parts, but one in *other. */
bool when_other_order(const char *date, enum date_order order, enum date_order *other);

#endif
