/* entered_time.h - a time as a person types it.  Pure. */
#ifndef DAEMON_ENTERED_TIME_H
#define DAEMON_ENTERED_TIME_H

#include "base/err.h"
#include "base/text.h"

struct entered_time {
	int64_t utc_ms;
	bool zoned; /* it said how far its clock is from UTC, or that it is UTC; else it is taken as UTC */
};

/*
 * "2026-12-01 14:05", "2026-12-01 14:05:30" are UTC; with " +05:00" it is what a clock so far ahead of UTC
 * shows, as all clocks in Pakistan do; " UTC" and "Z" say what holds anyway.  ERR_RANGE with words.
 */
int entered_time_read(struct entered_time *time, const char *text, struct text *why) MUST_USE;

#endif
