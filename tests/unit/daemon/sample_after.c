/* What comes after a sample's end, on the control socket: verified by a second person, and the same after a restart. */
#include "asked.h"

static json_t *show(long long sample)
{
	return ask("{'ask':'sample-show','sample':%lld}", sample);
}

static void enter(long long sample, const char *parameter, const char *value, const char *token)
{
	json_t *answer = ask("{'ask':'sample-enter','sample':%lld,'parameter':'%s','value':'%s',"
			     "'method':'strip','by':'Gul Khan','token':'%s'}",
		sample, parameter, value, token);

	assert_null(json_object_get(answer, "error"));
	assert_null(json_object_get(answer, "question"));
	json_decref(answer);
}

static long long ended_with_ph(void)
{
	long long sample = begin("b", "Spring");

	enter(sample, "ph", "7", "v-1");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	return sample;
}

/* Of the i-th result. */
static const char *word(const json_t *sample, size_t i, const char *key)
{
	const json_t *result = json_array_get(json_object_get(sample, "results"), i);

	return json_string_value(json_object_get(result, key));
}

static json_int_t number(const json_t *sample, size_t i, const char *key)
{
	const json_t *result = json_array_get(json_object_get(sample, "results"), i);

	return json_integer_value(json_object_get(result, key));
}

#define VERIFY "{'ask':'sample-verify','sample':%lld,'by':'%s','token':'%s'}"

static void verified_once_and_for_all(void **state)
{
	long long sample = begin("b", "Spring");
	json_t *before, *after;

	(void)state;
	enter(sample, "ph", "7", "v-1");
	expect(ask(VERIFY, sample, "Sana Bibi", "s"), "error", "end it first");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	expect(ask(VERIFY, sample, "gul KHAN", "s"), "error", "a second person");
	expect(ask(VERIFY, 99999LL, "Sana Bibi", "s"), "error", "no sample 99999");
	before = show(sample);
	assert_string_equal(word(before, 0, "status"), "preliminary");
	expect(ask("{'ask':'sample-verify','sample':%lld,'by':'Sana Bibi','token':'s','seen':1}",
		       sample),
		"error", "look at the sample again");
	after = ask(VERIFY, sample, "Sana Bibi", "s");
	assert_string_equal(word(after, 0, "status"), "verified");
	assert_string_equal(word(after, 0, "verified_by"), "Sana Bibi");
	assert_string_equal(word(after, 0, "verdict"), word(before, 0, "verdict"));
	assert_int_equal(number(after, 0, "revision"), 1);
	assert_true(number(after, 0, "result") > number(before, 0, "result"));
	json_decref(before);
	before = ask(VERIFY, sample, "Sana Bibi", "s"); /* the answer was lost */
	assert_true(json_equal(before, after));
	json_decref(before);
	restart();
	before = show(sample);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	expect(ask(VERIFY, sample, "Sana Bibi", "t"), "error", "verified already");
}

/* What is replaced says nothing of the water any more. */
static void the_newest_value_alone_makes_the_summary(void **state)
{
	long long sample = begin("b", "Spring");
	json_t *answer;

	(void)state;
	enter(sample, "arsenic", "80", "v-1");
	enter(sample, "arsenic", "8", "v-2");
	answer = ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample);
	assert_int_equal(json_array_size(json_object_get(answer, "results")), 2);
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(answer, "summary"), "failing")), 0);
	json_decref(answer);
}

/* It is not missing: its bag is in the incubator, and no other test speaks for it. */
static void a_pending_test_is_not_judged(void **state)
{
	long long sample = begin("b", "Spring");
	json_t *answer, *unjudged;

	(void)state;
	json_decref(ask("{'ask':'sample-start','sample':%lld,'parameter':'ecoli','method':'cbt',"
			"'hours':24," WHO("p") "}",
		sample));
	answer = ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample);
	unjudged = json_object_get(json_object_get(answer, "summary"), "not_judged");
	assert_int_equal(json_array_size(unjudged), 1);
	assert_string_equal(json_string_value(json_array_get(unjudged, 0)), "ecoli");
	json_decref(answer);
}

