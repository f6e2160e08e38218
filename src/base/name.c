#include "base/name.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"

/* The bare letters of U+00C0 to U+017F; '?': none. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo?ouuuuypsaaaaaaaceeeeiiiidnooooo?ouuuuypy"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
			    "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
enum { LATIN_FIRST = 0xC0, LATIN_LAST = 0x17F };
_Static_assert(sizeof(latin) == LATIN_LAST - LATIN_FIRST + 2, "a letter each");

enum letter_kind { SIGN, LATIN, ARABIC, OTHER };

static bool is_within(uint32_t point, uint32_t first, uint32_t last)
{
	return point >= first && point <= last;
}

/* Vowel signs and others that stand on a letter, and what only makes it longer. */
static bool is_mark(uint32_t point)
{
	return is_within(point, 0x300, 0x36F) || is_within(point, 0x610, 0x61A) ||
	       is_within(point, 0x64B, 0x65F) || is_within(point, 0x6D6, 0x6ED) || point == 0x640 ||
	       point == 0x670;
}

/* Blanks, dashes, joiners, an apostrophe, Arabic punctuation. */
static bool is_sign(uint32_t point)
{
	return (point < 0x80 && !isalnum((int)point)) || point == 0xA0 ||
	       is_within(point, 0x2000, 0x203F) || point == 0x60C || point == 0x61B ||
	       point == 0x61F || point == 0x6D4 || is_mark(point);
}

static bool is_digit(uint32_t point)
{
	return is_within(point, '0', '9') || is_within(point, 0x660, 0x669) ||
	       is_within(point, 0x6F0, 0x6F9);
}

static enum letter_kind kind_of(uint32_t point)
{
	if (is_sign(point) || is_digit(point))
		return SIGN;
	if (point < 0x80 ||
		(is_within(point, LATIN_FIRST, LATIN_LAST) && latin[point - LATIN_FIRST] != '?'))
		return LATIN;
	return is_within(point, 0x620, 0x6FF) || is_within(point, 0x750, 0x77F) ? ARABIC : OTHER;
}

bool name_is_plain(const char *name)
{
	bool seen[OTHER + 1] = {false};
	uint32_t point;
	size_t n;

	for (; *name; name += n) {
		n = utf8_at(name, strnlen(name, 4), &point);
		if (!n)
			return false;
		seen[kind_of(point)] = true;
	}
	return !seen[OTHER] && !(seen[LATIN] && seen[ARABIC]);
}

/* --- what a letter is read as -------------------------------------------------------------------------- */

static uint32_t arabic(uint32_t point)
{
	static const uint32_t alike[][2] = {{0x622, 0x627}, {0x623, 0x627}, {0x625, 0x627},
		{0x671, 0x627}, {0x672, 0x627}, {0x673, 0x627}, {0x624, 0x648}, {0x6C6, 0x648},
		{0x6C7, 0x648}, {0x6C8, 0x648}, {0x626, 0x6CC}, {0x649, 0x6CC}, {0x64A, 0x6CC},
		{0x6CD, 0x6CC}, {0x6D0, 0x6CC}, {0x643, 0x6A9}, {0x6AA, 0x6A9}, {0x629, 0x6C1},
		{0x647, 0x6C1}, {0x6BE, 0x6C1}, {0x6C0, 0x6C1}, {0x6C2, 0x6C1}, {0x6C3, 0x6C1},
		{0x6D5, 0x6C1}, {0x6D3, 0x6D2}};
	size_t i;

	for (i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (alike[i][0] == point)
			return alike[i][1];
	return point;
}

static uint32_t read_as(uint32_t point)
{
	if (is_within(point, 0x660, 0x669))
		point = '0' + (point - 0x660);
	else if (is_within(point, 0x6F0, 0x6F9))
		point = '0' + (point - 0x6F0);
	else if (is_within(point, LATIN_FIRST, LATIN_LAST) && latin[point - LATIN_FIRST] != '?')
		point = (uint32_t)latin[point - LATIN_FIRST];
	else if (point < 0x80)
		point = (uint32_t)tolower((int)point);
	switch (point) {
	case 'i':
	case '1':
		return 'l';
	case '0':
		return 'o';
	default:
		return arabic(point);
	}
}

struct reading {
	const char *at;
	uint32_t second; /* of a letter that is read as two; 0: none */
};

/* 0: the end.  A byte that is no text counts as itself. */
static uint32_t next(struct reading *name)
{
	uint32_t point = name->second;
	size_t n;

	name->second = 0;
	while (!point && *name->at) {
		n = utf8_at(name->at, strnlen(name->at, 4), &point);
		if (!n) {
			point = 0x110000 + (unsigned char)*name->at;
			n = 1;
		}
		name->at += n;
		point = is_sign(point) ? 0 : read_as(point);
	}
	if (point == 'm' || point == 'w') {
		name->second = point == 'm' ? 'n' : 'v';
		return point == 'm' ? 'r' : 'v';
	}
	return point;
}

/* How often each letter occurs says who it is: "Khan Ali" is no second Ali Khan. */
static bool sort(const char *name, uint32_t letters[NAME_LETTERS], size_t *n)
{
	struct reading reading = {name, 0};
	uint32_t letter;
	size_t i;

	for (*n = 0; (letter = next(&reading)) != 0; (*n)++) {
		if (*n == NAME_LETTERS)
			return false;
		for (i = *n; i > 0 && letters[i - 1] > letter; i--)
			letters[i] = letters[i - 1];
		letters[i] = letter;
	}
	return true;
}

bool name_is_alike(const char *a, const char *b)
{
	uint32_t x[NAME_LETTERS], y[NAME_LETTERS];
	size_t n, m;

	if (!sort(a, x, &n) || !sort(b, y, &m))
		return true;
	return n == m && !memcmp(x, y, n * sizeof(x[0]));
}
