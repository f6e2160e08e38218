/* QARTOD's tests in a stream: by hand, and against a model that looks at the whole visit again for each reading. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "qc/stream.h"

enum { MOST = 600, VISITS = 400 };

struct given {
	int64_t at_ms;
	double value;
};

static struct qc_thresholds nothing(void)
{
	return qc_bounds_only(NULL);
}

/* All of a visit; flags of every reading, the spike's as they are in the end. */
static void run(const struct qc_thresholds *thresholds, const struct given *given, unsigned n,
	struct qc_flags *flags)
{
	static struct qc_stream stream;
	unsigned i;
	enum qc before;

	qc_stream_begin(&stream, thresholds);
	for (i = 0; i < n; i++) {
		before = qc_stream_take(&stream, given[i].at_ms, given[i].value, 0, &flags[i]);
		if (i)
			flags[i - 1].of[QC_SPIKE] = (uint8_t)before;
		else
			assert_int_equal(before, QC_NOT_EVALUATED);
	}
}

/* Readings a second apart; the flags of one test as digits. */
static const char *flags_of(
	enum qc_test test, const struct qc_thresholds *thresholds, const double *values, unsigned n)
{
	static char digits[64];
	static struct given given[64];
	static struct qc_flags flags[64];
	unsigned i;

	assert_true(n < 64);
	for (i = 0; i < n; i++)
		given[i] = (struct given){1000 * (int64_t)i, values[i]};
	run(thresholds, given, n, flags);
	for (i = 0; i < n; i++)
		digits[i] = (char)('0' + flags[i].of[test]);
	digits[n] = '\0';
	return digits;
}

