#include "base/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

void fields_put(struct text *to, const char *key, const char *value)
{
	struct text before = *to;
	uint32_t point;
	size_t n;

	if (!value || !*value)
		return;
	if (to->len)
		text_put(to, "; ");
	text_put(to, key);
	text_put_char(to, '=');
	for (; *value; value += n) {
		n = utf8_at(value, strnlen(value, 4), &point);
		if (!n || utf8_controls(point)) {
			text_put_char(to, '?');
			n = n ? n : 1;
		} else if (point == ';') {
			text_put_char(to, ',');
		} else {
			text_put_n(to, value, n);
		}
	}
	if (!to->cut)
		return;
	*to = before;
	to->at[to->len] = '\0';
	to->cut = true;
}

void fields_put_number(struct text *to, const char *key, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	fields_put(to, key, digits);
}

/* Where the value stands; NULL: nowhere. */
static const char *find(const char *words, const char *key, size_t *len)
{
	size_t n = strlen(key);

	for (; *words; words += strspn(words, "; ")) {
		*len = strcspn(words, ";");
		if (*len > n && !strncmp(words, key, n) && words[n] == '=') {
			*len -= n + 1;
			return words + n + 1;
		}
		words += *len;
	}
	return NULL;
}

bool fields_get(const char *words, const char *key, char *to, size_t cap)
{
	size_t len;
	const char *value = find(words, key, &len);

	*to = '\0';
	if (!value || len >= cap)
		return false;
	memcpy(to, value, len);
	to[len] = '\0';
	return true;
}

bool fields_get_number(const char *words, const char *key, int64_t *to)
{
	char digits[24], *end;
	long long value;

	if (!fields_get(words, key, digits, sizeof(digits)))
		return false;
	errno = 0;
	value = strtoll(digits, &end, 10);
	if (errno || end == digits || *end)
		return false;
	*to = value;
	return true;
}
