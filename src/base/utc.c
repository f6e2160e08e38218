#include "base/utc.h"

#include <time.h>

static struct tm broken_down(int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / 1000 - (utc_ms % 1000 < 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return tm;
}

void utc_put_day(struct text *to, int64_t utc_ms)
{
	struct tm tm = broken_down(utc_ms);

	text_printf(to, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

void utc_put_minute(struct text *to, int64_t utc_ms)
{
	struct tm tm = broken_down(utc_ms);

	utc_put_day(to, utc_ms);
	text_printf(to, " %02d:%02d", tm.tm_hour, tm.tm_min);
}

void utc_put_second(struct text *to, int64_t utc_ms)
{
	utc_put_minute(to, utc_ms);
	text_printf(to, ":%02d", broken_down(utc_ms).tm_sec);
}

static bool is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool utc_day(int year, int month, int day, int32_t *days)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t n = 0;
	int i;

	if (year < 1970 || year > 2099 || month < 1 || month > 12 || day < 1)
		return false;
	if (day > lengths[month - 1] + (month == 2 && is_leap_year(year)))
		return false;
	for (i = 1970; i < year; i++)
		n += 365 + is_leap_year(i);
	for (i = 1; i < month; i++)
		n += lengths[i - 1] + (i == 2 && is_leap_year(year));
	*days = n + day - 1;
	return true;
}

bool utc_time_of_day(int hour, int minute, int second, int ms, int32_t *ms_of_day)
{
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
		ms < 0 || ms > 999)
		return false;
	*ms_of_day = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
	return true;
}
