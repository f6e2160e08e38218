/* Who changed who may do what, as a record: what is put is read again, and fits whatever was typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/audit.h"

enum { RECORD_WORDS = 160 }; /* struct ledger_record of spool.h */

static void what_is_put_is_read_again(void **state)
{
	const struct audit put = {
		AUDIT_OPERATOR_ADDED, "root", "\xd8\xb3\xd9\x86\xd8\xa7", "supervisor"};
	char words[RECORD_WORDS];
	struct text to = text_over(words, sizeof(words));
	struct audit got;

	(void)state;
	audit_put(&to, &put);
	assert_true(audit_read(&got, put.what, words));
	assert_string_equal(got.by, put.by);
	assert_string_equal(got.about, put.about);
	assert_string_equal(got.note, put.note);
	assert_false(audit_read(&got, 0, words));
	assert_false(audit_read(&got, AUDIT_SEARCH_CANCELLED + 1, words)); /* of a newer program */
	assert_false(audit_read(&got, 1, "about=x"));
}

static void the_longest_fits(void **state)
{
	struct audit put = {.what = AUDIT_LIMITS_SIGNED};
	char words[RECORD_WORDS];
	struct text to = text_over(words, sizeof(words));

	(void)state;
	memset(put.by, 'b', sizeof(put.by) - 1);
	memset(put.about, 'a', sizeof(put.about) - 1);
	memset(put.note, 'n', sizeof(put.note) - 1);
	audit_put(&to, &put);
	assert_false(to.cut);
}

static void each_code_has_a_word_of_its_own(void **state)
{
	enum audit_what what;
	int64_t i;

	(void)state;
	for (i = 1; i <= AUDIT_SEARCH_CANCELLED; i++) {
		assert_non_null(audit_word(i));
		assert_true(audit_what_of(audit_word(i), &what));
		assert_int_equal(what, i);
	}
	assert_null(audit_word(0));
	assert_null(audit_word(AUDIT_SEARCH_CANCELLED + 1));
	assert_null(audit_word(-1));
	assert_false(audit_what_of("", &what));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_read_again),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(each_code_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
