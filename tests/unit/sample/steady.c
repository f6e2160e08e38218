/* When a value has settled: not before its window, not while it moves, not behind a bad one or a gap. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "sample/steady.h"

static const struct steady_rule rule = {0.1, 0, 30};

static void feed(struct steady *steady, int64_t from_s, int64_t to_s, double value)
{
	int64_t s;

	for (s = from_s; s <= to_s; s++)
		steady_add(steady, &rule, s * 1000, value, true);
}

static bool settled(const struct steady *steady, int64_t s)
{
	return steady_state(steady, &rule, s * 1000).settled;
}

static void not_before_its_window(void **state)
{
	struct steady steady = {.n = 0};
	int64_t s;

	(void)state;
	assert_false(settled(&steady, 0));
	assert_true(isnan(steady_state(&steady, &rule, 0).low));
	for (s = 100; s < 130; s++) {
		steady_add(&steady, &rule, s * 1000, 7, true);
		assert_false(settled(&steady, s));
	}
	feed(&steady, 130, 132, 7.05);
	assert_true(settled(&steady, 132));
	assert_int_equal(steady_state(&steady, &rule, 132000).seen_s, 32);
}

static void not_while_it_moves(void **state)
{
	struct steady steady = {.n = 0};
	int64_t s;

	(void)state;
	for (s = 0; s < 200; s++) {
		steady_add(&steady, &rule, s * 1000, 7 + 0.005 * (double)s, true);
		assert_false(settled(&steady, s));
	}
	feed(&steady, 200, 240, 8);
	assert_true(settled(&steady, 240));
	steady_add(&steady, &rule, 241000, 8.2, true); /* one that jumps is enough */
	assert_false(settled(&steady, 241));
	feed(&steady, 242, 280, 8);
	assert_true(settled(&steady, 280));
}

static void not_behind_a_bad_one(void **state)
{
	struct steady steady = {.n = 0};

	(void)state;
	feed(&steady, 0, 40, 7);
	assert_true(settled(&steady, 40));
	steady_add(&steady, &rule, 41000, (double)NAN, false);
	assert_false(settled(&steady, 41));
	feed(&steady, 42, 60, 7);
	assert_false(settled(&steady, 60));
	feed(&steady, 61, 75, 7);
	assert_true(settled(&steady, 75));
}

/* An analyzer that fell silent has not settled; one that comes again must show it anew. */
static void not_over_a_silence(void **state)
{
	struct steady steady = {.n = 0};

	(void)state;
	feed(&steady, 0, 40, 7);
	assert_false(settled(&steady, 55));
	feed(&steady, 100, 110, 7);
	assert_false(settled(&steady, 110));
	feed(&steady, 111, 140, 7);
	assert_true(settled(&steady, 140));
}

/* What is called settled lay within the band, reading by reading, whatever the rate. */
static void settled_is_within_the_band(void **state)
{
	enum { MOST = 4000 };
	static double values[MOST];
	static int64_t times[MOST];
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : (unsigned)time(NULL), said = 0;
	int run, i, k;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand48(seed);
	for (run = 0; run < 60; run++) {
		struct steady steady = {.n = 0};
		int64_t now_ms = 0, step_ms = 100 + lrand48() % 3000;
		double level = 7, noise = drand48() * 0.12;

		for (i = 0; i < MOST; i++) {
			now_ms += 1 + lrand48() % (2 * step_ms);
			level += drand48() < 0.01 ? drand48() - 0.5 : 0;
			values[i] = level + (drand48() - 0.5) * noise;
			times[i] = now_ms;
			steady_add(&steady, &rule, now_ms, values[i], true);
			if (!steady_state(&steady, &rule, now_ms).settled)
				continue;
			said++;
			for (k = i; k >= 0 && times[k] > now_ms - 30000; k--)
				assert_true(fabs(values[k] - values[i]) <= 0.1 + 1e-9);
			assert_true(k >= 0);
		}
	}
	assert_true(said > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_before_its_window),
		cmocka_unit_test(not_while_it_moves),
		cmocka_unit_test(not_behind_a_bad_one),
		cmocka_unit_test(not_over_a_silence),
		cmocka_unit_test(settled_is_within_the_band),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