/* Else a slip in the configuration is "no failure in 0 of 1 tests", and nobody knows why. */
static void limits_that_are_not_there_are_said(void **state)
{
	json_t *status = ask("{'ask':'status'}"), *waits = json_object_get(status, "waits");
	char *words;

	(void)state;
	text_copy(conf.limits.folder, sizeof(conf.limits.folder), "/nowhere");
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "nsdwq-2011");
	words = json_dumps(waits, 0);
	assert_null(strstr(words, "limits"));
	free(words);
	json_decref(status);
	(void)ended_with_ph();
	status = ask("{'ask':'status'}");
	words = json_dumps(json_object_get(status, "waits"), 0);
	assert_non_null(strstr(words, "not judged by the limits of the configuration"));
	assert_non_null(strstr(words, "nsdwq-2011"));
	free(words);
	json_decref(status);
}

/* 45 and a tenth of it reach over 50: kept clear of the limit by what is stated of the kit, and recorded with it. */
static void a_methods_uncertainty_counts(void **state)
{
	struct method *kit = &conf.methods.at[0];
	long long sample;
	json_t *answer;

	(void)state;
	snprintf(conf.limits.folder, sizeof(conf.limits.folder), "%s/config/limits",
		getenv("WATERLAB_SOURCE"));
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "who-1996");
	conf.methods.n = 1;
	text_copy(kit->name, sizeof(kit->name), "Strip");
	text_copy(kit->parameter, sizeof(kit->parameter), "nitrate_no3");
	kit->about = (struct water_method){.uncertainty_relative = 0.2, .rule = RULE_GUARDED};
	sample = begin("b", "Spring");
	enter(sample, "nitrate_no3", "45", "v-1");
	answer = ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample);
	restart();
	json_decref(answer);
	answer = show(sample);
	assert_string_equal(word(answer, 0, "verdict"), "cannot_judge");
	assert_string_equal(word(answer, 0, "reason"), "uncertainty");
	assert_string_equal(word(answer, 0, "uncertainty"), "9");
	assert_string_equal(word(answer, 0, "rule"), "guarded");
	json_decref(answer);
}

/* Killed between the step and the results that it owes: they come at the next start, once. */
static void owed_results_come_at_the_next_start(void **state)
{
	struct ledger_record step = {.kind = LEDGER_SAMPLE, .c = STEP_VERIFY};
	long long sample = ended_with_ph();
	json_t *answer;
	uint64_t first;
	int again;

	(void)state;
	step.a = sample;
	text_copy(step.words, sizeof(step.words), "by=Sana Bibi; t=s");
	assert_int_equal(spool_note_all(parts.spool, &step, 1, &first), 0);
	for (again = 0; again < 2; again++) {
		restart();
		answer = show(sample);
		assert_string_equal(word(answer, 0, "status"), "verified");
		assert_int_equal(number(answer, 0, "revision"), 1);
		assert_int_equal(number(answer, 0, "result"),
			first + 1 + 1); /* and that start's own record */
		json_decref(answer);
	}
}

#define AMEND "{'ask':'sample-amend','sample':%lld,'entry':%lld,'by':'Zar Wali','token':'%s',%s}"

