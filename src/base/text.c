#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

struct text text_over(char *at, size_t cap)
{
	at[0] = '\0';
	return (struct text){.at = at, .cap = cap};
}

void text_clear(struct text *text)
{
	text->len = 0;
	text->cut = false;
	text->at[0] = '\0';
}

void text_put_n(struct text *text, const char *s, size_t n)
{
	size_t room = text->cap - 1 - text->len;

	if (n > room) {
		n = room;
		text->cut = true;
	}
	memcpy(text->at + text->len, s, n);
	text->len += n;
	text->at[text->len] = '\0';
}

void text_put(struct text *text, const char *s)
{
	text_put_n(text, s, strlen(s));
}

void text_put_char(struct text *text, char c)
{
	text_put_n(text, &c, 1);
}

void text_put_u64(struct text *text, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	text_put_n(text, digits + n, sizeof(digits) - n);
}

void text_put_i64(struct text *text, int64_t v)
{
	if (v < 0)
		text_put_char(text, '-');
	text_put_u64(text, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void text_printf(struct text *text, const char *fmt, ...)
{
	size_t room = text->cap - text->len;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text->at + text->len, room, fmt, args);
	va_end(args);
	if (n < 0) {
		text->at[text->len] = '\0';
		text->cut = true;
	} else if ((size_t)n >= room) {
		text->len = text->cap - 1;
		text->cut = true;
	} else {
		text->len += (size_t)n;
	}
}

void text_put_shown(struct text *text, const char *s, size_t len, size_t most)
{
	static const char cut[] = "\xE2\x80\xA6";
	size_t begin = text->len, fits = begin, n, put;
	uint32_t point;
	bool shown;

	if (most > text->cap - 1 - begin)
		most = text->cap - 1 - begin;
	for (; len; s += n, len -= n) {
		n = utf8_at(s, len, &point);
		shown = n && !utf8_controls(point);
		n = n ? n : 1;
		put = shown ? n : 1;
		if (text->len - begin + put > most) {
			text->at[text->len = fits] = '\0';
			if (most >= sizeof(cut) - 1)
				text_put(text, cut);
			return;
		}
		text_put_n(text, shown ? s : "?", put);
		if (text->len - begin + sizeof(cut) - 1 <= most)
			fits = text->len;
	}
}

void text_put_utf8(struct text *text, const char *s, size_t len)
{
	uint32_t point;
	size_t n;

	for (; len; s += n, len -= n) {
		n = *s ? utf8_at(s, len, &point) : 0;
		text_put_n(text, n ? s : "\xEF\xBF\xBD", n ? n : 3);
		n = n ? n : 1;
	}
}

void text_put_quoted(struct text *text, const char *s, char quote)
{
	text_put_char(text, quote);
	for (; *s; s++) {
		if (*s == quote || *s == '\\' || *s == '\n')
			text_put_char(text, '\\');
		text_put_char(text, *s == '\n' ? 'n' : *s);
	}
	text_put_char(text, quote);
}

bool text_copy(char *to, size_t cap, const char *s)
{
	size_t n = strlen(s);

	if (n >= cap) {
		to[0] = '\0';
		return false;
	}
	memcpy(to, s, n + 1);
	return true;
}

bool text_is_words(const char *s)
{
	unsigned n = 0;
	uint32_t point;
	size_t bytes;

	for (; *s; s += bytes) {
		bytes = utf8_at(s, strnlen(s, 4), &point);
		if (!bytes || utf8_controls(point))
			return false;
		n += point != ' ';
	}
	return n >= 3;
}

unsigned text_distance(const char *a, const char *b)
{
	enum { LONGEST = 63 };
	unsigned row[LONGEST + 1], previous, keep, best;
	size_t na = strlen(a), nb = strlen(b), i, j;

	if (na > LONGEST || nb > LONGEST)
		return LONGEST;
	for (j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (i = 1; i <= na; i++) {
		previous = row[0];
		row[0] = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			keep = row[j];
			best = previous + (tolower((unsigned char)a[i - 1]) !=
						  tolower((unsigned char)b[j - 1]));
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			previous = keep;
		}
	}
	return row[nb];
}
