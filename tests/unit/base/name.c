/* Names that are read as one, names that are not, and letters that no name has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void what_is_read_as_one_is_one(void **state)
{
	static const char *const alike[][2] = {
		{"Gul Khan", "gul  KHAN"},
		{"Gul Khan", " Gul-khan."},
		{"Gul Khan", "Gul\xc2\xa0Khan"},
		{"Gul Khan", "GuI Khan"},
		{"Gul Khan", "Gu1 Khan"},
		{"Gul Khan", "Gúl Khān"},
		{"Gul Khan", "Gu\xcc\x81l Khan"},
		{"Gul Khan", "Khan Gul"},
		{"گل خان", "خان گل"},
		{"Omar", "0mar"},
		{"Imran", "Irnran"},
		{"Wali", "VvaIi"},
		{"Øyvind", "Oyvind"},
		{"گل خان", "گل\xe2\x80\x8cخان"},
		{"گل خان", "گُل خان"},
		{"گل خان", "گلـــ خان"},
		{"علی", "علي"},
		{"علی", "على"},
		{"کریم", "كريم"},
		{"احمد", "أحمد"},
		{"فاطمہ", "فاطمة"},
		{"فاطمہ", "فاطمه"},
		{"علی ۲", "علی 2"},
		{"", " -."},
	};
	static const char *const others[][2] = {{"Gul Khan", "Gul Khana"},
		{"Gul Khan", "Sana Bibi"}, {"Gul Khan", "Gul Jan"}, {"Gul Khan", ""},
		{"گل خان", "گل خانم"}, {"گل خان", "گل جان"}, {"Gul Khan 2", "Gul Khan 3"},
		{"Gul Khan", "گل خان"}, {"Nasim", "Nasir"}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(alike); i++)
		if (!name_is_alike(alike[i][0], alike[i][1]) ||
			!name_is_alike(alike[i][1], alike[i][0]))
			fail_msg("%s is not %s", alike[i][0], alike[i][1]);
	for (i = 0; i < COUNT(others); i++)
		if (name_is_alike(others[i][0], others[i][1]))
			fail_msg("%s is %s", others[i][0], others[i][1]);
}

static void letters_of_other_writing_make_no_name(void **state)
{
	static const char *const plain[] = {"Gul Khan", "گل خان", "O’Neill", "Şahin Öztürk",
		"Gul Khan 2", "Dr. S. Bibi-Khan", "علی ۲", "Zoe\xcc\x88", ""};
	static const char *const mixed[] = {"Gul Kh\xd0\xb0n", /* Cyrillic */
		"\xd0\x90\xd1\x81\xd0\xb0", "Gul K\xce\xb1n",  /* Greek */
		"Gul خان", "Gul\xef\xbc\xab",                  /* wide */
		"\xf0\x9d\x90\x86ul",                          /* of mathematics */
		"G\xc9\xadl", "\xef\xba\x8d\xef\xba\xa3",      /* Arabic by its shape */
		"Gul \xf0\x9f\x98\x80", "Gul \xff", "\xc3\x97Gul"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(plain); i++)
		if (!name_is_plain(plain[i]))
			fail_msg("%s is no name", plain[i]);
	for (i = 0; i < COUNT(mixed); i++)
		if (name_is_plain(mixed[i]))
			fail_msg("%s is a name", mixed[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_as_one_is_one),
		cmocka_unit_test(letters_of_other_writing_make_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
