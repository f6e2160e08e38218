/* Field tests on the control socket, asked by one who means no good: wrong, twice, of another question, with no answer before. */
#include "asked.h"

static const struct series conductivity = {"ec-1", "conductivity", NUMBER_F32, 0};

static void says(double value, uint8_t qc, uint16_t flags, int64_t ago_ms)
{
	struct reading reading = {.series = 1, .value = value, .qc = qc, .flags = flags};
	struct exchange exchange = {
		.boot_ms = clock_boot_ms(&clock_system) - ago_ms, .readings = &reading, .n = 1};

	field_learn(parts.field, &conductivity, 1);
	field_take(parts.field, &exchange);
}

static long long typed(long long sample)
{
	return (long long)count(ask("{'ask':'sample-show','sample':%lld}", sample), "entries");
}

/* --- tokens -------------------------------------------------------------------------------------------- */

/* Else what was asked second would be answered as done, and be nowhere. */
static void a_token_is_of_one_question(void **state)
{
	long long sample = begin("a", "Spring"), other = begin("b", "Spring");
	int again;

	(void)state;
	for (again = 0; again < 2; again++) {
		assert_int_equal(begin("a", "Spring"), sample);
		expect(ask("{'ask':'sample-begin','purpose':'complaint'," WHO(
			       "a") ","
				    "'new_point':{'name':'Spring','source_type':'protected_spring'}"
				    "}"),
			"error", "another question");
		expect(ask("{'ask':'sample-begin','purpose':'routine'," WHO(
			       "a") ","
				    "'new_point':{'name':'Well','source_type':'protected_spring'}"
				    "}"),
			"error", "another question");
		expect(ask("{'ask':'sample-begin','purpose':'routine','by':'Sana Bibi',"
			   "'token':'a','new_point':{'name':'Spring',"
			   "'source_type':'protected_spring'}}"),
			"error", "another question");
		json_decref(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph',"
				"'value':'7','method':'strip'," WHO("v") "}",
			sample));
		assert_int_equal(typed(sample), 1);
		expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'8',"
			   "'method':'strip'," WHO("v") "}",
			       sample),
			"error", "another question");
		expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7',"
			   "'method':'strip'," WHO("v") "}",
			       other),
			"error", "another question");
		expect(ask("{'ask':'sample-end','sample':%lld," WHO("v") "}", sample), "error",
			"another question");
		expect(ask("{'ask':'sample-show','sample':%lld}", sample), "state", "open");
		assert_int_equal(typed(sample), 1);
		assert_int_equal(typed(other), 0);
		restart();
	}
}

/* What comes from an analyzer is asked again after the daemon was killed: it has not heard of the analyzer yet. */
static void taken_before_the_answer_was_lost(void **state)
{
	static const char take[] = "{'ask':'sample-take','sample':%lld,'unit':'ec-1','parameter':"
				   "'conductivity'," WHO("t") "}";
	long long sample = begin("a", "Spring");

	(void)state;
	says(500, QC_PASS, 0, 0);
	json_decref(ask(take, sample));
	assert_int_equal(typed(sample), 1);
	says(700, QC_PASS, 0, 0);
	assert_int_equal(count(ask(take, sample), "entries"), 1);
	restart();
	assert_int_equal(count(ask(take, sample), "entries"), 1);
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	assert_int_equal(count(ask(take, sample), "entries"), 1);
}

/* --- values -------------------------------------------------------------------------------------------- */

/* An analyzer's own doubt does not travel with a sample's value: such a value is none. */
static void what_is_no_good_value_is_not_taken(void **state)
{
	static const struct {
		double value;
		uint8_t qc;
		uint16_t flags;
		int64_t ago_ms;
		const char *said;
	} bad[] = {{500, QC_FAIL, 0, 0, "no good value"},
		{500, QC_FAIL, FLAG_RANGE | FLAG_OVER, 0, "no good value"},
		{500, QC_SUSPECT, FLAG_WARMUP, 0, "no good"},
		{500, QC_SUSPECT, FLAG_OVER, 0, "no good"},
		{500, QC_PASS, 0, 3600000, "3600 s ago"}};
	long long sample = begin("a", "Spring");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		says(bad[i].value, bad[i].qc, bad[i].flags, bad[i].ago_ms);
		expect(ask("{'ask':'sample-take','sample':%lld,'unit':'ec-1',"
			   "'parameter':'conductivity'," WHO("t") "}",
			       sample),
			"error", bad[i].said);
	}
	says(500, QC_SUSPECT, FLAG_RATE, 0);
	expect(ask("{'ask':'sample-take','sample':%lld,'unit':'ec-1','parameter':'conductivity'"
		   "," WHO("t") "}",
		       sample),
		"question", "doubt this value");
	assert_int_equal(typed(sample), 0);
	assert_int_equal(count(ask("{'ask':'sample-take','sample':%lld,'unit':'ec-1',"
				   "'parameter':'conductivity','sure':true," WHO("t") "}",
				       sample),
				 "entries"),
		1);
}

