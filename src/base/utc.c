#include "base/utc.h"

#include <string.h>
#include <time.h>

enum { MOST_ZONE_MIN = 14 * 60 }; /* Kiribati's clocks are the farthest ahead */

static struct tm broken_down(int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / 1000 - (utc_ms % 1000 < 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return tm;
}

/* Two digits behind a sign. */
static void put_two(struct text *to, char sign, int n)
{
	const char digits[] = {sign, (char)('0' + n / 10), (char)('0' + n % 10)};

	text_put_n(to, digits, sizeof(digits));
}

static void put_day(struct text *to, const struct tm *tm)
{
	text_printf(to, "%04d", tm->tm_year + 1900);
	put_two(to, '-', tm->tm_mon + 1);
	put_two(to, '-', tm->tm_mday);
}

static void put_minute(struct text *to, const struct tm *tm)
{
	put_day(to, tm);
	put_two(to, ' ', tm->tm_hour);
	put_two(to, ':', tm->tm_min);
}

void utc_put_day(struct text *to, int64_t utc_ms)
{
	struct tm tm = broken_down(utc_ms);

	put_day(to, &tm);
}

void utc_put_minute(struct text *to, int64_t utc_ms)
{
	struct tm tm = broken_down(utc_ms);

	put_minute(to, &tm);
}

void utc_put_second(struct text *to, int64_t utc_ms)
{
	struct tm tm = broken_down(utc_ms);

	put_minute(to, &tm);
	put_two(to, ':', tm.tm_sec);
}

unsigned utc_month_of(int64_t utc_ms)
{
	return (unsigned)broken_down(utc_ms).tm_mon + 1;
}

static bool is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static unsigned length_of(int year, int month)
{
	return (unsigned)(lengths[month] + (month == 1 && is_leap_year(year)));
}

void utc_month(int32_t day, unsigned begins, unsigned *of_month, unsigned *in_month)
{
	struct tm tm = broken_down((int64_t)day * UTC_DAY_MS);
	int month = tm.tm_mon;

	*of_month = (unsigned)tm.tm_mday;
	if (*of_month < begins) {
		month = month ? month - 1 : 11; /* a December has no leap day */
		*of_month += length_of(tm.tm_year + 1900, month);
	}
	*of_month -= begins - 1;
	*in_month = length_of(tm.tm_year + 1900, month);
}

bool utc_day(int year, int month, int day, int32_t *days)
{
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

/* --- a moment as it is written ---------------------------------------------------------------------- */

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

/* A point and digits; what is finer than a millisecond is left out. */
static bool take_fraction(const char **at, int *ms)
{
	int place;

	*ms = 0;
	if (!take_char(at, "."))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (place = 100; **at >= '0' && **at <= '9'; place /= 10)
		*ms += (*(*at)++ - '0') * place;
	return true;
}

static bool take_hour(const char **at, struct tm *tm, int *ms)
{
	*ms = 0;
	if (!take_number(at, 2, 23, &tm->tm_hour) || !take_char(at, ":") ||
		!take_number(at, 2, 59, &tm->tm_min))
		return false;
	return **at != ':' ||
	       (take_char(at, ":") && take_number(at, 2, 59, &tm->tm_sec) && take_fraction(at, ms));
}

/* How far the clock is ahead of UTC. */
static bool take_zone(const char **at, bool *zoned, int *ahead_min)
{
	int hours, minutes;
	bool behind;

	*ahead_min = 0;
	if (take_char(at, " ") && !**at)
		return false;
	*zoned = **at != '\0';
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

int utc_read(const char *text, int64_t *utc_ms, bool *zoned)
{
	struct tm tm = {.tm_mday = 0}, again;
	int ahead_min, ms;
	time_t seconds;

	if (!take_day(&text, &tm) || !take_char(&text, " T") || !take_hour(&text, &tm, &ms) ||
		!take_zone(&text, zoned, &ahead_min) || *text)
		return ERR_CONF;
	again = tm;
	seconds = timegm(&again);
	if (again.tm_mday != tm.tm_mday)
		return ERR_RANGE;
	*utc_ms = ((int64_t)seconds - ahead_min * 60) * 1000 + ms;
	return 0;
}
