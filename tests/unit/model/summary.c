/*
 * Summaries against a model that is written for being right: every reading looked at again for each, values compared
 * as texts, the mean in long double.  And their words, there and back.
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

#include "model/summary.h"

enum { READINGS = 4000, HISTORIES = 60 };

static unsigned seed;

static struct series series[] = {{"ph-1", "ph", NUMBER_F32, 0}, {"ph-1", "ph", NUMBER_DECIMAL, 2},
	{"ph-2", "ph", NUMBER_F64, 0}, {"ph-1", "temperature", NUMBER_DECIMAL, 1},
	{"an analyzer of 23 bytes", "free_chlorine", NUMBER_F32, 0}};
static struct place places[READINGS];
static struct summary_reading readings[READINGS];

enum { SERIES = sizeof(series) / sizeof(series[0]) };

static unsigned below(unsigned n)
{
	return (unsigned)lrand48() % n;
}

static void make_place(struct place *place)
{
	static const char *const districts[] = {"", "PK528", "PK526", "-"};

	*place = (struct place){.border_m = -1};
	if (!below(3))
		return;
	place->origin = below(4) ? PLACE_GPS : PLACE_ENTERED;
	snprintf(place->district, sizeof(place->district), "%s", districts[below(4)]);
	if (!below(3)) {
		place->border_m = (int32_t)below(500);
		snprintf(place->near, sizeof(place->near), "%s", districts[below(3)]);
	}
}

/* A van's day in small: places and samples that hold for a while, a clock that runs, jumps and is set back. */
static void make_readings(void)
{
	int64_t utc_ms = 1700000000000 + below(100000000), step_ms = 1 + below(60000);
	enum context context = CONTEXT_IDLE;
	uint64_t sample = 0;
	struct place place;
	unsigned i;

	make_place(&place);
	for (i = 0; i < READINGS; i++) {
		if (!below(40))
			make_place(&place);
		if (!below(60)) {
			sample = below(3) ? 0 : 1 + below(5);
			context = sample ? CONTEXT_SAMPLE : below(2) ? CONTEXT_IDLE : CONTEXT_CHECK;
		}
		utc_ms += below((unsigned)step_ms);
		if (!below(300))
			utc_ms -= below(3) ? 700000 : 86400000;
		places[i] = place;
		readings[i] = (struct summary_reading){.series = &series[below(SERIES)],
			.context = context,
			.sample = sample,
			.place = &places[i],
			.utc_ms = utc_ms,
			.clock = (uint8_t)(1 + below(5)),
			.clock_error_ms = below(5000),
			.value = below(10) ? (double)(float)((below(20000) - 3000.0) / 100)
					   : (double)NAN,
			.qc = below(4) ? QC_PASS : QC_SUSPECT,
			.flags = below(5) ? 0 : FLAG_WARMUP};
		if (readings[i].series->kind == NUMBER_F64)
			readings[i].value *= 1.0 + drand48() / 1000;
	}
}

/* --- the model ------------------------------------------------------------------------------------ */

static bool same_ten_minutes(size_t a, size_t b)
{
	return floor((double)readings[a].utc_ms / 600000) ==
	       floor((double)readings[b].utc_ms / 600000);
}

static const char *near_of(size_t i)
{
	const struct place *place = readings[i].place;

	if (place->origin == PLACE_NONE || place->border_m < 0)
		return "";
	return !place->near[0] && place->district[0] ? "none" : place->near;
}

static bool belong_together(size_t a, size_t b)
{
	const struct summary_reading *x = &readings[a], *y = &readings[b];

	return !strcmp(x->series->unit, y->series->unit) &&
	       !strcmp(x->series->parameter, y->series->parameter) && x->context == y->context &&
	       x->sample == y->sample && !strcmp(x->place->district, y->place->district) &&
	       !strcmp(near_of(a), near_of(b));
}

static double as_said(size_t i)
{
	const struct series *of = readings[i].series;
	char text[400];
	int digits;

	if (of->kind == NUMBER_F64)
		return readings[i].value;
	if (of->kind == NUMBER_DECIMAL) /* half away from zero */
		snprintf(text, sizeof(text), "%.*f", of->decimals,
			readings[i].value + (readings[i].value < 0 ? -1e-9 : 1e-9));
	else
		for (digits = 1; digits <= 9; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, readings[i].value);
			if (strtof(text, NULL) == (float)readings[i].value)
				break;
		}
	return strtod(text, NULL);
}

