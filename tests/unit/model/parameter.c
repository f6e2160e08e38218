/* The vocabulary is sorted (bsearch needs it), fits its arrays, and finds each of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/parameter.h"

static void every_code_is_found(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < parameter_count(); i++)
		assert_ptr_equal(parameter_find(parameter_at(i)->code), parameter_at(i));
	assert_null(parameter_find("phlogiston"));
	assert_null(parameter_find(""));
}

static void table_is_sound(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < parameter_count(); i++) {
		const struct parameter *p = parameter_at(i);

		assert_true(strlen(p->code) < PARAMETER_CODE);
		assert_int_equal(
			strspn(p->code, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(p->code));
		assert_true(p->low < p->high);
		if (i)
			assert_true(strcmp(parameter_at(i - 1)->code, p->code) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_is_found),
		cmocka_unit_test(table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
