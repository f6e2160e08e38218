/* The machine's clocks, and one that stands where a test puts it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"

static int64_t at_boot(void *ctx)
{
	return *(int64_t *)ctx;
}

static int64_t at_wall(void *ctx)
{
	return *(int64_t *)ctx + 1700000000000000000;
}

static void an_injected_clock_is_asked(void **state)
{
	int64_t now = 1999999;
	const struct clock clock = {at_boot, at_wall, &now};

	(void)state;
	assert_int_equal(clock_boot_ns(&clock), 1999999);
	assert_int_equal(clock_boot_ms(&clock), 1);
	assert_int_equal(clock_wall_ms(&clock), 1700000000001);
	now = 2000000;
	assert_int_equal(clock_boot_ms(&clock), 2);
}

static int64_t read_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void the_machine_says_the_same(void **state)
{
	int64_t before, between, after, last = 0;
	int i;

	(void)state;
	before = read_ms(CLOCK_BOOTTIME);
	between = clock_boot_ms(&clock_system);
	after = read_ms(CLOCK_BOOTTIME);
	assert_true(before <= between && between <= after);
	before = read_ms(CLOCK_REALTIME);
	between = clock_wall_ms(&clock_system);
	/* The wall clock may be set back in between, but not in every test run by an hour. */
	assert_true(between - before > -3600000 && between - before < 3600000);
	for (i = 0; i < 1000; i++) {
		int64_t now = clock_boot_ns(&clock_system);

		assert_true(now >= last);
		last = now;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_injected_clock_is_asked),
		cmocka_unit_test(the_machine_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