static bool counts(size_t i)
{
	return !isnan(readings[i].value) && readings[i].qc == 1 && readings[i].flags == 0;
}

static void expect_number(const char *what, double is, double should)
{
	if (is != should && !(isnan(is) && isnan(should)))
		fail_msg("SEED=%u: %s is %.17g, should be %.17g", seed, what, is, should);
}

/* What a block of readings begin..end-1 must have, the k-th summary being that of reading `first`. */
static void expect_summary(const struct summary *is, size_t first, size_t end)
{
	double least = (double)NAN, most = (double)NAN;
	long double sum = 0, mean;
	uint64_t n = 0, good = 0;
	int64_t error_ms = 0;
	unsigned clock = 99;
	bool entered = false;
	char text[64];
	size_t i;

	for (i = first; i < end; i++) {
		if (!belong_together(first, i))
			continue;
		n++;
		clock = readings[i].clock < clock ? readings[i].clock : clock;
		if (readings[i].clock_error_ms > error_ms)
			error_ms = readings[i].clock_error_ms;
		entered = entered || readings[i].place->origin == PLACE_ENTERED;
		if (!counts(i))
			continue;
		least = good && least < as_said(i) ? least : as_said(i);
		most = good && most > as_said(i) ? most : as_said(i);
		sum += as_said(i);
		good++;
	}
	mean = sum / (long double)good;
	snprintf(text, sizeof(text), "%.10Lg", mean);
	mean = strtod(text, NULL);
	if (mean < least)
		mean = least;
	if (mean > most)
		mean = most;
	assert_string_equal(is->of.analyzer, readings[first].series->unit);
	assert_string_equal(is->of.parameter, readings[first].series->parameter);
	assert_string_equal(is->of.district, readings[first].place->district);
	assert_string_equal(is->of.near, near_of(first));
	assert_int_equal(is->of.context, readings[first].context);
	assert_int_equal(is->of.sample, readings[first].sample);
	assert_int_equal(is->utc_ms, readings[first].utc_ms);
	assert_int_equal(is->n, n);
	assert_int_equal(is->n_good, good);
	expect_number("min", is->min, least);
	expect_number("max", is->max, most);
	expect_number("mean", is->mean, good ? (double)mean : (double)NAN);
	assert_int_equal(is->clock, clock);
	assert_int_equal(is->clock_error_ms, error_ms);
	assert_int_equal(is->entered, entered);
}

/* The block is that of begin..end-1: each summary there, in the order of their first readings, and no other. */
static size_t expect_block(const struct summary_block *block, size_t begin, size_t end)
{
	struct summary summary;
	size_t i, before, k = 0;

	for (i = begin; i < end; i++) {
		for (before = begin; before < i && !belong_together(before, i); before++)
			;
		if (before < i)
			continue;
		assert_true(k < summary_block_count(block));
		summary = summary_block_at(block, k++);
		expect_summary(&summary, i, end);
	}
	assert_int_equal(k, summary_block_count(block));
	return k;
}

static void each_reading_is_in_one_summary(void **state)
{
	struct summary_block *block = summary_block_new();
	size_t begin, i, blocks = 0, summaries = 0;
	int history;

	(void)state;
	assert_non_null(block);
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (history = 0; history < HISTORIES; history++) {
		make_readings();
		summary_block_clear(block);
		for (begin = i = 0; i < READINGS; i++) {
			bool ends = i > begin && !same_ten_minutes(i - 1, i);

			assert_int_equal(summary_block_add(block, &readings[i]), !ends);
			if (!ends)
				continue;
			assert_true(summary_block_end_ms(block) > readings[i - 1].utc_ms);
			assert_true(summary_block_end_ms(block) - 600000 <= readings[i - 1].utc_ms);
			assert_int_equal(summary_block_end_ms(block) % 600000, 0);
			summaries += expect_block(block, begin, i);
			blocks++;
			summary_block_clear(block);
			assert_true(summary_block_add(block, &readings[i]));
			begin = i;
		}
		summaries += expect_block(block, begin, READINGS);
	}
	printf("%zu summaries in %zu blocks of %d readings\n", summaries, blocks,
		HISTORIES * READINGS);
	summary_block_free(block);
}

