/* Texts as the words of a record: what goes in comes out, whatever people type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/fields.h"

static void texts_come_back(void **state)
{
	char words[160], got[40];
	struct text to = text_over(words, sizeof(words));
	int64_t number = 0;

	(void)state;
	fields_put(&to, "by", "Gul Khan");
	fields_put(&to, "lot", "");
	fields_put(&to, "note", NULL);
	fields_put_number(&to, "at", -5);
	assert_string_equal(words, "by=Gul Khan; at=-5");
	assert_true(fields_get(words, "by", got, sizeof(got)));
	assert_string_equal(got, "Gul Khan");
	assert_false(fields_get(words, "lot", got, sizeof(got)));
	assert_string_equal(got, "");
	assert_true(fields_get_number(words, "at", &number));
	assert_int_equal(number, -5);
	assert_false(fields_get_number(words, "by", &number));
	assert_false(fields_get(words, "by", got, 8));
}

/* No value can pose as another key, end the line or turn the writing round. */
static void values_stay_values(void **state)
{
	char words[160], got[60];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	fields_put(&to, "a", "x; b=9\n\x1b[2J\xe2\x80\xae\xff");
	fields_put(&to, "b", "\xda\xaf\xd9\x84=1");
	assert_true(fields_get(words, "b", got, sizeof(got)));
	assert_string_equal(got, "\xda\xaf\xd9\x84=1");
	assert_true(fields_get(words, "a", got, sizeof(got)));
	assert_string_equal(got, "x, b=9??[2J??");
}

static void what_does_not_fit_is_not_there(void **state)
{
	char words[16];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	fields_put(&to, "a", "12345");
	fields_put(&to, "b", "123456789");
	assert_true(to.cut);
	assert_string_equal(words, "a=12345");
}

static void any_bytes_are_read(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : (unsigned)time(NULL);
	char words[64], got[16];
	int64_t number;
	int i, k;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48(seed);
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < 63; k++)
			words[k] = "ab=; 19-"[lrand48() % 8];
		words[lrand48() % 64] = '\0';
		words[63] = '\0';
		if (fields_get(words, "a", got, sizeof(got)))
			assert_null(strchr(got, ';'));
		(void)fields_get_number(words, "b", &number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_come_back),
		cmocka_unit_test(values_stay_values),
		cmocka_unit_test(what_does_not_fit_is_not_there),
		cmocka_unit_test(any_bytes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
