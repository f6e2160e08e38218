/* An analyzer's value that still moved when it was taken says so for ever, and is never within a limit. */
#include "asked.h"

static const struct series cloudiness = {"turb-1", "turbidity_ntu", NUMBER_F32, 0};

static int start_with_limits(void **state)
{
	int err = start(state);

	snprintf(conf.limits.folder, sizeof(conf.limits.folder), "%s/config/limits",
		getenv("WATERLAB_SOURCE"));
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "nsdwq-2010");
	return err;
}

/* For so long. */
static void stands(double value, int64_t for_ms)
{
	struct reading reading = {.series = 1, .value = value, .qc = QC_PASS};
	struct exchange exchange = {.readings = &reading, .n = 1};

	field_learn(parts.field, &cloudiness, 1);
	for (; for_ms >= 0; for_ms -= 1000) {
		exchange.boot_ms = clock_boot_ms(&clock_system) - for_ms;
		field_take(parts.field, &exchange);
	}
}

static json_t *first(json_t *answer, const char *list)
{
	json_t *one = json_incref(json_array_get(json_object_get(answer, list), 0));

	json_decref(answer);
	assert_non_null(one);
	return one;
}

static json_t *take(long long sample, const char *token)
{
	return ask("{'ask':'sample-take','sample':%lld,'unit':'turb-1','parameter':'turbidity_ntu',"
		   "'by':'Gul Khan','token':'%s'}",
		sample, token);
}

static void it_is_marked(void **state)
{
	static const struct {
		double value;
		int64_t for_ms;
		bool unsettled;
	} of[] = {{3, 40000, false}, {3, 10000, true}, {6, 10000, true}};
	char token[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		long long sample;
		json_t *one;
		int again;

		snprintf(token, sizeof(token), "b%zu", i);
		sample = begin(token, "Spring");
		stands(of[i].value, of[i].for_ms);
		token[0] = 't';
		one = first(take(sample, token), "entries");
		assert_int_equal(json_is_true(json_object_get(one, "unsettled")), of[i].unsettled);
		json_decref(one);
		/* Asked again it is what was answered, settled by now or not. */
		stands(of[i].value, 40000);
		one = first(take(sample, token), "entries");
		assert_int_equal(json_is_true(json_object_get(one, "unsettled")), of[i].unsettled);
		json_decref(one);
		token[0] = 'e';
		json_decref(ask("{'ask':'sample-end','sample':%lld,'by':'Gul Khan','token':'%s'}",
			sample, token));
		for (again = 0; again < 2; again++) {
			one = first(ask("{'ask':'sample-show','sample':%lld}", sample), "results");
			assert_int_equal(
				json_is_true(json_object_get(one, "unsettled")), of[i].unsettled);
			json_decref(one);
			restart();
		}
	}
}

/* A person who corrects its digits has not waited either. */
static void a_correction_settles_nothing(void **state)
{
	long long sample = begin("b", "Spring"), entry;
	json_t *answer, *one;

	(void)state;
	stands(3, 10000);
	json_decref(take(sample, "t"));
	one = first(ask("{'ask':'sample-end','sample':%lld," WHO("e") "}", sample), "results");
	entry = (long long)json_integer_value(json_object_get(one, "entry"));
	json_decref(one);
	answer = ask("{'ask':'sample-amend','sample':%lld,'entry':%lld,'value':'3.1','reason':"
		     "'another digit'," WHO("a") "}",
		sample, entry);
	one = json_array_get(json_object_get(answer, "results"), 1);
	assert_true(json_is_true(json_object_get(one, "unsettled")));
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_marked, start_with_limits, stop),
		cmocka_unit_test_setup_teardown(
			a_correction_settles_nothing, start_with_limits, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
