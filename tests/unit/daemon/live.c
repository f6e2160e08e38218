/* What stands beside live values, on the control socket: trends, limits, and what samples showed that fails. */
#include "asked.h"

#include <math.h>

static int start_with_limits(void **state)
{
	struct text folder;

	if (start(state))
		return -1;
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "nsdwq-2010,who-2022");
	folder = text_over(conf.limits.folder, sizeof(conf.limits.folder));
	text_printf(&folder, "%s/config/limits", getenv("WATERLAB_SOURCE"));
	text_copy(conf.limits.signatures, sizeof(conf.limits.signatures), "signed.csv");
	restart();
	return 0;
}

static void trends_are_told(void **state)
{
	const struct series ph = {"ph-1", "ph", NUMBER_DECIMAL, 2};
	struct reading reading = {.series = 1, .value = 7.12, .qc = QC_PASS};
	struct exchange exchange = {
		.boot_ms = clock_boot_ms(&clock_system), .readings = &reading, .n = 1};
	json_t *answer, *trend, *value;
	size_t i, n = 0;

	(void)state;
	trends_learn(parts.trends, &ph, 1);
	trends_take(parts.trends, &exchange);
	answer = ask("{'ask':'trends'}");
	assert_int_equal(json_integer_value(json_object_get(answer, "step_s")), 10);
	trend = json_array_get(json_object_get(answer, "trends"), 0);
	assert_string_equal(json_string_value(json_object_get(trend, "unit")), "ph-1");
	assert_string_equal(json_string_value(json_object_get(trend, "parameter")), "ph");
	assert_int_equal(json_array_size(json_object_get(trend, "values")), TREND_STEPS);
	json_array_foreach(json_object_get(trend, "values"), i, value)
	{
		n += json_is_real(value);
		assert_true(json_is_null(value) || fabs(json_real_value(value) - 7.12) < 1e-9);
	}
	assert_int_equal(n, 1);
	json_decref(answer);
}

/* The n-th row of that parameter as JSON, ' for "; NULL: there is none. */
static const char *row(json_t *answer, const char *parameter, unsigned n)
{
	static char words[512];
	json_t *one;
	size_t i;
	char *p;

	json_array_foreach(json_object_get(answer, "limits"), i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "parameter")), parameter) != 0 ||
			n-- > 0)
			continue;
		p = json_dumps(one, JSON_COMPACT);
		text_copy(words, sizeof(words), p);
		free(p);
		for (p = words; *p; p++)
			if (*p == '"')
				*p = '\'';
		return words;
	}
	return NULL;
}

static void limits_are_those_of_the_set_that_judges(void **state)
{
	json_t *answer = ask("{'ask':'limits'}");

	(void)state;
	assert_true(json_is_null(json_object_get(answer, "words")));
	assert_string_equal(row(answer, "ph", 0),
		"{'parameter':'ph','limit':'6.5..8.5','unit':'[pH]','set':'nsdwq-2010',"
		"'basis':'operational','treated':null,'position':null,'confirmed':true}");
	assert_null(row(answer, "ph", 1)); /* the second set's does not judge */
	assert_string_equal(row(answer, "free_chlorine", 0),
		"{'parameter':'free_chlorine','limit':'0.2..0.5','unit':'mg/L',"
		"'set':'nsdwq-2010','basis':'operational','treated':true,"
		"'position':'consumer','confirmed':false}");
	assert_non_null(strstr(row(answer, "free_chlorine", 1), "'position':'source'"));
	assert_non_null(strstr(row(answer, "ecoli", 0), "'limit':'absent'"));
	assert_null(row(answer, "iron", 0));
	json_decref(answer);
}

/* A file that is gone is said, never passed over as "no limit". */
static void limits_that_cannot_be_read(void **state)
{
	(void)state;
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "nsdwq-1999");
	expect(ask("{'ask':'limits'}"), "words", "nsdwq-1999");
	assert_int_equal(count(ask("{'ask':'limits'}"), "limits"), 0);
}

