/* Numbers as text: shortest, exact when read back, and known answers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/number.h"

static void known_answers(void **state)
{
	char to[NUMBER_TEXT];

	(void)state;
	number_put_f32(to, (double)7.12f);
	assert_string_equal(to, "7.12");
	number_put_f64(to, 7.12);
	assert_string_equal(to, "7.12");
	number_put_f64(to, 0.1 + 0.2);
	assert_string_equal(to, "0.30000000000000004");
	number_put_f64(to, -0.5);
	assert_string_equal(to, "-0.5");
	number_put_f64(to, -0.0);
	assert_string_equal(to, "0");
	number_put_f32(to, (double)16777216.0f);
	assert_string_equal(to, "16777216");
	number_put_decimal(to, 7.1, 2);
	assert_string_equal(to, "7.10");
	number_put_decimal(to, -0.004, 2);
	assert_string_equal(to, "0.00");
	number_put_decimal(to, 1234.5, 0);
	assert_string_equal(to, "1235");
	number_put_decimal(to, 0.05, 3);
	assert_string_equal(to, "0.050");
}

/* Any bit pattern that is a finite number comes back as itself. */
static void random_bits_round_trip(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	int i;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (i = 0; i < 500000; i++) {
		uint64_t bits = (uint64_t)mrand48() << 32 ^ (uint32_t)mrand48();
		uint32_t narrow = (uint32_t)bits;
		char to[NUMBER_TEXT];
		double d;
		float f;

		memcpy(&d, &bits, sizeof(d));
		memcpy(&f, &narrow, sizeof(f));
		if (isfinite(d)) {
			assert_true(number_put_f64(to, d) < NUMBER_TEXT);
			assert_true(strtod(to, NULL) == d);
		}
		if (isfinite(f)) {
			assert_true(number_put_f32(to, (double)f) < NUMBER_TEXT);
			assert_true(strtof(to, NULL) == f);
		}
	}
}

/* What analyzers say: a few places; never longer than printf's best. */
static void measured_values_are_shortest(void **state)
{
	char to[NUMBER_TEXT], best[64];
	int i, p;

	(void)state;
	for (i = -200000; i < 200000; i += 7) {
		float f = (float)i / 1000.0f;

		for (p = 1; p < 10; p++) {
			snprintf(best, sizeof(best), "%.*g", p, (double)f);
			if (strtof(best, NULL) == f)
				break;
		}
		assert_true(number_put_f32(to, (double)f) <= strlen(best) || strchr(best, 'e'));
		assert_true(strtof(to, NULL) == f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(random_bits_round_trip),
		cmocka_unit_test(measured_values_are_shortest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