/* More at once than there is room for ends the block, at the same reading each time. */
static void a_full_block_ends(void **state)
{
	struct summary_block *block = summary_block_new();
	struct place nowhere = {.border_m = -1};
	struct series of = {"", "ph", NUMBER_F64, 0};
	struct summary_reading reading = {
		.series = &of, .place = &nowhere, .utc_ms = 5, .value = 7, .qc = QC_PASS};
	unsigned i, round;

	(void)state;
	assert_non_null(block);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < SUMMARY_MOST; i++) {
			snprintf(of.unit, sizeof(of.unit), "u%u", i);
			assert_true(summary_block_add(block, &reading));
		}
		assert_true(summary_block_add(block, &reading)); /* of one that is there */
		snprintf(of.unit, sizeof(of.unit), "one more");
		assert_false(summary_block_add(block, &reading));
		assert_int_equal(summary_block_count(block), SUMMARY_MOST);
		assert_int_equal(summary_block_at(block, SUMMARY_MOST - 1).n, 2);
		summary_block_clear(block);
		assert_true(summary_block_add(block, &reading));
		summary_block_clear(block);
	}
	summary_block_free(block);
}

static void ten_minutes_are_of_utc(void **state)
{
	(void)state;
	assert_int_equal(summary_begin_ms(0), 0);
	assert_int_equal(summary_begin_ms(599999), 0);
	assert_int_equal(summary_begin_ms(600000), 600000);
	assert_int_equal(summary_begin_ms(-1), -600000);
	assert_int_equal(summary_begin_ms(-600000), -600000);
	assert_int_equal(summary_begin_ms(1700000000000), 1699999800000);
}

/* A mean of equal values is that value, however many they are. */
static void a_mean_lies_between(void **state)
{
	static const double values[] = {7.12, 0.1, 1e-7, 123456.789, 3, -0.3};
	struct summary_block *block = summary_block_new();
	struct place nowhere = {.border_m = -1};
	struct series of = {"ph-1", "ph", NUMBER_F64, 0};
	struct summary_reading reading = {.series = &of, .place = &nowhere, .qc = QC_PASS};
	size_t v, i;

	(void)state;
	assert_non_null(block);
	for (v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		summary_block_clear(block);
		reading.value = values[v];
		for (i = 0; i < 6007; i++)
			assert_true(summary_block_add(block, &reading));
		expect_number("mean", summary_block_at(block, 0).mean, values[v]);
	}
	summary_block_free(block);
}

/* --- words ---------------------------------------------------------------------------------------- */

static void expect_words(const struct summary *summary, const char *words)
{
	char at[SUMMARY_WORDS];
	struct text text = text_over(at, sizeof(at));
	struct summary back = {.utc_ms = 5, .n = 6, .n_good = 7};

	assert_true(summary_put(&text, summary));
	assert_string_equal(at, words);
	assert_true(summary_read(at, &back));
	assert_memory_equal(&back.of, &summary->of, sizeof(back.of));
	expect_number("min", back.min, summary->min);
	expect_number("mean", back.mean, summary->mean);
	expect_number("max", back.max, summary->max);
	assert_int_equal(back.clock, summary->clock);
	assert_int_equal(back.clock_error_ms, summary->clock_error_ms);
	assert_int_equal(back.entered, summary->entered);
	assert_true(back.utc_ms == 5 && back.n == 6 && back.n_good == 7);
}

static void words_there_and_back(void **state)
{
	struct summary summary;

	(void)state;
	memset(&summary, 0, sizeof(summary));
	memcpy(summary.of.analyzer, "ph-1", 4);
	memcpy(summary.of.parameter, "ph", 2);
	memcpy(summary.of.district, "PK528", 5);
	summary.of.context = CONTEXT_SAMPLE;
	summary.of.sample = 4711;
	summary.min = 7.1;
	summary.mean = 7.128333333;
	summary.max = 7.2;
	summary.clock = 4;
	summary.clock_error_ms = 50;
	expect_words(&summary, "ph-1 ph sample PK528 - 4711 7.1 7.128333333 7.2 4 50 -");
	memcpy(summary.of.analyzer, " %\x7f\n-x", 7);
	memcpy(summary.of.district, "-\0\0\0", 5);
	memcpy(summary.of.near, "\xd9\xbe", 2);
	summary.of.context = (enum context)7;
	summary.of.sample = UINT64_MAX;
	summary.min = summary.mean = summary.max = (double)NAN;
	summary.clock_error_ms = INT64_MAX;
	summary.entered = true;
	expect_words(&summary, "%20%25%7F%0A-x ph 7 %2D \xd9\xbe 18446744073709551615 - - - 4 "
			       "9223372036854775807 2");
}

