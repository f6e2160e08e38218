/* Bacteria grow for hours: nothing found before that is nothing known, by whichever way it is entered. */
#include "asked.h"
#include "spool/internal.h"

static _Atomic int64_t ahead_ns; /* the daemon's threads ask the clock, too */
static char boot[] = "aaaaaaaa-1111-4111-8111-111111111111";

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return clock_boot_ns(&clock_system) + ahead_ns;
}

static int64_t wall_ns(void *ctx)
{
	(void)ctx;
	return clock_wall_ms(&clock_system) * 1000000 + ahead_ns;
}

static const struct clock hasty = {boot_ns, wall_ns, NULL};

static void later(double hours)
{
	ahead_ns += (int64_t)(hours * 3600e9);
}

static int start_hasty(void)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));

	return parts_start(&parts, &conf, &hasty, &why);
}

static int start_growing(void **state)
{
	(void)state;
	if (system("rm -rf spool"))
		return -1;
	configure();
	snprintf(conf.limits.folder, sizeof(conf.limits.folder), "%s/config/limits",
		getenv("WATERLAB_SOURCE"));
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "who-1996");
	return start_hasty();
}

/* The machine is started anew. */
static void start_machine(void)
{
	assert_int_equal(parts_stop(&parts), 0);
	boot[0]++;
	spool_tuning.boot_id = boot;
	assert_int_equal(start_hasty(), 0);
}

static void know_time(int64_t error_ms)
{
	assert_int_equal(spool_fix_utc(parts.spool, 1700000000000 - clock_boot_ms(&clock_system),
				 TIME_RTC, error_ms),
		0);
}

static json_t *enter(long long sample, const char *value, const char *more, const char *token)
{
	return ask("{'ask':'sample-enter','sample':%lld,'parameter':'ecoli','value':'%s',"
		   "'method':'membrane'%s,'by':'Gul Khan','token':'%s'}",
		sample, value, more, token);
}

#define SURE            ",'sure':true"
#define IS_LATE(answer) expect(answer, "state", "open")

static json_t *end(long long sample)
{
	return ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample);
}

static void shows(json_t *sample, size_t i, const char *verdict, const char *reason)
{
	const json_t *result = json_array_get(json_object_get(sample, "results"), i);

	assert_string_equal(json_string_value(json_object_get(result, "verdict")), verdict);
	assert_string_equal(json_string_value(json_object_get(result, "reason")), reason);
}

static void nothing_found_at_once_is_asked_back(void **state)
{
	static const struct {
		const char *value, *more;
	} none[] = {{"not detected", ""}, {"00000", ""}, {"0", ",'unit':'CFU/100 ml'"}, {"<1", ""},
		{"0..5", ""}};
	long long sample = begin("a", "Spring");
	json_t *answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		expect(enter(sample, none[i].value, none[i].more, "v"), "question",
			"has not had its hours");
	later(16.1);
	expect(enter(sample, "not detected", "", "v"), "question", "has not had its hours");
	IS_LATE(enter(sample, "not detected", SURE, "v"));
	answer = end(sample);
	shows(answer, 0, "cannot_judge", "qc_suspect");
	json_decref(answer);
}

static void nothing_found_after_its_hours_meets(void **state)
{
	long long sample = begin("a", "Spring");
	json_t *answer;

	(void)state;
	later(16.3);
	IS_LATE(enter(sample, "not detected", "", "v"));
	answer = end(sample);
	shows(answer, 0, "meets", "none");
	json_decref(answer);
}

/* What is found is there, however early it is seen. */
static void what_is_found_fails_at_once(void **state)
{
	static const struct {
		const char *value, *more;
	} found[] = {{"detected", ""}, {"12", ",'unit':'CFU/100 ml'"}, {">100", ""}, {"2..5", ""}};
	char token[8];
	json_t *answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		long long sample;

		snprintf(token, sizeof(token), "b%zu", i);
		sample = begin(token, "Spring");
		snprintf(token, sizeof(token), "v%zu", i);
		IS_LATE(enter(sample, found[i].value, found[i].more, token));
		snprintf(token, sizeof(token), "e%zu", i);
		answer = ask("{'ask':'sample-end','sample':%lld,'by':'Gul Khan','token':'%s'}",
			sample, token);
		shows(answer, 0, "fails_detected", "none");
		json_decref(answer);
	}
}

