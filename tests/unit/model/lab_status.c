/* How the laboratory is, as a record: what is put is read again, whatever it is, and fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/lab_status.h"

enum { RECORD_WORDS = 160 }; /* struct ledger_record of spool.h */

static int64_t some(int64_t most)
{
	return lrand48() % 4 ? (int64_t)(drand48() * (double)most) : 0;
}

static void what_is_put_is_read_again(void **state)
{
	char words[RECORD_WORDS];
	struct lab_status put, got;
	struct text to;
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		put = (struct lab_status){some(1LL << 40), some(1LL << 40), some(1LL << 32) - 1,
			some(1LL << 32), some(1000), some(64), some(64), some(256), some(256),
			some(3), some(1LL << 32) - 1};
		to = text_over(words, sizeof(words));
		lab_status_put(&to, &put);
		assert_false(to.cut);
		got = lab_status_read(put.backlog, put.records, put.oldest_s, words);
		assert_memory_equal(&got, &put, sizeof(put));
	}
}

static void what_other_versions_say(void **state)
{
	struct lab_status got = lab_status_read(9, 4, -1, "");

	(void)state;
	assert_int_equal(got.backlog, 9);
	assert_int_equal(got.records, 4);
	assert_int_equal(got.oldest_s, -1);
	assert_int_equal(got.units_ok, 0);
	assert_int_equal(got.fix_age_ms, -1);
	got = lab_status_read(0, 0, 0, "new=1; ok=3; sick=many; later=x");
	assert_int_equal(got.units_ok, 3);
	assert_int_equal(got.units_sick, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_read_again),
		cmocka_unit_test(what_other_versions_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
