#include "place/utc.h"

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
