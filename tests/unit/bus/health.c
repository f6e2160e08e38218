/* The pauses of a unit that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus/health.h"

static void the_way_aside_and_back(void **state)
{
	struct health health = health_new(1);
	int64_t pause_ms;

	(void)state;
	assert_int_equal(health.state, UNIT_UNKNOWN);
	assert_true(health_answered(&health));
	assert_false(health_answered(&health));
	assert_int_equal(health.state, UNIT_OK);
	assert_int_equal(health_failed(&health, 100), 0);
	assert_int_equal(health.state, UNIT_DOUBTFUL);
	assert_int_equal(health_failed(&health, 100), 0);
	assert_false(health_answered(&health)); /* it was never away */
	assert_int_equal(health_failed(&health, 100), 0);
	assert_int_equal(health_failed(&health, 100), 0);
	pause_ms = health_failed(&health, 100);
	assert_int_equal(health.state, UNIT_ASIDE);
	assert_true(pause_ms > 0);
	assert_true(health_answered(&health));
	assert_int_equal(health.state, UNIT_OK);
	assert_true(health_is_wrong(&health, 0) > 0);
	assert_int_equal(health.state, UNIT_WRONG);
	assert_true(health_failed(&health, 0) > 0); /* silence does not make it right */
	assert_int_equal(health.state, UNIT_WRONG);
	assert_true(health_answered(&health));
	health_forget(&health);
	assert_int_equal(health.state, UNIT_UNKNOWN);
}

static void pauses_grow_to_a_minute(void **state)
{
	struct health health = health_new(7);
	int64_t full_ms = HEALTH_FIRST_MS, pause_ms;
	int i;

	(void)state;
	health_failed(&health, 50);
	health_failed(&health, 50);
	for (i = 0; i < 20; i++) {
		pause_ms = health_failed(&health, 50);
		assert_in_range(pause_ms, full_ms - full_ms / 4, full_ms);
		full_ms = 2 * full_ms > HEALTH_LONGEST_MS ? HEALTH_LONGEST_MS : 2 * full_ms;
	}
	assert_int_equal(full_ms, HEALTH_LONGEST_MS);
}

/* A mute unit with a long deadline costs its line a twentieth at most. */
static void a_slow_unit_is_asked_less(void **state)
{
	struct health health = health_new(3);
	int i;

	(void)state;
	health_failed(&health, 5000);
	health_failed(&health, 5000);
	for (i = 0; i < 10; i++)
		assert_true(health_failed(&health, 5000) >= 20 * 5000);
}

static void two_units_do_not_fall_into_step(void **state)
{
	struct health a = health_new(1), b = health_new(2);
	int i, same = 0;

	(void)state;
	for (i = 0; i < 30; i++)
		same += health_failed(&a, 10) == health_failed(&b, 10);
	assert_true(same < 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_aside_and_back),
		cmocka_unit_test(pauses_grow_to_a_minute),
		cmocka_unit_test(a_slow_unit_is_asked_less),
		cmocka_unit_test(two_units_do_not_fall_into_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
