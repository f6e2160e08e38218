/* Which limit is for which water, by which set; and what a sample's results say together. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { UNKNOWN = 0, RAW = TREATMENT_NONE, TREATED = TREATMENT_DONE };

static struct limit_book book;

/* NSDWQ with all rows signed, and WHO 2022 behind it as it is shipped. */
static int open_book(void **state)
{
	struct limits_conf conf = {.sets = "nsdwq-2010,who-2022", .signatures = "none.csv"};
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	const char *top = getenv("WATERLAB_SOURCE");
	unsigned i;

	(void)state;
	snprintf(conf.folder, sizeof(conf.folder), "%s/config/limits", top ? top : ".");
	if (limits_load(&book, &conf, &why) != 0) {
		print_error("%s\n", words);
		return -1;
	}
	for (i = 0; i < book.sets[0]->n; i++)
		(void)text_copy(book.sets[0]->rows[i].signer, LIMIT_SIGNER, "N. Khan");
	return 0;
}

static int close_book(void **state)
{
	(void)state;
	limits_free(&book);
	return 0;
}

static const struct limit_set *const *sets(void)
{
	return (const struct limit_set *const *)book.sets;
}

static struct water_judgement judge(
	const char *parameter, struct amount amount, int treatment, int position)
{
	struct water_value value = {.parameter = parameter,
		.amount = amount,
		.site = {(enum water_treatment)treatment, (enum water_position)position}};

	return water_judge(&value, sets(), book.n);
}

static struct amount exactly(double value)
{
	return (struct amount){.kind = AMOUNT_EXACT, .value = value};
}

/* Two limits, by where it was sampled; none for a spring that nobody treats. */
static void chlorine_by_position(void **state)
{
	static const struct {
		double value;
		int treatment, position;
		enum water_verdict verdict;
		enum water_reason reason;
	} cases[] = {
		{0.3, TREATED, POSITION_CONSUMER, WATER_MEETS, 0},
		{0.3, TREATED, POSITION_SOURCE, WATER_FAILS_BELOW, 0},
		{1.0, TREATED, POSITION_CONSUMER, WATER_FAILS_ABOVE, 0},
		{1.0, TREATED, POSITION_SOURCE, WATER_MEETS, 0},
		{0.5, TREATED, POSITION_CONSUMER, WATER_MEETS, 0},
		{0.5, TREATED, POSITION_SOURCE, WATER_MEETS, 0},
		{0.0, TREATED, POSITION_CONSUMER, WATER_FAILS_BELOW, 0},
		{0.3, TREATED, POSITION_NETWORK, WATER_CANNOT_JUDGE, WHY_NO_LIMIT_HERE},
		{0.3, TREATED, UNKNOWN, WATER_CANNOT_JUDGE, WHY_POSITION},
		{9.0, TREATED, UNKNOWN, WATER_CANNOT_JUDGE, WHY_POSITION},
		{0.3, UNKNOWN, POSITION_CONSUMER, WATER_CANNOT_JUDGE, WHY_TREATMENT},
		{0.3, UNKNOWN, POSITION_NETWORK, WATER_CANNOT_JUDGE, WHY_NO_LIMIT_HERE},
		{0.3, UNKNOWN, UNKNOWN, WATER_CANNOT_JUDGE, WHY_TREATMENT},
		{0.0, RAW, POSITION_SOURCE, WATER_NOT_APPLICABLE, WHY_UNTREATED},
		{0.0, RAW, POSITION_CONSUMER, WATER_NOT_APPLICABLE, WHY_UNTREATED},
		{0.0, RAW, UNKNOWN, WATER_NOT_APPLICABLE, WHY_UNTREATED},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct water_judgement got = judge("free_chlorine", exactly(cases[i].value),
			cases[i].treatment, cases[i].position);

		if (got.verdict != cases[i].verdict || got.reason != cases[i].reason)
			fail_msg("%zu: %s %s", i, water_verdict_word(got.verdict),
				water_reason_word(got.reason));
		assert_false(got.alarm); /* operational */
		assert_ptr_equal(got.set, book.sets[0]);
	}
}

static void coliforms_by_treatment(void **state)
{
	const struct amount found = {.kind = AMOUNT_DETECTED};

	(void)state;
	assert_int_equal(
		judge("total_coliform", found, RAW, POSITION_SOURCE).verdict, WATER_NOT_APPLICABLE);
	assert_int_equal(judge("total_coliform", found, TREATED, POSITION_NETWORK).verdict,
		WATER_FAILS_DETECTED);
	assert_int_equal(judge("total_coliform", found, UNKNOWN, UNKNOWN).reason, WHY_TREATMENT);
	assert_int_equal(judge("ecoli", found, RAW, POSITION_SOURCE).verdict, WATER_FAILS_DETECTED);
	assert_true(judge("ecoli", found, UNKNOWN, UNKNOWN).alarm);
}