static void type(long long sample, const char *parameter, const char *value, const char *token)
{
	json_decref(ask("{'ask':'sample-enter','sample':%lld,'parameter':'%s','value':'%s',"
			"'method':'photometer','sure':true,'by':'Gul Khan','token':'%s'}",
		sample, parameter, value, token));
}

static size_t failing(void)
{
	return count(ask("{'ask':'samples'}"), "failing");
}

static void what_fails_is_listed(void **state)
{
	long long sample = begin("a", "Spring");
	json_t *answer, *one;

	(void)state;
	type(sample, "antimony", "20", "v1"); /* health */
	type(sample, "ph", "9.2", "v2");      /* operational */
	type(sample, "tds", "300", "v3");
	assert_int_equal(failing(), 0); /* no result yet */
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	answer = ask("{'ask':'samples'}");
	assert_int_equal(json_array_size(json_object_get(answer, "failing")), 2);
	one = json_array_get(json_object_get(answer, "failing"), 0);
	assert_int_equal(json_integer_value(json_object_get(one, "sample")), sample);
	assert_true(json_is_true(json_object_get(one, "alarm")));
	expect(json_incref(one), "parameter", "antimony");
	expect(json_incref(one), "verdict", "fails_above");
	expect(json_incref(json_object_get(one, "point")), "name", "Spring");
	one = json_array_get(json_object_get(answer, "failing"), 1);
	assert_true(json_is_false(json_object_get(one, "alarm")));
	json_decref(answer);
	restart();
	assert_int_equal(failing(), 2);
}

/* Who learns makes things fail on purpose: it alarms nobody, and looks like no drinking water. */
static void training_alarms_nobody(void **state)
{
	static const struct series ph = {"ph-1", "ph", NUMBER_DECIMAL, 2};
	long long sample = taken(
		ask("{'ask':'sample-begin'," WHO(
			"a") ",'purpose':'training',"
			     "'new_point':{'name':'Spring','source_type':'protected_spring'}}"),
		"sample");
	json_t *answer, *result;
	uint64_t visit;
	int again;

	(void)state;
	field_learn(parts.field, &ph, 1);
	assert_int_equal(field_context_of(parts.field, 1, &visit), CONTEXT_IDLE);
	assert_int_equal(visit, sample); /* its own visit all the same */
	type(sample, "antimony", "20", "v1");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	for (again = 0; again < 2; again++) {
		assert_int_equal(failing(), 0);
		answer = ask("{'ask':'sample-show','sample':%lld}", sample);
		result = json_array_get(json_object_get(answer, "results"), 0);
		expect(json_incref(result), "verdict", "fails_above"); /* it is there to be seen */
		assert_true(json_is_false(json_object_get(result, "alarm")));
		assert_true(json_is_false(
			json_object_get(json_object_get(answer, "summary"), "alarm")));
		json_decref(answer);
		restart();
	}
	field_learn(parts.field, &ph, 1);
	sample = begin("b", "Spring");
	assert_int_equal(field_context_of(parts.field, 1, &visit), CONTEXT_SAMPLE);
	assert_int_equal(visit, sample);
}

static void a_value_entered_anew_takes_the_place(void **state)
{
	long long sample = begin("a", "Spring");

	(void)state;
	type(sample, "antimony", "20", "v1");
	type(sample, "antimony", "2", "v2");
	type(sample, "ph", "7", "v3");
	type(sample, "ph", "9.2", "v4");
	json_decref(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample));
	assert_int_equal(failing(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trends_are_told, start, stop),
		cmocka_unit_test_setup_teardown(
			limits_are_those_of_the_set_that_judges, start_with_limits, stop),
		cmocka_unit_test_setup_teardown(
			limits_that_cannot_be_read, start_with_limits, stop),
		cmocka_unit_test_setup_teardown(what_fails_is_listed, start_with_limits, stop),
		cmocka_unit_test_setup_teardown(training_alarms_nobody, start_with_limits, stop),
		cmocka_unit_test_setup_teardown(
			a_value_entered_anew_takes_the_place, start_with_limits, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
