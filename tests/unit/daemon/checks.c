/* Checks of analyzers on the control socket: a result is judged by what vouches for the analyzer at its own moment. */
#include "checked.h"
#include "spool/internal.h"

/* A sample of one value; {"verdict", "reason", "check"} of its result. */
static json_t *judged(const char *token, double shown)
{
	long long sample = begin(token, "Spring");
	json_t *answer, *result;

	stands(shown, QC_PASS, 0);
	json_decref(ask("{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph',"
			"'by':'Gul Khan','token':'%s-t'}",
		sample, token));
	answer = ask(
		"{'ask':'sample-end','sample':%lld,'by':'Gul Khan','token':'%s-e'}", sample, token);
	result = json_incref(json_array_get(json_object_get(answer, "results"), 0));
	json_decref(answer);
	assert_non_null(result);
	return result;
}

static void rests_on(json_t *result, const char *reason, const char *state)
{
	const json_t *by = json_object_get(result, "check");

	assert_string_equal(json_string_value(json_object_get(by, "state")), state);
	assert_string_equal(json_string_value(json_object_get(by, "unit")), "ph-1");
	assert_true(json_is_string(json_object_get(by, "command")) == (strcmp(state, "good") != 0));
	expect(result, "reason", reason);
}

/* --- what a result rests on ---------------------------------------------------------------------------- */

static void judged_after_a_passed_check(void **state)
{
	(void)state;
	rests_on(judged("a", 7.4), "never_checked", "never");
	assert_true(check("b", 7.05));
	rests_on(judged("c", 7.4), "none", "good");
	restart_bench();
	rests_on(judged("d", 7.4), "none", "good");
	assert_false(check("e", 7.31));
	rests_on(judged("f", 7.4), "check_failed", "failed");
	restart_bench();
	rests_on(judged("g", 7.4), "check_failed", "failed");
	assert_true(check("h", 7.0));
	rests_on(judged("i", 7.4), "none", "good");
}

/* A failure that is in doubt is never passed over. */
static void a_failure_is_possible_or_real(void **state)
{
	json_t *result = judged("a", 9.1);

	(void)state;
	assert_string_equal(
		json_string_value(json_object_get(result, "verdict")), "possible_failure");
	rests_on(result, "never_checked", "never");
	assert_true(check("b", 7.0));
	expect(judged("c", 9.1), "verdict", "fails_above");
}

static void not_after_it_has_expired(void **state)
{
	(void)state;
	conf.checks = (struct check_rules){1, {{"ph", 0.1, 0, 1e-7, "a third of a millisecond"}}};
	restart_bench();
	assert_true(check("a", 7.0));
	usleep(2000);
	rests_on(judged("b", 7.4), "check_expired", "expired");
	restart_bench();
	rests_on(judged("c", 7.4), "check_expired", "expired");
}

/* A failure is never passed over for the van's own doubt; nothing in doubt meets, corrected or not. */
static void what_the_van_doubts_is_possible_at_most(void **state)
{
	static const struct {
		double shown;
		const char *verdict;
	} of[] = {{9.4, "possible_failure"}, {7.4, "cannot_judge"}};
	size_t i;

	(void)state;
	assert_true(check("c", 7.0));
	for (i = 0; i < 2; i++) {
		const char *const token = i ? "two" : "one";
		long long sample = begin(token, "Spring"), entry;
		json_t *answer, *result;

		says(of[i].shown, QC_SUSPECT, FLAG_RATE, 0);
		json_decref(ask("{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph',"
				"'sure':true,'by':'Gul Khan','token':'%s-t'}",
			sample, token));
		json_decref(ask("{'ask':'sample-end','sample':%lld,'by':'Gul Khan','token':'%s-e'}",
			sample, token));
		restart_bench();
		answer = ask("{'ask':'sample-show','sample':%lld}", sample);
		result = json_incref(json_array_get(json_object_get(answer, "results"), 0));
		entry = (long long)json_integer_value(json_object_get(result, "entry"));
		json_decref(answer);
		expect(json_incref(result), "reason", "qc_suspect");
		expect(result, "verdict", of[i].verdict);
		answer = ask("{'ask':'sample-amend','sample':%lld,'entry':%lld,'value':'7.3',"
			     "'reason':'read again','by':'Gul Khan','token':'%s-a'}",
			sample, entry, token);
		expect(json_incref(json_array_get(json_object_get(answer, "results"), 1)),
			"verdict", "cannot_judge");
		json_decref(answer);
	}
}

