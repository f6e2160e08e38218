/* Every error has a phrase and a word of its own, and no number is without one. */
#include <ctype.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"

static void every_error_is_named(void **state)
{
	int err, other;

	(void)state;
	assert_string_equal(err_name(0), "ok");
	for (err = 0; err >= ERR_WRONG_UNIT; err--) {
		const char *c;

		assert_string_not_equal(err_name(err), "unknown");
		assert_string_not_equal(err_text(err), "unknown error");
		for (c = err_name(err); *c; c++)
			assert_true(islower((unsigned char)*c) || *c == '-');
		for (other = 0; other > err; other--)
			assert_string_not_equal(err_name(other), err_name(err));
	}
}

static void other_numbers_are_unknown(void **state)
{
	const int others[] = {1, 100, ERR_WRONG_UNIT - 1, INT_MIN, INT_MAX};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_string_equal(err_name(others[i]), "unknown");
		assert_string_equal(err_text(others[i]), "unknown error");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_is_named),
		cmocka_unit_test(other_numbers_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