static void a_correction_keeps_what_it_does_not_say(void **state)
{
	long long sample = begin("b", "Spring"), entry;
	json_t *before, *after;

	(void)state;
	json_decref(ask("{'ask':'sample-enter','sample':%lld,'parameter':'arsenic','value':'0.3',"
			"'unit':'mg/L','dilution':'2','mdl':'0.01','method':'strip'," WHO("v") "}",
		sample));
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	before = ask(VERIFY, sample, "Sana Bibi", "s");
	entry = number(before, 0, "entry");
	expect(ask(AMEND, sample, entry, "a", "'value':'0.4'"), "error", "\"reason\" is missing");
	expect(ask(AMEND, sample, 1LL, "a", "'value':'0.4','reason':'misread'"), "error",
		"\"entry\" is");
	expect(ask(AMEND, 99999LL, entry, "a", "'value':'0.4','reason':'misread'"), "error",
		"\"entry\" is");
	expect(ask(AMEND, sample, entry, "a", "'value':'much','reason':'misread'"), "error",
		"is no value");
	expect(ask(AMEND, sample, entry, "a", "'value':'9000','reason':'misread'"), "question",
		"outside what water shows");
	after = ask(AMEND, sample, entry, "a", "'value':'0.4','reason':'misread'");
	assert_string_equal(word(after, 1, "value"), "0.4");
	assert_string_equal(word(after, 1, "unit"), "mg/L");
	assert_string_equal(word(after, 1, "status"), "preliminary");
	assert_string_equal(word(after, 1, "amended_by"), "Zar Wali");
	assert_string_equal(word(after, 1, "amended_why"), "misread");
	assert_int_equal(number(after, 1, "revision"), 2);
	assert_string_equal(word(after, 0, "value"), "0.3");
	assert_string_equal(word(after, 0, "status"), "verified");
	json_decref(before);
	before = ask(AMEND, sample, entry, "a", "'value':'0.4','reason':'misread'"); /* lost */
	assert_true(json_equal(before, after));
	json_decref(before);
	restart();
	before = show(sample);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	expect(ask(AMEND, sample, entry, "c", "'value':'0.5','reason':'misread'"), "error",
		"another value has replaced");
}

/* Else 0.5 of mg/L would be 0.5 of ug/L: what is known and what the kit sees are in the value's unit, too. */
static void another_unit_is_said_of_all_or_of_none(void **state)
{
	long long sample = taken(
		ask("{'ask':'sample-begin','purpose':'routine','activity':'spike','new_point':"
		    "{'name':'Spring','source_type':'borehole_tubewell'}," WHO("b") "}"),
		"sample");
	long long entry;
	json_t *answer;

	(void)state;
	json_decref(
		ask("{'ask':'sample-enter','sample':%lld,'parameter':'iron','value':'0.1',"
		    "'unit':'mg/L','dilution':'2','mdl':'0.05','known':'0.5','method':'strip'," WHO(
			    "v") "}",
			sample));
	answer = ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample);
	entry = number(answer, 0, "entry");
	json_decref(answer);
	expect(ask(AMEND, sample, entry, "a", "'value':'100','unit':'ug/l','reason':'misread'"),
		"error", "so was what is known");
	expect(ask(AMEND, sample, entry, "a", "'value':'100','unit':'','reason':'misread'"),
		"error", "so was what is known"); /* iron's own is ug/L */
	expect(ask(AMEND, sample, entry, "a",
		       "'value':'100','unit':'ug/L','known':'','mdl':'50','reason':'misread'"),
		"error", "so was what is known");
	expect(ask(AMEND, sample, entry, "a",
		       "'value':'100','unit':'ug/L','known':'500','reason':'misread'"),
		"error", "so was its detection limit");
	answer = ask(AMEND, sample, entry, "a",
		"'value':'100','unit':'ug/L','known':'500','mdl':'50','reason':'misread'");
	assert_string_equal(word(answer, 1, "known"), "500");
	entry = number(answer, 1, "entry");
	json_decref(answer);
	/* A number without its unit is in the one before. */
	answer = ask(AMEND, sample, entry, "c",
		"'value':'120','unit':'ug/L','dilution':'1','reason':'misread'");
	assert_string_equal(word(answer, 2, "known"), "500");
	json_decref(answer);
}