/* In another start of the machine only times tell how long ago it was, and a clock may be far off. */
static void a_doubtful_clock_makes_no_check_younger(void **state)
{
	static const struct {
		int64_t then_ms, now_ms; /* how far off */
		const char *reason, *is;
	} clocks[] = {{60000, 60000, "none", "good"}, {172800000, 10, "check_expired", "expired"},
		{10, 172800000, "check_expired", "expired"}, {60000, 60000, "none", "good"}};
	char boot[] = "aaaaaaaa-1111-4111-8111-111111111111", token[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		spool_tuning.boot_id = boot;
		boot[0]++;
		restart_bench();
		assert_int_equal(
			spool_fix_utc(parts.spool, 1700000000000, TIME_RTC, clocks[i].then_ms), 0);
		snprintf(token, sizeof(token), "a%zu", i);
		assert_true(check(token, 7.0));
		token[0] = 'b';
		rests_on(judged(token, 7.4), "none", "good");
		boot[0]++;
		restart_bench();
		assert_int_equal(
			spool_fix_utc(parts.spool, 1700000000000, TIME_RTC, clocks[i].now_ms), 0);
		token[0] = 'c';
		rests_on(judged(token, 7.4), clocks[i].reason, clocks[i].is);
	}
	spool_tuning.boot_id = NULL;
}

/* A value of the morning stays believed, or not, whatever the evening's check shows. */
static void a_later_check_changes_no_earlier_result(void **state)
{
	long long sample = begin("a", "Spring"), entry;
	json_t *answer;

	(void)state;
	says(7.4, QC_PASS, 0, 0);
	json_decref(ask(
		"{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph'," WHO("t") "}",
		sample));
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	assert_true(check("b", 7.0));
	answer = ask("{'ask':'sample-show','sample':%lld}", sample);
	rests_on(json_incref(json_array_get(json_object_get(answer, "results"), 0)),
		"never_checked", "never");
	json_decref(answer);
	/* Corrected, it is still the morning's value. */
	answer = ask("{'ask':'sample-show','sample':%lld}", sample);
	entry = (long long)json_integer_value(
		json_object_get(json_array_get(json_object_get(answer, "entries"), 0), "entry"));
	json_decref(answer);
	answer = ask("{'ask':'sample-amend','sample':%lld,'entry':%lld,'value':'7.3',"
		     "'reason':'another digit'," WHO("am") "}",
		sample, entry);
	rests_on(json_incref(json_array_get(json_object_get(answer, "results"), 1)),
		"never_checked", "never");
	json_decref(answer);
}

/* After an adjustment nothing vouches for the analyzer, until a check is passed. */
static void adjusted_and_left(void **state)
{
	long long number;

	(void)state;
	assert_true(check("a", 7.0));
	number = begin_check("b");
	settles(7.2);
	json_decref(step(number, "check-take", "b-1"));
	json_decref(step(number, "check-adjusted", "b-2"));
	json_decref(
		ask("{'ask':'check-cancel','check':%lld,'reason':'the bottle fell'," WHO("b-3") "}",
			number));
	rests_on(judged("c", 7.4), "check_failed", "failed");
}

/* --- one water at a time ------------------------------------------------------------------------------- */

