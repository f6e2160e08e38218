#include "base/utf8.h"

/* Its bytes by the first of them (RFC 3629); 0: none begins so. */
static size_t length(unsigned char first)
{
	return first < 0x80    ? 1
	       : first < 0xC2  ? 0
	       : first < 0xE0  ? 2
	       : first < 0xF0  ? 3
	       : first <= 0xF4 ? 4
			       : 0;
}

size_t utf8_at(const char *s, size_t len, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *at = (const unsigned char *)s;
	size_t n = len ? length(*at) : 0, i;
	uint32_t is;

	if (!n || n > len)
		return 0;
	is = n == 1 ? *at : *at & (0x7FU >> n);
	for (i = 1; i < n; i++) {
		if ((at[i] & 0xC0) != 0x80)
			return 0;
		is = is << 6 | (at[i] & 0x3FU);
	}
	if (is < least[n] || is > 0x10FFFF || (is >= 0xD800 && is <= 0xDFFF))
		return 0;
	*point = is;
	return n;
}

bool utf8_controls(uint32_t point)
{
	return point < ' ' || (point >= 0x7F && point <= 0x9F) || point == 0xAD ||
	       point == 0x200B || (point >= 0x2028 && point <= 0x202E) || point == 0x2060 ||
	       (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}
