/* QARTOD's tests in the daemon: thresholds by analyzer, visits, and what becomes of a reading's qc and flags. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/quality.h"
#include "qc/judge.h"

enum { PH = 0, OTHER_PH = 1, STRANGE = 7, SECOND = 1000 };

static struct line_conf line = {.name = "bench",
	.n_units = 2,
	.units = {{.name = "ph-1", .interval_ms = 1000}, {.name = "ph-2", .interval_ms = 5000}}};
static struct conf conf = {.n_lines = 1, .lines = &line};
static struct quality *quality;
static struct exchange exchange;
static struct qc_flags tests;

/* By the file, of ph: suspect outside of 5.5 to 9.5, 0.05 a second, 0.2 and 1 for a spike, flat within 0.005 for 10 s, 20 s. */
static const char file[] =
	"tests = ( { parameter = \"ph\"; why = \"a test\"; interval_s = 5; fail = ( 1, 13 );"
	" suspect = ( 5.5, 9.5 ); spike = ( 0.2, 1.0 ); rate_per_s = 0.05; gap_s = 60;"
	" flat = { tolerance = 0.005; suspect_s = 10; fail_s = 20; }; } );\n";

static void learn(uint32_t number, const char *unit, const char *parameter)
{
	struct series series = {.kind = NUMBER_F64};

	strcpy(series.unit, unit);
	strcpy(series.parameter, parameter);
	quality_learn(quality, &series, number);
}

static int begin(void **state)
{
	char words[512];
	struct text errors = text_over(words, sizeof(words));

	(void)state;
	if (qc_conf_read_text(&conf.qc, "qc.conf", file, &errors))
		fail_msg("%s", words);
	assert_int_equal(quality_new(&quality, &conf), 0);
	learn(PH, "ph-1", "ph");
	learn(OTHER_PH, "ph-2", "ph");
	learn(STRANGE, "ph-1", "no_such_parameter");
	exchange = (struct exchange){.boot_ms = 0, .n = 1};
	return 0;
}

static int end(void **state)
{
	(void)state;
	quality_free(quality);
	qc_conf_free(conf.qc);
	conf.qc = NULL;
	return 0;
}

/* The next reading of a series, so long after the last one of any. */
static struct reading after(int64_t ms, uint32_t series, double value, uint16_t flags)
{
	const struct parameter *parameter = series == STRANGE ? NULL : parameter_find("ph");
	struct reading reading = {.series = series, .value = value, .flags = flags};

	reading.flags |= qc_range(parameter, value);
	reading.qc = (uint8_t)qc_judge(parameter, value, reading.flags);
	exchange.boot_ms += ms;
	exchange.readings = &reading;
	quality_judge(quality, &exchange, &reading, &tests);
	exchange.readings = NULL;
	return reading;
}

static void expect(struct reading reading, enum qc qc, unsigned flags)
{
	assert_int_equal(reading.qc, qc);
	assert_int_equal(reading.flags, flags);
}

static void what_a_test_says_makes_the_reading_worse_and_its_flag_says_which(void **state)
{
	(void)state;
	expect(after(SECOND, PH, 7, 0), QC_PASS, 0);
	expect(after(SECOND, PH, 7.04, 0), QC_PASS, 0);
	expect(after(SECOND, PH, 7.2, 0), QC_SUSPECT, FLAG_RATE);
	expect(after(60 * SECOND, PH, 9.6, 0), QC_SUSPECT, FLAG_RANGE);
	expect(after(SECOND, PH, 13.5, 0), QC_FAIL, FLAG_RANGE | FLAG_RATE);
	assert_int_equal(tests.of[QC_GROSS], QC_FAIL);
	assert_int_equal(tests.of[QC_RATE], QC_SUSPECT);
	assert_int_equal(tests.of[QC_FLAT], QC_PASS);
}

static void what_the_analyzer_doubts_no_test_makes_good(void **state)
{
	(void)state;
	expect(after(SECOND, PH, 7, FLAG_WARMUP), QC_SUSPECT, FLAG_WARMUP);
	expect(after(SECOND, PH, 7.01, FLAG_FAULT), QC_FAIL, FLAG_FAULT);
	expect(after(SECOND, PH, 7.1, FLAG_FAULT), QC_FAIL, FLAG_FAULT | FLAG_RATE);
	expect(after(SECOND, PH, NAN, FLAG_SENTINEL), QC_MISSING, FLAG_SENTINEL);
	assert_int_equal(tests.of[QC_SYNTAX], QC_MISSING);
	expect(after(SECOND, PH, NAN, FLAG_NOT_FINITE), QC_MISSING, FLAG_NOT_FINITE);
	assert_int_equal(tests.of[QC_SYNTAX], QC_FAIL);
	/* Of what is outside of the vocabulary nothing is known. */
	expect(after(SECOND, STRANGE, 7, 0), QC_NOT_EVALUATED, 0);
}

static void a_flat_line_counts_by_the_interval_of_its_analyzer(void **state)
{
	struct reading reading = {0};
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		expect(after(SECOND, PH, 7, 0), QC_PASS, 0);
	expect(after(SECOND, PH, 7, 0), QC_SUSPECT, FLAG_FLAT);
	for (i = 0; i < 10; i++)
		reading = after(SECOND, PH, 7, 0);
	expect(reading, QC_FAIL, FLAG_FLAT);
	/* Each 5 s: three readings are 10 s. */
	expect(after(0, OTHER_PH, 7, 0), QC_PASS, 0);
	expect(after(5 * SECOND, OTHER_PH, 7, 0), QC_PASS, 0);
	expect(after(5 * SECOND, OTHER_PH, 7, 0), QC_SUSPECT, FLAG_FLAT);
}