static void a_visit_without_water_is_a_result(void **state)
{
	static const char impede[] = "{'ask':'sample-impediment','purpose':'routine','reason':'%s',"
				     "'by':'Gul Khan','token':'%s','point':%lld}";
	long long sample = begin("b", "Spring"), visit;
	json_t *answer = show(sample), *again;
	long long point = (long long)json_integer_value(
		json_object_get(json_object_get(answer, "point"), "point"));

	(void)state;
	json_decref(answer);
	expect(ask(impede, "bored", "i", point), "error", "dry, broken, locked, unsafe");
	expect(ask(impede, "dry", "b", point), "error", "another question");
	answer = ask(impede, "dry", "i", point);
	visit = (long long)json_integer_value(json_object_get(answer, "sample"));
	assert_string_equal(json_string_value(json_object_get(answer, "impediment")), "dry");
	assert_string_equal(json_string_value(json_object_get(answer, "state")), "done");
	assert_true(json_is_null(json_object_get(answer, "summary")));
	assert_string_equal(word(answer, 0, "parameter"), "impediment");
	assert_string_equal(word(answer, 0, "value"), "dry");
	assert_string_equal(word(answer, 0, "verdict"), "cannot_judge");
	assert_string_equal(word(answer, 0, "reason"), "no_water");
	again = ask(impede, "dry", "i", point); /* the answer was lost */
	assert_true(json_equal(again, answer));
	json_decref(again);
	expect(ask(impede, "locked", "i", point), "error", "another question");
	assert_int_equal(count(ask("{'ask':'samples'}"), "open"), 1);
	restart();
	again = show(visit);
	assert_true(json_equal(again, answer));
	json_decref(again);
	expect(ask(impede, "locked", "i", point), "error", "another question");
	expect(ask(AMEND, visit, (long long)number(answer, 0, "entry"), "a",
		       "'value':'7','reason':'misread'"),
		"error", "dry, broken, locked");
	json_decref(answer);
	answer = show(visit);
	again = ask(AMEND, visit, (long long)number(answer, 0, "entry"), "a",
		"'value':'broken','reason':'the handle is off'");
	assert_string_equal(json_string_value(json_object_get(again, "impediment")), "broken");
	json_decref(again);
	json_decref(answer);
}

static long long begun_for(
	const char *purpose, long long point, const char *token, const char *activity)
{
	return taken(ask("{'ask':'sample-begin','purpose':'%s','activity':'%s','by':'Gul Khan',"
			 "'token':'%s','point':%lld}",
			     purpose, activity, token, point),
		"sample");
}

static long long at_point(long long point, const char *token, const char *activity)
{
	return begun_for("routine", point, token, activity);
}

/* Of the parameter: a copy of what the sample says of the point's past. */
static json_t *past_of(long long sample, const char *parameter)
{
	json_t *answer = show(sample), *one, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(answer, "history"), i, one)
	{
		if (!strcmp(json_string_value(json_object_get(one, "parameter")), parameter))
			found = json_incref(one);
	}
	json_decref(answer);
	return found;
}

static void a_sample_knows_what_its_point_showed_before(void **state)
{
	long long first = begin("b", "Spring"), blank, training, second;
	json_t *answer = show(first), *past;
	long long point = (long long)json_integer_value(
		json_object_get(json_object_get(answer, "point"), "point"));
	int again;

	(void)state;
	json_decref(answer);
	enter(first, "ecoli", "detected", "v-1");
	enter(first, "ph", "7", "v-2");
	assert_null(past_of(first, "ecoli"));
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e-1") "}", first));
	blank = at_point(point, "b-2", "blank"); /* not the point's water */
	enter(blank, "ph", "5", "v-3");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e-2") "}", blank));
	training = begun_for("training", point, "b-5", "sample"); /* nor is what was made up */
	enter(training, "ph", "11", "v-5");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e-5") "}", training));
	second = at_point(point, "b-3", "sample");
	enter(second, "ph", "7.5", "v-4");
	for (again = 0; again < 2; again++) {
		assert_null(past_of(second, "ecoli")); /* not tested here, and it did not fail */
		past = past_of(second, "ph");
		assert_true(json_is_true(json_object_get(past, "tested")));
		assert_int_equal(json_array_size(json_object_get(past, "earlier")), 1);
		json_decref(past);
		restart();
	}
	assert_null(past_of(begin("b-4", "Well"), "ecoli"));
}