/* A correction says what was seen when the value was read: what was read at once is corrected to nothing found at no time. */
static void a_correction_was_read_when_the_value_was(void **state)
{
	static const char amend[] = "{'ask':'sample-amend','sample':%lld,'entry':%lld,'value':'%s',"
				    "'reason':'misread'%s,'by':'Gul Khan','token':'%s'}";
	long long sample = begin("a", "Spring"), early, timely;
	json_t *answer;

	(void)state;
	json_decref(enter(sample, "detected", "", "v"));
	later(17);
	answer = ask("{'ask':'sample-enter','sample':%lld,'parameter':'ecoli','value':'detected',"
		     "'method':'tubes'," WHO("w") "}",
		sample);
	early = taken(json_incref(json_array_get(json_object_get(answer, "entries"), 0)), "entry");
	timely = taken(json_incref(json_array_get(json_object_get(answer, "entries"), 1)), "entry");
	json_decref(answer);
	json_decref(end(sample));
	expect(ask(amend, sample, early, "not detected", "", "x"), "question",
		"has not had its hours");
	answer = ask(amend, sample, early, "not detected", SURE, "x");
	shows(answer, 2, "cannot_judge", "qc_suspect");
	early = taken(json_incref(json_array_get(json_object_get(answer, "entries"), 2)), "entry");
	json_decref(answer);
	expect(ask(amend, sample, early, "<1", "", "y"), "question", "has not had its hours");
	answer = ask(amend, sample, timely, "not detected", "", "z");
	shows(answer, 3, "meets", "none");
	json_decref(answer);
}

/* Other parameters need no hours. */
static void chemistry_needs_no_hours(void **state)
{
	long long sample = begin("a", "Spring");

	(void)state;
	IS_LATE(ask("{'ask':'sample-enter','sample':%lld,'parameter':'arsenic','value':"
		    "'not detected','method':'kit'," WHO("v") "}",
		sample));
}

/* Its time is known by this start's clock alone; in another start by none, or by one that may be off by more than a day. */
static void a_clock_that_cannot_tell_is_asked_back(void **state)
{
	long long sample = begin("a", "Spring"), test;
	json_t *answer;

	(void)state;
	answer = ask("{'ask':'sample-start','sample':%lld,'parameter':'ecoli','method':'cbt',"
		     "'hours':24," WHO("s") "}",
		sample);
	test = (long long)json_integer_value(
		json_object_get(json_array_get(json_object_get(answer, "pending"), 0), "test"));
	json_decref(answer);
	know_time(1000);
	start_machine();
	later(30);
	expect(enter(sample, "not detected", "", "v"), "question", "clock cannot tell");
	expect(ask("{'ask':'sample-finish','test':%lld,'bag':'00000'," WHO("f") "}", test),
		"question", "clock cannot tell");
	know_time(100 * 3600000);
	expect(enter(sample, "not detected", "", "v"), "question", "clock cannot tell");
	start_machine();
	know_time(1000);
	IS_LATE(enter(sample, "not detected", "", "v"));
	spool_tuning.boot_id = NULL;
}

/* However few hours were said: a test that was started before this rule was there is read no sooner. */
static void a_test_has_its_hours(void **state)
{
	struct step step = {.kind = STEP_START, .hours = 1};
	long long sample = begin("a", "Spring"), test;
	json_t *answer;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	uint64_t of;

	(void)state;
	expect(ask("{'ask':'sample-start','sample':%lld,'parameter':'ecoli','method':'cbt',"
		   "'hours':17," WHO("s") "}",
		       sample),
		"error", "18 hours at least");
	json_decref(ask("{'ask':'sample-start','sample':%lld,'parameter':'nitrate_n','method':'x',"
			"'hours':1," WHO("n") "}",
		sample));
	IS_LATE(ask("{'ask':'sample-start','sample':%lld,'parameter':'ecoli','method':'cbt',"
		    "'hours':18," WHO("t") "}",
		sample));
	step.sample = (uint64_t)sample;
	text_copy(step.by, sizeof(step.by), "Gul Khan");
	text_copy(step.token, sizeof(step.token), "old");
	text_copy(step.parameter, sizeof(step.parameter), "total_coliform");
	text_copy(step.method, sizeof(step.method), "cbt");
	assert_int_equal(field_record(parts.field, &step, &of, &why), 0);
	later(2);
	answer = ask("{'ask':'sample-show','sample':%lld}", sample);
	test = taken(json_incref(json_array_get(json_object_get(answer, "pending"), 2)), "test");
	json_decref(answer);
	expect(ask("{'ask':'sample-finish','test':%lld,'bag':'00000'," WHO("f") "}", test),
		"question", "has not had its hours");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nothing_found_at_once_is_asked_back, start_growing, stop),
		cmocka_unit_test_setup_teardown(
			nothing_found_after_its_hours_meets, start_growing, stop),
		cmocka_unit_test_setup_teardown(what_is_found_fails_at_once, start_growing, stop),
		cmocka_unit_test_setup_teardown(
			a_correction_was_read_when_the_value_was, start_growing, stop),
		cmocka_unit_test_setup_teardown(chemistry_needs_no_hours, start_growing, stop),
		cmocka_unit_test_setup_teardown(
			a_clock_that_cannot_tell_is_asked_back, start_growing, stop),
		cmocka_unit_test_setup_teardown(a_test_has_its_hours, start_growing, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
