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