/* The verdict that is verified follows from the samples beside it, too: what came there after the look is looked at first. */
static void what_came_beside_it_is_not_verified_unseen(void **state)
{
	static const char seen[] = "{'ask':'sample-verify','sample':%lld,'by':'Sana Bibi',"
				   "'token':'s','seen':%lld}";
	long long parent = ended_with_ph(), replicate, newest, entry;
	json_t *answer;

	(void)state;
	replicate = taken(ask("{'ask':'sample-begin','purpose':'routine','activity':'replicate',"
			      "'parent':%lld," WHO("r") "}",
				  parent),
		"sample");
	enter(replicate, "ph", "7", "v-2");
	newest = taken(show(parent), "newest");
	answer = ask("{'ask':'sample-end','sample':%lld," WHO("e-2") "}", replicate);
	entry = number(answer, 0, "entry");
	json_decref(answer);
	expect(ask(seen, parent, newest), "error", "look at the sample again");
	newest = taken(show(parent), "newest");
	json_decref(ask(AMEND, replicate, entry, "a", "'value':'9','reason':'misread'"));
	expect(ask(seen, parent, newest), "error", "look at the sample again");
	newest = taken(show(parent), "newest");
	assert_int_equal(taken(show(replicate), "newest"), newest);
	answer = ask(seen, parent, newest);
	assert_string_equal(word(answer, 0, "status"), "verified");
	json_decref(answer);
	restart();
	answer = show(parent);
	assert_string_equal(word(answer, 0, "verified_by"), "Sana Bibi");
	json_decref(answer);
}

static void a_replicate_names_its_sample(void **state)
{
	static const char replicate[] =
		"{'ask':'sample-begin','purpose':'routine','activity':'%s','parent':%lld,"
		"'by':'Gul Khan','token':'%s'}";
	long long parent = begin("b", "Spring"), sample;

	(void)state;
	expect(ask(replicate, "sample", parent, "q"), "error", "an ordinary sample has none");
	expect(ask(replicate, "replicate", 99999LL, "q"), "error", "number of an ordinary sample");
	sample = taken(ask(replicate, "replicate", parent, "r"), "sample");
	expect(ask(replicate, "replicate", sample, "q"), "error", "number of an ordinary sample");
	restart();
	assert_int_equal(taken(show(sample), "parent"), parent);
	assert_int_equal(taken(ask(replicate, "replicate", parent, "r"), "sample"), sample);
	expect(ask(replicate, "blank", parent, "r"), "error", "another question");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(verified_once_and_for_all, start, stop),
		cmocka_unit_test_setup_teardown(
			the_newest_value_alone_makes_the_summary, start, stop),
		cmocka_unit_test_setup_teardown(a_pending_test_is_not_judged, start, stop),
		cmocka_unit_test_setup_teardown(limits_that_are_not_there_are_said, start, stop),
		cmocka_unit_test_setup_teardown(a_methods_uncertainty_counts, start, stop),
		cmocka_unit_test_setup_teardown(
			a_correction_keeps_what_it_does_not_say, start, stop),
		cmocka_unit_test_setup_teardown(
			another_unit_is_said_of_all_or_of_none, start, stop),
		cmocka_unit_test_setup_teardown(
			what_came_beside_it_is_not_verified_unseen, start, stop),
		cmocka_unit_test_setup_teardown(a_visit_without_water_is_a_result, start, stop),
		cmocka_unit_test_setup_teardown(
			a_sample_knows_what_its_point_showed_before, start, stop),
		cmocka_unit_test_setup_teardown(a_replicate_names_its_sample, start, stop),
		cmocka_unit_test_setup_teardown(owed_results_come_at_the_next_start, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
