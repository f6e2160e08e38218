#include "inbox/plain.h"

#include <string.h>

#include "base/utf8.h"

static bool is_any(char c, const char *of)
{
	return c && strchr(of, c);
}

static void put_latin1(struct text *to, uint8_t c)
{
	const char both[] = {(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))};

	text_put_n(to, both, sizeof(both));
}

void plain_put_utf8(struct text *to, const uint8_t *bytes, size_t len)
{
	const char *at = (const char *)bytes;
	uint32_t point;
	size_t n;

	for (; len; at += n, len -= n) {
		n = utf8_at(at, len, &point);
		if (n)
			text_put_n(to, at, n);
		else
			put_latin1(to, (uint8_t)*at);
		n = n ? n : 1;
	}
}

/* Blanks and separators are held back until something stands behind them. */
static void put_columns(struct text *to, const uint8_t *bytes, size_t len)
{
	size_t blanks = 0, i, k, from = 0;

	for (i = 0; i < len; i++) {
		if (bytes[i] == '"' || bytes[i] == 0)
			continue;
		if (is_any((char)bytes[i], " \t\r\n")) {
			blanks++;
			continue;
		}
		if (is_any((char)bytes[i], ",;")) {
			blanks = 0;
			continue;
		}
		for (k = from; k < i; k++)
			if (is_any((char)bytes[k], ",;"))
				text_put_char(to, (char)bytes[k]);
		for (; blanks && to->len && !is_any(to->at[to->len - 1], ",;"); blanks--)
			text_put_char(to, ' ');
		blanks = 0;
		text_put_char(to, (char)bytes[i]);
		from = i + 1;
	}
}

static void strip(struct text *text, const char *of)
{
	while (text->len && is_any(text->at[text->len - 1], of))
		text->at[--text->len] = '\0';
}

void plain_put(struct text *to, const uint8_t *bytes, size_t len, const char *end)
{
	size_t n = end ? strlen(end) : 0;
	char room[2048];
	struct text utf8 = text_over(room, sizeof(room));

	plain_put_utf8(&utf8, bytes, len);
	put_columns(to, (const uint8_t *)utf8.at, utf8.len);
	if (n && to->len >= n && !memcmp(to->at + to->len - n, end, n)) {
		to->at[to->len -= n] = '\0';
		strip(to, ",; ");
	}
}

bool plain_ends(const uint8_t *bytes, size_t len, const char *end)
{
	size_t n = strlen(end);

	while (len && is_any((char)bytes[len - 1], "\",; \t"))
		len--;
	return len >= n && !memcmp(bytes + len - n, end, n);
}