/* Nothing is cut in the middle of a number: rather none. */
static void what_does_not_fit_is_left_out(void **state)
{
	char at[SUMMARY_WORDS];
	struct text text = text_over(at, sizeof(at));
	struct summary summary, back = {.n = 0};

	(void)state;
	memset(&summary, 0, sizeof(summary));
	memset(summary.of.analyzer, 'a', UNIT_NAME - 1);
	memset(summary.of.parameter, 'p', PARAMETER_CODE - 1);
	memset(summary.of.district, 'd', AREA_CODE - 1);
	memset(summary.of.near, 'n', AREA_CODE - 1);
	summary.of.sample = INT64_MAX;
	summary.min = -1.2345678901234567e-300;
	summary.max = -summary.min;
	summary.clock_error_ms = INT64_MAX;
	assert_true(summary_put(&text, &summary));
	assert_true(summary_read(at, &back));
	assert_memory_equal(&back.of, &summary.of, sizeof(back.of));
	assert_true(isnan(back.min) && isnan(back.mean) && isnan(back.max));
	/* All a lab has, with the longest numbers that 32 bits and ten digits need. */
	summary.of.sample = 4000000000;
	memset(summary.of.near, 0, AREA_CODE);
	memset(summary.of.district, 0, AREA_CODE);
	memcpy(summary.of.near, "PK526", 5);
	memcpy(summary.of.district, "PK528", 5);
	summary.min = -1.17549435e-38;
	summary.mean = -1.175494351e-38;
	summary.max = 3.40282347e+38;
	summary.clock_error_ms = 99999999000;
	text_clear(&text);
	assert_true(summary_put(&text, &summary));
	assert_true(summary_read(at, &back));
	expect_number("min", back.min, summary.min);
	expect_number("mean", back.mean, summary.mean);
	expect_number("max", back.max, summary.max);
	/* Names of codes alone. */
	memset(summary.of.analyzer, ' ', UNIT_NAME - 1);
	memset(summary.of.parameter, ' ', PARAMETER_CODE - 1);
	memset(summary.of.district, ' ', AREA_CODE - 1);
	text_clear(&text);
	assert_false(summary_put(&text, &summary));
}

static void other_words_are_refused(void **state)
{
	static const char whole[] = "ph-1 ph idle PK528 - - 7.1 7.12 7.2 4 50 -";
	static const char *const wrong[] = {"", " ", "ph-1", "ph-1  ph idle - - - - - - 4 50 -",
		"ph-1 ph idle PK528 - - 7.1 7.12 7.2 4 50 - more",
		"ph-1 ph idle PK528 - - nan 7.12 7.2 4 50 -",
		"ph-1 ph idle PK528 - - 0x7 7.12 7.2 4 50 -",
		"ph-1 ph idle PK528 - x 7.1 7.12 7.2 4 50 -",
		"ph-1 ph idling PK528 - - 7.1 7.12 7.2 4 50 -",
		"ph-1 ph idle PK528 - - 7.1 7.12 7.2 256 50 -",
		"ph-1 ph idle PK528 - - 7.1 7.12 7.2 4 99999999999999999999 -",
		"ph-1 ph idle PK528 - - 7.1 7.12 7.2 4 50 %zz",
		"ph-1 ph idle a-code-of-sixteen - - 7.1 7.12 7.2 4 50 -",
		"ph-1%00 ph idle PK528 - - 7.1 7.12 7.2 4 50 -"};
	struct summary summary = {.n = 3}, before = summary;
	char cut[sizeof(whole)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (summary_read(wrong[i], &summary))
			fail_msg("taken: %s", wrong[i]);
		assert_memory_equal(&summary, &before, sizeof(summary));
	}
	for (i = 0; i + 1 < sizeof(whole); i++) {
		memcpy(cut, whole, i);
		cut[i] = '\0';
		assert_false(summary_read(cut, &summary));
	}
	assert_true(summary_read(whole, &summary));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reading_is_in_one_summary),
		cmocka_unit_test(a_full_block_ends),
		cmocka_unit_test(ten_minutes_are_of_utc),
		cmocka_unit_test(a_mean_lies_between),
		cmocka_unit_test(words_there_and_back),
		cmocka_unit_test(what_does_not_fit_is_left_out),
		cmocka_unit_test(other_words_are_refused),
	};

	seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