static void a_bag_counts_bacteria(void **state)
{
	long long sample = begin("a", "Spring"), test;
	json_t *answer;

	(void)state;
	answer = ask("{'ask':'sample-start','sample':%lld,'parameter':'arsenic','method':'x',"
		     "'hours':1," WHO("s") "}",
		sample);
	test = (long long)json_integer_value(
		json_object_get(json_array_get(json_object_get(answer, "pending"), 0), "test"));
	json_decref(answer);
	expect(ask("{'ask':'sample-finish','test':%lld,'bag':'11010'," WHO("f") "}", test), "error",
		"a bag counts bacteria");
	expect(ask("{'ask':'sample-finish','test':%lld,'value':'0'," WHO("f") "}", test),
		"question", "0 says that there is none");
	expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ecoli','value':'10000',"
		   "'method':'plate'," WHO("p") "}",
		       sample),
		"question", "with its unit");
	assert_int_equal(typed(sample), 0);
}

static long long ecoli_test(long long sample, const char *token)
{
	json_t *answer = ask("{'ask':'sample-start','sample':%lld,'parameter':'ecoli','method':"
			     "'cbt','hours':24,'incubation_c':'35','by':'Gul Khan','token':'%s'}",
		sample, token);
	const json_t *pending = json_object_get(answer, "pending");
	long long test = (long long)json_integer_value(
		json_object_get(json_array_get(pending, json_array_size(pending) - 1), "test"));

	json_decref(answer);
	return test;
}

/* Of water that was diluted nothing found is not nothing in 100 mL; nor is what had no time to grow. */
static void a_bag_says_no_more_than_it_can(void **state)
{
	long long sample = begin("a", "Spring"), test = ecoli_test(sample, "s"),
		  other = ecoli_test(sample, "t");
	json_t *answer, *results;

	(void)state;
	snprintf(conf.limits.folder, sizeof(conf.limits.folder), "%s/config/limits",
		getenv("WATERLAB_SOURCE"));
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "who-1996");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	expect(ask("{'ask':'sample-finish','test':%lld,'bag':'00000'," WHO("f") "}", test),
		"question", "has not had its hours");
	expect(ask("{'ask':'sample-finish','test':%lld,'bag':'00001','mdl':'1'," WHO("f") "}",
		       test),
		"error", "mdl");
	expect(ask("{'ask':'sample-finish','test':%lld,'bag':'00001','dilution':'0'," WHO("f") "}",
		       test),
		"error", "dilution");
	expect(ask("{'ask':'sample-finish','test':%lld,'value':'11012'," WHO("f") "}", test),
		"error", "five of 0 and 1");
	json_decref(ask(
		"{'ask':'sample-finish','test':%lld,'bag':'00001','dilution':'10'," WHO("f") "}",
		test));
	answer = ask("{'ask':'sample-finish','test':%lld,'bag':'00000','sure':true," WHO("g") "}",
		other);
	results = json_object_get(answer, "results");
	expect(json_incref(json_array_get(results, 0)), "mpn", "10");
	expect(json_incref(json_array_get(results, 1)), "verdict", "cannot_judge");
	expect(json_incref(json_array_get(results, 1)), "reason", "qc_suspect");
	json_decref(answer);
}

/* Two methods that a store's tag cannot tell apart would overwrite each other there. */
static void a_method_is_one_word_for_one_thing(void **state)
{
	static const char *const none[] = {"kit\\\\", "\\u200b"};
	long long sample = begin("a", "Spring");
	json_t *answer;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7',"
			   "'method':'%s'," WHO("v") "}",
			       sample, none[i]),
			"error", "method");
	answer = ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7','method':"
		     "' strip '," WHO("w") "}",
		sample);
	expect(json_incref(json_array_get(json_object_get(answer, "entries"), 0)), "method",
		"strip");
	json_decref(answer);
	expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7','method':'x',"
		   "'by':'...','token':'y'}",
		       sample),
		"error", "by");
}

