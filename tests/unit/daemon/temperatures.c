/* The water's temperature by another analyzer: only a good one, only a fresh one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/temperatures.h"

static struct temperatures known;

static void give(uint32_t series, double value, uint8_t qc, int64_t boot_ms)
{
	const struct reading reading = {.series = series, .value = value, .qc = qc};
	const struct exchange exchange = {.boot_ms = boot_ms, .readings = &reading, .n = 1};

	temperatures_take(&known, &exchange);
}

static void only_what_is_good_and_fresh(void **state)
{
	const struct series t = {"probe-1", "temperature", NUMBER_F32, 0};
	const struct series again = {"probe-1", "temperature", NUMBER_DECIMAL, 1};
	const struct series ph = {"probe-1", "ph", NUMBER_F32, 0};

	(void)state;
	temperatures_init(&known);
	assert_true(isnan(temperatures_of(&known, "probe-1", 5000)));
	temperatures_learn(&known, &t, 7);
	temperatures_learn(&known, &t, 7);
	temperatures_learn(&known, &ph, 8);
	assert_int_equal(known.n, 1);
	assert_true(isnan(temperatures_of(&known, "probe-1", 5000)));
	give(8, 7.1, QC_PASS, 5000);
	assert_true(isnan(temperatures_of(&known, "probe-1", 5000)));
	give(7, 18.5, QC_PASS, 5000);
	assert_true(temperatures_of(&known, "probe-1", 5000) == 18.5);
	assert_true(isnan(temperatures_of(&known, "probe-2", 5000)));
	assert_true(temperatures_of(&known, "probe-1", 65000) == 18.5);
	assert_true(isnan(temperatures_of(&known, "probe-1", 65001)));
	/* The probe is out of the water now: its older value is not the water's any more. */
	give(7, 85, QC_SUSPECT, 6000);
	assert_true(isnan(temperatures_of(&known, "probe-1", 6000)));
	/* The same analyzer, its number written otherwise: the newest counts. */
	give(7, 18.5, QC_PASS, 7000);
	temperatures_learn(&known, &again, 9);
	give(9, 19.5, QC_PASS, 8000);
	assert_true(temperatures_of(&known, "probe-1", 8000) == 19.5);
	temperatures_destroy(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_good_and_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