/* Every combination of what a limit is for and what the water is. */
static void every_site(void **state)
{
	int lt, lp, st, sp;

	(void)state;
	for (lt = 0; lt < 3; lt++)
		for (lp = 0; lp < 4; lp++)
			for (st = 0; st < 3; st++)
				for (sp = 0; sp < 4; sp++) {
					struct water_site limit = {
						(enum water_treatment)lt, (enum water_position)lp};
					struct water_site site = {
						(enum water_treatment)st, (enum water_position)sp};
					enum water_reason why = water_fits(&site, &limit);
					bool fits = (!lt || lt == st) && (!lp || lp == sp);
					bool never =
						(lt && st && lt != st) || (lp && sp && lp != sp);

					assert_int_equal(why == WHY_NONE, fits);
					assert_int_equal(why == WHY_TREATED ||
								 why == WHY_UNTREATED ||
								 why == WHY_NO_LIMIT_HERE,
						never);
				}
}

/* --- sets -------------------------------------------------------------------------------------------- */

static void the_first_set_with_a_row_judges(void **state)
{
	struct water_judgement got = judge("arsenic", exactly(20), RAW, POSITION_SOURCE);

	(void)state;
	assert_int_equal(got.verdict, WATER_MEETS); /* 50; WHO's 10 does not come in */
	assert_string_equal(got.set->name, "nsdwq-2010");
	*book.sets[0]->rows[got.limit - book.sets[0]->rows].signer = '\0';
	got = judge("arsenic", exactly(20), RAW, POSITION_SOURCE);
	assert_int_equal(got.reason, WHY_UNCONFIRMED); /* nor does it stand in */
	assert_string_equal(got.set->name, "nsdwq-2010");
	got = judge("iron", exactly(20), RAW, POSITION_SOURCE);
	assert_int_equal(got.reason, WHY_NO_LIMIT);
	assert_null(got.limit);
	assert_null(got.set);
	got = judge("phlogiston", exactly(20), RAW, POSITION_SOURCE);
	assert_int_equal(got.reason, WHY_NO_LIMIT);
	got = judge("conductivity", exactly(20), RAW, POSITION_SOURCE);
	assert_int_equal(got.reason, WHY_NO_LIMIT); /* TDS is not made of it */
	got = judge("turbidity_fnu", exactly(2), RAW, POSITION_SOURCE);
	assert_int_equal(got.reason, WHY_METHOD);
	assert_string_equal(got.limit->parameter, "turbidity_ntu");
	got = judge("nitrate_n", exactly(20), RAW, POSITION_SOURCE);
	assert_int_equal(got.verdict, WATER_FAILS_ABOVE);
	got = judge("nitrate_form_unknown", exactly(20), RAW, POSITION_SOURCE);
	assert_int_equal(got.reason, WHY_FORM);
}

/* --- a sample ---------------------------------------------------------------------------------------- */

struct sample {
	struct water_result results[WATER_RESULTS];
	size_t n;
	struct water_site site;
};

static void put(struct sample *sample, const char *parameter, struct amount amount)
{
	sample->results[sample->n++] = (struct water_result){parameter,
		judge(parameter, amount, (int)sample->site.treatment, (int)sample->site.position)};
}

static void says(const struct sample *sample, const char *words)
{
	struct water_summary summary;
	char room[1024];
	struct text to = text_over(room, sizeof(room));

	water_summarize(&summary, sample->results, sample->n, &sample->site, sets(), book.n);
	water_put_summary(&to, &summary);
	assert_string_equal(room, words);
	assert_null(strstr(room, "safe"));
}

static void a_spring(void **state)
{
	struct sample spring = {.site = {TREATMENT_NONE, POSITION_SOURCE}};

	(void)state;
	says(&spring, "no failure in 0 of 6 required tests; missing: ecoli, ph, turbidity_ntu, "
		      "arsenic, fluoride, nitrate_no3");
	put(&spring, "ph", exactly(7.1));
	put(&spring, "turbidity_fnu", exactly(1));
	put(&spring, "ecoli", (struct amount){.kind = AMOUNT_NONE});
	put(&spring, "free_chlorine", exactly(0)); /* does not apply */
	says(&spring, "no failure in 1 of 6 required tests; not judged: ecoli, turbidity_ntu; "
		      "missing: arsenic, fluoride, nitrate_no3");
	put(&spring, "turbidity_ntu", exactly(1));
	put(&spring, "nitrate_n", exactly(1)); /* nitrate, in its other form */
	put(&spring, "fluoride", exactly(1));
	put(&spring, "arsenic", exactly(1));
	put(&spring, "ecoli", (struct amount){.kind = AMOUNT_NOT_DETECTED});
	says(&spring, "no failure in 6 of 6 required tests");
	put(&spring, "arsenic", exactly(60));    /* a replicate */
	put(&spring, "aluminium", exactly(300)); /* nobody asked for it */
	says(&spring, "fails: arsenic, aluminium; 6 of 6 required tests judged");
}

