/* What a scan asks, where, at which speeds, and what counts as somebody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/scan_known.h"

static void identity_registers_come_first(void **state)
{
	static const struct profile told = {.has_identity = true,
		.identity = {3, 39, 1, TYPE_U16, ORDER_ABCD, 0xFFFF},
		.n_fields = 1,
		.fields = {{.at = {3, 0, 1, TYPE_U16, ORDER_ABCD, 0xFFFF}}}};
	static const struct profile plain = {.n_fields = 2,
		.fields = {{.at = {3, 0, 1, TYPE_U16, ORDER_ABCD, 0xFFFF}},
			{.at = {4, 9, 1, TYPE_U16, ORDER_ABCD, 0xFFFF}}}};
	const struct profile *known[] = {&plain, &told, &plain};
	struct scan_question to[SCAN_QUESTIONS];

	(void)state;
	scan_questions(known, 3, to);
	assert_int_equal(to[0].function, 3);
	assert_int_equal(to[0].start, 39);
	assert_int_equal(to[1].function, 4);
	assert_int_equal(to[1].start, 9);
	scan_questions(known, 1, to);
	assert_int_equal(to[0].start, 0);
	scan_questions(NULL, 0, to);
	assert_int_equal(to[0].function, 3);
	assert_int_equal(to[1].start, 0);
}

static void ranges_are_within_the_line(void **state)
{
	static const char *const bad[] = {
		"", "x", "0-5", "5-248", "9-3", "1-", "-3", "1-2x", "1,2"};
	unsigned first, last, i;

	(void)state;
	assert_true(scan_range("3-20", 1, 247, &first, &last));
	assert_int_equal(first, 3);
	assert_int_equal(last, 20);
	assert_true(scan_range("7", 1, 247, &first, &last));
	assert_int_equal(first, 7);
	assert_int_equal(last, 7);
	assert_true(scan_range("0-255", 0, 255, &first, &last));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(scan_range(bad[i], 1, 247, &first, &last));
}

static void every_speed_comes_once(void **state)
{
	struct port_conf own = {PORT_RTU, "/dev/x", 19200, 'E', 1}, all[SCAN_SPEEDS], extra;
	unsigned i, k;

	(void)state;
	for (i = 0; i < SCAN_SPEEDS; i++) {
		assert_true(scan_speed(&own, i, &all[i]));
		assert_string_equal(all[i].where, "/dev/x");
		for (k = 0; k < i; k++)
			assert_false(all[k].baud == all[i].baud && all[k].parity == all[i].parity &&
				     all[k].stop_bits == all[i].stop_bits);
	}
	assert_int_equal(all[0].baud, 19200);
	assert_int_equal(all[0].parity, 'E');
	assert_int_equal(all[1].baud, 9600);
	assert_int_equal(all[1].parity, 'N');
	assert_false(scan_speed(&own, SCAN_SPEEDS, &extra));
	own.baud = 2400; /* none of the usual: one more */
	assert_true(scan_speed(&own, SCAN_SPEEDS, &extra));
	assert_false(scan_speed(&own, SCAN_SPEEDS + 1, &extra));
}

static void a_gateway_is_nobody(void **state)
{
	(void)state;
	assert_true(scan_is_somebody(0, 0));
	assert_true(scan_is_somebody(ERR_EXCEPTION, 2));
	assert_false(scan_is_somebody(ERR_EXCEPTION, 11));
	assert_false(scan_is_somebody(ERR_EXCEPTION, 10));
	assert_false(scan_is_somebody(ERR_TIMEOUT, 0));
	assert_false(scan_is_somebody(ERR_NOISE, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity_registers_come_first),
		cmocka_unit_test(ranges_are_within_the_line),
		cmocka_unit_test(every_speed_comes_once),
		cmocka_unit_test(a_gateway_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