static void each_visit_begins_anew(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 15; i++)
		(void)after(SECOND, PH, 7, 0);
	exchange.context = CONTEXT_SAMPLE;
	exchange.sample = 12;
	expect(after(SECOND, PH, 7, 0), QC_PASS, 0);
	expect(after(SECOND, PH, 8, 0), QC_SUSPECT, FLAG_RATE);
	exchange.sample = 19; /* the next one, with no reading between */
	expect(after(SECOND, PH, 6, 0), QC_PASS, 0);
	exchange.sample = 0;
	exchange.context = CONTEXT_CHECK;
	expect(after(SECOND, PH, 4, 0), QC_SUSPECT, FLAG_RANGE); /* a buffer; no jump */
	exchange.context = CONTEXT_IDLE;
	expect(after(SECOND, PH, 7, 0), QC_PASS, 0);
}

static void a_gap_is_said_and_makes_nothing_worse(void **state)
{
	(void)state;
	(void)after(SECOND, PH, 7, 0);
	expect(after(60 * SECOND, PH, 7, 0), QC_PASS, 0);
	assert_int_equal(tests.of[QC_GAP], QC_PASS);
	expect(after(60 * SECOND + 1, PH, 7, 0), QC_PASS, 0);
	assert_int_equal(tests.of[QC_GAP], QC_FAIL);
}

static void a_spike_is_known_of_the_reading_before(void **state)
{
	struct reading reading;

	(void)state;
	reading = after(60 * SECOND, PH, 7, 0);
	assert_int_equal(reading.open_ms, 0); /* the first of a visit never is one */
	reading = after(60 * SECOND, PH, 7.5, 0);
	assert_int_equal(reading.open_ms, 2 * SECOND);
	assert_int_equal(reading.spike_before, 0);
	assert_int_equal(tests.of[QC_SPIKE], QC_NOT_EVALUATED);
	reading = after(60 * SECOND, PH, 7, 0);
	expect(reading, QC_PASS, 0);
	assert_int_equal(reading.open_ms, 2 * SECOND);
	assert_int_equal(reading.spike_before, QC_SUSPECT);
	assert_int_equal(tests.of[QC_SPIKE], QC_SUSPECT);
	reading = after(60 * SECOND, PH, 9, 0);
	assert_int_equal(reading.spike_before, QC_FAIL);
	assert_int_equal(after(60 * SECOND, PH, 7, 0).spike_before, QC_FAIL);
	reading = after(60 * SECOND, PH, NAN, FLAG_SENTINEL);
	assert_int_equal(reading.open_ms, 0);
	assert_int_equal(reading.spike_before, 0);
	reading = after(60 * SECOND, PH, 7, 0);
	assert_int_equal(reading.open_ms, 0); /* beside a missing value */
	(void)after(60 * SECOND, PH, 7, 0);
	exchange.sample = 4; /* the visit ends: it stays undecided, and nobody waits */
	assert_int_equal(after(60 * SECOND, PH, 9, 0).spike_before, 0);
}

static void a_slow_analyzer_has_no_spike_for_which_all_would_wait(void **state)
{
	unsigned i;

	(void)state;
	line.units[1].interval_ms = 31 * SECOND;
	learn(2, "ph-2", "ph");
	for (i = 0; i < 3; i++) {
		struct reading reading = after(31 * SECOND, 2, 7 + i % 2, 0);

		assert_int_equal(reading.open_ms, 0);
		assert_int_equal(reading.spike_before, 0);
		assert_int_equal(tests.of[QC_SPIKE], QC_NOT_EVALUATED);
	}
	line.units[1].interval_ms = 5 * SECOND;
}

static void without_thresholds_only_what_water_can_show_is_tested(void **state)
{
	int i;

	(void)state;
	quality_free(quality);
	qc_conf_free(conf.qc);
	conf.qc = NULL;
	assert_int_equal(quality_new(&quality, &conf), 0);
	learn(PH, "ph-1", "ph");
	for (i = 0; i < 100; i++)
		expect(after(SECOND, PH, 7, 0), QC_PASS, 0);
	expect(after(SECOND, PH, 10, 0), QC_PASS, 0);
	assert_int_equal(tests.of[QC_RATE], QC_NOT_EVALUATED);
	expect(after(SECOND, PH, 655.35, 0), QC_FAIL, FLAG_RANGE);
	/* A series that nobody told of. */
	expect(after(SECOND, 40, 7, 0), QC_PASS, 0);
	assert_int_equal(tests.of[QC_SYNTAX], QC_NOT_EVALUATED);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest all[] = {
		EACH(what_a_test_says_makes_the_reading_worse_and_its_flag_says_which),
		EACH(what_the_analyzer_doubts_no_test_makes_good),
		EACH(a_flat_line_counts_by_the_interval_of_its_analyzer),
		EACH(each_visit_begins_anew),
		EACH(a_gap_is_said_and_makes_nothing_worse),
		EACH(a_spike_is_known_of_the_reading_before),
		EACH(a_slow_analyzer_has_no_spike_for_which_all_would_wait),
		EACH(without_thresholds_only_what_water_can_show_is_tested),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