static void no_analyzer_is_in_two_waters(void **state)
{
	long long sample = begin("a", "Spring"), number;
	uint64_t of;

	(void)state;
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_SAMPLE);
	expect(ask("{'ask':'check-begin','unit':'ph-1','parameter':'ph','lot':'B7',"
		   "'value':'7.01'," WHO("b") "}"),
		"error", "until that is ended or cancelled");
	json_decref(ask(
		"{'ask':'sample-cancel','sample':%lld,'reason':'none yet'," WHO("c") "}", sample));
	number = begin_check("b");
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_CHECK);
	assert_int_equal(field_context_of(parts.field, 2, &of), CONTEXT_CHECK);
	assert_int_equal(of, 0);
	expect(ask("{'ask':'sample-begin','purpose':'routine'," WHO(
		       "d") ",'new_point':{'name':'Well','source_type':'protected_spring'}}"),
		"error", "ph-1 is being checked by Gul Khan");
	/* A visit without water has no analyzer in it, and leaves the check as it is. */
	expect(ask("{'ask':'sample-impediment','purpose':'routine','reason':'dry'," WHO(
		       "i") ",'new_point':{'name':'Well','source_type':'protected_spring'}}"),
		"impediment", "dry");
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_CHECK);
	restart_bench();
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_CHECK);
	settles(7.0);
	json_decref(step(number, "check-take", "t"));
	json_decref(step(number, "check-finish", "f"));
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_IDLE);
	/* What it showed in the buffer is no water's. */
	sample = begin("d", "Well");
	expect(ask("{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph'," WHO(
			   "x") "}",
		       sample),
		"error", "shows no value");
}

/* What it showed before is of other water. */
static void an_analyzer_is_attached(void **state)
{
	static const char attach[] = "{'ask':'sample-attach','sample':%lld,'unit':'%s',"
				     "'by':'Gul Khan','token':'%s'}";
	long long sample = taken(ask("{'ask':'sample-begin','purpose':'routine','unit':'ec-1'," WHO(
					 "b") ",'new_point':{'name':'Well','source_type':"
					      "'protected_spring'}}"),
		"sample");
	long long number = begin_check("c");
	uint64_t of;
	int again;

	(void)state;
	expect(ask(attach, sample, "ph-1", "d"), "error", "ph-1 is being checked by Gul Khan");
	json_decref(
		ask("{'ask':'check-cancel','check':%lld,'reason':'broken'," WHO("e") "}", number));
	says(7.4, QC_PASS, 0, 0);
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_IDLE);
	for (again = 0; again < 2; again++)
		expect(ask(attach, sample, "ph-1", "f"), "state", "open");
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_SAMPLE);
	expect(ask("{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph'," WHO(
			   "g") "}",
		       sample),
		"error", "shows no value");
	expect(ask(attach, sample, "ec-1", "f"), "error", "another question");
	expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7','method':'ph-"
		   "1'," WHO("l") "}",
		       sample),
		"error", "ph-1 is an analyzer on a line");
	restart_bench();
	assert_int_equal(field_context_of(parts.field, 1, &of), CONTEXT_SAMPLE);
	number =
		taken(ask("{'ask':'sample-begin','purpose':'routine','unit':'ec-1'," WHO(
			      "j") ",'new_point':{'name':'Tap','source_type':'protected_spring'}}"),
			"sample");
	expect(ask(attach, number, "ph-1", "k"), "error", "belongs to sample");
}

/* --- asked again, asked wrongly ------------------------------------------------------------------------ */

static void asked_again_nothing_is_done_again(void **state)
{
	long long number = begin_check("a"), again;
	json_t *first, *second;

	(void)state;
	settles(7.04);
	first = step(number, "check-take", "b");
	says(9, QC_PASS, 0, 0);
	for (again = 0; again < 2; again++) {
		assert_int_equal(begin_check("a"), number);
		second = step(number, "check-take", "b");
		assert_true(json_equal(
			json_object_get(first, "standards"), json_object_get(second, "standards")));
		json_decref(second);
		expect(ask("{'ask':'check-begin','unit':'ph-1','parameter':'ph','lot':'B8',"
			   "'value':'7.01'," WHO("a") "}"),
			"error", "another question");
		expect(step(number, "check-finish", "b"), "error", "another question");
		restart_bench();
	}
	json_decref(first);
}

