/* A thread that comes round: it steps, says so, and stops at once, in the longest pause too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/round.h"

static _Atomic int64_t now_ns;
static atomic_uint steps;
static unsigned ms;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return now_ns;
}

static const struct clock by_hand = {boot_ns, boot_ns, NULL};

static unsigned step(void *ctx)
{
	assert_ptr_equal(ctx, &steps);
	steps++;
	return ms;
}

static void wait_for(unsigned n)
{
	while (steps < n)
		usleep(1000);
}

static void it_comes_round(void **state)
{
	struct round *round;

	(void)state;
	steps = 0;
	ms = 1;
	now_ns = 5000000;
	assert_int_equal(round_start(&round, step, &steps, 65536, &by_hand), 0);
	wait_for(3);
	now_ns = 7000000;
	wait_for(steps + 2);
	assert_int_equal(round_heartbeat_ms(round), 7);
	round_stop(round);
	round_stop(NULL);
}

static void a_long_pause_ends_at_the_stop(void **state)
{
	struct round *round;

	(void)state;
	steps = 0;
	ms = UINT32_MAX;
	assert_int_equal(round_start(&round, step, &steps, 65536, &by_hand), 0);
	wait_for(1);
	round_stop(round);
	assert_int_equal(steps, 1);
}

static void a_stack_that_is_none(void **state)
{
	struct round *round = (struct round *)&steps;

	(void)state;
	assert_int_equal(round_start(&round, step, &steps, 1, &by_hand), ERR_MEMORY);
	assert_null(round);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_round),
		cmocka_unit_test(a_long_pause_ends_at_the_stop),
		cmocka_unit_test(a_stack_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
