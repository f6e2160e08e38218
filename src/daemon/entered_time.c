#include "daemon/entered_time.h"

#include <string.h>
#include <time.h>

enum { MOST_ZONE_MIN = 14 * 60 }; /* Kiribati's clocks are the farthest ahead */

/* Exactly n digits. */
static bool take_number(const char **at, int n, int most, int *number)
{
	const char *s = *at;
	int i, value = 0;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		value = value * 10 + (s[i] - '0');
	}
	*at = s + n;
	*number = value;
	return value <= most;
}

static bool take_char(const char **at, const char *among)
{
	if (!**at || !strchr(among, **at))
		return false;
	++*at;
	return true;
}

static bool take_day(const char **at, struct tm *tm)
{
	int year, month;

	if (!take_number(at, 4, 9999, &year) || !take_char(at, "-") ||
		!take_number(at, 2, 12, &month) || !take_char(at, "-") ||
		!take_number(at, 2, 31, &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return month >= 1 && tm->tm_mday >= 1;
}

static bool take_hour(const char **at, struct tm *tm)
{
	if (!take_number(at, 2, 23, &tm->tm_hour) || !take_char(at, ":") ||
		!take_number(at, 2, 59, &tm->tm_min))
		return false;
	return **at != ':' || (take_char(at, ":") && take_number(at, 2, 59, &tm->tm_sec));
}

/* How far the clock is ahead of UTC. */
static bool take_zone(const char **at, struct entered_time *time, int *ahead_min)
{
	int hours, minutes;
	bool behind;

	*ahead_min = 0;
	if (take_char(at, " ") && !**at)
		return false;
	time->zoned = **at != '\0';
	if (strcmp(*at, "Z") == 0 || strcmp(*at, "UTC") == 0) {
		*at += strlen(*at);
		return true;
	}
	behind = **at == '-';
	if (!take_char(at, "+-"))
		return true;
	if (!take_number(at, 2, 14, &hours) || !take_char(at, ":") ||
		!take_number(at, 2, 59, &minutes))
		return false;
	*ahead_min = (behind ? -1 : 1) * (60 * hours + minutes);
	return *ahead_min >= -MOST_ZONE_MIN && *ahead_min <= MOST_ZONE_MIN;
}

int entered_time_read(struct entered_time *time, const char *text, struct text *why)
{
	struct tm tm = {.tm_mday = 0}, again;
	const char *at = text;
	int ahead_min;
	time_t seconds;

	*time = (struct entered_time){.zoned = false};
	if (!take_day(&at, &tm) || !take_char(&at, " T") || !take_hour(&at, &tm) ||
		!take_zone(&at, time, &ahead_min) || *at) {
		text_printf(why,
			"\"%.40s\" is no time; it is written \"2026-12-01 09:05\", which is UTC, "
			"or \"2026-12-01 14:05 +05:00\", as clocks in Pakistan show it",
			text);
		return ERR_RANGE;
	}
	again = tm;
	seconds = timegm(&again);
	if (again.tm_mday != tm.tm_mday) {
		text_printf(why, "\"%.10s\" is no day of the calendar", text);
		return ERR_RANGE;
	}
	time->utc_ms = ((int64_t)seconds - ahead_min * 60) * 1000;
	return 0;
}
