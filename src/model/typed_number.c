#include "model/typed.h"

#include <string.h>

#include "base/utf8.h"

/* What a character of a number is typed for; 0: it is none that is changed. */
static char meant(uint32_t point)
{
	if (point >= 0x6f0 && point <= 0x6f9) /* Urdu, Persian */
		return (char)('0' + (point - 0x6f0));
	if (point >= 0x660 && point <= 0x669) /* Arabic */
		return (char)('0' + (point - 0x660));
	switch (point) {
	case 0x66b: /* the Arabic decimal sign */
		return '.';
	case ',':
	case 0x60c: /* the Arabic comma */
		return ',';
	case 0x66c: /* the Arabic sign of thousands, which looks like the decimal one */
		return '\'';
	default:
		return 0;
	}
}

static size_t digits_at(const char *s)
{
	return strspn(s, "0123456789");
}

/* A comma or another sign that may part thousands: "1,000" and "12,345,678" may, "0,125" and "1,5" cannot. */
static bool may_part_thousands(const char *number, size_t before, size_t after)
{
	return number[before] == '\'' ||
	       (after == 3 && before >= 1 && before <= 3 && *number != '0');
}

/* The numbers of an amount one after the other, their commas made points. */
static bool take_commas(char *s)
{
	size_t before, after;
	char *sign;

	while (*s) {
		before = digits_at(s);
		if (!before) {
			s++;
			continue;
		}
		sign = s + before;
		after = *sign == ',' || *sign == '\'' ? digits_at(sign + 1) : 0;
		if (after) {
			if (may_part_thousands(s, before, after) || sign[1 + after] == ',' ||
				sign[1 + after] == '\'' ||
				(sign[1 + after] == '.' && sign[2 + after] != '.'))
				return false;
			*sign = '.';
		} else if (*sign == '.' && sign[1] != '.') {
			after = digits_at(sign + 1);
			if (after && (sign[1 + after] == ',' || sign[1 + after] == '\''))
				return false;
		}
		s = sign + (after ? 1 + after : 0);
	}
	return true;
}

bool typed_number(char *value, struct text *why)
{
	char read[256], *to = read;
	const char *s = value;
	uint32_t point;
	size_t n;

	if (strlen(value) >= sizeof(read))
		return true;
	for (; *s; s += n) {
		n = utf8_at(s, strnlen(s, 4), &point);
		if (!n)
			return true; /* no text: whoever reads it says so */
		if (meant(point)) {
			*to++ = meant(point);
		} else {
			memcpy(to, s, n);
			to += n;
		}
	}
	*to = '\0';
	if (!take_commas(read)) {
		text_printf(why,
			"\"%s\" can be read in two ways: write it without a sign for thousands, "
			"and "
			"a point before its decimals",
			value);
		return false;
	}
	memcpy(value, read, strlen(read) + 1);
	return true;
}
