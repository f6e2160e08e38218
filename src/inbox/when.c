#include "inbox/when.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"

enum { YEAR, MONTH, DAY };

static const char *const order_words[] = {
	[DATE_YMD] = "year-month-day",
	[DATE_DMY] = "day-month-year",
	[DATE_MDY] = "month-day-year",
};

static const char *skip_blanks(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* A number of at most `most` digits; how many there were, 0: none, or more. */
static int take_number(const char **at, int most, int *value)
{
	int digits = 0;

	*value = 0;
	for (; isdigit((unsigned char)**at) && digits <= most; ++*at, digits++)
		*value = *value * 10 + (**at - '0');
	return digits <= most ? digits : 0;
}

/* "Nov", "NOVEMBER": 11; 0: no month. */
static int take_month(const char **at)
{
	static const char *const months[] = {"january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december"};
	size_t n = 0;
	int i;

	while (isalpha((unsigned char)(*at)[n]))
		n++;
	for (i = 0; i < 12 && n >= 3; i++)
		if (n <= strlen(months[i]) && !strncasecmp(*at, months[i], n)) {
			*at += n;
			return i + 1;
		}
	return 0;
}

/* One of the three; false: that cannot be it. */
static bool take_part(const char **at, int which, bool last, int *value)
{
	int digits;

	if (which == MONTH && isalpha((unsigned char)**at)) {
		*value = take_month(at);
		return *value != 0;
	}
	digits = take_number(at, 4, value);
	if (which != YEAR)
		return digits == 1 || digits == 2;
	if (digits == 2 && last)
		*value += 2000;
	return digits == 4 || (digits == 2 && last);
}

static bool read_date(const char *at, enum date_order order, int32_t *days)
{
	static const int parts[][3] = {
		[DATE_YMD] = {YEAR, MONTH, DAY},
		[DATE_DMY] = {DAY, MONTH, YEAR},
		[DATE_MDY] = {MONTH, DAY, YEAR},
	};
	int value[3], i;
	char between = 0;

	at = skip_blanks(at);
	for (i = 0; i < 3; i++) {
		if (!take_part(&at, parts[order][i], i == 2, &value[parts[order][i]]))
			return false;
		if (i == 2)
			break;
		if (!*at || (between ? *at != between : !strchr("-/. ", *at)))
			return false;
		between = *at++;
	}
	return !*skip_blanks(at) && utc_day(value[YEAR], value[MONTH], value[DAY], days);
}

/* "AM" or "PM" to a 12-hour clock's hour; false: neither, or no such hour. */
static bool take_half(const char **at, int *hour)
{
	bool after = !strncasecmp(*at, "PM", 2);

	if (!after && strncasecmp(*at, "AM", 2) != 0)
		return false;
	if (*hour < 1 || *hour > 12)
		return false;
	*hour = *hour % 12 + (after ? 12 : 0);
	*at += 2;
	return true;
}

static bool read_time(const char *at, int32_t *ms_of_day)
{
	int hour, minute, second = 0, fraction;

	at = skip_blanks(at);
	if (!take_number(&at, 2, &hour) || *at++ != ':' || take_number(&at, 2, &minute) != 2)
		return false;
	if (*at == ':') {
		at++;
		if (take_number(&at, 2, &second) != 2)
			return false;
		if (*at == '.') {
			at++;
			if (!take_number(&at, 6, &fraction))
				return false;
		}
	}
	at = skip_blanks(at);
	if (*at && !take_half(&at, &hour))
		return false;
	return !*skip_blanks(at) && utc_time_of_day(hour, minute, second, 0, ms_of_day);
}

const char *when_order_words(enum date_order order)
{
	return order_words[order];
}

bool when_other_order(const char *date, enum date_order order, enum date_order *other)
{
	static const enum date_order orders[] = {DATE_YMD, DATE_DMY, DATE_MDY};
	int32_t days;
	size_t i;

	if (read_date(date, order, &days))
		return false;
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (read_date(date, orders[i], &days)) {
			*other = orders[i];
			return true;
		}
	return false;
}

bool when_read(const char *date, const char *time, enum date_order order, int utc_offset_min,
	int64_t *utc_ms, struct text *why)
{
	int32_t days, ms_of_day;

	if (!read_date(date, order, &days)) {
		text_printf(why, "\"%s\" is no date written %s", date, order_words[order]);
		return false;
	}
	if (!read_time(time, &ms_of_day)) {
		text_printf(why, "\"%s\" is no time of day", time);
		return false;
	}
	*utc_ms = (int64_t)days * UTC_DAY_MS + ms_of_day - (int64_t)utc_offset_min * 60 * 1000;
	return true;
}