#define FLAGS(test, thresholds, ...)                              \
	flags_of(test, thresholds, (const double[]){__VA_ARGS__}, \
		sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* --- by hand --------------------------------------------------------------------------------------- */

static void syntax_is_what_the_message_held(void **state)
{
	(void)state;
	assert_int_equal(qc_syntax(7.1, 0), QC_PASS);
	assert_int_equal(qc_syntax(7.1, FLAG_FAULT | FLAG_RANGE | FLAG_OVER), QC_PASS);
	assert_int_equal(qc_syntax((double)NAN, FLAG_NOT_FINITE), QC_FAIL);
	assert_int_equal(qc_syntax((double)INFINITY, FLAG_NOT_FINITE), QC_FAIL);
	assert_int_equal(qc_syntax((double)NAN, FLAG_UNIT), QC_FAIL);
	assert_int_equal(qc_syntax((double)NAN, FLAG_SENTINEL), QC_MISSING);
	assert_int_equal(qc_syntax((double)NAN, FLAG_STANDBY), QC_MISSING);
	assert_int_equal(qc_syntax((double)NAN, FLAG_REFUSED), QC_MISSING);
	assert_int_equal(qc_syntax((double)NAN, 0), QC_MISSING);
}

static void both_ends_belong_to_a_span(void **state)
{
	struct qc_thresholds t = nothing();

	(void)state;
	t.fail = (struct qc_span){0, 14};
	t.suspect = (struct qc_span){6.5, 9};
	assert_string_equal(
		FLAGS(QC_GROSS, &t, -0.01, 0, 6.49, 6.5, 9, 9.01, 14, 14.01, (double)NAN),
		"433113349");
	t.suspect = nothing().suspect;
	assert_string_equal(FLAGS(QC_GROSS, &t, -0.01, 0, 14, 14.01), "4114");
	t.fail = nothing().fail;
	assert_string_equal(FLAGS(QC_GROSS, &t, 1e30, (double)NAN), "29");
	t = qc_bounds_only(parameter_find("ph"));
	assert_string_equal(FLAGS(QC_GROSS, &t, -3, 7, 16, 655.35), "4114");
}

static void a_spike_is_final_with_the_next_reading(void **state)
{
	struct qc_thresholds t = nothing();
	struct qc_stream stream;
	struct qc_flags flags;

	(void)state;
	t.spike_suspect = 1;
	t.spike_fail = 3;
	assert_string_equal(FLAGS(QC_SPIKE, &t, 5, 5, 6.5, 5, 5), "21312");
	assert_string_equal(FLAGS(QC_SPIKE, &t, 5, 5, 8.5, 5, 5), "23432");
	assert_string_equal(FLAGS(QC_SPIKE, &t, 5, 6, 5), "212"); /* no more than the threshold */
	assert_string_equal(FLAGS(QC_SPIKE, &t, 5, (double)NAN, 9, 5, 5), "29232");
	assert_string_equal(FLAGS(QC_SPIKE, &t, 5), "2");
	t.spike_suspect = (double)NAN;
	assert_string_equal(FLAGS(QC_SPIKE, &t, 5, 9, 5), "222");
	t.spike_suspect = 1;

	qc_stream_begin(&stream, &t);
	assert_int_equal(qc_stream_take(&stream, 0, 5, 0, &flags), QC_NOT_EVALUATED);
	assert_int_equal(qc_stream_take(&stream, 1000, 9, 0, &flags), QC_NOT_EVALUATED);
	assert_int_equal(flags.of[QC_SPIKE], QC_NOT_EVALUATED);
	assert_int_equal(qc_stream_take(&stream, 2000, 5, 0, &flags), QC_FAIL);
}

static void a_rate_is_per_second(void **state)
{
	struct qc_thresholds t = nothing();
	struct given given[] = {{0, 1}, {500, 1.5}, {1000, 2.25}, {11000, 12}, {11000, 12}};
	struct qc_flags flags[5];

	(void)state;
	t.rate_per_s = 1;
	assert_string_equal(FLAGS(QC_RATE, &t, 5, 6, 4.9, 4, (double)NAN, 9, 9), "1131911");
	run(&t, given, 5, flags);
	assert_int_equal(flags[1].of[QC_RATE], QC_PASS);
	assert_int_equal(flags[2].of[QC_RATE], QC_SUSPECT);
	assert_int_equal(flags[3].of[QC_RATE], QC_PASS);
	assert_int_equal(flags[4].of[QC_RATE], QC_NOT_EVALUATED); /* no time between */
	t.rate_per_s = (double)NAN;
	assert_string_equal(FLAGS(QC_RATE, &t, 5, 600), "22");
}

static void a_gap_is_time_without_a_value(void **state)
{
	struct qc_thresholds t = nothing();
	struct given given[] = {{0, 1}, {2000, 1}, {4001, 1}, {5000, (double)NAN}, {7000, 1}};
	struct qc_flags flags[5];

	(void)state;
	t.gap_s = 2;
	run(&t, given, 5, flags);
	assert_int_equal(flags[0].of[QC_GAP], QC_NOT_EVALUATED);
	assert_int_equal(flags[1].of[QC_GAP], QC_PASS);
	assert_int_equal(flags[2].of[QC_GAP], QC_FAIL);
	assert_int_equal(flags[3].of[QC_GAP], QC_MISSING);
	assert_int_equal(flags[4].of[QC_GAP], QC_FAIL);
	/* What is missing before a reading is no fault of its own. */
	t.fail = (struct qc_span){0, 14};
	run(&t, given, 5, flags);
	assert_int_equal(qc_flags_worst(&flags[2]), QC_PASS);
}

static void flat_is_less_than_the_tolerance_for_so_long(void **state)
{
	struct qc_thresholds t = nothing();

	(void)state;
	t.interval_s = 1;
	t.flat_tolerance = 0.1;
	t.flat_suspect_s = 2;
	t.flat_fail_s = 4;
	assert_string_equal(FLAGS(QC_FLAT, &t, 1, 1, 1, 1, 1, 1, 2, 2, 2), "113344113");
	assert_string_equal(FLAGS(QC_FLAT, &t, 1, 1.05, 1.09, 1.2), "1131");
	assert_string_equal(FLAGS(QC_FLAT, &t, 0, 0.5, 0.5, 0.25), "1111");
	/* A reading without a value takes its place in the line. */
	assert_string_equal(FLAGS(QC_FLAT, &t, 1, (double)NAN, 1, 1), "1933");
	t.interval_s = 2; /* two readings are no line */
	assert_string_equal(FLAGS(QC_FLAT, &t, 1, 1, 1, 1), "1144");
	t.interval_s = (double)NAN;
	assert_string_equal(FLAGS(QC_FLAT, &t, 1, 1, 1, 1), "2222");
}

static void a_visit_begins_anew(void **state)
{
	struct qc_thresholds t = nothing();
	struct qc_stream stream;
	struct qc_flags flags;
	unsigned i;

	(void)state;
	t.interval_s = 1;
	t.flat_tolerance = 0.1;
	t.flat_suspect_s = 2;
	t.flat_fail_s = 4;
	t.rate_per_s = 1;
	t.gap_s = 2;
	t.spike_suspect = 1;
	t.spike_fail = 3;
	qc_stream_begin(&stream, &t);
	for (i = 0; i < 10; i++)
		(void)qc_stream_take(&stream, 1000 * i, 7, 0, &flags);
	assert_int_equal(flags.of[QC_FLAT], QC_FAIL);
	qc_stream_begin(&stream, &t);
	assert_int_equal(qc_stream_take(&stream, 60000, 20, 0, &flags), QC_NOT_EVALUATED);
	assert_int_equal(flags.of[QC_FLAT], QC_PASS);
	assert_int_equal(flags.of[QC_RATE], QC_PASS);
	assert_int_equal(flags.of[QC_GAP], QC_NOT_EVALUATED);
	assert_int_equal(qc_stream_take(&stream, 61000, 20, 0, &flags), QC_NOT_EVALUATED);
}

static void the_worst_of_all_tests(void **state)
{
	struct qc_flags flags = qc_flags_all(QC_NOT_EVALUATED);

	(void)state;
	assert_int_equal(qc_flags_worst(&flags), QC_NOT_EVALUATED);
	flags.of[QC_GROSS] = QC_PASS;
	flags.of[QC_LOCATION] = QC_MISSING;
	assert_int_equal(qc_flags_worst(&flags), QC_PASS);
	flags.of[QC_RATE] = QC_SUSPECT;
	assert_int_equal(qc_flags_worst(&flags), QC_SUSPECT);
	flags.of[QC_LOCATION] = QC_FAIL;
	assert_int_equal(qc_flags_worst(&flags), QC_FAIL);
	flags.of[QC_GROSS] = QC_MISSING; /* no value */
	flags.of[QC_SYNTAX] = QC_FAIL;
	assert_int_equal(qc_flags_worst(&flags), QC_MISSING);
}

/* --- against the model ----------------------------------------------------------------------------- */

static unsigned below(unsigned n)
{
	return (unsigned)lrand48() % n;
}

static struct qc_thresholds random_thresholds(void)
{
	struct qc_thresholds t = nothing();

	t.fail = (struct qc_span){-5, 5};
	if (below(4))
		t.suspect = (struct qc_span){-3, 3};
	if (below(8))
		t.spike_suspect = 0.1 * (1 + below(10));
	t.spike_fail = t.spike_suspect * 2;
	if (below(8))
		t.rate_per_s = 0.05 * (1 + below(20));
	if (below(8))
		t.gap_s = 1 + below(5);
	t.interval_s = 0.5 * (1 + below(4));
	t.flat_tolerance = 0.05 * (1 + below(20));
	t.flat_suspect_s = 1 + below(30);
	t.flat_fail_s = t.flat_suspect_s + below(below(4) ? 30 : 300);
	return t;
}

/* Rests, walks, jumps and holes. */
static unsigned random_visit(struct given *given)
{
	unsigned n = 1 + below(MOST - 1), i, style = 0;
	int64_t at_ms = below(1000000);
	double value = 0;

	for (i = 0; i < n; i++) {
		if (!below(30))
			style = below(4);
		if (style == 1)
			value += (below(201) - 100.0) / 500;
		else if (style == 2 && !below(4))
			value = (below(1401) - 700.0) / 100;
		else if (style == 3)
			value += (below(3) - 1.0) / 100;
		at_ms += 10 + (below(20) ? below(2000) : below(9000));
		given[i] = (struct given){at_ms, below(25) ? value : (double)NAN};
	}
	return n;
}

static enum qc model_spike(
	const struct qc_thresholds *t, const struct given *g, unsigned n, unsigned i)
{
	double away;

	if (isnan(g[i].value))
		return QC_MISSING;
	if (isnan(t->spike_suspect) || !i || i + 1 == n || isnan(g[i - 1].value) ||
		isnan(g[i + 1].value))
		return QC_NOT_EVALUATED;
	away = fabs(g[i].value - (g[i - 1].value + g[i + 1].value) / 2);
	return away > t->spike_fail ? QC_FAIL : away > t->spike_suspect ? QC_SUSPECT : QC_PASS;
}

static enum qc model_rate(const struct qc_thresholds *t, const struct given *g, unsigned i)
{
	if (isnan(g[i].value))
		return QC_MISSING;
	if (isnan(t->rate_per_s))
		return QC_NOT_EVALUATED;
	if (!i || isnan(g[i - 1].value))
		return QC_PASS;
	return fabs((g[i].value - g[i - 1].value) /
		       ((double)(g[i].at_ms - g[i - 1].at_ms) / 1000)) > t->rate_per_s
		       ? QC_SUSPECT
		       : QC_PASS;
}

static enum qc model_gap(const struct qc_thresholds *t, const struct given *g, unsigned i)
{
	unsigned k = i;

	if (isnan(g[i].value))
		return QC_MISSING;
	while (k && isnan(g[k - 1].value))
		k--;
	if (isnan(t->gap_s) || !k)
		return QC_NOT_EVALUATED;
	return (double)(g[i].at_ms - g[k - 1].at_ms) > 1000 * t->gap_s ? QC_FAIL : QC_PASS;
}

/* Whether the last n readings up to i spread by less than the tolerance; n 0: there is no such line. */
static bool model_is_flat(
	const struct qc_thresholds *t, const struct given *g, unsigned i, unsigned n)
{
	double low = (double)INFINITY, high = -(double)INFINITY;
	unsigned k;

	if (!n || i + 1 < n)
		return false;
	for (k = i + 1 - n; k <= i; k++) {
		if (isnan(g[k].value))
			continue;
		low = g[k].value < low ? g[k].value : low;
		high = g[k].value > high ? g[k].value : high;
	}
	return high - low < t->flat_tolerance;
}

static unsigned model_readings(double seconds, double interval_s)
{
	unsigned n = (unsigned)(seconds / interval_s);

	return n < 2 ? 0 : n + 1;
}

static void check_flat(const struct qc_thresholds *t, const struct given *g, unsigned i, enum qc qc)
{
	unsigned suspect = model_readings(t->flat_suspect_s, t->interval_s),
		 fail = model_readings(t->flat_fail_s, t->interval_s), late = 0;

	if (isnan(g[i].value)) {
		assert_int_equal(qc, QC_MISSING);
		return;
	}
	if (!suspect && !fail) {
		assert_int_equal(qc, QC_NOT_EVALUATED);
		return;
	}
	if (fail > QC_BUCKETS)
		late = fail / (QC_BUCKETS - 1);
	/* Never for what is not flat... */
	if (qc == QC_FAIL)
		assert_true(model_is_flat(t, g, i, fail));
	if (qc == QC_SUSPECT)
		assert_true(model_is_flat(t, g, i, suspect));
	/* ... and never later than said. */
	if (fail && model_is_flat(t, g, i, fail + late))
		assert_int_equal(qc, QC_FAIL);
	else if (suspect && model_is_flat(t, g, i, suspect + late))
		assert_true(qc == QC_SUSPECT || (late && qc == QC_FAIL));
}

static void check_visit(const struct qc_thresholds *t, const struct given *g, unsigned n,
	const struct qc_flags *flags)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		bool missing = isnan(g[i].value);
		enum qc gross = missing                              ? QC_MISSING
				: fabs(g[i].value) > 5               ? QC_FAIL
				: fabs(g[i].value) > t->suspect.high ? QC_SUSPECT
								     : QC_PASS;

		assert_int_equal(flags[i].of[QC_SYNTAX], missing ? QC_MISSING : QC_PASS);
		assert_int_equal(flags[i].of[QC_GROSS], gross);
		assert_int_equal(flags[i].of[QC_SPIKE], model_spike(t, g, n, i));
		assert_int_equal(flags[i].of[QC_RATE], model_rate(t, g, i));
		assert_int_equal(flags[i].of[QC_GAP], model_gap(t, g, i));
		check_flat(t, g, i, (enum qc)flags[i].of[QC_FLAT]);
	}
}

static void as_the_model_says(void **state)
{
	static struct given given[MOST];
	static struct qc_flags flags[MOST];
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned i, n;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48(seed);
	for (i = 0; i < VISITS; i++) {
		struct qc_thresholds t = random_thresholds();

		n = random_visit(given);
		run(&t, given, n, flags);
		check_visit(&t, given, n, flags);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syntax_is_what_the_message_held),
		cmocka_unit_test(both_ends_belong_to_a_span),
		cmocka_unit_test(a_spike_is_final_with_the_next_reading),
		cmocka_unit_test(a_rate_is_per_second),
		cmocka_unit_test(a_gap_is_time_without_a_value),
		cmocka_unit_test(flat_is_less_than_the_tolerance_for_so_long),
		cmocka_unit_test(a_visit_begins_anew),
		cmocka_unit_test(the_worst_of_all_tests),
		cmocka_unit_test(as_the_model_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
