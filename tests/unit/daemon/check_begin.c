/* A check on the control socket that is begun before its analyzer has answered. */
#include "asked.h"

static const struct profile redox = {.n_fields = 1, .fields = {{.parameter = "orp"}}};
static struct line_conf bench = {.name = "bench",
	.n_units = 1,
	.units = {{.name = "orp-1", .interval_ms = 1000, .profile = &redox}}};

static int start_bench(void **state)
{
	int err = start(state);

	conf.lines = &bench;
	conf.n_lines = 1;
	return err;
}

/* Tapped while the daemon was away, it is asked before the analyzer has answered: its driver says what it measures. */
static void begun_before_the_first_answer(void **state)
{
	json_t *answer, *standard;

	(void)state;
	expect(ask("{'ask':'check-begin','unit':'orp-1','parameter':'ph','lot':'B7',"
		   "'value':'7'," WHO("a") "}"),
		"error", "has not answered since the daemon started");
	expect(ask("{'ask':'check-begin','unit':'orp-1','lot':'Z',"
		   "'value':'220'," WHO("a") "}"),
		"error", "has not answered since the daemon started");
	answer = ask("{'ask':'check-begin','unit':'orp-1','parameter':'orp','lot':'Z',"
		     "'value':'220'," WHO("a") "}");
	standard = json_array_get(json_object_get(answer, "standards"), 0);
	assert_string_equal(json_string_value(json_object_get(standard, "standing")), "unread");
	assert_string_equal(json_string_value(json_object_get(standard, "allowed")), "20");
	expect(answer, "state", "open");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(begun_before_the_first_answer, start_bench, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
