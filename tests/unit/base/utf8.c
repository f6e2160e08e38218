/* Characters of UTF-8: every one there is, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* As RFC 3629 writes it. */
static size_t encode(uint32_t point, char *to)
{
	if (point < 0x80) {
		to[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		to[0] = (char)(0xC0 | point >> 6);
		to[1] = (char)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		to[0] = (char)(0xE0 | point >> 12);
		to[1] = (char)(0x80 | (point >> 6 & 0x3F));
		to[2] = (char)(0x80 | (point & 0x3F));
		return 3;
	}
	to[0] = (char)(0xF0 | point >> 18);
	to[1] = (char)(0x80 | (point >> 12 & 0x3F));
	to[2] = (char)(0x80 | (point >> 6 & 0x3F));
	to[3] = (char)(0x80 | (point & 0x3F));
	return 4;
}

static void every_character_is_found_whole_and_only_whole(void **state)
{
	uint32_t point, is;
	char bytes[4];
	size_t n, k;

	(void)state;
	for (point = 0; point <= 0x10FFFF; point++) {
		bool surrogate = point >= 0xD800 && point <= 0xDFFF;

		n = encode(point, bytes);
		assert_int_equal(utf8_at(bytes, n, &is), surrogate ? 0 : n);
		if (!surrogate)
			assert_int_equal(is, point);
		for (k = 0; k < n; k++)
			assert_int_equal(utf8_at(bytes, k, &is), 0);
	}
}

static void what_is_no_character_is_none(void **state)
{
	static const char *const rows[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
		"\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
		"\xFF\xFF\xFF\xFF", "\xC3(", "\xE2\x82(", "\xF0\x9F\x98("};
	uint32_t is;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(utf8_at(rows[i], strlen(rows[i]), &is), 0);
}

static void what_drives_a_terminal_or_turns_the_writing_is_told(void **state)
{
	static const uint32_t such[] = {0, '\n', 0x1B, 0x7F, 0x9B, 0xAD, 0x200B, 0x2028, 0x202A,
		0x202E, 0x2060, 0x2066, 0x2069, 0xFEFF},
			      others[] = {' ', '~', 0xA0, 0xB5, 0x0627, 0x200C, 0x200D, 0x2027,
				      0x202F, 0x2065, 0x206A, 0x1F600};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(such) / sizeof(such[0]); i++)
		assert_true(utf8_controls(such[i]));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(utf8_controls(others[i]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_found_whole_and_only_whole),
		cmocka_unit_test(what_is_no_character_is_none),
		cmocka_unit_test(what_drives_a_terminal_or_turns_the_writing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