static void a_tap(void **state)
{
	struct sample tap = {.site = {TREATMENT_DONE, POSITION_CONSUMER}};
	struct water_summary summary;

	(void)state;
	put(&tap, "thermotolerant_coliform", (struct amount){.kind = AMOUNT_NOT_DETECTED});
	put(&tap, "free_chlorine", exactly(0.1));
	says(&tap, "fails: free_chlorine; 2 of 7 required tests judged; missing: ph, "
		   "turbidity_ntu, arsenic, fluoride, nitrate_no3");
	water_summarize(&summary, tap.results, tap.n, &tap.site, sets(), book.n);
	assert_false(summary.alarm);
	/* Once E. coli itself is looked for, nothing else speaks for it. */
	put(&tap, "ecoli", (struct amount){.kind = AMOUNT_NONE});
	says(&tap, "fails: free_chlorine; 1 of 7 required tests judged; not judged: ecoli; "
		   "missing: ph, "
		   "turbidity_ntu, arsenic, fluoride, nitrate_no3");
	put(&tap, "ecoli", (struct amount){.kind = AMOUNT_EXACT, .value = 3});
	water_summarize(&summary, tap.results, tap.n, &tap.site, sets(), book.n);
	assert_true(summary.alarm);
}

static void what_nobody_said_excuses_from_nothing(void **state)
{
	struct sample sample = {.n = 0};
	struct water_summary summary;

	(void)state;
	water_summarize(&summary, NULL, 0, &sample.site, sets(), book.n);
	assert_int_equal(summary.required, 7);
	/* The second set has no say where the first has a limit. */
	assert_string_equal(book.sets[1]->rows[12].parameter, "manganese");
	book.sets[1]->rows[12].required = true;
	water_summarize(&summary, NULL, 0, &sample.site, sets(), book.n);
	assert_int_equal(summary.required, 7);
	book.sets[1]->rows[12].required = false;
	/* No set at all: E. coli all the same. */
	water_summarize(&summary, NULL, 0, &sample.site, NULL, 0);
	assert_int_equal(summary.required, 1);
	assert_int_equal(summary.n_missing, 1);
	assert_string_equal(summary.missing[0], "ecoli");
}

static void doubt_and_screening(void **state)
{
	struct sample sample = {.site = {TREATMENT_NONE, POSITION_SOURCE}};
	struct water_value value = {.parameter = "arsenic",
		.amount = {.kind = AMOUNT_BETWEEN, .value = 100, .upper = 250},
		.check = CHECK_EXPIRED,
		.method.screening = true};
	struct water_judgement got = water_judge(&value, sets(), book.n);

	(void)state;
	sample.results[sample.n++] = (struct water_result){"arsenic", got};
	says(&sample, "possible failure, retest: arsenic; 1 of 6 required tests judged; missing: "
		      "ecoli, ph, turbidity_ntu, fluoride, nitrate_no3; screening");
	assert_true(got.alarm);
}

/* Codes travel: each is what it was, and has its word. */
static void codes_are_for_ever(void **state)
{
	static const struct {
		int code;
		const char *word;
	} verdicts[] = {{1, "meets"}, {2, "fails_above"}, {3, "fails_below"}, {4, "fails_detected"},
		{5, "possible_failure"}, {6, "cannot_judge"}, {7, "not_applicable"}, {0, "unknown"},
		{8, "unknown"}};
	static const struct {
		int code;
		const char *word;
	} reasons[] = {{0, "none"}, {1, "no_limit"}, {2, "unconfirmed"}, {3, "form"}, {4, "method"},
		{5, "position"}, {6, "treatment"}, {7, "no_limit_here"}, {8, "unknown"},
		{10, "no_value"}, {11, "unit"}, {12, "impossible"}, {13, "interval"},
		{14, "insensitive"}, {15, "over_range"}, {16, "detection_limit"}, {17, "zero"},
		{18, "uncertainty"}, {19, "no_water"}, {20, "never_checked"}, {21, "check_expired"},
		{22, "check_failed"}, {23, "qc_suspect"}, {24, "qc_failed"}, {25, "replicate"},
		{26, "blank"}, {27, "spike"}, {28, "reference"}, {29, "unsettled"},
		{30, "untreated"}, {31, "treated"}, {32, "not_water"}, {33, "unknown"},
		{9999, "unknown"}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(verdicts); i++)
		assert_string_equal(
			water_verdict_word((enum water_verdict)verdicts[i].code), verdicts[i].word);
	for (i = 0; i < COUNT(reasons); i++)
		assert_string_equal(
			water_reason_word((enum water_reason)reasons[i].code), reasons[i].word);
	assert_int_equal(AMOUNT_EXACT, 1);
	assert_int_equal(AMOUNT_NOT_DETECTED, 6);
	assert_int_equal(TREATMENT_DONE, 2);
	assert_int_equal(POSITION_CONSUMER, 3);
	assert_int_equal(LIMIT_ACCEPTABILITY, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chlorine_by_position), cmocka_unit_test(coliforms_by_treatment),
		cmocka_unit_test(every_site), cmocka_unit_test(a_spring), cmocka_unit_test(a_tap),
		cmocka_unit_test(what_nobody_said_excuses_from_nothing),
		cmocka_unit_test(doubt_and_screening), cmocka_unit_test(codes_are_for_ever),
		cmocka_unit_test(the_first_set_with_a_row_judges), /* unsigns one */
	};

	return cmocka_run_group_tests(tests, open_book, close_book);
}