/* Many kits show mg/L, and metals are kept in ug/L. */
static void a_unit_is_asked_for_where_it_is_most_likely_another(void **state)
{
	long long sample = begin("a", "Spring");

	(void)state;
	expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'arsenic','value':'0.05',"
		   "'method':'kit'," WHO("v") "}",
		       sample),
		"question", "Many kits show mg/L");
	expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'arsenic','value':'0..0',"
		   "'method':'kit'," WHO("w") "}",
		       sample),
		"question", "0 says that there is none");
	expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'arsenic','value':'0.05',"
		   "'unit':'mg/L','method':'kit'," WHO("x") "}",
		       sample),
		"state", "open");
}

/* Else the sample would be without any analyzer, and nothing would say so. */
static void an_analyzer_that_is_not_there(void **state)
{
	(void)state;
	expect(ask("{'ask':'sample-begin','purpose':'routine','unit':'ec-2'," WHO(
		       "a") ","
			    "'new_point':{'name':'Spring','source_type':'protected_spring'}}"),
		"error", "no analyzer is called ec-2");
	assert_int_equal(count(ask("{'ask':'samples'}"), "open"), 0);
	assert_int_equal(count(ask("{'ask':'points'}"), "points"), 0);
}

/* --- points -------------------------------------------------------------------------------------------- */

static uint64_t pump_at(int32_t lat_e7, int32_t lon_e7, bool has_at)
{
	struct point point = {.name = "Handpump",
		.type = "borehole_tubewell",
		.has_at = has_at,
		.lat_e7 = lat_e7,
		.lon_e7 = lon_e7};

	assert_int_equal(field_add_point(parts.field, &point), 0);
	return point.number;
}

/* Else a sample's point would be where the van was not. */
static void two_villages_have_each_their_handpump(void **state)
{
	uint64_t one = pump_at(341000000, 715000000, true);

	(void)state;
	assert_true(pump_at(341000900, 715000900, true) !=
		    one); /* 10 m on: another, until a person says which */
	assert_true(
		pump_at(0, 0, false) != pump_at(0, 0, false));   /* where they are, nobody knows */
	assert_true(pump_at(341100000, 715000000, true) != one); /* 1.1 km */
	restart();
	assert_true(pump_at(341000000, 715000000, true) != one);
}

/* --- what is said is what is stored -------------------------------------------------------------------- */

/* A character that a record cannot hold would be another one after the next start. */
static void words_are_the_same_after_a_restart(void **state)
{
	static const char *const keys[] = {"method", "lot"};
	long long sample = begin("a", "Spring");
	json_t *before, *after;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		expect(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7',"
			   "'method':'strip','%s':'a\\u001b[2J'," WHO("v") "}",
			       sample, keys[i]),
			"error", keys[i]);
	json_decref(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7',"
			"'method':'\xd9\xbe\xdb\x8c strip','lot':' 7 '," WHO("v") "}",
		sample));
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	before = ask("{'ask':'sample-show','sample':%lld}", sample);
	restart();
	after = ask("{'ask':'sample-show','sample':%lld}", sample);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_token_is_of_one_question, start, stop),
		cmocka_unit_test_setup_teardown(taken_before_the_answer_was_lost, start, stop),
		cmocka_unit_test_setup_teardown(what_is_no_good_value_is_not_taken, start, stop),
		cmocka_unit_test_setup_teardown(a_bag_counts_bacteria, start, stop),
		cmocka_unit_test_setup_teardown(a_bag_says_no_more_than_it_can, start, stop),
		cmocka_unit_test_setup_teardown(a_method_is_one_word_for_one_thing, start, stop),
		cmocka_unit_test_setup_teardown(
			a_unit_is_asked_for_where_it_is_most_likely_another, start, stop),
		cmocka_unit_test_setup_teardown(an_analyzer_that_is_not_there, start, stop),
		cmocka_unit_test_setup_teardown(two_villages_have_each_their_handpump, start, stop),
		cmocka_unit_test_setup_teardown(words_are_the_same_after_a_restart, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
