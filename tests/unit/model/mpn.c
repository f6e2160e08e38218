/*
 * The most probable number: the equation holds for what is found, for the bag and for any portions; and where the
 * research's table of a bag's 32 outcomes is at hand, each agrees with it to 0.05.
 */
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

#include "base/csv.h"
#include "model/mpn.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static double bag(const char *key)
{
	bool positive[MPN_COMPARTMENTS];

	assert_true(mpn_read_bag(key, positive));
	return mpn_per_100ml(mpn_bag_ml, positive, MPN_COMPARTMENTS);
}

/* One positive portion v of 100 mL: c = ln(100 / (100 - v)) / v in closed form. */
static void outcomes_with_a_closed_form(void **state)
{
	static const struct {
		const char *key;
		double volume_ml;
	} single[] = {{"10000", 10}, {"01000", 30}, {"00100", 56}, {"00010", 3}, {"00001", 1}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(single); i++) {
		double v = single[i].volume_ml, c = log(100 / (100 - v)) / v;

		assert_true(fabs(bag(single[i].key) - (100 * c)) <= 1e-9);
	}
	assert_true(bag("00000") == 0); /* cannot be mistaken for a float's doubt */
	assert_true(isinf(bag("11111")));
}

/* Several: solved apart from this program, in decimal numbers of 40 digits. */
static void outcomes_solved_apart(void **state)
{
	static const struct {
		const char *key;
		double per_100ml;
	} solved[] = {{"10010", 2.143497818}, {"11001", 3.932534522}, {"00111", 5.170542679},
		{"10110", 5.768218825}, {"01110", 9.618495246}, {"11100", 13.594276493},
		{"11110", 48.324731068}, {"01111", 17.127762387}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(solved); i++)
		if (fabs(bag(solved[i].key) - solved[i].per_100ml) > 1e-8)
			fail_msg("%s: %.10g", solved[i].key, bag(solved[i].key));
}

/* The derivative of the likelihood is zero there, and the likelihood is less on both sides. */
static double likelihood(const double *volumes, const bool *positive, size_t n, double per_ml)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += positive[i] ? log(-expm1(-per_ml * volumes[i])) : -per_ml * volumes[i];
	return sum;
}

static void nothing_is_more_probable(void **state)
{
	const char *asked = getenv("SEED");
	unsigned seed = asked ? (unsigned)strtoul(asked, NULL, 10) : (unsigned)time(NULL);
	double volumes[MPN_PORTIONS];
	bool positive[MPN_PORTIONS];
	unsigned round;
	size_t i, n;

	(void)state;
	printf("SEED=%u\n", seed);
	for (round = 0; round < 2000; round++) {
		double c, best;

		n = 2 + (size_t)rand_r(&seed) % (MPN_PORTIONS - 2);
		for (i = 0; i < n; i++) {
			volumes[i] = pow(10, rand_r(&seed) % 5 - 2);
			positive[i] = rand_r(&seed) % 2;
		}
		positive[0] = true;
		positive[1] = false;
		c = mpn_per_100ml(volumes, positive, n) / 100;
		best = likelihood(volumes, positive, n, c);
		assert_true(c > 0 && isfinite(best));
		assert_true(best >= likelihood(volumes, positive, n, c * 1.001));
		assert_true(best >= likelihood(volumes, positive, n, c / 1.001));
	}
}

static void what_is_no_test_has_no_number(void **state)
{
	static const double good[] = {1, 10}, nothing[] = {0, 10}, endless[] = {INFINITY, 1};
	static const bool positive[] = {true, false};

	(void)state;
	assert_true(isnan(mpn_per_100ml(good, positive, 0)));
	assert_true(isnan(mpn_per_100ml(good, positive, MPN_PORTIONS + 1)));
	assert_true(isnan(mpn_per_100ml(nothing, positive, 2)));
	assert_true(isnan(mpn_per_100ml(endless, positive, 2)));
}

static void a_bag_says_not_detected_a_number_or_more_than_100(void **state)
{
	bool positive[MPN_COMPARTMENTS];
	struct amount amount;

	(void)state;
	assert_true(mpn_read_bag("00000", positive));
	amount = mpn_bag(positive, 1);
	assert_int_equal(amount.kind, AMOUNT_NOT_DETECTED);
	assert_true(mpn_read_bag("11111", positive));
	amount = mpn_bag(positive, 10);
	assert_int_equal(amount.kind, AMOUNT_ABOVE);
	assert_true(amount.value == 100 && amount.dilution == 10);
	assert_true(mpn_read_bag("10000", positive));
	amount = mpn_bag(positive, 0);
	assert_int_equal(amount.kind, AMOUNT_EXACT);
	assert_true(fabs(amount.value - 1.0536) <= 1e-4);
	assert_false(mpn_read_bag("0000", positive));
	assert_false(mpn_read_bag("000000", positive));
	assert_false(mpn_read_bag("00012", positive));
	assert_false(mpn_read_bag("", positive));
}

static FILE *table(void)
{
	static const char *const places[] = {"", "/../shared", "/../../shared"};
	const char *top = getenv("WATERLAB_SOURCE");
	char path[512];
	FILE *file = NULL;
	size_t i;

	for (i = 0; top && !file && i < COUNT(places); i++) {
		snprintf(path, sizeof(path), "%s%s/facts/cbt_mpn.csv", top, places[i]);
		file = fopen(path, "re");
	}
	return file;
}

static void agrees_with_the_table(void **state)
{
	FILE *file = table();
	struct csv *csv = malloc(sizeof(*csv));
	unsigned finite = 0, other = 0;
	double worst = 0;

	(void)state;
	if (!file) {
		free(csv);
		print_message("facts/cbt_mpn.csv is not beside this tree\n");
		skip();
	}
	csv_begin(csv, file);
	assert_int_equal(csv_next(csv), 0); /* headings */
	while (csv_next(csv) == 0) {
		char key[16], number[16];

		assert_true(csv_text(csv, 0, key, sizeof(key)) &&
			    csv_text(csv, 1, number, sizeof(number)));
		if (!strcmp(number, "0") || *number == '>') {
			assert_true(*number == '>' ? isinf(bag(key + 1)) : bag(key + 1) == 0);
			other++;
			continue;
		}
		finite++;
		worst = fmax(worst, fabs(bag(key + 1) - strtod(number, NULL)));
	}
	printf("%u outcomes, worst difference %.4f\n", finite, worst);
	assert_true(finite == 30 && other == 2 && worst <= 0.05 + 1e-9);
	fclose(file);
	free(csv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_with_a_closed_form),
		cmocka_unit_test(outcomes_solved_apart),
		cmocka_unit_test(nothing_is_more_probable),
		cmocka_unit_test(what_is_no_test_has_no_number),
		cmocka_unit_test(a_bag_says_not_detected_a_number_or_more_than_100),
		cmocka_unit_test(agrees_with_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