static void wrong_words_are_said(void **state)
{
	static const struct {
		const char *more, *key, *said;
	} wrong[] = {
		{"'unit':'ph-2','parameter':'ph','lot':'B7','value':'7'", "error",
			"no analyzer is called"},
		{"'unit':'ph-1','lot':'B7','value':'7'", "error", "ph-1 measures ph, temperature"},
		{"'unit':'ph-1','parameter':'turbidity_ntu','lot':'B7','value':'7'", "error",
			"does not measure \"turbidity_ntu\", but ph, temperature"},
		{"'unit':'ph-1','parameter':'ph','value':'7'", "error", "\"lot\" is missing"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7'", "error", "\"value\" is missing"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'seven'", "error",
			"is no number"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'<7'", "error", "is no number"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'70'", "error",
			"no standard of ph is 70"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'7 mg/L'", "error",
			"cannot be in \"mg/L\""},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'1,234'", "error", "two ways"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'7','expires':'2027-02-30'",
			"error", "is no day"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'7','expires':'soon'", "error",
			"is no day"},
		{"'unit':'ph-1','parameter':'ph','lot':'B7','value':'7','expires':'2027-02'",
			"question",
			"does not know the day yet: is lot B7 still good, to "
			"2027-02-28?"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect(ask("{'ask':'check-begin',%s," WHO("a") "}", wrong[i].more), wrong[i].key,
			wrong[i].said);
	assert_int_equal(count(ask("{'ask':'checks'}"), "open"), 0);
	expect(ask("{'ask':'check-show','check':99}"), "error", "there is no check 99");
	expect(ask("{'ask':'check-take'," WHO("a") "}"), "error", "\"check\" is its number");
	expect(ask("{'ask':'check-take','check':99," WHO("a") "}"), "error",
		"there is no check 99");
	expect(ask("{'ask':'check-standard','check':99,'lot':'B7'," WHO("a") "}"), "error",
		"there is no check 99");
}

/* What still moves, or what the analyzer itself doubts. */
static void only_good_values_are_taken(void **state)
{
	long long number = begin_check("a");

	(void)state;
	expect(step(number, "check-take", "b"), "error", "shows no value");
	says(7, QC_PASS, FLAG_WARMUP, 0);
	expect(step(number, "check-take", "b"), "error", "no good value");
	says(7, QC_PASS, 0, 0);
	expect(step(number, "check-take", "b"), "question", "still moves");
	expect(step(number, "check-finish", "c"), "error", "no value was taken yet");
	json_decref(ask("{'ask':'check-take','check':%lld,'sure':true," WHO("b") "}", number));
	expect(step(number, "check-finish", "c"), "state", "failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(judged_after_a_passed_check, start_bench, stop),
		cmocka_unit_test_setup_teardown(a_failure_is_possible_or_real, start_bench, stop),
		cmocka_unit_test_setup_teardown(not_after_it_has_expired, start_bench, stop),
		cmocka_unit_test_setup_teardown(
			a_doubtful_clock_makes_no_check_younger, start_bench, stop),
		cmocka_unit_test_setup_teardown(
			a_later_check_changes_no_earlier_result, start_bench, stop),
		cmocka_unit_test_setup_teardown(adjusted_and_left, start_bench, stop),
		cmocka_unit_test_setup_teardown(
			what_the_van_doubts_is_possible_at_most, start_bench, stop),
		cmocka_unit_test_setup_teardown(no_analyzer_is_in_two_waters, start_bench, stop),
		cmocka_unit_test_setup_teardown(an_analyzer_is_attached, start_bench, stop),
		cmocka_unit_test_setup_teardown(
			asked_again_nothing_is_done_again, start_bench, stop),
		cmocka_unit_test_setup_teardown(wrong_words_are_said, start_bench, stop),
		cmocka_unit_test_setup_teardown(only_good_values_are_taken, start_bench, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
